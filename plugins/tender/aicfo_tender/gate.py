"""Whether the merchant may bid at all (资格审查): each requirement with what was found.

A finding refuses only what would void a bid; what is unusual or costly is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from aicfo_sdk import PPM, grouped, round_div, share
from aicfo_sdk.model import BidGate, Finding, Merchant, Tender, TenderId

from .qualifications import answer
from .reach import reach_ppm, same_currency, the_merchant, yearly_sales
from .words import normal

if TYPE_CHECKING:
    from aicfo_sdk import Context, Parameters

_SOON = 5
"""A bid takes days to write: fewer left than this are worth a warning."""


@dataclass(frozen=True, slots=True)
class Case:
    """A tender, the merchant, and what the checks compare; amounts in the books' minor units."""

    tender: Tender
    merchant: Merchant | None
    today: date
    currency: str
    cash: int
    sales: int
    params: Parameters

    @property
    def comparable(self) -> bool:
        """Whether the tender's amounts are in the books' currency."""
        return same_currency(self.tender, self.currency)

    @property
    def chinese(self) -> bool:
        """Whether Chinese tender law is the measure."""
        regime = self.tender.regime
        return regime in ("government_procurement", "tendering") or (
            regime == "" and self.tender.currency == "CNY"
        )

    def number(self, name: str) -> int:
        """Return a parameter of today."""
        return self.params.at(name, self.today)

    def cite(self, name: str) -> str:
        """Return a parameter's source, marked when nobody has verified it."""
        row = self.params.get(name, self.today)
        return row.source if row.verified else f"{row.source} [not verified]"


def bid_gate(ctx: Context, tender: str) -> BidGate:
    """Return the gate's answer for one tender; see the tool `bid_gate`."""
    books = ctx.books
    notice, merchant = books.get(Tender, tender), the_merchant(books)
    findings = check(
        Case(
            tender=notice,
            merchant=merchant,
            today=ctx.today,
            currency=books.currency,
            cash=books.balance(),
            sales=yearly_sales(books),
            params=ctx.params,
        )
    )
    return BidGate(
        tender=TenderId(tender),
        passed=all(finding.severity != "refuse" for finding in findings),
        findings=findings,
        evidence=(notice.ref, *((merchant.ref,) if merchant else ())),
    )


def check(case: Case) -> tuple[Finding, ...]:
    """Return every finding, refusals first, then warnings, then what is in order."""
    found = [finding for test in _CHECKS for finding in test(case)]
    order = ("refuse", "warning", "info")
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def _stage(case: Case) -> Iterator[Finding]:
    status = case.tender.status
    if status == "planning":
        yield _finding(
            "not_open_yet", "refuse", "The tender is announced, not open.", "Wait for the notice."
        )
    elif status != "open":
        yield _finding(
            "not_open", "refuse", f"The tender is {status}.", "Look for one that is open."
        )


def _deadline(case: Case) -> Iterator[Finding]:
    tender = case.tender
    if tender.deadline is None:
        yield _finding(
            "deadline_unknown",
            "warning",
            "The notice states no last day for bids.",
            "Ask the buyer or read the documents.",
        )
        return
    left = (tender.deadline - case.today).days
    day = tender.deadline.isoformat()
    if left < 0:
        yield _finding(
            "deadline_passed",
            "refuse",
            f"Bids were due by {day}, {-left} days ago.",
            "A late bid is not opened: look for another tender.",
        )
    elif left < _SOON:
        yield _finding(
            "deadline_near", "warning", f"Bids are due by {day}, in {left} days.", "Decide today."
        )
    else:
        yield _finding("deadline", "info", f"Bids are due by {day}, in {left} days.")
    given = (tender.deadline - tender.published).days
    if case.chinese and 0 <= given < case.number("tender.notice_min_days"):
        yield _finding(
            "notice_short",
            "warning",
            f"Only {given} days from notice to deadline.",
            "Ask whether the procedure allows it (询价 and 磋商 have shorter ones).",
            case.cite("tender.notice_min_days"),
        )


def _flags(case: Case) -> Iterator[Finding]:
    # The words that were found stay in the notice: only their kind is told on.
    for kind in dict.fromkeys(flag.kind for flag in case.tender.flags):
        yield _finding(
            f"notice_{kind}",
            "warning",
            f"The notice was flagged when it was read: {kind.replace('_', ' ')}.",
            "Read the original; take no account number or instruction from a notice.",
        )


def _qualifications(case: Case) -> Iterator[Finding]:
    held = case.merchant.qualifications if case.merchant else ()
    upwards: list[str] = case.params.at("tender.ladder_upwards", case.today)
    for required in case.tender.required:
        for found in answer(required, held, upwards):
            want = found.required
            if found.outcome == "met":
                yield _finding(
                    "qualification_met",
                    "info",
                    f"Required: {want}; held: {found.held}.",
                    "Check that the certificate is valid on the day of opening.",
                )
            elif found.outcome == "level_too_low":
                yield _finding(
                    "qualification_level",
                    "refuse",
                    f"Required: {want}; held only: {found.held}.",
                    "Bid in a consortium with a firm that holds it, if the documents allow one.",
                    case.cite("tender.ladder_upwards"),
                )
            elif found.outcome == "level_unknown":
                yield _finding(
                    "qualification_level_unknown",
                    "refuse",
                    f"Required: {want}; the level of {found.held} cannot be compared.",
                    "Record the level of the certificate in the Merchant's qualifications.",
                )
            else:
                why = "not among those recorded" if held else "the books record none at all"
                yield _finding(
                    "qualification_missing",
                    "refuse",
                    f"Required: {want}; {why}.",
                    "If you hold it, record it in the Merchant's qualifications; else do not bid.",
                )


