"""Which actions may happen, and who must say yes: a policy that denies whatever it does not name.

A policy is data: strict, frozen, unknown keys refused, so that a misspelt limit is an error and
never a missing limit. Its stamp (name, version, digest) stands in every audit row it decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ..books.port import Books
from ..errors import InputError
from ..model.base import Frozen, Id, digest
from ..model.proposal import Proposal
from ..money import FenNonNegative, FenPositive
from .checks import Check, checks
from .spending import Spending
from .strict import read_strictly

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

Purpose = Literal[
    "invoice", "payroll", "tax", "social", "rent", "loan", "bond", "other", "stock", "none"
]
"""What a payment is for, by the records that it settles; `none` when it settles nothing."""

_LARGEST_FILE = 1_000_000

_Days = Annotated[int, Field(ge=1, le=3660)]


class Window(Frozen):
    """Most that actions of one kind may put at stake within so many days, wherever they begin."""

    days: _Days = Field(description="Length in days; 1 is one day.")
    amount: FenPositive = Field(description="Most in any such window, minor units.")
    per: Literal["kind", "payee"] = Field(
        default="kind", description="All actions of the kind together, or each payee for itself."
    )


class Total(Frozen):
    """Most that actions of several kinds may put at stake together within so many days."""

    days: _Days = Field(description="Length in days; 1 is one day.")
    amount: FenPositive = Field(description="Most in any such window, minor units.")
    per: Literal["all", "payee"] = Field(
        default="all", description="All actions together, or each payee for itself."
    )
    kinds: tuple[ActionKind, ...] | None = Field(
        default=None, description="Kinds that count together; none = all kinds."
    )


class PayeeLimits(Frozen):
    """Tighter limits for one payee that is named, under one kind of action. Minor units."""

    max_amount: FenPositive | None = Field(default=None, description="Most of one action.")
    per_day: FenPositive | None = Field(default=None, description="Most on one day.")
    windows: tuple[Window, ...] = Field(default=(), description="Most within so many days.")


class _Validity(Frozen):
    valid_from: date | None = Field(default=None, description="First day it holds.")
    valid_until: date | None = Field(default=None, description="Last day it holds.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until is before valid_from")
        return self


class Rule(_Validity):
    """What one kind of action may do. Amounts in minor units."""

    max_amount: FenPositive | None = Field(
        default=None, description="Most that one action may put at stake; none = no limit."
    )
    per_day: FenPositive | None = Field(
        default=None, description="Most that this kind may put at stake on one day."
    )
    windows: tuple[Window, ...] = Field(
        default=(), description="Most that this kind may put at stake within so many days."
    )
    payees: tuple[Id, ...] | None = Field(
        default=None, description="Only these may be paid; none = any counterparty of the books."
    )
    per_payee: dict[Id, PayeeLimits] = Field(
        default_factory=dict[str, PayeeLimits], description="Tighter limits for payees by id."
    )
    purposes: tuple[Purpose, ...] | None = Field(
        default=None, description="Only what settles such records; none = whatever it is for."
    )
    cooling_days: Annotated[int, Field(ge=0, le=3660)] = Field(
        default=0,
        description="So long after a payee came into the books, or its account number changed, "
        "a person is asked whatever the amount.",
    )
    approval_above: FenNonNegative = Field(
        default=0, description="Up to this amount no person is asked; 0 = always ask."
    )
    second_person_above: FenNonNegative | None = Field(
        default=None, description="Above it two people approve, neither being the proposer."
    )
    split_days: _Days = Field(
        default=1,
        description="Actions of this kind for one payee within so many days count together for "
        "approval_above and second_person_above, so that parts ask as the whole would.",
    )


class Policy(_Validity):
    """Rules by kind of action; a kind without a rule is denied."""

    name: str = Field(
        default="policy", min_length=1, max_length=100, description="How decisions name it."
    )
    version: int = Field(default=1, ge=1, description="Raised with every change.")
    rules: dict[ActionKind, Rule] = Field(description="One rule per kind of action allowed.")
    windows: tuple[Total, ...] = Field(
        default=(), description="Most that several kinds may put at stake within so many days."
    )
    approval_days: Annotated[int, Field(ge=0, le=3660)] = Field(
        default=30, description="Days after which an approval that was not used runs out."
    )
    days_ahead: Annotated[int, Field(ge=0, le=3660)] | None = Field(
        default=None, description="Most days an action may lie after the books' day; none = any."
    )
    days_back: Annotated[int, Field(ge=0, le=3660)] | None = Field(
        default=None, description="Most days an action may lie before the books' day; none = any."
    )

    @model_validator(mode="after")
    def _printable(self) -> Self:
        if not self.name.isprintable():
            raise ValueError("the name cannot be printed")
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256 hex of all that the policy says."""
        return digest(self)

    @property
    def stamp(self) -> str:
        """How audit rows name the policy: name, version and digest."""
        return f"{self.name}@{self.version}:{self.digest[:16]}"

    @cached_property
    def reach(self) -> int:
        """Days of the longest window of any limit; 0 when nothing is limited over days."""
        return max((*(total.days for total in self.windows), *self._reaches()), default=0)

    def _reaches(self) -> Iterator[int]:
        for rule in self.rules.values():
            limits = (rule, *rule.per_payee.values())
            yield from (1 for limit in limits if limit.per_day is not None)
            yield from (window.days for limit in limits for window in limit.windows)
            if rule.approval_above or rule.second_person_above is not None:
                yield rule.split_days


