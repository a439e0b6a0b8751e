"""Reads every notice of a set of layouts and tallies what was read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.errors import AicfoError
from aicfo_sdk.model import Tender

from . import labels
from .tuned import Made

EACH = 12
"""Notices of each layout."""


def tally(
    layouts: Mapping[str, Callable[[int], Made]], *, each: int = EACH
) -> dict[str, labels.Tally]:
    """Return the tally of each layout; each notice goes through a file, kind and all."""
    out: dict[str, labels.Tally] = {}
    with tempfile.TemporaryDirectory(prefix="aicfo-notices-") as folder:
        for at, (name, layout) in enumerate(layouts.items()):
            counts = out[name] = labels.Tally()
            for i in range(each):
                data, suffix, truth = layout(1_000 * at + i)
                path = Path(folder) / f"{at}-{i}{suffix}"
                path.write_bytes(data)
                record = _record(path)
                if record is None:
                    counts.unread.append(f"{name} {i}")
                found = labels.read(record) if record else labels.nothing()
                counts.add(f"{name} {i}", truth, found)
    return out


def _record(path: Path) -> Tender | None:
    """Return the tender of a file; None when it is not recognised as one, or not readable."""
    try:
        records = read(path).records
    except AicfoError:
        return None
    return next((one for one in records if isinstance(one, Tender)), None)


def together(tallies: Mapping[str, labels.Tally]) -> labels.Tally:
    """Return one tally of several."""
    whole = labels.Tally()
    for one in tallies.values():
        for mine, theirs in (
            (whole.right, one.right),
            (whole.wrong, one.wrong),
            (whole.missed, one.missed),
        ):
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count
        whole.errors += one.errors
        whole.unread += one.unread
    return whole
