"""A chain's papers show its city: what an owner can see, and nothing of how it answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.effects import moves
from aicfo_sim.engine import Run, run
from aicfo_sim.ledger import BANK, CASH, EQUITY
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner
from aicfo_sim.policies.cfo import installed
from aicfo_sim.policies.sites import Sites
from aicfo_sim.scenario import load
from aicfo_sim.state import State

from aicfo_sdk.model import District, Site, Store


@pytest.fixture(scope="module")
def block() -> Block:
    where = world(
        replace(load("default"), mix={"restaurant": 1, "shop": 1}, warmup_days=60), days=60, seed=3
    )
    kinds = ("restaurant", "shop")
    return draw_block(where, [where.who(n, kind) for n, kind in enumerate(kinds)], detail=True)


def test_the_city_is_shown_from_the_first_day_and_keeps_its_secrets(block: Block) -> None:
    state = State(block, journal=True)
    run(Run(block, state, Owner()), 0, 3)
    papers = Papers(block, state, 0)
    stores, books = papers.stores, papers.books(2)
    sites = books.records(Site)
    kinds = [sum(one.kind == kind for one in sites.values()) for kind in ("own", "candidate")]
    assert kinds == [stores.own, stores.candidates]
    assert len(sites) == stores.x.size
    assert all(one.known < books.as_of for one in (*sites.values(),))
    assert sum(one.people for one in books.records(District).values()) == stores.people.sum()
    # A metre on the map is a metre of the city, to a tenth.
    one, two = sites["SITE-01"], sites["SITE-02"]
    apart = np.hypot(one.east_e6 - two.east_e6, one.north_e6 - two.north_e6) * 111_320 / 1e6
    true = np.hypot(stores.x[0] - stores.x[1], stores.y[0] - stores.y[1])
    assert apart == pytest.approx(true, abs=0.3)
    # Rent and running costs of a candidate are together what it costs a day.
    site = sites[f"SITE-{stores.own + 1:02d}"]
    assert site.running_month is not None
    month = site.rent_month + site.running_month
    assert month == pytest.approx(int(stores.cost_day[stores.own]) * 365 / 12, abs=1)


def test_a_site_that_opens_becomes_an_own_one(block: Block) -> None:
    state = State(block, journal=True)
    run(Run(block, state, Owner()), 0, 5)
    state.ledger.at(0, BANK, (CASH, 10**9), (EQUITY, -(10**9)))
    assert not moves.open_store(block, state, 0, 4, 0)
    papers = Papers(block, state, 0)
    site = papers.books(4).get(Site, f"SITE-{papers.stores.own + 1:02d}")
    assert (site.kind, site.store) == ("own", f"STORE-{papers.stores.own + 1}")
    assert site.known == papers.books(4).as_of
    assert site.store in papers.books(4).records(Store)


def test_a_firm_without_a_chain_has_no_city(block: Block) -> None:
    state = State(block, journal=True)
    run(Run(block, state, Owner()), 0, 2)
    books = Papers(block, state, 1).books(1)
    assert not books.records(Site)
    assert not books.records(District)


def test_the_policy_of_sites_asks_at_most_every_four_weeks(block: Block) -> None:
    state = State(block, journal=True)
    how = Sites(installed())
    run(Run(block, state, how), 0, 40)
    assert 1 <= how.asked <= 2
    assert sum(how.notes.values()) == how.asked
