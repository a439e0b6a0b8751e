"""What rivals may bid and what the work may cost: a prior, moved by what the books show.

One log-normal model of a common value. Against the published estimate, the work costs an able firm
`needed`; our own estimate is that times our skill and our error; a rival's bid is that times the
rivals' level and its own spread. Levels are unknown and learned from past tenders: our own
estimates tell of the first two, awards of the last. Given our estimate for this tender all are
drawn together, so that a bid which wins tends to be one whose cost was guessed too low.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aicfo_sdk import PPM
from aicfo_sdk.model import Tender

from .reach import same_currency, same_region
from .score.wins import Field

if TYPE_CHECKING:
    from datetime import date

    from aicfo_sdk import Books, Parameters
    from aicfo_sdk.model import Merchant

    from .score.rule import Rule

Floats: TypeAlias = NDArray[np.float64]

_MU, _SKILL, _LEVEL = range(3)
"""Unknown levels, logarithms: needed cost over estimate, our skill, rivals' bids over needed."""


@dataclass(frozen=True, slots=True)
class Prior:
    """The parameters of the model on a day, logarithms where they are of prices."""

    fewest: int
    most: int
    mu: float
    between: float
    mu_sd: float
    error: float
    skill: float
    away: float
    level: float
    spread: float
    level_sd: float
    award: float
    award_sd: float
    small: float
    quality: float
    quality_sd: float
    quality_own: float


def prior(params: Parameters, day: date) -> Prior:
    """Return the population prior (`tender.*`, seeds/aicfo_seeds/parameters/bidding.toml)."""

    def at(name: str) -> list[int]:
        value: list[int] = params.at(f"tender.{name}", day)
        return value

    def one(name: str) -> float:
        return params.at(f"tender.{name}", day) / PPM

    fewest, most = at("rivals")
    mu, between, mu_sd = at("cost_to_estimate")
    level, spread, level_sd = at("rival_price")
    award, award_sd = at("award_to_rival")
    quality, quality_sd, quality_own = at("quality")
    return Prior(
        fewest=fewest,
        most=most,
        mu=log(mu / PPM),
        between=between / PPM,
        mu_sd=mu_sd / PPM,
        error=one("cost_error_ppm"),
        skill=one("cost_skill_ppm"),
        away=log(1.0 + one("away_cost_ppm")),
        level=log(level / PPM),
        spread=spread / PPM,
        level_sd=level_sd / PPM,
        award=log(award / PPM),
        award_sd=award_sd / PPM,
        small=one("rival_small_ppm"),
        quality=quality / PPM,
        quality_sd=quality_sd / PPM,
        quality_own=quality_own / PPM,
    )


@dataclass(frozen=True, slots=True)
class Market:
    """The three levels as the books leave them: mean and covariance of their logarithms."""

    prior: Prior
    mean: Floats
    covariance: Floats
    guesses: int
    awards: int


def learned(books: Books, merchant: Merchant | None, at: Prior, leave_out: str) -> Market:
    """Return the market as past tenders in the books show it; `leave_out` is the one in hand."""
    precision = np.diag([1 / at.mu_sd**2, 1 / at.skill**2, 1 / at.level_sd**2])
    weighted = precision @ np.array([at.mu, 0.0, at.level])
    region = merchant.region if merchant else ""
    guesses = awards = 0
    for tender in books.all(Tender):
        if tender.id == leave_out or not tender.value or not same_currency(tender, books.currency):
            continue
        rows: list[tuple[float, ...]] = []
        seen: list[float] = []
        noise: list[float] = []
        if tender.cost_share_ppm:
            rows.append((1.0, 1.0, 0.0))
            away = at.away if is_away(tender, region) else 0.0
            seen.append(log(tender.cost_share_ppm / PPM) - away)
            noise.append(at.error)
            guesses += 1
        if tender.status == "awarded" and tender.awarded:
            rows.append((1.0, 0.0, 1.0))
            seen.append(log(tender.awarded / tender.value) - at.award)
            noise.append(at.award_sd)
            awards += 1
        if rows:
            # All that is seen of one tender shares what its own work needs.
            inverse = np.linalg.inv(np.diag(np.square(noise)) + at.between**2)
            loads = np.array(rows)
            precision = precision + loads.T @ inverse @ loads
            weighted = weighted + loads.T @ inverse @ np.array(seen)
    covariance = np.linalg.inv(precision).astype(np.float64)
    mean = (covariance @ weighted).astype(np.float64)
    return Market(at, mean, covariance, guesses, awards)


