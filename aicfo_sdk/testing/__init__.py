"""For whoever writes plugins: the conformance kit, synthetic merchants, asserting helpers.

With pytest installed, its fixtures are there in every test (`aicfo_sdk.testing.fixtures`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .asserting import assert_balanced, assert_proposes, assert_proposes_nothing, proposals
    from .client import McpCalls, stored
    from .conformance import PluginConformance, Report, check
    from .distribution import Distribution, find, load
    from .rules import RULES, Finding, Rule
    from .trial import registry_with

_HOMES = {
    "asserting": "assert_balanced assert_proposes assert_proposes_nothing proposals",
    "client": "McpCalls stored",
    "conformance": "PluginConformance Report check",
    "distribution": "Distribution find load",
    "rules": "RULES Finding Rule",
    "trial": "registry_with",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "RULES",
    "Distribution",
    "Finding",
    "McpCalls",
    "PluginConformance",
    "Report",
    "Rule",
    "assert_balanced",
    "assert_proposes",
    "assert_proposes_nothing",
    "check",
    "find",
    "load",
    "proposals",
    "registry_with",
    "stored",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
