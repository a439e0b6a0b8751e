"""What an action puts at stake, and who outside the firm receives it."""

from __future__ import annotations

from ..model.action import Action, IssueGuarantee, RepayLoan, SubmitBid


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
