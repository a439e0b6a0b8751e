"""Prints what wheels and each way to install weigh, as docs/dependencies.md shows it.

Everything is read from what `make setup` installed: the files that an extra's distributions, and
those they ask for in turn, wrote, without bytecode. Our own are counted as their wheels hold
them: `make dist` builds them and writes this to dist/SIZES.
"""

from __future__ import annotations

import importlib.metadata as metadata
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

DIST = Path(__file__).parents[1] / "dist"
WAYS = (
    "aicfo-sdk",
    "aicfo-sdk[books]",
    "aicfo-sdk[cli]",
    "aicfo-sdk[mcp]",
    "aicfo-sdk[llm]",
    "aicfo-sdk[sim]",
    "aicfo-sdk[documents]",
    "aicfo-sdk[postgres]",
    "aicfo-sdk[all]",
    "aicfo",
)


def closure(asked: str) -> dict[str, metadata.Distribution]:
    """Return every installed distribution that installing `asked` brings, by its index name.

    Raises: SystemExit naming one that is not installed here.
    """
    found: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(asked)]
    while waiting:
        want = waiting.pop()
        name = canonicalize_name(want.name)
        for extra in ("", *want.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            found[name] = _installed(name)
            waiting += _asked(found[name].requires or (), extra)
    return found


def _installed(name: str) -> metadata.Distribution:
    if name.startswith("aicfo"):
        held = zipfile.Path(wheel(name))
        (info,) = (one for one in held.iterdir() if one.name.endswith(".dist-info"))
        return metadata.PathDistribution(info)
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        sys.exit(f"{name} is not installed here: run make setup")


def _asked(lines: Iterable[str], extra: str) -> Iterator[Requirement]:
    """What a distribution asks for: always (extra ""), or for that extra alone."""
    for need in map(Requirement, lines):
        always = need.marker is None or need.marker.evaluate({"extra": ""})
        if always != (extra == ""):
            continue
        if always or (need.marker is not None and need.marker.evaluate({"extra": extra})):
            yield need


def bytes_of(name: str, one: metadata.Distribution) -> int:
    """Return the bytes of a distribution's files: in its wheel if it is ours, else as installed."""
    if name.startswith("aicfo"):
        with zipfile.ZipFile(wheel(name)) as held:
            return sum(entry.file_size for entry in held.infolist())
    return sum(
        path.stat().st_size
        for file in one.files or ()
        if file.suffix != ".pyc" and (path := Path(str(file.locate()))).is_file()
    )


def wheel(name: str) -> Path:
    """Return our built wheel of that name. Raises: SystemExit when it is not built."""
    for path in DIST.glob(f"{name.replace('-', '_')}-*.whl"):
        return path
    sys.exit(f"no wheel of {name} in {DIST}: run make dist")


def main() -> None:
    """Print the table."""
    for path in sorted(DIST.glob("*.whl")):
        print(f"{path.name}: {_mb(path.stat().st_size)} MB")
    print("\n| `pip install` | distributions | installed, MB | of these ours |")
    print("|---|---|---|---|")
    for way in WAYS:
        found = {name: bytes_of(name, one) for name, one in closure(way).items()}
        ours = sum(size for name, size in found.items() if name.startswith("aicfo"))
        # Decimal megabytes, as indexes show them.
        print(f"| `{way}` | {len(found)} | {_mb(sum(found.values()))} | {_mb(ours)} |")


def _mb(size: int) -> str:
    return (
        f"{size / 1e6:.2f}"
        if size < 1e6
        else f"{size / 1e6:.1f}"
        if size < 1e7
        else f"{size / 1e6:.0f}"
    )


if __name__ == "__main__":
    main()
