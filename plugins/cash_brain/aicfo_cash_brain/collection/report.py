"""The collection report: takings per platform and store, what came of them, what does not match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar

import numpy as np

from aicfo_sdk import PPM, Books, Context, ToolRetry, round_div, split
from aicfo_sdk.model import (
    Account,
    CollectionIssue,
    CollectionLine,
    CollectionReport,
    DailySales,
    PartyShare,
    PlatformTerms,
    Record,
    Transaction,
)

from ..columns import among
from ..forecast.daykinds import Flags
from .matching import MOST_LAG, SLACK, Matched, Money, Terms, learn, match

R = TypeVar("R", bound=Record)

_NAMES = {
    "wechat": ("微信", "财付通"),
    "alipay": ("支付宝",),
    "meituan": ("美团",),
    "eleme": ("饿了么",),
    "taobao": ("淘宝",),
    "tmall": ("天猫",),
    "jd": ("京东",),
    "douyin": ("抖音",),
    "pinduoduo": ("拼多多",),
}
"""How banks name who pays for a channel, beside the channel's own name."""
_ISSUES = 50


@dataclass(slots=True)
class _Cell:
    """One store's takings through a platform on one day, less refunds, and the refunds."""

    sold: int = 0
    refunds: int = 0


@dataclass(slots=True)
class _Sums:
    gross: int = 0
    refunds: int = 0
    fee: int = 0
    received: int = 0
    pending: int = 0
    missing: int = 0


@dataclass
class _Platform:
    """What one platform sold by day and store, and what came from it."""

    name: str
    cells: dict[int, dict[str, _Cell]] = field(
        default_factory=lambda: defaultdict[int, dict[str, _Cell]](dict)
    )
    refs: dict[int, list[str]] = field(default_factory=lambda: defaultdict[int, list[str]](list))
    came: list[Money] = field(default_factory=list[Money])

    @cached_property
    def sold(self) -> dict[int, int]:
        """Takings less refunds of all stores by day; asked for when all is read."""
        return {
            day: sum(cell.sold for cell in stores.values()) for day, stores in self.cells.items()
        }


def collect(ctx: Context, days: int, shares: Mapping[str, int]) -> CollectionReport:
    """Return the report over the last `days` days; `shares` are parties' parts in ppm.

    Raises: ToolRetry for shares that are negative or more than the whole.
    """
    if any(part < 0 for part in shares.values()) or sum(shares.values()) > PPM:
        raise ToolRetry(
            "shares are parts per million of what was received, 1,000,000 at most together",
            value=dict(shares),
            mend="give each party 0 or more",
        )
    first = ctx.today - timedelta(days=days - 1)
    sums: dict[tuple[str, str], _Sums] = defaultdict(_Sums)
    terms: list[PlatformTerms] = []
    issues: list[CollectionIssue] = []
    for platform in _platforms(ctx.books, first - timedelta(days=MOST_LAG)):
        how = learn(platform.sold, platform.came)
        found = match(platform.sold, platform.came, how) if how is not None else Matched()
        window = first.toordinal()
        terms.append(_add(platform, how, found, window, ctx.today, sums, issues))
    lines = tuple(
        CollectionLine(
            platform=name, store=store, gross=one.gross, refunds=one.refunds, fee=one.fee,
            received=one.received, pending=one.pending, missing=one.missing,
        )
        for (name, store), one in sorted(sums.items())
    )  # fmt: skip
    received = sum(line.received for line in lines)
    issues.sort(key=lambda issue: (-abs(issue.amount), issue.platform, issue.sold or date.max))
    return CollectionReport(
        first=first,
        last=ctx.today,
        lines=lines,
        platforms=tuple(terms),
        issues=tuple(issues[:_ISSUES]),
        received=received,
        shares=_shared(received, shares),
        note="" if lines else "cannot say: the books hold no sales by channel",
        evidence=tuple(dict.fromkeys(ref for each in issues[:_ISSUES] for ref in each.evidence)),
    )


def _platforms(books: Books, first: date) -> list[_Platform]:
    found: dict[str, _Platform] = {}
    (days,) = books.columns(DailySales, "day")
    for record in _chosen(books, DailySales, days >= first.toordinal()):
        one = found.setdefault(record.channel, _Platform(record.channel))
        at = record.day.toordinal()
        cell = one.cells[at].setdefault(record.store, _Cell())
        cell.sold += record.amount
        cell.refunds += record.refunds
        one.refs[at].append(record.ref)
    wallets = {account.id: account.provider for account in books.records(Account).values()}
    fees: dict[tuple[str, int, str], int] = defaultdict(int)
    lines: dict[tuple[str, int, str], list[Transaction]] = defaultdict(list)
    (days,) = books.columns(Transaction, "day")
    rows = (days >= first.toordinal()) & among(books, Transaction, "kind", "sale", "refund", "fee")
    for line in _chosen(books, Transaction, rows) if found else ():
        own = wallets.get(line.account, "")
        own = own if own in found else line.account if line.account in found else ""
        name = own or _payer(line, found)
        if name:
            key = name, line.day.toordinal(), line.account
            if line.kind == "fee":
                fees[key] -= line.amount
            elif own or line.amount > 0:
                lines[key].append(line)
    for key, group in lines.items():
        name, at, account = key
        if account == name or wallets.get(account) == name:
            # In a wallet single orders arrive: together they are what the day brought.
            total = sum(line.amount for line in group)
            found[name].came += [Money(group[0].id, at, total, fees[key])] if total > 0 else []
            continue
        parts = split(fees[key], [line.amount for line in group])
        found[name].came += [
            Money(line.id, at, line.amount, fee) for line, fee in zip(group, parts, strict=True)
        ]
    return [found[name] for name in sorted(found)]


