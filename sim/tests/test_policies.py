"""Policies by name, the owner's frozen habits, placebos, and who is asked when."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from aicfo_sim.dates import PAD
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Run
from aicfo_sim.engine import run as live
from aicfo_sim.fen import Ints
from aicfo_sim.ledger import BANK, CASH, EQUITY, FUND, LOANS, OWNERS
from aicfo_sim.outcome import COLUMNS, Start, outcome
from aicfo_sim.papers import Papers
from aicfo_sim.policies import (
    POLICIES,
    SIMPLE,
    BankFirst,
    Owner,
    known,
    policy,
    reads_books,
    simple,
)
from aicfo_sim.policies.cfo import Cfo, installed, placebo
from aicfo_sim.policies.triggers import Triggers, phase
from aicfo_sim.scenario import load
from aicfo_sim.state import BANK_LINE, QUICK_LINE, State

from aicfo_sdk import Orchestrator
from aicfo_sdk.errors import InputError, NotFound
from aicfo_sdk.model import Advice, BillPlan, SalesForecast

DAYS, SEED = 12, 11
LONGEST = load("default").rules.trigger_days


def _block(members: list[tuple[int, str]], *, days: int = DAYS, seed: int = SEED) -> Block:
    where = world(load("default"), days=days, seed=seed)
    return draw_block(where, [where.who(n, name) for n, name in members], detail=True)


def _lived(block: Block, chosen: Any) -> tuple[dict[int, dict[str, int]], State]:
    """Return the outcome of each merchant by number, and the last state."""
    warm, total = block.world.scenario.warmup_days, block.world.total
    state = State(block, journal=True)
    live(Run(block, state, Owner()), 0, warm)
    start = Start.of(block, state, warm)
    path = np.zeros((total - warm, 2, block.size), dtype=np.int64)
    live(Run(block, state, chosen), warm, total, path)
    columns = outcome(block, state, start, path, total)
    rows = {
        int(number): {name: int(columns[name][place]) for name in COLUMNS if name in columns}
        for place, number in enumerate(block.traits.merchant)
    }
    return rows, state


def test_every_name_gives_a_fresh_policy_of_that_name() -> None:
    for name in POLICIES:
        one, other = policy(name), policy(name)
        assert one.name == name
        assert one is not other
    books = ["nothing", "cfo", "cfo-light"]
    assert [name for name in POLICIES if reads_books(policy(name))] == books
    assert not any(reads_books(policy(name)) for name in SIMPLE)


def test_an_unknown_policy_is_refused_with_the_known_names() -> None:
    with pytest.raises(NotFound, match="clever") as found:
        policy("clever")
    assert all(name in str(found.value) for name in known())


@pytest.mark.parametrize("name", ["cfo:bil", "cfo-tender-bil", "cfo:bill+bil"])
def test_an_unknown_plugin_is_refused_with_the_installed_ones(name: str) -> None:
    with pytest.raises(NotFound, match="bil") as found:
        policy(name)
    assert "installed: bill, cash_brain, tender" in str(found.value)


@pytest.mark.parametrize("name", ["cfo:", "cfo-", "cfo:bill+", "cfo:bill-tender", "cfo tender"])
def test_a_name_that_is_no_part_of_the_cfo_is_no_policy(name: str) -> None:
    with pytest.raises(NotFound, match="no such policy"):
        policy(name)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("cfo", {"core", "bill", "cash_brain", "tender"}),
        ("cfo:bill+cash_brain", {"core", "bill", "cash_brain"}),
        ("cfo-tender", {"core", "bill", "cash_brain"}),
        ("cfo-tender-bill", {"core", "cash_brain"}),
    ],
)
def test_a_part_of_the_cfo_asks_those_plugins_and_no_other(name: str, asked: set[str]) -> None:
    found = policy(name)
    assert isinstance(found, Cfo)
    assert set(found.registry.plugins) == asked


def test_a_plugin_alone_is_lent_what_it_needs_and_nobody_elses_advice() -> None:
    found = policy("cfo:bill")
    assert isinstance(found, Cfo)
    tools = set(found.registry.tools)
    assert {"bill.bill_plan", "cash_brain.cash_forecast", "cash_brain.sales_forecast"} <= tools
    advising = {tool.plugin.name for tool in found.registry.providers(Advice)}
    assert advising == {"bill"}
    plan = Orchestrator(found.registry).plan(BillPlan)
    assert plan.root.tool.full_name == "bill.bill_plan"


def test_the_light_cfo_is_the_full_one_with_another_sales_forecast() -> None:
    full, light = policy("cfo"), policy("cfo-light")
    assert isinstance(full, Cfo)
    assert isinstance(light, Cfo)
    assert set(light.registry.plugins) == {*full.registry.plugins, "light"}
    plans = [Orchestrator(one.registry).plan(SalesForecast) for one in (full, light)]
    assert [plan.root.tool.full_name for plan in plans] == [
        "cash_brain.sales_forecast",
        "light.sales_forecast",
    ]
    rows, state = _lived(_block([(0, "shop"), (1, "contractor")], days=20), light)
    assert state.asked.sum() > 0
    assert len(rows) == 2


def _distribution(folder: Path, entries: str, code: str) -> None:
    (folder / "acme_rules.py").write_text(code)
    info = folder / "acme_rules-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text(f"[aicfo.policies]\n{entries}\n")


THRIFTY = """
from aicfo_sim.policies import Owner

