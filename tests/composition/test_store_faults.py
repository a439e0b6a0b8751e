"""Faults of simulated stores: found early, mostly right, and alike by benchmark and by tool."""

from __future__ import annotations

from dataclasses import replace

from aicfo_cash_brain import store_diagnosis
from aicfo_sim.draws import draw_block, world
from aicfo_sim.engine import Run
from aicfo_sim.engine import run as live
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner
from aicfo_sim.scenario import load
from aicfo_sim.state import State

from aicfo_sdk import Context
from benchmarks.diagnose import ask

SEED = 41


def test_alarms_are_mostly_right_and_shortages_are_found():
    found = ask("restaurant", 12, 200, SEED)
    assert len(found.judged) > 15
    assert found.score.precision >= 0.7
    assert found.score.recall >= 0.5
    deep = [
        label for label in found.judged if label.depth_ppm >= 300_000 and label.kind != "competitor"
    ]
    assert len(deep) > 5
    assert found.recall(deep).recall >= 0.8


def test_without_faults_there_is_next_to_no_alarm():
    found = ask("restaurant", 12, 200, SEED, {"fault_year": 0.0})
    assert not found.labels
    assert len(found.said) / found.store_years <= 365 / 1000


def test_the_benchmark_says_what_the_tool_says_over_the_books():
    scenario = load("restaurant")
    days = 30
    where = world(replace(scenario, mix={"restaurant": 1}), days=days, seed=SEED)
    block = draw_block(where, [where.who(n) for n in range(3)], detail=True)
    state = State(block, journal=True)
    first = scenario.warmup_days
    live(Run(block, state, Owner()), 0, first)
    found = ask("restaurant", 3, days, SEED)
    for place in range(block.size):
        drops = store_diagnosis(Context(Papers(block, state, place).books(first - 1))).drops
        told = {drop.store for drop in drops if drop.days > 1}
        on = {said.store for said in found.said if said.merchant == place and said.day <= first}
        # What began the day before is on or has ended since; what is on had begun.
        assert told <= on | {drop.store for drop in drops if drop.cause == "stock_out"}
        assert len(on - told) <= 1
