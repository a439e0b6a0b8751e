"""Engine: the shipped simulator beside naive SimPy, bare numpy, Mesa and salabim, one workload.

The workload is the scenario `reference`: street shops of about 60 orders a day with lognormal
amounts over 365 days, settled the next day, suppliers on terms, rent and payroll. The engine keeps
the ledger and asks the policy `owner` every day; its time includes draws, taxes, loans and the
outcome. `AICFO_SIM_MERCHANTS` shops at day fidelity (default 4000), a sixteenth at order fidelity,
`AICFO_SIM_DAYS` days (default 365). Peers run less of it and are given per merchant-day. Seconds
are CPU seconds, the best of three: other work on the machine only ever adds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import numpy as np
import simpy
from aicfo_sim import rng
from aicfo_sim.draws import draw_block, world
from aicfo_sim.engine import Run
from aicfo_sim.engine import run as live
from aicfo_sim.fen import to_fen
from aicfo_sim.outcome import Start, outcome
from aicfo_sim.policies import Owner
from aicfo_sim.scenario import Scenario, load
from aicfo_sim.state import State

_ORDERS, _TICKET, _CV = 60, 3_150.0, 0.9
"""Orders a day, their mean in fen and its coefficient of variation."""
_SD = float(np.log1p(_CV**2) ** 0.5)
_MEAN = float(np.log(_TICKET) - _SD**2 / 2)
_TERMS, _PAYDAY, _WAGES, _GOODS = 30, 30, 700_000, 665
"""Supplier's terms and days between paydays; wages in fen; goods in thousandths of sales."""