class Thrifty(Owner):
    name = "thrifty"

class Shapeless:
    name = "shapeless"

def broken():
    raise RuntimeError("no licence")
"""


def test_a_strangers_policy_is_found_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = ("thrifty = acme_rules:Thrifty", "shapeless = acme_rules:Shapeless")
    more = ("broken = acme_rules:broken", "owner = acme_rules:Thrifty", "absent = nowhere:Policy")
    _distribution(tmp_path, "\n".join((*entries, *more)), THRIFTY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "acme_rules", raising=False)
    assert policy("thrifty").name == "thrifty"
    assert "thrifty" in known()
    assert type(policy("owner")) is Owner, "a stranger cannot stand in for a built-in policy"
    with pytest.raises(InputError, match="it lacks decide, bids"):
        policy("shapeless")
    with pytest.raises(InputError, match="no licence"):
        policy("broken")
    with pytest.raises(InputError, match="nowhere"):
        policy("absent")


def _month(monkeypatch: pytest.MonkeyPatch, chosen: Any) -> list[str]:
    """Return each call to the bank that a policy makes in a made-up month, and its bids."""
    said: list[str] = []
    left = np.array([500, 300, 900, 200, 400])
    owner, matures = np.array([0, 0, 0, 1, 2]), np.array([90, 60, 30, 45, 20])

    class Bank:
        first_until = staticmethod(simple.bank.first_until)

        @staticmethod
        def sellable(*_: object) -> Ints:
            return np.flatnonzero(left > 0)

        @staticmethod
        def cheapest(_b: object, _s: object, _t: int, rows: Ints) -> Ints:
            return rows % 3

        @staticmethod
        def discount_cost(_b: object, _t: int, rows: Ints, face: Ints, at: int) -> Ints:
            return face // (50 - 10 * at)

        @staticmethod
        def discount(_b: object, _s: object, t: int, rows: Ints, at: Ints) -> None:
            said.append(f"{t} sells {rows.tolist()} at {at.tolist()}")
            left[rows] = 0

        @staticmethod
        def cover(_b: object, _s: object, t: int, short: Ints, lines: tuple[int, ...]) -> Ints:
            said.append(f"{t} draws {short.tolist()} on {list(lines)}")
            return short

    monkeypatch.setattr(simple, "bank", Bank)
    short = {1: [0, 0, 0], 2: [950, 0, 100], 3: [700, 250, 0], 4: [0, 0, 80]}
    block: Any = SimpleNamespace(
        bills=SimpleNamespace(owner=owner, matures=matures),
        tenders=SimpleNamespace(cost_ppm=np.array([860_000, 1_000_000, 1_020_000, 999_999])),
    )
    month: Any = SimpleNamespace(
        block=block, state=SimpleNamespace(left=left), short=lambda t: np.array(short[t])
    )
    for t in short:
        chosen.decide(month, t)
    said.append(f"bids for {chosen.bids(month, 5, np.arange(4)).tolist()}")
    return said


def test_the_owners_habits_are_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest changes when a habit does, and with nothing else."""
    said = _month(monkeypatch, Owner())
    assert said[0] == "2 sells [2, 1, 4] at [0, 0, 0]", "the first to mature first, first counter"
    assert said[-1] == "bids for [0, 3]", "whatever promises a margin"
    assert hashlib.sha256("\n".join(said).encode()).hexdigest()[:16] == "bada6e16a48f1c1f", said


