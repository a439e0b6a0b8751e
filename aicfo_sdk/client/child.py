"""One plugin's process: started when it is needed, closed in, stopped when it misbehaves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from ..config import PluginRules
from ..errors import ToolFailed, show
from ..stopping import current
from .launch import BOOT
from .wire import Misbehaved, Wire

_PROTOCOL = "2025-11-25"
_LIST_PAGES = 100


@dataclass(frozen=True, slots=True)
class Program:
    """What runs in a child: the entry point of an installed plugin, or a command."""

    name: str
    """The plugin's name, as configuration and errors say it."""
    entry: str = ""
    """`module:attribute` of a `Plugin`, for plugins written in Python."""
    command: tuple[str, ...] = ()
    """An MCP server over stdio; its first word is an absolute path."""
    path: tuple[str, ...] = ()
    """Where Python looks for modules before its own places."""
    read: tuple[str, ...] = ()
    """Further files and folders that it may read."""
    write: tuple[str, ...] = ()
    """Folders that it may write in beside its own, which is empty and goes with it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a child says of itself: the server's name and version, and its tools as listed."""

    server: dict[str, Any]
    tools: tuple[dict[str, Any], ...]
    walls: tuple[str, ...]


class Child:
    """A long-lived process that answers MCP requests over its standard input and output.

    Safe across threads: one request at a time. A child that misbehaves is killed with its whole
    process group; its next use starts it again, at most `rules.restarts` times between two
    `begin()`s. `expect`, when set, sees each listing and refuses one that is not as approved.
    """

    def __init__(
        self,
        program: Program,
        rules: PluginRules,
        expect: Callable[[Listing], None] | None = None,
    ) -> None:
        self.program, self.rules = program, rules
        self.expect = expect
        self.walls: tuple[str, ...] = ()
        """What closes the process in, as it said when it was last listed."""
        self.too_slow = False
        """Whether it was last stopped because time was up."""
        self.sent: tuple[str, set[str]] = ("", set())
        """Key of the books that the process has, and names of the record types it has of them."""
        self._lock = threading.RLock()
        self._running: _Process | None = None
        self._listing: Listing | None = None
        self._stops = 0
        self._last = ""

    def begin(self) -> None:
        """A run begins: a child that was given up gets another chance."""
        self._stops = 0

    def listing(self) -> Listing:
        """Return what the process says of itself, started if need be. Raises: ToolFailed."""
        with self._lock:
            self._ready(self.program.name)
            assert self._listing is not None
            return self._listing

    def call(
        self, tool: str, arguments: dict[str, Any], meta: Callable[[], dict[str, Any]], where: str
    ) -> dict[str, Any]:
        """Return the `CallToolResult` of a call as JSON values.

        `meta` is asked once the process runs, for what it needs depends on what it has already.
        Raises: ToolFailed naming plugin, fault and mend.
        """
        with self._lock:
            process = self._ready(where)
            params = {"name": tool, "arguments": arguments, "_meta": meta()}
            return self._asked(process, "tools/call", params, self.rules.deadline_seconds, where)

    def stop(self) -> None:
        """Kill the process group, if it runs."""
        with self._lock:
            if self._running is not None:
                self._running.stop()
                self._running, self._listing = None, None
                self.sent = ("", set())

    def misbehaved(self, what: str, where: str) -> ToolFailed:
        """Stop the process and return the error that says why."""
        self.stop()
        self._stops += 1
        self._last = what
        again = (
            "it starts again at its next use"
            if self._stops <= self.rules.restarts
            else "it stays stopped in this run"
        )
        return ToolFailed(
            f"plugin {self.program.name} {what}",
            where=where,
            mend=f"its process was stopped, {again}; report it to the plugin's author",
        )

    def _ready(self, where: str) -> _Process:
        if self._running is not None and self._running.owner == os.getpid():
            return self._running
        if self._stops > self.rules.restarts:
            raise ToolFailed(
                f"plugin {self.program.name} was stopped {self._stops} times in this run",
                where=where,
                mend=f"the last time it {self._last}; report it to the plugin's author",
            )
        self.sent = ("", set())
        try:
            process = _started(self.program, self.rules)
        except OSError as error:
            raise self.misbehaved(f"cannot be started: {error}", where) from None
        self._running = process
        weakref.finalize(self, process.stop)
        self._listing = self._hello(process, where)
        if self.expect is not None:
            try:
                self.expect(self._listing)
            except BaseException:
                self.stop()
                raise
        return process

    def _hello(self, process: _Process, where: str) -> Listing:
        seconds = self.rules.start_seconds
        about = {
            "protocolVersion": _PROTOCOL,
            "capabilities": {},
            "clientInfo": {"name": "aicfo", "version": "1"},
        }
        said = self._asked(process, "initialize", about, seconds, where)
        try:
            process.wire.notify("notifications/initialized", seconds)
        except Misbehaved as fault:
            raise self.misbehaved(str(fault), where) from None
        tools: list[dict[str, Any]] = []
        cursor: dict[str, Any] = {}
        for _ in range(_LIST_PAGES):
            page = self._asked(process, "tools/list", cursor, seconds, where)
            listed = page.get("tools")
            if not isinstance(listed, list):
                raise self.misbehaved("listed its tools as something else than a list", where)
            items = cast("list[Any]", listed)
            if not all(isinstance(item, dict) for item in items):
                raise self.misbehaved("listed a tool as something else than a table", where)
            tools += items
            if not isinstance(page.get("nextCursor"), str):
                break
            cursor = {"cursor": page["nextCursor"]}
        else:
            raise self.misbehaved(f"listed its tools in more than {_LIST_PAGES} pages", where)
        server: Any = said.get("serverInfo")
        meta: Any = said.get("_meta")
        walls: Any = (
            cast("dict[str, Any]", meta).get("aicfo/walls") if isinstance(meta, dict) else 0
        )
        return Listing(
            cast("dict[str, Any]", server) if isinstance(server, dict) else {},
            tuple(tools),
            tuple(map(str, cast("list[Any]", walls))) if isinstance(walls, list) else (),
        )

    def _asked(
        self, process: _Process, method: str, params: dict[str, Any], seconds: float, where: str
    ) -> dict[str, Any]:
        question = current()
        try:
            with question.stopped_by(process.kill) if question else nullcontext():
                answer = process.wire.request(method, params, seconds)
        except Misbehaved as fault:
            if question is not None and question.given_up:
                self.stop()  # it was ended for no fault of its own
                question.check()
            self.too_slow = fault.too_slow
            raise self.misbehaved(str(fault), where) from None
        except BaseException:
            self.stop()  # interrupted: an answer that nobody waits for would be taken for the next
            raise
        if "jsonrpc" not in answer:
            return answer
        said = f"refused: {show(answer['error'].get('message'))}"
        if method != "tools/call":
            raise self.misbehaved(said, where)
        self.sent = ("", set())  # what it took of the call is not known
        raise ToolFailed(f"plugin {self.program.name} {said}", where=where)


