"""Store faults found by the cash brain on simulated chains: precision, recall, delay, by depth.

`AICFO_DIAGNOSE_CHAINS` chains a world (default 80), `AICFO_DIAGNOSE_DAYS` days after the warm-up
(default 365), `AICFO_DIAGNOSE_SEED` (default 9201, and the next ones; the threshold and the
priors were chosen on seeds 11 to 16 of `restaurant` alone). Each day every chain is asked anew,
with nothing known later. An alarm counts on the day on which it begins; one that stays on is one
alarm. Every label counts that begins in those days and has seven more, whatever its kind and depth.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from aicfo_cash_brain.stores.diagnosis import alarm_rule, watched_since
from aicfo_cash_brain.stores.sequential import ORDERS, Chain
from aicfo_sim.draws import world
from aicfo_sim.draws.restaurant import stores_of
from aicfo_sim.effects.faults import KINDS, STOCK_OUT, Diagnosis, Label, Score, score_diagnoses
from aicfo_sim.effects.labels import world_labels
from aicfo_sim.effects.stores import Stores, site_name
from aicfo_sim.scenario import load

from aicfo_sdk import PPM
from aicfo_sdk.parameters import parameters

_WITHIN = 7
_DEPTHS = (0.10, 0.15, 0.20, 0.25, 0.30, 0.40, 0.61)
_SMALL = {"fault_depth_traffic": [0.10, 0.20], "fault_depth_basket": [0.08, 0.15]}
_LARGE = {"fault_depth_traffic": [0.30, 0.55], "fault_depth_basket": [0.22, 0.40]}
_OFF = {"fault_year": 0.0}


@dataclass(frozen=True, slots=True)
class Found:
    """What was said of one world's stores, and what was so."""

    labels: list[Label]
    """All of them; those before the first day asked about too."""
    judged: list[Label]
    """Those that begin while the chains are asked, with seven days to go."""
    said: list[Diagnosis]
    store_years: float

    @property
    def score(self) -> Score:
        """Precision over all that was said, recall over the judged labels."""
        right = score_diagnoses(self.labels, self.said, within=_WITHIN)
        recalled = self.recall(self.judged)
        return recalled._replace(
            right=right.right, diagnoses=right.diagnoses, precision=right.precision
        )

    def recall(self, labels: list[Label]) -> Score:
        """Return the score of some labels, others left out."""
        return score_diagnoses(labels, self.said, within=_WITHIN)


def measure() -> dict[str, str]:
    """Return figures by name, for each world and and by kind and depth over all three."""
    chains, days, seed = (
        int(os.environ.get(f"AICFO_DIAGNOSE_{name}", value))
        for name, value in (("CHAINS", 80), ("DAYS", 365), ("SEED", 9201))
    )
    figures = dict[str, str]()
    both = list[Found]()
    for step, name in enumerate(("restaurant", "heldout", "heldout_tight")):
        found = ask(name, chains, days, seed + step)
        both.append(found)
        figures |= _overall(name, found)
    for kind in KINDS:
        figures |= _recalls(f"all three, {kind}", both, lambda label, k=kind: label.kind == k)
    for low, high in pairwise(_DEPTHS):
        figures |= _recalls(
            f"all three, depth {low:.0%} to {high:.0%}, without competitor",
            both,
            lambda label, a=low, b=high: (
                label.kind != "competitor" and a <= label.depth_ppm / PPM < b
            ),
        )
    for name, override in (("smaller faults", _SMALL), ("larger faults", _LARGE)):
        figures |= _overall(f"restaurant, {name}", ask("restaurant", chains, days, seed, override))
    quiet = ask("restaurant", chains, days, seed, _OFF)
    shown = f"{len(quiet.said)} in {quiet.store_years:.0f} store-years"
    return figures | {"restaurant, faults switched off: alarms": shown}


def ask(
    scenario: str,
    chains: int,
    days: int,
    seed: int,
    override: Mapping[str, Any] | None = None,
) -> Found:
    """Return what is said of the restaurants of a scenario, asked each day after the warm-up."""
    chosen = load(scenario)
    figures = {**chosen.override.get("restaurant", {}), **(override or {})}
    chosen = replace(
        chosen, mix={"restaurant": 1}, override={**chosen.override, "restaurant": figures}
    )
    where = world(chosen, days=days, seed=seed)
    merchants = range(chains)
    stores = [stores_of(where.who(merchant)) for merchant in merchants]
    history = _history(stores, where.dates.at(0).toordinal(), where.total, chosen.warmup_days)
    said = [
        one
        for merchant, each in zip(merchants, stores, strict=True)
        for one in _said(merchant, each, history[:, merchant], chosen.warmup_days)
    ]
    labels = world_labels(where, merchants)
    judged = [
        label
        for label in labels
        if label.first >= chosen.warmup_days and label.first + _WITHIN < where.total
    ]
    asked = sum(each.own for each in stores) * (where.total - chosen.warmup_days)
    return Found(labels, judged, said, asked / 365)


