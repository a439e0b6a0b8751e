"""The money market that all merchants of a replication share: rates and bill quotes by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np

from aicfo_sdk.model import AcceptorClass

from . import rng
from .fen import Ints
from .scenario import Figures

CLASSES: tuple[AcceptorClass, ...] = get_args(AcceptorClass)
"""Acceptor classes by their code in arrays."""

BANK_CLASSES = 5
"""Classes below this code are accepted by banks (and finance companies), the rest by traders."""

INSTITUTIONS = ("counter", "citybank", "platform")
"""Who discounts: the first counter offered, a city bank (bank bills only), a platform."""

TENORS = (90, 184)
"""Remaining days up to which a quote holds."""


@dataclass(frozen=True, slots=True)
class Market:
    """Rates per day of the run, ppm a year.

    `base` is the six-month interbank-like rate by day; a bill's rate is base, plus the slope for
    short tenors, plus its class's spread, plus the institution's markup. No public bill discount
    curve exists: the sum is an assumption.
    """

    base: Ints
    slope: int
    spread: Ints
    city_markup: int
    platform_markup: int
    platform_fee: int
    bank_fee: int
    loan_days: int
    fund_rate: int
    deposit_rate: int
    late_rate: int
    """ppm a day on overdue tax and supplier invoices."""
    penalty_factor: int
    """ppm of the contract rate that an overdue loan bears."""

    def rate(self, t: int, institution: int, codes: Ints, tenor: Ints, counter: Ints) -> Ints:
        """Return the discount rate of bills, ppm actual/360.

        `codes` are acceptor classes, `tenor` remaining days, `counter` the markup that each
        bill's owner meets at the first counter.
        """
        markup = (counter, self.city_markup, self.platform_markup)[institution]
        short = np.where(tenor <= TENORS[0], self.slope, 0)
        return self.base[t] + short + self.spread[codes] + markup

    def fee(self, institution: int) -> int:
        """Return the fixed fee of a deal, fen."""
        return self.platform_fee if institution == 2 else 0


def takes(institution: int, code: int) -> bool:
    """Return whether an institution discounts bills of a class at all."""
    if institution == 1:
        return code < BANK_CLASSES
    return institution == 0 or code < BANK_CLASSES + 1


def market(figures: Figures, seed: int, replication: int, days: int) -> Market:
    """Return the market of one replication, from its own stream."""
    mean, kappa = figures.number("base_rate"), figures.number("base_reversion")
    noise = rng.stream(seed, replication, rng.MARKET, "base").normal(size=days)
    steps = (noise * figures.number("base_sd")).tolist()
    level, path = mean, list[float]()
    for step in steps:
        level = max(0.2, level + kappa * (mean - level) + step)
        path.append(level)
    return Market(
        base=_ppm(np.array(path)),
        slope=int(_ppm(figures.number("term_slope"))),
        spread=_ppm(np.array(figures.numbers("class_spread"))),
        city_markup=int(_ppm(figures.number("city_markup"))),
        platform_markup=int(_ppm(figures.number("platform_markup"))),
        platform_fee=int(figures.number("platform_fee") * 100),
        bank_fee=int(figures.number("bank_fee") * 100),
        loan_days=int(figures.number("loan_days")),
        fund_rate=int(_ppm(figures.number("fund_rate"))),
        deposit_rate=int(_ppm(figures.number("deposit_rate"))),
        late_rate=int(_ppm(figures.number("late_rate"))),
        penalty_factor=round(figures.number("penalty_factor") * 1_000_000),
    )


def _ppm(per_cent: np.ndarray | float) -> Ints:
    return np.rint(np.asarray(per_cent) * 10_000).astype(np.int64)
