from __future__ import annotations

import numpy as np
from aicfo_sim import fen
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk import money

AMOUNTS = st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=20)


@given(AMOUNTS, st.integers(1, 10**12))
def test_whole_columns_round_as_single_amounts_do(amounts: list[int], divisor: int) -> None:
    column = np.array(amounts, dtype=np.int64) * 1_000
    assert fen.round_div(column, divisor).tolist() == [
        money.round_div(amount * 1_000, divisor) for amount in amounts
    ]


@given(AMOUNTS, st.integers(0, 200_000), st.integers(0, 400), st.sampled_from([360, 365]))
def test_interest_on_columns_is_that_on_single_amounts(
    amounts: list[int], rate: int, days: int, basis: int
) -> None:
    found = fen.interest(np.array(amounts, dtype=np.int64), rate, days, basis)
    assert found.tolist() == [money.interest(amount, rate, days, basis) for amount in amounts]


def test_sums_by_merchant_keep_merchants_without_rows() -> None:
    owners, amounts = np.array([2, 0, 2]), np.array([5, 7, -1])
    assert fen.per_merchant(owners, amounts, 4).tolist() == [7, 0, 4, 0]
