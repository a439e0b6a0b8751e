"""Collections: each fen of each platform and store is received, kept, pending or missing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from aicfo_cash_brain import collection_report, unpaid_platforms
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import Context, MemoryBooks, ToolRetry
from aicfo_sdk.model import Account, DailySales, Transaction, UntrustedText

TODAY = date(2026, 3, 31)
ACCOUNTS = (
    Account(id="bank", opened=date(2025, 1, 1), kind="bank"),
    Account(id="W", opened=date(2025, 1, 1), kind="wallet", provider="wechat"),
)


def day(offset):
    return TODAY + timedelta(days=offset)


def sales(channel, store, offset, amount, refunds=0):
    return DailySales(
        id=f"{channel}:{store}:{offset}", day=day(offset), store=store, channel=channel,
        amount=amount, refunds=refunds,
    )  # fmt: skip


def line(id, offset, amount, *, kind: Any = "sale", name="", account="bank"):
    return Transaction(
        id=id, day=day(offset), account=account, amount=amount, kind=kind,
        counterparty_name=UntrustedText(name),
    )  # fmt: skip


def amount_of(offset, store):
    return 100_000 + 1_111 * (-offset) + (37 if store == "S2" else 0)


def meituan(first=-20):
    """Two stores, paid two days later by 美团 with the fee of 5 % shown beside."""
    rows = {}
    for offset in range(first, 1):
        for store in ("S1", "S2"):
            rows["sold", offset, store] = sales(
                "meituan", store, offset, amount_of(offset, store) - 500, refunds=500
            )
        total = sum(amount_of(offset, store) - 500 for store in ("S1", "S2"))
        if offset + 2 <= 0:
            name = "北京三快在线科技有限公司（美团）"
            rows["paid", offset] = line(f"T{offset}", offset + 2, total, name=name)
            rows["fee", offset] = line(
                f"F{offset}", offset + 2, -round(total / 20), kind="fee", name=name
            )
    return rows


def report(rows, **changes):
    ctx = Context(MemoryBooks([*ACCOUNTS, *rows], as_of=TODAY, balances={}))
    return collection_report(ctx, **{"days": 21, **changes}), ctx


def adds_up(fact):
    for one in fact.lines:
        assert one.gross == one.refunds + one.received + one.fee + one.pending + one.missing
    assert fact.received == sum(one.received for one in fact.lines)


def test_each_day_is_matched_to_the_fen_and_each_store_has_its_part():
    fact, _ = report(meituan().values())
    assert fact.issues == ()
    (terms,) = fact.platforms
    assert (terms.lag_days, terms.fee_ppm, terms.matched, terms.days) == (2, 50_000, 19, 19)
    adds_up(fact)
    one, two = fact.lines
    sold = [amount_of(offset, "S1") for offset in range(-20, 1)]
    assert (one.store, one.gross, one.refunds) == ("S1", sum(sold), 21 * 500)
    # Sold today and yesterday is due later.
    assert (one.pending, one.missing) == (sum(sold[-2:]) - 1_000, 0)
    paid = [amount_of(offset, s) - 500 for offset in range(-20, -1) for s in ("S1", "S2")]
    fees = sum(round((paid[n] + paid[n + 1]) / 20) for n in range(0, len(paid), 2))
    assert one.fee + two.fee == fees
    assert fact.received == sum(paid) - fees


def test_what_does_not_match_is_listed_with_the_amount():
    rows = meituan()
    name = rows["paid", -15].counterparty_name
    total = {offset: rows["paid", offset].amount for offset in range(-20, -1)}
    del rows["paid", -12], rows["fee", -12]
    del rows["paid", -4], rows["fee", -4]
    short = rows["paid", -9]
    rows["paid", -9] = short.model_copy(update={"amount": short.amount - 30_000})
    rows["fee", -9] = rows["fee", -9].model_copy(
        update={"amount": -round((short.amount - 30_000) / 20)}
    )
    rows["fee", -15] = rows["fee", -15].model_copy(update={"amount": -15_000})
    rows["again"] = line("AGAIN", -2, total[-6], name=name)
    fact, ctx = report(rows.values())
    adds_up(fact)
    usual = round(total[-15] / 20)
    found = {(issue.fault, issue.sold): issue.amount for issue in fact.issues}
    assert found == {
        ("missing", day(-12)): total[-12],
        ("late", day(-4)): total[-4],
        ("short", day(-9)): 30_000,
        ("fee", day(-15)): 15_000 - usual,
        ("doubled", None): total[-6],
    }
    assert sum(one.missing for one in fact.lines) == total[-12] + total[-4] + 30_000
    (advice,) = unpaid_platforms(ctx, report=fact)
    assert (advice.kind, advice.money) == ("risk", total[-12] + total[-4] + 30_000)
    assert "Transaction:T-9" in advice.evidence


def test_a_fee_taken_off_before_payment_is_learnt_and_weekends_come_together():
    rows, waiting = [], 0
    for offset in range(-27, 0):
        sold = 200_000 + 997 * -offset
        rows.append(sales("jd", "S1", offset, sold))
        waiting += sold
        # Nothing is paid on Saturdays and Sundays.
        if day(offset + 1).weekday() < 5:
            rows.append(
                line(f"T{offset}", offset + 1, waiting - round(waiting * 0.03), name="京东")
            )
            waiting = 0
    fact, _ = report(rows, days=28)
    (terms,) = fact.platforms
    assert (terms.lag_days, terms.fee_ppm, terms.matched) == (1, 30_000, 27)
    assert fact.issues == ()
    adds_up(fact)


def test_single_orders_in_an_own_wallet_are_the_day_together():
    rows = []
    for offset in range(-10, 1):
        rows += [sales("wechat", "S1", offset, 9_000 - offset, refunds=1_000)]
        rows += [line(f"A{offset}", offset, 4_000, account="W")]
        rows += [line(f"B{offset}", offset, 6_000 - offset, account="W")]
        rows += [line(f"R{offset}", offset, -1_000, kind="refund", account="W")]
    fact, _ = report(rows)
    assert (fact.platforms[0].lag_days, fact.platforms[0].matched, fact.issues) == (0, 11, ())
    assert fact.received == sum(9_000 - offset for offset in range(-10, 1))


def test_without_payments_that_agree_it_says_so():
    rows = [sales("meituan", "S1", offset, 1_000) for offset in range(-9, 1)]
    fact, ctx = report(rows)
    assert "cannot say" in fact.platforms[0].note
    assert (fact.issues, fact.received, fact.lines[0].pending) == ((), 0, 10_000)
    assert unpaid_platforms(ctx, report=fact) == []
    assert "cannot say" in report([])[0].note


def test_what_was_received_is_split_by_largest_remainder():
    fact, _ = report(meituan().values(), shares={"landlord": 333_333, "partner": 333_333})
    said = {one.party: one.amount for one in fact.shares}
    assert sum(said.values()) == fact.received
    assert list(said) == ["landlord", "partner", ""]
    assert abs(said["landlord"] - fact.received * 333_333 // 1_000_000) <= 1
    with pytest.raises(ToolRetry):
        report([], shares={"a": 600_000, "b": 600_000})
    with pytest.raises(ToolRetry):
        report([], shares={"a": -1})


@settings(max_examples=60, deadline=None)
@given(
    sold=st.lists(
        st.tuples(
            st.sampled_from(["meituan", "jd"]), st.sampled_from(["S1", "S2", "S3"]),
            st.integers(-40, 0), st.integers(-5_000, 50_000), st.integers(0, 3_000),
        ),
        max_size=40, unique_by=lambda each: each[:3],
    ),
    lag=st.integers(0, 4),
    lost=st.sets(st.integers(-40, 0), max_size=10),
    extra=st.lists(st.tuples(st.integers(-40, 0), st.integers(-9_000, 90_000)), max_size=5),
    fee=st.integers(0, 100),
)  # fmt: skip
def test_every_fen_sold_is_somewhere_once(sold, lag, lost, extra, fee):
    rows: list[Any] = [sales(*each) for each in sold]
    days = {}
    for channel, _, offset, amount, _ in sold:
        days[channel, offset] = days.get((channel, offset), 0) + amount
    for n, ((channel, offset), amount) in enumerate(days.items()):
        if amount > 0 and offset + lag <= 0 and offset not in lost:
            rows.append(line(f"T{n}", offset + lag, amount, name=channel))
            rows.append(
                line(f"F{n}", offset + lag, -(amount * fee // 1_000), kind="fee", name=channel)
            )
    rows += [line(f"X{n}", *each, name="jd") for n, each in enumerate(extra)]
    fact, _ = report(rows)
    adds_up(fact)
    assert {(one.platform, one.store) for one in fact.lines} <= {each[:2] for each in sold}
