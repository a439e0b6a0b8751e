"""The set of bids: every set against brute force, the program against every set."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations, product

import numpy as np
import pytest
from aicfo_tender.choice import (
    EXACT,
    Limits,
    Option,
    best_set,
    every_set,
    greedy,
    program,
    value_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def subsets(places: Sequence[int]) -> list[tuple[int, ...]]:
    return list(chain.from_iterable(combinations(places, k) for k in range(len(places) + 1)))


def carried(options: Sequence[Option], kept: Sequence[int], limits: Limits) -> bool:
    return sum(options[i].load for i in kept) <= limits.load and all(
        sum(options[i].needs[row] for i in kept) <= cash for row, cash in enumerate(limits.cash)
    )


def brute(options: Sequence[Option], bids: Sequence[int], limits: Limits) -> tuple[float, float]:
    """Expected profit and chance of overload by writing out every way the bids may turn out."""
    if sum(options[i].bond for i in bids) > limits.bonds:
        return -np.inf, 0.0
    profit, over = -float(sum(options[i].cost for i in bids)), 0.0
    for outcome in product((False, True), repeat=len(bids)):
        won = [i for i, yes in zip(bids, outcome, strict=True) if yes]
        chance = float(
            np.prod(
                [
                    options[i].chance if yes else 1 - options[i].chance
                    for i, yes in zip(bids, outcome, strict=True)
                ]
            )
        )
        profit += chance * max(
            sum(options[i].gain for i in kept)
            - sum(options[i].penalty for i in won if i not in kept)
            for kept in subsets(won)
            if carried(options, kept, limits)
        )
        over += chance * (not carried(options, won, limits))
    return profit, over


amounts = st.integers(0, 5_000_000)


@st.composite
def problems(draw: st.DrawFn, most: int) -> tuple[list[Option], Limits]:
    rows = draw(st.integers(0, 2))
    options = [
        Option(
            id=f"T-{i}",
            chance=draw(st.integers(0, 20)) / 20,
            gain=draw(st.integers(-500_000, 5_000_000)),
            cost=draw(st.integers(0, 300_000)),
            penalty=draw(st.integers(0, 1_000_000)),
            load=draw(amounts),
            needs=tuple(draw(amounts) for _ in range(rows)),
            bond=draw(st.integers(0, 1_000_000)),
        )
        for i in range(draw(st.integers(0, most)))
    ]
    limits = Limits(
        load=draw(st.integers(0, 12_000_000)),
        cash=tuple(draw(st.integers(0, 12_000_000)) for _ in range(rows)),
        bonds=draw(st.integers(0, 4_000_000)),
    )
    return options, limits


@settings(max_examples=60, deadline=None)
@given(problems(5))
def test_every_set_is_worth_what_writing_out_all_outcomes_gives(
    problem: tuple[list[Option], Limits],
) -> None:
    options, limits = problem
    sets = every_set(options, limits)
    for bids in subsets(range(len(options))):
        profit, over = brute(options, bids, limits)
        value = sets.value(bids)
        assert value.profit == pytest.approx(profit, abs=1e-3)
        if profit > -np.inf:
            assert value.over == pytest.approx(over, abs=1e-9)
    best = max(brute(options, bids, limits)[0] for bids in subsets(range(len(options))))
    found = best_set(options, limits, draws=1, seed=0)
    assert brute(options, found, limits)[0] == pytest.approx(best, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(problems(5))
def test_the_program_over_all_outcomes_finds_the_best_set(
    problem: tuple[list[Option], Limits],
) -> None:
    options, limits = problem
    outcomes = list(product((False, True), repeat=len(options)))
    won = np.array(outcomes, dtype=np.bool_).reshape(len(outcomes), len(options))
    chance = np.array([one.chance for one in options])
    weight = np.where(won, chance, 1 - chance).prod(axis=1)
    found = program(options, limits, won[weight > 0], weight[weight > 0])
    sets = every_set(options, limits)
    best = sets.value(sets.best()).profit
    assert sets.value(found).profit == pytest.approx(best, abs=2.0)  # fen: the jitter of the solver


@settings(max_examples=60, deadline=None)
@given(problems(7))
def test_the_best_set_is_never_worse_than_the_simple_rule_or_than_nothing(
    problem: tuple[list[Option], Limits],
) -> None:
    options, limits = problem
    best = value_of(options, best_set(options, limits, draws=4, seed=1), limits).profit
    rule = value_of(options, greedy(options, limits), limits)
    assert best >= rule.profit - 1e-6
    assert best >= 0
    assert rule.over == pytest.approx(0, abs=1e-12), "all of its bids could be carried"


def many(count: int, seed: int) -> tuple[list[Option], Limits]:
    rng = np.random.default_rng(seed)
    options = [
        Option(
            id=f"T-{i:02}",
            chance=float(rng.uniform(0.1, 0.5)),
            gain=int(rng.integers(1_000_000, 30_000_000)),
            cost=int(rng.integers(10_000, 300_000)),
            penalty=int(rng.integers(500_000, 5_000_000)),
            load=int(rng.integers(5_000_000, 60_000_000)),
            needs=(int(rng.integers(1_000_000, 40_000_000)),),
        )
        for i in range(count)
    ]
    return options, Limits(load=100_000_000, cash=(60_000_000,), bonds=0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_beyond_what_is_compared_exactly_the_program_beats_the_simple_rule(seed: int) -> None:
    options, limits = many(EXACT + 4, seed)
    found = best_set(options, limits, draws=24, seed=seed)
    assert found == best_set(options, limits, draws=24, seed=seed)
    sets = every_set(options, limits)
    best, rule = sets.value(sets.best()).profit, sets.value(greedy(options, limits)).profit
    assert rule < sets.value(found).profit
    assert sets.value(found).profit >= 0.97 * best


def test_more_is_bid_for_than_could_be_carried_when_few_bids_win() -> None:
    options = [
        Option(id=f"T-{i}", chance=0.2, gain=100, cost=1, penalty=20, load=1, needs=())
        for i in range(5)
    ]
    limits = Limits(load=1, cash=(), bonds=0)
    sets = every_set(options, limits)
    assert greedy(options, limits) == (0,)
    assert len(sets.best()) > 1
    value = sets.value(sets.best())
    assert value.profit > 19
    assert 0 < value.over < 0.3


def test_a_high_penalty_makes_the_set_one_that_can_always_be_carried() -> None:
    options = [
        Option(id=f"T-{i}", chance=0.5, gain=100, cost=1, penalty=10_000, load=1, needs=())
        for i in range(4)
    ]
    sets = every_set(options, Limits(load=2, cash=(), bonds=0))
    assert sets.best() == (0, 1)
    assert sets.value(sets.best()).over == 0
