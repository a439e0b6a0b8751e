"""WeChat Pay bills: every layout, refunds, transfers, counters, bad input."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from aicfo_sdk.books.importers.detect import detect
from aicfo_sdk.books.importers.wechat import read
from aicfo_sdk.errors import RecordError
from aicfo_sdk.model.invoice import Transaction
from aicfo_sdk.model.merchant import Account, Counterparty

ABOVE = """微信支付账单明细,,,,,,,,
微信昵称：[晨光小店],,,,,,,,
起始时间：[2025-08-01 00:00:00] 终止时间：[2025-08-31 23:59:59],,,,,,,,
导出类型：[全部],,,,,,,,
导出时间：[2025-09-01 09:00:00],,,,,,,,
,,,,,,,,
{counters}注：,,,,,,,,
1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易,,,,,,,,
,,,,,,,,
----------------------微信支付账单明细列表--------------------,,,,,,,,
交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注
"""
ROWS = '''2025-08-01 10:00:00,二维码收款,张三,"收款方备注:二维码收款",收入,¥100.00,零钱,已收钱,1001\t,/\t,"/"
2025-08-01 10:30:00,二维码收款,李四,"/",收入,¥40.00,零钱,已收钱,1002\t,/\t,"/"
2025-08-01 11:00:00,二维码收款-退款,李四,"/",支出,¥15.00,零钱,已退款,1003\t,/\t,"/"
2025-08-02 09:00:00,商户消费,甲批发,"点击底部""多多视频""",支出,￥20.00,零钱,支付成功,1004\t,"/","/"
2025-08-02 09:01:00,商户消费-退款,甲批发,"/",收入,¥5.00,零钱,已退款(￥5.00),1005\t,"/","/"
2025-08-02 10:00:00,扫二维码付款,乙供应,"/",支出,¥30.00,工商银行(1234),支付成功,1006\t,"/","/"
2025-08-03 18:00:00,零钱提现,招商银行,"/",/,¥100.10,招商银行,提现已到账,1007\t,/\t,"服务费¥0.10"
2025-08-03 18:30:00,零钱充值,工商银行,"/",/,¥60.00,工商银行(1234),充值完成,1008\t,/\t,"/"
2025-08-03 19:00:00,转入零钱通-来自零钱,/,"/",不计收支,¥50.00,零钱,支付成功,1009\t,/\t,"/"
2025-08-04 08:00:00,转账,丙公司,"转账备注:货款",收入,¥500.00,/,已存入零钱,1010\t,/\t,"/"
'''  # noqa: E501
COUNTERS = "共10笔记录\n收入：4笔 645.00元\n支出：3笔 65.00元\n中性交易：3笔 210.10元\n"


def bill(tmp_path: Path, rows: str = ROWS, counters: str = COUNTERS) -> Path:
    path = tmp_path / "bill.csv"
    path.write_text(ABOVE.format(counters=counters) + rows, "utf-8-sig")
    return path


def movements(path: Path, **options: str) -> dict[str, tuple[int, str]]:
    batch = read(path, **options)
    return {
        r.id.removeprefix("wechat-"): (r.amount, r.kind)
        for r in batch.records
        if isinstance(r, Transaction)
    }


EXPECTED = {
    "1001": (10_000, "sale"),
    "1002": (4_000, "sale"),
    "1003": (-1_500, "refund"),
    "1004": (-2_000, "purchase"),
    "1005": (500, "refund"),
    "1006": (-3_000, "purchase"),
    "1006-card": (3_000, "transfer"),
    "1007": (-10_000, "transfer"),
    "1007-fee": (-10, "fee"),
    "1008": (6_000, "transfer"),
    "1010": (50_000, "receipt"),
}


def test_each_row_is_what_its_type_says(tmp_path: Path) -> None:
    path = bill(tmp_path)
    assert detect(path) == "wechat"
    assert movements(path) == EXPECTED
    batch = read(path)
    assert [(refused.line, refused.reason) for refused in batch.refused] == [
        (24, "moves inside the wallet")
    ]
    (account,) = (r for r in batch.records if isinstance(r, Account))
    assert (account.id, account.kind, account.name) == ("wechat", "wallet", "晨光小店")
    # Consumers are no counterparties; who one trades with is.
    parties = {r.id for r in batch.records if isinstance(r, Counterparty)}
    assert parties == {"甲批发", "乙供应", "丙公司"}


def test_refunds_and_neutral_rows_are_never_sales(tmp_path: Path) -> None:
    sales = {key for key, (_, kind) in movements(bill(tmp_path)).items() if kind == "sale"}
    assert sales == {"1001", "1002"}


def test_a_transfer_from_an_own_name_is_no_receipt(tmp_path: Path) -> None:
    batch = read(bill(tmp_path), own=("丙公司",))
    (line,) = (r for r in batch.records if isinstance(r, Transaction) and r.id == "wechat-1010")
    assert line.kind == "transfer"


@pytest.mark.parametrize(
    ("status", "taken"),
    [("已退款(￥30.00)", 7_000), ("已退款￥30.00", 7_000), ("已全额退款", None)],
)
def test_a_sale_refunded_by_its_status_alone_counts_what_stayed(
    tmp_path: Path, status: str, taken: int | None
) -> None:
    row = f"2025-08-01 10:00:00,二维码收款,张三,/,收入,¥100.00,零钱,{status},1001,/,/\n"
    batch = read(bill(tmp_path, row, ""))
    sales = [r.amount for r in batch.records if isinstance(r, Transaction)]
    assert sales == ([] if taken is None else [taken])
    assert len(batch.refused) == (taken is None)


def test_a_refund_with_a_row_of_its_own_is_not_counted_twice(tmp_path: Path) -> None:
    rows = (
        "2025-08-01 10:00:00,二维码收款,张三,/,收入,¥100.00,零钱,已退款(￥30.00),1001,M1,/\n"
        "2025-08-01 12:00:00,二维码收款-退款,张三,/,支出,¥30.00,零钱,已退款,1002,M1,/\n"
    )
    found = movements(bill(tmp_path, rows, ""))
    assert found == {"1001": (10_000, "sale"), "1002": (-3_000, "refund")}


def test_rows_where_no_money_moved_are_refused(tmp_path: Path) -> None:
    rows = (
        "2025-08-01 10:00:00,商户消费,甲,/,支出,¥9.00,零钱,交易关闭,1,/,/\n"
        "2025-08-01 10:00:00,商户消费,甲,/,支出,¥0.00,零钱,支付成功,2,/,/\n"
        "2025-08-01 10:00:00,神秘往来,甲,/,/,¥9.00,零钱,支付成功,3,/,/\n"
        "2025-08-01 10:00:00,信用卡还款,甲,/,/,¥9.00,工商银行(1),支付成功,4,/,/\n"
    )
    batch = read(bill(tmp_path, rows, ""))
    assert [refused.reason for refused in batch.refused] == [
        "no money moved",
        "an amount of zero",
        "a neutral row of a type whose direction is unknown",
        "paid by a card, the wallet is not touched",
    ]
    assert batch.records == ()


def workbook(path: Path, *, number: bool, extra: bool) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    lines = [line.split(",") for line in ABOVE.format(counters=COUNTERS).splitlines()]
    if extra:
        lines.insert(-1, ["以下金额单位为元"])
    for line in lines:
        sheet.append(line)
    for line in ROWS.replace("\t", "").replace('"', "").splitlines():
        cells = line.split(",")
        amount, moment = cells[5].strip("¥￥"), cells[0]
        row: list[object] = list(cells)
        if number:
            row[0] = datetime.fromisoformat(moment)
            row[5] = float(amount)
        sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("number", [False, True], ids=["text cells", "date and number cells"])
@pytest.mark.parametrize("extra", [False, True], ids=["2025", "2026"])
def test_the_workbook_says_the_same_as_the_text_file(
    tmp_path: Path, number: bool, extra: bool
) -> None:
    path = workbook(tmp_path / "bill.xlsx", number=number, extra=extra)
    assert detect(path) == "wechat"
    assert movements(path) == EXPECTED


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("共10笔", "共11笔", "共11笔记录 but holds 10 rows"),
        ("收入：4笔 645.00", "收入：4笔 646.00", "收入 646.00元 but its rows sum to 645.00"),
        ("支出：3笔", "支出：2笔", "支出 2笔 but holds 3"),
        ("共10笔", f"共{'9' * 5_000}笔", "a number of rows of 5000 digits"),
        ("支出：3笔", f"支出：{'9' * 5_000}笔", "a number of rows of 5000 digits"),
        ("中性交易：3笔 210.10", "中性交易：3笔 0.00", "0.00元 but its rows sum to 210.10"),
    ],
)
def test_counters_that_disagree_are_an_error_naming_both(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(RecordError, match=message):
        read(bill(tmp_path, counters=COUNTERS.replace(old, new)))


CHANGES: dict[str, tuple[Callable[[str], str], str]] = {
    "negative": (lambda t: t.replace("￥20.00", "￥-20.00"), "a negative amount.*line 15"),
    "NaN": (lambda t: t.replace("￥20.00", "NaN"), "not an amount: NaN .*line 15"),
    "full width": (lambda t: t.replace("￥20.00", "２０.00"), "not an amount.*line 15"),
    "huge": (lambda t: t.replace("￥20.00", "9" * 17), "out of bounds.*line 15"),
    "no direction": (lambda t: t.replace("支出,￥", "进出,￥"), "direction: 进出.*line 15"),
    "no such day": (lambda t: t.replace("2025-08-04", "2025-08-32"), "not a date.*line 21"),
    "cut off": (lambda t: t[:-30], "ends before this column.*line 21"),
    "same number": (lambda t: t.replace("1006\t", "1004\t"), "two different.*line 15.*line 17"),
    "refund of more": (
        lambda t: t.replace("已收钱,1001", "已退款(￥100.01),1001"), "refund without its amount",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_bad_rows_are_one_line_that_names_the_place(tmp_path: Path, name: str) -> None:
    change, message = CHANGES[name]
    assert change(ROWS) != ROWS
    with pytest.raises(RecordError, match=message) as caught:
        read(bill(tmp_path, change(ROWS), ""))
    assert "\n" not in str(caught.value)


def test_the_same_row_twice_counts_once(tmp_path: Path) -> None:
    row = ROWS.splitlines()[0] + "\n"
    batch = read(bill(tmp_path, row + row, ""))
    assert sum(isinstance(r, Transaction) for r in batch.records) == 1
    assert batch.refused[0].reason == "the same row as line 12"


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = bill(tmp_path)
    path.write_text(path.read_text("utf-8-sig").replace("金额(元)", "钱"), "utf-8")
    assert detect(path) == "wechat"
    with pytest.raises(RecordError, match=r"WeChat Pay bill lacks a column: 金额\(元\)"):
        read(path)


def test_hidden_characters_leave_names(tmp_path: Path) -> None:
    row = "2025-08-01 10:00:00,商户消费,甲\u200b批\u202e发,/,支出,¥9.00,零钱,支付成功,1,/,/\n"
    (line,) = (r for r in read(bill(tmp_path, row, "")).records if isinstance(r, Transaction))
    assert (line.counterparty_name, line.counterparty, line.day) == (
        "甲批发", "甲批发", date(2025, 8, 1),
    )  # fmt: skip
