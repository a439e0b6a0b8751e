"""Alipay bills (支付宝账单) → Transactions: the app's layout since 2021 and the web's before.

Both are GB18030 text with a long preamble and ids that end in a tab; the older one has a footer
with counters. What a row means is in `mappings/alipay.toml`.

- 收入 is a sale, a 转账 received a receipt; 退款 is a refund: positive when a purchase came back,
  negative when takings were given back. An order that the older layout shows as partly refunded
  (成功退款) has its refund beside it unless the file holds the refund as a row of its own.
- 不计收支 is never a sale: 提现, 充值, 余额宝, 还款 are transfers; what stays between 余额 and
  余额宝 leaves the wallet's balance alone; 收益发放 is interest.
- 交易关闭 and failed rows are refused with their reason, and so is the refund of a closed order
  of the same file: the two cancel out.
- A row paid by card or 花呗 leaves the wallet alone; the money from there stands beside it.
- The counters (共N笔记录, 收入, 支出, 不计收支) must agree with the rows; where the file warns that
  its sums are made differently, a sum that differs is a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...model.invoice import TransactionKind
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

_HOLDER = re.compile(r"(?:支付宝账户|账号)\s*[:：]\s*\[?([^\]]*)\]?")
_REFUND_ID = re.compile(r"[_*].*$")  # a refund's id is its order's id and a suffix


def columns() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return required and optional columns: our name → names in the files."""
    table = data_file("alipay")["columns"]
    return table["required"], table["optional"]


def read(
    path: Path | str, *, account: str = "alipay", own: Iterable[str] = (), encoding: str = ""
) -> Batch:
    """Return the movements of one Alipay bill.

    `account` is the id of the wallet's Account (a second wallet needs another one); `own` are the
    merchant's own names and account numbers, so that 转账 between them are transfers.
    Raises: RecordError on a row that cannot be read or counters that disagree; nothing is kept.
    """
    tables = read_tables(path, encoding=encoding)
    header = find_header(tables, *columns(), what="an Alipay bill")
    return _Reader(header, movements_of(tables, kind="alipay", provider="alipay"), account, own)()


def rule_of(side: str, said: str) -> dict[str, Any] | None:
    """Return the rule of `mappings/alipay.toml` for a row of side "in", "out" or "neutral"."""
    rules: list[dict[str, Any]] = data_file("alipay")[side]
    return next((rule for rule in rules if any(word in said for word in rule["words"])), None)


def kind_of_trade(side: str, said: str) -> TransactionKind:
    """Return what a row of side "in" or "out" is; the last rule of each takes every row."""
    return (rule_of(side, said) or {"kind": "other"})["kind"]


