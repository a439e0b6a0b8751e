"""Steps of a bill in the bill system: from which pair of 票据状态 × 流通标志 to which.

A bill's state there is a pair. Each step has an application that locks (申请), an answer (签收)
and an end without one (拒绝, 撤回, 清退). Source of what is `verified`: the table of states of
divisible bills (等分化票据流转状态) that a maker of treasury software publishes for the
新一代票据业务系统 of 上海票据交易所. The words themselves and their codes are those of its
interface specification (票据业务系统直连接口规范, 概述分册) as public software quotes it; which of
them stand together from maturity on was found in no public source: an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .bill import BillCirculation, BillStatus

    Pair = tuple[BillStatus, BillCirculation]

ISSUED: Pair = ("issued", "pending")
ISSUED_LOCKED: Pair = ("issued", "locked")
ACCEPTED: Pair = ("accepted", "pending")
ACCEPTED_LOCKED: Pair = ("accepted", "locked")
FREE: Pair = ("received", "transferable")
BARRED: Pair = ("received", "not_transferable")
LOCKED: Pair = ("received", "locked")
PLEDGED: Pair = ("received", "pledged")
REDEEMABLE: Pair = ("received", "redeemable")
PRESENTED_EARLY: Pair = ("received", "collecting")
DUE: Pair = ("matured", "transferable")
DUE_BARRED: Pair = ("matured", "not_transferable")
DUE_PLEDGED: Pair = ("matured", "pledged")
PRESENTED: Pair = ("matured", "collecting")
CLAIMED: Pair = ("matured", "claimed")
DUE_ENDED: Pair = ("matured", "ended")
SETTLED: Pair = ("settled", "ended")
ENDED: Pair = ("terminated", "ended")

STATUS_ZH: Mapping[BillStatus, str] = MappingProxyType(
    {
        "issued": "已出票",
        "accepted": "已承兑",
        "received": "已收票",
        "matured": "已到期",
        "terminated": "已终止",
        "settled": "已结清",
    }
)
CIRCULATION_ZH: Mapping[BillCirculation, str] = MappingProxyType(
    {
        "pending": "待收票",
        "locked": "已锁定",
        "transferable": "可流通",
        "not_transferable": "不可转让",
        "pledged": "已质押",
        "redeemable": "待赎回",
        "collecting": "托收在途",
        "claimed": "追索中",
        "ended": "已结束",
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name in the bill system, where it may begin and where it then leads."""

    zh: str
    before: tuple[Pair, ...]
    after: tuple[Pair, ...]
    verified: bool = True
    divides: bool = False
    """Whether it may be made with a part of the holding (a sub-range)."""


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "cancel": Step("撤票, 出票信息清退", (ISSUED, ACCEPTED), (ENDED,)),
        "ask_acceptance": Step("提示承兑申请", (ISSUED,), (ISSUED_LOCKED,)),
        "accept": Step("提示承兑签收", (ISSUED_LOCKED,), (ACCEPTED,)),
        "end_acceptance": Step("提示承兑终止", (ISSUED_LOCKED,), (ISSUED,)),
        "clear_acceptance": Step("提示承兑清退", (ISSUED_LOCKED, ACCEPTED), (ENDED,)),
        "ask_receipt": Step("提示收票申请", (ACCEPTED, ACCEPTED_LOCKED), (ACCEPTED_LOCKED,)),
        "receive": Step("提示收票签收", (ACCEPTED_LOCKED,), (FREE, BARRED)),
        "end_receipt": Step("提示收票终止", (ACCEPTED_LOCKED,), (ACCEPTED,)),
        "clear_receipt": Step("提示收票清退", (ACCEPTED_LOCKED,), (ENDED,)),
        "ask_endorsement": Step("转让背书申请", (FREE, LOCKED), (LOCKED,), divides=True),
        "endorse": Step("转让背书签收", (LOCKED,), (FREE, BARRED)),
        "end_endorsement": Step("转让背书终止, 清退", (LOCKED,), (FREE,)),
        "ask_discount": Step("买断式贴现申请", (FREE,), (LOCKED,), divides=True),
        "discount": Step("买断式贴现签收", (LOCKED,), (FREE, BARRED)),
        "end_discount": Step("买断式贴现终止", (LOCKED,), (FREE,)),
        "ask_pledge": Step("质押申请", (FREE,), (LOCKED,), verified=False, divides=True),
        "pledge": Step("质押签收", (LOCKED,), (PLEDGED,), verified=False),
        "release_pledge": Step("质押解除", (PLEDGED,), (FREE,), verified=False),
        "repo_discount": Step("回购式贴现签收", (LOCKED,), (REDEEMABLE,), verified=False),
        "redeem": Step("回购式贴现赎回", (REDEEMABLE,), (FREE,), verified=False),
        "present_early": Step(
            "期前提示付款申请", (FREE, BARRED), (PRESENTED_EARLY,), verified=False
        ),
        "refuse_early": Step(
            "期前提示付款拒付", (PRESENTED_EARLY,), (FREE, BARRED), verified=False
        ),
        "mature": Step("到期", (FREE, BARRED), (DUE, DUE_BARRED), verified=False),
        "mature_pledged": Step("到期 (质押中)", (PLEDGED,), (DUE_PLEDGED,), verified=False),
        "present": Step(
            "提示付款申请",
            (FREE, BARRED, DUE, DUE_BARRED, DUE_ENDED),
            (PRESENTED,),
            verified=False,
        ),
        "present_pledged": Step(
            "质权人提示付款", (PLEDGED, DUE_PLEDGED), (PRESENTED,), verified=False
        ),
        "pay": Step(
            "提示付款签收, 结清", (LOCKED, PRESENTED_EARLY, PRESENTED), (SETTLED,), verified=False
        ),
        "refuse_payment": Step(
            "提示付款拒付", (LOCKED, PRESENTED), (DUE, DUE_BARRED), verified=False
        ),
        "claim": Step("追索", (FREE, BARRED, DUE, DUE_BARRED), (CLAIMED,), verified=False),
        "end_claim": Step("追索撤回", (CLAIMED,), (DUE, DUE_BARRED), verified=False),
        "settle_claim": Step("同意清偿", (CLAIMED,), (DUE, DUE_BARRED), verified=False),
        "pay_claim": Step("同意清偿, 结清", (CLAIMED,), (SETTLED,), verified=False),
        "expire": Step("到期结束", (DUE, DUE_BARRED, PRESENTED), (DUE_ENDED,), verified=False),
        "void": Step(
            "除权判决等终止",
            (FREE, BARRED, LOCKED, PLEDGED, DUE, DUE_BARRED, PRESENTED, CLAIMED),
            (ENDED,),
            verified=False,
        ),
    }
)
"""Every step after the registration (出票信息登记), which leads to `ISSUED`."""

