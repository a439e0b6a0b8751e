"""From a program to a `Plugin`: read what it says of itself, check it against what was approved.

An installed plugin's listing is remembered under the digest of its files, so that commands start
no child before one of its tools is used. Whatever is remembered, each start of the child must say
the same again.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import pydantic
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from ..config import Config, ServerRules
from ..errors import AicfoError, InputError, RegistrationError, ToolFailed
from ..plugin import Plugin
from ..redaction import learn
from .child import Child, Listing, Program, package_root
from .manifest import META, Manifest, foreign, line
from .pins import Pins
from .remote import remote_tool
from .types import FactTypes

_PLUGIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_SMALL_FILE = 1 << 20
SIGNED_IN = "signed-in.json"
"""The file in which a sign-in at a server is kept, within `sign_in_folder`."""


@dataclass(frozen=True, slots=True)
class Mounted:
    """A plugin in a child: the tools that may be used, and why others may not."""

    plugin: Plugin
    child: Child
    refused: dict[str, str]
    """Tool → why it cannot be used at all."""
    changed: dict[str, str]
    """Tool → which of its parts are not as approved."""
    manifests: dict[str, Manifest]
    """Everything that the plugin says of its tools now."""


def mount(
    name: str,
    command: Sequence[str],
    *,
    config: Config | None = None,
    read: Sequence[Path] = (),
    types: FactTypes | None = None,
) -> Mounted:
    """Return the tools of any MCP server over stdio as a plugin of that name.

    The command runs closed in like every plugin; `read` names files and folders that it needs
    beside the system's own. Tools with an `aicfo/manifest` compose by type; others take plain
    arguments and return JSON. Raises: InputError for a command that is not there; ToolFailed when
    it does not answer as an MCP server.
    """
    import shutil

    config = config or Config()
    found = shutil.which(command[0]) if command else None
    if found is None:
        raise InputError("no such program", value=command[0] if command else "nothing")
    program = Program(
        name,
        command=(str(Path(found).absolute()), *command[1:]),
        read=(str(Path(found).absolute()), *(str(path.absolute()) for path in read)),
    )
    return _mounted(program, config, types or FactTypes(), None)


def mount_server(name: str, config: Config, types: FactTypes) -> Mounted:
    """Return the MCP server that the configuration names so, as a plugin.

    Whatever its tools say of themselves, they take plain arguments, get nothing of the books and
    provide only the facts that the configuration selects. A server at a URL is reached by a child
    of ours, which alone may open sockets. Raises: as `mount`.
    """
    rules = config.servers[name]
    if rules.url:
        config = replace(
            config, plugins=replace(config.plugins, network=(*config.plugins.network, name))
        )
    program = _program(name, rules)
    return _mounted(program, config, types, _remembered(name, rules), rules.facts)


def approve_server(name: str, config: Config) -> dict[str, str]:
    """Pin the tools of a mounted server as they are now; as `approve`."""
    _remembered(name, config.servers[name]).forget()
    mounted = mount_server(name, config, FactTypes())
    mounted.child.stop()
    return Pins(config).approve(name, mounted.manifests)


def _remembered(name: str, rules: ServerRules) -> _Remembered:
    words = (version("aicfo-sdk"), repr(rules), name)
    key = hashlib.sha256("\x1f".join(words).encode("utf-8", "surrogatepass")).hexdigest()
    return _Remembered(name, key[:32])


def _program(name: str, rules: ServerRules) -> Program:
    """What runs for a configured server."""
    import shutil

    if rules.command:
        found = shutil.which(rules.command[0])
        if found is None:
            raise InputError("no such program", value=rules.command[0], where=f"servers.{name}")
        path = str(Path(found).absolute())
        read = tuple(str(Path(each).expanduser().absolute()) for each in rules.read)
        return Program(name, command=(path, *rules.command[1:]), read=(path, *read))
    more: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    if rules.sign_in:
        folder = sign_in_folder(name, rules.url)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        more, write = ("--sign-in", str(folder), name), (str(folder),)
        for secret in _kept_secrets(folder):
            learn(secret)
    if rules.token_file:
        more = (str(Path(rules.token_file).expanduser().absolute()),)
        learn(_token(more[0], name))  # whatever the child says, it is not shown
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from aicfo_sdk.mcp import bridge; "
    code += "bridge.main(*sys.argv[1:])"
    command = (sys.executable, "-I", "-c", code, package_root(), rules.url, *more)
    read = (sys.prefix, sys.base_prefix, package_root(), *(write or more))
    # What closes the process in is this package, whichever else is installed.
    return Program(name, command=command, path=(package_root(),), read=read, write=write)


def sign_in_folder(name: str, url: str) -> Path:
    """Return where the sign-in at a server is kept; of another URL it is another one."""
    base = os.environ.get("AICFO_HOME") or os.environ.get("XDG_STATE_HOME")
    home = Path(base) if base else Path.home() / ".local" / "state"
    key = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return (home / "aicfo" / "sign-ins" / f"{name}-{key}").absolute()


def _kept_secrets(folder: Path) -> list[str]:
    """What a sign-in gave that nobody shall see."""
    try:
        kept = from_json((folder / SIGNED_IN).read_bytes())
        found = [*kept["tokens"].items(), *kept["client"].items()]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return []
    secret = ("access_token", "refresh_token", "client_secret")
    return [str(value) for name, value in found if name in secret]


def _token(file: str, name: str) -> str:
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "the token cannot be read", value=file, where=f"servers.{name}", mend=str(error)
        ) from None


def mount_entry(entry: EntryPoint, config: Config, types: FactTypes) -> Mounted:
    """Return the plugin of an entry point, in a child that starts when it is needed.

    Raises: ToolFailed when the plugin cannot be loaded or misbehaves meanwhile;
    RegistrationError when what it says does not hold together.
    """
    spec = _spec(entry)
    program = Program(
        entry.name,
        entry=entry.value.split("[")[0].strip(),
        path=tuple(_path(spec)),
        read=tuple(str(place) for place in _places(spec)),
    )
    return _mounted(program, config, types, _Remembered(entry.name, fingerprint(entry, spec)))


def approve(entry: EntryPoint, config: Config) -> dict[str, str]:
    """Pin the tools of an installed plugin as they are now; return tool → what had changed.

    It is asked anew whatever is remembered of it. Raises: as `mount_entry`.
    """
    _Remembered(entry.name, fingerprint(entry, _spec(entry))).forget()
    mounted = mount_entry(entry, config, FactTypes())
    mounted.child.stop()
    return Pins(config).approve(mounted.plugin.name, mounted.manifests)


def _mounted(
    program: Program,
    config: Config,
    types: FactTypes,
    remembered: _Remembered | None,
    facts: tuple[str, ...] | None = None,
) -> Mounted:
    child = Child(program, config.plugins)
    listing = remembered.read() if remembered is not None else None
    if isinstance(listing, str):
        raise ToolFailed(
            listing,
            where="remembered",
            mend=f"disable it, or aicfo plugins approve {program.name} tries again",
        )
    if listing is None:
        try:
            listing = child.listing()
        except ToolFailed as error:
            # No command shall wait for it a second time.
            if remembered is not None and child.too_slow:
                remembered.write(error.what)
            raise
        if remembered is not None:
            remembered.write(listing)
    child.walls = listing.walls
    manifests, refused = understood(listing, facts)
    server = listing.server
    name = program.name
    if program.entry:
        name = str(server.get("name", ""))
    if not _PLUGIN_NAME.fullmatch(name):
        raise RegistrationError("not a plugin name", value=name, mend="lower-case letters and _")
    plugin = Plugin(
        name,
        version=line(server.get("version"), 100),
        title=line(server.get("title"), 200) or name,
        description=line(server.get("description"), 2_000),
    )
    pins = Pins(config)
    changed = pins.changes(name, manifests)
    if not pins.seen(name):
        pins.approve(name, manifests)
    approved = {tool: m for tool, m in manifests.items() if tool not in changed}
    for tool, manifest in list(approved.items()):
        try:
            remote_tool(plugin, manifest, child, types)
        except AicfoError as error:
            refused[tool] = str(error)
        except Exception as error:  # noqa: BLE001 - what a stranger says of itself may be anything
            refused[tool] = line(f"{type(error).__name__}: {error}", 1_000)
    expected = {tool: manifest.pin()["sha256"] for tool, manifest in manifests.items()}

    def expect(now: Listing) -> None:
        said = {tool: m.pin()["sha256"] for tool, m in understood(now, facts)[0].items()}
        other = sorted(t for t in expected if said.get(t) != expected[t])
        if other:
            if remembered is not None:
                remembered.forget()
            raise ToolFailed(
                f"plugin {name} says other things of itself than it did before",
                value=", ".join(other),
                where=name,
                mend=f"look at it, then aicfo plugins approve {program.name}",
            )

    child.expect = expect
    return Mounted(plugin, child, refused, changed, manifests)


def understood(
    listing: Listing, facts: tuple[str, ...] | None = None
) -> tuple[dict[str, Manifest], dict[str, str]]:
    """Return (tool → manifest, tool → why it is refused) of a listing.

    With `facts` no manifest of the tools' own is believed: they are a stranger's, who may provide
    those facts and nothing else.
    """
    manifests: dict[str, Manifest] = {}
    refused: dict[str, str] = {}
    for tool in listing.tools:
        name = line(tool.get("name"), 80)
        meta: Any = tool.get("_meta")
        own = cast("dict[str, Any]", meta) if isinstance(meta, dict) else {}
        if "aicfo/refused" in own:
            refused[name] = line(own["aicfo/refused"], 1_000)
            continue
        try:
            if facts is not None:
                manifest = foreign(tool, facts)
            elif META in own:
                manifest = Manifest.model_validate_json(to_json(own[META]))
            else:
                manifest = foreign(tool)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            refused[name] = line(f"its manifest is none: {place}, {first['msg'].lower()}", 1_000)
            continue
        except RegistrationError as error:
            refused[name] = str(error)
            continue
        if manifest.name in manifests:
            refused[manifest.name] = "two tools share this name"
            continue
        manifests[manifest.name] = manifest
    return manifests, refused


# ── installed plugins ───────────────────────────────────────────────────────────────────────


class _Remembered:
    """The listing of an installed plugin as it was last read, good while its files are the same."""

    def __init__(self, name: str, key: str) -> None:
        self._prefix = re.sub(r"[^A-Za-z0-9_]", "_", name)[:40] + "-"
        self._path = cache_folder() / f"{self._prefix}{key}.json"

    def read(self) -> Listing | str | None:
        """Return what it said, why it could not be asked, or None when neither is known."""
        try:
            raw = from_json(self._path.read_bytes())
            if "broken" in raw:
                return str(raw["broken"])
            return Listing(raw["server"], tuple(raw["tools"]), tuple(raw["walls"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, found: Listing | str) -> None:
        """Remember; where nothing can be written, the next command asks again."""
        said = {"broken": found} if isinstance(found, str) else asdict(found)
        with suppress(OSError):
            folder = self._path.parent
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.glob(f"{self._prefix}*.json"):
                old.unlink(missing_ok=True)
            opened, name = tempfile.mkstemp(dir=folder)
            with os.fdopen(opened, "wb") as file:
                file.write(to_json(said))
            Path(name).replace(self._path)

    def forget(self) -> None:
        with suppress(OSError):
            self._path.unlink()


def cache_folder() -> Path:
    """Return the folder of remembered listings: in $AICFO_HOME, else the user's cache."""
    named = os.environ.get("AICFO_HOME")
    if named:
        return Path(named) / "listings"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "aicfo" / "listings"