def is_away(tender: Tender, region: str) -> bool:
    """Return whether the work is in none of our region, as far as both are told."""
    return bool(region and tender.regions) and not any(
        same_region(region, place) for place in tender.regions
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """Evaluations drawn for one tender, with what the work would cost in each, minor units."""

    field: Field
    cost: Floats
    level: Floats
    """Rivals' median bid in each draw, minor units: what Friedman and Gates start from."""


class Draws:
    """Uniform and normal draws that do not depend on the tender: equal seeds, equal draws."""

    def __init__(self, count: int, most: int, seed: int) -> None:
        generator = np.random.default_rng(seed)
        half = count // 2
        # Each draw with its mirror image: the means of symmetric things come out exactly.
        normal = generator.standard_normal((half, 7 + 2 * most))
        self.normal = np.concatenate([normal, -normal])
        uniform = generator.random((half, 1 + most))
        self.uniform = np.concatenate([uniform, 1.0 - uniform])
        self.most = most

    def with_levels(self, levels: int) -> Draws:
        """Return draws in which only so many values of the unknown levels occur, in blocks, all
        blocks alike in everything else."""
        size = len(self.normal) // levels
        out = object.__new__(Draws)
        out.most = self.most
        out.normal = np.tile(self.normal[:size], (levels, 1))
        out.uniform = np.tile(self.uniform[:size], (levels, 1))
        out.normal[:, :4] = np.repeat(self.normal[-levels:, :4], size, axis=0)
        return out


def draw(
    market: Market,
    rule: Rule,
    draws: Draws,
    *,
    cost: int,
    estimate: int,
    away: bool,
    small: bool,
) -> Drawn:
    """Return evaluations of a tender whose work we estimate at `cost` minor units.

    Conditioned on that estimate (Matheron: draw all, then move by the gain times the residual).
    """
    at, z, u = market.prior, draws.normal, draws.uniform
    root = np.linalg.cholesky(market.covariance)
    levels = market.mean + z[:, :3] @ root.T
    own_quality = at.quality_own * z[:, 3]
    needed = levels[:, _MU] + at.between * z[:, 4]
    error = at.error * z[:, 5]
    seen = log(cost / estimate) - (at.away if away else 0.0)
    guess = needed + levels[:, _SKILL] + error
    variance = float(
        market.covariance[_MU, _MU]
        + market.covariance[_SKILL, _SKILL]
        + 2 * market.covariance[_MU, _SKILL]
        + at.between**2
        + at.error**2
    )
    with_guess = market.covariance[:, _MU] + market.covariance[:, _SKILL]
    miss = seen - guess
    level = levels[:, _LEVEL] + miss * (with_guess[_LEVEL] / variance)
    needed = needed + miss * ((with_guess[_MU] + at.between**2) / variance)
    error = error + miss * (at.error**2 / variance)
    middle = np.log(float(estimate)) + needed + level
    most = draws.most
    number = at.fewest + np.floor(u[:, 0] * (at.most - at.fewest + 1)).astype(np.int64)
    prices = np.exp(middle[:, None] + at.spread * z[:, 7 : 7 + most])
    if rule.ceiling is not None:
        # Above the ceiling a bid is void: who would ask more bids the ceiling.
        prices = np.minimum(prices, rule.ceiling)
    prices = np.where(np.arange(most) < number[:, None], prices, np.inf)
    available = 100 - rule.weight_ppm * 100 / PPM
    rest = np.sqrt(max(at.quality_sd**2 - at.quality_own**2, 0.0))
    ours = at.quality + own_quality + rest * z[:, 6]
    theirs = at.quality + at.quality_sd * z[:, 7 + most :]
    field = Field(
        prices=prices,
        small=u[:, 1:] < at.small,
        points=np.clip(theirs, 0.0, 1.0) * available,
        ours=np.clip(ours, 0.0, 1.0) * available,
        we_are_small=small,
    )
    return Drawn(field, cost * np.exp(-error), np.exp(middle))


def friedman_and_gates(drawn: Drawn, spread: float, prices: Floats) -> tuple[Floats, Floats]:
    """Return by price the chance of being lowest by Friedman and by Gates.

    F is the chance that one rival bids less, its level taken as unknown; rivals are independent
    given nothing, as both formulas have it. The number of rivals is averaged over.
    """
    centre, wide = float(np.log(drawn.level).mean()), float(np.log(drawn.level).std())
    z = (np.log(prices) - centre) / np.hypot(wide, spread)
    below = np.clip(_normal_cdf(z), 1e-9, 1 - 1e-9)
    counts, times = np.unique(drawn.field.there.sum(axis=1), return_counts=True)
    share = times / times.sum()
    friedman = ((1.0 - below)[:, None] ** counts[None, :]) @ share
    odds = below / (1.0 - below)
    gates = (1.0 / (1.0 + odds[:, None] * counts[None, :])) @ share
    return friedman, gates


def _normal_cdf(z: Floats) -> Floats:
    from math import erf

    return np.array([0.5 * (1.0 + erf(value / 2**0.5)) for value in z.tolist()])
