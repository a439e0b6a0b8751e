"""The figures of a text, Chinese or English: what each says, how exactly, and where it stands.

    figures("现金约12万元, 3.5%")   [12万元: money 12,000,000 ± 500,000 minor units, 3.5%: …]

Amounts are in minor units (hundredths), shares in parts per million, both exact fractions. `step`
is what one of the last digit shown is worth: a value is rounded rightly when it lies within half of
it. Ids, ordinals, times, list numbers and years are no figures; a day is one of its own kind.
Words without a digit's meaning ("half", 翻倍) are not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Literal

Kind = Literal["money", "share", "days", "plain", "date"]
"""What a figure is: money, a share (% and its kin), days, a number without a unit, or a day."""

Bound = Literal["", "about", "over", "under"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a text.

    `value`: minor units, ppm, days, or the bare number; of a date its year·10000 + month·100 + day,
    month and day alone where no year is said. `sign`: what the text says, 0 where it says nothing.
    """

    start: int
    end: int
    text: str
    kind: Kind
    value: Fraction
    step: Fraction
    sign: int = 0
    bound: Bound = ""
    currency: str = ""

    def says(self, value: Fraction) -> bool:
        """Whether the figure is `value` as rounded to the digits shown; the sign aside."""
        size, mine = abs(value), abs(self.value)
        coarse = self._coarse()
        if self.bound == "over":
            return mine <= size < mine + coarse
        if self.bound == "under":
            return mine - coarse < size <= mine
        return abs(size - mine) * 2 <= (coarse if self.bound == "about" else self.step)

    def _coarse(self) -> Fraction:
        """What one of the last digit other than 0 is worth: "about 120,000" means its 2."""
        step = self.step
        if self.value:
            while (self.value / step) % 10 == 0:
                step *= 10
        return step


def figures(text: str) -> list[Figure]:
    """Return the figures of a text in the order they stand."""
    plain = text.translate(_WIDE)
    found: list[Figure] = []
    for match in _TOKEN.finditer(plain):
        kind = match.lastgroup or ""
        if found and match.start() < found[-1].end:
            continue  # the rest of "1亿2000万"
        if kind == "date":
            day = _date(match["date"])
            if day:
                made = Figure(*match.span(), "", "date", Fraction(day), Fraction(0))
                found.append(made)
        elif kind == "number":
            found += _number(plain, match)
    found = _ranges(plain, found)
    return [replace(each, text=text[each.start : each.end]) for each in found]


def one(text: str) -> Figure | None:
    """Return the figure that a text consists of, None when it is not exactly one."""
    found = figures(text.strip())
    return found[0] if len(found) == 1 and found[0].text == text.strip() else None


_WIDE = str.maketrans("０１２３４５６７８９％．￥－−＋～", "0123456789%.¥--+~")

_CN = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_TENS = "十百千拾佰仟"
_DIGITS = {char: place for place, chars in enumerate(("零〇", "一壹", "二贰两", "三叁", "四肆",
    "五伍", "六陆", "七柒", "八捌", "九玖")) for char in chars}  # fmt: skip
