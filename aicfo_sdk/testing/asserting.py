"""What tests of plugins assert about proposals and ledgers; each failure says what was there."""

from __future__ import annotations

from typing import Any, TypeVar

from ..books.store import StoredBooks
from ..model.base import Fact
from ..model.proposal import Proposal, proposals_in
from ..orchestrator.run import Run

A = TypeVar("A")


def proposals(result: Any) -> tuple[Proposal, ...]:
    """Return the proposals of a `Run`, of a fact, or of a list of facts."""
    if isinstance(result, Run):
        return result.proposals
    return tuple(proposals_in(result))


def assert_proposes(result: Fact | Run | list[Any], kind: type[A], /, **fields: Any) -> A:
    """Return the one proposed action of this kind with these fields.

    Raises: AssertionError that lists what is proposed, when none or several are such.
    """
    actions = [proposal.action for proposal in proposals(result)]
    found = [
        action
        for action in actions
        if isinstance(action, kind)
        and all(getattr(action, name, ...) == value for name, value in fields.items())
    ]
    wanted = f"{kind.__name__}({', '.join(f'{k}={v!r}' for k, v in fields.items())})"
    there = "\n  ".join(map(repr, actions)) or "nothing"
    assert len(found) == 1, f"{len(found)} proposals are {wanted}; proposed:\n  {there}"
    return found[0]


def assert_proposes_nothing(result: Fact | Run | list[Any]) -> None:
    """Raise AssertionError, with what is proposed, unless nothing is."""
    actions = [repr(proposal.action) for proposal in proposals(result)]
    assert not actions, "proposed:\n  " + "\n  ".join(actions)


def assert_balanced(books: StoredBooks) -> None:
    """Raise AssertionError unless the ledger sums to 0 and the audit chain holds."""
    total = sum(books.ledger.trial_balance().values())
    assert total == 0, f"the ledger is off by {total} minor units"
    problems = books.audit.verify().problems
    assert not problems, "\n  ".join(["the audit chain is broken:", *problems])
