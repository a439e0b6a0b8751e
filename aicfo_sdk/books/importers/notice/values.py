"""Amounts, days, spans of time and ticked choices as Chinese notices write them.

The text is in NFKC already: marks and digits are half-width. What cannot be read is None, never
a guess: an amount without any unit counts as yuan only when it is large enough to be yuan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ....capital import from_capital
from ....errors import AmountError
from ....money import LIMIT, PPM, round_div

_FIRST_YEAR, _LAST_YEAR = 1990, 2099
_LEAST_BARE = 5_000
"""An amount without a unit below this may be 万元 or yuan: it is not read. In yuan."""

_UNITS = {
    "元": 100,
    "圆": 100,
    "千元": 100_000,
    "万": 1_000_000,
    "万元": 1_000_000,
    "百万元": 100_000_000,
    "亿": 10_000_000_000,
    "亿元": 10_000_000_000,
}
_UNIT = "百万元|千元|万元|亿元|万(?!分)|亿|元|圆"
_NUMBER = re.compile(
    rf"(?P<minus>-\s*)?(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,18}}(?:\.\d{{1,8}})?)"
    rf"\s*(?:\((?P<apart>{_UNIT})\)|(?P<unit>{_UNIT}))?(?P<share>\s*[%‰])?"
)
_CAPITAL = re.compile(r"[零〇壹贰貳叁參肆伍陆陸柒捌玖拾佰仟万萬亿億元圆圓整正角分]{3,40}")
_DIGITS = "零〇一二三四五六七八九"
_CHINESE_DAY = re.compile(
    r"([二][〇零○O0Oo一二三四五六七八九]{3}|(?<!\d)20\d\d)\s*年\s*([一二三四五六七八九十]{1,3})\s*月"
    r"(?:\s*([一二三四五六七八九十]{1,3})\s*[日号])?"
)
_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})(?:\s*[日号])?"
)
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月(?!\s*\d)")
_GLUED = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_HOUR = re.compile(
    r"\s*[\s,T(]*(?:北京时间)?[)\s,]*(?:(?:星期|周|礼拜)[一二三四五六日天])?[)\s,]*(上午|下午|中午|晚上|晚|早上|AM|PM)?\s*"
    r"(\d{1,2}|[一二三四五六七八九十]{1,3})\s*(?:[:点时]\s*"
    r"(\d{1,2}|[〇零一二三四五六七八九十]{1,3}|整|半)?)(?:\s*分)?",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"(\d{1,5}|[一二三四五六七八九十两百]{1,5})\s*个?\s*(日历天|日历日|工作日|自然日|天|日|周|月|年)"
)
_SPAN_WORKING = 7, 5  # calendar days of five working days
_TO = re.compile(r"\s*(?:\([^()]{0,12}\))?\s*(?:至|到|~|-{1,2}|—{1,2}|–)\s*")
_TICKED = r"[☑☒■√✓✔●☚▣]"
_EMPTY = r"[□○☐◻▢]"
_YES = frozenset({"是", "接受", "允许", "有", "可以"})
_NO = frozenset({"否", "不接受", "不允许", "无", "不可以"})


@dataclass(frozen=True, slots=True)
class Amount:
    """Minor units of an amount; `differs` when figures and 大写 say two things (大写 governs)."""

    fen: int
    differs: bool = False
    absurd: bool = False


def amount(text: str, unit: str = "", *, of: int | None = None) -> Amount | None:
    """Return the first amount of a text, or None.

    `unit` is what its label states ("万元"); a percentage counts of `of`, when that is known.
    """
    capital = _capital(text)
    figures = _figures(text, unit, of)
    if capital is None:
        return figures
    return Amount(capital, differs=figures is not None and figures.fen != capital)


def _capital(text: str) -> int | None:
    for found in _CAPITAL.finditer(text):
        if not re.search(r"[元圆圓]|万|萬", found[0]):
            continue
        words = found[0] if re.search(r"[元圆圓]", found[0]) else found[0] + "元"
        try:
            return from_capital(words if words[-1] in "整正分角" else words + "整")
        except AmountError:
            continue
    return None


def _figures(text: str, unit: str, of: int | None) -> Amount | None:
    for found in _NUMBER.finditer(text):
        digits = found["number"].replace(",", "")
        own = found["unit"] or found["apart"]
        if found["share"] and not own:
            if of is None:
                return None
            top, bottom = Decimal(digits).as_integer_ratio()
            basis = 100 if "%" in found["share"] else 1_000
            return Amount(round_div(of * top, bottom * basis))
        own = own or unit
        marked = text[: found.start()].rstrip().endswith(("¥", "人民币", "RMB", "CNY"))
        if not own and not marked and Decimal(digits) < _LEAST_BARE:
            continue
        top, bottom = Decimal(digits).as_integer_ratio()
        fen = round_div(top * _UNITS[own or "元"], bottom)
        if found["minus"] or fen > LIMIT:
            return Amount(0, absurd=True)
        return Amount(fen)
    return None


def unit_in(text: str) -> str:
    """Return the unit of money that a name states ("单位:万元"), or nothing."""
    found = re.search(r"百万元|千元|万元|亿元|元", text)
    return found[0] if found else ""


def ppm(text: str) -> int | None:
    """Return the first percentage of a text in ppm, or None."""
    found = re.search(r"(\d{1,3}(?:\.\d{1,4})?)\s*([%‰])", text)
    if found is None:
        return None
    top, bottom = Decimal(found[1]).as_integer_ratio()
    value = round_div(top * (PPM // 100 if found[2] == "%" else PPM // 1_000), bottom)
    return value if value <= PPM else None


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, its hour ("HH:MM" or ""), and where in the text it stood."""

    day: date
    hour: str
    start: int
    end: int
    whole: bool = True


