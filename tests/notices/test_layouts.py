"""Notices are read as their labels say, in every layout."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from . import (
    eighth_look,
    fifth_look,
    first_look,
    fourth_look,
    ninth_look,
    second_look,
    seventh_look,
    sixth_look,
    tenth_look,
    third_look,
    tuned,
)
from .measure import tally, together
from .tuned import Made

LAYOUTS = {
    **tuned.LAYOUTS,
    **first_look.LAYOUTS,
    **second_look.LAYOUTS,
    **third_look.LAYOUTS,
    **fourth_look.LAYOUTS,
    **fifth_look.LAYOUTS,
    **sixth_look.LAYOUTS,
    **seventh_look.LAYOUTS,
    **eighth_look.LAYOUTS,
    **ninth_look.LAYOUTS,
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_read_as_labelled(name: str) -> None:
    layout: Callable[[int], Made] = LAYOUTS[name]
    found = together(tally({name: lambda seed: layout(seed + 50_000)}, each=2))
    assert found.total() >= 0.95, found.errors
    assert found.recall("stars") in (None, 1.0), found.errors


@pytest.mark.slow
def test_over_all_notices_every_field_reaches_the_acceptance_figure() -> None:
    found = together(tally(LAYOUTS))
    assert sum(found.right.values()) > 2_000
    assert found.total() >= 0.95, found.errors
    assert found.recall("stars") == 1.0


def test_layouts_set_aside_and_not_mended_for_reach_it_too() -> None:
    found = together(tally(tenth_look.LAYOUTS))
    assert sum(found.right.values()) > 800
    assert found.total() >= 0.95, found.errors
    assert found.recall("stars") == 1.0
