"""Seeded mutation of sample inputs: by their structure (tokens, cells, elements), then by bytes.

One mutator for every text format: what stands between two separators is a token, and tokens are
replaced by hostile ones, by each other, repeated, dropped or nested. Workbooks are unpacked and
mutated part by part. Everything is decided by the `Random` that is passed in.
"""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable, Sequence
from io import BytesIO
from zipfile import ZIP_STORED, BadZipFile, ZipFile

_TOKENS = re.compile(r"[^\s,;|\t<>{}\[\]():=\"'&/]+|[\s,;|\t<>{}\[\]():=\"'&/]")

NUMBERS = (
    "0", "-0", "-1", "+1", "1.005", "0.001", "1e3", "1E400", "-1e-400", "NaN", "nan", "Infinity",
    "-Infinity", "inf", "１２３", "٣", "1_000", "1,000", "1,00", "1.", ".5", "--1", "0x1F", "1/2",
    "99999999999999", "100000000000000000000", "9" * 400, "9" * 5000, "1" + "0" * 308,
    "9007199254740993", "4294967296", "-9223372036854775809", "¥1.00", "￥1.00", "(1.00)", "1.00-",
    "1.10E+29", "true", "null", "一百", "壹佰元整", "½", "1\u00a0000", "1 000.00",
)  # fmt: skip

DATES = (
    "2026-02-30", "2026-02-29", "2024-02-29", "0000-00-00", "0001-01-01", "9999-12-31", "10000-1-1",
    "2026-13-01", "2026-3-2", "20260302", "2026年3月2日", "2026/03/02 24:00:00", "02/03/2026",
    "2026-03-02T25:61:61Z", "2026-03-02T10:00:00+99:99", "2026-03-02T10:00:00-23:59",
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "1900-01-00", "45000", "-1",
    "二〇二六",
    "2026-W10-1", "2026-03-02T10:00:00.123456789Z", "２０２６-０３-０２", "20260302101112", "99:99",
)  # fmt: skip

TEXTS = (
    "", " ", "\u3000", "\x00", "\x07", "\x1b[31m", "\x7f", "\ufeff", "\u200b", "\u202e", "\u2028",
    "\ud7ff", "\U0001f600", "e\u0301", "A" * 300, "票" * 5000, "\r", "\n", "\r\n", "\t", '"', '""',
    "'", "\\", "%s%n", "../../etc/passwd", "=1+1", "'; DROP TABLE x; --", "${x}", "{{x}}",
    "<!ENTITY a 'b'>", "]]>", "<![CDATA[", "&a;", "&#0;", "&#x110000;", "<?xml?>", "<!--", "null",
    "True", "None", "__proto__", "__class__", "record", "self", "ＡＢＣ", "ﬁ", "İ", "ß", "ǅ",
    "供应商甲", "微信支付", "支付宝", "合计", "共3笔记录", "收入", "支出", "/", "不计收支",
)  # fmt: skip

_ENCODINGS = ("utf-8-sig", "gb18030", "utf-16", "utf-16-be", "utf-32", "latin-1", "cp1252")


class Mutator:
    """Makes new inputs out of samples; the samples themselves come first."""

    def __init__(self, samples: Sequence[bytes], rng: random.Random) -> None:
        self.pool, self.rng = list(samples), rng
        self._given = len(self.pool)
        self._next = 0

    def input(self) -> bytes:
        """Return the next input."""
        if self._next < self._given:
            self._next += 1
            return self.pool[self._next - 1]
        rng = self.rng
        # Half of all start from a good file: what a broken one became is rarely read to its end.
        good = rng.random() < 0.5
        data = rng.choice(self.pool[: self._given] if good else self.pool)
        if data[:4] == b"PK\x03\x04" and rng.random() < 0.7:
            return self._workbook(data)
        text = _text(data)
        if text is None or rng.random() < 0.15:
            return self._bytes(data)
        for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
            text = rng.choice(_MOVES)(self, text)
        out = self._encoded(text)
        return self._bytes(out) if rng.random() < 0.05 else out

    def learn(self, data: bytes) -> None:
        """Keep an input that led somewhere new as a sample."""
        if len(data) < 20_000 and len(self.pool) < 2_000:
            self.pool.append(data)

    def token(self) -> str:
        """Return a token that should make trouble."""
        return self.rng.choice(self.rng.choice((NUMBERS, DATES, TEXTS)))

    def _encoded(self, text: str) -> bytes:
        rng = self.rng
        encoding = rng.choice(_ENCODINGS) if rng.random() < 0.08 else "utf-8"
        data = text.encode(encoding, "replace")
        return gzip.compress(data, 1) if rng.random() < 0.02 else data

    def _bytes(self, data: bytes) -> bytes:
        rng, out = self.rng, bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 4, 16))):
            at = rng.randrange(len(out) + 1)
            match rng.randrange(6):
                case 0 if at < len(out):
                    out[at] ^= 1 << rng.randrange(8)
                case 1:
                    out[at:at] = rng.randbytes(rng.choice((1, 2, 8)))
                case 2:
                    del out[at : at + rng.choice((1, 2, 16, 300))]
                case 3:
                    del out[at:]
                case 4:
                    other = rng.choice(self.pool)
                    out[at:] = other[rng.randrange(len(other) + 1) :]
                case _:
                    out[at:at] = out[at : at + rng.choice((1, 10, 100))]
        return bytes(out)

    def _workbook(self, data: bytes) -> bytes:
        rng = self.rng
        out = BytesIO()
        try:
            with ZipFile(BytesIO(data)) as pack, ZipFile(out, "w", ZIP_STORED) as made:
                chosen = rng.choice(pack.namelist())
                if rng.random() < 0.7:
                    chosen = rng.choice(
                        [n for n in pack.namelist() if "sheet" in n or "Strings" in n] or [chosen]
                    )
                for name in pack.namelist():
                    part = pack.read(name)
                    if name == chosen:
                        if rng.random() < 0.03:
                            continue
                        text = rng.choice(_MOVES)(self, part.decode("utf-8", "replace"))
                        part = text.encode("utf-8", "replace")
                    made.writestr(name, part)
        except (BadZipFile, OSError, ValueError, IndexError, NotImplementedError, RuntimeError):
            return self._bytes(data)
        return out.getvalue()


