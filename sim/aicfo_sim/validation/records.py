"""Real records as streams: tables of takings or invoices (CSV, XLSX, gzip), folders, books.

Columns are found by their names, in any order, wherever the header stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from aicfo_sdk.books.importers.table import Header, Row, Table, column_key, find_header, read
from aicfo_sdk.errors import InputError, RecordError

from .simulated import MOST_DAYS
from .streams import RED, VALID, VOID, Firm, Invoices, Takings

_TAKINGS = {
    "day": ("time_stamp", "date", "day", "日期", "营业日期", "交易日期", "timestamp"),
    "shop": (
        "shop_id",
        "shop",
        "store_id",
        "store",
        "门店",
        "门店编号",
        "店铺",
        "商户",
        "商户编号",
    ),
    "count": ("count", "payments", "orders", "pay_count", "笔数", "交易笔数", "订单数", "客流量"),
    "takings": ("takings", "amount", "sales", "revenue", "营业额", "销售额", "金额", "交易金额"),
    "price": ("per_pay", "人均消费"),
}
_INVOICES = {
    "day": ("date", "开票日期", "invoice_date", "issued", "日期"),
    "firm": ("firm", "企业代号", "firm_id", "company"),
    "number": ("inv_no", "发票号码", "invoice", "invoice_no", "number"),
    "party": ("counterparty", "购方单位代号", "销方单位代号", "party", "customer", "supplier"),
    "net": ("amount", "金额", "net"),
    "tax": ("tax", "税额"),
    "total": ("total", "价税合计"),
    "status": ("status", "发票状态"),
}
_PRICES = {"shop": _TAKINGS["shop"], "price": _TAKINGS["price"]}
_NAMES = {"firm": _INVOICES["firm"], "name": ("企业名称", "name", "firm_name")}
_KINDS = {"takings": _TAKINGS, "invoices": _INVOICES, "prices": _PRICES, "names": _NAMES}
_NEEDED = {
    "takings": ("day",),
    "invoices": ("day",),
    "prices": ("shop", "price"),
    "names": ("firm", "name"),
}
_OWN = {"takings": ("count", "takings"), "invoices": ("total", "number", "party", "status")}
"""Columns that tell a kind from others that share some."""

_BUYS = ("销方单位代号", "supplier")
"""Names of the party's column in a table of purchases; also told by the name of file or sheet."""
_BOUGHT = ("purchase", "进项")
_SPOILT = ("作废", "void", "cancel", "invalid")
_GOOD = ("有效", "正常", "normal", "valid", "red", "红", "ok")
_BUILDING = ("建筑", "建设", "工程", "劳务", "装饰", "园林", "消防")
_SUFFIXES = (".csv", ".csv.gz", ".txt", ".tsv", ".xlsx", ".xls")
_SQLITE = b"SQLite format 3\x00"
_ROWS_SEARCHED = 50


@dataclass
class Records:
    """What was read: firms by stream, the names that some have, and what a reader should know."""

    streams: dict[str, list[Firm]] = field(default_factory=dict[str, list[Firm]])
    names: dict[str, str] = field(default_factory=dict[str, str])
    notes: list[str] = field(default_factory=list[str])

    def of(self, stream: str, archetype: str) -> list[Firm]:
        """Return the firms of a stream that are like an archetype, as far as names tell.

        Building firms are contractors, all others that sell on invoice stand for manufacturers.
        """
        firms = self.streams.get(stream, [])
        if archetype not in ("contractor", "manufacturer") or not self.names:
            return firms
        wanted = archetype == "contractor"
        return [f for f in firms if f.name in self.names and builds(self.names[f.name]) == wanted]


def builds(name: str) -> bool:
    """Return whether a firm's name says that it builds, fits out or lends hands for it."""
    return any(word in name for word in _BUILDING)


def read_records(place: Path | str, *, order_value: float = 0.0) -> Records:
    """Return the records of a file, of all tables in a folder, or of books.

    `order_value` in yuan turns payments into takings where no amounts and no `per_pay` are given.
    Raises: AicfoError naming file, line and column.
    """
    path = Path(place)
    if path.is_file() and _begins(path) == _SQLITE:
        return _books(path)
    files = [path]
    if path.is_dir():
        files = sorted(f for f in path.iterdir() if f.name.lower().endswith(_SUFFIXES))
        if not files:
            mend = "CSV, gzipped CSV or XLSX, or name the books"
            raise InputError("no table in this folder", value=str(path), mend=mend)
    elif not path.exists():
        raise InputError("no such file, folder or books", value=str(path), mend="check the path")
    found = _Reading(order_value, alone=len(files) == 1)
    for file in files:
        try:
            tables = read(file)
        except RecordError as error:
            # A spreadsheet that lies in the same folder may have nothing to do with the records.
            if len(files) == 1 or not file.name.lower().endswith((".xlsx", ".xls")):
                raise
            found.notes.append(f"not read: {error}")
            continue
        for table in tables:
            found.take(table)
    return found.done(str(path))


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(len(_SQLITE))
    except OSError as error:
        mend = str(error.strerror)
        raise InputError("the file cannot be read", value=str(path), mend=mend) from None


