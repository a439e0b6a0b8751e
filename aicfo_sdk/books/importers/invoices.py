"""Invoices from any CSV or XLSX file, by a mapping of its columns (see `invoice_mapping`).

Rows become one Invoice per number, a Counterparty per party, and for sales the DailySales of one
Store per day and channel. The value of a row is its total, or quantity × price rounded once, half
to even, to the minor unit; an invoice is the sum of its rows, so taken and refused values add up
to the file exactly. Rows without a party are taken as paid on the spot.

Lines that repeat another line in every cell are kept, since a till writes one line per scan; a
note counts them. With one row per invoice a repeated row is taken once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from ...errors import AmountError, RecordError
from ...model.base import Record
from ...model.invoice import Invoice
from ...model.merchant import Counterparty, Merchant, Store
from ...model.sales import DailySales
from ...model.text import UntrustedText
from ...money import checked, plain, round_div
from ..batch import Batch, Refused
from .invoice_mapping import Mapping, Sign
from .invoice_mapping import mapping as load_mapping
from .papers import Parties, checked_terms
from .payment_terms import read_terms
from .table import Cell, Row, find_header
from .table import read as read_table

KIND = "invoices"

_State = Literal["normal", "void"]
_UNKNOWN = "unknown"
_NUMBER = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]*))?", re.ASCII)
_SCALE = 6  # decimals that a quantity or price may have
_ONE = 10**_SCALE


@dataclass(slots=True)
class _Sum:
    """An invoice as far as it has been read."""

    row: Row
    number: str
    day: date
    party: str
    status: _State
    net: int
    tax: int
    total: int
    text: str
    due: date | None
    terms: str
    rows: int = 1


def read(
    path: Path,
    *,
    mapping: str | Path = "online_retail",
    terms_days: int | None = None,
    merchant: str = "",
    store: str = "main",
    lenient_ids: bool = False,
    encoding: str = "",
) -> Batch:
    """Return the records of a file of invoices or invoice lines.

    `mapping` is a shipped mapping or a .toml file. `terms_days` sets the due day of invoices
    that state none. `merchant` names the firm and adds its Merchant record. `store` is the id of
    the Store that the daily sales belong to. `lenient_ids` as in `einvoice`;
    `encoding` names that of a text file which is neither UTF-8 nor GB18030.
    Raises: NotFound, InputError for the mapping; RecordError for anything the file has wrong.
    """
    terms_days = checked_terms(terms_days)
    known = load_mapping(mapping)
    head = find_header(
        read_table(path, encoding=encoding), known.columns, known.optional, what=known.title
    )
    reader = _Reader(known, lenient_ids)
    rows = 0
    for row in head.rows():
        reader.row(row)
        rows += 1
    records = reader.records(terms_days, merchant, store)
    return Batch(
        kind=KIND,
        source=head.table.file,
        digest=head.table.digest,
        currency=known.currency,
        records=tuple(records),
        refused=tuple(reader.refused),
        notes=reader.notes(),
        rows=rows,
    )


class _Reader:
    def __init__(self, known: Mapping, lenient: bool) -> None:
        self.known = known
        self.parties = Parties(lenient=lenient)
        self.refused: list[Refused] = []
        self._sums: dict[str, _Sum] = {}
        self._countries: dict[str, str] = {}
        self._seen: set[tuple[Cell, ...]] = set()
        self._repeated = self._repeated_value = self._moved = 0
        # The same few cells stand in half a million rows: each is read once.
        self._values: dict[tuple[Cell, Cell], tuple[int, int, int]] = {}
        self._reasons: dict[tuple[str, int, int, int], str] = {}
        self._days: dict[Cell, date] = {}
        self._parties: dict[tuple[Cell, ...], tuple[str, date]] = {}
        self._words: dict[str, _State] = {
            word: state for state, words in known.status.items() for word in words
        }
        self._by_price = "total" not in known.columns
        self._taxed = bool({"net", "tax"} & {*known.columns, *known.optional})

    def row(self, row: Row) -> None:
        """Take one row. Raises: RecordError."""
        number = row.text("number")
        if len(number) > 200:
            raise row.error("a number that is too long", column="number", value=number)
        quantity, price, total = self.value(row)
        if self.known.refuse:
            reason = self.reason(number, quantity, price, total)
            if reason:
                self.refused.append(Refused(row.line, reason, plain(total)))
                return
        cells = tuple(row.cells)
        if cells in self._seen:
            if not self.known.lines:
                self.refused.append(Refused(row.line, "the same invoice again", number))
                return
            self._repeated += 1
            self._repeated_value += total
        self._seen.add(cells)
        self.add(row, number, total)

    def add(self, row: Row, number: str, total: int) -> None:
        day = self.day(row)
        tax, net = 0, total
        if self._taxed:
            tax = row.amount("tax", 0)
            net = row.amount("net", total - tax)
        if net + tax != total:
            raise row.error(
                "net + tax is not the total",
                column="total",
                value=f"{plain(net)} + {plain(tax)} ≠ {plain(total)}",
                mend="correct the amounts",
            )
        party = self.party(row, day)
        status = self.status(row)
        old = self._sums.get(number)
        if old is None:
            due = row.day("due") if row.text("due", "") else None
            text = row.text("text", "")
            terms = row.text("terms", "")
            self._sums[number] = _Sum(
                row, number, day, party, status, net, tax, total, text, due, terms
            )
            return
        if not self.known.lines:
            what, column = "two different invoices of one number", "number"
        elif old.party != party:
            what, column = "lines of one invoice with two parties", "party"
        elif old.status != status:
            what, column = "lines of one invoice with two states", "status"
        else:
            old.net, old.tax, old.total = old.net + net, old.tax + tax, old.total + total
            old.rows += 1
            if day != old.day:
                self._moved += 1
                old.day = min(old.day, day)
            return
        raise row.error(
            what,
            column=column,
            value=number,
            mend=f"the first stands on line {old.row.line}; keep the right one",
        )

    def reason(self, number: str, quantity: int, price: int, value: int) -> str:
        """Return why a row is refused, "" when it is taken."""
        key = (number, _sign(quantity), _sign(price), _sign(value))
        found = self._reasons.get(key)
        if found is None:
            found = self._reasons[key] = self._reason(number, quantity, price, value)
        return found

    def _reason(self, number: str, quantity: int, price: int, value: int) -> str:
        prefix = self.known.red_prefix
        prefixed = bool(prefix) and number.startswith(prefix)
        for rule in self.known.refuse:
            if (
                (rule.number_prefix is None or number.startswith(rule.number_prefix))
                and (rule.prefixed is None or rule.prefixed == prefixed)
                and _has_sign(rule.quantity, quantity)
                and _has_sign(rule.price, price)
                and _has_sign(rule.value, value)
            ):
                return rule.reason
        return ""

    def party(self, row: Row, day: date) -> str:
        """Return the id of the row's counterparty, "" when it names none."""
        cells = (row.cell("party"), row.cell("name"), row.cell("uscc"))
        found = self._parties.get(cells)
        if found is not None and found[1] <= day:
            return found[0]
        key = row.text("party", "")
        name, code = row.text("name", ""), row.text("uscc", "")
        if self.known.whole_party:
            key = key.removesuffix(".0")
        party = ""
        if key or name or code:
            shown = name or (key if not code else "")
            party = self.parties.add(shown, code, day, column="party", fail=row.error)
            self._countries.setdefault(party, row.text("country", ""))
        self._parties[cells] = (party, day)
        return party

    def status(self, row: Row) -> _State:
        if not self._words:
            return "normal"
        word = row.text("status", "")
        if not word:
            return "normal"
        state = self._words.get(word)
        if state is None:
            raise row.error(
                "an unknown status", column="status", value=word, mend="add it to the mapping"
            )
        return state

    def day(self, row: Row) -> date:
        cell = row.cell("day")
        found = self._days.get(cell)
        if found is None:
            found = self._days[cell] = self._day(row, cell)
        return found

    def _day(self, row: Row, cell: Cell) -> date:
        try:
            return row.day("day")
        except RecordError:
            for form in self.known.date_formats if isinstance(cell, str) else ():
                try:
                    return datetime.strptime(str(cell), form).date()  # noqa: DTZ007  # a day
                except ValueError:
                    continue
            raise

    def value(self, row: Row) -> tuple[int, int, int]:
        """Return quantity and price in millionths and the row's value. Raises: RecordError."""
        if not self._by_price:
            return _ONE, _ONE, row.amount("total")
        key = (row.cell("quantity"), row.cell("price"))
        found = self._values.get(key)
        if found is None:
            quantity, price = _scaled(row, "quantity", key[0]), _scaled(row, "price", key[1])
            found = (quantity, price, round_div(quantity * price * 100, _ONE * _ONE))
            self._values[key] = found
        return found

    def notes(self) -> tuple[str, ...]:
        notes = list(self.parties.notes())
        if self._repeated:
            value = plain(self._repeated_value)
            notes.append(f"{self._repeated} line(s) repeat another in every cell, kept: {value}")
        if self._moved:
            notes.append(f"{self._moved} line(s) on another day than their invoice's first day")
        return tuple(notes)

    def records(self, terms_days: int | None, merchant: str, store: str) -> Iterator[Record]:
        """Yield all records. Raises: RecordError for an invoice whose sign is wrong."""
        if not self._sums:
            return
        first = min(item.day for item in self._sums.values())
        if merchant:
            name, country = UntrustedText(merchant), self.known.country or "CN"
            yield Merchant(id="merchant", updated=first, name=name, country=country)
        sales = self.known.direction == "sales"
        if sales:
            yield Store(id=store, opened=first, name=merchant)
        for party in self.parties.records():
            country = self._countries.get(party.id, "")
            changed = {"country": country, "terms_days": terms_days}
            yield party.model_copy(update=changed)
        if any(not item.party for item in self._sums.values()):
            yield Counterparty(
                id=_UNKNOWN, known_since=first, name=UntrustedText("(no customer id)")
            )
        taken: dict[tuple[date, str], list[int]] = {}
        for item in self._sums.values():
            invoice = self.invoice(item, terms_days)
            yield invoice
            if sales and invoice.status != "void":
                channel = self.known.channel if item.party else self.known.channel_unknown
                day = taken.setdefault((item.day, channel), [0, 0, 0])
                day[0] += item.total
                day[1] += invoice.status == "normal"
                day[2] -= min(item.total, 0)
        for (day, channel), (amount, orders, refunds) in sorted(taken.items()):
            yield DailySales(
                id=f"{store}-{channel}-{day.isoformat()}",
                day=day,
                store=store,
                channel=channel,
                amount=amount,
                orders=orders,
                refunds=refunds,
            )

    def invoice(self, item: _Sum, terms_days: int | None) -> Invoice:
        prefix = self.known.red_prefix
        prefixed = bool(prefix) and item.number.startswith(prefix)
        status: Literal["normal", "void", "red"] = item.status
        if status == "normal" and (prefixed or (self.known.negative_is_red and item.total < 0)):
            status = "red"
        if (status == "red" and item.total > 0) or (status == "normal" and item.total < 0):
            kind = "credit note with a positive" if status == "red" else "invoice with a negative"
            raise item.row.error(
                f"a {kind} total",
                column="number",
                value=f"{item.number}: {plain(item.total)}",
                mend="correct the rows, or refuse them by a rule of the mapping",
            )
        terms = read_terms(item.terms, item.day, item.row.error)
        if item.due and terms.due and item.due != terms.due:
            raise item.row.error(
                "the due day and the terms of payment differ",
                column="terms",
                value=f"{item.due.isoformat()} and {item.terms}",
                mend="correct one of them",
            )
        due = item.due or terms.due
        if due is None and terms_days is not None and item.party:
            due = item.day + timedelta(days=terms_days)
        more = f" (+{item.rows - 1})" if item.rows > 1 else ""
        try:
            return Invoice(
                id=item.number,
                updated=item.day,
                number=item.number,
                direction=self.known.direction,
                counterparty=item.party or _UNKNOWN,
                issued=item.day,
                due=due,
                early=terms.early if status == "normal" and item.party else (),
                net=checked(item.net),
                tax=checked(item.tax),
                total=checked(item.total),
                status=status,
                settled_at_sale=not item.party,
                text=UntrustedText(item.text + more),
            )
        except AmountError as error:
            raise item.row.error(
                error.what, column="number", value=item.number, mend=error.mend
            ) from None


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _has_sign(sign: Sign | None, number: int) -> bool:
    if sign is None:
        return True
    if sign == "zero":
        return number == 0
    return number < 0 if sign == "negative" else number > 0


def _scaled(row: Row, column: str, cell: Cell) -> int:
    text = f"{cell:.15g}" if isinstance(cell, float) else str(cell)
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise row.error("not a number", column=column, value=text)
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise row.error("not a number", column=column, value=text, mend="write it like 1234.5")
    whole, part = found[2].replace(",", ""), (found[3] or "").rstrip("0")
    if len(part) > _SCALE or len(whole) > 12:
        raise row.error(
            f"a number beyond 12 digits and {_SCALE} decimals", column=column, value=text
        )
    value = int(whole) * _ONE + int(part.ljust(_SCALE, "0"))
    return -value if found[1] == "-" else value
