"""A scenario fitted to records comes nearer to them, and finds the figures they were drawn by."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest
from aicfo_sim import sandbox
from aicfo_sim.output import FOLDER
from aicfo_sim.scenario import calibration, load
from aicfo_sim.validation.fit import Fitted, calibrate
from aicfo_sim.validation.simulated import firms_of
from aicfo_sim.validation.streams import VOID, Takings

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import create_books
from aicfo_sdk.cli import main
from aicfo_sdk.model import Counterparty, DailySales, Merchant

MONDAY = date(2024, 3, 4)


def table(
    path: Path, archetype: str, override: dict[str, object], *, firms: int, days: int
) -> Path:
    """Write what firms of a world with other figures sell, as a user's table."""
    world = replace(load(archetype), override={archetype: override})
    stream = "sales" if archetype == "manufacturer" else "takings"
    lines = ["单位,日期,金额,笔数"] if stream == "takings" else ["firm,date,total,status,party"]
    for one in firms_of(stream, world, archetype, MONDAY, days, range(firms), 77):
        if isinstance(one, Takings):
            for n, (fen, orders) in enumerate(zip(one.fen, one.orders, strict=True)):
                day = one.first + timedelta(days=n)
                lines.append(f"{one.name},{day},{fen / 100:.2f},{orders}")
        else:
            lines += [
                f"{one.name},{one.first + timedelta(days=int(day))},{fen / 100:.2f},"
                f"{'作废' if kind == VOID else '正常'},P{party}"
                for day, fen, party, kind in zip(one.day, one.fen, one.party, one.kind, strict=True)
            ]
    path.write_text("\n".join(lines).replace("单位", "门店") + "\n", "utf-8")
    return path


def near(found: Fitted, key: str, value: float, share: float) -> bool:
    return abs(found.override[key] / value - 1.0) < share


def nearer(found: Fitted) -> None:
    before, after = found.mean_distances
    assert after < before / 2
    assert after < 0.5


def test_the_figures_that_takings_were_drawn_by_are_found_again(tmp_path: Path) -> None:
    drawn: dict[str, object] = {
        "takings_day": 4000.0,
        "weather_cv": 0.3,
        "drift_sd": 0.09,
        "ticket": [10.0, 14.0],
        "weekday": [0.7, 0.8, 0.9, 1.0, 1.1, 1.3, 1.2],
    }
    path = table(tmp_path / "shops.csv", "shop", drawn, firms=40, days=250)
    found = calibrate(path, merchants=60)
    assert (found.archetype, found.stream, found.firms) == ("shop", "takings", 40)
    nearer(found)
    assert near(found, "takings_day", 4000.0, 0.35)
    assert near(found, "weather_cv", 0.3, 0.2)
    assert near(found, "drift_sd", 0.09, 0.4)
    assert found.override["weekday"] == pytest.approx(drawn["weekday"], abs=0.06)
    low, high = found.override["ticket"]
    assert 9.0 < low < high < 15.0
    assert "month" not in found.override


def test_the_figures_that_invoices_were_drawn_by_are_found_again(tmp_path: Path) -> None:
    drawn: dict[str, object] = {
        "active_day": 0.3,
        "invoice_sd": 0.6,
        "void": 0.02,
        "top_customer": 0.5,
        "sales_year": 900_000.0,
    }
    path = table(tmp_path / "sales.csv", "manufacturer", drawn, firms=20, days=400)
    found = calibrate(path, merchants=60)
    assert (found.archetype, found.stream) == ("manufacturer", "sales")
    nearer(found)
    assert near(found, "active_day", 0.3, 0.2)
    assert near(found, "invoice_sd", 0.6, 0.2)
    assert near(found, "top_customer", 0.5, 0.25)
    assert 0.01 < found.override["void"] < 0.03
    assert isinstance(found.override["customers"], int)


