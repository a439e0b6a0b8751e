"""Calls: a validated in-process tool call over the bare function, beside pydantic's own."""

from __future__ import annotations

import timeit
from datetime import date
from typing import Any

from pydantic import validate_call

from aicfo_sdk import Context, MemoryBooks, Needs, Plugin
from aicfo_sdk.model import CashForecast, TenderId, TenderMatches

_NUMBER = 20_000


def measure() -> dict[str, str]:
    """Return microseconds per call over the bare function, best of nine runs taken in turn."""
    plugin = Plugin("bench", version="1")
    answer = TenderMatches(query="", searched=0, matches=())

    @plugin.tool
    def tool(
        ctx: Context, tender: TenderId, *, days: int = 7, forecast: Needs[CashForecast]
    ) -> TenderMatches:
        return answer

    @validate_call(validate_return=False)
    def peer(ctx: Any, tender: str, *, days: int = 7, forecast: Any) -> TenderMatches:
        return answer

    day = date(2026, 3, 2)
    context = Context(MemoryBooks([], as_of=day))
    forecast = CashForecast(start=day, opening=0, p10=(0,), p50=(0,), p90=(0,))
    subject = TenderId("T-1")
    bodies = {
        "bare function": lambda: tool.fn(context, subject, days=3, forecast=forecast),
        "aicfo tool (arguments, guard, result)": lambda: tool(
            context, subject, days=3, forecast=forecast
        ),
        "pydantic validate_call (arguments only)": lambda: peer(
            context, subject, days=3, forecast=forecast
        ),
    }
    best = dict.fromkeys(bodies, float("inf"))
    for _ in range(9):
        for name, body in bodies.items():
            best[name] = min(best[name], timeit.timeit(body, number=_NUMBER) / _NUMBER * 1e6)
    bare = best["bare function"]
    over = {name: value - bare for name, value in best.items() if name != "bare function"}
    peer_over = over["pydantic validate_call (arguments only)"]
    return {
        name: f"{value:6.2f} µs over bare   {value / peer_over:.2f} ×"
        for name, value in over.items()
    }
