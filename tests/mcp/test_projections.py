"""What other ecosystems are told of us fits their shapes and says what is installed."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from aicfo_sdk import discover
from aicfo_sdk.cli import main
from aicfo_sdk.mcp.projections import client_configurations, projections

URL = "https://cfo.example/mcp"


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return {str(name): text for name, text in projections(discover(), URL).items()}


def test_the_registry_entry_keeps_to_the_limits(files: dict[str, str]):
    entry = json.loads(files["server.json"])
    assert "2025-12-11" in entry["$schema"]
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", entry["name"])
    assert len(entry["description"]) <= 100
    assert entry["remotes"] == [{"type": "streamable-http", "url": URL}]
    (package,) = entry["packages"]
    assert (package["registryType"], package["version"]) == ("pypi", entry["version"])


def test_the_bundle_lists_every_tool_and_asks_for_the_books(files: dict[str, str]):
    manifest = json.loads(files["mcpb/manifest.json"])
    assert manifest["manifest_version"] == "0.4"
    assert {tool["name"] for tool in manifest["tools"]} >= {"core_brief", "bill_check_bill"}
    assert "${user_config.books}" in manifest["server"]["mcp_config"]["args"]
    assert manifest["user_config"]["books"]["required"] is True
    project = tomllib.loads(files["mcpb/pyproject.toml"])["project"]
    assert project["dependencies"] == [f"aicfo-sdk[mcp]=={manifest['version']}"]


def test_the_skill_keeps_to_the_limits(files: dict[str, str]):
    _, head, body = files["skills/aicfo/SKILL.md"].split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    assert fields["name"] == "aicfo"
    assert len(json.loads(fields["description"])) <= 1024
    assert "`core.funding` (propose)" in body


def test_the_agent_card_needs_a_running_server(files: dict[str, str]):
    card = json.loads(files["agent-card.json"])
    assert card["supportedInterfaces"][0]["url"] == URL
    assert {"core", "bill", "cash_brain", "tender"} <= {skill["id"] for skill in card["skills"]}
    assert all(skill["tags"] and skill["examples"] for skill in card["skills"])
    assert PurePosixPath("agent-card.json") not in projections(discover())


def test_files_that_are_there_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    words = ["plugins", "--json", "export", "--to", str(tmp_path / "out")]
    assert main(words) == 0
    written = json.loads(capsys.readouterr().out)["written"]
    assert len(written) == 4
    assert all(Path(file).is_file() for file in written)
    mine = tmp_path / "out" / "server.json"
    mine.write_text("mine", "utf-8")
    assert main(words) == 2
    assert "the file is there already" in capsys.readouterr().err
    assert mine.read_text("utf-8") == "mine"
    assert main([*words, "--force"]) == 0
    assert main([*words, "--force", "--url", "nowhere"]) == 2


def test_every_client_is_told_to_start_these_books(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(shop.parent)
    assert main(["serve", "--print-config", "--json", "--books", shop.name]) == 0
    told: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["clients"]
    assert {each["client"] for each in told} == {
        "any other",
        "Claude Code",
        "Claude Desktop",
        "Cursor",
        "VS Code",
    }
    for each in told:
        (servers,) = each["content"].values()
        assert Path(servers["aicfo"]["command"]).is_absolute()
        assert servers["aicfo"]["args"][-2:] == ["--books", str(shop)]


def test_a_password_is_never_printed(capsys: pytest.CaptureFixture[str]):
    url = "postgresql://me:hunter22@db/books"
    assert main(["serve", "--print-config", "--books", url]) == 0
    said = capsys.readouterr().out
    assert "hunter22" not in said
    assert "<the URL of your books>" in said


def test_a_running_server_is_named_by_its_url():
    found = client_configurations(["aicfo"], {}, "http://127.0.0.1:8765/mcp", token=True)
    assert "Claude Desktop" not in found
    server = found["VS Code"][1]["servers"]["aicfo"]
    assert server["url"] == "http://127.0.0.1:8765/mcp"
    assert server["headers"] == {"Authorization": "Bearer ${AICFO_TOKEN}"}