class Decision(Frozen):
    """What the policy says of one proposal."""

    outcome: Literal["allowed", "needs_approval", "denied"] = Field(description="The decision.")
    rule: str = Field(description="Policy and rule that decided, as policy.kind.field.")
    why: str = Field(description="Why, in one sentence.")
    mend: str = Field(default="", description="What would change the decision.")
    approvals: int = Field(default=0, description="People who must approve.")
    mandate: str = Field(default="", description="Id of the mandate that stands for a person.")
    policy: str = Field(default="", description="The policy: name, version, digest.")


def decide(
    policy: Policy,
    proposal: Proposal,
    books: Books,
    *,
    spending: Spending | None = None,
) -> Decision:
    """Return what the policy says of a proposal on the day of `books`.

    `spending` is what limits are held against: what other actions put at stake, what mandates
    allow, since when stored books know a payee (`Spending.load`). The first check that stops the
    action decides; else those that ask for people.
    """
    asks: list[Check] = []
    mandate = ""
    last: Check | None = None
    for check in checks(policy, proposal, books, spending or Spending()):
        if check.result == "stopped":
            return _decision(policy, "denied", check)
        if check.result == "asks":
            asks.append(check)
        mandate = check.mandate or mandate
        last = check
    if not asks:
        assert last is not None  # the first check is whether there is a rule at all
        return _decision(policy, "allowed", last, mandate=mandate)
    first = max(asks, key=lambda check: check.people)
    why = "; ".join(dict.fromkeys(check.why for check in (first, *asks)))
    return _decision(policy, "needs_approval", first, why=why, approvals=first.people)


def _decision(
    policy: Policy,
    outcome: Literal["allowed", "needs_approval", "denied"],
    check: Check,
    *,
    why: str = "",
    approvals: int = 0,
    mandate: str = "",
) -> Decision:
    return Decision(
        outcome=outcome,
        rule=check.rule,
        why=why or check.why,
        mend=check.mend if outcome != "allowed" else "",
        approvals=approvals,
        mandate=mandate,
        policy=policy.stamp,
    )


@cache
def default_policy() -> Policy:
    """Return the shipped policy: every action needs a person, unknown kinds are denied."""
    text = (files(__package__ or "aicfo_sdk.safety") / "default_policy.toml").read_text("utf-8")
    return _from_toml(text, "default_policy.toml")


def load_policy(path: Path | str) -> Policy:
    """Return the policy of a TOML file. Raises: InputError naming the key and its value."""
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_LARGEST_FILE + 1)
        if len(raw) > _LARGEST_FILE:
            raise InputError(
                "too long for a policy", value=str(path), mend=f"at most {_LARGEST_FILE} bytes"
            )
        text = raw.decode("utf-8")
    except (OSError, ValueError) as error:
        raise InputError(
            "the policy cannot be read", value=str(path), mend="check the path"
        ) from error
    return _from_toml(text, str(path))


def policy_from(values: Mapping[str, Any], *, where: str = "policy") -> Policy:
    """Return the policy of a table such as `[policy]` of a configuration. Raises: InputError."""
    return read_strictly(Policy, values, what="the policy", where=where)


def _from_toml(text: str, where: str) -> Policy:
    import tomllib

    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("not a TOML file", value=str(error), where=where) from None
    return policy_from(values, where=where)
