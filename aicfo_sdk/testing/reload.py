"""A plugin's folder, loaded again after each change of its source."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import AicfoError, InputError
from ..plugin import Plugin
from .distribution import Distribution, find, load

Stamps = dict[Path, tuple[int, int]]
"""File → time of its last change in nanoseconds, size in bytes."""

_LATER = (".py", ".toml", ".json", ".csv")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder's source came to: its plugins, or why it cannot be loaded and where."""

    distribution: str
    plugins: tuple[Plugin, ...] = ()
    error: str = ""


def loaded_again(target: str | Path) -> Loaded:
    """Return the plugins of a folder as its source is now, whatever was imported of it before.

    A source that cannot be loaded is told in `error`. Raises: InputError, NotFound for a target
    that is no plugin's at all.
    """
    found = find(target)
    _forget(found)
    # Bytecode is told apart by whole seconds: two saves within one would count as the same.
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        plugins = tuple(load(entry) for entry in found.entries)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - an import may raise anything
        return Loaded(found.name, error=told(error, found.root))
    finally:
        sys.dont_write_bytecode = before
    return Loaded(found.name, plugins)


def told(error: BaseException, root: Path) -> str:
    """Return an error in lines: each line of the plugin's own source that led to it, and what."""
    cause = error.__cause__ if isinstance(error, AicfoError) and error.__cause__ else error
    lines: list[str] = []
    for frame in traceback.extract_tb(cause.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(root):
            lines.append(f"{path.relative_to(root).as_posix()}:{frame.lineno}  {frame.line or ''}")
    if isinstance(cause, SyntaxError) and cause.filename and Path(cause.filename).is_absolute():
        path = Path(cause.filename)
        place = path.relative_to(root) if path.is_relative_to(root) else path
        lines.append(f"{place.as_posix()}:{cause.lineno}  {(cause.text or '').strip()}")
    said = str(error) if isinstance(error, AicfoError) else f"{type(error).__name__}: {error}"
    return "\n".join([*lines, said])


def stamps(target: str | Path) -> Stamps:
    """Return the state of every source and data file in a plugin's folder.

    Folders that tools write (names with a dot, `__pycache__`, `build`, `dist`) are left out.
    """
    root, found = Path(target), Stamps()
    for path in root.rglob("*"):
        inner = path.relative_to(root).parts
        if path.suffix not in _LATER or any(map(_is_written, inner[:-1])):
            continue
        try:
            state = path.stat()
        except OSError:
            continue  # it was renamed meanwhile, as editors do when they save
        found[path] = (state.st_mtime_ns, state.st_size)
    return found


def changes(target: str | Path, *, sleep: Callable[[], None]) -> Iterator[int]:
    """Yield 0 at once, then 1, 2, … after each change; `sleep` waits between two looks.

    A change is told when a second look finds nothing new: editors write in several steps.
    """
    if not Path(target).is_dir():
        raise InputError("only a folder can be watched", value=str(target), mend="name its folder")
    number, known = 0, stamps(target)
    yield number
    while True:
        sleep()
        now = stamps(target)
        if now == known:
            continue
        while True:
            sleep()
            if (later := stamps(target)) == now:
                break
            now = later
        number, known = number + 1, now
        yield number


def _forget(found: Distribution) -> None:
    """Take the distribution's own modules out of those that are imported."""
    for name in list(sys.modules):
        if name.partition(".")[0] in found.own:
            del sys.modules[name]
    importlib.invalidate_caches()


def _is_written(folder: str) -> bool:
    return folder.startswith(".") or folder in ("__pycache__", "build", "dist", "node_modules")
