"""What a plugin in a child cannot reach, and what is left of it when it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.client.child import Child
from aicfo_sdk.client.launch import readable
from aicfo_sdk.client.sandbox import landlock_abi
from aicfo_sdk.errors import ToolFailed
from aicfo_sdk.model import Account

from . import stranger
from .conftest import Mount

BOOKS = MemoryBooks([Account(id="A", opened=date(2026, 1, 1), kind="bank")], as_of=date(2026, 3, 2))
TRY = """
import ctypes, os, resource, socket, subprocess, threading
plugin = Plugin("stranger", version="1")

def attempt(body):
    try:
        return f"did {body()}"[:200]
    except BaseException as error:
        return type(error).__name__

@plugin.tool
def tries(ctx: Context, *, paths: tuple[str, ...] = (), parent: int = 0) -> dict[str, str]:
    "Tries what it should not."
    def read(path): return open(path).read(10)
    def thread():
        made = threading.Thread(target=print)
        made.start()
        made.join()
    return {
        **{path: attempt(lambda path=path: read(path)) for path in paths},
        "environment": " ".join(sorted(os.environ)),
        "folder": str(os.listdir()),
        "own file": attempt(lambda: open("own", "w").write("x")),
        "foreign file": attempt(lambda: open(os.path.dirname(__file__) + "/evil.py", "w")),
        "internet": attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)),
        "datagrams": attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
        "local socket": attempt(lambda: socket.socket(socket.AF_UNIX)),
        "fork": attempt(os.fork),
        "program": attempt(lambda: subprocess.run(["true"])),
        "signal": attempt(lambda: os.kill(parent, 0)),
        "limits of others": attempt(lambda: resource.prlimit(parent, resource.RLIMIT_CPU, (1, 1))),
        "own session": attempt(os.setsid),
        "memory": attempt(lambda: len(bytearray(8 << 30))),
        "thread": attempt(thread),
        "input": attempt(input),
        "random": attempt(lambda: len(os.urandom(4))),
    }

@plugin.tool
def prints(ctx: Context) -> str:
    "Prints to everywhere."
    import sys
    print("out"); print("err", file=sys.stderr); os.write(1, b"raw\\n")
    return "done"
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")


@linux
@pytest.mark.slow
def test_a_plugin_reaches_nothing_but_its_call(mounted: Mount, site: Path, tmp_path: Path):
    secret = tmp_path / "shop.books"
    secret.write_text("secret")
    beside = site / "shop.books"
    beside.write_text("secret")
    far = mounted(TRY)
    walls = far.child.listing().walls
    given = {"paths": [str(secret), str(beside), "/etc/passwd"], "parent": os.getpid()}
    said = far.plugin.tools["tries"](Context(BOOKS), **given)
    assert said["environment"] == "HOME LANG OMP_NUM_THREADS OPENBLAS_NUM_THREADS PATH TMPDIR TZ"
    assert said["folder"] == "[]"
    assert said["input"] == "EOFError"
    assert said["own file"] == "did 1"
    assert said["random"] == "did 4"
    assert said["thread"] == "did None"
    assert said["memory"] == "MemoryError"
    assert "rlimits" in walls
    if landlock_abi():
        assert f"landlock {landlock_abi()}" in walls
        for path in given["paths"]:
            assert said[path] == "PermissionError", path
        assert said["foreign file"] == "PermissionError"
    if "seccomp" in walls:
        for name in (
            "internet", "datagrams", "local socket", "fork", "program", "signal",
            "limits of others", "own session",
        ):  # fmt: skip
            assert said[name] == "PermissionError", name


@linux
@pytest.mark.slow
def test_what_the_configuration_allows_is_allowed(mounted: Mount):
    # Only that: a fork that succeeds would answer twice, a limit that is set could end the child.
    source = """
import socket, subprocess
plugin = Plugin("stranger", version="1")

@plugin.tool
def tries(ctx: Context) -> list[int]:
    "Opens sockets and runs a program."
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
    opened = [socket.socket(socket.AF_INET, kind).fileno() for kind in kinds]
    return [*opened, subprocess.run(["true"]).returncode]
"""
    far = mounted(source, network=("stranger",), processes=("stranger",))
    *opened, returned = far.plugin.tools["tries"](Context(BOOKS))
    assert (min(opened) > 0, returned) == (True, 0)
    closed = mounted(source.replace("stranger", "closed"), name="closed")
    if "seccomp" not in closed.child.listing().walls:
        return  # no such wall on this machine: there is nothing that the configuration opens
    with pytest.raises(ToolFailed, match="PermissionError"):
        closed.plugin.tools["tries"](Context(BOOKS))


