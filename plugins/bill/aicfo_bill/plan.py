"""The bill plan: which bill pays whom, which is discounted, pledged or held, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from aicfo_sdk import PPM, Context, Proposal, grouped
from aicfo_sdk.model import (
    Bill,
    BillId,
    BillMove,
    BillPlan,
    CashForecast,
    CashPrice,
    DiscountBill,
    EndorseBill,
    PledgeBill,
    RuleOutcome,
)

from .early import pay_early
from .optimise import Best, lp_repair, milp
from .outlook import Option, Outlook, Pledge
from .position import Payable, Units, movable_bills, open_payables, own_account
from .quote import ASSUMED, payday
from .reasons import Reasons
from .rules import RULES
from .situation import outlook_of, path_of

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
    path = path_of(ctx, forecast)
    last = ctx.today + timedelta(days=len(path))
    payables = open_payables(ctx, last)
    outlook = outlook_of(ctx, path, bills, payables)
    if uncertain:
        cases = tuple((weight, path_of(ctx, forecast, band)) for weight, band in _CASES)
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


def _party(option: Option) -> str:
    """Return who buys the bill, or the line it secures; "" for who is paid with it."""
    if option.pledge:
        return option.pledge.line
    return option.offer.institution if option.offer else ""


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
        if not option.off:
            moved[option.bill] += amount
        found.append(
            BillMove(
                bill=None if option.off else BillId(bills[option.bill].id),
                move=option.move,
                amount=amount,
                day=ctx.today + timedelta(days=option.day),
                payable=payables[option.debt].invoice if option.debt >= 0 else "",
                institution=_party(option),
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
    return sorted(found, key=lambda move: (move.day, move.bill or "", move.move, move.payable))


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

    While the plan is short no supplier is paid with a bill, or early: who cannot pay all pays
    wages and taxes first, and an endorsement leaves nothing for them.
    """
    now = ctx.calendar.add_working(ctx.today, 1)
    units = Units({bill.id: bill for bill in bills})
    account = own_account(ctx)
    found = list[Proposal]()
    for index in sorted(chosen, key=lambda i: outlook.options[i].id):
        option, amount = outlook.options[index], chosen[index]
        if option.off:
            if ctx.today + timedelta(days=option.day) <= now and account and not short:
                found.append(pay_early(ctx, payables[option.debt], account))
            continue
        bill = bills[option.bill]
        if option.debt >= 0:
            payable = payables[option.debt]
            if payable.due <= now and not short:
                found.append(endorse(ctx.today, bill, payable, amount, units))
        elif option.pledge is not None and option.day == 0:
            found.append(_pledge(ctx.today, bill, option, option.pledge, amount, units, now))
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


def _pledge(
    day: date,
    bill: Bill,
    option: Option,
    terms: Pledge,
    amount: int,
    units: Units,
    until: date,
) -> Proposal:
    """Return the proposal to pledge `amount` fen of the bill; the loan on it is the funding's."""
    first, last = units.take(bill.id, amount)
    return Proposal(
        action=PledgeBill(
            day=day,
            bill=bill.id,
            amount=amount,
            range_start=first,
            range_end=last,
            line=terms.line,
        ),
        reason=f"Pledge {grouped(amount)} of bill {bill.id} for {grouped(terms.lent(amount))} more "
        f"on {terms.line} at {terms.rate_ppm / 10_000:.2f} % until it pays (cost "
        f"{grouped(option.cost(amount))}): cheaper than to sell it today.",
        evidence=(bill.ref, f"CreditLine:{terms.line}"),
        valid_until=until,
    )


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
