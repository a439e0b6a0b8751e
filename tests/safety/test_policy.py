"""The policy: what is denied, what asks a person, what a bad policy file says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.books.port import MemoryBooks
from aicfo_sdk.errors import InputError
from aicfo_sdk.model import (
    Action,
    DiscountBill,
    IssueGuarantee,
    Obligation,
    Pay,
    Proposal,
    RepayLoan,
    SetMarketingBudget,
    SubmitBid,
    Transfer,
)
from aicfo_sdk.safety.checks import purposes_of
from aicfo_sdk.safety.policy import (
    Decision,
    decide,
    default_policy,
    load_policy,
    policy_from,
)
from aicfo_sdk.safety.spending import Spending, Spent
from aicfo_sdk.safety.stakes import stake
from tests.books.samples import DAY, day, invoice, party

BOOKS = MemoryBooks([party()], as_of=DAY)


def pay(amount: int = 1000, payee: str = "供应商甲") -> Pay:
    return Pay(day=DAY, account="bank", payee=payee, amount=amount)


def judged(action: Any, rule: dict[str, Any] | None, *, spent: int = 0, **more: Any) -> Decision:
    policy = policy_from({"name": "p", "rules": {} if rule is None else {action.kind: rule}})
    spending = Spending([Spent(action.kind, "", action.day, spent)])
    return decide(policy, Proposal(action=action, reason="r", **more), BOOKS, spending=spending)


def test_a_kind_without_a_rule_is_denied() -> None:
    found = judged(pay(), None)
    assert (found.outcome, found.rule) == ("denied", "p.pay")
    assert "[rules.pay]" in found.mend


@pytest.mark.parametrize(
    ("rule", "more", "outcome", "deciding"),
    [
        ({"approval_above": 1000}, {}, "allowed", "approval_above"),
        ({"approval_above": 999}, {}, "needs_approval", "approval_above"),
        ({}, {}, "needs_approval", "approval_above"),
        ({"approval_above": 1000}, {"tainted": True}, "needs_approval", "tainted"),
        ({"approval_above": 5000, "max_amount": 999}, {}, "denied", "max_amount"),
        ({"approval_above": 5000, "per_day": 1500}, {"spent": 500}, "allowed", "approval_above"),
        ({"approval_above": 5000, "per_day": 1500}, {"spent": 501}, "denied", "per_day"),
        ({"approval_above": 5000, "payees": ["供应商甲"]}, {}, "allowed", "approval_above"),
        ({"approval_above": 5000, "payees": ["别家"]}, {}, "denied", "payees"),
        ({"second_person_above": 999}, {}, "needs_approval", "second_person_above"),
        ({"approval_above": 5000}, {"valid_until": day(-1)}, "denied", "valid_until"),
        ({"approval_above": 5000}, {"valid_until": DAY}, "allowed", "approval_above"),
    ],
)
def test_each_rule(rule: dict[str, Any], more: dict[str, Any], outcome: str, deciding: str) -> None:
    found = judged(pay(), rule, **more)
    assert (found.outcome, found.rule) == (outcome, f"p.pay.{deciding}")
    assert found.approvals == {"second_person_above": 2}.get(deciding, int(outcome[0] == "n"))


def test_a_payee_the_books_do_not_know_is_denied() -> None:
    found = judged(pay(payee="供应商曱"), {"approval_above": 5000})
    assert (found.outcome, found.rule) == ("denied", "p.pay.payees")


def test_always_ask_holds_even_for_nothing_at_stake() -> None:
    action = SetMarketingBudget(day=DAY, channel="x", amount=0)
    assert judged(action, {"approval_above": 0}).outcome == "needs_approval"


def test_what_is_at_stake_is_what_binds() -> None:
    bid = SubmitBid(day=DAY, tender="t", account="bank", price=900, amount=20)
    bond = IssueGuarantee(day=DAY, tender="t", institution="行", account="b", amount=50, fee=3)
    back = RepayLoan(day=DAY, loan="l", line="c", account="bank", amount=100, interest=7)
    assert [stake(action) for action in (bid, bond, back, pay(5))] == [900, 53, 107, 5]


def test_institutions_are_held_to_the_list_where_there_is_one() -> None:
    sell = DiscountBill(
        day=DAY, bill="b", amount=5, institution="某行", account="a", rate_ppm=1, days=1
    )
    assert judged(sell, {"approval_above": 9}).outcome == "allowed"
    assert judged(sell, {"approval_above": 9, "payees": ["别行"]}).outcome == "denied"


def test_the_default_policy_allows_nothing_without_a_person() -> None:
    policy = default_policy()
    union, _ = get_args(Action)
    kinds = {kind.model_fields["kind"].default for kind in get_args(union)}
    assert set(policy.rules) == kinds
    assert all(rule.approval_above == 0 for rule in policy.rules.values())
    for action in (pay(1), Transfer(day=DAY, account="a", to_account="b", amount=1)):
        found = decide(policy, Proposal(action=action, reason="r"), BOOKS)
        assert (found.outcome, found.approvals) == ("needs_approval", 1)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rules": {"pay": {"max_amuont": 5}}}, "rules.pay.max_amuont"),
        ({"rules": {"payy": {}}}, "rules.payy"),
        ({"rule": {}}, "rule"),
        ({}, "rules"),
        ({"rules": {"pay": {"max_amount": 5.0}}}, "rules.pay.max_amount"),
        ({"rules": {"pay": {"max_amount": "5"}}}, "rules.pay.max_amount"),
        ({"rules": {"pay": {"approval_above": -1}}}, "rules.pay.approval_above"),
        ({"rules": {"pay": {"max_amount": True}}}, "rules.pay.max_amount"),
    ],
)
def test_a_policy_with_a_wrong_key_or_value_is_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        policy_from(values)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_policy_file_is_read_or_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('name = "own"\n[rules.pay]\nmax_amount = 5\npayees = ["甲"]\n', "utf-8")
    assert load_policy(path).rules["pay"].payees == ("甲",)
    path.write_text("[rules.pay\n")
    with pytest.raises(InputError, match="not a TOML file"):
        load_policy(path)
    with pytest.raises(InputError, match="cannot be read"):
        load_policy(tmp_path / "none.toml")


amounts = st.integers(1, 10**7)
limits = st.none() | st.integers(1, 10**7)


@given(amounts, st.integers(0, 10**7), limits, limits, st.integers(0, 10**7), st.booleans())
def test_nothing_is_allowed_beyond_any_limit(
    amount: int, spent: int, most: int | None, per_day: int | None, above: int, tainted: bool
) -> None:
    rule = {"max_amount": most, "per_day": per_day, "approval_above": above}
    found = judged(pay(amount), rule, spent=spent, tainted=tainted)
    over = (most is not None and amount > most) or (
        per_day is not None and spent + amount > per_day
    )
    assert (found.outcome == "denied") == over
    if found.outcome == "allowed":
        assert not tainted
        assert 0 < amount <= above


MORE = [
    ({"valid_until": day(-1)}, {}, "denied", "pay.valid_until"),
    ({"valid_until": DAY}, {}, "allowed", "pay.approval_above"),
    ({"valid_from": day(1)}, {}, "denied", "pay.valid_from"),
    ({}, {"valid_until": day(-1)}, "denied", "valid_until"),
    ({}, {"valid_from": day(1)}, "denied", "valid_from"),
    ({}, {"days_ahead": 0, "days_back": 0}, "allowed", "pay.approval_above"),
    ({"per_payee": {"供应商甲": {"max_amount": 999}}}, {}, "denied",
     "pay.per_payee.供应商甲.max_amount"),
    ({"per_payee": {"供应商乙": {"max_amount": 999}}}, {}, "allowed", "pay.approval_above"),
    ({"purposes": ["invoice", "rent"]}, {}, "denied", "pay.purposes"),
    ({"purposes": ["none"]}, {}, "allowed", "pay.approval_above"),
    ({"windows": [{"days": 3, "amount": 999}]}, {}, "denied", "pay.windows[0]"),
    ({}, {"windows": [{"days": 3, "amount": 999, "kinds": ["pay"]}]}, "denied", "windows[0]"),
    ({}, {"windows": [{"days": 3, "amount": 999, "kinds": ["transfer"]}]}, "allowed",
     "pay.approval_above"),
    ({"cooling_days": 1}, {}, "needs_approval", "pay.cooling_days"),
    ({"cooling_days": 1, "payees": ["供应商甲"]}, {}, "allowed", "pay.approval_above"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "top", "outcome", "deciding"), MORE)
def test_each_rule_of_version_2(
    rule: dict[str, Any], top: dict[str, Any], outcome: str, deciding: str
) -> None:
    policy = policy_from({"name": "p", "rules": {"pay": {"approval_above": 5_000, **rule}}, **top})
    found = decide(policy, Proposal(action=pay(), reason="r"), BOOKS)
    assert (found.outcome, found.rule) == (outcome, f"p.{deciding}")


@pytest.mark.parametrize(("offset", "allowed"), [(-3, False), (-2, True), (5, True), (6, False)])
def test_an_action_may_lie_only_so_far_from_the_books_day(offset: int, allowed: bool) -> None:
    policy = policy_from(
        {"rules": {"pay": {"approval_above": 5_000}}, "days_back": 2, "days_ahead": 5}
    )
    moved = pay().model_copy(update={"day": day(offset)})
    found = decide(policy, Proposal(action=moved, reason="r"), BOOKS)
    assert (found.outcome == "allowed") == allowed


def test_a_rule_ends_for_days_after_it_too() -> None:
    policy = policy_from({"rules": {"pay": {"approval_above": 5_000, "valid_until": day(3)}}})
    later = pay().model_copy(update={"day": day(4)})
    assert decide(policy, Proposal(action=later, reason="r"), BOOKS).outcome == "denied"


def test_what_a_payment_is_for_is_asked_of_the_records_of_its_payee() -> None:
    books = MemoryBooks(
        [
            party(),
            party("别家"),
            invoice("i", 1000, direction="purchase", counterparty="供应商甲"),
            invoice("s", 1000, direction="sales", counterparty="供应商甲"),
            Obligation(id="o", known_since=DAY, kind="rent", due=DAY, amount=9),
        ],
        as_of=DAY,
    )
    for settles, payee, found in (
        (("i",), "供应商甲", {"invoice"}),
        (("Invoice:i",), "供应商甲", {"invoice"}),
        (("i",), "别家", {"none"}),
        (("s",), "供应商甲", {"none"}),
        (("o",), "别家", {"rent"}),
        (("i", "o", "x"), "供应商甲", {"invoice", "rent", "none"}),
        ((), "供应商甲", {"none"}),
    ):
        action = pay(payee=payee).model_copy(update={"settles": settles})
        assert purposes_of(action, books) == found


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rules": {"pay": {"max_amuont": 5}}}, "did you mean 'max_amount'?"),
        ({"rules": {"payy": {}}}, "did you mean 'pay'?"),
        ({"rule": {}}, "did you mean 'rules'?"),
        ({"rules": {"pay": {"windows": [{"dayz": 5, "amount": 5}]}}}, "did you mean 'days'?"),
        ({"rules": {"pay": {"per_payee": {"x": {"per_dya": 5}}}}}, "did you mean 'per_day'?"),
        ({"rules": {}, "windows": [{"days": 5, "amount": 5, "knids": []}]}, "mean 'kinds'?"),
        ({"rules": {"pay": {"zzz": 5}}}, "known: approval_above, "),
        ({"rules": {"pay": {"windows": [{"days": 0, "amount": 5}]}}}, "rules.pay.windows.0.days"),
        ({"rules": {"pay": {"valid_until": "2026-13-01"}}}, "valid_until"),
        ({"rules": {}, "valid_from": day(1), "valid_until": DAY}, "valid_until is before"),
        ({"rules": {}, "name": "a\u200b"}, "cannot be printed"),
        ({"rules": {"pay": {"purposes": ["invoce"]}}}, "rules.pay.purposes.0"),
        ({"rules": {}, "version": 0}, "version"),
    ],
)
def test_the_mend_names_the_nearest_known_key(values: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        policy_from(values)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
