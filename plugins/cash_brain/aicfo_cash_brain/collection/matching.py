"""One platform's sales days and the money that came, matched to the minor unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median_low

from aicfo_sdk import PPM, round_div

MOST_LAG, SLACK = 21, 5
"""Days looked back for a sale, and days beyond the usual lag (a holiday) in which money counts."""

_ENOUGH, _GROUP = 3, 4
_STEP, _TIMES = 100, 6
"""Fees are learnt in steps of 0.01 %: what is finer is rounding of single orders. One is out of
the usual beyond six times the median distance from their median, four deviations where normal."""


@dataclass(frozen=True, slots=True)
class Money:
    """A payment of the platform: day (ordinal), amount before the fee shown beside it, that fee."""

    id: str
    day: int
    amount: int
    fee: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Days from sale to money, usual fee, and whether the fee is taken off before it is paid.

    `usual_ppm` is how far, ppm of the amount, a fee shown beside may be from the usual one.
    """

    lag: int
    fee_ppm: int
    net: bool
    usual_ppm: int = 0

    def pays(self, sold: int) -> int:
        """Return what the platform pays for sales of a day, minor units."""
        return sold - round_div(sold * self.fee_ppm, PPM) if self.net else sold


@dataclass(slots=True)
class Matched:
    """What came of the sales: by payment, the sales days that it pays and whether it is short."""

    pairs: list[tuple[tuple[int, ...], Money, bool]] = field(
        default_factory=list[tuple[tuple[int, ...], Money, bool]]
    )
    open: list[int] = field(default_factory=list[int])
    extra: list[Money] = field(default_factory=list[Money])


def learn(sold: dict[int, int], came: list[Money]) -> Terms | None:
    """Return how the platform pays: the lag and fee that most payments agree with exactly."""
    votes: Counter[tuple[int, bool, int]] = Counter()
    for money in came:
        for lag in range(MOST_LAG + 1):
            takings = sold.get(money.day - lag, 0)
            if takings <= 0 or not 0 < money.amount <= takings:
                continue
            kept = takings - money.amount
            rate = round_div(kept * PPM, takings * _STEP) * _STEP
            if kept == 0 or kept == round_div(takings * rate, PPM):
                votes[lag, kept > 0, rate] += 1
    if not votes:
        return None
    (lag, net, rate), count = min(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    if count < _ENOUGH:
        return None
    if net:
        return Terms(lag, rate, net)
    beside = [_fee_rate(money) for money in came if money.amount > 0]
    rate = median_low(beside)
    spread = median_low(abs(one - rate) for one in beside)
    return Terms(lag, rate, net, _STEP + _TIMES * spread)


def _fee_rate(money: Money) -> int:
    """Return the fee shown beside a payment, ppm in steps of 0.01 %."""
    return max(round_div(money.fee * PPM, money.amount * _STEP) * _STEP, 0)


def match(sold: dict[int, int], came: list[Money], terms: Terms) -> Matched:
    """Return which payments pay which sales days.

    First one day to the minor unit, then up to four days in a row paid together, then what came
    in time and is less, but at least half. Each payment and each day is used once.
    """
    out = Matched()
    free = sorted(came, key=lambda money: (money.day, money.id))
    days = sorted(day for day, amount in sold.items() if amount)
    for size in range(1, _GROUP + 1):
        for group in list(_groups(days, size)):
            if not all(day in days for day in group):
                continue
            paid = terms.pays(sum(sold[day] for day in group))
            found = _first(free, group[-1] + terms.lag, lambda one, paid=paid: one.amount == paid)
            if found is not None:
                out.pairs.append((group, found, False))
                free.remove(found)
                days = [day for day in days if day not in group]
    # The nearest first: a payment that is short on its day is not another's that never came.
    for late in range(SLACK):
        for day in list(days):
            paid, due = terms.pays(sold[day]), day + terms.lag + late
            near = [one for one in free if one.day == due]
            found = next((one for one in near if paid <= 2 * one.amount < 2 * paid), None)
            if found is not None:
                out.pairs.append(((day,), found, True))
                free.remove(found)
                days.remove(day)
    out.pairs.sort(key=lambda pair: pair[0])
    out.open, out.extra = days, free
    return out


def _groups(days: list[int], size: int) -> Iterator[tuple[int, ...]]:
    for place in range(len(days) - size + 1):
        yield tuple(days[place : place + size])


def _first(free: list[Money], due: int, fits: Callable[[Money], bool]) -> Money | None:
    """Return the first payment between the day it is due and the end of the slack that fits."""
    return next((one for one in free if due <= one.day < due + SLACK and fits(one)), None)