def _history(stores: list[Stores], origin: int, total: int, warmup: int) -> np.ndarray:
    """Return the alarms of each day as the tool gives them on it, days × merchants × stores.

    The days of one window begin on one day, and an alarm rests on the days up to it alone: one pass
    gives what asking on each of them would.
    """
    most = max(each.own for each in stores)
    params = parameters()
    out = np.zeros((total, len(stores), most), dtype=np.int64)
    day = warmup
    while day < total:
        first = watched_since(origin + day)
        end = next((t for t in range(day, total) if watched_since(origin + t) != first), total)
        today, begin = date.fromordinal(origin + day), max(first - origin, 0)
        year = int(params.at("cash_brain.store_drops_year_ppm", today))
        sure = int(params.at("cash_brain.store_alarm_chance_ppm", today))
        chance, enough = alarm_rule(year, sure)
        for row, each in enumerate(stores):
            logs, known = _signals(each, slice(begin, end))
            chain = Chain(each.own, chance=chance, enough=enough)
            chain.go_on(logs, known)
            for place, store in enumerate(chain.stores):
                out[day:end, row, place] = store.history[day - begin :]
        day = end
    return out


def _signals(stores: Stores, days: slice) -> tuple[np.ndarray, np.ndarray]:
    """Return what `Panel.signals` gives of a chain's books."""
    orders, amount = (
        drawn[: stores.own, :, days].sum(axis=1) for drawn in (stores.orders, stores.gross)
    )
    count = np.log(np.maximum(orders, 0.5))
    worth = (orders > 0) & (amount > 0)
    value = np.where(worth, np.log(np.maximum(amount, 1)) - count, 0.0)
    return np.stack([count, value]), np.stack([np.ones_like(worth), worth])


def _said(merchant: int, stores: Stores, history: np.ndarray, warmup: int) -> list[Diagnosis]:
    """Return the days on which an alarm begins; an empty shelf is one on its first day."""
    out = list[Diagnosis]()
    for row in range(stores.own):
        empty = np.zeros(len(history), dtype=np.bool_)
        for place in np.flatnonzero((stores.fault_store == row) & (stores.fault_kind == STOCK_OUT)):
            empty[max(int(stores.fault_first[place]), 0) : max(int(stores.fault_end[place]), 0)] = 1
        on = (history[:, row] > 0) | empty
        begun = on & ~np.concatenate([[False], on[:-1]])
        begun[warmup] |= on[warmup]
        for day in np.flatnonzero(begun[warmup:]) + warmup:
            kind = "traffic" if history[day, row] == 1 + ORDERS else "basket"
            cause = "stock_out" if empty[day] else kind
            out.append(Diagnosis(merchant, site_name(row), cause, int(day)))
    return out


def _overall(name: str, found: Found) -> dict[str, str]:
    score = found.score
    false = (score.diagnoses - score.right) / found.store_years
    others = found.recall([label for label in found.judged if label.kind != "competitor"])
    return {
        f"{name}: precision": f"{score.precision:.3f}   {score.right}/{score.diagnoses}",
        f"{name}: recall within {_WITHIN} days": f"{score.recall:.3f}   "
        f"{score.found}/{score.labels}",
        f"{name}: recall without competitor": f"{others.recall:.3f}   "
        f"{others.found}/{others.labels}",
        f"{name}: delay of those found": f"{score.delay:.1f} days",
        f"{name}: cause right of those found": f"{score.kind_right:.3f}",
        f"{name}: false alarms a store and year": f"{false:.2f}",
    }


def _recalls(name: str, found: list[Found], chosen: Any) -> dict[str, str]:
    pairs = [(one, [label for label in one.judged if chosen(label)]) for one in found]
    count = sum(len(labels) for _, labels in pairs)
    hits = sum(one.recall(labels).found for one, labels in pairs)
    ever = sum(len(score_late(one, labels)) for one, labels in pairs)
    shares = f"{hits / max(count, 1):.3f}   {hits}/{count}, found later too {ever}/{count}"
    return {f"{name}: recall": shares}


def score_late(found: Found, labels: list[Label]) -> list[Label]:
    """Return the labels that were found while they lasted, however late."""
    days = {(said.merchant, said.store, said.day) for said in found.said}
    return [
        label
        for label in labels
        if any((label.merchant, label.store, day) in days for day in range(label.first, label.end))
    ]
