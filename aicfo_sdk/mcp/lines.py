"""Standard input as an MCP server reads it: bounded lines, an answer for each that is no message.

The SDK reads lines of any length, takes bytes that are no UTF-8 for replacement characters, ends a
line at a carriage return as well, and says nothing to what it cannot read, so that who sent it
waits for ever. Here a line ends where JSON-RPC says, weighs at most what a request over HTTP may,
and whatever is wrong with it is answered (JSON-RPC 2.0: -32700, -32600).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, cast

import anyio
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import DEFAULT_MAX_REQUEST_BODY_SIZE
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError

from .standard import Read, Write, claimed_input, claimed_output

if TYPE_CHECKING:
    from mcp.shared._stream_protocols import ReadStream, WriteStream

MOST_BYTES = DEFAULT_MAX_REQUEST_BODY_SIZE
"""Most that one line may weigh, as one request over HTTP."""
_PIECE = 1 << 16
_MARK = b"\xef\xbb\xbf"


@asynccontextmanager
async def standard_streams() -> AsyncGenerator[tuple[Any, Any]]:
    """Yield what an MCP server reads and writes, over standard input and output."""
    with claimed_input() as read, claimed_output() as write:
        lines = _Lines(read)
        # Of the one only its `async for` is used, of the other only `write` and `flush`.
        given, taken = (
            cast("anyio.AsyncFile[str]", lines),
            cast("anyio.AsyncFile[str]", _Out(write)),
        )
        async with stdio_server(stdin=given, stdout=taken) as (messages, out):
            lines.answer_through(out)
            yield _Answering(messages, lines), out


class _Out:
    """Text for an output, written as it comes."""

    def __init__(self, write: Write) -> None:
        self._write = write

    async def write(self, text: str) -> None:
        """Write all of it."""
        await self._write(text.encode())

    async def flush(self) -> None:
        """Nothing is kept back."""


class _Lines:
    """The lines of an input that may be messages; all others are answered here."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._out: WriteStream[SessionMessage] | None = None
        self.given: deque[str] = deque()
        """Lines that the SDK has not made a message or an exception of: one of each, in order."""

    def answer_through(self, out: WriteStream[SessionMessage]) -> None:
        """Say where answers go."""
        self._out = out

    def __aiter__(self) -> AsyncIterator[str]:
        return self._good()

    async def _good(self) -> AsyncGenerator[str]:
        async for line in self._split():
            if line is None:
                await self.refuse(INVALID_REQUEST, f"a line of more than {MOST_BYTES} bytes")
                continue
            wrong = _wrong(line)
            if wrong:
                await self.refuse(PARSE_ERROR, wrong)
            elif text := line.decode().strip():
                self.given.append(text)
                yield text

    async def refuse(self, code: int, why: str, id: Any = None) -> None:
        """Answer what is no message: what is wrong with it."""
        assert self._out is not None
        error = JSONRPCError(jsonrpc="2.0", id=id, error=ErrorData(code=code, message=why))
        await self._out.send(SessionMessage(error))

    async def _split(self) -> AsyncGenerator[bytes | None]:
        """Each line without its end; None for one that is too long, of which nothing is kept."""
        pieces: list[bytes] = []
        weight, dropped = 0, False
        while data := await self._read(_PIECE):
            *ended, rest = data.split(b"\n")
            for end in ended:
                yield (
                    None if dropped or weight + len(end) > MOST_BYTES else b"".join((*pieces, end))
                )
                pieces, weight, dropped = [], 0, False
            weight += len(rest)
            dropped = dropped or weight > MOST_BYTES
            pieces = [] if dropped else [*pieces, rest]
        if dropped or any(pieces):
            yield None if dropped else b"".join(pieces)


class _Answering:
    """The messages of the SDK's reader; what it could not read is answered and left out."""

    def __init__(self, messages: ReadStream[SessionMessage | Exception], lines: _Lines) -> None:
        self._messages, self._lines = messages, lines

    @property
    def last_context(self) -> Any:
        """In which context the message was sent."""
        return getattr(self._messages, "last_context", None)

    async def receive(self) -> SessionMessage | Exception:
        """Return the next message."""
        while True:
            item = await self._messages.receive()
            line = self._lines.given.popleft()
            if not isinstance(item, Exception):
                return item
            await self._lines.refuse(*_unread(line))

    async def aclose(self) -> None:
        """Read no further."""
        await self._messages.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


def _wrong(line: bytes) -> str:
    """What is wrong with the bytes of a line, "" when they may be JSON."""
    if line.startswith(_MARK):
        return "a byte order mark; JSON has none"
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8 at byte {error.start}"
    if b"NaN" in line or b"Infinity" in line:  # words of a text, perhaps
        try:
            json.loads(line, parse_constant=_no_number)
        except _NoNumberError as error:
            return f"{error} is no number of JSON"
        except (ValueError, RecursionError):
            return ""  # the SDK's reader says so
    return ""


class _NoNumberError(Exception):
    pass


def _no_number(text: str) -> NoReturn:
    raise _NoNumberError(text)


def _unread(text: str) -> tuple[int, str, Any]:
    """The error code, the sentence and the id with which an unreadable line is answered."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return PARSE_ERROR, "not JSON, or nested too deep", None
    if isinstance(value, list):
        return INVALID_REQUEST, "a batch; send each message on a line of its own", None
    if not isinstance(value, dict):
        return INVALID_REQUEST, "not an object", None
    fields = cast("dict[str, Any]", value)
    id = fields.get("id")
    if "method" not in fields or not _is_id(id):
        id = None
    return INVALID_REQUEST, "not a message of JSON-RPC 2.0: jsonrpc, id, method, params", id


def _is_id(value: Any) -> bool:
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
