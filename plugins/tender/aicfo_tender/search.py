"""Tenders ranked for a query or for the merchant's own trade: BM25 over weighted fields.

Fields are weighted by repeating their words, the simple extension of BM25 to several fields
(Robertson, Zaragoza, Taylor 2004). Words of the same trade (`trades.toml`) count less than the
words asked for. What the merchant is (region, size) then moves a match up or down, with reasons.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

import bm25s  # pyright: ignore[reportMissingTypeStubs]
import numpy as np

from aicfo_sdk import PPM, ToolRetry, round_div
from aicfo_sdk.model import Tender, TenderId, TenderMatch, TenderMatches

from .reach import reach_ppm, same_currency, same_region, the_merchant, yearly_sales
from .words import code_tokens, related, surfaces, tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aicfo_sdk import Books, Context
    from aicfo_sdk.model import Merchant

FIELDS = ("title", "codes", "buyer", "description")
_WEIGHT = {"title": 4, "codes": 2, "buyer": 1, "description": 1}
_RELATED = 0.4
"""Weight of a word of the same trade beside a word that was asked for."""

_LONGEST_QUERY = 2_000
_MOST = 200
_KEPT = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One notice that holds words of the query: BM25 score and (word as asked, field) found."""

    id: str
    score: float
    found: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """An open tender with its score (ppm of the best words, moved by fit), and why."""

    tender: Tender
    score: int
    fields: frozenset[str]
    reasons: tuple[str, ...]


class Index:
    """BM25 over notices; `hits` returns those that hold at least one word of a query."""

    def __init__(self, tenders: Iterable[Tender]) -> None:
        self.ids: list[str] = []
        self._fields: list[dict[str, frozenset[str]]] = []
        corpus: list[list[str]] = []
        for tender in tenders:
            words = {
                "title": tokens(tender.title),
                "codes": code_tokens(tender.codes),
                "buyer": tokens(tender.buyer),
                "description": tokens(tender.description),
            }
            self.ids.append(tender.id)
            self._fields.append({name: frozenset(found) for name, found in words.items()})
            corpus.append([word for name in FIELDS for word in words[name] * _WEIGHT[name]])
        self._known = frozenset(word for words in corpus for word in words)
        self._bm25: Any = None
        if self._known:
            self._bm25 = bm25s.BM25(k1=1.2, b=0.6)
            self._bm25.index(corpus, show_progress=False)

    def hits(self, query: str) -> list[Hit]:
        """Return the notices that hold a word of `query` or of its trade, in order of id."""
        asked = list(dict.fromkeys(tokens(query)))
        near = related(query)
        asked_known = [word for word in asked if word in self._known]
        near_known = [word for word in near if word in self._known]
        shown = near | surfaces(query)
        if not asked_known and not near_known:
            return []
        scores = self._scores(asked_known) + _RELATED * self._scores(near_known)
        out: list[Hit] = []
        for row in np.flatnonzero(scores > 0).tolist():
            fields = self._fields[row]
            found = tuple(
                (shown[word], name)
                for word in (*asked_known, *near_known)
                for name in FIELDS
                if word in fields[name]
            )
            out.append(Hit(self.ids[row], float(scores[row]), found))
        return out

    def _scores(self, words: list[str]) -> NDArray[np.float64]:
        if not words:
            return np.zeros(len(self.ids))
        return np.asarray(self._bm25.get_scores(words), dtype=np.float64)


_cache: OrderedDict[str, Index] = OrderedDict()
_lock = Lock()


def index_of(books: Books) -> Index:
    """Return the index of a snapshot's notices, built once per snapshot; the last 8 are kept."""
    key = books.key
    with _lock:
        index = _cache.get(key)
        if index is not None:
            _cache.move_to_end(key)
            return index
    index = Index(books.all(Tender))
    with _lock:
        _cache[key] = index
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return index


def is_open(tender: Tender, today: date, *, planning: bool = False) -> bool:
    """Return whether one may still bid: open (or announced), the last day not passed."""
    stages = ("open", "planning") if planning else ("open",)
    return tender.status in stages and (tender.deadline is None or tender.deadline >= today)


def profile(merchant: Merchant | None) -> str:
    """Return the query that describes the merchant: what it sells and what it does."""
    return " ".join((*merchant.products, merchant.industry)).strip() if merchant else ""


