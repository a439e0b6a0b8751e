"""Export → import gives the same daily cash per account, and the kinds that the format carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aicfo_sdk.books.exporters import alipay as alipay_out
from aicfo_sdk.books.exporters import camt053 as camt_out
from aicfo_sdk.books.exporters import statement as statement_out
from aicfo_sdk.books.exporters import wechat as wechat_out
from aicfo_sdk.books.importers.detect import detect, read
from aicfo_sdk.model.base import Record
from aicfo_sdk.model.invoice import Transaction
from aicfo_sdk.model.merchant import Account
from aicfo_sdk.model.text import UntrustedText

FIRST = date(2025, 1, 1)
BANK_ACCOUNT = "icbc-1234567890123456"


@dataclass(frozen=True)
class Format:
    """One format: how to write it, how to read it, which kinds it carries in and out."""

    write: Callable[..., None]
    name: str
    account: str
    kind: str
    both: frozenset[str] = frozenset()
    only_in: frozenset[str] = frozenset()
    only_out: frozenset[str] = frozenset()
    options: dict[str, Any] = field(default_factory=dict)
    balance: bool = False


WALLET = frozenset({"refund", "transfer"})
BANK = frozenset(
    {"refund", "transfer", "fee", "interest", "loan", "tax", "payroll", "bill", "owner"}
)
WECHAT: dict[str, Any] = {
    "write": wechat_out.write,
    "account": "wechat",
    "kind": "wechat",
    "both": WALLET | {"other"},
    "only_in": frozenset({"sale", "receipt"}),
    "only_out": frozenset({"purchase", "fee"}),
}
BANKS: dict[str, Any] = {
    "account": BANK_ACCOUNT,
    "both": BANK,
    "only_in": frozenset({"receipt"}),
    "only_out": frozenset({"purchase", "rent"}),
    "balance": True,
}
FORMATS = {
    "wechat csv": Format(name="w.csv", **WECHAT),
    "wechat xlsx": Format(name="w.xlsx", **WECHAT),
    "wechat csv 2026": Format(name="w.csv", options={"layout": "2026"}, **WECHAT),
    "wechat xlsx 2026": Format(name="w.xlsx", options={"layout": "2026"}, **WECHAT),
    "alipay csv": Format(
        write=alipay_out.write,
        name="a.csv",
        account="alipay",
        kind="alipay",
        both=WALLET,
        only_in=frozenset({"sale", "receipt", "interest"}),
        only_out=frozenset({"purchase", "fee"}),
    ),
    **{
        f"{bank} {ending}": Format(
            write=statement_out.write,
            name=f"s.{ending}",
            kind="statement",
            options={"bank": bank},
            **BANKS,
        )
        for bank in ("icbc", "ccb", "cmb")
        for ending in ("csv", "xlsx")
    },
    **{
        f"camt.053 {version}": Format(
            write=camt_out.write,
            name="c.xml",
            kind="camt053",
            options={"version": version},
            **BANKS,
        )
        for version in ("02", "08")
    },
}

KINDS = (
    "sale", "refund", "purchase", "receipt", "transfer", "fee", "interest", "loan", "tax",
    "payroll", "rent", "bill", "owner", "other",
)  # fmt: skip

# What strangers write, the words that the importers look for included.
words = st.sampled_from(
    [
        "货款",
        "工资",
        "退款",
        "含税价",
        "税",
        "贷款",
        '"多多视频"',
        "a,b;c",
        "x\ty",
        "=1+1",
        "转账",
        "提现",
        "𠮷野家",
        "ＡＢＣ",
        "ze\u200bro",
        "'",
        "/",
        "共3笔记录",
        "合计",
        "---",
    ]
)
texts = st.one_of(
    st.just(""), words, st.lists(words, max_size=3).map(" ".join), st.text(max_size=12)
)


def lines(account: str) -> st.SearchStrategy[list[Transaction]]:
    return st.lists(
        st.builds(
            lambda offset, second, cents, kind, name, text: (
                offset,
                second,
                cents,
                kind,
                name,
                text,
            ),
            st.integers(0, 40),
            st.one_of(st.none(), st.integers(0, 86399)),
            st.one_of(st.integers(-(10**6), 10**6), st.integers(-(10**11), 10**11)).filter(bool),
            st.sampled_from(KINDS),
            texts,
            texts,
        ),
        min_size=1,
        max_size=8,
    ).map(
        lambda rows: [
            Transaction(
                id=f"{account}-{1000 + i}",
                day=FIRST + timedelta(days=offset),
                time="" if second is None else str(timedelta(seconds=second)).zfill(8),
                account=account,
                amount=cents,
                kind=kind,
                counterparty_name=UntrustedText(name),
                text=UntrustedText(text),
            )
            for i, (offset, second, cents, kind, name, text) in enumerate(rows)
        ]
    )


def daily_cash(records: Iterable[Record]) -> dict[date, int]:
    cash: Counter[date] = Counter()
    for record in records:
        if isinstance(record, Transaction) and record.kind != "opening":
            cash[record.day] += record.amount
    return {day: amount for day, amount in cash.items() if amount}


def opening(records: Iterable[Record]) -> int:
    return sum(r.amount for r in records if isinstance(r, Transaction) and r.kind == "opening")


@pytest.mark.parametrize("case", FORMATS.values(), ids=FORMATS.keys())
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_what_is_written_is_read_back_to_the_fen(
    case: Format, data: st.DataObject, tmp_path: Path
) -> None:
    moved = data.draw(lines(case.account))
    before = data.draw(st.integers(-(10**10), 10**10))
    records: list[Record] = [
        Account(
            id=case.account, opened=FIRST, kind="bank", number="1234567890123456", name="晨光五金店"
        ),
        Transaction(
            id=f"{case.account}-opening", day=FIRST, account=case.account, amount=before,
            kind="opening",
        ),
        *moved,
    ]  # fmt: skip
    path = tmp_path / case.name
    case.write(records, path, account=case.account, **case.options)
    assert detect(path) == case.kind
    batch = read(path)
    assert batch.refused == ()
    back = [r for r in batch.records if isinstance(r, Transaction) and r.kind != "opening"]
    assert daily_cash(batch.records) == daily_cash(records)
    assert len(back) == len(moved)
    if case.balance:
        assert opening(batch.records) == before
    assert read(path) == batch, "reading twice says the same"
    times = {(line.day, line.time or "00:00:00", line.amount) for line in moved}
    assert {(line.day, line.time or "00:00:00", line.amount) for line in back} == times


@pytest.mark.parametrize("case", FORMATS.values(), ids=FORMATS.keys())
@pytest.mark.parametrize("sign", [1, -1], ids=["in", "out"])
def test_each_kind_that_a_format_carries_comes_back(
    case: Format, sign: int, tmp_path: Path
) -> None:
    carried = sorted(case.both | (case.only_in if sign > 0 else case.only_out))
    moved = [
        Transaction(
            id=f"{case.account}-{i}",
            day=FIRST,
            time=f"00:00:0{i % 10}",
            account=case.account,
            amount=sign * (100 + i),
            kind=kind,  # pyright: ignore[reportArgumentType]  # a kind by construction
            counterparty_name=UntrustedText("晨光五金"),
            text=UntrustedText("二月"),
        )
        for i, kind in enumerate(carried)
    ]
    path = tmp_path / case.name
    case.write(moved, path, account=case.account, **case.options)
    back = {r.amount: r.kind for r in read(path).records if isinstance(r, Transaction)}
    assert {line.amount: line.kind for line in moved}.items() <= back.items()
