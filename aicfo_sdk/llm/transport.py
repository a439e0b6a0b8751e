"""How a model is asked: the seam between the loop and whatever answers, and its patience.

A transport streams pieces of one reply. Here they are put together; a request that was refused for
the moment, cut off or failed is made again, later or of the next model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..errors import ModelError

Message = dict[str, Any]
"""One message, in the shape that OpenAI's chat completions gave the trade."""


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text."""

    text: str


@dataclass(frozen=True, slots=True)
class CallPiece:
    """A piece of a tool call: the `index`th of the reply; strings are appended to what came."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a request read and wrote."""

    read: int
    written: int


@dataclass(frozen=True, slots=True)
class Done:
    """The reply is whole; `reason` is the transport's word for why it ended."""

    reason: str = "stop"


Piece = Text | CallPiece | Usage | Done


class Transport(Protocol):
    """Asks a model and streams its reply; a stream without `Done` at its end was cut off."""

    def complete(
        self,
        model: str,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        *,
        most: int,
        seconds: float,
    ) -> Iterator[Piece]:
        """Yield the pieces of a reply of at most `most` tokens.

        Raises: Unavailable where asking again may help; ModelError where it does not.
        """
        ...


class Unavailable(ModelError):
    """The model cannot be asked now; `after` says in how many seconds, None for unknown."""

    def __init__(self, what: str, *, value: Any = None, after: float | None = None) -> None:
        super().__init__(what, value=value, mend="try again later")
        self.after = after


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call as the model wrote it; `arguments` is its JSON text, unchecked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply."""

    text: str
    calls: tuple[ToolCall, ...]
    model: str
    usage: Usage
    reason: str = "stop"
    failed: tuple[str, ...] = ()
    """What went wrong before it came."""


@dataclass(slots=True)
class Patience:
    """How often and after how long a request is made again; `sleep` waits that many seconds."""

    sleep: Callable[[float], None]
    tries: int = 4
    first: float = 1.0
    longest: float = 30.0
    waited: list[float] = field(default_factory=list[float])

    def wait(self, attempt: int, after: float | None, left: float) -> bool:
        """Wait before another try; False when there is no time for it."""
        seconds = self.first * 2**attempt if after is None else max(after, 0.0)
        if seconds > min(self.longest, left):
            return False
        self.waited.append(seconds)
        self.sleep(seconds)
        return True


def reply_of(
    transport: Transport,
    models: Sequence[str],
    messages: Sequence[Message],
    tools: Sequence[dict[str, Any]],
    *,
    most: int,
    left: Callable[[], float],
    patience: Patience,
) -> Reply:
    """Return a model's whole reply, of the first of `models` that gives one.

    Raises: ModelError when none does, with what each said.
    """
    failed: list[str] = []
    for model in models:
        for attempt in range(patience.tries):
            if left() <= 0:
                break
            try:
                return _once(transport, model, messages, tools, most, left(), tuple(failed))
            except Unavailable as error:
                failed.append(f"{model}: {error}")
                last = attempt + 1 == patience.tries
                if last or not patience.wait(attempt, error.after, left()):
                    break
            except ModelError as error:
                failed.append(f"{model}: {error}")
                break
    raise ModelError(
        "no model answered",
        value=", ".join(models),
        where="; ".join(failed[-3:]) or "no time was left",
        mend="check model, api_base and key under [llm]; aicfo plan and aicfo call need no model",
    )


def estimate(messages: Sequence[Message], tools: Sequence[dict[str, Any]]) -> int:
    """Return about how many tokens a request reads, rather too many: a third of its bytes."""
    from ..model.base import canonical

    return len(canonical([list(messages), list(tools)]).encode()) // 3


def _once(
    transport: Transport,
    model: str,
    messages: Sequence[Message],
    tools: Sequence[dict[str, Any]],
    most: int,
    seconds: float,
    failed: tuple[str, ...],
) -> Reply:
    text: list[str] = []
    parts: dict[int, list[str]] = {}
    usage: Usage | None = None
    done: Done | None = None
    for piece in transport.complete(model, messages, tools, most=most, seconds=seconds):
        if isinstance(piece, Text):
            text.append(piece.text)
        elif isinstance(piece, CallPiece):
            part = parts.setdefault(piece.index, ["", "", ""])
            part[0] += piece.id
            part[1] += piece.name
            part[2] += piece.arguments
        elif isinstance(piece, Usage):
            usage = piece
        else:
            done = piece
    if done is None:
        raise Unavailable("the reply was cut off", value="".join(text)[-40:])
    calls = tuple(ToolCall(*parts[index]) for index in sorted(parts))
    if usage is None:
        written = "".join(text) + "".join(call.arguments for call in calls)
        usage = Usage(estimate(messages, tools), len(written.encode()) // 3)
    return Reply("".join(text), calls, model, usage, done.reason, failed)
