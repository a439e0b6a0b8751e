"""ISO 20022 statements: versions, balances, status, reversal, hostile XML, an oracle."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk.books.exporters.camt053 import write
from aicfo_sdk.books.importers.camt053 import read
from aicfo_sdk.books.importers.detect import detect
from aicfo_sdk.errors import RecordError
from aicfo_sdk.model.invoice import Transaction
from aicfo_sdk.model.text import UntrustedText

ENTRY = """<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>{more}<Sts>{status}</Sts>
<BookgDt><Dt>2025-01-0{day}</Dt></BookgDt><AcctSvcrRef>R{day}</AcctSvcrRef>
<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><RltdPties>
<Dbtr><Nm>Alpha GmbH</Nm></Dbtr><Cdtr><Nm>Beta AG</Nm></Cdtr>
<CdtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></CdtrAcct></RltdPties>
<RmtInf><Ustrd>Invoice 7</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
"""


def entry(amount: str, mark: str, day: int, *, status: str = "BOOK", more: str = "") -> str:
    return ENTRY.format(amount=amount, mark=mark, day=day, status=status, more=more)


def balance(code: str, amount: str, day: str, mark: str = "CRDT") -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
        f"<CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


ENTRIES = (
    entry("500.00", "CRDT", 2)
    + entry("120.5", "DBIT", 3)
    + entry("20", "CRDT", 4, more="<RvslInd>true</RvslInd>")
    + entry("999.00", "DBIT", 5, status="PDNG")
)


def document(
    entries: str = ENTRIES, *, opening: str = "100.00", closing: str = "499.50", version: str = "02"
) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2025-01-05T00:00:00</CreDtTm></GrpHdr>\n"
        "<Stmt><Id>1</Id><CreDtTm>2025-01-05T00:00:00</CreDtTm>\n"
        "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy><Nm>Dawn Ltd</Nm></Acct>\n"
        + balance("OPBD", opening, "2025-01-01")
        + balance("CLBD", closing, "2025-01-05")
        + entries
        + "</Stmt></BkToCstmrStmt></Document>"
    )


def save(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "c.xml"
    path.write_text(text, "utf-8")
    return path


def test_booked_entries_with_opening_reversal_and_a_pending_one_refused(tmp_path: Path) -> None:
    path = save(tmp_path, document())
    assert detect(path) == "camt053"
    batch = read(path)
    assert batch.currency == "EUR"
    lines = [r for r in batch.records if isinstance(r, Transaction)]
    assert [(line.day, line.amount, line.kind) for line in lines] == [
        (date(2025, 1, 1), 10_000, "opening"),
        (date(2025, 1, 2), 50_000, "receipt"),
        (date(2025, 1, 3), -12_050, "purchase"),
        (date(2025, 1, 4), 2_000, "refund"),
    ]
    assert [line.counterparty_name for line in lines[1:3]] == ["Alpha GmbH", "Beta AG"]
    assert [refused.reason for refused in batch.refused] == ["not booked: status PDNG"]


def test_newer_versions_write_the_status_as_a_code(tmp_path: Path) -> None:
    text = document(version="08").replace("<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>")
    batch = read(save(tmp_path, text.replace("<Sts>PDNG</Sts>", "<Sts><Cd>PDNG</Cd></Sts>")))
    assert sum(isinstance(r, Transaction) for r in batch.records) == 4


def test_payment_to_an_own_account_is_a_transfer(tmp_path: Path) -> None:
    batch = read(save(tmp_path, document()), own=("DE02 1203 0000 0000 2020 51",))
    kinds = [r.kind for r in batch.records if isinstance(r, Transaction)]
    assert kinds == ["opening", "receipt", "transfer", "refund"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("499.50", "499.51", "make 499.50, but the closing balance is 499.51"),
        (">500.00<", ">NaN<", "not an amount: NaN .*column Amt"),
        (">500.00<", ">abc<", "not an amount: abc"),
        (">500.00<", ">-500.00<", "not an amount"),
        (">500.00<", ">５００<", "not an amount"),
        (">500.00<", ">500.001<", "more than two decimals"),
        (">500.00<", ">9999999999999999<", "out of bounds"),
        ("<CdtDbtInd>DBIT", "<CdtDbtInd>DEBT", "neither credit nor debit: DEBT"),
        ("<Dt>2025-01-02<", "<Dt>2025-01-32<", "not a date"),
        ('<Amt Ccy="EUR">500', '<Amt Ccy="USD">500', "without one currency: EUR, USD"),
        ("camt.053.001.02", "camt.054.001.02", "not a camt.053 document"),
        ("</Document>", "", "not well-formed XML"),
        ("<IBAN>DE89370400440532013000</IBAN>", "", "without an account number"),
        ("<BkToCstmrStmt>", "<BkToCstmrStmt>&bank;", "not well-formed XML"),
    ],
)
def test_a_wrong_statement_is_one_clear_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = document()
    assert old in text
    with pytest.raises(RecordError, match=message) as caught:
        read(save(tmp_path, text.replace(old, new, 1)))
    assert "\n" not in str(caught.value)


def test_the_error_of_an_entry_names_its_line(tmp_path: Path) -> None:
    text = document().replace(">20<", ">20.123<")
    line = text[: text.index(">20.123<")].count("\n") + 1
    with pytest.raises(RecordError) as caught:
        read(save(tmp_path, text))
    assert caught.value.line == line


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE d SYSTEM "file:///etc/passwd">',
    ],
)
def test_document_types_and_entities_are_refused(tmp_path: Path, declaration: str) -> None:
    text = document().replace("<Document", declaration + "<Document", 1)
    with pytest.raises(RecordError, match=r"document type or entity .*line 2"):
        read(save(tmp_path, text))


def test_statements_that_do_not_follow_each_other_are_an_error(tmp_path: Path) -> None:
    one = document(entry("1.00", "CRDT", 2), closing="101.00")
    two = document(entry("1.00", "CRDT", 3), opening="102.00", closing="103.00")
    inner = two[two.index("<Stmt>") : two.index("</BkToCstmrStmt>")]
    both = one.replace("</BkToCstmrStmt>", inner + "</BkToCstmrStmt>")
    with pytest.raises(RecordError, match=r"opens with 102.00 but the one before closed with 101"):
        read(save(tmp_path, both))
    good = both.replace("102.00", "101.00").replace("103.00", "102.00")
    lines = [r for r in read(save(tmp_path, good)).records if isinstance(r, Transaction)]
    assert [line.kind for line in lines].count("opening") == 1


@pytest.mark.parametrize("version", ["02", "08"])
def test_what_we_write_another_library_reads(tmp_path: Path, version: str) -> None:
    xsdata = pytest.importorskip("xsdata.formats.dataclass.parsers")
    module: Any = pytest.importorskip(
        f"pyiso20022.camt.camt_053_001_{version}.camt_053_001_{version}"
    )
    lines = [
        Transaction(
            id=f"a-{i}", day=date(2025, 1, 1 + i), time="09:00:00" if i else "", account="a",
            amount=amount, kind="receipt" if amount > 0 else "purchase",
            counterparty_name=UntrustedText("甲 & <乙>"), text=UntrustedText("货款 " * 60),
        )
        for i, amount in enumerate((12_345, -678))
    ]  # fmt: skip
    path = tmp_path / "c.xml"
    write(lines, path, version=version)  # pyright: ignore[reportArgumentType]  # one of two
    parsed: Any = xsdata.XmlParser().parse(path, module.Document)
    statement = parsed.bk_to_cstmr_stmt.stmt[0]
    assert [(e.amt.value, e.cdt_dbt_ind.value) for e in statement.ntry] == [
        (Decimal("123.45"), "CRDT"),
        (Decimal("6.78"), "DBIT"),
    ]
    assert [b.amt.value for b in statement.bal] == [Decimal("0.00"), Decimal("116.67")]
    assert (tmp_path / "c.xml").read_bytes().count(b"<Ustrd>") == 4


@pytest.mark.parametrize("reference", ["R2", "NONREF", "NOTPROVIDED"])
def test_equal_entries_of_one_reference_all_count(tmp_path: Path, reference: str) -> None:
    twice = (entry("500.00", "CRDT", 2) * 2).replace("R2", reference)
    path = save(tmp_path, document(twice, closing="1100.00"))
    batch = read(path)
    assert batch.refused == ()
    lines = [r for r in batch.records if isinstance(r, Transaction)]
    assert sum(line.amount for line in lines) == 1100_00
    assert [line.id for line in lines] == [
        r.id for r in read(path).records if isinstance(r, Transaction)
    ]


def test_statements_may_stand_newest_first(tmp_path: Path) -> None:
    first, second = (
        document(entry("1.00", "CRDT", day), opening=opening, closing=closing)
        for day, opening, closing in ((2, "100.00", "101.00"), (6, "101.00", "102.00"))
    )
    second = second.replace("2025-01-01</Dt></Dt></Bal>", "2025-01-06</Dt></Dt></Bal>")
    begin, end = second.index("<Stmt>"), second.index("</BkToCstmrStmt>")
    newest_first = first.replace("<Stmt>", second[begin:end] + "<Stmt>", 1)
    lines = [r for r in read(save(tmp_path, newest_first)).records if isinstance(r, Transaction)]
    assert [line.amount for line in lines] == [100_00, 1_00, 1_00]
    assert lines[0].day == date(2025, 1, 1)


def test_an_error_names_the_line_of_its_entry_also_when_statements_are_sorted(
    tmp_path: Path,
) -> None:
    first, second = document(entry("1.00", "CRDT", 2)), document(entry("x.00", "CRDT", 6))
    second = second.replace("2025-01-01</Dt></Dt></Bal>", "2025-01-06</Dt></Dt></Bal>")
    begin, end = second.index("<Stmt>"), second.index("</BkToCstmrStmt>")
    text = first.replace("<Stmt>", second[begin:end] + "<Stmt>", 1).replace("499.50", "101.00")
    with pytest.raises(RecordError, match="not an amount") as raised:
        read(save(tmp_path, text))
    assert "x.00" in text.splitlines()[raised.value.line - 1]
