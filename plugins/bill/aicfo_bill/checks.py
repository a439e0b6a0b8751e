"""The single checks of a bill: each returns what it found, or says that it could not look.

Every check takes a `Case` and returns findings; an empty answer means that nothing is wrong,
`None` that the check could not be made, which proves nothing. Rules: docs/bill-rules.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from aicfo_sdk import Parameters, grouped
from aicfo_sdk.model import Bill, Finding, Invoice

from .names import core_name, imitated, is_bank, plain_name

Severity = Literal["info", "warning", "refuse"]
Found = list[Finding] | None

DRAFT_LAW = "《票据法》"
EXCHANGE = "上海票据交易所 新一代票据业务系统"

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
_PAIRS = frozenset(
    {
        ("issued", "pending"),
        ("issued", "locked"),
        ("accepted", "pending"),
        ("accepted", "locked"),
        ("received", "transferable"),
        ("received", "not_transferable"),
        ("received", "locked"),
        ("terminated", "ended"),
    }
)


@dataclass(frozen=True, slots=True)
class Case:
    """A bill with everything its checks look at.

    `others` are the merchant's other bills, `invoices` the invoices in the books by id,
    `overdue` the names on the exchange's overdue list (持续逾期名单), None when no list was
    given. `check_digit` judges the 30th digit: no algorithm is public, so there is none here.
    """

    bill: Bill
    today: date
    params: Parameters
    merchant: str = ""
    others: Sequence[Bill] = ()
    names: Sequence[str] = ()
    invoices: Mapping[str, Invoice] = field(default_factory=dict[str, Invoice])
    overdue: Sequence[str] | None = None
    check_digit: Callable[[str], bool] | None = None

    @property
    def on_hand(self) -> bool:
        """Whether the merchant holds it as an asset, free or pledged."""
        return self.bill.side == "receivable" and self.bill.held in ("held", "pledged")


def number_format(case: Case) -> Found:
    number = case.bill.number
    if not _NUMBER.fullmatch(number):
        return _refuse(
            "number_format",
            f"bill number {number!r} is not 30 digits",
            "ask for the number as the bill system shows it",
            EXCHANGE,
        )
    if number[0] not in _DIGITS:
        return _refuse(
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
        return _refuse(
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
        return _refuse(
            "number_date", f"digits 14-21 ({text}) are no date", "do not take it", EXCHANGE
        )
    if registered == bill.issued:
        return []
    message = f"digits 14-21 say registered {registered}, the bill says issued {bill.issued}"
    mend = "compare with the bill system"
    if registered > bill.issued:
        return _refuse("number_date", message, mend, EXCHANGE)
    return _warn("number_date", message, mend, EXCHANGE)


def check_digit(case: Case) -> Found:
    if case.check_digit is None or not _NUMBER.fullmatch(case.bill.number):
        return None
    if case.check_digit(case.bill.number):
        return []
    return _refuse(
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
            return _refuse("sub_range", f"sub-range {start}-0 has no end", "ask again", EXCHANGE)
        return []
    if bill.number[:1] in _OLD:
        return _refuse(
            "sub_range",
            f"a bill of the old system (number begins with {bill.number[0]}) has no sub-range, "
            f"but {start}-{end} is given",
            "compare with the bill system",
            EXCHANGE,
        )
    if start < 1 or end < start:
        return _refuse(
            "sub_range", f"{start}-{end} is not a range of units from 1 up", "ask again", EXCHANGE
        )
    if end - start + 1 != bill.face:
        return _refuse(
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
        return _refuse(
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
    for other in case.others:
        if (
            other.id == bill.id
            or other.number != bill.number
            or other.side != "receivable"
            or other.held not in ("held", "pledged")
        ):
            continue
        if not (bill.splittable and other.splittable) or (
            bill.range_start <= other.range_end and other.range_start <= bill.range_end
        ):
            found += _refuse(
                "overlap",
                f"{_units(bill)} and {_units(other)} (bill {other.id}) share units of one package",
                "ask the bill system which of the two exists",
                EXCHANGE,
            )
    return found


def tenor(case: Case) -> Found:
    bill = case.bill
    months = case.params.get("bill.tenor_months", bill.issued)
    if bill.matures <= bill.issued:
        return _refuse(
            "tenor",
            f"matures {bill.matures}, not after its issue {bill.issued}",
            "do not take it",
            DRAFT_LAW,
        )
    last = add_months(bill.issued, months.value)
    if bill.matures > last:
        return _refuse(
            "tenor",
            f"issued {bill.issued}, matures {bill.matures}: longer than {months.value} months "
            f"(until {last})",
            "do not take it",
            months.source,
        )
    return []


def transferable(case: Case) -> Found:
    bill = case.bill
    source = DRAFT_LAW + "第二十七、三十四条"
    if not bill.transferable and bill.endorsements:
        return _refuse(
            "transferable",
            "the drawer marked it 不得转让, yet it was endorsed",
            "do not take it: whoever took it has no claim by endorsement",
            source,
        )
    if not bill.transferable or bill.circulation == "not_transferable":
        return _warn(
            "transferable",
            "marked 不得转让: it can be neither endorsed nor discounted",
            "take it only to hold it to maturity",
            source,
        )
    return [
        finding
        for link in bill.endorsements
        if not link.transferable
        for finding in _warn(
            "transferable",
            f"{link.endorser} endorsed it with 不得转让 on {link.day}",
            "it answers to its own endorsee alone: count it out of the recourse",
            source,
        )
    ]


def chain(case: Case) -> Found:
    """Endorsee k is endorser k + 1, from the payee to the merchant, in the order of days."""
    bill, found = case.bill, list[Finding]()
    holder, day, source = str(bill.payee), bill.issued, DRAFT_LAW + "第三十一条"
    for place, link in enumerate(bill.endorsements, 1):
        if holder and plain_name(link.endorser) != plain_name(holder):
            found += _refuse(
                "chain",
                f"endorsement {place} is by {link.endorser}, but the holder before was {holder}",
                "do not take it: its holder cannot prove title by a broken chain",
                source,
            )
        if link.day < day:
            found += _refuse(
                "chain",
                f"endorsement {place} is dated {link.day}, before {day}",
                "do not take it",
                source,
            )
        holder, day = str(link.endorsee), max(day, link.day)
    ours = plain_name(case.merchant)
    if case.on_hand and ours and holder and plain_name(holder) != ours:
        found += _warn(
            "chain",
            f"the last holder of the chain is {holder}, not {case.merchant}",
            "check in the bill system that it was signed for (签收)",
            source,
        )
    return found


def chain_loop(case: Case) -> Found:
    """Endorsing back (回头背书) is lawful, but frees the parties in between."""
    bill = case.bill
    holders = [str(bill.drawer), str(bill.payee), *(str(e.endorsee) for e in bill.endorsements)]
    seen: dict[str, int] = {}
    found = list[Finding]()
    for place, name in enumerate(holders):
        key = plain_name(name)
        if key and key in seen and place - seen[key] > 1:
            between = "、".join(holders[seen[key] + 1 : place])
            found += _warn(
                "chain_loop",
                f"it came back to {name}: {between} are free of recourse",
                "lawful; judge it by the acceptor and by who stands before the loop",
                DRAFT_LAW + "第六十九条",
            )
        if key:
            seen[key] = place
    return found


def state(case: Case) -> Found:
    bill = case.bill
    if (bill.status, bill.circulation) not in _PAIRS:
        return _refuse(
            "state",
            f"票据状态 {bill.status} never stands with 流通标志 {bill.circulation}",
            "ask the bill system for its state",
            EXCHANGE,
        )
    if case.on_hand and bill.circulation == "locked":
        return _warn(
            "state",
            "locked: an endorsement, discount or pledge of it is not finished",
            "finish or withdraw that first",
            EXCHANGE,
        )
    if case.on_hand and bill.status != "received":
        return _warn(
            "state", f"not yet signed for: its state is {bill.status}", "sign for it", EXCHANGE
        )
    return []


def acceptor_kind(case: Case) -> Found:
    bill = case.bill
    if bill.kind in ("bank", "supply_chain_bank") and not is_bank(bill.acceptor):
        return _refuse(
            "acceptor_kind",
            f"a bank acceptance, but its acceptor {bill.acceptor} is no bank by its name",
            "look the acceptor up before taking it",
            "《商业汇票承兑、贴现与再贴现管理办法》",
        )
    return []


def acceptor_overdue(case: Case) -> Found:
    if case.overdue is None:
        return None
    acceptor = plain_name(case.bill.acceptor)
    if acceptor and any(plain_name(name) == acceptor for name in case.overdue):
        return _refuse(
            "acceptor_overdue",
            f"{case.bill.acceptor} is on the list of acceptors that pay late",
            "do not take it; ask for another bill or for money",
            "上海票据交易所 商业汇票信息披露: 承兑人逾期名单",
        )
    return []


def acceptor_name(case: Case) -> Found:
    likeness = case.params.at("bill.look_alike_ppm", case.today)
    banks: list[str] = case.params.at("bill.known_banks", case.today)
    found = imitated(case.bill.acceptor, (*banks, *case.names), likeness)
    if found is None:
        return []
    return _warn(
        "acceptor_name",
        f"{core_name(case.bill.acceptor)} looks like {found[0]} ({found[1] / 10_000:.0f} % alike) "
        "but is not it",
        "look its 统一社会信用代码 up before taking the bill",
        "assumption: look-alike names",
    )


def acceptor_uscc(case: Case) -> Found:
    code = case.bill.acceptor_uscc
    if not code:
        return None
    from stdnum.cn import uscc

    if uscc.is_valid(code):
        return []
    return _refuse(
        "acceptor_uscc",
        f"{code} is no 统一社会信用代码: its check character is wrong",
        "ask for the acceptor's code again",
        "GB 32100-2015",
    )


def trade_background(case: Case) -> Found:
    """An invoice or contract stands behind a bill (真实贸易背景)."""
    source, bill = DRAFT_LAW + "第十条", case.bill
    if not bill.invoices:
        return _warn(
            "trade_background",
            "no invoice or contract stands behind it",
            "file the invoice with it: a discount asks for it",
            source,
        )
    found = list[Finding]()
    for ref in bill.invoices:
        kind, _, id = ref.rpartition(":")
        if kind not in ("", "Invoice"):
            continue
        invoice = case.invoices.get(id)
        if invoice is None:
            found += _warn(
                "trade_background",
                f"invoice {id} behind it is not in the books",
                "import it",
                source,
            )
        elif invoice.status != "normal":
            found += _warn(
                "trade_background",
                f"invoice {id} behind it is {invoice.status}",
                "ask what stands behind the bill now",
                source,
            )
    return found


def concentration(case: Case) -> Found:
    if not case.on_hand:
        return []
    bill, limit = case.bill, case.params.at("bill.concentration_ppm", case.today)
    held = {other.id: other for other in (*case.others, bill)}.values()
    mine = [b for b in held if b.side == "receivable" and b.held in ("held", "pledged")]
    acceptor = core_name(bill.acceptor)
    same = sum(b.face for b in mine if core_name(b.acceptor) == acceptor)
    total = sum(b.face for b in mine)
    # One acceptor is all there is while only one holding exists; that says nothing.
    if len(mine) > 1 and same * 1_000_000 > limit * total:
        return _warn(
            "concentration",
            f"{acceptor} accepted {grouped(same)} of {grouped(total)} on hand "
            f"({same * 100 // total} %)",
            "pass on or discount bills of this acceptor first",
            "assumption: concentration limit",
        )
    return []


def maturity(case: Case) -> Found:
    """Matured bills are presented inside the window, or recourse is lost."""
    bill, today = case.bill, case.today
    if not case.on_hand:
        return []
    days: int = case.params.at("bill.presentment_days", bill.matures)
    last, source = bill.matures + timedelta(days=days), DRAFT_LAW + "第五十三、六十五条"
    if today > last:
        return _refuse(
            "maturity",
            f"matured {bill.matures}; the time to present it ended {last}",
            "present it at once with an explanation: only drawer and acceptor still answer for it",
            source,
        )
    if today >= bill.matures:
        return _warn(
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


CHECKS: dict[str, Callable[[Case], Found]] = {
    check.__name__: check
    for check in (
        number_format,
        number_kind,
        number_date,
        check_digit,
        sub_range,
        package_limit,
        overlap,
        tenor,
        transferable,
        chain,
        chain_loop,
        state,
        acceptor_kind,
        acceptor_overdue,
        acceptor_name,
        acceptor_uscc,
        trade_background,
        concentration,
        maturity,
    )
}
"""Every check by its code, in the order in which findings are listed."""


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_after = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_after - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _units(bill: Bill) -> str:
    return f"{bill.range_start}-{bill.range_end}" if bill.splittable else "the whole bill"


def _refuse(code: str, message: str, action: str, source: str) -> list[Finding]:
    return [Finding(code=code, severity="refuse", message=message, action=action, source=source)]


def _warn(code: str, message: str, action: str, source: str) -> list[Finding]:
    return [Finding(code=code, severity="warning", message=message, action=action, source=source)]
