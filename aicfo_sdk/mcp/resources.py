"""The books to read: `books://…`, what is so and what was asked, without asking a tool.

Everything here reads. The brief is worked out anew and leaves no proposals behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import anyio.to_thread
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    Annotations,
    CompleteRequestParams,
    Completion,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    ResourceTemplateReference,
    TextResourceContents,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from ..days import parse_day
from ..errors import AicfoError, BooksError, NotFound
from ..model import RECORDS, record_type
from ..model.base import Record
from .capping import Kept
from .icons import icon
from .part import Context, Part
from .tools import shown

if TYPE_CHECKING:
    from ..books.port import Books
    from ..orchestrator.session import Session

_JSON = "application/json"
_NO_RESOURCE = -32002
"""What the era with sessions calls an address at which nothing stands."""

_LISTED = 500
"""Records that one list shows: the rest are read by id, or page by page with `after`."""

_COMPLETIONS = 100
_ADDRESS = re.compile(r"books://([a-z-]+)(?:/([^/?#]+))?(?:\?after=([^&#]*))?", re.ASCII)

_PLURALS = {name: f"{name}s" for name in RECORDS} | {
    "Counterparty": "Counterparties",
    "DailySales": "DailySales",
    "PeerIndex": "PeerIndexes",
    "Merchant": "Merchant",
}
SLUGS = {
    re.sub(r"(?<=[a-z])(?=[A-Z])", "-", plural).lower(): name for name, plural in _PLURALS.items()
}
"""How addresses name record types: `credit-lines` is CreditLine."""

_TITLES = {
    "accounts": "账户",
    "bills": "票据",
    "counterparties": "往来单位",
    "credit-lines": "授信额度",
    "daily-sales": "每日销售",
    "discount-quotes": "贴现报价",
    "districts": "商圈",
    "fund-positions": "理财持仓",
    "invoices": "发票",
    "loans": "贷款",
    "merchant": "商户",
    "obligations": "应付款项",
    "overdue-acceptors": "逾期承兑人",
    "peer-indexes": "行业指数",
    "settlements": "结算",
    "sites": "点位",
    "stock-lots": "库存批次",
    "stores": "门店",
    "tenders": "招标公告",
    "transactions": "交易流水",
}


class BooksResources(Part):
    """The books of a session, as resources."""

    def __init__(self, session: Session, kept: Kept) -> None:
        self._session, self._kept = session, kept
        self._fixed: dict[str, tuple[str, str, Callable[[], Any]]] = {
            "brief": ("每日简报 · Brief", "Today's advice, dearest first.", self._brief),
            "ledger": ("总账 · Ledger", "Balance of every ledger account.", self._ledger),
            "proposals": ("待批建议 · Proposals", "What waits for a person.", self._proposals),
            "runs": ("问答记录 · Runs", "What was asked, the latest first.", self._runs),
        }
        self._by_id: dict[str, tuple[str, str, Callable[[str], Any]]] = {
            "ledger": ("总账（某日）· Ledger of a day", "day", self._ledger),
            "proposals": ("建议 · Proposal", "id", self._proposal),
            "runs": ("一次问答 · Run", "id", self._run),
            "results": ("完整结果 · Whole result that was cut", "id", self._result),
        }

    async def resources(self) -> Sequence[Resource]:
        """The fixed ones, and a list of each record type that the books hold."""
        fixed = [_resource(slug, title, about) for slug, (title, about, _) in self._fixed.items()]
        return [*fixed, *await anyio.to_thread.run_sync(self._held)]

    def templates(self) -> Sequence[ResourceTemplate]:
        """One record by its id, a run, a proposal, the ledger of a day."""
        return [
            *(
                _template(f"books://{slug}/{{id}}", _title(slug), f"One {name} by its id.")
                for slug, name in SLUGS.items()
            ),
            *(
                _template(f"books://{slug}/{{{variable}}}", title, "")
                for slug, (title, variable, _) in self._by_id.items()
            ),
        ]

    async def read(
        self, context: Context, params: ReadResourceRequestParams
    ) -> ReadResourceResult | None:
        """What stands at a `books://` address, as JSON."""
        if not params.uri.startswith("books://"):
            return None
        try:
            text = await anyio.to_thread.run_sync(self._text, params.uri, abandon_on_cancel=True)
        except NotFound as error:
            modern = context.protocol_version in MODERN_PROTOCOL_VERSIONS
            code = INVALID_PARAMS if modern else _NO_RESOURCE
            raise MCPError(code, str(error), data={"uri": params.uri}) from None
        except AicfoError as error:
            raise MCPError(INVALID_PARAMS, str(error), data={"uri": params.uri}) from None
        content = TextResourceContents(uri=params.uri, mime_type=_JSON, text=text)
        return ReadResourceResult(contents=[content])

    async def complete(self, params: CompleteRequestParams) -> Completion | None:
        """Ids that go on as typed; of partners also by their names."""
        ref = params.ref
        if not isinstance(ref, ResourceTemplateReference):
            return None
        found = _ADDRESS.fullmatch(ref.uri.replace("{", "").replace("}", ""))
        if found is None or found[2] is None or params.argument.name != found[2]:
            return None
        slug, typed = found[1], params.argument.value
        return await anyio.to_thread.run_sync(lambda: completion(self._ids(slug), typed))

    def _held(self) -> list[Resource]:
        """A list of each record type of which the books hold any."""
        try:
            snapshot = self._session.snapshot()
        except BooksError:
            return []  # nothing is imported yet
        held = {slug: len(snapshot.records(record_type(name))) for slug, name in SLUGS.items()}
        return [
            _resource(slug, _title(slug), f"{many} {SLUGS[slug]} record(s) as of {snapshot.as_of}.")
            for slug, many in held.items()
            if many
        ]

    def _ids(self, slug: str) -> Mapping[str, str]:
        """Id → name or "" of all that stands under a slug."""
        if slug in SLUGS:
            return record_ids(self._session.snapshot(), SLUGS[slug])
        if slug == "proposals":
            return dict.fromkeys((item.id for item in self._session.books.proposals.all()), "")
        if slug == "runs":
            return {run.id: run.record.goal for run in self._session.runs.latest(_COMPLETIONS)}
        if slug == "results":
            return dict.fromkeys(self._kept.ids(), "")
        if slug == "ledger":
            return {self._session.snapshot().as_of.isoformat(): ""}
        return {}

    def _text(self, uri: str) -> str:
        found = _ADDRESS.fullmatch(uri)
        slug, id = (found[1], unquote(found[2] or "")) if found is not None else ("", "")
        if id and slug == "results":
            return self._result(id)
        if id and slug in self._by_id:
            value = self._by_id[slug][2](id)
        elif not id and slug in self._fixed:
            value = self._fixed[slug][2]()
        elif slug in SLUGS:
            kind = record_type(SLUGS[slug])
            snapshot = self._session.snapshot()
            if id:
                value = snapshot.get(kind, id).model_dump(mode="json")
            else:
                after = unquote(found[3] or "") if found is not None else ""
                value = _listed(snapshot, kind, slug, after)
        else:
            known = ", ".join([*self._fixed, *SLUGS])
            raise NotFound("nothing stands at this address", value=uri, mend=f"books://{known}")
        return json.dumps(shown(value), ensure_ascii=False)

    def _brief(self) -> Any:
        tool = self._session.registry.tool("core.brief")
        run = self._session.orchestrator.run(tool, books=self._session.snapshot())
        return {"brief": tool.signature.structured(run.result), "missing": list(run.missing)}

    def _ledger(self, day: str = "") -> Any:
        until = parse_day(day, where="books://ledger/{day}") if day else None
        books = self._session.books
        return {
            "currency": books.currency,
            "until": until.isoformat() if until else None,
            "balances": books.ledger.trial_balance(until),
        }

    def _proposals(self) -> Any:
        waiting = self._session.books.proposals.all("proposed")
        return {"proposals": [_proposal(item) for item in waiting]}

    def _proposal(self, id: str) -> Any:
        return _proposal(self._session.books.proposals.get(id))

    def _runs(self) -> Any:
        runs = self._session.runs.latest()
        return {
            "runs": [
                {"id": r.id, "goal": r.record.goal, "as_of": r.record.as_of.isoformat()}
                for r in runs
            ]
        }

    def _run(self, id: str) -> Any:
        return self._session.runs.get(id).record.model_dump(mode="json")

    def _result(self, id: str) -> str:
        text = self._kept.text(id)
        if text is None:
            raise NotFound("this result is not kept any more", value=id, mend="call the tool again")
        return text


def record_ids(books: Books, kind: str) -> Mapping[str, str]:
    """Return id → name (or title, or "") of all records of a type."""
    found: dict[str, str] = {}
    for id, record in books.records(record_type(kind)).items():
        name: Any = getattr(record, "name", None) or getattr(record, "title", None)
        found[id] = "" if name is None else str(shown(str(name)))
    return found


def completion(known: Mapping[str, str], typed: str) -> Completion:
    """Return the ids that go on as typed, then those that contain it, in id or name."""
    low = typed.casefold()
    first = [id for id in known if id.casefold().startswith(low)]
    seen = set(first)
    more = (id for id, name in known.items() if low in id.casefold() or low in name.casefold())
    values = [*first, *(id for id in more if id not in seen)]
    return Completion(
        values=values[:_COMPLETIONS], total=len(values), has_more=len(values) > _COMPLETIONS
    )


def _listed(books: Books, kind: type[Record], slug: str, after: str) -> Any:
    ids: Iterable[str] = books.records(kind)
    rest = [id for id in ids if id > after]
    shown_now, records = rest[:_LISTED], books.records(kind)
    result: dict[str, Any] = {
        "as_of": books.as_of.isoformat(),
        "currency": books.currency,
        "total": len(records),
        "records": [records[id].model_dump(mode="json") for id in shown_now],
    }
    if len(rest) > _LISTED:
        result["next"] = f"books://{slug}?after={quote(shown_now[-1], safe='')}"
    return result


def _proposal(item: Any) -> Any:
    return {
        "id": item.id,
        "status": item.status,
        "proposal": item.proposal.model_dump(mode="json"),
    }


def _title(slug: str) -> str:
    return f"{_TITLES.get(slug, slug)} · {slug.replace('-', ' ').capitalize()}"


def _resource(slug: str, title: str, about: str) -> Resource:
    return Resource(
        name=slug,
        title=title,
        uri=f"books://{slug}",
        description=about,
        mime_type=_JSON,
        icons=[icon("books")],
        annotations=Annotations(audience=["user", "assistant"]),
    )


def _template(uri: str, title: str, about: str) -> ResourceTemplate:
    return ResourceTemplate(
        name=uri.removeprefix("books://"),
        title=title,
        uri_template=uri,
        description=about or None,
        mime_type=_JSON,
        icons=[icon("books")],
    )
