"""Invoices from 数电票: the tax administration's XML, and the tax platform's XLSX or CSV list.

`read` tells the two apart by content. What each carries: number, day, both parties with their
codes, net, tax, total, status, what a red invoice reverses, goods and remark. Neither has a field
for payment terms: a column of one's own does (付款条件, 现金折扣: 2/10,n/30, see `payment_terms`),
else `terms_days`, or the remark in the words that `exporters.einvoice` writes
(付款期限：2026-03-31 · 款项已结清).

Status: 作废 is "void"; an invoice with negative amounts is "red"; one that was reversed
(已红冲-全额, 已红冲-部分) stays "normal", for the red invoice takes its amount back, and a note
names those whose red invoice the file lacks. No file tells the day of a voiding; since an invoice
can be voided only in the month of its issue, that month's end is taken, or the file's last day.

A number has 20 digits (数电票), or is the old code of 10 or 12 digits followed by 8 digits.
A list with one row per line of goods (信息汇总表) is added up by number.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from ...errors import InputError
from ...model.invoice import Invoice
from ...model.text import UntrustedText
from ..batch import Batch
from ..names import checked_uscc
from .einvoice_paper import Paper, checked_number, read_remark
from .papers import Fail, Once, Parties, checked_terms
from .payment_terms import read_terms
from .source import load, tables_of
from .table import Header, Row, Table, find_header

KIND = "einvoice"

COLUMNS = {
    "seller_code": ("销方识别号", "销方税号", "销售方识别号", "销售方纳税人识别号"),
    "seller": ("销方名称", "销售方名称"),
    "buyer_code": ("购方识别号", "购方税号", "购买方识别号", "购买方纳税人识别号"),
    "buyer": ("购买方名称", "购方名称"),
    "day": ("开票日期", "开票时间"),
    "net": ("金额", "不含税金额", "合计金额"),
    "tax": ("税额", "合计税额"),
}
OPTIONAL = {
    "number": ("数电发票号码", "数电票号码", "全电发票号码"),
    "old_code": ("发票代码",),
    "old_number": ("发票号码",),
    "total": ("价税合计", "含税金额"),
    "status": ("发票状态",),
    "positive": ("是否正数发票",),
    "goods": ("货物或应税劳务名称", "项目名称"),
    "tax_code": ("税收分类编码",),
    "remark": ("备注",),
    "terms": ("付款条件", "现金折扣"),
}

_NORMAL = frozenset({"", "正常", "有效", "有效发票"})
_VOID = frozenset({"作废", "已作废", "作废发票"})
_REVERSED = frozenset({"已红冲-全额", "已红冲-部分", "已红冲", "红冲", "全额红冲", "部分红冲"})


def read(
    path: Path, *, own_uscc: str, lenient_ids: bool = False, terms_days: int | None = None
) -> Batch:
    """Return the invoices of one file and their counterparties.

    `own_uscc` is the merchant's own 统一社会信用代码: as seller it makes a sales invoice, as buyer
    a purchase invoice. `lenient_ids` keeps an invoice whose counterparty has a wrong code, without
    that code and with a note. `terms_days` sets the due day of invoices that state none.
    Raises: InputError for a wrong `own_uscc`; RecordError for anything the file has wrong.
    """
    own = checked_uscc(own_uscc)
    if not own:
        raise InputError(
            "the merchant's own 统一社会信用代码 is needed to tell sales from purchases",
            value=own_uscc,
            mend="give own_uscc",
        )
    source = load(path)
    take = _Taker(own, lenient_ids, checked_terms(terms_days))
    if source.data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").startswith(b"<"):
        from .einvoice_xml import paper

        kind, where = KIND, source.file
        stated, fail = paper(source)
        take.paper(stated, fail)
        rows = 1
    else:
        kind = f"{KIND}_list"
        head = _header(tables_of(source))
        where = head.table.file
        papers = _papers(head)
        rows = len(papers)
        for stated, row in papers:
            take.paper(stated, row.error)
    return take.batch(kind, where, source.digest, rows)


class _Taker:
    """Turns papers into records from the merchant's side."""

    def __init__(self, own: str, lenient: bool, terms_days: int | None) -> None:
        self.own, self.terms_days = own, terms_days
        self.parties = Parties(lenient=lenient)
        self.invoices: Once[Invoice] = Once("invoice")
        self.reversed: set[str] = set()

    def paper(self, paper: Paper, fail: Fail) -> None:
        """Take one invoice. Raises: RecordError."""
        direction, name, code, column = self.side(paper, fail)
        if paper.net + paper.tax != paper.total:
            raise fail(
                "金额 + 税额 is not 价税合计",
                column="total",
                value=f"{paper.net} + {paper.tax} ≠ {paper.total} fen",
                mend="correct the amounts",
            )
        remark = read_remark(paper.remark, fail)
        status = self.status(paper)
        terms = read_terms(paper.terms, paper.day, fail)
        due = self.due(remark.due, terms.due, fail)
        if due is None and self.terms_days is not None and not remark.settled:
            due = paper.day + timedelta(days=self.terms_days)
        try:
            invoice = Invoice(
                id=paper.number,
                updated=paper.day,
                number=paper.number,
                direction=direction,
                counterparty=self.parties.add(name, code, paper.day, column=column, fail=fail),
                issued=paper.day,
                due=due,
                early=terms.early if status == "normal" and not remark.settled else (),
                net=paper.net,
                tax=paper.tax,
                total=paper.total,
                status=status,
                reverses=(paper.reverses or remark.reverses) if status == "red" else "",
                settled_at_sale=remark.settled,
                text=UntrustedText(f"{paper.goods} {remark.text}".strip()),
            )
        except ValueError as error:
            raise fail("an invoice that cannot be", value=str(error)) from None
        self.invoices.add(invoice, paper.line, column="number", fail=fail)

    def side(self, paper: Paper, fail: Fail) -> tuple[Literal["sales", "purchase"], str, str, str]:
        """Return direction and the other party: name, code, column of the code."""
        sold = paper.seller_code.upper() == self.own
        bought = paper.buyer_code.upper() == self.own
        if sold and bought:
            raise fail("seller and buyer are the merchant itself", column="buyer_code")
        if sold:
            return "sales", paper.buyer, paper.buyer_code, "buyer_code"
        if bought:
            return "purchase", paper.seller, paper.seller_code, "seller_code"
        raise fail(
            "an invoice of two other firms",
            column="seller_code",
            value=f"{paper.seller_code} → {paper.buyer_code}",
            mend=f"the merchant is {self.own}; take the row out or correct own_uscc",
        )

    def due(self, remark: date | None, terms: date | None, fail: Fail) -> date | None:
        """Return the day by which an invoice is to be paid. Raises: RecordError for two."""
        if remark and terms and remark != terms:
            raise fail(
                "the remark and the terms of payment name two due days",
                column="terms",
                value=f"{remark.isoformat()} and {terms.isoformat()}",
                mend="correct one of them",
            )
        return remark or terms

    def status(self, paper: Paper) -> Literal["normal", "void", "red"]:
        if paper.status in _VOID:
            return "void"
        if paper.total < 0:
            return "red"
        if paper.status in _REVERSED:
            self.reversed.add(paper.number)
        return "normal"

    def batch(self, kind: str, source: str, digest: str, rows: int) -> Batch:
        invoices = _voided(self.invoices.records())
        lone = sorted(self.reversed - {invoice.reverses for invoice in invoices})
        notes = self.parties.notes()
        if lone:
            named = ", ".join(lone[:3])
            what = (
                "invoice(s) marked 已红冲 whose red invoice is not in this file; they still count"
            )
            notes += (f"{len(lone)} {what}: {named}",)
        return Batch(
            kind=kind,
            source=source,
            digest=digest,
            currency="CNY",
            records=(*self.parties.records(), *invoices),
            refused=tuple(self.invoices.refused),
            notes=notes,
            rows=rows,
        )


