"""Checks of the parties: who passed the bill on, who accepted it, what stands behind it."""

from __future__ import annotations

from aicfo_sdk import grouped
from aicfo_sdk.model import Finding

from .case import DRAFT_LAW, Case, Found, refuse, warn
from .imitation import imitation
from .names import core_name, is_bank, plain_name

_ORDER_4 = "《商业汇票承兑、贴现与再贴现管理办法》"


def transferable(case: Case) -> Found:
    bill = case.bill
    source = DRAFT_LAW + "第二十七、三十四条"
    if not bill.transferable and bill.endorsements:
        return refuse(
            "transferable",
            "the drawer marked it 不得转让, yet it was endorsed",
            "do not take it: whoever took it has no claim by endorsement",
            source,
        )
    if not bill.transferable or bill.circulation == "not_transferable":
        return warn(
            "transferable",
            "marked 不得转让: it can be neither endorsed nor discounted",
            "take it only to hold it to maturity",
            source,
        )
    return [
        finding
        for link in bill.endorsements
        if not link.transferable
        for finding in warn(
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
        if holder and not case.same(link.endorser, holder):
            found += refuse(
                "chain",
                f"endorsement {place} is by {link.endorser}, but the holder before was {holder}",
                "do not take it: its holder cannot prove title by a broken chain",
                source,
            )
        if link.day < day:
            found += refuse(
                "chain",
                f"endorsement {place} is dated {link.day}, before {day}",
                "do not take it",
                source,
            )
        if link.day > case.today:
            found += refuse(
                "chain",
                f"endorsement {place} is dated {link.day}, which is still to come",
                "do not take it",
                source,
            )
        holder, day = str(link.endorsee), max(day, link.day)
    if case.on_hand and case.merchant and holder and not case.same(holder, case.merchant):
        found += warn(
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
            found += warn(
                "chain_loop",
                f"it came back to {name}: {between} are free of recourse",
                "lawful; judge it by the acceptor and by who stands before the loop",
                DRAFT_LAW + "第六十九条",
            )
        if key:
            seen[key] = place
    return found


def acceptor_kind(case: Case) -> Found:
    bill = case.bill
    if bill.kind in ("bank", "supply_chain_bank") and not is_bank(bill.acceptor):
        return refuse(
            "acceptor_kind",
            f"a bank acceptance, but its acceptor {bill.acceptor} is no bank by its name",
            "look the acceptor up before taking it",
            _ORDER_4,
        )
    if bill.kind in ("trade", "supply_chain_trade") and core_name(bill.acceptor).endswith("银行"):
        return warn(
            "acceptor_kind",
            f"a trade acceptance, but its acceptor {bill.acceptor} is a bank by its name",
            "compare the kind with the bill system: a bank's acceptance is a bank bill",
            _ORDER_4,
        )
    return []


def acceptor_overdue(case: Case) -> Found:
    """By its name as written without spaces and signs, or by its code: names change."""
    if case.overdue is None:
        return None
    bill, acceptor = case.bill, plain_name(case.bill.acceptor)
    codes = case.codes_of(acceptor) | ({bill.acceptor_uscc} - {""})
    if acceptor and any(plain_name(name) == acceptor for name in case.overdue):
        found = f"{bill.acceptor} is"
    elif listed := codes & case.overdue_codes:
        found = f"{bill.acceptor} has the code {min(listed)}, which is"
    else:
        return []
    return refuse(
        "acceptor_overdue",
        f"{found} on the list of acceptors that pay late",
        "do not take it; ask for another bill or for money",
        "上海票据交易所 商业汇票信息披露: 承兑人逾期名单",
    )


def acceptor_name(case: Case) -> Found:
    bill, day = case.bill, case.today
    known = (*case.parties.values(), case.merchant)
    licensed = (
        *case.params.at("bill.known_banks", day),
        *case.params.at("bill.known_finance_companies", day),
    )
    found = imitation(bill.acceptor, licensed, known, case.params.at("bill.look_alike_ppm", day))
    if found is None or _known_by_code(case, found.of):
        return []
    return warn(
        "acceptor_name",
        f"{bill.acceptor} {found.how}" + (f": it looks like {found.of}" if found.of else ""),
        "look its 统一社会信用代码 up before taking the bill",
        "assumption: look-alike names",
    )


def _known_by_code(case: Case, core: str) -> bool:
    """Return whether the acceptor's code is that of the firm its name resembles: one firm."""
    code = case.bill.acceptor_uscc
    return any(core_name(name) == core and code in codes for name, codes in case.codes.items())


def acceptor_uscc(case: Case) -> Found:
    """The code is well formed, and the one that the books have for this name and no other."""
    bill = case.bill
    code, known = bill.acceptor_uscc, case.codes_of(bill.acceptor)
    if not code:
        return None
    from stdnum.cn import uscc

    if not uscc.is_valid(code):
        return refuse(
            "acceptor_uscc",
            f"{code} is no 统一社会信用代码: its check character is wrong",
            "ask for the acceptor's code again",
            "GB 32100-2015",
        )
    mend = "look the code up in the public register before taking the bill"
    if known and code not in known:
        return warn(
            "acceptor_uscc",
            f"{bill.acceptor} has the code {min(known)} in the books, the bill says {code}",
            mend,
            "GB 32100-2015: one code for one firm",
        )
    owners = [name for name, codes in case.codes.items() if code in codes]
    if owners and core_name(bill.acceptor) not in {core_name(name) for name in owners}:
        return warn(
            "acceptor_uscc",
            f"{code} belongs to {min(owners)} in the books, not to {bill.acceptor}",
            mend,
            "GB 32100-2015: one code for one firm",
        )
    return []


def concentration(case: Case) -> Found:
    if not case.on_hand:
        return []
    bill, limit = case.bill, case.params.at("bill.concentration_ppm", case.today)
    same, total, count = case.others.share(bill)
    # One acceptor is all there is while only one holding exists; that says nothing.
    if count > 1 and same * 1_000_000 > limit * total:
        return warn(
            "concentration",
            f"{core_name(bill.acceptor)} accepted {grouped(same)} of {grouped(total)} on hand "
            f"({same * 100 // total} %)",
            "pass on or discount bills of this acceptor first",
            "assumption: concentration limit",
        )
    return []
