"""`aicfo demo`: the main job end to end on shipped real data and synthetic firms."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from aicfo_sdk import InputError

from ..report.page import render, write_text
from .output import DemoOutput

MARKER = ".aicfo-demo"
"""Stands in a folder that the demo made, so that it never clears another."""

_MADE = ("books", "contractor", "simulation")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(message, where=self.prog, mend=f"see `{self.prog} --help`")


def run(argv: Sequence[str]) -> int:
    """Run the demo; return 0. Raises: AicfoError, which the command line shows."""
    options = _arguments().parse_args(list(argv))
    found = demo(options.out, options.lang, _Progress())
    if options.json:
        print(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=2))
        return 0
    from .pages import demo_words
    from .summary import summary_lines

    print("\n".join(summary_lines(found, str(options.out), demo_words(options.lang))))
    return 0


def demo(out: Path, lang: str, say: Callable[[str], None]) -> DemoOutput:
    """Make books, files, experiment and report.html in `out` and return all their figures.

    `say` is told what is being done. Equal arguments give equal files.
    Raises: InputError when `out` is not empty and no earlier demo's.
    """
    from .notices import notices
    from .pages import build
    from .settings import load_settings
    from .simulation import simulation
    from .story import story
    from .wholesaler import wholesaler

    _claim(out)
    settings, books = load_settings(), out / "books"
    books.mkdir()
    found = DemoOutput(
        report="report.html",
        lang=lang,
        wholesaler=wholesaler(books, settings.wholesaler, say),
        notices=notices(books, settings.notices, say),
        story=story(books, out / "contractor", settings.story, lang, say),
        simulation=simulation(out / "simulation", settings.simulation, say),
    )
    say("drawing the report")
    write_text(render(build(found)), out / found.report)
    return found


def language(environment: str) -> str:
    """Return "zh" for a locale such as zh_CN.UTF-8, else "en"."""
    return "zh" if environment.lower().startswith("zh") else "en"


def _arguments() -> argparse.ArgumentParser:
    made = _Parser(
        prog="aicfo demo",
        description="The main job end to end: a real merchant, real notices, a story across all "
        "plugins on a synthetic contractor, and a paired simulation.",
        allow_abbrev=False,
    )
    made.add_argument(
        "--out", type=Path, default=Path("aicfo-demo"), metavar="DIR", help="(./aicfo-demo)"
    )
    made.add_argument(
        "--lang",
        choices=("zh", "en"),
        default=language(os.environ.get("LC_ALL") or os.environ.get("LANG", "")),
        help="of report and summary (zh when the locale is Chinese, else en)",
    )
    made.add_argument("--json", action="store_true", help="print one JSON document")
    return made


def _claim(out: Path) -> None:
    """Make the folder ready: a new one, or an earlier demo's without what that made."""
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            if not (out / MARKER).is_file():
                raise InputError(
                    "the folder is not empty", value=str(out), mend="give another --out"
                )
            for name in _MADE:
                if (out / name).is_dir():
                    shutil.rmtree(out / name)
            (out / "report.html").unlink(missing_ok=True)
        out.mkdir(parents=True, exist_ok=True)
        (out / MARKER).write_text("made by `aicfo demo`, which may clear it\n", "utf-8")
    except OSError as error:
        raise InputError(
            "cannot write here", value=str(out), mend=error.strerror or str(error)
        ) from None


class _Progress:
    """Says on standard error what is being done, with the seconds since the start."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, text: str) -> None:
        seconds = time.monotonic() - self._start
        print(f"{seconds:6.1f} s  {text}", file=sys.stderr, flush=True)
