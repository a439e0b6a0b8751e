"""Bills as security in the plan: a loan on a share of the face, paid back when the bill pays."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from aicfo_bill.optimise import NEAR_PPM, lp_repair, milp
from aicfo_bill.outlook import Holding, Option, Outlook, Pledge
from aicfo_bill.program import Program
from aicfo_bill.quote import Offer
from aicfo_bill.rules import RULES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.bill.tests import peer
from plugins.bill.tests.conftest import pledged
from plugins.bill.tests.test_peer import best_of_all, few_whole_bills

Make = Callable[..., Outlook]

# Short of 400,000 from day 30 until the bill of 1,000,000 matures on day 60.
POOR_AT_30 = [100_000] * 29 + [-400_000] * 30 + [600_000] * 31
TERMS = Pledge("L", 800_000, 36_500, 365, 0)


def both(rate_ppm: int, terms: Pledge = TERMS) -> Outlook:
    """One bill that may be sold at a rate, or pledged, on day 28: 32 days before it pays."""
    offer = Offer("X", rate_ppm, 0)
    options = [
        Option("discount:B:28", "discount", 0, 28, 1, 1_000_000, offer=offer, days=32),
        Option("pledge:B:28:L", "pledge", 0, 28, 1, 1_000_000, days=32, pledge=terms),
    ]
    return Outlook(POOR_AT_30, 0, [Holding("B", "bank", 1_000_000, 60, True)], [], options)


def test_a_pledge_brings_its_share_and_costs_its_interest_when_the_bill_pays() -> None:
    outlook = both(36_000)
    # 500,000 pledged lend 400,000; 32 days at 3.65 % of 365 are 0.32 % of that, 1,280.
    worth = outlook.worth({1: 500_000})
    assert (worth.wealth, worth.shortage) == (600_000 - 1_280, 0)
    assert outlook.worth({1: 499_998}).shortage == 2
    assert outlook.options[1].cost(500_000) == 1_280


def test_the_cheaper_of_a_sale_and_a_pledge_is_taken() -> None:
    assert set(lp_repair(both(20_000)).moves) == {0}
    moves = lp_repair(both(60_000)).moves
    # 400,000 are needed and 80 % lent; rounding may take a fen more.
    assert set(moves) == {1}
    assert 500_000 <= moves[1] <= 500_002


def test_a_bill_lends_no_more_than_its_share_and_the_rest_is_told_as_missing() -> None:
    poorer = [100_000] * 29 + [-900_000] * 30 + [100_000] * 31
    outlook = replace(both(20_000), path=poorer, options=[both(20_000).options[1]])
    found = lp_repair(outlook)
    assert found.moves == {0: 1_000_000}
    # 900,000 are missing and 800,000 lent.
    assert outlook.worth(found.moves).shortage == 100_000


def test_one_bill_is_not_both_sold_and_pledged() -> None:
    assert both(20_000).allows({0: 400_000, 1: 600_000})
    assert not both(20_000).allows({0: 400_001, 1: 600_000})


def test_a_fee_of_the_lender_is_paid_once_from_what_is_lent() -> None:
    outlook = both(1_000_000, replace(TERMS, fee=4_000))
    # 505,000 × 80 % − 4,000 = 400,000; the interest is of the 404,000 lent, 1,292.8.
    assert 505_000 <= lp_repair(outlook).moves[1] <= 505_002
    assert outlook.worth({1: 505_000}).wealth == 600_000 - 4_000 - 1_293


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10**9),
    bills=st.integers(1, 7),
    debts=st.integers(0, 6),
    days=st.integers(2, 90),
    whole=st.sampled_from([0.0, 0.3, 1.0]),
    fee=st.sampled_from([0, 5_000]),
)
def test_with_pledges_the_plan_is_never_worse_than_a_rule_or_than_without_nor_above_its_bound(
    make_outlook: Make, seed: int, bills: int, debts: int, days: int, whole: float, fee: int
) -> None:
    plain = make_outlook(seed, bills=bills, debts=debts, days=days, whole=whole, fee=fee)
    outlook = pledged(plain, seed, fee=fee)
    found = lp_repair(outlook)
    assert outlook.allows(found.moves)
    wealth = outlook.worth(found.moves).wealth
    simple = [rule(outlook) for rule in RULES.values()]
    assert max(outlook.worth(moves).wealth for moves in simple) <= wealth <= found.bound
    # To pledge nothing is a plan too: within the gap that is looked for, none is better.
    without = plain.worth(lp_repair(plain).moves).wealth
    assert without - wealth <= max(outlook.face * NEAR_PPM // 1_000_000, Program(outlook).slack)
    for index, option in enumerate(outlook.options[:40]):
        assert outlook.worth({index: option.upper}).wealth <= found.bound


def test_with_pledges_the_exact_plan_equals_the_best_of_all_combinations_to_the_fen() -> None:
    count = taken = 0
    for seed in range(60):
        outlook = few_whole_bills(seed)
        if not outlook.options or len(outlook.holdings) > 3:
            continue
        outlook = pledged(outlook, seed, fee=random.Random(seed).choice((0, 700)))
        best, found = best_of_all(outlook), milp(outlook, gap_ppm=0)
        assert outlook.worth(found.moves).wealth == best <= found.bound, seed
        taken += any(outlook.options[index].pledge for index in found.moves)
        count += 1
    assert count > 20
    assert taken > 5


@pytest.mark.parametrize("whole", [0.0, 0.5])
def test_the_model_written_a_second_time_finds_no_better_use_of_pledges(
    make_outlook: Make, whole: float
) -> None:
    for seed in range(3):
        outlook = pledged(make_outlook(900 + seed, bills=6, debts=6, whole=whole), seed)
        found, other = milp(outlook), peer.solve(peer.build(outlook), outlook, gap=1e-7)
        mine = outlook.hold_value - outlook.worth(found.moves).wealth
        slack = Program(outlook).slack
        assert mine - other.loss <= outlook.face // 100_000 + slack
        assert outlook.hold_value - found.bound <= other.loss + slack
