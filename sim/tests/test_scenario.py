from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from aicfo_sim.scenario import Section, calibration, drawn, load, scenario_names
from aicfo_sim.scenario_file import ARCHETYPES, ROOMS, keys_table, rooms
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk import AicfoError, InputError, NotFound

GOOD = """
title: t
start: 2025-07-01
warmup_days: 30
fidelity: day
shard: 10
shard_cfo: 5
mix:
  shop: 1
rules:
  trigger_days: 7
"""
DOCS = Path(__file__).parents[2] / "docs" / "scenarios.md"


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_built_in_scenarios_can_be_read() -> None:
    assert {"default", "reference", "heldout", "heldout_tight"} <= set(scenario_names())
    for name in scenario_names():
        assert len(load(name).digest()) == 64


def test_every_archetype_that_can_be_drawn_has_a_scenario_of_its_own() -> None:
    for name in drawn():
        assert load(name).mix == {name: 1}


def test_held_out_scenarios_say_so_and_differ_from_the_default() -> None:
    held = [load(name) for name in scenario_names() if load(name).held_out]
    assert len(held) >= 2
    for scenario in held:
        assert scenario.name.startswith("heldout")
        assert scenario.start != load("default").start
        for archetype in (*scenario.mix, "market"):
            ours, theirs = scenario.figures(archetype), calibration(archetype)
            assert ours.rows != theirs.rows, (scenario.name, archetype)


def test_the_mix_is_repeated_over_merchants() -> None:
    found = [load("default").archetype(n) for n in range(8)]
    assert found == ["shop", "shop", "ecommerce", "contractor"] * 2


def test_every_calibration_figure_has_its_source_date_and_unit() -> None:
    for name in (*drawn(), "market"):
        for key, row in calibration(name).rows.items():
            assert set(row) - {"spread"} == {"value", "unit", "date", "source", "verified"}, key
            assert row["source"]
            assert row["unit"]


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    found = load(_file(tmp_path, "title: t\nstart: 2025-07-01\nmix: {shop: 1}\n"))
    assert (found.start, found.warmup_days, found.fidelity) == (date(2025, 7, 1), 270, "day")
    assert found.rules.wage_days == 45


def test_an_override_changes_the_figure_and_the_digest(tmp_path: Path) -> None:
    plain = load(_file(tmp_path, GOOD))
    other = load(
        _file(tmp_path, GOOD + "override: {shop: {takings_day: 3000.0, takings_day.spread: 0.1}}")
    )
    assert plain.figures("shop").number("takings_day") == 1500
    assert other.figures("shop").number("takings_day") == 3000
    assert other.figures("shop").spread("takings_day") == 0.1
    assert plain.digest() != other.digest()


def test_shard_sizes_are_no_part_of_the_digest(tmp_path: Path) -> None:
    other = load(_file(tmp_path, GOOD.replace("shard: 10", "shard: 20")))
    assert other.digest() == load(_file(tmp_path, GOOD)).digest()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fidelity: day", "fidelity: week", "at fidelity: .*'day' or 'order': week"),
        ("warmup_days: 30", "warmup_days: -1", "at warmup_days: .*greater than or equal to 0: -1"),
        ("warmup_days: 30", "warmup_days: 1.5", "at warmup_days: .*integer: 1.5"),
        ("warmup_days: 30", "warmup_days: '30'", "at warmup_days: .*integer"),
        ("warmup_days: 30", "warmup_days: yes", "at warmup_days: .*integer: True"),
        ("start: 2025-07-01", "start: soon", "at start: .*date.*: soon"),
        ("shop: 1", "shoop: 1", "at mix.shoop: .* did you mean 'shop'"),
        ("shop: 1", "shop: 0", "the mix is empty"),
        ("shop: 1", "shop: -1", "at mix.shop: .*greater than or equal"),
        ("mix:\n  shop: 1", "mix: shop", "at mix: .*: shop"),
        ("trigger_days: 7", "triger_days: 1", "rules.triger_days: .*did you mean 'trigger_days'"),
        ("trigger_days: 7", "trigger_days: 0", "at rules.trigger_days: "),
        ("title: t", "titel: t", "at titel: .*did you mean 'title'"),
        ("title: t", "", "at title: Field required"),
        ("title: t", "title: t\ntitle: u", "line 3.*|'title' stands twice"),
        (
            "  trigger_days: 7",
            "  trigger_days: 7\n  trigger_days: 8",
            "'trigger_days' stands twice",
        ),
        ("mix:\n", "mix: [\n", "not usable YAML: .*mine.yaml, line"),
        ("title: t", "title: &a t\nfidelity: *a", "alias"),
        ("title: t", "title: !!python/object:os.system x", "not usable YAML"),
        ("title: t", "title: t\non: 1", "a key is not a word: True"),
        ("title: t", "title: " + "[" * 50 + "]" * 50, "nested too deep"),
        ("title: t", "title: \x00", "not usable YAML"),
        ("title: t\nstart", "- title: t\n- start", "not usable YAML|a table of keys"),
    ],
)
def test_a_bad_scenario_says_what_is_wrong_and_where(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=said) as caught:
        load(_file(tmp_path, GOOD.replace(old, new)))
    assert "mine.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "- 1", "7", "just words"])
