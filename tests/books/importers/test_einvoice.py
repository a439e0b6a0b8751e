"""数电票: which side an invoice is on, what it is worth, and what is refused and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from stdnum.cn import uscc

from aicfo_sdk.books.exporters import einvoice as exporter
from aicfo_sdk.books.importers import einvoice
from aicfo_sdk.books.names import checked_uscc, counterparty_id, normal_name
from aicfo_sdk.errors import InputError, RecordError
from aicfo_sdk.model import Counterparty, Invoice, Merchant, UntrustedText


def code(number: int) -> str:
    """A 统一社会信用代码 with a right check character."""
    base = f"91330106MA{number:07d}"
    return base + uscc.calc_check_digit(base)


OWN, BUYER, SELLER = code(1), code(2), code(3)
WRONG = BUYER[:-1] + ("0" if BUYER[-1] != "0" else "1")
NUMBER = "25332000000000000001"
HEAD = (
    "序号,发票代码,发票号码,数电发票号码,销方识别号,销方名称,购方识别号,购买方名称,开票日期,"
    "金额,税额,价税合计,发票来源,发票票种,发票状态,是否正数发票,发票风险等级,开票人,备注"
)


def row(
    number: str = NUMBER,
    *,
    old: str = ",",
    seller: str = OWN,
    buyer: str = BUYER,
    day: str = "2025-03-01 10:20:30",
    amounts: str = "1000.00,130.00,1130.00",
    status: str = "正常",
    positive: str = "是",
    remark: str = "",
) -> str:
    return (
        f"1,{old},{number},{seller},销方公司,{buyer},购方公司,{day},{amounts},"
        f"电子发票服务平台,数电票（增值税专用发票）,{status},{positive},正常,张三,{remark}"
    )


def csv(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def invoices(path: Path, **options: Any) -> list[Invoice]:
    batch = einvoice.read(path, own_uscc=OWN, **options)
    return [record for record in batch.records if isinstance(record, Invoice)]


def test_the_merchant_as_seller_sells_and_as_buyer_buys(tmp_path: Path) -> None:
    other = row("25332000000000000002", seller=SELLER, buyer=OWN, amounts="50,3,53")
    sold, bought = invoices(csv(tmp_path / "i.csv", row(), other), terms_days=30)
    assert (sold.direction, sold.counterparty, sold.total) == ("sales", "购方公司", 113_000)
    assert (bought.direction, bought.counterparty, bought.total) == ("purchase", "销方公司", 5_300)
    assert (sold.issued, sold.due) == (date(2025, 3, 1), date(2025, 3, 31))


def test_red_void_and_reversed_invoices_keep_their_meaning(tmp_path: Path) -> None:
    red = row(
        "25332000000000000002",
        amounts="-1000.00,-130.00,-1130.00",
        positive="否",
        remark=f"被红冲蓝字数电票号码：{NUMBER} 红字发票信息确认单编号：33010625031000000001",
        day="2025-03-20",
    )
    void = row("12345678", old="033001900111,12345678", status="已作废").replace(
        ",12345678,9", ",,9"
    )
    path = csv(tmp_path / "i.csv", row(status="已红冲-全额"), red, void)
    blue, back, gone = invoices(path)
    assert (blue.status, back.status, gone.status) == ("normal", "red", "void")
    assert back.reverses == NUMBER
    assert back.total == -113_000
    assert gone.number == "03300190011112345678"
    assert gone.updated == date(2025, 3, 20)  # the file's last day: it can be no later
    assert not einvoice.read(path, own_uscc=OWN).notes


def test_a_reversed_invoice_without_its_red_one_is_noted(tmp_path: Path) -> None:
    batch = einvoice.read(csv(tmp_path / "i.csv", row(status="已红冲-全额")), own_uscc=OWN)
    assert NUMBER in batch.notes[0]


@pytest.mark.parametrize(
    ("bad", "column", "what"),
    [
        (row(amounts="1000.00,130.00,1130.01"), "价税合计", "is not 价税合计"),
        (row(amounts="NaN,130.00,1130.00"), "金额", "not an amount"),
        (row(amounts="１０００,130.00,1130.00"), "金额", "not an amount"),
        (row(amounts="1e3,130.00,1130.00"), "金额", "not an amount"),
        (row(amounts="99999999999999,0,99999999999999"), "金额", "out of bounds"),
        (row(amounts="-1000,-130,-1130"), "价税合计", "contradicts 是否正数发票"),
        (row(positive="maybe"), "是否正数发票", "neither 是 nor 否"),
        (row(status="不明"), "发票状态", "unknown 发票状态"),
        (row(day="2025-02-30"), "开票日期", "not a date"),
        (row("123"), "数电发票号码", "not an invoice number"),
        (row(""), "数电发票号码", "without number"),
        (
            row(buyer=WRONG),
            "购方识别号",
            "check character",
        ),
        (row(buyer="12"), "购方识别号", "not a 统一社会信用代码"),
        (row(seller=SELLER), "销方识别号", "two other firms"),
        (row(buyer=OWN), "购方识别号", "the merchant itself"),
        (row(remark="付款期限：2025-02-31"), "备注", "not a date"),
    ],
)
def test_a_bad_row_names_line_and_column(tmp_path: Path, bad: str, column: str, what: str) -> None:
    good = row("25332000000000000009")
    with pytest.raises(RecordError, match=what) as caught:
        invoices(csv(tmp_path / "i.csv", good, bad))
    assert (caught.value.line, caught.value.column) == (3, column)


def test_the_same_invoice_twice_counts_once_and_a_changed_one_is_an_error(tmp_path: Path) -> None:
    batch = einvoice.read(csv(tmp_path / "i.csv", row(), row()), own_uscc=OWN)
    assert sum(isinstance(record, Invoice) for record in batch.records) == 1
    assert [(refused.line, refused.value) for refused in batch.refused] == [(3, NUMBER)]
    changed = row(amounts="1000.00,60.00,1060.00")
    with pytest.raises(RecordError, match="two different invoices of one number") as caught:
        invoices(csv(tmp_path / "i.csv", row(), changed))
    assert "line 2" in str(caught.value)


def test_read_leniently_a_wrong_code_is_left_out_with_a_note(tmp_path: Path) -> None:
    batch = einvoice.read(csv(tmp_path / "i.csv", row(buyer=WRONG)), own_uscc=OWN, lenient_ids=True)
    party = next(record for record in batch.records if isinstance(record, Counterparty))
    assert party.uscc == ""
    assert WRONG in batch.notes[0]


def test_codes_of_persons_and_of_old_taxpayers_are_no_error_and_not_kept(tmp_path: Path) -> None:
    for other in ("11010519491231002X", "330106123456789", ""):
        batch = einvoice.read(csv(tmp_path / "i.csv", row(buyer=other)), own_uscc=OWN)
        party = next(record for record in batch.records if isinstance(record, Counterparty))
        assert party.uscc == ""


def test_a_file_in_gb18030_reads_the_same_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "i.csv"
    path.write_bytes(f"{HEAD}\n{row()}\n".encode("gb18030"))
    assert len(invoices(path)) == 1
    path.write_bytes(f"{HEAD}\n{row()}\n".encode()[:-10] + b"\xff\xff\n")
    with pytest.raises(InputError):
        invoices(path)


def test_lines_of_goods_are_added_up_by_number(tmp_path: Path) -> None:
    head = HEAD + ",货物或应税劳务名称,税率"
    first = row(amounts="100.00,13.00,113.00") + ",钢材,13%"
    second = row(amounts="200.00,12.00,212.00") + ",运费,6%"
    (invoice,) = invoices(csv(tmp_path / "i.csv", first, second, head=head))
    assert (invoice.net, invoice.tax, invoice.total) == (30_000, 2_500, 32_500)


def test_of_a_workbook_the_sheet_with_one_row_per_invoice_is_read(tmp_path: Path) -> None:
    book = Workbook()
    lines = book.active
    assert lines is not None
    lines.title = "信息汇总表"
    lines.append([*HEAD.split(","), "货物或应税劳务名称"])
    lines.append([*row(amounts="100.00,13.00,113.00").split(","), "钢材"])
    sheet = book.create_sheet("发票基础信息")
    sheet.append(HEAD.split(","))
    cells: list[Any] = row().split(",")
    cells[9:12] = [1000.0, 130.0, 1130.0]
    sheet.append(cells)
    sheet.append(["合计", *[""] * 8, 1000.0, 130.0, 1130.0])
    path = tmp_path / "i.xlsx"
    book.save(path)
    (invoice,) = invoices(path)
    assert invoice.total == 113_000


def test_own_code_must_be_a_right_one(tmp_path: Path) -> None:
    path = csv(tmp_path / "i.csv", row())
    for own in ("", "91330106MA0000000X", "330106123456789"):
        with pytest.raises(InputError):
            einvoice.read(path, own_uscc=own)


XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<EInvoice><Header><EIid>{NUMBER}</EIid><InherentLabel><InIssuType><LabelCode>Y</LabelCode>
</InIssuType></InherentLabel></Header><EInvoiceData>
<SellerInformation><SellerIdNum>{SELLER}</SellerIdNum><SellerName>卖方</SellerName>
</SellerInformation>
<BuyerInformation><BuyerIdNum>{OWN}</BuyerIdNum><BuyerName>我方</BuyerName></BuyerInformation>
<BasicInformation><TotalAmWithoutTax>18.63</TotalAmWithoutTax><TotalTaxAm>0.56</TotalTaxAm>
<TotalTax-includedAmount>19.19</TotalTax-includedAmount>
<TotalTax-includedAmountInChinese>壹拾玖圆壹角玖分</TotalTax-includedAmountInChinese>
</BasicInformation>
<IssuItemInformation><ItemName>*运输服务*通行费</ItemName><Amount>18.63</Amount>
</IssuItemInformation></EInvoiceData>
<TaxSupervisionInfo><InvoiceNumber>{NUMBER}</InvoiceNumber><IssueTime>2026-02-28</IssueTime>
</TaxSupervisionInfo></EInvoice>"""


