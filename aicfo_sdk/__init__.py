"""aicfo: write a financial capability once, as typed functions over a merchant's books.

The public names below are loaded on first use, so importing the package stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .books.port import Books, MemoryBooks
    from .capital import from_capital, to_capital
    from .context import Context
    from .days import WorkCalendar, calendar
    from .errors import AicfoError, InputError, NotFound, SolverError, ToolFailed, ToolRetry
    from .model.action import Action
    from .model.proposal import Proposal
    from .money import PPM, grouped, interest, round_div, share, split
    from .orchestrator.orchestrator import Goal, Orchestrator, Plan, Run
    from .parameters import Parameters
    from .plugin import Agent, Many, Needs, NeedsAll, NeedsAsk, Plugin, Same, Tool, With
    from .registry import Registry, discover
    from .safety.policy import Policy
    from .solve import Problem, Solution

__version__ = "0.1.0"

_HOMES = {
    "books.port": "Books MemoryBooks",
    "capital": "from_capital to_capital",
    "context": "Context",
    "days": "WorkCalendar calendar",
    "errors": "AicfoError InputError NotFound SolverError ToolFailed ToolRetry",
    "model.action": "Action",
    "model.proposal": "Proposal",
    "money": "PPM grouped interest round_div share split",
    "orchestrator.orchestrator": "Goal Orchestrator Plan Run",
    "parameters": "Parameters",
    "plugin": "Agent Many Needs NeedsAll NeedsAsk Plugin Same Tool With",
    "registry": "Registry discover",
    "safety.policy": "Policy",
    "solve": "Problem Solution",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "PPM",
    "Action",
    "Agent",
    "AicfoError",
    "Books",
    "Context",
    "Goal",
    "InputError",
    "Many",
    "MemoryBooks",
    "Needs",
    "NeedsAll",
    "NeedsAsk",
    "NotFound",
    "Orchestrator",
    "Parameters",
    "Plan",
    "Plugin",
    "Policy",
    "Problem",
    "Proposal",
    "Registry",
    "Run",
    "Same",
    "Solution",
    "SolverError",
    "Tool",
    "ToolFailed",
    "ToolRetry",
    "With",
    "WorkCalendar",
    "calendar",
    "discover",
    "from_capital",
    "grouped",
    "interest",
    "round_div",
    "share",
    "split",
    "to_capital",
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
