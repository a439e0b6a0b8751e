"""Which set of tenders to bid on: profit expected over every way that the bids may turn out.

A bid costs what it costs and wins with its chance, each for itself. Of what was won, the firm
carries out what its capacity and its cash allow and gives up the rest, at a penalty; it gives up
what costs least. Up to `EXACT` tenders every set is compared; beyond, a mixed-integer program over
drawn wins proposes one, and the simple rule another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from aicfo_sdk import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

EXACT = 12
MOST_BIDS = 16
"""Bids in one set: their outcomes are reckoned one by one, and somebody has to write them."""

_UNIT = 1e6
"""The program counts in ten thousand yuan: solvers like figures of one size."""


@dataclass(frozen=True, slots=True)
class Option:
    """One tender as a choice. Amounts are minor units; `needs` is one figure per cash row."""

    id: str
    chance: float
    gain: int
    """Expected profit once won and carried out."""
    cost: int
    """What bidding costs in any case."""
    penalty: int
    """What it costs to win it and give it up."""
    load: int
    needs: tuple[int, ...]
    bond: int = 0

    @property
    def alone(self) -> float:
        """Expected profit of bidding on it, were it the only one and fit."""
        return self.chance * self.gain - self.cost


@dataclass(frozen=True, slots=True)
class Limits:
    """What can be carried at once: capacity, cash on each row's day, cash for bid bonds today."""

    load: int
    cash: tuple[int, ...]
    bonds: int


class Value(NamedTuple):
    """What a set of bids comes to."""

    profit: float
    over: float
    """Chance of winning more than can be carried."""


@dataclass(frozen=True, slots=True)
class Sets:
    """Every set of the options, as bits of the place: its expected profit and its overload."""

    profit: Floats
    """−∞ where the bid bonds cannot be paid."""
    over: Floats

    def value(self, chosen: Sequence[int]) -> Value:
        """Return the value of the set of the options at these places."""
        at = sum(1 << place for place in chosen)
        return Value(float(self.profit[at]), float(self.over[at]))

    def best(self) -> tuple[int, ...]:
        """Return the places of the best set; of equal ones that with the fewest, first options."""
        at = int(np.argmax(self.profit))
        return tuple(place for place in range(at.bit_length()) if at >> place & 1)


def every_set(options: Sequence[Option], limits: Limits) -> Sets:
    """Return what every set of the options is worth, exactly, in n · 2ⁿ steps.

    A set is a number whose bits say which options are in it. First the bits mean "was won": worth
    is the best that can be carried out of it. Then, option by option, the bit comes to mean "was
    bid on": bid is won with its chance, else it is as if it had not been made.
    """
    sums = _sums(options)
    carried = sums(lambda one: one.load) <= limits.load
    for row, cash in enumerate(limits.cash):
        carried &= sums(lambda one, row=row: one.needs[row]) <= cash
    profit = np.where(carried, sums(lambda one: one.gain), -np.inf)
    over = (~carried).astype(np.float64)
    for place, one in enumerate(options):
        without, among = _halves(profit, place)
        np.maximum(among, without - one.penalty, out=among)
    for place, one in enumerate(options):
        for values in (profit, over):
            without, among = _halves(values, place)
            among *= one.chance
            among += (1.0 - one.chance) * without
    profit -= sums(lambda one: one.cost)
    profit[sums(lambda one: one.bond) > limits.bonds] = -np.inf
    return Sets(profit, over)


def value_of(options: Sequence[Option], chosen: Sequence[int], limits: Limits) -> Value:
    """Return the exact value of one set."""
    return every_set([options[place] for place in chosen], limits).value(range(len(chosen)))


