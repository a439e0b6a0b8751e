"""Invoices by mapping: lines become invoices, and not a penny of the file is lost."""

from __future__ import annotations

import csv
import gzip
import random
from collections import Counter
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import aicfo_seeds
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.importers import invoices
from aicfo_sdk.books.importers.invoice_mapping import mapping
from aicfo_sdk.errors import InputError, NotFound, RecordError
from aicfo_sdk.model import Counterparty, DailySales, Invoice, Merchant, Store
from aicfo_sdk.money import parse

REAL = Path(aicfo_seeds.__file__).parent / "real" / "online_retail_2009_2010.csv.gz"
HEAD = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"
PENNY = Decimal("0.01")


def line(
    number: str = "489434",
    *,
    item: str = "85048",
    quantity: str = "12",
    day: str = "2009-12-01 07:45:00",
    price: str = "6.95",
    party: str = "13085.0",
    country: str = "United Kingdom",
) -> str:
    return f"{number},{item},BALL,{quantity},{day},{price},{party},{country}"


def write(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def found(batch: Batch) -> list[Invoice]:
    return [record for record in batch.records if isinstance(record, Invoice)]


def test_the_lines_of_one_number_are_one_invoice_of_one_customer(tmp_path: Path) -> None:
    path = write(tmp_path / "i.csv", line(), line(quantity="3", price="2.1"), line("489435"))
    batch = invoices.read(path, terms_days=30, merchant="Gifts Ltd")
    first, second = found(batch)
    assert (first.total, first.net, first.tax) == (8340 + 630, 8340 + 630, 0)
    assert (first.due, first.counterparty, first.status) == (date(2009, 12, 31), "13085", "normal")
    assert second.total == 8340
    assert batch.currency == "GBP"
    (party,) = [record for record in batch.records if isinstance(record, Counterparty)]
    assert (party.id, party.country, party.terms_days) == ("13085", "United Kingdom", 30)
    (day,) = [record for record in batch.records if isinstance(record, DailySales)]
    assert (day.amount, day.orders, day.refunds, day.channel) == (17_310, 2, 0, "wholesale")
    assert [record.name for record in batch.records if isinstance(record, Merchant)] == [
        "Gifts Ltd"
    ]
    assert [record.id for record in batch.records if isinstance(record, Store)] == ["main"]


def test_a_line_is_rounded_once_and_half_to_even(tmp_path: Path) -> None:
    path = write(
        tmp_path / "i.csv",
        line("1", quantity="1", price="0.125"),
        line("2", quantity="1", price="0.135"),
        line("3", quantity="3", price="0.333"),
    )
    assert [invoice.total for invoice in found(invoices.read(path))] == [12, 14, 100]


def test_a_credit_note_is_red_and_lowers_the_takings_of_its_day(tmp_path: Path) -> None:
    path = write(tmp_path / "i.csv", line(), line("C489440", quantity="-2"))
    batch = invoices.read(path)
    sale, credit = found(batch)
    assert (sale.status, credit.status, credit.total) == ("normal", "red", -1390)
    (day,) = [record for record in batch.records if isinstance(record, DailySales)]
    assert (day.amount, day.orders, day.refunds) == (8340 - 1390, 1, 1390)


def test_what_a_customer_unknown_bought_was_paid_on_the_spot(tmp_path: Path) -> None:
    batch = invoices.read(write(tmp_path / "i.csv", line(party="")), terms_days=30)
    (sale,) = found(batch)
    assert sale.settled_at_sale
    assert sale.due is None
    assert sale.counterparty in {r.id for r in batch.records if isinstance(r, Counterparty)}
    (day,) = [record for record in batch.records if isinstance(record, DailySales)]
    assert day.channel == "unknown"


def test_lines_that_are_no_sale_are_refused_each_with_its_reason(tmp_path: Path) -> None:
    path = write(
        tmp_path / "i.csv",
        line(),
        line("A506401", quantity="1", price="-53594.36", party=""),
        line("489464", quantity="-96", price="0.0", party=""),
        line("489465", price="0"),
        line("C496350", quantity="1", price="373.57", party=""),
    )
    batch = invoices.read(path)
    assert len(found(batch)) == 1
    assert [(r.line, r.reason.split()[0], r.value) for r in batch.refused] == [
        (3, "bad-debt", "-53594.36"),
        (4, "negative", "0.00"),
        (5, "zero", "0.00"),
        (6, "positive", "373.57"),
    ]


def test_lines_that_repeat_exactly_are_kept_and_counted(tmp_path: Path) -> None:
    batch = invoices.read(write(tmp_path / "i.csv", line(), line()))
    assert found(batch)[0].total == 2 * 8340
    assert "1 line(s) repeat another in every cell, kept: 83.40" in batch.notes


@pytest.mark.parametrize(
    ("bad", "column", "what"),
    [
        (line(price="NaN"), "Price", "not a number"),
        (line(price='"6,9"'), "Price", "not a number"),
        (line(price="６.９５"), "Price", "not a number"),
        (line(price="1e3"), "Price", "not a number"),
        (line(price=""), "Price", "not a number"),
        (line(price="0.1234567"), "Price", "6 decimals"),
        (line(quantity="9" * 13), "Quantity", "12 digits"),
        (line(quantity="9" * 12, price="9999"), "Invoice", "out of bounds"),
        (line(day="2009-13-01"), "InvoiceDate", "not a date"),
        (line(""), "Invoice", "an empty cell"),
        (line(party="13086.0"), "Customer ID", "two parties"),
        (line("489499", price="-1"), "Invoice", "negative total"),
        (line("C489499", quantity="-1", price="-1"), "Invoice", "positive total"),
        ("489434,1", "Quantity", "ends before this column"),
    ],
)
def test_a_bad_line_names_line_and_column(tmp_path: Path, bad: str, column: str, what: str) -> None:
    with pytest.raises(RecordError, match=what) as caught:
        invoices.read(write(tmp_path / "i.csv", line(), bad))
    assert caught.value.column == column
    # A total that is wrong is the fault of the invoice: its first line is named.
    assert caught.value.line == (2 if "12 digits" not in what and "out of" in what else 3)


def test_a_spreadsheet_gives_what_the_csv_gives(tmp_path: Path) -> None:
    rows = [line(), line(quantity="3", price="2.1"), line("C1", quantity="-1")]
    text = invoices.read(write(tmp_path / "i.csv", *rows))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD.split(","))
    for row in rows:
        cells: list[Any] = row.split(",")
        cells[3], cells[5], cells[6] = float(cells[3]), float(cells[5]), float(cells[6])
        sheet.append(cells)
    path = tmp_path / "i.xlsx"
    book.save(path)
    assert invoices.read(path).records == text.records


