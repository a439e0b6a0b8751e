"""大写金额: amounts in the capital Chinese numerals that bills, contracts and vouchers require.

Source: 《支付结算办法》附一 正确填写票据和结算凭证的基本规定 (PBOC, 1997): numerals 壹…玖, 零
between non-adjacent digits, 整 (or 正) after 元 and 角 when nothing follows.
"""

from __future__ import annotations

import re

from .errors import AmountError
from .money import LIMIT

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_VARIANTS = str.maketrans("〇圆圓正貳參陸萬億兩", "零元元整贰叁陆万亿贰")
# 零 stands between a unit and a digit, or is the whole number of yuan.
_ZERO = re.compile(r"(?:^零元)?(?:(?<=[拾佰仟万亿元])零(?=[壹贰叁肆伍陆柒捌玖])|[^零])*")


def to_capital(amount: int) -> str:
    """Return 大写金额 of `amount` fen: 168032 → "壹仟陆佰捌拾元零叁角贰分".

    Raises: AmountError beyond ±10**13 fen.
    """
    if not -LIMIT <= amount <= LIMIT:
        raise AmountError("amount out of bounds", value=amount)
    sign = "负" if amount < 0 else ""
    yuan, cents = divmod(abs(amount), 100)
    jiao, fen = divmod(cents, 10)
    head = _integer(yuan) + "元" if yuan else ""
    if not cents:
        return f"{sign}{head or '零元'}整"
    tail = ""
    if jiao:
        # The rule asks for 零 before 角 when the yuan digit is 0 (¥1,680.32).
        tail += ("零" if yuan and yuan % 10 == 0 else "") + _DIGITS[jiao] + "角"
    elif yuan:
        tail += "零"
    tail += _DIGITS[fen] + "分" if fen else "整"
    return sign + head + tail


def from_capital(text: str) -> int:
    """Return the fen of a 大写金额; accepts 正/整, 圆/元, a leading 人民币 and 零 where optional.

    The reading is checked by writing it back, so a malformed text never yields an amount.
    Raises: AmountError.
    """
    clean = text.strip().removeprefix("人民币").strip(":： ").translate(_VARIANTS)
    sign = -1 if clean.startswith("负") else 1
    body = clean.removeprefix("负")
    amount = 0
    rest = body
    try:
        if "元" in rest:
            head, rest = rest.split("元", 1)
            amount = _parse_integer(head) * 100
        rest = rest.removesuffix("整").lstrip("零")
        if "角" in rest:
            head, rest = rest.split("角", 1)
            amount += _DIGITS.index(head) * 10
            rest = rest.lstrip("零")
        if "分" in rest:
            head, rest = rest.split("分", 1)
            amount += _DIGITS.index(head)
        written = to_capital(amount)
        good = bool(amount or body.startswith("零元"))
        good = (
            good
            and not rest
            and _ZERO.fullmatch(body) is not None
            and _loose(written) == _loose(body)
        )
    except (ValueError, AmountError):
        good = False
    if not good:
        raise AmountError("not a 大写金额", value=text, mend="write it like 壹仟元整")
    return sign * amount


def _integer(value: int) -> str:
    groups: list[int] = []
    while value:
        value, group = divmod(value, 10_000)
        groups.append(group)
    out = ""
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            continue
        skipped = bool(out) and (
            group < 1000 or (index + 1 < len(groups) and not groups[index + 1])
        )
        out += ("零" if skipped else "") + _group(group) + _GROUPS[index]
    return out


def _group(value: int) -> str:
    out, gap = "", False
    for place in range(3, -1, -1):
        digit = value // 10**place % 10
        if digit:
            out += ("零" if gap and out else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return out


def _parse_integer(text: str) -> int:
    if "亿" in text:
        head, tail = text.split("亿", 1)
        return _parse_integer(head) * 10**8 + _parse_integer(tail)
    if "万" in text:
        head, tail = text.split("万", 1)
        return _parse_integer(head) * 10**4 + _parse_integer(tail)
    total = digit = 0
    for char in text:
        if char in _PLACES[1:]:
            total += (digit or 1) * 10 ** _PLACES.index(char)
            digit = 0
        else:
            digit = _DIGITS.index(char)
    return total + digit


def _loose(text: str) -> str:
    return text.removeprefix("零元").replace("零", "").removesuffix("整")
