"""Names that only look like a bank's, a finance company's or a known firm's.

A name is compared with who exists (banks, finance companies) and with whom the books know. It
imitates one of them when a reader may take it for that one: characters swapped for others drawn
or read alike, words put in or left out, words in another order, another legal form. Which of the
two stands behind it only the 统一社会信用代码 tells: rules in docs/bill-rules.md, acceptor_name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .mistakes import Swap, is_word, mistaken, swaps_between
from .names import core_name, form, is_bank, without_branch
from .signs import odd_signs

_SHORTEST = 4
"""Characters of a firm's core name from which on a near one is no accident."""
_MOST_ADDED = 2
_OTHER_TRADE = ("农", "村镇", "民营")
"""In front of 银行 these make another kind of bank, not the same one more loosely written."""
_ORDINAL = re.compile("第?[一二三四五六七八九十]+(?=[局冶建航院厂工分公])")
"""Which of a group's companies it is: 四局 and 五局 are two firms."""
_GROUP = ("集团", "控股")
_PROVINCES = (
    "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 "
    "云南 陕西 甘肃 青海 内蒙古 广西 西藏 宁夏 新疆"
).split()


@dataclass(frozen=True, slots=True)
class Imitation:
    """`of` is the name imitated (empty when any), `how` says by what."""

    of: str
    how: str


@lru_cache(maxsize=2_000)
def imitation(
    name: str, licensed: tuple[str, ...], firms: tuple[str, ...], likeness_ppm: int
) -> Imitation | None:
    """Return what `name` imitates, or None.

    `licensed` are banks and finance companies, `firms` whom the books know; at least
    `likeness_ppm` of the longer name's characters must be the same.
    """
    if odd := odd_signs(name):
        shown = " ".join(f"{char} (U+{ord(char):04X})" for char in dict.fromkeys(odd))
        return Imitation("", f"is written with {shown}, which no registered name has")
    core, known = core_name(name), _forms(firms)
    if core in known:
        forms = known[core] - {""}
        if is_bank(name) or not forms or form(name) in forms | {""}:
            return None
        return Imitation(core, f"is a {form(name)}, the known one a {min(forms)}")
    register = _register(licensed)
    if not core or core in register.cores:
        return None
    for bank in register.near(core, likeness_ppm):
        if how := _as_bank(without_branch(core, bank), bank):
            return Imitation(bank, how)
    for firm in known:
        if len(firm) >= _SHORTEST and (how := _as_firm(core, firm, likeness_ppm)):
            return Imitation(firm, how)
    return None


def _as_bank(core: str, bank: str) -> str:
    """Return how a bank's or finance company's name imitates one that exists, or ""."""
    if core == bank:
        return ""
    if bank in core:
        return _around(core, bank)
    if sorted(core) == sorted(bank):
        return "has the same words in another order"
    if len(core) == len(bank):
        swaps = swaps_between(bank, core)
        # Nearly every bank but the rural ones is on the list, so that one which is not is doubtful
        # by itself; of rural banks and finance companies there are too many.
        listed = bank.endswith("银行") and "农村" not in bank and len(bank) >= _SHORTEST
        if mistaken(bank, core, swaps) or (len(swaps) == 1 and listed):
            return _said(swaps)
    elif added := _added(core, bank):
        return "" if any(word in added for word in _OTHER_TRADE) else f"adds {added}"
    return ""


def _around(core: str, bank: str) -> str:
    """Return what stands around a bank's whole name, or "" when a rural bank's province does."""
    before, _, after = core.partition(bank)
    if not after and before in _PROVINCES and "农村" in bank:
        return ""
    return f"puts {(before + ' … ' + after).strip(' …')} to the name"


def _as_firm(core: str, firm: str, likeness_ppm: int) -> str:
    """Return how a firm's name imitates a known one's, or ""."""
    if not _near(core, firm, likeness_ppm):
        return ""
    if _ORDINAL.sub("", core) == _ORDINAL.sub("", firm):
        return ""
    if sorted(core) == sorted(firm):
        return "has the same words in another order"
    if len(core) == len(firm):
        swaps = swaps_between(firm, core)
        return _said(swaps) if mistaken(firm, core, swaps) else ""
    longer, shorter = (core, firm) if len(core) > len(firm) else (firm, core)
    added = _added(longer, shorter)
    if not added or len(added) > _MOST_ADDED or _of_one_group(longer, shorter, added):
        return ""
    return f"{'adds' if longer is core else 'leaves out'} {added}"


def _of_one_group(longer: str, shorter: str, added: str) -> bool:
    """Return whether a word behind tells the firms of a group apart: 销售, but not 集团 itself."""
    return longer.startswith(shorter) and is_word(added) and added not in _GROUP


def _near(one: str, other: str, likeness_ppm: int) -> bool:
    """Return whether two names are of lengths, and share characters, worth comparing closely."""
    longer = max(len(one), len(other))
    least = likeness_ppm * longer
    if min(len(one), len(other)) * 1_000_000 < least:
        return False
    return len(set(one) & set(other)) * 1_000_000 >= least - 1_000_000 * (longer - len(set(one)))


def _said(swaps: list[Swap]) -> str:
    return "writes " + ", ".join(f"{other} for {one}" for _, one, other in swaps)


def _added(longer: str, shorter: str) -> str:
    """Return the characters of `longer` beyond `shorter`, "" when it does not hold all in order."""
    rest, added = iter(longer), list[str]()
    for wanted in shorter:
        for char in rest:
            if char == wanted:
                break
            added.append(char)
        else:
            return ""
    return "".join([*added, *rest])


@dataclass(frozen=True, slots=True)
class _Register:
    """Core names of banks and finance companies, longest first."""

    cores: frozenset[str]
    ordered: tuple[str, ...]

    def near(self, core: str, likeness_ppm: int) -> Iterator[str]:
        """Yield the names that `core` holds whole, then those worth comparing with it."""
        held = [bank for bank in self.ordered if bank in core]
        yield from held
        for bank in self.ordered:
            if _near(without_branch(core, bank), bank, likeness_ppm):
                yield bank


@lru_cache(maxsize=100)
def _register(names: tuple[str, ...]) -> _Register:
    cores = frozenset(core_name(name) for name in names) - {""}
    return _Register(cores, tuple(sorted(cores, key=lambda name: (-len(name), name))))


@lru_cache(maxsize=100)
def _forms(names: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """Return the legal forms under which the books know each core name."""
    found: dict[str, set[str]] = {}
    for name in sorted(names):
        if core := core_name(name):
            found.setdefault(core, set()).add(form(name))
    return {core: frozenset(forms) for core, forms in found.items()}
