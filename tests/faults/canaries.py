"""Secrets planted everywhere a program has them: none is found in anything that leaves it.

Each case plants one canary in an environment variable, a configuration, a database URL or as a
key of common shape, and makes a plugin put it into an exception, a result, a proposal, an
authorization header. Searched are standard output and error, tracebacks, errors and results over
MCP, recorded runs, the audit chain, the ledger's export and every byte of the books' files.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import string
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

from aicfo_sdk import Context, Plugin, Proposal
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import create_books, open_books
from aicfo_sdk.cli import main
from aicfo_sdk.config import load_config
from aicfo_sdk.errors import AicfoError, BooksError
from aicfo_sdk.model import Account, Advice, Merchant, Transaction, Transfer, UntrustedText
from aicfo_sdk.orchestrator.session import Session
from aicfo_sdk.redaction import MASK
from aicfo_sdk.registry import Registry
from aicfo_sdk.safety.approvals import reject

CASES = 300
DAY = date(2026, 3, 2)
VARIABLES = ("OPENAI_API_KEY", "AICFO_TOKEN", "PGPASSWORD", "DB_PASSWORD", "MY_SECRET", "LLM_KEY")
PLACES = ("variable", "variable url", "configuration", "books url", "shape", "header")
WORDS = (
    "{}",
    "connection refused for user aicfo with {}",
    "401: Authorization: Bearer {}",
    "GET https://api.example.com/v1?api_key={} failed",
    "postgresql://aicfo:{}@db/books is unreachable",
    '{{"api_key": "{}"}}',
    "x" * 70 + " {} " + "y" * 70,
)
SHAPES = ("sk-{}", "ghp_{}", "hf_{}", "AKIA{upper}", "AIza{}", "xoxb-{}", "LTAI{}", "eyJ{}.{}.{}")


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Plant the canaries one by one; return how many doors were searched and what was found."""
    told: Counter[str] = Counter(canaries=0, searched=0, bytes=0, masked=0, found=0)
    for number in range(max(round(CASES * share), len(PLACES))):
        rng = random.Random(f"{seed}:{number}")
        place = PLACES[number % len(PLACES)]
        with tempfile.TemporaryDirectory(prefix="aicfo-canary-") as folder:
            canary, said = _planted(place, rng)
            found = [*_leaves(place, canary, said, rng, Path(folder))]
        told["canaries"] += 1
        for door, text in found:
            told["searched"] += 1
            told["bytes"] += len(text)
            told["masked"] += MASK.encode() in text
            for form in _forms(canary):
                at = text.find(form)
                near = text[max(at - 200, 0) : at + 200]
                assert at < 0, f"{place}: {canary!r} left by {door}: {near!r}"
    assert told["masked"] >= told["canaries"], "the canaries were never said, so nothing was tried"
    return dict(told)


def _planted(place: str, rng: random.Random) -> tuple[str, str]:
    """Return a canary and the words in which a plugin says it."""
    size = rng.randint(20, 40)
    letters = string.ascii_letters + string.digits
    body = "".join(rng.choices(letters, k=size))
    if place == "shape":
        shape = rng.choice(SHAPES)
        body = shape.replace("{upper}", "".join(rng.choices(string.ascii_uppercase, k=16)))
        while "{}" in body:
            body = body.replace("{}", "".join(rng.choices(letters, k=36)), 1)
        return body, rng.choice(WORDS).format(body)
    if place == "header":
        return body + "7", f"sent Authorization: Bearer {body}7 and got 401"
    if place != "books url" and rng.random() < 0.5:
        # What must be written otherwise in JSON, in a URL or in Python.
        body += rng.choice(("\"'", "\\n", "ü钥", "a b", "@:/", "%40", "$&<"))
        body += rng.choice(letters)
    return body, rng.choice(WORDS).format(body)


def _forms(canary: str) -> set[bytes]:
    forms = {canary, quote(canary, safe=""), json.dumps(canary)[1:-1], repr(canary)[1:-1]}
    return {form.encode("utf-8", "backslashreplace") for form in forms}


