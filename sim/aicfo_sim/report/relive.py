"""One merchant of an experiment lived again, with every event written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from aicfo_sdk.errors import BooksError

from ..draws import draw_block, world
from ..draws.block import Block
from ..engine import Run
from ..engine import run as live
from ..fen import Ints
from ..journal import Event
from ..outcome import Start, outcome
from ..policies import Owner, policy
from ..scenario import Scenario
from ..state import State
from .rows import Found, Kind


@dataclass(frozen=True, slots=True)
class Chosen:
    """The merchant whose year is told: the one with the median difference of final wealth.

    `place` is its place in the columns of `kind`. Where the median is no difference at all, it is
    the median of the `changed` firms whose wealth differs, of `firms` in all.
    """

    kind: Kind
    place: int
    merchant: int
    replication: int
    changed: int
    firms: int
    of_changed: bool


@dataclass(frozen=True, slots=True)
class Life:
    """A merchant's run under one policy: daily cash with the fund, events after the warm-up."""

    policy: str
    cash: Ints
    events: Sequence[Event]
    state: State
    outcome: dict[str, int]


@dataclass(frozen=True, slots=True)
class Twins:
    """The same merchant under several policies, on the same draws."""

    block: Block
    first: int
    lives: Sequence[Life]

    @property
    def start(self) -> date:
        """First day after the warm-up."""
        return self.block.world.dates.at(self.first)


def choose(found: Found, base: str) -> Chosen | None:
    """Return the merchant with the median uplift of the report's policy; None without firms."""
    kind = next((kind for kind in found.kinds if kind.name == "all"), None)
    if kind is None:
        return None
    gap = kind.values[found.subject]["wealth"] - kind.values[base]["wealth"]
    order = np.argsort(gap, kind="stable")
    place, changed = order[(order.size - 1) // 2], np.flatnonzero(gap)
    dull = gap[place] == 0 and changed.size > 0
    if dull:
        order = changed[np.argsort(gap[changed], kind="stable")]
        place = order[(order.size - 1) // 2]
    columns = kind.values[base]
    return Chosen(
        kind=kind,
        place=int(place),
        merchant=int(columns["merchant"][place]),
        replication=int(columns["replication"][place]),
        changed=int(changed.size),
        firms=kind.size,
        of_changed=dull,
    )


def relive(found: Found, chosen: Chosen, policies: Sequence[str]) -> Twins:
    """Return the merchant under each policy, checked against the results to the fen.

    Raises: BooksError when the run cannot be lived again or comes out otherwise.
    """
    if found.scenario is None:
        raise BooksError("the scenario cannot be drawn again", value=found.about["scenario"])
    twins = _live(found.scenario, found, chosen, policies)
    for life in twins.lives:
        recorded = chosen.kind.values[life.policy]
        for name in ("wealth", "cash_end", "finance_cost", "closed_day"):
            if name in recorded and life.outcome[name] != int(recorded[name][chosen.place]):
                raise BooksError(
                    "the merchant comes out otherwise than in the results: another version",
                    value=f"{name} {life.outcome[name]}",
                )
    return twins


def _live(scenario: Scenario, found: Found, chosen: Chosen, policies: Sequence[str]) -> Twins:
    days, warm = int(found.about["days"]), int(found.about["warmup_days"])
    where = world(
        scenario, days=days, seed=int(found.about["seed"]), replication=chosen.replication
    )
    block = draw_block(where, [where.who(chosen.merchant)], detail=True)
    opening = State(block, journal=True)
    live(Run(block, opening, Owner()), 0, warm)
    start = Start.of(block, opening, warm)
    lives = list[Life]()
    for name in policies:
        state = opening.copy()
        path: Ints = np.zeros((days, 2, 1), dtype=np.int64)
        live(Run(block, state, policy(name)), warm, where.total, path)
        result = outcome(block, state, start, path, where.total)
        assert state.journal is not None
        lives.append(
            Life(
                policy=name,
                cash=path.sum(axis=1)[:, 0],
                events=[event for event in state.journal.events(0) if event[0] >= warm],
                state=state,
                outcome={key: int(values[0]) for key, values in result.items()},
            )
        )
    return Twins(block, warm, lives)
