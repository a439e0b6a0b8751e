"""What a tool's annotations say: parameters, needs, return type, schemas.

Everything is worked out on first use, so that registering hundreds of tools stays cheap.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from .context import Context
from .errors import InputError, RegistrationError
from .model.base import Fact, SubjectId


@dataclass(frozen=True, slots=True)
class Need:
    """Marks a parameter that the orchestrator fills; see `aicfo_sdk.plugin.Needs`."""

    kind: Literal["one", "all", "ask"]


class With:
    """Arguments for the provider: `Annotated[Needs[CashForecast], With(horizon_days=180)]`.

    A value of `Same("name")` forwards the asking tool's own argument.
    """

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments

    def __repr__(self) -> str:
        return f"With({', '.join(f'{k}={v!r}' for k, v in self.arguments.items())})"


@dataclass(frozen=True, slots=True)
class Same:
    """Forwards the asking tool's own argument of that name to the provider."""

    name: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument that callers pass."""

    name: str
    annotation: Any
    required: bool
    default: Any
    subject: type[SubjectId] | None


@dataclass(frozen=True, slots=True)
class NeedParameter:
    """One argument that the orchestrator fills."""

    name: str
    kind: Literal["one", "all", "ask"]
    type: type[Any]
    required: bool
    arguments: tuple[tuple[str, Any], ...]
    plain: bool
    """One fact, without arguments for its provider."""


@dataclass(frozen=True, slots=True)
class Returns:
    """The return type: `type` is the item's class when `many`."""

    type: Any
    many: bool
    written: str = ""
    """The label, where the type itself is not at hand."""

    @property
    def label(self) -> str:
        """The type as a reader writes it."""
        if self.written:
            return self.written
        name = getattr(self.type, "__name__", str(self.type))
        return f"list[{name}]" if self.many else name


class Signature:
    """A tool's parameters, needs and return type."""

    def __init__(
        self,
        tool: str,
        parameters: tuple[Parameter, ...],
        needs: tuple[NeedParameter, ...],
        returns: Returns,
        positional: tuple[str, ...],
    ) -> None:
        self.tool = tool
        self.parameters = parameters
        self.needs = needs
        self.returns = returns
        self.positional = positional
        kind = returns.type
        self._checks = kind if isinstance(kind, type) and get_origin(kind) is None else None
        # A result of exactly this class needs no further check: the common, fast case.
        self.exact: Any = None if returns.many else self._checks

    @property
    def provides(self) -> type[Fact] | None:
        """The fact type that this tool can fill needs with, if any."""
        kind = self._checks
        return kind if kind is not None and issubclass(kind, Fact) else None

    @cached_property
    def proposes(self) -> bool:
        """Whether a Proposal stands anywhere in the return type."""
        return holds_proposal(self.returns.type)

    def returns_ok(self, result: Any) -> bool:
        """Whether a result is of the declared type."""
        if self.returns.many:
            if not isinstance(result, list):
                return False
            items = cast("list[Any]", result)
            return self._checks is None or all(isinstance(item, self._checks) for item in items)
        if self._checks is not None:
            return isinstance(result, self._checks)
        from pydantic import ValidationError

        try:
            self._adapter.validate_python(result, strict=True)
        except ValidationError:
            return False
        return True

    def structured(self, result: Any) -> dict[str, Any]:
        """Return a result as the JSON object that `output_schema` describes."""
        value: Any = self._adapter.dump_python(result, mode="json")
        return value if self._is_object else {"result": value}

    def plain(self, result: Any) -> Any:
        """Return a result as JSON values from which `restored` makes it again.

        Raises: ValueError (pydantic's, too) for what is not of the declared type throughout.
        """
        return self._adapter.dump_python(result, mode="json", round_trip=True, warnings="error")

    def restored(self, text: str) -> Any:
        """Return the result that the JSON text of `plain` was made from.

        Raises: ValueError when it is none of this type.
        """
        return self._adapter.validate_json(text, strict=True)

    @cached_property
    def _is_object(self) -> bool:
        return self._json_schema.get("type") == "object"

    @cached_property
    def _json_schema(self) -> dict[str, Any]:
        # Made once: of all that a tool says of itself this takes by far the longest (`foretell`).
        return self._adapter.json_schema(mode="serialization")

    @cached_property
    def _adapter(self) -> Any:
        from pydantic import TypeAdapter

        kind: Any = self.returns.type
        whole: Any = list.__class_getitem__(kind) if self.returns.many else kind
        return cast("Any", TypeAdapter)(whole)

    @cached_property
    def _model(self) -> Any:
        from pydantic import ConfigDict, create_model

        fields: dict[str, Any] = {
            p.name: (p.annotation, ... if p.required else p.default) for p in self.parameters
        }
        return create_model(
            "Arguments",
            __config__=ConfigDict(strict=True, extra="forbid", protected_namespaces=()),
            **fields,
        )

    def validator(self) -> Callable[[dict[str, Any], bool], dict[str, Any]]:
        """Return a function (arguments, as JSON?) → validated arguments with defaults."""
        from pydantic import ValidationError

        model = self._model
        core = model.__pydantic_validator__
        names = tuple(p.name for p in self.parameters)

        def validate(given: dict[str, Any], json: bool) -> dict[str, Any]:
            if not names and not given:
                return {}
            try:
                if json:
                    return dict(core.validate_json(_as_json(given)).__dict__)
                return core.validate_python(given).__dict__
            except ValidationError as error:
                raise argument_error(error, self.tool, names) from None

        return validate

    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments, without needs."""
        schema = self._model.model_json_schema()
        schema.pop("title", None)
        schema.setdefault("properties", {})
        for part in schema["properties"].values():
            part.pop("title", None)
        return schema

    @staticmethod
    def foretell(signatures: Iterable[Signature]) -> None:
        """Make the result schemas of many tools together, sooner than one after the other."""
        from .result_schemas import schemas_together

        waiting = [each for each in signatures if "_json_schema" not in each.__dict__]
        made = schemas_together([each._adapter for each in waiting])
        if made is not None:
            for signature, schema in zip(waiting, made, strict=True):
                signature._json_schema = schema

    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the result, not to be changed; anything but an object stands under
        `result`."""
        schema = dict(self._json_schema)
        if self._is_object:
            return schema
        definitions = schema.pop("$defs", None)
        wrapped: dict[str, Any] = {
            "type": "object",
            "properties": {"result": schema},
            "required": ["result"],
            "additionalProperties": False,
        }
        if definitions:
            wrapped["$defs"] = definitions
        return wrapped


