"""Secrets are masked wherever they could leave, ordinary words and numbers are not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.errors import InputError, RecordError
from aicfo_sdk.redaction import MASK, learn, learn_from, redact, redacted

PLAIN = (
    "the idempotency key was used for another proposal: P0123456789ab (x); take a new key",
    "银行承兑汇票 513102300012920251201000000001 1-1000000 面值 1,000,000.00",
    "basic materials and bearer instruments; max_tokens: 4096",
    "the secret of a good forecast is history; a token of thanks",
    "https://www.gov.uk/contracts?page=2 postgresql://aicfo@db/books sqlite:///shop.books",
    "91330106MA2ABC1236 6222 0000 1111 2222 13800138000 a@b.cn",
    "a6f1" * 16,
    "asia pacific, gsk_, sk-, hf_, task-force-2026, key: value",
)


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text
    assert redacted({"key": text, "list": [text, 1, None, True]}) == {
        "key": text,
        "list": [text, 1, None, True],
    }


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql://u:p@ss:w/rd@h/x", None),
        ("postgresql://u:hunter22@h/x", f"postgresql://u:{MASK}@h/x"),
        ("host=h password=hunter22 user=u", f"host=h password={MASK} user=u"),
        ("?api_key=abcdef12&page=2", f"?api_key={MASK}&page=2"),
        ("Authorization: Bearer abcdef12345", f"Authorization: Bearer {MASK}"),
        ("authorization: Basic dXNlcjpwYXNzMQ==", f"authorization: Basic {MASK}"),
        ("密码：abc12345", f"密码：{MASK}"),
        ("sk-proj-abcdefghijklmnop1234", MASK),
        ("x ghp_abcdefghijklmnopqrstuvwxyz y", f"x {MASK} y"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", MASK),
        (
            "a -----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY----- b",
            f"a {MASK} b",
        ),
    ],
)
def test_what_looks_like_a_secret_is_masked_once(text: str, masked: str | None) -> None:
    found = redact(text)
    if masked is None:
        assert "p@ss" not in found
    else:
        assert found == masked
    assert redact(found) == found


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "PGPASSWORD", "AICFO_TOKEN", "MY_SECRET", "GH_PAT", "X_AUTH"]
)
def test_a_variable_whose_name_says_so_is_a_secret(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, 'can"ary\\ü 42')
    for form in ('can"ary\\ü 42', 'can\\"ary\\\\ü 42', "can%22ary%5C%C3%BC%2042"):
        assert redact(f"<{form}>") == f"<{MASK}>", form


def test_paths_working_folders_and_short_or_common_values_are_no_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {
        "PWD": "/srv/here",
        "SSH_AUTH_SOCK": str(tmp_path),
        "A_TOKEN": "true",
        "B_PASSWORD": "postgres",
        "C_KEY": "abc",
    }.items():
        monkeypatch.setenv(name, value)
        assert redact(f"see {value} now") == f"see {value} now"


def test_the_password_of_a_url_in_the_environment_is_a_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WAREHOUSE", "postgresql://u:s3cr%40t99@h/db")
    assert redact("login with s3cr@t99 or s3cr%40t99 failed") == (
        f"login with {MASK} or {MASK} failed"
    )


def test_what_a_configuration_calls_secret_is_learnt() -> None:
    learn_from({"plugins": {"x": {"env": {"api_key": "learnt-canary-1"}, "path": "plain-value"}}})
    learn("learnt-canary-2")
    assert redact("learnt-canary-1 learnt-canary-2 plain-value") == f"{MASK} {MASK} plain-value"


def test_a_value_under_a_secret_name_goes_whole() -> None:
    given_ = {"password": "a b", "key": "P1", "nested": [{"client_secret": "x"}], "tokens": 5}
    assert redacted(given_) == {
        "password": MASK,
        "key": "P1",
        "nested": [{"client_secret": MASK}],
        "tokens": 5,
    }


def test_an_error_never_shows_a_secret_not_even_half_of_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    canary = "Kanarienvogel0123456789"
    monkeypatch.setenv("BIRD_TOKEN", canary)
    redact("the environment is asked anew here")
    for size in range(0, 120, 3):
        value = "x" * size + canary + "y" * 60
        for error in (
            InputError("refused", value=value, where=canary, mend=f"use {canary}"),
            RecordError("bad", file=canary, line=3, column="c", value=value),
        ):
            for text in (str(error), repr(error), f"{error}"):
                assert not [part for part in (canary[:8], canary[-8:]) if part in text], text


def test_a_variable_that_is_set_late_is_masked_at_any_depth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    value = {"said": ["the bird is Spaetervogel0123456789", {"Spaetervogel0123456789": 1}]}
    assert redacted(value) == value
    monkeypatch.setenv("LATE_TOKEN", "Spaetervogel0123456789")
    assert redacted(value) == {"said": [f"the bird is {MASK}", {MASK: 1}]}


def test_the_command_line_masks_what_it_is_given_and_what_goes_wrong(tmp_path: Path) -> None:
    canary = "Kanarienvogel0123456789"
    url = f"postgresql://aicfo:{canary}@127.0.0.1:1/books"
    environment = {**os.environ, "AICFO_DEBUG": "1", "SOME_API_KEY": canary}
    for words in (["brief", "--books", url], ["import", canary, "--into", str(tmp_path / "b")]):
        done = subprocess.run(
            [sys.executable, "-m", "aicfo_sdk.cli", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert done.stderr
        assert canary not in done.stdout + done.stderr
