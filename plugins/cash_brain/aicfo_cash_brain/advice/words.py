"""Amounts and days as an owner reads them."""

from __future__ import annotations

from datetime import date

from aicfo_sdk import Context, grouped
from aicfo_sdk.model import Counterparty

_MARKS = {"CNY": "¥", "GBP": "£", "USD": "$", "EUR": "€"}


def money(ctx: Context, amount: int) -> str:
    """Return an amount with its currency: "¥1,234.50"."""
    currency = ctx.books.currency
    return _MARKS.get(currency, currency + " ") + grouped(amount)


def day_zh(day: date) -> str:
    """Return a day as Chinese papers write it: "3月8日"."""
    return f"{day.month}月{day.day}日"


def party_name(ctx: Context, party: str) -> str:
    """Return a counterparty's name, else its id."""
    found = ctx.books.records(Counterparty).get(party)
    return str(found.name) if found is not None and found.name else party
