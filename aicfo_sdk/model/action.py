"""The closed set of instructions that can move money or bind the merchant.

Tools put an action into a `Proposal`; only the runtime carries one out, after policy and
approval. What each does to the ledger is `aicfo_sdk.actions.postings`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ..money import FenNonNegative, FenPositive, Ppm
from .base import Frozen, Id


class _Action(Frozen):
    day: date = Field(description="Day on which it is to be carried out.")


class Pay(_Action):
    """Pay a payee in money."""

    kind: Literal["pay"] = "pay"
    account: Id = Field(description="Own Account the money leaves.")
    payee: Id = Field(description="Id of the Counterparty paid.")
    amount: FenPositive = Field(description="Minor units.")
    settles: tuple[Id, ...] = Field(default=(), description="Ids of invoices or obligations.")


class Transfer(_Action):
    """Move money between own accounts."""

    kind: Literal["transfer"] = "transfer"
    account: Id = Field(description="Own Account the money leaves.")
    to_account: Id = Field(description="Own Account the money reaches.")
    amount: FenPositive = Field(description="Minor units.")


class _BillMove(_Action):
    bill: Id = Field(description="Id of the Bill.")
    amount: FenPositive = Field(description="Face moved, fen; below the whole only if splittable.")
    range_start: int = Field(default=0, ge=0, description="First unit moved; 0 = the whole bill.")
    range_end: int = Field(default=0, ge=0, description="Last unit moved; 0 = the whole bill.")


class EndorseBill(_BillMove):
    """Pay a payee by endorsing a bill, or a sub-range of it (背书)."""

    kind: Literal["endorse_bill"] = "endorse_bill"
    payee: Id = Field(description="Id of the Counterparty that receives it.")
    settles: tuple[Id, ...] = Field(default=(), description="Ids of invoices.")


class DiscountBill(_BillMove):
    """Sell a bill, or a sub-range of it, to an institution (贴现)."""

    kind: Literal["discount_bill"] = "discount_bill"
    institution: str = Field(description="Who buys it.")
    account: Id = Field(description="Own Account the proceeds reach.")
    rate_ppm: Ppm = Field(description="Annual discount rate, ppm, actual/360.")
    days: int = Field(
        ge=0, le=400, description="Days charged: to maturity, rolled to a working day."
    )
    fee: FenNonNegative = Field(default=0, description="Fixed fee, fen.")


class PledgeBill(_BillMove):
    """Pledge a bill as security for a credit line (质押)."""

    kind: Literal["pledge_bill"] = "pledge_bill"
    line: Id = Field(description="Id of the CreditLine it secures.")


class PresentBill(_BillMove):
    """Present a matured bill for payment (提示付款)."""

    kind: Literal["present_bill"] = "present_bill"
    account: Id = Field(description="Own Account the money reaches.")


class BuyFund(_Action):
    """Put idle money into a fund."""

    kind: Literal["buy_fund"] = "buy_fund"
    account: Id = Field(description="Own Account the money leaves.")
    fund: Id = Field(description="Id of the FundPosition.")
    amount: FenPositive = Field(description="Minor units.")


class RedeemFund(_Action):
    """Take money out of a fund."""

    kind: Literal["redeem_fund"] = "redeem_fund"
    account: Id = Field(description="Own Account the money reaches.")
    fund: Id = Field(description="Id of the FundPosition.")
    amount: FenPositive = Field(description="Minor units.")


class DrawLoan(_Action):
    """Draw on a credit line."""

    kind: Literal["draw_loan"] = "draw_loan"
    line: Id = Field(description="Id of the CreditLine.")
    account: Id = Field(description="Own Account the money reaches.")
    amount: FenPositive = Field(description="Principal, minor units.")
    rate_ppm: Ppm = Field(description="Annual rate, ppm.")
    due: date = Field(description="Day of repayment.")
    fee: FenNonNegative = Field(default=0, description="Fixed fee taken from the proceeds.")


class RepayLoan(_Action):
    """Repay principal, with the interest due on it."""

    kind: Literal["repay_loan"] = "repay_loan"
    loan: Id = Field(description="Id of the Loan.")
    line: Id = Field(description="Id of the CreditLine it was drawn from.")
    account: Id = Field(description="Own Account the money leaves.")
    amount: FenPositive = Field(description="Principal, minor units.")
    interest: FenNonNegative = Field(default=0, description="Interest, minor units.")


class SubmitBid(_Action):
    """Submit a bid, with its bond."""

    kind: Literal["submit_bid"] = "submit_bid"
    tender: Id = Field(description="Id of the Tender.")
    account: Id = Field(description="Own Account the bond leaves.")
    price: FenPositive = Field(description="Price bid, minor units.")
    amount: FenNonNegative = Field(default=0, description="Bond paid in money, minor units.")


class IssueGuarantee(_Action):
    """Have a bank issue a guarantee in place of a cash bond (保函)."""

    kind: Literal["issue_guarantee"] = "issue_guarantee"
    tender: Id = Field(description="Id of the Tender it secures.")
    institution: str = Field(description="Who issues it.")
    account: Id = Field(description="Own Account the fee leaves.")
    amount: FenPositive = Field(description="Guaranteed amount, minor units.")
    fee: FenNonNegative = Field(default=0, description="Fee, minor units.")


class BuyStock(_Action):
    """Buy goods forward (锁价)."""

    kind: Literal["buy_stock"] = "buy_stock"
    account: Id = Field(description="Own Account the money leaves.")
    payee: Id = Field(description="Id of the supplier.")
    item: str = Field(description="Item code.")
    quantity_milli: int = Field(gt=0, description="Quantity, thousandths of the unit.")
    amount: FenPositive = Field(description="Price, minor units.")


class SetMarketingBudget(_Action):
    """Set what a channel may spend per day; moves no money by itself."""

    kind: Literal["set_marketing_budget"] = "set_marketing_budget"
    channel: str = Field(description="Marketing channel.")
    amount: FenNonNegative = Field(description="Minor units per day.")


Action = Annotated[
    Pay
    | Transfer
    | EndorseBill
    | DiscountBill
    | PledgeBill
    | PresentBill
    | BuyFund
    | RedeemFund
    | DrawLoan
    | RepayLoan
    | SubmitBid
    | IssueGuarantee
    | BuyStock
    | SetMarketingBudget,
    Field(discriminator="kind"),
]
"""Any one instruction, told apart by `kind`."""
