from __future__ import annotations

from pathlib import Path

import pytest
from aicfo_sim.scenario import ARCHETYPES, calibration, load, scenario_names

from aicfo_sdk import InputError, NotFound

GOOD = """
title = "t"
start = 2025-07-01
warmup_days = 30
fidelity = "day"
shard = 10
shard_cfo = 5
[mix]
shop = 1
[rules]
trigger_days = 7
"""


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_built_in_scenarios_can_be_read() -> None:
    assert "default" in scenario_names()
    for name in scenario_names():
        assert len(load(name).digest()) == 64


def test_the_mix_is_repeated_over_merchants() -> None:
    found = [load("default").archetype(n) for n in range(8)]
    assert found == ["shop", "shop", "ecommerce", "contractor"] * 2


def test_every_calibration_figure_has_its_source_date_and_unit() -> None:
    for name in (*ARCHETYPES, "market"):
        for key, row in calibration(name).rows.items():
            assert set(row) - {"spread"} == {"value", "unit", "date", "source", "verified"}, key
            assert row["source"]
            assert row["unit"]


def test_an_override_changes_the_figure_and_the_digest(tmp_path: Path) -> None:
    plain = load(_file(tmp_path, GOOD))
    other = load(_file(tmp_path, GOOD + "[override.shop]\ntakings_day = 3000.0\n"))
    assert plain.figures("shop").number("takings_day") == 1500
    assert other.figures("shop").number("takings_day") == 3000
    assert plain.digest() != other.digest()


def test_shard_sizes_are_no_part_of_the_digest(tmp_path: Path) -> None:
    other = load(_file(tmp_path, GOOD.replace("shard = 10", "shard = 20")))
    assert other.digest() == load(_file(tmp_path, GOOD)).digest()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('fidelity = "day"', 'fidelity = "week"', "fidelity"),
        ("warmup_days = 30", "warmup_days = -1", "warmup_days"),
        ("warmup_days = 30", "warmup_days = 1.5", "warmup_days"),
        ("start = 2025-07-01", 'start = "soon"', "start"),
        ("shop = 1", "bakery = 1", "mix"),
        ("shop = 1", "shop = 0", "mix"),
        ("trigger_days = 7", "trigger_week = 1", "rules"),
        ('title = "t"', 'titel = "t"', "titel"),
        ('title = "t"', "", "title"),
        ("[mix]", "[mix", "TOML"),
    ],
)
def test_a_bad_scenario_says_what_is_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load(_file(tmp_path, GOOD.replace(old, new)))


def test_an_unknown_override_or_scenario_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="takings_week"):
        load(_file(tmp_path, GOOD + "[override.shop]\ntakings_week = 1\n"))
    with pytest.raises(NotFound, match="default"):
        load("defalt")
    with pytest.raises(NotFound):
        load(tmp_path / "none.toml")
