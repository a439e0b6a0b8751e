"""What tools conclude. Plugins meet only here, by type."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ..money import Fen, FenNonNegative, FenPositive, Ppm, PpmNonNegative
from .action import Action
from .base import BillId, EvidenceIds, Fact, Frozen, Id, StoreId, TenderId
from .expectation import Expectation
from .proposal import Proposal
from .text import UntrustedText

Quantiles = tuple[Fen, ...]


class ForecastScore(Frozen):
    """How a forecast method did on the past of the same series (rolling origin)."""

    method: str = Field(description="Name of the method.")
    wape_ppm: int = Field(ge=0, description="Weighted absolute percentage error of P50, ppm.")
    coverage_ppm: int = Field(ge=0, le=1_000_000, description="Share of days inside P10–P90, ppm.")
    origins: int = Field(ge=0, description="Number of forecast origins scored.")


class SalesForecast(Fact):
    """Daily sales to come (销售预测)."""

    VERSION: ClassVar[int] = 1

    start: date = Field(description="First forecast day.")
    store: StoreId | None = Field(default=None, description="Store, or none for the whole firm.")
    p10: Quantiles = Field(description="Daily sales, 10 % quantile, minor units, from `start`.")
    p50: Quantiles = Field(description="Daily sales, median, minor units.")
    p90: Quantiles = Field(description="Daily sales, 90 % quantile, minor units.")
    sum_p10: Fen = Field(description="Sum over the horizon, 10 % quantile, minor units.")
    sum_p50: Fen = Field(description="Sum over the horizon, median, minor units.")
    sum_p90: Fen = Field(description="Sum over the horizon, 90 % quantile, minor units.")
    method: str = Field(description="Method chosen by its error on the past.")
    scores: tuple[ForecastScore, ...] = Field(
        default=(), description="Measured on the past, chosen method first, seasonal naive beside."
    )
    note: str = Field(default="", description="What limits it, e.g. too little history.")


class CashForecast(Fact):
    """Cash at each day's end if no new decision is taken (现金流预测).

    Expected sales and receipts less commitments. Never planned moves: forecast and plan would
    need each other.
    """

    VERSION: ClassVar[int] = 1

    start: date = Field(description="First forecast day (the day after the books' as-of day).")
    opening: Fen = Field(description="Cash at the end of the as-of day, minor units.")
    p10: Quantiles = Field(description="Cash at day's end, 10 % quantile, minor units.")
    p50: Quantiles = Field(description="Cash at day's end, median, minor units.")
    p90: Quantiles = Field(description="Cash at day's end, 90 % quantile, minor units.")
    low_p1: Quantiles = Field(
        default=(),
        description="Lowest cash from `start` through each day, 1 % quantile over coherent paths, "
        "minor units; empty where the forecast has no paths.",
    )
    low_worst: Quantiles = Field(
        default=(), description="The same, mean of the worst hundredth of the paths, minor units."
    )
    sales: Quantiles = Field(default=(), description="Expected takings that day, minor units.")
    receipts: Quantiles = Field(
        default=(), description="Expected receipts from invoices and bills that day, minor units."
    )
    payments: Quantiles = Field(
        default=(), description="Expected payments that day, minor units, as positive numbers."
    )
    buffer: FenNonNegative = Field(default=0, description="Cash the firm should not fall below.")
    assumptions: tuple[str, ...] = Field(default=(), description="What was assumed, in words.")
    note: str = Field(default="", description="What limits it.")

    @property
    def horizon_days(self) -> int:
        """Number of forecast days."""
        return len(self.p50)


class Finding(Frozen):
    """One result of a check."""

    code: str = Field(description="Stable code of the check.")
    severity: Literal["info", "warning", "refuse"] = Field(description="How bad it is.")
    message: str = Field(description="What was found, with the values.")
    action: str = Field(default="", description="What to do about it.")
    source: str = Field(default="", description="The rule it rests on.")


class BillCheck(Fact):
    """Whether a bill is safe to hold or take (票据审验)."""

    VERSION: ClassVar[int] = 1

    bill: BillId = Field(description="The bill checked.")
    verdict: Literal["take", "take_with_care", "refuse"] = Field(description="Overall verdict.")
    findings: tuple[Finding, ...] = Field(description="Every check that had something to say.")
    checked: tuple[str, ...] = Field(description="Codes of all checks that ran.")
    not_checked: tuple[str, ...] = Field(
        default=(), description="Codes of checks that could not be made, and so prove nothing."
    )
    worth: FenNonNegative | None = Field(
        default=None, description="What it is worth today, fen; none when refused or not priced."
    )
    discount_ppm: PpmNonNegative | None = Field(
        default=None, description="How much less than its face that is, ppm of face."
    )
    summary: str = Field(default="", description="Verdict and price in one sentence.")
    summary_zh: str = Field(default="", description="The same in Chinese.")


class BillMove(Frozen):
    """One move of a bill plan."""

    bill: BillId | None = Field(default=None, description="Bill moved; none for money paid early.")
    move: Literal["endorse", "discount", "hold", "pledge", "pay_early"] = Field(
        description="What to do; pay_early: pay an invoice in money for its discount (现金折扣)."
    )
    amount: FenPositive = Field(description="Face moved, or debt paid, fen.")
    day: date = Field(description="When.")
    payable: str = Field(default="", description="Invoice paid, by endorsement or early.")
    institution: str = Field(default="", description="Who discounts it.")
    cost: Fen = Field(
        default=0, description="Interest and fees, fen; below 0 what is taken off for paying early."
    )
    reason: str = Field(default="", description="Why, in one sentence.")


class CashPrice(Frozen):
    """What money is worth to a plan while it is scarce (影子价格): a dual price, in words."""

    first: date = Field(description="First day.")
    last: date = Field(description="Last day on which it is worth that.")
    value_ppm: PpmNonNegative = Field(
        description="Gain of one more minor unit from that day on, beyond itself, ppm."
    )


class RuleOutcome(Frozen):
    """What a simple rule would come to with the same bills, debts and forecast."""

    rule: str = Field(description="Name of the rule: docs/bill-rules.md, simple rules.")
    wealth: Fen = Field(description="Terminal wealth under it, fen.")
    saved: Fen | None = Field(default=None, description="What the plan has beyond it, fen.")
    shortage: FenNonNegative = Field(default=0, description="What it leaves unpaid in time, fen.")


class BillPlan(Fact):
    """How to use the bills on hand to pay what is due (票据支付方案)."""

    VERSION: ClassVar[int] = 1

    moves: tuple[BillMove, ...] = Field(description="The plan, by day.")
    wealth: Fen = Field(description="Terminal wealth of the plan, fen.")
    bound: Fen = Field(description="Proven upper bound of terminal wealth, fen.")
    gap_ppm: PpmNonNegative = Field(description="(bound − wealth) / face of all bills, ppm.")
    hold_all: Fen = Field(description="Terminal wealth of the simple rule 'hold all bills', fen.")
    discount_all: Fen = Field(description="Terminal wealth of 'always discount at once', fen.")
    shortage: FenNonNegative = Field(default=0, description="Fen that no plan can pay in time.")
    shortage_day: date | None = Field(default=None, description="First day of the shortage.")
    method: Literal["lp_repair", "milp"] = Field(description="How it was solved.")
    rules: tuple[RuleOutcome, ...] = Field(
        default=(), description="Simple rules beside the plan, best first."
    )
    prices: tuple[CashPrice, ...] = Field(
        default=(), description="Days on which one more yuan would be worth more than itself."
    )
    proposals: tuple[Proposal, ...] = Field(default=(), description="Moves due today.")


class BillWay(Frozen):
    """One way to turn a bill into money or payment, or to leave it be, with all that it costs."""

    way: Literal["discount", "pledge", "endorse", "borrow", "hold"] = Field(
        description="贴现, 质押借款, 背书, 借款而留票, 持有到期."
    )
    party: str = Field(default="", description="Institution, CreditLine or supplier; hold: none.")
    rank: int = Field(ge=1, description="1 = the best: docs/bill-rules.md, quote.")
    day: date = Field(description="Day on which it gives money, or settles the debt.")
    face: FenNonNegative = Field(description="Face sold, pledged, endorsed or held, fen.")
    received: FenNonNegative = Field(description="Money it gives, or debt it settles, fen.")
    interest: FenNonNegative = Field(description="Interest, fen.")
    fee: FenNonNegative = Field(description="Fixed fee, fen.")
    cost: FenNonNegative = Field(description="Interest and fee, fen.")
    later: FenNonNegative = Field(description="Still to be paid at the bill's payday, fen.")
    days: int = Field(ge=0, description="Days of interest charged.")
    rate_ppm: PpmNonNegative = Field(description="Annual rate charged, ppm, on its own basis.")
    annual_ppm: int | None = Field(
        description="All-in cost as a simple annual rate on what is received, ppm, actual/365; "
        "none where nothing is received before the payday."
    )
    short: FenNonNegative = Field(default=0, description="Of the amount needed, not met, fen.")
    assumed: bool = Field(default=False, description="Whether nobody quoted this price.")
    why: str = Field(description="How it stands to the others, English.")
    why_zh: str = Field(description="The same, Chinese.")
    evidence: EvidenceIds = Field(default=(), description="Quote, line or invoice it rests on.")


class BillStretch(Frozen):
    """Working days in a row on which discounting is the cheaper of two ways."""

    first: date = Field(description="First day.")
    last: date = Field(description="Last day.")


class BillBreakEven(Frozen):
    """From which day on discounting a bill is cheaper than something else (盈亏平衡日)."""

    against: Literal["borrow", "hold"] = Field(
        description="A loan until the bill pays, or the bill left idle."
    )
    line: str = Field(default="", description="CreditLine of the loan.")
    first: date | None = Field(description="First day on which discounting is cheaper, if any.")
    discount_before: FenNonNegative | None = Field(
        description="Cost of discounting on the working day before, fen; none before today."
    )
    other_before: FenNonNegative | None = Field(
        description="Cost of the other on the working day before, fen; none before today."
    )
    discount_on: FenNonNegative = Field(
        description="Cost of discounting on `first`, or today when there is none, fen."
    )
    other_on: FenNonNegative = Field(description="Cost of the other on that day, fen.")
    stretches: tuple[BillStretch, ...] = Field(
        default=(), description="All days on which discounting is cheaper."
    )
    last_day: date = Field(description="Last day looked at.")
    said: str = Field(description="The answer in one sentence, English.")
    said_zh: str = Field(description="The same, Chinese.")


class BillQuote(Fact):
    """What each way to turn a bill into money or payment costs, best first (票据比价)."""

    VERSION: ClassVar[int] = 1

    bill: BillId = Field(description="The bill.")
    day: date = Field(description="Day asked about, rolled to a working day.")
    payday: date = Field(description="Maturity, rolled to a working day.")
    face: FenPositive = Field(description="Face of the bill, fen.")
    amount: FenPositive | None = Field(description="Money needed on the day, fen, if asked.")
    ways: tuple[BillWay, ...] = Field(description="Best first.")
    break_even: tuple[BillBreakEven, ...] = Field(
        default=(), description="Against each loan that is large enough, and against holding."
    )
    notes: tuple[str, ...] = Field(default=(), description="What was left out, and why.")
    summary: str = Field(description="The answer in one or two sentences, English.")
    summary_zh: str = Field(description="The same, Chinese.")


class TenderMatch(Frozen):
    """One tender of a ranked search."""

    tender: TenderId = Field(description="The tender.")
    title: UntrustedText = Field(description="Its title, as published.")
    score_ppm: int = Field(description="Rank score, 1,000,000 = best of this search.")
    reasons: tuple[str, ...] = Field(description="Why it ranks here.")
    deadline: date | None = Field(default=None, description="Last day for bids.")
    value: FenNonNegative | None = Field(default=None, description="Value, minor units.")
    currency: str = Field(default="CNY", description="Currency of the value.")


class TenderMatches(Fact):
    """Tenders open on the as-of day that suit the merchant, best first (商机)."""

    VERSION: ClassVar[int] = 1

    query: str = Field(description="What was searched for.")
    searched: int = Field(ge=0, description="Number of open tenders searched.")
    matches: tuple[TenderMatch, ...] = Field(description="Best first.")


class BidGate(Fact):
    """Whether the merchant may bid at all (资格审查)."""

    VERSION: ClassVar[int] = 1

    tender: TenderId = Field(description="The tender.")
    passed: bool = Field(description="False when at least one finding refuses.")
    findings: tuple[Finding, ...] = Field(description="Each requirement with what was found.")


class FundingNeed(Fact):
    """Working capital that winning a tender would need (垫资需求)."""

    VERSION: ClassVar[int] = 1

    tender: TenderId = Field(description="The tender.")
    price: FenNonNegative = Field(description="Contract price assumed, minor units.")
    need_p50: FenNonNegative = Field(description="−min cumulative cash of the contract, median.")
    need_p95: FenNonNegative = Field(description="The same, 95 % quantile.")
    short_p50: FenNonNegative = Field(
        description="What own cash cannot cover, median: with the forecast, above its buffer."
    )
    short_p95: FenNonNegative = Field(description="The same, 95 % quantile.")
    short_mean: FenNonNegative | None = Field(default=None, description="The same, mean.")
    short_days: int | None = Field(
        default=None,
        ge=0,
        description="Days for which the mean shortage would have to last to cost as much interest "
        "as the shortage does that grows and shrinks.",
    )
    late_days: tuple[tuple[FenNonNegative, int], ...] = Field(
        default=(),
        description="Money that sources may give, lowest first, and the thousandths of days of the "
        "work on which the firm, its buffer used up, then cannot pay all that is due, on average.",
    )
    margin_mean: Fen | None = Field(
        default=None,
        description="Price less expected cost, overruns included, before the price of money.",
    )
    by: date = Field(description="First day on which money is short (or contract start).")
    until: date = Field(
        description="Last day on which money is short (or day the contract has paid itself back)."
    )
    apply_by: date | None = Field(
        default=None,
        description="Last day to apply for a loan so that it is there on `by`; none when no money "
        "is short. A day in the past means: apply today.",
    )
    by_p50: date | None = Field(
        default=None,
        description="Median first day of shortage, when the median path is short at all.",
    )
    lead_days: int | None = Field(
        default=None, ge=0, description="Days a lender takes, which `apply_by` allows for."
    )
    assumptions: tuple[str, ...] = Field(default=(), description="What was assumed, in words.")


class CashDemand(Fact):
    """Money that something needs for a time; funding meets it (资金需求)."""

    VERSION: ClassVar[int] = 1

    id: Id = Field(
        description="Identity within a run, e.g. tender:T-2031; equal ids are the same demand."
    )
    amount: FenPositive = Field(description="Minor units needed.")
    by: date = Field(description="First day on which it must be there.")
    until: date = Field(description="Last day on which it is needed.")
    purpose: str = Field(default="", description="What for, in words.")


class CashSource(Fact):
    """A way to get money; funding picks the cheapest mix (资金来源).

    `amount` drawn is in principal (loan) or face (bill): the cash obtained is amount less
    upfront cost and fee. It counts as money from `first` to `until`.
    """

    VERSION: ClassVar[int] = 1

    id: Id = Field(description="Identity within a run, e.g. discount:B-17:citybank.")
    resource: Id = Field(
        description="What it draws on, `Type:id`; all sources of one resource share its capacity."
    )
    capacity: FenPositive = Field(description="Most that all sources may draw on the resource.")
    limit: FenPositive = Field(description="Most that this source gives, minor units.")
    first: date = Field(description="First day on which it can give money.")
    until: date = Field(description="Last day on which the money counts (maturity, term).")
    upfront_ppm: PpmNonNegative = Field(default=0, description="Cost taken at once, ppm of amount.")
    annual_ppm: Ppm = Field(default=0, description="Cost per year while in use, ppm of amount.")
    day_basis: Literal[360, 365] = Field(default=365, description="Days of the year it counts.")
    fee: FenNonNegative = Field(default=0, description="Fixed fee if used at all, minor units.")
    minimum: FenNonNegative = Field(default=0, description="Smallest piece, minor units.")
    indivisible: bool = Field(default=False, description="All of `limit` or nothing.")
    action: Action = Field(description="The action it stands for, at its full limit.")


class FundingPiece(Frozen):
    """One source's part in a funding plan."""

    source: Id = Field(description="Id of the CashSource.")
    demand: Id = Field(description="Id of the CashDemand it serves.")
    amount: FenPositive = Field(description="Principal or face used, minor units.")
    cash: FenNonNegative = Field(description="Money obtained, minor units.")
    cost: Fen = Field(description="Interest and fees over the time used, minor units.")
    day: date = Field(description="Day it is drawn.")


