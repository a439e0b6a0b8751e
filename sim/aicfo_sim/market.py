"""The money market that all merchants of a replication share: rates and bill quotes by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np

from aicfo_sdk.model import AcceptorClass

from . import rates
from .dates import Dates
from .fen import Ints
from .lenders import Lender, lenders
from .rates import Rates
from .scenario import Figures

CLASSES: tuple[AcceptorClass, ...] = get_args(AcceptorClass)
"""Acceptor classes by their code in arrays."""

BANK_CLASSES = 5
"""Classes below this code are accepted by banks (and finance companies), the rest by traders."""

INSTITUTIONS = ("counter", "citybank", "platform")
"""Who discounts: the first counter offered, a city bank (bank bills only), a platform."""

TENORS = (30, 90, 184)
"""Remaining days up to which a quote holds."""

_CURVE = tuple(rates.TENORS.index(name) for name in ("1M", "3M", "6M"))
"""SHIBOR's tenor behind each of `TENORS`."""


@dataclass(frozen=True, slots=True)
class Market:
    """Rates per day of the run, ppm a year; `rates` keeps the paths that they come from.

    A bill's rate is the curve (SHIBOR of its tenor and the basis of bills, buckets × days), plus
    its class's spread, plus the institution's markup. No public bill discount curve exists: the
    sum is an assumption. On each day only that day's column is known.
    """

    rates: Rates
    curve: Ints
    spread: Ints
    city_markup: int
    platform_markup: int
    platform_fee: int
    bank_fee: int
    bank_moves: Ints
    """What the bank's line costs more (or less) by day than its calibrated rate: the LPR's move."""
    loan_days: int
    wealth_days: int
    """Working days until the wealth product pays out; 0: it is not offered."""
    lenders: tuple[Lender, ...]
    """Who stands behind each line."""
    late_rate: int
    """ppm a day on whatever is overdue, drawings excepted."""
    penalty_factor: int
    """ppm of the contract rate that an overdue loan bears."""

    def rate(self, t: int, institution: int, codes: Ints, tenor: Ints, counter: Ints) -> Ints:
        """Return the discount rate of bills, ppm actual/360.

        `codes` are acceptor classes, `tenor` remaining days, `counter` the markup that each
        bill's owner meets at the first counter.
        """
        markup = (counter, self.city_markup, self.platform_markup)[institution]
        bucket = np.minimum(np.searchsorted(TENORS, tenor), len(TENORS) - 1)
        return self.curve[bucket, t] + self.spread[codes] + markup

    def fee(self, institution: int) -> int:
        """Return the fixed fee of a deal, fen."""
        return self.platform_fee if institution == 2 else 0

    def fund_rate(self, t: int) -> int:
        """Return what the money fund yields on day `t`."""
        return int(self.rates.fund[t])

    def deposit_rate(self, t: int) -> int:
        """Return what a demand deposit yields on day `t`."""
        return int(self.rates.deposit[t])


def takes(institution: int, code: int) -> bool:
    """Return whether an institution discounts bills of a class at all."""
    if institution == 1:
        return code < BANK_CLASSES
    return institution == 0 or code < BANK_CLASSES + 1


def market(figures: Figures, seed: int, replication: int, days: Dates, start: int) -> Market:
    """Return the market of one replication, drawn from day `start` of the run on."""
    paths = rates.rates(figures, seed, replication, days, start, len(TENORS))
    basis = _ppm(np.array(figures.numbers("bill_basis")))
    curve = paths.shibor[list(_CURVE)] + basis[:, None] + paths.basis
    return Market(
        rates=paths,
        curve=np.maximum(curve, int(_ppm(figures.number("bill_least")))),
        spread=_ppm(np.array(figures.numbers("class_spread"))),
        city_markup=int(_ppm(figures.number("city_markup"))),
        platform_markup=int(_ppm(figures.number("platform_markup"))),
        platform_fee=int(figures.number("platform_fee") * 100),
        bank_fee=int(figures.number("bank_fee") * 100),
        bank_moves=paths.lpr_1y - int(_ppm(figures.number("lpr_at_bank_rate"))),
        loan_days=int(figures.number("loan_days")),
        wealth_days=int(figures.number("wealth_product_days")),
        lenders=lenders(figures),
        late_rate=int(_ppm(figures.number("late_rate"))),
        penalty_factor=round(figures.number("penalty_factor") * 1_000_000),
    )


def _ppm(per_cent: np.ndarray | float) -> Ints:
    return np.rint(np.asarray(per_cent) * 10_000).astype(np.int64)
