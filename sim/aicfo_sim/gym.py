"""One merchant as a Gymnasium environment: an agent decides at the close of each working day.

    import aicfo_sim.gym, gymnasium
    env = gymnasium.make("aicfo/Merchant-v0", archetype="contractor", days=180)
    state, info = env.reset(seed=7)

The world, the bank and the day's order are those of `aicfo sim`: what the agent does is posted by
the same functions as what the policies do. `OWNER` is the owner's habit as an action. This is the
only module that imports gymnasium (`pip install aicfo-sim[gym]`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from aicfo_sdk.errors import InputError, NotFound

from . import bank
from .dates import PAD
from .draws import draw_block, world
from .engine import Run
from .engine import run as live
from .fen import Ints, per_merchant
from .ledger import CASH, FUND, RECEIVABLES
from .money_fund import invest, redeem
from .outcome import wealth
from .policies.simple import Owner, redeem_bonds, sell_bills
from .scenario import drawn, load
from .state import BANK_LINE, QUICK_LINE, State

ACTIONS = {
    "sell": ("hold all bills", "first counter", "where cheapest", "all bills, where cheapest"),
    "draw": ("nothing", "quick line, then bank", "bank line, then quick", "bank line only"),
    "repay": ("nothing", "a quarter", "half", "three quarters", "all of spare cash"),
    "fund": ("nothing", "redeem what is short", "put spare cash away", "both"),
    "bid": ("no", "for all that promise a margin"),
}
"""The five choices of a day, in the order of the action's entries, each with its values from 0 up.

