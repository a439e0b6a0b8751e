"""Firms that sell on invoice and are paid in bills: who pays how, whose bills, what records say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from datetime import date, timedelta
from itertools import pairwise
from statistics import correlation

import numpy as np
import pytest
from aicfo_sim import bank
from aicfo_sim.bill_records import firms, list_records, parted
from aicfo_sim.desk import Desk
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.acceptors import Acceptors, acceptors, barred, overdue_list
from aicfo_sim.draws.block import Block, World
from aicfo_sim.draws.group import Group
from aicfo_sim.engine import Run, run
from aicfo_sim.fen import per_merchant
from aicfo_sim.ledger import BILLS, CASH, PAYABLES, RECEIVABLES
from aicfo_sim.papers import Papers
from aicfo_sim.policies import HoldAll, Owner
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import NEVER
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import Orchestrator, discover
from aicfo_sdk.model import (
    Bill,
    BillCheck,
    BillId,
    DiscountBill,
    EndorseBill,
    Invoice,
    OverdueAcceptor,
    Settlement,
    UntrustedText,
)

MANY = 60


@pytest.fixture(scope="module")
def where() -> World:
    return world(load("default"), days=365, seed=3)


@pytest.fixture(scope="module")
def makers(where: World) -> Block:
    """Small manufacturers over warm-up and a year."""
    return draw_block(where, [where.who(n, "manufacturer") for n in range(MANY)])


@pytest.fixture(scope="module")
def sales(makers: Block) -> np.ndarray:
    """Rows of Receipts that are plain sales invoices of the run's days."""
    receipts = makers.receipts
    return np.flatnonzero((receipts.cond < 0) & (receipts.amount > 0) & (receipts.issued >= 0))


def test_sales_lie_near_those_of_real_small_firms(makers: Block, sales: np.ndarray) -> None:
    """Bands around the VAT invoices of 123 + 302 small firms that calibration names."""
    receipts, dates = makers.receipts, makers.world.dates
    total, owner = makers.world.total, receipts.owner[sales]
    amount = receipts.amount[sales]
    yearly = per_merchant(owner, amount, MANY) * (365 / total) / 100
    assert 3_000_000 < np.median(yearly) < 8_500_000
    assert 8_000 < np.median(amount) / 100 < 45_000
    active = len(set(zip(owner.tolist(), receipts.issued[sales].tolist(), strict=True)))
    assert 0.08 < active / (total * MANY) < 0.10
    tops = []
    for place in range(MANY):
        mine = owner == place
        by_customer = np.bincount(receipts.party[sales][mine], amount[mine])
        tops.append(by_customer.max() / by_customer.sum())
    assert 0.24 < np.mean(tops) < 0.36
    year = receipts.issued[sales] >= total - 365
    month = dates.month[receipts.issued[sales][year] + 300]
    index = np.bincount(month, amount[year], 13)[1:]
    index = index / index.mean()
    assert 1.15 < index[0] < 1.75
    assert index[1] < 0.8
    assert 1.05 < index[11] < 1.45
    weekday = dates.weekday[receipts.issued[sales] + 300]
    assert np.bincount(weekday, amount, 7)[5:].sum() / amount.sum() < 0.06


def test_the_shares_of_late_and_bad_and_red_invoices_are_those_of_the_surveys(
    makers: Block, sales: np.ndarray
) -> None:
    receipts, roll = makers.receipts, makers.world.dates.roll
    paid, due = receipts.paid[sales], receipts.due[sales]
    good = paid < NEVER
    late = good & (paid > roll(due))
    assert 0.36 < late[good].mean() < 0.52
    assert 50 < (paid - due)[late].mean() < 85
    assert 0.015 < (~good).mean() < 0.06
    red = (receipts.amount < 0).sum() / sales.size
    assert 0.017 < red < 0.053


def test_slow_payers_stay_slow_and_bad_debts_come_in_clusters(
    makers: Block, sales: np.ndarray
) -> None:
    receipts, half = makers.receipts, makers.world.total // 2
    history: dict[tuple[int, int], list[list[float]]] = defaultdict(lambda: [[], []])
    bad: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in sales.tolist():
        who = int(receipts.owner[row]), int(receipts.party[row])
        if receipts.paid[row] == NEVER:
            bad[who].append(int(receipts.issued[row]))
        else:
            wait = float(receipts.paid[row] - receipts.due[row] > 3)
            history[who][int(receipts.issued[row] >= half)].append(wait)
    pairs = [
        (float(np.mean(early)), float(np.mean(late)))
        for early, late in history.values()
        if min(len(early), len(late)) >= 3
    ]
    assert len(pairs) > 100
    assert correlation(*zip(*pairs, strict=True)) > 0.3
    share = sum(len(days) for days in bad.values()) / sales.size
    near = [
        any(0 < abs(day - other) < 92 for other in days) for days in bad.values() for day in days
    ]
    # Were bad debts independent, few customers would have two within three months.
    assert np.mean(near) > 5 * share


