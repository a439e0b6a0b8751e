"""From the owner's words to a goal, without a model: the question nearest to what tools answer.

Each tool says in `asks=` which questions lead to it. A question is matched by the words and
concepts it shares with them (Chinese by character pairs, English by words, money terms of both
languages by concept), weighted by how telling they are. Too little in common, or two tools alike,
is said plainly. Only the owner's own text is read here, never text from records. Of the records
only ids are known, and strangers choose many of them: an id that is an ordinary word ("today") may
say what a question is about, never which question it is.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from ..books.port import Books
from ..errors import NotFound, PlanError
from ..model import record_type
from ..model.base import SubjectId
from ..registry import AnyTool, Registry

_THRESHOLD = 0.34
_MARGIN = 0.03


_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_SUBJECT_WORDS = {
    "Tender": r"(?:tenders?|bid|notice|标|招标|项目)",
    "Bill": r"(?:bills?|draft|票据|汇票|票)",
    "Store": r"(?:stores?|shop|门店|店)",
    "Invoice": r"(?:invoices?|发票)",
}
_OWNERS = frozenset({"Store"})
"""Record types whose ids the owner chose."""

# Letters and digits with a mark between, or one long word of digits: what nobody writes for
# another reason.
_LIKE_ID = re.compile(
    r"(?=.*\d)(?=.*[^\W\d_])(?=.*[-_/.])\S{3,}|(?=.*\d.*\d)(?=.*[a-z])[a-z0-9]{12,}|\d{12,}[-/\d]*"
)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked for: a tool, its own arguments, and the subjects it is about."""

    tool: AnyTool
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    subjects: tuple[SubjectId, ...] = ()
    text: str = ""

    @property
    def label(self) -> str:
        """The goal as a reader would write it."""
        return self.text or f"{self.tool.full_name}({', '.join(self.subjects)})"


def understand(text: str, registry: Registry, books: Books | None = None) -> Goal:
    """Return the goal that a question means.

    Subjects are ids that the books hold and the text names. Raises: PlanError, with example
    questions, when no tool's questions are near enough or two are equally near; NotFound when the
    text names an id ("tender T-9") that the books do not hold.
    """
    plain = _plain(text)
    if not plain.strip():
        raise PlanError("an empty goal", value=text, mend=_examples(registry))
    subjects, rest = _subjects(plain, registry, books, words=False)
    scored = _scores(rest, registry, {type(s) for s in subjects})
    more, less = _subjects(plain, registry, books, words=True)
    if more != subjects:
        other = _scores(less, registry, {type(s) for s in more})
        if scored and other and scored[0][1] is other[0][1]:
            subjects, scored = more, other
    if not scored or scored[0][0] < _THRESHOLD:
        raise PlanError("this goal was not understood", value=text, mend=_examples(registry))
    best, tool = scored[0]
    rivals = [other for score, other in scored[1:] if best - score < _MARGIN]
    if rivals:
        names = " or ".join(t.full_name for t in [tool, *rivals[:2]])
        raise PlanError("this goal could mean several things", value=text, mend=f"name {names}")
    return Goal(tool, {}, tuple(subjects), text)


def nearest(text: str, registry: Registry) -> list[AnyTool]:
    """Return all tools, those whose questions, titles and descriptions are nearest a text first."""
    question = _features(_plain(text))
    scored = {id(tool): score for score, tool in _scores(_plain(text), registry, set())}

    def rank(tool: AnyTool) -> tuple[float, str]:
        own = _features(_plain(f"{tool.name.replace('_', ' ')} {tool.title} {tool.description}"))
        shared = len(question & own) / math.sqrt(max(len(question) * len(own), 1))
        return (-max(scored.get(id(tool), 0.0), shared), tool.full_name)

    return sorted(registry.tools.values(), key=rank)


def ids_in(text: str) -> tuple[str, ...]:
    """Return the words of a text that look like ids ("T-2031"), as they are written."""
    found = re.findall(r"[A-Za-z][A-Za-z0-9]*[-_][\w-]*\d[\w-]*|[A-Z]+\d+", text, re.ASCII)
    return tuple(dict.fromkeys(found))


def subject_types(registry: Registry) -> dict[str, type[SubjectId]]:
    """Return record name → subject-id type, for every subject that some tool takes."""
    found: dict[str, type[SubjectId]] = {}
    for tool in registry.tools.values():
        for parameter in tool.signature.parameters:
            if parameter.subject is not None:
                found[parameter.subject.__name__.removesuffix("Id")] = parameter.subject
    return dict(sorted(found.items()))


