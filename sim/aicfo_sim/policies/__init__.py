"""Policies by name: the owner without a CFO, simple rules, the orchestrator, strangers' own."""

from __future__ import annotations

from ..engine import Policy
from .names import POLICIES, SIMPLE, known, policy, reads_books
from .simple import AllT0, AlwaysDiscount, BankFirst, HoldAll, Owner

__all__ = [
    "POLICIES",
    "SIMPLE",
    "AllT0",
    "AlwaysDiscount",
    "BankFirst",
    "HoldAll",
    "Owner",
    "Policy",
    "known",
    "policy",
    "reads_books",
]
