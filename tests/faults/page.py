"""Writes the figures of docs/reliability.json into docs/reliability.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

from .running import RESULT, ROOT

PAGE = ROOT / "docs" / "reliability.md"

# A figure of the page: `<!-- kills.sqlite.lost -->0<!-- -->`, the path of a value in the result.
_FIGURE = re.compile(r"<!-- ([^<>\n]+?) -->([^<]*)<!-- / -->")


def write(page: Path = PAGE, result: Path = RESULT) -> None:
    """Put the figures of the result file into the page. Raises: KeyError for one it has not."""
    page.write_text(filled(page.read_text("utf-8"), load(result)), "utf-8")


def load(result: Path = RESULT) -> dict[str, Any]:
    """Return the result file."""
    return json.loads(result.read_text("utf-8"))


def filled(text: str, result: dict[str, Any]) -> str:
    """Return the page with every figure as the result has it."""
    return _FIGURE.sub(lambda found: f"<!-- {found[1]} -->{said(result, found[1])}<!-- / -->", text)


def said(result: dict[str, Any], path: str) -> str:
    """Return one figure as the page says it. Raises: KeyError naming the path."""
    if path == "commits":
        return commits(result)
    value: object = result
    first, *rest = path.split(".")
    if first in result:
        value = result[first]
    else:
        campaigns = cast("dict[str, Any]", result["campaigns"])
        if first not in campaigns:
            return "not run"
        if campaigns[first]["status"] != "held":
            return campaigns[first]["status"]
        about = rest[:1] in (["seconds"], ["share"])
        value = campaigns[first] if about else campaigns[first]["figures"]
    for part in rest:
        if not isinstance(value, dict) or part not in value:
            if first not in result and result["campaigns"][first]["skipped"]:
                return "skipped"
            raise KeyError(f"{path}: the result file has no {part!r}")
        value = cast("dict[str, object]", value)[part]
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def commits(result: dict[str, Any]) -> str:
    """Return which campaigns ran at which commit, and the share of those that were not whole."""
    by_commit: dict[str, list[str]] = {}
    for name, campaign in result["campaigns"].items():
        changed = " with uncommitted changes" if campaign["dirty"] else ""
        part = "" if campaign["share"] == 1 else f" (share {campaign['share']:g})"
        by_commit.setdefault(campaign["commit"] + changed, []).append(f"`{name}`{part}")
    return "; ".join(f"{commit}: {', '.join(found)}" for commit, found in by_commit.items())
