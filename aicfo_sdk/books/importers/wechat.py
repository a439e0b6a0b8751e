"""WeChat Pay bills (微信支付账单) → Transactions: CSV, and XLSX since July 2025.

Read in every layout known from 2018 to 2026: the header is found by its names, amounts with or
without ¥ or ￥, spreadsheet dates and numbers. What a row means is in `mappings/wechat.toml`.

- 收入 of type 二维码收款, 商户消费, 经营… is a sale; a 转账 received is a receipt; anything with
  退款 in its type is a refund (negative: given back to a customer, positive: got back).
- A sale whose 当前状态 says that it was refunded, with no refund row of its own in the file, counts
  less the refund; fully refunded it is no sale and is listed as refused.
- "/" and 不计收支 are transfers, never sales: 提现 and 充值 change the wallet's balance, moves
  between 零钱 and 零钱通 do not. A withdrawal's 服务费 is split off as a fee.
- A row paid by card leaves the wallet alone; the money from the card stands beside it.
- The counters above the table (共N笔记录, 收入, 支出, 中性交易) must agree with the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...model.invoice import TransactionKind
from ...money import parse, plain
from ..batch import Batch
from .counters import Counters
from .movements import (
    Movements,
    Own,
    data_file,
    is_void,
    movements_of,
    positive_amount,
    wallet_paid,
)
from .table import Header, Row, find_header
from .table import read as read_tables

_MONEY = re.compile(r"[¥￥]?\s*([0-9][0-9,]*(?:\.[0-9]+)?)")
_FEE = re.compile(r"(?:服务费|手续费)[^0-9¥￥]{0,4}[¥￥]?\s*([0-9][0-9,]*(?:\.[0-9]+)?)")
_NICKNAME = re.compile(r"微信(?:昵称|号)\s*[:：]\s*\[?([^\]]*)\]?")


def columns() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return required and optional columns: our name → names in the files."""
    table = data_file("wechat")["columns"]
    return table["required"], table["optional"]


def read(
    path: Path | str, *, account: str = "wechat", own: Iterable[str] = (), encoding: str = ""
) -> Batch:
    """Return the movements of one WeChat Pay bill.

    `account` is the id of the wallet's Account (a second wallet needs another one); `own` are the
    merchant's own names and account numbers, so that 转账 between them are transfers.
    Raises: RecordError on a row that cannot be read or counters that disagree; nothing is kept.
    """
    tables = read_tables(path, encoding=encoding)
    header = find_header(tables, *columns(), what="a WeChat Pay bill")
    return _Reader(header, movements_of(tables, kind="wechat", provider="wechat"), account, own)()


@lru_cache(maxsize=4096)
def kind_of_type(type_: str, side: str) -> TransactionKind:
    """Return what a row of this 交易类型 is; `side` is "in" or "out"."""
    rules = data_file("wechat")[side]
    return next(rule["kind"] for rule in rules if any(word in type_ for word in rule["words"]))