def moments(text: str) -> list[Moment]:
    """Return the days of a text in order, each with its hour if that follows."""
    out: list[Moment] = []
    for pattern, read in ((_DAY, _plain), (_CHINESE_DAY, _chinese), (_GLUED, _plain)):
        for found in pattern.finditer(text):
            day = read(found)
            if day is None or any(found.start() < m.end and m.start < found.end() for m in out):
                continue
            hour, end = _hour(text, found.end())
            whole = pattern is not _CHINESE_DAY or found[3] is not None
            out.append(Moment(day, hour, found.start(), end, whole))
    return sorted(out, key=lambda moment: moment.start)


def until(text: str) -> Moment | None:
    """Return the end of the first span of a text ("9时至9时30分"), else its first whole day."""
    days = [found for found in moments(text) if found.whole]
    if not days:
        return None
    first = days[0]
    joined = _TO.match(text, first.end)
    if joined is None:
        return first
    if len(days) > 1 and days[1].start - joined.end() <= 2:
        return days[1]
    hour, end = _hour(text, joined.end())
    return Moment(first.day, hour, first.start, end) if hour and first.hour else first


def moment(text: str) -> Moment | None:
    """Return the first whole day of a text with its hour, or None."""
    return next((found for found in moments(text) if found.whole), None)


def month(text: str) -> date | None:
    """Return the first day of a month that a text names without its day, or None."""
    for found in moments(text):
        if not found.whole:
            return found.day
    found = _MONTH.search(text)
    return _day(int(found[1]), int(found[2]), 1) if found else None


def _plain(found: re.Match[str]) -> date | None:
    return _day(int(found[1]), int(found[2]), int(found[3]))


def _chinese(found: re.Match[str]) -> date | None:
    year = "".join(char if char.isdigit() else str(_digit(char)) for char in found[1])
    return _day(int(year), _small(found[2]) or 0, (_small(found[3]) or 0) if found[3] else 1)


def _day(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _digit(char: str) -> int:
    return max(_DIGITS.find(char) - 1, 0)


def _small(text: str) -> int | None:
    """Return a number up to 999 in digits or Chinese numerals."""
    if text.isdigit() and text.isascii():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char == "百":
            total, digit = total + 100 * (digit or 1), 0
        elif char == "十":
            total, digit = total + 10 * (digit or 1), 0
        elif char == "两":
            digit = 2
        else:
            digit = _digit(char)
    return total + digit or None


def _hour(text: str, start: int) -> tuple[str, int]:
    found = _HOUR.match(text, start)
    if found is None:
        return "", start
    hour = _small(found[2]) if not found[2].isdecimal() else int(found[2])
    told = found[3] or "0"
    minute = 30 if told == "半" else int(told) if told.isdecimal() else (_small(told) or 0)
    if hour is None:
        return "", start
    half = (found[1] or "").upper()
    if half in ("下午", "晚上", "晚", "PM") and hour < 12:
        hour += 12
    if hour == 24 and minute == 0:
        return "23:59", found.end()
    if hour > 23 or minute > 59:
        return "", start
    return f"{hour:02d}:{minute:02d}", found.end()


def span_days(text: str) -> int | None:
    """Return the calendar days of the first span of time ("90日历天", "一年", "3个月"), or None.

    A month counts 30 days, a year 365, a working day 7/5.
    """
    for found in _SPAN.finditer(text):
        if found[2] in ("年", "月", "日") and _is_date(text, found):
            continue
        number = _small(found[1])
        if number is None:
            continue
        each = {"周": 7, "月": 30, "年": 365}.get(found[2], 1)
        if found[2] == "工作日":
            calendar, working = _SPAN_WORKING
            return round_div(number * calendar, working)
        return number * each if number * each <= 36_500 else None
    return None


def _is_date(text: str, found: re.Match[str]) -> bool:
    if found[2] == "年" and (len(found[1]) == 4 or "个" in found[0]):
        return len(found[1]) == 4
    if "个" in found[0]:
        return False
    before, after = text[: found.start()].rstrip(), text[found.end() :].lstrip()
    if found[2] == "年":
        return False
    if found[2] == "月":
        return True
    return before.endswith("月") or (after.startswith(("前", "起")) and before[-1:] == "月")


def choice(text: str) -> bool | None:
    """Return what is ticked or said: True for 是 or 接受, False for 否 or 不接受, else None."""
    plain = re.sub(r"\s+", "", text)
    plain = re.sub(r"[\[(【]\s*[√✓✔xX]\s*[\])】]", "☑", plain)
    plain = re.sub(r"[\[(【]\s*[\])】]", "□", plain)
    ticked = re.findall(rf"{_TICKED}(不接受|不允许|接受|允许|是|否|有|无)", plain)
    if not ticked and re.search(_EMPTY, plain):
        ticked = [
            word
            for word in re.findall(r"(?<!□)(?<!☐)(不接受|不允许|接受|允许|是|否)", plain)
            if re.search(rf"{_EMPTY}(?!{word})(?:不接受|不允许|接受|允许|是|否)", plain)
        ]
        ticked = ticked if len(ticked) == 1 else []
    if ticked:
        return ticked[0] in _YES
    if re.search(_EMPTY, plain):
        return None
    word = re.match(r"[(:]*(不接受|不允许|接受|允许|是|否|不(?!限)|/|无)", plain)
    if word is None:
        return None
    return word[1] in _YES
