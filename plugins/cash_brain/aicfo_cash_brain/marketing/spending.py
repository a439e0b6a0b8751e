"""What was spent on each advertising channel on each day, as statements tell it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import numpy as np

from aicfo_sdk import Books
from aicfo_sdk.model import Obligation, Transaction

from ..columns import among
from ..forecast.daykinds import Floats

_LINE = re.compile(r"推广费\s*(?P<channel>.*)")
_CHANNEL = re.compile(r"[\w\-]{1,40}")
_LATE = 10
"""Days after its due day in which a payment is still taken for that obligation."""

_LONGEST = 31
_RECENT = 21


@dataclass(frozen=True, slots=True)
class Spending:
    """One channel: minor units a day, the last day is today; what it gets now; its lines."""

    channel: str
    days: Floats
    now: int
    ids: tuple[str, ...]


def spendings(books: Books, length: int) -> tuple[list[Spending], int]:
    """Return the channels that were paid for in the last `length` days, by name, and how many
    lines were set aside because they name none.

    A line that pays an obligation is for the days before that became known; another one is for
    the days since the line before it.
    """
    lines, aside = defaultdict[str, list[Transaction]](list), 0
    ids = list(books.records(Transaction))
    for row in np.flatnonzero(among(books, Transaction, "kind", "fee")).tolist():
        line = books.get(Transaction, ids[row])
        named = _LINE.match(line.text)
        if named is None or line.amount >= 0:
            continue
        channel = named["channel"].strip() or line.counterparty_name.strip()
        if not _CHANNEL.fullmatch(channel):
            aside += 1
        elif line.day > books.as_of - timedelta(days=length):
            lines[channel].append(line)
    if not lines:
        return [], aside
    known = _known(books)
    found = [
        _spread(books.as_of, length, channel, mine, known)
        for channel, mine in sorted(lines.items())
    ]
    return found, aside


def _known(books: Books) -> dict[int, list[tuple[date, date]]]:
    """Return due and known days of other obligations by amount."""
    out = defaultdict[int, list[tuple[date, date]]](list)
    for owed in books.records(Obligation).values():
        if owed.kind == "other":
            out[owed.amount].append((owed.due, owed.known_since))
    return out


def _spread(
    today: date,
    length: int,
    channel: str,
    lines: list[Transaction],
    known: dict[int, list[tuple[date, date]]],
) -> Spending:
    lines = sorted(lines, key=lambda line: (line.day, line.id))
    ends = [_billed(line, known) for line in lines]
    gaps = _gaps(ends)
    usual = round(median(gaps)) if gaps else 1
    days = np.zeros(length)
    rate, before = 0.0, None
    for line, end in zip(lines, ends, strict=True):
        span = usual if before is None else min((end - before).days, usual, _LONGEST)
        # Two lines of one day are for the same days.
        span = max(span, 1)
        before = end
        last = length - 1 - (today - end).days
        # Billed on a day: for the days before it; paid at once: for the day itself.
        stop = last if end != line.day or span > 1 else last + 1
        first = max(stop - span, 0)
        rate = -line.amount / span
        if stop > first:
            days[first:stop] += rate
    recent = (today - lines[-1].day).days <= (_RECENT if usual > 1 else 2)
    if recent and usual > 1:
        # Not billed yet: as before.
        gap = min((today - ends[-1]).days + 1, _RECENT)
        days[length - gap :] = np.maximum(days[length - gap :], rate)
    return Spending(
        channel, days, round(rate) if recent else 0, tuple(line.id for line in lines[-2:])
    )


def _gaps(ends: list[date]) -> list[int]:
    days = sorted({end.toordinal() for end in ends})
    return [min(b - a, _LONGEST) for a, b in pairwise(days)]


def _billed(line: Transaction, known: dict[int, list[tuple[date, date]]]) -> date:
    """Return the day on which what the line pays became known; its own day if nothing tells."""
    fits = [
        (due, day)
        for due, day in known.get(-line.amount, ())
        if due <= line.day <= due + timedelta(days=_LATE) and day <= line.day
    ]
    return max(fits)[1] if fits else line.day
