"""Approvals over MCP: one tool, behind which a person is asked through their client.

In the era without sessions the tool answers that input is required, with a form for the person and
a state that is sealed, for one use. In the era of sessions the person is asked while the call
waits. A client that can show no form gets the way to approve elsewhere. The model has no argument
with which to answer the form; a client that answers it by itself is bounded by `safety.in_band`.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.request_state import authenticated_principal
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
    TextContent,
    Tool,
    ToolAnnotations,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from ..errors import AicfoError, ApprovalRequired, InputError, PolicyDenied
from ..model import Merchant
from ..model.text import clean
from ..money import grouped
from ..safety.answers import Committed
from ..safety.in_band import Question, answer, checked_limit, elsewhere, question
from .auth import check_scope
from .icons import icon
from .part import Context, Part
from .tools import refused, shown

if TYPE_CHECKING:
    from ..orchestrator.session import Session

NAME = "aicfo_approve"
_ASKED = "decision"
_SECONDS = 300.0
"""For how long an answer to a question is taken."""
_OPEN = 256
"""Questions that wait for an answer; the oldest gives way."""

_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        _ASKED: {
            "type": "string",
            "title": "决定 · Decision",
            "description": "approve 批准并执行 carries it out; reject 拒绝 turns it down for good",
            "enum": ["approve", "reject"],
        }
    },
    "required": [_ASKED],
}
_INPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "proposal": {"type": "string", "description": "Id of a proposal, P…"},
        "key": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "description": "Idempotency key, your choice: repeat it when you ask again after a "
            "broken connection, and the action is carried out once.",
        },
    },
    "required": ["proposal", "key"],
    "additionalProperties": False,
}
_OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "proposal": {"type": "string", "description": "Id of the proposal."},
        "status": {
            "type": "string",
            "enum": ["committed", "rejected", "undecided"],
            "description": "What the person's answer led to; undecided: nothing was done.",
        },
        "key": {"type": "string", "description": "The idempotency key."},
        "entry": {"type": "integer", "description": "Number of the ledger entry, 0 for none."},
        "audit": {"type": "integer", "description": "Number of the audit row, 0 for none."},
        "cash_before": {"type": "integer", "description": "Own cash before, minor units; or 0."},
        "cash_after": {"type": "integer", "description": "Own cash after, minor units; or 0."},
        "currency": {"type": "string", "description": "ISO 4217 code of the amounts."},
    },
    "required": [
        *("proposal", "status", "key", "entry", "audit", "cash_before", "cash_after", "currency")
    ],
    "additionalProperties": False,
}

_SAID = ("kind", "amount", "day")


@dataclass(frozen=True, slots=True)
class _State:
    """What an answer is good for: one proposal as it was shown, one key, one asker, for a while."""

    nonce: str
    proposal: str
    content: str
    merchant: str
    key: str
    principal: str
    until: float

    def sealed(self) -> str:
        """The state as it goes to the client; `RequestStateBoundary` encrypts it on its way."""
        return json.dumps(asdict(self))


class Approvals(Part):
    """The tool `aicfo_approve`, for at most `limit` minor units on one day of the books.

    `by` is the person at this server where nobody signs in. `clock` gives seconds.
    Raises, when built: InputError for a limit that is none.
    """

    def __init__(
        self, session: Session, limit: int, *, by: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session, self._limit, self._by, self._clock = session, checked_limit(limit), by, clock
        self._open: OrderedDict[str, None] = OrderedDict()
        self._tool = Tool(
            name=NAME,
            title="请人批准 · Ask a person to approve",
            description="Puts one proposal before the person at this client, who approves or "
            "rejects it; what is approved is carried out at once. What is too much for that, or "
            "not vouched for by the books, is approved outside this connection.",
            input_schema=_INPUT,
            output_schema=_OUTPUT,
            annotations=ToolAnnotations(
                read_only_hint=False,
                destructive_hint=True,
                idempotent_hint=True,
                open_world_hint=False,
            ),
            icons=[icon("propose")],
            _meta={"aicfo/approve_up_to": limit},
        )

    def tools(self) -> Sequence[Tool]:
        """The one tool."""
        return (self._tool,)

    async def call(
        self, context: Context, params: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult | None:
        """Ask the person, or take their answer."""
        if params.name != NAME:
            return None
        try:
            return await self._called(context, params)
        except AicfoError as error:
            return refused(error)

    async def _called(
        self, context: Context, params: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult:
        check_scope("approve")
        id, key = _arguments(params.arguments or {})
        if params.request_state is not None:
            return await self._answered(context, params, id, key)
        found = await anyio.to_thread.run_sync(self._question, id, key)
        if isinstance(found, Committed):
            return self._result(found)
        words = await anyio.to_thread.run_sync(self._words, found)
        state = self._state(context, found, key)
        form = ElicitRequest(params=ElicitRequestFormParams(message=words, requested_schema=_FORM))
        if not _shows_forms(context):
            raise ApprovalRequired(
                "this client can show a person no form", value=id, mend=elsewhere(id)
            )
        if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            self._open[state.nonce] = None
            while len(self._open) > _OPEN:
                self._open.popitem(last=False)
            return InputRequiredResult(input_requests={_ASKED: form}, request_state=state.sealed())
        return await self._decided(context, state, await _asked(context, form, id))

    async def _answered(
        self, context: Context, params: CallToolRequestParams, id: str, key: str
    ) -> CallToolResult:
        """Take the answer that comes with a state, which no other answer can come with again."""
        state = _read_state(params.request_state or "")
        expected = _State(
            state.nonce,
            id,
            state.content,
            self._merchant,
            key,
            authenticated_principal(context) or "",
            state.until,
        )
        if state.nonce not in self._open or state != expected or self._clock() >= state.until:
            self._open.pop(state.nonce, None)
            raise PolicyDenied(
                "this question was answered already, or its time is over",
                value=id,
                mend="call again without requestState: a person is asked again",
            )
        del self._open[state.nonce]
        said = (params.input_responses or {}).get(_ASKED)
        return await self._decided(context, state, said if isinstance(said, ElicitResult) else None)

    async def _decided(
        self, context: Context, state: _State, said: ElicitResult | None
    ) -> CallToolResult:
        """Do what the person said, once; anything but a clear word leaves all as it is."""
        word = (said.content or {}).get(_ASKED) if said and said.action == "accept" else None
        by, client = _person(self._by), _client(context)

        def work() -> CallToolResult:
            books = self._session.books
            if word == "approve":
                done = answer(
                    books,
                    state.proposal,
                    content=state.content,
                    key=state.key,
                    by=by,
                    client=client,
                    limit=self._limit,
                    policy=self._session.policy,
                )
                return self._result(done)
            if word == "reject":
                from ..safety.approvals import reject

                reject(books, state.proposal, by=by, why="in a conversation")
                return self._undone(state, "rejected", "the person rejected it")
            way = f"nobody approved it; nothing was done; {elsewhere(state.proposal)}"
            return self._undone(state, "undecided", way)

        # Not abandoned: what a person said yes to is carried out, whoever still listens.
        return await anyio.to_thread.run_sync(work)

    def _question(self, id: str, key: str) -> Question | Committed:
        session = self._session
        return question(session.books, id, key=key, limit=self._limit, policy=session.policy)

    def _state(self, context: Context, found: Question, key: str) -> _State:
        return _State(
            secrets.token_urlsafe(16),
            found.stored.id,
            found.content,
            self._merchant,
            key,
            authenticated_principal(context) or "",
            self._clock() + _SECONDS,
        )

    @property
    def _merchant(self) -> str:
        return self._session.books.merchant

    def _words(self, found: Question) -> str:
        """What the person reads: facts of the books, nothing hidden in them."""
        action, seen = found.stored.proposal.action, found.preview
        currency, books = self._session.books.currency, self._session.snapshot()
        firm = books.records(Merchant).get(self._merchant)
        name = firm.name if firm is not None else self._merchant
        what = f"{action.kind.replace('_', ' ')} {grouped(action.amount)} {currency}"
        cash = f"{grouped(seen.cash_before)} → {grouped(seen.cash_after)} {currency}"
        lines = [
            f"{name}: {what}, {action.day.isoformat()}",
            *(f"{field}: {value}" for field, value in action if field not in _SAID),
            f"cash 现金 {cash}, lowest ahead 此后最低 {grouped(seen.lowest_after)}",
            f"why 理由: {found.stored.proposal.reason}",
            f"{found.stored.id}; approve 批准 carries it out at once 立即执行.",
        ]
        # One line each: no text within may look like another line.
        return "\n".join(" ".join(str(shown(clean(line))).split()) for line in lines)

    def _result(self, done: Committed) -> CallToolResult:
        values = {
            "proposal": done.proposal,
            "status": "committed",
            "key": done.key,
            "entry": done.entry,
            "audit": done.audit,
            "cash_before": done.cash_before,
            "cash_after": done.cash_after,
            "currency": self._session.books.currency,
        }
        return _told(values, f"{done.proposal} is carried out, ledger entry {done.entry}")

    def _undone(self, state: _State, status: str, text: str) -> CallToolResult:
        none = dict.fromkeys(("entry", "audit", "cash_before", "cash_after"), 0)
        values = {
            "proposal": state.proposal,
            "status": status,
            "key": state.key,
            **none,
            "currency": self._session.books.currency,
        }
        return _told(values, text)


def _told(values: dict[str, Any], text: str) -> CallToolResult:
    words = f"{json.dumps(values, ensure_ascii=False)}\n{text}"
    return CallToolResult(content=[TextContent(text=words)], structured_content=values)


def _arguments(given: dict[str, Any]) -> tuple[str, str]:
    for name in given:
        if name not in ("proposal", "key"):
            raise InputError("no such argument", value=name, where=NAME, mend="proposal, key")
    for name in ("proposal", "key"):
        if not isinstance(given.get(name), str) or not given[name]:
            raise InputError("a text is missing", value=name, where=NAME, mend="see its schema")
    return given["proposal"], given["key"]


def _read_state(text: str) -> _State:
    """The state that we sealed. Raises: PolicyDenied for anything else."""
    try:
        return _State(**json.loads(text))
    except (ValueError, TypeError, RecursionError):
        raise PolicyDenied("not a state of ours", mend="call again without requestState") from None


def _shows_forms(context: Context) -> bool:
    able = context.session.client_capabilities
    found = able.elicitation if able is not None else None
    # An empty capability is a form's: URLs came later.
    return found is not None and (found.form is not None or found.url is None)


async def _asked(context: Context, form: ElicitRequest, id: str) -> ElicitResult:
    """Ask while the call waits: the era of sessions."""
    try:
        return await context.session.send_request(
            form,
            ElicitResult,
            request_read_timeout_seconds=_SECONDS,
            metadata=ServerMessageMetadata(related_request_id=context.request_id),
        )
    except (MCPError, ValueError):
        raise ApprovalRequired("nobody answered", value=id, mend=elsewhere(id)) from None


def _person(by: str) -> str:
    """Who answers: whoever signed in, else the person at this server."""
    token = get_access_token()
    return by if token is None else token.subject or token.client_id


def _client(context: Context) -> str:
    """What the client calls itself: its own word, kept for the audit."""
    hello = context.session.client_params
    name = hello.client_info.name if hello is not None else ""
    return str(shown(clean(name)))[:80] or "unnamed"
