"""Checks of the parties: who passed the bill on, who accepted it, what stands behind it."""

from __future__ import annotations

from aicfo_sdk import grouped
from aicfo_sdk.model import Finding

from .case import DRAFT_LAW, Case, Found, refuse, warn
from .names import core_name, imitated, is_bank, plain_name


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
        if holder and plain_name(link.endorser) != plain_name(holder):
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
        holder, day = str(link.endorsee), max(day, link.day)
    ours = plain_name(case.merchant)
    if case.on_hand and ours and holder and plain_name(holder) != ours:
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
            "《商业汇票承兑、贴现与再贴现管理办法》",
        )
    return []


def acceptor_overdue(case: Case) -> Found:
    if case.overdue is None:
        return None
    acceptor = plain_name(case.bill.acceptor)
    if acceptor and any(plain_name(name) == acceptor for name in case.overdue):
        return refuse(
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
    return warn(
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
    return refuse(
        "acceptor_uscc",
        f"{code} is no 统一社会信用代码: its check character is wrong",
        "ask for the acceptor's code again",
        "GB 32100-2015",
    )


def trade_background(case: Case) -> Found:
    """An invoice or contract stands behind a bill (真实贸易背景)."""
    source, bill = DRAFT_LAW + "第十条", case.bill
    if not bill.invoices:
        return warn(
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
            found += warn(
                "trade_background",
                f"invoice {id} behind it is not in the books",
                "import it",
                source,
            )
        elif invoice.status != "normal":
            found += warn(
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
        return warn(
            "concentration",
            f"{acceptor} accepted {grouped(same)} of {grouped(total)} on hand "
            f"({same * 100 // total} %)",
            "pass on or discount bills of this acceptor first",
            "assumption: concentration limit",
        )
    return []