class _Reading:
    """Tables as they come, put together at the end."""

    def __init__(self, order_value: float, *, alone: bool) -> None:
        self._order_value, self._alone = order_value, alone
        self._takings: dict[str, dict[date, list[int]]] = defaultdict(dict)
        self._counted, self._worth = False, False
        self._prices: dict[str, int] = {}
        self._invoices: dict[str, dict[str, list[tuple[int, int, str, int]]]] = {
            "sales": defaultdict(list),
            "purchases": defaultdict(list),
        }
        self._unknown: dict[str, set[str]] = {"sales": set(), "purchases": set()}
        self._names: dict[str, str] = {}
        self.notes: list[str] = []

    def take(self, table: Table) -> None:
        """Take one table. Raises: RecordError; a table of another kind is refused when alone."""
        kind = _kind(table)
        if not kind:
            if self._alone:
                find_header([table], {"day": _TAKINGS["day"], "takings": _TAKINGS["takings"]})
            return
        wanted = _KINDS[kind]
        needed = {name: wanted[name] for name in _NEEDED[kind]}
        rest = {name: known for name, known in wanted.items() if name not in needed}
        head = find_header([table], needed, rest, what=kind)
        readers: dict[str, Callable[[Header], None]] = {
            "takings": self._take_takings,
            "invoices": self._take_invoices,
            "prices": self._take_prices,
            "names": self._take_names,
        }
        readers[kind](head)

    def _take_takings(self, head: Header) -> None:
        counted, worth = head.has("count"), head.has("takings")
        each = not counted and not worth
        repeated = False
        for row in head.rows():
            shop = row.text("shop", "all")
            entry = self._takings[shop].setdefault(row.day("day"), [0, 0])
            repeated |= entry[0] > 0
            entry[0] += 1 if each else _count(row) if counted else 0
            if worth:
                entry[1] += row.amount("takings")
            if head.has("price"):
                self._prices[shop] = row.amount("price")
        if each and not repeated:
            # A list of payments names busy days more than once; this one has lost a column.
            wanted = {"day": _TAKINGS["day"], "count": _TAKINGS["count"]}
            find_header([head.table], wanted, what="takings")
        self._counted |= counted or each
        self._worth |= worth

    def _take_invoices(self, head: Header) -> None:
        if not head.has("total") and not head.has("net"):
            find_header([head.table], {n: _INVOICES[n] for n in ("day", "total")}, what="invoices")
        title = head.title("party") if head.has("party") else ""
        where = f"{Path(head.table.file).name} {head.table.name}".casefold()
        bought = column_key(title) in map(column_key, _BUYS) or any(w in where for w in _BOUGHT)
        stream = "purchases" if bought else "sales"
        for column, lost in (("party", ("top_party", "parties")), ("status", ("void",))):
            if not head.has(column):
                self._unknown[stream].update(lost)
        rows = self._invoices[stream]
        for row in head.rows():
            fen = _worth(row)
            kind = _status(row) if head.has("status") else VALID
            if kind == VALID and fen < 0:
                kind = RED
            if fen:
                firm = row.text("firm", "all")
                entry = (row.day("day").toordinal(), fen, row.text("party", ""), kind)
                rows[firm].append(entry)

    def _take_prices(self, head: Header) -> None:
        for row in head.rows():
            self._prices[row.text("shop")] = row.amount("price")

    def _take_names(self, head: Header) -> None:
        for row in head.rows():
            self._names[row.text("firm")] = row.text("name", "")

    def done(self, place: str) -> Records:
        """Return all that was taken. Raises: InputError when it is nothing."""
        out = Records(names=self._names, notes=self.notes)
        if self._takings:
            out.streams["takings"] = [self._shop(n, d, place) for n, d in self._takings.items()]
            if not self._worth and len(self._prices) < len(self._takings):
                out.notes.append(
                    f"no amounts and no per_pay: a payment is taken at {self._order_value:g} yuan"
                )
        for stream, firms in self._invoices.items():
            if firms:
                unknown = tuple(sorted(self._unknown[stream]))
                out.streams[stream] = [
                    _invoices(name, rows, unknown, place) for name, rows in firms.items()
                ]
        if not out.streams:
            mend = "a table of takings (date, takings or count) or of invoices (date, total)"
            raise InputError("neither takings nor invoices", value=place, mend=mend)
        return out

    def _shop(self, name: str, days: dict[date, list[int]], place: str) -> Firm:
        first, size = _span(days, place, name)
        fen, orders = np.zeros((2, size), dtype=np.int64)
        each = self._prices.get(name, round(self._order_value * 100))
        for day, (count, worth) in days.items():
            at = (day - first).days
            orders[at] = count if self._counted else 0
            fen[at] = worth if self._worth else count * each
        return Takings(name, first, np.maximum(fen, 0), orders)


