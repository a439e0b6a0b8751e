"""Whatever a plugin says of itself, the rest goes on: a tool that does not add up is refused."""

from __future__ import annotations

import copy
import json
import os
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp_types import Tool as McpTool

from aicfo_sdk import Needs, NeedsAll, Plugin, Registry
from aicfo_sdk.client.child import Child, Listing, Program
from aicfo_sdk.client.host import listed
from aicfo_sdk.client.mount import understood
from aicfo_sdk.client.remote import remote_tool
from aicfo_sdk.client.types import FactTypes
from aicfo_sdk.config import PluginRules
from aicfo_sdk.context import Context
from aicfo_sdk.errors import AicfoError
from aicfo_sdk.model import Account, Advice, CashDemand, CashForecast, Fact, Proposal, TenderId
from aicfo_sdk.orchestrator.orchestrator import Orchestrator

plugin = Plugin("stranger", version="1", title="客", description="A stranger's.")


class Own(Fact):
    """A fact of a stranger's."""

    amount: int
    pays: tuple[Proposal, ...] = ()


@plugin.tool(reads=[Account], asks=["what?"])
def one(ctx: Context, tender: TenderId, *, days: int = 3, own: Needs[Own]) -> list[CashDemand]:
    """One."""
    return []


@plugin.tool
def two(ctx: Context, *, said: NeedsAll[Advice]) -> Own:
    """Two."""
    return Own(amount=1)


@plugin.tool
def three(
    ctx: Context, *, cash: Needs[CashForecast] | None = None, more: dict[str, int] | None = None
) -> list[Proposal]:
    """Three."""
    return []


LISTED = [listed(tool) for tool in plugin.tools.values()]


def built(tools: list[dict[str, Any]]) -> Plugin:
    """What the parent makes of a listing; tools that do not hold together stay out."""
    manifests, refused = understood(Listing({"name": "stranger"}, tuple(tools), ()))
    made, types = Plugin("stranger", version="1"), FactTypes()
    child = Child(Program("stranger"), PluginRules())
    for manifest in manifests.values():
        try:
            remote_tool(made, manifest, child, types)
        except AicfoError as error:
            refused[manifest.name] = str(error)
    assert all("\n" not in why for why in refused.values())
    return made


def use(made: Plugin) -> None:
    """All that happens to a tool without calling it; only errors of ours may come of it."""
    registry = Registry([made])
    cfo = Orchestrator(registry)
    for tool in registry.tools.values():
        McpTool(
            name=tool.name, input_schema=cfo.input_schema(tool), output_schema=tool.output_schema()
        )
        json.dumps([tool.description, tool.title, tool.effect, tool.signature.returns.label])
        registry.providers(CashForecast)
        with suppress(AicfoError):
            cfo.plan(tool, subjects=["tender=T-1"])


def test_what_is_whole_is_taken_whole():
    made = built(LISTED)
    assert sorted(made.tools) == sorted(plugin.tools)
    use(made)
    needs = [(n.name, n.kind, n.required) for n in made.tools["three"].signature.needs]
    assert needs == [("cash", "one", False)]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict | list):
        items: Any = value.items() if isinstance(value, dict) else enumerate(value)  # pyright: ignore[reportUnknownVariableType]
        for key, inner in items:
            found += places(inner, (*path, key))
    return found


PLACES = [(number, path) for number, tool in enumerate(LISTED) for path in places(tool)[1:]]
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=9)
    | st.sampled_from(
        ["object", "array", "string", "#/$defs/Own", "CashForecast@1", "Own@1", "Proposal", "name"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "items", "$ref", "anyOf", "enum", "$defs", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


Change = tuple[tuple[int, tuple[Any, ...]], Any]
CHANGE = st.tuples(st.sampled_from(PLACES), ODD | st.just("DELETE"))


@settings(
    max_examples=int(os.environ.get("AICFO_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(CHANGE, min_size=1, max_size=3))
def test_a_spoilt_manifest_hurts_nobody_else(changes: list[Change]):
    tools = copy.deepcopy(LISTED)
    for (number, path), odd in changes:
        holder: Any = tools[number]
        try:
            for key in path[:-1]:
                holder = holder[key]
            if odd == "DELETE":
                del holder[path[-1]]
            else:
                holder[path[-1]] = odd
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    use(built(tools))
