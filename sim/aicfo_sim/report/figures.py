"""Amounts and shares as people write them, in either language."""

from __future__ import annotations

from collections.abc import Callable

from aicfo_sdk import grouped, round_div

_SIGNS = {"CNY": "¥", "GBP": "£", "EUR": "€", "USD": "$"}
_STEPS = {
    "en": ((1_000_000, "m"), (1_000, "k")),
    "zh": ((100_000_000, "亿"), (10_000, "万")),
}


def sign(currency: str) -> str:
    """Return a currency's mark, or its code and a space."""
    return _SIGNS.get(currency, f"{currency} ")


def exact(amount: int, currency: str) -> str:
    """Return minor units with both decimals: 123450 CNY → "¥1,234.50"."""
    return f"{'−' * (amount < 0)}{sign(currency)}{grouped(abs(amount))}"


def whole(amount: int, currency: str) -> str:
    """Return minor units rounded to major ones: 123450 CNY → "¥1,234"."""
    major = round_div(abs(amount), 100)
    return f"{'−' * (amount < 0 and major > 0)}{sign(currency)}{major:,}"


def short(currency: str, lang: str) -> Callable[[float], str]:
    """Return how an axis writes minor units: 5_000_000 → "¥50k", in Chinese "¥5万"."""

    def write(amount: float) -> str:
        major = abs(amount) / 100
        size, name = next(((n, m) for n, m in _STEPS[lang] if major >= n), (1, ""))
        text = _three_figures(major / size)
        return f"{'−' * (amount < 0 and text != '0')}{sign(currency)}{text}{name}"

    return write


def _three_figures(value: float) -> str:
    places = 0 if value >= 100 else 1 if value >= 10 else 2
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if places else text


def percent(ppm: int, *, signed: bool = False) -> str:
    """Return a share with one decimal: 359926 → "36.0%"; `signed` writes + and −."""
    tenths = round_div(abs(ppm), 1000)
    mark = "−" if ppm < 0 and tenths else "+" if signed and tenths else ""
    return f"{mark}{tenths // 10}.{tenths % 10}%"