def _kind(table: Table) -> str:
    """Return what a table holds by the best row of its first ones, or "" for something else."""
    best, found = 0, ""
    for row in table.rows[:_ROWS_SEARCHED]:
        keys = {column_key(cell) for cell in row if isinstance(cell, str) and cell}
        if len(keys) < 2:
            continue
        for kind, wanted in _KINDS.items():
            hits = {n for n, known in wanted.items() if keys & {column_key(k) for k in known}}
            own = _OWN.get(kind, _NEEDED[kind])
            score = 2 * len(hits) + len(hits & set(own))
            if kind in ("prices", "names") and not hits.issuperset(own):
                continue
            if len(hits) >= 2 and score > best:
                best, found = score, kind
    return found


def _count(row: Row) -> int:
    text = row.text("count")
    if not text.isdecimal():
        mend = "a whole number of payments"
        raise row.error("not a count", column="count", value=text, mend=mend)
    return int(text)


def _worth(row: Row) -> int:
    if row.header.has("total"):
        return row.amount("total")
    return row.amount("net") + row.amount("tax", 0)


def _status(row: Row) -> int:
    word = row.text("status", "有效").casefold()
    if any(part in word for part in _SPOILT):
        return VOID
    if any(part in word for part in _GOOD):
        return VALID
    mend = "有效发票 or 作废发票, normal or void"
    raise row.error("not a status of an invoice", column="status", value=word, mend=mend)


def _span(days: Iterable[date], place: str, name: str) -> tuple[date, int]:
    first, last = min(days), max(days)
    size = (last - first).days + 1
    if size > MOST_DAYS:
        raise InputError(
            f"records of {name!r} from {first} to {last} are {size} days",
            where=place,
            mend=f"at most {MOST_DAYS} days; is a year mistyped?",
        )
    return first, size


def _invoices(
    name: str, rows: Sequence[tuple[int, int, str, int]], unknown: tuple[str, ...], place: str
) -> Firm:
    rows = sorted(rows)
    first, size = _span([date.fromordinal(rows[n][0]) for n in (0, -1)], place, name)
    places: dict[str, int] = {}
    party = [places.setdefault(row[2], len(places)) for row in rows]
    day, fen, kind = (np.array([row[n] for row in rows], dtype=np.int64) for n in (0, 1, 3))
    return Invoices(
        name,
        first,
        size,
        day - first.toordinal(),
        fen,
        np.array(party, dtype=np.int64),
        kind,
        unknown=unknown,
    )


def _books(path: Path) -> Records:
    """Return takings by store and invoices by direction of a merchant's books."""
    from aicfo_sdk.books.store import open_books
    from aicfo_sdk.model import DailySales, Invoice, Transaction

    out = Records()
    with open_books(path) as books:
        snapshot = books.snapshot()
        days: dict[str, dict[date, list[int]]] = defaultdict(dict)
        for sales in snapshot.all(DailySales):
            entry = days[sales.store].setdefault(sales.day, [0, 0])
            entry[0] += sales.orders
            entry[1] += sales.amount
        if not days:
            for line in snapshot.all(Transaction):
                if line.kind in ("sale", "refund"):
                    entry = days["all"].setdefault(line.day, [0, 0])
                    entry[0] += line.amount > 0
                    entry[1] += line.amount
        rows: dict[str, list[tuple[int, int, str, int]]] = {"sales": [], "purchases": []}
        for one in snapshot.all(Invoice):
            if one.settled_at_sale or not one.total:
                continue
            kind = VOID if one.status == "void" else RED if one.total < 0 else VALID
            stream = "sales" if one.direction == "sales" else "purchases"
            rows[stream].append((one.issued.toordinal(), one.total, one.counterparty, kind))
    place = str(path)
    if days:
        out.streams["takings"] = [_store(name, each, place) for name, each in days.items()]
    for stream, found in rows.items():
        if found:
            out.streams[stream] = [_invoices("books", found, (), place)]
    if not out.streams:
        mend = "import them first: aicfo import FILE --into BOOKS"
        raise InputError("books without takings and invoices", value=place, mend=mend)
    return out


def _store(name: str, days: dict[date, list[int]], place: str) -> Firm:
    first, size = _span(days, place, name)
    fen, orders = np.zeros((2, size), dtype=np.int64)
    for day, (count, worth) in days.items():
        at: timedelta = day - first
        orders[at.days], fen[at.days] = count, worth
    return Takings(name, first, np.maximum(fen, 0), orders)
