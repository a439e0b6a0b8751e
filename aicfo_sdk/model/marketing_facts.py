"""What tools conclude about advertising: what each channel brings, and what to spend (推广)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..money import Fen, FenNonNegative, PpmNonNegative
from .base import Fact, Frozen


class ChannelResponse(Frozen):
    """One advertising channel: what it brings, how sure that is, and what it should get."""

    channel: str = Field(description="Advertising channel.")
    spend_day: FenNonNegative = Field(description="What it gets now, minor units a day.")
    weeks_on: int = Field(ge=0, description="Weeks of the history with spending.")
    weeks_off: int = Field(ge=0, description="Weeks of the history without.")
    at_day: FenNonNegative = Field(description="Steady spend the effect is given for, a day.")
    effect_ppm: PpmNonNegative = Field(description="What that adds to sales, ppm, expected.")
    effect_low_ppm: PpmNonNegative = Field(description="10 % quantile of it.")
    effect_high_ppm: PpmNonNegative = Field(description="90 % quantile of it.")
    keep_ppm: PpmNonNegative = Field(
        description="Share of the pressure that stays from one day to the next, expected, ppm."
    )
    half_day: FenNonNegative = Field(
        description="Steady spend that brings half of the channel's most, a day, expected."
    )
    wanted_day: FenNonNegative = Field(description="What it should get, minor units a day.")
    marginal_ppm: int = Field(
        description="Profit before advertising of the next unit of money there, ppm; 1,000,000 "
        "pays for itself."
    )
    experiment_day: FenNonNegative = Field(
        description="Spend a day that would narrow the interval, instead of `wanted_day`."
    )
    experiment_days: int = Field(ge=0, description="Days for it; 0 = nothing to be learnt.")
    experiment_cost: FenNonNegative = Field(description="Most that it can cost, minor units.")


class MarketingPlan(Fact):
    """How the next money for advertising should be split (推广预算)."""

    VERSION: ClassVar[int] = 1

    channels: tuple[ChannelResponse, ...] = Field(description="Channels, by name.")
    sales_day: FenNonNegative = Field(description="Sales a day, without advertising.")
    margin_ppm: int = Field(description="What is left of extra sales after goods and fees, ppm.")
    gain_day: Fen = Field(description="Expected profit a day beyond that of today's spending.")
    gain_low: Fen = Field(description="10 % quantile of it.")
    gain_high: Fen = Field(description="90 % quantile of it.")
    cannot_say: tuple[str, ...] = Field(default=(), description="What cannot be judged, and why.")
    method: str = Field(default="", description="The model of the response.")
    note: str = Field(default="", description="What limits it.")
