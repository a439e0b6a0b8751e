"""What each plugin adds: the CFO with it less the CFO without it, firm by firm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .policies.names import WITH
from .results import gap, gap_row, groups
from .store import Columns, read


def ablation(folder: Path | str) -> list[dict[str, Any]]:
    """Return what each plugin adds to final wealth, for each archetype and all.

    Way "last" is `cfo` less `cfo-X`: what is lost when X is taken away from the others. Way
    "alone" is `cfo:X` less `owner`: what X brings by itself. The two differ where plugins help or
    replace each other, and neither need sum to what the CFO adds. A plugin in a folder is "last"
    too: `cfo+FOLDER` less `cfo`, or less the run's `cfo-X`. Raises: NotFound, BooksError.
    """
    about, columns = read(Path(folder))
    return [
        {"archetype": group, "plugin": plugin, "way": way, "gap": row}
        for group, _, values in groups(about, columns)
        for plugin, way, row in _added(values, about["seed"])
    ]


def _added(values: dict[str, Columns], seed: int) -> list[tuple[str, str, dict[str, Any]]]:
    found = list[tuple[str, str, dict[str, Any]]]()
    for name, theirs in values.items():
        kind, plugin = name[:4], name[4:]
        if kind == "cfo-" and "cfo" in values:
            found.append((plugin, "last", gap_row(name, gap(values["cfo"], theirs, seed))))
        elif kind == "cfo:" and "owner" in values:
            found.append((plugin, "alone", gap_row("owner", gap(theirs, values["owner"], seed))))
        elif kind == WITH:
            base = next((n for n in values if n == "cfo" or n.startswith("cfo-")), "owner")
            if base in values:
                found.append((plugin, "last", gap_row(base, gap(theirs, values[base], seed))))
    return found