def fingerprint(entry: EntryPoint, spec: ModuleSpec | None) -> str:
    """Return a digest of all that a plugin's listing depends on: its files and our versions."""
    made = hashlib.sha256()

    def add(*words: str) -> None:
        made.update("\x1f".join(words).encode("utf-8", "surrogatepass") + b"\n")

    add(
        version("aicfo-sdk"),
        pydantic.VERSION,
        sys.version,
        platform.release(),
        entry.value,
        entry.name,
    )
    if entry.dist is not None:
        add(entry.dist.name, entry.dist.version, entry.dist.read_text("RECORD") or "")
    for place in _places(spec):
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for file in files:
            if not file.is_file() or file.suffix == ".pyc":
                continue
            state = file.stat()
            if file.suffix == ".py" and state.st_size <= _SMALL_FILE:
                add(str(file), hashlib.sha256(file.read_bytes()).hexdigest())
            else:
                add(str(file), str(state.st_size), str(state.st_mtime_ns))
    return made.hexdigest()[:32]


def _spec(entry: EntryPoint) -> ModuleSpec | None:
    """Where the plugin's package is, found without importing it."""
    try:
        return find_spec(entry.module.partition(".")[0])
    except (ImportError, ValueError, AttributeError):
        return None


def _places(spec: ModuleSpec | None) -> list[Path]:
    """The package's folders, or the module's one file."""
    if spec is None:
        return []
    folders = list(spec.submodule_search_locations or ())
    return [Path(place) for place in folders or ([spec.origin] if spec.origin else [])]


def _path(spec: ModuleSpec | None) -> list[str]:
    """The parts of our import path that a child needs beside its own: where the plugin, this
    package and installed distributions are. Never a folder that is there by chance, such as the
    one in which the command was given: the books may lie in it."""
    homes = [Path(home) for home in {sys.prefix, sys.base_prefix}]
    needed = {package_root(), *(str(place.parent) for place in _places(spec))}
    kept: list[str] = []
    for place in [*sys.path, *sorted(needed)]:
        folder = Path(place)
        if not place or place in kept or any(folder.is_relative_to(home) for home in homes):
            continue
        if place in needed or next(folder.glob("*.dist-info"), None) is not None:
            kept.append(place)
    return kept
