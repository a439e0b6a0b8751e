"""What each store takes a year, and what of takings and costs the books say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from aicfo_sdk import Books
from aicfo_sdk.model import Invoice, Transaction

from ..columns import among, bought
from ..forecast.daykinds import Flags, Ints
from ..history import sales_history
from ..stores.panel import read_panel

YEAR = 365
_WINDOW = 364
_LEAST_DAYS = 56
_SETTLED = 120
"""Days of sales from which a store's level is taken as its own; a new one still grows."""

_ADS = ("推广", "广告", "advert")


@dataclass(frozen=True, slots=True)
class Trade:
    """Takings a year of each store, minor units, and the shares that costs take of them."""

    first: date
    days: int
    year: dict[str, float]
    settled: frozenset[str]
    """Stores that have traded long enough to be learnt from."""
    youngest: int
    """Days of sales of the store that has the fewest."""
    margin: float | None
    """Takings left after goods and fees, share; None where the books show no purchases."""
    rent_year: float
    payroll_year: float
    evidence: tuple[str, ...]


def read_trade(books: Books) -> Trade | str:
    """Return what the last year says, or why it is too little.

    A store known on some days only is set against the others of the same days, so that a season
    is no merit.
    """
    panel = read_panel(books, _WINDOW)
    if not panel.stores:
        return "the books hold no takings by store"
    known = panel.known
    begun = int(np.flatnonzero(known.sum(axis=0))[0])
    days = _WINDOW - begun
    if days < _LEAST_DAYS:
        return f"{days} days of sales are too few: {_LEAST_DAYS} are needed"
    counts = known.sum(axis=1)
    alive = known[:, -28:].sum(axis=1) > 0
    usual = (counts >= max(0.8 * days, _LEAST_DAYS)) & alive
    if not usual.any():
        return "no store has sold on most days"
    seen = known[usual].sum(axis=0)
    whole = np.where(known[usual], panel.takings[usual], 0).sum(axis=0)
    base = np.divide(whole, seen, out=np.zeros(_WINDOW), where=seen > 0)
    level = float(base[begun:].mean())
    year: dict[str, float] = {}
    for row, store in enumerate(panel.stores):
        same = float(base[known[row]].sum())
        if alive[row] and same > 0 and level > 0:
            year[store] = float(panel.takings[row][known[row]].sum()) / same * level * YEAR
    year = {store: amount for store, amount in year.items() if amount > 0}
    old = {s for s, n in zip(panel.stores, counts.tolist(), strict=True) if n >= _SETTLED}
    span = [n for s, n in zip(panel.stores, counts.tolist(), strict=True) if s in year]
    last = books.as_of.toordinal()
    margin, lines = _margin(books, last - days + 1, float(panel.takings.sum()))
    return Trade(
        first=date.fromordinal(last - days + 1),
        days=days,
        year=year,
        settled=frozenset(old & set(year)),
        youngest=min(span, default=0),
        margin=margin,
        rent_year=_paid(books, last - days + 1, "rent") * YEAR / days,
        payroll_year=_paid(books, last - days + 1, "payroll") * YEAR / days,
        evidence=lines,
    )


def margin_of(books: Books) -> float | None:
    """Return what a year's sales of all kinds left after goods and fees, share; None if unknown."""
    past = sales_history(books)
    days = min(past.total.size, _WINDOW)
    if days < _LEAST_DAYS:
        return None
    sold = float(past.total[-days:].sum())
    return _margin(books, books.as_of.toordinal() - days + 1, sold)[0]


def _margin(books: Books, first: int, sold: float) -> tuple[float | None, tuple[str, ...]]:
    """Return takings less goods and fees as a share, and a few of the papers that say so."""
    issued, total = books.columns(Invoice, "issued", "total")
    rows = bought(books) & (issued >= first)
    goods, papers = float(total[rows].sum()), _last(books, Invoice, rows)
    if goods <= 0:
        rows = _lines(books, first, "purchase")
        goods, papers = -float(_amounts(books)[rows].sum()), _last(books, Transaction, rows)
    if goods <= 0 or sold <= 0:
        return None, ()
    fees = _lines(books, first, "fee")
    codes, words = books.labels(Transaction, "text")
    ads = np.array([any(one in word for one in _ADS) for word in words], dtype=np.bool_)
    if ads.size:
        fees &= ~ads[codes]
    cost = goods - float(_amounts(books)[fees].sum())
    return max(1 - cost / sold, 0.0), papers


def _paid(books: Books, first: int, kind: str) -> float:
    return max(-float(_amounts(books)[_lines(books, first, kind)].sum()), 0.0)


def _lines(books: Books, first: int, kind: str) -> Flags:
    (day,) = books.columns(Transaction, "day")
    return (day >= first) & among(books, Transaction, "kind", kind)


def _amounts(books: Books) -> Ints:
    return books.columns(Transaction, "amount")[0]


def _last(books: Books, kind: type[Invoice] | type[Transaction], rows: Flags) -> tuple[str, ...]:
    ids = list(books.records(kind))
    return tuple(f"{kind.__name__}:{ids[row]}" for row in np.flatnonzero(rows)[-3:].tolist())
