"""A stranger's distribution, installed outside the workspace, is as good a citizen as ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed a wheel of acme-fx, built from a copy."""
    folder = tmp_path_factory.mktemp("acme")
    shutil.copytree(HERE / "acme_fx", folder / "source")
    site = folder / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    done = subprocess.run(
        [*pip, "--no-build-isolation", "--target", str(site), str(folder / "source")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return site


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aicfo_sdk.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment(installed, folder),
    )


def environment(installed: Path, folder: Path) -> dict[str, str]:
    """The stranger is on the import path; what aicfo remembers of it stays in the test's folder."""
    return {**os.environ, "PYTHONPATH": str(installed), "AICFO_HOME": str(folder / "home")}


def choose(folder: Path, plugin: str, more: str = "") -> None:
    (folder / "aicfo.toml").write_text(
        f'[providers]\nCashForecast = "{plugin}"\n[plugins]\nstart_seconds = 120\n{more}', "utf-8"
    )


def test_without_configuration_two_providers_are_an_error_that_names_both(
    installed: Path, tmp_path: Path
):
    done = run(installed, tmp_path, "plan", "CashForecast")
    assert done.returncode == 2
    assert "acme_fx.flat_forecast and cash_brain.cash_forecast" in done.stderr
    assert "[providers] CashForecast =" in done.stderr


def test_one_line_of_configuration_puts_it_under_every_plan(installed: Path, tmp_path: Path):
    choose(tmp_path, "acme_fx")
    done = run(installed, tmp_path, "plan", "Can we fund tender T-1?", "--json")
    assert done.returncode == 0, done.stderr
    tools = [step["tool"] for step in json.loads(done.stdout)["steps"]]
    assert "acme_fx.flat_forecast" in tools
    assert "cash_brain.cash_forecast" not in tools
    assert "tender.funding_need" in tools
    choose(tmp_path, "cash_brain")
    done = run(installed, tmp_path, "plan", "Can we fund tender T-1?", "--json")
    tools = [step["tool"] for step in json.loads(done.stdout)["steps"]]
    assert "cash_brain.cash_forecast" in tools
    assert "acme_fx.flat_forecast" not in tools


def test_it_shows_among_the_plugins_with_its_own_distribution(installed: Path, tmp_path: Path):
    listed = json.loads(run(installed, tmp_path, "plugins", "--json").stdout)["plugins"]
    (acme,) = [plugin for plugin in listed if plugin["name"] == "acme_fx"]
    assert acme["distribution"] == "acme-fx 2.1.0"
    assert acme["provides"] == ["CashForecast@1"]
    assert acme["runs_in"] == "a child process"


def test_it_decides_the_same_in_a_child_and_trusted_in_process(installed: Path, tmp_path: Path):
    books = str(shop(tmp_path))
    words = ("call", "core.brief", "--json", "--books", books)
    said: list[Any] = []
    for more in ("", 'in_process = ["acme_fx"]\n'):
        choose(tmp_path, "acme_fx", more)
        done = run(installed, tmp_path, *words)
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        said.append([answer["result"], answer["missing"], answer["dropped"]])
        forecast = run(installed, tmp_path, "call", "acme_fx.flat_forecast", *words[2:])
        said[-1].append(json.loads(forecast.stdout)["result"])
        assert said[-1][-1]["p50"] == [12_345] * 91
    assert said[0] == said[1]


def test_it_shows_among_the_mcp_tools(installed: Path, tmp_path: Path):
    mcp = pytest.importorskip("mcp")
    choose(tmp_path, "acme_fx")
    target = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "aicfo_sdk.cli", "serve", "--books", str(shop(tmp_path))],
        env=environment(installed, tmp_path),
        cwd=str(tmp_path),
    )

    async def main() -> tuple[list[str], Any]:
        async with mcp.Client(target) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            return names, await client.call_tool("acme_fx_flat_forecast", {"horizon_days": 3})

    names, result = anyio.run(main)
    assert "acme_fx_flat_forecast" in names
    assert result.structured_content["p50"] == [12_345] * 3


def shop(folder: Path) -> Path:
    """Books with 123.45 of cash."""
    from datetime import date

    from aicfo_sdk.books.batch import Batch
    from aicfo_sdk.books.store import create_books
    from aicfo_sdk.model import Account, Merchant, Transaction, UntrustedText

    day = date(2026, 3, 2)
    records = (
        Account(id="A", opened=day, kind="bank"),
        Transaction(id="t", day=day, account="A", amount=12_345, kind="opening"),
    )
    path = folder / "shop.books"
    merchant = Merchant(id="me", updated=day, name=UntrustedText("shop"))
    with create_books(path, merchant=merchant) as books:
        books.import_batches([Batch("test", "test", "0" * 64, "CNY", records)])
    return path
