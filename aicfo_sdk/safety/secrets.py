"""What may leave for a remote model: no secrets, and stand-ins for people, firms and numbers.

    pseudonyms = Pseudonyms(key, books)
    sent = pseudonyms.hide(messages)        # 杭州晨光贸易有限公司 → <firm-k3q7>
    answer = pseudonyms.show(model(sent))   # and back, here, where the table is
    pseudonyms.left                         # what left, text by text

Names are those that the books hold, wherever they stand in a text, and what looks like a firm, a
person or an address. Numbers are told by their shape: account, bill, 统一社会信用代码, identity
card, telephone, e-mail. Amounts, days and ids like T-2031 stay: without them no model could
reason. A stand-in is the same for the same thing wherever the key is the same, tells nothing
without the key, and cannot be forged by a text that was written before.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from ..books.names import normal_name
from ..books.port import Books
from ..model.bill import Bill
from ..model.invoice import Transaction
from ..model.merchant import Account, Counterparty, Merchant
from ..model.tender import Tender
from ..model.text import clean
from ..redaction import redact

_CODE = 4
"""Characters of a stand-in's code; more where two would be alike."""

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_TOKEN = r"<[a-z]+-[a-z0-9]{4,}(?:\.[0-9]+)?>"
_SHORTEST = 2
_LEGAL = re.compile(r"(?:股份|有限|责任|集团|控股|\(.*?\)){0,4}公司$")
_CORE = 4
"""Characters that a name without its legal form or its place must have to be told by itself."""

# Words that stand where a name would: they name nobody.
_NOBODY = frozenset(
    "顾客 客户 散客 个人 现金 微信 支付宝 零钱 银行 公司 供应商 商户 收款 付款 货款 工资 房租 税款 "
    "手续费 利息 贷款 期初余额 customer supplier bank cash none unknown various".split()
)
_HAN = "\u3400-\u9fff"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许邓韩冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈"
    "钟姜崔谭陆范汪廖石韦贾夏付方邹熊孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤温康施牛樊"
    "葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申欧耿关兰焦俞左柳甘祝包"
)

# What names and numbers look like; the first kind that matches at a place is taken.
_SHAPES: tuple[tuple[str, str], ...] = (
    ("mail", r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("bill", r"(?<![0-9])[0-9]{30}(?![0-9])"),
    (
        "person",
        (
            r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])"
            r"(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
        ),
    ),
    (
        "code",
        (
            r"(?i)(?<![0-9a-z])(?=[0-9a-z]*[a-z])[0-9a-z]{2}[0-9]{6}[0-9a-hj-npqrtuwxy]{10}"
            r"(?![0-9a-z])"
        ),
    ),
    ("phone", r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9])"),
    ("phone", r"(?<![0-9])(?:0[0-9]{2,3}[- ]|\(0[0-9]{2,3}\) ?)[2-9][0-9]{6,7}(?![0-9])"),
    ("phone", r"(?<![\w+])\+[1-9][0-9]{0,2}(?:[ -]?[0-9]{2,5}){2,4}(?![0-9])"),
    (
        "account",
        (
            r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?"
            r"(?![0-9A-Za-z])"
        ),
    ),
    ("account", r"(?<![0-9.,])(?:[0-9]{12,29}|(?:[0-9]{4}[ -]){2,6}[0-9]{1,4})(?![0-9]|[.,][0-9])"),
    (
        "place",
        (
            rf"(?:[{_HAN}]{{2,3}}(?:省|自治区))?[{_HAN}]{{2,4}}(?:市|自治州|地区|盟)"
            rf"(?:[{_HAN}]{{1,6}}(?:区|县|市|镇|乡|街道))*"
            rf"(?:[{_HAN}]{{1,8}}(?:路|街|道|巷|弄|村))?(?:[0-9]+[-0-9]*(?:号|弄|幢|栋|座|室|单元|楼|层))+"
        ),
    ),
    (
        "place",
        rf"[{_HAN}]{{2,8}}(?:路|街|大道|巷|弄)[0-9]+号(?:[0-9]+[-0-9]*(?:幢|栋|座|室|单元|楼|层))*",
    ),
    (
        "firm",
        (
            rf"(?:(?![向给的了把被已将与])[\w{_HAN}()&·]){{2,30}}?(?:(?:股份|有限|责任|集团|控股){{1,4}}公司"
            r"|事务所|合作社|经营部|商行|工作室|个体工商户|医院|[中小大]学|学院|幼儿园|委员会|研究[院所]"
            r"|(?:管理|保障|服务|采购|交易)中心|[管财教卫城水公民]\w局|面馆|超市|饭店|酒店|餐厅|药店"
            r"|(?:银行|信用社)(?:\w{0,10}[支分]行)?)"
        ),
    ),
    (
        "firm",
        (
            r"(?<!\w)[A-Z][\w&'.-]*(?: (?:[A-Z][\w&'.-]*|of|and|&|for|the)){0,7}?,? "
            r"(?:Ltd|Limited|LLC|LLP|PLC|plc|Inc|Corp(?:oration)?|GmbH|AG|SA|SARL|BV|Pty)\b\.?"
        ),
    ),
    (
        "person",
        (
            rf"(?:(?<=联系人)|(?<=负责人)|(?<=经办人)|(?<=收款人)|(?<=付款人)|(?<=代表人)|(?<=户名))"
            rf"[:\s]*[{_HAN}]{{2,4}}"
        ),
    ),
    (
        "person",
        rf"[{_SURNAMES}][{_HAN}]{{0,2}}(?=先生|女士|小姐|老师|经理|会计|老板|师傅|董事长|总监)",
    ),
    ("person", r"(?<!\w)(?:Mr|Mrs|Ms|Dr)\.? [A-Z][a-z]+(?: [A-Z][a-z]+)*"),
)


