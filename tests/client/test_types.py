"""Fact types that cannot be imported, rebuilt from their schemas: as strict as ours."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from aicfo_sdk.client.manifest import FactPart, fact_schema
from aicfo_sdk.client.types import FactTypes, subject_type, value_type
from aicfo_sdk.errors import RegistrationError
from aicfo_sdk.model import CashForecast, Fact, Frozen, Pay, Proposal, TenderId, facts
from aicfo_sdk.money import FenNonNegative
from aicfo_sdk.signature import holds_proposal


class Piece(Frozen):
    name: str = Field(min_length=1, max_length=9)
    kind: Literal["a", "b"] = "a"


class Own(Fact):
    """A fact of a stranger's."""

    VERSION: ClassVar[int] = 4

    amount: FenNonNegative
    day: date | None = None
    pieces: tuple[Piece, ...] = ()
    table: dict[str, int]
    share: float = 0.5
    pays: tuple[Proposal, ...] = ()


PAY = Proposal(action=Pay(day=date(2026, 3, 2), account="A", payee="C", amount=5), reason="r")
GOOD = Own(amount=7, day=date(2026, 3, 2), pieces=(Piece(name="x"),), table={"k": 1}, pays=(PAY,))


def rebuilt(kind: type[Fact] = Own) -> type[Fact]:
    return FactTypes().resolve(
        kind.fact_name(), {kind.fact_name(): FactPart(schema=fact_schema(kind))}
    )


def test_a_rebuilt_fact_keeps_every_value_and_its_proposals_are_real():
    made = rebuilt()
    value: Any = made.model_validate_json(GOOD.model_dump_json())
    assert made.fact_name() == "Own@4"
    assert value.model_dump_json() == GOOD.model_dump_json()
    assert value.pays == (PAY,)
    assert value.pieces[0].name == "x"
    assert holds_proposal(made)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": -1},
        {"amount": 1.5},
        {"amount": "7"},
        {"amount": True},
        {"amount": None},
        {"amount": 10**14},
        {"day": "2 March"},
        {"more": 1},
        {"share": "NaN"},
        {"pieces": [{"name": ""}]},
        {"pieces": [{"name": "x", "kind": "c"}]},
        {"pieces": [{"name": "x", "else": 1}]},
        {"table": {"k": "1"}},
        {"pays": [{"action": {"kind": "steal"}, "reason": "r"}]},
        {"evidence": [1]},
    ],
    ids=str,
)
def test_a_rebuilt_fact_is_strict(wrong: dict[str, Any]):
    import json

    text = json.dumps(GOOD.model_dump(mode="json") | wrong)
    with pytest.raises(ValidationError):
        rebuilt().model_validate_json(text)


def test_every_fact_of_the_core_can_be_rebuilt_and_is_the_same_type_by_its_name():
    types = FactTypes()
    for name in vars(facts):
        kind = getattr(facts, name)
        if isinstance(kind, type) and issubclass(kind, Fact) and kind is not Fact:
            part = FactPart(schema=fact_schema(kind))
            assert types.resolve(kind.fact_name(), {kind.fact_name(): part}) is kind
            renamed = FactPart(schema=fact_schema(kind))
            assert set(types.resolve("Other@1", {"Other@1": renamed}).model_fields) == set(
                kind.model_fields
            )
            types = FactTypes()


def test_one_name_means_one_type():
    types = FactTypes()
    first = types.resolve("Own@4", {"Own@4": FactPart(schema=fact_schema(Own))})
    assert types.resolve("Own@4", {"Own@4": FactPart(schema=fact_schema(Own))}) is first
    assert types.resolve("Own@4", {}) is first
    with pytest.raises(RegistrationError, match="two different fact types share a name"):
        types.resolve("Own@4", {"Own@4": FactPart(schema=fact_schema(CashForecast))})
    with pytest.raises(RegistrationError, match="two different fact types"):
        types.resolve("CashForecast@1", {"CashForecast@1": FactPart(schema=fact_schema(Own))})
    with pytest.raises(RegistrationError, match="nobody describes"):
        types.resolve("Unknown@1", {})
    assert FactTypes([Own]).resolve("Own@4", {"Own@4": FactPart(schema=fact_schema(Own))}) is Own


WITHIN = {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {}, "patternProperties": {}},
        {"type": "object", "properties": {"a": {"type": "string", "contentEncoding": "x"}}},
        {"type": "object", "properties": {"a": {"type": "quaternion"}}},
        {"type": "object", "properties": {"a": {"not": {}}}},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/Nowhere"}}},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": WITHIN}},
        {"type": "object", "properties": {"__class__": {"type": "string"}}},
        {"type": "object", "properties": {"model_dump": {"type": "string"}}},
        {"type": "object", "properties": {"a": 5}},
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}}},
        {"type": "object", "properties": {"a": {"enum": [1.5]}}},
        {"type": "object", "properties": {"a": {"enum": []}}},
        {"type": "object", "properties": {"a": {"properties": None}}},
        {"type": "object", "properties": {"a": {"type": "integer", "minimum": "x"}}},
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}},
        {"type": "object", "properties": {}, "additionalProperties": True},
        {"type": "array"},
        {},
    ],
    ids=lambda schema: str(schema)[:60],
)  # fmt: skip
def test_a_schema_that_cannot_be_checked_is_refused(schema: dict[str, Any]):
    for name in ("Odd@1", "CashForecast@1"):
        with pytest.raises(RegistrationError):
            FactTypes().resolve(name, {name: FactPart(schema=schema)})


@pytest.mark.parametrize(
    "kind",
    [
        int,
        str,
        bool,
        tuple[int, ...],
        dict[str, int],
        int | None,
        Proposal,
        Proposal | None,
        tuple[Proposal, ...],
    ],
)
def test_results_that_are_no_facts_are_read_as_strictly(kind: Any):
    adapter = TypeAdapter(kind)
    read = value_type(adapter.json_schema(mode="serialization"))
    assert holds_proposal(read) == holds_proposal(kind)
    with pytest.raises(ValidationError):
        TypeAdapter(read).validate_json('{"x": NaN}')


def test_subjects_of_ones_own_flow_like_those_of_the_core():
    assert subject_type("TenderId") is TenderId
    made = subject_type("FieldId")
    assert made is subject_type("FieldId")
    assert made("F1") == "F1"
