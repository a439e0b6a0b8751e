"""Advice: the right customers and days, in money, in two languages, with evidence."""

from __future__ import annotations

from datetime import date, timedelta

from aicfo_cash_brain import (
    cash_floor,
    dear_loans,
    idle_cash,
    late_customers,
    payments_due,
    plugin,
    shrinking_customers,
)

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import (
    Account,
    BuyFund,
    CashForecast,
    Counterparty,
    CreditLine,
    DrawLoan,
    FundPosition,
    Invoice,
    Loan,
    Obligation,
    Record,
    RedeemFund,
    RepayLoan,
    Settlement,
    UntrustedText,
)

TODAY = date(2026, 3, 31)


def day(offset):
    return TODAY + timedelta(days=offset)


def context(*rows, cash=None, currency="CNY"):
    account = Account(id="A", opened=date(2025, 1, 1), kind="bank")
    balances = {"A": 0 if cash is None else cash}
    return Context(MemoryBooks([account, *rows], as_of=TODAY, balances=balances, currency=currency))


def path(p10, p50=None, *, buffer=0, opening=1_000_000, payments=0):
    p50 = p50 or p10
    return CashForecast(
        start=day(1), opening=opening, p10=tuple(p10), p50=tuple(p50), p90=tuple(p50),
        buffer=buffer, payments=(payments,) * len(p50), evidence=("Account:A",),
    )  # fmt: skip


def sale(number, offset, total=10_000, party="C1", due=None):
    return Invoice(
        id=number, updated=day(offset), number=number, direction="sales", counterparty=party,
        issued=day(offset), due=None if due is None else day(due), net=total, tax=0, total=total,
        status="red" if total < 0 else "normal",
    )  # fmt: skip


def bilingual(advice):
    assert advice.title
    assert advice.title_zh
    assert advice.detail
    assert advice.detail_zh
    assert advice.evidence
    assert not any("一" <= char <= "鿿" for char in advice.title + advice.detail)
    return True


def test_a_breach_names_its_first_day_and_its_depth():
    low = [1_000_000] * 4 + [300_000, 100_000, 250_000]
    found = cash_floor(context(), forecast=path(low, [1_000_000] * 7, buffer=400_000))
    assert len(found) == 1
    assert found[0].money == 300_000
    assert found[0].kind == "watch"
    assert day(5).isoformat() in found[0].title
    assert day(6).isoformat() in found[0].detail
    assert "4月5日" in found[0].title_zh
    assert bilingual(found[0])


def test_a_likely_breach_is_a_risk_and_names_the_day_cash_runs_out():
    found = cash_floor(context(), forecast=path([500, -200], [900, -100], buffer=700))
    assert found[0].kind == "risk"
    assert f"run out on {day(2).isoformat()}" in found[0].detail


def test_a_path_above_its_buffer_needs_no_word():
    assert cash_floor(context(), forecast=path([500, 600], buffer=400)) == []


FUND = FundPosition(
    id="F1", updated=day(-5), product="余利宝", amount=0, rate_ppm=12_400, notice_days=1
)
AT_ONCE = FUND.model_copy(update={"notice_days": 0})


def test_idle_money_is_what_the_bad_case_leaves_above_the_buffer():
    forecast = path([90_000_000] * 27 + [60_000_000], buffer=10_000_000, opening=100_000_000)
    found = idle_cash(context(FUND, cash=100_000_000), forecast=forecast)
    assert len(found) == 1
    proposal = found[0].proposals[0]
    assert isinstance(proposal.action, BuyFund)
    assert proposal.action.amount == 50_000_000
    # ¥500,000 at 1.24 % less 0.05 % over 28 days of 365.
    assert found[0].money == 45_644
    assert bilingual(found[0])


def test_a_fund_that_pays_at_once_takes_all_but_what_the_bad_case_takes_until_the_next_look():
    # A Tuesday: money is looked at again on Wednesday, and can be had back then.
    near = [70_000_000, 10_000_000, *[20_000_000] * 26]
    forecast = path(near, buffer=60_000_000, opening=100_000_000)
    (found,) = idle_cash(context(AT_ONCE, cash=100_000_000), forecast=forecast)
    (proposal,) = found.proposals
    assert isinstance(proposal.action, BuyFund)
    assert proposal.action.amount == 70_000_000
    assert bilingual(found)


