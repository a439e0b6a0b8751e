"""Names of firms and banks, compared as a careful clerk would."""

from __future__ import annotations

import re
from functools import lru_cache

_SUFFIX = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团公司|股份公司)")
_BRANCH_END = re.compile(r".+(分行|支行|营业部|营业室|中心|分理处)")
_BRANCH = re.compile(rf"(.*银行)({_BRANCH_END.pattern})")
_BANK_WORDS = ("银行", "信用社", "信用合作联社")


@lru_cache(maxsize=10_000)
def plain_name(name: str) -> str:
    """Return `name` without spaces and punctuation, in one case: what equality is judged on."""
    return "".join(char for char in name if char.isalnum()).casefold()


@lru_cache(maxsize=10_000)
def core_name(name: str) -> str:
    """Return the distinguishing part: no legal form, no branch of a bank.

    "中国工商银行股份有限公司北京分行" and "中国工商银行北京分行" both give "中国工商银行".
    """
    text = plain_name(name)
    cut = _SUFFIX.search(text)
    head = text[: cut.start()] if cut and cut.start() else text
    branch = _BRANCH.fullmatch(head)
    return branch[1] if branch else head


def is_bank(name: str) -> bool:
    """Return whether the name is a bank's, credit cooperative's or finance company's (财务公司)."""
    text = plain_name(name)
    return any(word in text for word in _BANK_WORDS) or "财务" in core_name(name)


@lru_cache(maxsize=512)  # each holds all names it was compared with
def imitated(name: str, known: tuple[str, ...], likeness_ppm: int) -> tuple[str, int] | None:
    """Return the known name that `name` imitates and their likeness in ppm, or None.

    A name whose core equals a known one is that party and imitates nobody. Likeness is one less
    the edit distance over the longer length.
    """
    from rapidfuzz.distance import Levenshtein

    core, cores = core_name(name), _cores(known)
    if not core or core in cores:
        return None
    # An imitation may spell 银行 wrong, so that its branch does not come off by itself.
    branch = _BRANCH_END.fullmatch(core) is not None
    best, score = "", 0.0
    for other in cores:
        head = core[: len(other)] if branch else core
        if head == other:
            continue
        likeness = Levenshtein.normalized_similarity(head, other, score_cutoff=score)
        if likeness > score:
            best, score = other, likeness
    return (best, int(score * 1_000_000)) if score * 1_000_000 >= likeness_ppm else None


@lru_cache(maxsize=100)
def _cores(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({core_name(name) for name in names} - {""}))
