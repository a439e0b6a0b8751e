"""What whoever paid us wrote on it never tells what money that came in is for."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.model import Transaction

WORDS = ("退款", "贷款放款", "股东投入", "结息", "代发工资", "账户互转", "票据托收", "货款")

STATEMENT = """[HISTORYDETAIL]
凭证号,本方账号,交易时间,借/贷,借方发生额,贷方发生额,摘要,用途,附言,对方单位名称,余额
,12020202,2026-01-06,{side},{out},{come},{summary},{words},{words},绍兴小学,{balance}
"""
ALIPAY = """交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注
2026-02-01 10:00:00,商业服务,张三,/,{words},收入,100.00,余额,交易成功,A01,M01,{words}
"""  # noqa: E501
CAMT = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Acct><Id><Othr><Id>12020202</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
<Ntry><Amt Ccy="CNY">100.00</Amt><CdtDbtInd>{mark}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-01-06</Dt></BookgDt><BkTxCd><Prtry><Cd>{code}</Cd></Prtry></BkTxCd>
<NtryDtls><TxDtls><RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls>
<AddtlNtryInf>{summary}</AddtlNtryInf></Ntry></Stmt></BkToCstmrStmt></Document>
"""


def only(path: Path, text: str) -> Transaction:
    path.write_text(text, "utf-8")
    (line,) = (
        record
        for record in read(path).records
        if isinstance(record, Transaction) and record.kind != "opening"
    )
    return line


def statement(words: str, summary: str = "往账", *, out: bool = False) -> str:
    side = {"side": "借", "out": "100.00", "come": "", "balance": "0.00"}
    if not out:
        side = {"side": "贷", "out": "", "come": "100.00", "balance": "100.00"}
    return STATEMENT.format(words=words, summary=summary, **side)


@pytest.mark.parametrize("words", WORDS)
def test_words_of_a_payer_leave_a_receipt_a_receipt(words: str, tmp_path: Path):
    line = only(tmp_path / "s.csv", statement(words))
    assert (line.kind, line.text) == ("receipt", f"往账 {words}")
    sale = only(tmp_path / "a.csv", ALIPAY.format(words=words))
    assert (sale.kind, sale.text) == ("sale", f"商业服务 {words}")
    entry = CAMT.format(mark="CRDT", code="NTRF", words=escape(words), summary="")
    assert only(tmp_path / "c.xml", entry).kind == "receipt"


def test_the_banks_own_words_still_tell(tmp_path: Path):
    assert only(tmp_path / "s.csv", statement("货款", "结息")).kind == "interest"
    entry = CAMT.format(mark="CRDT", code="NTRF", words="货款", summary="贷款放款")
    assert only(tmp_path / "c.xml", entry).kind == "loan"
    coded = CAMT.format(mark="CRDT", code="loan", words="货款", summary="")
    assert only(tmp_path / "d.xml", coded).kind == "loan"


def test_our_own_words_on_money_that_goes_out_tell(tmp_path: Path):
    assert only(tmp_path / "s.csv", statement("代发工资", out=True)).kind == "payroll"
    entry = CAMT.format(mark="DBIT", code="NTRF", words="房租", summary="")
    assert only(tmp_path / "c.xml", entry).kind == "rent"
