"""What a piece of advice expects, so that the books can say later whether it came true.

A small closed set: the core judges each from the books alone (`books/judging.py`), never the
plugin that said it. Every one is about what happens if nothing is done about it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ..money import Fen, FenPositive
from .base import Frozen, Id


class _Expectation(Frozen):
    by: date = Field(description="Its last day: judged by what the books show at that day's end.")

    @property
    def subject(self) -> str:
        """Id of the record that it is about, "" for the firm as a whole."""
        return ""


class CashBelow(_Expectation):
    """Own cash ends some day below an amount, no decision being taken (现金低于)."""

    kind: Literal["cash_below"] = "cash_below"
    amount: Fen = Field(description="Cash of all own accounts falls below this, minor units.")


class CashAbove(_Expectation):
    """Own cash never ends a day below an amount, no decision being taken (现金不低于)."""

    kind: Literal["cash_above"] = "cash_above"
    amount: Fen = Field(description="Cash of all own accounts stays at this or more, minor units.")


class SalesBelow(_Expectation):
    """A store takes less than an amount over some days (销售低于)."""

    kind: Literal["sales_below"] = "sales_below"
    store: Id = Field(description="Id of the Store.")
    first: date = Field(description="First of the days.")
    amount: FenPositive = Field(description="Takings of those days stay below this, minor units.")

    @property
    def subject(self) -> str:
        return self.store

    @model_validator(mode="after")
    def _in_order(self) -> SalesBelow:
        if self.first > self.by:
            raise ValueError(f"the days end on {self.by}, before they begin on {self.first}")
        return self


class InvoicesOpen(_Expectation):
    """Much of some sales invoices is still not paid (应收未到)."""

    kind: Literal["invoices_open"] = "invoices_open"
    party: Id = Field(description="Id of the Counterparty that owes them.")
    invoices: tuple[Id, ...] = Field(min_length=1, description="Ids of the Invoices.")
    amount: FenPositive = Field(description="At least this is open of them, minor units.")

    @property
    def subject(self) -> str:
        return self.party


class ReceiptMissing(_Expectation):
    """Money of one exact amount does not come in (款项未到)."""

    kind: Literal["receipt_missing"] = "receipt_missing"
    amount: FenPositive = Field(description="The amount, minor units.")
    since: date = Field(description="First day on which it could have come.")
    about: Id = Field(description="Id of what it is paid for, such as a Tender.")

    @property
    def subject(self) -> str:
        return self.about


class BillWaiting(_Expectation):
    """A bill is neither presented nor passed on (票据未提示付款)."""

    kind: Literal["bill_waiting"] = "bill_waiting"
    bill: Id = Field(description="Id of the Bill.")

    @property
    def subject(self) -> str:
        return self.bill


class NoBid(_Expectation):
    """A tender closes without a bid of ours (未投标)."""

    kind: Literal["no_bid"] = "no_bid"
    tender: Id = Field(description="Id of the Tender; `by` is its last day for bids.")

    @property
    def subject(self) -> str:
        return self.tender


Expectation = Annotated[
    CashBelow | CashAbove | SalesBelow | InvoicesOpen | ReceiptMissing | BillWaiting | NoBid,
    Field(discriminator="kind"),
]
"""Any one thing that advice expects, told apart by `kind`."""
