"""The commit of the code, told from a checkout that the code only happens to lie in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from aicfo_sim.commit import commit


def _git(folder: Path, *words: str) -> str:
    who = {
        f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("GIT_")}, **who}
    done = subprocess.run(
        ["git", "-C", str(folder), *words], capture_output=True, text=True, env=env, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package in a repository with one commit."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-q", "-m", "first")
    commit.cache_clear()
    return folder


def test_a_checkout_tells_its_commit_and_whether_it_was_changed(package: Path) -> None:
    head = _git(package, "rev-parse", "HEAD")
    assert commit(package) == head
    (package / "__init__.py").write_text("changed = True\n")
    commit.cache_clear()
    assert commit(package) == f"{head}-dirty"


def test_a_package_installed_inside_a_checkout_has_no_commit(package: Path) -> None:
    inside = package / ".venv" / "aicfo_sim"
    inside.mkdir(parents=True)
    (inside / "__init__.py").write_text("")
    assert commit(inside) == ""


def test_where_there_is_no_repository_or_no_git_there_is_no_commit(
    package: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert commit(tmp_path_factory.mktemp("plain")) == ""
    monkeypatch.setenv("PATH", "")
    assert commit(package) == ""


def test_the_variables_of_another_repository_do_not_mislead(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert commit(package) == _git(package, "rev-parse", "HEAD")
