"""The front door: calls a second beside the raw low-level server and fastmcp, in one run.

All servers run as processes of their own behind the same uvicorn, and the same light client asks
them in turn, round by round. A ratio is the median of the rounds, with the lowest and highest;
stored books, which wait for the disk, are asked in more rounds than what waits for nothing.
FRONT_DOOR_ROUNDS, _CALLS, _MEMORY and _STALLED say otherwise how much is asked.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import sys
import sysconfig
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.front_door_client import MODERN, OLDER, Http, Stdio, Wire, stalled
from benchmarks.front_door_servers import TOOLS, name_of

_ROOT = Path(__file__).parents[1]
_OTHERS = _ROOT / ".venv-interop" / "bin" / "python"
_ROUNDS = int(os.environ.get("FRONT_DOOR_ROUNDS", "5"))
_CALLS = int(os.environ.get("FRONT_DOOR_CALLS", "192"))
_MEMORY = int(os.environ.get("FRONT_DOOR_MEMORY", "10000"))
_STALLED = int(os.environ.get("FRONT_DOOR_STALLED", "1000"))
_WAVES = 5
_NONE_KB = 512
_WARM = 5.0
_FIRST = 0.1
_CLIENTS = (1, 32)


@dataclass(slots=True)
class Taken:
    """What the rounds of one server took."""

    rates: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])
    each: list[float] = field(default_factory=list[float])

    def add(self, calls: int, seconds: float, cpu: float, each: Sequence[float]) -> None:
        """Note one round."""
        self.rates.append(calls / seconds)
        self.cpu.append(cpu / calls)
        self.each += each


@dataclass(slots=True)
class Server:
    """A running server: its process, and how to reach it."""

    pid: int
    port: int = 0
    stdio: Stdio | None = None

    async def wires(self, count: int, era: str) -> list[Wire]:
        """Return `count` ways to ask: connections, or the one pipe many times."""
        if self.stdio is not None:
            return [self.stdio] * count
        return [await Http.open(self.port, era) for _ in range(count)]


def measure() -> dict[str, str]:
    """Return figures of every server, and ratios of ours to the others'."""
    from tests.interop.shop import shop

    with tempfile.TemporaryDirectory(prefix="aicfo-front-door-") as folder:
        books = {kind: str(Path(folder, f"{kind}.books")) for kind in ("ours", "raw", "fastmcp")}
        for path in books.values():
            shop(Path(path)).close()
        return asyncio.run(_measured(books))


async def _measured(books: dict[str, str]) -> dict[str, str]:
    figures: dict[str, str] = {}
    kinds = ["ours", "raw", *(["fastmcp"] if _OTHERS.exists() else [])]
    if "fastmcp" not in kinds:
        figures["fastmcp"] = "SKIPPED: make .venv-interop/.fastmcp installs it"
    none = dict.fromkeys(books, "")
    for body, given in (("plain", none), ("books", books)):
        for transport in ("stdio", "http"):
            async with _running(kinds, transport, given) as servers:
                eras = (OLDER,) if transport == "stdio" else (MODERN, OLDER)
                for era in eras[: 1 if body == "books" else 2]:
                    title = f"{body}, {transport} {era}"
                    await _compare(figures, title, servers, era, many=body == "plain")
                if transport == "http":
                    await _memory(figures, body, servers)
    figures |= await _first_events(books["ours"])
    return figures