def _voided(invoices: Sequence[Invoice]) -> list[Invoice]:
    """Return the invoices with a day for the state of those that were voided."""
    last = max((invoice.issued for invoice in invoices), default=date.max)
    out: list[Invoice] = []
    for invoice in invoices:
        if invoice.status == "void":
            day = invoice.issued
            month_end = day.replace(day=monthrange(day.year, day.month)[1])
            invoice = invoice.model_copy(update={"updated": min(month_end, last)})
        out.append(invoice)
    return out


def _header(tables: Sequence[Table]) -> Header:
    """Return the header of the sheet with one row per invoice, else of any sheet that fits."""
    for table in tables:
        try:
            head = find_header([table], COLUMNS, OPTIONAL)
        except InputError:
            continue
        if not (head.has("goods") or head.has("tax_code")) and _numbered(head):
            return head
    head = find_header(tables, COLUMNS, OPTIONAL, what="an invoice list")
    if not _numbered(head):
        known = [*OPTIONAL["number"], *OPTIONAL["old_number"]]
        find_header([head.table], {"number": known}, what="an invoice list")
    return head


def _numbered(head: Header) -> bool:
    return head.has("number") or head.has("old_number")


def _papers(head: Header) -> list[tuple[Paper, Row]]:
    papers = [(_paper(row), row) for row in _rows(head)]
    if not (head.has("goods") or head.has("tax_code")):
        return papers
    # One row per line of goods: an invoice is the sum of its rows.
    sums: dict[str, tuple[Paper, Row]] = {}
    for line, row in papers:
        first = sums.get(line.number)
        if first is None:
            sums[line.number] = (line, row)
            continue
        whole = first[0]
        if (line.day, line.seller_code, line.buyer_code) != (
            whole.day,
            whole.seller_code,
            whole.buyer_code,
        ):
            raise row.error(
                "lines of one invoice differ in day or party",
                column="day",
                value=line.number,
                mend=f"compare with line {whole.line}",
            )
        total = replace(
            whole,
            net=whole.net + line.net,
            tax=whole.tax + line.tax,
            total=whole.total + line.total,
        )
        sums[line.number] = (total, first[1])
    return list(sums.values())


