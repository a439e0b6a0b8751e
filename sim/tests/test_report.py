"""The report of an experiment: its figures are those of the results, its words are honest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aicfo_sim import run
from aicfo_sim.fen import Ints
from aicfo_sim.ledger import FUND
from aicfo_sim.report.assemble import experiment_page, experiment_report
from aicfo_sim.report.experiment import TEXTS
from aicfo_sim.report.figures import whole
from aicfo_sim.report.happenings import BOTH, items
from aicfo_sim.report.measures import MEASURES, Change, standings
from aicfo_sim.report.page import Panel, Table, load_words, render
from aicfo_sim.report.panels.beside import judge
from aicfo_sim.report.panels.captured import reached
from aicfo_sim.report.panels.cash import LEVELS, fan
from aicfo_sim.report.panels.sources import parts
from aicfo_sim.report.panels.survival import open_share
from aicfo_sim.report.relive import choose, relive
from aicfo_sim.report.rows import Found, Kind, find, subject
from aicfo_sim.results import report
from aicfo_sim.scenario import from_table, load, scenario_names
from aicfo_sim.scenario_file import parse
from aicfo_sim.store import read
from hypothesis import given
from hypothesis import strategies as st

POLICIES = ("owner", "hold_all", "all_t0")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve merchants of several kinds for ten weeks under simple rules."""
    out = tmp_path_factory.mktemp("report") / "run"
    run("default", merchants=12, days=70, seed=7, policies=POLICIES, out=out, shard=12)
    return out


@pytest.fixture(scope="module")
def found(folder: Path) -> Found:
    """The run as its report reads it."""
    return find(folder)


@pytest.fixture(scope="module")
def tables(found: Found) -> dict[str, list[list[str]]]:
    """The tables of the English page, read back from its HTML."""
    return Tables(render(experiment_page(found, "en"))).tables


