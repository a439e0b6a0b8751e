"""Which tools were approved: a small file of digests beside the configuration.

A plugin's tools are pinned when they are first seen, for installing it was the decision. From
then on a tool that says anything else of itself (what it does, takes, returns, reads, needs) is
refused until somebody approves it: `aicfo plugins approve NAME`.
"""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ..config import Config
from ..errors import InputError
from .manifest import Manifest

Pin = dict[str, str]
_HEAD = """\
# Written by aicfo: what the tools of each plugin looked like when they were first seen or last
# approved. A tool that changes is refused until `aicfo plugins approve NAME`. Keep this file.
"""


def home() -> Path:
    """Return the folder of what aicfo remembers for this user: $AICFO_HOME, else as the system
    has it."""
    named = os.environ.get("AICFO_HOME")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "aicfo"


class Pins:
    """The pins of one configuration."""

    def __init__(self, config: Config) -> None:
        self.path = config.lock or home() / "aicfo.lock.toml"

    def read(self) -> dict[str, dict[str, Pin]]:
        """Return plugin → tool → digests. Raises: InputError for a file that is no such table."""
        try:
            text = self.path.read_text("utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise self._unreadable(error) from None
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._unreadable(error) from None
        pins: dict[str, dict[str, Pin]] = {}
        for plugin, tools in raw.items():
            if not isinstance(tools, dict):
                raise self._unreadable(f"{plugin} is no table")
            pins[plugin] = {}
            for tool, pin in cast("dict[str, Any]", tools).items():
                parts = cast("dict[str, Any]", pin) if isinstance(pin, dict) else {}
                if not all(isinstance(part, str) for part in parts.values()) or not parts:
                    raise self._unreadable(f"{plugin}.{tool} is no table of digests")
                pins[plugin][tool] = parts
        return pins

    def approve(self, plugin: str, tools: Mapping[str, Manifest]) -> dict[str, str]:
        """Pin the tools of a plugin as they are; return tool → what changed since before.

        Raises: InputError when the file cannot be written.
        """
        changes = self.changes(plugin, tools)
        pins = self.read()
        pins[plugin] = {name: manifest.pin() for name, manifest in tools.items()}
        self._write(pins)
        return changes

    def changes(self, plugin: str, tools: Mapping[str, Manifest]) -> dict[str, str]:
        """Return tool → what is not as approved, in words; empty for a plugin never seen."""
        known = self.read().get(plugin)
        if known is None:
            return {}
        found: dict[str, str] = {}
        for name, manifest in tools.items():
            pin, now = known.get(name), manifest.pin()
            if pin is None:
                found[name] = "new"
            elif pin.get("sha256") != now["sha256"]:
                parts = [part for part in now if part != "sha256" and pin.get(part) != now[part]]
                found[name] = ", ".join(parts) or "settings"
        return found

    def seen(self, plugin: str) -> bool:
        """Whether this plugin was ever pinned."""
        return plugin in self.read()

    def _write(self, pins: dict[str, dict[str, Pin]]) -> None:
        lines = [_HEAD]
        for plugin, tools in sorted(pins.items()):
            for tool, pin in sorted(tools.items()):
                lines.append(f"[{json.dumps(plugin)}.{json.dumps(tool)}]")
                lines += [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in pin.items()]
                lines.append("")
            if not tools:
                lines += [f"[{json.dumps(plugin)}]", ""]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            opened, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
            with os.fdopen(opened, "w", encoding="utf-8") as file:
                file.write("\n".join(lines))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except OSError as error:
            raise InputError(
                "approved tools cannot be remembered",
                value=str(self.path),
                mend=error.strerror or "check the folder",
            ) from None

    def _unreadable(self, error: object) -> InputError:
        return InputError(
            "the file of approved tools cannot be used",
            value=str(error),
            where=str(self.path),
            mend="restore it, or delete it and approve the plugins again",
        )