def xml(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_an_xml_invoice_says_what_the_list_says(tmp_path: Path) -> None:
    (invoice,) = invoices(xml(tmp_path / "i.xml", XML))
    assert (invoice.number, invoice.direction, invoice.counterparty) == (NUMBER, "purchase", "卖方")
    assert (invoice.net, invoice.tax, invoice.total) == (1_863, 56, 1_919)
    assert (invoice.issued, invoice.text) == (date(2026, 2, 28), "*运输服务*通行费")
    chinese = XML.replace("UTF-8", "GB18030")
    assert invoices(xml(tmp_path / "g.xml", chinese, "gb18030")) == [invoice]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("壹拾玖圆壹角玖分", "壹拾玖圆壹角捌分", "大写金额 and the figure differ"),
        ("壹拾玖圆壹角玖分", "许多钱", "not a 大写金额"),
        (">19.19<", ">19.20<", "大写金额 and the figure differ"),
        (">0.56<", ">NaN<", "not an amount"),
        (">0.56<", "><", "an amount is missing"),
        (">Y<", ">N<", "蓝字发票标志"),
        (f"<EIid>{NUMBER}", "<EIid>25332000000000000009", "two different numbers"),
        ("<EInvoice>", '<!DOCTYPE a [<!ENTITY x "1">]><EInvoice>', "document type declaration"),
        ("</EInvoice>", "", "not well-formed"),
        ("2026-02-28", "28.02.2026", "not a date"),
    ],
)
def test_a_bad_xml_names_the_element(tmp_path: Path, old: str, new: str, what: str) -> None:
    with pytest.raises(RecordError, match=what):
        invoices(xml(tmp_path / "i.xml", XML.replace(old, new)))


