"""Calibration figures from records, by the method of moments.

What a moment measures directly is taken over; what the world only shows through its noise is
corrected twice by simulating with what was found. Figures of which the records say nothing keep
their shipped values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from pathlib import Path
from typing import Any, cast

import numpy as np

from aicfo_sdk.errors import InputError, NotFound

from ..fen import Floats
from ..scenario import ARCHETYPES, Figures, Scenario, calibration, load
from .compare import MomentRow, few, moment_rows
from .invoices import FEWEST as FEWEST_INVOICES
from .invoices import SHORTEST as SHORTEST_INVOICES
from .records import read_records
from .sample import Sample, Statistics, measure, one_number
from .simulated import simulated
from .streams import STREAMS, Firm, Over, Takings, streams_of
from .takings import SHORTEST as SHORTEST_TAKINGS

MANY = 5
"""Firms from which on differences between firms are fitted; below, the firm fits itself."""

_ROUNDS = 2
_ORDERS = 0.7
"""Largest part of a day's variance that is left to its orders."""
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = tuple(f"month_{n:02d}" for n in range(1, 13))
_KEPT = 0.95
_EIGHT_WEEKS = 2 * ((1 - _KEPT**8) - (1 - _KEPT)) / (1 - _KEPT**2)
"""Variance over eight weeks less that over one, for a weekly AR(1) of innovation variance 1."""

