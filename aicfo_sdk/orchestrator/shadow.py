"""A shadow of the books on which a run's proposals are tried one after the other.

So no yuan, no unit of a bill and no credit line is promised twice within a run: what no longer
fits is dropped with its reason. Nothing is stored.
"""

from __future__ import annotations

from ..actions import discount_cost
from ..books.port import Books
from ..errors import NotFound
from ..model.action import (
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
from ..model.bill import Bill
from ..model.finance import CreditLine, FundPosition, Loan
from ..model.invoice import Invoice, Obligation, Settlement
from ..model.proposal import Proposal
from ..money import grouped
from .run import Dropped


class Shadow:
    """Remaining cash, bill units, credit lines, funds and open papers as proposals are applied."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._cash: dict[str, int] = {}
        self._bills: dict[str, list[tuple[int, int]]] = {}
        self._lines: dict[str, int] = {}
        self._funds: dict[str, int] = {}
        self._loans: dict[str, int] = {}
        self._open: dict[str, int] = {}
        self._bids: set[str] = set()

    def fit(self, proposals: list[Proposal]) -> tuple[list[Proposal], list[Dropped]]:
        """Return the proposals that fit beside each other in this order, and the dropped."""
        kept: list[Proposal] = []
        dropped: list[Dropped] = []
        for proposal in proposals:
            reason = self.apply(proposal.action)
            if reason:
                dropped.append(Dropped(proposal, reason))
            else:
                kept.append(proposal)
        return kept, dropped

    def apply(self, action: Action) -> str:
        """Apply one action, or return why it does not fit and change nothing."""
        try:
            return self._apply(action)
        except NotFound as error:
            return str(error)

    def _apply(self, action: Action) -> str:
        match action:
            case Pay():
                return (
                    self._settles(action.settles, action.amount)
                    or self._spend(action.account, action.amount)
                    or self._settle(action.settles, action.amount)
                )
            case Transfer():
                return self._spend(action.account, action.amount) or self._earn(
                    action.to_account, action.amount
                )
            case EndorseBill():
                return (
                    self._settles(action.settles, action.amount)
                    or self._move(action)
                    or self._settle(action.settles, action.amount)
                )
            case DiscountBill():
                return self._move(action) or self._earn(
                    action.account, action.amount - discount_cost(action)
                )
            case PresentBill():
                return self._move(action) or self._earn(action.account, action.amount)
            case PledgeBill():
                return self._move(action)
            case BuyFund():
                return self._spend(action.account, action.amount)
            case RedeemFund():
                return self._redeem(action)
            case DrawLoan():
                return self._draw(action)
            case RepayLoan():
                return self._repay(action)
            case SubmitBid():
                if action.tender in self._bids:
                    return f"a bid for {action.tender} is already proposed"
                reason = self._spend(action.account, action.amount)
                if not reason:
                    self._bids.add(action.tender)
                return reason
            case IssueGuarantee():
                return self._spend(action.account, action.fee)
            case BuyStock():
                return self._spend(action.account, action.amount)
            case SetMarketingBudget():
                return ""

    def _balance(self, account: str) -> int:
        if account not in self._cash:
            self._cash[account] = self._books.balance(account)
        return self._cash[account]

    def _spend(self, account: str, amount: int) -> str:
        left = self._balance(account)
        if amount > left:
            return f"account {account} has {grouped(left)} left, not {grouped(amount)}"
        self._cash[account] = left - amount
        return ""

    def _earn(self, account: str, amount: int) -> str:
        self._cash[account] = self._balance(account) + amount
        return ""

    def _move(self, action: EndorseBill | DiscountBill | PledgeBill | PresentBill) -> str:
        bill = self._books.get(Bill, action.bill)
        if bill.held != "held" or bill.side != "receivable":
            return f"bill {bill.id} is not on hand"
        if not bill.splittable and (action.amount != bill.face or action.range_end):
            return f"bill {bill.id} cannot be split"
        if bill.splittable and action.range_end:
            taken = (action.range_start, action.range_end)
            if action.range_end - action.range_start + 1 != action.amount:
                return f"sub-range {taken[0]}-{taken[1]} is not {grouped(action.amount)}"
            if taken[0] < bill.range_start or taken[1] > bill.range_end:
                return f"sub-range {taken[0]}-{taken[1]} is not within bill {bill.id}"
        else:
            if action.amount != bill.face:
                return f"a part of bill {bill.id} needs its sub-range"
            taken = (bill.range_start, bill.range_end)
        used = self._bills.setdefault(bill.id, [])
        if any(taken[0] <= end and start <= taken[1] for start, end in used):
            return f"bill {bill.id} is already promised"
        used.append(taken)
        return ""

    def _draw(self, action: DrawLoan) -> str:
        line = self._books.get(CreditLine, action.line)
        left = self._lines.get(line.id, line.limit - line.used)
        if action.amount > left:
            return f"line {line.id} has {grouped(left)} left, not {grouped(action.amount)}"
        if action.day > line.expires:
            return f"line {line.id} expires on {line.expires.isoformat()}"
        self._lines[line.id] = left - action.amount
        return self._earn(action.account, action.amount - action.fee)

    def _repay(self, action: RepayLoan) -> str:
        left = self._loans.get(action.loan, self._books.get(Loan, action.loan).principal)
        if action.amount > left:
            return f"loan {action.loan} has {grouped(left)} outstanding"
        reason = self._spend(action.account, action.amount + action.interest)
        if not reason:
            self._loans[action.loan] = left - action.amount
        return reason

    def _redeem(self, action: RedeemFund) -> str:
        left = self._funds.get(action.fund, self._books.get(FundPosition, action.fund).amount)
        if action.amount > left:
            return f"fund {action.fund} holds {grouped(left)}, not {grouped(action.amount)}"
        self._funds[action.fund] = left - action.amount
        return self._earn(action.account, action.amount)

    def _settles(self, papers: tuple[str, ...], amount: int) -> str:
        if papers and amount > sum(self._outstanding(paper) for paper in papers):
            return f"{', '.join(papers)}: less than {grouped(amount)} is still open"
        return ""

    def _settle(self, papers: tuple[str, ...], amount: int) -> str:
        for paper in papers:
            part = min(amount, self._outstanding(paper))
            self._open[paper] -= part
            amount -= part
        return ""

    def _outstanding(self, paper: str) -> int:
        if paper not in self._open:
            obligation = self._books.records(Obligation).get(paper)
            if obligation is not None:
                self._open[paper] = 0 if obligation.paid else obligation.amount
            else:
                invoice = self._books.get(Invoice, paper)
                paid = sum(s.amount for s in self._books.all(Settlement, invoice=paper))
                self._open[paper] = 0 if invoice.status == "void" else invoice.total - paid
        return self._open[paper]