def test_the_red_amount_in_capitals_may_carry_the_word_negative(tmp_path: Path) -> None:
    red = XML.replace(">Y<", ">N<").replace("壹拾玖", "（负数）壹拾玖")
    for amount in ("18.63", "0.56", "19.19"):
        red = red.replace(f">{amount}<", f">-{amount}<")
    (invoice,) = invoices(xml(tmp_path / "i.xml", red))
    assert (invoice.status, invoice.total) == ("red", -1_919)


def test_a_party_has_one_id_however_its_name_is_set() -> None:
    assert counterparty_id("杭州 晨光（集团）有限公司 ") == counterparty_id(
        "杭州晨光(集团)有限公司"
    )
    assert counterparty_id("ACME  Ltd") == counterparty_id("acme ltd")
    assert counterparty_id("", OWN) == OWN
    assert ":" not in counterparty_id("a：b")
    assert len(counterparty_id("公司" * 200)) <= 200
    assert counterparty_id("公司" * 200) != counterparty_id("公司" * 201)
    assert normal_name("A\u200bB") == "ab"
    assert checked_uscc(f" {OWN.lower()} ") == OWN


Status = Literal["normal", "void", "red"]
NAMES = (
    st.text(st.sampled_from("甲乙丙公司AZ =-+'\"（)，,<&\n"), min_size=1, max_size=10)
    .map(UntrustedText)
    .filter(lambda name: name == name.strip() and bool(counterparty_id(name)))
)


