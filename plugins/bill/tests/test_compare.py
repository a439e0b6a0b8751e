"""The ways to turn a bill into money side by side, to the fen by hand; and the break-even days."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any

import pytest
from aicfo_bill import bill_quote
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import Context, InputError, MemoryBooks, NotFound, calendar, discover
from aicfo_sdk.model import (
    Bill,
    BillBreakEven,
    BillId,
    BillQuote,
    BillWay,
    Counterparty,
    CreditLine,
    DiscountQuote,
    Invoice,
    Merchant,
    Record,
    UntrustedText,
)
from aicfo_sdk.orchestrator.goals import understand

TODAY = date(2026, 3, 2)  # a Monday
MATURES = date(2026, 6, 1)  # a Monday, 91 days later
MILLION = 100_000_000


def bill(matures: date = MATURES, face: int = MILLION, *, units: bool = True, **changes: Any):
    base = Bill(
        id="B1",
        updated=date(2026, 2, 1),
        number="510210009999620260201000000170",
        kind="bank",
        range_start=1 if units else 0,
        range_end=face if units else 0,
        face=face,
        issued=date(2026, 2, 1),
        matures=matures,
        drawer=UntrustedText("甲公司"),
        acceptor=UntrustedText("宁波银行股份有限公司"),
        acceptor_class="city_bank",
        payee=UntrustedText("我方公司"),
        invoices=("Contract:K1",),
    )
    return base.model_copy(update=changes)


def quote(institution: str, rate: int, fee: int = 0, tenor: int = 200) -> DiscountQuote:
    return DiscountQuote(
        id=f"Q-{institution}-{tenor}",
        day=TODAY,
        valid_until=TODAY,
        institution=institution,
        acceptor_class="city_bank",
        tenor_days=tenor,
        rate_ppm=rate,
        fee=fee,
    )


def line(rate: int, fee: int = 0, **changes: Any) -> CreditLine:
    base = CreditLine(
        id="L",
        updated=TODAY,
        lender="bank",
        limit=2 * MILLION,
        rate_ppm=rate,
        day_basis=360,
        fee=fee,
        expires=date(2027, 1, 1),
    )
    return base.model_copy(update=changes)


def supplier(*kinds: str) -> Counterparty:
    return Counterparty.model_validate(
        {
            "id": "S",
            "known_since": date(2026, 1, 1),
            "name": UntrustedText("供应商"),
            "accepts_bills": kinds or ("bank",),
        }
    )


def owed(amount: int, due: date) -> Invoice:
    return Invoice(
        id="I1",
        updated=date(2026, 2, 1),
        number="I1",
        direction="purchase",
        counterparty="S",
        issued=date(2026, 2, 1),
        due=due,
        net=amount,
        tax=0,
        total=amount,
    )


def asked(*records: Record, **given: Any) -> BillQuote:
    merchant = Merchant(id="M", updated=date(2026, 1, 1), name=UntrustedText("我方公司"))
    books = MemoryBooks([merchant, *records], as_of=TODAY)
    return bill_quote(Context(books), BillId("B1"), **given)


def by_name(found: BillQuote) -> dict[str, BillWay]:
    return {f"{way.way} {way.party}".strip(): way for way in found.ways}


def against(found: BillQuote, other: str) -> BillBreakEven:
    return next(one for one in found.break_even if one.against == other)


ALL = (
    quote("east", 12_000),
    quote("west", 11_000, 50_000),
    line(43_500),
    supplier(),
    owed(30_000_000, date(2026, 4, 1)),
)


def test_every_way_is_priced_to_the_fen_by_hand() -> None:
    found = asked(bill(), *ALL)
    ways = by_name(found)
    assert [(way.way, way.party) for way in found.ways] == [
        ("endorse", "S"),
        ("discount", "east"),
        ("discount", "west"),
        ("borrow", "L"),
        ("pledge", "L"),
        ("discount", "market"),  # nobody quoted it, so it stands behind what can be had
        ("hold", ""),
    ]
    # 1,000,000.00 × 1.2 % × 91 / 360 = 3,033.333… → 3,033.33
    east = ways["discount east"]
    assert (east.interest, east.fee, east.cost) == (303_333, 0, 303_333)
    assert (east.received, east.later, east.days) == (99_696_667, 0, 91)
    # 303,333 × 365 / (99,696,667 × 91) = 1.22037… %
    assert east.annual_ppm == 12_204
    assert east.evidence == ("DiscountQuote:Q-east-200",)
    # 1,000,000.00 × 1.1 % × 91 / 360 = 2,780.555… → 2,780.56, and 500.00 of fee
    west = ways["discount west"]
    assert (west.interest, west.fee, west.received) == (278_056, 50_000, 99_671_944)
    # The curve at 91 days 0.95 % + 0.175 %: 1,000,000.00 × 1.125 % × 91 / 360 = 2,843.75
    market = ways["discount market"]
    assert (market.rate_ppm, market.cost, market.assumed) == (11_250, 284_375, True)
    assert "Nobody quoted" in market.why
    # A loan for the same money: 996,966.67 × 4.35 % × 91 / 360 = 10,962.479… → 10,962.48
    loan = ways["borrow L"]
    assert (loan.received, loan.interest, loan.face) == (99_696_667, 1_096_248, 0)
    assert loan.later == 99_696_667 + 1_096_248
    # 90 % of the face: 900,000.00 × 4.35 % × 91 / 360 = 9,896.25
    pledge = ways["pledge L"]
    assert (pledge.face, pledge.received, pledge.interest) == (MILLION, 90_000_000, 989_625)
    assert (pledge.later, pledge.assumed) == (90_989_625, True)
    # At par, on the day the invoice is due.
    paid = ways["endorse S"]
    assert (paid.face, paid.received, paid.cost, paid.annual_ppm) == (30_000_000,) * 2 + (0, 0)
    assert (paid.day, paid.evidence) == (date(2026, 4, 1), ("Invoice:I1",))
    held = ways["hold"]
    assert (held.received, held.cost, held.day, held.annual_ppm) == (MILLION, 0, MATURES, None)


def test_an_amount_needed_takes_the_smallest_piece_that_brings_it() -> None:
    found = asked(bill(), *ALL, amount=50_000_000)
    ways = by_name(found)
    # x − x × 1.2 % × 91 / 360 ≥ 500,000.00: 501,521.28 costs 1,521.28; a fen less brings a fen less
    east = ways["discount east"]
    assert (east.face, east.cost, east.received) == (50_152_128, 152_128, 50_000_000)
    # x − x × 1.1 % × 91 / 360 − 500.00 ≥ 500,000.00: 501,895.55 costs 1,395.55 + 500.00
    west = ways["discount west"]
    assert (west.face, west.cost, west.received) == (50_189_555, 189_555, 50_000_000)
    # 500,000.00 × 4.35 % × 91 / 360 = 5,497.916… → 5,497.92; 500,000.00 / 90 % = 555,555.56
    pledge, loan = ways["pledge L"], ways["borrow L"]
    assert (pledge.face, pledge.cost) == (55_555_556, 549_792)
    assert (loan.face, loan.cost) == (0, 549_792)
    # The supplier is owed 300,000.00: cheap, but not enough, so it stands behind what is.
    assert [way.rank for way in found.ways] == list(range(1, 8))
    assert (ways["endorse S"].short, ways["endorse S"].rank) == (20_000_000, 5)
    assert found.ways[0] == east
    assert found.summary.startswith("Best: discount with east for 1,521.28")
    assert "贴现给 east，成本 1,521.28" in found.summary_zh


def test_a_bill_that_cannot_be_split_is_sold_whole_and_a_loan_may_then_be_cheaper() -> None:
    found = asked(bill(units=False), *ALL, amount=5_000_000)
    ways = by_name(found)
    assert ways["discount east"].cost == 303_333
    # 50,000.00 × 4.35 % × 91 / 360 = 549.79
    assert ways["borrow L"].cost == 54_979
    assert found.ways[0] == ways["borrow L"]  # before the pledge, which nobody has agreed to
    assert "endorse S" not in ways  # 300,000.00 are owed, the bill is 1,000,000.00
    assert ways["pledge L"].face == MILLION


def test_days_roll_over_a_holiday_and_paper_from_elsewhere_pays_three_days_more() -> None:
    # 2026-05-01 rolls to 05-06: 65 days. 1,000,000.00 × 1.2 % × 65 / 360 = 2,166.67
    far = bill(date(2026, 5, 1))
    east = by_name(asked(far, quote("east", 12_000)))["discount east"]
    assert (east.days, east.cost) == (65, 216_667)
    # 68 days: 2,266.67; the money is had for 65 days all the same.
    slow = by_name(asked(far, quote("east", 12_000), remote=True))["discount east"]
    assert (slow.days, slow.cost) == (68, 226_667)
    assert slow.annual_ppm == round(Fraction(226_667 * 365 * 10**6, (MILLION - 226_667) * 65))


def test_a_later_day_is_priced_for_the_days_left_then_and_rolled_to_a_working_day() -> None:
    saturday = date(2026, 5, 16)
    found = asked(bill(), quote("east", 12_000), day=saturday)
    # Monday 2026-05-18: 14 days. 1,000,000.00 × 1.2 % × 14 / 360 = 466.67
    assert found.day == date(2026, 5, 18)
    assert by_name(found)["discount east"].cost == 46_667


def test_without_a_quote_the_assumed_price_is_ranked_and_said() -> None:
    found = asked(bill(), line(43_500))
    assert (found.ways[0].way, found.ways[0].party, found.ways[0].assumed) == (
        "discount",
        "market",
        True,
    )
    assert "ask for a quote" in found.ways[0].why
    assert "assumed price" in found.summary
    assert "假设价" in found.summary_zh


def test_a_line_lends_only_what_is_free_and_a_pledge_lends_beside_it() -> None:
    small = line(43_500, limit=3_000_000, used=1_000_000)
    ways = by_name(asked(bill(), quote("east", 12_000), small, amount=50_000_000))
    assert (ways["borrow L"].received, ways["borrow L"].short) == (2_000_000, 48_000_000)
    assert "480,000.00 of what is needed is missing" in ways["borrow L"].why
    assert ways["pledge L"].short == 0
    over = by_name(asked(bill(), line(43_500, limit=5, used=5)))
    assert "borrow L" not in over
    gone = line(43_500, expires=TODAY - timedelta(days=1))
    expired = asked(bill(), gone)
    assert {"borrow L", "pledge L"}.isdisjoint(by_name(expired))
    assert expired.notes == ("the books hold no credit line that can be drawn on that day",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"transferable": False, "circulation": "not_transferable"}, "已收票/不可转让"),
        ({"circulation": "locked"}, "已收票/已锁定"),
        ({"number": "5" * 29}, "checks refuse it"),
    ],
)
def test_a_bill_that_may_not_move_leaves_only_a_loan_or_waiting(
    changes: dict[str, Any], said: str
) -> None:
    found = asked(bill().model_copy(update=changes), *ALL)
    assert [way.way for way in found.ways] == ["borrow", "hold"]
    assert found.break_even == ()
    assert said in found.notes[0]


@pytest.mark.parametrize(
    ("changes", "given", "said"),
    [
        ({}, {"amount": 0}, "above zero"),
        ({}, {"day": date(2026, 3, 1)}, "in the past"),
        ({}, {"day": MATURES}, "pays by then"),
        ({}, {"day": date(2026, 5, 30)}, "pays by then"),  # a Saturday: rolled to the payday
        ({"held": "pledged"}, {}, "not on hand"),
        ({"side": "payable"}, {}, "not on hand"),
        ({"status": "terminated", "circulation": "ended"}, {}, "not on hand"),
        ({"status": "settled", "circulation": "ended"}, {}, "not on hand"),
    ],
)
def test_what_cannot_be_answered_is_said_with_its_value(
    changes: dict[str, Any], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        asked(bill().model_copy(update=changes), *ALL, **given)


def test_an_unknown_bill_is_named() -> None:
    with pytest.raises(NotFound, match="B1"):
        asked(*ALL)


@pytest.mark.parametrize(
    "question",
    [
        "What does it cost to discount bill B1?",
        "Should we discount bill B1 or borrow?",
        "票据 B1 贴现还是借款划算？",
        "票据 B1 贴现要多少钱",
    ],
)
def test_owners_ask_for_it_in_their_own_words(question: str) -> None:
    goal = understand(question, discover(), MemoryBooks([bill()], as_of=TODAY))
    assert (goal.tool.full_name, goal.subjects) == ("bill.bill_quote", (BillId("B1"),))


def test_a_supplier_who_does_not_take_the_kind_or_is_owed_too_late_is_no_way() -> None:
    other = asked(bill(), supplier("trade"), owed(30_000_000, date(2026, 4, 1)))
    late = asked(bill(), supplier(), owed(30_000_000, MATURES))
    assert "endorse S" not in by_name(other)
    assert "endorse S" not in by_name(late)
    past = asked(bill(), supplier(), owed(30_000_000, date(2026, 2, 20)))
    assert by_name(past)["endorse S"].day == TODAY


def test_a_fee_makes_a_loan_cheaper_for_the_last_days() -> None:
    # Per day the discount costs 33.33, the loan 83.26 to 83.33, and the discount 500.00 once.
    found = against(asked(bill(), quote("east", 12_000, 50_000), line(30_000)), "borrow")
    assert (found.first, found.discount_before, found.other_before) == (TODAY, None, None)
    # 11 days: 366.67 + 500.00 against 999,133.33 × 3 % × 11 / 360 = 915.87: still cheaper.
    # 10 days: 333.33 + 500.00 against 999,166.67 × 3 % × 10 / 360 = 832.64: no more.
    (stretch,) = found.stretches
    assert stretch.last == date(2026, 5, 21)
    assert found.last_day == date(2026, 5, 29)
    assert "From 2026-03-02 on until 2026-05-21 discounting is cheaper" in found.said
    assert "自 2026-03-02 起（到 2026-05-21 为止）贴现比用额度 L 借款便宜" in found.said_zh


def test_a_loan_with_a_fee_makes_discounting_cheaper_from_a_day_on() -> None:
    found = against(asked(bill(), quote("east", 30_000), line(10_000, 50_000)), "borrow")
    # Friday 05-22, 10 days: 833.33 against (999,166.67 + 500.00) × 1 % × 10 / 360 + 500.00
    assert (found.discount_before, found.other_before) == (83_333, 77_769)
    # Monday 05-25, 7 days: 583.33 against (999,416.67 + 500.00) × 1 % × 7 / 360 + 500.00
    assert found.first == date(2026, 5, 25)
    assert (found.discount_on, found.other_on) == (58_333, 69_443)
    assert found.stretches[0].last == date(2026, 5, 29)
    assert found.said == (
        "From 2026-05-25 on discounting is cheaper than a loan on L: 583.33 against 694.43 on "
        "that day, 833.33 against 777.69 on 2026-05-22."
    )
    assert found.said_zh == (
        "自 2026-05-25 起贴现比用额度 L 借款便宜：当日 583.33 对 694.43，2026-05-22 为 833.33 对 "
        "777.69。"
    )


def test_a_curve_that_rises_and_falls_turns_the_answer_more_than_once() -> None:
    curve = [quote("east", 10_000, 0, 30), quote("east", 30_000, 0, 60), quote("east", 10_000)]
    found = against(asked(bill(), *curve, line(20_000)), "borrow")
    # 61 days and more, or 30 and less, are quoted at 1 %; in between 3 % against a loan's 2 %.
    assert [(s.first, s.last) for s in found.stretches] == [
        (TODAY, date(2026, 4, 1)),
        (date(2026, 5, 6), date(2026, 5, 29)),  # 05-02 is the 30th day before, in a holiday
    ]
    assert "once more from 2026-05-06" in found.said
    assert "2026-05-06 起又便宜" in found.said_zh


def test_never_is_said_with_the_costs_of_the_first_day() -> None:
    found = against(asked(bill(), quote("east", 60_000), line(20_000)), "borrow")
    assert (found.first, found.stretches) == (None, ())
    assert (found.discount_before, found.other_before) == (None, None)
    # 1,000,000.00 × 6 % × 91 / 360 = 15,166.67; 984,833.33 × 2 % × 91 / 360 = 4,978.88
    assert (found.discount_on, found.other_on) == (1_516_667, 497_888)
    assert "on no day cheaper" in found.said
    assert "没有一天" in found.said_zh


def test_holding_idle_forgoes_only_the_deposit_interest() -> None:
    # 1.2 % is more than the 0.05 % that the money would earn.
    assert against(asked(bill(), quote("east", 12_000)), "hold").first is None
    # 0.01 % is less: 25.28 against 999,974.72 × 0.05 % × 91 / 360 = 126.39
    cheap = against(asked(bill(), quote("east", 100)), "hold")
    assert (cheap.first, cheap.discount_on, cheap.other_on) == (TODAY, 2_528, 12_639)
    assert "deposit interest" in cheap.said


def test_a_line_that_is_too_small_is_not_compared_and_an_expired_one_until_its_last_day() -> None:
    small = asked(bill(), quote("east", 12_000), line(20_000, limit=50_000_000))
    assert [one.against for one in small.break_even] == ["hold"]
    enough = asked(bill(), quote("east", 12_000), line(20_000, limit=50_000_000), amount=50_000_000)
    assert [one.against for one in enough.break_even] == ["borrow", "hold"]
    short = line(20_000, expires=date(2026, 4, 4))  # a Saturday
    until = against(asked(bill(), quote("east", 12_000), short), "borrow")
    assert until.last_day == date(2026, 4, 3)


@settings(max_examples=40, deadline=None)
@given(
    face=st.integers(200_000, 10**9),
    share=st.none() | st.integers(1, 1_200),
    rates=st.tuples(*[st.integers(0, 60_000)] * 3),
    fee=st.integers(0, 100_000),
    loan=st.integers(0, 60_000),
    loan_fee=st.integers(0, 100_000),
    days=st.integers(20, 120),
)
def test_break_even_is_what_trying_each_working_day_says(
    face: int,
    share: int | None,
    rates: tuple[int, int, int],
    fee: int,
    loan: int,
    loan_fee: int,
    days: int,
) -> None:
    """The same days by exact fractions and by search over every fen near the answer."""
    cn = calendar("CN")
    need = None if share is None else max(face * share // 1_000, 1)
    curve = [
        quote("east", rate, fee, tenor) for rate, tenor in zip(rates, (30, 70, 200), strict=True)
    ]
    one = bill(TODAY + timedelta(days=days), face)
    pays = cn.next_working(one.matures)
    found = asked(one, *curve, line(loan, loan_fee, limit=10**12), amount=need)

    def cost(amount: int, left: int) -> int:
        rate = rates[0] if left <= 30 else rates[1] if left <= 70 else rates[2]
        return round(Fraction(amount * rate * left, 360 * 10**6)) + fee

    cheaper = dict[date, bool]()
    for offset in range((pays - TODAY).days):
        day = TODAY + timedelta(days=offset)
        left = (pays - day).days
        if not cn.is_working(day) or cost(face, left) >= face:
            continue
        sold = face
        if need is not None and face - cost(face, left) >= need:
            low = min(100_000, face)  # the minimum piece
            while low < sold:
                middle = (low + sold) // 2
                if middle - cost(middle, left) >= need:
                    sold = middle
                else:
                    low = middle + 1
        received = sold - cost(sold, left)
        other = round(Fraction((received + loan_fee) * loan * left, 360 * 10**6)) + loan_fee
        cheaper[day] = cost(sold, left) < other
    runs = [
        (each[0], each[-1])
        for is_cheaper, run in groupby(cheaper, key=lambda day: cheaper[day])
        if is_cheaper and (each := list(run))
    ]
    assert [(s.first, s.last) for s in against(found, "borrow").stretches] == runs
    for way in found.ways:
        assert way.cost == way.interest + way.fee
        assert way.received <= way.face or way.way in ("borrow", "pledge")
        if need is not None and way.way == "discount" and not way.short:
            assert way.received >= need
