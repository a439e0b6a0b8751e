"""What the command-line tests share: a runner in process, and small files of an owner."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk.cli import main


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