def test_what_the_account_will_lack_comes_back_out_of_a_fund_that_pays_at_once():
    held = AT_ONCE.model_copy(update={"amount": 80_000_000})
    forecast = path([40_000_000] * 28, opening=100_000_000)
    (found,) = idle_cash(context(held, cash=20_000_000), forecast=forecast)
    (proposal,) = found.proposals
    assert isinstance(proposal.action, RedeemFund)
    # The bad case takes ¥600,000 by tomorrow and ¥200,000 lie on the account.
    assert proposal.action.amount == found.money == 40_000_000
    assert bilingual(found)


def test_a_dear_loan_is_paid_back_out_of_a_fund_that_pays_at_once():
    held = AT_ONCE.model_copy(update={"amount": 50_000_000})
    ctx = context(held, loan(20_000_000), cash=480_000)
    (found,) = dear_loans(ctx, forecast=path([50_480_000] * 28, opening=50_480_000))
    redeem, repay = (proposal.action for proposal in found.proposals)
    assert isinstance(redeem, RedeemFund)
    assert isinstance(repay, RepayLoan)
    assert redeem.amount == 20_000_000
    assert repay.amount + repay.interest == 20_480_000


def test_no_more_is_moved_than_the_account_holds():
    forecast = path([90_000_000] * 28, opening=100_000_000)
    found = idle_cash(context(FUND, cash=20_000_000), forecast=forecast)
    assert found[0].proposals[0].action.amount == 20_000_000


def test_without_a_fund_idle_money_is_named_but_nothing_is_proposed():
    forecast = path([90_000_000] * 28, opening=100_000_000)
    found = idle_cash(context(cash=100_000_000), forecast=forecast)
    assert found[0].proposals == ()
    assert found[0].money > 0


def test_little_money_another_currency_and_a_slow_fund_are_left_alone():
    forecast = path([90_000_000] * 28, opening=100_000_000)
    slow = FUND.model_copy(update={"notice_days": 30})
    assert idle_cash(context(cash=10**8, currency="GBP"), forecast=forecast) == []
    assert idle_cash(context(slow, cash=10**8), forecast=forecast)[0].proposals == ()
    assert idle_cash(context(FUND, cash=5_000), forecast=path([5_000] * 28, opening=5_000)) == []
    assert idle_cash(context(FUND, cash=10**8), forecast=path([10**8] * 7)) == []


def loan(principal, rate_ppm=120_000, line="QUICK"):
    return Loan(
        id="L1", updated=day(-73), line=line, lender="网商", principal=principal,
        rate_ppm=rate_ppm, drawn=day(-73), due=day(73),
    )  # fmt: skip


def line(name, rate_ppm, limit=10**9, used=0, fee=0):
    return CreditLine(
        id=name, updated=day(-90), lender=name, limit=limit, used=used, rate_ppm=rate_ppm,
        fee=fee, expires=day(300),
    )  # fmt: skip


def test_idle_money_pays_a_dear_loan_back_before_it_buys_a_fund():
    forecast = path([50_000_000] * 28, opening=50_000_000)
    ctx = context(FUND, loan(20_000_000), cash=50_000_000)
    (found,) = dear_loans(ctx, forecast=forecast)
    action = found.proposals[0].action
    # 73 of 365 days at 12 % are a fifth of it: 2.4 % owed so far, and as much saved until due.
    assert isinstance(action, RepayLoan)
    assert (action.amount, action.interest, found.money) == (20_000_000, 480_000, 480_000)
    assert bilingual(found)
    (idle,) = idle_cash(ctx, forecast=forecast)
    assert idle.proposals[0].action.amount == 50_000_000 - 20_480_000


def test_a_loan_cheaper_than_the_fund_is_kept():
    forecast = path([50_000_000] * 28, opening=50_000_000)
    ctx = context(FUND, loan(20_000_000, rate_ppm=10_000), cash=50_000_000)
    assert idle_cash(ctx, forecast=forecast)[0].proposals[0].action.amount == 50_000_000


def test_a_cheaper_line_takes_over_what_idle_money_cannot_pay():
    forecast = path([0] * 28, opening=0)
    ctx = context(
        loan(20_000_000), line("QUICK", 120_000, used=20_000_000), line("BANK", 45_000, fee=5_000)
    )
    (found,) = dear_loans(ctx, forecast=forecast)
    draw, repay = (proposal.action for proposal in found.proposals)
    assert isinstance(draw, DrawLoan)
    assert (draw.line, draw.amount, draw.due) == ("BANK", 20_005_000, day(73))
    assert isinstance(repay, RepayLoan)
    assert repay.amount == 20_000_000
    # A fifth of 7.5 % of ¥200,000, less the fee of ¥50 and a fifth of 4.5 % on the fee drawn.
    assert found.money == 300_000 - 5_000 - 45