_SCALES = {
    "万亿": 10**12, "亿": 10**8, "億": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5,
    "万": 10**4, "萬": 10**4, "千": 1000, "仟": 1000, "百": 100,
    "thousand": 1000, "million": 10**6, "billion": 10**9, "mn": 10**6, "bn": 10**9,
    "k": 1000, "m": 10**6,
}  # fmt: skip
_WORDS = {
    word: number
    for number, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve".split(), start=2
    )
}
_MONTHS = {
    name: number
    for number, name in enumerate(
        "jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1
    )
}
_CURRENCIES = {
    "¥": "CNY", "rmb": "CNY", "cny": "CNY", "人民币": "CNY", "元": "CNY", "块": "CNY", "圆": "CNY",
    "yuan": "CNY", "$": "USD", "usd": "USD", "美元": "USD", "£": "GBP", "gbp": "GBP", "€": "EUR",
    "eur": "EUR", "欧元": "EUR", "pounds": "GBP", "dollars": "USD",
}  # fmt: skip

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = rf"""
    \d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}(?!\d)
  | \d{{4}}\s?年\s?\d{{1,2}}\s?月(?:\s?\d{{1,2}}\s?[日号])?
  | \d{{1,2}}\s?月\s?\d{{1,2}}\s?[日号]
  | \b{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?(?![\d,.]\d)\b
  | \b\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}(?:,?\s\d{{4}})?\b
"""
_SKIP = rf"""
    \[?c\d+\#/[^\s\],，。)）]*\]?
  | (?m:^\s*\d{{1,2}}[.)、]\s)(?!\d)
  | 第\s?[\d{_CN}{_TENS}]+
  | \b\d+(?:st|nd|rd|th)\b
  | \#\d+ | \bt\+\d+ | \b\d{{1,2}}:\d{{2}}(?::\d{{2}})?\b
  | (?<![\d.,])(?:19|20)\d{{2}}\s?年(?!\d) | \b(?:in|of|since|by|until)\s(?:19|20)\d\d\b(?![,.%]\d)
  | \b(?:{_MONTH}|q[1-4])\s(?:19|20)\d\d\b
  | \b(?!(?:rmb|cny|usd|eur|gbp)[-\d])[a-z][a-z0-9]*(?:[-_/.]?\w)*[-_/.]?\d\w*
      (?:[-_/]\w+)*\b(?![,.]\d)
  | (?<![\d.,])\d{{11,}}(?![\d.,]|\s?[元块圆万亿%])
  | \b\d+[-_][a-z]\w*\d[\w-]*
"""
_NUMBER = rf"""
    (?:(?:¥|\$|£|€|rmb|cny|usd|eur|gbp|人民币)\s?-?)?
    (?:(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?
      | 百分之[{_CN}{_TENS}\d.点]+
      | [{_CN}{_TENS}][{_CN}{_TENS}万亿億萬]*(?:点[{_CN}]+)?
      | \b(?:{"|".join(_WORDS)})\b)
"""
_TOKEN = re.compile(rf"(?ix)(?P<date>{_DATE})|(?P<skip>{_SKIP})|(?P<number>{_NUMBER})", re.ASCII)
_LEAD = re.compile(r"(?ix)^(¥|\$|£|€|rmb|cny|usd|eur|gbp|人民币)\s?(-?)")
_SCALE = re.compile(
    r"(?ix)(\s?(?:万亿|千万|百万|十万|万|萬|亿|億|千|仟|百)|\s?(?:thousand|million|billion)\b"
    r"|\s?(?:mn|bn)\b|[km](?![a-z]))"
)
_PART = re.compile(r"(\d+(?:\.\d+)?)(万|千|百)")
_UNIT = re.compile(
    r"""(?ix)\s?(?:
      (?P<money>(?:多|余|来)?(?:元|块钱?|圆|美元|欧元|人民币)(?:整)?
        |(?:yuan|rmb|cny|usd|eur|gbp|dollars|pounds)\b)
    | (?P<minor>fen\b|分(?![之钟店行部公])|minor\sunits?\b|pence\b|cents?\b)
    | (?P<percent>%|per\s?cent\b|个?百分点|percentage\spoints?\b|pp\b)
    | (?P<permille>‰) | (?P<bp>bps?\b|个?基点|basis\spoints?\b) | (?P<ppm>ppm\b)
    | (?P<days>个?工作日|天|(?:calendar\s|working\s)?days?\b|日)
    | (?P<tenth>成(?![本交立为功员果长都]))
    | (?P<count>多?[张笔个家条项份单次人户种件周月年倍]|-?[a-z]+)
    )"""
)
_COUNTED = re.compile(
    r"(?i)\s?(?:more |open |other |largest? |known )?(?:bills?|days?|tenders?|payments?|customers?"
    r"|loans?|weeks?|months?|years?|invoices?|lines?|sources?|pieces?|moves?|steps?|proposals?"
    r"|items?|options?|ways?|records?|stores?|demands?|advice|findings?|events?)\b"
)
_ABOUT = re.compile(
    r"(?i)(?:约|大约|大概|左右|接近|about|around|roughly|approximately|some|close to|~|≈)\s*$"
)
_OVER = re.compile(r"(?i)(?:超过|超|逾|多于|more than|over|upwards of)\s*$")
_UNDER = re.compile(r"(?i)(?:(?<!接)近|不到|nearly|almost|just under|less than)\s*$")
_MINUS = re.compile(
    r"(?i)(?:(?<![A-Za-z0-9%元万亿.)）])-\s?|负\s?|minus\s|negative\s)(?:[¥$£€]\s?)?$"
)
_PLUS = re.compile(r"(?:(?<![A-Za-z0-9%元万亿.)）])\+\s?)(?:[¥$£€]\s?)?$")


