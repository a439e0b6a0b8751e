"""AgentDojo's banking suite, from its own wheel, without the model clients the wheel asks for.

Some of its packages import every model client, or every suite, in their `__init__`, and the
banking suite needs only modules beside those. So such a package is entered here as its folder
alone: its modules load from the wheel as they are, its `__init__` does not run. One module that
is needed for a single constant (`llms/google_llm.py`) is left out the same way, its constant read
from its source. Nothing of the wheel is changed and no client is imitated.
"""

from __future__ import annotations

import ast
import importlib
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

VERSION = "v1.2.2"

_FOLDERS_ONLY = (
    "agent_pipeline",
    "agent_pipeline.llms",
    "task_suite",
    "default_suites.v1_1_1",
    "default_suites.v1_2",
    "default_suites.v1_2_2",
)
_CONSTANT = ("agent_pipeline.llms.google_llm", "EMPTY_FUNCTION_NAME")

# What registers the banking tasks of each version up to this one, oldest first.
_TASKS = ("v1.banking", "v1_1_1.banking", "v1_2.banking", "v1_2_2.banking")


@cache
def banking() -> Any:
    """Return the banking suite of v1.2.2: 16 user tasks and 9 injections.

    Raises: ModuleNotFoundError where agentdojo is not installed (requirements-faults.lock).
    """
    _prepare()
    base = "agentdojo.default_suites"
    suite = importlib.import_module(f"{base}.v1.banking.task_suite").task_suite
    for version in _TASKS:
        for kind in ("user_tasks", "injection_tasks"):
            name = f"{base}.{version}.{kind}"
            if find_spec(name) is not None:
                importlib.import_module(name)
    return suite.get_new_version(tuple(int(part) for part in VERSION[1:].split(".")))


def _prepare() -> None:
    package = importlib.import_module("agentdojo")
    root = Path(str(package.__file__)).parent
    for name in _FOLDERS_ONLY:
        module = ModuleType(f"agentdojo.{name}")
        module.__path__ = [str(root.joinpath(*name.split(".")))]
        sys.modules.setdefault(module.__name__, module)
    name, constant = _CONSTANT
    source = root.joinpath(*name.split(".")).with_suffix(".py").read_text("utf-8")
    module = ModuleType(f"agentdojo.{name}")
    setattr(module, constant, _constant(source, constant))
    sys.modules.setdefault(module.__name__, module)


def _constant(source: str, name: str) -> Any:
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign):
            target = statement.targets[0]
            if isinstance(target, ast.Name) and target.id == name:
                return ast.literal_eval(statement.value)
    raise LookupError(f"{name} stands no more in AgentDojo's source")
