"""What one 数电票 states, whichever file it came in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

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
_DUE = re.compile(DUE_MARK + r"[:：]\s*([0-9]{4}-[0-9]{2}-[0-9]{2})\s*", re.ASCII)


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
    goods: str
    remark: str
    reverses: str = ""
    """Stated outside the remark."""
    terms: str = ""
    """Terms of payment in words, as 2/10,n/30."""


class Remark(NamedTuple):
    """What the remark of an invoice says: the words left, and what the others told."""

    text: str
    reverses: str
    due: date | None
    settled: bool


def read_remark(text: str, fail: Fail) -> Remark:
    """Return the remark with the invoice it reverses, the due day and payment on the spot told.

    Raises: RecordError for a due day that is no date.
    """
    reverses, due = "", None
    for known in (_REVERSES, _REVERSES_OLD):
        found = known.search(text)
        if found and not reverses:
            reverses = "".join(found.groups())
            text = text[: found.start()] + text[found.end() :]
    found = _DUE.search(text)
    if found:
        try:
            due = parse_day(found[1])
        except InputError as error:
            raise fail(error.what, column="remark", value=found[1], mend=error.mend) from None
        text = text[: found.start()] + text[found.end() :]
    settled = SETTLED_MARK in text
    return Remark(text.replace(SETTLED_MARK, "", 1).strip(), reverses, due, settled)


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
