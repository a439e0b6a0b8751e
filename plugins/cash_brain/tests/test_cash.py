"""The cash forecast: every known item on its day, learnt costs once, quantiles that mean it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from aicfo_cash_brain import cash_forecast, cash_gap, sales_forecast
from aicfo_cash_brain.cash.items import open_ledger
from aicfo_cash_brain.cash.paths import sales_paths
from aicfo_cash_brain.cash.receipts import waits
from aicfo_cash_brain.cash.takings import takings_lag

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import (
    Account,
    Bill,
    Counterparty,
    DailySales,
    FundPosition,
    Invoice,
    Loan,
    Obligation,
    Record,
    SalesForecast,
    Settlement,
    Transaction,
    UntrustedText,
)

TODAY = date(2026, 3, 31)  # a Tuesday; Qingming makes Monday 2026-04-06 free
ACCOUNT = Account(id="A", opened=date(2025, 1, 1), kind="bank")


def day(offset):
    return TODAY + timedelta(days=offset)


def context(*rows, cash=1_000_000, seed=1, **kwargs):
    books = MemoryBooks([ACCOUNT, *rows], as_of=TODAY, balances={"A": cash}, **kwargs)
    return Context(books, seed=seed)


def no_sales(days=28):
    zero = (0,) * days
    return SalesForecast(
        start=day(1), p10=zero, p50=zero, p90=zero, sum_p10=0, sum_p50=0, sum_p90=0, method="none"
    )


def flat_sales(p10, p50, p90, days=28, sums=None):
    low, middle, high = sums or (p10 * days, p50 * days, p90 * days)
    return SalesForecast(
        start=day(1), p10=(p10,) * days, p50=(p50,) * days, p90=(p90,) * days,
        sum_p10=low, sum_p50=middle, sum_p90=high, method="test",
    )  # fmt: skip


def invoice(number, total, *, issued=-10, due=None, party="C1", **changes):
    known = {"direction": "sales", **changes}
    return Invoice(
        id=number, updated=day(issued), number=number, counterparty=party,
        issued=day(issued), due=None if due is None else day(due), net=total, tax=0, total=total,
        **known,
    )  # fmt: skip


def forecast(*rows, sales=None, days=28, **kwargs):
    return cash_forecast(context(*rows, **kwargs), sales=sales or no_sales(days), horizon_days=days)


def test_money_in_a_fund_that_pays_at_once_is_cash():
    fund = FundPosition(
        id="F", updated=day(-1), product="余额宝", amount=500_000, rate_ppm=12_000, notice_days=0
    )
    slow = fund.model_copy(update={"id": "G", "notice_days": 1})
    assert forecast(fund).opening == 1_500_000
    assert forecast(fund).p50[0] == 1_500_000
    assert forecast(slow).opening == 1_000_000


def test_nothing_known_leaves_cash_as_it_is():
    found = forecast()
    assert found.opening == 1_000_000
    assert found.p10 == found.p50 == found.p90 == (1_000_000,) * 28
    assert found.start == day(1)
    assert found.buffer == 0


def test_each_commitment_leaves_on_its_own_working_day():
    found = forecast(
        Obligation(id="O", known_since=day(-5), kind="tax", due=day(15), amount=30_000),
        Obligation(id="P", known_since=day(-5), kind="rent", due=day(15), amount=9, paid=True),
        invoice("S1", 50_000, direction="purchase", due=5),  # Sunday, then a free Monday
        Loan(
            id="L", updated=day(-30), lender="B", principal=100_000, rate_ppm=36_500,
            drawn=day(-90), due=day(10),
        ),
        Bill(
            id="B", updated=day(-20), number="1", kind="trade", face=7_000, issued=day(-20),
            matures=day(2), drawer=UntrustedText("us"), acceptor=UntrustedText("us"),
            side="payable",
        ),
    )  # fmt: skip
    paid = {i + 1: amount for i, amount in enumerate(found.payments) if amount}
    # 100,000 at 3.65 % over 100 days is 1,000.
    assert paid == {2: 7_000, 7: 50_000, 10: 101_000, 15: 30_000}
    assert found.p50[-1] == 1_000_000 - 188_000
    assert {"Obligation:O", "Invoice:S1", "Loan:L", "Bill:B"} <= set(found.evidence)


def test_what_is_overdue_is_paid_tomorrow():
    found = forecast(*late_payer(1), invoice("S1", 50_000, direction="purchase", due=-9))
    assert found.payments[0] == 50_000


def test_a_bill_on_hand_brings_its_face_after_the_holiday_it_matures_on():
    bill = Bill(
        id="B", updated=day(-20), number="1", kind="bank", face=70_000, issued=day(-90),
        matures=day(6), drawer=UntrustedText("x"), acceptor=UntrustedText("y"),
    )  # fmt: skip
    for held, expected in (("held", 70_000), ("endorsed", 0), ("pledged", 0)):
        found = forecast(bill.model_copy(update={"held": held}))
        assert found.receipts[6] == expected
        assert sum(found.receipts) == expected


@pytest.mark.parametrize(
    ("status", "circulation", "expected"),
    [
        ("matured", "collecting", 70_000),
        ("matured", "claimed", 0),
        ("matured", "ended", 0),
        ("settled", "ended", 0),
    ],
)
def test_a_bill_that_was_refused_or_not_presented_in_time_is_not_counted_on(
    status: str, circulation: str, expected: int
) -> None:
    bill = Bill(
        id="B", updated=day(-1), number="1", kind="bank", face=70_000, issued=day(-90),
        matures=day(-1), drawer=UntrustedText("x"), acceptor=UntrustedText("y"),
    )  # fmt: skip
    changed = bill.model_copy(update={"status": status, "circulation": circulation})
    assert sum(forecast(changed).receipts) == expected


def late_payer(count=12, late=10, total=1_000):
    rows = []
    for i in range(count):
        rows.append(invoice(f"H{i}", total, issued=-200 + i, due=-170 + i))
        rows.append(Settlement(id=f"p{i}", day=day(-170 + i + late), invoice=f"H{i}", amount=total))
    return rows


def test_a_customer_who_always_pays_ten_days_late_is_expected_ten_days_late():
    found = forecast(*late_payer(), invoice("S1", 80_000, due=4))
    # Day 14 is Tuesday 2026-04-14.
    assert found.receipts[13] == 80_000
    assert sum(found.receipts) == 80_000
    assert found.p10[12] == found.p90[12] == 1_000_000
    assert found.p10[13] == 1_080_000


def test_a_part_payment_a_red_invoice_and_a_void_one_lower_what_is_open():
    found = open_ledger(
        context(
            invoice("S1", 80_000, due=4),
            Settlement(id="x", day=day(-1), invoice="S1", amount=30_000),
            invoice("R1", -10_000, status="red", reverses="S1"),
            invoice("S2", 5_000, due=4, status="void"),
            invoice("S3", 6_000, due=4, settled_at_sale=True),
            invoice("S4", 7_000, due=9, party="C2"),
            invoice("R2", -9_000, status="red", party="C2"),
        ).books,
        30,
    )
    assert {item.invoice.id: item.left for item in found.receivables} == {"S1": 40_000}


def test_terms_of_the_customer_stand_in_for_a_missing_due_day():
    known = Counterparty(id="C1", known_since=day(-99), name=UntrustedText("甲"), terms_days=60)
    rows = [known, invoice("S1", 1, issued=-10), invoice("S2", 1, issued=-10, party="C2"),
            Settlement(id="x", day=day(-1), invoice="other", amount=1)]  # fmt: skip
    found = open_ledger(context(*rows).books, 30)
    assert {item.invoice.id: item.due for item in found.receivables} == {
        "S1": day(50),
        "S2": day(20),
    }


def test_books_without_any_payment_take_old_invoices_as_paid_and_say_so():
    found = forecast(invoice("S1", 80_000, due=-40), invoice("S2", 50_000, due=2))
    assert sum(found.receipts) <= 50_000
    assert any("past their due day are taken as paid" in text for text in found.assumptions)


def test_the_longer_an_invoice_is_overdue_the_less_it_is_counted_on():
    ledger = open_ledger(context(*late_payer(), invoice("S1", 1, due=-90)).books, 30)
    item = ledger.receivables[0]
    _, never = waits(item, ledger.delays["C1"], TODAY)
    assert never == pytest.approx(0.5)
    days, none = waits(item, (100,), TODAY)
    assert days.tolist() == [10]
    assert none == 0


def test_one_big_uncertain_receipt_makes_two_outcomes_not_a_normal_band():
    rows = [
        row
        for i, late in enumerate([0] * 8 + [60] * 8)
        for row in (
            invoice(f"H{i}", 100, issued=-200, due=-170),
            Settlement(id=f"p{i}", day=day(-170 + late), invoice=f"H{i}", amount=100),
        )
    ]
    found = forecast(*rows, invoice("S1", 500_000, due=7))
    assert found.p10[-1] == 1_000_000
    assert found.p90[-1] == 1_500_000


def test_takings_arrive_after_the_lag_that_statements_show():
    rng = np.random.default_rng(2)
    amounts = rng.integers(50_000, 150_000, 90)
    rows = []
    for i, amount in enumerate(int(a) for a in amounts):
        rows.append(DailySales(id=f"D{i}", day=day(i - 89), store="S", amount=amount))
        got = amount * 994 // 1000
        rows.append(Transaction(id=f"T{i}", day=day(i - 86), account="A", amount=got, kind="sale"))
    found = takings_lag(context(*rows).books, 1)
    assert (found.lag, found.measured) == (3, True)
    assert found.share == pytest.approx(0.994, abs=1e-4)
    cash = forecast(*rows, sales=flat_sales(100_000, 100_000, 100_000))
    waiting = [round(int(a) * found.share) for a in amounts[-3:]]
    assert list(cash.sales[:3]) == pytest.approx(waiting, abs=1)
    assert cash.sales[3] == pytest.approx(99_400, abs=10)


def test_statements_that_do_not_follow_the_sales_show_no_lag():
    rng = np.random.default_rng(6)
    rows = []
    for i in range(90):
        sold, got = (int(a) for a in rng.integers(10_000, 200_000, 2))
        rows.append(DailySales(id=f"D{i}", day=day(-i), store="S", amount=sold))
        rows.append(Transaction(id=f"T{i}", day=day(-i), account="A", amount=got, kind="sale"))
    found = takings_lag(context(*rows).books, 1)
    assert (found.lag, found.share, found.measured) == (1, 1.0, False)


def test_sales_on_credit_bring_money_only_after_the_terms():
    rows = [*late_payer(count=12, late=0)]
    rows += [invoice(f"N{i}", 10_000, issued=-40 + i, due=-10 + i) for i in range(40)]
    rows += [
        Settlement(id=f"n{i}", day=day(-10 + i), invoice=f"N{i}", amount=10_000) for i in range(10)
    ]
    found = forecast(*rows, sales=flat_sales(10_000, 10_000, 10_000, days=60), days=60)
    assert sum(found.sales) == 0
    # Thirty open invoices in the first 30 days, then the ones still to be written.
    assert sum(found.receipts) == pytest.approx(600_000, abs=31_000)


def test_purchases_go_on_as_a_share_of_sales_and_known_invoices_are_not_paid_twice():
    sales = [DailySales(id=f"D{i}", day=day(i - 99), store="S", amount=10_000) for i in range(100)]
    bought = [
        Transaction(id=f"P{i}", day=day(-7 * i), account="A", amount=-42_000, kind="purchase")
        for i in range(14)
    ]
    ahead = flat_sales(10_000, 10_000, 10_000)
    plain = forecast(*sales, *bought, sales=ahead)
    assert sum(plain.payments) == pytest.approx(28 * 10_000 * 0.588, rel=0.01)
    known = invoice("S1", 50_000, direction="purchase", due=1)
    with_known = forecast(*sales, *bought, known, sales=ahead)
    assert sum(with_known.payments) == pytest.approx(sum(plain.payments), abs=2)
    assert with_known.payments[0] >= 50_000


def test_what_is_bought_from_tomorrow_on_is_paid_on_the_suppliers_terms():
    sales = [DailySales(id=f"D{i}", day=day(i - 99), store="S", amount=10_000) for i in range(100)]
    bought = [
        invoice(f"P{i}", 40_000, direction="purchase", issued=-10 * i - 20, due=-10 * i)
        for i in range(8)
    ]
    paid = [
        Settlement(id=f"s{i}", day=day(-10 * i), invoice=f"P{i}", amount=40_000) for i in range(8)
    ]
    open_one = invoice("P8", 40_000, direction="purchase", issued=-5, due=15)
    ahead = flat_sales(10_000, 10_000, 10_000)
    found = forecast(*sales, *bought, *paid, open_one, sales=ahead)
    # Terms of 20 days: until then only the invoice that is there already, on a working day.
    assert sum(found.payments[:20]) == 40_000
    assert found.payments[20] == pytest.approx(10_000 * 360_000 / 1_000_000, abs=2)


def test_customers_who_pay_by_bill_bring_money_when_the_bill_matures():
    rows: list[Record] = [
        Settlement(id=f"s{i}", day=day(-30 - i), invoice=f"S{i}", amount=10_000) for i in range(5)
    ]
    rows += [invoice(f"S{i}", 10_000, issued=-60 - i, due=-30 - i) for i in range(10)]
    for i in range(5, 10):
        when = day(-30 - i)
        rows.append(
            Settlement(
                id=f"s{i}", day=when, invoice=f"S{i}", amount=10_000, by="bill", source=f"B{i}"
            )
        )
        rows.append(
            Bill(
                id=f"B{i}", updated=when, number=f"{i:030d}", face=10_000, issued=when,
                matures=day(60 - i), side="receivable", held="endorsed", kind="bank",
                drawer=UntrustedText("甲"), acceptor=UntrustedText("乙银行"),
            )
        )  # fmt: skip
    open_one = invoice("S99", 80_000, issued=-20, due=10)
    with_bills = sum(forecast(*rows, open_one).receipts)
    only_money = [row for row in rows if not isinstance(row, Bill)]
    assert with_bills == pytest.approx(sum(forecast(*only_money, open_one).receipts) / 2, abs=2)


def test_payroll_comes_back_on_its_day_unless_an_obligation_already_says_so():
    paid = [
        Transaction(id=f"W{m}", day=date(2026, m, 10), account="A", amount=-200_000, kind="payroll")
        for m in (1, 2, 3)
    ]
    found = forecast(*paid, days=45)
    assert [i + 1 for i, amount in enumerate(found.payments) if amount] == [10, 40]
    duty = Obligation(id="O", known_since=day(0), kind="payroll", due=day(10), amount=250_000)
    again = forecast(*paid, duty, days=45)
    assert again.payments[9] == 250_000
    assert again.payments[39] == 200_000
    assert sum(again.payments) == 450_000


def test_money_between_own_accounts_and_the_owners_money_are_no_cost():
    rows = [
        Transaction(id=f"{kind}{i}", day=day(-i), account="A", amount=-5_000, kind=kind)
        for kind in ("transfer", "owner", "loan", "bill", "opening")
        for i in range(60)
    ]
    assert sum(forecast(*rows).payments) == 0


def test_paths_keep_the_quantiles_of_the_days_and_of_the_sum():
    rng = np.random.default_rng(3)
    ahead = flat_sales(50, 100, 160, days=30, sums=(2_500, 3_000, 3_600))
    paths = sales_paths(ahead, 4_000, rng)
    assert np.quantile(paths, 0.1) == pytest.approx(50, abs=4)
    assert np.quantile(paths, 0.9) == pytest.approx(160, abs=6)
    sums = paths.sum(1)
    assert np.quantile(sums, 0.1) == pytest.approx(2_500, rel=0.05)
    assert np.quantile(sums, 0.9) == pytest.approx(3_600, rel=0.05)
    assert np.median(sums) == pytest.approx(3_000, rel=0.01)


def test_lumpy_sales_whose_median_day_is_zero_still_bring_their_sum():
    ahead = flat_sales(0, 0, 300, days=30, sums=(1_000, 3_000, 5_000))
    paths = sales_paths(ahead, 1_000, np.random.default_rng(4))
    assert np.median(paths.sum(1)) == pytest.approx(3_000, rel=0.05)


def test_the_same_books_and_seed_give_the_same_forecast():
    rows = [*late_payer(4, 3), invoice("S1", 80_000, due=4)]
    ahead = flat_sales(5_000, 10_000, 15_000)
    assert forecast(*rows, sales=ahead, seed=7) == forecast(*rows, sales=ahead, seed=7)


def test_nothing_known_only_later_changes_the_forecast():
    rows = [*late_payer(), invoice("S1", 80_000, due=4)]
    later = [
        invoice("F", 999_999, issued=1, due=5),
        Settlement(id="f", day=day(2), invoice="S1", amount=80_000),
        DailySales(id="D", day=day(1), store="S", amount=10**9),
    ]
    assert forecast(*rows) == forecast(*rows, *later)


def test_the_buffer_is_two_weeks_of_average_payments():
    duty = Obligation(id="O", known_since=day(-1), kind="tax", due=day(20), amount=280_000)
    assert forecast(duty).buffer == 140_000


def test_the_gap_is_what_keeps_the_expected_path_above_its_buffer():
    duty = Obligation(id="O", known_since=day(-1), kind="tax", due=day(20), amount=1_400_000)
    ctx = context(duty)
    found = cash_gap(ctx, forecast=cash_forecast(ctx, sales=no_sales(), horizon_days=28))
    assert len(found) == 1
    # 400,000 short of nothing, and the buffer of 14 / 28 × 1,400,000 on top.
    assert found[0].amount == 400_000 + 700_000
    assert (found[0].by, found[0].until) == (day(20), day(28))


def test_what_is_missing_later_is_a_demand_of_its_own_for_its_own_days():
    first = Obligation(id="O1", known_since=day(-1), kind="tax", due=day(3), amount=1_100_000)
    second = Obligation(id="O2", known_since=day(-1), kind="tax", due=day(45), amount=300_000)
    ctx = context(first, second)
    found = cash_gap(ctx, forecast=cash_forecast(ctx, sales=no_sales(60), horizon_days=60))
    buffer = 1_400_000 * 14 // 60 + 1
    assert [(d.amount, d.by, d.until) for d in found] == [
        (pytest.approx(100_000 + buffer, abs=1), day(3), day(60)),
        (300_000, day(45), day(60)),
    ]


def test_enough_cash_is_no_gap():
    ctx = context()
    assert cash_gap(ctx, forecast=cash_forecast(ctx, sales=no_sales(), horizon_days=28)) == []


def test_books_without_accounts_are_told_apart_from_empty_ones():
    books = MemoryBooks([invoice("S1", 80_000, due=4)], as_of=TODAY, currency="GBP")
    found = cash_forecast(Context(books), sales=no_sales(), horizon_days=28)
    assert "no account" in found.note


def test_a_longer_horizon_than_the_sales_forecast_goes_on_with_its_last_week():
    found = forecast(sales=flat_sales(100, 100, 100, days=14), days=28)
    assert found.horizon_days == 28
    assert sum(found.sales) == pytest.approx(2_800, abs=100 + 28)


def test_sales_and_cash_forecast_together_from_one_set_of_books():
    rng = np.random.default_rng(5)
    rows = [
        DailySales(id=f"D{i}", day=day(i - 119), store="S", amount=int(a))
        for i, a in enumerate(rng.integers(80_000, 120_000, 120))
    ]
    ctx = context(*rows)
    ahead = sales_forecast(ctx, horizon_days=28)
    found = cash_forecast(ctx, sales=ahead, horizon_days=28)
    assert found.p10[-1] < found.p50[-1] < found.p90[-1]
    assert found.p50[-1] - found.opening == pytest.approx(ahead.sum_p50, rel=0.02)
