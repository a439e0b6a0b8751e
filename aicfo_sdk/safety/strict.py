"""Tables that people write, read strictly: a wrong key or value is one line with the mend."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..errors import InputError

_M = TypeVar("_M", bound=BaseModel)


def read_strictly(model: type[_M], values: Mapping[str, Any], *, what: str, where: str) -> _M:
    """Return a model of a parsed TOML or JSON table.

    Raises: InputError naming `what`, the key and its value, and the nearest known key.
    """
    try:
        # Through JSON: strict, yet a TOML array may fill a tuple, and a TOML date a date.
        return model.model_validate_json(json.dumps(values, default=_iso))
    except ValidationError as error:
        raise _unusable(error, model, what, where) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{what} is not usable", value=str(error), where=where) from None


def _iso(value: Any) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} is no value that can stand here")


def _unusable(error: ValidationError, model: type[BaseModel], what: str, where: str) -> InputError:
    # A misspelt key is also a missing one: say the first.
    first = min(error.errors(), key=lambda each: not _is_unknown(each))
    unknown_key = first["loc"][-1:] == ("[key]",)
    place = [part for part in first["loc"] if part != "[key]"]
    key = ".".join(map(str, place))
    mend = ""
    if place and _is_unknown(first):
        known = _keys(first) if unknown_key else _fields(model, place[:-1])
        near = get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
        mend = f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(known)
    return InputError(
        f"{what} is not usable at {key or 'its top'}: {first['msg']}",
        value=first["input"],
        where=where,
        mend=mend,
    )


def _is_unknown(error: ErrorDetails) -> bool:
    return error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",)


def _keys(error: ErrorDetails) -> list[str]:
    """Return the keys that a table allows, as the error of a literal lists them."""
    expected = str(error.get("ctx", {}).get("expected", ""))
    return [part.strip().strip("'") for part in expected.replace(" or ", ",").split(",") if part]


def _fields(model: type[BaseModel], place: list[Any]) -> list[str]:
    """Return the keys known at a place of a model, such as rules, pay, windows, 0."""
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            model = next(_models(model.model_fields[part].annotation), model)
    return sorted(model.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
