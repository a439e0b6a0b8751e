"""What one merchant has decided so far, and the factors on its demand that follow."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from aicfo_sdk.money import round_div as money_round

from ..fen import Ints, round_div
from .ads import pressure, uplifts
from .base import FULL, Base
from .city import kept
from .stock import Lot

ALL_STORES = -1


@dataclass(frozen=True, slots=True)
class Promotion:
    """A discount on all goods of a store (or of all) on days `first` … `end` − 1.

    A rise in prices is a negative discount.
    """

    store: int
    first: int
    end: int
    discount: int
    """ppm of the list price."""


@dataclass(slots=True)
class Levers:
    """Decisions of one merchant under one policy, and what they have led to."""

    base: Base
    extra: Ints
    """Takings more (or less) than drawn, stores × channels × days, fen."""
    extra_orders: Ints
    goods: Ints
    """Cost of goods of `extra`, channels × days, fen."""
    budgets: list[int | None]
    """What each advertising channel may spend a day, fen; None = what the owner does by habit."""
    since: list[int]
    """First day of each budget that was set."""
    pressures: list[int]
    promotions: list[Promotion] = field(default_factory=list[Promotion])
    opened: dict[int, int] = field(default_factory=dict[int, int])
    """Row of a candidate → its first trading day."""
    lots: list[Lot] = field(default_factory=list[Lot])
    owed: dict[int, int] = field(default_factory=dict[int, int])
    """What is unpaid of running costs, by party, fen."""

    @classmethod
    def of(cls, base: Base, t: int) -> Levers:
        """Return a merchant that has decided nothing by the end of day `t`."""
        ads = len(base.ads)
        return cls(
            base=base,
            extra=np.zeros_like(base.worth),
            extra_orders=np.zeros_like(base.worth),
            goods=np.zeros(base.worth.shape[1:], dtype=np.int64),
            budgets=[None] * ads,
            since=[0] * ads,
            pressures=[int(stock) for stock in base.pressure[:, t].tolist()],
        )

    def copy(self) -> Levers:
        """Return levers that move on their own; the base is shared."""
        return Levers(
            base=self.base,
            extra=self.extra.copy(),
            extra_orders=self.extra_orders.copy(),
            goods=self.goods.copy(),
            budgets=list(self.budgets),
            since=list(self.since),
            pressures=list(self.pressures),
            promotions=list(self.promotions),
            opened=dict(self.opened),
            lots=list(self.lots),
            owed=dict(self.owed),
        )

    def spend(self, spent: list[int]) -> None:
        """Advertise for a day: `spent` fen by channel."""
        each = zip(self.base.responses, self.pressures, spent, strict=True)
        self.pressures = [pressure(response, before, now) for response, before, now in each]

    def factors(self, t: int) -> tuple[Ints, Ints]:
        """Return factors on the value and on the number of orders by store (own, candidates).

        1,000,000 is what was drawn; a candidate that is not open has 0.
        """
        base = self.base
        rows = base.worth.shape[0]
        orders = np.zeros(rows, dtype=np.int64)
        orders[: base.own] = FULL
        if self.opened:
            orders = self._with_new_stores(t)
        by_habit = FULL + int(base.uplift[t])
        moved = money_round((FULL + uplifts(base.responses, self.pressures)) * FULL, by_habit)
        if moved != FULL:
            orders = round_div(orders * moved, FULL)
        value = orders.copy()
        for plan in self.promotions:
            more, price = self._promoted(plan, t)
            if more == FULL and price == FULL:
                continue
            where = slice(None) if plan.store == ALL_STORES else slice(plan.store, plan.store + 1)
            orders[where] = round_div(orders[where] * more, FULL)
            value[where] = round_div(round_div(value[where] * more, FULL) * price, FULL)
        return value, orders

    def _with_new_stores(self, t: int) -> Ints:
        """New stores grow to full size in `ramp` days, and take from the own as they do."""
        base = self.base
        trading = np.array(sorted(self.opened), dtype=np.int64)
        full = kept(base.stores, trading)
        age = [min(max(t - self.opened[row] + 1, 0), base.ramp) for row in trading.tolist()]
        out = full.copy()
        out[trading] = full[trading] * np.array(age, dtype=np.int64) // base.ramp
        # Own stores lose as the new ones together grow.
        grown = sum(age) * FULL // (base.ramp * len(age))
        out[: base.own] = FULL - (FULL - full[: base.own]) * grown // FULL
        return out

    def _promoted(self, plan: Promotion, t: int) -> tuple[int, int]:
        """Return the factors on orders and on their value of a promotion on day `t`."""
        more = self.base.elasticity * plan.discount // FULL
        if plan.first <= t < plan.end:
            return max(FULL + more, 0), FULL - plan.discount
        if more > 0 and plan.end <= t < 2 * plan.end - plan.first:
            return FULL - more * self.base.pull // FULL, FULL
        return FULL, FULL
