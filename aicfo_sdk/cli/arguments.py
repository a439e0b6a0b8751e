"""What the commands share: arguments, the books, the session, printing."""

from __future__ import annotations

import argparse
import json
import os
import sys
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import InputError
from ..redaction import redact, redacted

if TYPE_CHECKING:
    from pydantic import BaseModel

    from ..books.store import StoredBooks
    from ..config import Config, LlmRules
    from ..orchestrator.run import Judge
    from ..orchestrator.session import Session
    from ..registry import Registry


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line and exit code 2."""

    def error(self, message: str) -> NoReturn:
        raise InputError(message, mend=f"see {self.prog} --help")


def parser(name: str, about: str, *, books: bool = True) -> Parser:
    """Return a parser with the options that every command has."""
    made = Parser(prog=f"aicfo {name}", description=about, allow_abbrev=False)
    made.add_argument("--json", action="store_true", help="print one JSON document")
    made.add_argument("--config", type=Path, metavar="FILE", help="configuration (./aicfo.toml)")
    if books:
        made.add_argument("--books", metavar="BOOKS", help="file or URL (else $AICFO_BOOKS)")
    return made


def books_of(given: str | None, *, checked: bool = True) -> StoredBooks:
    """Return the books that the command line or $AICFO_BOOKS names.

    Raises: InputError when none is named; BooksError when they cannot be opened.
    """
    from ..books.store import open_books

    target = given or os.environ.get("AICFO_BOOKS")
    if not target:
        raise InputError("no books named", mend="give --books BOOKS or set AICFO_BOOKS")
    return open_books(target, checked=checked)


def session(options: argparse.Namespace, *, books: bool = True) -> Session:
    """Return a session over the named books (None when none is named and `books` is False)."""
    from ..config import load_config
    from ..orchestrator.session import Session
    from ..registry import discover

    target = options.books or os.environ.get("AICFO_BOOKS")
    opened = books_of(options.books) if books or target else None
    as_of = getattr(options, "as_of", None)
    config = load_config(options.config)
    registry = discover(config)
    judge = judge_of(config, registry) if config.llm.model else None
    made = Session(opened, config=config, registry=registry, as_of=as_of, judge=judge)
    for line in made.registry.warnings:
        note(f"warning: {line}")
    return made


def judge_of(config: Config, registry: Registry) -> Judge:
    """Return what puts the configured model before the tools of agents; it loads nothing yet."""
    from ..llm.agents import ModelJudge
    from ..llm.conversation import transport_of

    return ModelJudge(registry, config.llm, transport_of)


def as_day(text: str) -> date:
    """Parse a DATE argument."""
    from ..days import parse_day

    return parse_day(text, where="--as-of")


def as_since(text: str) -> date:
    """Parse the DATE of --since."""
    from ..days import parse_day

    return parse_day(text, where="--since")


def as_arguments(text: str) -> dict[str, Any]:
    """Parse the JSON object of --args. Raises: InputError."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError("--args is not JSON", value=text, mend=str(error)) from None
    if not isinstance(value, dict):
        raise InputError("--args is a JSON object", value=text, mend='write {"name": value}')
    return value  # pyright: ignore[reportUnknownVariableType]


def emit(output: BaseModel, as_json: bool, lines: list[str]) -> None:
    """Print the JSON document, or the lines for a person.

    Without secrets; what the eye cannot see is written as an escape.
    """
    from ..model.text import visible

    if as_json:
        values = redacted(output.model_dump(mode="json"))
        text = json.dumps(values, ensure_ascii=False, indent=2)
        # A document that hides something is written in ASCII: the same values, all to be seen.
        print(text if visible(text) == text else json.dumps(values, indent=2))
    else:
        print(visible(redact("\n".join(lines))))


def table(rows: list[list[str]], *, indent: str = "  ") -> list[str]:
    """Return rows as aligned lines; Chinese characters count two columns."""
    if not rows:
        return []
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        (
            indent
            + "  ".join(
                cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)
            )
        ).rstrip()
        for row in rows
    ]


def width(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def note(text: str) -> None:
    """Say something beside the output: on stderr."""
    print(redact(text), file=sys.stderr)


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def model_rules(options: argparse.Namespace, rules: LlmRules) -> LlmRules:
    """Return the configured rules of the model with what the command line says instead."""
    given = {
        "model": options.model or os.environ.get("AICFO_MODEL"),
        "api_base": options.api_base,
        "money": getattr(options, "budget", None),
        "tokens": getattr(options, "tokens", None),
        "rounds": getattr(options, "rounds", None),
        "seconds": getattr(options, "seconds", None),
    }
    return replace(rules, **{name: value for name, value in given.items() if value is not None})