def test_a_customer_has_a_house_acceptor_so_bills_can_be_concentrated(makers: Block) -> None:
    bills = makers.bills
    shares = []
    for place in range(MANY):
        mine = bills.owner == place
        if mine.sum() >= 20:
            by_acceptor = np.bincount(bills.acceptor[mine], bills.face[mine])
            shares.append(by_acceptor.max() / by_acceptor.sum())
    # One of well over two hundred acceptors.
    assert np.mean(shares) > 0.15


# The bill market.


def test_an_acceptor_is_listed_by_the_rule_as_counted_by_hand() -> None:
    """Three late bills in six months, and one late or something overdue in that month."""
    late = np.array([[1, 0], [1, 3], [0, 0], [1, 0], [0, 0], [0, 0], [0, 0], [1, 0]])
    balance = np.array([[0, 0], [0, 0], [0, 1], [0, 0], [1, 0], [0, 0], [1, 0], [0, 0]], dtype=bool)
    listed, persistent = overdue_list(late, balance)
    # First: the third late bill comes in month 3; month 4 something is still overdue; in month 6
    # only two of the last six months' bills are left, in month 7 again two.
    assert listed[:, 0].tolist() == [False, False, False, True, True, False, False, False]
    assert listed[:, 1].tolist() == [False, True, True, False, False, False, False, False]
    assert not persistent.any()


def test_who_is_listed_three_times_in_six_months_is_barred_for_two_years() -> None:
    late = np.zeros((40, 1), dtype=np.int64)
    late[2:5] = 4
    listed, persistent = overdue_list(late, np.zeros((40, 1), dtype=bool))
    assert np.flatnonzero(listed[:, 0]).tolist() == [2, 3, 4]
    assert np.flatnonzero(persistent[:, 0]).tolist() == [4]
    assert np.flatnonzero(barred(persistent)[:, 0]).tolist() == list(range(4, 28))


@pytest.fixture(scope="module")
def known(where: World) -> Acceptors:
    return where.acceptors


def test_nobody_is_on_a_list_before_it_is_published(known: Acceptors, where: World) -> None:
    days, everyone = np.arange(where.total), np.arange(known.code.size)
    first = where.dates.month_starts
    seen = 0
    for acceptor in everyone[known.listed.any(axis=0)].tolist():
        for month in np.flatnonzero(known.listed[:, acceptor]).tolist():
            out = int(known.published[month])
            # The list of a month comes out after its end.
            assert month + 1 >= first.size or out > first[month + 1]
            if not known.listed[month - 1, acceptor] and 0 < out < where.total:
                assert not known.is_listed(out - 1, np.array([acceptor]))[0]
                assert known.is_listed(out, np.array([acceptor]))[0]
                seen += 1
    assert seen
    small = known.is_refused(days[:, None], everyone[known.code < 4][None, :])
    assert not small.any()


@pytest.fixture(scope="module")
def more(where: World) -> Block:
    return draw_block(where, [where.who(n, "manufacturer") for n in range(150)], detail=True)


def test_bills_of_a_listed_acceptor_fail_more_often(where: World, more: Block) -> None:
    bills, known = more.bills, where.acceptors
    listed = known.is_listed(bills.matures, bills.acceptor)
    assert listed.sum() > 10
    assert bills.fails[listed].mean() > 0.3 > 0.02 > bills.fails[~listed].mean()
    # Whoever is listed may accept no more.
    assert not known.is_refused(np.maximum(bills.drawn, -300), bills.acceptor).any()


def test_the_bill_market_of_a_longer_run_begins_as_that_of_the_shorter_one() -> None:
    short, long = (world(load("default"), days=days, seed=8) for days in (30, 200))
    one, other = short.acceptors, long.acceptors
    months = one.trouble.shape[0]
    for item in fields(Acceptors):
        few, many = getattr(one, item.name), getattr(other, item.name)
        if few.ndim == 2:
            assert np.array_equal(few, many[:months])
        elif item.name in ("code", "first", "chance"):
            assert np.array_equal(few, many)
    assert np.array_equal(one.edition[: 300 + short.total], other.edition[: 300 + short.total])
    other_seed = acceptors(short.figures["market"], 9, 0, short.dates)
    assert not np.array_equal(one.trouble, other_seed.trouble)


