"""WeChat Pay bills (微信支付账单) written as CSV or XLSX, as `importers.wechat` reads them.

Carries: day, time, amount, name, text, number of each movement, and the kinds sale, refund,
purchase, receipt (in), transfer, and fee (out); a receipt given back comes back as a purchase,
anything else as "other". Does not carry the opening balance: the bill has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from ...model.base import Record
from ...model.invoice import Transaction
from ...money import plain
from ..port import Books
from .movements import Lines, lines_of
from .sheet import Value
from .sheet import write as write_sheet

Layout = Literal["2023", "2026"]

HEADER = (
    "交易时间",
    "交易类型",
    "交易对方",
    "商品",
    "收/支",
    "金额(元)",
    "支付方式",
    "当前状态",
    "交易单号",
    "商户单号",
    "备注",
)
# kind → (交易类型, 收/支, 当前状态) of money in and of money out
_IN = {
    "sale": ("二维码收款", "收入", "已收钱"),
    "refund": ("商户消费-退款", "收入", "已退款"),
    "purchase": ("商户消费-退款", "收入", "已退款"),
    "receipt": ("转账", "收入", "已存入零钱"),
    "transfer": ("零钱充值", "/", "充值完成"),
}
_OUT = {
    "sale": ("二维码收款-退款", "支出", "已退款"),
    "refund": ("二维码收款-退款", "支出", "已退款"),
    "purchase": ("商户消费", "支出", "支付成功"),
    "receipt": ("转账", "支出", "对方已收钱"),
    "transfer": ("零钱提现", "/", "提现已到账"),
    "fee": ("服务费", "支出", "支付成功"),
}
_OTHER_IN, _OTHER_OUT = ("其他", "收入", "已存入零钱"), ("微信红包", "支出", "支付成功")


def write(
    source: Books | Iterable[Record],
    path: Path | str,
    *,
    account: str = "wechat",
    layout: Layout = "2023",
) -> None:
    """Write the movements of one wallet to `path`, .csv or .xlsx.

    `layout` "2023" writes text with ¥; "2026" has one more line above the header, amounts without
    ¥, and in a workbook real dates and numbers. Raises: InputError for another ending.
    """
    lines = lines_of(source, account)
    new = layout == "2026"
    spreadsheet = Path(path).suffix.lower() == ".xlsx"
    rows = [_row(lines, line, new, spreadsheet) for line in lines.lines]
    above = [*_above(lines, new), list(HEADER)]
    write_sheet(Path(path), "微信支付账单明细", ["微信支付账单明细"], [*above, *rows])


def _above(lines: Lines, new: bool) -> list[list[str]]:
    sums = {"收入": [0, 0], "支出": [0, 0], "/": [0, 0]}
    for line in lines.lines:
        total = sums[_meaning(line)[1]]
        total[0] += 1
        total[1] += abs(line.amount)
    span = ""
    if lines.lines:
        first, last = lines.lines[0].day, lines.lines[-1].day
        span = f"起始时间：[{first} 00:00:00] 终止时间：[{last} 23:59:59]"
    out = [
        [f"微信昵称：[{lines.holder}]"],
        [span],
        ["导出类型：[全部]"],
        [],
        [f"共{len(lines.lines)}笔记录"],
    ]
    for name, key in (("收入", "收入"), ("支出", "支出"), ("中性交易", "/")):
        out.append([f"{name}：{sums[key][0]}笔 {plain(sums[key][1])}元"])
    out += [["注："], ["1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易"]]
    if new:
        out.append(["2. 金额单位为人民币元"])
    out.append(["----------------------微信支付账单明细列表--------------------"])
    return out


def _meaning(line: Transaction) -> tuple[str, str, str]:
    if line.amount > 0:
        return _IN.get(line.kind, _OTHER_IN)
    return _OUT.get(line.kind, _OTHER_OUT)


def _row(lines: Lines, line: Transaction, new: bool, spreadsheet: bool) -> list[Value]:
    type_, way, status = _meaning(line)
    moment: Value = f"{line.day} {line.time or '00:00:00'}"
    amount: Value = f"¥{plain(abs(line.amount))}"
    if new:
        amount = abs(line.amount)
        if spreadsheet:
            moment = datetime.fromisoformat(moment)
    return [
        moment,
        type_,
        line.counterparty_name or "/",
        line.text or "/",
        way,
        amount,
        "零钱",
        status,
        lines.own_number(line),
        "/",
        "/",
    ]
