"""Ray as an executor: the same tasks on one machine, or on a cluster that is already there."""

from __future__ import annotations

import os
import secrets
import signal
import threading
from collections.abc import Callable, Generator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

from aicfo_sdk.errors import AicfoError, NotFound

_P = ParamSpec("_P")
_R = TypeVar("_R")

_STORE = 200 * 2**20
"""Bytes of the object store: tasks and their answers are small, results go to files."""

_TRIES = 3
"""Ray gives itself 30 seconds to start, which a busy machine may exceed."""


class RayExecutor(Executor):
    """An executor on Ray. A cluster (RAY_ADDRESS, or one that this process joined) is used as it
    is, and must share the folder of the results; else Ray is started here and ended with this."""

    def __init__(self, workers: int) -> None:
        """Join or start Ray; `workers` counts only where it is started here.

        Raises: NotFound when Ray is not installed; AicfoError when it does not start or cannot be
        reached.
        """
        # Read by Ray alone: nothing is reported to anyone, and whoever else is on this machine
        # needs a token that is written nowhere.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        if not os.environ.get("RAY_ADDRESS"):
            os.environ.setdefault("RAY_AUTH_MODE", "token")
            os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
        try:
            import ray
        except ImportError:
            raise NotFound(
                "Ray is not installed", value="--engine ray", mend="pip install 'aicfo-sim[ray]'"
            ) from None
        self._ray: Any = ray
        self._mine = not ray.is_initialized()
        self._refs = list[Any]()
        if self._mine:
            with _signals_kept():
                self._start(workers)

    def _start(self, workers: int) -> None:
        if os.environ.get("RAY_ADDRESS"):
            given, tries = dict[str, Any](), 1
        else:
            given, tries = _here(workers), _TRIES
        me: Any = import_module("psutil").Process()  # Ray brings it
        while True:
            tries -= 1
            others = me.children(recursive=True)
            try:
                self._ray.init(log_to_driver=False, **given)
                return
            except Exception as error:  # noqa: BLE001 - Ray raises a bare one when it was slow
                self._ray.shutdown()
                # A start that was given up leaves its processes running until this one ends.
                for process in set(me.children(recursive=True)) - set(others):
                    with suppress(Exception):
                        process.kill()
                if not tries:
                    raise AicfoError(
                        "Ray did not start" if given else "Ray's cluster cannot be reached",
                        value=str(error).strip().split("\n")[0],
                        mend="try again, or run with --engine local",
                    ) from None

    def submit(self, fn: Callable[_P, _R], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_R]:
        """Return the future of a call on some worker; a worker that dies has it done again.

        The future raises what the call raised; BrokenExecutor when its workers died too often.
        """
        ref = self._ray.remote(fn).remote(*args, **kwargs)
        self._refs.append(ref)
        told: Future[_R] = ref.future()
        out = Future[_R]()
        out.set_running_or_notify_cancel()
        told.add_done_callback(lambda done: _pass_on(done, out))
        return out

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Give up what is not done, and end Ray if it was started here."""
        for ref in self._refs:
            self._ray.cancel(ref, force=True)
        if self._mine:
            self._ray.shutdown()


def _here(workers: int) -> dict[str, Any]:
    return {
        "num_cpus": workers,
        "include_dashboard": False,
        "configure_logging": False,
        "_node_ip_address": "127.0.0.1",
        "object_store_memory": _STORE,
    }


def _pass_on(done: Future[_R], out: Future[_R]) -> None:
    error = done.exception()
    if error is None:
        out.set_result(done.result())
        return
    # Ray raises a text of its own around what the call raised.
    cause: Any = getattr(error, "cause", None)
    if isinstance(cause, BaseException):
        out.set_exception(cause)
    else:
        out.set_exception(BrokenExecutor(type(error).__name__))


@contextmanager
def _signals_kept() -> Generator[None]:
    """Keep who answers SIGTERM here; Ray's own answer would not say what is kept."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        # None: one that is not Python's, which cannot be put back.
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)
