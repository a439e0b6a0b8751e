"""How notices write amounts, days and spans: one value in the many ways of real notices."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

from aicfo_sdk.capital import to_capital

_CHINESE = "〇一二三四五六七八九"


def yuan(fen: int, rng: random.Random) -> str:
    """Return an amount in yuan with its unit."""
    plain = f"{fen / 100:.2f}" if fen % 100 or rng.random() < 0.5 else str(fen // 100)
    grouped = f"{fen / 100:,.2f}"
    return rng.choice(
        [
            f"{plain}元",
            f"¥{grouped}元",
            f"人民币{plain}元",
            f"￥{plain}",
            f"{grouped} 元",
            f"人民币{to_capital(fen)}（￥{plain}元）",
            f"{to_capital(fen)}（¥{grouped}）",
        ]
    )


def bare(fen: int) -> str:
    """Return an amount in yuan without its unit, as under 预算金额（元）."""
    return f"{fen / 100:.2f}" if fen % 100 else str(fen // 100)


def wan(fen: int) -> str:
    """Return an amount in 万元 without its unit."""
    return format((Decimal(fen) / 1_000_000).normalize(), "f")


def day(value: date, rng: random.Random) -> str:
    """Return a day in one of the usual ways."""
    y, m, d = value.year, value.month, value.day
    return rng.choice(
        [
            f"{y}年{m}月{d}日",
            f"{y}年{m:02d}月{d:02d}日",
            f"{y}-{m:02d}-{d:02d}",
            f"{y}/{m}/{d}",
            f"{y} 年 {m} 月 {d} 日",
        ]
    )


def chinese_day(value: date) -> str:
    """Return a day in Chinese numerals: 二〇二六年三月二日."""
    year = "".join(_CHINESE[int(char)] for char in str(value.year))
    return f"{year}年{_small(value.month)}月{_small(value.day)}日"


def moment(value: date, hour: str, rng: random.Random) -> str:
    """Return a day with its hour in one of the usual ways."""
    y, m, d = value.year, value.month, value.day
    h, minute = map(int, hour.split(":"))
    half = f"上午{h}:{minute:02d}" if h < 12 else f"下午{h - 12 or 12}:{minute:02d}"
    return rng.choice(
        [
            f"{y}年{m:02d}月{d:02d}日 {h:02d}:{minute:02d}（北京时间）",
            f"{y}年{m}月{d}日{h}时{minute:02d}分（北京时间）",
            f"{y}年{m:02d}月{d:02d}日 {h:02d}点{minute:02d}分（北京时间）",
            f"{y}-{m:02d}-{d:02d} {h:02d}:{minute:02d}:00",
            f"{y}年{m}月{d}日{half}",
            f"{y} 年 {m} 月 {d} 日 {h} 时 {minute:02d} 分",
            f"{y}-{m:02d}-{d:02d}{h:02d}:{minute:02d}",
        ]
    )


def span(days: int, rng: random.Random) -> str:
    """Return so many days as a notice gives a period of delivery."""
    if days == 365:
        return rng.choice(
            ["自合同签订之日起一年", "1年", "合同签订后12个月内完成".replace("12个月", "365日历天")]
        )
    if days == 730:
        return rng.choice(["2年，合同一年一签", "自合同签订之日起两年"])
    if days % 30 == 0 and rng.random() < 0.3:
        return f"合同签订后{days // 30}个月内"
    return rng.choice(
        [
            f"合同签订后{days}日历天内完成",
            f"{days}日历天",
            f"自合同签订之日起{days}天内",
            f"{days} 个日历日",
        ]
    )


def full_width(text: str) -> str:
    """Return a text with full-width digits and letters, as some systems type them."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


def _small(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _CHINESE[tens] + "十"
    return head + (_CHINESE[ones] if ones else "")
