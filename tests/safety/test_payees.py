"""Payees: who can be taken for whom, and which ordinary names must not be."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable
from csv import DictReader
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import MemoryBooks
from aicfo_sdk.books.names import counterparty_id
from aicfo_sdk.books.store import StoredBooks
from aicfo_sdk.model import Counterparty, Pay, Proposal, UntrustedText
from aicfo_sdk.safety.approvals import propose
from aicfo_sdk.safety.likeness import Names, alike, near, skeleton
from aicfo_sdk.safety.policy import Decision, decide, policy_from
from tests.books.samples import DAY, account, batch, day, line, party

FREE = {"approval_above": 5_000}

ALIKE = [
    ("Acme Trading", "Асmе Trading"),  # Cyrillic
    ("Acme Trading", "Αcme Trading"),  # Greek
    ("Acme Trading", "Ａｃｍｅ　Ｔｒａｄｉｎｇ"),  # full width
    ("Acme Trading", "ᗅcme Trading"),  # Canadian syllabics
    ("Acme Trading", "Acme\u200bTrading"),
    ("Acme Trading", "Acme-Trading."),
    ("Acme Trading", "Acmé Trading"),
    ("Acme Trading", "𝐀cme Trading"),  # mathematical
    ("Modern Goods", "Modem Goods"),
    ("Vovo Supplies", "νovo Supplies"),  # Greek nu, read as v
    ("Novo Supplies", "Νovo Supplies"),  # Greek Nu, read as n
    ("Alibaba", "AIibaba"),
    ("Alibaba", "A1ibaba"),
    ("Tesco", "Tesc0"),
    ("IBM", "lBM"),
    ("Shop 10", "Shop lO"),
    ("杭州晨光贸易有限公司", "杭州晨光貿易有限公司"),
    ("杭州晨光贸易有限公司", "杭州 晨光（贸易）有限公司"),
    ("杭州晨光贸易有限公司", "杭州晨光贸易有限公司\u2060"),
    ("未来科技有限公司", "末来科技有限公司"),
    ("日新五金店", "曰新五金店"),
    ("供应商甲", "供应商曱"),
    ("大力工业有限公司", "大カエ业有限公司"),  # Katakana
    ("见龙国际", "⻅龙国际"),  # radicals
]
NEAR = [
    ("杭州晨光贸易有限公司", "杭州晨光贸易有限责任公司"),
    ("杭州晨光贸易有限公司", "杭州晨光贸易公司"),
    ("杭州晨光贸易有限公司", "晨光（杭州）贸易有限公司"),
    ("杭州晨光贸易有限公司", "杭州辰光贸易有限公司"),
    ("杭州晨光贸易有限公司", "杭州市晨光贸易有限公司"),
    ("杭州晨光贸易有限公司", "杭州晨光贸昜有限公司"),
    ("Acme Trading Ltd", "Acme Trading Limited"),
    ("Acme Trading Ltd", "Trading Acme"),
    ("Acme Supplies", "Acme Supplie"),
    ("Acme Supplies", "Acne Supplies"),
    ("Ali Trading", "All Trading"),
]
APART = [
    ("供应商甲", "供应商乙"),
    ("供应商1", "供应商2"),
    ("供应商1", "供应商11"),
    ("客户A", "客户B"),
    ("Customer A", "Customer B"),
    ("门店12", "门店13"),
    ("A00297", "A00298"),
    ("A00297", "B00297"),
    ("第一中学", "第二中学"),
    ("华东物流中心", "华西物流中心"),
    ("杭州晨光贸易有限公司", "杭州远大贸易有限公司"),
    ("中国工商银行股份有限公司", "中国建设银行股份有限公司"),
    ("王伟", "王芳"),
    ("Sally", "Saily"),
    ("n co", "v co"),
    ("张三", "李四"),
]


@pytest.mark.parametrize(("real", "fake"), ALIKE)
def test_what_the_eye_cannot_tell_apart_is_alike(real: str, fake: str) -> None:
    assert alike(real, fake)
    assert alike(fake, real)


@pytest.mark.parametrize(("real", "other"), NEAR)
def test_what_a_hurried_reader_confuses_is_near(real: str, other: str) -> None:
    assert not alike(real, other)
    assert near(real, other)
    assert near(other, real)


@pytest.mark.parametrize(("one", "two"), APART)
def test_ordinary_names_are_neither(one: str, two: str) -> None:
    assert not alike(one, two)
    assert not near(one, two)


letters = st.text(st.characters() | st.sampled_from("OoIl01aаνvn晨光"), max_size=8)


@given(letters, letters)
def test_likeness_is_mutual_and_needs_no_luck(one: str, two: str) -> None:
    assert alike(one, two) == alike(two, one)
    assert bool(near(one, two)) == bool(near(two, one))
    assert skeleton(skeleton(one)) == skeleton(one) or not one.isascii()


@settings(max_examples=60)
@given(st.lists(st.text("晨光贸易杭州市OoIl01aа甲乙", min_size=1, max_size=8), max_size=6))
def test_the_index_finds_what_comparing_every_pair_finds(names: list[str]) -> None:
    parties = {
        id: Counterparty(id=id, known_since=DAY, name=UntrustedText(name))
        for name in names
        if (id := counterparty_id(name))
    }
    index = Names(parties)
    for id, party_ in parties.items():
        same, close = index.like(id)
        mine = {id, str(party_.name)}
        for other, theirs in parties.items():
            pairs = [(a, b) for a in mine for b in {other, str(theirs.name)}]
            if other != id:
                assert (other in same) == any(alike(a, b) for a, b in pairs)
                if other not in same:
                    assert (other in close) == any(near(a, b) for a, b in pairs)


# ── what the policy makes of it ──────────────────────────────────────────────────────────────


def firm(name: str, since: int = -90, **more: Any) -> Counterparty:
    return party(counterparty_id(name), name=UntrustedText(name), known_since=day(since), **more)


def judged(books: MemoryBooks, payee: str, rule: dict[str, Any] | None = None) -> Decision:
    action = Pay(day=DAY, account="bank", payee=counterparty_id(payee), amount=10)
    policy = policy_from({"name": "p", "rules": {"pay": {**FREE, **(rule or {})}}})
    return decide(policy, Proposal(action=action, reason="r"), books)


@pytest.mark.parametrize(("real", "fake"), ALIKE)
def test_a_look_alike_of_an_older_payee_is_denied(real: str, fake: str) -> None:
    if counterparty_id(real) == counterparty_id(fake):
        return  # one and the same party, whose account number the cooling-off watches
    books = MemoryBooks([firm(real), firm(fake, -1)], as_of=DAY)
    found = judged(books, fake)
    assert (found.outcome, found.rule) == ("denied", "p.pay.look_alike")
    assert counterparty_id(real) in found.why
    assert judged(books, real).outcome == "allowed"
    assert judged(books, fake, {"payees": [counterparty_id(fake)]}).outcome == "allowed"


@pytest.mark.parametrize(("real", "other"), NEAR)
def test_a_near_name_of_an_older_payee_asks_a_person_and_says_why(real: str, other: str) -> None:
    books = MemoryBooks([firm(real), firm(other, -1)], as_of=DAY)
    found = judged(books, other)
    assert (found.outcome, found.rule, found.approvals) == ("needs_approval", "p.pay.near_names", 1)
    assert counterparty_id(real) in found.why
    assert judged(books, real).outcome == "allowed"
    named = {"per_payee": {counterparty_id(other): {}}}
    assert judged(books, other, named).outcome == "allowed"


@pytest.mark.parametrize(("one", "two"), APART)
def test_nobody_is_asked_about_ordinary_names(one: str, two: str) -> None:
    books = MemoryBooks([firm(one), firm(two, -1)], as_of=DAY)
    assert {judged(books, name).outcome for name in (one, two)} == {"allowed"}


def test_of_two_that_came_together_a_person_must_tell() -> None:
    books = MemoryBooks([firm("Acme Trading"), firm("Асmе Trading")], as_of=DAY)
    for name in ("Acme Trading", "Асmе Trading"):
        found = judged(books, name)
        assert (found.outcome, found.rule) == ("needs_approval", "p.pay.near_names")


def test_backdated_papers_do_not_make_the_look_alike_the_older_one(stored: StoredBooks) -> None:
    stored.import_batches(
        [batch(account(), firm("Acme Trading"), line("o", 90_000, "opening", -90))]
    )
    stored.import_batches([batch(firm("Асmе Trading", -900), source="evil.csv")])
    policy = policy_from({"rules": {"pay": FREE}})
    for name, status in (("Асmе Trading", "denied"), ("Acme Trading", "proposed")):
        action = Pay(day=DAY, account="bank", payee=counterparty_id(name), amount=10)
        assert propose(stored, Proposal(action=action, reason="r"), policy=policy).status == status


# ── false alarms, on names of the world ──────────────────────────────────────────────────────


def alarms(books: Iterable[Iterable[str]]) -> tuple[int, int, int]:
    """How many names there are, how many look like another of their books, how many are near."""
    count = same = close = 0
    for names in books:
        parties = {
            id: Counterparty(id=id, known_since=date(2026, 1, 1), name=UntrustedText(name))
            for name in names
            if (id := counterparty_id(name))
        }
        index = Names(parties)
        for id in parties:
            found = index.like(id)
            count, same, close = count + 1, same + bool(found[0]), close + bool(found[1])
    return count, same, close


def test_false_alarms_among_synthetic_counterparties() -> None:
    from faker import Faker

    fake = Faker("zh_CN")
    books: list[list[str]] = []
    for seed in range(60):
        fake.seed_instance(seed)
        books.append([fake.company() for _ in range(5 + seed % 36)])
    count, same, close = alarms(books)
    assert count > 1_000
    assert same == 0
    assert close / count < 0.02
    fake.seed_instance(0)
    assert alarms([[fake.name() for _ in range(400)]])[1:] == (0, 0)


DATA = Path(os.environ.get("AICFO_REAL_DATA", "data"))


@pytest.mark.skipif(not DATA.is_dir(), reason="no real data here: set AICFO_REAL_DATA")
def test_false_alarms_among_real_counterparties() -> None:
    for name in ("labelled_purchases", "unlabelled_sales"):
        firms: dict[str, set[str]] = {}
        with gzip.open(DATA / f"sme_invoices/{name}.csv.gz", "rt", encoding="utf-8") as file:
            for row in DictReader(file):
                firms.setdefault(row["firm"], set()).add(row["counterparty"])
        assert alarms(map(sorted, firms.values()))[1:] == (0, 0)
    names: set[str] = set()
    for text in (DATA / "tender_notices/contracts_finder.jsonl").read_text("utf-8").splitlines():
        names |= {each["name"] for each in json.loads(text).get("parties", []) if "name" in each}
    count, same, close = alarms([sorted(names)])
    assert same / count < 0.01  # the same firm, written once with a stroke and once without
    assert close / count < 0.06  # the same firm with and without its legal form