def test_bank_first_takes_the_banks_line_then_bills_where_cheapest_then_the_quick_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = _month(monkeypatch, BankFirst())
    assert said[:3] == [
        f"2 draws [950, 0, 100] on [{BANK_LINE}]",
        "2 sells [2, 1, 4] at [2, 1, 1]",
        f"2 draws [950, 0, 100] on [{QUICK_LINE}]",
    ]


def test_all_t0_keeps_no_more_cash_than_is_due_before_the_next_decision() -> None:
    block = _block([(n, "shop") for n in range(4)], days=10)
    run = Run(block, State(block), policy("all_t0"))
    put = 0
    for t in range(block.world.total):
        run.day(t)
        if run.dates.working[t + PAD] and t > 30:
            cash, need = run.state.ledger.balances[CASH], run.needs(t, run.next_decision(t))
            assert (cash <= np.maximum(need, 0)).all()
            put += int(run.state.ledger.balances[FUND].sum())
    assert put > 0


def test_a_plugin_that_does_nothing_leaves_the_owner_to_the_last_fen() -> None:
    block = _block([(0, "shop"), (1, "ecommerce"), (2, "contractor")])
    (owner, one), (nothing, other) = (_lived(block, policy(n)) for n in ("owner", "nothing"))
    for row in (*owner.values(), *nothing.values()):
        row.pop("asked", None)
    assert owner == nothing
    assert np.array_equal(one.ledger.balances, other.ledger.balances)
    assert other.asked.sum() > 0 == one.asked.sum(), "it was asked"


def test_without_bills_the_bill_plugin_changes_not_a_fen() -> None:
    """Shops hold no bills: the effect is switched off, whatever the seed."""
    block = _block([(0, "shop"), (2, "ecommerce")])
    (with_it, one), (without, other) = (
        _lived(block, policy(name)) for name in ("cfo:cash_brain+bill", "cfo:cash_brain")
    )
    assert with_it == without
    assert np.array_equal(one.ledger.balances, other.ledger.balances)


def test_decisions_are_equal_whoever_else_is_in_the_block() -> None:
    members = [(0, "contractor"), (1, "shop"), (2, "contractor")]
    together, _ = _lived(_block(members), policy("cfo"))
    turned, _ = _lived(_block(members[::-1]), policy("cfo"))
    alone: dict[int, dict[str, int]] = {}
    for member in members:
        rows, _ = _lived(_block([member]), policy("cfo"))
        alone |= rows
    assert together == turned == alone


def test_the_rhythm_comes_from_the_merchants_number() -> None:
    members = [(n, "shop") for n in range(40)]
    block, part = _block(members, days=1), _block(members[7:9], days=1)
    phases = phase(block, LONGEST)
    assert np.array_equal(phases[7:9], phase(part, LONGEST))
    assert len(set(phases.tolist())) > 15
    assert ((phases >= 0) & (phases < LONGEST)).all()