def analyse(fn: Callable[..., Any], tool: str) -> Signature:
    """Return what the annotations of `fn` say.

    Raises: RegistrationError naming the tool, the parameter and the mend.
    """
    hints = _hints(fn, tool)
    parameters: list[Parameter] = []
    needs: list[NeedParameter] = []
    positional: list[str] = []
    listed = list(inspect.signature(fn).parameters.values())
    if not listed or hints.get(listed[0].name) is not Context:
        raise RegistrationError(
            "the first parameter of a tool is its Context",
            value=listed[0].name if listed else "nothing",
            where=tool,
            mend="write (ctx: Context, …)",
        )
    for parameter in listed[1:]:
        name = parameter.name
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise RegistrationError(
                "a tool names every parameter", value=f"*{name}", where=tool, mend="spell them out"
            )
        if name not in hints:
            raise RegistrationError(
                "a parameter without a type", value=name, where=tool, mend="annotate it"
            )
        required = parameter.default is parameter.empty
        need = _need(name, hints[name], required, tool)
        if need is not None:
            if parameter.kind is not parameter.KEYWORD_ONLY:
                raise RegistrationError(
                    "a need is keyword-only", value=name, where=tool, mend="put it after *"
                )
            needs.append(need)
            continue
        if parameter.kind is not parameter.KEYWORD_ONLY:
            positional.append(name)
        subject = _bare(hints[name])
        parameters.append(
            Parameter(
                name,
                hints[name],
                required,
                None if required else parameter.default,
                subject if isinstance(subject, type) and issubclass(subject, SubjectId) else None,
            )
        )
    if "return" not in hints:
        raise RegistrationError("a tool says what it returns", where=tool, mend="annotate it")
    returns = _returns(hints["return"], tool)
    return Signature(tool, tuple(parameters), tuple(needs), returns, tuple(positional))


@cache
def holds_proposal(kind: Any) -> bool:
    """Return whether a Proposal can stand anywhere inside a value of this type."""
    return _holds_proposal(kind, set())


def _holds_proposal(kind: Any, seen: set[Any]) -> bool:
    from pydantic import BaseModel

    from .model.proposal import Proposal

    if isinstance(kind, type) and get_origin(kind) is None:
        if issubclass(kind, Proposal):
            return True
        if kind in seen or not issubclass(kind, BaseModel):
            return False
        seen.add(kind)
        return any(_holds_proposal(f.annotation, seen) for f in kind.model_fields.values())
    return any(_holds_proposal(arg, seen) for arg in get_args(kind))


