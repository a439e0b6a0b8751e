"""Bills on hand (持票清单, 票据池): CSV or XLSX with Chinese columns, one row per holding.

Columns, found by name in any order; the first four groups must be there:
    票据号码 (票据(包)号) · 票据金额 (票面金额) · 出票日 · 到期日 · 出票人 · 承兑人 · 票据种类
    子票区间          "1-1000000" in units of 0.01 yuan; empty, 0 or "-": not splittable
    可分包            是/否, must agree with 子票区间
    承兑人类别        国有大行 股份制银行 城商行 农商行 财务公司 强商票 弱商票
    承兑人统一社会信用代码 · 收款人
    能否转让          可转让 / 不可转让 (不得转让)
    票据状态          已出票 已承兑 已收票 已终止
    流通标志          待收票 已锁定 可流通 不可转让 已结束
    背书链            day|endorser|endorsee, links joined by ";", a fourth part 不得转让;
                      "\\" before a mark that belongs to a name
    取得日期 · 前手   day and party the merchant received it from
    应收应付          应收 (held or received) / 应付 (issued by the merchant)
    持有状态          持有 已质押 已背书 已贴现 已结清
    贸易背景          invoice or contract ids, joined by ";"
    状态日期          day of this state; else the day given, else 取得日期, else 出票日

A number has 30 digits (16 on paper) and must be stored as text: a spreadsheet number holds only
15, so a numeric cell has lost the rest and is refused. The amount of a sub-range is its length.
The record's id is the number, or number-start-end for a sub-range.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

from ...errors import RecordError
from ...model.bill import AcceptorClass, Bill, Endorsement
from ...model.text import UntrustedText
from ..batch import Batch
from .bill_words import (
    BY_FINANCE_COMPANY,
    CIRCULATION,
    CLASSES,
    HELD,
    KINDS,
    NO,
    SIDES,
    STATUS,
    TRANSFERABLE,
    YES,
    fields,
    links,
)
from .papers import Once, Parties
from .table import Row, find_header
from .table import read as read_table

KIND = "bills"

COLUMNS = {
    "number": ("票据(包)号码", "票据(包)号", "票据包号", "票据号码", "票据号", "票号", "电票号码"),
    "face": ("票据金额", "票面金额", "票据(包)金额", "票面金额(元)", "票据金额(元)", "金额"),
    "issued": ("出票日", "出票日期"),
    "matures": ("到期日", "到期日期", "汇票到期日", "票据到期日"),
    "drawer": ("出票人", "出票人名称", "出票人全称"),
    "acceptor": ("承兑人", "承兑人名称", "承兑人全称", "承兑行"),
    "kind": ("票据种类", "票据类型", "票据类别"),
}
OPTIONAL = {
    "range": ("子票区间", "票据子区间", "子区间"),
    "splittable": ("可分包", "是否可分包", "是否允许分包", "可分包流转"),
    "acceptor_class": ("承兑人类别", "承兑行类别", "承兑人类型"),
    "acceptor_uscc": ("承兑人统一社会信用代码", "承兑人社会信用代码"),
    "payee": ("收款人", "收款人名称", "收款人全称"),
    "transferable": ("能否转让", "是否可转让", "转让标志", "是否可再转让"),
    "status": ("票据状态",),
    "circulation": ("流通标志", "流通状态", "票据流通标志"),
    "chain": ("背书链",),
    "received": ("取得日期", "收票日期", "持票日期"),
    "received_from": ("前手", "直接前手", "前手名称"),
    "side": ("应收应付", "票据方向"),
    "held": ("持有状态", "库存状态"),
    "invoices": ("贸易背景", "发票号码", "合同或发票"),
    "updated": ("状态日期", "查询日期"),
}

_NUMBER = re.compile(r"[0-9]{30}|[0-9]{16}", re.ASCII)
_LOST = re.compile(r"[0-9.]+[eE]\+?[0-9]+", re.ASCII)
_RANGE = re.compile(r"([0-9]{1,15})\s*[-,—–~至]\s*([0-9]{1,15})", re.ASCII)

T = TypeVar("T")


def read(path: Path, *, as_of: date | None = None, lenient_ids: bool = False) -> Batch:
    """Return the bills of one file and the parties they came from.

    `as_of` is the day the list was drawn up, for rows without 状态日期; a later list of the same
    bills needs it to be told from an earlier one. `lenient_ids` keeps a bill whose acceptor has
    a wrong 统一社会信用代码, without that code and with a note.
    Raises: RecordError for anything the file has wrong.
    """
    head = find_header(read_table(path), COLUMNS, OPTIONAL, what="a list of bills")
    parties = Parties(lenient=lenient_ids)
    bills: Once[Bill] = Once("bill")
    rows = 0
    for row in head.rows():
        first = next(cell for cell in row.cells if cell != "")
        if isinstance(first, str) and first.strip().startswith(("合计", "总计")):
            continue
        rows += 1
        bills.add(_bill(row, parties, as_of), row.line, column="number", fail=row.error)
    return Batch(
        kind=KIND,
        source=head.table.file,
        digest=head.table.digest,
        currency="CNY",
        records=(*parties.records(), *bills.records()),
        refused=tuple(bills.refused),
        notes=parties.notes(),
        rows=rows,
    )


def _bill(row: Row, parties: Parties, as_of: date | None) -> Bill:
    number, face = _number(row), row.amount("face")
    start, end = _range(row, face)
    issued, matures = row.day("issued"), row.day("matures")
    if matures < issued:
        raise row.error("到期日 before 出票日", column="matures", value=matures.isoformat())
    received = row.day("received") if row.text("received", "") else None
    giver = row.text("received_from", "")
    received_from = ""
    if giver:
        day = received or issued
        received_from = parties.add(giver, "", day, column="received_from", fail=row.error)
    acceptor_uscc = row.text("acceptor_uscc", "")
    chain = tuple(_chain(row))
    try:
        return Bill(
            id=f"{number}-{start}-{end}" if end else number,
            updated=row.day("updated", as_of or received or issued),
            number=number,
            kind=_word(row, "kind", KINDS),
            range_start=start,
            range_end=end,
            face=face,
            issued=issued,
            matures=matures,
            drawer=UntrustedText(row.text("drawer")),
            acceptor=UntrustedText(row.text("acceptor")),
            acceptor_class=_class(row),
            acceptor_uscc=parties.code(acceptor_uscc, column="acceptor_uscc", fail=row.error),
            payee=UntrustedText(row.text("payee", "")),
            endorsements=chain,
            transferable=_word(row, "transferable", TRANSFERABLE, True),
            side=_word(row, "side", SIDES, "receivable"),
            held=_word(row, "held", HELD, "held"),
            status=_word(row, "status", STATUS, "received"),
            circulation=_word(row, "circulation", CIRCULATION, "transferable"),
            received=received,
            received_from=received_from,
            invoices=tuple(part for part in fields(row.text("invoices", ""), ";") if part),
        )
    except ValueError as error:
        raise row.error("a bill that cannot be", value=str(error)) from None


def _number(row: Row) -> str:
    number = row.text("number")
    if _LOST.fullmatch(number) and not number.isdigit():
        raise row.error(
            "a bill number that a spreadsheet turned into a float, its last digits are lost",
            column="number",
            value=number,
            mend="format the column as text before typing or exporting",
        )
    if not _NUMBER.fullmatch(number):
        raise row.error(
            "not a bill number", column="number", value=number, mend="30 digits, 16 on paper"
        )
    return number


def _range(row: Row, face: int) -> tuple[int, int]:
    """Return the sub-range, (0, 0) when the bill cannot be split. Raises: RecordError."""
    if face <= 0:
        raise row.error("the amount of a bill is above zero", column="face", value=str(face))
    text, mark = row.text("range", ""), row.text("splittable", "")
    if mark and mark not in YES | NO:
        raise row.error("neither 是 nor 否", column="splittable", value=mark)
    if text in ("", "0", "-", "0-0", "0,0", "/"):
        if mark in YES:
            raise row.error(
                "可分包 without 子票区间", column="range", mend="give it like 1-1000000"
            )
        return 0, 0
    found = _RANGE.fullmatch(text)
    if found is None:
        raise row.error("not a sub-range", column="range", value=text, mend="like 1-1000000")
    if mark in NO:
        raise row.error("a bill marked 否 under 可分包 has no 子票区间", column="range", value=text)
    start, end = int(found[1]), int(found[2])
    if start < 1 or end - start + 1 != face:
        raise row.error(
            "子票区间 and 票据金额 differ",
            column="range",
            value=text,
            mend=f"the range holds {max(0, end - start + 1)} units of 0.01 yuan, the amount {face}",
        )
    return start, end


def _chain(row: Row) -> list[Endorsement]:
    text = row.text("chain", "")
    try:
        return [
            Endorsement(
                day=day,
                endorser=UntrustedText(endorser),
                endorsee=UntrustedText(endorsee),
                transferable=transferable,
            )
            for day, endorser, endorsee, transferable in links(text)
        ]
    except ValueError as error:
        raise row.error(
            f"not a 背书链: {error}",
            column="chain",
            value=text,
            mend="links like 2026-01-05|甲公司|乙公司 joined by ;",
        ) from None


def _class(row: Row) -> AcceptorClass | None:
    if row.text("acceptor_class", ""):
        return _word(row, "acceptor_class", CLASSES)
    return "finance_company" if row.text("kind") == BY_FINANCE_COMPANY else None


def _word(row: Row, column: str, words: Mapping[str, T], default: T | None = None) -> T:
    """Return what a word of a column means, `default` where it is empty. Raises: RecordError."""
    text = row.text(column, "")
    if text == "" and default is not None:
        return default
    meaning = words.get(text)
    if meaning is None:
        raise _unknown(row, column, text, words)
    return meaning


def _unknown(row: Row, column: str, text: str, words: Mapping[str, T]) -> RecordError:
    return row.error(
        f"an unknown {row.header.title(column)}",
        column=column,
        value=text,
        mend="known: " + ", ".join(words),
    )