def _rows(head: Header) -> Iterator[Row]:
    for row in head.rows():
        filled = [cell for cell in row.cells if cell != ""]
        if isinstance(filled[0], str) and filled[0].strip().startswith(("合计", "总计")):
            continue
        yield row


def _paper(row: Row) -> Paper:
    net = row.amount("net")
    tax = 0 if row.text("tax", "") in ("***", "*") else row.amount("tax")
    total = row.amount("total", net + tax)
    status = row.text("status", "")
    if status not in _NORMAL | _VOID | _REVERSED:
        raise row.error(
            "an unknown 发票状态",
            column="status",
            value=status,
            mend="known: 正常, 作废, 已红冲-全额, 已红冲-部分",
        )
    positive = row.text("positive", "")
    if positive not in ("", "是", "否"):
        raise row.error("neither 是 nor 否", column="positive", value=positive)
    if (positive == "是" and total < 0) or (positive == "否" and total > 0):
        raise row.error(
            "the sign of the amount contradicts 是否正数发票",
            column="total",
            value=row.text("total", ""),
            mend="a red invoice is negative and 否, a normal one positive and 是",
        )
    return Paper(
        line=row.line,
        number=_number(row),
        day=row.day("day"),
        seller=row.text("seller", ""),
        seller_code=row.text("seller_code", ""),
        buyer=row.text("buyer", ""),
        buyer_code=row.text("buyer_code", ""),
        net=net,
        tax=tax,
        total=total,
        status=status,
        goods=row.text("goods", ""),
        remark=row.text("remark", ""),
        terms=row.text("terms", ""),
    )


def _number(row: Row) -> str:
    number = row.text("number", "")
    if number:
        return checked_number(number, row.error)
    number, code = row.text("old_number", ""), row.text("old_code", "")
    if not number:
        raise row.error("an invoice without number", column="number", mend="fill it in")
    return checked_number(code + number, row.error)
