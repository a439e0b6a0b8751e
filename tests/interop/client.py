"""Our client side for the official suite: a URL mounted as a plugin, as `plugins add --url` does.

The suite gives the URL as last word and the scenario in the environment.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.client.mount import mount_server
from aicfo_sdk.client.remote import RemoteTool
from aicfo_sdk.client.types import FactTypes
from aicfo_sdk.config import Config, PluginRules, ServerRules
from aicfo_sdk.errors import AicfoError

_SAMPLES: dict[str, Any] = {"integer": 3, "number": 1.5, "boolean": True, "string": "x"}


def main(url: str) -> int:
    """List every tool and call it; return 1 when the server cannot be mounted."""
    given = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT", "") or "{}")
    with tempfile.TemporaryDirectory(prefix="aicfo-client-") as folder:
        os.environ["AICFO_HOME"] = folder
        config = Config(
            lock=Path(folder) / "pins.toml",
            plugins=PluginRules(start_seconds=100, deadline_seconds=100),
            servers={"judge": ServerRules(url=url)},
        )
        try:
            mounted = mount_server("judge", config, FactTypes())
        except AicfoError as error:
            print(error, file=sys.stderr)
            return 1
        calls = {each["name"]: each["arguments"] for each in given.get("toolCalls", [])}
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
                print(tool.name, error)
        mounted.child.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[-1]))
