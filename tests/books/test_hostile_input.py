"""Input as outsiders gave it: each is one clear line, or taken whole; nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.database import is_empty
from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.books.store import create_books, create_with, open_books
from aicfo_sdk.errors import AmountError, BooksError, InputError, RecordError
from aicfo_sdk.model import Account, Merchant, Transaction, UntrustedText
from tests.books.samples import DAY, account, batch, line

ME = Merchant(id="me", updated=DAY, name=UntrustedText("某某商行"))
RETAIL = (
    "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
    "1,A,{text},2,2010-01-05 10:00:00,1.50,{party},United Kingdom\n"
)


def retail(folder: Path, text: str = "MUG", party: str = "13085", encoding: str = "utf-8") -> Path:
    file = folder / "lines.csv"
    file.write_bytes(RETAIL.format(text=text, party=party).encode(encoding))
    return file


def test_western_letters_are_never_read_as_rare_chinese_ones(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="neither UTF-8 nor GB18030") as raised:
        read(retail(tmp_path, "Müller Würfel", encoding="latin-1"))
    assert raised.value.line == 2
    taken = read(retail(tmp_path, "Müller Würfel", encoding="latin-1"), encoding="latin-1")
    assert taken.rows == 1


def test_chinese_with_a_rare_character_is_still_gb18030(tmp_path: Path) -> None:
    assert read(retail(tmp_path, "喆记陶瓷", encoding="gb18030")).rows == 1


@pytest.mark.parametrize("encoding", ["utf-32", "utf-16"])
def test_null_characters_are_refused_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    text = "MUG" if encoding == "utf-32" else "M\x00G"
    with pytest.raises(RecordError, match="not a text file"):
        read(retail(tmp_path, text, encoding=encoding))


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf\r\n \n"])
def test_a_file_of_nothing_but_a_byte_order_mark_is_empty(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "bom.csv"
    file.write_bytes(data)
    with pytest.raises(RecordError, match="the file is empty"):
        read(file)


def test_a_device_that_never_ends_is_too_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aicfo_sdk.books.importers.source.MAX_BYTES", 1000)
    with pytest.raises(RecordError, match="larger than"):
        read("/dev/zero")


def test_a_cell_longer_than_a_spreadsheet_allows_names_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="line 2 column Customer ID") as raised:
        read(retail(tmp_path, party="x" * 33_000))
    assert len(str(raised.value)) < 400


def test_an_option_that_no_record_can_hold_is_an_error_of_the_input(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text(
        "交易日,交易时间,借方金额,贷方金额,余额,摘要,收(付)方名称,收(付)方账号\n"
        "20250102,100000,,5.00,5.00,货款,甲公司,62220000\n"
    )
    with pytest.raises(RecordError, match="at most 200 characters"):
        read(file, account="a" * 300)


@pytest.mark.parametrize("days", [-1, 3651, 10**11])
def test_payment_terms_have_bounds(tmp_path: Path, days: int) -> None:
    with pytest.raises(InputError, match="not payment terms"):
        read(retail(tmp_path), terms_days=days)


def test_an_error_is_one_line_even_about_a_file_whose_name_is_two(tmp_path: Path) -> None:
    file = tmp_path / "two\nlines.csv"
    file.write_bytes(b"")
    with pytest.raises(RecordError) as raised:
        read(file)
    assert "\n" not in str(raised.value)


def poison() -> Batch:
    return batch(account(), line("t1", 100), currency="USD")


@pytest.mark.parametrize("prefix", ["", "sqlite:///"])
def test_books_that_could_not_be_filled_are_not_there(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(AmountError):
        create_with([poison()], f"{prefix}{tmp_path}/new.db", merchant=ME)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_stays_when_the_books_could_not_be_filled(tmp_path: Path) -> None:
    target = tmp_path / "mine.db"
    target.touch()
    with pytest.raises(AmountError):
        create_with([poison()], target, merchant=ME)
    assert target.exists()


def test_what_a_killed_creation_leaves_is_filled_by_the_next(tmp_path: Path) -> None:
    import sqlite3

    target = tmp_path / "killed.db"
    with sqlite3.connect(target) as half:
        half.execute("PRAGMA journal_mode=WAL")
    half.close()
    assert target.stat().st_size
    assert is_empty(target)
    books, result = create_with([batch(account(), line("t1", 100))], target, merchant=ME)
    assert result.new == 2
    assert books.audit.verify().ok
    books.close()
    assert not is_empty(target)
    with pytest.raises(BooksError, match="a file already"):
        create_books(target, merchant=ME)


def test_a_question_mark_in_a_name_is_part_of_the_name(tmp_path: Path) -> None:
    target = tmp_path / "账 本?mode=x#1%20.db"
    create_with([batch(account(), line("t1", 100))], target, merchant=ME)[0].close()
    assert target.is_file()
    with open_books(target) as books:
        assert [row.id for row in books.snapshot().all(Transaction)] == ["t1"]
        assert len(list(books.snapshot().all(Account))) == 1


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///"])
def test_a_url_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(BooksError, match="a URL without a file"):
        create_books(url, merchant=ME)


def test_a_workbook_of_one_row_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(RETAIL.split("\n")[0].split(","))
    book.save(tmp_path / "head.xlsx")
    taken = read(tmp_path / "head.xlsx")
    assert (taken.kind, taken.rows, taken.records) == ("invoices", 0, ())


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_of_another_encoding_holds_the_text_or_says_that_it_cannot(
    postgres_url: str, encoding: str
) -> None:
    import psycopg
    from psycopg import sql

    name = sql.Identifier(f"odd_{encoding.lower()}")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING {} LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
            .format(name, sql.Literal(encoding))
        )  # fmt: skip
    url = f"{postgres_url.rsplit('/', 1)[0]}/odd_{encoding.lower()}"
    files = [batch(account(), line("t1", 100, counterparty_name=UntrustedText("供应商甲")))]
    if encoding == "LATIN1":
        with pytest.raises(BooksError, match="a value that the database cannot hold"):
            create_with(files, url, merchant=ME)
        assert is_empty(url)
    else:
        with create_with(files, url, merchant=ME)[0] as books:
            (found,) = books.snapshot().all(Transaction)
            assert found.counterparty_name == "供应商甲"
