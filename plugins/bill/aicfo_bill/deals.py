"""What selling, pledging or keeping a bill brings and costs, to the fen: one deal at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from aicfo_sdk import PPM, Context, interest
from aicfo_sdk.model import Bill, CreditLine, DiscountQuote

from .position import minimum_piece
from .quote import BASIS, Offer, assumed, days_charged, offers, payday


@dataclass(frozen=True, slots=True)
class Deal:
    """Face moved, money received, what it costs and what is paid later, all in fen.

    `short` is what is missing of the money needed; `rate_ppm` is on the contract's own basis.
    """

    face: int
    received: int
    interest: int
    fee: int
    later: int
    days: int
    rate_ppm: int
    short: int

    @property
    def cost(self) -> int:
        """Interest and fee."""
        return self.interest + self.fee


class Market:
    """The prices at which one bill and the books' credit lines can be had, as seen today.

    A later day is priced with today's quote for the days left then: later-prices.
    """

    def __init__(
        self, ctx: Context, bill: Bill, quotes: Iterable[DiscountQuote], *, remote: bool
    ) -> None:
        self.bill, self.payday = bill, payday(bill, ctx.calendar)
        self._ctx, self._quotes, self._remote = ctx, tuple(quotes), remote
        self._least = minimum_piece(ctx, bill)

    def days_left(self, day: date) -> int:
        """Days for which money of `day` is had: until the bill's payday."""
        return (self.payday - day).days

    def days_charged(self, day: date) -> int:
        """Days of interest of a discount on `day`."""
        ctx = self._ctx
        return days_charged(self.bill, day, ctx.calendar, ctx.params, remote=self._remote)

    def offers(self, day: date) -> list[Offer]:
        """Return what institutions offer for the days left then, or the assumed price."""
        ctx = self._ctx
        return offers(self.bill, self.days_charged(day), ctx.today, self._quotes, ctx.params)

    def assumed(self, day: date) -> Offer:
        """Return the assumed price for the days left then."""
        return assumed(self.bill, self.days_charged(day), self._ctx.today, self._ctx.params)

    def discount(self, offer: Offer, day: date, need: int | None) -> Deal | None:
        """Return the smallest discount that brings `need` on `day`, the whole bill for None.

        A bill that is too small is sold whole. None when the price would eat all of it.
        """
        days, face = self.days_charged(day), self.bill.face
        if need is not None:
            face = min(face, max(self._least, _face_for(need, offer, days)))
        cost = offer.cost(face, days)
        if cost >= face:
            return None
        received = face - cost
        short = max((need or 0) - received, 0)
        return Deal(face, received, cost - offer.fee, offer.fee, 0, days, offer.rate_ppm, short)

    def best_discount(self, day: date, need: int | None) -> Deal | None:
        """Return the discount that lacks least of `need`, and of those the cheapest."""
        found = [deal for o in self.offers(day) if (deal := self.discount(o, day, need))]
        return min(found, key=lambda deal: (deal.short, deal.cost), default=None)

    def borrow(self, line: CreditLine, day: date, need: int) -> Deal | None:
        """Return a loan on the free part of a line that brings `need` until the payday."""
        return self._loan(line, day, need, line.limit - line.used)

    def pledge(self, line: CreditLine, day: date, need: int, ratio_ppm: int) -> Deal | None:
        """Return a loan beside what the line gives, secured by the smallest piece that does.

        Lends at most `ratio_ppm` of the face pledged: pledge-ratio.
        """
        loan = self._loan(line, day, need, self.bill.face * ratio_ppm // PPM)
        if loan is None:
            return None
        pledged = -(-(loan.received + loan.fee) * PPM // ratio_ppm)
        face = min(self.bill.face, max(self._least, pledged))
        return Deal(
            face,
            loan.received,
            loan.interest,
            loan.fee,
            loan.later,
            loan.days,
            loan.rate_ppm,
            loan.short,
        )

    def _loan(self, line: CreditLine, day: date, need: int, room: int) -> Deal | None:
        principal, days = min(need + line.fee, room), self.days_left(day)
        if principal <= line.fee or line.expires < day:
            return None
        rate = max(line.rate_ppm, 0)
        charged = interest(principal, rate, days, line.day_basis)
        received = principal - line.fee
        return Deal(
            0, received, charged, line.fee, principal + charged, days, rate, need - received
        )


def _face_for(need: int, offer: Offer, days: int) -> int:
    """Return the least face whose proceeds are `need`; more than any bill's when there is none."""
    whole = PPM * BASIS
    kept = whole - offer.rate_ppm * days
    if kept <= 0:
        return need * whole
    face = -(-(need + offer.fee) * whole // kept)
    # The interest is rounded to the fen, so the quotient may be one off.
    while face - offer.cost(face, days) < need:
        face += 1
    while face > 1 and face - 1 - offer.cost(face - 1, days) >= need:
        face -= 1
    return face
