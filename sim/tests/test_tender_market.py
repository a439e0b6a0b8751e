"""Who wins a tender, at what price, and what the contract then pays."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from aicfo_sim import tender_market
from aicfo_sim.desk import Desk
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Run, run
from aicfo_sim.ledger import DEPOSITS
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import BOND, LOWEST, RIVALS, SCORING, Tenders, columns
from aicfo_sim.tender_market import NOBODY, OURS, highest_winning, winners
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk.model import Invoice, SubmitBid, Tender

YUAN = 100
ONE = np.array([0])


def _tender(
    method: int,
    rivals: list[tuple[int, int, bool]],
    *,
    quality: int = 50_000,
    weight: int = 300_000,
    preference: int = 100_000,
    estimate: int = 1_000_000 * YUAN,
) -> Tenders:
    """A tender with rivals of (price in yuan, quality in thousandths of points, small)."""
    padded = [*rivals, *[(0, 0, False)] * (RIVALS - len(rivals))]
    price, better, small = (np.array([column]) for column in zip(*padded, strict=True))
    plain = dict.fromkeys(Tenders.__slots__, 0) | {"method": method, "weight_ppm": weight}
    plain |= {"preference_ppm": preference, "quality": quality, "estimate": estimate, "fits": 1}
    wide = {"rival_price": price * YUAN, "rival_quality": better, "rival_small": small}
    return columns(Tenders, **(plain | wide))


def _winner(tender: Tenders, price: int) -> int:
    return int(winners(tender, ONE, np.array([price * YUAN]))[0])


def test_three_bids_by_scoring_as_counted_by_hand() -> None:
    """Price 30 points, 10 % deduction for the small firms: the merchant and the first rival.

    Bids 900,000 (ours), 880,000 (small) and 850,000 (large) are compared as 810,000, 792,000 and
    850,000; the base is 792,000. Price scores 29.333, 30.000, 27.953; with quality 52.0, 51.0 and
    53.2 the totals are 81.333, 81.000 and 81.153.
    """
    tender = _tender(SCORING, [(880_000, 51_000, True), (850_000, 53_200, False)], quality=52_000)
    adjusted = np.array([[810_000, 792_000, 850_000]]) * YUAN
    there = np.ones((1, 3), dtype=bool)
    scores = tender_market.price_scores(adjusted, there, np.array([300_000]))
    assert scores.tolist() == [[29_333, 30_000, 27_953]]
    assert _winner(tender, 900_000) == OURS
    # 2,000 yuan more: 811,800, 29.268 points, still ahead; at 910,000 (29.011, 81.011) no longer.
    assert _winner(tender, 902_000) == OURS
    assert _winner(tender, 910_000) == 2


def test_three_bids_by_lowest_price_as_counted_by_hand() -> None:
    """10 % off for small firms: 900,000 counts as 810,000 and beats a large firm's 820,000."""
    tender = _tender(LOWEST, [(820_000, 90_000, False), (950_000, 90_000, True)], quality=1_000)
    assert _winner(tender, 900_000) == OURS
    assert _winner(tender, 911_000) == OURS  # 819,900
    assert _winner(tender, 912_000) == 1  # 820,800


def test_without_the_preference_the_lower_bid_wins() -> None:
    tender = _tender(
        LOWEST, [(820_000, 0, False), (950_000, 0, True)], preference=0, quality=99_000
    )
    assert _winner(tender, 900_000) == 1


def test_equal_scores_go_to_the_lower_price_then_to_the_better_offer() -> None:
    rivals = [(900_000, 60_000, True), (950_000, 10_000, True)]
    assert _winner(_tender(LOWEST, rivals, quality=61_000), 900_000) == OURS
    assert _winner(_tender(LOWEST, rivals, quality=60_000), 900_000) == 1
    # The weight of the price is nothing: 50 points each, and the lower price decides.
    even = [(900_000, 50_000, True), (950_000, 50_000, True)]
    assert _winner(_tender(SCORING, even, weight=0), 899_999) == OURS
    assert _winner(_tender(SCORING, even, weight=0), 900_001) == 1


def test_fewer_than_three_bids_void_the_tender() -> None:
    two = _tender(SCORING, [(900_000, 50_000, True), (950_000, 50_000, True)])
    assert _winner(two, 0) == NOBODY
    assert _winner(two, 890_000) == OURS


_rival = st.tuples(st.integers(450_000, 1_000_000), st.integers(0, 70_000), st.booleans())


