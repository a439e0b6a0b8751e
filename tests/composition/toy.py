"""Small plugins for composition tests: facts and tools made by the dozen."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from aicfo_sdk import Context, MemoryBooks, Needs, Plugin
from aicfo_sdk.model import Fact

DAY = date(2026, 3, 2)


class Number(Fact):
    """A whole number, for tests."""

    VERSION: ClassVar[int] = 1

    value: int


def books(*records: Any) -> MemoryBooks:
    """Books as of a fixed day."""
    return MemoryBooks(records, as_of=DAY)


def lattice(layers: int, width: int, fan: int) -> tuple[Plugin, type[Fact]]:
    """A plugin of `layers` × `width` tools, each needing `fan` facts of the layer below.

    Every layer shares the layer below, so the graph is all diamonds. Returns the plugin and the
    type of the top tool.
    """
    plugin = Plugin("lattice", version="1")
    below: list[type[Fact]] = []
    for layer in range(layers):
        current: list[type[Fact]] = []
        for column in range(width):
            kind = type(f"L{layer}C{column}", (Fact,), {"__module__": __name__})
            needs = [below[(column + step) % width] for step in range(fan)] if below else []
            plugin.tool(_tool(f"t{layer}_{column}", kind, needs))
            current.append(kind)
        below = current
    return plugin, below[0]


def _tool(name: str, kind: type[Fact], needs: list[type[Fact]]) -> Any:
    names = [f"n{index}" for index in range(len(needs))]

    def body(ctx: Context, **given: Any) -> Any:
        assert sorted(given) == sorted(names)
        return kind()

    parameters = "".join(f", {n}: T{i}" for i, n in enumerate(names))
    source = f"def {name}(ctx: Context{', *' if names else ''}{parameters}) -> Kind:\n"
    source += f"    return body(ctx{''.join(f', {n}={n}' for n in names)})\n"
    scope: dict[str, Any] = {"Context": Context, "Kind": kind, "body": body}
    scope |= {f"T{index}": Needs[need] for index, need in enumerate(needs)}
    exec(source, scope)
    return scope[name]
