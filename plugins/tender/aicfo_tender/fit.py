"""What suits this merchant: a factor for each notice, and why, in the owner's words.

Region, size, what it sells and what it has delivered. No factor depends on how often, or in how
many ways, a notice says a thing, and all of them together move a match by less than words do.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from aicfo_sdk import PPM, round_div
from aicfo_sdk.model import Counterparty, Invoice, Tender

from .reach import (
    YEAR,
    largest_within,
    reach_ppm,
    same_currency,
    same_region,
    the_merchant,
    yearly_sales,
)
from .shelf import Kept
from .words import code_tokens, normal, tokens, trade_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from aicfo_sdk import Context
    from aicfo_sdk.model import Merchant

    from .shelf import Shelf

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_REGION, _SMALL, _NEAR, _FAR, _PLANNED = 150_000, 50_000, 100_000, -300_000, -200_000
_SELLS, _RECORD, _CUSTOMER = 100_000, 100_000, 50_000
_SHARE = 10
"""A word of the invoices counts when it stands for at least one tenth of what was sold."""
_TEXTS, _CONTRACTS, _WORDS_SHOWN = 40, 20, 3
_DIGITS = 4
"""Codes that agree in so many digits name one trade (CPV: a class)."""


class _Won(NamedTuple):
    """A contract that the merchant won, and the notices that are like it."""

    id: str
    rows: Flags


class Limits(NamedTuple):
    """Parameters that say what is large: reach in ppm of a year's sales, people of a small firm."""

    near: int
    far: int
    people: int


class Fit:
    """The merchant against every notice of a shelf: `factor` in ppm, 1,000,000 = as words say."""

    def __init__(self, ctx: Context, shelf: Shelf, limits: Limits) -> None:
        merchant = the_merchant(ctx.books)
        self._merchant, self._today = merchant, ctx.today
        self._currency = ctx.books.currency
        self._sales = yearly_sales(ctx.books)
        self._near, self._far = limits.near, limits.far
        self._small = merchant is not None and 0 < merchant.employees <= limits.people
        self._sells = _sells(ctx, merchant)
        self._by_word = {word: shelf.index.holding(words) for word, words in self._sells.items()}
        won = _contracts(ctx, merchant, shelf)
        self._won = [_like(tender, shelf) for tender in won[:_CONTRACTS]]
        self._known = shelf.rows_of(_customers(ctx, won))
        self.factor = self._factor(shelf)

    def _factor(self, shelf: Shelf) -> Ints:
        factor = np.full(len(shelf.ids), PPM, dtype=np.int64)
        region = self._merchant.region if self._merchant else ""
        if region:
            factor += _REGION * shelf.rows_in(region)
        if self._small:
            factor += _SMALL * shelf.small
        if self._sales > 0:
            known = shelf.yearly > 0
            factor += _NEAR * (known & (shelf.yearly <= largest_within(self._near, self._sales)))
            factor += _FAR * (known & (shelf.yearly > largest_within(self._far, self._sales)))
        factor += _PLANNED * shelf.planned
        factor += _SELLS * _any(self._by_word.values(), shelf)
        factor += _RECORD * _any((one.rows for one in self._won), shelf)
        return factor + _CUSTOMER * self._known

    def reasons(self, row: int, tender: Tender) -> list[str]:
        """Return what moved a notice, and how long it is open."""
        return [*self._who(row, tender), *self._how_large(tender), self._how_long(tender)]

    def _who(self, row: int, tender: Tender) -> list[str]:
        out: list[str] = []
        sold = [word for word, rows in self._by_word.items() if rows[row]]
        if sold:
            out.append(f"what you sell: {', '.join(sold[:_WORDS_SHOWN])}")
        like = next((one.id for one in self._won if one.rows[row]), None)
        if like is not None:
            out.append(f"like contract {like}, which you won")
        if self._known[row]:
            out.append("the buyer is a customer already")
        region = self._merchant.region if self._merchant else ""
        near = next((place for place in tender.regions if same_region(region, place)), None)
        if near is not None:
            out.append(f"delivery in {near}, where the merchant works")
        if self._small and tender.sme_suitable:
            out.append("marked as suitable for small and medium firms")
        return out

    def _how_large(self, tender: Tender) -> list[str]:
        reach = reach_ppm(tender, self._sales, self._currency)
        if reach is not None:
            share = f"{round_div(reach * 10, PPM) / 10:g} × a year's sales"
            if reach <= self._near:
                return [f"within reach: worth {share} a year"]
            if reach > self._far:
                return [f"beyond reach: worth {share} a year"]
            return [f"a stretch: worth {share} a year"]
        if tender.value is not None and not same_currency(tender, self._currency):
            return [f"value is in {tender.currency}, not compared with sales"]
        return []

    def _how_long(self, tender: Tender) -> str:
        if tender.status == "planning":
            return "announced only: no bids yet"
        if tender.deadline is None:
            return "no last day for bids stated"
        left = (tender.deadline - self._today).days
        return f"{left} days left to bid" if left else "last day for bids is today"