def _leaves(
    place: str, canary: str, said: str, rng: random.Random, folder: Path
) -> Iterator[tuple[str, bytes]]:
    """Yield everything that leaves, by the door it leaves by."""
    variables: dict[str, str] = {}
    if place == "variable":
        variables[rng.choice(VARIABLES)] = canary
    elif place == "variable url":
        variables["DATABASE_URL"] = f"postgresql://aicfo:{quote(canary, safe='')}@db/books"
    with mock.patch.dict(os.environ, variables):
        if place == "configuration":
            path = folder / "aicfo.toml"
            path.write_text(f"[plugins.acme.env]\napi_key = {json.dumps(canary)}\n", "utf-8")
            try:
                load_config(path)
            except AicfoError as error:
                yield "error", str(error).encode()
            path.unlink()
        if place == "books url":
            yield from _unreachable(canary)
        yield from _asked(said, folder)


def _unreachable(canary: str) -> Iterator[tuple[str, bytes]]:
    url = f"postgresql://aicfo:{canary}@127.0.0.1:1/books?password={canary}"
    try:
        open_books(url)
    except BooksError as error:
        yield "books error", f"{error}\n{error!r}".encode()
    yield "command line", _command("brief", "--books", url)


def _plugin(said: str) -> Plugin:
    plugin = Plugin("leaky", version="1", title="leaky", description="Says what it should not.")

    @plugin.tool()
    def breaks(ctx: Context) -> Advice:  # pyright: ignore[reportUnusedFunction]
        """Raise the secret."""
        raise RuntimeError(said)

    @plugin.tool()
    def tells(ctx: Context) -> Advice:  # pyright: ignore[reportUnusedFunction]
        """Answer with the secret, in every text that an answer has."""
        action = Transfer(day=DAY, account="A", to_account="B", amount=100)
        proposal = Proposal(action=action, reason=said, evidence=(said,))
        return Advice(
            id="a",
            kind="info",
            money=1,
            title=said,
            detail=said,
            detail_zh=said,
            evidence=(said,),
            proposals=(proposal,),
        )

    return plugin


def _asked(said: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    from aicfo_sdk.mcp.server import result_of

    path = folder / "shop.books"
    merchant = Merchant(id="me", updated=DAY, name=UntrustedText("老王小吃"))
    records = (
        Account(id="A", opened=DAY, kind="bank"),
        Account(id="B", opened=DAY, kind="bank"),
        Transaction(id="t", day=DAY, account="A", amount=500_000, kind="opening"),
    )
    with create_books(path, merchant=merchant, currency="CNY") as books:
        books.import_batches([Batch("test", f"{said}.csv"[:80], "0" * 64, "CNY", records)])
        session = Session(books, registry=Registry([_plugin(said)]))
        try:
            session.call("leaky.breaks")
        except AicfoError as error:
            yield "error", f"{error}\n{error!r}".encode()
            yield "traceback", _traceback(error)
        answer = session.call("leaky.tells")
        yield "result", json.dumps(answer.structured, ensure_ascii=False).encode()
        yield "result over MCP", result_of(answer).model_dump_json().encode()
        for stored in answer.proposals:
            yield "proposal", stored.proposal.model_dump_json().encode()
            reject(books, stored.id, by="li", why=said)
        rows = [repr(row) for row in books.audit.rows()]
        yield "audit", "\n".join(rows).encode()
    for words in (
        ("proposals", "--status", "all", "--books", str(path)),
        ("proposals", "--status", "all", "--books", str(path), "--json"),
        ("runs", "--books", str(path), "--json"),
        ("reject", said, "--by", "li", "--books", str(path)),
        ("call", said, "--books", str(path)),
        ("import", said, "--into", str(path)),
        ("export", "beancount", "--books", str(path), "--out", str(folder / "books.beancount")),
    ):
        yield f"command line: {words[0]}", _command(*words)
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield f"file {file.name}", file.read_bytes()


def _command(*words: str) -> bytes:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        main(words)
    return out.getvalue().encode("utf-8", "backslashreplace")


def _traceback(error: BaseException) -> bytes:
    """What a command prints with AICFO_DEBUG set."""
    from aicfo_sdk.cli import told_as_traceback

    out = io.StringIO()
    with contextlib.redirect_stderr(out):
        told_as_traceback(type(error), error, error.__traceback__)
    return out.getvalue().encode("utf-8", "backslashreplace")
