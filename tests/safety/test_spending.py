"""Limits over days: no choice of days, kinds, payees or moments gets round them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import MemoryBooks
from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.errors import AicfoError, PolicyDenied
from aicfo_sdk.model import Action, BuyStock, Pay, Proposal, Transfer
from aicfo_sdk.safety.approvals import approve, propose
from aicfo_sdk.safety.commit import commit, commit_many, preview
from aicfo_sdk.safety.holds import hold, settle, void
from aicfo_sdk.safety.policy import Policy, decide, policy_from
from aicfo_sdk.safety.spending import Spending, Spent
from aicfo_sdk.safety.stakes import stake
from tests.books.samples import DAY, account, batch, day, line, party
from tests.crashing import Crash, crashing

PAYEES = ("供应商甲", "供应商乙", "Acme")
BOOKS = MemoryBooks([party(name) for name in PAYEES], as_of=DAY)


def action(kind: str, payee: str, offset: int, amount: int) -> Action:
    if kind == "pay":
        return Pay(day=day(offset), account="bank", payee=payee, amount=amount)
    if kind == "buy_stock":
        return BuyStock(
            day=day(offset), account="bank", payee=payee, item="x", quantity_milli=1, amount=amount
        )
    return Transfer(day=day(offset), account="bank", to_account="other", amount=amount)


limits = st.integers(1, 300)
windows = st.fixed_dictionaries({"days": st.integers(1, 12), "amount": limits})
rules = st.fixed_dictionaries(
    {"approval_above": st.just(1_000)},
    optional={
        "per_day": limits,
        "windows": st.lists(
            st.builds(lambda window, per: {**window, "per": per}, windows,
                      st.sampled_from(("kind", "payee"))),
            max_size=2,
        ),
        "per_payee": st.dictionaries(
            st.sampled_from(PAYEES),
            st.fixed_dictionaries({}, optional={"per_day": limits,
                                                "windows": st.lists(windows, max_size=1)}),
            max_size=1,
        ),
    },
)  # fmt: skip
totals = st.lists(
    st.builds(
        lambda window, per, kinds: {**window, "per": per, **({"kinds": kinds} if kinds else {})},
        windows,
        st.sampled_from(("all", "payee")),
        st.none() | st.just(["pay", "buy_stock"]),
    ),
    max_size=2,
)
policies = st.builds(
    lambda pay, buy, move, over: policy_from(
        {"rules": {"pay": pay, "buy_stock": buy, "transfer": move}, "windows": over}
    ),
    rules, rules, rules, totals,
)  # fmt: skip
actions = st.builds(
    action,
    st.sampled_from(("pay", "buy_stock", "transfer")),
    st.sampled_from(PAYEES),
    st.integers(-6, 6),
    st.integers(1, 120),
)


def limits_of(policy: Policy) -> Iterator[tuple[frozenset[str] | None, str | None, int, int]]:
    """Every limit over days, as kinds, payee ("*": each for itself), days and amount."""
    for kind, rule in policy.rules.items():
        here = frozenset({kind})
        if rule.per_day is not None:
            yield here, None, 1, rule.per_day
        for window in rule.windows:
            yield here, "*" if window.per == "payee" else None, window.days, window.amount
        for payee, own in rule.per_payee.items():
            if own.per_day is not None:
                yield here, payee, 1, own.per_day
            for window in own.windows:
                yield here, payee, window.days, window.amount
    for total in policy.windows:
        kinds = None if total.kinds is None else frozenset(total.kinds)
        yield kinds, "*" if total.per == "payee" else None, total.days, total.amount


def exceeded(policy: Policy, done: list[Action]) -> list[tuple[Any, ...]]:
    """Every window of every limit, counted one by one, that holds more than it may."""
    found: list[tuple[Any, ...]] = []
    for kinds, payee, days, limit in limits_of(policy):
        for whose in PAYEES if payee == "*" else (payee,):
            for start in range(-18, 7):
                first = day(start)
                held = sum(
                    stake(each)
                    for each in done
                    if (kinds is None or each.kind in kinds)
                    and (whose is None or getattr(each, "payee", "") == whose)
                    and first <= each.day < first + timedelta(days=days)
                )
                if held > limit:
                    found.append((kinds, whose, first, days, limit, held))
    return found


@settings(max_examples=300)
@given(policies, st.lists(actions, min_size=5, max_size=25))
def test_parts_pass_no_window_and_none_is_refused_within_all(
    policy: Policy, tried: list[Action]
) -> None:
    spending, done = Spending(), list[Action]()
    for each in tried:
        found = decide(policy, Proposal(action=each, reason="r"), BOOKS, spending=spending)
        if found.outcome == "denied":
            assert exceeded(policy, [*done, each]), found
        else:
            done.append(each)
            spending.add(each)
    assert not exceeded(policy, done)


@given(
    st.lists(st.tuples(st.integers(-20, 20), st.integers(1, 50)), max_size=15),
    st.integers(-20, 20),
    st.integers(1, 15),
)
def test_the_fullest_window_is_the_fullest_of_all_that_contain_the_day(
    spent: list[tuple[int, int]], at: int, days: int
) -> None:
    spending = Spending(Spent("pay", "x", day(offset), amount) for offset, amount in spent)
    sums = [
        sum(amount for offset, amount in spent if start <= offset < start + days)
        for start in range(at - days + 1, at + 1)
    ]
    found = spending.fullest("pay", None, day(at), days)
    assert found.amount == max(sums)
    assert found.first <= day(at) <= found.last
    assert (found.last - found.first).days == days - 1
    assert found.amount == spending.total("pay", None, found.first, found.last)


def test_the_ends_of_the_calendar_are_no_way_out() -> None:
    for last in (date.min, date.max):
        spending = Spending([Spent("pay", "x", last, 5)])
        assert spending.fullest("pay", None, last, 3660).amount == 5
        late = Pay(day=last, account="a", payee=PAYEES[0], amount=6)
        policy = policy_from({"rules": {"pay": {"windows": [{"days": 3660, "amount": 10}]}}})
        found = decide(policy, Proposal(action=late, reason="r"), BOOKS, spending=spending)
        assert found.outcome == "denied"


def test_another_spelling_of_a_payee_counts_as_the_same() -> None:
    spending = Spending([Spent("pay", "Acme", DAY, 5), Spent("pay", "Аcmе ", DAY, 7)])
    assert spending.total("pay", "ACME", DAY, DAY) == 12
    assert spending.total("pay", "Acne", DAY, DAY) == 0


# ── in stored books ──────────────────────────────────────────────────────────────────────────

WEEK: Mapping[str, Any] = {
    "rules": {
        "pay": {"approval_above": 1_000_000, "windows": [{"days": 7, "amount": 1_000}]},
        "transfer": {"approval_above": 1_000_000},
    },
    "windows": [{"days": 7, "amount": 1_500}],
}


@pytest.fixture
def books(stored: StoredBooks) -> StoredBooks:
    stored.import_batches(
        [
            batch(
                account(),
                account("other"),
                *(party(name, known_since=day(-90)) for name in PAYEES),
                line("o", 90_000, "opening", -90),
                *(line(f"p{n}", -1, "purchase", -60, counterparty=name)
                  for n, name in enumerate(PAYEES)),
            )
        ]
    )  # fmt: skip
    return stored


def ready(books: StoredBooks, each: Action, policy: Policy) -> str:
    """On the desk, approved by a person whatever the policy asks."""
    stored = propose(books, Proposal(action=each, reason="r"), policy=policy)
    approve(books, stored.id, by="Li", policy=policy)
    return stored.id


def test_parts_of_a_group_count_before_they_are_written(books: StoredBooks) -> None:
    policy = policy_from(WEEK)
    ids = [ready(books, action("pay", PAYEES[n % 3], n, 300), policy) for n in range(5)]
    answers = commit_many(books, [(id, None) for id in ids], policy=policy)
    assert [isinstance(answer, PolicyDenied) for answer in answers] == [False] * 3 + [True] * 2
    assert books.audit.verify().ok


def test_kinds_share_the_total(books: StoredBooks) -> None:
    policy = policy_from(WEEK)
    commit(books, ready(books, action("transfer", "", 2, 700), policy), policy=policy)
    commit(books, ready(books, action("pay", PAYEES[0], -2, 800), policy), policy=policy)
    with pytest.raises(PolicyDenied, match=r"windows\[0\]"):
        ready(books, action("pay", PAYEES[1], 0, 1), policy)
    # Seven days from the first on are another window for the pay, not for the transfer.
    commit(books, ready(books, action("pay", PAYEES[1], 5, 800), policy), policy=policy)


def test_what_is_remembered_of_stakes_is_what_books_opened_anew_count(
    books: StoredBooks, books_target: str
) -> None:
    policy = policy_from(WEEK)

    def counted(some: StoredBooks) -> list[int]:
        with some.reading() as connection:
            spending = Spending.load(connection, policy, (action("pay", PAYEES[0], 0, 1),))
        return [spending.total("pay", payee, DAY, DAY) for payee in (*PAYEES, None)]

    ids = [ready(books, action("pay", PAYEES[n % 3], 0, 100 + n), policy) for n in range(6)]
    commit(books, ids[0], policy=policy)
    hold(books, ids[1], key="kept", until=day(3), policy=policy)
    hold(books, ids[2], key="given back", until=day(3), policy=policy)
    commit_many(books, [(id, None) for id in ids[3:5]], policy=policy)
    settle(books, "kept", amount=40)
    void(books, "given back")
    ready(books, action("pay", PAYEES[0], 0, 9), policy)
    with open_books(books_target) as others:
        assert counted(books) == counted(others) == [203, 144, 0, 347]


@pytest.mark.parametrize("at", range(2, 9))
def test_a_reading_broken_off_at_any_statement_counts_nothing_twice_and_forgets_nothing(
    books: StoredBooks, books_target: str, at: int
) -> None:
    policy = policy_from(WEEK)
    one = action("pay", PAYEES[2], 0, 1)

    def counted(some: StoredBooks) -> tuple[list[int], int]:
        with some.reading() as connection:
            spending = Spending.load(connection, policy, (one,))
        free = preview(some, ready(some, one, policy), policy=policy).cash_before
        return [spending.total("pay", payee, DAY, DAY) for payee in (*PAYEES, None)], free

    ids = [ready(books, action("pay", PAYEES[n % 2], 0, 100 + n), policy) for n in range(4)]
    with open_books(books_target) as others:
        # At first nothing is remembered, then something that others have added to.
        for first, second in (ids[:2], ids[2:]):
            commit(others, first, policy=policy)
            hold(others, second, key=second, until=day(3), policy=policy)
            void(others, second)
            with suppress(Crash), crashing(books, at):
                ready(books, action("pay", PAYEES[2], 0, 2), policy)
            with open_books(books_target) as anew:
                assert counted(books) == counted(anew)


def test_a_pending_payment_counts_and_a_voided_one_gives_its_money_back(
    books: StoredBooks,
) -> None:
    policy = policy_from(WEEK)
    first = ready(books, action("pay", PAYEES[0], 0, 900), policy)
    second = ready(books, action("pay", PAYEES[1], 0, 200), policy)
    hold(books, first, key="h", until=day(5), policy=policy)
    with pytest.raises(PolicyDenied, match="200 on top of 900"):
        commit(books, second, policy=policy)
    void(books, "h")
    approve(books, second, by="Li", policy=policy)
    commit(books, second, policy=policy)


def test_what_was_settled_in_part_counts_in_part(books: StoredBooks) -> None:
    policy = policy_from(WEEK)
    hold(books, ready(books, action("pay", PAYEES[0], 0, 900), policy), key="h", until=day(5),
         policy=policy)  # fmt: skip
    settle(books, "h", amount=500)
    commit(books, ready(books, action("pay", PAYEES[1], 0, 500), policy), policy=policy)
    with pytest.raises(PolicyDenied, match="on top of 1000"):
        ready(books, action("pay", PAYEES[1], 1, 1), policy)


def test_two_writers_at_once_do_not_pass_a_limit(books: StoredBooks, books_target: str) -> None:
    policy = policy_from(WEEK)
    ids = [ready(books, action("pay", PAYEES[n % 3], n % 4, 90 + n), policy) for n in range(16)]
    refused: list[AicfoError] = []

    def work(mine: list[str]) -> None:
        with open_books(books_target) as own:
            for id in mine:
                try:
                    commit(own, id, policy=policy)
                except PolicyDenied as error:
                    refused.append(error)

    threads = [threading.Thread(target=work, args=(ids[n::2],)) for n in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    done = [item.proposal.action for item in books.proposals.all("committed")]
    assert len(done) + len(refused) == 16
    assert refused
    assert not exceeded(policy, done)
    # Nothing was refused that still fitted.
    smallest = min(stake(item.proposal.action) for item in books.proposals.all("denied"))
    assert sum(map(stake, done)) + smallest > 1_000
    assert books.audit.verify().ok