def measure() -> dict[str, str]:
    """Return merchant-days a CPU second of each, beside the naive peer's, and two tables."""
    merchants, days = (
        int(os.environ.get(f"AICFO_SIM_{name}", default))
        for name, default in (("MERCHANTS", "4000"), ("DAYS", "365"))
    )
    few = max(1, merchants // 16)
    naive = _best(lambda: _naive(4, min(days, 90)), 4 * min(days, 90))
    order, day = (
        replace(load("reference"), fidelity=name, shard=merchants) for name in ("order", "day")
    )
    bare = _best(lambda: _bare(few, days), few * days)
    by_order = _best(lambda: _engine(order, few, days), few * days)
    by_day = _best(lambda: _engine(day, merchants, days), merchants * days)
    figures = {
        f"SimPy, a process per order ({_ORDERS} a day): the peer": _speed(naive, naive),
        f"Mesa {_version('mesa')}, an agent per shop, a loop over its orders": _speed(
            _best(lambda: _mesa(4, min(days, 90)), 4 * min(days, 90)), naive
        ),
        f"salabim {_version('salabim')}, a component per order": _speed(
            _best(lambda: _salabim(4, min(days, 60)), 4 * min(days, 60)), naive
        ),
        f"bare numpy loop, the same keyed streams, {few:,} shops": _speed(bare, naive),
        f"engine, order fidelity, {few:,} shops (bar 300 ×)": _speed(by_order, naive),
        "  beside the bare numpy loop (bar 0.80)": f"{by_order / bare:12,.2f}",
        f"engine, day fidelity, {merchants:,} shops (bar 10,000 ×)": _speed(by_day, naive),
    }
    return figures | _linearity(day, merchants, days)


def _linearity(scenario: Scenario, merchants: int, days: int) -> dict[str, str]:
    """Return CPU µs a merchant-day for more blocks of one size and for more days."""
    out = dict[str, str]()
    size = max(1, merchants // 4)
    for count in (size, 2 * size, 4 * size):
        blocks = count // size
        spent = _seconds(lambda n=blocks: [_engine(scenario, size, days) for _ in range(n)])
        out[f"  {count:,} shops, blocks of {size:,}, {days} days"] = _each(spent, count * days)
    for part in (4, 2, 1):
        span = max(1, days // part)
        spent = _seconds(lambda n=span: _engine(scenario, size, n))
        out[f"  {size:,} shops, {span} days"] = _each(spent, size * span)
    return out


def _engine(scenario: Scenario, merchants: int, days: int) -> None:
    """Do what a shard does: draws, opening ledger, every day under a policy, outcome."""
    where = world(scenario, days=days, seed=1)
    block = draw_block(where, [where.who(number) for number in range(merchants)])
    state = State(block)
    start = Start.of(block, state, 0)
    path = np.zeros((days, 2, merchants), dtype=np.int64)
    live(Run(block, state, Owner()), 0, days, path)
    assert outcome(block, state, start, path, days)["survived"].mean() > 0.5


def _bare(merchants: int, days: int) -> None:
    """Draw each shop's orders from its keyed streams and keep its cash in a numpy loop of days:
    no ledger, no policy, no tax, no failure."""
    sold = np.empty((days, merchants), dtype=np.int64)
    for number in range(merchants):
        made = rng.stream(1, 0, number, "orders").poisson(_ORDERS, days)
        worth = rng.stream(1, 0, number, "worth").lognormal(_MEAN, _SD, int(made.sum()))
        ends = np.concatenate([[0], np.cumsum(to_fen(worth / 100))])
        last = np.cumsum(made)
        sold[:, number] = ends[last] - ends[last - made]
    cash = np.full(merchants, 5_000_000, dtype=np.int64)
    for t in range(days):
        if t:
            cash += sold[t - 1]
        if t >= _TERMS:
            cash -= sold[t - _TERMS] * _GOODS // 1000
        if t % _PAYDAY == _PAYDAY - 1:
            cash -= _WAGES
    assert (cash != 0).all()


class _Shop:
    """What a peer's shop owns, fen."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.cash, self.transit, self.payable = 5_000_000, 0, 0

    def amount(self) -> int:
        """Return the value of one order."""
        return round(float(self.rng.lognormal(_MEAN, _SD)))


def _naive(merchants: int, days: int) -> None:
    """Make every order, supplier's invoice and payday a process."""
    env = simpy.Environment()

    def order(shop: _Shop) -> Generator[simpy.Event, None, None]:
        yield env.timeout(float(shop.rng.random()))
        amount = shop.amount()
        shop.transit += amount
        env.process(purchase(shop, amount * _GOODS // 1000))
        yield env.timeout(1)
        shop.transit -= amount
        shop.cash += amount

    def purchase(shop: _Shop, amount: int) -> Generator[simpy.Event, None, None]:
        shop.payable += amount
        yield env.timeout(_TERMS)
        shop.payable -= amount
        shop.cash -= amount

    def trade(shop: _Shop) -> Generator[simpy.Event, None, None]:
        while True:
            for _ in range(int(shop.rng.poisson(_ORDERS))):
                env.process(order(shop))
            yield env.timeout(1)

    def paydays(shop: _Shop) -> Generator[simpy.Event, None, None]:
        while True:
            yield env.timeout(_PAYDAY)
            shop.cash -= _WAGES

    shops = [_Shop(number) for number in range(merchants)]
    for shop in shops:
        env.process(trade(shop))
        env.process(paydays(shop))
    env.run(until=days)
    assert all(shop.transit >= 0 and shop.payable > 0 for shop in shops)


def _mesa(merchants: int, days: int) -> None:
    """Step one agent per shop a day, which draws and books its orders one by one."""
    import mesa

    class Shop(mesa.Agent):
        def __init__(self, model: Any, seed: int) -> None:
            super().__init__(model)
            self.shop = _Shop(seed)
            self.owed = [0] * _TERMS

        def step(self) -> None:
            """Take in yesterday's sales, pay what is due, sell."""
            shop, today = self.shop, int(self.model.steps)
            shop.cash += shop.transit
            shop.transit = 0
            shop.cash -= self.owed[today % _TERMS]
            self.owed[today % _TERMS] = 0
            for _ in range(int(shop.rng.poisson(_ORDERS))):
                amount = shop.amount()
                shop.transit += amount
                self.owed[today % _TERMS] += amount * _GOODS // 1000
            if today % _PAYDAY == 0:
                shop.cash -= _WAGES

    class Town(mesa.Model):
        def __init__(self) -> None:
            super().__init__(seed=1)
            for number in range(merchants):
                Shop(self, number)

        def step(self) -> None:
            """Move every shop through a day."""
            self.agents.do("step")

    town = Town()
    for _ in range(days):
        town.step()
    assert len(town.agents) == merchants


def _salabim(merchants: int, days: int) -> None:
    """Make every order and every supplier's invoice a component."""
    import salabim

    env = salabim.Environment(trace=False, random_seed=1, yieldless=False)

    class Purchase(salabim.Component):
        def setup(self, **given: Any) -> None:
            self.shop: _Shop = given["shop"]
            self.amount: int = given["amount"]

        def process(self) -> Generator[Any, None, None]:
            self.shop.payable += self.amount
            yield self.hold(_TERMS)
            self.shop.payable -= self.amount
            self.shop.cash -= self.amount

    class Order(salabim.Component):
        def setup(self, **given: Any) -> None:
            self.shop: _Shop = given["shop"]

        def process(self) -> Generator[Any, None, None]:
            yield self.hold(float(self.shop.rng.random()))
            amount = self.shop.amount()
            self.shop.transit += amount
            Purchase(shop=self.shop, amount=amount * _GOODS // 1000)
            yield self.hold(1)
            self.shop.transit -= amount
            self.shop.cash += amount

    class Trade(salabim.Component):
        def setup(self, **given: Any) -> None:
            self.shop: _Shop = given["shop"]

        def process(self) -> Generator[Any, None, None]:
            while True:
                for _ in range(int(self.shop.rng.poisson(_ORDERS))):
                    Order(shop=self.shop)
                yield self.hold(1)

    class Paydays(salabim.Component):
        def setup(self, **given: Any) -> None:
            self.shop: _Shop = given["shop"]

        def process(self) -> Generator[Any, None, None]:
            while True:
                yield self.hold(_PAYDAY)
                self.shop.cash -= _WAGES

    shops = [_Shop(number) for number in range(merchants)]
    for shop in shops:
        Trade(shop=shop)
        Paydays(shop=shop)
    env.run(till=days)
    assert all(shop.transit >= 0 and shop.payable > 0 for shop in shops)


def _best(run: Callable[[], object], work: int) -> float:
    """Return merchant-days a CPU second: the best of three."""
    return work / min(_seconds(run) for _ in range(3))


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _speed(value: float, naive: float) -> str:
    return f"{value:12,.0f} md/s   {value / naive:9,.1f} ×"


def _each(spent: float, work: int) -> str:
    return f"{spent / work * 1e6:12,.3f} µs a merchant-day"


def _version(name: str) -> str:
    from importlib.metadata import version

    return version(name)
