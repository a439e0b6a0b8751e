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
        "transferable": draw(st.booleans()),
        "side": draw(st.sampled_from(["receivable", "payable"])),
        "held": draw(st.sampled_from(["held", "pledged", "endorsed", "discounted", "settled"])),
        "status": draw(st.sampled_from(["issued", "accepted", "received", "terminated"])),
        "circulation": draw(
            st.sampled_from(["pending", "locked", "transferable", "not_transferable", "ended"])
        ),
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
