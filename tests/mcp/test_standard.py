"""Standard input and output: for messages alone, whatever they are, at the cost of no thread."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")

_SERVE = """
import os, subprocess, sys, threading
import anyio
from mcp.server import Server
from mcp_types import CallToolResult, TextContent
from aicfo_sdk.mcp.transports import serve_stdio

async def call(context, params):
    if params.name == "loud":
        print("printed")
        subprocess.run(["echo", "said by a child"], check=True)
    read = sys.stdin.read(), threading.active_count()
    text = "x" * (params.arguments or {}).get("size", 0)
    return CallToolResult(content=[TextContent(text=text)], structured_content={"read": read})

anyio.run(serve_stdio, Server("test", on_call_tool=call))
print("after")
"""


def _line(id: int, method: str, params: dict[str, Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode()


def _asked(*sizes: int, name: str = "quiet") -> bytes:
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}}
    hello["clientInfo"] = {"name": "test", "version": "1"}
    calls = [
        _line(number, "tools/call", {"name": name, "arguments": {"size": size}})
        for number, size in enumerate(sizes, 1)
    ]
    return b"\n".join([_line(0, "initialize", hello), *calls, b""])


@contextmanager
def _started(stdin: Any, stdout: Any, stderr: Any = None) -> Generator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE], stdin=stdin, stdout=stdout, stderr=stderr
    )
    # A server that hangs is ended, and the test fails.
    end = threading.Timer(120, process.kill)
    end.start()
    with process:
        yield process
    end.cancel()
    assert process.returncode == 0


def _answers(said: bytes) -> dict[int, Any]:
    *lines, last = said.splitlines()
    assert last == b"after", "who served it has its output back"
    return {found["id"]: found["result"] for found in map(json.loads, lines)}


def test_only_messages_are_written_and_only_the_server_reads():
    pipe = subprocess.PIPE
    with _started(pipe, pipe, pipe) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(_asked(0, name="loud"))
        server.stdin.flush()
        first = [server.stdout.readline() for _ in range(2)]
        rest, told = server.communicate()
    answers = _answers(b"".join(first) + rest)
    assert answers[1]["structuredContent"] == {"read": ["", 1]}, "no thread waits beside it"
    assert told.count(b"printed") == told.count(b"said by a child") == 1


def test_answers_larger_than_a_pipe_arrive_whole_and_meanwhile_requests_are_taken():
    with _started(subprocess.PIPE, subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        # Nothing is read until far more than a pipe holds was asked: who waits for room to write
        # must not stop reading.
        server.stdin.write(_asked(*[3_000_000] * 4, *[0] * 2_000))
        server.stdin.flush()
        lines = [server.stdout.readline() for _ in range(2_005)]
        rest, _ = server.communicate()
    answers = _answers(b"".join(lines) + rest)
    assert [len(answers[id]["content"][0]["text"]) for id in (1, 4, 5)] == [3_000_000] * 2 + [0]
    assert len(answers) == 2_005


def test_files_serve_as_well(tmp_path: Path):
    given, taken = tmp_path / "in", tmp_path / "out"
    given.write_bytes(_asked())
    with given.open("rb") as stdin, taken.open("wb") as stdout, _started(stdin, stdout):
        pass
    assert list(_answers(taken.read_bytes())) == [0]


@pytest.mark.skipif(os.name != "posix", reason="no socket is a standard stream elsewhere")
def test_a_socket_serves_as_well():
    here, there = socket.socketpair()
    with here, here.makefile("rb") as said:
        with _started(there, there):
            there.close()
            here.sendall(_asked(200_000))
            lines = [said.readline() for _ in range(2)]
            here.shutdown(socket.SHUT_WR)
        found = _answers(b"".join([*lines, *said]))
    assert len(found[1]["content"][0]["text"]) == 200_000


def test_a_closed_standard_error_is_no_reason_not_to_serve():
    code = f"import os, sys\nos.close(2)\n{_SERVE}"
    done = subprocess.run(
        [sys.executable, "-c", code], input=_asked(), capture_output=True, check=False, timeout=60
    )
    assert list(_answers(done.stdout)) == [0]
