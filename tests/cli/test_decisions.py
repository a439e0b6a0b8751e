"""Pending and linked proposals from the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from aicfo_sdk.books.store import open_books
from aicfo_sdk.model import DrawLoan, Proposal
from aicfo_sdk.safety.approvals import propose
from tests.cli.conftest import Run
from tests.cli.test_cli import fits


def proposed(shop: Path, *amounts: int) -> list[str]:
    """Put drawings on the desk and return their ids."""
    day = date(2026, 3, 2)
    with open_books(shop) as books:
        return [
            propose(
                books,
                Proposal(
                    action=DrawLoan(
                        day=day,
                        line="L",
                        account="A",
                        amount=amount,
                        rate_ppm=36_500,
                        due=date(2026, 6, 1),
                    ),
                    reason="why",
                ),
            ).id
            for amount in amounts
        ]


def test_a_proposal_is_held_and_settled_once(aicfo: Run, shop: Path):
    (id,) = proposed(shop, 100_000)
    words = ("approve", id, "--hold", "2026-03-20", "--by", "owner", "--books", shop)
    held = aicfo(*words, "--json")
    fits(held, "approve")
    assert held.json["proposal"]["status"] == "pending"
    assert held.json["until"] == "2026-03-20"
    again = aicfo(*words)
    assert "done before" in again.out
    assert f"aicfo settle {id}" in again.out
    listed = aicfo("proposals", "--status", "pending", "--books", shop, "--json")
    fits(listed, "proposals")
    assert [item["id"] for item in listed.json["proposals"]] == [id]
    settle = ("settle", id, "--amount", "60000", "--books", shop, "--json")
    done = aicfo(*settle)
    fits(done, "settle")
    assert (done.json["cash_after"], done.json["repeated"]) == (560_000, False)
    assert aicfo(*settle).json["repeated"] is True
    late = aicfo("void", id, "--books", shop)
    assert late.code == 1
    assert "settled" in late.err
    assert aicfo("audit", "verify", "--books", shop).code == 0


def test_a_held_proposal_is_voided(aicfo: Run, shop: Path):
    (id,) = proposed(shop, 100_000)
    aicfo("approve", id, "--hold", "2026-03-20", "--by", "owner", "--books", shop)
    done = aicfo("void", id, "--books", shop, "--json")
    fits(done, "void")
    assert done.json["proposal"]["status"] == "voided"
    late = aicfo("settle", id, "--books", shop)
    assert late.code == 1
    assert "voided" in late.err


def test_linked_proposals_are_carried_out_together_or_not_at_all(aicfo: Run, shop: Path):
    one, two, three = proposed(shop, 600_000, 400_000, 1)
    words = ("--by", "owner", "--books", shop)
    dear = aicfo("approve", one, two, three, "--linked", "--key", "k", *words)
    assert dear.code == 1
    assert "at most 0" in dear.err
    done = aicfo("approve", one, two, "--linked", *words, "--json")
    fits(done, "approve")
    assert [item["status"] for item in done.json["linked"]] == ["committed", "committed"]
    assert (done.json["cash_before"], done.json["cash_after"]) == (500_000, 1_500_000)


def test_several_proposals_are_linked_and_one_is_not(aicfo: Run, shop: Path):
    one, two = proposed(shop, 1, 2)
    for words in ((one, two), (one, "--linked"), (one, two, "--linked", "--hold", "2026-03-20")):
        done = aicfo("approve", *words, "--by", "owner", "--books", shop)
        assert done.code == 2
        assert "--linked" in done.err