def test_one_merchants_own_books_fit_one_merchant(tmp_path: Path) -> None:
    truth = sandbox("shop", seed=4)
    records = tuple(truth.all(DailySales))
    path = tmp_path / "mine.db"
    owner = next(truth.all(Merchant))
    with create_books(path, merchant=owner) as books:
        batch = Batch(kind="records", source="t", digest="0", currency="CNY", records=records)
        books.import_batches([batch])
    found = calibrate(path, merchants=30)
    assert (found.firms, found.override["takings_day.spread"]) == (1, 0.0)
    sold = [one.amount for one in records]
    days = (found.last - found.first).days + 1
    level = next(row for row in found.after if row.moment == "level")
    assert level.real == pytest.approx(sum(sold) / 100 / days)
    assert level.simulated == pytest.approx(level.real, rel=0.1)


def test_the_command_writes_a_scenario_that_can_be_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path / "one.csv", "shop", {"weather_cv": 0.3}, firms=1, days=120)
    out = tmp_path / "mine.yaml"
    words = ["sim", "calibrate", str(path), "--out", str(out), "--merchants", "20"]
    assert main([*words, "--json"]) == 0
    shown = capsys.readouterr().out
    schema = json.loads((FOLDER / "sim-calibrate.json").read_text("utf-8"))
    jsonschema.validate(json.loads(shown), schema, cls=jsonschema.Draft202012Validator)
    fitted = load(out)
    assert fitted.mix == {"shop": 1}
    assert fitted.override["shop"] == json.loads(shown)["override"]
    assert set(fitted.override["shop"]) - {"takings_day.spread"} <= set(calibration("shop").rows)
    assert main(words) == 0
    text = capsys.readouterr().out
    assert "shop fitted to takings of 1 firms" in text
    assert "mean of absolute distances" in text
    assert "kept as shipped" in text
    run = ["sim", "run", str(out), "--merchants", "2", "--days", "5", "--policies", "owner"]
    assert main([*run, "--out", str(tmp_path / "run")]) == 0


@pytest.mark.parametrize(
    ("days", "words", "said"),
    [
        (40, [], "40 days"),
        (40, [], "at least 56 days of takings of one firm"),
        (90, ["--archetype", "manufacturer"], "no sales to fit a manufacturer to"),
        (90, ["--archetype", "farmer"], "no figures of this archetype can be fitted"),
        (90, ["--archetype", "sharecropper"], "no such archetype"),
        (90, ["--merchants", "2"], "20 to 10000"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_the_reason(
    tmp_path: Path, days: int, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path / "shop.csv", "shop", {}, firms=1, days=days)
    out = tmp_path / "out.yaml"
    assert main(["sim", "calibrate", str(path), "--out", str(out), *words]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert len(shown.strip().splitlines()) == 1
    assert not out.exists()


def test_too_few_invoices_are_refused_with_what_is_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sales.csv"
    rows = [f"E1,{date(2020, 1, 1) + timedelta(days=40 * n)},B,{100 + n}.00" for n in range(9)]
    path.write_text("firm,date,counterparty,total\n" + "\n".join(rows), "utf-8")
    assert main(["sim", "calibrate", str(path), "--out", str(tmp_path / "out.yaml")]) == 2
    shown = capsys.readouterr().err
    assert "9 invoices, 321 days" in shown
    assert "at least 12 invoices in force over 180 days" in shown


def test_books_without_sales_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = sandbox("shop", seed=4)
    records = tuple(truth.all(Counterparty))
    with create_books(tmp_path / "mine.db", merchant=next(truth.all(Merchant))) as books:
        batch = Batch(kind="records", source="t", digest="0", currency="CNY", records=records)
        books.import_batches([batch])
    words = ["sim", "calibrate", str(tmp_path / "mine.db"), "--out", str(tmp_path / "o.yaml")]
    assert main(words) == 2
    assert "books without takings and invoices" in capsys.readouterr().err