Override = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A scenario fitted to records, and how far each moment was before and is now."""

    scenario: Scenario
    archetype: str
    stream: str
    firms: int
    first: date
    last: date
    override: Override
    before: tuple[MomentRow, ...]
    after: tuple[MomentRow, ...]
    notes: tuple[str, ...]

    @property
    def mean_distances(self) -> tuple[float, float]:
        """Return the mean absolute distance of the moments that have one, before and after."""
        pairs = [
            (abs(old.distance), abs(new.distance))
            for old, new in zip(self.before, self.after, strict=True)
            if old.distance is not None and new.distance is not None
        ]
        count = max(len(pairs), 1)
        return sum(old for old, _ in pairs) / count, sum(new for _, new in pairs) / count

    def table(self) -> dict[str, Any]:
        """Return everything as plain values."""
        before, after = self.mean_distances
        return {
            "archetype": self.archetype,
            "stream": self.stream,
            "firms": self.firms,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "override": self.override,
            "moments": [
                {
                    "moment": new.moment,
                    "unit": new.unit,
                    "records": new.real,
                    "shipped": old.simulated,
                    "shipped_distance": old.distance,
                    "fitted": new.simulated,
                    "fitted_distance": new.distance,
                }
                for old, new in zip(self.before, self.after, strict=True)
            ],
            "mean_distance_shipped": before,
            "mean_distance_fitted": after,
            "notes": list(self.notes),
        }


def calibrate(
    place: str | Path, *, archetype: str | None = None, merchants: int = 200, seed: int = 7
) -> Fitted:
    """Return a scenario whose figures of one archetype fit the records at a path.

    Without `archetype` takings are taken as a shop's, invoices as a manufacturer's.
    Raises: AicfoError; InputError with too little data, saying how much is needed.
    """
    if not 20 <= merchants <= 10_000:
        raise InputError("merchants out of bounds", value=merchants, mend="20 to 10000")
    if not 0 <= seed < 2**63:
        raise InputError("seed out of bounds", value=seed, mend="0 to 2**63 - 1")
    if archetype is not None and archetype not in ARCHETYPES:
        raise NotFound("no such archetype", value=archetype, mend=", ".join(ARCHETYPES))
    shop = calibration(archetype if archetype and streams_of(archetype) else "shop")
    ticket = shop.numbers("ticket") if "ticket" in shop.rows else (0.0,)
    records = read_records(place, order_value=float(np.mean(ticket)))
    chosen = archetype or ("shop" if "takings" in records.streams else "manufacturer")
    stream = _stream(chosen, str(place), set(records.streams))
    firms = records.of(stream, chosen) or records.streams[stream]
    online = chosen == "ecommerce"
    sample = measure(stream, firms, online=online)
    if not sample.firms:
        raise _too_little(stream, firms, str(place))
    real = few(sample, seed)
    base = replace(load(chosen), mix={chosen: 1}, override={})
    shipped = calibration(chosen)

    def drawn(values: Mapping[str, Any]) -> Sample:
        return simulated(
            stream,
            replace(base, override={chosen: values}),
            chosen,
            first=sample.first,
            last=sample.last,
            merchants=merchants if chosen != "restaurant" else max(20, merchants // 5),
            seed=seed,
            spans=real.spans,
        )

    known = Known(sample, shipped)
    override = _takings(known) if stream == "takings" else _invoices(known)
    for _ in range(_ROUNDS):
        override = _corrected(override, known, drawn(override), stream)
    shipped_sample, fitted_sample = drawn({}), drawn(override)
    name = f"{chosen}_fitted"
    title = f"A {chosen} fitted to {len(sample.firms)} of {Path(place).name}"
    return Fitted(
        scenario=replace(
            base, name=name, title=title, mix={chosen: 1}, override={chosen: _short(override)}
        ),
        archetype=chosen,
        stream=stream,
        firms=len(sample.firms),
        first=sample.first,
        last=sample.last,
        override=_short(override),
        before=_rows(chosen, real, shipped_sample, fitted_sample, seed),
        after=_rows(chosen, real, fitted_sample, fitted_sample, seed),
        notes=(*records.notes, *_left_out(firms, sample, shipped, override)),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What the records say, and the figures that stand where they say nothing."""

    sample: Sample
    shipped: Figures

    @property
    def many(self) -> bool:
        """Return whether there are enough firms to tell how firms differ."""
        return len(self.sample.firms) >= MANY

    def get(self, moment: str) -> float | None:
        """Return a moment of the records, or None."""
        return moment_of(self.sample, moment)

    def ends(self, moment: str) -> list[float] | None:
        """Return the two ends of a uniform draw between firms: 10 and 90 %, one firm's own."""
        values = self.sample.column(moment)
        if not values.size:
            return None
        if not self.many:
            return [float(np.median(values))] * 2
        return np.quantile(values, [0.1, 0.9]).tolist()

    def each(self, names: tuple[str, ...]) -> list[float] | None:
        """Return several factors with mean 1, or None when one is missing."""
        found = [self.get(name) for name in names]
        if any(one is None for one in found):
            return None
        factors: Floats = np.array(found, dtype=np.float64)
        return (factors / factors.mean()).tolist() if factors.mean() > 0 else None


def moment_of(sample: Sample, name: str) -> float | None:
    """Return one moment over the firms of a sample, or None where none has it."""
    values = sample.column(name)
    kinds: dict[str, Over] = {one.name: one.over for one in STREAMS[sample.stream].moments}
    over = kinds[name]
    if not values.size or (over == "spread" and values.size < 2):
        return None
    return one_number(values, over)


def _takings(known: Known) -> Override:
    """Return the figures that daily takings show."""
    level = known.get("level") or 0.0
    out: Override = {"takings_day": level, "takings_day.spread": 0.0}
    if known.many:
        out["takings_day.spread"] = known.get("level_spread")
    found: dict[str, Any] = {
        "ticket": known.ends("order_value"),
        "weekday": known.each(_WEEK),
        "month": known.each(_MONTHS),
        **{name: known.get(name) for name in ("holiday", "spring_before", "spring_during")},
        "peak_618": known.ends("peak_618"),
        "peak_1111": known.ends("peak_1111"),
    }
    out |= {key: value for key, value in found.items() if value is not None}
    noise, week, slow = (known.get(name) for name in ("noise", "week_change", "slow_change"))
    if noise is not None:
        out |= _of_a_day(known, out.get("ticket"), noise, level)
    if week is not None and slow is not None:
        own = max(slow**2 - week**2, 0.0) / _EIGHT_WEEKS
        out["drift_sd"] = _within(sqrt(own), "drift_sd")
    return {key: value for key, value in out.items() if key.split(".")[0] in known.shipped.rows}


