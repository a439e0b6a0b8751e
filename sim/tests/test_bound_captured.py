"""The captured share is a ratio of sums with an interval over merchants."""

from __future__ import annotations

import math

import numpy as np
import pytest
from aicfo_sim.bound import captured, either


def test_the_share_is_of_sums_not_a_mean_of_shares() -> None:
    owner = np.zeros(2, dtype=np.int64)
    found = captured(np.array([10, 0]), owner, np.array([10, 90]), seed=1)
    assert found.share == pytest.approx(0.1)
    assert found.regret == pytest.approx(0.9)
    assert found.room == pytest.approx(50)


def test_the_owner_captures_nothing_and_the_bound_all() -> None:
    owner, best = np.arange(50), np.arange(50) * 3 + 7
    assert captured(owner, owner, best, seed=2).share == 0
    every = captured(best, owner, best, seed=2)
    assert (every.share, every.low, every.high) == (1, 1, 1)


def test_the_interval_holds_the_share_and_narrows_with_merchants() -> None:
    luck = np.random.default_rng(5)
    owner = luck.integers(0, 1000, 4000)
    room = luck.integers(50, 100, 4000)
    gained = owner + (room * luck.random(4000)).astype(np.int64)
    some = captured(gained[:40], owner[:40], (owner + room)[:40], seed=3)
    many = captured(gained, owner, owner + room, seed=3)
    assert some.low < some.share < some.high
    assert many.high - many.low < some.high - some.low
    assert captured(gained, owner, owner + room, seed=3) == many


def test_without_room_there_is_no_share() -> None:
    same = np.array([5, 5])
    assert math.isnan(captured(same, same, same, seed=1).share)
    assert math.isnan(captured(same[:0], same[:0], same[:0], seed=1).share)


def test_a_policy_that_gives_money_away_is_measured_against_the_owners_choices_too() -> None:
    owner, spendthrift = np.array([100, 100]), np.array([60, 70])
    # With its own prices nothing of the loss can be made good; with the owner's, 20 a firm more.
    own, usual = np.array([65, 75]), np.array([120, 120])
    assert math.isnan(captured(spendthrift, owner, own, seed=1).share)
    found = captured(spendthrift, owner, either(own, usual), seed=1)
    assert found.share == pytest.approx(-70 / 40)
