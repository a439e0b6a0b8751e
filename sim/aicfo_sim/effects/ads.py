"""How advertising moves a merchant's demand: adstock and a Hill curve that no paper shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..fen import Ints

if TYPE_CHECKING:
    from ..draws.common import Who

FULL = 1_000_000

WEEK = 7
"""Days that an invoice for advertising by habit is for."""

CAMPAIGN = 28
"""Days for which a habitual budget stays as it is."""

ADS = {
    "shop": ("dianping", "wechat_ads"),
    "ecommerce": ("taobao_ads", "douyin_ads"),
    "restaurant": ("dianping", "douyin_ads", "meituan_ads"),
}
"""Advertising channels that an archetype can set a budget for."""


class Response(NamedTuple):
    """What one channel does for one merchant; drawn from its own stream, in no record."""

    half: int
    """Pressure (adstock, fen) at which half of `top` is reached."""
    top: int
    """Most that the channel adds to demand, ppm."""
    keep: int
    """Share of pressure that stays from one day to the next, ppm."""
    power: int
    """Exponent of the Hill curve: 1 saturates from the first yuan, 2 has a threshold."""


def responses(who: Who, channels: int, day: int) -> tuple[Response, ...]:
    """Return the response of each channel of a merchant whose takings are `day` fen a day."""
    source, out = who.stream("ads"), list[Response]()
    for _ in range(channels):
        half, top, keep = (
            low + (high - low) * float(source.random())
            for low, high in (who.figures.numbers(key) for key in ("ads", "ads_top", "ads_keep"))
        )
        stays = round(keep * FULL)
        # A steady spend of `half` a day builds up to half / (1 − keep).
        pressure = round(day * half) * FULL // (FULL - stays)
        out.append(
            Response(max(pressure, 1), round(top * FULL), stays, 1 + int(source.integers(2)))
        )
    return tuple(out)


def pressure(response: Response, before: int, spent: int) -> int:
    """Return today's adstock after a day on which it was `before` and `spent` fen today."""
    return spent + before * response.keep // FULL


def uplift(response: Response, stock: int) -> int:
    """Return what that adstock adds to demand, ppm: top · s^p / (half^p + s^p), whole numbers."""
    s, h = stock**response.power, response.half**response.power
    return response.top * s // (h + s)


def habit(who: Who, channels: int, day: int, first: int, count: int) -> Ints:
    """Return what an owner spends by habit, channels × days from `first`, fen.

    Four weeks on or four weeks off, channel by channel, with another budget each time: that is
    what a plugin can learn the response from. Drawn in the order of days.
    """
    low, high = who.figures.numbers("ads_habit")
    weeks = count // CAMPAIGN + 1
    draws = who.stream("habit").random((weeks, channels, 2))
    level = np.rint(day * (low + (high - low) * draws[:, :, 1])).astype(np.int64)
    spend = np.where(draws[:, :, 0] < 0.5, level, 0)
    return np.repeat(spend, CAMPAIGN, axis=0)[:count].T.copy()


def pressures(responses: Sequence[Response], spend: Ints) -> Ints:
    """Return the adstock at each day's end under that spend, channels × days, fen."""
    out = np.zeros_like(spend)
    for channel, response in enumerate(responses):
        stock, path = 0, list[int]()
        for paid in spend[channel].tolist():
            stock = pressure(response, stock, paid)
            path.append(stock)
        out[channel] = path
    return out


def uplifts(responses: Sequence[Response], stocks: Sequence[int]) -> int:
    """Return what all channels together add to demand at those adstocks, ppm."""
    return sum(uplift(one, stock) for one, stock in zip(responses, stocks, strict=True))


def first_days_mean(takings: Ints) -> int:
    """Return mean takings a day of the first four weeks, fen: known whatever the run's length."""
    return int(takings[:28].sum()) // max(min(takings.size, 28), 1)
