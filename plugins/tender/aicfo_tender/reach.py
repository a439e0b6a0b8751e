"""What a contract weighs for this merchant: its value per year beside a year's sales."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from typing import TYPE_CHECKING

from aicfo_sdk import PPM, round_div
from aicfo_sdk.model import DailySales, Invoice, Merchant

if TYPE_CHECKING:
    from aicfo_sdk import Books
    from aicfo_sdk.model import Tender

YEAR = 365


def the_merchant(books: Books) -> Merchant | None:
    """Return whose books these are, or None when they do not say."""
    return next(books.all(Merchant), None)


def yearly_sales(books: Books) -> int:
    """Return the sales of the last 365 days in minor units; 0 when the books hold none.

    Daily takings and sales invoices describe the same sales, so the larger of the two counts.
    """
    first = (books.as_of - timedelta(days=YEAR - 1)).toordinal()
    day, amount = books.columns(DailySales, "day", "amount")
    takings = int(amount[day >= first].sum())
    issued, total = books.columns(Invoice, "issued", "total")
    sold = issued >= first
    for name, word, wanted in (("direction", "sales", True), ("status", "void", False)):
        codes, words = books.labels(Invoice, name)
        sold &= (codes == (words.index(word) if word in words else -1)) == wanted
    return max(takings, int(total[sold].sum()), 0)


def yearly_value(tender: Tender) -> int | None:
    """Return the value per year of the contract, the whole value when it runs a year or less."""
    if tender.value is None:
        return None
    length = (tender.ends - tender.starts).days + 1 if tender.starts and tender.ends else YEAR
    return round_div(tender.value * YEAR, max(length, YEAR))


def same_currency(tender: Tender, currency: str) -> bool:
    """Return whether the tender's amounts may be set beside the books'.

    "XXX" (ISO 4217: none) stands where a notice states no amount at all.
    """
    return tender.currency in (currency, "XXX")


def reach_ppm(tender: Tender, sales: int, currency: str) -> int | None:
    """Return yearly contract value over yearly sales in ppm.

    None when either is unknown or the tender is in another currency than the books: amounts of
    two currencies are never compared.
    """
    value = yearly_value(tender)
    if value is None or value == 0 or sales <= 0 or not same_currency(tender, currency):
        return None
    return round_div(value * PPM, sales)


def largest_within(reach: int, sales: int) -> int:
    """Return the largest yearly value whose `reach_ppm` beside these sales is at most `reach`."""
    most = min(2 * (reach + 1) * sales // PPM + 2, 2**62)
    return bisect_right(range(most), reach, key=lambda value: round_div(value * PPM, sales)) - 1


def same_region(merchant: str, tender: str) -> bool:
    """Return whether one place name contains the other (江苏 / 江苏省南京市, London / london)."""
    ours, theirs = _place(merchant), _place(tender)
    return bool(ours and theirs) and (ours in theirs or theirs in ours)


def _place(name: str) -> str:
    place = name.casefold().replace(" ", "")
    for tail in ("特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市"):
        if len(place) > len(tail) + 1:
            place = place.removesuffix(tail)
    return place
