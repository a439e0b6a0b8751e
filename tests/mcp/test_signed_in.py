"""Signing in at a server of others, once, by a page; the mounted server uses it from then on.

The server is ours, with the page of its own for trying sign-in, in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import webbrowser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.cli import main
from aicfo_sdk.client.mount import mount_server, sign_in_folder
from aicfo_sdk.client.types import FactTypes
from aicfo_sdk.config import load_config, parse_config
from aicfo_sdk.errors import InputError, ToolFailed

pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")


class There:
    """Somebody's server, with what its terminal says, and a person at a browser."""

    def __init__(self, shop: Path, *more: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/mcp"
        words = ["serve", "--books", str(shop), "--http", f"127.0.0.1:{port}", *more]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "aicfo_sdk.cli", *words], stderr=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()
        self.wait_for("aicfo serves")

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as told:
            self.lines += iter(told.readline, "")

    def wait_for(self, words: str, after: int = 0) -> str:
        """The first line with these words after so many lines."""
        for _ in range(1_200):
            for line in self.lines[after:]:
                if re.search(words, line):
                    return line
            time.sleep(0.05)
        raise AssertionError(self.lines)

    def let_in(self, page: str) -> bool:
        """Open the page and type the code that the terminal shows."""
        before = len(self.lines)
        with urllib.request.urlopen(page, timeout=60) as shown:
            address = shown.url
        found = re.search(
            r"([0-9]{4}) ([0-9]{4}) on the page", self.wait_for("on the page", before)
        )
        assert found is not None
        typed = urllib.parse.urlencode({"code": found[1] + found[2]}).encode()
        with urllib.request.urlopen(address, typed, timeout=60) as done:
            assert "已登录" in done.read().decode()
        return True

    def end(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait(30)
        self._reading.join()


@pytest.fixture
def there(shop: Path) -> Iterator[There]:
    found = There(shop, "--try-sign-in", "--approve-up-to", "100")
    yield found
    found.end()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.chdir(own)
    monkeypatch.setenv("AICFO_HOME", str(tmp_path / "home"))
    return own


def _file(there: There) -> Path:
    return sign_in_folder("shop", there.url) / "signed-in.json"


def _called(mounted: Any, name: str, **given: Any) -> Any:
    context = Context(MemoryBooks([], as_of=date(2026, 3, 2)))
    return mounted.plugin.tools[name](context, **given)


def test_a_person_signs_in_once_and_again_where_a_tool_needs_more(
    there: There, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(webbrowser, "open", there.let_in)
    assert main(["plugins", "add", "shop", "--url", there.url, "--sign-in"]) == 0
    assert "sign in here: http://127.0.0.1" in capsys.readouterr().err
    file = _file(there)
    kept = json.loads(file.read_text("utf-8"))
    assert kept["tokens"]["scope"] == "books:read"
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept["tokens"]["access_token"] not in Path("aicfo.toml").read_text("utf-8")

    config = load_config(None)
    mounted = mount_server("shop", config, FactTypes())
    assert "result" in _called(mounted, "core_credit_lines")
    with pytest.raises(ToolFailed, match="aicfo plugins sign-in shop"):
        _called(mounted, "aicfo_approve", proposal="P1", key="k")
    # Other tools go on as before, and what was refused is asked for at the next sign-in.
    assert "result" in _called(mounted, "core_credit_lines")
    assert main(["plugins", "sign-in", "shop"]) == 0
    kept = json.loads(file.read_text("utf-8"))
    assert set(kept["tokens"]["scope"].split()) == {"books:read", "approve"}
    with pytest.raises(ToolFailed, match="no such proposal: P1"):
        _called(mounted, "aicfo_approve", proposal="P1", key="k")

    # A token whose time is over is renewed without anybody, and what came is kept.
    mounted.child.stop()
    old = kept["tokens"]["access_token"]
    file.write_text(json.dumps({**kept, "until": 1.0}), "utf-8")
    assert "result" in _called(mounted, "core_credit_lines")
    kept = json.loads(file.read_text("utf-8"))
    assert kept["tokens"]["access_token"] != old
    assert kept["until"] > 1.0

    # One that is no longer believed, and cannot be renewed, needs a person.
    mounted.child.stop()
    kept["tokens"] = {"access_token": "none", "token_type": "Bearer"}
    file.write_text(json.dumps(kept), "utf-8")
    with pytest.raises(ToolFailed, match="aicfo plugins sign-in shop"):
        _called(mounted, "core_credit_lines")
    mounted.child.stop()


def test_nothing_is_mounted_before_somebody_has_signed_in(there: There):
    rules = {"servers": {"shop": {"url": there.url, "sign_in": True}}}
    config = parse_config(rules, where="x", folder=Path(), lock=Path("lock.toml"))
    with pytest.raises(ToolFailed, match="aicfo plugins sign-in shop"):
        mount_server("shop", config, FactTypes())


def _signed_in(there: There, show: Any, **more: Any) -> None:
    from aicfo_sdk.mcp.signed_in import sign_in

    asyncio.run(sign_in(there.url, _file(there).parent, show, **more))


def test_only_the_answer_to_our_own_page_counts(there: There):
    told: list[int] = []

    def person(page: str) -> None:
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(page).query)
        back = asked["redirect_uri"][0]
        for other in (f"{back}?code=x&state=another", back.replace("/callback", "/")):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(other, timeout=30)
            told.append(caught.value.code)
            caught.value.close()
        state = asked["state"][0]
        with urllib.request.urlopen(f"{back}?error=access_denied&state={state}", timeout=30):
            told.append(200)

    with pytest.raises(ToolFailed, match="the provider refused: access_denied"):
        _signed_in(there, person)
    assert told == [404, 404, 200]


def test_a_person_who_does_not_come_is_not_waited_for(there: There):
    with pytest.raises(ToolFailed, match="nobody was signed in"):
        _signed_in(there, lambda page: None, seconds=0.2)
    assert "tokens" not in json.loads(_file(there).read_text("utf-8"))


def test_a_server_that_asks_for_no_sign_in_is_said(shop: Path):
    open_one = There(shop)
    try:
        with pytest.raises(ToolFailed, match="the server asks for no sign-in"):
            _signed_in(open_one, lambda page: None)
    finally:
        open_one.end()


@pytest.mark.parametrize(
    "rules",
    [
        {"command": ["x"], "sign_in": True},
        {"url": "https://x", "sign_in": True, "token_file": "t"},
        {"url": "https://x", "sign_in": "yes"},
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(rules: dict[str, Any]):
    with pytest.raises(InputError, match="sign"):
        parse_config({"servers": {"x": rules}}, where="x", folder=Path(), lock=Path("l.toml"))


def test_who_signs_in_nowhere_is_told(capsys: pytest.CaptureFixture[str]):
    assert main(["plugins", "sign-in", "shop"]) == 2
    assert "nobody signs in there: shop" in capsys.readouterr().err
    assert not Path("aicfo.toml").exists()
