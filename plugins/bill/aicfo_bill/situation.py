"""The cash model of a plan as the books and the forecast have it: docs/bill-rules.md, plan."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from aicfo_sdk import Context, ToolFailed
from aicfo_sdk.model import Bill, CashForecast, CreditLine

from .early import add_early
from .outlook import Debt, Holding, Line, Option, Outlook, Pledge
from .position import Payable, bill_class, deposit_ppm, quotes_by_class
from .quote import best, days_charged, offers, payday, price_class

_STEP = 7  # days between two chances to discount


def path_of(ctx: Context, forecast: CashForecast, band: str = "p50") -> list[int]:
    """Return a band of forecast cash, its median, from the day after the books' day on."""
    skip = (ctx.today - forecast.start).days + 1
    levels: tuple[int, ...] = getattr(forecast, band)
    path = [forecast.opening] * max(-skip, 0) + list(levels[max(skip, 0) :])
    if not path:
        raise ToolFailed(
            "the cash forecast ends before the plan begins",
            value=forecast.start.isoformat(),
            where=f"books as of {ctx.today.isoformat()}",
            mend="use a forecast with a longer horizon",
        )
    return path


def outlook_of(
    ctx: Context, path: list[int], bills: list[Bill], payables: list[Payable]
) -> Outlook:
    """Return the cash model of a plan: `path` is forecast cash from the day after the books' on.

    The floor is zero, not the forecast's buffer: a bill on hand is a reserve itself, for it can be
    sold on the day on which money is missing, and to sell it sooner only costs interest.
    """
    holdings = [
        Holding(
            bill.id,
            bill_class(bill),
            bill.face,
            (payday(bill, ctx.calendar) - ctx.today).days,
            bill.splittable,
        )
        for bill in bills
    ]
    debts = [
        Debt(p.invoice, p.payee, p.amount, max((p.due - ctx.today).days, 0), p.takes)
        for p in payables
    ]
    minimum: int = ctx.params.at("bill.minimum_piece", ctx.today)
    chances = _chances(ctx, len(path))
    quotes, lenders = quotes_by_class(ctx), _lenders(ctx)
    options = list[Option]()
    for index, (bill, holding) in enumerate(zip(bills, holdings, strict=True)):
        least = min(minimum, bill.face) if bill.splittable else bill.face
        for day in chances:
            if day >= holding.payday:
                break
            days = days_charged(bill, ctx.today + timedelta(days=day), ctx.calendar, ctx.params)
            # Later prices are not known: today's quote for the tenor left then stands in.
            own = quotes.get(price_class(bill), ())
            offer = best(offers(bill, days, ctx.today, own, ctx.params), bill.face, days)
            sale = Option(
                f"discount:{bill.id}:{day:05d}",
                "discount",
                index,
                day,
                least,
                bill.face,
                offer=offer,
                days=days,
            )
            options += [sale, *_pledged(lenders, sale, holding.payday)]
        for place, debt in enumerate(debts):
            upper = min(bill.face, debt.amount)
            lower = min(least, upper) if bill.splittable else least
            if holding.kind in debt.takes and debt.due < holding.payday and lower <= upper:
                id = f"endorse:{bill.id}:{debt.id}"
                options.append(Option(id, "endorse", index, debt.due, lower, upper, debt=place))
    add_early(ctx, payables, debts, holdings, options)
    lines = _lines(ctx)
    # Lines come before any shortage, so to be short a day is never cheaper than to draw.
    dearest = max((-(-line.rate_ppm // line.basis) for line in lines), default=0)
    return Outlook(
        path,
        0,
        holdings,
        debts,
        options,
        lines,
        yield_ppm=deposit_ppm(ctx),
        short_ppm=ctx.params.at("bill.short_ppm", ctx.today),
        late_ppm=max(ctx.params.at("bill.late_day_ppm", ctx.today), dearest),
    )


def _chances(ctx: Context, horizon: int) -> list[int]:
    """Days on which the plan may discount: today, then a working day of each week."""
    days = {0}
    for offset in range(_STEP, horizon + 1, _STEP):
        day = ctx.calendar.next_working(ctx.today + timedelta(days=offset))
        days.add((day - ctx.today).days)
    return sorted(day for day in days if day <= horizon)


def _lines(ctx: Context) -> list[Line]:
    lines = [
        Line(
            line.id,
            line.limit - line.used,
            max(line.rate_ppm, 0),
            line.day_basis,
            line.fee,
            (line.expires - ctx.today).days,
        )
        for line in ctx.books.all(CreditLine)
        if line.limit > line.used and line.expires > ctx.today
    ]
    return sorted(lines, key=lambda line: (Fraction(line.rate_ppm, line.basis), line.id))


def _lenders(ctx: Context) -> list[tuple[int, Pledge]]:
    """Return who takes bills in pledge by the books, with the last day for drawing."""
    return [
        (
            (line.expires - ctx.today).days,
            Pledge(line.id, line.pledge_ppm, max(line.rate_ppm, 0), line.day_basis, line.fee),
        )
        for line in sorted(ctx.books.all(CreditLine), key=lambda line: line.id)
        if line.pledge_ppm
    ]


def _pledged(lenders: list[tuple[int, Pledge]], sale: Option, payday: int) -> list[Option]:
    """Return the cheapest pledge on the day of a sale, if it costs less for what it brings."""
    face, days = sale.upper, payday - sale.day
    found = [
        Option(
            f"pledge:{sale.id.removeprefix('discount:')}",
            "pledge",
            sale.bill,
            sale.day,
            sale.lower,
            face,
            days=days,
            pledge=terms,
        )
        for last, terms in lenders
        if sale.day <= last and terms.lent(sale.lower) > terms.fee
    ]
    if not found:
        return []
    best = min(found, key=lambda option: (option.cost(face) / option.brings(face), option.id))
    cheaper = best.cost(face) * sale.brings(face) < sale.cost(face) * best.brings(face)
    return [best] if cheaper else []