@given(
    st.sampled_from([SCORING, LOWEST]),
    st.lists(_rival, min_size=2, max_size=RIVALS),
    st.integers(0, 70_000),
    st.sampled_from([100_000, 300_000, 600_000]),
    st.sampled_from([0, 40_000, 100_000, 200_000]),
    st.lists(st.integers(450_000, 1_000_000), min_size=2, max_size=6),
)
@settings(max_examples=200, deadline=None)
def test_a_higher_price_never_wins_what_a_lower_one_lost(
    method: int,
    rivals: list[tuple[int, int, bool]],
    quality: int,
    weight: int,
    preference: int,
    prices: list[int],
) -> None:
    tender = _tender(method, rivals, quality=quality, weight=weight, preference=preference)
    wins = [_winner(tender, price) == OURS for price in sorted(prices)]
    assert wins == sorted(wins, reverse=True)
    best = int(highest_winning(tender, ONE)[0]) // YUAN
    for price, won in zip(sorted(prices), wins, strict=True):
        assert won == (price <= best)


@pytest.fixture(scope="module")
def contractors() -> Block:
    where = world(load("default"), days=330, seed=11)
    return draw_block(where, [where.who(n, "contractor") for n in range(12)], detail=True)


@pytest.fixture(scope="module")
def lived(contractors: Block) -> State:
    state = State(contractors, journal=True)
    run(Run(contractors, state, Owner()), 0, contractors.world.total)
    return state


def test_a_contract_pays_the_price_that_was_bid(contractors: Block, lived: State) -> None:
    receipts = contractors.receipts
    won = np.flatnonzero(lived.won)
    assert won.size > 5
    for row in won.tolist():
        mine = (receipts.cond == row) & (receipts.bond == 0)
        assert lived.billed[mine].sum() == lived.bid_price[row]
        assert receipts.amount[mine].sum() == contractors.tenders.estimate[row]
    lost = (receipts.cond >= 0) & ~lived.won[np.maximum(receipts.cond, 0)]
    assert np.array_equal(lived.billed[lost], receipts.amount[lost])


def test_owners_win_a_plausible_share_of_their_bids_at_a_thin_margin(
    contractors: Block, lived: State
) -> None:
    """The bands are wide: what is checked is that price decides and nobody bids for nothing."""
    decided = lived.bid & (contractors.tenders.award < contractors.world.total)
    assert 0.08 < lived.won[decided].mean() < 0.45
    share = lived.bid_price[lived.bid] / contractors.tenders.estimate[lived.bid]
    assert 0.8 < share.mean() <= 1.0


def test_a_bond_comes_back_after_the_award_and_all_money_balances(
    contractors: Block, lived: State
) -> None:
    lived.ledger.check()
    total, tenders, dues = contractors.world.total, contractors.tenders, contractors.dues
    out = lived.bid & (tenders.award + tender_market.BOND_BACK >= total)
    waiting = np.zeros(contractors.size, dtype=np.int64)
    np.add.at(waiting, tenders.owner[out], tenders.bond[out])
    for row in np.flatnonzero(lived.won).tolist():
        known = dues.known[(dues.cond == row) & (dues.kind == BOND)]
        back = contractors.receipts.paid[
            (contractors.receipts.cond == row) & (contractors.receipts.bond != 0)
        ]
        if known[0] < total <= back[0] and lived.alive[tenders.owner[row]]:
            price = int(lived.bid_price[row])
            waiting[tenders.owner[row]] += tender_market.contract_bond(tenders, row, price)
    open_ones = lived.alive
    assert np.array_equal(lived.ledger.balances[DEPOSITS][open_ones], waiting[open_ones])