@dataclass(frozen=True, slots=True)
class Left:
    """One text that left: as it was sent, and the stand-ins in it. Kept here, never sent."""

    place: str
    text: str
    stand_ins: tuple[str, ...]


class Pseudonyms:
    """Stand-ins for names and numbers, for one session with a remote model."""

    def __init__(
        self, key: bytes, books: Books | None = None, *, names: Iterable[str] = ()
    ) -> None:
        """`key` is the session's own, random; `books` and `names` say who must not be named.

        Without books, names are only told by what they look like.
        """
        if len(key) < 16:
            raise ValueError("a key of at least 16 bytes, such as secrets.token_bytes(16)")
        self._key = key
        self._known: dict[str, list[tuple[str, str]]] = {}
        self._tokens: dict[tuple[str, str], str] = {}
        self._codes: dict[str, tuple[str, str]] = {}
        self._originals: dict[str, str] = {}
        self.left: list[Left] = []
        for kind, name in (*(_names(books) if books else ()), *(("firm", name) for name in names)):
            self._learn(kind, clean(name))
        for found in self._known.values():
            found.sort(key=lambda item: -len(item[0]))

    def hide(self, value: Any, *, place: str = "") -> Any:
        """Return messages, or any JSON value, with a stand-in for every name and number.

        Each text that leaves is listed in `left`, with where it stood.
        """
        if isinstance(value, str):
            sent, tokens = self._hidden(value)
            if sent:
                self.left.append(Left(place, sent, tokens))
            return sent
        if isinstance(value, Mapping):
            fields = cast("Mapping[Any, Any]", value)
            return {
                self._hidden(str(name))[0]: self.hide(
                    part, place=f"{place}/{self._hidden(str(name))[0]}"
                )
                for name, part in fields.items()
            }
        if isinstance(value, list | tuple):
            parts = cast("list[Any]", value)
            return [self.hide(part, place=f"{place}/{i}") for i, part in enumerate(parts)]
        return value

    def show(self, value: Any) -> Any:
        """Return an answer with every stand-in that was given out turned back into what it is."""
        if isinstance(value, str):
            return _compiled(_TOKEN).sub(lambda m: self._originals.get(m[0], m[0]), value)
        if isinstance(value, Mapping):
            fields = cast("Mapping[Any, Any]", value)
            return {self.show(name): self.show(part) for name, part in fields.items()}
        if isinstance(value, list | tuple):
            return [self.show(part) for part in cast("list[Any]", value)]
        return value

    def _learn(self, kind: str, name: str) -> None:
        low = _lower(name.strip())
        if len(low) < _SHORTEST or low in _NOBODY or (low.isdecimal() and len(low) < 5):
            return
        forms = {low, normal_name(name)}
        core = _LEGAL.sub("", low)
        if kind == "firm" and core != low:
            # "晨光贸易" is the firm too, said without its legal form and its town.
            forms |= {form for form in (core, core[2:]) if len(form) >= _CORE}
        for form in forms:
            start = form[:_SHORTEST]
            if len(form) >= _SHORTEST and (form, kind) not in self._known.setdefault(start, []):
                self._known[start].append((form, kind))

    def _hidden(self, text: str) -> tuple[str, tuple[str, ...]]:
        text = redact(clean(text))
        parts: list[str] = []
        tokens: list[str] = []
        end = 0
        for start, stop, kind in self._spans(text):
            token = self._token(kind, text[start:stop])
            parts += [text[end:start], token]
            tokens.append(token)
            end = stop
        return "".join([*parts, text[end:]]), tuple(tokens)

    def _spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and kind of what is hidden, from left to right, none in another."""
        # What looks like a stand-in is hidden itself: it would come back as a name.
        found = [(m.start(), m.end(), "text") for m in _compiled(_TOKEN).finditer(text)]
        found += self._named(text)
        for kind, shape in _SHAPES:
            found += [
                (match.start() + _skipped(match[0]), match.end(), kind)
                for match in _compiled(shape).finditer(text)
            ]
        # A name of the books wins over what only looks like one; a longer one over a shorter.
        taken: list[tuple[int, int, str]] = []
        free = bytearray(len(text))
        for start, stop, kind in found:
            if start < stop and not any(free[start:stop]):
                free[start:stop] = b"\x01" * (stop - start)
                taken.append((start, stop, kind))
        yield from sorted(taken)

    def _named(self, text: str) -> Iterator[tuple[int, int, str]]:
        low = _lower(text)
        position, last = 0, len(low) - _SHORTEST
        while position <= last:
            for form, kind in self._known.get(low[position : position + _SHORTEST], ()):
                stop = position + len(form)
                if low.startswith(form, position) and _apart(low, position, stop):
                    yield position, stop, kind
                    position = stop - 1
                    break
            position += 1

    def _token(self, kind: str, original: str) -> str:
        known = self._tokens.get((kind, original))
        if known is not None:
            return known
        same = normal_name(original)
        code = self._code(kind, same)
        token, number = f"<{kind}-{code}>", 1
        # Another spelling of the same name keeps its code and comes back as it was spelt.
        while token in self._originals:
            token, number = f"<{kind}-{code}.{number}>", number + 1
        self._tokens[kind, original] = token
        self._originals[token] = original
        return token

    def _code(self, kind: str, same: str) -> str:
        made = hmac.digest(
            self._key, f"{kind}\x1f{same}".encode("utf-8", "surrogatepass"), "sha256"
        )
        letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in made)
        for size in range(_CODE, len(letters) + 1):
            code = letters[:size]
            if self._codes.setdefault(f"{kind}-{code}", (kind, same)) == (kind, same):
                return code
        raise AssertionError("two names have one digest")


def _names(books: Books) -> Iterator[tuple[str, str]]:
    """Yield kind and text of every name and number that the books know somebody by."""
    for merchant in books.records(Merchant).values():
        yield "firm", merchant.name
        yield "code", merchant.uscc
    for account in books.records(Account).values():
        yield "account", account.number
        yield "firm", account.name
    for party in books.records(Counterparty).values():
        yield "firm", party.name
        yield "code", party.uscc
        yield "account", party.payee_account or ""
    for bill in books.records(Bill).values():
        yield "bill", bill.number
        yield "code", bill.acceptor_uscc
        for name in (bill.drawer, bill.acceptor, bill.payee):
            yield "firm", name
        for link in bill.endorsements:
            yield "firm", link.endorser
            yield "firm", link.endorsee
    for line in books.records(Transaction).values():
        yield "person", line.counterparty_name
    for tender in books.records(Tender).values():
        yield "firm", tender.buyer
        for supplier in tender.suppliers:
            yield "firm", supplier


def _skipped(text: str) -> int:
    """Return how many characters of a match are the mark before a name: a colon, spaces."""
    return len(text) - len(text.lstrip(": \t"))


def _apart(text: str, start: int, stop: int) -> bool:
    """Whether a name stands by itself: not inside a longer word or number of ASCII."""
    before, after = text[start - 1 : start], text[stop : stop + 1]
    return not (_word(before) and _word(text[start])) and not (
        _word(after) and _word(text[stop - 1])
    )


def _word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _lower(text: str) -> str:
    low = text.lower()
    return low if len(low) == len(text) else text


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
