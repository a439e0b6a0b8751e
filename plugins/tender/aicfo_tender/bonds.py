"""Securities of a tender: what each costs as money, as a guarantee, and as borrowed money."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from aicfo_sdk import Proposal, grouped, interest, share
from aicfo_sdk.model import (
    BondChoice,
    BondItem,
    BondWay,
    CreditLine,
    DrawLoan,
    FundPosition,
    Tender,
    TenderId,
)

from .contract import contract_days
from .funding import price_of
from .lateness import open_lines
from .reach import the_merchant

if TYPE_CHECKING:
    from aicfo_sdk import Context

_YEAR = 365
_WORDS = {"cash": "cash", "guarantee": "a guarantee", "loan": "a loan"}


def bond_drawings(ctx: Context, notice: Tender, account: str) -> tuple[Proposal, ...]:
    """Return the drawings on credit lines that pay a bid bond which money at hand does not.

    The cheapest line first; money at hand is the account's and that of funds without notice. None
    where money suffices, or where lines together do not.
    """
    params, today = ctx.params, ctx.today
    funds = sum(fund.amount for fund in ctx.books.all(FundPosition) if not fund.notice_days)
    lacking = notice.bond - max(ctx.books.balance(account) + funds, 0)
    wait = sum(
        params.at(f"tender.{name}", today)
        for name in ("evaluation_days", "signing_days", "bond_refund_days")
    )
    back = (notice.deadline or today) + timedelta(days=wait)
    drawn: list[Proposal] = []
    for line in open_lines(ctx):
        if lacking <= 0:
            break
        amount = min(lacking + line.fee, line.limit - line.used)
        if amount <= line.fee:
            continue
        lacking -= amount - line.fee
        drawing = DrawLoan(
            day=today,
            line=line.id,
            account=account,
            amount=amount,
            rate_ppm=line.rate_ppm,
            due=back,
            fee=line.fee,
        )
        reason = (
            f"Draw {grouped(amount)} for the bid bond of {grouped(notice.bond)}, which comes back "
            f"by about {back.isoformat()}."
        )
        drawn.append(
            Proposal(
                action=drawing,
                reason=reason,
                evidence=(notice.ref, line.ref),
                valid_until=notice.deadline,
            )
        )
    return tuple(drawn) if lacking <= 0 else ()


def bond_choice(ctx: Context, tender: str, price: int | None) -> BondChoice:
    """Return what each form of each security costs; see the tool `bond_choice`."""
    books = ctx.books
    notice = books.get(Tender, tender)
    amount = price_of(notice, price, the_merchant(books), books.currency)
    notes: list[str] = []
    items = tuple(
        BondItem(
            kind=kind,
            amount=value,
            first=first,
            last=last,
            days=(last - first).days,
            ways=_ways(ctx, value, first, last),
        )
        for kind, value, first, last in _securities(ctx, notice, amount, notes)
        if value
    )
    chosen = [next((way for way in item.ways if way.possible), item.ways[-1]) for item in items]
    cost = sum(way.cost for way in chosen)
    freed = sum(item.amount - way.locked for item, way in zip(items, chosen, strict=True))
    told = "; ".join(
        f"{item.kind} {grouped(item.amount)} by {_WORDS[way.way]} ({grouped(way.cost)})"
        for item, way in zip(items, chosen, strict=True)
    )
    notes += [
        f"{name}: {ctx.params.get(f'tender.{name}', ctx.today).source}"
        for name in ("guarantee_rate_ppm", "guarantee_minimum", "guarantee_deposit_ppm")
    ]
    return BondChoice(
        tender=TenderId(tender),
        price=amount,
        items=items,
        cost=cost,
        freed=freed,
        assumptions=tuple(notes),
        summary=f"Cheapest: {told}." if items else "The notice asks for no security.",
        evidence=(notice.ref, *(one for way in chosen for one in way.evidence)),
    )


def _securities(
    ctx: Context, tender: Tender, price: int, notes: list[str]
) -> Iterator[tuple[Literal["bid", "performance", "retention"], int, date, date]]:
    """Yield kind, amount, first and last day of each security, as the funding need counts them."""
    today = ctx.today
    bid, signed, start, duration = contract_days(tender, today, ctx.params)
    number = ctx.params.at

    def at(day: int) -> date:
        return today + timedelta(days=day)

    if bid is not None:
        yield "bid", tender.bond, at(bid), at(signed + number("tender.bond_refund_days", today))
    done = start + duration
    last = done + number("tender.bond_release_days", today)
    yield "performance", share(price, tender.performance_bond_ppm), at(signed), at(last)
    held = tender.retention_days or number("tender.retention_days", today)
    yield "retention", share(price, tender.retention_ppm), at(done), at(done + held)
    notes.append("days as in the funding need: signature, start and end, assumed where not stated")


def _ways(ctx: Context, amount: int, first: date, last: date) -> tuple[BondWay, ...]:
    params, today, days = ctx.params, ctx.today, (last - first).days
    own: int = params.at("finance.money_fund_ppm", today)
    cash = ctx.books.balance()
    rate: int = params.at("tender.guarantee_rate_ppm", today)
    least: int = params.at("tender.guarantee_minimum", today)
    deposit = share(amount, params.at("tender.guarantee_deposit_ppm", today))
    fee = max(interest(amount, rate, days, _YEAR), least)
    ways = [
        BondWay(
            way="cash",
            cost=interest(amount, own, days, _YEAR),
            locked=amount,
            rate_ppm=own,
            possible=cash >= amount,
            assumed=True,
            why=f"a money fund would yield {own / 10_000:g} % meanwhile; cash is {grouped(cash)}",
        ),
        BondWay(
            way="guarantee",
            cost=fee + interest(deposit, own, days, _YEAR),
            locked=deposit,
            rate_ppm=rate,
            possible=cash >= deposit + fee,
            assumed=True,
            why=f"fee {grouped(fee)}, deposit {grouped(deposit)} at the issuer",
        ),
    ]
    for line in ctx.books.all(CreditLine):
        free = line.limit - line.used
        charged = interest(amount, max(line.rate_ppm, 0), days, line.day_basis)
        ways.append(
            BondWay(
                way="loan",
                party=line.id,
                cost=charged + line.fee,
                locked=0,
                rate_ppm=max(line.rate_ppm, 0),
                possible=free >= amount and line.expires >= first,
                assumed=False,
                why=f"{line.lender} at {line.rate_ppm / 10_000:g} %, {grouped(max(free, 0))} free",
                evidence=(line.ref,),
            )
        )
    return tuple(sorted(ways, key=lambda way: (not way.possible, way.cost, way.way, way.party)))
