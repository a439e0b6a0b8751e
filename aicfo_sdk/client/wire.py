"""JSON-RPC lines to and from a child, each bounded in time, bytes, depth and length.

One thread at a time, no event loop: the pipes do not block, and whatever the child does with
them (says nothing, drips, floods, writes garbage) ends in `Misbehaved` by the deadline.
"""

from __future__ import annotations

import errno
import os
import selectors
import time
from typing import Any, cast

from pydantic_core import from_json, to_json

from ..config import PluginRules

_CHUNK = 1 << 16
_STDERR_KEPT = 2000
_REFUSED_METHOD = -32601


class Misbehaved(Exception):
    """What a child did that ends it; `str` completes "the plugin …"."""

    def __init__(self, what: str, *, too_slow: bool = False) -> None:
        self.too_slow = too_slow
        super().__init__(what)


class Wire:
    """The two pipes of one child, and the tail of what it wrote to standard error."""

    def __init__(
        self, stdin: int, stdout: int, stderr: int, rules: PluginRules, ended: int | None = None
    ) -> None:
        """`ended` is a descriptor that is readable once the child is gone: what it forked may hold
        the pipes open longer."""
        self._stdin, self._stdout, self._stderr, self._ended = stdin, stdout, stderr, ended
        self._rules = rules
        self._buffer = bytearray()
        self._said = bytearray()
        self._next = 0
        for each in (stdin, stdout, stderr):
            os.set_blocking(each, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(stdout, selectors.EVENT_READ)
        self._selector.register(stderr, selectors.EVENT_READ)
        if ended is not None:
            self._selector.register(ended, selectors.EVENT_READ)

    def close(self) -> None:
        """Close our ends."""
        self._selector.close()
        for each in (self._stdin, self._stdout, self._stderr, self._ended):
            if each is not None:
                os.close(each)

    @property
    def said(self) -> str:
        """The last line that the child wrote to standard error, or ""."""
        self._drain_stderr()
        lines = self._said.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""

    def notify(self, method: str, seconds: float) -> None:
        """Send a notification. Raises: Misbehaved when the child does not take it."""
        frame = to_json({"jsonrpc": "2.0", "method": method}) + b"\n"
        self._exchange(frame, None, time.monotonic() + seconds, seconds)

    def request(self, method: str, params: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the response's `result`, or the whole response where it is an `error`.

        Raises: Misbehaved for anything but one well-formed answer in time.
        """
        self._next += 1
        frame = {"jsonrpc": "2.0", "id": self._next, "method": method, "params": params}
        until = time.monotonic() + seconds
        answer = self._exchange(to_json(frame) + b"\n", self._next, until, seconds)
        assert answer is not None
        return answer

    def _exchange(
        self, frame: bytes, wanted: int | None, until: float, seconds: float
    ) -> dict[str, Any] | None:
        """Write a frame and read until the answer to `wanted` is there, both at once: a child
        that fills its own pipe while we fill the other must not lock both."""
        unsent = memoryview(frame)
        received = 0
        self._selector.register(self._stdin, selectors.EVENT_WRITE)
        writing = True
        try:
            while True:
                if not unsent:
                    if writing:
                        self._selector.unregister(self._stdin)
                        writing = False
                    if wanted is None:
                        return None
                left = until - time.monotonic()
                if left <= 0:
                    raise Misbehaved(f"did not answer within {seconds:g} seconds", too_slow=True)
                ready = [key.fd for key, _ in self._selector.select(left)]
                if ready == [self._ended]:  # and there is nothing left to read
                    raise Misbehaved("ended" + self._reason())
                for each in ready:
                    if each == self._stdin:
                        unsent = self._write(unsent)
                    elif each == self._stderr:
                        self._drain_stderr()
                    elif each == self._stdout:
                        received += self._read()
                        if received > self._rules.output_bytes:
                            raise Misbehaved(
                                f"answered with more than {self._rules.output_bytes} bytes"
                            )
                while (line := self._line()) is not None:
                    reply, answer = self._understand(line, wanted)
                    if answer is not None:
                        return answer
                    if reply is not None:
                        # What it asks of us waits behind our own frame.
                        unsent = memoryview(bytes(unsent) + reply)
                        if not writing:
                            self._selector.register(self._stdin, selectors.EVENT_WRITE)
                            writing = True
        finally:
            if writing:
                self._selector.unregister(self._stdin)

    def _write(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._stdin, unsent[:_CHUNK]) :]
        except BlockingIOError:
            return unsent
        except OSError as error:
            if error.errno in (errno.EPIPE, errno.ESHUTDOWN):
                raise Misbehaved("ended" + self._reason()) from None
            raise

    def _read(self) -> int:
        try:
            chunk = os.read(self._stdout, _CHUNK)
        except BlockingIOError:
            return 0
        if not chunk:
            raise Misbehaved("ended" + self._reason())
        self._buffer += chunk
        return len(chunk)

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _understand(
        self, line: bytes, wanted: int | None
    ) -> tuple[bytes | None, dict[str, Any] | None]:
        """Return (what to send back, the answer waited for), either None."""
        message = self._parse(line)
        if "method" in message:
            if "id" not in message:
                return None, None  # a notification: nothing to do
            id, method = message["id"], message["method"]
            reply: dict[str, Any] = {"jsonrpc": "2.0", "id": id}
            if method == "ping":
                reply["result"] = {}
            else:
                reply["error"] = {"code": _REFUSED_METHOD, "message": "not offered to plugins"}
            return to_json(reply) + b"\n", None
        if message.get("id") != wanted or wanted is None:
            raise Misbehaved("answered what nobody asked")
        if isinstance(message.get("result"), dict):
            return None, message["result"]
        if isinstance(message.get("error"), dict):
            return None, message
        raise Misbehaved("answered with neither result nor error")

    def _parse(self, line: bytes) -> dict[str, Any]:
        try:
            message = from_json(line, allow_inf_nan=False)
        except ValueError as error:
            raise Misbehaved(f"wrote what is no JSON: {error}") from None
        if not isinstance(message, dict):
            raise Misbehaved("wrote what is no message")
        measure(message, self._rules)
        return cast("dict[str, Any]", message)

    def _drain_stderr(self) -> None:
        while True:
            try:
                chunk = os.read(self._stderr, _CHUNK)
            except OSError:
                return
            if not chunk:
                if self._stderr in self._selector.get_map():
                    self._selector.unregister(self._stderr)
                return
            self._said = (self._said + chunk)[-_STDERR_KEPT:]
            if len(chunk) < _CHUNK:
                return

    def _reason(self) -> str:
        said = self.said
        return f": {said}" if said else ""


def measure(value: Any, rules: PluginRules) -> None:
    """Check nesting and lengths. Raises: Misbehaved."""
    level: list[Any] = [value]
    depth = 0
    while level:
        depth += 1
        if depth > rules.output_depth:
            raise Misbehaved(f"answered with more than {rules.output_depth} levels of nesting")
        inner: list[Any] = []
        for each in level:
            if not isinstance(each, dict | list):
                continue
            items = cast("list[Any]", each if isinstance(each, list) else [*each.values()])
            if len(items) > rules.output_items:
                raise Misbehaved(f"answered with a list longer than {rules.output_items}")
            inner += [item for item in items if isinstance(item, dict | list)]
        level = inner
