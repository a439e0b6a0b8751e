"""Lines on standard input that are no message: each is answered, none stops or fills the server."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import anyio
import pytest

pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")
HELLO = {
    "jsonrpc": "2.0",
    "id": "hello",
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
LONG = b'{"jsonrpc":"2.0","id":9,"method":"ping","params":{"x":"' + b"x" * 5_000_000 + b'"}}'


_SERVE = """
import anyio
from mcp.server import Server
from aicfo_sdk.mcp.transports import serve_stdio
anyio.run(serve_stdio, Server("test"))
"""


class Asked:
    """A server in a process of its own, and what it answered to lines."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        # A server that says nothing any more is ended, and the test fails.
        self._end = threading.Timer(120, self._process.kill)
        self._end.start()
        self._pings = 0
        self.answers(json.dumps(HELLO).encode())

    def answers(self, *lines: bytes) -> list[Any]:
        """What it answers before it answers a ping after them."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._pings += 1
        id = f"ping {self._pings}"
        ping = json.dumps({"jsonrpc": "2.0", "id": id, "method": "ping"}).encode()
        self._process.stdin.write(b"\n".join((*lines, ping)) + b"\n")
        self._process.stdin.flush()
        found: list[Any] = []
        while True:
            said = self._process.stdout.readline()
            assert said, "it ended"
            message = json.loads(said)
            if message["id"] == id:
                assert "result" in message
                return found
            found.append(message)

    def leave(self) -> int:
        """Close its input, and return how it ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        code = self._process.wait(60)
        self._end.cancel()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code


@pytest.fixture(scope="module")
def server() -> Iterator[Asked]:
    asked = Asked()
    yield asked
    assert asked.leave() == 0


@pytest.mark.parametrize(
    ("line", "code", "id", "said"),
    [
        (b"not json", -32700, None, "not JSON"),
        (b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe"}', -32700, None, "not UTF-8 at byte 34"),
        (b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"ping"}', -32700, None, "byte order mark"),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":NaN}}', -32700, None, "NaN"),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":-Infinity}}',
            -32700,
            None,
            "-Inf",
        ),
        (b"[" * 100_000 + b"]" * 100_000, -32700, None, "nested too deep"),
        (LONG, -32600, None, "a line of more than 4194304 bytes"),
        (b'{"id":5,"method":"ping"}', -32600, 5, "not a message of JSON-RPC 2.0"),
        (b'{"jsonrpc":"2.0","id":"a","method":7}', -32600, "a", "not a message"),
        (b'{"jsonrpc":"2.0","id":6,"method":"ping","params":[1]}', -32600, 6, "not a message"),
        (b'{"jsonrpc":"2.0","id":"\\ud800","method":7}', -32600, None, "not a message"),
        (b'{"jsonrpc":"2.0","id":true,"method":7}', -32600, None, "not a message"),
        (b'{"jsonrpc":"2.0","id":7}', -32600, None, "not a message"),
        (b'[{"jsonrpc":"2.0","id":8,"method":"ping"}]', -32600, None, "a batch"),
        (b"null", -32600, None, "not an object"),
    ],
)
def test_a_line_that_is_no_message_is_answered(
    server: Asked, line: bytes, code: int, id: Any, said: str
):
    (answer,) = server.answers(line)
    assert (answer["id"], answer["error"]["code"]) == (id, code)
    assert said in answer["error"]["message"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc":"2.0",\r"id":1,"method":"ping"}\r',  # a carriage return is a space of JSON
        '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"x":"\u2028NaN\x85"}}}'.encode(),
        b'  {"jsonrpc":"2.0","id":1,"method":"ping"}  ',
    ],
)
def test_a_message_is_a_message_whatever_stands_around_it(server: Asked, line: bytes):
    assert server.answers(b"", b" \t", line) == [{"jsonrpc": "2.0", "id": 1, "result": {}}]


def test_each_of_many_is_answered_for_itself(server: Asked):
    bad = [b'{"id":%d,"method":"ping"}' % number for number in range(200)]
    good = [b'{"jsonrpc":"2.0","id":%d,"method":"ping"}' % number for number in range(1000, 1200)]
    mixed = [line for pair in zip(bad, good, strict=True) for line in pair]
    found = server.answers(*mixed)
    assert {each["id"] for each in found if "error" in each} == set(range(200))
    assert {each["id"] for each in found if "result" in each} == set(range(1000, 1200))


def test_of_a_line_that_is_too_long_nothing_is_kept():
    from aicfo_sdk.mcp import lines

    data = [b"x" * (1 << 16)] * 100 + [b"\nshort\nlast"]

    async def read(size: int) -> bytes:
        return data.pop(0) if data else b""

    async def main() -> list[Any]:
        return [line async for line in lines._Lines(read)._split()]

    assert anyio.run(main) == [None, b"short", b"last"]
