"""Corporate bank statements (对公明细) → Transactions, by one mapping file per bank.

Shipped are `icbc`, `ccb` and `cmb` (`mappings/*.toml`); a file of the same shape may be given for
any other bank. Money stands in two columns (借方 out, 贷方 in), in one signed column, or in one
column beside a 借/贷 mark; dates as 20250102, 2025-01-02 or spreadsheet dates; rows run either way.

The running balance is checked line by line. What stood before the first line is the Transaction
`<account>-opening` of kind "opening". Lines are told apart by `mappings/kinds.toml` (工资, 税,
手续费, 结息, 贷款, 票据 …), on money that comes in by the bank's summary alone: what a payer writes
never tells what the money is. A line to or from an own account, or between accounts of the same
holder, is a transfer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from ...errors import InputError, NotFound, RecordError
from ...money import checked, plain
from ..batch import Batch
from .classify import kind_of
from .movements import Own, account_number, data_file, movements_of
from .table import Header, Row, Table, column_key, find_header
from .table import read as read_tables

BANKS = ("icbc", "ccb", "cmb")
"""Banks whose mapping is shipped."""

_ACCOUNT = re.compile(r"(?:账号|帐号|卡号)[^0-9A-Za-z]{0,6}([0-9][0-9 \-]{5,40}[0-9])")
_HOLDER = re.compile(r"(?:户\s*名|账户名称|账号名称|单位名称)\s*[:：]?\s*\[?([^\[\],，;；\n]+)")
_REST = (
    "合计",
    "总计",
    "小计",
    "本页",
    "---",
    "共",
    "备注:",
    "备注：",
    "说明",
    "注:",
    "注：",
    "期末余额",
)
# Columns that whoever pays fills in: on money that comes in they are a stranger's words.
_PAYERS_WORDS = frozenset({"用途", "附言", "备注", "留言"})
_OUT_MARKS = frozenset({"借", "借方", "支出", "出", "d", "dr", "付", "支", "转出"})
_IN_MARKS = frozenset({"贷", "贷方", "收入", "入", "c", "cr", "收", "存", "转入"})
_CURRENCIES = {
    "人民币": "CNY",
    "人民币元": "CNY",
    "rmb": "CNY",
    "cny": "CNY",
    "156": "CNY",
    "01": "CNY",
}


_COLUMNS = TypeAdapter(dict[str, Annotated[list[str], Field(min_length=1)]])


@dataclass(frozen=True, slots=True)
class _Line:
    row: Row
    account: str
    day: date
    time: str
    amount: int
    balance: int | None
    name: str
    number: str
    text: str
    told: str
    """The words that tell what the line is for: the bank's and our own, not a payer's."""
    reference: str


def load_mapping(bank: str | Path) -> dict[str, Any]:
    """Return a bank's mapping: a shipped one by name, or a TOML file of the same shape.

    Raises: NotFound for another name; InputError when the file cannot be read or lacks a column.
    """
    if str(bank) in BANKS:
        return data_file(str(bank))
    path = Path(bank)
    if path.suffix != ".toml":
        raise NotFound(
            "no mapping for this bank",
            value=str(bank),
            mend=f"shipped: {', '.join(BANKS)}; or give a .toml file like them",
        )
    try:
        mapping = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            "a mapping that cannot be read", value=str(bank), mend=str(error)
        ) from None
    try:
        columns = _COLUMNS.validate_python(mapping.get("columns"), strict=True)
    except ValidationError:
        columns = {}
    words = all(isinstance(mapping.get(key, ""), str) for key in ("bank", "name"))
    if "day" not in columns or not words or not mapping.get("bank"):
        raise InputError(
            "a mapping without its tables",
            value=str(bank),
            mend='it needs bank = "…" and [columns] with lists of names for day and amounts, '
            "like the shipped ones",
        )
    return mapping


def find_bank(tables: Sequence[Table]) -> str | None:
    """Return the shipped bank whose columns the file has, or None."""
    for table in tables:
        for row in table.rows[:400]:
            names = {column_key(cell) for cell in row if isinstance(cell, str) and cell}
            if len(names) < 4:
                continue
            for bank in BANKS:
                for marks in data_file(bank)["detect"]:
                    if all(column_key(mark) in names for mark in marks):
                        return bank
    return None


def read(
    path: Path | str,
    *,
    bank: str | Path = "",
    account: str = "",
    own: Iterable[str] = (),
    encoding: str = "",
) -> Batch:
    """Return the movements of one statement.

    `bank` is a shipped bank's name or a mapping file, found by the columns when empty; `account`
    the id of the Account, by default `<bank>-<its number>`; `own` the merchant's own account
    numbers and names. Raises: RecordError on a row that cannot be read or a balance that breaks;
    NotFound when no mapping fits.
    """
    tables = read_tables(path, encoding=encoding)
    found = bank or find_bank(tables)
    if not found:
        raise NotFound(
            "no shipped mapping fits the columns of this statement",
            value=str(path),
            mend=f"name the bank ({', '.join(BANKS)}) or give a mapping file",
        )
    mapping = load_mapping(found)
    header = _header(tables, mapping)
    return _Reader(header, mapping, account, Own(own))()


def _header(tables: Sequence[Table], mapping: Mapping[str, Any]) -> Header:
    columns: dict[str, list[str]] = {
        name: names for name, names in mapping["columns"].items() if name != "text"
    }
    texts = {f"text{i}": [name] for i, name in enumerate(mapping["columns"].get("text", ()))}
    what = f"a statement of {mapping.get('name', mapping['bank'])}"
    styles = [
        ("day", *amounts)
        for amounts in (("out", "in"), ("amount",))
        if all(name in columns for name in amounts)
    ]
    if not styles:
        raise InputError(
            "a mapping without amounts",
            value=mapping["bank"],
            mend="[columns] needs out and in, or amount",
        )
    for needed in styles:
        required = {name: columns[name] for name in needed}
        optional = {name: names for name, names in columns.items() if name not in needed}
        try:
            return find_header(tables, required, {**optional, **texts}, what=what)
        except RecordError:
            if needed == styles[-1]:
                raise
    raise AssertionError("the last style returned or raised")


class _Reader:
    def __init__(self, header: Header, mapping: Mapping[str, Any], account: str, own: Own) -> None:
        self.header, self.mapping, self.own = header, mapping, own
        self.bank: str = mapping["bank"]
        self.given = account
        self.number, self.holder = _said_above(header)
        table = header.table
        self.out = movements_of([table], kind="statement", provider=self.bank)

    def __call__(self) -> Batch:
        lines = [self.line(row) for row in self.header.rows() if not self.is_rest(row)]
        self.out.rows = len(lines)
        by_account: dict[str, list[_Line]] = {}
        for line in lines:
            by_account.setdefault(line.account, []).append(line)
        for account, part in by_account.items():
            self.take(account, part)
        return self.out.batch()

    def take(self, account: str, lines: list[_Line]) -> None:
        lines = in_order(lines, self.header.table.where)
        first = lines[0]
        number = first.row.text("account", "") or self.number
        holder = first.row.text("holder", "") or self.holder
        self.out.account(account, kind="bank", number=account_number(number), name=holder)
        if first.balance is not None:
            self.out.add(
                id=f"{account}-opening",
                line=first.row.line,
                account=account,
                day=first.day,
                amount=checked(first.balance - first.amount),
                kind="opening",
                text="期初余额",
            )
        own_holder = Own((holder,)) if holder else Own(())
        for line in lines:
            row, balance = line.row, line.balance
            if line.amount == 0:
                self.out.refuse(row.line, "an amount of zero", line.text)
                continue
            own = self.own(name=line.name, number=line.number) or own_holder(name=line.name)
            content: tuple[Any, ...] = (line.day, line.time, line.amount, balance)
            if line.reference:
                key = self.out.shared_number(account, line.reference, content)
            else:
                if balance is None:
                    content = (*content, line.name, line.number, line.text)
                key = self.out.number(account, "", content)
            self.out.add(
                id=key,
                line=row.line,
                account=account,
                day=line.day,
                time=line.time,
                amount=line.amount,
                kind="transfer" if own else kind_of(f"{line.told} {line.name}", line.amount),
                name=line.name,
                number=line.reference,
                text=line.text,
            )

    def line(self, row: Row) -> _Line:
        """Return one row read whole, so that a bad cell is an error in any row."""
        currency = row.text("currency", "")
        if currency and _CURRENCIES.get(currency.casefold(), currency) != "CNY":
            raise row.error(
                "a line in another currency",
                column="currency",
                value=currency,
                mend="import accounts in CNY",
            )
        day, time = row.moment("day")
        amount = self.amount(row)
        texts: dict[str, bool] = {}
        for i, name in enumerate(self.mapping["columns"].get("text", ())):
            if text := row.text(f"text{i}", ""):
                texts[text] = texts.get(text, False) or amount < 0 or name not in _PAYERS_WORDS
        balance = row.amount("balance") if self.header.has("balance") else None
        own_number = account_number(row.text("account", "") or self.number)
        account = self.given or "-".join(part for part in (self.bank, own_number) if part)
        return _Line(
            row=row,
            account=account,
            day=day,
            time=time or row.clock("time"),
            amount=amount,
            balance=balance,
            name=row.text("name", ""),
            number=row.text("number", ""),
            text=" ".join(texts),
            told=" ".join(text for text, ours in texts.items() if ours),
            reference=row.text("reference", ""),
        )

    def amount(self, row: Row) -> int:
        """Return the signed amount; positive is money in. Raises: RecordError."""
        has = self.header.has
        if has("out") and has("in"):
            out, came = row.amount("out", 0), row.amount("in", 0)
            if out and came:
                raise row.error(
                    "both debit and credit",
                    column="out",
                    value=f"{plain(out)}, {plain(came)}",
                    mend="a line has one of the two",
                )
            if row.text("out", "") == "" and row.text("in", "") == "":
                raise row.error("neither debit nor credit", column="out", mend="fill one in")
            return came - out
        amount = row.amount("amount")
        if not has("side"):
            return amount
        mark = row.text("side").casefold()
        if mark in _OUT_MARKS:
            # Some banks sign what they also mark; 借 −5 is then money out as well.
            return -abs(amount)
        if mark in _IN_MARKS:
            return abs(amount)
        raise row.error("unknown debit or credit mark", column="side", value=mark, mend="借 or 贷")

    def is_rest(self, row: Row) -> bool:
        """Return whether the row is a total or a remark below the lines."""
        first = next(str(cell).strip() for cell in row.cells if str(cell).strip())
        place = self.header.at["day"]
        if place < len(row.cells) and _dateish(str(row.cells[place]).strip()):
            return False
        return first.startswith(_REST)


def _dateish(text: str) -> bool:
    return text[:4].isdigit()


def _said_above(header: Header) -> tuple[str, str]:
    """Return account number and holder from the lines above the header, each "" if not there."""
    # Label and value may be neighbours in one row, so the search runs over all cells.
    text = "\n".join(header.above())
    number, holder = _ACCOUNT.search(text), _HOLDER.search(text)
    return number[1] if number else "", holder[1].strip() if holder else ""


def in_order(lines: list[_Line], where: str) -> list[_Line]:
    """Return the lines oldest first after checking that every balance follows from the one before.

    Files run upwards or downwards in time; the order that has no break is taken.
    Raises: RecordError naming the first line that breaks.
    """
    if lines[0].balance is None:
        backwards = (lines[0].day, lines[0].time) > (lines[-1].day, lines[-1].time)
        return lines[::-1] if backwards else lines
    upwards, downwards = lines, lines[::-1]
    if _breaks(upwards) == 0:
        return upwards
    if _breaks(downwards) == 0:
        return downwards
    older_first = (lines[0].day, lines[0].time) < (lines[-1].day, lines[-1].time) or (
        lines[0].day == lines[-1].day and _breaks(upwards) <= _breaks(downwards)
    )
    ordered = upwards if older_first else downwards
    for before, after in pairwise(ordered):
        expected = (before.balance or 0) + after.amount
        if after.balance != expected:
            raise after.row.error(
                f"the running balance breaks: {plain(before.balance or 0)} "
                f"and {plain(after.amount)} make {plain(expected)}",
                column="balance",
                value=plain(after.balance or 0),
                mend=f"a line between this one and line {before.row.line} is missing or changed",
            )
    raise RecordError("the running balance breaks", file=where)


def _breaks(lines: list[_Line]) -> int:
    return sum(
        after.balance != (before.balance or 0) + after.amount for before, after in pairwise(lines)
    )
