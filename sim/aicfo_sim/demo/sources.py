"""The shipped real files with their source and licence."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from aicfo_sdk import NotFound

from .output import Source

FOLDER = Path(str(files("aicfo_seeds"))) / "real"


def seed_file(name: str) -> tuple[Path, Source]:
    """Return a shipped file and where it comes from.

    Raises: NotFound when it is not shipped.
    """
    table: list[dict[str, Any]] = tomllib.loads((FOLDER / "SOURCES.toml").read_text("utf-8"))[
        "file"
    ]
    for row in table:
        if row["file"] == name:
            known = {key: row[key] for key in ("name", "source", "licence", "attribution")}
            return FOLDER / name, Source(**known)
    raise NotFound("no such shipped file", value=name, mend="install aicfo-seeds")


def ppm(part: float, whole: float) -> int:
    """Return part / whole in parts per million, 0 when the whole is 0."""
    return round(part / whole * 1_000_000) if whole else 0