def greedy(options: Sequence[Option], limits: Limits) -> tuple[int, ...]:
    """Return the set of the simple rule: by profit alone, for as long as all could be carried."""
    taken: list[int] = []
    order = sorted(range(len(options)), key=lambda place: (-options[place].alone, place))
    for place in order:
        all_of_them = [options[each] for each in (*taken, place)]
        fits = (
            sum(one.load for one in all_of_them) <= limits.load
            and sum(one.bond for one in all_of_them) <= limits.bonds
            and all(
                sum(one.needs[row] for one in all_of_them) <= cash
                for row, cash in enumerate(limits.cash)
            )
        )
        if options[place].alone > 0 and fits and len(taken) < MOST_BIDS:
            taken.append(place)
    return tuple(sorted(taken))


def best_set(
    options: Sequence[Option], limits: Limits, *, draws: int, seed: int
) -> tuple[int, ...]:
    """Return the places of the best set found; never one worth less than the simple rule's.

    Exact up to `EXACT` options; beyond, the better of the rule's set and the program's over
    `draws` draws of wins.
    """
    if len(options) <= EXACT:
        return every_set(options, limits).best()
    uniform = np.random.default_rng(seed).random((draws, len(options)))
    won = uniform < np.array([one.chance for one in options])
    found = (greedy(options, limits), program(options, limits, won, np.full(draws, 1.0 / draws)))
    return max(found, key=lambda chosen: value_of(options, chosen, limits).profit)


def program(
    options: Sequence[Option], limits: Limits, won: Flags, weight: Floats
) -> tuple[int, ...]:
    """Return the best set for these scenarios of wins, shape (scenarios, options), by weight.

    One yes or no per option (bid), and per scenario in which it wins (carry it out).
    """
    problem = Problem(maximise=True)
    ids = [f"bid {one.id}" for one in options]
    for place, one in enumerate(options):
        given_up = one.penalty * float(weight[won[:, place]].sum())
        problem.column(ids[place], cost=-(one.cost + given_up) / _UNIT, upper=1.0, integer=True)
    problem.row("number of bids", dict.fromkeys(ids, 1.0), upper=float(MOST_BIDS))
    _within(problem, "bonds", zip(ids, (one.bond for one in options), strict=True), limits.bonds)
    for number, row in enumerate(won):
        places: list[int] = np.flatnonzero(row).tolist()
        names = {place: f"carry {options[place].id} in {number:06}" for place in places}
        for place, name in names.items():
            one = options[place]
            gained = (one.gain + one.penalty) * float(weight[number]) / _UNIT
            problem.column(name, cost=gained, upper=1.0, integer=True)
            problem.row(f"won {name}", {name: 1.0, ids[place]: -1.0}, upper=0.0)
        loads = ((name, options[place].load) for place, name in names.items())
        _within(problem, f"load {number:06}", loads, limits.load)
        for at, cash in enumerate(limits.cash):
            needs = ((name, options[place].needs[at]) for place, name in names.items())
            _within(problem, f"cash {number:06} {at:03}", needs, cash)
    answer = problem.solve(gap=1e-7).values
    return tuple(place for place, id in enumerate(ids) if answer[id] > 0.5)


def _within(problem: Problem, id: str, terms: Iterable[tuple[str, int]], most: int) -> None:
    """Add Σ amount ≤ most in a unit of its own size; what could never bind is left out."""
    amounts = {name: amount for name, amount in terms if amount}
    if sum(amounts.values()) <= most:
        return
    unit = float(max(amounts.values()))
    # What is a billionth of the largest cannot be told apart from none; the set is valued exactly.
    shares = {name: amount / unit for name, amount in amounts.items() if amount >= unit * 1e-8}
    problem.row(id, shares, upper=most / unit)


def _sums(options: Sequence[Option]) -> Callable[[Callable[[Option], int]], Floats]:
    """Return a function that sums a figure of the options over every set."""

    def sums(figure: Callable[[Option], int]) -> Floats:
        out = np.zeros(1 << len(options))
        for place, one in enumerate(options):
            _halves(out, place)[1][:] += figure(one)
        return out

    return sums


def _halves(values: Floats, place: int) -> tuple[Floats, Floats]:
    """Return views of the values of the sets without an option and of the same sets with it."""
    split = values.reshape(-1, 2, 1 << place)
    return split[:, 0], split[:, 1]