def _size(case: Case) -> Iterator[Finding]:
    people = case.merchant.employees if case.merchant else 0
    suitable = case.tender.sme_suitable
    if people == 0 or suitable is None:
        return
    name = "tender.sme_max_employees" + ("_uk" if case.tender.regime == "uk" else "")
    small = people <= case.number(name)
    if suitable and small:
        yield _finding(
            "sme",
            "info",
            f"Marked as suitable for small and medium firms; {people} people.",
            "Enclose the SME declaration (中小企业声明函) where a price preference is given.",
            case.cite(name),
        )
    elif suitable:
        yield _finding(
            "sme_reserved",
            "warning",
            f"Marked for small and medium firms; with {people} people this one may be too large.",
            "Read whether it is reserved (专门面向中小企业).",
            case.cite(name),
        )
    elif small:
        yield _finding(
            "sme_not_suitable",
            "warning",
            f"The buyer does not mark it as suitable for small firms; {people} people.",
            "Look for lots, or bid as a subcontractor.",
            case.cite(name),
        )


def _limits(case: Case) -> Iterator[Finding]:
    tender = case.tender
    if case.chinese and tender.value:
        most = share(tender.value, case.number("tender.bond_max_ppm"))
        if tender.bond > most:
            yield _finding(
                "bond_above_limit",
                "warning",
                f"The bid bond of {grouped(tender.bond)} is above the limit of {grouped(most)}.",
                "Ask the buyer to lower it, or complain in time; a guarantee must be accepted.",
                case.cite("tender.bond_max_ppm"),
            )
    if not case.chinese:
        return
    for ppm, name, what in (
        (tender.performance_bond_ppm, "tender.performance_bond_max_ppm", "performance bond"),
        (tender.retention_ppm, "tender.retention_max_ppm", "retention"),
    ):
        if ppm > case.number(name):
            yield _finding(
                name.removeprefix("tender.").replace("max_ppm", "above_limit"),
                "warning",
                f"The {what} of {_percent(ppm)} is above the limit of "
                f"{_percent(case.number(name))}.",
                "Ask the buyer to lower it before bidding.",
                case.cite(name),
            )


def _weight(case: Case) -> Iterator[Finding]:
    tender = case.tender
    if not case.comparable:
        yield _finding(
            "other_currency",
            "warning",
            f"Amounts are in {tender.currency}, the books in {case.currency}: none was compared.",
            "Judge size and bond yourself.",
        )
        return
    if tender.bond > max(case.cash, 0):
        yield _finding(
            "bond_above_cash",
            "warning",
            f"The bid bond of {grouped(tender.bond)} is more than the cash of "
            f"{grouped(case.cash)}.",
            "Offer a guarantee (保函) in place of money.",
        )
    if tender.value is None:
        yield _finding(
            "value_unknown",
            "warning",
            "The notice states no value.",
            "Read the documents before deciding; the funding need cannot be sized without it.",
        )
        return
    capital = case.merchant.capital if case.merchant else 0
    most = share(capital, case.number("tender.value_to_capital_max_ppm"))
    if capital and tender.value > most:
        yield _finding(
            "value_above_capital",
            "warning",
            f"The value of {grouped(tender.value)} is more than {grouped(most)}, the usual "
            f"measure of a paid-in capital of {grouped(capital)}.",
            "Expect questions about capacity; think of a consortium.",
            case.cite("tender.value_to_capital_max_ppm"),
        )
    reach = reach_ppm(tender, case.sales, case.currency)
    if reach is not None and reach > case.number("tender.reach_far_ppm"):
        yield _finding(
            "value_above_sales",
            "warning",
            f"Worth {round_div(reach, PPM)} × a year's sales.",
            "Be ready to show people, machines and funding for it.",
            case.cite("tender.reach_far_ppm"),
        )


def _own(case: Case) -> Iterator[Finding]:
    name = normal(case.merchant.name) if case.merchant else ""
    if name and name == normal(case.tender.buyer):
        yield _finding(
            "own_tender",
            "refuse",
            "The buyer is the merchant itself.",
            "One may not bid to oneself.",
        )


_CHECKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    _stage,
    _deadline,
    _qualifications,
    _flags,
    _size,
    _limits,
    _weight,
    _own,
)


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:g} %"


def _finding(
    code: str,
    severity: Literal["info", "warning", "refuse"],
    message: str,
    action: str = "",
    source: str = "",
) -> Finding:
    return Finding(code=code, severity=severity, message=message, action=action, source=source)
