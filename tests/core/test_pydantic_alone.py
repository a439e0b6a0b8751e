"""With pydantic alone a plugin can be written, run and tested; what is missing is named."""

from __future__ import annotations

import subprocess
import sys

_BLOCKED = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {
            "aicfo_seeds", "highspy", "numpy", "openpyxl", "python_calamine", "sqlalchemy",
            "stdnum", "anyio", "mcp", "litellm", "rich", "psycopg",
        }:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Nothing())
"""

_PLUGIN = """
from datetime import date
from aicfo_sdk import Context, MemoryBooks, Needs, Orchestrator, Plugin, Registry
from aicfo_sdk.model import Fact, Transaction

plugin = Plugin("sums", version="1")

class Total(Fact):
    "All that moved."
    amount: int

class Double(Fact):
    "Twice that."
    amount: int

@plugin.tool(reads=[Transaction])
def total(ctx: Context) -> Total:
    "All that moved, minor units."
    return Total(amount=sum(line.amount for line in ctx.books.all(Transaction)))

@plugin.tool
def double(ctx: Context, *, total: Needs[Total]) -> Double:
    "Twice that, minor units."
    return Double(amount=2 * total.amount)

line = Transaction(id="t", day=date(2026, 3, 1), account="A", amount=5, kind="other")
books = MemoryBooks([line], as_of=date(2026, 3, 2))
print(Orchestrator(Registry([plugin])).run(double, books=books).result.amount)
"""

_COMMANDS = """
from aicfo_sdk.cli import main
print(main(["brief", "--books", "none.books"]), main(["serve", "--books", "none.books"]))
"""


def run(text: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", _BLOCKED + text]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_a_plugin_is_written_and_run_with_pydantic_alone():
    done = run(_PLUGIN)
    assert (done.returncode, done.stdout.strip()) == (0, "10"), done.stderr


def test_a_command_that_needs_more_names_the_extra():
    done = run(_COMMANDS)
    assert done.stdout.strip() == "1 1", done.stderr
    assert done.stderr.count("; install aicfo-sdk[") == 2
