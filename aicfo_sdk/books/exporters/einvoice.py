"""数电票 written as the tax platform's list (XLSX or CSV) and as one XML file per invoice.

What both carry: number, day, parties with their codes, net, tax, total, red invoices and what they
reverse, the text, and in the remark the due day and that an invoice was paid on the spot. The list
also carries 作废, and in a column of its own what is taken off for paying early (付款条件); the XML
of a voided invoice does not exist, so writing one is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree

from ...capital import to_capital
from ...errors import InputError
from ...model.invoice import Invoice
from ...model.merchant import Counterparty, Merchant
from ...money import plain
from ..importers.einvoice_paper import DUE_MARK, SETTLED_MARK
from ..importers.payment_terms import written
from .sheet import Value, write

TERMS = "付款条件"
"""Column that a list has besides where an invoice has a discount for paying early."""

HEADER = (
    "序号",
    "发票代码",
    "发票号码",
    "数电发票号码",
    "销方识别号",
    "销方名称",
    "购方识别号",
    "购买方名称",
    "开票日期",
    "金额",
    "税额",
    "价税合计",
    "发票来源",
    "发票票种",
    "发票状态",
    "是否正数发票",
    "发票风险等级",
    "开票人",
    "备注",
)


def write_list(
    invoices: Iterable[Invoice],
    path: Path,
    *,
    merchant: Merchant,
    counterparties: Mapping[str, Counterparty],
) -> None:
    """Write invoices as the tax platform's list, to .xlsx or .csv, ordered by day and number.

    `counterparties` maps ids to records. Raises: InputError when the merchant has no code, a
    counterparty is unknown or a number cannot stand on such an invoice.
    """
    ordered = sorted(invoices, key=lambda invoice: (invoice.issued, invoice.number))
    reversed_ = {invoice.reverses for invoice in ordered if invoice.reverses}
    terms = any(invoice.early for invoice in ordered)
    rows: list[list[Value]] = []
    for place, invoice in enumerate(ordered, 1):
        seller, seller_code, buyer, buyer_code = _sides(invoice, merchant, counterparties)
        code, old, number = _number(invoice)
        status = "作废" if invoice.status == "void" else "正常"
        if invoice.number in reversed_ and invoice.status == "normal":
            status = _reversed(invoice, ordered)
        rows.append(
            [
                str(place),
                code,
                old,
                number,
                seller_code,
                seller,
                buyer_code,
                buyer,
                invoice.issued.isoformat(),
                invoice.net,
                invoice.tax,
                invoice.total,
                "电子发票服务平台",
                "数电票（增值税专用发票）" if number else "增值税专用发票",
                status,
                "否" if invoice.total < 0 else "是",
                "正常",
                "",
                _remark(invoice),
                *([written(invoice.early, invoice.issued)] if terms else []),
            ]
        )
    write(path, "发票基础信息", (*HEADER, *([TERMS] if terms else [])), rows)


def write_xml(
    invoice: Invoice,
    path: Path,
    *,
    merchant: Merchant,
    counterparties: Mapping[str, Counterparty],
) -> None:
    """Write one invoice as the tax administration's XML, unsigned.

    Raises: InputError as `write_list`, and for a voided invoice or one with an old number.
    """
    seller, seller_code, buyer, buyer_code = _sides(invoice, merchant, counterparties)
    if invoice.status == "void":
        raise InputError("a voided invoice has no XML", value=invoice.number, mend="use the list")
    if len(invoice.number) != 20:
        raise InputError(
            "only 数电票 have an XML", value=invoice.number, mend="their number has 20 digits"
        )
    _number(invoice)
    root = ElementTree.Element("EInvoice")
    blue = "N" if invoice.total < 0 else "Y"
    capital = ("（负数）" if invoice.total < 0 else "") + to_capital(abs(invoice.total))
    basic = "EInvoiceData/BasicInformation"
    leaves = [
        ("Header/EIid", invoice.number),
        ("Header/EInvoiceTag", "SWEI4400"),
        ("Header/Version", "1.0"),
        ("Header/InherentLabel/InIssuType/LabelCode", blue),
        ("Header/InherentLabel/InIssuType/LabelName", "是否蓝字发票标志"),
        ("EInvoiceData/SellerInformation/SellerIdNum", seller_code),
        ("EInvoiceData/SellerInformation/SellerName", seller),
        ("EInvoiceData/BuyerInformation/BuyerIdNum", buyer_code),
        ("EInvoiceData/BuyerInformation/BuyerName", buyer),
        (f"{basic}/TotalAmWithoutTax", plain(invoice.net)),
        (f"{basic}/TotalTaxAm", plain(invoice.tax)),
        (f"{basic}/TotalTax-includedAmount", plain(invoice.total)),
        (f"{basic}/TotalTax-includedAmountInChinese", capital),
        (f"{basic}/RequestTime", f"{invoice.issued.isoformat()} 00:00:00"),
        ("EInvoiceData/IssuItemInformation/Amount", plain(invoice.net)),
        ("EInvoiceData/IssuItemInformation/ComTaxAm", plain(invoice.tax)),
        ("EInvoiceData/AdditionalInformation/Remark", _remark(invoice)),
        ("TaxSupervisionInfo/InvoiceNumber", invoice.number),
        ("TaxSupervisionInfo/IssueTime", invoice.issued.isoformat()),
    ]
    if invoice.reverses:
        original = "EInvoiceData/SpecificInformation/RedEInvoice/OriginalInvoiceCode"
        leaves.append((original, invoice.reverses))
    for leaf, text in leaves:
        _put(root, leaf, text)
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _put(root: ElementTree.Element, path: str, text: str) -> None:
    at = root
    for name in path.split("/"):
        found = at.find(name)
        at = ElementTree.SubElement(at, name) if found is None else found
    at.text = text


def _sides(
    invoice: Invoice, merchant: Merchant, counterparties: Mapping[str, Counterparty]
) -> tuple[str, str, str, str]:
    """Return seller, its code, buyer, its code."""
    if not merchant.uscc:
        raise InputError(
            "e-invoices need the merchant's 统一社会信用代码", value=merchant.name, mend="give uscc"
        )
    other = counterparties.get(invoice.counterparty)
    if other is None:
        raise InputError(
            "no such counterparty", value=invoice.counterparty, where=f"invoice {invoice.number}"
        )
    own = (merchant.name, merchant.uscc)
    theirs = (other.name, other.uscc)
    return (*own, *theirs) if invoice.direction == "sales" else (*theirs, *own)


def _number(invoice: Invoice) -> tuple[str, str, str]:
    """Return old code, old number and the 20-digit number."""
    number = invoice.number
    if number.isascii() and number.isdigit():
        if len(number) == 20:
            return "", "", number
        if len(number) == 18:
            return number[:10], number[10:], ""
    raise InputError(
        "a number that no e-invoice has",
        value=number,
        mend="20 digits, or the old code (10 digits) and number (8)",
    )


def _reversed(invoice: Invoice, invoices: list[Invoice]) -> str:
    back = sum(
        red.total for red in invoices if red.reverses == invoice.number and red.status == "red"
    )
    if not back:
        return "正常"
    return "已红冲-全额" if back + invoice.total == 0 else "已红冲-部分"


def _remark(invoice: Invoice) -> str:
    parts: list[str] = []
    if invoice.reverses:
        old = len(invoice.reverses) == 18
        parts.append(
            f"对应正数发票代码:{invoice.reverses[:10]}号码:{invoice.reverses[10:]}"
            if old
            else f"被红冲蓝字数电发票号码：{invoice.reverses}"
        )
    if invoice.due is not None:
        parts.append(f"{DUE_MARK}：{invoice.due.isoformat()}")
    if invoice.settled_at_sale:
        parts.append(SETTLED_MARK)
    if any(mark in invoice.text for mark in (DUE_MARK, SETTLED_MARK)):
        raise InputError(
            "a text that would be read back as payment terms",
            value=invoice.text,
            where=f"invoice {invoice.number}",
            mend=f"{DUE_MARK} and {SETTLED_MARK} come from the fields due and settled_at_sale",
        )
    if invoice.text:
        parts.append(invoice.text)
    return " ".join(parts)
