"""Funding: the cheapest mix of sources, exact to the fen, with nothing used twice."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk.model import (
    CashDemand,
    CashSource,
    DiscountBill,
    DrawLoan,
    EndorseBill,
    IssueGuarantee,
)
from aicfo_sdk.orchestrator.funding import fund

TODAY = date(2026, 3, 2)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def demand(amount: int, by: int = 10, until: int = 40, name: str = "d") -> CashDemand:
    return CashDemand(id=name, amount=amount, by=day(by), until=day(until), purpose=name)


def loan(limit: int, rate: int = 60_000, name: str = "line", fee: int = 0) -> CashSource:
    return CashSource(
        id=f"draw:{name}",
        resource=f"CreditLine:{name}",
        capacity=limit,
        limit=limit,
        first=TODAY,
        until=day(365),
        annual_ppm=rate,
        fee=fee,
        action=DrawLoan(
            day=TODAY, line=name, account="A", amount=limit, rate_ppm=rate, due=day(365), fee=fee
        ),
    )


def bill(
    face: int, cost_ppm: int, until: int = 90, *, split: bool = True, by: str = "bank"
) -> CashSource:
    end = face if split else 0
    return CashSource(
        id=f"discount:B:{by}",
        resource="Bill:B",
        capacity=face,
        limit=face,
        first=TODAY,
        until=day(until),
        upfront_ppm=cost_ppm,
        indivisible=not split,
        action=DiscountBill(
            day=TODAY,
            bill="B",
            amount=face,
            range_start=1 if split else 0,
            range_end=end,
            institution=by,
            account="A",
            rate_ppm=10_000,
            days=90,
        ),
    )


def endorse(face: int, until: int = 90) -> CashSource:
    return CashSource(
        id="endorse:B:S",
        resource="Bill:B",
        capacity=face,
        limit=face,
        first=TODAY,
        until=day(until),
        action=EndorseBill(
            day=TODAY, bill="B", amount=face, range_start=1, range_end=face, payee="S"
        ),
    )


def test_the_cheaper_source_is_used_first_and_the_rest_is_a_loan():
    # A bill of 600.00 costs 0.2 % at once; 31 days of a 6 % loan cost about 0.51 %.
    plan = fund([demand(100_000)], [loan(500_000), bill(60_000, 2_000)], today=TODAY)
    assert plan.uncovered == 0
    drawn = {piece.source: piece.amount for piece in plan.pieces}
    assert drawn["discount:B:bank"] == 60_000
    # 60,000 − 120 (0.2 %) = 59,880 of cash; 40,120 is left to borrow.
    assert drawn["draw:line"] == 40_120
    # 40,120 × 6 % × 31 / 365 = 204.45 → 204; plus 120.
    assert plan.cost == 324
    assert plan.summary.startswith("Yes: 1,000.00 is needed and covered at a cost of 3.24")


def test_a_loan_is_drawn_on_the_day_it_is_missed_and_repaid_when_no_longer_needed():
    (proposal,) = fund([demand(50_000, by=10, until=40)], [loan(500_000)], today=TODAY).proposals
    assert proposal.action.day == day(10)
    assert isinstance(proposal.action, DrawLoan)
    assert proposal.action.due == day(41)


def test_a_bill_that_matures_too_early_is_followed_by_a_loan():
    plan = fund([demand(50_000, until=60)], [loan(500_000), bill(60_000, 100, 30)], today=TODAY)
    assert plan.uncovered == 0
    by_source = {piece.source: piece for piece in plan.pieces}
    assert by_source["draw:line"].day == day(31)


def test_what_is_covered_for_a_part_of_the_time_is_covered_all_the_same():
    """The bill's money lasts 30 of 60 days: until then nothing is missing, after it everything."""
    plan = fund([demand(50_000, until=60)], [bill(60_000, 100, 30)], today=TODAY)
    assert [piece.source for piece in plan.pieces] == ["discount:B:bank"]
    assert plan.pieces[0].cash >= 50_000
    assert plan.uncovered == 50_000


def test_the_least_missing_on_the_worst_day_comes_before_all_other_days():
    short, long = bill_named(0, 90_000, 100, 30), bill_named(1, 40_000, 100, 90)
    plan = fund([demand(100_000, until=60)], [short, long], today=TODAY)
    assert {piece.source for piece in plan.pieces} == {"discount:B0", "discount:B1"}
    assert plan.uncovered == 100_000 - next(p.cash for p in plan.pieces if p.source[-1] == "1")


