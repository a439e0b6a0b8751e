"""The MCP server as clients see it: in process, over stdio, over HTTP; both protocol eras."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import anyio
import jsonschema
import pytest

from aicfo_sdk.books.store import open_books
from aicfo_sdk.llm.spans import OPERATION, TOOL
from aicfo_sdk.orchestrator.session import Session

mcp = pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")

ERAS = ["legacy", "2026-07-28"]


def call(target: Any, name: str, arguments: dict[str, Any], mode: str = "auto") -> Any:
    """Call one tool through the SDK's client and return its result."""

    async def main() -> Any:
        async with mcp.Client(target, mode=mode) as client:
            return await client.call_tool(name, arguments)

    return anyio.run(main)


def listed(target: Any, mode: str = "auto") -> list[Any]:
    async def main() -> list[Any]:
        async with mcp.Client(target, mode=mode) as client:
            return (await client.list_tools()).tools

    return anyio.run(main)


@pytest.fixture
def server(shop: Path) -> Iterator[Any]:
    from aicfo_sdk.mcp.server import build_server

    with open_books(shop) as books:
        yield build_server(Session(books))


@pytest.mark.parametrize("mode", ERAS)
def test_every_installed_tool_is_listed_with_flat_exact_schemas(server: Any, mode: str):
    tools = {tool.name: tool for tool in listed(server, mode)}
    assert {"core_brief", "core_funding", "core_credit_lines"} <= set(tools)
    for tool in tools.values():
        schema = tool.input_schema
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
        assert tool.output_schema["type"] == "object"
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        needs = {"forecast", "advice", "sources", "demands", "need"}
        assert not needs & set(schema["properties"]), f"{tool.name} shows its needs"
    assert tools["core_brief"].annotations.read_only_hint is False
    assert tools["core_credit_lines"].annotations.read_only_hint is True
    assert "tender" in tools["core_funding"].input_schema["properties"]


@pytest.mark.parametrize("mode", ERAS)
def test_a_call_answers_with_structured_content_that_its_schema_describes(server: Any, mode: str):
    schema = {tool.name: tool for tool in listed(server, mode)}["core_credit_lines"].output_schema
    result = call(server, "core_credit_lines", {}, mode)
    assert result.is_error is False
    (source,) = result.structured_content["result"]
    assert source["limit"] == 1_000_000
    jsonschema.validate(result.structured_content, schema)
    assert json.loads(result.content[0].text.splitlines()[0]) == result.structured_content


def test_an_answer_names_the_server_without_its_icon(server: Any):
    meta = call(server, "core_credit_lines", {}, "2026-07-28").meta
    assert set(meta["io.modelcontextprotocol/serverInfo"]) == {"name", "version"}
    assert "aicfo/run" in meta
    refused = call(server, "core_credit_lines", {"limit": 3}, "2026-07-28").meta
    assert refused == {"io.modelcontextprotocol/serverInfo": {"name": "aicfo", "version": ANY}}


def test_bad_arguments_come_back_as_an_error_that_the_model_can_mend(server: Any):
    result = call(server, "core_credit_lines", {"limit": 3})
    assert result.is_error
    assert "no such argument: limit (core.credit_lines)" in result.content[0].text
    result = call(server, "tender_funding_need", {"tender": "T-404"})
    assert result.is_error
    assert "T-404" in result.content[0].text


def test_an_unknown_tool_is_a_protocol_error_that_names_the_tools(server: Any):
    from mcp.shared.exceptions import MCPError

    async def main() -> None:
        async with mcp.Client(server) as client:
            expected = r"no such tool: nope; tools: .*core_brief"
            with pytest.raises(MCPError, match=expected) as caught:
                await client.call_tool("nope", {})
            assert caught.value.error.code == -32602

    anyio.run(main)


def command(shop: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "aicfo_sdk.cli", "serve", "--books", str(shop), *more]


@pytest.mark.parametrize("mode", ERAS)
def test_it_serves_over_stdio(shop: Path, mode: str):
    first, *rest = command(shop)
    target = mcp.StdioServerParameters(command=first, args=rest, env=dict(os.environ))
    result = call(target, "core_credit_lines", {}, mode)
    assert result.structured_content["result"][0]["id"] == "draw:L"


def test_it_serves_over_streamable_http_on_loopback_only(shop: Path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        command(shop, "--http", f"127.0.0.1:{port}"), stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        assert "serves MCP at" in process.stderr.readline()
        url = f"http://127.0.0.1:{port}/mcp"
        _wait(port)
        for mode in ERAS:
            result = call(url, "core_credit_lines", {}, mode)
            assert result.structured_content["result"][0]["id"] == "draw:L"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_an_address_that_others_can_reach_is_refused(shop: Path):
    done = subprocess.run(
        command(shop, "--http", "0.0.0.0:8765"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "0.0.0.0" in done.stderr
    assert "127.0.0.1" in done.stderr


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not start")


def test_a_call_is_a_span_by_the_conventions_that_tells_nothing_of_the_books(shop: Path):
    done = subprocess.run(
        [sys.executable, "-c", _TRACED, str(shop)], capture_output=True, text=True, check=True
    )
    told = dict(json.loads(done.stdout))["tools/call core_credit_lines"]
    assert (told[OPERATION], told[TOOL]) == ("execute_tool", "core_credit_lines")
    assert "1000000" not in done.stdout
    assert "MYbank" not in done.stdout


_TRACED = """
import json, sys
import anyio, mcp
from contextlib import contextmanager
from opentelemetry import trace
from aicfo_sdk.books.store import open_books
from aicfo_sdk.mcp.server import build_server
from aicfo_sdk.orchestrator.session import Session

seen = []

class Span(trace.NonRecordingSpan):
    def __init__(self, told):
        super().__init__(trace.INVALID_SPAN_CONTEXT)
        self.told = told
    def set_attribute(self, name, value):
        self.told[name] = value
    def set_attributes(self, values):
        self.told.update(values)

class Tracer(trace.NoOpTracer):
    @contextmanager
    def start_as_current_span(self, name, *args, attributes=None, **more):
        told = dict(attributes or {})
        seen.append((name, told))
        yield Span(told)

class Provider(trace.TracerProvider):
    def get_tracer(self, *args, **more):
        return Tracer()

trace.set_tracer_provider(Provider())

async def main():
    with open_books(sys.argv[1]) as books:
        async with mcp.Client(build_server(Session(books))) as client:
            await client.call_tool("core_credit_lines", {})

anyio.run(main)
print(json.dumps(seen, default=str))
"""
