"""The merchant simulation sandbox: synthetic firms, a simulated bank, paired experiments."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .experiment import Result, run
    from .query import open_results
    from .sample import merchant_records, sandbox

__all__ = ["Result", "merchant_records", "open_results", "run", "sandbox"]

# No public name is that of a submodule: importing the submodule would replace it. So the summary
# of an experiment stays `aicfo_sim.results.report`.
_HOMES = {
    "Result": "experiment",
    "merchant_records": "sample",
    "open_results": "query",
    "run": "experiment",
    "sandbox": "sample",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
