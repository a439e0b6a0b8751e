"""A result over MCP says which of its texts may be a stranger's, and hides nothing in them."""

from __future__ import annotations

from typing import Any

import pytest
from aicfo_sim import sandbox

from aicfo_sdk import Orchestrator, discover
from aicfo_sdk.mcp.server import result_of
from aicfo_sdk.mcp.untrusted import untrusted_places
from aicfo_sdk.orchestrator.session import Answer


def _texts(value: Any, place: str = "") -> list[tuple[str, str]]:
    """Every text of a JSON value with its place; an item of a list is `*`."""
    if isinstance(value, str):
        return [(place, value)]
    if isinstance(value, dict):
        return [found for name, part in value.items() for found in _texts(part, f"{place}/{name}")]
    if isinstance(value, list):
        return [found for part in value for found in _texts(part, f"{place}/*")]
    return []


@pytest.mark.parametrize(
    ("goal", "quotes"),
    [
        ("core.brief", "/advice/*/title"),
        ("tender.search_tenders", "/matches/*/title"),
        ("Can we fund tender T-2031?", "/proposals/*/reason"),
        ("core.credit_lines", "/result/*/id"),
    ],
)
def test_every_free_text_of_a_result_is_listed(goal: str, quotes: str) -> None:
    run = Orchestrator(discover()).run(goal, books=sandbox("contractor", seed=8))
    tool = run.plan.root.tool
    answer = Answer(run, tool.signature.structured(run.result), (), record="R")
    sent = result_of(answer)
    places = (sent.meta or {})["aicfo/untrusted"]
    assert quotes in places
    fixed = {"kind", "severity", "valid_until", "day", "due", "deadline", "by", "until", "first"}
    fixed |= {"start", "status", "currency"}
    free = {place for place, _ in _texts(sent.structured_content)}
    missing = {place for place in free - set(places) if place.rsplit("/", 1)[-1] not in fixed}
    assert not missing


def test_numbers_days_and_fixed_words_are_not_listed() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "integer"},
            "b": {"type": "string", "format": "date"},
            "c": {"enum": ["x"], "type": "string"},
            "d": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "e": {"type": "array", "items": {"$ref": "#/$defs/E"}},
            "f": {},
        },
        "$defs": {"E": {"type": "object", "properties": {"g": {"type": "string"}}}},
    }
    assert untrusted_places(schema) == ["/d", "/e/*/g", "/f/**"]


def test_a_schema_that_holds_itself_ends() -> None:
    node = {
        "type": "object",
        "properties": {"next": {"$ref": "#/$defs/N"}, "t": {"type": "string"}},
    }
    assert untrusted_places({"$ref": "#/$defs/N", "$defs": {"N": node}}) == ["/next/**", "/t"]
