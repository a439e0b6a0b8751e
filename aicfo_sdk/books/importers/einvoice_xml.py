"""One 数电票 from the tax administration's XML (root EInvoice), as the paper states it.

Where things stand: number in TaxSupervisionInfo/InvoiceNumber and Header/EIid, day in
TaxSupervisionInfo/IssueTime, parties and amounts under EInvoiceData, the invoice a red one
reverses in SpecificInformation/RedEInvoice/OriginalInvoiceCode or the remark. The signature is
not checked: that needs the tax administration's certificate.

A document type declaration is refused, so no entity is ever expanded.
"""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from xml.etree import ElementTree

from ...capital import from_capital
from ...days import parse_day
from ...errors import AmountError, InputError, RecordError
from ...money import parse
from .einvoice_paper import Paper, checked_number
from .papers import Fail
from .source import Source

_CHINESE = re.compile(
    rb"""^\s*<\?xml[^>]*encoding=["'](gb2312|gbk|gb18030)["'][^>]*\?>""", re.IGNORECASE
)
_NEGATIVE = re.compile(r"^[(（]?负数?[)）]?")

_BASIC = "EInvoiceData/BasicInformation"
_TOTAL = f"{_BASIC}/TotalTax-includedAmount"


class _NoDoctype(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str, system: str) -> None:
        raise InputError(
            "a document type declaration in an e-invoice",
            value=name,
            mend="the tax platform writes none; download the file again",
        )


def paper(source: Source) -> tuple[Paper, Fail]:
    """Return the invoice of the file and the builder of its errors.

    Raises: RecordError naming the element.
    """
    root = _parse(source)
    fail: Fail = partial(_fail, source.file)
    if _tag(root) != "EInvoice":
        raise fail("not a 数电票", column="/", value=_tag(root), mend="its root is EInvoice")
    get = partial(_text, root)
    number = get("TaxSupervisionInfo/InvoiceNumber") or get("Header/EIid")
    eiid = get("Header/EIid")
    if eiid and eiid != number:
        raise fail("two different numbers", column="Header/EIid", value=f"{eiid}, {number}")
    net, tax = _amount(root, f"{_BASIC}/TotalAmWithoutTax", fail), _tax(root, fail)
    total = _amount(root, _TOTAL, fail)
    _check_capital(get(f"{_TOTAL}InChinese"), total, fail)
    blue = get("Header/InherentLabel/InIssuType/LabelCode")
    if (blue == "Y" and total < 0) or (blue == "N" and total > 0):
        raise fail(
            "the sign of the amount contradicts 是否蓝字发票标志", column=_TOTAL, value=get(_TOTAL)
        )
    stated = Paper(
        line=0,
        number=checked_number(number, fail),
        day=_day(root, fail),
        seller=get("EInvoiceData/SellerInformation/SellerName"),
        seller_code=get("EInvoiceData/SellerInformation/SellerIdNum"),
        buyer=get("EInvoiceData/BuyerInformation/BuyerName"),
        buyer_code=get("EInvoiceData/BuyerInformation/BuyerIdNum"),
        net=net,
        tax=tax,
        total=total,
        status="",
        goods=_goods(root),
        remark=get("EInvoiceData/AdditionalInformation/Remark"),
        reverses=get("EInvoiceData/SpecificInformation/RedEInvoice/OriginalInvoiceCode"),
    )
    return stated, fail


def _parse(source: Source) -> ElementTree.Element:
    data: bytes | str = source.data
    chinese = _CHINESE.match(source.data)
    if chinese:  # the parser knows no Chinese encoding
        try:
            data = source.data[chinese.end() :].decode("gb18030")
        except UnicodeDecodeError:
            raise source.error("not the encoding that its first line names") from None
    parser = ElementTree.XMLParser(target=_NoDoctype())
    try:
        parser.feed(data)
        return parser.close()
    except ElementTree.ParseError as error:
        what = f"not well-formed XML ({error.msg})"
        raise source.error(what, line=error.position[0], mend="download it again") from None
    except InputError as error:
        raise RecordError(
            error.what, file=source.file, value=error.value, mend=error.mend
        ) from None
    except (LookupError, ValueError) as error:
        raise source.error(f"XML that cannot be read ({error})") from None


def _fail(
    file: str, what: str, *, column: str = "", value: str | None = None, mend: str = ""
) -> RecordError:
    return RecordError(
        what, file=file, column=_ELEMENTS.get(column, column), value=value, mend=mend
    )


_ELEMENTS = {
    "number": "TaxSupervisionInfo/InvoiceNumber",
    "day": "TaxSupervisionInfo/IssueTime",
    "seller_code": "EInvoiceData/SellerInformation/SellerIdNum",
    "buyer_code": "EInvoiceData/BuyerInformation/BuyerIdNum",
    "total": _TOTAL,
    "remark": "EInvoiceData/AdditionalInformation/Remark",
}


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: ElementTree.Element, path: str) -> list[ElementTree.Element]:
    found = [element]
    for name in path.split("/"):
        found = [child for parent in found for child in parent if _tag(child) == name]
    return found


def _text(root: ElementTree.Element, path: str) -> str:
    found = _children(root, path)
    return (found[0].text or "").strip() if found else ""


def _amount(root: ElementTree.Element, path: str, fail: Fail) -> int:
    text = _text(root, path)
    if not text:
        raise fail("an amount is missing", column=path)
    try:
        return parse(text)
    except AmountError as error:
        raise fail(error.what, column=path, value=text, mend=error.mend) from None


def _tax(root: ElementTree.Element, fail: Fail) -> int:
    path = f"{_BASIC}/TotalTaxAm"
    # Exempt goods print *** in place of tax.
    return 0 if _text(root, path) in ("***", "*") else _amount(root, path, fail)


def _day(root: ElementTree.Element, fail: Fail) -> date:
    text = _text(root, "TaxSupervisionInfo/IssueTime") or _text(root, f"{_BASIC}/RequestTime")
    try:
        return parse_day(text)
    except InputError as error:
        raise fail(error.what, column="day", value=text, mend=error.mend) from None


def _check_capital(text: str, total: int, fail: Fail) -> None:
    """Raise RecordError when the amount in capital numerals is another than the figure."""
    if not text:
        return
    plain = _NEGATIVE.sub("", text.lstrip("ⓧ⊗× "))
    column = f"{_TOTAL}InChinese"
    try:
        amount = from_capital(plain)
    except AmountError as error:
        raise fail(error.what, column=column, value=text, mend=error.mend) from None
    if amount != abs(total):
        raise fail(
            "大写金额 and the figure differ",
            column=column,
            value=text,
            mend=f"the figure is {total} fen",
        )


def _goods(root: ElementTree.Element) -> str:
    items = _children(root, "EInvoiceData/IssuItemInformation")
    names = [_text(item, "ItemName") for item in items]
    return f"{names[0]} 等{len(names)}项" if len(names) > 1 else "".join(names)
