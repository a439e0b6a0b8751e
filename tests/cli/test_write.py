"""`aicfo write`: whole files or none, read back before they are put there, checked when asked."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import create_with
from aicfo_sdk.documents import pdf
from aicfo_sdk.model import Merchant, Tender, UntrustedText

from .conftest import Run


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """Books with one open tender and one that was won."""
    day = date(2026, 2, 20)
    name = UntrustedText("南京明亮保洁有限公司")
    merchant = Merchant(id="M", updated=day, name=name, employees=20, industry="保洁")
    tender = Tender(
        id="T-1",
        updated=day,
        published=day,
        title=UntrustedText("保洁服务采购项目"),
        buyer=UntrustedText("第二中学"),
        status="open",
        deadline=date(2026, 3, 30),
        value=10_000_000,
        bond=100_000,
        retention_ppm=30_000,
    )
    won = tender.model_copy(
        update={"id": "T-2", "status": "awarded", "awarded": 9_000_000, "suppliers": (name,)}
    )
    file = tmp_path / "shop.books"
    batch = Batch("records", "told.jsonl", "0" * 64, "CNY", (tender, won))
    create_with([batch], file, merchant=merchant)
    return file


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_a_bid_is_written_whole_and_the_same_each_time(
    aicfo: Run, books: Path, tmp_path: Path
) -> None:
    words = ("write", "bid", "T-1", "--price", "98000.00", "--books", books)
    done = aicfo(*words, "--out", tmp_path / "a", "--json")
    assert (done.code, done.err) == (0, "")
    assert (done.json["price"], done.json["document"]) == (9_800_000, "投标文件")
    assert [item["status"] for item in done.json["checklist"]] == ["answered", "missing"]
    assert done.json["figures"] > 20
    assert aicfo(*words, "--out", tmp_path / "b").code == 0
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert set(digests(tmp_path / "a")) == {"bid.docx", "bid-checklist.docx"}
    again = aicfo(*words, "--out", tmp_path / "a")
    assert again.code == 2
    assert "--force" in again.err
    assert aicfo(*words, "--out", tmp_path / "a", "--force").code == 0


def test_a_file_is_compared_with_the_books(aicfo: Run, books: Path, tmp_path: Path) -> None:
    words = ("write", "bid", "T-1", "--books", books)
    assert aicfo(*words, "--price", "98000", "--out", tmp_path / "a").code == 0
    file = tmp_path / "a" / "bid.docx"
    same = aicfo(*words, "--price", "98000", "--check", file, "--json")
    assert (same.code, same.json["problems"]) == (0, [])
    other = aicfo(*words, "--price", "98000.01", "--check", file)
    assert other.code == 1
    assert "not in the books: 98,000.00" in other.out
    (tmp_path / "no.docx").write_bytes(b"PK no document")
    for wrong in (tmp_path / "no.docx", tmp_path / "gone.docx", books):
        assert aicfo(*words, "--price", "98000", "--check", wrong).code == 2


def test_a_contract_is_written_for_what_was_won(aicfo: Run, books: Path, tmp_path: Path) -> None:
    done = aicfo(
        "write", "contract", "T-2", "--books", books, "--out", tmp_path / "c",
        "--args", '{"terms": "付款方式为背靠背"}', "--json",
    )  # fmt: skip
    assert done.code == 0
    assert done.json["findings"][0]["code"] == "contract.back_to_back"
    assert set(digests(tmp_path / "c")) == {"contract.docx"}
    open_one = aicfo("write", "contract", "T-1", "--books", books, "--out", tmp_path / "d")
    assert open_one.code == 1
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--price", "98000"),
        ("--price", "98000", "--out", "a", "--check", "b"),
        ("--price", "ninety", "--out", "a"),
        ("--out", "shop.books", "--price", "98000"),
    ],
)
def test_what_cannot_be_used_is_bad_input(
    aicfo: Run, books: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = aicfo("write", "bid", "T-1", "--books", books, *words)
    assert done.code == 2
    assert {file.name for file in tmp_path.iterdir() if file.suffix == ".docx"} == set()


def test_without_libreoffice_the_pdf_says_what_to_install_and_nothing_is_written(
    aicfo: Run, books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "NAMES", ("no-such-office",))
    done = aicfo("write", "bid", "T-1", "--books", books, "--price", "98000",
                 "--out", tmp_path / "a", "--pdf")  # fmt: skip
    assert done.code == 2
    assert "apt install libreoffice-writer-nogui" in done.err
    assert not (tmp_path / "a").exists()


@pytest.mark.slow
@pytest.mark.skipif(pdf.office() is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_opens_the_bid_and_tells_its_pages(
    aicfo: Run, books: Path, tmp_path: Path
) -> None:
    done = aicfo("write", "bid", "T-1", "--books", books, "--price", "98000",
                 "--out", tmp_path / "a", "--pdf", "--json")  # fmt: skip
    assert done.code == 0
    pages = done.json["pages"]
    assert len(pages) == 10
    assert list(pages.values()) == sorted(pages.values())
    whole = (tmp_path / "a" / "bid.pdf").read_bytes()
    assert whole.startswith(b"%PDF-")
    assert max(pages.values()) <= pdf.page_count(whole)


def test_replies_to_clauses_come_from_the_command_line_too(
    aicfo: Run, books: Path, tmp_path: Path
) -> None:
    words = ("write", "bid", "T-1", "--price", "98000", "--books", books, "--out", tmp_path / "a")
    done = aicfo(*words, "--json", "--args", '{"answers": {"bond": "汇款回单附后"}}')
    assert done.code == 0, done.err
    assert [item["status"] for item in done.json["checklist"]] == ["answered", "answered"]
    (run,) = aicfo("runs", "--books", books, "--json").json["runs"]
    replayed = aicfo("replay", run["run"], "--books", books)
    assert replayed.code == 0, replayed.out