def test_no_institution_and_no_supplier_takes_a_bill_of_a_listed_acceptor(
    where: World, more: Block
) -> None:
    block, bills, known = more, more.bills, where.acceptors
    days = np.arange(where.total)
    listed = known.is_refused(days[:, None], bills.acceptor[None, :])
    listed &= (days[:, None] > bills.received) & (days[:, None] < bills.matures)
    listed &= where.dates.working[300 : 300 + where.total, None] & (days[:, None] > 1)
    t, row = (int(found[0]) for found in np.nonzero(listed))
    state = State(block, journal=True)
    lived = Run(block, state, HoldAll())
    run(lived, 0, t + 1)
    assert state.left[row] > 0
    assert row not in bank.sellable(block, state, t)
    place = int(bills.owner[row])
    papers = Papers(block, state, place)
    books = papers.books(t)
    name = next(paper for paper, found in papers.bill_rows.items() if found == row)
    sale = DiscountBill(
        day=books.as_of,
        bill=name,
        amount=int(state.left[row]),
        institution="counter",
        account="BANK",
        rate_ppm=200_000,
        days=10,
    )
    assert "overdue list" in Desk(lived, papers, place, t).carry_out(sale)
    # The books say so, from the list's publication on.
    asked = Orchestrator(discover()).run(BillCheck, books=books, subjects=[BillId(name)])
    assert "acceptor_overdue" in {found.code for found in asked.result.findings}


def test_the_books_name_exactly_those_whose_bills_are_refused_that_day(where: World) -> None:
    market, seen = where.acceptors, 0
    names = [firm.name for firm in firms(where)]
    assert len(set(names)) == len(names)
    for t in range(0, where.total, 13):
        today = where.dates.at(t)
        known = [one for one in list_records(where, t).values() if isinstance(one, OverdueAcceptor)]
        assert all(one.published <= today for one in known)
        shunned = {names.index(one.name) for one in known if one.shunned(today)}
        refused = market.is_refused(t, np.arange(len(names)))
        assert shunned == set(np.flatnonzero(refused).tolist())
        listed = {names.index(one.name) for one in known if one.listed}
        assert listed == set(np.flatnonzero(market.is_listed(t, np.arange(len(names)))).tolist())
        seen += len(shunned)
    assert seen


# Records.


@pytest.fixture(scope="module")
def few(where: World) -> Block:
    return draw_block(where, [where.who(n, "manufacturer") for n in range(12)], detail=True)


@pytest.fixture(scope="module")
def state(few: Block) -> State:
    lived = State(few, journal=True)
    run(Run(few, lived, Owner()), 0, few.world.total)
    return lived


def test_open_invoices_are_the_receivables_of_the_ledger_with_red_and_void_ones_there(
    few: Block, state: State
) -> None:
    red = void = count = 0
    for place in np.flatnonzero(state.alive).tolist():
        books = Papers(few, state, place).books(few.world.total - 1)
        sales = list(books.all(Invoice, direction="sales"))
        count += len(sales)
        void += sum(invoice.status == "void" for invoice in sales)
        red += sum(invoice.status == "red" for invoice in sales)
        by_number = {invoice.number: invoice for invoice in sales}
        assert len(by_number) == len(sales)
        for invoice in sales:
            if invoice.status == "red":
                first = by_number[invoice.reverses]
                assert first.total >= -invoice.total > 0
                assert first.issued < invoice.issued
        mine = {invoice.id for invoice in sales}
        paid = sum(part.amount for part in books.all(Settlement) if part.invoice in mine)
        left = sum(invoice.total for invoice in sales if invoice.status != "void") - paid
        assert left == state.ledger.balances[RECEIVABLES, place]
    assert 0.055 < void / count < 0.095
    assert 0.01 < red / count < 0.06


def test_bills_are_packages_with_sub_ranges_chains_and_named_acceptors(
    few: Block, state: State
) -> None:
    seen, chains, names = set[str](), 0, set[str]()
    for place in range(8):
        papers = Papers(few, state, place)
        books = papers.books(few.world.total - 1)
        for bill in books.all(Bill):
            seen.add(bill.kind)
            names.add(bill.acceptor)
            assert bill.splittable == (bill.range_start > 0)
            assert not bill.splittable or bill.range_end - bill.range_start + 1 == bill.face
            assert (bill.matures - bill.issued).days <= 181
            holder = bill.payee
            for link in bill.endorsements:
                assert link.endorser == holder
                assert bill.issued <= link.day
                holder = link.endorsee
            assert holder == papers.identity.own.name
            chains += bool(bill.endorsements)
    assert seen == {"bank", "trade", "supply_chain_bank", "supply_chain_trade"}
    assert chains
    assert len(names) > 20


