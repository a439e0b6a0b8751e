"""The command line's contract: names, shapes of --json, exit codes, one clear line on errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from aicfo_sdk.books.store import open_books
from aicfo_sdk.cli.outputs import OUTPUTS
from aicfo_sdk.cli.publish import FOLDER, schema_text
from aicfo_sdk.cli.table import COMMANDS
from aicfo_sdk.model import DrawLoan, Merchant, Proposal
from aicfo_sdk.safety.approvals import propose

from .conftest import Done, Run

HEAVY = ("mcp", "litellm", "simpy", "faker", "numpy", "sqlalchemy", "rich")


def loan(amount: int = 100_000) -> Proposal:
    action = DrawLoan(
        day=date(2026, 3, 2),
        line="L",
        account="A",
        amount=amount,
        rate_ppm=36_500,
        due=date(2026, 6, 1),
    )
    return Proposal(action=action, reason="Rent is due.", evidence=("CreditLine:L",))


def fits(done: Done, command: str) -> None:
    """Check that what was printed is what the published schema says."""
    assert done.code == 0, done.err
    schema = json.loads((FOLDER / f"{command}.json").read_text("utf-8"))
    jsonschema.validate(done.json, schema, cls=jsonschema.Draft202012Validator)


def one_clear_line(done: Done, *said: str) -> None:
    assert done.code == 2, done
    assert done.out == ""
    assert done.err.count("\n") == 1
    for text in said:
        assert text in done.err


@pytest.mark.parametrize("command", sorted(OUTPUTS))
def test_the_published_schema_is_the_one_the_code_has(command: str):
    text = (FOLDER / f"{command}.json").read_text("utf-8")
    assert text == schema_text(command), "run: python -m aicfo_sdk.cli.publish"


def test_help_lists_every_command_and_loads_no_model_and_nothing_heavy():
    code = (
        "import sys; from aicfo_sdk.cli import main; main(['--help']);"
        "loaded = [m for m in sys.modules if m.split('.')[0] in"
        f" {(*HEAVY, 'pydantic', 'argparse', 'importlib.metadata')!r}"
        " or m in ('argparse', 'importlib.metadata')];"
        "assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in COMMANDS:
        assert f"aicfo {command}" in done.stdout


def test_importing_the_sdk_loads_nothing_heavy():
    code = (
        "import sys, aicfo_sdk\n"
        "from aicfo_sdk import Plugin, Needs, Context, Orchestrator, Registry, Policy\n"
        "from aicfo_sdk.model import CashForecast, Tender, TenderId\n"
        f"loaded = [m for m in {HEAVY!r} if m in sys.modules]\n"
        "assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_command_explains_itself(aicfo: Run):
    for command in COMMANDS:
        done = aicfo(command, "--help")
        assert done.code == 0
        assert command in done.out


def test_import_makes_books_and_says_what_it_took(aicfo: Run, statement: Path):
    done = aicfo("import", statement, "--into", "shop.books", "--merchant", "老王小吃", "--json")
    fits(done, "import")
    assert done.json["created"] is True
    assert done.json["files"][0]["kind"] == "wechat"
    with open_books("shop.books") as books:
        assert books.snapshot().as_of == date(2026, 3, 2)


def test_the_firm_is_called_what_its_accounts_are_held_under_and_never_an_invented_name(
    aicfo: Run, statement: Path
):
    files = Path(__file__).parents[2] / "examples" / "files"
    assert aicfo("import", files / "bank_icbc.csv", "--into", "bank.books").code == 0
    assert aicfo("import", statement, "--into", "wallet.books").code == 0
    names: list[str] = []
    for path in ("bank.books", "wallet.books"):
        with open_books(path) as books:
            names += [merchant.name for merchant in books.snapshot().all(Merchant)]
    assert names == ["杭州晨光机电有限公司", ""]


def test_importing_a_file_twice_changes_nothing(aicfo: Run, statement: Path):
    aicfo("import", statement, "--into", "shop.books")
    head = aicfo("audit", "verify", "--books", "shop.books", "--json").json
    again = aicfo("import", statement, "--into", "shop.books", "--json")
    fits(again, "import")
    assert (again.json["new"], again.json["created"]) == (0, False)
    after = aicfo("audit", "verify", "--books", "shop.books", "--json").json
    assert after["records"] == head["records"]
    assert after["entries"] == head["entries"]


def test_a_bad_row_names_file_line_column_and_value_and_no_books_are_left(
    aicfo: Run, statement: Path, tmp_path: Path
):
    text = statement.read_text("utf-8-sig").replace("¥10.00", "十块")
    bad = tmp_path / "bad.csv"
    bad.write_text(text, "utf-8-sig")
    done = aicfo("import", statement, bad, "--into", "shop.books")
    one_clear_line(done, "bad.csv", "line 5", "金额", "十块")
    assert not Path("shop.books").exists()


def test_read_commands_print_what_their_schemas_say(aicfo: Run, shop: Path):
    fits(aicfo("tools", "--json"), "tools")
    fits(aicfo("plugins", "--json"), "plugins")
    fits(aicfo("brief", "--books", shop, "--json"), "brief")
    fits(aicfo("plan", "core.funding", "--json"), "plan")
    fits(aicfo("plan", "core.brief", "--books", shop, "--run", "--json"), "plan")
    fits(aicfo("call", "core.credit_lines", "--books", shop, "--json"), "call")
    fits(aicfo("proposals", "--books", shop, "--json"), "proposals")
    fits(aicfo("audit", "verify", "--books", shop, "--json"), "audit")
    fits(aicfo("export", "--books", shop, "--to", "out.bean", "--json"), "export")


def test_books_may_come_from_the_environment(
    aicfo: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AICFO_BOOKS", str(shop))
    assert aicfo("call", "credit_lines").code == 0


def test_approving_moves_money_once_and_the_audit_chain_holds(aicfo: Run, shop: Path):
    with open_books(shop) as books:
        stored = propose(books, loan())
    listed = aicfo("proposals", "--books", shop, "--json").json["proposals"]
    assert [item["id"] for item in listed] == [stored.id]
    done = aicfo("approve", stored.id, "--books", shop, "--by", "owner", "--json")
    fits(done, "approve")
    assert (done.json["cash_before"], done.json["cash_after"]) == (500_000, 600_000)
    again = aicfo("approve", stored.id, "--books", shop, "--by", "owner", "--json")
    fits(again, "approve")
    assert again.json["repeated"] is True
    assert again.json["entry"] == done.json["entry"]
    with open_books(shop) as books:
        assert books.snapshot().balance() == 600_000
    assert aicfo("audit", "verify", "--books", shop).code == 0


def test_a_rejected_proposal_cannot_be_approved_any_more(aicfo: Run, shop: Path):
    with open_books(shop) as books:
        stored = propose(books, loan())
    fits(aicfo("reject", stored.id, "--books", shop, "--by", "owner", "--json"), "reject")
    done = aicfo("approve", stored.id, "--books", shop, "--by", "owner")
    assert done.code == 3
    with open_books(shop) as books:
        assert books.snapshot().balance() == 500_000


def test_what_no_rule_allows_is_denied_with_exit_code_3(aicfo: Run, shop: Path, tmp_path: Path):
    policy = tmp_path / "policy.toml"
    policy.write_text('name = "strict"\n[rules.pay]\nmax_amount = 1\n', "utf-8")
    Path("aicfo.toml").write_text('policy = "policy.toml"\n', "utf-8")
    with open_books(shop) as books:
        stored = propose(books, loan())
    done = aicfo("approve", stored.id, "--books", shop, "--by", "owner")
    assert done.code == 3
    assert stored.id in done.err
    assert "strict" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nope"], ["'nope'", "import"]),
        (["brief"], ["--books BOOKS", "AICFO_BOOKS"]),
        (["brief", "--books", "missing.books"], ["missing.books"]),
        (["brief", "--as-of", "2026-13-01", "--books", "x"], ["2026-13-01"]),
        (["brief", "--lang", "fr"], ["fr"]),
        (["call", "no.such", "--books", "{shop}"], ["no.such", "core.brief"]),
        (["call", "core.funding", "--books", "{shop}", "--args", "{{"], ["--args is not JSON"]),
        (["call", "core.funding", "--books", "{shop}", "--args", "[1]"], ["JSON object"]),
        (["call", "core.funding", "--books", "{shop}", "--args", '{{"x": NaN}}'], ["NaN"]),
        (["call", "core.funding", "--books", "{shop}", "--args", '{{"x": 1}}'], ["argument: x"]),
        (["plan", ""], ["empty goal"]),
        (["plan", "what is the meaning of life"], ["not understood", "ask for example"]),
        (["import", "gone.csv", "--into", "b.books"], ["gone.csv"]),
        (["import", "{shop}", "--into", "b.books"], ["shop.books"]),
        (["approve", "P000", "--books", "{shop}"], ["P000"]),
        (["serve", "--books", "{shop}", "--http", "nowhere"], ["nowhere", "HOST:PORT"]),
        (["export", "--books", "{shop}", "--to", "{shop}"], ["these are the books"]),
        (["export", "--books", "{shop}", "--to", "."], ["--force"]),
        (["tools", "--config", "gone.toml"], ["gone.toml"]),
        (["audit", "verify", "--books", "{shop}", "--head", "xyz"], ["xyz", "SEQ:HASH"]),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(
    aicfo: Run, shop: Path, words: list[str], said: list[str]
):
    one_clear_line(aicfo(*(word.format(shop=shop) for word in words)), *said)


@pytest.mark.parametrize("damage", [b"", b"garbage" * 500, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_corrupt_books_are_refused_and_left_as_they_are(aicfo: Run, tmp_path: Path, damage: bytes):
    path = tmp_path / "bad.books"
    path.write_bytes(damage)
    one_clear_line(aicfo("brief", "--books", path), "bad.books")
    assert path.read_bytes() == damage


def test_a_config_with_an_unknown_key_is_refused(aicfo: Run):
    Path("aicfo.toml").write_text("polcy = 'x'\n", "utf-8")
    one_clear_line(aicfo("tools"), "polcy", "known: disabled, llm, plugins, policy, providers")


def test_a_reader_that_leaves_early_is_no_error(shop: Path):
    done = subprocess.run(
        f"{sys.executable} -m aicfo_sdk.cli tools --json | head -c 10",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    assert done.stderr == ""


def test_a_file_of_records_alone_makes_books_and_is_added_to_others(
    aicfo: Run, shop: Path, tmp_path: Path
) -> None:
    line = {"record": "Store", "id": "S1", "name": "Corner", "opened": "2025-01-01"}
    (tmp_path / "stores.jsonl").write_text(json.dumps(line) + "\n")
    made = aicfo("import", tmp_path / "stores.jsonl", "--into", "new.books", "--json")
    assert (made.code, made.json["currency"], made.json["new"]) == (0, "CNY", 1)
    added = aicfo("import", tmp_path / "stores.jsonl", "--into", shop, "--json")
    assert (added.code, added.json["new"]) == (0, 1)