@pytest.mark.slow
def test_what_a_plugin_prints_does_not_reach_the_wire(mounted: Mount):
    far = mounted(TRY)
    for _ in range(3):
        assert far.plugin.tools["prints"](Context(BOOKS)) == "done"


@linux
@pytest.mark.slow
def test_stopping_a_child_stops_all_that_it_started(mounted: Mount, tmp_path: Path):
    source = """
import os, time
plugin = Plugin("stranger", version="1")
@plugin.tool
def breeds(ctx: Context) -> int:
    "Forks, and again."
    if os.fork() == 0:
        os.fork()
        while True:
            time.sleep(60)
    return os.getpid()
@plugin.tool
def leaves(ctx: Context) -> int:
    "Forks and exits: what it forked holds the pipes open."
    if os.fork() == 0:
        while True:
            time.sleep(60)
    os._exit(3)
"""
    far = mounted(source, processes=("stranger",))
    leader = far.plugin.tools["breeds"](Context(BOOKS))
    assert len(members(leader)) >= 2
    far.child.stop()
    gone(leader)
    with pytest.raises(ToolFailed, match="plugin stranger ended"):
        far.plugin.tools["leaves"](Context(BOOKS))


def gone(group: int) -> None:
    """Wait until a process group is empty: what is killed is not dead at once."""
    until = time.monotonic() + 60
    while members(group):
        assert time.monotonic() < until, members(group)
        time.sleep(0.05)


def members(group: int) -> list[int]:
    """Living processes of a process group."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its = entry.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its) == group and state not in "ZX":
            found.append(int(entry.parent.name))
    return found


@linux
@pytest.mark.slow
def test_a_child_dies_with_its_parent(tmp_path: Path, site: Path):
    source = """
import time, os
plugin = Plugin("stranger", version="1")
@plugin.tool
def hangs(ctx: Context) -> int:
    "Hangs."
    while True: pass
"""
    stranger.write(site, "stranger", stranger.HEAD + source)
    code = f"""
import sys; sys.path[:0] = [{str(site)!r}, {str(Path(__file__).parents[2])!r}]
from datetime import date
from tests.client import stranger
from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.client.mount import mount_entry
from aicfo_sdk.client.types import FactTypes
from aicfo_sdk.config import Config
from pathlib import Path
far = mount_entry(stranger.entry_point(Path({str(site)!r}), "stranger"), Config(), FactTypes())
far.child.listing()
print(far.child._running._popen.pid, flush=True)
far.plugin.tools["hangs"](Context(MemoryBooks([], as_of=date(2026, 3, 2))))
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert parent.stdout is not None
    with parent:
        child = int(parent.stdout.readline())
        assert members(child) == [child]
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    gone(child)


@linux
def test_a_source_tree_is_readable_by_its_packages_only(tmp_path: Path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "papers").mkdir()
    (tmp_path / "module.py").touch()
    (tmp_path / "shop.books").touch()
    whole, listed = readable([str(tmp_path)])
    inside = {Path(p).name for p in whole if Path(p).is_relative_to(tmp_path)}
    assert inside == {"package", "module.py"}
    assert listed == [str(tmp_path)]


@pytest.mark.slow
def test_without_strangers_nothing_of_this_is_loaded():
    code = """
import sys
from aicfo_sdk import discover
discover()
print([name for name in sys.modules if name.startswith(("aicfo_sdk.client", "mcp"))])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_starts_before_a_tool_is_used():
    from aicfo_sdk.client.child import Program
    from aicfo_sdk.config import PluginRules

    child = Child(Program("x", entry="nowhere:plugin"), PluginRules())
    child.stop()
    child.begin()