def _text(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _replace(own: Mutator, text: str) -> str:
    """One token becomes a hostile one, or another of the same text."""
    words = _TOKENS.findall(text)
    solid = [i for i, word in enumerate(words) if not _is_separator(word)]
    if not solid:
        return text + own.token()
    at = own.rng.choice(solid)
    words[at] = words[own.rng.choice(solid)] if own.rng.random() < 0.25 else own.token()
    return "".join(words)


def _separator(own: Mutator, text: str) -> str:
    """A separator is dropped, doubled, or becomes another."""
    places = [m.start() for m in re.finditer(r"[,;|\t<>{}\[\]():=\"'&/\n]", text)]
    if not places:
        return text
    at = own.rng.choice(places)
    return text[:at] + own.rng.choice(("", text[at] * 2, *',;\t"<>{}[]:\n')) + text[at + 1 :]


def _digit(own: Mutator, text: str) -> str:
    places = [m.start() for m in re.finditer(r"[0-9]", text)]
    if not places:
        return text
    at = own.rng.choice(places)
    return text[:at] + own.rng.choice("0123456789-. eX９") + text[at + 1 :]


def _line(own: Mutator, text: str) -> str:
    """Lines are dropped, doubled, swapped, cut, or come from another sample."""
    rng, lines = own.rng, text.split("\n")
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(to, lines[at])
        case 2:
            lines[at], lines[to] = lines[to], lines[at]
        case 3:
            lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
        case 4:
            other = _text(rng.choice(own.pool))
            lines.insert(to, rng.choice(other.split("\n")) if other else "")
        case _:
            lines[at:at] = [lines[at]] * rng.choice((2, 60))
    return "\n".join(lines)


def _element(own: Mutator, text: str) -> str:
    """A bracketed piece (element, object, list) is dropped, doubled, moved or nested."""
    rng = own.rng
    found = list(re.finditer(r"<(\w+)[^<>]*>[^<]*</\1>|\{[^{}]*\}|\[[^\[\]]*\]|<[^<>]+>", text))
    if not found:
        return _replace(own, text)
    one, two = rng.choice(found), rng.choice(found)
    piece = one[0]
    match rng.randrange(5):
        case 0:
            return text[: one.start()] + text[one.end() :]
        case 1:
            return text[: one.end()] + piece + text[one.end() :]
        case 2:
            return text[: two.start()] + piece + text[two.end() :]
        case 3:
            depth = rng.choice((2, 50, 3_000))
            left, right = rng.choice((("[", "]"), ('{"a":', "}"), ("<a>", "</a>")))
            return text[: one.start()] + left * depth + piece + right * depth + text[one.end() :]
        case _:
            return text[: one.start()] + own.token() + text[one.end() :]


def _cut(own: Mutator, text: str) -> str:
    at = own.rng.randrange(len(text) + 1)
    return text[:at] if own.rng.random() < 0.7 else text[at:]


def _insert(own: Mutator, text: str) -> str:
    at = own.rng.randrange(len(text) + 1)
    return text[:at] + own.token() + text[at:]


def _is_separator(word: str) -> bool:
    return len(word) == 1 and not word.isalnum()


_MOVES: tuple[Callable[[Mutator, str], str], ...] = (
    _replace,
    _replace,
    _replace,
    _replace,
    _separator,
    _digit,
    _digit,
    _line,
    _element,
    _cut,
    _insert,
)
