"""One bad plugin a rule: what is changed in the scaffold of `aicfo new` so that it breaks it.

Each entry is a list of (file, what stands there, what stands there then); an empty second part
adds the third at the file's end.
"""

from __future__ import annotations

SOURCE, PROJECT = "PACKAGE/__init__.py", "pyproject.toml"

_DOC = (
    '    """What left the merchant\'s accounts on an average day of the last four weeks,'
    ' minor units."""\n'
)
_BATCH = """

@NAME.batch
def _many(contexts):
    return [FACT(a_day=1, days=1, note="") for _ in contexts]
"""
_OFFER = """        days=_DAYS,
        offer=Proposal(
            action=Pay(day=ctx.today, account="none", payee="X", amount=10**12), reason="all of it"
        ),
"""
_FACT = "    note: str = Field("
_LOOP = "    paid: list[Transaction] = []\n"
_RETURN = "        a_day=round_div(-sum(line.amount for line in paid), _DAYS),\n"
_FUTURE = "from __future__ import annotations\n"


def _body(line: str, imports: str = "") -> list[tuple[str, str, str]]:
    """A line at the beginning of the tool, and what it imports."""
    return [
        (SOURCE, _LOOP, f"    {line}\n{_LOOP}"),
        (SOURCE, _FUTURE, f"{_FUTURE}\n{imports}\n"),
    ]


def _more(line: str, imports: str = "") -> list[tuple[str, str, str]]:
    """Something that `a_day` then depends on."""
    changed = [
        (SOURCE, _LOOP, f"{_LOOP}    extra = {line}\n"),
        (SOURCE, _RETURN, _RETURN.replace("a_day=", "a_day=extra + ")),
    ]
    return [*changed, (SOURCE, _FUTURE, f"{_FUTURE}\n{imports}\n")]


PLANTED: dict[str, list[tuple[str, str, str]]] = {
    "loads": [(SOURCE, "", "\nraise RuntimeError('no licence')\n")],
    "entry-point": [(PROJECT, "NAME = ", "another_name = ")],
    "version": [(PROJECT, 'version = "0.1.0"', 'version = "0.2.0"')],
    "dependency": [(PROJECT, '["aicfo-sdk"]', '["pydantic"]')],
    "weight": [(SOURCE, _FUTURE, f"{_FUTURE}\nimport pandas\n")],
    "signature": [(SOURCE, "(ctx: Context)", "(ctx: Context, days)")],
    "described": [
        (
            SOURCE,
            _DOC,
            "",
        )
    ],
    "field": [(SOURCE, 'Field(description="What the number leaves out, or empty.")', "Field()")],
    "unit": [(SOURCE, "on an average day, minor units", "on average")],
    "float": [
        (SOURCE, _FACT, f'    rate: float = Field(default=0.5, description="A rate.")\n{_FACT}')
    ],
    "fact-name": [
        (SOURCE, "class FACT(", "class Brief("),
        (SOURCE, "FACT(\n", "Brief(\n"),
        (SOURCE, "-> FACT:", "-> Brief:"),
    ],
    "question": [(SOURCE, '"平均每天付出多少钱？"', '"预测现金流"')],
    "clock": _body("dt.date.today()", "import datetime as dt"),
    "randomness": _body("choice([1])", "from random import choice"),
    "environment": _body('os.environ.get("HOME")', "import os"),
    "output": _body('print("here")'),
    "private": _body("StoredBooks", "from aicfo_sdk.books.store import StoredBooks"),
    "neighbour": _body("plugin", "import aicfo_bill"),
    "stop": [
        (
            SOURCE,
            _LOOP,
            f"    try:\n        ctx.today\n    except BaseException:\n        pass\n{_LOOP}",
        )
    ],
    "crash": _body("1 // (ctx.today.year - ctx.today.year)"),
    "odd-argument": [
        (SOURCE, "(ctx: Context)", "(ctx: Context, *, days: int = 28)"),
        (SOURCE, _LOOP, f"    [0] * (28 // days)\n{_LOOP}"),
        (SOURCE, 'minor units."""', 'minor units; `days` are days."""'),
    ],
    "odd-books": _body("next(ctx.books.all(Transaction))"),
    "read": _body("list(ctx.books.all(Invoice))", "from aicfo_sdk.model import Invoice"),
    "promise": [(SOURCE, "    return FACT(", "    return dict(")],
    "effect": [
        (
            SOURCE,
            "        if line.amount < 0",
            '        line.__dict__["text"] = type(line.text)("seen")\n        if line.amount < 0',
        )
    ],
    # The simulator's books hold the firm's whole run behind what they show of a day; a tool that
    # looks behind them answers otherwise than over a copy of what they show.
    "future": _more("len(type(ctx.books._books).__module__)"),
    "repeat": _more("next(counter)", "from itertools import count\n\ncounter = count()"),
    "memory": _more(
        "len(seen.setdefault(ctx.books.key, []) or seen)", "seen: dict[str, list[int]] = {}"
    ),
    "batch": [
        (
            SOURCE,
            "",
            _BATCH,
        )
    ],
    "evidence": [(SOURCE, "tuple(line.ref for line in paid)", '("Transaction:none",)')],
    "proposal": [
        (SOURCE, _FACT, f'    offer: Proposal = Field(description="What to do.")\n{_FACT}'),
        (SOURCE, "Fact, Transaction", "Fact, Pay, Transaction"),
        (SOURCE, "Plugin, round_div", "Plugin, Proposal, round_div"),
        (
            SOURCE,
            "        days=_DAYS,\n",
            _OFFER,
        ),
    ],
    "network": _body('socket.getaddrinfo("127.0.0.1", 9)', "import socket"),
    "files": _body(
        'Path(gettempdir(), "NAME.txt").write_text("seen")',
        "from pathlib import Path\nfrom tempfile import gettempdir",
    ),
    "process": _body("os.chdir('/')", "import os"),
    "deadline": _body("sleep(0.3)", "from time import sleep"),
}

OTHERWISE: list[tuple[str, str, str]] = [
    ("clock", "dt.utcnow()", "from datetime import datetime as dt"),
    ("clock", "now()", "from time import time_ns as now"),
    ("clock", 'getattr(date, "today")()', "from datetime import date"),
    ("randomness", "SystemRandom().random()", "from random import SystemRandom"),
    ("randomness", '__import__("random").random()', ""),
    ("randomness", 'import_module("random").random()', "from importlib import import_module"),
    ("randomness", "np.random.default_rng().random()", "import numpy as np"),
    ("randomness", "uuid4()", "from uuid import uuid4"),
    ("environment", 'environ["HOME"]', "from os import environ"),
    ("environment", "Path.home()", "from pathlib import Path"),
    ("environment", 'os.path.expanduser("~")', "import os"),
    ("output", 'sys.stdout.write("here")', "import sys"),
    ("output", 'print("here", file=stderr)', "from sys import stderr"),
    ("output", "logging.basicConfig()", "import logging"),
    ("neighbour", 'importlib.import_module("aicfo_bill")', "import importlib"),
    ("neighbour", '__import__("aicfo_sim")', ""),
    ("neighbour", '__import__("aicfo_" + "bill")', ""),
    ("private", 'import_module("aicfo_sdk.books.store")', "from importlib import import_module"),
    ("stop", "with suppress(BaseException): ...", "from contextlib import suppress"),
    ("stop", "with suppress(OSError, SystemExit): ...", "from contextlib import suppress"),
]
"""Other ways to write a fault that the source shows: its rule, the line, what it imports."""
