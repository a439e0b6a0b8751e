"""The installed tools over MCP: how they are listed, called, given up, and how answers look.

Arguments and results pass through the same validation as every other call. Errors reach the
model with the value and the mend, so that it can ask again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import anyio
import anyio.from_thread
import anyio.to_thread
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ContentBlock,
    ResourceLink,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as McpTool

from ..errors import AicfoError, NotFound
from ..model.text import visible
from ..redaction import redact, redacted
from ..registry import AnyTool, Registry, mcp_name
from ..signature import Signature
from ..stopping import Question, asking
from .auth import check_scope, scope_of
from .capping import MOST, Kept, capped
from .icons import icon
from .logs import Levels
from .part import Context, Part
from .untrusted import untrusted_places

if TYPE_CHECKING:
    from ..orchestrator.session import Answer, Session


class Tools(Part):
    """Every installed tool over the books of a session.

    What is too large for one answer is kept in `kept` for a while. Raises, when built: NotFound
    for two tools of one name.
    """

    def __init__(self, session: Session, levels: Levels, kept: Kept) -> None:
        self._session, self._levels, self._kept = session, levels, kept
        self._names = _by_mcp_name(session)
        self._described: dict[str, McpTool] = {}

    def tools(self) -> Sequence[McpTool]:
        """Every installed tool, by name."""
        if not self._described:
            Signature.foretell(tool.signature for tool in self._names.values())
        return [self._describe(name) for name in self._names]

    def tool(self, name: str) -> McpTool | None:
        """One installed tool."""
        return self._describe(name) if name in self._names else None

    async def call(self, context: Context, params: CallToolRequestParams) -> CallToolResult | None:
        """Run a tool with all it rests on; nothing is recorded once the client gave up."""
        tool = self._names.get(params.name)
        if tool is None:
            return None
        given = dict(params.arguments or {})
        follows = (context.meta or {}).get("progress_token") is not None

        def told(done: int, total: int, what: str) -> None:
            with suppress(RuntimeError):  # the loop that would tell it has ended
                anyio.from_thread.run(context.session.report_progress, done, total, what)

        question = Question(told if follows else None)
        try:
            check_scope(tool.effect)
        except AicfoError as error:
            return refused(error)

        def work() -> Answer:
            with asking(question):
                return self._session.call(tool, given)

        try:
            answer = await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        except AicfoError as error:
            return refused(error)
        except anyio.get_cancelled_exc_class():
            question.give_up()
            raise
        for line in answer.run.missing:
            await self._levels.say(context, "warning", _shown(f"missing: {line}"))
        return result_of(answer, self._kept)

    def _describe(self, name: str) -> McpTool:
        if name not in self._described:
            self._described[name] = describe(self._names[name], self._session)
        return self._described[name]


def needs_of(registry: Registry) -> dict[str, str]:
    """Return the scope that each tool asks for, by its name over MCP."""
    return {mcp_name(each.full_name): scope_of(each.effect) for each in registry.tools.values()}


def refused(error: AicfoError) -> CallToolResult:
    """What a model reads that asked for what cannot be: the value, and what to change."""
    return CallToolResult(content=[TextContent(text=f"{error.code}: {error}")], is_error=True)


def describe(tool: AnyTool, session: Session) -> McpTool:
    """Return a tool as MCP lists it."""
    effect = tool.effect
    return McpTool(
        name=mcp_name(tool.full_name),
        title=both_languages(tool),
        description=tool.description
        + (" Records proposals for a person to approve; moves no money." * (effect == "propose")),
        input_schema=session.orchestrator.input_schema(tool),
        output_schema=tool.output_schema(),
        annotations=ToolAnnotations(
            read_only_hint=effect == "read",
            destructive_hint=False,
            idempotent_hint=not tool.external,
            open_world_hint=tool.external,
        ),
        icons=[icon(effect)],
        _meta={"aicfo/tool": tool.full_name, "aicfo/version": tool.version},
    )


def both_languages(tool: AnyTool) -> str:
    """Return a tool's title, with its English name where the title is in another script."""
    name = tool.name.replace("_", " ").capitalize()
    if not tool.title:
        return name
    return tool.title if tool.title.isascii() else f"{tool.title} · {name}"


def result_of(answer: Answer, kept: Kept | None = None) -> CallToolResult:
    """Return an answer as structured content, with readable text and what else there is to say.

    An answer of more than `MOST` bytes loses the ends of its longest lists, says where, and links
    to the whole of it, which is put into `kept`.
    """
    whole = _all_shown(redacted(answer.structured))
    structured, cut = capped(whole)
    lines = [json.dumps(structured, ensure_ascii=False)]
    lines += [
        f"proposal {item.id} ({item.status}): {_shown(item.proposal.reason)}"
        for item in answer.proposals
    ]
    lines += [
        _shown(f"dropped: {dropped.proposal.reason} Because {dropped.reason}.")
        for dropped in answer.run.dropped
    ]
    missing = [_shown(line) for line in answer.run.missing]
    lines += [f"missing: {line}" for line in missing]
    meta: dict[str, Any] = {
        "aicfo/proposals": [item.id for item in answer.proposals],
        "aicfo/missing": missing,
        "aicfo/untrusted": _untrusted(answer.run.plan.root.tool),
        "aicfo/run": answer.run.key,
        "aicfo/record": answer.record,
    }
    content: list[ContentBlock] = []
    if cut:
        meta["aicfo/cut"] = cut
        places = ", ".join(f"{place} ({whole} items)" for place, whole in cut.items())
        lines.append(f"cut to {MOST} bytes: {places}; the whole is the linked resource")
        uri = f"books://results/{answer.record}"
        if kept is not None:
            kept.keep(answer.record, whole)
        link = ResourceLink(name=answer.record, uri=uri, mime_type="application/json")
        content.append(link)
    return CallToolResult(
        content=[TextContent(text="\n".join(lines)), *content],
        structured_content=structured,
        _meta=meta,
    )


@cache
def _untrusted(tool: AnyTool) -> list[str]:
    return untrusted_places(tool.output_schema())


def _all_shown(value: Any) -> Any:
    """Return a JSON value in whose texts nothing hides: a model reads what a person cannot see."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {visible(key): _all_shown(part) for key, part in fields.items()}
    if isinstance(value, list):
        return [_all_shown(part) for part in cast("list[Any]", value)]
    return value


def _shown(text: str) -> str:
    return visible(redact(text, anew=False))


def shown(value: Any) -> Any:
    """Return a JSON value as strangers' clients may have it: no secrets, nothing hidden."""
    return _all_shown(redacted(value))


def _by_mcp_name(session: Session) -> dict[str, AnyTool]:
    found: dict[str, AnyTool] = {}
    for tool in session.registry.tools.values():
        name = mcp_name(tool.full_name)
        if name in found:
            raise NotFound(
                "two tools share a name over MCP",
                value=name,
                where=f"{found[name].full_name} and {tool.full_name}",
                mend="rename one",
            )
        found[name] = tool
    return dict(sorted(found.items()))
