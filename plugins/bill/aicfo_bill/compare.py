"""What each way to turn one bill into money or payment costs, side by side.

Prices: docs/bill-rules.md, prices and quote.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from aicfo_sdk import PPM, Context, InputError, grouped, round_div
from aicfo_sdk.model import Bill, BillId, BillQuote, BillWay, CreditLine, EvidenceIds

from .break_even import break_even
from .deals import Deal, Market
from .early import percent
from .examine import case_maker, examine
from .position import bill_class, may_move, open_payables, quotes_by_class
from .quote import ASSUMED, Offer, price_class

_YEAR = 365
_ORDER = ("endorse", "discount", "borrow", "pledge", "hold")


def compare(
    ctx: Context, bill: BillId, *, amount: int | None, day: date | None, remote: bool
) -> BillQuote:
    """Return every way that the books know for a bill, best first, and the break-even days.

    Raises: NotFound for an unknown bill; InputError for one that is not on hand or pays before
    the day, for a day in the past and for an amount that is none.
    """
    found = ctx.books.get(Bill, bill)
    market = Market(ctx, found, quotes_by_class(ctx)[price_class(found)], remote=remote)
    start = _day(ctx, market, amount, day)
    check = examine(case_maker(ctx)(found))
    movable = may_move(ctx, found, check)
    lines = sorted(
        (line for line in ctx.books.all(CreditLine) if line.expires >= start),
        key=lambda line: (line.rate_ppm, line.id),
    )
    made = _Ways(ctx, market, start, amount)
    whole = market.best_discount(start, None) if movable else None
    # Without an amount a loan brings what the bill would, or the two could not be compared.
    need = amount or (whole.received if whole else found.face)
    drafts = [made.hold(), *made.borrow(lines, need)]
    if movable:
        drafts += [*made.discount(), *made.pledge(lines, need), *made.endorse()]
    ways = _ranked(drafts, amount)
    notes = list[str]()
    if not movable:
        codes = ", ".join(f.code for f in check.findings if f.severity == "refuse")
        why = f"checks refuse it ({codes})" if codes else f"its state is {found.state_said}"
        notes.append(f"the bill can be neither endorsed, discounted nor pledged: {why}")
    if not lines:
        notes.append("the books hold no credit line that can be drawn on that day")
    summary, summary_zh = _summary(ways)
    return BillQuote(
        bill=bill,
        day=start,
        payday=market.payday,
        face=found.face,
        amount=amount,
        ways=ways,
        break_even=tuple(break_even(ctx, market, start, amount, lines)) if movable else (),
        notes=tuple(notes),
        summary=summary,
        summary_zh=summary_zh,
        evidence=tuple(dict.fromkeys([found.ref, *(id for way in ways for id in way.evidence)])),
    )


def _day(ctx: Context, market: Market, amount: int | None, day: date | None) -> date:
    """Return the working day asked about, when the question can be answered at all."""
    bill, asked = market.bill, day or ctx.today
    if (bill.side, bill.held) != ("receivable", "held") or bill.over:
        raise InputError(
            "this bill is not on hand",
            value=bill.id,
            where=f"books as of {ctx.today.isoformat()}",
            mend=f"it is {bill.side}, {bill.held}; ask about a bill that is held",
        )
    if amount is not None and amount <= 0:
        raise InputError(
            "an amount needed is above zero", value=amount, where="amount", mend="give fen, or none"
        )
    if asked < ctx.today:
        raise InputError(
            "the day is in the past",
            value=asked.isoformat(),
            where="day",
            mend=f"give {ctx.today.isoformat()} or later",
        )
    start = ctx.calendar.next_working(asked)
    if start >= market.payday:
        raise InputError(
            "the bill pays by then",
            value=asked.isoformat(),
            where=bill.id,
            mend=f"give a working day before {market.payday.isoformat()}",
        )
    return start


class _Ways:
    """Writes each way down: its figures, and why in both languages."""

    def __init__(self, ctx: Context, market: Market, day: date, amount: int | None) -> None:
        self._ctx, self._market, self._day, self._amount = ctx, market, day, amount

    def discount(self) -> list[dict[str, Any]]:
        """A sale to each institution that quotes, and at the assumed price."""
        quoted = [offer for offer in self._market.offers(self._day) if offer.quote]
        return [
            self._sale(offer, deal, beside=bool(quoted))
            for offer in [*quoted, self._market.assumed(self._day)]
            if (deal := self._market.discount(offer, self._day, self._amount))
        ]

    def borrow(self, lines: Iterable[CreditLine], need: int) -> list[dict[str, Any]]:
        """A loan on the free part of each line; the bill is kept."""
        return [
            self._loan("borrow", line, deal)
            for line in lines
            if (deal := self._market.borrow(line, self._day, need))
        ]

    def pledge(self, lines: Iterable[CreditLine], need: int) -> list[dict[str, Any]]:
        """A loan at each line's rate with the bill as security: on the books' terms, or assumed."""
        kind = "bank" if self._market.bill.kind.endswith("bank") else "trade"
        usual: int = self._ctx.params.at(f"bill.pledge_ppm.{kind}", self._ctx.today)
        return [
            self._loan("pledge", line, deal, ratio)
            for line in lines
            if (ratio := usual if line.pledge_ppm is None else line.pledge_ppm)
            and (deal := self._market.pledge(line, self._day, need, ratio))
        ]

    def endorse(self) -> list[dict[str, Any]]:
        """Each debt that the bill may pay at face before it turns into money itself."""
        bill, payday = self._market.bill, self._market.payday
        found = list[dict[str, Any]]()
        for owed in open_payables(self._ctx, payday - timedelta(days=1)):
            paid = min(owed.amount, bill.face, self._amount or bill.face)
            if not bill.splittable and owed.amount < bill.face:
                continue
            if bill_class(bill) not in owed.takes:
                continue
            paid = paid if bill.splittable else bill.face
            day = max(owed.due, self._day)
            deal = Deal(paid, paid, 0, 0, 0, 0, 0, max((self._amount or 0) - paid, 0))
            said = (
                (
                    f"Pays {grouped(paid)} of invoice {owed.invoice}, due {owed.due}, at face: no "
                    f"interest, and nothing to pay later unless the bill is not honoured."
                ),
                (
                    f"按票面支付发票 {owed.invoice}（{owed.due} 到期）的 {grouped(paid)}：无利息，"
                    f"除非票据被拒付，之后无须再付。"
                ),
            )
            found.append(
                self._draft("endorse", owed.payee, deal, said, (f"Invoice:{owed.invoice}",), day)
            )
        return found

    def hold(self) -> dict[str, Any]:
        """Nothing done: the face, on the payday."""
        face, payday = self._market.bill.face, self._market.payday
        said = (
            f"Costs nothing and brings {grouped(face)} on {payday}, not before.",
            f"不花成本，{payday} 到账 {grouped(face)}，此前没有钱。",
        )
        deal = Deal(face, face, 0, 0, 0, 0, 0, self._amount or 0)
        return self._draft("hold", "", deal, said, (), payday)

    def _sale(self, offer: Offer, deal: Deal, *, beside: bool) -> dict[str, Any]:
        assumed = offer.institution == ASSUMED
        rate = percent(deal.rate_ppm)
        said = (
            (
                f"Sells {grouped(deal.face)} at {rate} % for {deal.days} days: "
                f"{grouped(deal.received)} arrives on {self._day}, nothing is to be paid later "
                "unless the bill is not honoured."
            ),
            (
                f"以年利率 {rate}% 贴现 {grouped(deal.face)}，计息 {deal.days} 天："
                f"{self._day} 到账 {grouped(deal.received)}，除非票据被拒付，之后无须再付。"
            ),
        )
        if assumed:
            said = (
                said[0]
                + (
                    " Nobody quoted this: a price to hold the quotes against."
                    if beside
                    else " Nobody quoted this: ask for a quote before relying on it."
                ),
                said[1]
                + (
                    "此为假设价，无人报价，仅供与报价对照。"
                    if beside
                    else "此为假设价：先询价再用。"
                ),
            )
        evidence = (f"DiscountQuote:{offer.quote}",) if offer.quote else ()
        made = self._draft("discount", offer.institution, deal, said, evidence, self._day)
        return {**made, "assumed": assumed, "beside": assumed and beside}

    def _loan(self, way: str, line: CreditLine, deal: Deal, ratio_ppm: int = 0) -> dict[str, Any]:
        principal, payday = deal.received + deal.fee, self._market.payday
        rate = percent(deal.rate_ppm)
        paid = (
            f"{grouped(deal.received)} arrives on {self._day}, {grouped(deal.later)} is paid back "
            f"on {payday}, the day the bill pays."
        )
        paid_zh = (
            f"{self._day} 到账 {grouped(deal.received)}，{payday}（票据兑付日）归还 "
            f"{grouped(deal.later)}。"
        )
        assumed = way == "pledge" and line.pledge_ppm is None
        if way == "pledge":
            share, whole = percent(ratio_ppm), grouped(deal.face)
            said = (
                (
                    f"Pledges {whole} for {grouped(principal)} at {rate} % on {line.id}: {paid} "
                    + (
                        f"That the lender takes the bill, at {share} % of its face, is assumed."
                        if assumed
                        else f"It lends {share} % of the face."
                    )
                ),
                (
                    f"质押 {whole}，按额度 {line.id} 的年利率 {rate}% 借 {grouped(principal)}："
                    f"{paid_zh}质押率 {share}%"
                    + (" 及贷款方接受质押均为假设。" if assumed else "。")
                ),
            )
        else:
            said = (
                f"Keeps the bill and draws {grouped(principal)} at {rate} % on {line.id}: {paid}",
                f"留着票据，按额度 {line.id} 的年利率 {rate}% 借 {grouped(principal)}：{paid_zh}",
            )
        return {
            **self._draft(way, line.id, deal, said, (line.ref,), self._day),
            "assumed": assumed,
        }

    def _draft(
        self,
        way: str,
        party: str,
        deal: Deal,
        said: tuple[str, str],
        evidence: EvidenceIds,
        day: date,
    ) -> dict[str, Any]:
        span, short = self._market.days_left(day), deal.short if self._amount else 0
        why, why_zh = said
        if short and way != "hold":
            why += f" {grouped(short)} of what is needed is missing."
            why_zh += f"离所需还差 {grouped(short)}。"
        return {
            "way": way,
            "party": party,
            "day": day,
            "face": deal.face,
            "received": deal.received,
            "interest": deal.interest,
            "fee": deal.fee,
            "cost": deal.cost,
            "later": deal.later,
            "days": deal.days,
            "rate_ppm": deal.rate_ppm,
            "annual_ppm": (
                round_div(deal.cost * _YEAR * PPM, deal.received * span) if span else None
            ),
            "short": short,
            "why": why,
            "why_zh": why_zh,
            "evidence": evidence,
        }


def _ranked(drafts: list[dict[str, Any]], amount: int | None) -> tuple[BillWay, ...]:
    """Return the ways best first; what brings no money in time, or no one quoted, comes last."""

    def key(draft: dict[str, Any]) -> tuple[Any, ...]:
        by_cost = amount is not None and not draft["short"]
        return (
            draft["way"] == "hold",
            draft.get("beside", False),
            draft["short"] > 0,
            draft["cost"] if by_cost else draft["annual_ppm"],
            _ORDER.index(draft["way"]),
            draft["day"],
            draft["party"],
            draft["evidence"],
        )

    return tuple(
        BillWay.model_validate(
            {**{name: draft[name] for name in draft if name != "beside"}, "rank": rank}
        )
        for rank, draft in enumerate(sorted(drafts, key=key), start=1)
    )


_NAMES = {
    "discount": ("discount with", "贴现给"),
    "pledge": ("pledge for a loan on", "质押借款"),
    "endorse": ("endorse to", "背书给"),
    "borrow": ("keep it and borrow on", "留票借款"),
    "hold": ("hold", "持有"),
}


def _summary(ways: tuple[BillWay, ...]) -> tuple[str, str]:
    """Return the best way and the next of another kind, in English and in Chinese."""
    best = ways[0]
    if best.way == "hold":
        return (
            f"Only holding it is open: {best.why}",
            f"只能持有到期：{best.why_zh}",
        )
    other = next((way for way in ways if way.way not in (best.way, "hold")), None)
    said, said_zh = _named(best)
    if other is not None:
        next_, next_zh = _named(other)
        said, said_zh = f"{said}; then {next_}", f"{said_zh}；其次{next_zh}"
    return f"Best: {said}.", f"最优：{said_zh}。"


def _named(way: BillWay) -> tuple[str, str]:
    words, words_zh = _NAMES[way.way]
    yearly = percent(way.annual_ppm or 0)
    assumed = (" at an assumed price", "（假设价）") if way.assumed else ("", "")
    return (
        (
            f"{words} {way.party}{assumed[0]} for {grouped(way.cost)}, {yearly} % a year on "
            f"{grouped(way.received)}"
        ),
        (
            f"{words_zh} {way.party}{assumed[1]}，成本 {grouped(way.cost)}，按所得 "
            f"{grouped(way.received)} 折年 {yearly}%"
        ),
    )
