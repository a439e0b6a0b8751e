"""Checks of the paper itself: its number, units, dates and state."""

from __future__ import annotations

import re
from datetime import date, timedelta

from aicfo_sdk import grouped
from aicfo_sdk.model import Bill, Finding

from .case import DRAFT_LAW, EXCHANGE, Case, Found, refuse, warn

_DIGITS: dict[str, str] = {
    "1": "bank",
    "2": "trade",
    "5": "bank",
    "6": "trade",
    "7": "supply_chain_trade",
    "8": "supply_chain_bank",
}
_OLD = frozenset("12")  # 电子商业汇票系统 (ECDS), before packages
_NUMBER = re.compile(r"[0-9]{30}", re.ASCII)


def number_format(case: Case) -> Found:
    number = case.bill.number
    if not _NUMBER.fullmatch(number):
        return refuse(
            "number_format",
            f"bill number {number!r} is not 30 digits",
            "ask for the number as the bill system shows it",
            EXCHANGE,
        )
    if number[0] not in _DIGITS:
        return refuse(
            "number_format",
            f"bill number begins with {number[0]}; known kinds begin with 1, 2, 5, 6, 7 or 8",
            "compare with the bill system",
            EXCHANGE,
        )
    return []


def number_kind(case: Case) -> Found:
    bill = case.bill
    kind = _DIGITS.get(bill.number[:1]) if _NUMBER.fullmatch(bill.number) else None
    if kind is None:
        return None
    if kind != bill.kind:
        return refuse(
            "number_kind",
            f"digit 1 of the number ({bill.number[0]}) says {kind}, the bill says {bill.kind}",
            "do not take it before the bill system shows the same kind",
            EXCHANGE,
        )
    return []


def number_date(case: Case) -> Found:
    bill = case.bill
    if not _NUMBER.fullmatch(bill.number):
        return None
    text = bill.number[13:21]
    try:
        registered = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return refuse(
            "number_date", f"digits 14-21 ({text}) are no date", "do not take it", EXCHANGE
        )
    if registered == bill.issued:
        return []
    message = f"digits 14-21 say registered {registered}, the bill says issued {bill.issued}"
    mend = "compare with the bill system"
    if registered > bill.issued:
        return refuse("number_date", message, mend, EXCHANGE)
    return warn("number_date", message, mend, EXCHANGE)


def check_digit(case: Case) -> Found:
    if case.check_digit is None or not _NUMBER.fullmatch(case.bill.number):
        return None
    if case.check_digit(case.bill.number):
        return []
    return refuse(
        "check_digit",
        f"check digit {case.bill.number[-1]} does not fit the number",
        "do not take it",
        EXCHANGE,
    )


def sub_range(case: Case) -> Found:
    bill = case.bill
    start, end = bill.range_start, bill.range_end
    if not bill.splittable:
        if start:
            return refuse("sub_range", f"sub-range {start}-0 has no end", "ask again", EXCHANGE)
        return []
    if bill.number[:1] in _OLD:
        return refuse(
            "sub_range",
            f"a bill of the old system (number begins with {bill.number[0]}) has no sub-range, "
            f"but {start}-{end} is given",
            "compare with the bill system",
            EXCHANGE,
        )
    if start < 1 or end < start:
        return refuse(
            "sub_range", f"{start}-{end} is not a range of units from 1 up", "ask again", EXCHANGE
        )
    if end - start + 1 != bill.face:
        return refuse(
            "sub_range",
            f"sub-range {start}-{end} is worth {grouped(end - start + 1)}, "
            f"the bill says {grouped(bill.face)}",
            "do not take it before both agree",
            EXCHANGE,
        )
    return []


def package_limit(case: Case) -> Found:
    limit = case.params.at("bill.package_limit", case.today)
    most = max(case.bill.face, case.bill.range_end)
    if most > limit:
        return refuse(
            "package_limit",
            f"the package reaches {grouped(most)}, more than {grouped(limit)}",
            "do not take it",
            EXCHANGE,
        )
    return []


def overlap(case: Case) -> Found:
    """Two holdings of one package that share units: one of them cannot be real."""
    if not case.on_hand:
        return []
    bill, found = case.bill, list[Finding]()
    for other in case.others.of_package(bill.number):
        if other.id == bill.id:
            continue
        if not (bill.splittable and other.splittable) or (
            bill.range_start <= other.range_end and other.range_start <= bill.range_end
        ):
            found += refuse(
                "overlap",
                f"{_units(bill)} and {_units(other)} (bill {other.id}) share units of one package",
                "ask the bill system which of the two exists",
                EXCHANGE,
            )
    return found


def tenor(case: Case) -> Found:
    bill = case.bill
    months = case.params.get("bill.tenor_months", bill.issued)
    if bill.issued > case.today:
        return refuse(
            "tenor",
            f"issued {bill.issued}, which is still to come on {case.today}",
            "do not take it",
            DRAFT_LAW,
        )
    if bill.matures <= bill.issued:
        return refuse(
            "tenor",
            f"matures {bill.matures}, not after its issue {bill.issued}",
            "do not take it",
            DRAFT_LAW,
        )
    last = add_months(bill.issued, months.value)
    if bill.matures > last:
        return refuse(
            "tenor",
            f"issued {bill.issued}, matures {bill.matures}: longer than {months.value} months "
            f"(until {last})",
            "do not take it",
            months.source,
        )
    return []


def state(case: Case) -> Found:
    bill = case.bill
    if not bill.state_occurs:
        return refuse(
            "state",
            f"{bill.state_said}: this 票据状态 never stands with this 流通标志",
            "ask the bill system for its state",
            EXCHANGE,
        )
    if case.on_hand and bill.circulation == "locked":
        return warn(
            "state",
            "locked: an endorsement, discount or pledge of it is not finished",
            "finish or withdraw that first",
            EXCHANGE,
        )
    if case.on_hand and bill.status in ("issued", "accepted"):
        return warn(
            "state", f"not yet signed for: its state is {bill.state_said}", "sign for it", EXCHANGE
        )
    if case.on_hand and bill.circulation == "claimed":
        return warn(
            "state",
            f"its payment was refused, and it is claimed: {bill.state_said}",
            "do not count on it at maturity",
            EXCHANGE,
        )
    return []


def maturity(case: Case) -> Found:
    """Matured bills are presented inside the window, or recourse is lost."""
    bill, today = case.bill, case.today
    presented = bill.over or bill.circulation in ("collecting", "claimed")
    if not case.on_hand or presented:
        return []
    days: int = case.params.at("bill.presentment_days", bill.matures)
    last, source = bill.matures + timedelta(days=days), DRAFT_LAW + "第五十三、六十五条"
    if today > last:
        return refuse(
            "maturity",
            f"matured {bill.matures}; the time to present it ended {last}",
            "present it at once with an explanation: only drawer and acceptor still answer for it",
            source,
        )
    if today >= bill.matures:
        return warn(
            "maturity",
            f"matured {bill.matures}; present it until {last}, {(last - today).days} days left",
            "present it now (提示付款): later, recourse against the endorsers is lost",
            source,
        )
    notice: int = case.params.at("bill.notice_days", today)
    if (bill.matures - today).days <= notice:
        return [
            Finding(
                code="maturity",
                severity="info",
                message=f"matures {bill.matures}; present it from then until {last}",
                action="prepare the presentment",
                source=source,
            )
        ]
    return []


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_after = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_after - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _units(bill: Bill) -> str:
    return f"{bill.range_start}-{bill.range_end}" if bill.splittable else "the whole bill"