def _number(text: str, match: re.Match[str]) -> list[Figure]:
    start, end = match.span()
    body = match.group()
    currency, sign = "", 0
    if lead := _LEAD.match(body):
        currency, sign = _CURRENCIES[lead[1].lower()], -1 if lead[2] else 0
        body = body[lead.end() :]
    worded = not any(char.isdigit() for char in body if char.isascii())
    if body.startswith("百分之"):
        value, step = _chinese(body[3:]) or (Fraction(0), Fraction(0))
        if not step:
            return []
        made = Figure(start, end, "", "share", value * 10_000, step * 10_000)
        return [_told(text, made)]
    if worded:
        parsed = _chinese(body) if not body.isascii() else None
        if body.lower() in _WORDS:
            if not _COUNTED.match(text, end):
                return []
            parsed = Fraction(_WORDS[body.lower()]), Fraction(1)
        if parsed is None:
            return []
        value, step = parsed
    else:
        digits = body.replace(",", "")
        decimals = len(digits.partition(".")[2])
        value, step = Fraction(digits), Fraction(1, 10**decimals)
        if scale := _SCALE.match(text, end):
            size = _SCALES[scale[1].strip().lower()]
            value, step, end = value * size, step * size, scale.end()
            while (part := _PART.match(text, end)) and _SCALES[part[2]] < size:
                size = _SCALES[part[2]]
                more = len(part[1].partition(".")[2])
                value += Fraction(part[1]) * size
                step, end = Fraction(size, 10**more), part.end()
    unit = _UNIT.match(text, end)
    kind: Kind = "money" if currency else "plain"
    name = unit.lastgroup if unit else None
    if unit and name:
        said = unit.group().strip().lower()
        if currency and name != "money":
            name = None
        if name == "money":
            kind = "money"
            plain = said.lstrip("多余来").rstrip("整钱")
            currency = currency or _CURRENCIES.get(plain, "CNY")
        elif name == "minor":
            kind, value, step = "money", value / 100, step / 100
        elif name in _SHARES:
            kind = "share"
            value, step = value * _SHARES[name], step * _SHARES[name]
        elif name == "days":
            kind = "days"
        if name in ("money", "minor", "days", *_SHARES):
            end = unit.end()
    if worded and not body.isascii() and not _chinese_counts(body, name):
        return []
    if kind == "money":
        value, step = value * 100, step * 100
    over = bool(unit and name in ("money", "count") and unit.group().strip()[:1] in "多余")
    made = Figure(start, end, "", kind, value, step, sign, "over" if over else "", currency)
    return [_told(text, made)]


_SHARES = {"percent": 10_000, "permille": 1000, "bp": 100, "ppm": 1, "tenth": 100_000}


def _chinese_counts(body: str, unit: str | None) -> bool:
    """Whether Chinese numerals are a figure here: with a unit, or as a long number.

    一 before a measure word ("a", "once") and words such as 十分 are none.
    """
    if unit in ("money", "percent", "bp", "permille"):
        return True
    if unit in ("count", "days", "tenth"):
        return body not in ("一", "两三", "三五", "千", "百", "万", "十", "零")
    return len(body) > 2 and any(char in body for char in "十百千万亿拾佰仟")


