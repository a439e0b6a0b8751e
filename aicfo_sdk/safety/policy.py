"""Which actions may happen, and who must say yes: a policy that denies whatever it does not name.

A policy is data: strict, frozen, unknown keys refused, so that a misspelt limit is an error and
never a missing limit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from ..books.port import Books
from ..errors import InputError
from ..model.action import Action, IssueGuarantee, RepayLoan, SubmitBid
from ..model.base import Frozen, Id
from ..model.merchant import Counterparty
from ..model.proposal import Proposal
from ..money import FenNonNegative, FenPositive

ActionKind = Literal[
    "pay",
    "transfer",
    "endorse_bill",
    "discount_bill",
    "pledge_bill",
    "present_bill",
    "buy_fund",
    "redeem_fund",
    "draw_loan",
    "repay_loan",
    "submit_bid",
    "issue_guarantee",
    "buy_stock",
    "set_marketing_budget",
]


class Rule(Frozen):
    """What one kind of action may do. Amounts in minor units."""

    max_amount: FenPositive | None = Field(
        default=None, description="Most that one action may put at stake; none = no limit."
    )
    per_day: FenPositive | None = Field(
        default=None, description="Most that this kind may put at stake on one day, committed ones."
    )
    payees: tuple[Id, ...] | None = Field(
        default=None, description="Only these may be paid; none = any counterparty of the books."
    )
    approval_above: FenNonNegative = Field(
        default=0, description="Up to this amount no person is asked; 0 = always ask."
    )
    second_person_above: FenNonNegative | None = Field(
        default=None, description="Above it two people approve, neither being the proposer."
    )


class Policy(Frozen):
    """Rules by kind of action; a kind without a rule is denied."""

    name: str = Field(default="policy", description="How decisions name this policy.")
    rules: dict[ActionKind, Rule] = Field(description="One rule per kind of action allowed.")


class Decision(Frozen):
    """What the policy says of one proposal."""

    outcome: Literal["allowed", "needs_approval", "denied"] = Field(description="The decision.")
    rule: str = Field(description="Policy and rule that decided, as policy.kind.field.")
    why: str = Field(description="Why, in one sentence.")
    mend: str = Field(default="", description="What would change the decision.")
    approvals: int = Field(default=0, description="People who must approve.")


def decide(policy: Policy, proposal: Proposal, books: Books, *, spent: int = 0) -> Decision:
    """Return what the policy says of a proposal on the day of `books`.

    `spent` is what actions of the kind committed on the action's day put at stake already,
    minor units (`StoredBooks.ledger.committed`).
    """
    action = proposal.action
    rule = policy.rules.get(action.kind)
    where = f"{policy.name}.{action.kind}"
    if rule is None:
        return _denied(
            where,
            f"no rule allows {action.kind}",
            f"add [rules.{action.kind}] to the policy",
        )
    if (late := _too_late(proposal, books.as_of)) is not None:
        return _denied(f"{where}.valid_until", late, "let it be proposed anew")
    amount = stake(action)
    if rule.max_amount is not None and amount > rule.max_amount:
        return _denied(
            f"{where}.max_amount",
            f"{amount} is more than one {action.kind} may be",
            f"at most {rule.max_amount} minor units",
        )
    if rule.per_day is not None and spent + amount > rule.per_day:
        return _denied(
            f"{where}.per_day",
            f"{amount} on top of {spent} is more than {action.day.isoformat()} may see",
            f"at most {max(rule.per_day - spent, 0)} minor units more on that day",
        )
    payee = beneficiary(action)
    if payee and not _may_receive(payee, action, rule, books):
        listed = "not on the list of payees" if rule.payees is not None else "unknown to the books"
        return _denied(f"{where}.payees", f"{payee} is {listed}", "add it, if a person knows it")
    if rule.second_person_above is not None and amount > rule.second_person_above:
        return Decision(
            outcome="needs_approval",
            rule=f"{where}.second_person_above",
            why=f"{amount} is above {rule.second_person_above}",
            mend="two people must approve, neither of them the one who proposed it",
            approvals=2,
        )
    if rule.approval_above == 0 or amount > rule.approval_above or proposal.tainted:
        tainted = "payee or amount derives from text that strangers wrote"
        asks = f"every {action.kind} asks a person"
        above = f"{amount} is above {rule.approval_above}"
        return Decision(
            outcome="needs_approval",
            rule=f"{where}.approval_above",
            why=tainted if proposal.tainted else above if rule.approval_above else asks,
            mend="a person must approve it",
            approvals=1,
        )
    return Decision(
        outcome="allowed",
        rule=f"{where}.approval_above",
        why=f"{amount} is within {rule.approval_above}",
    )


def stake(action: Action) -> int:
    """Return what an action puts at stake in minor units: what it moves, or binds the firm to."""
    match action:
        case SubmitBid():
            return max(action.price, action.amount)
        case RepayLoan():
            return action.amount + action.interest
        case IssueGuarantee():
            return action.amount + action.fee
        case _:
            return action.amount


def beneficiary(action: Action) -> str:
    """Return who outside the firm receives something: payee or institution, or ""."""
    return getattr(action, "payee", "") or getattr(action, "institution", "")


@cache
def default_policy() -> Policy:
    """Return the shipped policy: every action needs a person, unknown kinds are denied."""
    text = (files(__package__ or "aicfo_sdk.safety") / "default_policy.toml").read_text("utf-8")
    return _from_toml(text, "default_policy.toml")


def load_policy(path: Path | str) -> Policy:
    """Return the policy of a TOML file. Raises: InputError naming the key and its value."""
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise InputError(
            "the policy cannot be read", value=str(path), mend="check the path"
        ) from error
    return _from_toml(text, str(path))


def policy_from(values: Mapping[str, Any], *, where: str = "policy") -> Policy:
    """Return the policy of a table such as `[policy]` of a configuration. Raises: InputError."""
    try:
        # Through JSON: strict, yet a TOML array may fill a tuple.
        return Policy.model_validate_json(json.dumps(values))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"] if part != "[key]")
        raise InputError(
            f"the policy is not usable at {key or 'its top'}: {first['msg']}",
            value=first["input"],
            where=where,
            mend="see default_policy.toml for what a rule can say",
        ) from None
    except (TypeError, ValueError) as error:
        raise InputError("the policy is not usable", value=str(error), where=where) from None


def _from_toml(text: str, where: str) -> Policy:
    import tomllib

    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("not a TOML file", value=str(error), where=where) from None
    return policy_from(values, where=where)


def _denied(rule: str, why: str, mend: str) -> Decision:
    return Decision(outcome="denied", rule=rule, why=why, mend=mend)


def _too_late(proposal: Proposal, today: date) -> str | None:
    if proposal.valid_until is not None and today > proposal.valid_until:
        return f"it made sense until {proposal.valid_until.isoformat()}"
    return None


def _may_receive(payee: str, action: Action, rule: Rule, books: Books) -> bool:
    if rule.payees is not None:
        return payee in rule.payees
    # Institutions are not kept as counterparties; their quotes and a person vouch for them.
    return not hasattr(action, "payee") or payee in books.records(Counterparty)
