"""`aicfo policy` and `aicfo mandate`: what people type, and what comes back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from aicfo_sdk.books.store import open_books
from aicfo_sdk.model import DrawLoan, Proposal
from aicfo_sdk.safety.approvals import propose

from .conftest import Run
from .test_cli import fits, one_clear_line

LOAN = DrawLoan(
    day=date(2026, 3, 2), line="L", account="A", amount=100_000, rate_ppm=36_500,
    due=date(2026, 6, 1),
)  # fmt: skip
TERMS = """
kinds = ["draw_loan"]
max_amount = 100_000
total = 150_000
valid_from = 2026-01-01
valid_until = 2026-12-31
note = "the spring season"
"""


@pytest.fixture
def terms(tmp_path: Path) -> str:
    path = tmp_path / "mandate.toml"
    path.write_text(TERMS, "utf-8")
    return str(path)


def test_a_policy_file_is_checked(aicfo: Run, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('name = "own"\nversion = 4\n[rules.pay]\napproval_above = 500\n', "utf-8")
    done = aicfo("policy", "check", str(path), "--json")
    fits(done, "policy")
    assert (done.json["name"], done.json["version"]) == ("own", 4)
    assert done.json["policy"] == f"own@4:{done.json['digest'][:16]}"
    assert "allows everything" in done.json["warnings"][0]
    assert "allows everything" in aicfo("policy", "check", str(path)).out
    path.write_text("[rules.pay]\nmax_amuont = 5\n", "utf-8")
    one_clear_line(aicfo("policy", "check", str(path)), "did you mean 'max_amount'?")
    one_clear_line(aicfo("policy", "check", str(tmp_path / "none.toml")), "cannot be read")


def test_a_proposal_or_action_is_explained(aicfo: Run, shop: Path) -> None:
    with open_books(shop) as books:
        stored = propose(books, Proposal(action=LOAN, reason="Rent is due."))
    by_id = aicfo("policy", "explain", stored.id, "--books", shop, "--json")
    fits(by_id, "policy")
    assert (by_id.json["outcome"], by_id.json["approvals"]) == ("needs_approval", 1)
    assert by_id.json["checks"][-1]["rule"] == "default.draw_loan.approval_above"
    action = LOAN.model_dump_json()
    again = aicfo("policy", "explain", "--action", action, "--books", shop, "--json")
    assert again.json["checks"] == by_id.json["checks"]
    said = aicfo("policy", "explain", stored.id, "--books", shop).out
    assert "needs approval by 1" in said
    assert "to change that: " in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["policy"], "WHAT"),
        (["policy", "explain", "--books", "{shop}"], "--action JSON"),
        (["policy", "explain", "P0", "--books", "{shop}"], "no such proposal"),
        (["policy", "explain", "--books", "{shop}", "--action", '{{"kind": "py"}}'], "the action"),
        (["policy", "explain", "--books", "{shop}", "--action", "[]"], "JSON object"),
        (["mandate", "grant", "none.toml", "--books", "{shop}"], "cannot be read"),
        (["mandate", "revoke", "M0", "--books", "{shop}"], "no mandate was granted"),
        (["mandate", "list"], "no books named"),
    ],
)
def test_what_cannot_be_is_one_line(aicfo: Run, shop: Path, words: list[str], said: str) -> None:
    one_clear_line(aicfo(*(word.format(shop=shop) for word in words)), said)


def test_a_mandate_is_granted_used_listed_and_revoked(aicfo: Run, shop: Path, terms: str) -> None:
    assert "no mandate was granted" in aicfo("mandate", "list", "--books", shop).out
    done = aicfo("mandate", "grant", terms, "--by", "Wang", "--books", shop, "--json")
    fits(done, "mandate")
    (granted,) = done.json["mandates"]
    assert (granted["state"], granted["granted_by"], granted["left"]) == (
        "standing",
        ["wang"],
        150_000,
    )
    with open_books(shop) as books:
        stored = propose(books, Proposal(action=LOAN, reason="Rent is due."))
    assert stored.status == "approved"
    assert aicfo("approve", stored.id, "--by", "Li", "--books", shop).code == 0
    listed = aicfo("mandate", "list", "--books", shop, "--json")
    assert [item["left"] for item in listed.json["mandates"]] == [50_000]
    assert "500.00 of 1,500.00 left" in aicfo("mandate", "list", "--books", shop).out
    done = aicfo("mandate", "revoke", granted["id"], "--by", "Li", "--books", shop, "--json")
    fits(done, "mandate")
    assert done.json["mandates"][0]["state"] == "revoked"
    denied = aicfo("mandate", "grant", terms, "--by", "Wang", "--books", shop)
    assert denied.code == 3
    assert "revoked by li" in denied.err
    with open_books(shop) as books:
        assert books.audit.verify().ok
        kinds = [
            json.loads(row.body)["mandate"]["event"] for row in books.audit.rows(granted["id"])
        ]
    assert kinds == ["granted", "revoked"]


def test_a_large_mandate_waits_for_a_second_person(
    aicfo: Run, shop: Path, terms: str, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[rules.draw_loan]\nsecond_person_above = 120_000\n", "utf-8")
    config = tmp_path / "own.toml"
    config.write_text('policy = "policy.toml"\n', "utf-8")
    own = ("--books", shop, "--config", config)
    assert "another person must grant it" in aicfo("mandate", "grant", terms, "--by", "A", *own).out
    assert "standing" in aicfo("mandate", "grant", terms, "--by", "B", *own).out