def test_the_cfo_is_asked_on_events_far_less_often_than_daily() -> None:
    block = _block([(0, "shop"), (1, "shop")], days=40)
    run, asked = Run(block, State(block), Owner()), np.zeros(2, dtype=np.int64)
    triggers, daily = Triggers(), Triggers(every=1)
    days = 0

    def papers(*_: object) -> Any:
        raise AssertionError("a shop holds no bill that could pay a supplier")

    for t in range(block.world.total - 120, block.world.total):
        run.open(t)
        if run.dates.working[t + PAD]:
            due = triggers.due(run, t, papers)
            triggers.settled(run, t, due)
            asked += due
            every = daily.due(run, t, papers)
            daily.settled(run, t, every)
            assert every.all()
            days += 1
        run.close(t)
    assert (asked >= 120 // LONGEST).all()
    assert (asked * 3 < days).all()


def test_who_watches_prices_is_asked_when_a_new_list_is_cheap_and_not_again_for_it() -> None:
    block = _block([(0, "restaurant")], days=120)
    state = State(block)
    run, papers = Run(block, state, Owner()), Papers(block, state, 0)
    price = papers.stores.price
    first = block.world.total - 110
    triggers, days = Triggers(prices=True), list[int]()
    triggers.settled(run, first, triggers.due(run, first, lambda *_: papers))
    for t in range(first + 1, block.world.total):
        run.open(t)
        if triggers.due(run, t, lambda *_: papers)[0]:
            triggers.settled(run, t, np.ones(1, dtype=np.bool_))
            days.append(t)
        run.close(t)
    low = (
        price[:, days] * 20 < np.array([price[:, t - 84 : t + 1].mean(axis=1) * 19 for t in days]).T
    )
    looks = np.array(days)[low.any(axis=0)]
    assert looks.size > 4
    # One look a list, and lists change every seventh day.
    assert np.unique(looks // 7).size == looks.size


def test_idle_money_that_a_standing_order_puts_away_is_no_event() -> None:
    block = _block([(0, "shop"), (1, "shop"), (2, "shop")], days=40)
    run, triggers = Run(block, State(block), Owner()), Triggers()
    rich, t = np.zeros(3, dtype=np.int64), block.world.total - 120

    def asked(t: int) -> list[bool]:
        due = triggers.due(run, t, lambda *_: pytest.fail("a shop holds no bill"), (1, 2))
        triggers.settled(run, t, due)
        return due.tolist()

    while not run.dates.working[t + PAD]:
        t += 1
    run.open(t)
    assert asked(t) == [True, True, True]
    assert asked(t) == [False, False, False]
    rich[:] = run.needs(t, t + 365) + 100_000_000
    run.state.ledger.entry(OWNERS, (CASH, rich), (EQUITY, -rich))
    run.state.ledger.entry(BANK, (CASH, rich * [0, 0, 1]), (LOANS, -rich * [0, 0, 1]))
    assert asked(t) == [True, False, True]


@pytest.mark.slow
def test_advice_without_a_proposal_changes_nothing_for_the_cfo() -> None:
    class Reader(Cfo):
        reads_words = True

    ends: list[State] = []
    for kind in (Cfo, Reader):
        block = _block([(0, "restaurant"), (1, "contractor"), (2, "ecommerce")], days=20)
        state, chosen = State(block, journal=True), kind(installed())
        warm = block.world.scenario.warmup_days
        live(Run(block, state, Owner()), 0, warm)
        live(Run(block, state, chosen), warm, block.world.total)
        assert chosen.asked > 0
        ends.append(state)
    assert np.array_equal(ends[0].ledger.balances, ends[1].ledger.balances)
    assert np.array_equal(ends[0].actions, ends[1].actions)


def test_a_new_bill_is_an_event() -> None:
    block = _block([(n, "contractor") for n in range(3)])
    state, chosen = State(block, journal=True), Cfo(placebo())
    warm = block.world.scenario.warmup_days
    live(Run(block, state, Owner()), 0, warm)
    run, triggers = Run(block, state, Owner()), Triggers()
    seen = 0
    for t in range(warm, block.world.total):
        run.open(t)
        if run.dates.working[t + PAD]:
            due = triggers.due(run, t, chosen.papers)
            bills = block.bills
            new = (state.left > 0) & (bills.received == t)
            assert due[bills.owner[new]].all()
            seen += int(new.sum())
            triggers.settled(run, t, due)
        run.close(t)
    assert seen > 0
