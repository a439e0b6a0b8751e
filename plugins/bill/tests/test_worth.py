"""What a checked bill is worth: the price of discounting it, less something for each doubt."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from aicfo_bill import check_bill, paper
from aicfo_bill.checks import CHECKS

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import Bill, BillId, DiscountQuote, Invoice, Record, UntrustedText
from aicfo_sdk.parameters import parameters
from plugins.bill.tests.fraud import FORGERIES, make

TODAY = date(2026, 3, 2)
FACE = 100_000_000  # ¥1,000,000


def bill(**changes: Any) -> Bill:
    sound = Bill(
        id="B1",
        updated=TODAY,
        number="5" + "102100099996" + "20260302" + "00000001" + "7",
        kind="bank",
        range_start=1,
        range_end=FACE,
        face=FACE,
        issued=TODAY,
        matures=date(2026, 8, 31),
        drawer=UntrustedText("甲公司"),
        acceptor=UntrustedText("宁波银行股份有限公司"),
        acceptor_class="city_bank",
        invoices=("Invoice:S1",),
    )
    return sound.model_copy(update=changes)


def invoice() -> Invoice:
    return Invoice(
        id="S1",
        updated=TODAY,
        number="1",
        direction="sales",
        counterparty="c",
        issued=TODAY,
        net=FACE,
        tax=0,
        total=FACE,
    )


def quote(rate: int, institution: str = "east") -> DiscountQuote:
    return DiscountQuote(
        id=f"Q{institution}",
        day=TODAY,
        valid_until=TODAY + timedelta(days=1),
        institution=institution,
        acceptor_class="city_bank",
        tenor_days=200,
        rate_ppm=rate,
        fee=10_000,
    )


def asked(*records: Record, **given: Any) -> Any:
    return check_bill(Context(MemoryBooks(records, as_of=TODAY)), BillId("B1"), **given)


def test_a_sound_bill_is_worth_what_the_cheapest_discount_leaves() -> None:
    check = asked(bill(), invoice(), quote(12_000), quote(9_000, "west"), overdue=())
    # 182 days at 0.9 %: 100,000,000 × 0.009 × 182 / 360 = 455,000 fen, and ¥100 a deal.
    assert check.verdict == "take"
    assert check.worth == FACE - 455_000 - 10_000
    assert check.discount_ppm == 4_650
    assert check.summary == (
        "Take it at a discount of 0.465 %: of its face 1,000,000.00 it is worth 995,350.00 today, "
        "4,650.00 less for 182 days at 0.90 % (west)."
    )
    assert "折让 0.465 %" in check.summary_zh
    assert "995,350.00" in check.summary_zh


def test_without_a_quote_or_a_list_the_summary_says_what_was_assumed_and_not_checked() -> None:
    check = asked(bill(), invoice())
    assert check.worth is not None
    assert 0 < check.worth < FACE
    assert "an assumed market price" in check.summary
    assert "overdue list was not checked" in check.summary
    assert "逾期名单" in check.summary_zh


def test_each_doubt_lowers_the_price_by_its_share_of_the_face_once() -> None:
    sound = asked(bill(), invoice(), quote(9_000), overdue=())
    care = parameters().at("bill.care_ppm.trade_background", TODAY)
    doubtful = asked(bill(invoices=("Invoice:S8", "Invoice:S9")), quote(9_000), overdue=())
    assert doubtful.verdict == "take_with_care"
    assert doubtful.worth == sound.worth - FACE * care // 1_000_000
    assert "1 doubt(s) (trade_background)" in doubtful.summary
    assert doubtful.summary_zh.startswith("谨慎收票")


def test_a_refused_bill_has_no_price_and_the_summary_says_why() -> None:
    check = asked(bill(range_end=FACE - 1), invoice(), quote(9_000))
    assert (check.verdict, check.worth, check.discount_ppm) == ("refuse", None, None)
    assert check.summary.startswith("Do not take it: sub-range 1-")
    assert check.summary_zh.startswith("不要收")


def test_a_bill_that_is_due_costs_no_interest() -> None:
    due = bill(issued=date(2025, 9, 2), matures=TODAY, number="5" * 13 + "20250902" + "1" * 9)
    check = asked(due, invoice(), overdue=())
    care = parameters().at("bill.care_ppm.maturity", TODAY)
    assert check.worth == FACE - FACE * care // 1_000_000
    assert "it is due" in check.summary


def test_whatever_is_offered_worth_and_discount_agree_and_never_exceed_the_face() -> None:
    for seed, kind in enumerate([*FORGERIES, None] * 3):
        made = make(random.Random(f"worth {seed}"), kind)
        books = MemoryBooks(made.records, as_of=made.today, balances={})
        check = check_bill(Context(books), BillId(made.bill))
        face = books.get(Bill, made.bill).face
        assert (check.worth is None) == (check.verdict == "refuse")
        assert check.summary
        assert check.summary_zh
        if check.worth is not None and check.discount_ppm is not None:
            assert 0 <= check.worth <= face
            assert abs(face * (1_000_000 - check.discount_ppm) - check.worth * 1_000_000) <= face


def test_every_check_that_can_warn_has_a_price() -> None:
    text = "".join(path.read_text("utf-8") for path in Path(paper.__file__).parent.glob("*.py"))
    warns = set(re.findall(r'warn\(\s*"(\w+)"', text)) | {"trade_background"}
    priced = {n.removeprefix("bill.care_ppm.") for n in parameters().names() if ".care_ppm." in n}
    assert warns <= set(CHECKS)
    assert warns == priced
