"""Prints the software bill of materials: `python metapackage/sbom.py [--wheels dist]`.

CycloneDX 1.6 as JSON: our wheels, and every distribution that requirements.lock pins, with its
licence and the hashes that pip is held to. Equal inputs give equal bytes: no clock, no random
number, no machine. What depends on what is told of our own distributions only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+?)(?:\s*;\s*(.+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NAME = re.compile(r"^[A-Za-z0-9][\w.-]*")


class Pinned(NamedTuple):
    """One distribution of a lock: name, version, where it is for (""), SHA-256 of its files."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def pinned(lock: str) -> Iterator[Pinned]:
    """Yield what a hash-pinned lock holds. Raises: SystemExit for a pin without a hash."""
    for block in re.split(r"\n(?=\S)", lock):
        first = block.partition("\n")[0]
        found = _PIN.match(first)
        if found is None:
            continue
        hashes = tuple(sorted(_HASH.findall(block)))
        if not hashes:
            raise SystemExit(f"{found[1]} is pinned without a hash in the lock")
        yield Pinned(found[1], found[2], found[3] or "", hashes)


def normal(name: str) -> str:
    """Return a distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def bill(root: Path = ROOT, wheels: Path | None = None) -> dict[str, Any]:
    """Return the bill; `wheels` is a folder with ours, whose SHA-256 it then tells.

    Raises: SystemExit for a pinned distribution whose licence is not recorded.
    """
    licences = tomllib.loads((root / "metapackage/licences.toml").read_text("utf-8"))
    locked = sorted(pinned((root / "requirements.lock").read_text("utf-8")))
    if missing := [one.name for one in locked if one.name not in licences]:
        raise SystemExit(f"no licence recorded in metapackage/licences.toml: {', '.join(missing)}")
    projects = _projects(root)
    version = projects["aicfo"][0]
    built = {_of(wheel): wheel for wheel in sorted(wheels.glob("*.whl"))} if wheels else {}
    refs: dict[str, set[str]] = {}  # one name may be pinned twice, for two Pythons
    ours = [(name, own) for name, (own, _) in projects.items()]
    for name, own in [*((one.name, one.version) for one in locked), *ours]:
        refs.setdefault(normal(name), set()).add(_purl(name, own))
    body: dict[str, Any] = {
        "metadata": {
            "component": _ours("aicfo", version, built),
            "lifecycles": [{"phase": "build"}],
        },
        "components": [
            *(_ours(name, own, built) for name, (own, _) in projects.items() if name != "aicfo"),
            *(_theirs(one, licences[one.name]) for one in locked),
        ],
        "dependencies": [
            {
                "ref": _purl(name, own),
                "dependsOn": sorted({ref for need in needs for ref in refs.get(need, ())}),
            }
            for name, (own, needs) in projects.items()
        ],
        "compositions": [
            {"aggregate": "complete", "assemblies": [_purl("aicfo", version)]},
            {"aggregate": "incomplete", "dependencies": sorted(set().union(*refs.values()))},
        ],
    }
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # Named by its content, so that equal inputs have equal numbers.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'aicfo:{digest}')}",
        "version": 1,
        **body,
    }


def _projects(root: Path) -> dict[str, tuple[str, list[str]]]:
    """Our distributions, by name: version, and the names that they ask for in any extra."""
    found: dict[str, tuple[str, list[str]]] = {}
    for path in sorted(root.glob("**/pyproject.toml")):
        place = path.relative_to(root).parts
        if place[0] not in ("pyproject.toml", "metapackage", "plugins", "seeds", "sim"):
            continue
        project = tomllib.loads(path.read_text("utf-8"))["project"]
        version = project.get("version") or _version(path.parent)
        asked = [*project.get("dependencies", [])]
        for extra in project.get("optional-dependencies", {}).values():
            asked += extra
        names = {normal(match[0]) for each in asked if (match := _NAME.match(each))}
        found[project["name"]] = (version, sorted(names - {project["name"]}))
    return found


def _version(folder: Path) -> str:
    text = (folder / "aicfo_sdk/__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise SystemExit("aicfo_sdk/__init__.py tells no version")
    return found[1]


def _ours(name: str, version: str, built: dict[str, Path]) -> dict[str, Any]:
    purl = _purl(name, version)
    made: dict[str, Any] = {
        "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
        "licenses": [{"expression": "Apache-2.0"}],
    }  # fmt: skip
    if wheel := built.get(name):
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        made["hashes"] = [{"alg": "SHA-256", "content": digest}]
    return made


def _theirs(one: Pinned, licence: str) -> dict[str, Any]:
    purl = _purl(one.name, one.version)
    told = [{"name": "aicfo:locked-sha256", "value": digest} for digest in one.hashes]
    if one.marker:
        told.append({"name": "aicfo:marker", "value": one.marker})
    return {
        "type": "library", "bom-ref": purl, "name": one.name, "version": one.version, "purl": purl,
        "scope": "optional" if one.marker else "required",
        "licenses": [{"expression": licence}], "properties": told,
    }  # fmt: skip


def _purl(name: str, version: str) -> str:
    return f"pkg:pypi/{normal(name)}@{version}"


def _of(wheel: Path) -> str:
    return normal(wheel.name.partition("-")[0])


def main() -> None:
    """Print the bill, and refuse wheels that are not all there."""
    made = argparse.ArgumentParser(prog="python metapackage/sbom.py", description=__doc__)
    made.add_argument("--wheels", type=Path, metavar="DIR", help="a folder with our built wheels")
    wheels: Path | None = made.parse_args().wheels
    if wheels is not None:
        there = {_of(wheel) for wheel in wheels.glob("*.whl")}
        if missing := sorted({*_projects(ROOT)} - there):
            sys.exit(f"no wheel in {wheels} of {', '.join(missing)}: run make dist")
    print(json.dumps(bill(wheels=wheels), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
