"""Tenders (招标): one record per contracting process, releases merged.

What a notice says beyond its summary (clauses, scoring table, lots) is kept in the parts below.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import FenNonNegative, PpmNonNegative
from .base import Frozen, Record
from .text import UntrustedText


class Milestone(Frozen):
    """A payment the buyer makes: share of the price so many days after the contract starts."""

    share_ppm: PpmNonNegative = Field(description="Share of the contract price, ppm.")
    after_days: int = Field(ge=0, le=3650, description="Days after contract start it falls due.")


Procedure = Literal[
    "open", "invited", "consultation", "negotiation", "inquiry", "single_source", "framework", ""
]
"""公开招标, 邀请招标, 竞争性磋商, 竞争性谈判, 询价, 单一来源, 框架协议; "" = not told."""

Evaluation = Literal[
    "comprehensive_scoring",
    "lowest_evaluated_price",
    "comprehensive_assessment",
    "reviewed_lowest_price",
    "lowest_quote",
    "",
]
"""综合评分法 and 最低评标价法 (政府采购法), 综合评估法 and 经评审的最低投标价法 (招标投标法),
最后报价最低 (竞争性谈判, 询价); "" = not told."""

NoticeKind = Literal["invitation", "correction", "termination", "award", "contract", "document", ""]
"""采购公告, 更正公告, 终止公告, 中标/成交公告, 合同公告, 采购文件; "" = not told."""


class Clause(Frozen):
    """One demand of the tender document; a breach of a ★ clause voids the bid."""

    number: str = Field(default="", description="As the document numbers it, such as 3.2.1.")
    text: UntrustedText = Field(description="The demand, without its mark and number.")
    kind: Literal["mandatory", "important", "ordinary"] = Field(
        description="mandatory = ★ (实质性条款), important = ▲ (loses points), ordinary = unmarked."
    )
    section: UntrustedText = Field(
        default=UntrustedText(""), description="Heading that it stands under."
    )


class ScoreItem(Frozen):
    """One line of the scoring table (评分标准)."""

    group: Literal["price", "technical", "business", ""] = Field(
        description="价格分, 技术分, 商务分; empty = not told."
    )
    name: UntrustedText = Field(description="What is scored (评分因素).")
    points_milli: int = Field(ge=0, le=1_000_000, description="Highest points × 1,000.")
    rule: UntrustedText = Field(
        default=UntrustedText(""), description="How points are given (评分标准)."
    )


class Lot(Frozen):
    """A part of the tender that is awarded by itself (包, 标段)."""

    number: str = Field(description="As the notice numbers it: 1, 2 … or A, B ….")
    name: UntrustedText = Field(default=UntrustedText(""), description="Name of the lot.")
    value: FenNonNegative | None = Field(default=None, description="Budget, minor units.")
    ceiling: FenNonNegative | None = Field(default=None, description="最高限价, minor units.")


class NoticeFlag(Frozen):
    """Something in a notice that its reader should be warned of; it changes nothing else."""

    kind: Literal[
        "instruction",
        "hidden_text",
        "invisible_characters",
        "bank_account",
        "deadline_past",
        "absurd_value",
        "contradiction",
        "cut",
    ] = Field(
        description=(
            "instruction = text addressed to a program that reads it; hidden_text = text that the "
            "eye does not see; invisible_characters = such characters within words; bank_account "
            "= an account number to pay to; deadline_past = the last day lay before the notice; "
            "absurd_value = an amount that cannot be; contradiction = two statements that differ; "
            "cut = more than is kept."
        )
    )
    text: UntrustedText = Field(description="Where and what, as found; at most 200 characters.")


class Tender(Record):
    """A tender as known on a day; amendments and cancellations are later states."""

    KNOWN: ClassVar[str] = "updated"

    updated: date = Field(description="Day of this state (release date).")
    title: UntrustedText = Field(description="Title of the notice.")
    description: UntrustedText = Field(default=UntrustedText(""), description="Text of the notice.")
    buyer: UntrustedText = Field(default=UntrustedText(""), description="采购人 / 招标人.")
    status: Literal["planning", "open", "closed", "awarded", "cancelled"] = Field(
        description="Stage of the process as published."
    )
    published: date = Field(description="Day the first notice appeared.")
    deadline: date | None = Field(default=None, description="Last day for bids, if stated.")
    currency: str = Field(default="CNY", description="ISO 4217 code of the amounts below.")
    value: FenNonNegative | None = Field(
        default=None, description="Budget or estimate, minor units."
    )
    value_min: FenNonNegative | None = Field(
        default=None, description="Lower estimate, minor units."
    )
    awarded: FenNonNegative | None = Field(default=None, description="Award value, minor units.")
    suppliers: tuple[UntrustedText, ...] = Field(default=(), description="Winners, once awarded.")
    category: Literal["goods", "services", "works", ""] = Field(
        default="", description="Main kind."
    )
    codes: tuple[str, ...] = Field(default=(), description="Classification codes, SCHEME:code.")
    regions: tuple[str, ...] = Field(default=(), description="Places of delivery.")
    procedure: str = Field(default="", description="Procurement method as the notice names it.")
    regime: Literal["government_procurement", "tendering", "uk", ""] = Field(
        default="", description="政府采购法, 招标投标法, or the law of the source."
    )
    sme_suitable: bool | None = Field(default=None, description="Marked as suitable for SMEs.")
    starts: date | None = Field(default=None, description="Contract start, if stated.")
    ends: date | None = Field(default=None, description="Contract end, if stated.")
    bond: FenNonNegative = Field(default=0, description="Bid bond (投标保证金), minor units.")
    performance_bond_ppm: PpmNonNegative = Field(default=0, description="履约保证金, ppm of price.")
    retention_ppm: PpmNonNegative = Field(default=0, description="质保金, ppm of settlement.")
    retention_days: int = Field(default=0, ge=0, description="Days the retention is held.")
    payments: tuple[Milestone, ...] = Field(
        default=(), description="What the buyer pays when; empty = not stated."
    )
    cost_share_ppm: PpmNonNegative | None = Field(
        default=None, description="The merchant's own cost estimate, ppm of the price."
    )
    required: tuple[str, ...] = Field(
        default=(), description="Qualifications without which a bid is void (资格条件)."
    )
    documents: tuple[str, ...] = Field(default=(), description="Addresses of documents.")
    number: str = Field(default="", description="项目编号, as printed.")
    notice: NoticeKind = Field(default="", description="Kind of the latest notice.")
    agency: UntrustedText = Field(
        default=UntrustedText(""), description="采购代理机构 / 招标代理机构."
    )
    method: Procedure = Field(default="", description="`procedure` as one of the legal ones.")
    ceiling: FenNonNegative | None = Field(
        default=None, description="最高限价 (招标控制价): a bid above it is void, minor units."
    )
    deadline_time: str = Field(
        default="",
        pattern=r"^(?:[01]\d:[0-5]\d|2[0-3]:[0-5]\d)?$",
        description="Hour of the last day, HH:MM as the notice writes it.",
    )
    evaluation: Evaluation = Field(default="", description="评标/评审方法.")
    scoring: tuple[ScoreItem, ...] = Field(default=(), description="评分标准, in order.")
    clauses: tuple[Clause, ...] = Field(
        default=(), description="Marked clauses (★, ▲) and numbered demands, in order."
    )
    qualifications: tuple[UntrustedText, ...] = Field(
        default=(), description="申请人的资格要求, one sentence each, as written."
    )
    lots: tuple[Lot, ...] = Field(default=(), description="包 / 标段; empty = one whole.")
    sme_reserved: Literal["whole", "part", "no", ""] = Field(
        default="", description="专门面向中小企业: wholly, in part, not; empty = not told."
    )
    sme_deduction_ppm: PpmNonNegative | None = Field(
        default=None, description="价格扣除 for micro and small suppliers as stated, ppm."
    )
    industry: UntrustedText = Field(
        default=UntrustedText(""), description="所属行业 by the SME classification, as stated."
    )
    imports_allowed: bool | None = Field(default=None, description="接受进口产品, if stated.")
    consortium: bool | None = Field(default=None, description="接受联合体投标, if stated.")
    delivery: UntrustedText = Field(
        default=UntrustedText(""), description="合同履行期限 / 工期 as written."
    )
    delivery_days: int | None = Field(
        default=None, ge=0, le=36_500, description="The same in calendar days, if it says so."
    )
    validity_days: int | None = Field(
        default=None, ge=0, le=3_650, description="投标有效期 in days, if stated."
    )
    flags: tuple[NoticeFlag, ...] = Field(
        default=(), description="What a reader of the notice should be warned of."
    )