def test_a_bid_that_the_notice_forbids_is_refused_and_changes_nothing(contractors: Block) -> None:
    tenders = contractors.tenders
    row = int(np.flatnonzero((tenders.fits == 1) & (tenders.published > 40))[0])
    day, estimate = int(tenders.published[row]) + 1, int(tenders.estimate[row])
    state = State(contractors)
    run(Run(contractors, state, Owner()), 0, day)
    before = state.ledger.balances.copy()

    def submit(t: int, price: int) -> str:
        return tender_market.submit(contractors, state, t, row, price)

    assert "void" in submit(day, estimate + 1)
    assert "abnormally low" in submit(day, estimate * 44 // 100)
    assert "not open" in submit(day - 2, estimate)
    assert "not open" in submit(int(tenders.deadline[row]) + 1, estimate)
    state.ledger.balances[0] += 0
    unfit = int(np.flatnonzero(tenders.fits == 0)[0])
    reason = tender_market.submit(
        contractors, state, int(tenders.published[unfit]), unfit, int(tenders.estimate[unfit])
    )
    assert "licence" in reason
    assert np.array_equal(state.ledger.balances, before)
    assert not state.bid[row]
    assert submit(day, estimate) == ""
    assert submit(day, estimate) == "a bid is in already"


def test_a_bid_goes_through_the_desk_at_its_own_price(contractors: Block) -> None:
    tenders = contractors.tenders
    row = int(np.flatnonzero((tenders.fits == 1) & (tenders.published > 40))[0])
    place, day = int(tenders.owner[row]), int(tenders.published[row]) + 1
    state = State(contractors, journal=True)
    lived = Run(contractors, state, Owner())
    run(lived, 0, day + 1)
    papers = Papers(contractors, state, place)
    books = papers.books(day)
    notice = books.get(Tender, papers.tender_id(row))
    assert notice.value == tenders.estimate[row]
    best = int(highest_winning(tenders, np.array([row]))[0])
    bid = SubmitBid(
        day=books.as_of,
        tender=notice.id,
        account="BANK",
        price=best,
        amount=notice.bond,
    )
    desk = Desk(lived, papers, place, day)
    assert "no tender" in desk.carry_out(bid.model_copy(update={"tender": "T-9"}))
    assert "bond" in desk.carry_out(bid.model_copy(update={"amount": notice.bond - 1}))
    assert desk.carry_out(bid) == ""
    award = int(tenders.award[row])
    run(lived, day + 1, award + 1)
    told = papers.books(award).get(Tender, notice.id)
    assert (told.status, told.awarded) == ("awarded", best)
    assert state.won[row]


def test_a_notice_says_who_won_and_at_what_price(contractors: Block, lived: State) -> None:
    tenders, last = contractors.tenders, contractors.world.total - 1
    seen = set[int]()
    for place in range(4):
        papers = Papers(contractors, lived, place)
        books = papers.books(last)
        for notice in books.all(Tender):
            row = papers.tender_row(notice.id)
            winner = int(lived.winner[row])
            if tenders.award[row] > last:
                assert notice.awarded is None
                continue
            seen.add(min(winner, 1))
            if winner == NOBODY:
                assert (notice.status, notice.suppliers) == ("cancelled", ())
            elif winner == OURS:
                assert notice.awarded == lived.bid_price[row]
                assert notice.suppliers == (papers.identity.own.name,)
            else:
                assert notice.awarded == tenders.rival_price[row, winner - 1]
                assert notice.suppliers != (papers.identity.own.name,)
    assert seen >= {OURS, 1}


def test_milestones_are_invoiced_at_the_contract_price(contractors: Block, lived: State) -> None:
    tenders = contractors.tenders
    done = lived.won & (tenders.ends + tenders.retention_days < contractors.world.total - 30)
    rows = [row for row in np.flatnonzero(done).tolist() if lived.alive[tenders.owner[row]]]
    assert rows
    row = rows[0]
    papers = Papers(contractors, lived, int(tenders.owner[row]))
    books = papers.books(contractors.world.total - 1)
    number = int(papers.tender_id(row).removeprefix("T-")) - 1000
    billed = [i.total for i in books.all(Invoice, counterparty=f"G{number:02d}")]
    assert sum(billed) == lived.bid_price[row]


def test_a_longer_run_brings_the_same_notices_rivals_and_contracts() -> None:
    shorter, longer = (world(load("default"), days=days, seed=4) for days in (40, 160))
    for merchant in range(4):
        one, other = (
            draw_block(where, [where.who(merchant, "contractor")]) for where in (shorter, longer)
        )
        count = one.tenders.owner.size
        assert count
        for name in Tenders.__slots__:
            assert np.array_equal(getattr(one.tenders, name), getattr(other.tenders, name)[:count])
        for table in ("receipts", "dues"):
            few, many = getattr(one, table), getattr(other, table)
            mine, same = few.cond >= 0, (many.cond >= 0) & (many.cond < count)
            assert sorted(few.amount[mine].tolist()) == sorted(many.amount[same].tolist())
    assert (longer.dates.at(0), longer.total) == (
        shorter.dates.at(0),
        (shorter.dates.at(shorter.total) + timedelta(days=120) - shorter.dates.at(0)).days,
    )