def test_copies_of_the_file_with_other_names_and_dates_read_the_same(tmp_path: Path) -> None:
    head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    path = tmp_path / "i.csv"
    row = line(day="12/1/2009 7:45", party="13085").replace("BALL", "£ BALL")
    path.write_bytes(f"{head}\n{row}\n".encode("latin-1"))
    (copy,) = found(invoices.read(path, encoding="latin-1"))
    (first,) = found(invoices.read(write(tmp_path / "j.csv", line())))
    assert copy == first.model_copy(update={"text": copy.text})
    assert copy.text == "£ BALL"


ONE_ROW = """
title = "invoices, one a row"
currency = "CNY"
direction = "purchase"
lines = false
negative_is_red = true
date_formats = ["%d.%m.%Y"]
[columns]
number = ["No"]
day = ["Date"]
total = ["Total"]
[optional]
name = ["Supplier"]
uscc = ["Code"]
net = ["Net"]
tax = ["VAT"]
status = ["State"]
due = ["Due"]
[status]
normal = ["valid"]
void = ["void"]
"""
ONE_HEAD = "No,Date,Total,Supplier,Net,VAT,State,Due"


def test_an_owners_own_mapping_reads_one_invoice_a_row(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(ONE_ROW, encoding="utf-8")
    path = write(
        tmp_path / "i.csv",
        "A1,05.03.2025,113.00,甲公司,100.00,13.00,valid,2025-04-30",
        "A1,05.03.2025,113.00,甲公司,100.00,13.00,valid,2025-04-30",
        "A2,06.03.2025,-113.00,甲公司,-100.00,-13.00,valid,",
        "A3,07.03.2025,50,乙公司,50,0,void,",
        head=ONE_HEAD,
    )
    batch = invoices.read(path, mapping=own, terms_days=10)
    first, back, gone = found(batch)
    assert (first.net, first.tax, first.due) == (10_000, 1_300, date(2025, 4, 30))
    assert (first.direction, first.counterparty) == ("purchase", "甲公司")
    assert (back.status, back.due) == ("red", date(2025, 3, 16))
    assert gone.status == "void"
    assert [refused.line for refused in batch.refused] == [3]
    assert not any(isinstance(record, DailySales) for record in batch.records)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("A1,05.03.2025,114.00,甲公司,100.00,13.00,valid,", "not the total"),
        ("A1,31/03/2025,113.00,甲公司,100.00,13.00,valid,", "not a date"),
        ("A1,05.03.2025,113.00,甲公司,100.00,13.00,maybe,", "unknown status"),
        ("A0,05.03.2025,113.00,甲公司,100.00,13.00,valid,", "two different invoices"),
    ],
)
def test_a_bad_row_of_an_own_mapping_is_an_error(tmp_path: Path, row: str, what: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(ONE_ROW, encoding="utf-8")
    good = "A0,05.03.2025,1.00,甲公司,1.00,0,valid,"
    with pytest.raises(RecordError, match=what) as caught:
        invoices.read(write(tmp_path / "i.csv", good, row, head=ONE_HEAD), mapping=own)
    assert caught.value.line == 3


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('title = "', "title = ", "not TOML"),
        ('"purchase"', '"both"', "the mapping is wrong"),
        ("lines = false", "lines = false\nline = 1", "the mapping is wrong"),
        ('total = ["Total"]', 'totals = ["Total"]', "unknown column"),
        ('total = ["Total"]', "", "lacks a column"),
    ],
)
def test_a_wrong_mapping_is_told_at_once(tmp_path: Path, old: str, new: str, what: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(ONE_ROW.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=what):
        mapping(own)
    with pytest.raises(NotFound, match="online_retail"):
        mapping("nothing")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_taken_and_refused_values_add_up_to_the_file(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    rng = random.Random(seed)
    rows: list[str] = []
    total = Decimal(0)
    for _ in range(rng.randint(1, 40)):
        number = f"{rng.choice(['', 'C', 'A'])}{rng.randint(1, 6)}"
        credit = number.startswith("C")
        quantity = rng.choice([-1 if credit else 1, 1, -1]) * rng.randint(1, 99)
        price = Decimal(rng.randint(0, 99_999)).scaleb(-rng.randint(0, 4))
        if number.startswith("A"):
            price = -price
        party = str(12_000 + int(number[-1])) if int(number[-1]) % 2 else ""
        rows.append(line(number, quantity=str(quantity), price=f"{price:f}", party=party))
        total += (quantity * price).quantize(PENNY, ROUND_HALF_EVEN)
    batch = invoices.read(write(tmp_path_factory.mktemp("sum") / "i.csv", *rows))
    taken = sum(invoice.total for invoice in found(batch))
    refused = sum(parse(refused.value) for refused in batch.refused)
    assert taken + refused == int(total * 100)
    sales = sum(record.amount for record in batch.records if isinstance(record, DailySales))
    assert sales == taken


@pytest.mark.slow
def test_the_wholesalers_year_is_taken_to_the_penny() -> None:
    total, exact, rows = Decimal(0), Decimal(0), 0
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        for cells in lines:
            value = int(cells[3]) * Decimal(cells[5])
            exact += value
            total += value.quantize(PENNY, ROUND_HALF_EVEN)
            rows += 1
    batch = invoices.read(REAL, terms_days=30)
    taken = found(batch)
    assert batch.rows == rows == 525_461
    refused = sum(parse(refused.value) for refused in batch.refused)
    assert sum(invoice.total for invoice in taken) + refused == int(total * 100)
    # Fourteen prices have three decimals: rounding each line moves the sum by under 7 pence.
    assert abs(total - exact) < Decimal("0.07")
    assert len(taken) == 25_542
    assert Counter(refused.reason.split(":")[0] for refused in batch.refused) == {
        "negative quantity outside a credit note": 2_121,
        "zero price": 1_566,
        "bad-debt adjustment, no invoice": 3,
        "positive quantity in a credit note": 1,
    }
    assert all(invoice.total <= 0 for invoice in taken if invoice.status == "red")
