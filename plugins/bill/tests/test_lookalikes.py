"""Names that imitate those of the books are doubted, and names that only remind of them are not.

The cases come from a second generator (`plugins/bill/tests/lookalikes`); benchmarks/names.py
measures the same over many more.
"""

from __future__ import annotations

import random

import pytest
from aicfo_bill import check_bill
from aicfo_bill.imitation import imitation

from aicfo_sdk import Context, MemoryBooks
from plugins.bill.tests.lookalikes import GENUINE, IMITATED, found, make
from plugins.bill.tests.lookalikes.first import FIRST

_LIKE = 700_000


def suspected(name: str, known: str) -> str:
    """What is said of `name` where the books know `known`."""
    doubt = imitation(name + "有限公司", (), (known + "有限公司",), _LIKE)
    return doubt.how if doubt else ""


def share(kinds: list[str], cases: int = 25) -> float:
    hits = 0
    for kind in kinds:
        for number in range(cases):
            made = make(random.Random(f"test {kind} {number}"), FIRST, kind)
            books = MemoryBooks(made.records, as_of=made.today, balances={})
            hits += found(check_bill(Context(books), made.bill))
    return hits / cases / len(kinds)


def test_imitated_names_are_found_and_genuine_ones_hardly_ever_doubted() -> None:
    assert share([*IMITATED]) >= 0.97
    assert share([*GENUINE]) <= 0.02


@pytest.mark.parametrize("kind", [*IMITATED, *GENUINE])
def test_the_same_seed_draws_the_same_name(kind: str) -> None:
    one, again = (make(random.Random(kind), FIRST, kind) for _ in range(2))
    assert one == again
    assert one.imitated == (kind in IMITATED)


def test_a_place_that_does_not_exist_is_a_miswritten_one() -> None:
    assert suspected("抑州瑞禾粮油", "柳州瑞禾粮油") == "writes 抑 for 柳"


def test_two_places_that_exist_are_two_firms_however_alike_they_read() -> None:
    assert not suspected("宿州瑞禾粮油", "苏州瑞禾粮油")
    assert not suspected("榆林瑞禾粮油", "玉林瑞禾粮油")


def test_a_word_of_the_trade_that_is_none_any_more_is_miswritten() -> None:
    assert suspected("重庆瑞禾窝炉", "重庆瑞禾锅炉") == "writes 窝 for 锅"
    assert not suspected("重庆瑞禾酒业", "重庆瑞禾铝业")


def test_a_character_that_no_name_has_is_miswritten_wherever_it_stands() -> None:
    assert suspected("重庆瑞袄粮油", "重庆瑞禾粮油") == "writes 袄 for 禾"
    assert not suspected("重庆瑞龙粮油", "重庆瑞禾粮油")


def test_a_word_behind_names_another_firm_of_the_group_but_the_word_group_is_doubted() -> None:
    assert not suspected("重庆瑞禾粮油销售", "重庆瑞禾粮油")
    assert suspected("重庆瑞禾粮油集团", "重庆瑞禾粮油") == "adds 集团"
    assert suspected("重庆新瑞禾粮油", "重庆瑞禾粮油") == "adds 新"
