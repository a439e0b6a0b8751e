"""The `aicfo` command. This module loads nothing but what the static help needs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from types import TracebackType

from .table import COMMANDS, HELP

DONE, FAILED, BAD_INPUT, DENIED = 0, 1, 2, 3

_EXTRAS = {
    **dict.fromkeys(("aicfo_seeds", "highspy", "numpy", "sqlalchemy"), "aicfo-sdk[books]"),
    **dict.fromkeys(("openpyxl", "python_calamine", "stdnum"), "aicfo-sdk[books]"),
    **dict.fromkeys(("anyio", "mcp", "mcp_types", "uvicorn"), "aicfo-sdk[mcp]"),
    "docx": "aicfo-sdk[documents]",
    "litellm": "aicfo-sdk[llm]",
    "psycopg": "aicfo-sdk[postgres]",
    "rich": "aicfo-sdk[cli]",
}
"""Package → the extra that brings it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 failed, 2 bad input, 3 denied."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its number, never a failed command.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not words or words[0] in ("-h", "--help", "help"):
        print(HELP)
        return DONE
    if words[0] in ("-V", "--version"):
        from .. import __version__

        print(f"aicfo {__version__}")
        return DONE
    command = COMMANDS.get(words[0])
    if command is None:
        known = ", ".join(COMMANDS)
        print(f"aicfo: no such command: {words[0]!r}; commands: {known}", file=sys.stderr)
        return BAD_INPUT
    return _guarded(words[0], command.body, words[1:])


def _guarded(name: str, body: str, words: list[str]) -> int:
    from ..errors import AicfoError

    try:
        return _body(name, body)(words)
    except AicfoError as error:
        print(f"aicfo {name}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"aicfo {name}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has left; flushing at exit would only complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if os.environ.get("AICFO_DEBUG"):
            sys.excepthook = told_as_traceback
            raise
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if extra := _EXTRAS.get((missing or "").partition(".")[0]):
            print(f"aicfo {name}: {missing} is not installed; install {extra}", file=sys.stderr)
            return FAILED
        from ..redaction import redact

        said = " ".join(redact(str(error)).split())
        print(
            f"aicfo {name}: unexpected {type(error).__name__}: {said}; "
            "set AICFO_DEBUG=1 for the traceback and report it",
            file=sys.stderr,
        )
        return FAILED


def told_as_traceback(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print a traceback as Python does, without secrets."""
    from traceback import format_exception

    from ..redaction import redact

    print(redact("".join(format_exception(kind, error, trace))), end="", file=sys.stderr)


def _body(name: str, body: str):
    from importlib import import_module

    if body:
        module, function = body.split(":")
        return getattr(import_module(f".{module}", __name__), function)
    from importlib.metadata import entry_points

    from ..errors import NotFound

    found = [entry for entry in entry_points(group="aicfo.commands") if entry.name == name]
    if not found:
        raise NotFound("this command's distribution is not installed", mend="install aicfo-sim")
    return found[0].load()
