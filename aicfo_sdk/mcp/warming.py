"""What the first requests would wait for is loaded beforehand, beside the serving.

Schemas of all tools come first, which clients list at once; then what a question needs: policy,
libraries, the bodies of tools. The loop stays free; who asks meanwhile waits at most as long as
without.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread

from ..stopping import GivenUp, Question, asking


class Warming:
    """Two pieces of work for a thread: what makes the list of tools, and the rest."""

    def __init__(self, list_tools: Callable[[], object], rest: Callable[[], object]) -> None:
        self._list_tools, self._rest = list_tools, rest
        self._listed: anyio.Event | None = None

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Do both while the block runs; its end stops them."""
        self._listed = anyio.Event()
        question = Question()
        async with anyio.create_task_group() as group:
            group.start_soon(self._work, self._listed, question)
            try:
                yield
            finally:
                question.give_up()
                group.cancel_scope.cancel()

    async def listed(self) -> None:
        """Wait until the list of tools is made, if it is being made: twice takes longer."""
        if self._listed is not None:
            await self._listed.wait()

    async def _work(self, listed: anyio.Event, question: Question) -> None:
        def work(what: Callable[[], object]) -> None:
            with asking(question):
                try:
                    what()
                except (Exception, GivenUp):  # noqa: BLE001 - whoever asks for it hears why
                    return

        try:
            await anyio.to_thread.run_sync(work, self._list_tools, abandon_on_cancel=True)
        finally:
            listed.set()
        await anyio.to_thread.run_sync(work, self._rest, abandon_on_cancel=True)
