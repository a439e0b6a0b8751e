"""What the cash to come hangs on: the receipts that matter most, and what breaks the buffer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from typing import Literal, TypeAlias

import numpy as np

from aicfo_sdk import PPM, Context
from aicfo_sdk.model import Bill, CashBreaker, CashForecast, KeyReceipt

from ..cash.items import open_ledger
from ..cash.receipts import (
    bill_habit,
    delays_of,
    may_pay,
    pooled_delays,
    waits,
    working_landing,
)
from ..forecast.daykinds import Floats

_Change: TypeAlias = Literal["takings_lower", "payments_higher"]
_LARGEST, _SHOWN, _NEAR_DAYS = 50, 3, 28


def key_receipts(ctx: Context, forecast: CashForecast) -> tuple[KeyReceipt, ...]:
    """Return the three receipts whose absence costs the buffer most, then the largest soon.

    Each is taken out of P50 with what it is expected to bring by each day; the fifty largest are
    looked at.
    """
    p50 = np.array(forecast.p50, dtype=np.float64)
    base = float(np.max(forecast.buffer - p50, initial=0.0))
    found: list[tuple[float, float, KeyReceipt]] = []
    for ref, party, amount, due, chance in _expected(ctx, len(p50)):
        by_day = np.cumsum(chance)
        below = np.maximum(forecast.buffer - (p50 - amount * by_day), 0.0)
        short = round(float(below.max(initial=0.0)))
        newly = np.flatnonzero((below > 0) & (p50 >= forecast.buffer))
        half = np.flatnonzero(by_day >= 0.5)
        receipt = KeyReceipt(
            ref=ref,
            party=party,
            amount=amount,
            due=due,
            likely=forecast.start + timedelta(days=int(half[0])) if half.size else None,
            breaks=forecast.start + timedelta(days=int(newly[0])) if newly.size else None,
            short=short,
        )
        soon = amount * float(chance[:_NEAR_DAYS].sum())
        found.append((max(short - base, 0.0), soon, receipt))
    found.sort(key=lambda each: (-each[0], -each[1], each[2].ref))
    return tuple(receipt for _, _, receipt in found[:_SHOWN])


def breakers(forecast: CashForecast) -> tuple[CashBreaker, ...]:
    """Return what brings P50 below the buffer: nothing more, or the least of each change alone.

    Lower takings are taken without the purchases that they would save.
    """
    room = [middle - forecast.buffer for middle in forecast.p50]
    below = [step for step, left in enumerate(room) if left < 0]
    if below:
        return (CashBreaker(what="nothing", day=forecast.start + timedelta(days=below[0])),)
    found: list[CashBreaker] = []
    changes: tuple[tuple[_Change, tuple[int, ...]], ...] = (
        ("takings_lower", forecast.sales),
        ("payments_higher", forecast.payments),
    )
    for what, daily in changes:
        least = [
            left * PPM // total + 1 if total > 0 else PPM + 1
            for left, total in zip(room, accumulate(daily), strict=False)
        ]
        change = min(least, default=PPM + 1)
        if change <= PPM:
            day = forecast.start + timedelta(days=least.index(change))
            found.append(CashBreaker(what=what, change_ppm=change, day=day))
    come = [0, *accumulate(forecast.receipts)]
    for delay in range(1, len(come)):
        for step, left in enumerate(room[: len(come) - 1]):
            if come[step + 1] - come[max(step + 1 - delay, 0)] > left:
                day = forecast.start + timedelta(days=step)
                return (*found, CashBreaker(what="receipts_later", delay_days=delay, day=day))
    return tuple(found)


def _expected(ctx: Context, horizon: int) -> Iterator[tuple[str, str, int, date, Floats]]:
    """Yield what is to come: reference, party, amount, due day, chance of coming by day."""
    terms: int = ctx.params.at("cash_brain.default_terms_days", ctx.today)
    ledger = open_ledger(ctx.books, terms)
    pooled, _ = pooled_delays(ledger)
    landing = working_landing(ctx.today, horizon, ctx.calendar)
    by_money = 1 - float(bill_habit(ctx.books).sum())
    for item in sorted(ledger.receivables, key=lambda i: (-i.left, i.invoice.id))[:_LARGEST]:
        party = item.invoice.counterparty
        days, never = waits(item, delays_of(party, ledger, pooled), ctx.today)
        places = landing[np.minimum(days, horizon + 1) - 1]
        chance = np.bincount(places, minlength=horizon + 1)[:horizon] / len(places)
        yield item.invoice.ref, party, item.left, item.due, chance * (1 - never) * by_money
    held = [bill for bill in ctx.books.records(Bill).values() if may_pay(bill)]
    for bill in sorted(held, key=lambda bill: (-bill.face, bill.id))[:_LARGEST]:
        place = max((bill.matures - ctx.today).days, 1) - 1
        chance = np.zeros(horizon)
        if place < horizon and int(landing[place]) < horizon:
            chance[landing[place]] = 1.0
        yield bill.ref, bill.received_from, bill.face, bill.matures, chance
