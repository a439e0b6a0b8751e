"""Sums, differences and shares of values that tools gave, exactly: a model reckons none itself."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any, cast

from ..errors import InputError
from ..money import round_div
from .evidence import Evidence, Leaf, LeafKind
from .figures import one

NAME = "calculate"

OPS = (
    *("sum", "difference", "product", "quotient", "percent", "average", "lowest", "highest"),
    *("days_between", "add_days"),
)

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "op": {
            "enum": list(OPS),
            "description": (
                "difference and days_between: the first less the others; percent: the first as a "
                "share of the second; add_days: the first a day, the second a number of days."
            ),
        },
        "values": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 2,
            "maxItems": 100,
            "description": (
                "Each the place of a value (c1#/cash) or a figure from a result or the question, "
                "with its unit (12.5万元, 3.5%, 30 days)."
            ),
        },
    },
    "required": ["op", "values"],
    "additionalProperties": False,
}


def calculate(evidence: Evidence, call: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return a value worked out of others, as the model reads it, and add it to the evidence.

    Raises: InputError for another operation, values of kinds that do not go together, or a value
    that no result holds.
    """
    op, values = given.get("op"), given.get("values")
    if op not in OPS:
        raise InputError("no such operation", value=op, where=NAME, mend=" ".join(OPS))
    if set(given) - {"op", "values"}:
        raise InputError("no such argument", value=sorted(given), where=NAME, mend="op, values")
    if not isinstance(values, list) or not 2 <= len(cast("list[Any]", values)) <= 100:
        raise InputError("values are 2 to 100 places or figures", value=values, where=NAME)
    leaves = [_leaf(evidence, each) for each in cast("list[Any]", values)]
    kind, value = _worked_out(str(op), leaves)
    shared = frozenset[str].intersection(*(leaf.concepts for leaf in leaves))
    keeps = op in ("sum", "average", "lowest", "highest")
    evidence.add(Leaf(call, "/value", kind, value, shared if keeps else frozenset()))
    return {"value": told(kind, value, evidence.currency), "place": f"{call}#/value"}


def told(kind: LeafKind, value: Fraction, currency: str) -> str:
    """Return a value in words: minor units rounded, large amounts also in 万 and 亿."""
    if kind == "date":
        text = str(int(value))
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if kind == "share":
        return f"{_decimal(value / 10_000, 4)} %"
    if kind == "number":
        return _decimal(value, 6)
    minor = round_div(value.numerator, value.denominator)
    text = f"{_decimal(Fraction(minor, 100), 2)} {currency}"
    for size, unit in ((10**8, "亿"), (10**4, "万")):
        if abs(minor) >= size * 100:
            return f"{text} (≈ {_decimal(Fraction(minor, 100 * size), 2)}{unit})"
    return text


def _leaf(evidence: Evidence, given: Any) -> Leaf:
    if isinstance(given, int | float) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str):
        raise InputError("a value is a place or a figure", value=given, where=NAME)
    if (leaf := evidence.at(given.strip())) is not None:
        return leaf
    figure = one(given)
    leaf = evidence.supports(figure) if figure is not None else None
    if leaf is None:
        raise InputError(
            "no result holds this value", value=given, where=NAME, mend="name a place as c1#/cash"
        )
    return leaf


def _worked_out(op: str, leaves: list[Leaf]) -> tuple[LeafKind, Fraction]:
    values = [leaf.value for leaf in leaves]
    kinds = [leaf.kind for leaf in leaves]
    first: LeafKind = leaves[0].kind
    if op == "days_between":
        if kinds != ["date", "date"]:
            raise _kinds(op, leaves, "two days")
        return "number", Fraction((_day(values[0]) - _day(values[1])).days)
    if op == "add_days":
        if kinds != ["date", "number"] or abs(values[1]) > 36_525:
            raise _kinds(op, leaves, "a day and a number of days")
        day = _day(values[0]) + timedelta(days=int(values[1]))
        return "date", Fraction(day.strftime("%Y%m%d"))
    if "date" in kinds and op not in ("lowest", "highest"):
        raise _kinds(op, leaves, "days go with days_between and add_days")
    if op == "product":
        product = Fraction(1)
        for leaf in leaves:
            product *= leaf.value / 1_000_000 if leaf.kind == "share" else leaf.value
        if kinds.count("money") > 1:
            raise _kinds(op, leaves, "at most one amount")
        if "money" in kinds:
            return "money", product
        return ("share", product * 1_000_000) if set(kinds) == {"share"} else ("number", product)
    if op in ("quotient", "percent"):
        if len(leaves) != 2 or not values[1]:
            raise _kinds(op, leaves, "two values, the second not 0")
        if op == "quotient" and kinds[1] == "number":
            return first, values[0] / values[1]
        if first != kinds[1]:
            raise _kinds(op, leaves, "two values of one kind")
        part = values[0] / values[1]
        return ("share", part * 1_000_000) if op == "percent" else ("number", part)
    if len(set(kinds)) > 1:
        raise _kinds(op, leaves, "values of one kind")
    if op == "sum":
        return first, sum(values, Fraction(0))
    if op == "average":
        return first, sum(values, Fraction(0)) / len(values)
    if op == "difference":
        return first, values[0] - sum(values[1:], Fraction(0))
    return first, min(values) if op == "lowest" else max(values)


def _day(value: Fraction) -> date:
    year, rest = divmod(int(value), 10_000)
    return date(year, *divmod(rest, 100))


def _decimal(value: Fraction, places: int) -> str:
    scaled = round_div(value.numerator * 10**places, value.denominator)
    whole, rest = divmod(abs(scaled), 10**places)
    text = f"{whole:,}.{rest:0{places}d}" if places else f"{whole:,}"
    if places > 2 or not rest:
        text = text.rstrip("0").rstrip(".")
    return "-" * (scaled < 0) + text


def _kinds(op: str, leaves: list[Leaf], mend: str) -> InputError:
    kinds = ", ".join(f"{leaf.place} ({leaf.kind})" for leaf in leaves)
    return InputError(f"{op} does not go with these", value=kinds, where=NAME, mend=mend)