def open_tenders(books: Books, *, planning: bool = False) -> dict[str, Tender]:
    """Return id → tender for those that one may still bid for on the as-of day."""
    today = books.as_of
    return {
        id: tender
        for id, tender in books.records(Tender).items()
        if is_open(tender, today, planning=planning)
    }


def rank(ctx: Context, query: str, open_now: Mapping[str, Tender]) -> list[Ranked]:
    """Return the open tenders that hold a word of the query or of its trade, best first.

    Ties stand in order of id.
    """
    if not open_now:
        return []
    hits = [hit for hit in index_of(ctx.books).hits(query) if hit.id in open_now]
    judge = _Judge(ctx, the_merchant(ctx.books))
    best = max((hit.score for hit in hits), default=1.0)
    out: list[Ranked] = []
    for hit in hits:
        factor, reasons = judge.judge(open_now[hit.id])
        score = round_div(round(hit.score / best * PPM) * factor, PPM)
        fields = frozenset(name for _, name in hit.found)
        out.append(Ranked(open_now[hit.id], score, fields, (_words_found(hit.found), *reasons)))
    out.sort(key=lambda ranked: (-ranked.score, ranked.tender.id))
    return out


def search(ctx: Context, query: str, limit: int, include_planning: bool) -> TenderMatches:
    """Return open tenders best first; see the tool `search_tenders`."""
    _check(query, limit)
    books = ctx.books
    merchant = the_merchant(books)
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
    open_now = open_tenders(books, planning=include_planning)
    ranked = rank(ctx, text, open_now)
    best = max(ranked[0].score, 1) if ranked else 1
    matches = tuple(
        _match(one.tender, round_div(one.score * PPM, best), one.reasons) for one in ranked[:limit]
    )
    return TenderMatches(
        query=text,
        searched=len(open_now),
        matches=matches,
        evidence=(
            *((merchant.ref,) if merchant else ()),
            *(one.tender.ref for one in ranked[:limit]),
        ),
    )


class _Judge:
    """What the merchant is, against what a tender asks: a factor in ppm and its reasons."""

    def __init__(self, ctx: Context, merchant: Merchant | None) -> None:
        self._merchant = merchant
        self._today, self._currency = ctx.today, ctx.books.currency
        self._sales = yearly_sales(ctx.books)
        self._near: int = ctx.params.at("tender.reach_ppm", ctx.today)
        self._far: int = ctx.params.at("tender.reach_far_ppm", ctx.today)
        limit = "tender.sme_max_employees" + ("" if self._currency == "CNY" else "_uk")
        most: int = ctx.params.at(limit, ctx.today)
        self._small = merchant is not None and 0 < merchant.employees <= most

    def judge(self, tender: Tender) -> tuple[int, list[str]]:
        """Return the factor (1,000,000 = as the words say) and what it rests on."""
        factor, reasons = PPM, list[str]()
        region = self._merchant.region if self._merchant else ""
        if region and tender.regions:
            near = next((place for place in tender.regions if same_region(region, place)), None)
            if near is not None:
                factor += 150_000
                reasons.append(f"delivery in {near}, where the merchant works")
        if self._small and tender.sme_suitable:
            factor += 50_000
            reasons.append("marked as suitable for small and medium firms")
        reach = reach_ppm(tender, self._sales, self._currency)
        if reach is not None:
            share = f"{round_div(reach * 10, PPM) / 10:g} × a year's sales"
            if reach <= self._near:
                factor += 100_000
                reasons.append(f"within reach: worth {share} a year")
            elif reach > self._far:
                factor -= 300_000
                reasons.append(f"beyond reach: worth {share} a year")
            else:
                reasons.append(f"a stretch: worth {share} a year")
        elif tender.value is not None and not same_currency(tender, self._currency):
            reasons.append(f"value is in {tender.currency}, not compared with sales")
        if tender.status == "planning":
            factor -= 200_000
            reasons.append("announced only: no bids yet")
        elif tender.deadline is None:
            reasons.append("no last day for bids stated")
        else:
            left = (tender.deadline - self._today).days
            reasons.append(f"{left} days left to bid" if left else "last day for bids is today")
        return factor, reasons


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
        f"{name}: {', '.join(list(by_field[name])[:6])}" for name in FIELDS if name in by_field
    ]
    return "words found in " + "; ".join(parts)


def _check(query: str, limit: int) -> None:
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
