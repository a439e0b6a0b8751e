"""Tenders ranked for a query or for the merchant's own trade: words, then what suits the firm.

The words' score (`index`) of the best match is 1,000,000; what the merchant is, sells and has
delivered (`fit`) then moves a match up or down, with reasons. Only what is shown is put together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, cast

import numpy as np

from aicfo_sdk import PPM, ToolRetry, round_div
from aicfo_sdk.model import Tender, TenderId, TenderMatch, TenderMatches

from .fit import fit_of
from .index import FIELDS
from .reach import the_merchant
from .shelf import Filters, shelf_of
from .words import related, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aicfo_sdk import Context
    from aicfo_sdk.model import Merchant

_LONGEST_QUERY = 2_000
_MOST = 200
_WORDS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Ranked:
    """An open tender with its score (ppm of the best words, moved by fit), and why."""

    tender: Tender
    score: int
    fields: frozenset[str]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How many notices were looked at, and those that match, best first, made as they are read."""

    searched: int
    best: Iterator[Ranked]


def profile(merchant: Merchant | None) -> str:
    """Return the query that describes the merchant: what it sells and what it does."""
    return " ".join((*merchant.products, merchant.industry)).strip() if merchant else ""


def rank(ctx: Context, query: str, filters: Filters | None = None) -> Ranking:
    """Return the open tenders that hold a word of the query or of its trade, best first.

    Ties stand in order of id.
    """
    shelf = shelf_of(ctx.books)
    wanted = shelf.wanted(filters or Filters(), ctx.today.toordinal())
    terms = shelf.index.terms(query)
    words = np.where(wanted, shelf.index.scores(terms), 0.0)
    rows = np.flatnonzero(words > 0)
    fit = fit_of(ctx, shelf)
    # As whole ppm, and half to even, as round_div does: what is divided is exact in 64 bits.
    base = np.rint(words[rows] / words.max(initial=1e-300) * PPM)
    scores = np.rint(base * fit.factor[rows] / PPM).astype(np.int64)
    order = np.lexsort((rows, -scores))

    def best() -> Iterator[Ranked]:
        for place in order.tolist():
            row, tender = int(rows[place]), ctx.books.get(Tender, shelf.ids[int(rows[place])])
            found = shelf.index.found(terms, row)
            yield Ranked(
                tender,
                int(scores[place]),
                frozenset(name for _, name in found),
                (_words_found(found), *fit.reasons(row, tender)),
            )

    return Ranking(int(wanted.sum()), best())


def search(ctx: Context, query: str, limit: int, filters: Filters) -> TenderMatches:
    """Return open tenders best first; see the tool `search_tenders`."""
    _check(query, limit, filters)
    merchant = the_merchant(ctx.books)
    text = query.strip() or profile(merchant)
    if not text:
        raise ToolRetry(
            "nothing to search by: no query, and the books do not say what the merchant sells",
            where="search_tenders",
            mend="give query=…, or record the Merchant's products",
        )
    if not tokens(text) and not related(text):
        raise ToolRetry(
            "the query names no goods or services",
            value=text,
            where="search_tenders",
            mend="say what is bought: 保洁, catering, roof repairs",
        )
    ranking = rank(ctx, text, filters)
    ranked = list(islice(ranking.best, limit))
    best = max(ranked[0].score, 1) if ranked else 1
    matches = tuple(
        _match(one.tender, round_div(one.score * PPM, best), one.reasons) for one in ranked
    )
    return TenderMatches(
        query=text,
        searched=ranking.searched,
        matches=matches,
        evidence=(
            *((merchant.ref,) if merchant else ()),
            *(one.tender.ref for one in ranked),
        ),
    )


def _match(tender: Tender, score: int, reasons: tuple[str, ...]) -> TenderMatch:
    return TenderMatch(
        tender=TenderId(tender.id),
        title=tender.title,
        score_ppm=score,
        reasons=reasons,
        deadline=tender.deadline,
        value=tender.value,
        currency=tender.currency,
    )


def _words_found(found: Sequence[tuple[str, str]]) -> str:
    by_field: dict[str, dict[str, None]] = {}
    for word, name in found:
        by_field.setdefault(name, {})[word] = None
    parts = [
        f"{name}: {', '.join(list(by_field[name])[:_WORDS_SHOWN])}"
        for name in FIELDS
        if name in by_field
    ]
    return "words found in " + "; ".join(parts)


def _check(query: str, limit: int, filters: Filters) -> None:
    if len(query) > _LONGEST_QUERY:
        raise ToolRetry(
            "the query is too long",
            value=f"{len(query)} characters",
            where="search_tenders",
            mend=f"use at most {_LONGEST_QUERY}",
        )
    if not 1 <= limit <= _MOST:
        raise ToolRetry(
            "limit out of range",
            value=cast("object", limit),
            where="search_tenders",
            mend=f"use 1 to {_MOST}",
        )
    for name, value in (
        ("value_from", filters.value_from),
        ("value_to", filters.value_to),
        ("days", filters.days),
    ):
        if value is not None and value < 0:
            raise ToolRetry(
                f"{name} out of range", value=value, where="search_tenders", mend="use 0 or more"
            )
