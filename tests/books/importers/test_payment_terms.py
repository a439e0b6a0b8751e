"""Terms of payment in a list of invoices (2/10,1/20,n/30): what they mean, what is refused."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from aicfo_sdk.books.exporters import einvoice as exporter
from aicfo_sdk.books.importers import invoices as mapped
from aicfo_sdk.books.importers.payment_terms import read_terms, written
from aicfo_sdk.errors import RecordError
from aicfo_sdk.model import Counterparty, EarlyDiscount, Invoice, Merchant, UntrustedText

from .test_einvoice import HEAD, OWN, SELLER, csv, invoices, row

ISSUED = date(2025, 3, 1)


def tier(days: int, ppm: int) -> EarlyDiscount:
    return EarlyDiscount(until=ISSUED + timedelta(days=days), discount_ppm=ppm)


def bought(path: Path, terms: str, **more: str) -> list[Invoice]:
    cells = row(seller=SELLER, buyer=OWN, **more)
    return invoices(csv(path / "i.csv", f'{cells},"{terms}"', head=f"{HEAD},付款条件"))


@pytest.mark.parametrize(
    "text",
    [
        "2/10,1/20,n/30",
        "2/10, 1/20, N/30",
        "2%/10、1%/20、n/30",
        "２／１０，1.0/20；net 30",
        "2/10 1/20 n/30",
    ],
)
def test_terms_are_read_however_they_are_written(tmp_path: Path, text: str) -> None:
    (one,) = bought(tmp_path, text)
    assert one.early == (tier(10, 20_000), tier(20, 10_000))
    assert one.due == date(2025, 3, 31)


def test_either_part_may_be_missing(tmp_path: Path) -> None:
    (one,) = bought(tmp_path, "2.25/14")
    assert (one.early, one.due) == ((tier(14, 22_500),), None)
    (one,) = bought(tmp_path, "n/45")
    assert (one.early, one.due) == ((), date(2025, 4, 15))
    (one,) = bought(tmp_path, "")
    assert (one.early, one.due) == ((), None)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("月结30天", "not terms of payment"),
        ("2/10,n/30,1/20", "not terms of payment"),
        ("2/10/30", "not terms of payment"),
        ("200/10", "not terms of payment"),
        ("-2/10", "not terms of payment"),
        ("2025-02-10", "not terms of payment"),
        ("0/10,n/30", "a discount of nothing"),
        ("1/10,2/20,n/30", "a later day takes less off"),
        ("2/20,1/10,n/30", "a later day takes less off"),
        ("2/40,n/30", "a discount for paying after all is due"),
        ("2/9999", "terms beyond 3650 days"),
    ],
)
def test_what_no_one_can_mean_is_refused_with_place_value_and_mend(
    tmp_path: Path, text: str, what: str
) -> None:
    with pytest.raises(RecordError, match=what) as caught:
        bought(tmp_path, text)
    assert "line 2 column 付款条件" in str(caught.value)
    assert text in str(caught.value)
    assert "2/10,1/20,n/30" in str(caught.value)


def test_two_due_days_are_refused(tmp_path: Path) -> None:
    (one,) = bought(tmp_path, "2/10,n/30", remark="付款期限：2025-03-31")
    assert one.due == date(2025, 3, 31)
    with pytest.raises(RecordError, match="two due days"):
        bought(tmp_path, "2/10,n/30", remark="付款期限：2025-04-30")


def test_what_was_paid_on_the_spot_voided_or_reversing_has_no_discount(tmp_path: Path) -> None:
    for given_ in ({"remark": "款项已结清"}, {"status": "作废"}):
        (one,) = bought(tmp_path, "2/10", **given_)
        assert one.early == ()
    (one,) = bought(tmp_path, "2/10", amounts="-1000.00,-130.00,-1130.00", positive="否")
    assert one.early == ()


def test_a_workbook_and_the_other_name_of_the_column_say_the_same(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*HEAD.split(","), "现金折扣"])
    sheet.append([*row(seller=SELLER, buyer=OWN).split(","), "2/10,n/30"])
    book.save(tmp_path / "i.xlsx")
    (one,) = invoices(tmp_path / "i.xlsx")
    assert (one.early, one.due) == ((tier(10, 20_000),), date(2025, 3, 31))


def test_an_own_mapping_names_the_column_of_terms(tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'title = "bills"\ncurrency = "CNY"\ndirection = "purchase"\nlines = false\n'
        '[columns]\nnumber = ["no"]\nday = ["day"]\ntotal = ["total"]\n'
        '[optional]\nparty = ["from"]\nterms = ["terms"]\ndue = ["due"]\n',
        "utf-8",
    )
    head = "no,day,total,from,terms,due"
    good = csv(tmp_path / "i.csv", 'A1,2025-03-01,100,S,"2/10,n/30",', head=head)
    (one,) = [r for r in mapped.read(good, mapping=mapping).records if isinstance(r, Invoice)]
    assert (one.early, one.due) == ((tier(10, 20_000),), date(2025, 3, 31))
    bad = csv(tmp_path / "j.csv", 'A1,2025-03-01,100,S,"2/10,n/30",2025-03-30', head=head)
    with pytest.raises(RecordError, match="due day and the terms of payment differ"):
        mapped.read(bad, mapping=mapping)


def test_what_is_written_as_a_list_reads_back_the_same(tmp_path: Path) -> None:
    (one,) = bought(tmp_path, "2.25/14,1/20,n/30")
    firm = Merchant(id="M", updated=ISSUED, name=UntrustedText("购方公司"), uscc=OWN)
    party = Counterparty(
        id=one.counterparty, known_since=ISSUED, name=UntrustedText("销方公司"), uscc=SELLER
    )
    for name in ("o.csv", "o.xlsx"):
        path = tmp_path / name
        exporter.write_list([one], path, merchant=firm, counterparties={party.id: party})
        assert invoices(path) == [one]
    # Records carry them too.
    assert Invoice.model_validate_json(json.dumps(one.model_dump(mode="json"))) == one


@given(
    st.lists(
        st.tuples(st.integers(0, 3_650), st.integers(1, 999_999)),
        max_size=4,
        unique_by=lambda t: t[0],
    )
)
def test_any_tiers_are_written_and_read_back(tiers: list[tuple[int, int]]) -> None:
    shares = sorted({ppm for _, ppm in tiers}, reverse=True)
    early = tuple(tier(day, ppm) for (day, _), ppm in zip(sorted(tiers), shares, strict=False))

    def fail(
        what: str, *, column: str = "", value: str | None = None, mend: str = ""
    ) -> RecordError:
        raise AssertionError(f"{what}: {column} {value} {mend}")

    assert read_terms(written(early, ISSUED), ISSUED, fail).early == early
