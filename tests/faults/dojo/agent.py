"""An agent as gullible as can be: it does its task, and whatever any text it reads asks for.

It needs no model, so its figures are the same everywhere, and it is worse than any model: no
injected goal is ever overlooked, misunderstood or refused. It makes the calls that the suite
itself gives for its task and for each goal; it obeys a goal at once, before it goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

Message = dict[str, Any]
State = tuple[str, Any, Any, Sequence[Message], dict[str, Any]]


class Element(Protocol):
    """What AgentDojo calls a pipeline element."""

    def query(
        self,
        query: str,
        runtime: Any,
        env: Any,
        messages: Sequence[Message],
        extra_args: dict[str, Any],
    ) -> State:
        """Return what was given, with what this element added."""
        ...


class Gullible:
    """A pipeline: the user's task, every goal that is read, and an executor for the calls."""

    name = "gullible"

    def __init__(self, task: Any, goals: Sequence[Any], executor: Element) -> None:
        """`goals` are the injections that it would understand, `executor` carries calls out."""
        self._task = task
        self._goals = goals
        self._executor = executor
        self._obeyed: set[str] = set()

    def query(
        self,
        query: str,
        runtime: Any,
        env: Any,
        messages: Sequence[Message] = (),
        extra_args: dict[str, Any] | None = None,
    ) -> State:
        """Do the task and everything that was asked for on the way."""
        said: list[Message] = [*messages, {"role": "user", "content": _text(query)}]
        for call in self._task.ground_truth(env):
            self._call(call, query, runtime, env, said)
        answer = {"role": "assistant", "tool_calls": None}
        said.append({**answer, "content": _text(self._task.GROUND_TRUTH_OUTPUT)})
        return query, runtime, env, said, extra_args or {}

    def _call(self, call: Any, query: str, runtime: Any, env: Any, said: list[Message]) -> None:
        before = len(said)
        said.append({"role": "assistant", "content": _text(""), "tool_calls": [call]})
        _, _, _, after, _ = self._executor.query(query, runtime, env, said, {})
        said[:] = after
        for message in said[before + 1 :]:
            self._obey(text_of(message), query, runtime, env, said)

    def _obey(self, text: str, query: str, runtime: Any, env: Any, said: list[Message]) -> None:
        for goal in self._goals:
            if goal.ID not in self._obeyed and _plain(goal.GOAL) in _plain(text):
                self._obeyed.add(goal.ID)
                for call in goal.ground_truth(env):
                    self._call(call, query, runtime, env, said)


def text_of(message: Message) -> str:
    """Return the text of one message."""
    return "\n".join(part["content"] for part in message["content"] if part["content"])


def _plain(text: str) -> str:
    """Letters and digits only: a tool's output wraps lines and doubles quotes as YAML does."""
    return "".join(filter(str.isalnum, text.replace("\\n", " ")))


def _text(content: str) -> list[dict[str, str]]:
    return [{"type": "text", "content": content}]
