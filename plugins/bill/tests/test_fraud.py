"""Forged bills are found, and sound ones that look forged are let pass.

The cases come from a frozen generator (`plugins/bill/tests/fraud`); benchmarks/fraud.py measures
the same over many more.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest
from aicfo_bill import check_bill

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import BillCheck, BillId
from plugins.bill.tests.fraud import FORGERIES, SOUND, VERSION, Made, judge, make

CASES = 1_500


def checked(made: Made) -> BillCheck:
    books = MemoryBooks(made.records, as_of=made.today, balances={})
    return check_bill(Context(books), BillId(made.bill))


def test_nearly_every_forgery_is_found_and_nearly_no_sound_bill_is_suspected() -> None:
    drawn, hits = Counter[str](), Counter[str]()
    for index in range(CASES):
        made = make(random.Random(f"fraud {VERSION} {index}"))
        drawn[made.kind] += 1
        hits[made.kind] += judge(made, checked(made))
    found, forged = (sum(count[kind] for kind in FORGERIES) for count in (hits, drawn))
    alarms, sound = (sum(count[kind] for kind in SOUND) for count in (hits, drawn))
    by_kind = {kind: f"{hits[kind]}/{drawn[kind]}" for kind in [*FORGERIES, *SOUND] if drawn[kind]}
    assert found >= 0.99 * forged, by_kind
    assert alarms <= 0.01 * sound, by_kind


@pytest.mark.parametrize("kind", [*FORGERIES, *SOUND])
def test_the_same_seed_makes_the_same_case_and_each_kind_is_judged_right_at_least_once(
    kind: str,
) -> None:
    one, again = make(random.Random(f"{kind} 1"), kind), make(random.Random(f"{kind} 1"), kind)
    assert one == again
    assert one.forged == (kind in FORGERIES)
    cases = [make(random.Random(f"{kind} {seed}"), kind) for seed in range(1, 9)]
    right = sum(judge(case, checked(case)) == case.forged for case in cases)
    assert right >= 6


def test_a_checker_that_says_nothing_and_one_that_refuses_all_are_told_apart() -> None:
    forged = make(random.Random("a"), "chain_gap")
    sound = make(random.Random("a"), "loop")
    mute = BillCheck(bill=BillId("B1"), verdict="take", findings=(), checked=())
    strict = mute.model_copy(update={"verdict": "refuse"})
    assert not judge(forged, mute)
    assert not judge(sound, mute)
    assert not judge(forged, strict)  # refused, but not for what was forged
    assert judge(sound, strict)