_fits: Kept[Fit] = Kept()


def fit_of(ctx: Context, shelf: Shelf) -> Fit:
    """Return what suits the merchant of these books, worked out once per snapshot."""
    at, today = ctx.params.at, ctx.today
    people = "tender.sme_max_employees" + ("" if ctx.books.currency == "CNY" else "_uk")
    limits = Limits(
        at("tender.reach_ppm", today), at("tender.reach_far_ppm", today), at(people, today)
    )
    return _fits.get((ctx.books.key, *limits), lambda: Fit(ctx, shelf, limits))


def _sells(ctx: Context, merchant: Merchant | None) -> dict[str, frozenset[str]]:
    """Return word as the owner's papers write it → that word and those of its trades.

    Products first, then what stands in the sales invoices of a year for a tenth of their sum.
    """
    words = dict.fromkeys(tokens(" ".join(merchant.products))) if merchant else {}
    words.update(dict.fromkeys(_invoiced(ctx)))
    return {word: trade_words(word) | {word} for word in words}


def _invoiced(ctx: Context) -> list[str]:
    """Return the words of what was sold, those that stand for most first."""
    books = ctx.books
    issued, net = books.columns(Invoice, "issued", "net")
    if not len(issued):
        return []
    since = (ctx.today - timedelta(days=YEAR - 1)).toordinal()
    sold = (issued >= since) & _is(ctx, "direction", "sales") & ~_is(ctx, "status", "void")
    codes, texts = books.labels(Invoice, "text")
    sums = np.bincount(codes[sold], weights=net[sold], minlength=len(texts))
    total, by_word = float(sums.sum()), dict[str, float]()
    largest: list[int] = np.argsort(-sums, kind="stable")[:_TEXTS].tolist()
    for place in largest:
        for word in dict.fromkeys(tokens(texts[place])):
            by_word[word] = by_word.get(word, 0.0) + float(sums[place])
    often = [word for word, amount in by_word.items() if amount > 0 and amount * _SHARE >= total]
    return sorted(often, key=lambda word: (-by_word[word], word))


def _is(ctx: Context, name: str, word: str) -> Flags:
    codes, words = ctx.books.labels(Invoice, name)
    return codes == (words.index(word) if word in words else -1)


def _contracts(ctx: Context, merchant: Merchant | None, shelf: Shelf) -> list[Tender]:
    """Return the contracts that the merchant won, the newest first."""
    rows = shelf.winners.get(normal(merchant.name)) if merchant else None
    if rows is None:
        return []
    places: list[int] = rows.tolist()
    mine = [ctx.books.get(Tender, shelf.ids[row]) for row in places]
    return sorted(mine, key=lambda tender: (-tender.updated.toordinal(), tender.id))


def _like(tender: Tender, shelf: Shelf) -> _Won:
    classes = {code for code in code_tokens(tender.codes) if len(code.partition(":")[2]) >= _DIGITS}
    return _Won(tender.id, shelf.index.holding(classes | trade_words(tender.title)))


def _customers(ctx: Context, contracts: list[Tender]) -> frozenset[str]:
    """Return the names, in the form of `normal`, of those that the merchant has sold to."""
    codes, ids = ctx.books.labels(Invoice, "counterparty")
    sold: list[int] = np.unique(codes[_is(ctx, "direction", "sales")]).tolist()
    known = ctx.books.records(Counterparty)
    names = [known[ids[place]].name for place in sold if ids[place] in known]
    names += [tender.buyer for tender in contracts]
    return frozenset(normal(name) for name in names if name)


def _any(flags: Iterable[Flags], shelf: Shelf) -> Flags:
    out = np.zeros(len(shelf.ids), dtype=np.bool_)
    for rows in flags:
        out |= rows
    return out
