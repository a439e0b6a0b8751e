"""Types of a plugin that this process cannot import, rebuilt from their JSON schemas.

A fact type of the plugin's own becomes a class of the same versioned name here: results are
validated as strictly as those of the core, proposals inside it are real proposals, and tools of
other plugins that need it get it by type. What a schema says in a word that is not known here is
refused, never ignored.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, TypeVar, Union, cast

from pydantic import BaseModel, Field, JsonValue, TypeAdapter, create_model
from pydantic_core import to_json

from .. import model
from ..errors import RegistrationError
from ..model.base import Fact, Frozen, SubjectId, digest
from .manifest import FactPart, core_fact, fact_schema

_SAYS_NOTHING = {"title", "description", "default", "examples", "$defs", "deprecated", "readOnly"}
_DEEPEST = 24
_T = TypeVar("_T")


class FactTypes:
    """Fact types by versioned name: the core's, those of plugins in this process, rebuilt ones."""

    def __init__(self, here: Iterable[type[Fact]] = ()) -> None:
        self._known: dict[str, type[Fact]] = {kind.fact_name(): kind for kind in here}

    def resolve(self, name: str, own: dict[str, FactPart]) -> type[Fact]:
        """Return the type of that name; `own` are those that the plugin brings.

        Raises: RegistrationError when two plugins mean different things by one name, when a
        plugin changes a type of the core, and for an unknown name.
        """
        kind = core_fact(name) or self._known.get(name)
        part = own.get(name)
        if part is None:
            if kind is None:
                raise RegistrationError("a fact type that nobody describes", value=name)
            return kind
        if kind is not None:
            if digest(_shape(fact_schema(kind))) != digest(_shape(part.schema_)):
                raise RegistrationError(
                    "two different fact types share a name and version",
                    value=name,
                    mend="raise the VERSION of one, or rename it",
                )
            return kind
        base = self.resolve(part.bases[0], own) if part.bases else Fact
        made = self._known[name] = _rebuilt(name, part.schema_, base)
        return made


def value_type(schema: dict[str, Any]) -> Any:
    """Return the type of any result that a schema describes, as strict as ours."""
    try:
        return _built(_Reader(schema).type(schema))
    except RegistrationError:
        raise
    except Exception as error:  # noqa: BLE001 - pydantic says in many ways that this is no schema
        raise _unknown("not what a schema looks like", error) from None


def subject_type(name: str) -> type[SubjectId]:
    """Return the subject-id type of that name: the core's, else one made for it."""
    kind = getattr(model, name, None) if name in model.__all__ else None
    if isinstance(kind, type) and issubclass(kind, SubjectId):
        return kind
    if name not in _SUBJECTS:
        _SUBJECTS[name] = type(name, (SubjectId,), {"__slots__": (), "__doc__": f"Id, {name}."})
    return _SUBJECTS[name]


_SUBJECTS: dict[str, type[SubjectId]] = {}


def _rebuilt(name: str, schema: dict[str, Any], base: type[Fact]) -> type[Fact]:
    bare, _, version = name.partition("@")
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), dict):
        raise RegistrationError("a fact is an object with fields", value=name)
    try:
        made = _built(cast("type[Fact]", _Reader(schema).model(bare, schema, base)))
    except RegistrationError:
        raise
    except Exception as error:  # noqa: BLE001 - pydantic says in many ways that this is no schema
        raise _unknown("not what a schema looks like", f"{name}: {error}") from None
    made.VERSION = int(version)
    return made


def _built(kind: _T) -> _T:
    """The type, its validator made now: a bound that makes no sense must not wait for a value."""
    cast("Any", TypeAdapter)(kind).rebuild(force=True)
    return kind


def _shape(schema: Any) -> Any:
    """The schema without what only a reader cares about."""
    if isinstance(schema, dict):
        pairs = cast("dict[str, Any]", schema).items()
        return {
            key: {name: _shape(part) for name, part in cast("dict[str, Any]", value).items()}
            if key in ("properties", "$defs") and isinstance(value, dict)
            else _shape(value)
            for key, value in pairs
            if key not in ("title", "description")
        }
    if isinstance(schema, list):
        return [_shape(item) for item in cast("list[Any]", schema)]
    return schema


