"""What one 数电票 states, whichever file it came in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ...days import parse_day
from ...errors import InputError
from .papers import Fail

DUE_MARK = "付款期限"
"""Stands before the due day in a remark: 付款期限：2026-03-31."""

SETTLED_MARK = "款项已结清"
"""Says in a remark that the invoice was paid on the spot."""

_REVERSES = re.compile(r"被红冲蓝字(?:数电)?(?:发)?票号码[:：]\s*([0-9]{20}|[0-9]{8})", re.ASCII)
_REVERSES_OLD = re.compile(
    r"对应正数发票代码[:：]\s*([0-9]{10,12})\s*号码[:：]\s*([0-9]{8})", re.ASCII
)
_DUE = re.compile(rf"{DUE_MARK}[:：]\s*([0-9]{4}-[0-9]{2}-[0-9]{2})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Paper:
    """One invoice as the paper states it, amounts in fen."""

    line: int
    number: str
    day: date
    seller: str
    seller_code: str
    buyer: str
    buyer_code: str
    net: int
    tax: int
    total: int
    status: str
    text: str
    reverses: str


def terms(text: str, fail: Fail) -> tuple[str, date | None, bool]:
    """Return the remark without the words on payment, the due day, and whether it is settled."""
    due = None
    found = _DUE.search(text)
    if found:
        try:
            due = parse_day(found[1])
        except InputError as error:
            raise fail(error.what, column="remark", value=found[1], mend=error.mend) from None
        text = _DUE.sub("", text, count=1)
    settled = SETTLED_MARK in text
    return text.replace(SETTLED_MARK, "", 1).strip(), due, settled


def reverses(remark: str) -> str:
    """Return the number of the invoice that a red invoice's remark names, or ""."""
    found = _REVERSES.search(remark)
    if found:
        return found[1]
    found = _REVERSES_OLD.search(remark)
    return found[1] + found[2] if found else ""


def checked_number(number: str, fail: Fail) -> str:
    """Return an invoice number of 20 digits, or of an old code and number: 18 or 20 digits.

    Raises: RecordError.
    """
    if not (number.isascii() and number.isdigit() and len(number) in (18, 20)):
        raise fail(
            "not an invoice number",
            column="number",
            value=number,
            mend="20 digits, or the old code (10 or 12 digits) and number (8)",
        )
    return number
