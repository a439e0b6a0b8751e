"""Bills on hand (持票清单, 票据池): CSV or XLSX with Chinese columns, one row per holding.

Columns, found by name in any order; the first four groups must be there:
    票据号码 (票据(包)号) · 票据金额 (票面金额) · 出票日 · 到期日 · 出票人 · 承兑人 · 票据种类
    大写金额          must say the same as the figures (《票据法》第八条)
    子票区间          "1-1000000" in units of 0.01 yuan; empty, 0 or "-": not splittable; or in two
                      columns, 子票区间起始 and 子票区间截止
    可分包            是/否, must agree with 子票区间
    承兑人类别        国有大行 股份制银行 城商行 农商行 财务公司 强商票 弱商票
    承兑人统一社会信用代码 · 保证人 · 收款人
    能否转让          可转让 / 不可转让 (不得转让)
    票据状态          已出票 已承兑 已收票 已到期 已终止 已结清, or CS01-CS06; with 流通标志 in one
                      cell, "已收票/可流通"; or one word of the old system, 提示付款已拒付
    流通标志          待收票 可流通 已锁定 不可转让 已质押 待赎回 托收在途 追索中 已结束, or their
                      codes, TF0101-TF0501
    背书链            day|endorser|endorsee, links joined by ";", a fourth part 不得转让;
                      "\\" before a mark that belongs to a name
    取得日期 · 前手   day and party the merchant received it from
    应收应付          应收 (held or received) / 应付 (issued by the merchant)
    持有状态          持有 已质押 已背书 已贴现 已结清; empty: as 票据状态 and 流通标志 say
    追索权            有追索权 / 无追索权, of whoever took it from the merchant
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

from ...capital import from_capital
from ...errors import AmountError
from ...model.bill import AcceptorClass, Bill, BillCirculation, BillStatus, Endorsement
from ...model.text import UntrustedText
from ..batch import Batch
from .bill_words import (
    ALONE,
    BY_FINANCE_COMPANY,
    CIRCULATION,
    CLASSES,
    ECDS,
    HELD,
    KINDS,
    NO,
    RECOURSE,
    SIDES,
    STATUS,
    TRANSFERABLE,
    YES,
    Held,
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
    "capital": (
        "大写金额",
        "金额大写",
        "票据金额(大写)",
        "票据(包)金额(大写)",
        "票面金额(大写)",
        "票面金额大写",
    ),
    "range": ("子票区间", "票据子区间", "子区间", "票据(包)子区间"),
    "range_first": ("子票区间起始", "子票区间起", "子票起始区间", "起始子票区间", "子票区间起始号"),
    "range_last": ("子票区间截止", "子票区间止", "子票截止区间", "截止子票区间", "子票区间截止号"),
    "splittable": ("可分包", "是否可分包", "是否允许分包", "可分包流转"),
    "acceptor_class": ("承兑人类别", "承兑行类别", "承兑人类型"),
    "acceptor_uscc": ("承兑人统一社会信用代码", "承兑人社会信用代码"),
    "guarantor": ("保证人", "保证人名称", "保证人全称", "承兑保证人"),
    "payee": ("收款人", "收款人名称", "收款人全称", "收票人", "收票人名称"),
    "transferable": ("能否转让", "是否可转让", "转让标志", "是否可再转让"),
    "status": ("票据状态",),
    "circulation": ("流通标志", "流通状态", "票据流通标志"),
    "chain": ("背书链", "背书信息", "背书记录"),
    "received": ("取得日期", "收票日期", "持票日期"),
    "received_from": ("前手", "直接前手", "前手名称", "直接前手名称"),
    "side": ("应收应付", "票据方向"),
    "held": ("持有状态", "库存状态"),
    "recourse": ("追索权", "追索权标志", "是否带追索权"),
    "invoices": ("贸易背景", "发票号码", "合同或发票"),
    "updated": ("状态日期", "查询日期"),
}

_NUMBER = re.compile(r"[0-9]{30}|[0-9]{16}", re.ASCII)
_LOST = re.compile(r"[0-9.]+[eE]\+?[0-9]+", re.ASCII)
_RANGE = re.compile(r"\[?([0-9]{1,15})\s*[-,—–~～至]\s*([0-9]{1,15})\]?", re.ASCII)
_PAIR = re.compile(r"\s*[-/_|]\s*")

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
        lines=bills.lines(),
    )


def _bill(row: Row, parties: Parties, as_of: date | None) -> Bill:
    number, face = _number(row), _face(row)
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
    status, circulation = _state(row)
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
            guarantor=UntrustedText(row.text("guarantor", "")),
            payee=UntrustedText(row.text("payee", "")),
            endorsements=chain,
            transferable=_word(row, "transferable", TRANSFERABLE, True),
            side=_word(row, "side", SIDES, "receivable"),
            held=_word(row, "held", HELD, _left_of(status, circulation)),
            recourse=_word(row, "recourse", RECOURSE, True),
            status=status,
            circulation=circulation,
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


def _face(row: Row) -> int:
    """Return the amount. Raises: RecordError when figures and 大写金额 differ: the bill is void."""
    face = row.amount("face")
    words = row.text("capital", "")
    if not words:
        return face
    try:
        written = from_capital(words)
    except AmountError as error:
        raise row.error(error.what, column="capital", value=words, mend=error.mend) from None
    if written != face:
        raise row.error(
            f"{row.header.title('capital')} and {row.header.title('face')} differ",
            column="capital",
            value=words,
            mend=f"the words say {written} fen, the figures {face}; such a bill is void "
            "(《票据法》第八条): correct the file, or refuse the bill",
        )
    return face


def _state(row: Row) -> tuple[BillStatus, BillCirculation]:
    """Return 票据状态 and 流通标志, which may stand in one cell. Raises: RecordError."""
    text, flag = row.text("status", ""), row.text("circulation", "")
    if not flag and text in ECDS:
        return ECDS[text]
    parts = _PAIR.split(text)
    if not flag and len(parts) == 2:
        text, flag = parts
    status: BillStatus = _meaning(row, "status", text, STATUS) if text else "received"
    return status, _meaning(row, "circulation", flag, CIRCULATION) if flag else ALONE[status]


def _left_of(status: BillStatus, circulation: BillCirculation) -> Held:
    """Return what became of a bill of which only the state in the bill system is said."""
    if status == "settled":
        return "settled"
    return "pledged" if circulation == "pledged" else "held"


def _range_text(row: Row) -> str:
    """Return the sub-range as one text, whether the file has it in one column or in two."""
    text = row.text("range", "")
    first, last = row.text("range_first", ""), row.text("range_last", "")
    if not (first or last):
        return text
    return text or ("0" if first.strip("0") == last.strip("0") == "" else f"{first}-{last}")


def _range(row: Row, face: int) -> tuple[int, int]:
    """Return the sub-range, (0, 0) when the bill cannot be split. Raises: RecordError."""
    if face <= 0:
        raise row.error("the amount of a bill is above zero", column="face", value=str(face))
    text, mark = _range_text(row), row.text("splittable", "")
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
    return _meaning(row, column, text, words)


def _meaning(row: Row, column: str, text: str, words: Mapping[str, T]) -> T:
    meaning = words.get(text)
    if meaning is None:
        raise row.error(
            f"an unknown {row.header.title(column)}",
            column=column,
            value=text,
            mend="known: " + ", ".join(words),
        )
    return meaning
