"""Both ends speak MCP as others do: checked against the SDK's own client and server."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import anyio
import pytest

from aicfo_sdk import Context, MemoryBooks, Registry
from aicfo_sdk.client.mount import Mounted, mount
from aicfo_sdk.config import Config, PluginRules
from aicfo_sdk.errors import InputError, ToolFailed
from aicfo_sdk.orchestrator.orchestrator import Orchestrator

mcp = pytest.importorskip("mcp")
pytestmark = pytest.mark.slow

ACME = Path(__file__).parents[1] / "third_party" / "acme_fx"
BOOKS = MemoryBooks([], as_of=date(2026, 3, 2))
SERVER = '''
from mcp.server import MCPServer
server = MCPServer("rates", version="3.1")

@server.tool()
def rate(currency: str, percent: int = 5) -> dict[str, int]:
    """Rate of a currency, ppm."""
    if currency == "none":
        raise ValueError("no such currency")
    return {"ppm": percent * 10_000}

@server.tool(name="Say-Hello!", structured_output=False)
def hello() -> str:
    """Greets."""
    return "hello"

server.run()
'''


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_any_client_can_list_the_tools_of_our_host(mode: Any):
    target = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "aicfo_sdk.client.host", "acme_fx:plugin"],
        env={**os.environ, "PYTHONPATH": str(ACME)},
    )

    async def main() -> tuple[Any, Any, Any]:
        async with mcp.Client(target, mode=mode) as client:
            listed = await client.list_tools()
            info = client.server_info
            try:
                return listed, info, await client.call_tool("flat_forecast", {})
            except mcp.MCPError as error:
                return listed, info, error

    listed, info, refused = anyio.run(main)
    (tool,) = listed.tools
    assert (info.name, info.version) == ("acme_fx", "2.1.0")
    assert tool.input_schema["properties"]["horizon_days"]["type"] == "integer"
    assert tool.output_schema["title"] == "CashForecast"
    assert tool.annotations.read_only_hint is True
    assert "a call carries its books" in str(refused)


@pytest.fixture
def rates(tmp_path: Path) -> Iterator[Mounted]:
    script = tmp_path / "rates.py"
    script.write_text(SERVER, "utf-8")
    config = Config(
        plugins=PluginRules(start_seconds=120, deadline_seconds=120), lock=tmp_path / "pins.toml"
    )
    made = mount("rates", [sys.executable, str(script)], config=config, read=[script, *_python()])
    yield made
    made.child.stop()


def _python() -> list[Path]:
    return [Path(sys.prefix), Path(sys.base_prefix)]


def test_any_server_is_a_plugin(rates: Mounted):
    assert rates.refused == {}
    assert sorted(rates.plugin.tools) == ["rate", "say_hello"]
    rate = rates.plugin.tools["rate"]
    assert (rates.plugin.version, rate.effect, rate.external) == ("3.1", "read", True)
    assert rate(Context(BOOKS), currency="EUR", percent=2) == {"ppm": 20_000}
    assert rates.plugin.tools["say_hello"](Context(BOOKS)) == {"text": "hello"}
    run = Orchestrator(Registry([rates.plugin])).run(
        "rates.rate", books=BOOKS, arguments={"currency": "EUR"}
    )
    assert run.result == {"ppm": 50_000}


def test_its_errors_are_errors_of_the_tool(rates: Mounted):
    rate = rates.plugin.tools["rate"]
    with pytest.raises(ToolFailed, match=r"the tool says it failed: .*rate"):
        rate(Context(BOOKS), currency="none")
    with pytest.raises(InputError, match="no such argument: colour"):
        rate(Context(BOOKS), currency="EUR", colour=1)
    with pytest.raises(InputError, match="a required argument is missing: currency"):
        rate(Context(BOOKS))
    assert rate(Context(BOOKS), currency="EUR") == {"ppm": 50_000}


def test_what_is_no_server_says_so(tmp_path: Path):
    config = Config(plugins=PluginRules(start_seconds=120), lock=tmp_path / "pins.toml")
    with pytest.raises(InputError, match="no such program"):
        mount("nothing", ["no-such-program-anywhere"], config=config)
    with pytest.raises(ToolFailed, match=r"plugin cat (ended|answered|wrote|refused)"):
        mount("cat", ["cat"], config=config)
