"""The bound and the gap at the edges: tiny and huge amounts, sums that nearly fit, fees."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from aicfo_bill.optimise import lp_repair, milp
from aicfo_bill.outlook import Debt, Holding, Line, Option, Outlook
from aicfo_bill.program import Program
from aicfo_bill.quote import Offer
from aicfo_bill.situation import outlook_of

from aicfo_sdk.model import CreditLine
from plugins.bill.tests.test_peer import best_of_all
from plugins.bill.tests.test_tools import TODAY, WEEK, context

BANK = frozenset({"bank"})
BASES: tuple[tuple[str, Literal[360, 365]], ...] = (("A", 360), ("B", 365))


def short_on_day_5(faces: list[int], owed: list[int], **given: Any) -> Outlook:
    """Whole bills of 20 days, debts of day 5 that nothing but them can pay, and no lender."""
    holdings = [Holding(f"B{place}", "bank", face, 20, False) for place, face in enumerate(faces)]
    debts = [Debt(f"I{place}", f"S{place}", fen, 5, BANK) for place, fen in enumerate(owed)]
    options = list[Option]()
    for bill, face in enumerate(faces):
        offer = Offer("X", 36_000, 0)
        id = f"discount:B{bill}:00000"
        options.append(Option(id, "discount", bill, 0, face, face, offer=offer, days=20))
        options += [
            Option(f"endorse:B{bill}:I{place}", "endorse", bill, 5, face, face, debt=place)
            for place, fen in enumerate(owed)
            if face <= fen
        ]
    path = [0] * 4 + [-sum(owed)] * 15 + [sum(faces) - sum(owed)] * 11
    return Outlook(path, 0, holdings, debts, options, **given)


def gap(outlook: Outlook) -> float:
    """Return how far the exact plan stays from its bound, basis points of face."""
    found = milp(outlook)
    return (found.bound - outlook.worth(found.moves).wealth) / outlook.face * 1e4


def test_bills_that_exceed_a_debt_by_a_few_fen_in_a_million_do_not_pay_it_together() -> None:
    for over in (0, 1, 40):
        outlook = short_on_day_5([60_000_000, 40_000_000 + over, 30_000_000], [100_000_000])
        assert outlook.worth(milp(outlook, gap_ppm=0).moves).wealth == best_of_all(outlook)
        assert gap(outlook) <= 0.1


def test_a_bill_of_two_fen_beside_a_debt_of_a_hundred_milliard_yuan_stops_no_plan() -> None:
    outlook = short_on_day_5([2, 70_000_000_000_000], [10_000_000_000_000, 90_000_000_000_000])
    assert outlook.worth(milp(outlook, gap_ppm=0).moves).wealth == best_of_all(outlook)
    assert outlook.worth(lp_repair(outlook).moves).wealth <= milp(outlook).bound


def test_the_gap_of_a_small_bill_is_proven_though_each_deal_is_rounded() -> None:
    bill = Holding("B", "bank", 900_000, 182, True)
    sales = [
        Option(f"discount:B:{day:05d}", "discount", 0, day, 100_000, bill.face,
               offer=Offer("X", 15_000, 0), days=182 - day)
        for day in range(0, 182, 7)
    ]  # fmt: skip
    path = [0] * 27 + [-234_567] * 154 + [665_433]
    outlook = Outlook(path, 0, [bill], [], sales, yield_ppm=500)
    # 26 chances to sell would be 26 roundings, 0.3 bp; there are nine pieces at most.
    assert gap(outlook) <= 0.1


def test_many_needs_smaller_than_a_piece_are_joined_one_after_another() -> None:
    bill = Holding("B", "bank", 3_000_000, 182, True)
    sales = [
        Option(f"discount:B:{day:05d}", "discount", 0, day, 100_000, bill.face,
               offer=Offer("X", 15_000, 0), days=182 - day)
        for day in range(0, 182, 7)
    ]  # fmt: skip
    path = [-10_000 * day for day in range(1, 182)] + [bill.face - 1_820_000]
    outlook = Outlook(path, 0, [bill], [], sales, yield_ppm=500)
    found = lp_repair(outlook)
    assert found.bound - outlook.worth(found.moves).wealth <= outlook.face // 10_000


def test_rounding_gains_no_more_than_pieces_allow_and_nothing_on_whole_bills() -> None:
    whole = short_on_day_5([1_000_000, 2_000_000], [3_000_000])
    # The deepest shortage and the late days are rounded, half a fen each.
    assert Program(whole).slack == 1.0
    parts = [
        Option(f"discount:B:{day:05d}", "discount", 0, day, 100_000, 250_000,
               offer=Offer("X", 36_000, 0), days=20 - day)
        for day in range(10)
    ]  # fmt: skip
    bill = [Holding("B", "bank", 250_000, 20, True)]
    outlook = Outlook([0] * 30, 0, bill, [], parts, short_ppm=0, late_ppm=0)
    # Two pieces of 100,000 come of 250,000, whatever the number of days to sell them.
    assert Program(outlook).slack == 2.0


def test_a_fee_costs_its_yield_in_the_bound_too() -> None:
    bill = Holding("B", "bank", 1_819_479, 76, True)
    offer = Offer("X", 20_000, 200_000)
    sale = Option("discount:B:00000", "discount", 0, 0, 100_000, bill.face, offer=offer, days=76)
    path = [-2_000_000] * 75 + [-180_521] * 75
    outlook = Outlook(path, 0, [bill], [], [sale], yield_ppm=10_000)
    found = milp(outlook)
    assert found.moves == {0: bill.face}
    # 200,000 at 1 % over 150 days are 833 fen, 4.6 bp of face.
    assert found.bound - outlook.worth(found.moves).wealth <= 4


def test_a_linear_program_that_the_dual_simplex_leaves_unsure_has_an_answer() -> None:
    path = [-54] * 5 + [-27] * 3
    bill = Holding("B0", "bank", 27, 6, True)
    sale = Option("discount:B0:00000", "discount", 0, 0, 2, 27, offer=Offer("X", 0, 0), days=6)
    outlook = Outlook(
        path,
        0,
        [bill],
        [],
        [sale],
        [Line("L0", 3, 99, 365, 1, 108), Line("L1", 2, 127_131, 365, 0, 8)],
        yield_ppm=10_000,
        short_ppm=50_000,
        late_ppm=2_000,
        cases=((1, path), (999_999, path)),
    )
    assert lp_repair(outlook).moves == {0: 27}


@pytest.mark.parametrize("count", [4, 5])
def test_of_several_lines_with_a_fee_the_cheapest_choice_counts(count: int) -> None:
    lines = [Line(f"L{place}", 100, 10_000 + place, 360, 50, 10) for place in range(count - 1)]
    lines.append(Line("L9", 100 * count, 20_000, 360, 60, 10))
    path = [-100 * (count - 1)] * 10
    sale = Option("discount:B:00000", "discount", 0, 0, 9, 9, offer=Offer("X", 0, 0), days=20)
    outlook = Outlook(path, 0, [Holding("B", "bank", 9, 20, False)], [], [sale], lines)
    # One line for all costs 60 and interest; each of the cheaper ones another fee of 50.
    interest = round(100 * (count - 1) * 10 * 20_000 / 360_000_000)
    assert outlook.worth({}).wealth == path[-1] + 9 - 60 - interest


def test_of_two_lines_of_one_rate_the_one_that_counts_more_days_a_year_is_drawn_first() -> None:
    lines = [
        CreditLine(
            id=id,
            updated=TODAY,
            lender="bank",
            limit=100_000,
            rate_ppm=40_000,
            day_basis=basis,
            expires=TODAY + WEEK,
        )
        for id, basis in BASES
    ]
    assert [line.id for line in outlook_of(context(*lines), [0] * 9, [], []).lines] == ["B", "A"]


def test_to_be_short_a_day_is_never_cheaper_than_the_dearest_line() -> None:
    def late(rate: int) -> int:
        line = CreditLine(
            id="A", updated=TODAY, lender="bank", limit=1, rate_ppm=rate, expires=TODAY + WEEK
        )
        return outlook_of(context(line), [0] * 9, [], []).late_ppm

    # 500 ppm a day; 24 % over 365 days are 657.5.
    assert late(100_000) == 500
    assert late(240_000) == 658