def _told(text: str, made: Figure) -> Figure:
    """Add what stands right before a figure, or after: its sign, and about, over, under."""
    before = text[max(0, made.start - 14) : made.start]
    sign = made.sign
    start = made.start
    if minus := _MINUS.search(before):
        sign, start = -1, made.start - (len(before) - minus.start())
    elif plus := _PLUS.search(before):
        sign, start = 1, made.start - (len(before) - plus.start())
    before = text[max(0, start - 14) : start]
    bound: Bound = made.bound
    words: tuple[tuple[re.Pattern[str], Bound], ...] = (
        (_ABOUT, "about"),
        (_OVER, "over"),
        (_UNDER, "under"),
    )
    for pattern, word in words:
        if pattern.search(before):
            bound = word
    if not bound and re.match(r"\s?(?:左右|上下|or so)", text[made.end : made.end + 6]):
        bound = "about"
    value = -made.value if sign < 0 else made.value
    return replace(made, start=start, sign=sign, bound=bound, value=value)


_TO = re.compile(r"\s?(?:-|–|—|~|至|到|to|and|和)\s?")


def _ranges(text: str, found: list[Figure]) -> list[Figure]:
    """Give the first of "12-15万元" the unit and scale of the second."""
    for place, (first, second) in enumerate(pairwise(found)):
        between = text[first.end : second.start]
        if first.kind != "plain" or second.kind in ("plain", "date") or not _TO.fullmatch(between):
            continue
        if between.strip() in ("and", "和") or text[second.start] in "¥$£€":
            continue
        digits = re.search(r"\d+(?:\.\d+)?", text[second.start : second.end].replace(",", ""))
        if digits is None or not Fraction(digits[0]):
            continue
        if _SCALE.search(text, first.start, first.end):
            factor = Fraction(100 if second.kind == "money" else 1)
        else:
            factor = abs(second.value) / Fraction(digits[0])
        found[place] = replace(
            first,
            kind=second.kind,
            value=first.value * factor,
            step=first.step * factor,
            currency=second.currency,
        )
    return found


def _chinese(body: str) -> tuple[Fraction, Fraction] | None:
    """Return the value of Chinese numerals and the worth of their last digit; None for none."""
    if all(char.isdigit() or char == "." for char in body) and body.strip("."):
        return Fraction(body), Fraction(1, 10 ** len(body.partition(".")[2]))
    whole, point, decimals = body.partition("点")
    total = section = digit = 0
    last = 1
    for char in whole:
        if char in _DIGITS:
            digit, last = _DIGITS[char], 1
        elif char in "十拾百佰千仟":
            size = {"十": 10, "拾": 10, "百": 100, "佰": 100}.get(char, 1000)
            section += (digit or 1) * size
            digit, last = 0, size
        elif char in "万萬":
            total += (section + digit) * 10**4
            section, digit, last = 0, 0, 10**4 * last
        elif char in "亿億":
            total = (total + section + digit) * 10**8
            section, digit, last = 0, 0, 10**8 * last
        else:
            return None
    value, step = Fraction(total + section + digit), Fraction(last)
    if point:
        scale = 1
        for char in decimals:
            scale *= 10
            value += Fraction(_DIGITS[char], scale)
        step = Fraction(1, scale)
    return value, step


def _date(text: str) -> int:
    """Return a day as a number, year·10000 + month·100 + day; without a year, 0 for it."""
    low = text.lower()
    numbers = [int(part) for part in re.findall(r"\d+", low)]
    month = next(
        (_MONTHS[name[:3]] for name in re.findall("[a-z]+", low) if name[:3] in _MONTHS), 0
    )
    if month:
        year = next((n for n in numbers if n > 31), 0)
        day = next((n for n in numbers if n <= 31), 0)
    elif len(numbers) == 3:
        year, month, day = numbers
    elif "年" in low:
        return 0  # a month alone
    else:
        year, (month, day) = 0, (numbers[0], numbers[1])
    try:
        date(year or 2024, month, day)
    except ValueError:
        return 0
    return year * 10_000 + month * 100 + day
