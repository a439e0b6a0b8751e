"""How one call travels: the slice of the books, parameters, calendar and facts, as JSON values.

The parent packs, the child unpacks. What is packed is data only, so that a plugin in another
language reads the same call.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter
from pydantic_core import to_json, to_jsonable_python

from ..books.port import Books
from ..context import Context
from ..days import WorkCalendar, calendar
from ..errors import ToolFailed
from ..model import record_type
from ..model.base import Fact, Record
from ..model.merchant import Account
from ..parameters import Parameter, Parameters, parameters

R = TypeVar("R", bound=Record)

VERSION = 1
"""Of the shapes in this file; a child of another version says so and is not used."""


# ── books ───────────────────────────────────────────────────────────────────────────────────


def pack_books(books: Books, kinds: frozenset[type[Record]], known: set[str]) -> dict[str, Any]:
    """Return the slice of `books` that a tool declared; kinds that are `known` there stay away.

    Balances are a reading of accounts, so they travel only with them.
    """
    records: dict[str, Any] = {
        kind.__name__: list(books.records(kind).values())
        for kind in sorted(kinds, key=lambda kind: kind.__name__)
        if kind.__name__ not in known
    }
    packed: dict[str, Any] = {
        "version": VERSION,
        "key": books.key,
        "as_of": books.as_of.isoformat(),
        "currency": books.currency,
        "records": records,
    }
    if Account in kinds and "Account" not in known:
        packed["balance"] = {
            "total": books.balance(),
            "accounts": {id: books.balance(id) for id in books.records(Account)},
        }
    return packed


class SliceBooks(Books):
    """The part of a snapshot that arrived with a call; more kinds may arrive with the next."""

    def __init__(self, key: str, as_of: date, currency: str) -> None:
        self._key, self._as_of, self._currency = key, as_of, currency
        self._records: dict[type[Record], Mapping[str, Record]] = {}
        self._total, self._accounts = 0, dict[str, int]()

    @classmethod
    def unpack(cls, packed: dict[str, Any], before: SliceBooks | None) -> SliceBooks:
        """Return the books of a call; those of the call before it go on when they are the same."""
        if packed.get("version") != VERSION:
            raise ToolFailed("books of another version", value=packed.get("version"))
        books = before
        if books is None or books.key != packed["key"]:
            books = cls(packed["key"], date.fromisoformat(packed["as_of"]), packed["currency"])
        for name, rows in packed["records"].items():
            kind = record_type(name)
            parsed = _rows(kind).validate_json(to_json(rows))
            books._records[kind] = MappingProxyType({record.id: record for record in parsed})
        if "balance" in packed:
            books._total = packed["balance"]["total"]
            books._accounts = packed["balance"]["accounts"]
        return books

    @property
    def as_of(self) -> date:
        return self._as_of

    @property
    def currency(self) -> str:
        return self._currency

    @property
    def key(self) -> str:
        return self._key

    def records(self, kind: type[R]) -> Mapping[str, R]:
        return cast("Mapping[str, R]", self._records.get(kind, {}))

    def balance(self, account: str | None = None) -> int:
        return self._total if account is None else self._accounts.get(account, 0)


_ROWS: dict[type[Record], TypeAdapter[Any]] = {}


def _rows(kind: type[Record]) -> TypeAdapter[Any]:
    if kind not in _ROWS:
        rows: Any = tuple.__class_getitem__((kind, ...))
        _ROWS[kind] = cast("Any", TypeAdapter)(rows)
    return _ROWS[kind]


# ── parameters and calendar ─────────────────────────────────────────────────────────────────


def pack_parameters(params: Parameters) -> Any:
    """Return "shipped" for the parameters that come with aicfo, else all rows."""
    if params is parameters():
        return "shipped"
    return [
        [
            r.name,
            tag(r.value),
            r.since.isoformat(),
            r.until and r.until.isoformat(),
            r.source,
            r.verified,
        ]
        for name in params.names()
        for r in params.rows(name)
    ]


def unpack_parameters(packed: Any) -> Parameters:
    """Return the parameters of a call."""
    if packed == "shipped":
        return parameters()
    rows: dict[str, list[Parameter]] = {}
    for name, value, since, until, source, verified in packed:
        last = date.fromisoformat(until) if until else None
        row = Parameter(name, untag(value), date.fromisoformat(since), last, source, verified)
        rows.setdefault(name, []).append(row)
    return Parameters({name: tuple(found) for name, found in rows.items()})


def pack_calendar(days: WorkCalendar) -> Any:
    """Return the country of a shipped calendar, else the whole table."""
    return days.country if days is calendar(days.country) else tag(days.table())


def unpack_calendar(packed: Any) -> WorkCalendar:
    """Return the calendar of a call."""
    if isinstance(packed, str):
        return calendar(packed)
    return WorkCalendar(**untag(packed))


# ── a call ──────────────────────────────────────────────────────────────────────────────────


def pack_call(
    context: Context, kinds: frozenset[type[Record]], known: set[str], needs: dict[str, Any]
) -> dict[str, Any]:
    """Return everything that a tool sees beside its arguments."""
    return {
        "books": pack_books(context.books, kinds, known),
        "parameters": pack_parameters(context.params),
        "calendar": pack_calendar(context.calendar),
        # As text: not every language has whole numbers of this size.
        "seed": str(context.seed),
        "needs": {name: pack_need(value) for name, value in needs.items()},
    }


def unpack_call(call: dict[str, Any], before: SliceBooks | None) -> tuple[SliceBooks, Context]:
    """Return the books of a call and the context over them."""
    books = SliceBooks.unpack(call["books"], before)
    return books, Context(
        books,
        params=unpack_parameters(call["parameters"]),
        calendar=unpack_calendar(call["calendar"]),
        seed=int(call["seed"]),
    )


# ── facts ───────────────────────────────────────────────────────────────────────────────────


def fact_names(kind: type[Fact]) -> list[str]:
    """Return the versioned names of a fact type and its bases, nearest first."""
    return [
        base.fact_name() for base in kind.__mro__ if issubclass(base, Fact) and base is not Fact
    ]


def pack_need(value: Any) -> Any:
    """Return what fills a need: a fact with its names, a list of them, or None."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return [pack_need(each) for each in cast("tuple[Any, ...]", value)]
    return {"types": fact_names(cast("type[Fact]", type(value))), "value": value}


