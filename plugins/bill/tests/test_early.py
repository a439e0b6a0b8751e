"""Paying early for a discount (现金折扣) in the plan: when it is worth it, never worse than not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from aicfo_bill.early import early_all, without_early
from aicfo_bill.optimise import NEAR_PPM, lp_repair, milp
from aicfo_bill.outlook import OWED, Debt, Holding, Line, Option, Outlook
from aicfo_bill.program import Program
from aicfo_bill.quote import Offer
from aicfo_bill.rules import RULES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.bill.tests import peer
from plugins.bill.tests.conftest import uncertain, with_terms
from plugins.bill.tests.test_peer import best_of_all, few_whole_bills

Make = Callable[..., Outlook]


def owing(path: list[int], *options: Option, line: Line | None = None) -> Outlook:
    """One debt of 1,000,000 due on day 30, and 2 % off until day 10; no bill."""
    pay = Option("pay_early:I:10", "pay_early", 0, 10, 10**6, 10**6, debt=0, off=20_000)
    debts = [Debt("I", "S", 1_000_000, 30, frozenset({"bank"}))]
    holdings = [Holding("owed:I", OWED, 1_000_000, 30, False)]
    return Outlook(path, 0, holdings, debts, [pay, *options], [line] if line else [])


RICH = [1_500_000] * 29 + [500_000] * 31
"""The debt is paid when it is due, on day 30; cash is there all the time."""


def test_who_has_the_money_pays_early_and_keeps_the_discount() -> None:
    outlook = owing(RICH)
    found = lp_repair(outlook)
    assert found.moves == {0: 1_000_000}
    worth = outlook.worth(found.moves)
    assert (worth.wealth, worth.shortage) == (500_000 + 20_000, 0)
    assert found.rules["no_early"].wealth == 500_000
    assert found.rules["early_all"] == worth


def test_the_money_is_gone_from_the_day_it_is_paid_until_the_debt_was_due() -> None:
    # On day 20 only 979,999 are there: 980,000 paid early leave one fen missing.
    outlook = owing([979_999] * 29 + [-20_001] * 31)
    assert outlook.worth({0: 1_000_000}).shortage == 1
    assert outlook.worth({0: 1_000_000}).shortage_day == 10


@pytest.mark.parametrize(("rate", "early"), [(300_000, True), (450_000, False)])
def test_money_is_borrowed_for_it_where_the_discount_is_worth_more_a_year(
    rate: int, early: bool
) -> None:
    # 20,000 for 980,000 twenty days sooner: 37.2 % a year of 365 days.
    line = Line("L", 2_000_000, rate, 365, 0, 60)
    found = lp_repair(owing([0] * 29 + [1_000_000] + [0] * 30, line=line))
    assert bool(found.moves) == early


def test_a_bill_pays_no_debt_that_was_paid_early() -> None:
    endorse = Option("endorse:B:I", "endorse", 0, 30, 1, 1_000_000, debt=0)
    plain = owing(RICH)
    pay = replace(plain.options[0], bill=1)
    bill = Holding("B", "bank", 1_000_000, 50, True)
    outlook = replace(plain, holdings=[bill, *plain.holdings], options=[endorse, pay])
    assert not outlook.allows({0: 1, 1: 1_000_000})
    assert not outlook.allows({1: 999_999})
    assert lp_repair(outlook).moves == {1: 1_000_000}


def test_without_terms_nothing_is_said_about_paying_early(make_outlook: Make) -> None:
    outlook = make_outlook(3, bills=4, debts=4)
    assert without_early(outlook) is outlook
    assert set(lp_repair(outlook).rules) == set(RULES)


def test_a_bill_is_sold_to_pay_early_only_for_less_than_the_discount() -> None:
    def sold(rate: int) -> bool:
        plain = owing([0] * 29 + [0] * 31)
        # The debt is paid on day 30 from what comes that day; the bill pays on day 40.
        path = [0] * 39 + [1_000_000] * 21
        bill = Holding("B", "bank", 1_000_000, 40, True)
        offer = Offer("X", rate, 0)
        sale = Option("discount:B:10", "discount", 0, 10, 1, 1_000_000, offer=offer, days=30)
        pay = replace(plain.options[0], bill=1)
        outlook = replace(plain, path=path, holdings=[bill, *plain.holdings], options=[sale, pay])
        return bool(lp_repair(outlook).moves)

    # 30 days at 12 % take 1 % of what is sold; at 36 % they take 3 %.
    assert sold(120_000)
    assert not sold(360_000)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10**9),
    bills=st.integers(0, 7),
    debts=st.integers(1, 9),
    days=st.integers(2, 120),
    whole=st.sampled_from([0.0, 0.3, 1.0]),
    fee=st.sampled_from([0, 5_000]),
    share=st.sampled_from([0.3, 1.0]),
)
def test_with_terms_the_plan_is_never_worse_than_a_rule_or_than_paying_nobody_early(
    make_outlook: Make,
    seed: int,
    bills: int,
    debts: int,
    days: int,
    whole: float,
    fee: int,
    share: float,
) -> None:
    plain = make_outlook(seed, bills=max(bills, 1), debts=debts, days=days, whole=whole, fee=fee)
    outlook = with_terms(plain, seed, share=share)
    if not bills:
        owed = [replace(one, bill=one.bill - 1) for one in outlook.options if one.off]
        outlook = replace(outlook, holdings=outlook.holdings[1:], options=owed)
    if not outlook.options:
        return
    found = lp_repair(outlook)
    assert outlook.allows(found.moves)
    wealth = outlook.worth(found.moves).wealth
    simple = [rule(outlook) for rule in (*RULES.values(), early_all)]
    assert all(outlook.allows(moves) for moves in simple)
    late = without_early(outlook)
    simple.append(lp_repair(late).moves if late.options else {})
    assert max(outlook.worth(moves).wealth for moves in simple) <= wealth <= found.bound
    for index, option in enumerate(outlook.options[:40]):
        assert outlook.worth({index: option.upper}).wealth <= found.bound
    exact = milp(outlook)
    # A tenth of a basis point of face, a whole one for the fast plan, and the fen of rounding.
    slack = Program(outlook).slack
    assert exact.bound - outlook.worth(exact.moves).wealth <= outlook.face // 100_000 + slack
    assert found.bound - wealth <= outlook.face // 10_000 + slack


@pytest.mark.parametrize("cases", [False, True])
def test_with_terms_the_exact_plan_equals_the_best_of_all_combinations_to_the_fen(
    cases: bool,
) -> None:
    count = taken = 0
    for seed in range(120):
        outlook = with_terms(few_whole_bills(seed), seed, share=0.8)
        if not outlook.owed or not outlook.options:
            continue
        outlook = uncertain(outlook, seed) if cases else outlook
        best, found = best_of_all(outlook), milp(outlook, gap_ppm=0)
        assert outlook.worth(found.moves).wealth == best <= found.bound, seed
        fast = lp_repair(outlook)
        missing = best - outlook.worth(fast.moves).wealth
        assert 0 <= missing * 1_000_000 <= NEAR_PPM * outlook.face, seed
        taken += any(outlook.options[index].off for index in found.moves)
        count += 1
    assert count > 80
    assert 20 < taken < count


@pytest.mark.parametrize("whole", [0.0, 0.5])
@pytest.mark.parametrize("cases", [False, True])
def test_the_model_written_a_second_time_finds_no_better_use_of_terms(
    make_outlook: Make, whole: float, cases: bool
) -> None:
    for seed in range(4):
        plain = make_outlook(1_300 + seed, bills=6, debts=8, whole=whole)
        outlook = with_terms(plain, seed, share=0.6)
        outlook = uncertain(outlook, seed) if cases else outlook
        found, other = milp(outlook), peer.solve(peer.build(outlook), outlook, gap=1e-7)
        mine = outlook.hold_value - outlook.worth(found.moves).wealth
        slack = Program(outlook).slack
        assert mine - other.loss <= outlook.face // 100_000 + slack
        assert outlook.hold_value - found.bound <= other.loss + slack
        if outlook.allows(other.moves):
            theirs = outlook.hold_value - outlook.worth(other.moves).wealth
            assert abs(theirs - other.loss) <= slack
