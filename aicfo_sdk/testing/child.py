"""`python -m aicfo_sdk.testing.child TARGET …`: what a new process says of a plugin.

Another process has another order of sets, and shows what importing the plugin alone loads. It
prints one JSON document.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HEAVY = (
    "aicfo_sim", "duckdb", "httpx", "lightgbm", "litellm", "matplotlib", "mcp", "numpy", "openpyxl",
    "pandas", "pyarrow", "ray", "requests", "scipy", "sklearn", "sqlalchemy", "statsforecast",
    "tensorflow", "torch",
)  # fmt: skip
"""Packages that cost a tenth of a second of start-up or more."""


def main(target: str, archetypes: str, seed: str, limit: str) -> dict[str, Any]:
    """Return what importing loads, and digests of the answers per tool and merchant."""
    from .distribution import find, load

    found = find(target)
    before = set(sys.modules)
    plugins = [load(entry) for entry in found.entries]
    heavy = [name for name in HEAVY if name in sys.modules and name not in before]

    from ..model.base import digest
    from .limits import Endless
    from .merchants import merchants
    from .trial import Trial, answer

    answers: dict[str, str] = {}
    endless: dict[str, str] = {}
    where = merchants(archetypes.split(","), int(seed)) if archetypes else []
    for plugin in plugins:
        trial = Trial(plugin, limit=float(limit))
        for place, books in enumerate(where):
            for tool in plugin.tools.values():
                if tool.external or tool.full_name in endless:
                    continue
                for number, arguments in enumerate(trial.asked(tool, books)):
                    try:
                        told = answer(tool, trial.run(tool, books, arguments))
                    except Endless as error:
                        endless[tool.full_name] = str(error)
                        break
                    answers[f"{tool.full_name} {place} {number}"] = digest(told)
    return {"heavy": heavy, "answers": answers, "endless": endless}


if __name__ == "__main__":
    out = main(*sys.argv[1:5])
    Path(sys.argv[5]).write_text(json.dumps(out), "utf-8")
