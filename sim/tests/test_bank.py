"""The bank's two roads, whole columns and single actions, lead to the same place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from aicfo_sim import bank
from aicfo_sim.desk import Desk
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Run
from aicfo_sim.ledger import FUND, LOANS
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner
from aicfo_sim.state import LINES, State

from aicfo_sdk.model import (
    BuyFund,
    DiscountBill,
    DrawLoan,
    Pay,
    PresentBill,
    RedeemFund,
    RepayLoan,
)

T = 279


class Counter:
    """A desk for the first contractor that holds a bill, at the close of day T."""

    def __init__(self, block: Block, start: State) -> None:
        self.block, self.state = block, start.copy()
        rows = bank.sellable(block, self.state, T)
        self.row = int(rows[self.state.left[rows].argmax()])
        self.place = int(block.bills.owner[self.row])
        self.papers = Papers(block, self.state, self.place)
        self.books = self.papers.books(T)
        self.desk = Desk(Run(block, self.state, Owner()), self.papers, self.place, T)
        self.day = block.world.dates.at(T)
        self.bill = next(b for b, row in self.papers.bill_rows.items() if row == self.row)


@pytest.fixture
def counter(block: Block, lived: Callable[..., State]) -> Counter:
    return Counter(block, lived("owner", T + 1, journal=True))


def _discount(counter: Counter, amount: int, **changes: Any) -> DiscountBill:
    rate, days = bank.discount_terms(counter.block, T, np.array([counter.row]), 2)
    values: dict[str, Any] = {
        "day": counter.day,
        "bill": counter.bill,
        "amount": amount,
        "account": "BANK",
        "institution": "platform",
        "rate_ppm": int(rate[0]),
        "days": int(days[0]),
    }
    values.update(changes)
    return DiscountBill(**values)


def test_a_discount_by_action_posts_what_the_column_does(counter: Counter) -> None:
    block, columns = counter.block, counter.state.copy()
    rows = np.array([counter.row])
    bank.discount(block, columns, T, rows, np.array([2]))
    assert counter.desk.carry_out(_discount(counter, int(counter.state.left[rows[0]]))) == ""
    assert np.array_equal(counter.state.ledger.balances, columns.ledger.balances)
    assert np.array_equal(counter.state.ledger.money, columns.ledger.money)
    assert np.array_equal(counter.state.left, columns.left)
    counter.state.ledger.check()


def test_a_drawing_and_its_repayment_by_action_post_what_the_columns_do(counter: Counter) -> None:
    block, place = counter.block, counter.place
    columns = counter.state.copy()
    free = int(bank.limits(block, 0)[place] - columns.used[0, place])
    amount = np.zeros(block.size, dtype=np.int64)
    amount[place] = min(free, 1_000_000)
    bank.draw(block, columns, T, 0, amount)
    loan = columns.loans.open.size - 1
    action = DrawLoan(
        day=counter.day,
        line=LINES[0],
        account="BANK",
        amount=int(amount[place]),
        rate_ppm=1,
        due=block.world.dates.at(T + 400),
    )
    assert counter.desk.carry_out(action) == ""
    assert np.array_equal(counter.state.ledger.balances, columns.ledger.balances)
    assert counter.state.loans.due[-1] == columns.loans.due[-1]
    bank.repay(block, columns, T, np.array([loan]), amount[place : place + 1])
    counter.papers.books(T + 1)
    name = next(b for b, row in counter.papers.loan_rows.items() if row == loan)
    back = RepayLoan(
        day=counter.day, loan=name, line=LINES[0], account="BANK", amount=int(amount[place])
    )
    assert counter.desk.carry_out(back) == ""
    assert np.array_equal(counter.state.ledger.balances, columns.ledger.balances)
    assert np.array_equal(counter.state.used, columns.used)


def test_the_fund_takes_and_gives_back(counter: Counter) -> None:
    place, ledger = counter.place, counter.state.ledger
    ledger.entry(
        5, (0, np.full(counter.block.size, 5_000)), (8, np.full(counter.block.size, -5_000))
    )
    cash = int(ledger.cash[place])
    buy = BuyFund(day=counter.day, account="BANK", fund="FUND-1", amount=4_000)
    assert counter.desk.carry_out(buy) == ""
    assert (ledger.cash[place], ledger.balances[FUND, place]) == (cash - 4_000, 4_000)
    sell = RedeemFund(day=counter.day, account="BANK", fund="FUND-1", amount=4_000)
    assert counter.desk.carry_out(sell) == ""
    assert (ledger.cash[place], ledger.balances[FUND, place]) == (cash, 0)
    assert counter.desk.carry_out(sell) == "the fund holds less"


def test_what_the_bank_cannot_do_is_refused_with_a_reason_and_changes_nothing(
    counter: Counter,
) -> None:
    left = int(counter.state.left[counter.row])
    before = counter.state.ledger.balances.copy()
    day, place = counter.day, counter.place
    late = counter.block.world.dates.at(T + 30)
    rate = _discount(counter, left).rate_ppm
    full = int(bank.limits(counter.block, 0)[place])
    plain = {"day": day, "account": "BANK"}
    refused = [
        _discount(counter, left + 1),
        _discount(counter, left, bill="B9999"),
        _discount(counter, left, institution="nobody"),
        _discount(counter, left, rate_ppm=rate - 1),
        _discount(counter, left, day=late),
        _discount(counter, left, account="WECHAT"),
        DrawLoan(**plain, line=LINES[0], amount=full + 1, rate_ppm=1, due=late),
        DrawLoan(**plain, line="LINE-X", amount=1, rate_ppm=1, due=late),
        RepayLoan(**plain, loan="L9", line=LINES[0], amount=1),
        BuyFund(**plain, fund="FUND-1", amount=10**12),
        Pay(**plain, payee="S01", amount=10**12, settles=()),
        PresentBill(**plain, bill=counter.bill, amount=left),
    ]
    reasons = [counter.desk.carry_out(action) for action in refused]
    assert all(reasons)
    assert np.array_equal(counter.state.ledger.balances, before)
    assert counter.state.ledger.balances[LOANS].sum() == before[LOANS].sum()


def test_short_cash_is_covered_by_the_lines_in_their_order(block: Block) -> None:
    state = State(block)
    bank_limit, quick = bank.limits(block, 0), bank.limits(block, 1)
    missing = bank.cover(block, state, 0, bank_limit + 1_000, (0, 1))
    assert np.array_equal(state.used[0], bank_limit)
    # The fee of the bank's line came off its proceeds, so the other line brought it too.
    fee = block.world.market.bank_fee
    expected = -(-(1_000 + fee) // 10_000) * 10_000
    assert np.array_equal(state.used[1], np.minimum(quick, expected))
    assert not missing[quick >= expected].any()
    state.ledger.check()