def _chosen(books: Books, kind: type[R], rows: Flags) -> Iterator[R]:
    """Yield the chosen records; of the others none is built."""
    ids = list(books.records(kind))
    for row in np.flatnonzero(rows).tolist():
        yield books.get(kind, ids[row])


def _payer(line: Transaction, known: Mapping[str, _Platform]) -> str:
    """Return the channel that a line is from, as the bank names who paid."""
    who = str(line.counterparty_name)
    fitting = [
        name for name in known if any(word in who for word in (name, *_NAMES.get(name, ())) if word)
    ]
    return max(fitting, key=lambda name: (len(name), name), default="")


def _add(
    platform: _Platform,
    how: Terms | None,
    found: Matched,
    window: int,
    today: date,
    sums: dict[tuple[str, str], _Sums],
    issues: list[CollectionIssue],
) -> PlatformTerms:
    """Add a platform's days from `window` on to the sums and issues; return how it pays."""
    # Days that were paid together with days before the window are left out with them.
    before = {at for group, _, _ in found.pairs if group[0] < window for at in group}
    for at in [at for at in platform.cells if at >= window and at not in before]:
        even = platform.sold[at] == 0
        for store, cell in platform.cells[at].items():
            one = sums[platform.name, store]
            one.gross += cell.sold + cell.refunds
            one.refunds += cell.refunds
            # Where one store's refunds are another's sales, nothing is to be paid.
            one.received += cell.sold if even else 0
            one.pending += cell.sold if how is None and not even else 0
    if how is None:
        note = "cannot say: too few payments agree with its sales to the minor unit"
        return PlatformTerms(
            platform=platform.name, lag_days=None, fee_ppm=0, matched=0, days=0, note=note
        )
    matched = 0
    for group, money, short in found.pairs:
        if group[0] >= window:
            matched += 0 if short else len(group)
            _paid(platform, how, group, money, short, sums, issues)
    unpaid = [at for at in found.open if at >= window]
    due = matched + sum(short for group, _, short in found.pairs if group[0] >= window)
    for at in unpaid:
        overdue = today.toordinal() - at - how.lag
        due += overdue >= 0
        for store, cell in platform.cells[at].items():
            one = sums[platform.name, store]
            one.pending += cell.sold if overdue < 0 else 0
            one.missing += cell.sold if overdue >= 0 else 0
        if overdue >= 0:
            fault = "late" if overdue < SLACK else "missing"
            refs = tuple(platform.refs[at])
            issues.append(_issue(platform, fault, at, how, how.pays(platform.sold[at]), refs))
    twice = {money.amount for _, money, _ in found.pairs}
    for money in found.extra:
        if money.day >= window + how.lag:
            fault = "doubled" if money.amount in twice else "unknown"
            refs = (f"Transaction:{money.id}",)
            issues.append(_issue(platform, fault, None, how, money.amount, refs))
    return PlatformTerms(
        platform=platform.name, lag_days=how.lag, fee_ppm=how.fee_ppm, matched=matched, days=due
    )


def _paid(
    platform: _Platform,
    how: Terms,
    group: tuple[int, ...],
    money: Money,
    short: bool,
    sums: dict[tuple[str, str], _Sums],
    issues: list[CollectionIssue],
) -> None:
    """Give each store its part of a payment, its fee and what it is short of, to the unit."""
    stores: dict[str, int] = defaultdict(int)
    for at in group:
        for store, cell in platform.cells[at].items():
            stores[store] += cell.sold
    sold = sum(stores.values())
    lacking = how.pays(sold) - money.amount if short else 0
    fee = sold - lacking - money.amount + money.fee
    weights = [max(amount, 0) for amount in stores.values()]
    if not any(weights):
        weights = [1] * len(weights)
    parts = zip(stores.items(), split(fee, weights), split(lacking, weights), strict=True)
    for (store, amount), kept, less in parts:
        one = sums[platform.name, store]
        one.fee += kept
        one.missing += less
        one.received += amount - kept - less
    refs = (f"Transaction:{money.id}", *(ref for at in group for ref in platform.refs[at]))
    if short:
        issues.append(_issue(platform, "short", group[0], how, lacking, refs))
    usual = round_div(money.amount * how.fee_ppm, PPM)
    if not how.net and abs(money.fee - usual) > 1 + money.amount * how.usual_ppm // PPM:
        issues.append(_issue(platform, "fee", group[0], how, money.fee - usual, refs))


def _issue(
    platform: _Platform, fault: str, at: int | None, how: Terms, amount: int, refs: tuple[str, ...]
) -> CollectionIssue:
    return CollectionIssue.model_validate(
        {
            "platform": platform.name,
            "fault": fault,
            "sold": None if at is None else date.fromordinal(at),
            "expected": None if at is None else date.fromordinal(at + how.lag),
            "amount": amount,
            "evidence": refs,
        }
    )


def _shared(received: int, shares: Mapping[str, int]) -> tuple[PartyShare, ...]:
    """Return what was received split by largest remainder; nothing where no rule is given."""
    if not shares:
        return ()
    rule = [*sorted(shares.items()), ("", PPM - sum(shares.values()))]
    parts = split(received, [ppm for _, ppm in rule])
    return tuple(
        PartyShare(party=party, share_ppm=ppm, amount=part)
        for (party, ppm), part in zip(rule, parts, strict=True)
    )