def _scores(
    text: str, registry: Registry, subjects: set[type[SubjectId]]
) -> list[tuple[float, AnyTool]]:
    """Cosine of the question with each tool's nearest own question, best first."""
    phrases = [
        (tool, _features(re.sub(r"\{\w+\}", " ", _plain(ask))), "{" in ask)
        for tool in registry.tools.values()
        for ask in tool.asks
    ]
    document_frequency: Counter[str] = Counter()
    by_tool: dict[str, set[str]] = {}
    for tool, features, _ in phrases:
        by_tool.setdefault(tool.full_name, set()).update(features)
    for features in by_tool.values():
        document_frequency.update(features)
    weights = {
        feature: 1.0 + math.log(len(by_tool) / count)
        for feature, count in document_frequency.items()
    }
    rarest = 1.0 + math.log(max(len(by_tool), 1))
    question = _weighted(_features(text), weights, rarest)
    best: dict[str, tuple[float, AnyTool]] = {}
    for tool, features, about in phrases:
        score = _cosine(question, _weighted(features, weights, rarest))
        # A question that names a subject prefers tools that are asked about one, and back.
        score *= 1.1 if about == bool(subjects) else 0.9
        if score > best.get(tool.full_name, (0.0, tool))[0]:
            best[tool.full_name] = (score, tool)
    return sorted(best.values(), key=lambda item: (-item[0], item[1].full_name))


@cache
def _words() -> tuple[frozenset[str], re.Pattern[str], dict[str, tuple[str, ...]]]:
    import tomllib
    from importlib.resources import files

    table = tomllib.loads((files(__package__ or "") / "words.toml").read_text("utf-8"))
    longest_first = sorted(table["stop_zh"], key=lambda word: (-len(word), word))
    concepts = {concept: tuple(terms) for concept, terms in table["concepts"].items()}
    return frozenset(table["stop"]), re.compile("|".join(longest_first)), concepts


@lru_cache(maxsize=4096)
def _features(text: str) -> frozenset[str]:
    stop, stop_zh, concepts = _words()
    found: set[str] = set()
    for word in _WORD.findall(stop_zh.sub(" ", text)):
        if word[0].isascii():
            if word not in stop:
                found.add(_stem(word))
        else:
            found.update(word[i : i + 2] for i in range(len(word) - 1))
    words = set(re.findall(r"[a-z]+", text))
    for concept, terms in concepts.items():
        if any(term in words if term.isascii() else term in text for term in terms):
            found.add("#" + concept)
    return frozenset(found)


def _weighted(
    features: Iterable[str], weights: dict[str, float], rarest: float
) -> dict[str, float]:
    # A concept says more than one word of it; a word that no tool's question has counts mildly
    # against the match, a concept that none has counts fully.
    return {
        feature: weights.get(feature, rarest) * 2.5
        if feature[0] == "#"
        else weights.get(feature, 0.3 * rarest)
        for feature in features
    }


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    dot = sum(weight * other[feature] for feature, weight in one.items() if feature in other)
    norm = math.sqrt(sum(w * w for w in one.values()) * sum(w * w for w in other.values()))
    return dot / norm if norm else 0.0


def _subjects(
    text: str, registry: Registry, books: Books | None, *, words: bool
) -> tuple[list[SubjectId], str]:
    """Return the ids named in the text, and the text without them.

    Without `words`, a stranger's id counts only where it looks like one or its type is named
    before it.
    """
    found: list[SubjectId] = []
    for name, kind in subject_types(registry).items():
        word = _SUBJECT_WORDS.get(name)
        if books is not None:
            known = books.records(record_type(name))
            for each in sorted(known, key=lambda each: (-len(each), each)):
                plain = _plain(each)
                pattern = rf"(?<![\w-])(){re.escape(plain)}(?![\w-]*[a-z0-9])"
                if not (words or name in _OWNERS or _LIKE_ID.fullmatch(plain)):
                    if word is None:
                        continue
                    pattern = rf"({word}\s*[#:：]?\s*){re.escape(plain)}(?![\w-]*[a-z0-9])"
                if re.search(pattern, text, re.ASCII):
                    found.append(kind(each))
                    # Words on both sides stay apart: "bill B-17 safe" names no bill "safe".
                    text = re.sub(pattern, r"\1 . ", text, flags=re.ASCII)
        named = (
            re.search(rf"{word}\s*#?([a-z0-9]*[-_]?[0-9][\w-]*)", text, re.ASCII) if word else None
        )
        if named and not any(isinstance(s, kind) for s in found):
            if books is not None:
                raise NotFound(
                    f"these books hold no {name} with this id",
                    value=named[1].upper(),
                    where=f"as of {books.as_of.isoformat()}",
                    mend=f"check the id, or import the {name.lower()}",
                )
            found.append(kind(named[1].upper()))
            text = text.replace(named[1], " ")
    return found, text


def _examples(registry: Registry) -> str:
    asks = [tool.asks[0] for tool in registry.tools.values() if tool.asks][:4]
    return "ask for example: " + " · ".join(asks) + "; or name a tool or a fact"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ies", "es", "s", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
