"""pytest fixtures for plugin authors: they are there as soon as aicfo-sdk is installed.

    frozen_today   the day on which every test's books stand, 2026-03-02
    books          books(record, …): books in memory over records of your own
    sandbox        sandbox("contractor", seed=7): the books of a synthetic merchant
    merchant       one synthetic merchant's books; many with @pytest.mark.merchants(20)
    orchestrator   an orchestrator over the installed plugins
    mcp_client     mcp_client(books): calls tools as an MCP client does

`sandbox` and `merchant` need aicfo-sim, `mcp_client` needs aicfo-sdk[mcp]; where one is absent the
test is skipped, and the reason says what to install.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..books.port import Books, MemoryBooks
    from ..model.base import Record
    from ..orchestrator.orchestrator import Orchestrator
    from .client import McpCalls

_MARK = (
    "merchants(n, *archetypes, seed=0): run the test on n synthetic merchants, in turn shops,"
    " manufacturers and contractors unless archetypes are named"
)
_PROPERTY = "aicfo_merchant"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARK)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that is marked `merchants(n)` once for each of n merchants."""
    mark = metafunc.definition.get_closest_marker("merchants")
    if mark is None or "merchant" not in metafunc.fixturenames:
        return
    from .merchants import ARCHETYPES

    count: int = mark.args[0] if mark.args else 10
    kinds: tuple[str, ...] = tuple(mark.args[1:]) or ARCHETYPES
    first: int = mark.kwargs.get("seed", 0)
    chosen = [(kinds[i % len(kinds)], first + i // len(kinds)) for i in range(count)]
    ids = [f"{archetype}-{seed}" for archetype, seed in chosen]
    metafunc.parametrize("merchant", chosen, indirect=True, ids=ids)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say of each test that failed on merchants which is the smallest, and how to run only that."""
    smallest: dict[str, tuple[int, str, str]] = {}
    for report in terminalreporter.stats.get("failed", ()):
        told = dict(report.user_properties).get(_PROPERTY)
        if told is not None:
            size, call = told
            test = report.nodeid.partition("[")[0]
            found = (int(size), str(call), str(report.nodeid))
            smallest[test] = min(smallest.get(test, found), found)
    for test, (size, call, nodeid) in smallest.items():
        terminalreporter.write_line(
            f"smallest merchant on which {test} fails: {call}, {size} records"
        )
        terminalreporter.write_line(f"    pytest '{nodeid}'")


@pytest.fixture
def frozen_today() -> date:
    """Return the day on which the books of `books` stand: a Monday in March 2026."""
    return date(2026, 3, 2)


@pytest.fixture
def books(frozen_today: date) -> Callable[..., MemoryBooks]:
    """Return a maker of books in memory: `books(record, …, as_of=…, currency=…, balances=…)`."""
    from ..books.port import MemoryBooks

    def make(
        *records: Record,
        as_of: date | None = None,
        currency: str = "CNY",
        balances: dict[str, int] | None = None,
    ) -> MemoryBooks:
        return MemoryBooks(
            records, as_of=as_of or frozen_today, currency=currency, balances=balances
        )

    return make


@pytest.fixture(scope="session")
def sandbox() -> Callable[..., Books]:
    """Return `sandbox(archetype, seed=7, day=None)`: a synthetic merchant's books."""
    from ..errors import NotFound
    from .merchants import sandbox_maker

    try:
        return sandbox_maker()
    except NotFound as error:
        pytest.skip(str(error))


@pytest.fixture
def merchant(request: pytest.FixtureRequest, sandbox: Callable[..., Books]) -> Books:
    """Return one synthetic merchant's books: a shop, or those of `@pytest.mark.merchants(n)`."""
    from .odd import all_records

    archetype, seed = getattr(request, "param", ("shop", 7))
    made = sandbox(archetype, seed=seed)
    call = f'sandbox("{archetype}", seed={seed})'
    request.node.user_properties.append((_PROPERTY, (len(all_records(made)), call)))
    return made


@pytest.fixture(scope="session")
def orchestrator() -> Orchestrator:
    """Return an orchestrator over the installed plugins, as a user's: strangers' in processes of
    their own."""
    from ..orchestrator.orchestrator import Orchestrator
    from ..registry import discover

    return Orchestrator(discover())


@pytest.fixture
def mcp_client(tmp_path: Path) -> Iterator[Callable[[Books], McpCalls]]:
    """Return `mcp_client(books)`, whose `tools()` and `call(name, **arguments)` go over MCP."""
    pytest.importorskip("mcp", reason="install aicfo-sdk[mcp]")
    from .client import McpCalls

    opened: list[McpCalls] = []

    def connect(own: Books) -> McpCalls:
        opened.append(McpCalls(own, tmp_path / f"client-{len(opened)}.books"))
        return opened[-1]

    yield connect
    for client in opened:
        client.close()
