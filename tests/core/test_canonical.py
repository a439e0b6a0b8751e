"""Canonical JSON is what every digest and every link of a chain is made of."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.model import canonical, digest
from aicfo_sdk.model.base import Frozen

_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_VALUES = st.recursive(
    _PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner)
)


@given(_VALUES)
def test_canonical_is_what_the_standard_library_writes_with_sorted_keys(value: Any) -> None:
    expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(value) == expected


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_in_which_keys_came_does_not_change_a_digest(value: dict[str, int]) -> None:
    assert digest(dict(reversed(value.items()))) == digest(value)


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes", [{"deep": {3}}], Frozen])
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        canonical(value)


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises((RecursionError, ValueError)):
        canonical(value)


def test_digests_of_stored_books_stay_what_they_were() -> None:
    """Written by hand: a change of the form would break every chain that exists."""
    value = {"b": [1, -2.5, True, None], "a": 'é"\\\n票\u2028', "": math.pi}
    assert canonical(value) == (
        '{"":3.141592653589793,"a":"é\\"\\\\\\n票\u2028","b":[1,-2.5,true,null]}'
    )