PAIRS: frozenset[Pair] = frozenset(
    {ISSUED, *(pair for step in STEPS.values() for pair in (*step.before, *step.after))}
)
"""Every pair that occurs."""


def said(status: BillStatus, circulation: BillCirculation) -> str:
    """Return a pair as the bill system shows it: 已收票/可流通."""
    return f"{STATUS_ZH[status]}/{CIRCULATION_ZH[circulation]}"


def possible(pair: Pair) -> tuple[str, ...]:
    """Return the names of the steps that may begin in a pair."""
    return tuple(name for name, step in STEPS.items() if pair in step.before)


@cache
def reachable(pair: Pair) -> frozenset[Pair]:
    """Return the pairs that some chain of steps leads to from a pair, and the pair itself."""
    reached, front = {pair}, [pair]
    while front:
        at = front.pop()
        found = {pair for name in possible(at) for pair in STEPS[name].after} - reached
        reached |= found
        front += found
    return frozenset(reached)


def after(step: str, pair: Pair, *, transferable: bool = True, where: str = "") -> Pair:
    """Return the pair that a step leads to; `transferable` False is a bill marked 不得转让.

    Raises: LedgerError when the step may not begin there, naming those that may.
    """
    found = STEPS[step]
    if pair not in found.before:
        open_to = ", ".join(f"{name} ({STEPS[name].zh})" for name in possible(pair))
        raise LedgerError(
            f"no {step} ({found.zh}) of a bill in this state",
            value=said(*pair),
            where=where,
            mend=f"possible now: {open_to}" if open_to else "nothing is possible any more",
        )
    if len(found.after) == 1 or transferable:
        return found.after[0]
    return found.after[1]
