"""Mutated JSON-RPC lines into a running MCP server over stdio: it answers on, and never dies.

After every few lines comes a ping: its answer shows that the server is alive and that everything
before it was read. What it prints must be one JSON message a line. Its memory is bounded by the
kernel.
"""

from __future__ import annotations

import json
import queue
import random
import re
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import create_with, open_books
from aicfo_sdk.model import Merchant, UntrustedText
from tests.books.samples import DAY, account, bill, line

from .fuzzing import WHOLE
from .mutations import Mutator

_TOGETHER = 50
_PATIENCE_SECONDS = 300  # until a server that says nothing counts as hanging
_MEMORY = 6 * 1024**3  # bytes of address space; a server of these tools maps about 3 GiB
_PING = re.compile(r"ping-([0-9]+)")

_HELLO = {
    "jsonrpc": "2.0",
    "id": "hello",
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "fuzz", "version": "1"},
    },
}
_READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def _request(id: Any, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


def _call(id: int, name: str, **arguments: Any) -> dict[str, Any]:
    return _request(id, "tools/call", name=name, arguments=arguments)


_MESSAGES: tuple[Any, ...] = (
    _HELLO,
    _READY,
    _request(2, "ping"),
    _request(3, "tools/list", cursor="x"),
    _call(4, "tender_search_tenders", query="school roof", limit=5),
    _call(5, "bill_check_bill", bill="b1"),
    _call(6, "core_credit_lines"),
    _call(7, "no_such_tool", x=1),
    _request(8, "resources/list"),
    _request(9, "logging/setLevel", level="debug"),
    _request(10, "completion/complete", ref={"type": "ref/prompt", "name": "x"}, argument={}),
    {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 4}},
    {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1}},
    {"jsonrpc": "2.0", "id": 2, "result": {}},
    {"jsonrpc": "2.0", "id": 3, "error": {"code": -32600, "message": "x"}},
    [_request(11, "ping"), _request(12, "tools/list")],
)


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return how many lines the server took; raises with those after which it was gone."""
    count = max(200, round(WHOLE * share))
    rng = random.Random(f"{seed} rpc")
    samples = [json.dumps(message).encode() for message in _MESSAGES]
    mutator = Mutator(samples, rng)
    with tempfile.TemporaryDirectory(prefix="aicfo-fuzz-") as folder:
        books = Path(folder) / "shop.books"
        records = (account(), line("o", 1_000_000, "opening"), bill("b1", 500_000))
        me = Merchant(id="me", updated=DAY, name=UntrustedText("晨光机电"))
        batch = Batch("test", "test", "0" * 64, "CNY", records)
        with create_with([batch], books, merchant=me)[0] as made:
            before = made.ledger.trial_balance()
        with (Path(folder) / "stderr").open("w+b") as errors:
            server = _Server(books, errors)
            try:
                server.tell(json.dumps(_HELLO).encode(), json.dumps(_READY).encode())
                given = list(_hard())
                server.tell_all(given)
                for start in range(0, count, _TOGETHER):
                    size = min(_TOGETHER, count - start)
                    server.tell(*(_line(mutator) for _ in range(size)))
                server.leave()
            finally:
                server.kill()
        with open_books(books) as opened:
            assert opened.audit.verify().problems == ()
            # Whatever was asked, no money moved.
            assert opened.ledger.trial_balance() == before
    return {
        "inputs": count + len(given),
        "crashes": 0,
        "answers": server.answers,
        "errors_said": server.errors,
        "memory_mib": server.memory_mib,
    }


def _line(mutator: Mutator) -> bytes:
    data = mutator.input()
    # An end of line inside would make two inputs of it; now and then that is what is wanted.
    return data if mutator.rng.random() < 0.1 else data.replace(b"\n", b" ")


def _hard() -> Iterator[bytes]:
    """Long, deep and odd ones."""
    yield b""
    yield b" \t\r"
    yield b"\xff\xfe\x00\x80"
    yield b"null"
    yield b'{"jsonrpc":"2.0","id":' + b"9" * 100_000 + b',"method":"ping"}'
    yield b'{"jsonrpc":"2.0","id":1,"method":"ping","params":' + b"[" * 100_000 + b"]" * 100_000
    yield b'{"jsonrpc":"2.0","id":1,"method":"ping","params":' + b'{"a":' * 100_000 + b"1"
    long = "x" * 20_000_000
    yield json.dumps(_call(1, "tender_search_tenders", query=long)).encode()
    yield json.dumps(_request(1, long[:2_000_000])).encode()
    deep: Any = "x"
    for _ in range(150):
        deep = [deep]
    yield json.dumps(_call(1, "tender_search_tenders", query=deep)).encode()
    yield json.dumps(_call(1, "tender_search_tenders", limit=10**300)).encode()
    yield b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":NaN}}'
    yield b'{"jsonrpc":"2.0","id":1e400,"method":"ping"}'
    yield b'{"jsonrpc":"2.0","id":null,"method":"ping"}'
    yield b'{"id":1,"id":2,"jsonrpc":"2.0","method":"ping","method":"tools/list"}'


class _Server:
    """`aicfo serve` as a client runs it."""

    def __init__(self, books: Path, errors: IO[bytes]) -> None:
        self.answers = self.errors = self.memory_mib = 0
        self._errors_file = errors
        self._told: deque[bytes] = deque(maxlen=2 * _TOGETHER)
        self._pings = 0
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        words = [sys.executable, "-c", _RUN, str(_MEMORY), "serve", "--books", str(books)]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin = self._process.stdin
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()

    def tell_all(self, lines: list[bytes]) -> None:
        """Send each line by itself."""
        for one in lines:
            self.tell(one)

    def tell(self, *lines: bytes) -> None:
        """Send lines and a ping, and wait for its answer."""
        self._pings += 1
        ping = json.dumps(_request(f"ping-{self._pings}", "ping")).encode()
        self._told.extend(lines)
        try:
            self._stdin.write(b"\n".join((*lines, ping)) + b"\n")
            self._stdin.flush()
        except BrokenPipeError:
            self._gone("it closed its input")
        while True:
            try:
                said = self._lines.get(timeout=_PATIENCE_SECONDS)
            except queue.Empty:
                self._gone("it says nothing any more")
            if said is None:
                self._gone("it ended")
            message = self._checked(said)
            found = _PING.fullmatch(str(message.get("id")))
            if found is not None and int(found[1]) == self._pings and "result" in message:
                return

    def leave(self) -> None:
        """Close its input: it must then end by itself, and well."""
        self._note_memory()
        self._stdin.close()
        code = self._process.wait(timeout=_PATIENCE_SECONDS)
        assert code == 0, f"the server ended with {code}"

    def kill(self) -> None:
        """End it, whatever happened."""
        self._process.kill()
        self._process.wait()

    def _read(self, stdout: IO[bytes]) -> None:
        for said in stdout:
            self._lines.put(said)
        self._lines.put(None)

    def _checked(self, said: bytes) -> dict[str, Any]:
        message = json.loads(said)
        assert message["jsonrpc"] == "2.0", said[:300]
        self.answers += 1
        self.errors += "error" in message
        return message

    def _note_memory(self) -> None:
        status = Path(f"/proc/{self._process.pid}/status")
        if status.exists():
            most = re.search(r"VmHWM:\s*([0-9]+)", status.read_text("ascii"))
            self.memory_mib = int(most[1]) // 1024 if most else 0

    def _gone(self, why: str) -> NoReturn:
        self.kill()
        self._errors_file.seek(0)
        said = self._errors_file.read().decode("utf-8", "replace")[-3000:]
        told = b"\n".join(one[:300] for one in self._told)
        raise AssertionError(f"the server: {why}\n{said}\nlast lines told:\n{told[-6000:]!r}")


# The limit is set in the child itself: after fork and before exec is no place for Python.
_RUN = """
import resource, sys
if sys.platform == "linux":
    limit = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from aicfo_sdk.cli import main
sys.exit(main(sys.argv[2:]))
"""
