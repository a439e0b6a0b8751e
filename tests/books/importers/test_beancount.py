"""The ledger as beancount text: beancount itself loads it and comes to our balances."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core import data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aicfo_sdk.actions import Posting, cash, payable, postings, receivable
from aicfo_sdk.books.exporters import beancount
from aicfo_sdk.errors import InputError, Unbalanced
from aicfo_sdk.model import Pay


@dataclass(frozen=True)
class Entry:
    day: date
    text: str
    postings: tuple[Posting, ...]


def load(path: Path) -> dict[str, int]:
    """Load with beancount and return its balances in hundredths by our account names."""
    entries: list[Any]
    entries, errors, _ = loader.load_file(str(path))
    assert not errors, errors
    ours: dict[str, str] = {}
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, data.Open):
            assert entry.account not in ours
            ours[entry.account] = entry.meta["account"]
        if isinstance(entry, data.Transaction):
            for leg in entry.postings:
                assert leg.units is not None
                assert isinstance(leg.units.number, Decimal)
                balances[leg.account] += leg.units.number
    return {ours[account]: int(balance * 100) for account, balance in balances.items()}


def test_beancount_loads_the_ledger_and_agrees(tmp_path: Path) -> None:
    bought = (Posting("expenses:purchases", 113_00), Posting(payable("甲公司（杭州）"), -113_00))
    pay = Pay(day=date(2025, 3, 2), account="icbc 1", payee="甲公司（杭州）", amount=100_00)
    entries = [
        Entry(date(2025, 3, 2), 'paid "in part" \\ 付款\n', postings(pay)),
        Entry(date(2025, 3, 1), "bought", bought),
        Entry(date(2025, 3, 1), "moves no money", ()),
    ]
    path = tmp_path / "books.beancount"
    beancount.write(entries, path, currency="CNY", title='The "firm"')
    assert load(path) == {
        "expenses:purchases": 113_00,
        payable("甲公司（杭州）"): -13_00,
        cash("icbc 1"): -100_00,
    }


def test_the_file_asserts_its_own_balances(tmp_path: Path) -> None:
    entry = Entry(
        date(2025, 3, 1), "x", (Posting("assets:cash:a", 500), Posting("equity:opening", -500))
    )
    path = tmp_path / "books.beancount"
    beancount.write([entry], path, currency="GBP")
    path.write_text(
        path.read_text("utf-8").replace("balance Assets:Cash:A  5", "balance Assets:Cash:A  6")
    )
    _, errors, _ = loader.load_file(str(path))
    assert len(errors) == 1


def test_an_unbalanced_entry_or_a_foreign_account_is_refused() -> None:
    with pytest.raises(Unbalanced):
        beancount.text([Entry(date(2025, 3, 1), "x", (Posting("assets:a", 1),))], currency="CNY")
    odd = (Posting("memo:a", 1), Posting("assets:a", -1))
    with pytest.raises(InputError, match="memo:a"):
        beancount.text([Entry(date(2025, 3, 1), "x", odd)], currency="CNY")


def test_accounts_that_differ_stay_different() -> None:
    ours = [
        "assets:a b",
        "assets:a-b",
        "assets:A-b",
        "assets:甲",
        "assets:X-甲",
        "assets:",
        "assets",
    ]
    names = beancount.account_names(ours)
    assert len(set(names.values())) == len(ours)


def test_an_account_with_accounts_below_it_is_asserted_as_beancount_sums(tmp_path: Path) -> None:
    legs = (
        Posting("expenses:finance", 100),
        Posting("expenses:finance:fees", 20),
        Posting("assets:cash:a", -120),
    )
    path = tmp_path / "books.beancount"
    beancount.write([Entry(date(2025, 3, 1), "x", legs)], path, currency="CNY")
    assert load(path)["expenses:finance"] == 100


PARTS = st.text(max_size=6).map(lambda text: text.replace(":", ""))
ACCOUNTS = st.builds(
    lambda root, parts: ":".join([root, *parts]),
    st.sampled_from(["assets:cash", "liabilities:payables", "income", "expenses", "equity"]),
    st.lists(PARTS, min_size=1, max_size=2),
)


@st.composite
def _entry(draw: st.DrawFn) -> Entry:
    legs = [
        Posting(account, draw(st.integers(-(10**13), 10**13)))
        for account in draw(st.lists(ACCOUNTS, min_size=1, max_size=3))
    ]
    rest = -sum(leg.amount for leg in legs)
    day = draw(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
    return Entry(day, draw(st.text(max_size=20)), (*legs, Posting(receivable("r"), rest)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entries=st.lists(_entry(), max_size=4))
def test_beancount_agrees_whatever_the_names_and_amounts(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]
) -> None:
    path = tmp_path_factory.mktemp("beancount") / "books.beancount"
    beancount.write(entries, path, currency="CNY")
    ours: dict[str, int] = defaultdict(int)
    for entry in entries:
        for leg in entry.postings:
            ours[leg.account] += leg.amount
    assert load(path) == ours