def _of_a_day(known: Known, ticket: list[float] | None, noise: float, level: float) -> Override:
    """Return `weather_cv`, and what of the orders' own chance must be less than shipped.

    The noise of a day is that of its orders, (1 + cv²) · ticket / level, plus the weather's. Where
    orders alone would be noisier than the records, they are made more alike, then smaller.
    """
    out: Override = {}
    shown = ticket or list(known.shipped.numbers("ticket"))
    worth, cv = float(np.mean(shown)), known.shipped.number("ticket_cv")
    most = _ORDERS * noise**2 * level
    if (1 + cv**2) * worth > most:
        if ticket:
            cv = sqrt(max(most / worth - 1.0, 0.01))
            out["ticket_cv"] = cv
        part = min(1.0, most / ((1 + cv**2) * worth))
        if part < 1.0:
            out["ticket"] = [end * part for end in shown]
        worth *= part
    own = noise**2 - (1 + cv**2) * worth / level
    if "store_cv" in known.shipped.rows:
        own -= known.shipped.number("store_cv") ** 2
    return out | {"weather_cv": _within(sqrt(max(own, 0.0)), "weather_cv")}


def _invoices(known: Known) -> Override:
    """Return the figures that sales invoices show."""
    out: Override = {"sales_year": known.get("level"), "sales_year.spread": 0.0}
    if known.many:
        out["sales_year.spread"] = known.get("level_spread")
    weekend, parties = known.get("weekend"), known.get("parties")
    found: dict[str, Any] = {
        "active_day": known.get("active_days"),
        "invoices_day": known.get("invoices_day"),
        "invoice_sd": known.get("size_log_sd"),
        "weekend": None if weekend is None else 2.5 * weekend / max(1.0 - weekend, 0.3),
        "month": known.each(_MONTHS),
        "top_customer": known.get("top_party"),
        "red": known.get("red"),
        "void": known.get("void"),
    }
    out |= {key: value for key, value in found.items() if value is not None}
    if parties is not None:
        out["customers"] = _customers(parties, out["top_customer"])
    return {key: _within(value, key) for key, value in out.items()}


def _customers(parties: float, top: float) -> int:
    """Return the number of customers whose shares come nearest to so many that count."""

    def effective(number: int) -> float:
        rest = 1.0 / np.arange(2, number + 1)
        shares = np.concatenate([[top], (1 - top) * rest / rest.sum()])
        return float(1.0 / (shares**2).sum())

    return min(range(2, 61), key=lambda number: abs(effective(number) - parties))


_BOUNDS = {
    "weather_cv": (0.02, 0.9),
    "drift_sd": (0.002, 0.2),
    "active_day": (0.003, 0.95),
    "invoices_day": (1.0, 5.5),
    "invoice_sd": (0.05, 2.5),
    "top_customer": (0.02, 0.95),
    "weekend": (0.0, 1.0),
    "red": (0.0, 0.5),
    "void": (0.0, 0.5),
}
"""What the world can draw; a fitted figure stays inside."""


def _within(value: Any, key: str) -> Any:
    low, high = _BOUNDS.get(key, (None, None))
    return value if low is None else min(max(value, low), high)


