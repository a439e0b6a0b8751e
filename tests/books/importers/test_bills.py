"""Lists of bills on hand: what they carry survives a round trip, what is wrong is named."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aicfo_sdk.books.exporters import bills as exporter
from aicfo_sdk.books.importers import bills
from aicfo_sdk.books.names import counterparty_id
from aicfo_sdk.errors import RecordError
from aicfo_sdk.model import Bill, Counterparty, Endorsement, UntrustedText
from aicfo_sdk.model.bill_steps import CIRCULATION_ZH, STATUS_ZH

NUMBER = "510233000001620260105000000001"
HEAD = "票据(包)号码,子票区间,票据种类,票据金额,出票日,到期日,出票人,承兑人"
ROW = f"{NUMBER},1-1000000,银行承兑汇票,10000.00,2026-01-05,2026-07-05,甲公司,工商银行杭州分行"


def _csv(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def _bills(path: Path) -> list[Bill]:
    return [record for record in bills.read(path).records if isinstance(record, Bill)]


def test_a_holding_is_a_sub_range_whose_length_is_its_amount(tmp_path: Path) -> None:
    (bill,) = _bills(_csv(tmp_path / "b.csv", ROW))
    assert bill.id == f"{NUMBER}-1-1000000"
    assert (bill.face, bill.range_start, bill.range_end) == (1_000_000, 1, 1_000_000)
    assert (bill.kind, bill.held, bill.side) == ("bank", "held", "receivable")
    assert (bill.issued, bill.matures) == (date(2026, 1, 5), date(2026, 7, 5))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("1-1000000", "1-999999"), "子票区间 and 票据金额 differ"),
        (("10000.00", "-10000.00"), "above zero"),
        (("10000.00", "NaN"), "not an amount"),
        (("10000.00", "１０000"), "not an amount"),
        (("10000.00", "1e4"), "not an amount"),
        (("10000.00", "10000.001"), "more than two decimals"),
        (("10000.00", "99999999999999"), "out of bounds"),
        ((NUMBER, "5.10233E+29"), "last digits are lost"),
        ((NUMBER, NUMBER[:-1]), "not a bill number"),
        ((NUMBER, "５" + NUMBER[1:]), "not a bill number"),
        (("银行承兑汇票", "本票"), "an unknown 票据种类"),
        (("2026-07-05", "2025-07-05"), "到期日 before 出票日"),
        (("2026-07-05", "2026-02-30"), "not a date"),
        (("甲公司", ""), "an empty cell"),
    ],
)
def test_a_bad_bill_names_line_column_and_value(
    tmp_path: Path, change: tuple[str, str], what: str
) -> None:
    path = _csv(tmp_path / "b.csv", ROW, ROW.replace(NUMBER, "6" + NUMBER[1:]).replace(*change))
    if change[0] == NUMBER:
        path = _csv(tmp_path / "b.csv", ROW, ROW.replace(*change))
    with pytest.raises(RecordError, match=what) as caught:
        bills.read(path)
    assert caught.value.line == 3
    assert caught.value.column


def test_a_number_stored_as_a_spreadsheet_number_has_lost_digits(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD.split(","))
    sheet.append([float(NUMBER), "0", *ROW.split(",")[2:]])
    path = tmp_path / "b.xlsx"
    book.save(path)
    with pytest.raises(RecordError, match="last digits are lost") as caught:
        bills.read(path)
    assert (caught.value.line, caught.value.column) == (2, "票据(包)号码")


def test_the_same_bill_twice_counts_once_and_a_changed_one_is_an_error(tmp_path: Path) -> None:
    batch = bills.read(_csv(tmp_path / "b.csv", ROW, ROW))
    assert len(batch.records) == 1
    assert [refused.line for refused in batch.refused] == [3]
    changed = ROW.replace("甲公司", "乙公司")
    with pytest.raises(RecordError, match="two different bills of one number"):
        bills.read(_csv(tmp_path / "b.csv", ROW, changed))


def test_a_wrong_acceptor_code_is_an_error_unless_read_leniently(tmp_path: Path) -> None:
    head, row = HEAD + ",承兑人统一社会信用代码", ROW + ",91330106MA0000000X"
    path = _csv(tmp_path / "b.csv", row, head=head)
    with pytest.raises(RecordError, match="check character"):
        bills.read(path)
    batch = bills.read(path, lenient_ids=True)
    assert len(batch.records) == 1
    assert "91330106MA0000000X" in batch.notes[0]


def test_a_bill_that_cannot_be_divided_has_no_sub_range(tmp_path: Path) -> None:
    head = HEAD + ",可分包"
    with pytest.raises(RecordError, match="可分包"):
        bills.read(_csv(tmp_path / "b.csv", ROW + ",否", head=head))
    (bill,) = _bills(_csv(tmp_path / "b.csv", ROW.replace("1-1000000", "0") + ",否", head=head))
    assert not bill.splittable
    assert bill.id == NUMBER


def test_a_broken_chain_cell_is_an_error(tmp_path: Path) -> None:
    head = HEAD + ",背书链"
    for chain in ("2026-02-01|甲公司", "昨天|甲|乙", "2026-02-01|甲|", "2026-02-01|甲|乙|可转让"):
        with pytest.raises(RecordError, match="背书链"):
            bills.read(_csv(tmp_path / "b.csv", f"{ROW},{chain}", head=head))


def _one(path: Path, more: str, cells: str) -> Bill:
    (bill,) = _bills(_csv(path, f"{ROW},{cells}", head=f"{HEAD},{more}"))
    return bill


def test_words_and_figures_say_one_amount_or_the_bill_is_void(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    assert _one(path, "大写金额", "人民币壹万元整").face == 1_000_000
    with pytest.raises(RecordError, match="大写） and 票据金额 differ") as caught:
        _one(path, "票面金额（大写）", "壹仟元整")
    assert caught.value.column == "票面金额（大写）"
    assert "the words say 100000 fen, the figures 1000000" in str(caught.value)
    with pytest.raises(RecordError, match="not a 大写金额"):
        _one(path, "大写金额", "一万块")


@pytest.mark.parametrize(
    ("more", "cells", "pair"),
    [
        ("票据状态,流通标志", "CS04,TF0401", ("matured", "collecting")),
        ("票据状态,流通标志", "已到期,追索中", ("matured", "claimed")),
        ("票据状态", "已收票/已锁定", ("received", "locked")),
        ("票据状态", "已结清 - 已结束", ("settled", "ended")),
        ("票据状态", "已终止", ("terminated", "ended")),
        ("票据状态", "已承兑", ("accepted", "pending")),
        ("票据状态", "提示付款已拒付", ("matured", "claimed")),
        ("票据状态", "背书已签收", ("received", "transferable")),
        ("票据状态", "", ("received", "transferable")),
        ("流通标志", "不可转让", ("received", "not_transferable")),
    ],
)
def test_a_state_is_read_in_every_way_that_banks_write_it(
    tmp_path: Path, more: str, cells: str, pair: tuple[str, str]
) -> None:
    bill = _one(tmp_path / "b.csv", more, cells)
    assert (bill.status, bill.circulation) == pair
    assert bill.state_occurs


def test_an_unknown_state_names_the_words_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"an unknown 票据状态.*已出票"):
        _one(tmp_path / "b.csv", "票据状态", "在途")
    with pytest.raises(RecordError, match=r"追索中.*TF0501"):
        _one(tmp_path / "b.csv", "票据状态", "已收票/在途")


@pytest.mark.parametrize(
    ("more", "cells", "held"),
    [
        ("票据状态", "票据已结清", "settled"),
        ("票据状态,流通标志", "已收票,已质押", "pledged"),
        ("票据状态", "已收票/可流通", "held"),
        ("持有状态,票据状态", "转出票据,票据已结清", "endorsed"),
    ],
)
def test_what_became_of_a_bill_is_told_by_its_state_where_the_list_does_not_say(
    tmp_path: Path, more: str, cells: str, held: str
) -> None:
    assert _one(tmp_path / "b.csv", more, cells).held == held


def test_guarantor_and_recourse_are_read(tmp_path: Path) -> None:
    bill = _one(tmp_path / "b.csv", "保证人,持有状态,追索权", "丙担保公司,已贴现,无追索权")
    assert (bill.guarantor, bill.recourse, bill.held) == ("丙担保公司", False, "discounted")
    plain = _one(tmp_path / "b.csv", "保证人,追索权", ",")
    assert (plain.guarantor, plain.recourse) == ("", True)
    with pytest.raises(RecordError, match="an unknown 追索权"):
        _one(tmp_path / "b.csv", "追索权", "也许")


@pytest.mark.parametrize(
    "units", ["000000000001-000001000000", "1 - 1000000", "1至1000000", "1～1000000", "[1~1000000]"]
)
def test_a_sub_range_is_read_in_every_form(tmp_path: Path, units: str) -> None:
    (bill,) = _bills(_csv(tmp_path / "b.csv", ROW.replace("1-1000000", units)))
    assert (bill.range_start, bill.range_end) == (1, 1_000_000)


def test_a_sub_range_in_two_columns_is_one(tmp_path: Path) -> None:
    head, path = HEAD.replace("子票区间", "子票区间起始,子票区间截止"), tmp_path / "b.csv"
    (bill,) = _bills(_csv(path, ROW.replace("1-1000000", "1,1000000"), head=head))
    assert bill.id == f"{NUMBER}-1-1000000"
    (whole,) = _bills(_csv(path, ROW.replace("1-1000000", "0,0"), head=head))
    assert not whole.splittable
    with pytest.raises(RecordError, match="not a sub-range"):
        _bills(_csv(path, ROW.replace("1-1000000", "1,"), head=head))


# Headers in the spellings of bank software; the rows are made up.
_SPELLINGS = {
    "full-width brackets": (
        (
            "序号,票据（包）号,子票区间,票据类型,票据（包）金额,出票日期,汇票到期日,出票人全称,承兑人全称,"
            "收款人全称,票据状态,流通标志"
        ),
        (
            f'1,{NUMBER},1-1000000,银承,"10,000.00",20260105,20260705,甲公司,工商银行杭州分行,'
            "乙公司,CS03,TF0301"
        ),
    ),
    "old system": (
        "电票号码,票据种类,票面金额(元),票面金额大写,出票日,到期日,出票人名称,承兑人名称,收票人,票据状态",
        (
            f"{NUMBER},电子银行承兑汇票,10000,壹万元整,2026/01/05,2026/07/05,甲公司,工商银行杭州分行,"
            "乙公司,背书已签收"
        ),
    ),
    "bill pool": (
        (
            "票据包号,子票区间起始,子票区间截止,票据类别,票面金额,出票日期,票据到期日,出票人,承兑人名称,"
            "收款人名称,库存状态,直接前手名称,是否可再转让"
        ),
        (
            f"{NUMBER},000000000001,000001000000,AC01,10000.00,2026-01-05,2026-07-05,甲公司,"
            "工商银行杭州分行,乙公司,在库,丁公司,EM00"
        ),
    ),
}


@pytest.mark.parametrize("spelling", _SPELLINGS)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_headers_of_several_banks_are_known(tmp_path: Path, spelling: str, ending: str) -> None:
    import csv

    from openpyxl import Workbook

    from aicfo_sdk.books.importers.detect import detect

    head, row = _SPELLINGS[spelling]
    path = tmp_path / f"b.{ending}"
    if ending == "csv":
        path.write_text(f"{head}\n{row}\n", "gb18030")
    else:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for cells in csv.reader([head, row]):
            sheet.append(cells)
        book.save(path)
    assert detect(path) == "bills"
    (bill,) = _bills(path)
    assert (bill.number, bill.kind, bill.face) == (NUMBER, "bank", 1_000_000)
    assert (bill.issued, bill.matures) == (date(2026, 1, 5), date(2026, 7, 5))
    assert (bill.drawer, bill.acceptor, bill.payee) == ("甲公司", "工商银行杭州分行", "乙公司")
    assert (bill.status, bill.circulation, bill.held) == ("received", "transferable", "held")
    assert bill.splittable == (spelling != "old system")


def test_every_column_name_stands_in_the_documentation() -> None:
    page = Path(__file__).parents[3].joinpath("docs", "importing.md").read_text("utf-8")
    for first, *others in (*bills.COLUMNS.values(), *bills.OPTIONAL.values()):
        assert f"| {first} | {', '.join(others)} |".replace("|  |", "| |") in page


# Names as strangers write them, with the marks of the chain among their characters.
NAMES = (
    st.text(st.sampled_from("甲乙丙公司AZ|;\\ ()=-+'\"，,\n"), min_size=1, max_size=12)
    .map(UntrustedText)
    .filter(lambda name: name == name.strip() and bool(counterparty_id(name)))
)
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@st.composite
def _bill(draw: st.DrawFn) -> tuple[Bill, Counterparty]:
    giver_name = draw(NAMES)
    day = draw(DAYS)
    giver = Counterparty(id=counterparty_id(giver_name), known_since=day, name=giver_name)
    face = draw(st.integers(1, 10**13))
    start = draw(st.integers(0, 10**12))
    issued = draw(DAYS)
    number = draw(st.from_regex(r"\A[5678][0-9]{29}\Z"))
    fields: dict[str, Any] = {
        "range_start": start,
        "range_end": start + face - 1 if start else 0,
        "acceptor_class": draw(st.sampled_from([None, "state_bank", "weak_trade"])),
        "payee": draw(NAMES),
        "guarantor": draw(NAMES),
        "transferable": draw(st.booleans()),
        "side": draw(st.sampled_from(["receivable", "payable"])),
        "held": draw(st.sampled_from(["held", "pledged", "endorsed", "discounted", "settled"])),
        "recourse": draw(st.booleans()),
        "status": draw(st.sampled_from(list(STATUS_ZH))),
        "circulation": draw(st.sampled_from(list(CIRCULATION_ZH))),
    }
    bill = Bill(
        id=f"{number}-{start}-{fields['range_end']}" if start else number,
        updated=draw(DAYS),
        number=number,
        kind=draw(st.sampled_from(["bank", "trade", "supply_chain_bank", "supply_chain_trade"])),
        face=face,
        issued=issued,
        matures=issued + timedelta(days=draw(st.integers(0, 184))),
        drawer=draw(NAMES),
        acceptor=draw(NAMES),
        endorsements=tuple(
            Endorsement(
                day=draw(DAYS),
                endorser=draw(NAMES),
                endorsee=draw(NAMES),
                transferable=draw(st.booleans()),
            )
            for _ in range(draw(st.integers(0, 3)))
        ),
        received=day,
        received_from=giver.id,
        invoices=tuple(draw(st.lists(st.sampled_from(["Invoice:1", "合同;7"]), max_size=2))),
        **fields,
    )
    return bill, giver


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pairs=st.lists(_bill(), min_size=1, max_size=3, unique_by=lambda pair: pair[0].number))
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_every_field_of_a_bill_survives_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory, ending: str, pairs: list[tuple[Bill, Counterparty]]
) -> None:
    path = tmp_path_factory.mktemp("bills") / f"b.{ending}"
    exporter.write_list(
        [bill for bill, _ in pairs], path, counterparties={giver.id: giver for _, giver in pairs}
    )
    expected = sorted((bill for bill, _ in pairs), key=lambda bill: (bill.matures, bill.number))
    assert _bills(path) == expected