class Tables(HTMLParser):
    """Reads the tables of a page back: caption → rows of cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._captions: dict[str, str] = {}
        self._id = self._table = self._cell = ""
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "p" and given.get("class") == "caption":
            self._id, self._inside = given["id"] or "", "caption"
        elif tag == "table":
            self._table = self._captions.get(given.get("aria-labelledby") or "", "")
            self.tables[self._table] = []
        elif tag == "tr":
            self.tables[self._table].append([])
        elif tag in ("td", "th"):
            self._cell, self._inside = "", "cell"

    def handle_data(self, data: str) -> None:
        if self._inside == "caption":
            self._captions[self._id] = self._captions.get(self._id, "") + data
        elif self._inside == "cell":
            self._cell += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.tables[self._table][-1].append(self._cell)
        if tag in ("td", "th", "p"):
            self._inside = ""


def panel(found: Found, key: str, lang: str = "en") -> Panel:
    """Return one panel of the page."""
    part = import_module(f"aicfo_sim.report.panels.{key}")
    return part.panel(found, load_words(lang, TEXTS))


def kind_of(**policies: Mapping[str, list[int]]) -> Kind:
    """Return firms made of a few columns by policy; what is not given is the same for all."""
    size = len(next(iter(next(iter(policies.values())).values())))
    plain: dict[str, Ints] = {
        "replication": np.zeros(size, dtype=np.int64),
        "merchant": np.arange(size, dtype=np.int64),
        "survived": np.ones(size, dtype=np.int64),
        "closed_day": np.full(size, -1, dtype=np.int64),
        **{m.column: np.zeros(size, dtype=np.int64) for m in MEASURES if m.column != "survived"},
    }
    values = {
        name: {**plain, **{key: np.array(column) for key, column in columns.items()}}
        for name, columns in policies.items()
    }
    return Kind("shop", size, values, None)


def only(found: Found, kind: Kind, **about: Any) -> Found:
    """Return a run of these firms alone."""
    policies = list(kind.values)
    kinds = [kind, replace(kind, name="all")]
    whole_about = {**found.about, "policies": policies, **about}
    return replace(found, about=whole_about, kinds=kinds, summary=[], plugins=[], paths=None)


def test_a_report_has_every_panel_in_both_languages(found: Found) -> None:
    keys = ["effects", "beside", "sources", "captured", "cash", "survival", "tale", "placebo"]
    untold = replace(found, scenario=None, no_scenario="no_record")
    page = experiment_page(untold, "zh")
    assert [panel.key for panel in page.panels] == [*keys, "setup"]
    for lang in ("en", "zh"):
        for key in (*keys, "setup"):
            assert panel(untold, key, lang).answer.endswith((".", "。"))


def test_the_same_folder_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        experiment_report(folder, tmp_path / name, "zh")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_differences_on_the_page_are_those_of_the_results(
    folder: Path, tables: dict[str, list[list[str]]]
) -> None:
    rows = tables["Paired differences of final wealth per firm, in yuan"][1:]
    gaps = [
        row["vs_owner"]
        for row in report(folder)
        if row["policy"] != "owner" and row["vs_owner"] and row["vs_owner"]["noise"] is not None
    ]
    for gap in gaps:
        mean, noise = (whole(round(gap[key]), "CNY") for key in ("mean", "noise"))
        low, high = (whole(round(gap[key]), "CNY") for key in ("low", "high"))
        sign = "+" if gap["mean"] > 0 and mean != "¥0" else ""
        assert any(
            row[2] == sign + mean and row[4] == f"{low} to {high}" and row[6] == f"±{noise}"
            for row in rows
        ), gap


def test_means_on_the_page_are_those_of_the_results(
    folder: Path, tables: dict[str, list[list[str]]]
) -> None:
    about, columns = read(folder)
    ours = columns["policy"] == about["policies"].index("all_t0")
    ours &= (columns["survived"] == 1) | (columns["closed_day"] >= about["warmup_days"])
    for code, name in ((0, "shops"), (1, "online sellers"), (2, "contractors")):
        chosen = ours & (columns["archetype"] == code)
        title = next(t for t in tables if t.startswith(f"{name} (") and "against owner" in t)
        cells = {row[0]: row for row in tables[title]}
        for column, label in (
            ("wealth", "final wealth"),
            ("idle_cash", "idle cash in the bank"),
            ("fund_income", "income of the money fund"),
        ):
            mean = float(columns[column][chosen].mean())
            assert cells[label][2] == whole(round(mean), "CNY")
        days = float(columns["supplier_late_days"][chosen].mean())
        assert cells["days late with suppliers"][2] == f"{days:.2f}"


def test_an_interval_that_spans_zero_shows_no_benefit() -> None:
    say = load_words("en", TEXTS)
    assert say(f"reading.{Change(10.0, 11.0).outcome()}") == "no benefit shown"
    assert say(f"reading.{Change(-10.0, 11.0).outcome()}") == "no benefit shown"


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9), st.sampled_from([1, -1]))
def test_better_is_said_only_where_the_interval_leaves_out_zero(
    mean: float, half: float, better: int
) -> None:
    said = Change(mean, half).outcome(better)
    assert (said == "better") == (mean * better - half > 0)
    assert (said == "worse") == (mean * better + half < 0)


def test_wealth_bought_with_late_wages_does_not_count_as_better() -> None:
    kind = kind_of(
        owner={"wealth": [0] * 6, "wage_late_days": [0] * 6},
        cfo={"wealth": [90, 100, 110, 95, 105, 100], "wage_late_days": [3, 4, 5, 4, 3, 4]},
    )
    verdict = judge(kind, standings(kind, "cfo", ["owner"]), "owner")
    assert (verdict.wealth, verdict.lost, verdict.counts) == (
        "better",
        ("wage_late_days",),
        "bought",
    )
    honest = kind_of(
        owner={"wealth": [0] * 6, "wage_late_days": [9, 9, 8, 9, 9, 9]},
        cfo={"wealth": [90, 100, 110, 95, 105, 100], "wage_late_days": [3, 4, 5, 4, 3, 4]},
    )
    verdict = judge(honest, standings(honest, "cfo", ["owner"]), "owner")
    assert (verdict.gained, verdict.counts) == (("wage_late_days",), "wins")


def test_the_parts_of_a_difference_add_up_to_it(found: Found) -> None:
    for kind in found.kinds:
        made = parts(kind, "all_t0", "owner")
        wealth = made.pop("wealth").mean
        assert sum(part.mean for part in made.values()) == pytest.approx(wealth, abs=1e-6)
        ours, theirs = (kind.values[name]["fund_income"] for name in ("all_t0", "owner"))
        assert made["fund_income"].mean == pytest.approx(float((ours - theirs).mean()))


def test_a_fan_holds_the_quantiles_of_the_weekly_cash(found: Found) -> None:
    assert found.paths is not None
    for kind in found.archetypes:
        days, levels = fan(found, kind, "all_t0")
        members = set(kind.values["owner"]["merchant"].tolist())
        for place, day in enumerate(days.tolist()):
            rows = (found.paths["day"] == day) & (found.paths["policy"] == 2)
            rows &= np.isin(found.paths["merchant"], list(members))
            cash = (found.paths["cash"] + found.paths["fund"])[rows]
            assert cash.size == kind.size
            assert levels[:, place] == pytest.approx(np.quantile(cash, LEVELS))


def test_survival_counts_a_firm_as_open_until_the_day_it_closed(found: Found) -> None:
    kind = kind_of(
        owner={"wealth": [1, 2, 3, 4], "survived": [1, 0, 0, 1], "closed_day": [-1, 20, 24, -1]}
    )
    about = only(found, kind, days=28, warmup_days=10)
    # Days 10 and 14 of the run: in its second and third week.
    assert open_share(about, kind, "owner").tolist() == [1.0, 1.0, 0.75, 0.5, 0.5]


def test_the_captured_share_is_that_of_the_sums(found: Found) -> None:
    kind = kind_of(
        owner={"wealth": [0, 100, 50], "bound": [-1, -1, -1]},
        cfo={"wealth": [10, 120, 99], "bound": [40, 160, -1]},
    )
    share = reached(kind, "cfo", seed=1)
    assert share is not None
    assert share.share == pytest.approx(30 / 100)
    assert share.merchants == 2
    text = panel(only(found, kind), "captured").answer
    assert "30.0%" in text
    assert "70.0%" in text


def test_a_placebo_that_moves_a_firm_is_reported_as_broken(found: Found) -> None:
    still = kind_of(owner={"wealth": [1, 2]}, nothing={"wealth": [1, 2]})
    assert "changes nothing" in panel(only(found, still), "placebo").answer
    moved = kind_of(owner={"wealth": [1, 2]}, nothing={"wealth": [1, 3]})
    assert panel(only(found, moved), "placebo").answer.startswith("1 of 2 firms differ")


def test_the_story_is_of_the_median_merchant_and_comes_out_as_in_the_results(found: Found) -> None:
    chosen = choose(found, "owner")
    assert chosen is not None
    gap = chosen.kind.values["all_t0"]["wealth"] - chosen.kind.values["owner"]["wealth"]
    assert gap[chosen.place] == sorted(gap.tolist())[(gap.size - 1) // 2]
    twins = relive(found, chosen, ("owner", "all_t0"))
    for life in twins.lives:
        recorded = chosen.kind.values[life.policy]
        for name in ("wealth", "cash_end", "cash_p5", "idle_cash", "fund_income"):
            assert life.outcome[name] == recorded[name][chosen.place]
        assert life.cash[-1] == life.outcome["cash_end"]


def test_the_story_tells_every_move_of_the_fund_and_nothing_of_the_owner(found: Found) -> None:
    chosen = choose(found, "owner")
    assert chosen is not None
    twins = relive(found, chosen, ("owner", "all_t0"))
    told = items(twins)
    moves = [
        item.amount * (1 if item.what == "invested" else -1)
        for item in told["all_t0"]
        if item.what in ("invested", "redeemed")
    ]
    income = twins.lives[1].outcome["fund_income"]
    assert sum(moves) + income == int(twins.lives[1].state.ledger.balances[FUND, 0])
    assert not [item for item in told["owner"] if item.what == "invested"]
    assert [item.t for item in told[BOTH]] == sorted(item.t for item in told[BOTH])


def test_no_story_is_told_where_the_merchant_comes_out_otherwise(found: Found) -> None:
    kinds = [
        replace(
            kind,
            values={
                name: {**columns, "cash_end": columns["cash_end"] + 1}
                for name, columns in kind.values.items()
            },
        )
        for kind in found.kinds
    ]
    answer = panel(replace(found, kinds=kinds), "tale").answer
    assert answer.startswith("The firm could not be lived again as in the results")


def test_a_scenario_of_ones_own_is_told_from_the_folder_alone(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "title: <b>Mine</b>\nstart: 2025-07-01\nmix: {shop: 1}\nwarmup_days: 30\n"
        "override: {shop: {ticket_cv: 0.9}}\n"
    )
    out = tmp_path / "out"
    run(str(file), merchants=3, days=20, seed=3, policies=["owner", "all_t0"], out=out)
    file.unlink()
    found = find(out)
    assert "richer with" in panel(found, "tale").answer
    assert "<b>Mine</b>" in str(panel(found, "setup").blocks[0])


@pytest.mark.parametrize("name", scenario_names())
def test_the_text_of_a_scenario_gives_the_scenario_again(name: str) -> None:
    scenario = load(name)
    again = from_table(name, parse(scenario.text().encode(), name), name)
    assert again == scenario
    assert again.digest() == scenario.digest()


def test_what_a_run_lacks_is_named(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("shop", merchants=2, days=10, seed=3, policies=["owner"], out=out, paths=0)
    found = find(out)
    assert "kept no weekly cash" in panel(found, "cash").answer
    assert "No clairvoyant bound" in panel(found, "captured").answer
    assert "no placebo" in panel(found, "placebo").answer
    assert "no second policy" in panel(found, "tale").answer
    lacking = next(b for b in panel(found, "setup").blocks if not isinstance(b, Table))
    for word in ("weekly cash", "bound", "placebo", "without a plugin"):
        assert word in str(lacking)


def test_a_single_merchant_has_a_page_without_intervals(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("shop", merchants=1, days=10, seed=3, policies=["owner", "all_t0"], out=out)
    html = render(experiment_page(find(out), "zh"))
    assert not re.search(r"\b(inf|nan)\b", html)


@pytest.mark.parametrize(
    ("policies", "wanted"),
    [
        (["owner", "cfo-bill", "cfo"], "cfo"),
        (["owner", "cfo:bill", "hold_all"], "cfo:bill"),
        (["owner", "hold_all", "nothing"], "hold_all"),
        (["owner"], "owner"),
    ],
)
def test_a_report_is_about_the_cfo_where_there_is_one(policies: list[str], wanted: str) -> None:
    assert subject(policies) == wanted
