"""The tender market as a PettingZoo parallel environment: bidders are agents.

One round is one tender. Every bidder sees the notice and its own estimate of the cost, which errs;
all bid at once; the rule that the simulator awards by (`tender_market.winners`) decides. The work
costs the same to all but for each firm's skill, so the winner tends to be who guessed too low. The
reward is price less true cost in shares of the estimate for the winner, 0 for the others. All
bidders are small firms, so that deductions for size change nothing between them.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv  # pyright: ignore[reportMissingTypeStubs]

from aicfo_sdk.errors import InputError
from aicfo_sdk.money import PPM

from .scenario import load
from .tables import LOWEST, RIVALS, SCORING, WIDE, Tenders
from .tender_market import NOBODY, OURS, winners

Observed: TypeAlias = NDArray[np.float64]

OBSERVED = ("cost_estimate", "price_weight", "bidders", "rounds_left")
"""What a bidder sees: own cost estimate as a share of the published one, weight of the price
(0 = lowest price wins), number of bidders, rounds still to come."""

MARKUPS = 41
"""Actions: 0 is no bid, n bids the cost estimate and (n − 1) per cent, at most the budget."""

_ESTIMATE = 100_000_000
"""Published estimate of every tender, fen: rewards are shares of it."""


class TenderMarketEnv(ParallelEnv[str, Observed, int]):
    """So many rounds among so many bidders; equal seeds and actions give equal episodes.

    Draws follow the contractor's calibration. Fewer than three bids void a round.
    """

    metadata = {"name": "aicfo_tender_market_v0", "render_modes": []}  # noqa: RUF012

    def __init__(self, *, bidders: int = 4, rounds: int = 12, scenario: str = "default") -> None:
        """`scenario` gives the figures. Raises: InputError for bounds, NotFound."""
        if not 3 <= bidders <= RIVALS + 1:
            raise InputError("bidders out of bounds", value=bidders, mend=f"3 to {RIVALS + 1}")
        if rounds < 1:
            raise InputError("rounds out of bounds", value=rounds, mend="1 or more")
        self._figures = load(scenario).figures("contractor")
        self.possible_agents = [f"bidder_{number}" for number in range(bidders)]
        self.agents = list[str]()
        self._rounds, self._round = rounds, 0
        self._rng = np.random.default_rng(0)
        self._observed = spaces.Box(0.0, 1e6, (len(OBSERVED),), np.float64)
        self._actions = {agent: spaces.Discrete(MARKUPS) for agent in self.possible_agents}
        self.render_mode = None

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """Return the space of what a bidder sees."""
        return self._observed

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """Return the space of what a bidder does."""
        return self._actions[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Observed], dict[str, dict[str, Any]]]:
        """Begin a new episode; without a seed the generator of the last one goes on."""
        if seed is not None:
            self._rng = np.random.default_rng(seed)
        self.agents, self._round = list(self.possible_agents), 0
        self._skill = np.exp(self._figures.number("tender_skill") * self._normal())
        self._draw()
        return self._seen(), {agent: {} for agent in self.agents}

    def step(
        self, actions: dict[str, int]
    ) -> tuple[
        dict[str, Observed],
        dict[str, float],
        dict[str, bool],
        dict[str, bool],
        dict[str, dict[str, Any]],
    ]:
        """Let all bid, award, and publish the next tender.

        Raises: InputError for an action outside the space.
        """
        prices = np.zeros(len(self.possible_agents), dtype=np.int64)
        for place, agent in enumerate(self.agents):
            action = actions[agent]
            if not self._actions[agent].contains(action):
                mend = f"a whole number from 0 to {MARKUPS - 1}"
                raise InputError("not an action of this environment", value=action, mend=mend)
            if action:
                asked = self._guess[place] * (1.0 + (int(action) - 1) / 100)
                prices[place] = min(round(asked * _ESTIMATE / 10_000) * 10_000, _ESTIMATE)
        won = self._award(prices)
        rewards = dict.fromkeys(self.agents, 0.0)
        if won != NOBODY:
            gain = prices[won] / _ESTIMATE - self._cost[won]
            rewards[self.agents[won]] = float(gain)
        infos: dict[str, dict[str, Any]] = {
            agent: {"won": place == won, "price": int(prices[place])}
            for place, agent in enumerate(self.agents)
        }
        self._round += 1
        over = self._round >= self._rounds
        self._draw()
        seen = self._seen()
        ended = dict.fromkeys(self.agents, False)
        cut = dict.fromkeys(self.agents, over)
        if over:
            self.agents = []
        return seen, rewards, ended, cut, infos

    def _draw(self) -> None:
        """Draw the next tender: rule, cost, each firm's estimate and offer."""
        figures, rng = self._figures, self._rng
        low, high = figures.numbers("tender_cost")
        self._cost: Observed = rng.uniform(low, high) * self._skill
        self._guess: Observed = self._cost * np.exp(figures.number("tender_error") * self._normal())
        self._cost = self._cost * np.exp(figures.number("tender_overrun") * rng.standard_normal())
        self._lowest = bool(rng.random() < figures.number("lowest_price"))
        low, high = figures.numbers("price_weight")
        self._weight = round(rng.uniform(low, high) * 20) * 50_000
        share = figures.number("quality") + figures.number("quality_sd") / 100 * self._normal()
        available = (PPM - self._weight) // 10
        self._points = np.rint(np.clip(share, 0.0, 1.0) * available).astype(np.int64)

    def _award(self, prices: NDArray[np.int64]) -> int:
        """Return the place of the winner, or NOBODY."""
        first = np.flatnonzero(prices > 0)
        if not first.size:
            return NOBODY
        # The market awards to the merchant or to a rival: the first who bids is the merchant.
        me = int(first[0])
        rest = [place for place in range(prices.size) if place != me]
        table = _one_row(
            method=LOWEST if self._lowest else SCORING,
            weight_ppm=self._weight,
            quality=int(self._points[me]),
        )
        table.rival_price[0, : len(rest)] = prices[rest]
        table.rival_quality[0, : len(rest)] = self._points[rest]
        found = int(winners(table, np.array([0]), prices[[me]])[0])
        if found == NOBODY:
            return NOBODY
        return me if found == OURS else rest[found - 1]

    def _normal(self) -> Observed:
        return self._rng.standard_normal(len(self.possible_agents))

    def _seen(self) -> dict[str, Observed]:
        weight = 0.0 if self._lowest else self._weight / PPM
        left = float(self._rounds - self._round)
        count = float(len(self.possible_agents))
        return {
            agent: np.array([self._guess[place], weight, count, left], dtype=np.float64)
            for place, agent in enumerate(self.agents)
        }


def _one_row(**values: int) -> Tenders:
    """Return a table of one tender without rivals, in which all else is 0."""
    wide = {name: np.zeros((1, RIVALS), dtype=np.int64) for name in WIDE}
    plain = {
        name: np.array([values.get(name, 0)]) for name in Tenders.__slots__ if name not in WIDE
    }
    return Tenders(**plain, **wide)
