"""Names of firms and banks, taken apart as a careful clerk would."""

from __future__ import annotations

import re
from functools import lru_cache

_FORM = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团公司|股份公司)")
_BRANCH_END = re.compile(r".+(分行|支行|营业部|营业室|中心|分理处|总行|业务部)")
_BRANCH = re.compile(rf"(.*银行)({_BRANCH_END.pattern})")
_BANK = re.compile(r".*(银行|信用社|联社|联合社|财务|财务公司)(中国|香港|澳门)?")
_FORM_SAID = {
    "股份有限公司": "股份有限公司",
    "股份公司": "股份有限公司",
    "有限责任公司": "有限公司",
    "有限公司": "有限公司",
}


@lru_cache(maxsize=10_000)
def plain_name(name: str) -> str:
    """Return `name` without spaces and punctuation, in one case: what equality is judged on."""
    return "".join(char for char in name if char.isalnum()).casefold()


@lru_cache(maxsize=10_000)
def core_name(name: str) -> str:
    """Return the distinguishing part: no legal form, no branch of a bank.

    "中国工商银行股份有限公司北京分行" and "中国工商银行北京分行" both give "中国工商银行". A legal
    form after a branch makes another firm: "中国工商银行北京分行有限公司" keeps its 北京分行.
    """
    text = plain_name(name)
    cut = _FORM.search(text)
    head = text[: cut.start()] if cut and cut.start() else text
    branch = _BRANCH.fullmatch(head)
    return branch[1] if branch and head == text else head


def without_branch(core: str, like: str) -> str:
    """Return `core` as long as the bank `like` when a branch follows that is spelt out wrong.

    An imitation may spell 银行 wrong, so that its branch does not come off by itself.
    """
    return core[: len(like)] if "银行" not in core and _BRANCH_END.fullmatch(core) else core


def form(name: str) -> str:
    """Return the legal form in a name, 有限公司 or 股份有限公司, or "" when it has none."""
    found = _FORM.search(plain_name(name))
    return _FORM_SAID.get(found[1], "") if found else ""


def is_bank(name: str) -> bool:
    """Return whether the name is a bank's, credit cooperative's or finance company's (财务公司)."""
    return _BANK.fullmatch(core_name(name)) is not None
