"""What the first requests would wait for is loaded before anything is served.

Schemas of all tools come first, which clients list at once; then what a question needs: policy,
libraries, the bodies of tools. Loaded beside the serving, whoever asked would wait for the
interpreter too; so serving begins when all is there. The bodies of strangers may take long: after
`_PATIENCE` they go on beside it.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread

from ..stopping import GivenUp, Question, asking

_PATIENCE = 3.0
"""Seconds; our own plugins take less than one."""


@asynccontextmanager
async def warmed(
    list_tools: Callable[[], object], rest: Callable[[], object]
) -> AsyncGenerator[None]:
    """Do both in a thread before the block runs, which does not wait for a long `rest`; its end
    stops that."""
    question, done = Question(), anyio.Event()

    async def warm() -> None:
        await _tried(rest, question)
        # What is loaded stays: the collector would walk all of it, 0.2 s long, every few lists.
        gc.freeze()
        done.set()

    await _tried(list_tools, question)
    async with anyio.create_task_group() as group:
        group.start_soon(warm)
        with anyio.move_on_after(_PATIENCE):
            await done.wait()
        try:
            yield
        finally:
            question.give_up()
            group.cancel_scope.cancel()


async def _tried(what: Callable[[], object], question: Question) -> None:
    def work() -> None:
        with asking(question):
            try:
                what()
            except (Exception, GivenUp):  # noqa: BLE001 - whoever asks for it hears why
                return

    await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