def test_an_endorsed_part_of_a_bill_pays_an_invoice_at_par_and_stays_in_the_books(
    where: World,
) -> None:
    """The first units of the range go to the supplier; the rest is still held until it matures."""
    block = draw_block(where, [where.who(n, "manufacturer") for n in range(6)], detail=True)
    t, state = 300, State(block, journal=True)
    lived = Run(block, state, HoldAll())
    run(lived, 0, t + 1)
    place, papers, bill, owed = _endorsable(block, state, t)
    row = papers.bill_rows[bill.id]
    face, amount = bill.face, min(owed.total, bill.face - 1)
    deed = EndorseBill(
        day=where.dates.at(t),
        bill=bill.id,
        amount=amount,
        range_start=bill.range_start,
        range_end=bill.range_start + amount - 1,
        payee=owed.counterparty,
        settles=(owed.id,),
    )
    desk = Desk(lived, papers, place, t)
    before = state.ledger.balances[:, place].copy()
    assert desk.carry_out(deed) == ""
    change = state.ledger.balances[:, place] - before
    assert (change[BILLS], change[PAYABLES], change[CASH]) == (-amount, amount, 0)
    assert not change.sum()
    books = papers.books(t)
    assert [p.amount for p in books.all(Settlement, invoice=owed.id, by="bill")] == [amount]
    rest, gone = books.get(Bill, bill.id), books.get(Bill, f"{bill.id}-1")
    assert (rest.held, rest.face, rest.range_start) == ("held", face - amount, deed.range_end + 1)
    assert (gone.held, gone.range_start, gone.range_end) == (
        "endorsed",
        bill.range_start,
        deed.range_end,
    )
    end = int(where.dates.roll(block.bills.matures[row : row + 1])[0])
    run(lived, t + 1, end + 1)
    after = papers.books(end)
    if state.alive[place]:
        assert {after.get(Bill, name).held for name in (rest.id, gone.id)} == {"settled"}


def _endorsable(block: Block, state: State, t: int) -> tuple[int, Papers, Bill, Invoice]:
    """Return a bill that can be split and an unpaid invoice of a supplier who takes its kind."""
    for place in range(block.size):
        papers = Papers(block, state, place)
        books = papers.books(t)
        paid = {part.invoice for part in books.all(Settlement)}
        for bill in books.all(Bill, held="held"):
            kind = "supply_chain" if bill.kind.startswith("supply_chain") else bill.kind
            good = bill.splittable and bill.matures > books.as_of
            if not good or bank.refused(block, t, np.array([papers.bill_rows[bill.id]])).any():
                continue
            for owed in books.all(Invoice, direction="purchase"):
                if owed.id not in paid and kind in papers.accepted(owed.counterparty):
                    return place, papers, bill, owed
    raise AssertionError("six manufacturers that hold all bills have none that anyone takes")


@given(st.integers(2, 10**9), st.integers(1, 10**9), st.lists(st.integers(1, 10**9), max_size=8))
@settings(max_examples=100, deadline=None)
def test_splitting_a_package_keeps_its_face_and_every_unit_once(
    face: int, start: int, amounts: list[int]
) -> None:
    day = date(2026, 3, 2)
    bill = Bill(
        id="B1",
        updated=day,
        number="5" * 30,
        kind="bank",
        range_start=start,
        range_end=start + face - 1,
        face=face,
        issued=day,
        matures=day + timedelta(days=90),
        drawer=UntrustedText("甲"),
        acceptor=UntrustedText("乙银行"),
    )
    parts = list[Bill]()
    for number, amount in enumerate(amounts):
        if amount > bill.face:
            continue
        bill, part = parted(bill, amount, "endorsed", day, f"B1-{number}")
        if part is None:
            break
        parts.append(part)
    whole = sorted([*parts, bill], key=lambda b: b.range_start)
    assert sum(b.face for b in whole) == face
    assert (whole[0].range_start, whole[-1].range_end) == (start, start + face - 1)
    for one, other in pairwise(whole):
        assert one.range_end + 1 == other.range_start
    assert all(b.range_end - b.range_start + 1 == b.face for b in whole)


def test_a_cell_of_a_stream_is_that_of_its_grid(where: World) -> None:
    group = Group.of([where.who(n, "manufacturer") for n in (4, 1, 9)], detail=False)
    grid = group.grid("some", 5, 7)
    index, place = np.array([5, 11, 8]), np.array([2, 0, 1])
    assert group.cells("some", index, place).tolist() == grid[index - 5, place].tolist()