class FundingPlan(Fact):
    """The cheapest mix of sources that meets the demands (融资方案)."""

    VERSION: ClassVar[int] = 1

    demand: FenNonNegative = Field(description="All demands, minor units.")
    covered: FenNonNegative = Field(description="What the pieces cover, minor units.")
    uncovered: FenNonNegative = Field(description="What no source can cover, minor units.")
    cost: Fen = Field(description="Interest and fees of the plan, minor units.")
    pieces: tuple[FundingPiece, ...] = Field(description="What to use for what.")
    proposals: tuple[Proposal, ...] = Field(default=(), description="The actions of the plan.")
    summary: str = Field(default="", description="The answer in one or two sentences.")


class Advice(Fact):
    """One thing worth doing or knowing today; the brief ranks it by money (建议)."""

    VERSION: ClassVar[int] = 1

    id: Id = Field(description="Identity within a run; equal ids are the same advice.")
    kind: Literal["risk", "opportunity", "due", "watch", "info"] = Field(description="What it is.")
    money: FenNonNegative = Field(
        description="What it is worth, or what is at stake, minor units: the rank of the brief."
    )
    title: str = Field(description="One line, English.")
    title_zh: str = Field(default="", description="One line, Chinese.")
    detail: str = Field(default="", description="What was seen and what to do, English.")
    detail_zh: str = Field(default="", description="The same, Chinese.")
    proposals: tuple[Proposal, ...] = Field(default=(), description="Actions it implies.")
    confidence_ppm: int | None = Field(
        default=None, ge=0, le=1_000_000, description="Chance that it is so, ppm, where measured."
    )
    ignored: str = Field(default="", description="What happens if nothing is done, English.")
    ignored_zh: str = Field(default="", description="The same, Chinese.")
    expects: Expectation | None = Field(
        default=None,
        description="What will be so if nothing is done, as the books can judge it later; none: "
        "nobody says afterwards whether it came true.",
    )


class Brief(Fact):
    """Today's advice, dearest first (每日简报)."""

    VERSION: ClassVar[int] = 1

    day: date = Field(description="The day it is for.")
    cash: Fen = Field(description="Cash on hand at the end of that day, minor units.")
    currency: str = Field(description="ISO 4217 code of all amounts.")
    advice: tuple[Advice, ...] = Field(
        description="Ranked by expected money (money times confidence, where it is measured), "
        "dearest first; what is due before what can wait, where that is equal."
    )
