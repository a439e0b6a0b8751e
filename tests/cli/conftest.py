"""What the command-line tests share: a runner in process, and small files of an owner."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import create_books
from aicfo_sdk.cli import main
from aicfo_sdk.model import Account, CreditLine, Merchant, Transaction, UntrustedText


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def aicfo(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run `aicfo WORDS…` in an empty folder and return exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AICFO_BOOKS", raising=False)

    def run(*words: str | Path) -> Done:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:  # argparse ends --help this way
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return run


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    """A bill of WeChat Pay: one sale, one refund, one withdrawal to the own bank card."""
    rows = [
        "微信支付账单明细",
        "----------------------微信支付账单明细列表--------------------",
        "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注",
        '2026-03-01 12:00:00,二维码收款,张三,"午餐",收入,¥25.50,/,已存入零钱,\t10001\t,/,"/"',
        '2026-03-02 08:00:00,二维码收款,李四,"早餐",收入,¥10.00,/,已存入零钱,\t10002\t,/,"/"',
        "2026-03-02 09:00:00,零钱提现,招商银行,/,/,¥20.00,招商银行,提现已到账,\t10003\t,/,/",
    ]
    path = tmp_path / "wechat.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8-sig")
    return path


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Books with 5,000.00 in the bank and a credit line of 10,000.00."""
    path = tmp_path / "shop.books"
    day = date(2026, 3, 2)
    merchant = Merchant(id="me", updated=day, name=UntrustedText("老王小吃"))
    records = (
        Account(id="A", opened=day, kind="bank", provider="ICBC", number="1"),
        Transaction(id="t0", day=day, account="A", amount=500_000, kind="opening"),
        CreditLine(
            id="L",
            updated=day,
            lender="MYbank",
            limit=1_000_000,
            rate_ppm=36_500,
            expires=date(2026, 12, 31),
        ),
    )
    with create_books(path, merchant=merchant, currency="CNY") as books:
        books.import_batches([Batch("test", "test", "0" * 64, "CNY", records)])
    return path