class _Reader:
    def __init__(self, header: Header, out: Movements, account: str, own: Iterable[str]) -> None:
        self.header, self.out, self.own = header, out, Own(own)
        self.rules = data_file("wechat")
        self.words: dict[str, list[str]] = self.rules["words"]
        name = ""
        for cell in header.above():
            if found := _NICKNAME.search(cell):
                name = found[1].strip()
        self.account = out.account(account, kind="wallet", name=name)
        self.counters = Counters(header, neutral=("中性交易", "不计收支"))

    def __call__(self) -> Batch:
        rows = [row for row in self.header.rows() if not _is_footer(row)]
        self.refunds = _refund_rows(rows)
        for row in rows:
            self.take(row)
        self.out.rows = len(rows)
        return self.out.batch(notes=self.counters.check())

    def take(self, row: Row) -> None:
        """Take one row: read everything first, so that a bad cell is an error in any row."""
        day, time = row.moment("time")
        amount = positive_amount(row, "amount", sign_in="收/支")
        type_, status = row.text("type", ""), row.text("status", "")
        party, number = row.text("party", ""), row.text("number", "")
        goods, memo = row.text("goods", ""), row.text("memo", "")
        method, way = row.text("method", ""), row.text("way", "")
        side = next((key for key in ("in", "out", "neutral") if way in self.words[key]), None)
        if side is None:
            raise row.error(
                "unknown direction", column="way", value=way, mend="收入, 支出, / or 不计收支"
            )
        self.counters.count(side, amount)
        key = self.out.number(
            self.account, number, (day, time, type_, party, goods, way, amount, method, memo)
        )
        text = " ".join(p for p in dict.fromkeys((type_, goods, memo)) if p not in ("", "/"))
        line: dict[str, Any] = {
            "line": row.line,
            "day": day,
            "time": time,
            "name": party,
            "number": number,
            "text": text,
        }
        if is_void("wechat", status):
            self.out.refuse(row.line, "no money moved", status)
        elif amount == 0:
            self.out.refuse(row.line, "an amount of zero", type_)
        elif side == "neutral":
            self.neutral(row, key, type_, amount, method, memo, line)
        else:
            self.traded(row, key, type_, amount, method, status, side, line)

    def traded(
        self,
        row: Row,
        key: str,
        type_: str,
        amount: int,
        method: str,
        status: str,
        side: str,
        line: dict[str, Any],
    ) -> None:
        kind = kind_of_type(type_, side)
        if kind != "refund" and self.own(name=line["name"]):
            kind = "transfer"
        if side == "in" and kind != "refund" and "退款" in status:
            back = amount if "全额" in status else _stated(status)
            if back is None or back > amount:
                raise row.error(
                    "a refund without its amount",
                    column="status",
                    value=status,
                    mend="write it like 已退款(￥12.00)",
                )
            if not self.has_refund_row(row, back):
                amount -= back
                if amount == 0:
                    self.out.refuse(row.line, "fully refunded: no money stayed", status)
                    return
                self.out.notes.append(
                    f"line {row.line}: taken at {plain(amount)}, after {plain(back)} refunded"
                )
        sign = 1 if side == "in" else -1
        self.out.add(id=key, account=self.account, amount=sign * amount, kind=kind, **line)
        if not wallet_paid("wechat", method):
            self.card(key, -sign * amount, method, line)

    def neutral(
        self,
        row: Row,
        key: str,
        type_: str,
        amount: int,
        method: str,
        memo: str,
        line: dict[str, Any],
    ) -> None:
        rule = next(
            (rule for rule in self.rules["neutral"] if any(w in type_ for w in rule["words"])), None
        )
        if "退款" in type_:
            # Money that came back to where it was paid from.
            rule = {"sign": 1}
        elif rule is None:
            self.out.refuse(row.line, "a neutral row of a type whose direction is unknown", type_)
            return
        sign = rule["sign"]
        if sign == 0:
            self.out.refuse(row.line, "moves inside the wallet", type_)
            return
        if (
            sign < 0
            and "提现" not in type_
            and "转出" not in type_
            and not wallet_paid("wechat", method)
        ):
            self.out.refuse(row.line, "paid by a card, the wallet is not touched", type_)
            return
        kind: TransactionKind = "refund" if "退款" in type_ else "transfer"
        fee = _fee(memo) if sign < 0 else 0
        if fee >= amount:
            raise row.error("a fee above the amount", column="memo", value=memo)
        self.out.add(id=key, account=self.account, amount=sign * (amount - fee), kind=kind, **line)
        if fee:
            self.out.add(id=f"{key}-fee", account=self.account, amount=-fee, kind="fee", **line)

    def card(self, key: str, amount: int, method: str, line: dict[str, Any]) -> None:
        line = {**line, "name": method, "text": f"{method} {line['text']}".strip()}
        self.out.add(id=f"{key}-card", account=self.account, amount=amount, kind="transfer", **line)

    def has_refund_row(self, row: Row, back: int) -> bool:
        order = row.text("order", "")
        return (order, back) in self.refunds or ("", back, row.text("party", "")) in self.refunds


def _is_footer(row: Row) -> bool:
    first = next((str(cell).strip() for cell in row.cells if str(cell).strip()), "")
    return (
        first.startswith(("---", "共", "注：", "注:"))
        and sum(1 for cell in row.cells if str(cell).strip()) == 1
    )


def _refund_rows(rows: list[Row]) -> set[tuple[Any, ...]]:
    """Return what refund rows the file has: by order and amount, and by party and amount."""
    found: set[tuple[Any, ...]] = set()
    for row in rows:
        if "退款" in row.text("type", ""):
            amount = row.amount("amount")
            order = row.text("order", "")
            if order not in ("", "/"):
                found.add((order, amount))
            found.add(("", amount, row.text("party", "")))
    return found


def _stated(status: str) -> int | None:
    found = _MONEY.search(status)
    return parse(found[1]) if found else None


def _fee(memo: str) -> int:
    found = _FEE.search(memo)
    return parse(found[1]) if found else 0
