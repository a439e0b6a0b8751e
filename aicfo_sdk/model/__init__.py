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
    from .bid_document import BidDocument, ChecklistItem, ContractDraft, PlanChapter
    from .bid_facts import BidDecision, BidPoint, BidPrice, WinChance
    from .bill import AcceptorClass, Bill, DiscountQuote, Endorsement, OverdueAcceptor
    from .bill_facts import (
        AcceptorExposure,
        BillCalendar,
        BillEvent,
        ContingentBill,
        ContingentBills,
        EarlyPayment,
        EarlyPayments,
    )
    from .bond_facts import BondChoice, BondItem, BondWay
    from .collection_facts import (
        CollectionFault,
        CollectionIssue,
        CollectionLine,
        CollectionReport,
        PartyShare,
        PlatformTerms,
    )
    from .document import (
        Document,
        DocumentLine,
        DocumentPiece,
        DocumentSection,
        DocumentTable,
        FigureSource,
        GivenText,
        MissingItem,
    )
    from .expectation import (
        BillWaiting,
        CashAbove,
        CashBelow,
        Expectation,
        InvoicesOpen,
        NoBid,
        ReceiptMissing,
        SalesBelow,
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
    from .invoice import (
        EarlyDiscount,
        Invoice,
        Obligation,
        Settlement,
        Transaction,
        TransactionKind,
    )
    from .lever_facts import LiquidityPlan, LiquidityTier
    from .marketing_facts import ChannelResponse, MarketingPlan
    from .merchant import Account, Counterparty, Merchant, Store
    from .peer_facts import PeerIndex, PeerMonth, TradeWatch
    from .place import District, Site
    from .portfolio_facts import PortfolioBid, PortfolioOut, TenderPortfolio
    from .price_facts import ItemPrice, PriceLock
    from .proposal import Proposal
    from .sales import DailySales, StockLot
    from .site_facts import MoneyRange, SiteFigures, SiteMap, SitePlan, StoreClosing
    from .store_facts import StoreCause, StoreDiagnosis, StoreDrop, StoreFigures
    from .tender import Clause, Lot, Milestone, NoticeFlag, ScoreItem, Tender
    from .text import UntrustedText, clean
    from .variance_facts import CashBreaker, CashDriver, CashVariance, DriverVariance, KeyReceipt

_HOMES = {
    "action": "Action BuyFund BuyStock DiscountBill DrawLoan EndorseBill IssueGuarantee Pay "
    "PledgeBill PresentBill RedeemFund RepayLoan SetMarketingBudget SubmitBid Transfer",
    "base": "BillId CounterpartyId EvidenceIds Fact Frozen Id InvoiceId Record StoreId SubjectId "
    "TenderId canonical digest",
    "bid_document": "BidDocument ChecklistItem ContractDraft PlanChapter",
    "bid_facts": "BidDecision BidPoint BidPrice WinChance",
    "bill": "AcceptorClass Bill DiscountQuote Endorsement OverdueAcceptor",
    "bill_facts": "AcceptorExposure BillCalendar BillEvent ContingentBill ContingentBills "
    "EarlyPayment EarlyPayments",
    "bond_facts": "BondChoice BondItem BondWay",
    "collection_facts": "CollectionFault CollectionIssue CollectionLine CollectionReport "
    "PartyShare PlatformTerms",
    "document": "Document DocumentLine DocumentPiece DocumentSection DocumentTable FigureSource "
    "GivenText MissingItem",
    "expectation": "BillWaiting CashAbove CashBelow Expectation InvoicesOpen NoBid ReceiptMissing "
    "SalesBelow",
    "facts": "Advice BidGate BillBreakEven BillCheck BillMove BillPlan BillQuote BillStretch "
    "BillWay Brief CashDemand CashForecast CashPrice CashSource Finding ForecastScore FundingNeed "
    "FundingPiece FundingPlan RuleOutcome SalesForecast TenderMatch TenderMatches",
    "finance": "CreditLine FundPosition Loan",
    "invoice": "EarlyDiscount Invoice Obligation Settlement Transaction TransactionKind",
    "lever_facts": "LiquidityPlan LiquidityTier",
    "marketing_facts": "ChannelResponse MarketingPlan",
    "merchant": "Account Counterparty Merchant Store",
    "portfolio_facts": "PortfolioBid PortfolioOut TenderPortfolio",
    "price_facts": "ItemPrice PriceLock",
    "peer_facts": "PeerIndex PeerMonth TradeWatch",
    "place": "District Site",
    "proposal": "Proposal",
    "sales": "DailySales StockLot",
    "site_facts": "MoneyRange SiteFigures SiteMap SitePlan StoreClosing",
    "store_facts": "StoreCause StoreDiagnosis StoreDrop StoreFigures",
    "tender": "Clause Lot Milestone NoticeFlag ScoreItem Tender",
    "text": "UntrustedText clean",
    "variance_facts": "CashBreaker CashDriver CashVariance DriverVariance KeyReceipt",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

RECORDS = (
    "Account",
    "Bill",
    "Counterparty",
    "CreditLine",
    "DailySales",
    "DiscountQuote",
    "District",
    "FundPosition",
    "Invoice",
    "Loan",
    "Merchant",
    "Obligation",
    "OverdueAcceptor",
    "PeerIndex",
    "Settlement",
    "Site",
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
    "BidDecision",
    "BidDocument",
    "BidGate",
    "BidPoint",
    "BidPrice",
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
    "BillWaiting",
    "BillWay",
    "BondChoice",
    "BondItem",
    "BondWay",
    "Brief",
    "BuyFund",
    "BuyStock",
    "CashAbove",
    "CashBelow",
    "CashBreaker",
    "CashDemand",
    "CashDriver",
    "CashForecast",
    "CashPrice",
    "CashSource",
    "CashVariance",
    "ChannelResponse",
    "ChecklistItem",
    "Clause",
    "CollectionFault",
    "CollectionIssue",
    "CollectionLine",
    "CollectionReport",
    "ContingentBill",
    "ContingentBills",
    "ContractDraft",
    "Counterparty",
    "CounterpartyId",
    "CreditLine",
    "DailySales",
    "DiscountBill",
    "DiscountQuote",
    "District",
    "Document",
    "DocumentLine",
    "DocumentPiece",
    "DocumentSection",
    "DocumentTable",
    "DrawLoan",
    "DriverVariance",
    "EarlyDiscount",
    "EarlyPayment",
    "EarlyPayments",
    "EndorseBill",
    "Endorsement",
    "EvidenceIds",
    "Expectation",
    "Fact",
    "FigureSource",
    "Finding",
    "ForecastScore",
    "Frozen",
    "FundPosition",
    "FundingNeed",
    "FundingPiece",
    "FundingPlan",
    "GivenText",
    "Id",
    "Invoice",
    "InvoiceId",
    "InvoicesOpen",
    "IssueGuarantee",
    "ItemPrice",
    "KeyReceipt",
    "LiquidityPlan",
    "LiquidityTier",
    "Loan",
    "Lot",
    "MarketingPlan",
    "Merchant",
    "Milestone",
    "MissingItem",
    "MoneyRange",
    "NoBid",
    "NoticeFlag",
    "Obligation",
    "OverdueAcceptor",
    "PartyShare",
    "Pay",
    "PeerIndex",
    "PeerMonth",
    "PlanChapter",
    "PlatformTerms",
    "PledgeBill",
    "PortfolioBid",
    "PortfolioOut",
    "PresentBill",
    "PriceLock",
    "Proposal",
    "ReceiptMissing",
    "Record",
    "RedeemFund",
    "RepayLoan",
    "RuleOutcome",
    "SalesBelow",
    "SalesForecast",
    "ScoreItem",
    "SetMarketingBudget",
    "Settlement",
    "Site",
    "SiteFigures",
    "SiteMap",
    "SitePlan",
    "StockLot",
    "Store",
    "StoreCause",
    "StoreClosing",
    "StoreDiagnosis",
    "StoreDrop",
    "StoreFigures",
    "StoreId",
    "SubjectId",
    "SubmitBid",
    "Tender",
    "TenderId",
    "TenderMatch",
    "TenderMatches",
    "TenderPortfolio",
    "TradeWatch",
    "Transaction",
    "TransactionKind",
    "Transfer",
    "UntrustedText",
    "WinChance",
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