@st.composite
def _books(draw: st.DrawFn) -> tuple[list[Invoice], dict[str, Counterparty]]:
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=counterparty_id))
    parties = {
        counterparty_id(name): Counterparty(
            id=counterparty_id(name),
            known_since=date(2025, 1, 1),
            name=name,
            uscc=draw(st.sampled_from(["", code(10 + place)])),
        )
        for place, name in enumerate(names)
    }
    out: list[Invoice] = []
    for place in range(draw(st.integers(1, 5))):
        net = draw(st.integers(0, 5 * 10**12))
        tax = draw(st.integers(0, 5 * 10**12))
        status: Status = draw(st.sampled_from(["normal", "void", "red"]))
        if status == "red":
            net, tax = -net - 1, -tax
        day = date(2025, draw(st.integers(1, 12)), 28)
        out.append(
            Invoice(
                id=f"2533200000000000{place:04d}",
                updated=day,
                number=f"2533200000000000{place:04d}",
                direction=draw(st.sampled_from(["sales", "purchase"])),
                counterparty=draw(st.sampled_from(sorted(parties))),
                issued=day,
                due=draw(st.none() | st.dates(date(2025, 1, 1), date(2026, 12, 31))),
                net=net,
                tax=tax,
                total=net + tax,
                status=status,
                reverses="25332000000000009999" if status == "red" else "",
                settled_at_sale=draw(st.booleans()),
                text=UntrustedText(draw(st.sampled_from(["", "=1+1", "钢材, 3 吨"]))),
            )
        )
    return out, parties


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(books=_books())
@pytest.mark.parametrize("ending", ["csv", "xlsx", "xml"])
def test_receivables_and_payables_survive_the_round_trip_to_the_fen(
    tmp_path_factory: pytest.TempPathFactory,
    ending: str,
    books: tuple[list[Invoice], dict[str, Counterparty]],
) -> None:
    written, parties = books
    own = Merchant(id="m", updated=date(2025, 1, 1), name=UntrustedText("我方有限公司"), uscc=OWN)
    folder = tmp_path_factory.mktemp("invoices")
    if ending == "xml":
        written = [invoice for invoice in written if invoice.status != "void"]
        back: list[Invoice] = []
        for invoice in written:
            path = folder / f"{invoice.number}.xml"
            exporter.write_xml(invoice, path, merchant=own, counterparties=parties)
            back += invoices(path)
    else:
        path = folder / f"i.{ending}"
        exporter.write_list(written, path, merchant=own, counterparties=parties)
        back = invoices(path)
    key = lambda invoice: invoice.number  # noqa: E731
    # The day of a voiding stands in no file; all else does.
    assert [i.model_copy(update={"updated": i.issued}) for i in sorted(back, key=key)] == sorted(
        written, key=key
    )


def test_the_exporter_refuses_what_the_format_cannot_carry(tmp_path: Path) -> None:
    own = Merchant(id="m", updated=date(2025, 1, 1), name=UntrustedText("我方"), uscc=OWN)
    party = Counterparty(id="甲", known_since=date(2025, 1, 1), name=UntrustedText("甲"))
    good = Invoice(
        id="1",
        updated=date(2025, 1, 1),
        number=NUMBER,
        direction="sales",
        counterparty="甲",
        issued=date(2025, 1, 1),
        net=1,
        tax=0,
        total=1,
    )
    path = tmp_path / "i.xlsx"
    for changed, merchant, parties in (
        (good.model_copy(update={"number": "INV-1"}), own, {"甲": party}),
        (good.model_copy(update={"text": UntrustedText("款项已结清")}), own, {"甲": party}),
        (good, own.model_copy(update={"uscc": ""}), {"甲": party}),
        (good, own, {}),
    ):
        with pytest.raises(InputError):
            exporter.write_list([changed], path, merchant=merchant, counterparties=parties)
        assert not path.exists()


def test_a_list_without_a_needed_column_says_which(tmp_path: Path) -> None:
    for lost, named in (
        ("数电发票号码", "数电发票号码"),
        ("税额", "税额"),
        ("购方识别号", "购方识别号"),
    ):
        head = HEAD.replace(lost, "列").replace("发票号码,列", "列,列")
        with pytest.raises(RecordError, match=named):
            invoices(csv(tmp_path / "i.csv", row(), head=head))
