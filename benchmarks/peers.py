"""The reference workload as others would write it: SimPy, Mesa, salabim, and bare numpy.

Shops with a Poisson number of orders a day, each lognormal, settled a day later; its goods are paid
30 days after the order; wages every 30 days. No ledger, no tax, no policy. Each is written as its
library's users would, with the standard library's generator for single draws, which is several
times faster than numpy's for one number.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy
from aicfo_sim import rng
from aicfo_sim.draws.demand import sums

ORDERS, TICKET, CV = 60, 3_150.0, 0.9
"""Orders a day, their mean in fen and its coefficient of variation."""

TERMS, PAYDAY, WAGES, GOODS = 30, 30, 690_000, 665
"""Supplier's terms and days between paydays; wages in fen; goods in thousandths of sales."""

_SD = math.sqrt(math.log1p(CV**2))
_MEAN = math.log(TICKET) - _SD**2 / 2


class _Shop:
    """What a peer's shop owns, fen."""

    def __init__(self, seed: int) -> None:
        self.rng, self.days = random.Random(seed), np.random.default_rng(seed)
        self.cash, self.transit, self.payable = 5_000_000, 0, 0

    def orders(self) -> int:
        """Return how many orders a day brings."""
        return int(self.days.poisson(ORDERS))

    def sell(self) -> tuple[int, int]:
        """Book one order and return its value and what its goods cost."""
        amount = round(self.rng.lognormvariate(_MEAN, _SD))
        cost = amount * GOODS // 1000
        self.transit += amount
        self.payable += cost
        return amount, cost

    def settle(self, amount: int) -> None:
        """Take in what an order was sold for."""
        self.transit -= amount
        self.cash += amount

    def pay(self, cost: int) -> None:
        """Pay the supplier."""
        self.payable -= cost
        self.cash -= cost

    def check(self) -> None:
        """Check that the shop has traded and that nothing is owed twice."""
        assert self.transit >= 0
        assert self.payable > 0


def bare(shops: int, days: int) -> None:
    """Draw each shop's orders from its keyed streams, the engine's, and keep its cash in a numpy
    loop of days."""
    sold = np.empty((days, shops))
    for number in range(shops):
        made = rng.stream(1, 0, number, "orders").poisson(ORDERS, days)
        worth = rng.stream(1, 0, number, "worth").lognormal(_MEAN, _SD, int(made.sum()))
        sold[:, number] = sums(np.rint(worth, out=worth), made)
    fen = sold.astype(np.int64)
    cash = np.full(shops, 5_000_000, dtype=np.int64)
    for t in range(days):
        if t:
            cash += fen[t - 1]
        if t >= TERMS:
            cash -= fen[t - TERMS] * GOODS // 1000
        if t % PAYDAY == PAYDAY - 1:
            cash -= WAGES
    assert (cash != 0).all()


def naive(shops: int, days: int) -> None:
    """Make every order a SimPy process, from its hour to the payment of its goods."""
    env = simpy.Environment()

    def order(shop: _Shop) -> Generator[simpy.Event, None, None]:
        yield env.timeout(shop.rng.random())
        amount, cost = shop.sell()
        yield env.timeout(1)
        shop.settle(amount)
        yield env.timeout(TERMS - 1)
        shop.pay(cost)

    def trade(shop: _Shop) -> Generator[simpy.Event, None, None]:
        while True:
            for _ in range(shop.orders()):
                env.process(order(shop))
            yield env.timeout(1)

    def paydays(shop: _Shop) -> Generator[simpy.Event, None, None]:
        while True:
            yield env.timeout(PAYDAY)
            shop.cash -= WAGES

    town = [_Shop(number) for number in range(shops)]
    for shop in town:
        env.process(trade(shop))
        env.process(paydays(shop))
    env.run(until=days)
    for shop in town:
        shop.check()


def mesa(shops: int, days: int) -> None:
    """Step one Mesa agent per shop a day, which draws and books its orders one by one."""
    import mesa as library

    class Agent(library.Agent):
        def __init__(self, model: Any, shop: _Shop) -> None:
            super().__init__(model)
            self.shop = shop
            self.owed = [0] * TERMS

        def step(self) -> None:
            """Take in yesterday's sales, pay what is due, sell."""
            shop, today = self.shop, int(self.model.steps)
            shop.settle(shop.transit)
            shop.pay(self.owed[today % TERMS])
            owed = 0
            for _ in range(shop.orders()):
                owed += shop.sell()[1]
            self.owed[today % TERMS] = owed
            if today % PAYDAY == 0:
                shop.cash -= WAGES

    class Town(library.Model):
        def __init__(self) -> None:
            super().__init__(seed=1)
            for shop in owned:
                Agent(self, shop)

        def step(self) -> None:
            """Move every shop through a day."""
            self.agents.do("step")

    owned = [_Shop(number) for number in range(shops)]
    town = Town()
    for _ in range(days):
        town.step()
    for shop in owned:
        shop.check()


def salabim(shops: int, days: int) -> None:
    """Make every order a salabim component, from its hour to the payment of its goods."""
    import salabim as library

    env = library.Environment(trace=False, random_seed=1, yieldless=False)

    class Order(library.Component):
        def setup(self, **given: Any) -> None:
            self.shop: _Shop = given["shop"]

        def process(self) -> Generator[Any, None, None]:
            yield self.hold(self.shop.rng.random())
            amount, cost = self.shop.sell()
            yield self.hold(1)
            self.shop.settle(amount)
            yield self.hold(TERMS - 1)
            self.shop.pay(cost)

    class Trade(library.Component):
        def setup(self, **given: Any) -> None:
            self.shop: _Shop = given["shop"]

        def process(self) -> Generator[Any, None, None]:
            while True:
                for _ in range(self.shop.orders()):
                    Order(shop=self.shop)
                yield self.hold(1)

    class Paydays(library.Component):
        def setup(self, **given: Any) -> None:
            self.shop: _Shop = given["shop"]

        def process(self) -> Generator[Any, None, None]:
            while True:
                yield self.hold(PAYDAY)
                self.shop.cash -= WAGES

    town = [_Shop(number) for number in range(shops)]
    for shop in town:
        Trade(shop=shop)
        Paydays(shop=shop)
    env.run(till=days)
    for shop in town:
        shop.check()
