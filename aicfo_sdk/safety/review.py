"""What is odd about a policy that is valid: rules that allow everything, or can never matter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from .policy import PayeeLimits, Policy, Rule

_SETTLING = frozenset(("pay", "endorse_bill", "buy_stock"))
_PAYING = frozenset(("pay", "endorse_bill", "discount_bill", "issue_guarantee", "buy_stock"))


def warnings(policy: Policy, *, day: date | None = None) -> tuple[str, ...]:
    """Return what a person should look at, rule by rule; `day` tells which have run out."""
    found = list(_of_policy(policy, day))
    for kind, rule in policy.rules.items():
        found += [f"rules.{kind}: {text}" for text in _of_rule(policy, kind, rule, day)]
    return tuple(found)


def _of_policy(policy: Policy, day: date | None) -> Iterator[str]:
    if not policy.rules:
        yield "no kind of action has a rule, so everything is denied"
    if day is not None and policy.valid_until is not None and policy.valid_until < day:
        yield f"it held until {policy.valid_until.isoformat()}, so everything is denied"
    for number, total in enumerate(policy.windows):
        unruled = [kind for kind in total.kinds or () if kind not in policy.rules]
        if unruled:
            yield f"windows[{number}] counts kinds that no rule allows: {', '.join(unruled)}"


def _of_rule(policy: Policy, kind: str, rule: Rule, day: date | None) -> Iterator[str]:
    free = rule.approval_above
    in_sum = rule.per_day is not None or rule.windows or _totalled(policy, kind)
    if free and not in_sum:
        listed = "" if rule.payees is not None or kind not in _PAYING else " to anybody it knows"
        yield (
            f"allows everything: up to {free} at a time{listed} no person is asked, as often as"
            " one likes; add per_day or windows"
        )
    if free and rule.max_amount is not None and free >= rule.max_amount:
        yield f"no person is ever asked: approval_above is not below max_amount {rule.max_amount}"
    if free and rule.second_person_above is not None and free > rule.second_person_above:
        yield "second_person_above is below approval_above, so two people are asked or none"
    above = rule.second_person_above
    if above is not None and rule.max_amount is not None and above >= rule.max_amount:
        yield f"second_person_above is never reached: max_amount is {rule.max_amount}"
    if rule.payees == ():
        yield "payees is empty, so nobody may be paid"
    if rule.payees is not None:
        for named in sorted(set(rule.per_payee) - set(rule.payees)):
            yield f"per_payee names {named}, who is not among payees"
    if rule.payees is not None and kind not in _PAYING:
        yield "payees has no meaning: it goes to nobody"
    if rule.purposes is not None and kind not in _SETTLING and set(rule.purposes) != {"none"}:
        yield "purposes: it settles no records, so only `none` lets it pass"
    if day is not None and rule.valid_until is not None and rule.valid_until < day:
        yield f"held until {rule.valid_until.isoformat()}, so it denies"
    yield from _of_limits("", rule)
    for named, limits in rule.per_payee.items():
        yield from _of_limits(f"per_payee.{named}: ", limits)


def _of_limits(name: str, limits: Rule | PayeeLimits) -> Iterator[str]:
    most, daily = limits.max_amount, limits.per_day
    if most is not None and daily is not None and daily < most:
        yield f"{name}per_day {daily} is below max_amount {most}, which is never reached"
    for number, window in enumerate(limits.windows):
        if most is not None and window.amount < most:
            yield f"{name}windows[{number}] is below max_amount {most}, which is never reached"
        if daily is not None and daily * window.days <= window.amount and window.per == "kind":
            yield f"{name}windows[{number}] never matters: per_day allows no more"


def _totalled(policy: Policy, kind: str) -> bool:
    return any(total.kinds is None or kind in total.kinds for total in policy.windows)
