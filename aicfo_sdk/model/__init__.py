"""Records (what is so), facts (what tools conclude) and actions: the vocabulary of all plugins.

Names are loaded on first use, so importing the package builds nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .action import (
        Action,
        BuyFund,
        BuyStock,
        DiscountBill,
        DrawLoan,
        EndorseBill,
        IssueGuarantee,
        Pay,
        PledgeBill,
        PresentBill,
        RedeemFund,
        RepayLoan,
        SetMarketingBudget,
        SubmitBid,
        Transfer,
    )
    from .base import (
        BillId,
        CounterpartyId,
        EvidenceIds,
        Fact,
        Frozen,
        Id,
        InvoiceId,
        Record,
        StoreId,
        SubjectId,
        TenderId,
        canonical,
        digest,
    )
    from .bill import AcceptorClass, Bill, DiscountQuote, Endorsement, OverdueAcceptor
    from .bill_facts import (
        AcceptorExposure,
        BillCalendar,
        BillEvent,
        ContingentBill,
        ContingentBills,
    )
    from .facts import (
        Advice,
        BidGate,
        BillBreakEven,
        BillCheck,
        BillMove,
        BillPlan,
        BillQuote,
        BillStretch,
        BillWay,
        Brief,
        CashDemand,
        CashForecast,
        CashPrice,
        CashSource,
        Finding,
        ForecastScore,
        FundingNeed,
        FundingPiece,
        FundingPlan,
        RuleOutcome,
        SalesForecast,
        TenderMatch,
        TenderMatches,
    )
    from .finance import CreditLine, FundPosition, Loan
    from .invoice import Invoice, Obligation, Settlement, Transaction, TransactionKind
    from .lever_facts import LiquidityPlan, LiquidityTier
    from .merchant import Account, Counterparty, Merchant, Store
    from .proposal import Proposal
    from .sales import DailySales, StockLot
    from .tender import Milestone, Tender
    from .text import UntrustedText, clean

_HOMES = {
    "action": "Action BuyFund BuyStock DiscountBill DrawLoan EndorseBill IssueGuarantee Pay "
    "PledgeBill PresentBill RedeemFund RepayLoan SetMarketingBudget SubmitBid Transfer",
    "base": "BillId CounterpartyId EvidenceIds Fact Frozen Id InvoiceId Record StoreId SubjectId "
    "TenderId canonical digest",
    "bill": "AcceptorClass Bill DiscountQuote Endorsement OverdueAcceptor",
    "bill_facts": "AcceptorExposure BillCalendar BillEvent ContingentBill ContingentBills",
    "facts": "Advice BidGate BillBreakEven BillCheck BillMove BillPlan BillQuote BillStretch "
    "BillWay Brief CashDemand CashForecast CashPrice CashSource Finding ForecastScore FundingNeed "
    "FundingPiece FundingPlan RuleOutcome SalesForecast TenderMatch TenderMatches",
    "finance": "CreditLine FundPosition Loan",
    "invoice": "Invoice Obligation Settlement Transaction TransactionKind",
    "lever_facts": "LiquidityPlan LiquidityTier",
    "merchant": "Account Counterparty Merchant Store",
    "proposal": "Proposal",
    "sales": "DailySales StockLot",
    "tender": "Milestone Tender",
    "text": "UntrustedText clean",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

RECORDS = (
    "Account",
    "Bill",
    "Counterparty",
    "CreditLine",
    "DailySales",
    "DiscountQuote",
    "FundPosition",
    "Invoice",
    "Loan",
    "Merchant",
    "Obligation",
    "OverdueAcceptor",
    "Settlement",
    "StockLot",
    "Store",
    "Tender",
    "Transaction",
)
"""Names of all record types that books hold."""

__all__ = [
    "RECORDS",
    "AcceptorClass",
    "AcceptorExposure",
    "Account",
    "Action",
    "Advice",
    "BidGate",
    "Bill",
    "BillBreakEven",
    "BillCalendar",
    "BillCheck",
    "BillEvent",
    "BillId",
    "BillMove",
    "BillPlan",
    "BillQuote",
    "BillStretch",
    "BillWay",
    "Brief",
    "BuyFund",
    "BuyStock",
    "CashDemand",
    "CashForecast",
    "CashPrice",
    "CashSource",
    "ContingentBill",
    "ContingentBills",
    "Counterparty",
    "CounterpartyId",
    "CreditLine",
    "DailySales",
    "DiscountBill",
    "DiscountQuote",
    "DrawLoan",
    "EndorseBill",
    "Endorsement",
    "EvidenceIds",
    "Fact",
    "Finding",
    "ForecastScore",
    "Frozen",
    "FundPosition",
    "FundingNeed",
    "FundingPiece",
    "FundingPlan",
    "Id",
    "Invoice",
    "InvoiceId",
    "IssueGuarantee",
    "LiquidityPlan",
    "LiquidityTier",
    "Loan",
    "Merchant",
    "Milestone",
    "Obligation",
    "OverdueAcceptor",
    "Pay",
    "PledgeBill",
    "PresentBill",
    "Proposal",
    "Record",
    "RedeemFund",
    "RepayLoan",
    "RuleOutcome",
    "SalesForecast",
    "SetMarketingBudget",
    "Settlement",
    "StockLot",
    "Store",
    "StoreId",
    "SubjectId",
    "SubmitBid",
    "Tender",
    "TenderId",
    "TenderMatch",
    "TenderMatches",
    "Transaction",
    "TransactionKind",
    "Transfer",
    "UntrustedText",
    "canonical",
    "clean",
    "digest",
    "record_type",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def record_type(name: str) -> type[Record]:
    """Return the record class of that name.

    Raises: NotFound.
    """
    from ..errors import NotFound

    if name not in RECORDS:
        raise NotFound("no such record type", value=name, mend="known: " + ", ".join(RECORDS))
    return __getattr__(name)