def test_one_bill_is_not_both_endorsed_and_discounted():
    plan = fund([demand(100_000)], [endorse(100_000), bill(100_000, 2_000)], today=TODAY)
    assert sum(piece.amount for piece in plan.pieces) == 100_000
    assert [piece.source for piece in plan.pieces] == ["endorse:B:S"]
    assert plan.uncovered == 0


def test_while_money_is_missing_no_supplier_is_paid_with_a_bill():
    """Passed on, the bill would leave nothing for wages; sold, it brings 998.00."""
    plan = fund([demand(150_000)], [endorse(100_000), bill(100_000, 2_000)], today=TODAY)
    assert [(piece.source, piece.amount) for piece in plan.pieces] == [("discount:B:bank", 100_000)]
    assert plan.uncovered == 50_200
    assert plan.summary.startswith("No: 502.00 of 1,500.00 finds no source")
    assert "no supplier is paid with a bill" in plan.summary


def test_what_replaces_money_without_paying_a_supplier_stays_while_money_is_missing():
    guarantee = IssueGuarantee(
        day=TODAY, institution="bank", account="A", tender="T", amount=40_000, fee=200
    )  # fmt: skip
    instead = endorse(40_000).model_copy(
        update={"id": "guarantee", "resource": "Guarantee:T", "action": guarantee}
    )
    plan = fund([demand(150_000)], [instead, endorse(100_000)], today=TODAY)
    assert [piece.source for piece in plan.pieces] == ["guarantee"]
    assert plan.uncovered == 110_000


def test_two_sources_of_one_bill_take_different_units_of_it():
    # Endorsing is free but only 300.00 can be paid that way; the rest of the bill is discounted.
    part = endorse(100_000).model_copy(update={"limit": 30_000})
    plan = fund([demand(80_000)], [part, bill(100_000, 2_000)], today=TODAY)
    assert plan.uncovered == 0
    moves = [p.action for p in plan.proposals if isinstance(p.action, DiscountBill | EndorseBill)]
    ranges = sorted((move.range_start, move.range_end) for move in moves)
    assert ranges[0][0] == 1
    assert ranges[0][1] + 1 == ranges[1][0]
    assert sum(end - start + 1 for start, end in ranges) == sum(p.amount for p in plan.pieces)


def test_a_bill_that_cannot_be_split_is_moved_whole_or_not_at_all():
    plan = fund([demand(10_000)], [bill(60_000, 2_000, split=False), loan(5_000)], today=TODAY)
    assert plan.uncovered == 0
    assert {p.source: p.amount for p in plan.pieces} == {"discount:B:bank": 60_000}


def test_a_fixed_fee_is_paid_once_and_covered_too():
    plan = fund([demand(10_000)], [loan(50_000, fee=300)], today=TODAY)
    (piece,) = plan.pieces
    assert piece.amount == 10_300
    assert piece.cash == 10_000


def test_drawings_that_each_cost_a_fee_are_put_together():
    # Two days apart, 100.00 more: interest of two days is far below a second fee of 50.00.
    wanted = [demand(100_000, 10, 40, "a"), demand(10_000, 12, 40, "b")]
    plan = fund(wanted, [loan(500_000, fee=5_000)], today=TODAY)
    assert plan.uncovered == 0
    assert sum(piece.cost >= 5_000 for piece in plan.pieces) == len(plan.proposals)


def test_without_sources_everything_is_reported_missing():
    plan = fund([demand(10_000)], [], today=TODAY)
    assert (plan.covered, plan.uncovered) == (0, 10_000)
    assert plan.proposals == ()


