"""Schemas of results made together are those made alone, and shared names are told apart."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, TypeAdapter, create_model

from aicfo_sdk import discover
from aicfo_sdk.plugin import Tool
from aicfo_sdk.result_schemas import schemas_together
from aicfo_sdk.signature import Signature, analyse


class Leaf(BaseModel):
    size: int


class Tree(BaseModel):
    leaves: list[Leaf]
    branches: list[Tree] = []


class Forest(BaseModel):
    trees: tuple[Tree, ...]
    name: str


def _alone(kind: Any) -> str:
    return json.dumps(TypeAdapter(kind).json_schema(mode="serialization"))


def test_together_and_alone_are_the_same_to_the_byte():
    kinds: list[Any] = [Leaf, Tree, list[Tree], Forest, int, Leaf | None, dict[str, Forest], Forest]
    made = schemas_together([TypeAdapter(kind) for kind in kinds])
    assert made is not None
    assert [json.dumps(each) for each in made] == [_alone(kind) for kind in kinds]


def test_two_types_of_one_name_are_left_to_be_made_alone():
    other: Any = create_model("Leaf", colour=(str, ...))
    assert schemas_together([TypeAdapter(Leaf), TypeAdapter(other)]) is None
    assert schemas_together([]) == []


def test_every_installed_tool_says_the_same_of_its_result_as_alone():
    def fresh(tool: Tool[..., Any]) -> Any:
        return analyse(tool.fn, tool.full_name)

    tools = list(discover().tools.values())
    together = [fresh(tool) for tool in tools]
    Signature.foretell(together)
    assert all("_json_schema" in each.__dict__ for each in together)
    for tool, signature in zip(tools, together, strict=True):
        alone = fresh(tool).output_schema()
        assert json.dumps(signature.output_schema()) == json.dumps(alone), tool.full_name
