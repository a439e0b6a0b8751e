"""Every rule of a policy held against one proposal, in order: what `decide` and `explain` see."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from ..books.port import Books
from ..model.action import Action, BuyStock
from ..model.base import Frozen
from ..model.invoice import Invoice, Obligation
from ..model.merchant import Counterparty
from ..model.proposal import Proposal
from .likeness import skeleton
from .payees import Likeness, Seen, likeness, seen_in
from .spending import Spending
from .stakes import beneficiary, stake

if TYPE_CHECKING:
    from .policy import Policy, Rule


@dataclass(slots=True)
class Check:
    """One rule held against one proposal."""

    # Neither a model nor frozen: a group of commits makes thousands of them, and either would
    # cost more than the check.
    __pydantic_config__: ClassVar[ConfigDict] = Frozen.model_config

    rule: Annotated[str, Field(description="Policy and rule, as policy.kind.field.")]
    result: Annotated[
        Literal["passed", "asks", "stopped", "noted"],
        Field(
            description="Passed, asks for people, stopped it, or was looked at and changed nothing."
        ),
    ]
    why: Annotated[str, Field(description="Why, in one sentence.")]
    mend: Annotated[str, Field(description="What would change the answer.")] = ""
    value: Annotated[int | None, Field(description="What the action puts at stake.")] = None
    limit: Annotated[int | None, Field(description="Most that the rule allows.")] = None
    spent: Annotated[int | None, Field(description="What others put at stake in the window.")] = (
        None
    )
    first: Annotated[date | None, Field(description="First day of the fullest window.")] = None
    last: Annotated[date | None, Field(description="Last day of the fullest window.")] = None
    people: Annotated[int, Field(description="People it asks for.")] = 0
    mandate: Annotated[str, Field(description="Id of the mandate that stands for a person.")] = ""


def checks(policy: Policy, proposal: Proposal, books: Books, spending: Spending) -> Iterator[Check]:
    """Yield every rule looked at, in order: those that stop, then those that ask for people.

    Nothing is yielded of limits that the policy does not set. The last one says whether a person
    is asked.
    """
    action = proposal.action
    rule = policy.rules.get(action.kind)
    where = f"{policy.name}.{action.kind}"
    if rule is None:
        yield Check(
            rule=where,
            result="stopped",
            why=f"no rule allows {action.kind}",
            mend=f"add [rules.{action.kind}] to the policy",
        )
        return
    found = _Found(policy, rule, proposal, books, spending, where)
    yield from found.days()
    yield from found.amounts()
    yield from found.payee()
    yield from found.people()


def purposes_of(action: Action, books: Books) -> frozenset[str]:
    """Return what an action is for, by the records of its payee that it settles; else `none`."""
    if isinstance(action, BuyStock):
        return frozenset({"stock"})
    invoices, obligations = books.records(Invoice), books.records(Obligation)
    payee = beneficiary(action)
    found: set[str] = set()
    for name in getattr(action, "settles", ()):
        invoice = invoices.get(name.removeprefix("Invoice:"))
        obligation = obligations.get(name.removeprefix("Obligation:"))
        if invoice is not None and invoice.direction == "purchase":
            found.add("invoice" if invoice.counterparty == payee else "none")
        elif obligation is not None and obligation.counterparty in ("", payee):
            found.add(obligation.kind)
        else:
            found.add("none")
    return frozenset(found or {"none"})


def held(
    rule: str,
    action: Action,
    limit: int,
    days: int,
    spending: Spending,
    *,
    kinds: str | Collection[str] | None,
    payee: str | None = None,
) -> Check:
    """Return an action held against a limit over the fullest window that contains its day."""
    amount = stake(action)
    full = spending.fullest(kinds, payee, action.day, days)
    days_said = full.first.isoformat()
    span = "on that day"
    if full.last != full.first:
        days_said += f" to {full.last.isoformat()}"
        span = "in that window"
    whose = f" for {payee}" if payee else ""
    over = full.amount + amount > limit
    said = "is more than" if over else "is within what"
    return Check(
        rule=rule,
        result="stopped" if over else "passed",
        why=f"{amount} on top of {full.amount}{whose} {said} {days_said} may see",
        mend=f"at most {max(limit - full.amount, 0)} minor units more {span}" if over else "",
        value=amount,
        limit=limit,
        spent=full.amount,
        first=full.first,
        last=full.last,
    )


@dataclass(slots=True)
class _Found:
    """The checks of one proposal under the rule of its kind."""

    _policy: Policy
    _rule: Rule
    _proposal: Proposal
    _books: Books
    _spending: Spending
    _where: str
    # What nearly every check asks again.
    _action: Action = field(init=False)
    _amount: int = field(init=False)
    _payee: str = field(init=False)
    _like: Likeness | None = None

    def __post_init__(self) -> None:
        self._action = self._proposal.action
        self._amount = stake(self._action)
        self._payee = beneficiary(self._action)

    def days(self) -> Iterator[Check]:
        """Whether proposal, policy and rule hold today, and may act on the action's day."""
        today, action = self._books.as_of, self._action
        if (until := self._proposal.valid_until) is not None:
            yield self._check(
                "valid_until",
                today > until,
                f"it made sense until {until.isoformat()}",
                f"it makes sense until {until.isoformat()}",
                "let it be proposed anew",
            )
        for said, holder in (("the policy", self._policy), ("the rule", self._rule)):
            name = "valid" if said == "the rule" else ".valid"
            first, last = holder.valid_from, holder.valid_until
            if first is not None:
                yield self._check(
                    f"{name}_from",
                    min(today, action.day) < first,
                    f"{said} holds from {first.isoformat()} on",
                    f"{said} holds since {first.isoformat()}",
                    "wait, or change the policy",
                )
            if last is not None:
                yield self._check(
                    f"{name}_until",
                    max(today, action.day) > last,
                    f"{said} held until {last.isoformat()}",
                    f"{said} holds until {last.isoformat()}",
                    "a person must renew it",
                )
        ahead = (action.day - today).days
        for name, most, days, side in (
            (".days_ahead", self._policy.days_ahead, ahead, "after"),
            (".days_back", self._policy.days_back, -ahead, "before"),
        ):
            if most is not None:
                yield self._check(
                    name,
                    days > most,
                    f"its day lies {days} days {side} {today.isoformat()}",
                    f"its day lies at most {most} days {side} {today.isoformat()}",
                    f"at most {most} days",
                )

    def amounts(self) -> Iterator[Check]:
        """Whether the amount, alone and with what others put at stake, is within all limits."""
        rule, kind, payee = self._rule, self._action.kind, self._payee
        if rule.max_amount is not None:
            yield self._most("max_amount", rule.max_amount)
        if rule.per_day is not None:
            yield self._held(f"{self._where}.per_day", rule.per_day, 1, kind)
        for number, window in enumerate(rule.windows):
            if window.per == "kind" or payee:
                whose = payee if window.per == "payee" else None
                name = f"{self._where}.windows[{number}]"
                yield self._held(name, window.amount, window.days, kind, whose)
        for named, limits in rule.per_payee.items():
            if not payee or skeleton(named) != skeleton(payee):
                continue
            name = f"per_payee.{named}"
            if limits.max_amount is not None:
                yield self._most(f"{name}.max_amount", limits.max_amount)
            if limits.per_day is not None:
                yield self._held(f"{self._where}.{name}.per_day", limits.per_day, 1, kind, payee)
            for number, window in enumerate(limits.windows):
                full = f"{self._where}.{name}.windows[{number}]"
                yield self._held(full, window.amount, window.days, kind, payee)
        for number, total in enumerate(self._policy.windows):
            counted = total.kinds is None or kind in total.kinds
            if counted and (total.per == "all" or payee):
                whose = payee if total.per == "payee" else None
                name = f"{self._policy.name}.windows[{number}]"
                yield self._held(name, total.amount, total.days, total.kinds, whose)

    def payee(self) -> Iterator[Check]:
        """Whether the payee may receive, is who it seems to be, and for what it is."""
        rule, payee = self._rule, self._payee
        if payee:
            listed = rule.payees is None or payee in rule.payees
            # Institutions are not kept as counterparties; their quotes and a person vouch for them.
            known = self._named or not self._kept or payee in self._parties
            said = "not on the list of payees" if not listed else "unknown to the books"
            yield self._check(
                "payees",
                not (listed and known),
                f"{payee} is {said}",
                f"{payee} may be paid",
                "add it, if a person knows it",
            )
            if self._kept and not self._named and payee in self._parties:
                older = self._alike.older
                yield self._check(
                    "look_alike",
                    bool(older),
                    f"{payee} looks like {', '.join(older)}, whom the books knew before",
                    f"{payee} looks like no older payee",
                    f"pay {', '.join(older)}, or name it in payees, if a person knows that both are"
                    " there",
                )
        if rule.purposes is not None:
            found = purposes_of(self._action, self._books)
            others = ", ".join(sorted(found - set(rule.purposes)))
            allowed = ", ".join(rule.purposes) or "nothing"
            yield self._check(
                "purposes",
                bool(others),
                f"it is for {others}, by the records that it settles",
                f"it is for {', '.join(sorted(found))}",
                f"let it settle records of: {allowed}",
            )

    def people(self) -> Iterator[Check]:
        """Whether people are asked, how many, and whether a mandate stands for the one."""
        rule, action = self._rule, self._action
        amount, counted, beside = self._counted()
        if (above := rule.second_person_above) is not None:
            over = counted > above
            yield self._asks(
                "second_person_above",
                2 if over else 0,
                f"{amount}{beside} is above {above}" if over else f"{amount} is within {above}",
                "two people must approve, neither of them the one who proposed it",
                limit=above,
                spent=counted - amount,
            )
        taint = "; ".join(self._proposal.taint)
        yield self._asks(
            "tainted",
            int(self._proposal.tainted),
            "payee or amount derives from text that strangers wrote" + (taint and f": {taint}")
            if self._proposal.tainted
            else "payee and amount rest on the books",
            "a person must approve it",
        )
        yield from self._doubts()
        asked = rule.approval_above == 0 or counted > rule.approval_above
        if not asked:
            yield self._asks(
                "approval_above",
                0,
                f"{amount} is within {rule.approval_above}",
                limit=rule.approval_above,
                spent=counted - amount,
            )
            return
        for mandate in self._spending.mandates:
            failing = mandate.failing(action, self._books, self._policy, self._spending)
            if not failing:
                yield Check(
                    rule=f"mandate.{mandate.id}",
                    result="passed",
                    why=f"mandate {mandate.id} of {' and '.join(mandate.granted_by)} covers it",
                    value=amount,
                    mandate=mandate.id,
                )
                return
            yield Check(rule=f"mandate.{mandate.id}", result="noted", why=failing)
        asks = f"every {action.kind} asks a person"
        above = f"{amount}{beside} is above {rule.approval_above}"
        yield self._asks(
            "approval_above",
            1,
            above if rule.approval_above else asks,
            "a person must approve it",
            limit=rule.approval_above,
            spent=counted - amount,
        )

    def _doubts(self) -> Iterator[Check]:
        """Whether the payee is new, has a new account, or a name that comes near another's."""
        payee = self._payee
        if not self._kept or payee not in self._parties:
            return
        today, mend = self._books.as_of, "a person must approve it"
        if self._rule.cooling_days:
            seen = self._seen(payee)
            since, said = _coolest(seen, named=self._named)
            waits = since is not None and (today - since).days < self._rule.cooling_days
            until = since + timedelta(days=self._rule.cooling_days) if since else today
            yield self._asks(
                "cooling_days",
                int(waits),
                f"{payee} {said} since {since}, less than {self._rule.cooling_days} days"
                if waits
                else f"{payee} is known long enough",
                f"{mend}, or wait until {until}",
            )
        if not self._named:
            alike = self._alike
            reasons = [f"{other} ({reason})" for other, reason in alike.near]
            reasons += [f"{other} (they look the same)" for other in alike.undecided]
            yield self._asks(
                "near_names",
                int(bool(reasons)),
                f"{payee} may be taken for {', '.join(reasons)}"
                if reasons
                else f"{payee} is near no older payee",
                f"{mend}, who knows which of them is meant",
            )

    @property
    def _alike(self) -> Likeness:
        """Whom the payee's name comes near; two checks ask, and finding it is dear."""
        if self._like is None:
            self._like = likeness(self._payee, self._books, self._seen)
        return self._like

    @property
    def _kept(self) -> bool:
        """Whether the one who receives is kept as a counterparty."""
        return hasattr(self._action, "payee")

    @property
    def _named(self) -> bool:
        return self._payee in (self._rule.payees or ()) or self._payee in self._rule.per_payee

    @property
    def _parties(self) -> Collection[str]:
        return self._books.records(Counterparty)

    def _seen(self, party: str) -> Seen | None:
        return (self._spending.seen or seen_in(self._books))(party)

    def _counted(self) -> tuple[int, int, str]:
        """Return the stake, the stake with the parts it may have been split from, how said."""
        action, amount, spent = self._action, self._amount, 0
        if self._rule.approval_above or self._rule.second_person_above is not None:
            days = self._rule.split_days
            payee = self._payee or None
            spent = self._spending.fullest(action.kind, payee, action.day, days).amount
        beside = f" with {spent} within {self._rule.split_days} days" if spent else ""
        return amount, amount + spent, beside

    def _most(self, name: str, limit: int) -> Check:
        amount = self._amount
        check = self._check(
            name,
            amount > limit,
            f"{amount} is more than one {self._action.kind} may be",
            f"{amount} is within {limit}",
            f"at most {limit} minor units",
        )
        check.value, check.limit = amount, limit
        return check

    def _held(
        self,
        name: str,
        limit: int,
        days: int,
        kinds: str | Collection[str] | None,
        payee: str | None = None,
    ) -> Check:
        return held(name, self._action, limit, days, self._spending, kinds=kinds, payee=payee)

    def _check(self, name: str, stops: bool, bad: str, good: str, mend: str) -> Check:
        """Return a check that stops or passes; a name with a leading dot is the policy's own."""
        rule = f"{self._policy.name}{name}" if name[0] == "." else f"{self._where}.{name}"
        result = "stopped" if stops else "passed"
        return Check(
            rule=rule, result=result, why=bad if stops else good, mend=mend if stops else ""
        )

    def _asks(
        self,
        name: str,
        people: int,
        why: str,
        mend: str = "",
        *,
        limit: int | None = None,
        spent: int | None = None,
    ) -> Check:
        return Check(
            rule=f"{self._where}.{name}",
            result="asks" if people else "passed",
            why=why,
            mend=mend if people else "",
            value=self._amount,
            limit=limit,
            spent=spent,
            people=people,
        )


def _coolest(seen: Seen | None, *, named: bool) -> tuple[date | None, str]:
    """Return since when a payee is new, and in what; a payee that is named was looked at."""
    if seen is None:
        return None, ""
    if seen.account_since is not None and (named or seen.account_since >= seen.since):
        return seen.account_since, "has another account number"
    return (None, "") if named else (seen.since, "is in the books")
