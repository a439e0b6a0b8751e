"""What is checked: a plugin, loaded from its folder or as it is installed."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from ..errors import InputError, NotFound, show
from ..plugin import Plugin
from .rules import Finding

GROUP = "aicfo.plugins"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry point: the name and the `module:attribute` that it names."""

    name: str
    value: str

    @property
    def top(self) -> str:
        """The top-level package or module."""
        return self.value.partition(":")[0].partition(".")[0]


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution that offers plugins: its metadata, entry points and source files."""

    name: str
    version: str
    root: Path
    """The folder that file names are told from."""
    entries: tuple[Entry, ...]
    files: tuple[Path, ...]
    requires: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    """What was wrong before anything could be loaded."""

    @property
    def own(self) -> set[str]:
        """Top-level names that it brings."""
        return {entry.top for entry in self.entries}


def find(target: str | Path) -> Distribution:
    """Return the distribution in a folder with a `pyproject.toml`, or of an installed plugin.

    A folder's source is put on the import path, so it need not be installed; what it depends on
    must be. Raises: InputError, NotFound.
    """
    folder = Path(target)
    if folder.is_dir():
        return _in_folder(folder.resolve())
    if folder.exists() or folder.parent != Path():
        raise InputError(
            "not a plugin's folder", value=str(target), mend="name the folder of its pyproject.toml"
        )
    return _installed(str(target))


def load(entry: Entry) -> Plugin:
    """Return the plugin that an entry point names. Raises: what its import raises; InputError."""
    module, _, attribute = entry.value.partition(":")
    found: Any = import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    if not isinstance(found, Plugin):
        raise InputError("the entry point does not name a Plugin", value=entry.value)
    return found


def _in_folder(folder: Path) -> Distribution:
    path = folder / "pyproject.toml"
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(
            "no plugin's folder: its pyproject.toml cannot be read",
            value=str(path),
            mend=error.strerror or "check the path",
        ) from None
    except ValueError as error:
        raise InputError("not TOML", value=str(error), where=str(path)) from None
    project = _table(raw, "project")
    points = _table(_table(project, "entry-points"), GROUP)
    if not points:
        raise InputError(
            "this distribution offers no plugin",
            value=str(path),
            mend=f'name one under [project.entry-points."{GROUP}"], or see aicfo new',
        )
    entries = tuple(Entry(name, str(value)) for name, value in sorted(points.items()))
    places = [place for place in (folder, folder / "src") if place.is_dir()]
    files: list[Path] = []
    missing: list[Finding] = []
    for entry in entries:
        home = next((place for place in places if _is_there(place, entry.top)), None)
        if home is None:
            where = "pyproject.toml"
            seen = f"no package or module {show(entry.top)} in {folder.name}/ or {folder.name}/src/"
            missing.append(Finding("loads", entry.name, 0, where, seen))
            continue
        if str(home) not in sys.path:
            sys.path.insert(0, str(home))
        single = home / f"{entry.top}.py"
        files += [single] if single.is_file() else sorted((home / entry.top).rglob("*.py"))
    return Distribution(
        name=str(project.get("name", folder.name)),
        version=str(project.get("version", "")),
        root=folder,
        entries=entries,
        files=tuple(dict.fromkeys(files)),
        requires=tuple(map(str, cast("list[Any]", project.get("dependencies", [])))),
        findings=tuple(missing),
    )


def _is_there(place: Path, top: str) -> bool:
    return (place / top).is_dir() or (place / f"{top}.py").is_file()


def _table(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = of.get(name, {})
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _installed(name: str) -> Distribution:
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    points = {point.name: point for point in entry_points(group=GROUP)}
    point = points.get(name)
    if point is None:
        raise NotFound(
            "neither a folder nor an installed plugin",
            value=name,
            mend="installed: " + ", ".join(sorted(points)),
        )
    entry = Entry(point.name, point.value)
    spec = find_spec(entry.top)
    places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    files = [path for place in places for path in sorted(place.rglob("*.py"))]
    if spec is not None and not places and spec.origin:
        files, places = [Path(spec.origin)], [Path(spec.origin)]
    dist = point.dist
    return Distribution(
        name=dist.name if dist else name,
        version=dist.version if dist else "",
        root=places[0].parent if places else Path.cwd(),
        entries=(entry,),
        files=tuple(files),
        requires=tuple(dist.requires or ()) if dist else (),
    )
