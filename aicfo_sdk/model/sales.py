"""Takings per store, channel and day, and the goods on the shelf."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from ..money import Fen, FenNonNegative
from .base import Id, Record


class DailySales(Record):
    """One store's takings through one channel on one day (日销售)."""

    KNOWN: ClassVar[str] = "day"

    day: date = Field(description="Trading day.")
    store: Id = Field(description="Id of the Store.")
    channel: str = Field(default="shop", description="shop, wechat, alipay, taobao, wholesale …")
    amount: Fen = Field(description="Takings minus refunds, minor units.")
    orders: int = Field(default=0, ge=0, description="Number of orders.")
    refunds: FenNonNegative = Field(default=0, description="Refunded, minor units.")


class StockLot(Record):
    """Goods on hand (库存批次)."""

    KNOWN: ClassVar[str] = "updated"

    updated: date = Field(description="Day of this state.")
    item: str = Field(description="Item code.")
    store: str = Field(default="", description="Id of the Store whose shelf it is on, or empty.")
    quantity_milli: int = Field(ge=0, description="Quantity in thousandths of the unit.")
    unit_cost: FenNonNegative = Field(description="Cost of one unit, minor units.")
    expires: date | None = Field(default=None, description="Last day it can be sold, or none.")
