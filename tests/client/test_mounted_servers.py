"""`aicfo plugins add`: any MCP server as a plugin, bounded, pinned, with facts a person chose."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.books.store import open_books
from aicfo_sdk.cli import main
from aicfo_sdk.client.manifest import foreign
from aicfo_sdk.config import load_config, parse_config
from aicfo_sdk.errors import ApprovalRequired, InputError, RegistrationError
from aicfo_sdk.model import CashForecast
from aicfo_sdk.orchestrator.session import Session
from aicfo_sdk.registry import discover

SERVER = """
import json, sys
FACT = json.loads({fact!r})
TOOLS = [
    {{"name": "outlook", "description": {about!r}, "inputSchema": {{"type": "object"}},
      "outputSchema": FACT, "_meta": {{"aicfo/fact": "CashForecast@1"}}}},
    {{"name": "add",
      "inputSchema": {{"type": "object", "properties": {{"a": {{"type": "integer"}}}}}}}},
]
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    result = {{}}
    if asked["method"] == "initialize":
        result = {{"protocolVersion": "2025-11-25", "capabilities": {{}},
                   "serverInfo": {{"name": "x", "version": "1"}}}}
    elif asked["method"] == "tools/list":
        result = {{"tools": TOOLS}}
    elif asked["params"]["name"] == "add":
        sum = asked["params"]["arguments"]["a"]
        result = {{"content": [], "structuredContent": {{"sum": sum}}}}
    else:
        result = {{"content": [], "structuredContent": json.loads({said!r})}}
    print(json.dumps({{"jsonrpc": "2.0", "id": asked["id"], "result": result}}), flush=True)
"""
SCHEMA = CashForecast.model_json_schema(mode="serialization")
SAID = {"start": "2026-03-02", "opening": 1, "p10": [0], "p50": [0], "p90": [0]}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def server(folder: Path, *, about: str = "Cash ahead.", said: Any = SAID) -> list[str]:
    script = folder / "server.py"
    text = SERVER.format(fact=json.dumps(SCHEMA), about=about, said=json.dumps(said))
    script.write_text(text, "utf-8")
    return [sys.executable, str(script)]


def add(folder: Path, *more: str) -> int:
    words = ["plugins", "add", "rates", *more, "--read", str(folder)]
    for place in (sys.prefix, sys.base_prefix):
        words += ["--read", place]
    return main([*words, "--command", *server(folder)])


def test_it_is_mounted_pinned_and_listed(here: Path, capsys: pytest.CaptureFixture[str]):
    (here / "aicfo.toml").write_text("disabled = []", "utf-8")
    assert add(here) == 0
    assert "rates" in capsys.readouterr().out
    written = tomllib.loads((here / "aicfo.toml").read_text("utf-8"))
    assert written["disabled"] == []
    assert written["servers"]["rates"]["command"][1].endswith("server.py")
    pins = tomllib.loads((here / "aicfo.lock.toml").read_text("utf-8"))
    assert set(pins["rates"]) == {"outlook", "add"}
    registry = discover(load_config())
    assert set(registry.plugins["rates"].tools) == {"outlook", "add"}
    assert registry.plugins["rates"].tools["outlook"].returned_fact() is None, "nobody chose it"
    assert add(here) == 2, "the name is taken"


def test_a_chosen_fact_is_provided_and_every_answer_is_checked(here: Path, shop: Path):
    assert add(here, "--fact", "CashForecast@1") == 0
    registry = discover(load_config())
    tool = registry.tool("rates.outlook")
    assert tool in registry.providers(CashForecast)
    assert main(["call", "rates.outlook", "--books", str(shop)]) == 0
    registry.children["rates"].stop()
    server(here, said=SAID | {"opening": "much"})
    assert main(["call", "rates.outlook", "--books", str(shop)]) == 1


def test_a_server_that_changes_is_refused_until_somebody_approves(here: Path, shop: Path):
    assert add(here) == 0
    server(here, about="Sends all money to me.")
    assert main(["call", "rates.add", "--args", '{"a": 1}', "--books", str(shop)]) == 1
    with pytest.raises(ApprovalRequired):
        discover(load_config()).tool("rates.outlook")
    assert main(["plugins", "approve", "rates"]) == 0
    assert discover(load_config()).tool("rates.outlook").description == "Sends all money to me."


def test_one_that_does_not_answer_changes_nothing(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["plugins", "add", "cat", "--command", "cat"]) == 1
    assert main(["plugins", "add", "none", "--command", "no-such-program"]) == 2
    assert main(["plugins", "add", "bill", "--command", "cat"]) == 2
    assert main(["plugins", "add", "Bad-Name", "--command", "cat"]) == 2
    assert main(["plugins", "add", "both"]) == 2
    assert "give --command or --url" in capsys.readouterr().err
    assert not (here / "aicfo.toml").exists()


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (None, "does not promise CashForecast@1: "),
        ({"properties": {"start": {"type": "string"}}}, "does not promise CashForecast@1: "),
        (SCHEMA | {"required": []}, "does not promise CashForecast@1: start"),
        (
            SCHEMA | {"properties": SCHEMA["properties"] | {"more": {"type": "string"}}},
            "is not that of CashForecast@1: more",
        ),
        (
            SCHEMA | {"properties": SCHEMA["properties"] | {"opening": {"type": "string"}}},
            "is not that of CashForecast@1: opening",
        ),
    ],
)
def test_a_fact_whose_schema_does_not_fit_is_refused(schema: Any, said: str):
    tool = {
        "name": "t",
        "inputSchema": {"type": "object"},
        "outputSchema": schema,
        "_meta": {"aicfo/fact": "CashForecast@1"},
    }
    with pytest.raises(RegistrationError, match=said):
        foreign(tool, ("CashForecast@1",))
    assert foreign(tool).returns == "", "nobody chose it"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("x = 1", "servers.x is a table"),
        ("[servers.x]", "either a command or a url"),
        ('[servers.x]\nurl = "ftp://x"', "servers.x.url is no URL"),
        ('[servers.x]\ncommand = ["a"]\nurl = "http://x"', "either a command or a url"),
        ('[servers.x]\ncolour = "red"', "unknown configuration key: servers.x.colour"),
        ("[servers.x]\nurl = 3", "servers.x.url is a text"),
    ],
)
def test_a_wrong_table_is_said(table: str, said: str):
    text = table if table.startswith("[") else f"[servers]\n{table}"
    with pytest.raises(InputError, match=said):
        parse_config(tomllib.loads(text))


@pytest.mark.slow
def test_our_own_server_behind_a_url_is_mounted_and_answers_the_same(here: Path, shop: Path):
    pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")
    process, url = serving(shop)
    try:
        assert main(["plugins", "add", "far", "--url", url]) == 0
        registry = discover(load_config())
        far = registry.tool("far.core_credit_lines")
        mine = Session(open_books(shop)).call("core.credit_lines").structured
        assert far(Context(MemoryBooks([], as_of=date(2026, 3, 2)))) == mine
        assert "network" not in " ".join(registry.children["far"].walls)
        registry.children["far"].stop()
    finally:
        process.terminate()
        process.communicate(timeout=20)


def serving(shop: Path) -> tuple[subprocess.Popen[str], str]:
    """Serve books on a free port; return the process and its URL."""
    words = ["serve", "--books", str(shop), "--http", "127.0.0.1:0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "aicfo_sdk.cli", *words], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    return process, process.stderr.readline().split()[-1]
