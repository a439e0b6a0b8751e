"""Killed in the middle of committing: nothing acknowledged is lost, nothing happens twice.

The whole size of it is the fault campaign `kills`.
"""

from __future__ import annotations

import os

import pytest

from tests.faults.kills import run


def test_six_kills_lose_and_double_nothing(books_target: str) -> None:
    found = run(books_target, actions=64, kills=6, seed=20260302)
    assert found["kills"] == 6


@pytest.mark.slow
def test_many_kills_lose_and_double_nothing(books_target: str) -> None:
    """Enough actions that every way to carry one out is gone."""
    seed = int(os.environ.get("AICFO_TEST_SEED", "7"))
    found = run(books_target, actions=512, kills=16, seed=seed)
    assert set(found["ways"]) == {"single", "many", "linked", "settled", "voided"}
