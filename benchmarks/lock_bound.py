"""What buying forward could save whoever knows how prices move: an upper bound for a price lock.

Who knows the generator's own figures (how fast each price reverts, its shocks and jumps, its mean,
what perishes and what storage costs) decides before each new list, for each order to come, whether
to buy now, at a later list or at the order: optimal stopping on a grid of prices. Room, cash,
funding and the supplier's terms are left out, so nobody who sees only past prices saves as much.
Lists change every seventh day from the run's first; one buys on working days; orders fall on each
weekday alike. Beside it what perfect foresight would save on the prices of 60 chains, seed 11: most
of it is luck that no book foretells.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from aicfo_sim.dates import PAD, Dates
from aicfo_sim.draws import world
from aicfo_sim.draws.restaurant import stores_of
from aicfo_sim.effects.prices import HIGH, LOW
from aicfo_sim.scenario import Figures, load

from aicfo_sdk import PPM

from .levers import SWING

_LONGEST = 63
"""Days ahead for which orders are bought; what is left out is worth less than it costs to keep."""

_CHAINS, _GRID, _SHOCKS = 60, 401, 41
_Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def measure() -> dict[str, str]:
    """Return what is saved at most, share of purchases, by scenario and item."""
    out = dict[str, str]()
    for name, scenario, prices in (
        ("restaurant", "restaurant", {}),
        ("heldout", "heldout", {}),
        ("heldout_tight", "heldout_tight", {}),
        ("heldout, what keeps swings twice as wide", "heldout", SWING),
    ):
        chosen = load(scenario)
        figured = {**chosen.override.get("restaurant", {}), **prices}
        chosen = replace(chosen, override={**chosen.override, "restaurant": figured})
        where = world(chosen, days=365, seed=11)
        figures = where.who(0, "restaurant").figures
        waits = _waits(where.dates)
        paths = np.stack([stores_of(where.who(n, "restaurant")).price for n in range(_CHAINS)])
        whole = foreseen = 0.0
        for item, part in enumerate(figures.numbers("items")):
            chances, stationary = _moves(figures, item)
            saved = np.array([_saved(figures, item, chances, stationary, wait) for wait in waits])
            whole += part * float(saved.mean())
            foreseen += part * _foreseen(figures, item, paths[:, item] / PPM, waits)
            out[f"{name}, item {item + 1}: saved of its purchases"] = (
                f"{saved.mean():.3%}   best weekday {saved.max():.3%}"
            )
        out[f"{name}: saved of all purchases"] = f"{whole:.3%}   foreseeing all {foreseen:.2%}"
    return out


def _waits(dates: Dates) -> list[int]:
    """Return days from the last working day before most lists to an order of each weekday."""
    back = [
        next(step for step in range(1, 15) if dates.working[change - step + PAD])
        for change in range(7, dates.days, 7)
    ]
    usual = int(np.median(back))
    return [usual + step for step in range(7)]


def _moves(figures: Figures, item: int) -> tuple[_Floats, _Floats]:
    """Return chances from gap to gap of one list to the next, and of each gap in the long run."""
    grid = _gaps()
    keep, spread = figures.numbers("price_keep")[item], figures.numbers("price_sd")[item]
    jump, size = figures.number("price_jump_year") / 52, figures.number("price_jump")
    shocks = np.linspace(-3.5, 3.5, _SHOCKS)
    chances = np.exp(-(shocks**2) / 2)
    chances /= chances.sum()
    out, rows = np.zeros((_GRID, _GRID)), np.arange(_GRID)
    for moved, likely in ((0.0, 1 - jump), (size, jump)):
        for shock, chance in zip(shocks, chances, strict=True):
            place = (keep * grid + spread * shock + moved - grid[0]) / (grid[1] - grid[0])
            place = np.clip(place, 0.0, _GRID - 1 - 1e-9)
            low = place.astype(np.int64)
            out[rows, low] += likely * chance * (1 - (place - low))
            out[rows, low + 1] += likely * chance * (place - low)
    stationary = np.full(_GRID, 1 / _GRID)
    for _ in range(3_000):
        stationary = stationary @ out
    return out, stationary


def _saved(figures: Figures, item: int, chances: _Floats, stationary: _Floats, wait: int) -> float:
    """Return the share saved of orders that follow the last day of a list by `wait` days."""
    price = np.clip(1 + _gaps(), LOW / PPM, HIGH / PPM)
    value = price
    for days in range(wait, _kept(figures, item) + 1, 7):
        value = np.minimum(chances @ value, _used(figures, item, price, days))
    return float(1 - (stationary @ value) / (stationary @ price))


def _foreseen(figures: Figures, item: int, price: _Floats, waits: list[int]) -> float:
    """Return the share saved by who knows every price to come (chains × days)."""
    lists = price[:, ::7]
    paid = np.zeros_like(lists[:, 10:])
    for wait in waits:
        best = lists[:, 10:].copy()
        for back, days in enumerate(range(wait, _kept(figures, item) + 1, 7), start=1):
            bought = _used(figures, item, lists[:, 10 - back : -back], days)
            best = np.minimum(best, bought)
        paid += best / len(waits)
    return float(1 - paid.sum() / lists[:, 10:].sum())


def _kept(figures: Figures, item: int) -> int:
    return min(int(figures.numbers("keeps")[item]), _LONGEST)


def _used(figures: Figures, item: int, price: _Floats, days: int) -> _Floats:
    """Return what a unit bought at a price costs when it is used so many days later."""
    storage = figures.numbers("storage")[item] / figures.numbers("item_price")[item]
    return (price + storage * days) / (1 - figures.numbers("loss")[item]) ** days


def _gaps() -> _Floats:
    return np.linspace(-0.55, 1.05, _GRID)
