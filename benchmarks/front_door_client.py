"""One light MCP client over bare sockets and pipes: it must not be what takes the time."""

from __future__ import annotations

import asyncio
import json
import time
from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass
from typing import Any, Protocol

MODERN, OLDER = "2026-07-28", "2025-11-25"
_CLIENT = {"name": "bench", "version": "1"}
_LIMIT = 1 << 22


@dataclass(frozen=True, slots=True)
class Reply:
    """The last message of an answer, the messages before it, and the seconds until the first."""

    message: dict[str, Any]
    before: int
    first: float


class Wire(Protocol):
    """A connection that one request at a time goes over, or many."""

    async def ask(self, method: str, params: dict[str, Any]) -> Reply:
        """Return what a request is answered."""
        ...


def _request(number: int, method: str, params: dict[str, Any], era: str) -> dict[str, Any]:
    if era == MODERN:
        meta = {
            "io.modelcontextprotocol/protocolVersion": era,
            "io.modelcontextprotocol/clientInfo": _CLIENT,
            "io.modelcontextprotocol/clientCapabilities": {},
            **params.get("_meta", {}),
        }
        params = {**params, "_meta": meta}
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


class Http:
    """One kept-alive connection to a streamable HTTP server; one request at a time."""

    def __init__(self, reader: StreamReader, writer: StreamWriter, port: int, era: str) -> None:
        self._reader, self._writer, self._era = reader, writer, era
        self._number, self._session = 0, ""
        self._start = (
            f"POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
            "accept: application/json, text/event-stream\r\n"
        )

    @classmethod
    async def open(cls, port: int, era: str = MODERN) -> Http:
        """Connect, and say hello where the era wants it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_LIMIT)
        made = cls(reader, writer, port, era)
        if era == OLDER:
            hello = {"protocolVersion": era, "capabilities": {}, "clientInfo": _CLIENT}
            await made.ask("initialize", hello)
            await made._send({"jsonrpc": "2.0", "method": "notifications/initialized"}, "")
            await made._read(0.0)
        return made

    async def ask(self, method: str, params: dict[str, Any]) -> Reply:
        """Return what a request is answered. Raises: RuntimeError."""
        self._number += 1
        started = time.perf_counter()
        words = f"mcp-method: {method}\r\n"
        if name := params.get("name", params.get("uri")):
            words += f"mcp-name: {name}\r\n"
        await self._send(_request(self._number, method, params, self._era), words)
        found, first = await self._read(started)
        if not found or "result" not in found[-1]:
            raise RuntimeError(f"{method}: {found[-1:]}")
        return Reply(found[-1], len(found) - 1, first)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def _send(self, message: dict[str, Any], words: str) -> None:
        body = json.dumps(message).encode()
        if self._era == MODERN or self._session:
            words += f"mcp-protocol-version: {self._era}\r\n"
        if self._session:
            words += f"mcp-session-id: {self._session}\r\n"
        head = f"{self._start}{words}content-length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        await self._writer.drain()

    async def _read(self, started: float) -> tuple[list[dict[str, Any]], float]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        self._session = fields.get("mcp-session-id", self._session)
        if "content-length" in fields:
            body = await self._reader.readexactly(int(fields["content-length"]))
            return ([json.loads(body)] if body else []), time.perf_counter() - started
        body, first = b"", 0.0
        while size := int(await self._reader.readline(), 16):
            piece = await self._reader.readexactly(size + 2)
            body += piece[:-2]
            first = first or (b"data: {" in body and time.perf_counter() - started) or 0.0
        await self._reader.readexactly(2)
        lines = [line[6:] for line in body.split(b"\r\n") if line.startswith(b"data: {")]
        return [json.loads(line) for line in lines], first


class Stdio:
    """A server's standard input and output: many requests on their way at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process, self._in, self._out = process, process.stdin, process.stdout
        self._number = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._hearing = asyncio.create_task(self._hear())

    @classmethod
    async def open(cls, words: list[str], env: dict[str, str]) -> Stdio:
        """Start a server and say hello, as desktop clients do."""
        process = await asyncio.create_subprocess_exec(
            *words,
            env=env,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LIMIT,
        )
        made = cls(process)
        hello = {"protocolVersion": OLDER, "capabilities": {}, "clientInfo": _CLIENT}
        await made.ask("initialize", hello)
        made._write({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return made

    async def ask(self, method: str, params: dict[str, Any]) -> Reply:
        """Return what a request is answered. Raises: RuntimeError."""
        self._number += 1
        started, number = time.perf_counter(), self._number
        answered = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._write(_request(number, method, params, OLDER))
        message = await answered
        if "result" not in message:
            raise RuntimeError(f"{method}: {message}")
        return Reply(message, 0, time.perf_counter() - started)

    def _write(self, message: dict[str, Any]) -> None:
        self._in.write(json.dumps(message).encode() + b"\n")

    async def _hear(self) -> None:
        while line := await self._out.readline():
            message = json.loads(line)
            if (waiting := self._waiting.pop(message.get("id", 0), None)) is not None:
                waiting.set_result(message)
        for waiting in self._waiting.values():
            waiting.set_exception(RuntimeError("the server has ended"))


async def stalled(port: int, count: int) -> list[StreamWriter]:
    """Return connections of clients that each began a request and say no more."""
    opened: list[StreamWriter] = []
    for _ in range(count):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
            "accept: application/json, text/event-stream\r\ncontent-length: 100\r\n\r\n{".encode()
        )
        opened.append(writer)
    await asyncio.gather(*(writer.drain() for writer in opened))
    return opened
