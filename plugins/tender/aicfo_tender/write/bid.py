"""A bid from the books and the notice: sections in the usual order, checklist, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from aicfo_sdk import InputError, ToolFailed, ToolRetry, from_capital, grouped, to_capital
from aicfo_sdk.model import BidDocument, Finding, PlanChapter, Tender, TenderId, UntrustedText

from ..reach import the_merchant
from .clauses import HEADINGS, checklist
from .declaration import declaration
from .proof import bond, qualification, track_record
from .sections import (
    Case,
    authority,
    business,
    chapters,
    cover,
    letter,
    plan,
    price_sheet,
    technical,
)
from .sheet import Desk

if TYPE_CHECKING:
    from aicfo_sdk import Context

_HIGHEST = 10**12


def bid_document(
    ctx: Context,
    tender: str,
    price: int | None,
    price_capital: str,
    answers: Mapping[str, str],
    assets: int | None,
) -> BidDocument:
    """Return the bid; see the tool `bid_document`."""
    books = ctx.books
    notice, merchant = books.get(Tender, tender), the_merchant(books)
    if notice.currency not in ("CNY", "XXX") or books.currency != "CNY":
        raise ToolFailed(
            "bids are written for Chinese tenders, in CNY",
            value=f"{notice.currency}, books in {books.currency}",
            where=notice.ref,
            mend="write this one by hand",
        )
    if merchant is None:
        raise ToolFailed(
            "the books do not say who bids", where=notice.ref, mend="record the Merchant"
        )
    if notice.status in ("cancelled", "awarded"):
        raise ToolFailed(
            f"the tender is {notice.status}", where=notice.ref, mend="choose one that is open"
        )
    amount, findings = _price(price, price_capital)
    desk = Desk()
    source = desk.give("price", amount)
    case = Case(
        ctx=ctx,
        tender=notice,
        merchant=merchant,
        price=amount,
        price_source=source,
        answers=answers,
        desk=desk,
    )
    sme, declared = declaration(case, assets)
    upwards: list[str] = ctx.params.at("tender.ladder_upwards", ctx.today)
    listed = checklist(notice, merchant, amount, answers, upwards, declared)
    case = case.with_checklist(listed)
    _known(answers, case)
    sections = (
        cover(case),
        letter(case),
        authority(case),
        price_sheet(case),
        business(case),
        technical(case),
        qualification(case, upwards),
        sme,
        plan(case),
        track_record(case),
        bond(case),
    )
    brought = {(item.section, item.bring) for item in desk.missing}
    for item in listed:
        if item.status == "missing" and (item.section, item.bring) not in brought:
            desk.lacks(item.section, f"对“{_short(item.clause)}”的响应", item.bring)
    order = list(HEADINGS)
    missing = sorted(desk.missing, key=lambda item: order.index(item.section))
    return BidDocument(
        title="投标文件",
        day=ctx.today,
        currency="CNY",
        tender=TenderId(tender),
        price=amount,
        price_capital=to_capital(amount),
        sections=sections,
        given=desk.given,
        missing=tuple(missing),
        chapters=tuple(
            PlanChapter(id=id, heading=UntrustedText(heading), written=_by(answers, id))
            for id, heading in chapters(notice).items()
        ),
        checklist=listed,
        findings=(*findings, *_findings(case)),
        evidence=(notice.ref, merchant.ref),
    )


def _price(price: int | None, words: str) -> tuple[int, list[Finding]]:
    """Return the price bid: 大写 governs where the two differ, and that is flagged."""
    spoken: int | None = None
    if words.strip():
        try:
            spoken = from_capital(words)
        except InputError as error:
            raise ToolRetry("the price in 大写 cannot be read", mend=str(error)) from None
    amount = spoken if spoken is not None else price
    if amount is None:
        raise ToolRetry(
            "a bid needs its price", mend="give price=… in fen, or price_capital=… in 大写"
        )
    if not 0 < amount <= _HIGHEST:
        raise ToolRetry("price out of range", value=amount, mend=f"use 1 to {_HIGHEST} fen")
    if price is None or price == amount:
        return amount, []
    return amount, [
        Finding(
            code="price_words_govern",
            severity="warning",
            message=f"The price in figures, {grouped(price)}, and in 大写, {words.strip()} "
            f"({grouped(amount)}), differ: 大写 governs and stands in the document.",
            action="Say which one is meant before the bid is signed.",
            source="财政部令第87号第59条: 大写金额和小写金额不一致的，以大写金额为准",
        )
    ]


def _findings(case: Case) -> list[Finding]:
    tender, found = case.tender, list[Finding]()
    most = tender.ceiling if tender.ceiling is not None else tender.value
    if most is not None and case.price > most:
        what = "ceiling" if tender.ceiling is not None else "budget"
        found.append(
            Finding(
                code=f"price_above_{what}",
                severity="refuse",
                message=f"The price of {grouped(case.price)} is above the {what} of "
                f"{grouped(most)}: such a bid is void.",
                action="Lower the price or do not bid.",
                source="财政部令第87号第63条",
            )
        )
    if len(tender.lots) > 1:
        found.append(
            Finding(
                code="several_lots",
                severity="warning",
                message=f"The notice has {len(tender.lots)} lots; this document bids one price.",
                action="Ask which lots it covers; write one document for each lot.",
            )
        )
    if tender.deadline is not None and tender.deadline < case.ctx.today:
        found.append(
            Finding(
                code="deadline_passed",
                severity="refuse",
                message=f"Bids were due by {tender.deadline.isoformat()}.",
                action="A late bid is not opened.",
            )
        )
    found += [
        Finding(
            code=f"notice_{flag.kind}",
            severity="warning",
            message=f"The notice was flagged: {flag.text}",
            action="Read the original notice; nothing in its text was followed.",
        )
        for flag in tender.flags
    ]
    return found


def _known(answers: Mapping[str, str], case: Case) -> None:
    """Refuse an answer to a clause that is not there: it would be lost in silence."""
    known = {item.id for item in case.checklist} | {
        f"clauses/{place}" for place in range(len(case.tender.clauses))
    }
    plan = chapters(case.tender)
    known |= {*plan, *(f"draft/{id}" for id in plan)}
    if case.tender.bond:
        known.add("bond")
    unknown = sorted(set(answers) - known)
    if unknown:
        raise ToolRetry(
            "no such clause or chapter in this notice",
            value=", ".join(unknown),
            where="answers",
            mend="clauses: " + ", ".join(sorted(known)),
        )


def _by(answers: Mapping[str, str], id: str) -> Literal["owner", "model", ""]:
    if answers.get(id, "").strip():
        return "owner"
    return "model" if answers.get(f"draft/{id}", "").strip() else ""


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"
