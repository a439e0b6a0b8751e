"""Moments of streams, shipped statistics, and the simulated world beside real records."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from aicfo_sim.output import FOLDER
from aicfo_sim.scenario import load
from aicfo_sim.validation.compare import validate
from aicfo_sim.validation.invoices import invoice_moments
from aicfo_sim.validation.records import read_records
from aicfo_sim.validation.sample import distance, measure, statistics
from aicfo_sim.validation.shipped import PARTS, SOURCES, held_out, shipped, split
from aicfo_sim.validation.simulated import firms_of, simulated
from aicfo_sim.validation.streams import RED, STREAMS, VALID, VOID, Invoices, Takings, within
from aicfo_sim.validation.takings import takings_moments
from openpyxl import Workbook

from aicfo_sdk import AicfoError
from aicfo_sdk.cli import main

MONDAY = date(2024, 3, 4)
WEEK = (90, 95, 100, 100, 105, 120, 90)


def takings(weeks: int = 20, first: date = MONDAY) -> Takings:
    fen = np.tile(np.array(WEEK, dtype=np.int64) * 100, weeks)
    return Takings("a", first, fen, fen // 500)


def invoices(rows: list[tuple[int, int, int, int]], days: int = 400) -> Invoices:
    day, fen, party, kind = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Invoices("f", date(2018, 1, 1), days, day, fen, party, kind)


def test_the_factors_of_weekdays_and_the_level_are_those_that_the_days_have() -> None:
    found = takings_moments(takings())
    assert found["level"] == pytest.approx(100.0)
    assert found["order_value"] == pytest.approx(5.0)
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    assert [found[name] for name in names] == pytest.approx([share / 100 for share in WEEK])
    assert found["days_without"] == 0.0
    assert found["noise"] == pytest.approx(0.0)


def test_a_holiday_is_compared_with_the_same_weekdays_around_it() -> None:
    year = takings(52, date(2024, 1, 1))
    fen = year.fen.copy()
    for day in (date(2024, 10, 1), date(2024, 10, 2)):
        fen[(day - year.first).days] *= 3
    some = Takings("a", year.first, fen, year.orders)
    plain, moved = (takings_moments(one)["holiday"] for one in (year, some))
    assert plain == pytest.approx(1.0)
    assert moved > 1.2
    assert takings_moments(some)["spring_during"] == pytest.approx(1.0)


def test_days_without_takings_are_counted_and_do_not_spoil_the_other_moments() -> None:
    one = takings()
    fen = one.fen.copy()
    fen[::10] = 0
    found = takings_moments(Takings("a", one.first, fen, one.orders))
    assert found["days_without"] == pytest.approx(0.1)
    assert all(np.isfinite(value) for value in found.values())


def test_too_short_and_empty_series_give_no_moments() -> None:
    one = takings(7)
    assert takings_moments(one) == {}
    assert takings_moments(Takings("a", MONDAY, np.zeros(200, np.int64), one.orders)) == {}


def test_red_and_void_invoices_are_shares_of_what_was_written() -> None:
    rows = [(n * 20, 10_000_00, n % 4, VALID) for n in range(18)]
    rows += [(5, -2_000_00, 0, RED), (7, 9_000_00, 1, VOID)]
    found = invoice_moments(invoices(rows))
    assert (found["red"], found["void"]) == (0.05, 0.05)
    assert found["level"] == pytest.approx((18 * 10_000 - 2_000) * 365 / 400)
    assert found["gap"] == pytest.approx(20.0)
    assert found["active_days"] == pytest.approx(18 / 400)
    assert found["parties"] == pytest.approx(3.95, abs=0.05)


def test_what_a_source_does_not_say_is_not_measured() -> None:
    one = invoices([(n * 20, 1_000, 0, VALID) for n in range(18)])
    columns = (one.name, one.first, one.days, one.day, one.fen, one.party, one.kind)
    blind = Invoices(*columns, unknown=("void", "top_party"))
    assert {"void", "top_party"} & invoice_moments(one).keys() == {"void", "top_party"}
    assert not {"void", "top_party"} & invoice_moments(blind).keys()


def test_a_part_in_time_holds_the_days_asked_for() -> None:
    part = within(takings(), MONDAY + timedelta(days=7), MONDAY + timedelta(days=20))
    assert part is not None
    assert (part.first, part.days) == (MONDAY + timedelta(days=7), 14)
    assert within(takings(), date(2030, 1, 1), date(2030, 2, 1)) is None


def test_the_distance_of_a_sample_from_its_own_quantiles_is_that_of_the_table() -> None:
    values = np.random.default_rng(5).lognormal(0.0, 1.0, 5_000)
    table = np.quantile(values, np.linspace(0, 1, 101))
    assert distance(table, values) < 0.011
    assert distance(table, values * 2) > 0.2
    steps = np.repeat([0.0, 1.0], 500)
    assert distance(np.quantile(steps, np.linspace(0, 1, 101)), steps) < 0.011


@pytest.mark.parametrize("archetype", sorted(SOURCES))
def test_shipped_statistics_hold_bands_and_quantiles_of_many_firms(archetype: str) -> None:
    found = shipped(archetype)
    assert set(found) == set(PARTS)
    for part in found.values():
        for stream, one in part.items():
            known = {moment.name for moment in STREAMS[stream].moments}
            assert set(one.bands) <= known
            assert one.firms >= 15
            for band in one.bands.values():
                assert band.low <= band.value <= band.high
                assert band.firms >= 5
            for shape in one.shapes.values():
                assert list(shape.quantiles) == sorted(shape.quantiles)
                assert 0 < shape.limit < 1


def test_firms_are_held_out_by_their_id_alone() -> None:
    firms = [Takings(str(n), MONDAY, takings().fen, takings().orders) for n in range(400)]
    parts = split("koubei", firms, MONDAY + timedelta(days=60))
    ours, theirs = ({firm.name for firm in parts[part][0]} for part in ("fit", "firms"))
    assert not ours & theirs
    assert 150 < len(theirs) < 250
    assert [firm.name for firm in parts["later"][0]] == [firm.name for firm in parts["firms"][0]]
    assert parts["later"][1] > parts["fit"][2]
    assert theirs == {str(n) for n in range(400) if held_out("koubei", str(n))}


def test_the_same_seed_gives_the_same_sample_and_more_firms_change_no_other() -> None:
    when = {"first": date(2024, 1, 1), "last": date(2024, 4, 30), "seed": 3}
    few, many = (simulated("takings", load("shop"), "shop", merchants=n, **when) for n in (20, 30))
    assert np.array_equal(few.values, many.values[:20], equal_nan=True)


@pytest.mark.parametrize(
    ("archetype", "stream"),
    [("ecommerce", "takings"), ("restaurant", "takings"), ("manufacturer", "purchases")],
)
def test_each_archetype_that_draws_a_stream_can_be_measured(archetype: str, stream: str) -> None:
    when = {"first": date(2024, 1, 1), "last": date(2024, 12, 31), "seed": 3}
    found = simulated(stream, load(archetype), archetype, merchants=20, **when)
    bands = statistics(found).bands
    assert len(found.firms) >= 20
    assert bands["level"].value > 0
    assert ("peak_1111" in bands) == (archetype == "ecommerce")


def written(path: Path, found: list[Takings], heads: tuple[str, str, str], *, seed: int) -> Path:
    """Write takings as a table with those column names; columns and rows are mixed."""
    order = [0, 1, 2]
    mixed = random.Random(seed)
    mixed.shuffle(order)
    rows = [
        (one.name, (one.first + timedelta(days=n)).isoformat(), f"{fen / 100:.2f}")
        for one in found
        for n, fen in enumerate(one.fen.tolist())
        if fen
    ]
    mixed.shuffle(rows)
    lines = [",".join(row[n] for n in order) for row in [heads, *rows]]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_order_and_language_of_columns_and_order_of_rows_change_nothing(tmp_path: Path) -> None:
    shops = [takings(), Takings("b", MONDAY, takings().fen * 3, takings().orders)]
    one = written(tmp_path / "a.csv", shops, ("shop_id", "time_stamp", "amount"), seed=1)
    other = written(tmp_path / "b.csv", shops, ("门店", "日期", "营业额"), seed=2)
    read = [read_records(path).streams["takings"] for path in (one, other)]
    values = [measure("takings", sorted(firms, key=lambda f: f.name)).values for firms in read]
    assert np.array_equal(*values, equal_nan=True)
    assert values[0].shape[0] == 2


def test_counts_become_takings_by_the_price_list_beside_them(tmp_path: Path) -> None:
    rows = [f"7,{MONDAY + timedelta(days=n)},{5 + n % 3}" for n in range(60)]
    (tmp_path / "pays.csv").write_text("shop_id,time_stamp,count\n" + "\n".join(rows), "utf-8")
    alone = read_records(tmp_path, order_value=30.0)
    assert "a payment is taken at 30 yuan" in alone.notes[0]
    (tmp_path / "shops.csv").write_text("city_name,per_pay,shop_id\n某市,12,7\n", "utf-8")
    priced = read_records(tmp_path, order_value=30.0)
    assert priced.notes == []
    (shop,) = priced.streams["takings"]
    assert isinstance(shop, Takings)
    assert shop.fen[0] == 5 * 1_200


def test_a_list_of_payments_counts_them_by_day(tmp_path: Path) -> None:
    days = [MONDAY + timedelta(days=n % 60) for n in range(300)]
    rows = [f"u{n},9,{day} 12:{n % 60:02d}:00" for n, day in enumerate(days)]
    path = tmp_path / "user_pay.csv"
    path.write_text("user_id,shop_id,time_stamp\n" + "\n".join(rows), "utf-8")
    (shop,) = read_records(path, order_value=10.0).streams["takings"]
    assert isinstance(shop, Takings)
    assert shop.orders.tolist() == [5] * 60


def contest_workbook(path: Path) -> Path:
    """Write a workbook as the contest gives it: sheets of firms, purchases and sales."""
    book = Workbook()
    names, bought, sold = book.worksheets[0], book.create_sheet(), book.create_sheet()
    names.title, bought.title, sold.title = "企业信息", "进项发票信息", "销项发票信息"
    names.append(["企业代号", "企业名称", "信誉评级", "是否违约"])
    for firm, name in (("E1", "***建筑工程有限公司"), ("E2", "***食品有限公司")):
        names.append([firm, name, "A", "否"])
    for sheet, party in ((bought, "销方单位代号"), (sold, "购方单位代号")):
        sheet.append(
            ["企业代号", "发票号码", "开票日期", party, "金额", "税额", "价税合计", "发票状态"]
        )
        for firm in ("E1", "E2"):
            for n in range(40):
                day = date(2018, 1, 2) + timedelta(days=9 * n)
                state = "作废发票" if n == 7 else "有效发票"
                total = -100.0 if n == 9 else 1_000.0 + n
                sheet.append([firm, f"{n}", day, f"B{n % 3}", total, 0.0, total, state])
    book.save(path)
    return path


def test_a_workbook_of_the_contest_is_read_sheet_by_sheet(tmp_path: Path) -> None:
    found = read_records(contest_workbook(tmp_path / "附件1.xlsx"))
    assert {name: len(firms) for name, firms in found.streams.items()} == {
        "sales": 2,
        "purchases": 2,
    }
    (builder,), (maker,) = (found.of("sales", name) for name in ("contractor", "manufacturer"))
    assert (builder.name, maker.name) == ("E1", "E2")
    assert isinstance(builder, Invoices)
    assert [int((builder.kind == kind).sum()) for kind in (VALID, RED, VOID)] == [38, 1, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shop_id,time_stamp\n1,2020-01-01\n1,2020-01-02\n", "lacks a column; count"),
        ("shop_id,time_stamp,count\n1,2020-01-01,-4\n", "not a count"),
        ("shop_id,time_stamp,count\n1,2020-13-01,4\n", "column time_stamp"),
        ("shop_id,time_stamp,amount\n1,2020-01-01,x9\n", "column amount"),
        ("firm,date,counterparty,status\nE1,2020-01-01,B,有效发票\n", "total"),
        ("firm,date,counterparty,total,status\nE1,2020-01-01,B,5.00,paid\n", "column status"),
        ("a,b\n1,2\n", "no header row"),
        ("shop_id,time_stamp,count\n1,1020-01-01,4\n1,2020-01-01,4\n", "is a year mistyped?"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_error_that_names_it(
    tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, "utf-8")
    assert main(["sim", "validate", "shop", "--against", str(path)]) == 2
    shown = capsys.readouterr().err
    assert "bad.csv" in shown
    assert said.replace("; ", " ") in shown.replace("; ", " ").replace(": ", " ") or said in shown
    assert len(shown.strip().splitlines()) == 1


def test_an_unreadable_spreadsheet_beside_the_records_is_told_and_left(tmp_path: Path) -> None:
    written(tmp_path / "a.csv", [takings()], ("shop", "date", "amount"), seed=1)
    (tmp_path / "other.xlsx").write_bytes(b"PK\x03\x04 nothing")
    assert "other.xlsx" in read_records(tmp_path).notes[0]
    with pytest.raises(AicfoError, match=r"other\.xlsx"):
        read_records(tmp_path / "other.xlsx")


def simulated_table(path: Path, scenario: str, archetype: str) -> Path:
    """Write the takings that a scenario draws as a user's table."""
    firms = firms_of("takings", load(scenario), archetype, MONDAY, 210, range(40), 77)
    return written(
        path, [f for f in firms if isinstance(f, Takings)], ("shop", "date", "amount"), seed=3
    )


