"""The bill plan: which bill pays whom, which is discounted and when, which is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from aicfo_sdk import PPM, Context, Proposal, ToolFailed, grouped
from aicfo_sdk.model import (
    Bill,
    BillId,
    BillMove,
    BillPlan,
    CashForecast,
    CashPrice,
    CreditLine,
    DiscountBill,
    EndorseBill,
    RuleOutcome,
)

from .optimise import Best, lp_repair, milp
from .outlook import Debt, Holding, Line, Option, Outlook
from .position import (
    Payable,
    Units,
    bill_class,
    deposit_ppm,
    movable_bills,
    open_payables,
    own_account,
    quotes_by_class,
)
from .quote import ASSUMED, best, days_charged, offers, payday, price_class
from .reasons import Reasons
from .rules import RULES

_STEP = 7  # days between two chances to discount


_CASES = ((300_000, "p10"), (400_000, "p50"), (300_000, "p90"))
"""Three paths that stand for all, with their weights (Swanson's rule), ppm."""


def make_plan(
    ctx: Context, forecast: CashForecast, *, exact: bool, uncertain: bool = False
) -> BillPlan:
    """Return the best moves for the bills on hand against the forecast of no decision.

    `uncertain`: against its bad, middle and good case at once instead of its median.
    Raises: ToolFailed when the forecast ends before the books' next day; SolverError.
    """
    bills = movable_bills(ctx)
    path = _path(ctx, forecast)
    last = ctx.today + timedelta(days=len(path))
    payables = open_payables(ctx, last) if bills else []
    outlook = _outlook(ctx, path, forecast.buffer, bills, payables)
    if uncertain:
        cases = tuple((weight, _path(ctx, forecast, band)) for weight, band in _CASES)
        outlook = replace(outlook, cases=cases)
    if outlook.options:
        found = milp(outlook) if exact else lp_repair(outlook)
    else:
        found = Best({}, outlook.worth({}).wealth)
    worth = outlook.worth(found.moves)
    moves = _moves(ctx, outlook, found.moves, bills, payables)
    rules = _rules(outlook, found, worth.wealth)
    by_name = {rule.rule: rule.wealth for rule in rules}
    missing = max(found.bound - worth.wealth, 0)
    return BillPlan(
        moves=tuple(moves),
        wealth=worth.wealth,
        bound=found.bound,
        gap_ppm=min(-(-missing * PPM // outlook.face), 10 * PPM) if outlook.face else 0,
        hold_all=by_name["hold_all"],
        discount_all=by_name["discount_all"],
        shortage=worth.shortage,
        shortage_day=ctx.today + timedelta(days=worth.shortage_day) if worth.shortage else None,
        method="milp" if exact else "lp_repair",
        rules=rules,
        prices=_prices(ctx, outlook, found.prices),
        proposals=tuple(
            _proposals(ctx, outlook, found.moves, bills, payables, short=worth.shortage > 0)
        ),
        evidence=tuple(
            dict.fromkeys(
                [
                    *(bill.ref for bill in bills),
                    *(f"Invoice:{move.payable}" for move in moves if move.payable),
                ]
            )
        ),
    )


def _path(ctx: Context, forecast: CashForecast, band: str = "p50") -> list[int]:
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


def _outlook(
    ctx: Context, path: list[int], buffer: int, bills: list[Bill], payables: list[Payable]
) -> Outlook:
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
    quotes = quotes_by_class(ctx)
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
            options.append(
                Option(
                    f"discount:{bill.id}:{day:05d}",
                    "discount",
                    index,
                    day,
                    least,
                    bill.face,
                    offer=offer,
                    days=days,
                )
            )
        for place, debt in enumerate(debts):
            upper = min(bill.face, debt.amount)
            lower = min(least, upper) if bill.splittable else least
            if holding.kind in debt.takes and debt.due < holding.payday and lower <= upper:
                id = f"endorse:{bill.id}:{debt.id}"
                options.append(Option(id, "endorse", index, debt.due, lower, upper, debt=place))
    return Outlook(
        path,
        buffer,
        holdings,
        debts,
        options,
        _lines(ctx),
        yield_ppm=deposit_ppm(ctx),
        short_ppm=ctx.params.at("bill.short_ppm", ctx.today),
        late_ppm=ctx.params.at("bill.late_day_ppm", ctx.today),
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
    return sorted(lines, key=lambda line: (line.rate_ppm, line.id))


def _rules(outlook: Outlook, found: Best, wealth: int) -> tuple[RuleOutcome, ...]:
    """Return what each simple rule would come to, and the plan's `wealth` saves; the best first."""
    worth = found.rules or {name: outlook.worth(rule(outlook)) for name, rule in RULES.items()}
    rules = [
        RuleOutcome(rule=name, wealth=one.wealth, saved=wealth - one.wealth, shortage=one.shortage)
        for name, one in worth.items()
    ]
    return tuple(sorted(rules, key=lambda rule: (-rule.wealth, rule.rule)))


def _prices(ctx: Context, outlook: Outlook, prices: tuple[float, ...]) -> tuple[CashPrice, ...]:
    """Return the stretches of days on which money is worth more than itself."""
    found = list[CashPrice]()
    spans = zip(outlook.starts, outlook.lengths, prices, strict=False)
    for value, stretch in groupby(spans, key=lambda span: round(span[2] * PPM)):
        held = list(stretch)
        if value > 0:
            first, (start, length, _) = held[0][0], held[-1]
            found.append(
                CashPrice(
                    first=ctx.today + timedelta(days=first),
                    last=ctx.today + timedelta(days=start + length - 1),
                    value_ppm=value,
                )
            )
    return tuple(found)


def _moves(
    ctx: Context,
    outlook: Outlook,
    chosen: dict[int, int],
    bills: list[Bill],
    payables: list[Payable],
) -> list[BillMove]:
    """Return the chosen moves and what stays of each bill, by day."""
    found, moved, why = list[BillMove](), [0] * len(bills), Reasons(ctx.today, outlook, chosen)
    for index, amount in chosen.items():
        option = outlook.options[index]
        moved[option.bill] += amount
        found.append(
            BillMove(
                bill=BillId(bills[option.bill].id),
                move=option.move,
                amount=amount,
                day=ctx.today + timedelta(days=option.day),
                payable=payables[option.debt].invoice if option.debt >= 0 else "",
                institution=option.offer.institution if option.offer else "",
                cost=option.cost(amount),
                reason=why.moved(index),
            )
        )
    found += [
        BillMove(
            bill=BillId(bill.id),
            move="hold",
            amount=bill.face - gone,
            day=payday(bill, ctx.calendar),
            reason=why.held(place),
        )
        for place, (bill, gone) in enumerate(zip(bills, moved, strict=True))
        if bill.face > gone
    ]
    return sorted(found, key=lambda move: (move.day, move.bill, move.move, move.payable))


def _proposals(
    ctx: Context,
    outlook: Outlook,
    chosen: dict[int, int],
    bills: list[Bill],
    payables: list[Payable],
    *,
    short: bool,
) -> list[Proposal]:
    """Return the actions due before the next working day's end, on disjoint sub-ranges.

    While the plan is short no supplier is paid with a bill: who cannot pay all pays wages and
    taxes first, and an endorsement leaves nothing for them.
    """
    now = ctx.calendar.add_working(ctx.today, 1)
    units = Units({bill.id: bill for bill in bills})
    account = own_account(ctx)
    found = list[Proposal]()
    for index in sorted(chosen, key=lambda i: outlook.options[i].id):
        option, amount = outlook.options[index], chosen[index]
        bill = bills[option.bill]
        if option.debt >= 0:
            payable = payables[option.debt]
            if payable.due <= now and not short:
                found.append(endorse(ctx.today, bill, payable, amount, units))
        elif option.offer is not None and option.day == 0 and account:
            first, last = units.take(bill.id, amount)
            assumed = option.offer.institution == ASSUMED
            found.append(
                Proposal(
                    action=DiscountBill(
                        day=ctx.today,
                        bill=bill.id,
                        amount=amount,
                        range_start=first,
                        range_end=last,
                        institution=option.offer.institution,
                        account=account,
                        rate_ppm=option.offer.rate_ppm,
                        days=option.days,
                        fee=option.fee,
                    ),
                    reason=f"Discount {grouped(amount)} of bill {bill.id} at "
                    f"{option.offer.rate_ppm / 10_000:.2f} % ({option.days} days, cost "
                    f"{grouped(option.cost(amount))}): the money is needed before it matures."
                    + (" The rate is assumed: ask for a quote first." if assumed else ""),
                    evidence=(
                        bill.ref,
                        *([f"DiscountQuote:{option.offer.quote}"] if option.offer.quote else []),
                    ),
                    valid_until=now,
                )
            )
    return found


def endorse(day: date, bill: Bill, payable: Payable, amount: int, units: Units) -> Proposal:
    """Return the proposal to pay `amount` fen of a payable by endorsing the bill on `day`."""
    first, last = units.take(bill.id, amount)
    return Proposal(
        action=EndorseBill(
            day=day,
            bill=bill.id,
            amount=amount,
            range_start=first,
            range_end=last,
            payee=payable.payee,
            settles=(payable.invoice,),
        ),
        reason=f"Pay {grouped(amount)} of invoice {payable.invoice}, due {payable.due}, with bill "
        f"{bill.id}: the supplier takes it at face and the money stays until {bill.matures}.",
        evidence=(bill.ref, f"Invoice:{payable.invoice}"),
        valid_until=max(payable.due, day),
    )
