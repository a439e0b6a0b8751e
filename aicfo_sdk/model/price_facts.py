"""What tools conclude about the prices of goods: whether buying forward pays (锁价)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from ..money import Fen, FenNonNegative, PpmNonNegative
from .base import Fact, Frozen, Id
from .text import UntrustedText


class ItemPrice(Frozen):
    """One item that is bought again and again: its price, where that tends, and what to lock."""

    item: str = Field(description="Item code of the StockLots.")
    goods: UntrustedText = Field(description="The goods as the supplier's invoices call them.")
    supplier: Id = Field(description="Id of the Counterparty that sells it.")
    price: FenNonNegative = Field(description="Price of a unit today, minor units.")
    tends_to: FenNonNegative = Field(description="What the price reverts to, minor units.")
    tends_low: FenNonNegative = Field(description="10 % quantile of that, minor units.")
    tends_high: FenNonNegative = Field(description="90 % quantile of that, minor units.")
    half_life_days: int = Field(ge=1, description="Days in which half of the gap closes.")
    orders: int = Field(ge=0, description="Past orders that the price is learnt from.")
    every_days: int = Field(ge=1, description="Days from one order to the next.")
    next_order: date = Field(description="When the next order is expected.")
    use_milli: int = Field(ge=0, description="What one order buys, thousandths of a unit.")
    held_milli: int = Field(ge=0, description="Bought forward before and left, thousandths.")
    rise_ppm: int = Field(description="Expected rise until the next order, ppm of the price.")
    keep_cost_ppm: PpmNonNegative = Field(
        description="What keeping it until then costs, ppm of the price: loss, storage, funding."
    )
    day: date = Field(description="Day on which to buy: today, or when to look again.")
    quantity_milli: int = Field(ge=0, description="What to buy forward, thousandths; 0 = nothing.")
    amount: FenNonNegative = Field(description="What that costs at today's price, minor units.")
    days_supply: int = Field(ge=0, description="Days that it lasts from `day`.")
    saves: Fen = Field(description="Expected saving after all costs, minor units.")
    cvar: FenNonNegative = Field(
        description="Mean loss in the worst twentieth of cases, minor units."
    )
    reason: str = Field(description="Why this quantity, English.")
    reason_zh: str = Field(default="", description="The same in Chinese.")


class PriceLock(Fact):
    """Which goods to buy forward today, and how much (锁价采购)."""

    VERSION: ClassVar[int] = 1

    items: tuple[ItemPrice, ...] = Field(description="Items whose price can be judged, by code.")
    spare: FenNonNegative = Field(
        description="Cash that P10 leaves above the buffer while goods are held, minor units."
    )
    cvar_limit: FenNonNegative = Field(description="Most that all locks together may risk.")
    cannot_say: tuple[str, ...] = Field(
        default=(), description="Items that cannot be judged, and why."
    )
    method: str = Field(default="", description="The model of prices.")
    note: str = Field(default="", description="What was set aside.")
