"""Ray as an executor: the same tasks on one machine, or on a cluster that is already there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

from aicfo_sdk.errors import NotFound

_P = ParamSpec("_P")
_R = TypeVar("_R")

_STORE = 200 * 2**20
"""Bytes of the object store: tasks and their answers are small, results go to files."""


class RayExecutor(Executor):
    """An executor on Ray. A cluster (RAY_ADDRESS, or one that this process joined) is used as it
    is, and must share the folder of the results; else Ray is started here and ended with this."""

    def __init__(self, workers: int) -> None:
        """Join or start Ray; `workers` counts only where it is started here.

        Raises: NotFound when Ray is not installed.
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
        if self._mine and os.environ.get("RAY_ADDRESS"):
            self._ray.init(log_to_driver=False)
        elif self._mine:
            self._ray.init(
                num_cpus=workers,
                include_dashboard=False,
                log_to_driver=False,
                configure_logging=False,
                _node_ip_address="127.0.0.1",
                object_store_memory=_STORE,
            )

    def submit(self, fn: Callable[_P, _R], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_R]:
        """Return the future of a call on some worker; a worker that dies has it done again."""
        ref = self._ray.remote(fn).remote(*args, **kwargs)
        self._refs.append(ref)
        return ref.future()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Give up what is not done, and end Ray if it was started here."""
        for ref in self._refs:
            self._ray.cancel(ref, force=True)
        if self._mine:
            self._ray.shutdown()