def argument_error(error: Any, tool: str, names: tuple[str, ...]) -> InputError:
    """Return the first fault of a pydantic ValidationError as one clear line."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    more = error.error_count() - 1
    if first["type"] == "extra_forbidden":
        mend = "arguments: " + (", ".join(names) or "none")
        return InputError("no such argument", value=place, where=tool, mend=mend)
    if first["type"] == "missing":
        return InputError("a required argument is missing", value=place, where=tool)
    where = f"{tool} argument {place}" + (f", and {more} more" if more else "")
    return InputError(
        "a bad argument", value=first.get("input"), where=where, mend=first["msg"].lower()
    )


def return_fact(fn: Callable[..., Any], tool: str) -> type[Fact] | None:
    """Return the fact type that a tool provides, from its return annotation alone.

    So an index of many tools reads one annotation of each. Raises: RegistrationError.
    """
    hint = fn.__annotations__.get("return")
    if hint is None:
        return None
    kind = _returns(_evaluated(hint, fn, tool), tool).type
    return kind if _is_fact(kind) else None


def _hints(fn: Callable[..., Any], tool: str) -> dict[str, Any]:
    return {name: _evaluated(hint, fn, tool) for name, hint in fn.__annotations__.items()}


def _evaluated(hint: Any, fn: Callable[..., Any], tool: str) -> Any:
    if hint is None:
        return type(None)
    if not isinstance(hint, str):
        return hint
    try:
        if "'" in hint or '"' in hint:  # names quoted once more: rare, and left to typing
            hints = typing.get_type_hints(fn, include_extras=True)
            return hints[next(n for n, h in fn.__annotations__.items() if h == hint)]
        scope: dict[str, Any] = getattr(inspect.unwrap(fn), "__globals__", {})
        return eval(_compiled(hint), scope)
    except NameError as error:
        raise RegistrationError(
            "an annotation names something that is not there when the tool is used",
            value=error.name,
            where=tool,
            mend="import it outside `if TYPE_CHECKING:` and outside functions",
        ) from None
    except (TypeError, SyntaxError) as error:
        raise RegistrationError(
            "an annotation that cannot be read", value=f"{hint}: {error}", where=tool
        ) from None


@cache
def _compiled(hint: str) -> types.CodeType:
    return compile(hint, "<annotation>", "eval")


def _need(name: str, hint: Any, required: bool, tool: str) -> NeedParameter | None:
    inner, optional = hint, False
    if get_origin(hint) in (Union, types.UnionType):
        arms = [arm for arm in get_args(hint) if arm is not type(None)]
        if len(arms) == 1:
            inner, optional = arms[0], True
    if get_origin(inner) is not Annotated:
        return None
    base, *marks = get_args(inner)
    need = next((mark for mark in marks if isinstance(mark, Need)), None)
    if need is None:
        return None
    if optional and required:
        raise RegistrationError(
            "an optional need has the default None", value=name, where=tool, mend="write = None"
        )
    kind = base if need.kind == "one" else get_args(base)[0]
    if not (isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, Fact)):
        raise RegistrationError(
            "a need is filled by a fact type",
            value=str(kind),
            where=f"{tool} parameter {name}",
            mend="for many of them write NeedsAll[T]; subclass aicfo_sdk.model.Fact for your own",
        )
    arguments: dict[str, Any] = {}
    for mark in marks:
        if isinstance(mark, With):
            arguments.update(mark.arguments)
    return NeedParameter(
        name,
        need.kind,
        kind,
        not optional and required,
        tuple(sorted(arguments.items())),
        need.kind == "one" and not arguments,
    )


def _returns(hint: Any, tool: str) -> Returns:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType) and any(_is_fact(arm) for arm in get_args(hint)):
        raise RegistrationError(
            "a tool returns one fact type",
            value=str(hint),
            where=tool,
            mend="write two tools, or one fact with optional fields",
        )
    if origin is list:
        (item,) = get_args(hint) or (Any,)
        if get_origin(item) in (Union, types.UnionType) and any(map(_is_fact, get_args(item))):
            raise RegistrationError("a list of one fact type", value=str(hint), where=tool)
        return Returns(item, True)
    return Returns(hint, False)


def _is_fact(kind: Any) -> bool:
    return isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, Fact)


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _as_json(given: dict[str, Any]) -> str:
    import json

    try:
        return json.dumps(given, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError("arguments that are not JSON", value=str(error)) from None
