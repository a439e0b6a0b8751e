"""Standard input and output of a server's process, claimed for its messages alone.

What tools and their children read there is empty, and what they print goes to standard error. Where
the system says that a pipe is ready, it is read and written at once: a thread for each piece costs
a dozen switches a call, and on a busy machine each of them waits its turn.
"""

from __future__ import annotations

import os
import select
import stat
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import TextIO

import anyio
import anyio.to_thread

Read = Callable[[int], Awaitable[bytes]]
"""Returns the next bytes, at most so many, b"" at the end."""
Write = Callable[[bytes], Awaitable[None]]
"""Writes all of it."""

_AT_ONCE: int = getattr(select, "PIPE_BUF", 512)
"""Bytes that a pipe which says it is ready takes without waiting (POSIX)."""


@contextmanager
def claimed_input() -> Generator[Read]:
    """Yield how standard input is read; until the block ends nobody else reads any of it."""
    with _claimed(sys.stdin, os.devnull) as here:
        waits = _can_wait(here)

        async def read(size: int) -> bytes:
            if not waits:
                return await anyio.to_thread.run_sync(os.read, here, size, abandon_on_cancel=True)
            await anyio.wait_readable(here)
            return os.read(here, size)

        yield read


@contextmanager
def claimed_output() -> Generator[Write]:
    """Yield how standard output is written; until the block ends what others print is not there."""
    sys.stdout.flush()
    with _claimed(sys.stdout, None) as here:
        waits = _can_wait(here)

        async def write(data: bytes) -> None:
            rest = memoryview(data)
            while rest:
                if not waits:
                    done = await anyio.to_thread.run_sync(os.write, here, rest)
                elif _is_ready(here):
                    done = os.write(here, rest[:_AT_ONCE])
                else:
                    await anyio.wait_writable(here)
                    continue
                rest = rest[done:]

        try:
            yield write
        finally:
            sys.stdout.flush()  # while it still leads elsewhere


@contextmanager
def _claimed(stream: TextIO, elsewhere: str | None) -> Generator[int]:
    """Yield a descriptor of our own for a stream; meanwhile the stream's leads elsewhere: to a
    file, or to standard error."""
    here = stream.fileno()
    if os.name != "posix":
        yield here
        return
    import fcntl

    # Above the three that every program takes for granted, were one of them closed.
    own = fcntl.fcntl(here, fcntl.F_DUPFD_CLOEXEC, 3)
    try:
        other = os.open(elsewhere, os.O_RDONLY) if elsewhere is not None else os.dup(2)
    except OSError:  # no standard error
        other = os.open(os.devnull, os.O_WRONLY)
    os.dup2(other, here)
    os.close(other)
    try:
        yield own
    finally:
        # Not closed: a thread may still wait on it, and its number must not be another's then.
        os.dup2(own, here)


def _can_wait(here: int) -> bool:
    """Whether the system tells when it is ready: pipes and sockets, where descriptors can be
    waited for at all."""
    mode = os.fstat(here).st_mode
    return os.name == "posix" and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode))


def _is_ready(here: int) -> bool:
    asked = select.poll()
    asked.register(here, select.POLLOUT)
    return bool(asked.poll(0))
