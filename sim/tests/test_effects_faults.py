"""Labelled faults: what they do to a store, who sees them, how a diagnosis is scored."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim.commands import sim
from aicfo_sim.draws import World, draw_block, world
from aicfo_sim.draws.common import Who
from aicfo_sim.draws.restaurant import stores_of
from aicfo_sim.effects import faults
from aicfo_sim.effects.faults import (
    BASKET,
    COMPETITOR,
    FULL,
    KINDS,
    RAMP,
    TRAFFIC,
    Diagnosis,
    Faults,
    Label,
    draw_faults,
    fault_factors,
    score_diagnoses,
)
from aicfo_sim.effects.labels import HEADS, labels
from aicfo_sim.effects.stores import Stores
from aicfo_sim.scenario import load

from aicfo_sdk import InputError


@pytest.fixture(scope="module")
def where() -> World:
    scenario = replace(load("default"), mix={"restaurant": 1}, warmup_days=60)
    return world(scenario, days=60, seed=5)


def _without(who: Who) -> Stores:
    """The same chain in a world of no faults."""
    rows = dict(who.figures.rows)
    rows["fault_year"] = {**rows["fault_year"], "value": 0.0}
    figures = type(who.figures)(who.figures.name, rows)
    return stores_of(who._replace(figures=figures))


def test_a_fault_lowers_its_own_store_and_no_other(where: World) -> None:
    seen = 0
    for merchant in range(8):
        who = where.who(merchant)
        with_faults, plain = stores_of(who), _without(who)
        assert not plain.fault_first.size
        days = with_faults.gross.shape[2]
        inside = np.zeros((days, with_faults.gross.shape[0]), dtype=np.bool_)
        rows = zip(
            with_faults.fault_store, with_faults.fault_first, with_faults.fault_end, strict=True
        )
        for store, first, end in rows:
            inside[max(first, 0) : max(end, 0), store] = True
        lost = plain.gross.sum(axis=1).T - with_faults.gross.sum(axis=1).T
        assert (lost[~inside] == 0).all()
        assert (lost[inside] >= 0).all()
        assert lost[inside].sum() > 0 or not inside.any()
        fewer = plain.orders.sum(axis=1).T - with_faults.orders.sum(axis=1).T
        assert (fewer[~inside] == 0).all()
        seen += int(inside.any(axis=0).sum())
    assert seen >= 3


def test_factors_touch_the_store_and_the_days_of_a_fault_only() -> None:
    rows = [
        (0, TRAFFIC, 10, 20, 300_000),
        (1, BASKET, 12, 15, 200_000),
        (2, COMPETITOR, 5, 60, 280_000),
    ]
    table = np.array(rows, dtype=np.int64)
    orders, value = fault_factors(Faults(*table.T), 4, 0, 40)
    assert orders[10:20, 0].tolist() == [700_000] * 10
    assert value[12:15, 1].tolist() == [800_000] * 3
    # A rival grows in two weeks to its share.
    assert orders[5, 2] == FULL - 280_000 // RAMP
    assert (orders[5 + RAMP - 1 :, 2] == FULL - 280_000).all()
    orders[10:20, 0] = value[12:15, 1] = orders[5:, 2] = FULL
    assert (orders == FULL).all()
    assert (value == FULL).all()


def test_faults_come_as_often_and_as_deep_as_the_figures_say(where: World) -> None:
    who, kinds = where.who(0), list[int]()
    begun, stores, years = 0, 40, 40
    drawn = draw_faults(who, stores, 0, years * 365)
    begun = drawn.first.size
    busy = (drawn.end - drawn.first).sum() / (stores * years * 365)
    wanted = who.figures.number("fault_year") * stores * years * (1 - busy)
    assert abs(begun - wanted) < 4 * wanted**0.5
    for kind, name in enumerate(KINDS):
        mine = drawn.kind == kind
        kinds.append(int(mine.sum()))
        low, high = (round(end * FULL) for end in who.figures.numbers(f"fault_depth_{name}"))
        assert low <= drawn.depth[mine].min() <= drawn.depth[mine].max() <= high
        low, high = who.figures.numbers(f"fault_days_{name}")
        lasts = (drawn.end - drawn.first)[mine]
        assert low <= lasts.min() <= lasts.max() <= high
    assert min(kinds) > begun * 0.1
    for store in range(stores):
        mine = drawn.store == store
        assert (drawn.first[mine][1:] >= drawn.end[mine][:-1]).all()


def test_the_researcher_reads_all_labels_of_a_block(where: World) -> None:
    block = draw_block(where, [where.who(merchant) for merchant in range(5)])
    found = labels(block)
    assert found
    assert {row.merchant for row in found} <= set(range(5))
    assert all(row.kind in KINDS and row.first < row.end for row in found)


LABELS = [
    Label(1, "STORE-1", "traffic", 100, 140, 300_000),
    Label(1, "STORE-2", "basket", 50, 90, 200_000),
    Label(2, "STORE-1", "competitor", 10, 300, 200_000),
]


def test_a_diagnosis_counts_once_for_each_fault_and_by_its_first_day() -> None:
    said = [
        Diagnosis(1, "STORE-1", "traffic", 104),
        Diagnosis(1, "STORE-1", "basket", 106),
        Diagnosis(1, "STORE-2", "basket", 70),
        Diagnosis(1, "STORE-3", "basket", 70),
    ]
    score = score_diagnoses(LABELS, said)
    # Two faults were named, one of them too late; one alarm was false; one fault was missed.
    assert (score.found, score.labels, score.right, score.diagnoses) == (1, 3, 2, 3)
    assert score.precision == pytest.approx(2 / 3)
    assert score.recall == pytest.approx(1 / 3)
    assert score.delay == 4.0
    assert score.kind_right == 1.0


def test_an_alarm_before_or_after_its_fault_is_false() -> None:
    score = score_diagnoses(
        LABELS, [Diagnosis(1, "STORE-1", "", 99), Diagnosis(1, "STORE-1", "", 140)]
    )
    assert (score.found, score.right, score.diagnoses, score.precision) == (0, 0, 2, 0.0)


def test_nothing_said_scores_nothing() -> None:
    assert score_diagnoses(LABELS, []) == faults.Score(0, 3, 0, 0, 0.0, 0.0, 0.0, 0.0)
    assert score_diagnoses([], []).recall == 0.0


def test_the_command_prints_the_labels_of_a_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["labels", "restaurant", "--merchants", "3", "--days", "40", "--seed", "5"]
    assert sim(words) == 0
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[0] == ",".join(HEADS)
    assert sim([*words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["labels"]
    assert len(rows) == len(lines) - 1 > 0
    assert set(rows[0]) == set(HEADS)
    with pytest.raises(InputError):
        sim(["labels", "restaurant", "--merchants", "0"])