class _Reader:
    def __init__(self, header: Header, out: Movements, account: str, own: Iterable[str]) -> None:
        self.header, self.out, self.own = header, out, Own(own)
        self.rules = data_file("alipay")
        self.words: dict[str, list[str]] = self.rules["words"]
        # The older layout says with 资金状态 whether money moved, the newer one with 收/支.
        self.older = header.has("money")
        number = ""
        for cell in header.above():
            if found := _HOLDER.search(cell):
                number = found[1].strip()
        self.account = out.account(account, kind="wallet", number=number)
        self.counters = Counters(header, neutral=("不计收支",))

    def __call__(self) -> Batch:
        rows: list[Row] = []
        for row in self.header.rows():
            if _is_rest(row):
                # "已收入:1笔,0.01元" is two cells.
                self.counters.read(",".join(str(cell).strip() for cell in row.cells))
            else:
                rows.append(row)
        closed = {
            row.text("number", "") for row in rows if is_void("alipay", row.text("status", ""))
        }
        self.closed = closed - {""}
        self.refund_orders = {
            _REFUND_ID.sub("", row.text("number", "")) for row in rows if "退款" in self.said(row)
        }
        for row in rows:
            self.take(row)
        self.out.rows = len(rows)
        return self.out.batch(notes=self.counters.check())

    def take(self, row: Row) -> None:
        """Take one row: read everything first, so that a bad cell is an error in any row."""
        paid_at = "time" if row.text("time", "") or not row.header.has("created") else "created"
        day, time = row.moment(paid_at)
        amount = positive_amount(row, "amount", sign_in="收/支")
        fee, refunded = row.amount("fee", 0), row.amount("refunded", 0)
        status, number, method = (row.text(c, "") for c in ("status", "number", "method"))
        party, goods, memo = (row.text(c, "") for c in ("party", "goods", "memo"))
        side = self.side(row)
        said = self.said(row)
        self.count(row, side, amount, "退款" in said)
        key = self.out.number(
            self.account, number, (day, time, party, goods, side, amount, method, memo)
        )
        texts = dict.fromkeys((row.text("category", ""), goods, memo))
        text = " ".join(part for part in texts if part not in ("", "/"))
        line: dict[str, Any] = {
            "line": row.line,
            "day": day,
            "time": time,
            "name": party,
            "number": number,
            "text": text,
        }
        order = _REFUND_ID.sub("", number)
        if is_void("alipay", row.text("status", "")):
            self.out.refuse(row.line, "no money moved", status)
        elif order != number and order in self.closed:
            self.out.refuse(
                row.line, "the refund of an order that the file shows as closed", number
            )
        elif row.text("money", "") in self.words["pending"]:
            self.out.refuse(row.line, "the money has not moved", row.text("money", ""))
        elif amount == 0:
            self.out.refuse(row.line, "an amount of zero", goods)
        elif side == "neutral":
            self.neutral(row, key, amount, method, said, line)
        else:
            # What comes in is described by whoever paid: only Alipay's own words tell what it is.
            own = " ".join(row.text(c, "") for c in ("category", "status"))
            kind = kind_of_trade(side, own if side == "in" else said)
            if kind != "refund" and self.own(name=party, number=row.text("party_account", "")):
                kind = "transfer"
            sign = 1 if side == "in" else -1
            self.out.add(id=key, account=self.account, amount=sign * amount, kind=kind, **line)
            if refunded and number not in self.refund_orders:
                if not 0 < refunded <= amount:
                    raise row.error(
                        "a refund that is not within the amount",
                        column="refunded",
                        value=row.text("refunded"),
                    )
                self.extra(f"{key}-refund", -sign * refunded, "refund", line)
            self.source(key, -sign * (amount - refunded), method, line)
        if fee and not is_void("alipay", row.text("status", "")):
            if fee < 0 or fee > amount:
                raise row.error(
                    "a fee that is not within the amount", column="fee", value=row.text("fee")
                )
            self.extra(f"{key}-fee", -fee, "fee", line)

    def side(self, row: Row) -> str:
        """Return "in", "out" or "neutral"; the older layout tells it by 资金状态 as well."""
        way, money = row.text("way", ""), row.text("money", "")
        if self.older and way in ("", "其他", "/"):
            way = {"已收入": "收入", "已支出": "支出"}.get(money, way)
        side = next((key for key in ("in", "out", "neutral") if way in self.words[key]), None)
        if side is None:
            raise row.error(
                "unknown direction", column="way", value=way, mend="收入, 支出 or 不计收支"
            )
        return side

    def count(self, row: Row, side: str, amount: int, back: bool) -> None:
        money = row.text("money", "")
        if self.older:
            side = {"已收入": "in", "已支出": "out"}.get(money, "neutral")
        self.counters.count(side, amount, back=back)

    def neutral(
        self, row: Row, key: str, amount: int, method: str, said: str, line: dict[str, Any]
    ) -> None:
        rule = rule_of("neutral", f"{said} {line['name']}")
        if rule is None:
            self.out.refuse(
                row.line, "a 不计收支 row of a type whose direction is unknown", line["text"]
            )
            return
        sign, wallet = rule["sign"], wallet_paid("alipay", method)
        # What is paid for something outside touches the wallet only when the wallet pays; what
        # is put into 余额宝 adds to it only when a card pays.
        if sign == 0 or (rule.get("paid") and (sign > 0) == wallet):
            where = "moves inside the wallet" if wallet else "the wallet is not touched"
            self.out.refuse(row.line, where, line["text"])
            return
        self.out.add(id=key, account=self.account, amount=sign * amount, kind=rule["kind"], **line)
        if rule["kind"] == "refund":
            self.source(key, -sign * amount, method, line)

    def source(self, key: str, amount: int, method: str, line: dict[str, Any]) -> None:
        """Take the money that a card or credit put in beside the row, if one did."""
        if wallet_paid("alipay", method) or amount == 0:
            return
        credit = any(word in method for word in self.words["credit"])
        line = {**line, "name": method, "text": f"{method} {line['text']}".strip()}
        self.extra(f"{key}-card", amount, "loan" if credit else "transfer", line)

    def extra(self, key: str, amount: int, kind: TransactionKind, line: dict[str, Any]) -> None:
        self.out.add(id=key, account=self.account, amount=amount, kind=kind, **line)

    def said(self, row: Row) -> str:
        """Return category, goods and status, which the rules look for words in."""
        return " ".join(row.text(c, "") for c in ("category", "goods", "status"))


def _is_rest(row: Row) -> bool:
    """Return whether the row belongs to the footer: a rule, a counter, the export time."""
    filled = [text for cell in row.cells if (text := str(cell).strip())]
    return len(filled) <= 2 and filled[0].startswith(
        (
            "---",
            "共",
            "已收入",
            "待收入",
            "已支出",
            "待支出",
            "收入",
            "支出",
            "不计收支",
            "导出时间",
        )
    )
