"""OpenTelemetry spans of a turn, by the GenAI semantic conventions; the one place of their names.

Only `opentelemetry-api` is used, where it is installed and something records; without it, or
without a tracer, nothing happens. No question, argument or answer is put into a span.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from .transport import Reply

OPERATION = "gen_ai.operation.name"
AGENT = "gen_ai.agent.name"
MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
READ = "gen_ai.usage.input_tokens"
WRITTEN = "gen_ai.usage.output_tokens"
FINISH = "gen_ai.response.finish_reasons"
TOOL = "gen_ai.tool.name"
TOOL_CALL = "gen_ai.tool.call.id"


class Span:
    """A span that may be none."""

    def __init__(self, span: Any) -> None:
        self._span = span

    def used(self, reply: Reply) -> None:
        """Note what a request used."""
        if self._span is not None:
            self._span.set_attribute(RESPONSE_MODEL, reply.model)
            self._span.set_attribute(READ, reply.usage.read)
            self._span.set_attribute(WRITTEN, reply.usage.written)
            self._span.set_attribute(FINISH, [reply.reason])


class Spans:
    """Makes spans with `tracer`, else with the one that OpenTelemetry gives, else none."""

    def __init__(self, tracer: Any = None) -> None:
        self._tracer, self._sought = tracer, tracer is not None

    def agent(self, model: str, name: str = "aicfo") -> Any:
        """Return the span of a whole turn, as a context manager."""
        return self._span(
            f"invoke_agent {name}", {OPERATION: "invoke_agent", AGENT: name, MODEL: model}
        )

    def chat(self, model: str) -> Any:
        """Return the span of one request to the model."""
        return self._span(f"chat {model}", {OPERATION: "chat", MODEL: model})

    def tool(self, name: str, call: str) -> Any:
        """Return the span of one tool call."""
        return self._span(
            f"execute_tool {name}", {OPERATION: "execute_tool", TOOL: name, TOOL_CALL: call}
        )

    @contextmanager
    def _span(self, name: str, attributes: dict[str, Any]) -> Generator[Span]:
        if not self._sought:
            self._tracer, self._sought = _tracer(), True
        if self._tracer is None:
            yield Span(None)
            return
        with self._tracer.start_as_current_span(name, attributes=attributes) as span:
            yield Span(span)


def _tracer() -> Any:
    import sys

    # Whoever records spans has loaded it: without, loading it would only cost time.
    if "opentelemetry" not in sys.modules:
        return None
    from opentelemetry import trace

    return trace.get_tracer("aicfo")