def unpack_need(packed: Any, kind: type[Fact]) -> Any:
    """Return the fact (or tuple, or None) that a need of type `kind` is filled with.

    A subclass that this process does not know arrives as the base that was asked for.
    """
    if packed is None:
        return None
    if isinstance(packed, list):
        return tuple(unpack_need(each, kind) for each in cast("list[Any]", packed))
    names: list[str] = packed["types"]
    if kind.fact_name() not in names:
        raise ToolFailed("a need filled with another type", value=names, mend=kind.fact_name())
    nearest = kind
    for known in _subclasses(kind):
        name = known.fact_name()
        if name in names and names.index(name) < names.index(nearest.fact_name()):
            nearest = known
    value = packed["value"]
    if nearest.fact_name() != names[0]:
        value = {name: value[name] for name in nearest.model_fields if name in value}
    return nearest.model_validate_json(to_json(value))


def _subclasses(kind: type[Fact]) -> list[type[Fact]]:
    found: list[type[Fact]] = []
    for each in kind.__subclasses__():
        found += [each, *_subclasses(each)]
    return found


# ── plain values ────────────────────────────────────────────────────────────────────────────


def tag(value: Any) -> Any:
    """Return a plain value as JSON that `untag` reads back: dates and tables keep their kind."""
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, tuple | list | frozenset | set):
        items = [tag(item) for item in cast("Any", value)]
        return items if isinstance(value, list) else {"$tuple": items}
    if isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value).items()
        return {"$table": [[tag(key), tag(item)] for key, item in pairs]}
    if value is None or type(value) in (bool, int, str) or isinstance(value, str):
        return value
    return to_jsonable_python(value)


def untag(value: Any) -> Any:
    """Return the plain value that `tag` wrote."""
    if isinstance(value, list):
        return [untag(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = cast("dict[str, Any]", value).items()
    if kind == "$date":
        return date.fromisoformat(inner)
    if kind == "$tuple":
        return tuple(untag(item) for item in inner)
    return {untag(key): untag(item) for key, item in inner}
