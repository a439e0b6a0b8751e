"""Amounts: one rounding, exact splitting, strict reading, capital numerals."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.capital import from_capital, to_capital
from aicfo_sdk.errors import AmountError
from aicfo_sdk.money import (
    LIMIT,
    PPM,
    checked,
    grouped,
    interest,
    parse,
    plain,
    round_div,
    share,
    split,
)

amounts = st.integers(-LIMIT, LIMIT)


@given(st.integers(-(10**30), 10**30), st.integers(-(10**12), 10**12).filter(bool))
def test_rounding_is_half_to_even_as_decimal_does_it(numerator: int, denominator: int) -> None:
    with localcontext(Context(prec=80)):
        exact = Decimal(numerator) / Decimal(denominator)
        expected = exact.quantize(Decimal(1), ROUND_HALF_EVEN)
    assert round_div(numerator, denominator) == int(expected)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (5, -2, -2), (1, 3, 0), (2, 3, 1), (0, 9, 0)],
)
def test_a_tie_goes_to_the_even_neighbour(numerator: int, denominator: int, expected: int) -> None:
    assert round_div(numerator, denominator) == expected


def test_the_discount_interest_of_the_rule_books_examples() -> None:
    # ¥1,000,000 at 1 %, 37 and 24 days, actual/360.
    assert interest(100_000_000, 10_000, 37, 360) == 102_778
    assert interest(100_000_000, 10_000, 24, 360) == 66_667
    assert share(100_000_000, 500) == 50_000


@given(amounts, st.integers(-PPM, PPM), st.integers(0, 3650), st.sampled_from([360, 365]))
def test_interest_agrees_with_decimal(principal: int, rate: int, days: int, basis: int) -> None:
    exact = Decimal(principal) * rate * days / (PPM * basis)
    assert abs(Decimal(interest(principal, rate, days, basis)) - exact) <= Decimal("0.5000001")


@given(
    amounts,
    st.one_of(
        st.lists(st.integers(0, 10**9), min_size=1, max_size=30),
        st.lists(st.floats(0, 1e9), min_size=1, max_size=30),
    ).filter(any),
)
def test_a_split_sums_to_the_total_and_no_part_is_a_unit_off(
    total: int, weights: list[int] | list[float]
) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    whole = sum(Decimal(w) for w in weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * Decimal(weight) / whole) <= 1
        if weight == 0:
            assert part == 0


def test_a_split_gives_the_odd_unit_to_the_earlier_of_equals() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(-100, [1, 1, 1]) == [-33, -33, -34]


@pytest.mark.parametrize(
    "weights", [[], [0, 0], [1, -1], [-1, 3], [float("nan")], [float("inf"), 1.0]]
)
def test_weights_that_divide_nothing_are_refused(weights: list[float]) -> None:
    with pytest.raises(AmountError):
        split(100, weights)


@given(amounts)
def test_an_amount_survives_being_written_and_read(amount: int) -> None:
    assert parse(plain(amount)) == amount
    assert parse(grouped(amount)) == amount
    assert Decimal(plain(amount)) * 100 == amount


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.50", 123_450),
        ("¥3", 300),
        ("-¥3.1", -310),
        ("¥-3.10", -310),
        ("￥ 0.01", 1),
        ("+12.", 1200),
        ("1.2300", 123),
        (" 7 ", 700),
        ("-0.00", 0),
    ],
)
def test_the_usual_ways_of_writing_an_amount_are_read(text: str, fen: int) -> None:
    assert parse(text) == fen


@pytest.mark.parametrize(
    "text",
    ["", "-", "1e5", "NaN", "inf", "１２", "1_000", "1,23", "12,34.5", "(5)", "1.234", "--1",
     "-¥-1", "1 000", "0x10", "100000000000.01", "1" * 40, "٣", "½", "1.2.3"],
)  # fmt: skip
def test_what_is_no_amount_of_whole_fen_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        parse(text)


def test_an_amount_beyond_the_bound_is_refused() -> None:
    assert checked(LIMIT) == LIMIT
    with pytest.raises(AmountError, match="tender T-1"):
        checked(-LIMIT - 1, where="tender T-1")


@pytest.mark.parametrize(
    ("fen", "capital"),
    [
        # The first four stand in the PBOC's rule, 附一.
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元零叁角贰分"),
        (10_700_053, "壹拾万柒仟元零伍角叁分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (55, "伍角伍分"),
        (100_000_000, "壹佰万元整"),
        (10_000_000_000, "壹亿元整"),
        (10_000_700_000, "壹亿零柒仟元整"),
        (1_000_000_100, "壹仟万零壹元整"),
        (-100, "负壹元整"),
        (10**13, "壹仟亿元整"),
    ],
)
def test_capital_numerals_are_written_by_the_rule(fen: int, capital: str) -> None:
    assert to_capital(fen) == capital
    assert from_capital(capital) == fen


@pytest.mark.parametrize(
    ("capital", "fen"),
    [
        ("人民币壹仟元正", 100_000),
        ("人民币：壹仟圆整", 100_000),
        ("壹拾万零柒仟元伍角叁分", 10_700_053),  # the rule allows this second form
        ("壹仟陆佰捌拾元叁角贰分", 168_032),
        ("零元伍角整", 50),
        ("貳萬參仟元整", 2_300_000),
    ],
)
def test_the_variants_in_use_are_read(capital: str, fen: int) -> None:
    assert from_capital(capital) == fen


@pytest.mark.parametrize(
    "text",
    ["", "元整", "壹元贰", "壹拾拾元整", "壹零仟元整", "壹仟零元整", "零零元整", "一千元整",
     "1000元", "壹角元", "壹万亿亿元整", "整", "负", "壹元壹分壹角", "元伍角"],
)  # fmt: skip
def test_a_malformed_capital_amount_yields_no_amount(text: str) -> None:
    with pytest.raises(AmountError):
        from_capital(text)


@given(amounts)
def test_capital_numerals_are_read_back_as_written(amount: int) -> None:
    assert from_capital(to_capital(amount)) == amount


@given(st.text("零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整", max_size=12))
def test_text_of_numerals_is_an_amount_or_a_clear_refusal(text: str) -> None:
    try:
        amount = from_capital(text)
    except AmountError:
        return
    assert from_capital(to_capital(amount)) == amount


def test_capital_numerals_end_at_the_bound() -> None:
    with pytest.raises(AmountError):
        to_capital(LIMIT + 1)
