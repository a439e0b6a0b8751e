"""Why the policy says what it says of a proposal, and what would change that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import Field

from ..actions import with_amount
from ..books.port import Books
from ..books.proposals import StoredProposal, load
from ..books.store import StoredBooks
from ..books.writer import read_heads
from ..errors import AicfoError
from ..model.base import Frozen
from ..model.proposal import Proposal
from .approvals import counted, today
from .checks import Check, checks
from .policy import Decision, Policy, decide, default_policy
from .provenance import marked
from .spending import Spending, moved
from .stakes import stake

_LONGEST_SEARCH = 400
"""Days for which it is looked when an action would fit."""


class Explanation(Frozen):
    """Every rule that was looked at, in order, and what would change the answer."""

    proposal: Proposal = Field(description="As judged: tainted when the books do not vouch.")
    day: date = Field(description="The books' day on which it is judged.")
    decision: Decision = Field(description="What the policy says.")
    checks: tuple[Check, ...] = Field(description="Every rule looked at, in order.")
    status: str = Field(default="", description='How it stands at the desk, "" when not there.')
    approved_by: tuple[str, ...] = Field(
        default=(), description="People whose approvals count for it now."
    )
    changes: tuple[str, ...] = Field(description="What would change the answer.")


def explain(
    books: StoredBooks, proposal: Proposal | str, *, policy: Policy | None = None
) -> Explanation:
    """Return why the policy says what it says of a proposal, or the one of an id at the desk.

    Nothing is written. Raises: NotFound.
    """
    policy = policy or default_policy()
    with books.reading() as connection:
        stored: StoredProposal | None = None
        if isinstance(proposal, str):
            stored = load(connection, proposal)
            proposal = stored.proposal
        action = proposal.action
        heads = read_heads(connection)
        day = today(connection, proposal, heads)
        shown = books.snapshot_at(heads, day)
        proposal = marked(proposal, shown, connection, heads)
        far = action.model_copy(update={"day": moved(action.day, _furthest(policy))})
        spending = Spending.load(connection, policy, (action, far), heads=heads)
        decision = decide(policy, proposal, shown, spending=spending)
        found = tuple(checks(policy, proposal, shown, spending))
        changes = tuple(dict.fromkeys(_changes(policy, proposal, shown, spending, found)))
    people = counted(stored, decision, day) if stored is not None else ()
    if decision.outcome == "needs_approval" and people:
        changes += (f"approved so far by {', '.join(people)}",)
    return Explanation(
        proposal=proposal,
        day=day,
        decision=decision,
        checks=found,
        status=stored.status if stored is not None else "",
        approved_by=people,
        changes=changes,
    )


def _changes(
    policy: Policy,
    proposal: Proposal,
    books: Books,
    spending: Spending,
    found: tuple[Check, ...],
) -> Iterator[str]:
    for check in found:
        if check.result in ("stopped", "asks") and check.mend:
            yield f"{check.rule}: {check.mend}"
    limits = [check for check in found if check.limit is not None and not _about_people(check)]
    if not any(check.result == "stopped" for check in limits):
        return
    most = min((check.limit or 0) - (check.spent or 0) for check in limits)
    action = proposal.action
    # What is at stake beside the amount (interest, a fee, a price bid) stays as it is.
    smaller = most - (stake(action) - action.amount)
    if 0 < smaller < action.amount and _divisible(proposal, smaller):
        yield f"an amount of at most {smaller} would be within every limit on {action.day}"
    elif most <= 0:
        yield f"no amount is within every limit on {action.day}"
    for days in range(1, _furthest(policy) + 1):
        later = action.model_copy(update={"day": moved(action.day, days)})
        moved_to = proposal.model_copy(update={"action": later})
        over = (
            check.result == "stopped" and check.limit is not None and not _about_people(check)
            for check in checks(policy, moved_to, books, spending)
        )
        if not any(over):
            yield f"the same amount would be within every limit on {later.day}"
            return


def _furthest(policy: Policy) -> int:
    """Return after how many days no window can hold both what there is around a day and more."""
    return min(2 * policy.reach, _LONGEST_SEARCH)


def _about_people(check: Check) -> bool:
    return check.rule.endswith(("approval_above", "second_person_above"))


def _divisible(proposal: Proposal, amount: int) -> bool:
    try:
        with_amount(proposal.action, amount)
    except AicfoError:
        return False
    return True
