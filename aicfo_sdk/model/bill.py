"""Commercial bills (商业汇票) and what discounting them costs.

A new-generation bill is a package (票据包) of units of 0.01 yuan; a holding is a sub-range of
it. Source: 上海票据交易所 新一代票据业务系统 rules as summarised in docs/bill-rules.md.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import FenPositive, Ppm
from .base import EvidenceIds, Frozen, Record
from .bill_steps import PAIRS, said
from .text import UntrustedText

AcceptorClass = Literal[
    "state_bank",  # 国有大行
    "joint_stock_bank",  # 股份制银行
    "city_bank",  # 城商行
    "rural_bank",  # 农商行
    "finance_company",  # 财务公司
    "strong_trade",  # 强商票
    "weak_trade",  # 弱商票
]

BillStatus = Literal["issued", "accepted", "received", "matured", "terminated", "settled"]
"""票据状态: 已出票, 已承兑, 已收票, 已到期, 已终止, 已结清."""

BillCirculation = Literal[
    "pending",  # 待收票
    "locked",  # 已锁定
    "transferable",  # 可流通
    "not_transferable",  # 不可转让
    "pledged",  # 已质押
    "redeemable",  # 待赎回
    "collecting",  # 托收在途
    "claimed",  # 追索中
    "ended",  # 已结束
]
"""流通标志."""


class Endorsement(Frozen):
    """One link of an endorsement chain (背书)."""

    day: date = Field(description="Day of the endorsement.")
    endorser: UntrustedText = Field(description="Who passed the bill on (背书人).")
    endorsee: UntrustedText = Field(description="Who received it (被背书人).")
    transferable: bool = Field(default=True, description="False when marked 不得转让.")


class Bill(Record):
    """A bill or sub-range that the merchant holds, or issued (票据)."""

    KNOWN: ClassVar[str] = "updated"

    updated: date = Field(description="Day of this state.")
    number: str = Field(description="票据号码: 30 digits, as written.")
    kind: Literal["bank", "trade", "supply_chain_bank", "supply_chain_trade"] = Field(
        description="银行承兑, 商业承兑, 供应链票据 (bank or trade accepted)."
    )
    range_start: int = Field(
        default=0, ge=0, description="First 0.01-yuan unit; 0 = not splittable."
    )
    range_end: int = Field(default=0, ge=0, description="Last 0.01-yuan unit; 0 = not splittable.")
    face: FenPositive = Field(description="Amount of this holding in fen.")
    issued: date = Field(description="Day of issue (出票日).")
    matures: date = Field(description="Day of maturity (到期日).")
    drawer: UntrustedText = Field(description="出票人.")
    acceptor: UntrustedText = Field(description="承兑人.")
    acceptor_class: AcceptorClass | None = Field(
        default=None, description="Class of the acceptor, when known; prices the discount."
    )
    acceptor_uscc: str = Field(
        default="", description="统一社会信用代码 of the acceptor, or empty."
    )
    guarantor: UntrustedText = Field(
        default=UntrustedText(""), description="保证人: who answers beside the acceptor, or empty."
    )
    payee: UntrustedText = Field(default=UntrustedText(""), description="收款人 at issue.")
    endorsements: tuple[Endorsement, ...] = Field(default=(), description="Chain, oldest first.")
    transferable: bool = Field(default=True, description="False when marked 不得转让.")
    side: Literal["receivable", "payable"] = Field(
        default="receivable", description="Owed to the merchant (应收), or by it (应付)."
    )
    held: Literal["held", "pledged", "endorsed", "discounted", "settled"] = Field(
        default="held",
        description="What became of it; endorsed and discounted bills are contingent liabilities.",
    )
    recourse: bool = Field(
        default=True,
        description="Whether who took it may come back to the merchant (追索权), once passed on.",
    )
    status: BillStatus = Field(default="received", description="票据状态.")
    circulation: BillCirculation = Field(default="transferable", description="流通标志.")
    received: date | None = Field(default=None, description="Day the merchant received it.")
    received_from: str = Field(default="", description="Id of the Counterparty it came from.")
    invoices: EvidenceIds = Field(
        default=(), description="Ids of invoices or contracts behind it (贸易背景)."
    )

    @property
    def splittable(self) -> bool:
        """Whether the holding may be divided at 0.01 yuan."""
        return self.range_end > 0

    @property
    def over(self) -> bool:
        """Whether nobody owes anything on it any more: 已结清, or 已终止."""
        return self.status in ("settled", "terminated")

    @property
    def state_said(self) -> str:
        """The state as the bill system shows it, 票据状态/流通标志."""
        return said(self.status, self.circulation)

    @property
    def state_occurs(self) -> bool:
        """Whether 票据状态 and 流通标志 ever stand together: docs/bill-rules.md, states."""
        return (self.status, self.circulation) in PAIRS


class DiscountQuote(Record):
    """What an institution charges to discount bills of a class and tenor (贴现报价)."""

    KNOWN: ClassVar[str] = "day"

    day: date = Field(description="Day of the quote.")
    valid_until: date = Field(description="Last day on which it can be taken.")
    institution: str = Field(description="Who buys the bill.")
    acceptor_class: AcceptorClass = Field(description="Class of acceptor it is for.")
    tenor_days: int = Field(ge=1, le=366, description="Longest remaining tenor it covers, days.")
    rate_ppm: Ppm = Field(description="Annual discount rate, ppm, actual/360.")
    fee: int = Field(default=0, ge=0, description="Fixed fee per deal, fen.")


class OverdueAcceptor(Record):
    """A firm on the official list of acceptors that pay late (承兑人逾期名单), as published.

    The list of a month names who had three late bills or more within six months and was late, or
    overdue, in that month; a firm that a later list no longer names has a later state here.
    Source: 上海票据交易所 商业汇票信息披露.
    """

    KNOWN: ClassVar[str] = "published"

    published: date = Field(description="Day on which the list that says so came out.")
    name: UntrustedText = Field(description="Name of the acceptor.")
    uscc: str = Field(default="", description="统一社会信用代码, or empty.")
    listed: bool = Field(default=True, description="Whether that list names it.")
    barred_until: date | None = Field(
        default=None,
        description="Last day on which no institution takes its bills (持续逾期), if any.",
    )

    def shunned(self, day: date) -> bool:
        """Return whether its bills are refused on `day`, as far as this state says."""
        return self.listed or (self.barred_until is not None and self.barred_until >= day)
