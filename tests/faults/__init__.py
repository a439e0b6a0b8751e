"""Fault campaigns: every figure of docs/reliability.md, printed by `python -m tests.faults`.

Each module here that offers `campaign(share, seed) -> dict` is one. `share` 1.0 is the whole
size, `seed` decides every random choice. It returns its figures, and raises when something that
must hold does not. What cannot run here at all raises `Skipped`; what runs only in part says so
under the figure "skipped". No campaign asserts on time: figures in seconds are only told.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 2 * 1024**3


class Skipped(Exception):
    """The campaign has nothing to run on here; the message says what is missing."""


@contextmanager
def scratch() -> Generator[Path]:
    """A folder for very many small writes, in memory where there is room; gone afterwards.

    What kills a process does not ask whether the disk was waited for; what cuts its power does,
    and is tried elsewhere.
    """
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    with tempfile.TemporaryDirectory(prefix="aicfo-", dir=_MEMORY if roomy else None) as name:
        yield Path(name)