sources = st.lists(
    st.tuples(
        st.integers(1, 10**9),
        st.integers(0, 80_000),
        st.integers(5, 200),
        st.booleans(),
        st.integers(0, 5000),
    ),
    max_size=5,
)
demands = st.lists(
    st.tuples(st.integers(1, 10**9), st.integers(0, 30), st.integers(0, 60)),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(wanted=demands, offered=sources)
def test_no_plan_uses_more_than_there_is_and_what_it_covers_is_really_there(wanted, offered):
    asked = [demand(a, by, by + more, f"d{i}") for i, (a, by, more) in enumerate(wanted)]
    given_sources = offers(offered)
    plan = fund(asked, given_sources, today=TODAY)
    assert plan.covered + plan.uncovered == plan.demand == sum(d.amount for d in asked)
    used: dict[str, int] = {}
    for piece in plan.pieces:
        used[piece.source] = used.get(piece.source, 0) + piece.amount
    for source in given_sources:
        assert used.get(source.id, 0) <= min(source.limit, source.capacity)
    by_id = {source.id: source for source in given_sources}
    short = 0
    for one in asked:
        worst = 0
        for offset in range((one.until - one.by).days + 1):
            now = one.by + timedelta(days=offset)
            live = [
                p
                for p in plan.pieces
                if p.demand == one.id and p.day <= now <= min(by_id[p.source].until, one.until)
            ]
            worst = max(worst, one.amount - sum(p.cash for p in live))
        short += worst
    assert short <= plan.uncovered
    again = fund(list(reversed(asked)), list(reversed(given_sources)), today=TODAY)
    assert again == plan


def offers(drawn: list[tuple[int, int, int, bool, int]]) -> list[CashSource]:
    """Loans with a fee and bills, every other of them to be moved whole."""
    return [
        loan(limit, rate, f"L{i}", fee)
        if is_loan
        else bill_named(i, limit, rate // 4, until, split=fee % 2 == 0)
        for i, (limit, rate, until, is_loan, fee) in enumerate(drawn)
    ]


def bill_named(index: int, face: int, cost: int, until: int, *, split: bool = True) -> CashSource:
    base = bill(face, cost, until, split=split)
    return base.model_copy(update={"id": f"discount:B{index}", "resource": f"Bill:B{index}"})


def test_a_source_that_is_dearer_in_every_way_changes_no_plan():
    cheap, dear = bill(1_000, 20_000), bill(1_000, 30_000, by="usurer")
    assert fund([demand(500)], [cheap, dear], today=TODAY) == fund(
        [demand(500)], [cheap], today=TODAY
    )


def test_what_rounding_might_lack_is_not_borrowed_where_nothing_is_lacking():
    plan = fund([demand(60_000)], [endorse(60_000), loan(500_000)], today=TODAY)
    assert {piece.source: piece.amount for piece in plan.pieces} == {"endorse:B:S": 60_000}


def test_two_payables_that_one_bill_could_pay_in_part_are_both_kept():
    # Either alone gives 400 of the bill's 1,000; the need of 700 takes both.
    first = endorse(1_000).model_copy(update={"id": "endorse:B:S1", "limit": 400})
    second = endorse(1_000).model_copy(update={"id": "endorse:B:S2", "limit": 400})
    assert fund([demand(700)], [first, second], today=TODAY).uncovered == 0


def test_a_demand_that_two_tools_make_is_met_once_at_its_largest():
    asked = [demand(400, 10, 20, "gap"), demand(700, 12, 30, "gap"), demand(100, 10, 20, "other")]
    for some in (asked, asked[::-1]):
        plan = fund(some, [loan(5_000)], today=TODAY)
        assert plan == fund(asked[1:], [loan(5_000)], today=TODAY)
        assert plan.demand == 800


def test_a_bill_moved_whole_pays_for_two_needs():
    asked = [demand(300, by=10, name="wages"), demand(600, by=12, name="rent")]
    for needs in (asked, asked[::-1]):
        plan = fund(needs, [bill(1_000, 0, split=False)], today=TODAY)
        assert plan.uncovered == 0
        assert sum(piece.amount for piece in plan.pieces) == 1_000
        (proposal,) = plan.proposals
        assert isinstance(proposal.action, DiscountBill)
        assert proposal.action.amount == 1_000


@settings(max_examples=60, deadline=None)
@given(wanted=demands, offered=sources, place=st.integers(0, 10))
def test_one_more_source_leaves_no_more_missing_and_makes_no_plan_dearer(
    wanted: list[tuple[int, int, int]], offered: list[tuple[int, int, int, bool, int]], place: int
):
    asked = [demand(a, by, by + more, f"d{i}") for i, (a, by, more) in enumerate(wanted)]
    given_sources = offers(offered)
    fewer = given_sources[: place % max(len(given_sources), 1)]
    plan, less = (fund(asked, some, today=TODAY) for some in (given_sources, fewer))
    # A fen for each rounded piece; fees are asked for once too often before they are trimmed.
    slack = 2 * (len(plan.pieces) + len(less.pieces)) + sum(each.fee for each in given_sources)
    assert plan.uncovered <= less.uncovered + slack
    if not plan.uncovered and not less.uncovered:
        assert plan.cost <= less.cost + slack
