"""What discounting a bill costs: the days charged and the best price on offer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from aicfo_sdk import Parameters, WorkCalendar, interest
from aicfo_sdk.model import Bill, DiscountQuote

BASIS = 360
ASSUMED = "market"
"""Institution of a price that nobody quoted: the assumed curve."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A price at which a bill can be discounted.

    `rate_ppm` is the annual rate, actual/360, `fee` fixed per deal in fen. `quote` is the id of
    the DiscountQuote, empty when the price is the assumed curve's.
    """

    institution: str
    rate_ppm: int
    fee: int
    quote: str = ""

    def cost(self, amount: int, days: int) -> int:
        """Return interest and fee of discounting `amount` fen over `days`."""
        return interest(amount, self.rate_ppm, days, BASIS) + self.fee


def payday(bill: Bill, calendar: WorkCalendar) -> date:
    """Return the day on which a bill held to maturity turns into money: rolled to a working day."""
    return calendar.next_working(bill.matures)


def days_charged(
    bill: Bill, day: date, calendar: WorkCalendar, params: Parameters, *, remote: bool = False
) -> int:
    """Return the days of interest of a discount on `day`.

    To maturity, rolled to the next working day; `remote` is for paper whose acceptor is in
    another place, which adds three days. Source: docs/bill-rules.md, discount-days.
    """
    days = (payday(bill, calendar) - day).days
    return days + params.at("bill.remote_days", day) if remote else days


def offers(
    bill: Bill, days: int, day: date, quotes: Iterable[DiscountQuote], params: Parameters
) -> list[Offer]:
    """Return what can be had for a bill with `days` to run, at prices seen on `day`.

    Each institution's latest quote for the shortest tenor that still covers the days; where
    nobody quotes for the class, the assumed curve (SHIBOR or transfer discount + class spread).
    """
    chosen: dict[str, DiscountQuote] = {}
    for quote in quotes:
        if (
            quote.acceptor_class != price_class(bill)
            or not quote.day <= day <= quote.valid_until
            or quote.tenor_days < days
        ):
            continue
        old = chosen.get(quote.institution)
        if old is None or _fit(quote) < _fit(old):
            chosen[quote.institution] = quote
    if chosen:
        return [
            Offer(quote.institution, max(quote.rate_ppm, 0), quote.fee, quote.id)
            for _, quote in sorted(chosen.items())
        ]
    return [assumed(bill, days, day, params)]


def assumed(bill: Bill, days: int, day: date, params: Parameters) -> Offer:
    """Return the price that nobody quoted: the assumed curve's for `days`, without a fee."""
    return Offer(ASSUMED, curve_rate(bill, days, day, params), 0)


def best(offered: Iterable[Offer], amount: int, days: int) -> Offer:
    """Return the cheapest offer for `amount` fen over `days`; ties go to the first name."""
    return min(offered, key=lambda offer: (offer.cost(amount, days), offer.institution))


def curve_rate(bill: Bill, days: int, day: date, params: Parameters) -> int:
    """Return the assumed annual rate in ppm: the curve, linear between its tenors, plus spread."""
    curve: list[list[int]] = params.at("bill.discount_curve", day)
    spread: int = params.at(f"bill.spread_ppm.{price_class(bill)}", day)
    before = curve[0]
    for point in curve:
        if days <= point[0]:
            span = point[0] - before[0]
            step = (point[1] - before[1]) * (days - before[0]) // span if span else 0
            return before[1] + (step if days > before[0] else 0) + spread
        before = point
    return before[1] + spread


def price_class(bill: Bill) -> str:
    """Return the acceptor class that prices the bill; unknown ones as the dearest of their kind."""
    if bill.acceptor_class is not None:
        return bill.acceptor_class
    return "rural_bank" if bill.kind in ("bank", "supply_chain_bank") else "weak_trade"


def _fit(quote: DiscountQuote) -> tuple[int, int, str]:
    return quote.tenor_days, -quote.day.toordinal(), quote.id
