"""Composition: 200 tools with fifty needs each, all diamonds: register, index, plan."""

from __future__ import annotations

import time

from aicfo_sdk import Orchestrator, Plugin, Registry
from tests.composition.toy import lattice


def measure() -> dict[str, str]:
    """Return CPU milliseconds, the best of five runs of each stage."""
    plugin, top = lattice(layers=4, width=50, fan=50)
    register = index = plan = first = float("inf")
    edges = 0
    for _ in range(5):
        start = time.process_time()
        again = Plugin("lattice", version="1")
        for tool in plugin.tools.values():
            again.tool(tool.fn)
        registered = time.process_time()
        registry = Registry([again])
        registry.providers(top)
        indexed = time.process_time()
        made = Orchestrator(registry).plan(top)
        planned = time.process_time()
        Orchestrator(registry).plan(top)
        replanned = time.process_time()
        register = min(register, registered - start)
        index = min(index, indexed - registered)
        first = min(first, planned - indexed)
        plan = min(plan, replanned - planned)
        edges = sum(len(step.needs) for step in made.steps)
    return {
        "register 200 tools": f"{register * 1e3:6.2f} ms",
        "index them by type": f"{index * 1e3:6.2f} ms",
        f"first plan ({edges} needs; reads every signature)": f"{first * 1e3:6.2f} ms",
        f"plan ({edges} needs)": f"{plan * 1e3:6.2f} ms",
    }
