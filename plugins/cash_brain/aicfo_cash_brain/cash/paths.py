"""Coherent sales paths from a sales forecast, whoever made it."""

from __future__ import annotations

import numpy as np

from aicfo_sdk.model import SalesForecast

from ..forecast.daykinds import Floats

_P90 = 1.2816


def sales_paths(sales: SalesForecast, paths: int, rng: np.random.Generator) -> Floats:
    """Return daily sales per path, (paths, horizon), minor units.

    Each day follows the forecast's own quantiles; days of one path move together as far as the
    quantiles of the sum demand, so that sums over any stretch are neither too sure nor too wide.
    """
    low, middle, high = (
        np.array(values, dtype=np.float64) for values in (sales.p10, sales.p50, sales.p90)
    )
    down, up = np.maximum(middle - low, 0) / _P90, np.maximum(high - middle, 0) / _P90
    spread = (down + up) / 2
    alone, together = float((spread**2).sum()), float(spread.sum()) ** 2
    wanted = ((sales.sum_p90 - sales.sum_p10) / 2 / _P90) ** 2
    common = min(max((wanted - alone) / (together - alone), 0.0), 1.0) if together > alone else 0.0

    half = (paths + 1) // 2
    level = rng.standard_normal((half, 1))
    noise = rng.standard_normal((half, len(middle)))
    # Each draw is used with both signs: the median path is then the forecast's own.
    score = np.sqrt(common) * level + np.sqrt(1 - common) * noise
    score = np.concatenate([score, -score])[:paths]
    out = middle + np.where(score > 0, up, down) * score
    if (low >= 0).all():
        out = np.maximum(out, 0.0)
    typical = float(np.median(out.sum(1)))
    if typical > 0 and sales.sum_p50 > 0:
        # Lumpy sales: most days sell nothing, yet the sum does not.
        out *= min(max(sales.sum_p50 / typical, 0.2), 5.0)
    elif sales.sum_p50 > 0:
        out += sales.sum_p50 / len(middle)
    return out