async def _compare(
    figures: dict[str, str], title: str, servers: dict[str, Server], era: str, *, many: bool
) -> None:
    async def call(wire: Wire, number: int) -> None:
        name = name_of(number % TOOLS)
        found = await wire.ask("tools/call", {"name": name, "arguments": {"n": number}})
        result = found.message["result"]
        if result.get("structuredContent") != {"result": number * 2}:
            raise RuntimeError(f"a wrong answer: {result}")

    async def list_all(wire: Wire, number: int) -> None:
        found = await wire.ask("tools/list", {})
        if len(found.message["result"]["tools"]) < TOOLS:
            raise RuntimeError("tools are missing")

    # A call that is recorded durably waits for the disk, whose pace wanders from second to second.
    calls, rounds = (4 * _CALLS, 2 * _ROUNDS + 1) if many else (_CALLS, 8 * _ROUNDS + 1)
    for clients in _CLIENTS:
        named = f"{title}, {clients} clients"
        await _rounds(figures, named, servers, era, clients, calls, rounds, call)
    if many:
        named = f"{title}, list of {TOOLS}"
        await _rounds(figures, named, servers, era, 1, calls // 8, rounds, list_all)


async def _rounds(
    figures: dict[str, str],
    title: str,
    servers: dict[str, Server],
    era: str,
    clients: int,
    calls: int,
    rounds: int,
    ask: Callable[[Wire, int], Any],
) -> None:
    wires = {kind: await server.wires(clients, era) for kind, server in servers.items()}
    taken = {kind: Taken() for kind in servers}
    for kind in servers:
        await _asked(wires[kind], max(clients, calls // 4), ask)
    for turn in range(rounds):
        # Another one goes first each time: what the machine does meanwhile hits all alike.
        order = [*servers][turn % len(servers) :] + [*servers][: turn % len(servers)]
        for kind in order:
            before = _cpu(servers[kind].pid)
            began = time.perf_counter()
            each = await _asked(wires[kind], calls, ask)
            seconds = time.perf_counter() - began
            taken[kind].add(calls, seconds, _cpu(servers[kind].pid) - before, each)
    for each in (wire for found in wires.values() for wire in found if isinstance(wire, Http)):
        each.close()
    for kind, found in taken.items():
        p50, p99 = _quantile(found.each, 0.5), _quantile(found.each, 0.99)
        figures[f"{title}: {kind}"] = (
            f"{statistics.median(found.rates):7.0f} /s   p50 {p50 * 1e3:7.2f} ms   "
            f"p99 {p99 * 1e3:7.2f} ms   CPU {statistics.median(found.cpu) * 1e3:6.3f} ms a call"
        )
    for kind in list(taken)[1:]:
        figures[f"{title}: ours ÷ {kind}"] = (
            f"{_ratio(taken['ours'].rates, taken[kind].rates)} calls a second, "
            f"{_ratio(taken[kind].cpu, taken['ours'].cpu)} by CPU"
        )


async def _asked(wires: list[Wire], calls: int, ask: Callable[[Wire, int], Any]) -> list[float]:
    """Ask that often, each client one thing after the other; return the seconds of each."""
    numbers = iter(range(calls))
    each: list[float] = []

    async def client(wire: Wire) -> None:
        for number in numbers:
            began = time.perf_counter()
            await ask(wire, number)
            each.append(time.perf_counter() - began)

    await asyncio.gather(*(client(wire) for wire in wires))
    return each


async def _memory(figures: dict[str, str], body: str, servers: dict[str, Server]) -> None:
    """What ours keeps after many calls, and of clients that stalled in the midst of a request."""

    async def call(wire: Wire, number: int) -> None:
        name = name_of(number % TOOLS)
        await wire.ask("tools/call", {"name": name, "arguments": {"n": number}})

    server, many = servers["ours"], _MEMORY
    (wire,) = wires = await server.wires(1, MODERN)
    kept: list[int] = []
    for _ in range(5):
        await _asked(wires, many // 5, call)
        kept.append(_resident(server.pid))
    figures[f"{body}, memory after {many // 5}, {2 * many // 5} … {many} calls"] = _growth(kept)
    if body == "plain":
        during: list[int] = []
        after: list[int] = []
        each: list[float] = []
        for _ in range(_WAVES):
            opened = await stalled(server.port, _STALLED)
            await asyncio.sleep(1)
            each += await _asked(wires, _CALLS, call)
            during.append(_resident(server.pid))
            for writer in opened:
                writer.close()
            await asyncio.sleep(1)
            after.append(_resident(server.pid))
        title = f"{_WAVES} waves of {_STALLED} stalled clients"
        figures[f"{title}: while they stall"] = (
            f"{(during[0] - kept[-1]) / 1024:+.1f} MB; others meanwhile: "
            f"p50 {_quantile(each, 0.5) * 1e3:.2f} ms, p99 {_quantile(each, 0.99) * 1e3:.2f} ms"
        )
        figures[f"{title}: after each hung up"] = _growth(after)
    assert isinstance(wire, Http)
    wire.close()


def _growth(kept: Sequence[int]) -> str:
    """Say kilobytes in megabytes, and whether they grow: what is kept without end rises by as much
    in each part, whatever the first ones needed; `_NONE_KB` is what a heap moves by itself."""
    rise = kept[-1] - kept[-3]
    said = "growth" if rise > _NONE_KB and kept[-1] > kept[-2] > kept[-3] else "none"
    steps = " → ".join(f"{kb / 1024:.1f}" for kb in kept)
    return f"{steps} MB; {rise / 1024:+.1f} MB in the last two parts: {said}"


async def _first_events(books: str) -> dict[str, str]:
    """How long until the first event of each kind of request, milliseconds: of the whole of what
    is installed, as `aicfo serve` serves it, asked as soon as it listens and once it is warm."""
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "discover": ("server/discover", {}),
        "tools/list": ("tools/list", {}),
        "tools/call": ("tools/call", {"name": "core_credit_lines", "arguments": {}}),
        "tools/call of the brief": ("tools/call", {"name": "core_brief", "arguments": {}}),
        "tools/call of the brief, with progress": (
            "tools/call",
            {"name": "core_brief", "arguments": {}, "_meta": {"progressToken": "p"}},
        ),
        "resources/list": ("resources/list", {}),
        "resources/read of the ledger": ("resources/read", {"uri": "books://ledger"}),
        "prompts/list": ("prompts/list", {}),
    }
    figures: dict[str, str] = {}
    for when, seconds in (("at once", 0.0), (f"{_WARM:.0f} s later", _WARM)):
        late: list[str] = []
        async with _running(["serve"], "http", {"serve": books}) as servers:
            await asyncio.sleep(seconds)
            wire = await Http.open(servers["serve"].port)
            for title, (method, params) in asked.items():
                first = (await wire.ask(method, params)).first
                after = [(await wire.ask(method, params)).first for _ in range(9)]
                figures[f"first event, asked {when}, {title}"] = (
                    f"{first * 1e3:6.1f} ms the first time, then {_spread(after)}"
                )
                late += [title] if max(first, *after) >= _FIRST else []
            wire.close()
        figures[f"first event, asked {when}: under {_FIRST * 1e3:.0f} ms"] = (
            f"all but {', '.join(late)}" if late else "all"
        )
    figures["first event, chat"] = _spread(_chat())
    return figures


def _chat() -> list[float]:
    """Seconds until a turn says its first word, whatever the model takes."""
    from aicfo_sim import sandbox

    from aicfo_sdk import Orchestrator, discover
    from aicfo_sdk.llm.doors import BooksDoor
    from aicfo_sdk.llm.loop import Chat
    from aicfo_sdk.llm.transport import Done, Text

    class Late:
        """A model that takes its time."""

        def complete(self, *given: Any, **more: Any) -> Any:
            time.sleep(0.2)
            yield Text("Nothing to say.")
            yield Done()

    door = BooksDoor(Orchestrator(discover()), sandbox("contractor", seed=7))
    found: list[float] = []
    for _ in range(9):
        heard: list[float] = []
        chat = Chat(door, Late(), ["late"], emit=lambda _, to=heard: to.append(time.perf_counter()))
        began = time.perf_counter()
        chat.ask("How much cash do we have?")
        found.append(heard[0] - began)
    return found


# ── running and reckoning ───────────────────────────────────────────────────────────────────


@asynccontextmanager
async def _running(
    kinds: Sequence[str], transport: str, books: dict[str, str]
) -> AsyncGenerator[dict[str, Server]]:
    servers: dict[str, Server] = {}
    processes: list[asyncio.subprocess.Process] = []
    script = str(Path(__file__).with_name("front_door_servers.py"))
    # The body that asks books needs our distributions: fastmcp's interpreter finds them last.
    extra = [str(_ROOT), *(p for p in sys.path if p), sysconfig.get_path("purelib")]
    try:
        for kind in kinds:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            python = str(_OTHERS) if kind == "fastmcp" else sys.executable
            words = [python, script, kind, transport, str(port), books[kind]]
            if kind == "serve":
                words = [python, "-m", "aicfo_sdk.cli", "serve", "--books", books[kind]]
                words += ["--http", f"127.0.0.1:{port}"]
            env = {**os.environ, "FRONT_DOOR_PATH": os.pathsep.join(extra)}
            if transport == "stdio":
                stdio = await Stdio.open(words, env)
                processes.append(stdio.process)
                servers[kind] = Server(stdio.process.pid, stdio=stdio)
                continue
            process = await asyncio.create_subprocess_exec(
                *words, env=env, stderr=asyncio.subprocess.DEVNULL
            )
            processes.append(process)
            await _listening(process, port)
            servers[kind] = Server(process.pid, port)
        yield servers
    finally:
        for process in processes:
            process.kill()
            await process.wait()


async def _listening(process: asyncio.subprocess.Process, port: int) -> None:
    while process.returncode is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        await asyncio.sleep(0.05)
    raise RuntimeError("a server does not start")


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has taken."""
    words = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    """Kilobytes of memory that a process holds."""
    text = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(text.partition("VmRSS:")[2].split()[0])


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _ratio(above: Sequence[float], below: Sequence[float]) -> str:
    found = [a / b for a, b in zip(above, below, strict=True) if b > 0]
    if not found:
        return "too short to tell"
    return f"{statistics.median(found):.2f} × ({min(found):.2f}–{max(found):.2f})"


def _spread(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds) * 1e3:6.1f} ms, at most {max(seconds) * 1e3:.1f} ms"