def test_a_dear_loan_stays_where_nothing_is_cheaper_and_no_money_idle():
    ctx = context(loan(20_000_000, rate_ppm=40_000), line("BANK", 45_000))
    assert dear_loans(ctx, forecast=path([0] * 28, opening=0)) == []


def test_large_payments_of_two_weeks_come_largest_first():
    rows = [
        Obligation(id=f"O{i}", known_since=day(-1), kind="tax", due=day(due), amount=amount)
        for i, (due, amount) in enumerate([(2, 50_000), (8, 900_000), (20, 999_999), (3, 10)])
    ]
    found = payments_due(context(*rows), forecast=path([10**6] * 28, payments=10_000))
    assert [advice.id for advice in found] == ["due:Obligation:O1", "due:Obligation:O0"]
    assert found[0].kind == "due"
    assert found[0].evidence == ("Obligation:O1",)
    assert "税款" in found[0].title_zh
    assert all(bilingual(advice) for advice in found)


def test_late_is_later_than_the_customer_usually_is():
    rows: list[Record] = [
        Counterparty(id="C1", known_since=day(-300), name=UntrustedText("甲公司"))
    ]
    for i in range(5):
        rows.append(sale(f"H{i}", -200 + i, due=-170 + i))
        rows.append(Settlement(id=f"p{i}", day=day(-150 + i), invoice=f"H{i}", amount=10_000))
    # C1 usually pays 20 days late; C2 has no past.
    rows += [
        sale("N1", -60, 70_000, due=-25),
        sale("N2", -80, 80_000, due=-40),
        sale("N3", -60, 90_000, "C2", due=-9),
        sale("N4", -60, 99_000, "C3", due=-5),
    ]
    found = late_customers(context(*rows))
    assert [(advice.id, advice.money) for advice in found] == [
        ("late:C2", 90_000),
        ("late:C1", 80_000),
    ]
    assert found[1].evidence == ("Invoice:N2",)
    assert "甲公司" in found[1].title_zh
    assert "usually pays 20 days" in found[1].detail


def test_books_that_hold_no_payment_call_nobody_late():
    assert late_customers(context(sale("S", -90, due=-60))) == []


def steady(party, first=-181, step=7, amount=10_000, until=0):
    return [sale(f"{party}{i}", i, amount, party) for i in range(first, until + 1, step)]


def test_a_customer_who_stops_is_found_with_what_is_missing_and_the_steady_one_is_not():
    rows = [*steady("GONE", until=-91), *steady("STAY"), *steady("BIG", amount=200_000)]
    found = shrinking_customers(context(*rows))
    assert [advice.id for advice in found] == ["shrinking:GONE"]
    # 13 weekly orders before; the firm as a whole lost little.
    assert 120_000 < found[0].money <= 130_000
    assert set(found[0].evidence) <= {row.ref for row in rows if row.counterparty == "GONE"}


def test_a_season_that_hits_everybody_is_no_customers_fault():
    rows = [
        row
        for party in "ABCDEFGH"
        for row in (*steady(party, until=-91), *steady(party, first=-90, step=14))
    ]
    assert shrinking_customers(context(*rows)) == []


def test_a_customer_who_returns_much_is_ranked_by_what_came_back():
    rows = [*steady("STAY", amount=100_000), *steady("BACK")]
    rows += [sale(f"r{i}", -i * 10 - 1, -9_000, "BACK") for i in range(5)]
    found = shrinking_customers(context(*rows))
    assert [(advice.id, advice.money) for advice in found] == [("returns:BACK", 45_000)]
    assert found[0].evidence == tuple(f"Invoice:r{i}" for i in range(5))
    assert bilingual(found[0])


def test_a_short_past_says_nothing_about_customers():
    assert shrinking_customers(context(*steady("A", first=-80, until=-50))) == []


def test_every_tool_asks_in_both_languages_and_reads_what_it_uses():
    assert set(plugin.tools) == {
        "sales_forecast", "cash_forecast", "cash_gap", "cash_floor", "idle_cash", "dear_loans",
        "liquidity_plan", "payments_due", "late_customers", "shrinking_customers",
        "store_diagnosis", "slipping_stores", "cash_variance", "cash_surprises",
        "collection_report", "unpaid_platforms", "price_lock", "forward_purchase",
        "marketing_plan", "marketing_budget", "site_plan", "site_map", "where_to_expand",
        "trade_watch", "trade_gap",
    }  # fmt: skip
    for tool in plugin.tools.values():
        assert any(ask.isascii() for ask in tool.asks), tool.name
        assert any(not ask.isascii() for ask in tool.asks), tool.name
        assert tool.description