def _corrected(override: Override, known: Known, drawn: Sample, stream: str) -> Override:
    """Return the figures moved by what the world with them misses of the records."""
    out = dict(override)
    ratios = {"takings_day": "level"}
    if stream != "takings":
        ratios = {
            "sales_year": "level",
            "active_day": "active_days",
            "invoices_day": "invoices_day",
            "invoice_sd": "size_log_sd",
            "top_customer": "top_party",
        }
    for key, moment in ratios.items():
        real, ours = known.get(moment), moment_of(drawn, moment)
        if key in out and real and ours:
            out[key] = _within(out[key] * min(max(real / ours, 0.2), 5.0), key)
    if stream == "takings":
        if "weather_cv" in out:
            out["weather_cv"] = _moved(
                out["weather_cv"], _square(known.sample, drawn, "noise"), "weather_cv"
            )
        if "drift_sd" in out:
            gap = _square(known.sample, drawn, "slow_change")
            gap -= _square(known.sample, drawn, "week_change")
            out["drift_sd"] = _moved(out["drift_sd"], gap / _EIGHT_WEEKS, "drift_sd")
    return out


def _square(real: Sample, drawn: Sample, moment: str) -> float:
    """Return by how much the square of a moment is short in the simulated sample."""
    theirs, ours = moment_of(real, moment), moment_of(drawn, moment)
    return 0.0 if theirs is None or ours is None else theirs**2 - ours**2


def _moved(value: float, gap: float, key: str) -> float:
    return _within(sqrt(max(value**2 + gap, 0.0)), key)


def _rows(
    archetype: str, real: Statistics, drawn: Sample, yard: Sample, seed: int
) -> tuple[MomentRow, ...]:
    return tuple(moment_rows(archetype, "records", real, drawn, seed, yard=yard))


def _short(override: Override) -> Override:
    """Return the figures with four significant digits."""

    def one(value: float) -> float:
        return value if isinstance(value, int) else float(f"{value:.4g}")

    out: Override = {}
    for key, value in override.items():
        several = isinstance(value, list)
        out[key] = [one(v) for v in cast("list[float]", value)] if several else one(value)
    return out


def _stream(archetype: str, place: str, found: set[str]) -> str:
    wanted = [name for name in streams_of(archetype) if name != "purchases"]
    if not wanted:
        raise InputError(
            "no figures of this archetype can be fitted",
            value=archetype,
            mend="one of " + ", ".join(sorted({a for s in STREAMS.values() for a in s.archetypes})),
        )
    if wanted[0] not in found:
        raise InputError(
            f"no {wanted[0]} to fit a {archetype} to",
            value=", ".join(sorted(found)),
            where=place,
            mend="choose an --archetype whose records these are",
        )
    return wanted[0]


def _too_little(stream: str, firms: list[Firm], place: str) -> InputError:
    longest = max(firms, key=lambda firm: firm.days)
    if isinstance(longest, Takings):
        held, needed = f"{longest.days} days", f"{SHORTEST_TAKINGS} days of takings"
    else:
        most = max(firm.fen.size for firm in firms)
        held = f"{most} invoices, {longest.days} days"
        needed = f"{FEWEST_INVOICES} invoices in force over {SHORTEST_INVOICES} days"
    return InputError(
        f"too little to fit {stream}",
        value=held,
        where=place,
        mend=f"at least {needed} of one firm",
    )


def _left_out(firms: list[Firm], sample: Sample, figures: Figures, override: Override) -> list[str]:
    """Return what a reader should know of what was not used, and of what was kept as shipped."""
    out = list[str]()
    missing = len(firms) - len(sample.firms)
    if missing:
        out.append(f"{missing} of {len(firms)} firms are too short or too few to measure")
    wanted = _FITTED[sample.stream]
    kept = [key for key in wanted if key in figures.rows and key not in override]
    if kept:
        out.append("kept as shipped, the records say nothing of them: " + ", ".join(kept))
    return out


_FITTED = {
    "takings": (
        "ticket",
        "weekday",
        "month",
        "holiday",
        "spring_before",
        "spring_during",
        "peak_618",
        "peak_1111",
        "weather_cv",
        "drift_sd",
    ),
    "sales": ("month", "top_customer", "customers", "void"),
}
