"""What an orchestrator remembers from one question to the next is bounded, whatever is asked."""

from __future__ import annotations

import gc
import weakref
from datetime import date
from typing import ClassVar

import pytest

from aicfo_sdk import Context, MemoryBooks, Orchestrator, Plugin, Registry
from aicfo_sdk.model import Fact
from aicfo_sdk.orchestrator import orchestrator


class Number(Fact):
    """A number, for tests."""

    VERSION: ClassVar[int] = 1

    value: int


def test_ever_other_questions_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(orchestrator, "_MOST", 20)
    plugin, asked = Plugin("toy", version="1"), list[int]()

    @plugin.tool
    def number(ctx: Context, n: int) -> Number:
        asked.append(n)
        return Number(value=n)

    cfo = Orchestrator(Registry([plugin]))
    books = MemoryBooks([], as_of=date(2026, 3, 2))
    alive = [
        weakref.ref(cfo.run(number, books=books, arguments={"n": n}).result) for n in range(200)
    ]
    gc.collect()
    assert sum(each() is not None for each in alive) <= 22
    # The last ones are still known, and one that was forgotten is worked out anew.
    cfo.run(number, books=books, arguments={"n": 199})
    assert len(asked) == 200
    assert cfo.run(number, books=books, arguments={"n": 0}).result.value == 0
    assert len(asked) == 201
