"""Papers that speak of tenders are no notices; notices are, whatever portal made them."""

from __future__ import annotations

import time
from io import BytesIO
from pathlib import Path

import pytest

from aicfo_sdk.books.importers import notice
from aicfo_sdk.books.importers.detect import detect
from aicfo_sdk.errors import NotFound

CONTRACT = """政府采购合同
合同编号：HT-2026-001
采购人（甲方）：某某市第一中学
供应商（乙方）：南京明亮保洁有限公司
根据招标文件、中标通知书和投标文件，就项目名称：校园保洁服务，项目编号：SC2026-001，双方订立本合同。
一、合同金额：人民币120000元，不超过预算金额。
二、服务期限：一年。履约保证金：合同金额的5%。
签订日期：2026年3月1日
"""
OTHERS = {
    "contract.txt": CONTRACT,
    "purchase.txt": """产品购销合同
甲方：某公司
乙方：某厂
合同编号：A-1
一、采购方式：直接采购
二、报价有效期：30天
三、交货期：15天
四、保证金：1000元
""",
    "statement.csv": """交易日期,对方户名,摘要,收入,支出,余额
2026-03-01,某招标代理有限公司,投标保证金 项目编号SC2026-001,,20000,100000
2026-03-08,某招标代理有限公司,退投标保证金 采购公告,20000,,120000
2026-03-09,某医院,中标项目 采购人付款,50000,,170000
""",
    "statement.html": """<html><body><h2>账户交易明细</h2><table>
<tr><th>交易时间</th><th>摘要</th><th>金额</th></tr>
<tr><td>2026-03-01</td><td>投标保证金 某项目采购人</td><td>20000</td></tr>
<tr><td>2026-03-01</td><td>招标文件工本费 项目编号A</td><td>500</td></tr></table></body></html>
""",
    "invoice.html": """<html><body><h1>电子发票（普通发票）</h1><p>开票日期：2026年3月1日</p><table>
<tr><td>购买方名称：某公司</td><td>销售方名称：某招标代理有限公司</td></tr>
<tr><td>项目名称</td><td>规格型号</td><td>金额</td><td>税率</td></tr>
<tr><td>*鉴证咨询服务*招标代理服务费</td><td></td><td>3000</td><td>6%</td></tr></table>
<p>备注：项目编号SC2026-001 采购人某医院 中标服务费</p></body></html>
""",
    "news.html": """<html><head><title>新规解读</title></head><body>
<h1>政府采购新规解读：投标保证金与评标办法有何变化</h1>
<p>采购人应当在采购公告中载明预算金额和资格要求，投标文件的递交截止时间不得少于二十日。</p>
<p>专家表示，综合评分法的价格分仍不低于百分之十，中标供应商应按时签约。</p></body></html>
""",
    "memo.txt": """关于做好投标工作的内部通知
请商务部核对招标文件，技术部编写投标文件，财务部缴纳投标保证金。
项目名称、项目编号见附表，采购人为某医院，请注意评标办法中的分值。
""",
    "auction.txt": """资产拍卖公告
项目名称：旧车一批
竞价截止时间：2026年3月1日10:00
保证金：5000元
竞价编号：P-1
""",
    "fee.txt": """中标服务费缴费通知单
某某公司：贵公司在项目编号SC2026-1的招标中中标，请于2026年3月1日前缴纳代理服务费3000元。
采购人：某医院。项目名称：某项目。
""",
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_paper_that_speaks_of_tenders_is_no_notice(
    tmp_path: Path, name: str, encoding: str
) -> None:
    path = tmp_path / name
    path.write_text(OTHERS[name], encoding=encoding)
    assert not notice.looks_like(notice.load(path))


def test_a_contract_in_word_is_no_notice(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    for line in CONTRACT.splitlines():
        document.add_paragraph(line)
    out = BytesIO()
    document.save(out)
    path = tmp_path / "contract.docx"
    path.write_bytes(out.getvalue())
    with pytest.raises(NotFound):
        detect(path)


def test_an_enterprise_with_words_of_its_own_for_the_parties_is_recognised(tmp_path: Path) -> None:
    rows = {
        "采购编号": "B-1",
        "采购形式": "谈判采购",
        "应答截止时间": "2026.03.01 10:00",
        "控制总价": "¥10,000.00",
    }
    path = tmp_path / "call.html"
    path.write_text("".join(f"<div>{name}</div><div>{value}</div>" for name, value in rows.items()))
    assert notice.looks_like(notice.load(path))


@pytest.mark.parametrize(
    "piece", ["采购人", "项目编号：", "<p>预算", "采购 人 ", "(", "公告\n", "，的"]
)
def test_a_long_text_of_one_piece_is_judged_in_bounded_time(tmp_path: Path, piece: str) -> None:
    path = tmp_path / "long.txt"
    path.write_text(piece * (10_000_000 // len(piece.encode())))
    source = notice.load(path)
    start = time.process_time()
    notice.looks_like(source)
    assert time.process_time() - start < 5
