"""Alipay bills: the app's layout and the older web layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from aicfo_sdk.books.importers.alipay import read
from aicfo_sdk.books.importers.detect import detect
from aicfo_sdk.errors import RecordError
from aicfo_sdk.model.invoice import Transaction
from aicfo_sdk.model.merchant import Account

APP = """------------------------------------------------------------------------------------
导出信息：
姓名：晨光
支付宝账户：shop@example.com
起始时间：[2025-02-01 00:00:00]    终止时间：[2025-02-28 23:59:59]
导出交易类型：[全部]
导出时间：[2025-03-01 09:12:52]
共{count}笔记录
{counters}
特别提示：
1.本回单内容可表明支付宝受理了相应支付交易申请；
{caveat}
------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------
交易时间            ,交易分类    ,交易对方    ,对方账号    ,商品说明    ,收/支    ,金额    ,收/付款方式    ,交易状态    ,交易订单号     ,商家订单号    ,备注    ,
{rows}"""  # noqa: E501
ROWS = """2025-02-01 10:00:00,商业服务,张三,zh***@qq.com,收钱码收款,收入,100.00,余额,交易成功,A01\t,M01\t,    ,
2025-02-01 10:05:00,转账红包,丙公司,/,转账,收入,500.00,余额,交易成功,A02\t,\t,    ,
2025-02-02 11:00:00,日用百货,甲批发,pf***@qq.com,五金,支出,30.00,余额,等待确认收货,A03\t,T03\t,    ,
2025-02-02 11:05:00,日用百货,乙批发,/,工具,支出,40.00,工商银行储蓄卡(3445)&红包,交易成功,A04\t,T04\t,    ,
2025-02-02 11:06:00,日用百货,丁批发,/,胶带,支出,5.00,花呗,交易成功,A05\t,T05\t,    ,
2025-02-03 08:00:00,退款,甲批发,/,退款-五金,不计收支,8.00,余额,退款成功,A03_R1\t,T03R\t,    ,
2025-02-03 09:00:00,退款,张三,/,退款-收钱码收款,支出,12.00,余额,退款成功,A01_R1\t,\t,    ,
2025-02-04 09:00:00,账户存取,晨光,/,提现-实时提现,不计收支,200.00,招商银行(1),交易成功,A06\t,\t,    ,
2025-02-04 10:00:00,投资理财,余额宝,/,余额宝-2025.02.03-收益发放,不计收支,0.35,余额宝,交易成功,A07\t,\t,    ,
2025-02-04 11:00:00,投资理财,余额宝,/,余额宝-单次转入,不计收支,50.00,余额,交易成功,A08\t,\t,    ,
2025-02-04 12:00:00,信用借还,花呗,/,花呗自动还款,不计收支,5.00,余额宝,还款成功,A09\t,\t,    ,
2025-02-05 09:00:00,日用百货,戊店,/,雨伞,支出,21.40,花呗,交易关闭,A10\t,M10\t,    ,
2025-02-05 09:30:00,退款,戊店,/,退款-雨伞,不计收支,21.40,花呗,退款成功,A10_R1\t,M10R\t,    ,
"""  # noqa: E501
COUNTERS = "收入：2笔 600.00元\n支出：5笔 108.40元\n不计收支：6笔 284.75元\n"

WEB = """支付宝交易记录明细查询
账号:[shop@example.com]
起始日期:[2019-08-01 00:00:00]    终止日期:[2019-10-01 00:00:00]
---------------------------------交易记录明细列表------------------------------------
交易号    ,商家订单号    ,交易创建时间    ,付款时间    ,最近修改时间    ,交易来源地   ,类型    ,交易对方   ,商品名称    ,金额（元）   ,收/支   ,交易状态    ,服务费（元）   ,成功退款（元）  ,备注    ,资金状态     ,
B01\t,S1\t,2019-09-30 13:11:25 ,2019-09-30 13:11:30 ,2019-09-30 13:11:30 ,其他,即时到账交易 ,顾客甲 ,货架 ,100.00   ,收入 ,交易成功 ,0.60 ,20.00 ,    ,已收入 ,
B02\t,S2\t,2019-09-29 13:11:25 ,2019-09-29 13:11:30 ,2019-09-29 13:11:30 ,其他,即时到账交易 ,甲批发 ,木板 ,27.00   ,支出 ,交易成功 ,0.00 ,0.00 ,    ,已支出 ,
B03\t,\t,2019-09-28 05:26:50 ,  ,2019-09-28 05:26:50 ,支付宝网站,即时到账交易 ,晨光 ,提现 ,50.00 , ,交易成功 ,0.00 ,0.00 , ,资金转移 ,
B04\t,\t,2019-09-27 05:26:50 ,  ,2019-09-27 05:26:50 ,支付宝网站,即时到账交易 ,己店 ,灯 ,9.00 ,支出 ,交易关闭 ,0.00 ,0.00 , , ,
B05\t,\t,2019-09-26 05:26:50 ,  ,2019-09-26 05:26:50 ,支付宝网站,担保交易 ,庚店 ,锁 ,9.00 ,支出 ,等待对方发货 ,0.00 ,0.00 , ,待支出 ,
------------------------------------------------------------------------------------
共5笔记录
已收入:1笔,100.00元
待收入:0笔,0.00元
已支出:1笔,27元
待支出:1笔,9.00元
导出时间:[2019-10-08 14:34:22]    用户:晨光
"""  # noqa: E501


def app(tmp_path: Path, rows: str = ROWS, counters: str = COUNTERS, caveat: str = "") -> Path:
    path = tmp_path / "alipay.csv"
    count = len(rows.splitlines())
    text = APP.format(count=count, counters=counters, caveat=caveat, rows=rows)
    path.write_bytes(text.encode("gb18030"))
    return path


def movements(path: Path) -> dict[str, tuple[int, str]]:
    return {
        r.id.removeprefix("alipay-"): (r.amount, r.kind)
        for r in read(path).records
        if isinstance(r, Transaction)
    }


def test_the_apps_layout(tmp_path: Path) -> None:
    path = app(tmp_path)
    assert detect(path) == "alipay"
    assert movements(path) == {
        "A01": (10_000, "sale"),
        "A02": (50_000, "receipt"),
        "A03": (-3_000, "purchase"),
        "A04": (-4_000, "purchase"),
        "A04-card": (4_000, "transfer"),
        "A05": (-500, "purchase"),
        "A05-card": (500, "loan"),
        "A03_R1": (800, "refund"),
        "A01_R1": (-1_200, "refund"),
        "A06": (-20_000, "transfer"),
        "A07": (35, "interest"),
        "A09": (-500, "transfer"),
    }
    batch = read(path)
    assert [refused.reason for refused in batch.refused] == [
        "moves inside the wallet",
        "no money moved",
        "the refund of an order that the file shows as closed",
    ]
    (account,) = (r for r in batch.records if isinstance(r, Account))
    assert account.number == "shop@example.com"


def test_the_older_web_layout_with_its_footer(tmp_path: Path) -> None:
    path = tmp_path / "web.csv"
    path.write_bytes(WEB.encode("gb18030"))
    assert detect(path) == "alipay"
    assert movements(path) == {
        "B01": (10_000, "sale"),
        "B01-refund": (-2_000, "refund"),
        "B01-fee": (-60, "fee"),
        "B02": (-2_700, "purchase"),
        "B03": (-5_000, "transfer"),
    }
    refused = [(r.line, r.reason) for r in read(path).refused]
    assert refused == [(9, "no money moved"), (10, "the money has not moved")]


def test_a_footer_counter_that_disagrees_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "web.csv"
    path.write_bytes(WEB.replace("已收入:1笔,100.00", "已收入:1笔,101.00").encode("gb18030"))
    with pytest.raises(RecordError, match=r"已收入 101.00元 but its rows sum to 100.00"):
        read(path)


def test_a_sum_that_the_file_warns_about_is_a_note(tmp_path: Path) -> None:
    wrong = COUNTERS.replace("108.40", "16.54")
    with pytest.raises(RecordError, match=r"支出 16.54元 but its rows sum to 108.40"):
        read(app(tmp_path, counters=wrong))
    batch = read(
        app(tmp_path, counters=wrong, caveat="6.因统计逻辑不同，明细金额直接累加后可能不一致")
    )
    assert len(batch.notes) == 1


def test_sums_net_of_refunds_are_accepted(tmp_path: Path) -> None:
    # Three refund rows of 8.00, 12.00 and 21.40 taken off what was spent.
    read(app(tmp_path, counters=COUNTERS.replace("108.40", "67.00")))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("收入,100.00", "收入,-100.00", "a negative amount"),
        ("收入,100.00", "收入,inf", "not an amount: inf"),
        ("收入,100.00", "进账,100.00", "unknown direction: 进账"),
        ("2025-02-01 10:00:00", "2025-02-30 10:00:00", "not a date"),
        ("A02\t", "A01\t", "two different rows"),
    ],
)
def test_bad_rows_name_their_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(RecordError, match=message) as caught:
        read(app(tmp_path, ROWS.replace(old, new, 1), ""))
    assert caught.value.line in (15, 16)


def test_a_file_saved_in_another_encoding_is_one_clear_error(tmp_path: Path) -> None:
    path = app(tmp_path)
    path.write_bytes(path.read_bytes()[:-1] + b"\x80\xff\xff")
    with pytest.raises(RecordError, match="neither UTF-8 nor GB18030") as caught:
        read(path)
    assert caught.value.line == 30
