"""Words of a notice or a query: Chinese by dictionary, English by light stems, in one list.

Text is compared in NFKC and lower case. Words that nearly every notice holds (采购, contract …)
carry no subject and are dropped, unless a query has no others.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import rjieba

_RUNS = re.compile(
    r"(?P<word>[a-z0-9]+(?:'[a-z]+)?)|(?P<han>[\u3400-\u9fff\U00020000-\U000323af]+)"
)
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
_SPACES = re.compile(r"\s+")

STOP = frozenset(
    # English function words
    "a an and are as at be by for from has have if in into is it its may must no not of on or "
    "other our shall should such than that the their them there these they this to under up was "
    "we were which who will with within would you your all any can do each more new per etc via "
    # words of every notice, as stems
    "tender contract procurement procur invit notice framework agreement lot provision provid "
    "provider supply suppli supplier require requirement requir service servic award dps dynamic "
    "purchas buyer bid bidder quotation quot rfp rfq itt opportunity opportun work project "
    "programm program scheme "
    # Chinese
    "的 及 和 与 等 于 之 在 为 对 或 并 其 该 本 个 年 月 日 采购 项目 招标 公告 "
    "投标 公开 竞争性 磋商 谈判 询价 中标 结果 成交 意向 邀请 采购项目 服务 服务项目 "
    "供应商 供应 提供 标段 工程 有限公司 公司 单位 年度 关于 进行 相关 以及 工作 要求".split()
)
"""Stems that say nothing about the subject of a notice."""

_DOUBLE_KEPT = frozenset("lsz")


def normal(text: str) -> str:
    """Return `text` in NFKC and lower case with single spaces: the form that is compared."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return a light English stem: plural, -ing, -ed, -er, -ment, -ation and final e removed, and
    -ologist as -ology.

    It merges cleaner, cleaning and cleaned; it never tries to be a dictionary form.
    """
    word = word.removesuffix("'s")
    if len(word) < 4 or not word.isascii() or any(c.isdigit() for c in word):
        return word
    for science in ("ologist", "ological", "ologic"):
        if word.removesuffix("s").endswith(science):
            return word.removesuffix("s").removesuffix(science) + "ology"
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix, least in (("ation", 4), ("ment", 4), ("ing", 4), ("ed", 4), ("er", 5)):
        if word.endswith(suffix) and len(word) - len(suffix) >= least:
            word = word[: -len(suffix)]
            if word[-1] == word[-2] and word[-1] not in _DOUBLE_KEPT:
                word = word[:-1]
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def tokens(text: str) -> list[str]:
    """Return the subject words of a text in order, repeated as they stand."""
    return [word for word in every_token(text) if word not in STOP]


def every_token(text: str) -> list[str]:
    """Return all words of a text in order, those of every notice too."""
    if text.isascii():
        return [stem(word) for word in _WORD.findall(text.lower())]
    return [word for word, _ in _pairs(text)]


def surfaces(text: str) -> dict[str, str]:
    """Return word → how the text writes it, for showing a match in the asker's words."""
    return dict(reversed(list(_pairs(text))))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for run in _RUNS.finditer(normal(text)):
        han = run["han"]
        if han is None:
            yield stem(run["word"]), run["word"]
            continue
        for word in rjieba.cut(han):
            yield word, word
            if len(word) > 2:
                # So that 停车场 and a name that the dictionary lacks meet their parts elsewhere.
                for i in range(len(word) - 1):
                    yield word[i : i + 2], word


def code_tokens(codes: Iterable[str]) -> list[str]:
    """Return classification codes with their prefixes, so that broad and narrow codes meet.

    "CPV:55524000" → cpv:55, cpv:555, cpv:5552, cpv:55524. Text after the code, if the source
    gives it, becomes words.
    """
    out: list[str] = []
    for code in codes:
        scheme, _, rest = normal(code).partition(":")
        if not rest:
            out += tokens(scheme)
            continue
        number, _, words = rest.partition(" ")
        digits = number.split("-")[0].rstrip("0")
        out += [f"{scheme}:{digits[:end]}" for end in range(2, len(digits) + 1)] or [
            f"{scheme}:{digits}"
        ]
        out += tokens(words)
    return out


def is_chinese(text: str) -> bool:
    """Return whether the text holds at least one Chinese character."""
    return _HAN.search(text) is not None


@dataclass(frozen=True, slots=True)
class Concept:
    """A trade: what triggers it (each a set of words), its words and codes with their names."""

    triggers: tuple[frozenset[str], ...]
    words: dict[str, str]


@cache
def concepts() -> tuple[Concept, ...]:
    """Return the trades of `trades.toml`, Chinese and English names of one trade together."""
    table = tomllib.loads((files("aicfo_tender") / "trades.toml").read_text("utf-8"))
    out: list[Concept] = []
    for row in table["trade"]:
        triggers = [frozenset(every_token(name)) for name in row["names"]]
        words = {f"cpv:{code}": f"CPV {code}…" for code in row.get("cpv", ())}
        for name, trigger in zip(row["names"], triggers, strict=True):
            # Of a Chinese name the whole word is enough; its parts are too broad.
            word = normal(name) if is_chinese(name) else "".join(trigger)
            if (len(trigger) == 1 or is_chinese(name)) and word not in STOP:
                words[word] = name
        out.append(Concept(tuple(filter(None, triggers)), words))
    return tuple(out)


def trades_of(text: str) -> list[dict[str, str]]:
    """Return, for every trade that a text names, word or code → its name, without its own words."""
    given = frozenset(every_token(text))
    return [
        {word: name for word, name in sorted(concept.words.items()) if word not in given}
        for concept in concepts()
        if any(trigger <= given for trigger in concept.triggers)
    ]


def related(text: str) -> dict[str, str]:
    """Return the words and codes of `trades_of` in one, in order."""
    found: dict[str, str] = {}
    for words in trades_of(text):
        found.update(words)
    return dict(sorted(found.items()))


def trade_words(text: str) -> frozenset[str]:
    """Return all words and codes of the trades that a text names."""
    given = frozenset(every_token(text))
    return frozenset(
        word
        for concept in concepts()
        if any(trigger <= given for trigger in concept.triggers)
        for word in concept.words
    )