class _Reader:
    """Reads one schema with its `$defs`."""

    def __init__(self, whole: dict[str, Any]) -> None:
        self._definitions: dict[str, Any] = whole.get("$defs", {})
        self._made: dict[str, Any] = {}
        self._depth = 0

    def type(self, schema: Any) -> Any:
        if schema is True:
            return JsonValue
        if not isinstance(schema, dict):
            raise _unknown("not a schema", schema)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _unknown("nested too deeply, or within itself", "…")
        try:
            return self._type(cast("dict[str, Any]", schema))
        finally:
            self._depth -= 1

    def _type(self, schema: dict[str, Any]) -> Any:
        said = {key: value for key, value in schema.items() if key not in _SAYS_NOTHING}
        if not said:
            return JsonValue
        if "$ref" in said:
            return self._reference(said)
        if "const" in said:
            return Literal[_scalar(said["const"])]
        if "enum" in said:
            return Literal[tuple(_scalar(each) for each in said["enum"])]
        for word in ("anyOf", "oneOf"):
            if word in said:
                _only(said, word, "discriminator")
                return Union[tuple(self.type(each) for each in said[word])]  # noqa: UP007
        reader = getattr(self, f"_{said.get('type')}", None)
        if reader is None or not isinstance(said.get("type"), str):
            raise _unknown("no type", schema)
        return self._object(said, schema) if said["type"] == "object" else reader(said)

    def _reference(self, said: dict[str, Any]) -> Any:
        _only(said, "$ref")
        name = str(said["$ref"]).removeprefix("#/$defs/")
        schema = self._definitions.get(name)
        if schema is None:
            raise _unknown("a reference to nothing", said["$ref"])
        if name not in self._made:
            self._made[name] = _of_core(name, schema, self._definitions) or (
                self.model(name, schema, Frozen)
                if schema.get("type") == "object" and "properties" in schema
                else self.type(schema)
            )
        return self._made[name]

    def model(self, name: str, schema: dict[str, Any], base: type[BaseModel]) -> type[BaseModel]:
        """Return a strict, frozen model with the fields of an object schema."""
        _only(schema, "type", "properties", "required", "additionalProperties", *_SAYS_NOTHING)
        if schema.get("additionalProperties", False) is not False:
            raise _unknown("a fact with open fields", name)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _unknown("nested too deeply, or within itself", name)
        required = set(schema.get("required", ()))
        fields: dict[str, Any] = {}
        for field, part in schema["properties"].items():
            if field in base.model_fields:
                continue
            if not field.isidentifier() or field.startswith("_") or hasattr(base, field):
                raise _unknown("not a field's name", field)
            kind = self.type(part)
            default: Any = ...
            if field not in required and "default" in part:
                default = TypeAdapter[Any](kind).validate_json(to_json(part["default"]))
            fields[field] = (kind, Field(default, description=str(part.get("description", ""))))
        self._depth -= 1
        return create_model(
            name,
            __base__=base,
            __module__=__name__,
            __doc__=str(schema.get("description", name)),
            **fields,
        )

    def _object(self, said: dict[str, Any], schema: dict[str, Any]) -> Any:
        if "properties" in said:
            name = str(schema.get("title", "Part"))
            bare = {key: value for key, value in schema.items() if key != "$defs"}
            known = _of_core(name, bare, self._definitions)
            return known or self.model(name if name.isidentifier() else "Part", said, Frozen)
        _only(said, "type", "additionalProperties")
        return dict[str, self.type(said.get("additionalProperties", True))]

    def _array(self, said: dict[str, Any]) -> Any:
        _only(said, "type", "items", "prefixItems", "minItems", "maxItems", "uniqueItems")
        if "prefixItems" in said:
            return tuple[tuple(self.type(each) for each in said["prefixItems"])]
        items = self.type(said.get("items", True))
        bounds = Field(min_length=said.get("minItems"), max_length=said.get("maxItems"))
        return Annotated[tuple[items, ...], bounds]

    def _string(self, said: dict[str, Any]) -> Any:
        _only(said, "type", "format", "minLength", "maxLength", "pattern")
        if said.get("format") == "date":
            return date
        bounds = Field(
            min_length=said.get("minLength"),
            max_length=said.get("maxLength"),
            pattern=said.get("pattern"),
        )
        return Annotated[str, bounds]

    def _integer(self, said: dict[str, Any]) -> Any:
        return Annotated[int, _range(said)]

    def _number(self, said: dict[str, Any]) -> Any:
        return Annotated[float, _range(said, finite=True)]

    def _boolean(self, said: dict[str, Any]) -> Any:
        _only(said, "type")
        return bool

    def _null(self, said: dict[str, Any]) -> Any:
        _only(said, "type")
        return type(None)


def _range(said: dict[str, Any], *, finite: bool = False) -> Any:
    _only(said, "type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
    return Field(
        strict=True,
        ge=said.get("minimum"),
        le=said.get("maximum"),
        gt=said.get("exclusiveMinimum"),
        lt=said.get("exclusiveMaximum"),
        multiple_of=said.get("multipleOf"),
        allow_inf_nan=False if finite else None,
    )


def _of_core(name: str, schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """The core's own class of that name, when the schema is its schema."""
    kind: Any = getattr(model, name, None) if name in model.__all__ else None
    if not (isinstance(kind, type) and issubclass(kind, Frozen)):
        return None
    own = kind.model_json_schema(mode="serialization")
    theirs = {key: definitions[key] for key in own.get("$defs", {}) if key in definitions}
    own_parts = own.pop("$defs", {})
    same = digest(_shape([own, own_parts])) == digest(_shape([schema, theirs]))
    return kind if same else None


def _scalar(value: Any) -> Any:
    if value is not None and type(value) not in (str, int, bool):
        raise _unknown("a constant that is no text or whole number", value)
    return value


def _only(said: dict[str, Any], *known: str) -> None:
    """Refuse a schema that says more than the given words."""
    for word in said:
        if word not in known:
            raise _unknown("an unknown word", word)


def _unknown(what: str, value: Any) -> RegistrationError:
    return RegistrationError(
        f"a JSON schema that cannot be checked here: {what}",
        value=value,
        mend="use the types that pydantic writes for text, whole numbers, dates, lists and tables",
    )