class _Process:
    """A running child, and how to end it for good."""

    def __init__(self, popen: subprocess.Popen[bytes], folder: str, rules: PluginRules) -> None:
        assert popen.stdin is not None
        assert popen.stdout is not None
        assert popen.stderr is not None
        self.owner = os.getpid()
        self._popen, self._folder = popen, folder
        pipes = (popen.stdin, popen.stdout, popen.stderr)
        # The wire owns the descriptors; the file objects must not close them a second time.
        to_child, from_child, said = (os.dup(each.fileno()) for each in pipes)
        for each in pipes:
            each.close()
        self.wire = Wire(to_child, from_child, said, rules, _ended(popen.pid))
        self._lock = threading.Lock()

    def kill(self) -> None:
        """Kill the whole group, from any thread; whoever waits for it sees that it ended."""
        with self._lock, suppress(ProcessLookupError, PermissionError):
            if self._popen.returncode is None:
                os.killpg(self._popen.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Kill the whole group, reap the child, remove its folder. Again does nothing."""
        if self.owner != os.getpid():
            return  # a fork of the parent does not own it
        with self._lock:
            if self._popen.returncode is not None and not self._folder:
                return
            # The group outlives its leader: forks that it left behind are killed as well. The
            # leader is not reaped before, so its number cannot have gone to another process.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait()
            self.wire.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""


def _ended(pid: int) -> int | None:
    """A descriptor that is readable once the process is gone, where the system has such."""
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None  # Linux before 5.3


@cache
def _starter() -> ThreadPoolExecutor:
    """The thread that starts all children and lives as long as this process: the kernel kills a
    child when the *thread* that started it ends."""
    return ThreadPoolExecutor(1, thread_name_prefix="aicfo-children")


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_starter.cache_clear)


def _started(program: Program, rules: PluginRules) -> _Process:
    if sys.platform == "win32":
        raise OSError("plugins in processes of their own need POSIX; trust it in this process")
    folder = tempfile.mkdtemp(prefix="aicfo-plugin-")
    settings = {
        "parent": os.getpid(),
        "entry": program.entry,
        "command": list(program.command),
        "path": list(program.path),
        "read": list(program.read),
        "write": list(program.write),
        "folder": folder,
        "network": program.name in rules.network,
        "processes": program.name in rules.processes,
        "memory_mb": rules.memory_mb,
        "cpu_seconds": rules.cpu_seconds,
    }
    try:
        popen = _starter().submit(_popen, json.dumps(settings), folder).result()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _Process(popen, folder, rules)


def _popen(settings: str, folder: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-c", BOOT, settings],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=_environment(folder),
        start_new_session=True,
        bufsize=0,
    )


def _environment(folder: str) -> dict[str, str]:
    """The few names that programs rely on; nothing of the parent's own."""
    return {
        "PATH": os.defpath,
        "HOME": folder,
        "TMPDIR": folder,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        # One thread: a numeric library that starts one a core spends more than it gains here.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def package_root() -> str:
    """The folder that holds this package, for an interpreter that may not find it by itself."""
    return str(Path(__file__).parents[2])
