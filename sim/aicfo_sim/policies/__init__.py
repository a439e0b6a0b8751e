"""Policies by name: the owner without a CFO, two simple rules, the orchestrator."""

from __future__ import annotations

from aicfo_sdk.errors import NotFound

from ..engine import Policy
from .simple import AlwaysDiscount, HoldAll, Owner

POLICIES = ("owner", "hold_all", "always_discount", "cfo")
"""Names of all policies; `owner` is what the others are compared with."""


def policy(name: str) -> Policy:
    """Return a fresh policy.

    Raises: NotFound.
    """
    if name == "cfo":
        from .cfo import Cfo

        return Cfo()
    simple: dict[str, type[Policy]] = {
        "owner": Owner,
        "hold_all": HoldAll,
        "always_discount": AlwaysDiscount,
    }
    if name not in simple:
        raise NotFound("no such policy", value=name, mend="known: " + ", ".join(POLICIES))
    return simple[name]()


__all__ = ["POLICIES", "AlwaysDiscount", "HoldAll", "Owner", "Policy", "policy"]
