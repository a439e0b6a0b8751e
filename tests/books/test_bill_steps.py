"""Bills move as the bill system lets them; an illegal step is refused by its name."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk.books.effects import effects
from aicfo_sdk.books.port import MemoryBooks
from aicfo_sdk.errors import LedgerError
from aicfo_sdk.model import Account, Bill, Counterparty, Merchant, PresentBill, UntrustedText
from aicfo_sdk.model.action import DiscountBill, EndorseBill
from aicfo_sdk.model.bill_steps import (
    ENDED,
    FREE,
    ISSUED,
    LOCKED,
    PAIRS,
    SETTLED,
    STEPS,
    after,
    possible,
    reachable,
    said,
)

DAY = date(2026, 3, 2)
DUE = date(2026, 6, 1)


def test_a_bill_goes_from_its_registration_to_its_receipt_and_on_by_endorsement() -> None:
    pair = ISSUED
    for step in ("ask_acceptance", "accept", "ask_receipt", "receive"):
        pair = after(step, pair)
    assert pair == FREE
    assert after("endorse", after("ask_endorsement", pair)) == FREE
    assert after("end_discount", after("ask_discount", pair)) == FREE


def test_a_bill_marked_not_transferable_is_received_as_one_and_can_only_be_presented() -> None:
    pair = after("receive", ("accepted", "locked"), transferable=False)
    assert said(*pair) == "已收票/不可转让"
    moves = {"ask_endorsement", "ask_discount", "ask_pledge"}
    assert moves <= set(possible(FREE))
    assert not moves & set(possible(pair))
    assert {"present", "claim"} <= set(possible(pair))


def test_every_pair_that_is_reached_is_known_and_every_end_is_final() -> None:
    reached, front = {ISSUED}, [ISSUED]
    while front:
        pair = front.pop()
        for name in possible(pair):
            for found in STEPS[name].after:
                if found not in reached:
                    reached.add(found)
                    front.append(found)
    assert reached == PAIRS
    assert {pair for pair in PAIRS if not possible(pair)} == {ENDED, SETTLED}


def test_what_a_pair_leads_to_ends_with_its_end_and_never_goes_back_before_the_receipt() -> None:
    assert reachable(ISSUED) == PAIRS
    assert reachable(ENDED) == {ENDED}
    assert reachable(SETTLED) == {SETTLED}
    early = {pair for pair in PAIRS if pair[0] in ("issued", "accepted")}
    for pair in PAIRS - early:
        assert not reachable(pair) & early


def test_the_table_of_the_documentation_is_that_of_the_code() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "bill-rules.md").read_text("utf-8")
    for name, step in STEPS.items():
        pairs = (" or ".join(said(*pair) for pair in side) for side in (step.before, step.after))
        part = "part" if step.divides else "whole"
        standing = "verified" if step.verified else "assumption"
        assert "| " + " | ".join([f"`{name}`", step.zh, *pairs, part, standing]) + " |" in page


def test_acceptance_receipt_and_cancellation_take_the_whole_bill() -> None:
    dividing = {name for name, step in STEPS.items() if step.divides}
    assert dividing == {"ask_endorsement", "ask_discount", "ask_pledge"}


@pytest.mark.parametrize(
    ("step", "pair", "said_of_it"),
    [
        ("accept", ISSUED, "no accept .*已出票/待收票.*ask_acceptance"),
        ("ask_discount", LOCKED, "no ask_discount .*已收票/已锁定.*endorse"),
        ("present", ("terminated", "ended"), "已终止/已结束.*nothing is possible any more"),
    ],
)
def test_an_illegal_step_is_refused_by_its_name_and_says_what_is_possible(
    step: str, pair: Any, said_of_it: str
) -> None:
    with pytest.raises(LedgerError, match=said_of_it):
        after(step, pair)


def bill(**changes: Any) -> Bill:
    plain = Bill(
        id="b",
        updated=DAY,
        number="5" + "1" * 12 + "20260301" + "0" * 9,
        kind="bank",
        face=1_000,
        issued=date(2026, 3, 1),
        matures=DUE,
        drawer=UntrustedText("甲"),
        acceptor=UntrustedText("乙银行"),
    )
    return plain.model_copy(update=changes)


def books(one: Bill, day: date) -> MemoryBooks:
    me = Merchant(id="me", updated=DAY, name=UntrustedText("我"))
    bank = Account(id="bank", opened=DAY, kind="bank")
    payee = Counterparty(id="s", known_since=DAY, name=UntrustedText("供应商"))
    return MemoryBooks([me, bank, payee, one], as_of=day)


ENDORSE = EndorseBill(day=DAY, bill="b", amount=1_000, payee="s")
DISCOUNT = DiscountBill(
    day=DAY, bill="b", amount=1_000, institution="x", account="bank", rate_ppm=0, days=91
)
PRESENT = PresentBill(day=DUE, bill="b", amount=1_000, account="bank")


@pytest.mark.parametrize("action", [ENDORSE, DISCOUNT, PRESENT], ids=lambda action: action.kind)
def test_an_action_is_carried_out_only_from_a_state_in_which_its_step_may_begin(
    action: Any,
) -> None:
    assert effects(action, books(bill(), action.day), ref="p").records
    for status, circulation in sorted(PAIRS - {FREE}):
        held = books(bill(status=status, circulation=circulation), action.day)
        if action is PRESENT and (status, circulation) in STEPS["present"].before:
            assert effects(action, held, ref="p").records
            continue
        with pytest.raises(LedgerError, match=said(status, circulation)):
            effects(action, held, ref="p")


def test_a_bill_whose_drawer_marked_it_is_neither_endorsed_nor_discounted() -> None:
    held = books(bill(transferable=False), DAY)
    for action in (ENDORSE, DISCOUNT):
        with pytest.raises(LedgerError, match="不得转让"):
            effects(action, held, ref="p")
