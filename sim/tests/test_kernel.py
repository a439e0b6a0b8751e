"""The engine's shortcuts change no figure: chunks, sums of segments, days side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim import rng
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.draws.demand import sums
from aicfo_sim.engine import Run
from aicfo_sim.engine import run as live
from aicfo_sim.fen import round_div
from aicfo_sim.outcome import Start, outcome
from aicfo_sim.policies import Owner
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import RENT, SERVICE, SUPPLIER, WAGE
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.money import round_div as one_by_one

DAYS, SHOPS = 63, 60


@pytest.fixture(scope="module", params=["day", "order"])
def block(request: pytest.FixtureRequest) -> Block:
    where = world(replace(load("reference"), fidelity=request.param), days=DAYS, seed=5)
    return draw_block(where, [where.who(number) for number in range(SHOPS)])


def test_the_reference_workload_sells_sixty_lognormal_orders_a_day_whatever_the_day(
    block: Block,
) -> None:
    mean = 60 * 3_150.0
    sd = 3_150.0 * (60 * (1 + 0.9**2)) ** 0.5
    cells = block.sold.size
    assert abs(block.sold.mean() - mean) < 4 * sd / cells**0.5
    assert block.sold.std() == pytest.approx(sd, rel=0.06)
    # No season, drift or shock: shops differ, and days differ, by no more than orders do.
    assert abs(block.sold.mean(axis=0) - mean).max() < 5 * sd / DAYS**0.5
    assert abs(block.sold.mean(axis=1) - mean).max() < 5 * sd / SHOPS**0.5


def test_the_reference_workload_owes_goods_on_terms_and_wages_and_no_rent(block: Block) -> None:
    dues = block.dues
    assert not np.isin(dues.kind, (RENT, SERVICE)).any()
    assert {WAGE, SUPPLIER} <= set(np.unique(dues.kind).tolist())
    goods = dues.kind == SUPPLIER
    terms = block.world.dates.roll(dues.known[goods] + 30)
    assert np.array_equal(dues.due[goods], terms)
    assert np.array_equal(block.settled[1:], block.sold[:-1])


def test_normal_draws_by_chunks_are_those_of_the_whole_table() -> None:
    merchants = np.array([3, 11, 4_000])
    whole = rng.normals(1, 0, "chunks", merchants, -30, 6_000)
    assert np.array_equal(whole[29:90], rng.normals(1, 0, "chunks", merchants, -1, 61))
    assert np.array_equal(whole[:, 1:2], rng.normals(1, 0, "chunks", merchants[1:2], -30, 6_000))
    part = np.full((7, 3), np.nan)
    for rows, values in rng.normal_rows(1, 0, "chunks", merchants, -2, 7):
        part[rows] = values
    assert np.array_equal(whole[28:35], part)


@given(st.lists(st.integers(0, 4), max_size=12))
def test_orders_are_summed_day_by_day_where_days_without_orders_are_among_them(
    counts: list[int],
) -> None:
    values = np.arange(1.0, sum(counts) + 1)
    left, expected = values.tolist(), list[float]()
    for count in counts:
        expected.append(sum(left[:count]))
        left = left[count:]
    assert sums(values, np.array(counts, dtype=np.int64)).tolist() == expected


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_whole_columns_are_rounded_as_one_amount_is(numerator: int, denominator: int) -> None:
    ties = [numerator, numerator * denominator + denominator // 2, -numerator]
    small = [value for value in ties if abs(value) < 2**62]
    found = round_div(np.array(small, dtype=np.int64), denominator).tolist()
    assert found == [one_by_one(value, denominator) for value in small]


def test_cash_at_its_lowest_and_its_quantile_are_those_of_each_merchant_s_own_days(
    block: Block,
) -> None:
    state = State(block)
    start = Start.of(block, state, 0)
    path = np.zeros((DAYS, 2, SHOPS), dtype=np.int64)
    live(Run(block, state, Owner()), 0, DAYS, path)
    path[DAYS // 2, 1, ::2] = -(10**9)  # money in the fund counts as cash
    found = outcome(block, state, start, path, DAYS)
    ordered = np.sort(path.sum(axis=1), axis=0)
    assert np.array_equal(found["cash_min"], ordered[0])
    assert np.array_equal(found["cash_p5"], ordered[(DAYS - 1) * 5 // 100])
