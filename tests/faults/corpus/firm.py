"""A small firm's files, with a text of somebody else's in every place that strangers write.

`write` makes the files that a bank, a wallet, the tax platform, a bill platform, a tender portal
and a scanner would hand over; `imported` takes them in through the importers into real books.
Two firms with other texts differ in nothing but these texts.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape as escape_xml

from aicfo_sdk.books.importers.bill_words import escape
from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.books.store import StoredBooks, create_books
from aicfo_sdk.model import Merchant, UntrustedText
from aicfo_sdk.money import plain

from .make import LOOKALIKES, SUPPLIERS

NAME, USCC = "杭州晨光机电有限公司", "91330106MA2ABC1236"
TODAY = date(2026, 2, 27)
ACCOUNT = "1202020209900012345"
SLOTS = 12
"""Texts per place that one firm's papers carry."""

_CUSTOMERS = ("浙江恒建工程有限公司", "绍兴越城第三小学", "Hangzhou Lakeside Hotel")
_BUSINESS = ("电缆采购", "机电安装", "cable laying", "school kitchen equipment")
_TIDY = "电缆 cable"
_MIDDLEMAN = "苏州中转贸易有限公司"

Texts = Mapping[str, Sequence[str]]


def imported(folder: Path, texts: Texts, name: str) -> StoredBooks:
    """Write the firm's files and return books that hold them, through the importers."""
    papers = folder / name
    papers.mkdir()
    batches = [read(file, **_OPTIONS.get(file.stem, {})) for file in write(papers, texts)]
    merchant = Merchant(
        id="me",
        updated=date(2025, 1, 2),
        name=UntrustedText(NAME),
        uscc=USCC,
        industry="机电安装",
        region="浙江",
        products=("电缆", "机电安装", "cable"),
    )
    books = create_books(folder / f"{name}.books", merchant=merchant)
    books.import_batches(batches)
    return books


def write(folder: Path, texts: Texts) -> list[Path]:
    """Write every file, what the owner enters first; places without a text have a harmless one."""
    files = {
        "own.jsonl": _own(texts),
        "statement.csv": _statement(texts),
        "transfers.xml": _transfers(texts),
        "wechat.csv": _wallet(texts),
        "alipay.csv": _alipay(texts),
        "tenders.jsonl": _tenders(texts),
        "bills.csv": _bills(texts),
        "einvoices.csv": _einvoices(texts),
    }
    for name, rows in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as out:
            if name.endswith(".csv"):
                csv.writer(out).writerows(rows)
            elif name.endswith(".jsonl"):
                out.writelines(json.dumps(row) + "\n" for row in rows)
            else:
                out.writelines(rows)
    return [folder / name for name in files]


_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "einvoices": {"own_uscc": USCC},
    "statement": {"own": (NAME,)},
    "own": {"currency": "CNY"},
}


def _text(texts: Texts, place: str, slot: int, otherwise: str = "") -> str:
    """A harmless text, and behind it what a stranger wrote there."""
    given = texts.get(place, ())
    return f"{otherwise} {given[slot]}".strip() if slot < len(given) else otherwise


def _day(back: int) -> date:
    return TODAY - timedelta(days=back)


def _statement(texts: Texts) -> list[list[str]]:
    rows: list[list[str]] = [
        ["[HISTORYDETAIL]"],
        [f"账号：{ACCOUNT}", f"户名：{NAME}"],
        ["凭证号", "本方账号", "对方账号", "交易时间", "借/贷", "借方发生额", "贷方发生额",
         "对方行号", "摘要", "用途", "附言", "对方单位名称", "余额"],
    ]  # fmt: skip
    moves: list[tuple[int, int, str, str, str, str]] = []
    for month in (75, 45, 15):
        moves.append((month, -600_000, "房租", "", "", "杭州城西物业有限公司"))
        moves.append((month - 4, -4_200_000, "代发工资", "", "", ""))
        for suppliers in SUPPLIERS.values():
            for index, supplier in enumerate(suppliers):
                moves.append((month - 6, -150_000 - index, "货款", "", "", supplier))
    for slot in range(SLOTS):
        payer = _CUSTOMERS[slot % len(_CUSTOMERS)]
        purpose = _text(texts, "statement_purpose", slot, "货款")
        moves.append((70 - 5 * slot, 900_000 + slot, "往账", purpose, "", payer))
        remark = _text(texts, "statement_remark", slot)
        moves.append((69 - 5 * slot, 800_000 + slot, "往账", "货款", remark, payer))
    balance = 4_000_000
    for back, amount, summary, purpose, remark, name in sorted(moves, key=lambda m: -m[0]):
        balance += amount
        side = ["贷", "", plain(amount)] if amount > 0 else ["借", plain(-amount), ""]
        rows.append(
            ["", ACCOUNT, "", _day(back).isoformat(), *side, "", summary, purpose, remark, name,
             plain(balance)]
        )  # fmt: skip
    return rows


