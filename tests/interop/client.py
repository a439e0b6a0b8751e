"""Our client side for the official suite: a URL mounted as a plugin, as `plugins add --url` does.

The suite gives the URL as last word and the scenario in the environment.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import urllib.request
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.client.mount import mount_server, sign_in_folder
from aicfo_sdk.client.remote import RemoteTool
from aicfo_sdk.client.types import FactTypes
from aicfo_sdk.config import Config, PluginRules, ServerRules
from aicfo_sdk.errors import AicfoError
from aicfo_sdk.mcp.signed_in import sign_in

_SCENARIO = "MCP_CONFORMANCE_SCENARIO"
_SAMPLES: dict[str, Any] = {"integer": 3, "number": 1.5, "boolean": True, "string": "x"}


def main(url: str) -> int:
    """List every tool and call it; return 1 when the server cannot be mounted.

    Where a person has to sign in, one does: in a browser that follows every page at once, as the
    suite's provider asks for no password.
    """
    given = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT", "") or "{}")
    with tempfile.TemporaryDirectory(prefix="aicfo-client-") as folder:
        os.environ["AICFO_HOME"] = folder
        calls = {each["name"]: each["arguments"] for each in given.get("toolCalls", [])}
        rules = ServerRules(url=url, sign_in=os.environ.get(_SCENARIO, "").startswith("auth/"))
        config = Config(
            lock=Path(folder) / "pins.toml",
            plugins=PluginRules(start_seconds=100, deadline_seconds=100),
            servers={"judge": rules},
        )
        try:
            if rules.sign_in:
                _signed_in(url, given)
            again = _used(config, calls)
            if rules.sign_in and again:
                # What `aicfo` says then: a tool is refused for want of a scope, or another
                # provider is asked now.
                _signed_in(url, given)
                _used(config, calls)
        except AicfoError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def _used(config: Config, calls: dict[str, Any]) -> bool:
    """Mount the server, call every tool; return whether somebody has to sign in again."""
    again = False
    mounted = mount_server("judge", config, FactTypes())
    context = Context(MemoryBooks([], as_of=date(2026, 3, 2)))
    for tool in mounted.plugin.tools.values():
        properties = tool.input_schema().get("properties", {})
        samples = {
            name: _SAMPLES.get(str(part.get("type")), {}) for name, part in properties.items()
        }
        wire = tool.manifest.wire if isinstance(tool, RemoteTool) else tool.name
        try:
            print(tool.name, tool(context, **calls.get(wire, samples)))
        except AicfoError as error:
            print(tool.name, error, file=sys.stderr)
            again = again or "aicfo plugins sign-in" in str(error)
    mounted.child.stop()
    return again


def _signed_in(url: str, given: dict[str, Any]) -> None:
    def browser(page: str) -> None:
        with urllib.request.urlopen(page, timeout=30) as answer:
            answer.read()

    known = {name: given[name] for name in ("client_id", "client_secret") if name in given}
    anyio.run(partial(sign_in, url, sign_in_folder("judge", url), browser, **known))


if __name__ == "__main__":
    sys.exit(main(sys.argv[-1]))
