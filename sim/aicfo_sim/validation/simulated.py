"""The same streams from the simulated world, on whatever days the real records cover."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from aicfo_sdk.errors import InputError

from .. import tables
from ..dates import Dates, dates
from ..draws.block import DRAWERS
from ..draws.common import Who
from ..draws.group import Group
from ..draws.invoices import invoices, materials, receivables
from ..draws.restaurant import stores_of
from ..fen import Ints
from ..scenario import ARCHETYPES, Scenario
from ..shocks import ShockPlan, shocks
from .sample import Sample, measure
from .streams import RED, VALID, VOID, Firm, Invoices, Takings

MOST_DAYS = 3660
"""Longest stretch that is drawn: ten years."""

_BLOCK = 200


def simulated(
    stream: str,
    scenario: Scenario,
    archetype: str,
    *,
    first: date,
    last: date,
    merchants: int,
    seed: int,
    spans: Sequence[int] = (),
) -> Sample:
    """Return a sample of simulated firms of one archetype on the days `first` to `last`.

    Firm `n` covers the last days of that time, as many as the `n`-th of evenly spaced quantiles
    of `spans` says, so that its records are as long as real ones; all of it without `spans`.
    What is drawn follows from figures, seed and days alone; no policy acts. Raises: InputError.
    """
    days = (last - first).days + 1
    if not 1 <= days <= MOST_DAYS:
        mend = f"1 to {MOST_DAYS} days; take a part of the records"
        raise InputError("so many days are not simulated", value=days, mend=mend)
    online = archetype == "ecommerce"
    found = list[Firm]()
    for begin in range(0, merchants, _BLOCK):
        members = range(begin, min(begin + _BLOCK, merchants))
        found += firms_of(stream, scenario, archetype, first, days, members, seed)
    return measure(
        stream, [_cut(firm, n, found, spans) for n, firm in enumerate(found)], online=online
    )


def _cut(firm: Firm, number: int, every: Sequence[Firm], spans: Sequence[int]) -> Firm:
    """Return the last days of a firm; lengths are dealt out so that they do not follow numbers."""
    if not spans:
        return firm
    # A stride without a common divisor with their number visits every place once.
    count = len(every)
    stride = next(n for n in range(max(1, count * 5 // 8), 2 * count + 2) if np.gcd(n, count) == 1)
    place = (number * stride % count + 0.5) / count
    days = min(firm.days, round(float(np.interp(place, np.linspace(0, 1, len(spans)), spans))))
    skip = firm.days - days
    start = firm.first + timedelta(days=skip)
    if isinstance(firm, Takings):
        return Takings(firm.name, start, firm.fen[skip:], firm.orders[skip:])
    rows = firm.day >= skip
    columns = (firm.fen[rows], firm.party[rows], firm.kind[rows])
    return Invoices(firm.name, start, days, firm.day[rows] - skip, *columns)


def firms_of(
    stream: str,
    scenario: Scenario,
    archetype: str,
    first: date,
    days: int,
    members: range,
    seed: int,
) -> list[Firm]:
    """Return the records of merchants `members` of a stream, `days` days from `first` on."""
    table = dates(first, days)
    figures = scenario.figures(archetype)
    whole = [
        Who(
            seed=seed,
            replication=0,
            merchant=merchant,
            archetype=ARCHETYPES.index(archetype),
            figures=figures,
            market=scenario.figures("market"),
            dates=table,
            order_level=scenario.fidelity == "order",
            shocks=shocks(scenario.section(ShockPlan), seed, 0, table, 0),
        )
        for merchant in members
    ]
    if archetype == "restaurant":
        return [firm for who in whole for firm in _stores(who, first)]
    group = Group.of(whole, detail=True)
    if stream == "takings":
        return _takings(group, archetype, first)
    return _sales(group, first) if stream == "sales" else _purchases(group, first)


def _takings(group: Group, archetype: str, first: date) -> list[Firm]:
    drawn = DRAWERS[archetype](group)
    return [
        Takings(
            f"M{merchant}",
            first,
            np.maximum(drawn.sold[:, place], 0),
            drawn.takings[place].orders.sum(axis=0),
        )
        for place, merchant in enumerate(group.merchants.tolist())
    ]


def _stores(who: Who, first: date) -> list[Firm]:
    """Return the takings of each own store of a chain."""
    stores = stores_of(who)
    return [
        Takings(
            f"M{who.merchant}/{n + 1}",
            first,
            stores.gross[n].sum(axis=0),
            stores.orders[n].sum(axis=0),
        )
        for n in range(stores.own)
    ]


def _sales(group: Group, first: date) -> list[Firm]:
    """Return sales invoices with the red ones of theirs; contracts won by tender are not drawn."""
    jobs = invoices(group, group.median("sales_year"))
    issued = jobs.until(group.dates.days)
    rows, _ = receivables(group, issued)
    kind = np.where(rows.amount < 0, RED, VALID)
    # Written wrong and written again, as the books have it: that share of all invoices is void.
    share = group.figures.number("void")
    plain = np.flatnonzero(kind == VALID)
    spoilt = plain[: issued.owner.size][
        issued.draw(group, "validation/void") < share / (1.0 - share)
    ]
    return _by_firm(
        group,
        first,
        np.concatenate([rows.owner, rows.owner[spoilt]]),
        np.concatenate([rows.issued, rows.issued[spoilt]]),
        np.concatenate([rows.amount, rows.amount[spoilt]]),
        np.concatenate([rows.party, rows.party[spoilt]]),
        np.concatenate([kind, np.full(spoilt.size, VOID)]),
    )


def _purchases(group: Group, first: date) -> list[Firm]:
    """Return invoices for materials; those for rent and services have no supplier of their own."""
    dues = materials(group, invoices(group, group.median("sales_year")))
    dues = tables.take(dues, dues.amount > 0)
    kind = np.full(dues.owner.size, VALID, dtype=np.int64)
    return _by_firm(group, first, dues.owner, dues.known, dues.amount, dues.party, kind)


def _by_firm(
    group: Group, first: date, owner: Ints, day: Ints, fen: Ints, party: Ints, kind: Ints
) -> list[Firm]:
    found = list[Firm]()
    table: Dates = group.dates
    for place, merchant in enumerate(group.merchants.tolist()):
        rows = np.flatnonzero((owner == place) & (day >= 0) & (day < table.days))
        rows = rows[np.argsort(day[rows], kind="stable")]
        columns = (day[rows], fen[rows], party[rows], kind[rows])
        found.append(Invoices(f"M{merchant}", first, table.days, *columns))
    return found