def _einvoices(texts: Texts) -> list[list[str]]:
    rows: list[list[str]] = [
        ["序号", "数电发票号码", "销方识别号", "销方名称", "购方识别号", "购买方名称", "开票日期",
         "货物或应税劳务名称", "金额", "税额", "价税合计", "发票状态", "备注"],
    ]  # fmt: skip

    def invoice(seller: str, buyer: str, day: date, net: int, goods: str, remark: str) -> None:
        number = f"2633200000{len(rows):010d}"
        own = [USCC if name == NAME else "" for name in (seller, buyer)]
        rows.append(
            [str(len(rows)), number, own[0], seller, own[1], buyer, day.isoformat(), goods,
             plain(net), "0.00", plain(net), "正常", remark]
        )  # fmt: skip

    suppliers = [name for names in SUPPLIERS.values() for name in names]
    for slot in range(SLOTS):
        seller = suppliers[slot % len(suppliers)]
        due = f"付款期限：{_day(-6 - slot).isoformat()}"
        remark = _text(texts, "invoice_remark", slot, due)
        invoice(seller, NAME, _day(24), 120_000 + 700 * slot, _TIDY, remark)
        goods = _text(texts, "invoice_goods", slot, _TIDY)
        invoice(seller, NAME, _day(23), 90_000 + 900 * slot, goods, due)
        buyer = _CUSTOMERS[slot % len(_CUSTOMERS)]
        invoice(NAME, buyer, _day(20 + slot), 2_000_000 + slot, "机电安装", due)
    for names in LOOKALIKES.values():
        for seller in names:
            invoice(seller, NAME, _day(9), 260_000, _TIDY, f"付款期限：{_day(-9).isoformat()}")
    return rows


def _bills(texts: Texts) -> list[list[str]]:
    rows: list[list[str]] = [
        ["票据(包)号码", "子票区间", "可分包", "票据种类", "票据金额", "出票日", "到期日", "出票人",
         "承兑人", "承兑人类别", "收款人", "能否转让", "票据状态", "流通标志", "背书链", "取得日期",
         "前手", "应收应付", "持有状态", "状态日期"],
    ]  # fmt: skip
    for slot in range(SLOTS):
        face = 3_000_000 + 100_000 * slot
        middle = escape(_text(texts, "bill_endorser", slot) or _MIDDLEMAN, "|;")
        chain = f"{_day(30)}|浙江恒建工程有限公司|{middle};{_day(15)}|{middle}|{NAME}"
        rows.append(
            [f"510331000012520260115{slot:09d}", f"1-{face}", "是", "银行承兑汇票", plain(face),
             _day(43).isoformat(), _day(-60 - slot).isoformat(), "浙江恒建工程有限公司",
             "宁波银行股份有限公司", "城商行", "浙江恒建工程有限公司", "可转让", "已收票", "可流通",
             chain, _day(15).isoformat(), _MIDDLEMAN, "应收", "持有", _day(15).isoformat()]
        )  # fmt: skip
    return rows


def _wallet(texts: Texts) -> list[list[str]]:
    head = ["交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "支付方式", "当前状态",
            "交易单号", "商户单号", "备注"]  # fmt: skip
    sales: list[list[str]] = []
    total = 0
    for slot in range(SLOTS):
        for place, more in (("wallet_goods", 0), ("wallet_remark", 1)):
            amount = 5_000 + 100 * slot + more
            total += amount
            goods = _text(texts, "wallet_goods", slot, "配件") if not more else "配件"
            remark = _text(texts, "wallet_remark", slot, "/") if more else "/"
            sales.append(
                [f"{_day(4 * slot + more)} 10:{slot:02d}:00", "二维码收款", "张*", goods, "收入",
                 f"¥{plain(amount)}", "零钱", "已收钱", f"{place}{slot}", "/", remark]
            )  # fmt: skip
    return [
        ["微信支付账单明细"],
        [f"微信昵称：[{NAME}]"],
        [f"起始时间：[{_day(60)} 00:00:00] 终止时间：[{TODAY} 23:59:59]"],
        ["导出类型：[全部]"],
        [],
        [f"共{len(sales)}笔记录"],
        [f"收入：{len(sales)}笔 {plain(total)}元"],
        ["支出：0笔 0.00元"],
        ["中性交易：0笔 0.00元"],
        ["----------------------微信支付账单明细列表--------------------"],
        head,
        *sales,
    ]


