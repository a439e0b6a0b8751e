"""Alipay bills (支付宝账单) written as GB18030 CSV, the app's layout that `importers.alipay` reads.

Carries: day, time, amount, name, text and number of each movement, and the kinds sale, refund,
purchase, receipt (in), transfer, interest (in) and fee (out); a receipt given back comes back as
a purchase, anything else as receipt (in) or other (out). A text whose words would tell another
kind is left out. Does not carry the opening balance: the bill has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...model.base import Record
from ...model.invoice import Transaction
from ...money import plain
from ..importers.alipay import kind_of_trade, rule_of
from ..port import Books
from .movements import Lines, lines_of
from .sheet import Value
from .sheet import write as write_sheet

HEADER = (
    "交易时间",
    "交易分类",
    "交易对方",
    "对方账号",
    "商品说明",
    "收/支",
    "金额",
    "收/付款方式",
    "交易状态",
    "交易订单号",
    "商家订单号",
    "备注",
    "",
)
# kind → (交易分类, 商品说明 when there is no text, 收/支) of money in and of money out
_IN = {
    "sale": ("商业服务", "收钱码收款", "收入"),
    "refund": ("退款", "退款", "不计收支"),
    "purchase": ("退款", "退款", "不计收支"),
    "receipt": ("转账红包", "转账", "收入"),
    "transfer": ("账户存取", "余额充值", "不计收支"),
    "interest": ("投资理财", "余额宝-收益发放", "不计收支"),
}
_OUT = {
    "sale": ("退款", "退款", "支出"),
    "refund": ("退款", "退款", "支出"),
    "purchase": ("商业服务", "商品", "支出"),
    "receipt": ("商业服务", "商品", "支出"),
    "transfer": ("账户存取", "提现-实时提现", "不计收支"),
    "fee": ("服务费", "服务费", "支出"),
}
_OTHER_IN, _OTHER_OUT = ("转账红包", "红包", "收入"), ("转账红包", "红包", "支出")
_SIDES = {"收入": "in", "支出": "out", "不计收支": "neutral"}


def write(source: Books | Iterable[Record], path: Path | str, *, account: str = "alipay") -> None:
    """Write the movements of one wallet to `path` (.csv; .xlsx gives the same table).

    Raises: InputError for another ending.
    """
    lines = lines_of(source, account)
    rows = [_row(lines, line) for line in lines.lines]
    write_sheet(
        Path(path),
        "支付宝交易明细",
        ["-" * 84],
        [*_above(lines), list(HEADER), *rows],
        encoding="gb18030",
    )


def _above(lines: Lines) -> list[list[str]]:
    sums = {"收入": [0, 0], "支出": [0, 0], "不计收支": [0, 0]}
    for line in lines.lines:
        total = sums[_meaning(line)[2]]
        total[0] += 1
        total[1] += abs(line.amount)
    out = [["导出信息："], [f"姓名：{lines.holder}"], [f"支付宝账户：{lines.number}"]]
    if lines.lines:
        first, last = lines.lines[0].day, lines.lines[-1].day
        out.append([f"起始时间：[{first} 00:00:00]    终止时间：[{last} 23:59:59]"])
    out += [["导出交易类型：[全部]"], [f"共{len(lines.lines)}笔记录"]]
    out += [[f"{name}：{count}笔 {plain(amount)}元"] for name, (count, amount) in sums.items()]
    out += [
        [],
        ["特别提示："],
        ["1.部分账单如：充值提现、账户转存等不计入为收入或者支出，记为不计收支类；"],
        [f"{'-' * 24}支付宝（中国）网络技术有限公司  电子客户回单{'-' * 24}"],
    ]
    return out


def _meaning(line: Transaction) -> tuple[str, str, str]:
    if line.amount > 0:
        return _IN.get(line.kind, _OTHER_IN)
    return _OUT.get(line.kind, _OTHER_OUT)


def _row(lines: Lines, line: Transaction) -> list[Value]:
    category, goods, way = _meaning(line)
    status = "退款成功" if category == "退款" else "交易成功"
    name, side = line.counterparty_name or "/", _SIDES[way]
    if line.text and _told(side, f"{category} {line.text} {status}", name) == _told(
        side, f"{category} {goods} {status}", "/"
    ):
        goods = line.text
    elif _told(side, f"{category} {goods} {status}", name) != _told(
        side, f"{category} {goods} {status}", "/"
    ):
        name = "/"
    return [
        f"{line.day} {line.time or '00:00:00'}",
        category,
        name,
        "/",
        goods,
        way,
        plain(abs(line.amount)),
        "余额",
        status,
        f"{lines.own_number(line)}\t",
        "\t",
        "",
        "",
    ]


def _told(side: str, said: str, name: str) -> object:
    """Return what the importer makes of a row that says this."""
    return rule_of(side, f"{said} {name}") if side == "neutral" else kind_of_trade(side, said)