def test_a_file_that_is_no_table_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="a table of keys"):
        load(_file(tmp_path, text))


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("{shop: {takings_dya: 1}}", "override.shop.takings_dya\\); did you mean 'takings_day'"),
        ("{shop: {takings_day: many}}", "override.shop.takings_day\\); a number"),
        ("{shop: {takings_day: -1}}", "not below 0"),
        ("{shop: {takings_day: .inf}}", "Infinity|inf"),
        ("{shop: {takings_day: true}}", "a number"),
        ("{shop: {takings_day.spraed: 1}}", "takings_day.spraed"),
        ("{shop: {ticket.spread: 1}}", "ticket.spread"),
        ("{shop: {ticket: [1.0]}}", "a list of 2 numbers"),
        ("{shop: {ticket: [2.0, 1.0]}}", "the lower end first"),
        ("{shop: {ticket: [2.0, x]}}", "a number"),
        ("{shop: {suppliers: 1.5}}", "a whole number"),
        ("{contractor: {bad: 1.5}}", "not above 1"),
        ("{shops: {takings_day: 1}}", "did you mean 'shop'"),
        ("{market: 1}", "at override.market: "),
    ],
)
def test_a_bad_override_names_the_figure(tmp_path: Path, override: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load(_file(tmp_path, GOOD + "override: " + override))


def test_a_figure_that_is_negative_as_shipped_may_stay_so() -> None:
    shop = calibration("shop").with_values({"ticket_cv": 0})
    assert shop.number("ticket_cv") == 0


def test_an_unknown_scenario_is_refused_with_the_known_names(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"default.*or a \.yaml file"):
        load("defalt")
    with pytest.raises(NotFound):
        load(tmp_path / "none.yaml")


def test_an_archetype_without_a_drawer_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aicfo_sim.draws import block

    monkeypatch.delitem(block.DRAWERS, "shop")
    with pytest.raises(InputError, match="can be drawn: shop"):
        load(_file(tmp_path, GOOD))


def test_a_room_of_the_world_reads_its_section_or_its_defaults(tmp_path: Path) -> None:
    scenario = load(_file(tmp_path, GOOD))
    for name, kind in rooms().items():
        assert issubclass(kind, Section)
        assert scenario.section(kind) == kind() == scenario.sections[name]


def test_every_key_is_described() -> None:
    for line in keys_table().splitlines()[2:]:
        assert line.rsplit("|", 2)[1].strip(), line
    assert set(ARCHETYPES) == {
        *("shop", "ecommerce", "contractor", "restaurant", "manufacturer", "farmer")
    }
    assert all(f"`{name}`" in keys_table() for name in ROOMS)


def test_the_page_holds_the_keys_of_the_code() -> None:
    assert keys_table() in DOCS.read_text("utf-8"), "run: python -m aicfo_sim.scenario_file"


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    from aicfo_sim.scenario_file import check, parse

    try:
        check(parse((GOOD + text).encode("utf-8", "surrogatepass"), "mine.yaml"), "mine.yaml")
        said = "mine.yaml"
    except AicfoError as error:
        said = str(error)
    assert "mine.yaml" in said