def _alipay(texts: Texts) -> list[list[str]]:
    rows = [
        ["交易时间", "交易分类", "交易对方", "对方账号", "商品说明", "收/支", "金额",
         "收/付款方式", "交易状态", "交易订单号", "商家订单号", "备注"],
    ]  # fmt: skip
    for slot in range(SLOTS):
        goods = _text(texts, "alipay_goods", slot, "配件")
        rows.append(
            [f"{_day(5 * slot)} 11:00:{slot:02d}", "商业服务", "顾客", "/", goods, "收入",
             plain(7_000 + slot), "余额", "交易成功", f"A{slot}", f"M{slot}", ""]
        )  # fmt: skip
    return rows


def _transfers(texts: Texts) -> list[str]:
    """A second bank's statement in camt.053: what customers write on their transfers."""
    entries: list[str] = []
    total = 0
    for slot in range(SLOTS):
        total += 30_000 + slot
        message = escape_xml(_text(texts, "transfer_message", slot, "货款"))
        payer = _CUSTOMERS[slot % len(_CUSTOMERS)]
        entries.append(
            f'<Ntry><Amt Ccy="CNY">{plain(30_000 + slot)}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
            f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{_day(60 - 5 * slot)}</Dt></BookgDt>"
            f"<AcctSvcrRef>T{slot}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>"
            f"{payer}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{message}</Ustrd></RmtInf>"
            "</TxDtls></NtryDtls></Ntry>\n"
        )
    opening, closing = (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{plain(amount)}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        for code, amount, day in (("OPBD", 0, _day(60)), ("CLBD", total, _day(0)))
    )
    return [
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>',
        "<Acct><Id><Othr><Id>571900000012345</Id></Othr></Id><Ccy>CNY</Ccy></Acct>",
        opening,
        closing,
        *entries,
        "</Stmt></BkToCstmrStmt></Document>",
    ]


def _tenders(texts: Texts) -> list[dict[str, Any]]:
    notices: list[dict[str, Any]] = []
    for slot in range(SLOTS):
        for place in ("tender_title", "tender_description"):
            title, words = _BUSINESS[slot % 4], f"{_BUSINESS[slot % 4]}，工期60天"
            if place == "tender_title":
                title = _text(texts, place, slot, title)
            else:
                words = _text(texts, place, slot, words)
            tender = {
                "id": f"{place}-{slot}",
                "title": title,
                "description": words,
                "status": "active",
                "value": {"amount": 60_000 + 1_000 * slot, "currency": "CNY"},
                "tenderPeriod": {"endDate": f"{_day(-25 - slot)}T12:00:00+08:00"},
                "mainProcurementCategory": "works",
            }
            ocid = f"ocds-firm-{place}-{slot}"
            notices.append(
                {"ocid": ocid, "id": ocid, "date": f"{_day(12)}T09:00:00+08:00",
                 "tag": ["tender"], "tender": tender, "buyer": {"name": "绍兴市公共资源交易中心"}}
            )  # fmt: skip
    return notices


def _own(texts: Texts) -> list[dict[str, Any]]:
    """What the owner enters: suppliers, a credit line, rent, a quote; and scanned invoices."""
    since = _day(400).isoformat()
    suppliers = [name for names in SUPPLIERS.values() for name in names]
    rows: list[dict[str, Any]] = [
        {"record": "Counterparty", "id": name.casefold(), "known_since": since, "name": name,
         "accepts_bills": ["bank"]}
        for name in suppliers
    ]  # fmt: skip
    rows += [
        {"record": "CreditLine", "id": "L1", "updated": since, "lender": "MYbank",
         "limit": 30_000_000, "rate_ppm": 45_000, "expires": "2026-12-31"},
        {"record": "Obligation", "id": "rent-march", "known_since": since, "kind": "rent",
         "due": _day(-6).isoformat(), "amount": 600_000, "counterparty": "杭州城西物业有限公司"},
        {"record": "Obligation", "id": "wages-march", "known_since": since, "kind": "payroll",
         "due": _day(-11).isoformat(), "amount": 12_000_000},
        {"record": "DiscountQuote", "id": "Q1", "day": _day(0).isoformat(),
         "valid_until": _day(-10).isoformat(), "institution": "宁波银行",
         "acceptor_class": "city_bank", "tenor_days": 180, "rate_ppm": 21_000},
    ]  # fmt: skip
    for slot in range(SLOTS):
        amount = 70_000 + 500 * slot
        rows.append(
            {"record": "Invoice", "id": f"scan-{slot}", "updated": _day(8).isoformat(),
             "number": f"scan-{slot}", "direction": "purchase", "issued": _day(8).isoformat(),
             "counterparty": suppliers[slot % len(suppliers)].casefold(), "net": amount, "tax": 0,
             "total": amount, "due": _day(-12 - slot).isoformat(),
             "text": _text(texts, "ocr_text", slot, _TIDY)}
        )  # fmt: skip
    return rows
