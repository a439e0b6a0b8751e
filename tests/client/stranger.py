"""Makes distributions of strangers: installed on the import path like anyone's, not mocked."""

from __future__ import annotations

from importlib.metadata import EntryPoint, distributions
from pathlib import Path

HEAD = """\
from __future__ import annotations
from datetime import date, timedelta
from typing import ClassVar
from aicfo_sdk import *
from aicfo_sdk.model import *
"""


def write(folder: Path, name: str, source: str, *, version: str = "1.0", entry: str = "") -> None:
    """Put a distribution into a folder of the import path: one module, one entry point."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(source, "utf-8")
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8"
    )
    (info / "entry_points.txt").write_text(
        f"[aicfo.plugins]\n{entry or name} = {name}:plugin\n", "utf-8"
    )


def entry_point(folder: Path, name: str) -> EntryPoint:
    """The entry point of a distribution that `write` made."""
    for found in distributions(path=[str(folder)]):
        for each in found.entry_points:
            if each.module == name:
                return each
    raise LookupError(name)
