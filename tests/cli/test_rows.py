"""Answers that hold rows: as tables on a terminal, and as CSV that a spreadsheet cannot misread."""

from __future__ import annotations

import csv
import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk import InputError
from aicfo_sdk.books.store import open_books
from aicfo_sdk.cli.rows import Rows, answer_lines, rows_of, tables_of
from aicfo_sdk.model import BillId, BillMove, BillPlan, CashForecast, RuleOutcome

from .conftest import Run

_PLAN = BillPlan(
    moves=(
        BillMove(
            bill=BillId("B-1"),
            move="endorse",
            amount=1_234_567,
            day=date(2026, 3, 9),
            payable="24000000010000000016",
            reason="=HYPERLINK(1), the supplier takes it at face instead of money",
        ),
        BillMove(
            bill=BillId("-B\n2"),
            move="discount",
            amount=50_000,
            day=date(2026, 3, 2),
            institution="@bank",
            cost=123,
        ),
    ),
    wealth=-5,
    bound=100,
    gap_ppm=2,
    hold_all=0,
    discount_all=0,
    method="milp",
    rules=(RuleOutcome(rule="hold_all", wealth=7),),
)
_SCHEMA = BillPlan.model_json_schema(mode="serialization")


def values(plan: BillPlan) -> dict[str, Any]:
    return plan.model_dump(mode="json")


@pytest.fixture
def firm(aicfo: Run, tmp_path: Path) -> Path:
    """Stored books of the example files' firm, which holds bills."""
    files = sorted((Path(__file__).parents[2] / "examples" / "files").glob("*.csv"))
    path = tmp_path / "firm.books"
    done = aicfo("import", *files, "--into", path, "--own-uscc", "91330106MA2ABC1236")
    assert done.code == 0, done.err
    return path


def test_the_fields_that_hold_rows_are_found_and_proposals_are_none() -> None:
    assert list(tables_of(_SCHEMA)) == ["moves", "rules", "prices"]
    assert tables_of(CashForecast.model_json_schema(mode="serialization")) == {}
    assert answer_lines(CashForecast.model_json_schema(mode="serialization"), {}) == []


def test_a_plan_is_a_table_with_amounts_rates_and_the_reason_beneath() -> None:
    assert answer_lines(_SCHEMA, values(_PLAN)) == [
        "  wealth        -0.05",
        "  bound         1.00",
        "  gap %         0.0002",
        "  hold all      0.00",
        "  discount all  0.00",
        "  shortage      0.00",
        "  method        milp",
        "",
        "moves:",
        "  day         bill  move         amount  payable               institution  cost",
        "  2026-03-09  B-1   endorse   12,345.67  24000000010000000016               0.00",
        "      =HYPERLINK(1), the supplier takes it at face instead of money",
        "  2026-03-02  -B 2  discount     500.00                        @bank        1.23",
        "",
        "rules:",
        "  rule      wealth",
        "  hold_all    0.07",
        "",
        "prices:",
        "  none",
    ]


def test_money_paid_early_is_a_row_without_a_bill() -> None:
    move = BillMove(
        move="pay_early", amount=1_000_000, day=date(2026, 3, 2), payable="I1", cost=-20_000
    )
    found = values(_PLAN.model_copy(update={"moves": (move,)}))
    _, row = csv.reader(StringIO(rows_of(_SCHEMA, found).csv("CNY", str)))
    assert row == ["2026-03-02", "", "pay_early", "10000.00", "I1", "", "-200.00", ""]
    (shown,) = [line for line in answer_lines(_SCHEMA, found) if "pay_early" in line]
    assert shown.split() == ["2026-03-02", "pay_early", "10,000.00", "I1", "-200.00"]


def test_csv_has_every_column_amounts_in_yuan_and_nothing_a_spreadsheet_would_run() -> None:
    text = rows_of(_SCHEMA, values(_PLAN)).csv("CNY", str)
    head, first, second = csv.reader(StringIO(text))
    assert head == [
        "day", "bill", "move", "amount (CNY)", "payable", "institution", "cost (CNY)", "reason",
    ]  # fmt: skip
    assert first[:5] == ["2026-03-09", "B-1", "endorse", "12345.67", "24000000010000000016\t"]
    assert first[7].startswith("'=HYPERLINK(1)")
    assert second[1] == "'-B\n2"
    assert second[5:7] == ["'@bank", "1.23"]
    assert rows_of(_SCHEMA, values(_PLAN), "rules").csv("CNY", str).splitlines() == [
        "rule,wealth (CNY),saved (CNY),shortage (CNY)",
        "hold_all,0.07,,0.00",
    ]


@given(st.text(max_size=30))
def test_no_text_begins_a_formula_and_the_text_comes_back(text: str) -> None:
    column = {"note": {"type": "string"}}
    written = Rows("r", column, [{"note": text}]).csv("CNY", str)
    (_, (cell,)) = csv.reader(StringIO(written, newline=""))
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell in (text, "'" + text, text + "\t")


def test_what_holds_no_rows_or_not_those_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="no rows"):
        rows_of(CashForecast.model_json_schema(mode="serialization"), {})
    with pytest.raises(InputError, match="it holds moves, rules, prices"):
        rows_of(_SCHEMA, values(_PLAN), "proposal")


def test_a_schema_that_says_little_is_no_row() -> None:
    odd = {"properties": {"a": True, "b": {"type": "array", "items": True}, "c": {"items": 1}}}
    assert tables_of(odd) == {}


def test_call_writes_the_rows_beside_its_answer(aicfo: Run, firm: Path) -> None:
    done = aicfo("call", "bill_plan", "--books", firm, "--csv", "plan.csv", "--json")
    assert done.code == 0, done.err
    rows = list(csv.DictReader(StringIO(Path("plan.csv").read_text("utf-8-sig"))))
    moves = done.json["result"]["moves"]
    assert done.err == f"{len(moves)} rows of moves in plan.csv\n"
    assert moves
    assert [row["bill"].rstrip("\t") for row in rows] == [move["bill"] for move in moves]
    yuan = [f"{move['amount'] // 100}.{move['amount'] % 100:02d}" for move in moves]
    assert [row["amount (CNY)"] for row in rows] == yuan
    assert Path("plan.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    shown = aicfo("call", "bill_plan", "--books", firm)
    assert "moves:" in shown.out
    assert "{" not in shown.out


def test_call_asks_nothing_when_the_rows_could_not_be_written(aicfo: Run, firm: Path) -> None:
    Path("there.csv").write_text("mine")

    def refused(*words: str | Path) -> str:
        done = aicfo("call", *words, "--books", firm)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), done
        return done.err

    assert "use --force" in refused("bill_plan", "--csv", "there.csv")
    assert "these are the books" in refused("bill_plan", "--csv", firm, "--force")
    assert "no rows" in refused("cash_forecast", "--csv", "new.csv")
    assert "it holds moves, rules, prices" in refused(
        "bill_plan", "--csv", "new.csv", "--rows", "gone"
    )
    assert not Path("new.csv").exists()
    assert Path("there.csv").read_text() == "mine"
    with open_books(firm) as books:
        assert books.runs.latest(10) == ()
    assert aicfo(
        "call", "bill_plan", "--books", firm, "--csv", "there.csv", "--force"
    ).code == 0  # fmt: skip
    assert "day,bill" in Path("there.csv").read_text("utf-8-sig")
    assert json.loads(aicfo("runs", "--books", firm, "--json").out)["runs"]
