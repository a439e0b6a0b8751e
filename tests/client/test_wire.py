"""The lines of a child: one answer within bounds of time, bytes, depth and length, or its end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk.client.wire import Misbehaved, Wire, measure
from aicfo_sdk.config import PluginRules

RULES = PluginRules(output_bytes=20_000, output_depth=6, output_items=100)


class Ends(NamedTuple):
    """A wire, and the child's ends of its pipes."""

    wire: Wire
    inside: int
    outside: int
    said: int


def ends() -> Ends:
    to_child, from_child, errors = os.pipe(), os.pipe(), os.pipe()
    os.set_blocking(from_child[1], False)
    wire = Wire(to_child[1], from_child[0], errors[0], RULES)
    return Ends(wire, to_child[0], from_child[1], errors[1])


def close(made: Ends) -> None:
    made.wire.close()
    for each in (made.inside, made.outside, made.said):
        with suppress(OSError):
            os.close(each)


@pytest.fixture
def child() -> Iterator[Ends]:
    made = ends()
    yield made
    close(made)


def says(child: Ends, *messages: Any) -> None:
    for message in messages:
        os.write(child.outside, message if isinstance(message, bytes) else line(message))


def line(message: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else 1


def test_an_answer_comes_through_whatever_else_is_said(child: Ends):
    says(
        child,
        {"method": "notifications/message", "params": {"data": "chatter"}},
        {"id": "a", "method": "ping"},
        {"id": "b", "method": "sampling/createMessage", "params": {}},
        {"id": 1, "result": {"tools": [1]}},
    )
    assert child.wire.request("tools/list", {"x": 1}, 60) == {"tools": [1]}
    sent = [json.loads(each) for each in os.read(child.inside, 100_000).splitlines()]
    assert sent[0] == {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"x": 1}}
    assert all(each["id"] in ("a", "b") for each in sent[1:])


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([b"hello\n"], "no JSON"),
        ([b"\n"], "no JSON"),
        ([b'{"jsonrpc": "2.0", "id": 1, "result": {"x": NaN}}\n'], "no JSON"),
        ([b'{"jsonrpc": "2.0", "id": 1, "result": {"x": "\xff"}}\n'], "no JSON"),
        ([b"[" * 5_000 + b"]" * 5_000 + b"\n"], "no JSON"),
        ([b"[1, 2]\n"], "no message"),
        ([{"id": 2, "result": {}}], "answered what nobody asked"),
        ([{"id": 1, "result": 5}], "neither result nor error"),
        ([{"id": 1}], "neither result nor error"),
        ([{"id": 1, "result": {"x": nested(9)}}], "levels of nesting"),
        ([{"id": 1, "result": {"x": [0] * 101}}], "a list longer than 100"),
        ([{"id": 1, "result": {str(n): n for n in range(101)}}], "a list longer than 100"),
        ([b"x" * 12_000, b"x" * 12_000], "more than 20000 bytes"),
        ([{"method": "chatter", "params": {"x": "y" * 400}}] * 60, "more than 20000 bytes"),
    ],
)
def test_anything_else_ends_it(child: Ends, messages: list[Any], said: str):
    says(child, *messages)
    with pytest.raises(Misbehaved, match=said):
        child.wire.request("tools/call", {}, 60)


def test_a_child_that_ends_says_what_it_last_wrote(child: Ends):
    os.write(child.said, b"Traceback\nMemoryError: no more\n")
    os.close(child.outside)
    with pytest.raises(Misbehaved, match="ended: MemoryError: no more"):
        child.wire.request("tools/call", {}, 60)


def test_a_child_that_says_nothing_or_half_a_line_has_a_deadline(child: Ends):
    says(child, b'{"jsonrpc": "2.0", ')
    with pytest.raises(Misbehaved, match=r"did not answer within 0\.05 seconds"):
        child.wire.request("tools/call", {}, 0.05)


def test_a_child_that_takes_nothing_has_a_deadline(child: Ends):
    with pytest.raises(Misbehaved, match="did not answer"):
        child.wire.request("tools/call", {"books": "x" * 1_000_000}, 0.05)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_line_whatever_it_holds_does_more_than_end_the_child(noise: bytes):
    made = ends()
    try:
        says(made, noise + b"\n", {"id": 1, "result": {"fine": 1}})
        with suppress(Misbehaved):
            assert made.wire.request("x", {}, 60) == {"fine": 1} or b'"result"' in noise
    finally:
        close(made)


@settings(deadline=None)
@given(st.recursive(st.none() | st.integers(), lambda inner: st.lists(inner, max_size=4)))
def test_depth_is_counted_as_it_stands(value: Any):
    def depth(item: Any) -> int:
        return 1 + max(map(depth, item), default=0) if isinstance(item, list) else 1

    try:
        measure(value, RULES)
    except Misbehaved:
        assert depth(value) > RULES.output_depth
    else:
        assert depth(value) <= RULES.output_depth + 1
