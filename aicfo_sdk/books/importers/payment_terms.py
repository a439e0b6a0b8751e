"""Terms of payment as a list of invoices states them: 2/10,1/20,n/30 (付款条件, 现金折扣).

2 % is taken off when all is paid within 10 days of the invoice, 1 % within 20; all is due in 30.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from ...model.invoice import EarlyDiscount
from ...money import PPM
from .papers import LONGEST_TERMS, Fail

MEND = "write them like 2/10,1/20,n/30: per cent off / days from the invoice, the last day after n"

_TIER = re.compile(r"([0-9]{1,2})(?:\.([0-9]{1,4}))?%?/([0-9]{1,4})", re.ASCII)
_NET = re.compile(r"n(?:et)?[/ ]?([0-9]{1,4})", re.ASCII)
_BETWEEN = re.compile(r"[,、;]\s*|\s+(?=n|[0-9.]+%?/)")


class Terms(NamedTuple):
    """Discounts for paying early, and the day by which all is due, if the terms say."""

    early: tuple[EarlyDiscount, ...]
    due: date | None


def read_terms(text: str, issued: date, fail: Fail) -> Terms:
    """Return the terms of an invoice issued on a day; none for an empty text.

    Raises: RecordError for a text that states no terms, or terms that no one can mean.
    """

    def wrong(what: str) -> Exception:
        return fail(what, column="terms", value=text, mend=MEND)

    tiers, due = list[tuple[int, int]](), list[int]()
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    for part in _BETWEEN.split(plain) if plain else ():
        tier, net = _TIER.fullmatch(part), _NET.fullmatch(part)
        if tier and not due:
            ppm = int(tier[1]) * (PPM // 100) + int((tier[2] or "").ljust(4, "0"))
            tiers.append((int(tier[3]), ppm))
        elif net and not due:
            due.append(int(net[1]))
        else:
            raise wrong("not terms of payment")
    days = [day for day, _ in tiers] + due
    if any(day > LONGEST_TERMS for day in days):
        raise wrong(f"terms beyond {LONGEST_TERMS} days")
    if not all(ppm for _, ppm in tiers):
        raise wrong("a discount of nothing")
    if any(one[0] >= later[0] or one[1] <= later[1] for one, later in pairwise(tiers)):
        raise wrong("a later day takes less off, and these are not in that order")
    if due and tiers and due[0] < tiers[-1][0]:
        raise wrong("a discount for paying after all is due")
    early = [
        EarlyDiscount(until=issued + timedelta(days=day), discount_ppm=ppm) for day, ppm in tiers
    ]
    return Terms(tuple(early), issued + timedelta(days=due[0]) if due else None)


def written(early: tuple[EarlyDiscount, ...], issued: date) -> str:
    """Return discounts as a list states them, "" for none; `read_terms` reads them back."""
    return ",".join(
        f"{one.discount_ppm / (PPM // 100):g}/{(one.until - issued).days}" for one in early
    )