def test_the_world_beside_its_own_records_fits_them(tmp_path: Path) -> None:
    path = simulated_table(tmp_path / "own.csv", "shop", "shop")
    found = validate("shop", against=path, merchants=60, seed=8)
    assert len(found.moments) > 15
    assert found.outside <= 0.15 * (len(found.moments) + len(found.shapes))
    far = [abs(row.distance) for row in found.moments if row.distance is not None and row.stream]
    assert np.median(far) < 0.3


def fits(text: str, name: str) -> None:
    schema = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    jsonschema.validate(json.loads(text), schema, cls=jsonschema.Draft202012Validator)


def test_the_command_shows_bands_and_ends_with_1_only_when_asked_to_be_strict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = contest_workbook(tmp_path / "附件1.xlsx")
    words = ["sim", "validate", "manufacturer", "--merchants", "20", "--against", str(table)]
    assert main([*words, "--json"]) == 0
    shown = capsys.readouterr().out
    fits(shown, "sim-validate")
    found = json.loads(shown)
    assert {row["stream"] for row in found["moments"]} == {"sales", "purchases"}
    assert found["outside"] > 0
    assert main([*words, "--strict"]) == 1
    text = capsys.readouterr().out
    assert "manufacturer, sales, the records given (1 real firms)" in text
    rows = len(found["moments"]) + len(found["shapes"])
    assert f"{rows - found['outside']} of {rows} fit" in text


def test_without_records_the_world_is_compared_with_both_held_out_parts() -> None:
    found = validate("contractor", merchants=20, seed=5)
    assert {row.part for row in (*found.moments, *found.shapes)} == {"firms", "later"}
    assert {row.stream for row in found.shapes} == {"sales", "purchases"}
    assert all(row.low <= row.real <= row.high for row in found.moments)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "no such scenario"),
        (["shop", "--archetype", "farmer"], "its mix has shop"),
        (["shop", "--merchants", "3"], "20 to 10000"),
        (["shop", "--days", "9"], "56 to 3660"),
        (["shop", "--seed", "-1"], "seed out of bounds"),
        (["shop", "--against", "no/such"], "no such file, folder or books"),
    ],
)
def test_words_that_make_no_sense_are_one_clear_error(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sim", "validate", *words]) == 2
    assert said in capsys.readouterr().err


def test_archetypes_without_shipped_statistics_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sim", "validate", "farmer"]) == 0
    shown = capsys.readouterr().out
    assert "farmer: draws no stream that is compared" in shown
    assert "nothing was compared" in shown
