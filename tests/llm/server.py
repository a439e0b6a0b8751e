"""An OpenAI-shaped server on loopback that answers what a script says, streamed or whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Refused:
    """An error answer."""

    code: int
    after: str = ""


@dataclass(frozen=True)
class Cut:
    """A reply whose connection breaks after so many characters."""

    text: str
    after: int


@dataclass(frozen=True)
class Calls:
    """Tool calls: name and arguments, as JSON values or as text that may be none."""

    calls: Sequence[tuple[str, Any]]


Said = str | Calls | Refused | Cut


@dataclass
class Model:
    """The server's address and what it was asked."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@contextmanager
def serving(script: Sequence[Said]) -> Iterator[Model]:
    """Answer each request with the next word of a script; the last one goes on for ever."""
    left = list(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            asked = json.loads(self.rfile.read(size))
            model.requests.append(asked)
            said = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(said, Refused):
                body = json.dumps({"error": {"message": "refused", "code": said.code}}).encode()
                self._head(said.code, "application/json", len(body), said.after)
                self.wfile.write(body)
            elif asked.get("stream"):
                self._stream(said)
            else:
                body = json.dumps(_whole(said)).encode()
                self._head(200, "application/json", len(body))
                self.wfile.write(body)

        def _head(self, code: int, kind: str, size: int | None, after: str = "") -> None:
            self.send_response(code)
            self.send_header("Content-Type", kind)
            if after:
                self.send_header("Retry-After", after)
            if size is None:
                self.send_header("Connection", "close")
                self.close_connection = True
            else:
                self.send_header("Content-Length", str(size))
            self.end_headers()

        def _stream(self, said: str | Calls | Cut) -> None:
            self._head(200, "text/event-stream", None)
            for chunk in _chunks(said):
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()
            if not isinstance(said, Cut):
                self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, *args: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        model = Model(f"http://127.0.0.1:{server.server_address[1]}/v1")
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield model
        finally:
            server.shutdown()
            thread.join()


def _text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _chunk(delta: dict[str, Any], reason: str | None = None, **more: Any) -> dict[str, Any]:
    choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
    return {
        "id": "x",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": choices,
        **more,
    }


_USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


def _chunks(said: str | Calls | Cut) -> Iterator[dict[str, Any]]:
    yield _chunk({"role": "assistant", "content": ""})
    if isinstance(said, Calls):
        for place, (name, arguments) in enumerate(said.calls):
            text = _text(arguments)
            head = {"name": name, "arguments": ""}
            yield _chunk({"tool_calls": [
                {"index": place, "id": f"k{place}", "type": "function", "function": head}
            ]})  # fmt: skip
            for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
                yield _chunk({"tool_calls": [{"index": place, "function": {"arguments": piece}}]})
        yield _chunk({}, "tool_calls")
    else:
        text = said.text[: said.after] if isinstance(said, Cut) else said
        for place in range(0, len(text), 7):
            yield _chunk({"content": text[place : place + 7]})
        if isinstance(said, Cut):
            return
        yield _chunk({}, "stop")
    yield {**_chunk({}), "choices": [], "usage": _USAGE}


def _whole(said: str | Calls | Cut) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None}
    if isinstance(said, Calls):
        message["tool_calls"] = [
            {"id": f"k{n}", "type": "function", "function": {"name": name, "arguments": _text(a)}}
            for n, (name, a) in enumerate(said.calls)
        ]
    else:
        message["content"] = said if isinstance(said, str) else said.text
    reason = "tool_calls" if isinstance(said, Calls) else "stop"
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": _USAGE,
    }
