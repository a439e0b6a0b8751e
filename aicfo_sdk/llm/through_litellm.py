"""Models of any provider, through litellm: loaded when the first request is made, never before.

Its import takes seconds and would fetch a table from the network; that is switched off first. Of
its own retries, fallbacks and prices none are used: ours are counted and recorded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from ..config import LlmRules
from ..errors import InputError, ModelError
from ..redaction import learn, redact
from .transport import CallPiece, Done, Message, Piece, Text, Unavailable, Usage

_PASSING = (408, 409, 425, 429, 500, 502, 503, 504, 529)
"""HTTP codes after which the same request may succeed."""


class Litellm:
    """Asks models through litellm, as the configuration says."""

    def __init__(self, rules: LlmRules, *, stream: bool = True) -> None:
        """`stream` asks for the reply in pieces; without, for it whole."""
        self._rules, self._stream = rules, stream

    def complete(
        self,
        model: str,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        *,
        most: int,
        seconds: float,
    ) -> Iterator[Piece]:
        """Yield the pieces of a reply.

        Raises: InputError where litellm is not installed; Unavailable; ModelError.
        """
        litellm = _litellm()
        words: dict[str, Any] = {
            "model": model,
            "messages": list(messages),
            "max_tokens": most,
            "timeout": max(seconds, 1.0),
            "num_retries": 0,
            "max_retries": 0,
            "stream": self._stream,
        }
        if tools:
            words["tools"] = list(tools)
        if self._stream:
            words["stream_options"] = {"include_usage": True}
        if self._rules.api_base:
            words["api_base"] = self._rules.api_base
        if key := self._key():
            words["api_key"] = key
        try:
            reply = litellm.completion(**words)
            yield from _streamed(reply) if self._stream else _whole(reply)
        except (ModelError, GeneratorExit):
            raise
        except Exception as error:
            raise _told(error) from error

    def _key(self) -> str:
        """The key, from the variable that is named; a server of one's own may need none."""
        name = self._rules.key_variable
        if name:
            key = os.environ.get(name, "")
            if not key:
                raise InputError(
                    "the key's variable is not set", value=name, where="[llm] key_variable"
                )
            learn(key)
            return key
        return "none" if self._rules.api_base and "OPENAI_API_KEY" not in os.environ else ""


@cache
def _litellm() -> Any:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    try:
        import litellm
    except ImportError:
        raise InputError(
            "litellm is not installed",
            mend="install aicfo-sdk[llm]; aicfo plan and aicfo call need no model",
        ) from None
    module: Any = litellm
    module.suppress_debug_info = True
    module.telemetry = False
    return module


def _streamed(chunks: Any) -> Iterator[Piece]:
    reason = ""
    for chunk in chunks:
        for choice in getattr(chunk, "choices", None) or ():
            delta = choice.delta
            if getattr(delta, "content", None):
                yield Text(str(delta.content))
            for call in getattr(delta, "tool_calls", None) or ():
                function = call.function
                yield CallPiece(
                    int(call.index or 0),
                    str(call.id or ""),
                    str((function and function.name) or ""),
                    str((function and function.arguments) or ""),
                )
            reason = str(choice.finish_reason or reason)
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            yield Usage(int(usage.prompt_tokens or 0), int(usage.completion_tokens or 0))
    # litellm ends a stream that was cut off with "stop" as well; what the provider said tells.
    said = (
        getattr(chunks, "received_finish_reason", reason),
        getattr(chunks, "intermittent_finish_reason", None),
    )
    if reason and any(said):
        yield Done(reason)


def _whole(reply: Any) -> Iterator[Piece]:
    choice = reply.choices[0]
    message = choice.message
    if message.content:
        yield Text(str(message.content))
    for place, call in enumerate(message.tool_calls or ()):
        name, arguments = call.function.name, call.function.arguments
        yield CallPiece(place, str(call.id or ""), str(name or ""), str(arguments or ""))
    usage = getattr(reply, "usage", None)
    if usage is not None:
        yield Usage(int(usage.prompt_tokens or 0), int(usage.completion_tokens or 0))
    yield Done(str(choice.finish_reason or "stop"))


def _told(error: Exception) -> ModelError:
    """Return what a provider's error means: try again, or not."""
    kind = type(error).__name__
    said = redact(" ".join(str(error).split()))[:300]
    code = getattr(error, "status_code", None)
    passing = code in _PASSING or kind in (
        *("APIConnectionError", "Timeout", "MidStreamFallbackError", "RemoteProtocolError"),
        *("ReadTimeout", "ReadError", "APIError"),
    )
    if passing:
        return Unavailable(f"the model failed ({kind})", value=said, after=_after(error))
    return ModelError(f"the model refused ({kind})", value=said, mend="check [llm] in aicfo.toml")


def _after(error: Exception) -> float | None:
    """The seconds of a Retry-After header, None without one."""
    response = getattr(error, "response", None)
    for headers in (
        getattr(error, "litellm_response_headers", None),
        getattr(response, "headers", None),
    ):
        text = headers.get("retry-after") if headers is not None else None
        try:
            return float(text) if text is not None else None
        except ValueError:
            return None
    return None