Bids come first; then the fund gives what is short, bills are sold until nothing is short (value 3:
all), lines are drawn until nothing is short; then loans are repaid, dearest line first, and the
rest put away. Short is what is due before the next decision over cash and tomorrow's settlements;
spare is cash over what is due before the next decision."""

OWNER = (1, 1, 0, 0, 1)
"""What `owner` does every day."""

OBSERVED = (
    "cash", "fund", "due before the next decision", "due in 28 days", "overdue",
    "settled tomorrow", "short", "receivables", "bills held", "bills maturing in 28 days",
    "bank line left", "quick line left", "bank line used", "quick line used",
    "bids open now", "margin of those bids",
    "bank rate", "quick rate", "fund rate", "day of the month", "month", "days left",
)  # fmt: skip
"""Entries of an observation: amounts in yuan, rates in per cent a year, then days and counts. All
is known to the merchant at the close of the day; nothing of a day to come is in it."""

_AHEAD = 28
_YUAN = 100
_DEFAULT_DAYS, _LEAST_DAYS, _MOST_DAYS = 180, 7, 3650

Observed = NDArray[np.float64]
Chosen = NDArray[np.int64]


class _Hand(Owner):
    """A policy that does what the agent said."""

    def __init__(self) -> None:
        self.action: tuple[int, ...] = (0, 0, 0, 0, 0)

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        """Bid for all that promise a margin, or for none; bonds may come out of the fund."""
        chosen = super().bids(run, t, rows) if self.action[4] else rows[:0]
        redeem_bonds(run, t, chosen)
        return chosen

    def decide(self, run: Run, t: int) -> None:
        """Do the day's action."""
        sell, draw, repay, fund, _ = self.action
        block, state = run.block, run.state
        if fund in (1, 3):
            redeem(block, state, t, np.minimum(run.short(t), state.ledger.balances[FUND]))
        if sell == 3:
            rows = bank.sellable(block, state, t)
            if rows.size:
                bank.discount(block, state, t, rows, bank.cheapest(block, state, t, rows))
        elif sell and run.short(t).any():
            sell_bills(run, t, run.short(t), cheapest=sell == 2)
        if draw and run.short(t).any():
            lines = ((), (QUICK_LINE, BANK_LINE), (BANK_LINE, QUICK_LINE), (BANK_LINE,))[draw]
            bank.cover(block, state, t, run.short(t), lines)
        if repay:
            _repay(run, t, _spare(run, t) * repay // 4)
        if fund in (2, 3):
            invest(block, state, t, _spare(run, t))


def _spare(run: Run, t: int) -> Ints:
    """Return cash over what is due before the next decision, fen."""
    need = run.needs(t, run.next_decision(t))
    return np.where(run.state.alive, np.maximum(run.state.ledger.cash - need, 0), 0)


def _repay(run: Run, t: int, budget: Ints) -> None:
    """Repay drawings of the one merchant, the dearest first, principal and interest in `budget`."""
    block, state, left = run.block, run.state, int(budget[0])
    rows = np.flatnonzero(state.loans.open > 0)
    for row in rows[np.lexsort((rows, -state.loans.rate[rows]))].tolist():
        one = np.array([row])
        whole = state.loans.open[one]
        owed = int(whole[0] + bank.owed_interest(block, state, one, whole, t)[0])
        # As `bank.collect_due`: the share whose interest is covered, rounded down to be safe.
        part = int(whole[0]) if left >= owed else int(whole[0]) * left // owed - 2
        if part <= 0:
            return
        amount = np.array([part])
        left -= part + int(bank.owed_interest(block, state, one, amount, t)[0])
        bank.repay(block, state, t, one, amount)
        state.actions[0] += 1


class MerchantEnv(gymnasium.Env[Observed, Chosen]):
    """A synthetic merchant for as many days; a step is a working day.

    The reward is the change of wealth in yuan (`outcome.wealth`, judged with hindsight as results
    are), so that rewards sum to what a result calls wealth less wealth at the start. `terminated`
    is a firm that closed, `truncated` the end of the days. Equal seeds give equal episodes.
    """

    def __init__(
        self,
        scenario: str = "default",
        *,
        archetype: str = "contractor",
        days: int = _DEFAULT_DAYS,
        render_mode: str | None = None,
    ) -> None:
        """`scenario` is a built-in one or a file. Raises: NotFound, InputError."""
        if archetype not in drawn():
            raise NotFound("no such archetype", value=archetype, mend=", ".join(drawn()))
        if not _LEAST_DAYS <= days <= _MOST_DAYS:
            mend = f"{_LEAST_DAYS} to {_MOST_DAYS}"
            raise InputError("days out of bounds", value=days, mend=mend)
        self._scenario = replace(load(scenario), mix={archetype: 1})
        self._days, self.render_mode = days, render_mode
        self._hand = _Hand()
        self._sizes = [len(values) for values in ACTIONS.values()]
        self.action_space = spaces.MultiDiscrete(self._sizes)
        self.observation_space = spaces.Box(-1e12, 1e12, (len(OBSERVED),), np.float64)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, dict[str, Any]]:
        """Begin a new episode; `options={"merchant": n}` takes merchant n of the seed's world.

        Without a seed the next world comes from the generator that the last one seeded.
        """
        super().reset(seed=seed)
        chosen = seed if seed is not None else int(self.np_random.integers(2**31))
        merchant = int((options or {}).get("merchant", 0))
        where = world(self._scenario, days=self._days, seed=chosen)
        block = draw_block(where, [where.who(merchant)])
        first, self._total = where.scenario.warmup_days, where.total
        state = State(block)
        live(Run(block, state, Owner()), 0, first)
        self._run = Run(block, state, self._hand)
        self._worth = int(wealth(block, state, first)[0])
        self._t = self._forward(first)
        return self._observe(), self._told()

    def step(self, action: Chosen) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """Do the action at the close of the day and go on to the close of the next working day.

        Raises: InputError for an action outside the space.
        """
        if not self.action_space.contains(np.asarray(action)):
            mend = f"five whole numbers, each from 0 to below {self._sizes}"
            raise InputError("not an action of this environment", value=str(action), mend=mend)
        self._hand.action = tuple(int(part) for part in action)
        self._run.close(self._t)
        self._t = self._forward(self._t + 1)
        over = self._t >= self._total
        worth = int(wealth(self._run.block, self._run.state, min(self._t + 1, self._total))[0])
        reward, self._worth = (worth - self._worth) / _YUAN, worth
        alive = bool(self._run.state.alive[0])
        return self._observe(), reward, not alive, alive and over, self._told()

    def _forward(self, t: int) -> int:
        """Let days happen from `t` to the next working one, and return it, or the end."""
        while t < self._total:
            self._run.open(t)
            if self._run.dates.working[t + PAD]:
                return t
            t += 1
        self._run.state.ledger.check()
        return t

    def _told(self) -> dict[str, Any]:
        last = min(self._t, self._total - 1)
        return {"day": self._run.dates.at(last).isoformat(), "wealth": self._worth}

    def _observe(self) -> Observed:
        run, t = self._run, min(self._t, self._total - 1)
        block, state, following = run.block, run.state, run.next_decision(t)
        balances, bills, tenders = state.ledger.balances, block.bills, block.tenders
        soon = np.where(bills.matures <= t + _AHEAD, state.left, 0)
        closing = (tenders.deadline >= t) & (tenders.deadline < following) & ~state.bid
        rows = np.flatnonzero(closing & (tenders.published <= t))
        margin = (tenders.estimate[rows] * (1_000_000 - tenders.cost_ppm[rows])).sum() // 1_000_000
        used = state.used[:, 0]
        left = [int(bank.free(block, state, t, line)[0]) for line in range(2)]
        amounts = [
            balances[CASH, 0], balances[FUND, 0], run.needs(t, following)[0],
            run.needs(t, t + _AHEAD)[0],
            per_merchant(block.dues.owner[state.overdue], state.open[state.overdue], 1)[0],
            run.arriving(t)[0], run.short(t)[0], balances[RECEIVABLES, 0], state.left.sum(),
            soon.sum(), *left, *used,
        ]  # fmt: skip
        rates = [int(bank.rates(block, line, t)[0]) for line in range(2)]
        rates.append(int(run.market.fund_rate(t)))
        day = run.dates.at(t)
        return np.array(
            [
                *(int(amount) / _YUAN for amount in amounts),
                rows.size,
                int(margin) / _YUAN,
                *(rate / 10_000 for rate in rates),
                day.day,
                day.month,
                self._total - self._t,
            ],
            dtype=np.float64,
        )


ID = "aicfo/Merchant-v0"

# The library leaves the types of `register` partly open.
cast("Any", gymnasium).register(id=ID, entry_point="aicfo_sim.gym:MerchantEnv")
