"""The ledger written as beancount text: opens, one transaction per entry, closing balances.

Account names become legal beancount names (`assets:bills:甲 1` → `Assets:Bills:X-甲-1`), two of
ours never one of theirs; each `open` keeps our name in its metadata. The balances of the last day
follow as assertions, so the file proves itself when it is loaded.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from ...actions import Posting
from ...errors import InputError, Unbalanced
from ...money import plain
from ..files import new_file

_ROOTS = {
    "assets": "Assets",
    "liabilities": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expenses": "Expenses",
}


class Entry(Protocol):
    """What an entry must tell: its day, a line of text, and legs that sum to zero."""

    @property
    def day(self) -> date: ...
    @property
    def text(self) -> str: ...
    @property
    def postings(self) -> Sequence[Posting]: ...


def write(entries: Iterable[Entry], path: Path, *, currency: str, title: str = "") -> None:
    """Write ledger entries to `path` as beancount text in UTF-8, ordered by day.

    `currency` is the ISO 4217 code of all amounts, which are in hundredths of it.
    Raises: Unbalanced for an entry that does not sum to zero; InputError for an account outside
    assets, liabilities, equity, income and expenses; BooksError when the file cannot be written.
    """
    with new_file(path, replace=True) as part:
        part.write_text(text(entries, currency=currency, title=title), "utf-8", newline="\n")


def text(entries: Iterable[Entry], *, currency: str, title: str = "") -> str:
    """Return what `write` writes."""
    ordered = sorted((entry for entry in entries if entry.postings), key=lambda entry: entry.day)
    opened: dict[str, date] = {}
    closing: dict[str, int] = {}
    for entry in ordered:
        rest = sum(leg.amount for leg in entry.postings)
        if rest:
            raise Unbalanced(
                "an entry that does not sum to zero",
                value=rest,
                where=f"{entry.day.isoformat()} {entry.text}",
            )
        for leg in entry.postings:
            opened.setdefault(leg.account, entry.day)
            closing[leg.account] = closing.get(leg.account, 0) + leg.amount
    names = account_names(opened)
    out = [f'option "title" {_quoted(title)}'] if title else []
    out += [f'option "operating_currency" "{currency}"', ""]
    for account in sorted(opened):
        out.append(f"{opened[account].isoformat()} open {names[account]} {currency}")
        out.append(f"  account: {_quoted(account)}")
    for entry in ordered:
        out += ["", f"{entry.day.isoformat()} * {_quoted(entry.text)}"]
        out += [f"  {names[leg.account]}  {plain(leg.amount)} {currency}" for leg in entry.postings]
    if ordered and ordered[-1].day < date.max:
        after = (ordered[-1].day + timedelta(days=1)).isoformat()
        out.append("")
        for name, amount in sorted(_with_sub_accounts(closing, names).items()):
            # Without the tolerance of zero beancount would let a hundredth pass.
            out.append(f"{after} balance {name}  {plain(amount)} ~ 0.00 {currency}")
    return "\n".join(out) + "\n"


def _with_sub_accounts(closing: dict[str, int], names: dict[str, str]) -> dict[str, int]:
    """Return balances by beancount name, an account's own and those below it: so beancount asks."""
    sums = dict.fromkeys(names.values(), 0)
    for account, amount in closing.items():
        levels = names[account].split(":")
        for depth in range(1, len(levels) + 1):
            name = ":".join(levels[:depth])
            if name in sums:
                sums[name] += amount
    return sums


def account_names(accounts: Iterable[str]) -> dict[str, str]:
    """Return our account name → its beancount name; no two share one.

    Raises: InputError for an account outside the five roots.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for account in sorted(accounts):
        root, *rest = account.split(":")
        if root not in _ROOTS:
            raise InputError(
                "an account outside the five roots",
                value=account,
                mend=f"begin with one of {', '.join(_ROOTS)}",
            )
        name = ":".join([_ROOTS[root], *(_component(part) for part in rest or [""])])
        if name in taken:
            name += "-" + sha256(account.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        taken.add(name)
        names[account] = name
    return names


def _component(part: str) -> str:
    """Return one level of an account name as beancount allows it.

    It begins with a capital letter or a digit and goes on with letters, digits and dashes.
    """
    legal = "".join(
        char if unicodedata.category(char)[0] == "L" or char.isdecimal() or char == "-" else "-"
        for char in part
    )
    first = legal[:1].upper()
    if first.isascii() and first.isalnum():
        return first + legal[1:]
    return "X-" + legal


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
