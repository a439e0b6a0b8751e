"""What an answer may say: every number, day and figure that tools gave, with its place.

A figure is supported when a value of its kind, rounded to the digits that it shows, is the figure,
with the right sign, under the right name and about the right thing. The names are those of
`concepts.toml`, the things are ids beside the value. What stood only in text (a title, the owner's
own question) supports a figure where no field of that name says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, Literal, cast

from ..model.base import Frozen
from ..money import LIMIT
from .concepts import DIMENSIONS, concepts_of, named, rows_of
from .figures import Figure, figures
from .shown import days_of, shown_places

LeafKind = Literal["money", "share", "number", "date"]

QUESTION = "question"
"""The call id of what the owner said."""

_LOSS = re.compile(
    r"(?i)缺|不足|亏|短|支出|低于|透支|净流出|下降|减少|负|还差|欠|short|gap|deficit|loss|lack|below"
    r"|overdrawn|negative|outflow|decline|drop|owe|minus"
)
_ID = re.compile(r"(?=.*\d)[^\s，,。;；]{1,60}")
_FOREIGN = 100_000
"""The longest `UntrustedText`: by it a schema tells which texts strangers wrote."""
_ROW = re.compile(r"/\d+/")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a result: minor units, ppm, a number, or a day as year·10000+month·100+day."""

    call: str
    pointer: str
    kind: LeafKind
    value: Fraction
    concepts: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    structured: bool = True

    @property
    def place(self) -> str:
        """Call id and JSON pointer, as the model and `calculate` write it."""
        return f"{self.call}#{self.pointer}"


class Link(Frozen):
    """A figure of an answer and what it rests on."""

    figure: str
    start: int
    end: int
    evidence: str = ""
    """Call id and JSON pointer, "" for none."""
    value: str = ""
    """The value there, in minor units, ppm, or as it is."""
    why: str = ""
    """Why nothing supports it, "" for what is supported."""


class Evidence:
    """The values of one turn; `currency` is the books'."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self._leaves: list[Leaf] = []
        self._places: dict[str, Leaf] = {}

    def add(self, leaf: Leaf) -> None:
        """Add one value."""
        self._leaves.append(leaf)
        self._places[leaf.place] = leaf

    def add_text(
        self, call: str, pointer: str, text: str, ids: frozenset[str], *, foreign: bool = False
    ) -> None:
        """Add the figures that stand in a text: they support, but never against a field.

        Amounts and shares in `foreign` text, which strangers wrote, support nothing.
        """
        if _DAY.fullmatch(text):
            day = Fraction(text.replace("-", ""))
            self.add(Leaf(call, pointer, "date", day, ids=ids))
            return
        floor = 0
        for figure in figures(text):
            kind: LeafKind = _KINDS[figure.kind]
            names = frozenset(named(text, figure.start, figure.end, floor).values())
            floor = figure.end
            if foreign and kind in ("money", "share"):
                continue
            value = figure.value
            if figure.kind == "plain" and figure.step < 1:
                kind, value = "money", value * 100  # an amount as our own tools write it
            if not foreign or kind != "money":
                self.add(Leaf(call, pointer, kind, value, names, ids, structured=False))

    def add_day(self, call: str, pointer: str, day: date) -> None:
        """Add a day."""
        self.add(Leaf(call, pointer, "date", Fraction(day.strftime("%Y%m%d"))))

    def add_result(
        self,
        call: str,
        schema: Mapping[str, Any],
        result: Mapping[str, Any],
        arguments: Mapping[str, Any],
    ) -> None:
        """Add a whole result whose JSON Schema is `schema`, and what it was asked with."""
        about = frozenset(v for v in arguments.values() if isinstance(v, str) and _ID.fullmatch(v))
        for name, value in arguments.items():
            pointer = f"/arguments/{name}"
            if isinstance(value, str):
                self.add_text(call, pointer, value, about)
            elif isinstance(value, int) and not isinstance(value, bool):
                self.add(Leaf(call, pointer, "number", Fraction(value), ids=about))
        for leaf in leaves(call, schema, result, about):
            if isinstance(leaf, Leaf):
                self.add(leaf)
            else:
                self.add_text(call, leaf.pointer, leaf.text, leaf.ids, foreign=leaf.foreign)

    def at(self, place: str) -> Leaf | None:
        """Return the value at a place (`c1#/cash`), None for none."""
        return self._places.get(place)

    def near(self, call: str) -> list[str]:
        """Return places of a call that hold numbers, for a message that helps."""
        return [each.place for each in self._leaves if each.call == call and each.structured][:12]

    def check(self, text: str) -> tuple[Link, ...]:
        """Return every figure of a text with what supports it, or why nothing does."""
        floor, found = 0, list[Link]()
        before: tuple[Figure, Link] | None = None
        for figure in figures(text):
            if before is not None and _new_sentence(text, before[0].end, figure.start):
                before = None
            link = self._link(text, figure, floor)
            if link.evidence and before is not None:
                link = self._on_its_day(figure, link, *before)
            found.append(link)
            floor, before = figure.end, (figure, link)
        return tuple(found)

    def supports(self, figure: Figure) -> Leaf | None:
        """Return a value that a figure on its own says, None for none."""
        matches = [leaf for leaf in self._leaves if _fits(figure, leaf, self.currency)]
        return matches[-1] if matches else None

    def _link(self, text: str, figure: Figure, floor: int) -> Link:
        matches = [leaf for leaf in self._leaves if _fits(figure, leaf, self.currency)]
        if not matches:
            return _no(figure, self._why_not(figure))
        around = text[max(floor, figure.start - 24) : figure.start]
        signed = [leaf for leaf in matches if _signed(figure, leaf, around)]
        if not signed:
            return _no(figure, f"the sign is wrong: {_shown(matches[-1])}")
        matches = signed
        for dimension in DIMENSIONS:
            concept = named(text, figure.start, figure.end, floor).get(dimension)
            if concept is None:
                continue
            holders = [e for e in self._leaves if concept in e.concepts and _alike(figure, e)]
            # What the owner said, or a text beside such a field, is no word for the field.
            calls = {QUESTION, *(leaf.call for leaf in holders)}
            good = [
                leaf
                for leaf in matches
                if concept in leaf.concepts and (leaf.structured or leaf.call not in calls)
            ]
            if good:
                matches = good
                continue
            free = [leaf for leaf in matches if _free(leaf, dimension)]
            if holders and not free:
                what = concept.partition(":")[2]
                return _no(
                    figure,
                    f"no {what} of the results is that; {_shown(holders[-1])}, while "
                    f"{_shown(matches[-1])}",
                )
            if not holders and all(_otherwise(leaf, concept) for leaf in matches):
                what = concept.partition(":")[2]
                return _no(figure, f"no result holds {what}; {_shown(matches[-1])}")
            matches = free or matches
        about = self._about(text, figure, floor)
        if about:
            good = [leaf for leaf in matches if about in leaf.ids or not leaf.ids]
            if not good:
                return _no(figure, f"nothing about {about} is that; {_shown(matches[-1])}")
            matches = [leaf for leaf in good if about in leaf.ids] or good
        elif all(self._of_a_row(leaf) for leaf in matches) and not self._row_named(
            text, figure, floor
        ):
            return _no(figure, f"say whose it is: {_shown(matches[-1])}")
        exact = [leaf for leaf in matches if leaf.structured] or matches
        leaf = exact[-1]
        return Link(
            figure=figure.text,
            start=figure.start,
            end=figure.end,
            evidence=leaf.place,
            value=_plain(leaf.value),
        )

    def _on_its_day(self, figure: Figure, link: Link, before: Figure, last: Link) -> Link:
        """A value of a day and a day that stand together belong together, if both are of results
        that tell a value's day."""
        if (figure.kind == "date") == (before.kind == "date"):
            return link
        dated, valued = (figure, last) if figure.kind == "date" else (before, link)
        day = self._places.get(valued.evidence + "/day")
        if day is None or _fits(dated, day, self.currency):
            return link
        others = [e for e in self._leaves if e.kind == "date" and _fits(dated, e, self.currency)]
        if any(not leaf.pointer.endswith("/day") for leaf in others):
            return link
        return _no(figure, f"value and day do not go together: {_shown(day)}")

    def _of_a_row(self, leaf: Leaf) -> bool:
        """Whether a value is one row's, of a call whose result has one of that name as a whole."""
        if not leaf.concepts or not leaf.structured or not _ROW.search(leaf.pointer):
            return False
        measures = {each for each in leaf.concepts if each.startswith("measure:")}
        return any(
            other.call == leaf.call
            and other.structured
            and measures & other.concepts
            and not _ROW.search(other.pointer)
            for other in self._leaves
        )

    def _row_named(self, text: str, figure: Figure, floor: int) -> bool:
        return "row" in named(text, figure.start, figure.end, floor)

    def _about(self, text: str, figure: Figure, floor: int) -> str:
        """The last id named before a figure in its sentence, if some value is about it."""
        begin = max(text.rfind(mark, 0, figure.start) for mark in ("。", "\n", ". ", "；", ";")) + 1
        known = {each for leaf in self._leaves for each in leaf.ids}
        said = text[begin : figure.start]
        places = [(said.rfind(each), len(each), each) for each in known if each in said]
        return max(places)[2] if places else ""

    def _why_not(self, figure: Figure) -> str:
        if figure.currency not in ("", self.currency):
            return f"these books are in {self.currency}"
        for factor in (100, 10_000, 100_000_000, 1000, 10):
            for leaf in self._leaves:
                if leaf.structured and _compatible(figure, leaf):
                    mine = _scaled(figure, leaf)
                    if leaf.value and abs(mine) in (
                        abs(leaf.value) * factor,
                        abs(leaf.value) / factor,
                    ):
                        return f"the unit is wrong: {_shown(leaf)}"
        return "no result holds it"


@dataclass(frozen=True, slots=True)
class _Text:
    pointer: str
    text: str
    ids: frozenset[str]
    foreign: bool


def leaves(
    call: str,
    schema: Mapping[str, Any],
    result: Any,
    about: frozenset[str],
    fact: str = "",
    definitions: Mapping[str, Any] | None = None,
    pointer: str = "",
    names: tuple[str, ...] = (),
) -> Iterator[Leaf | _Text]:
    """Yield every number, day, length of a list and text of a result, by JSON pointer.

    The rest is for a part of a result: the type and definitions of the whole, its place and names.
    """
    fact = fact or str(schema.get("title", ""))
    if definitions is None:
        definitions = cast("Mapping[str, Any]", schema.get("$defs", {}))
    for leaf in _walk(call, fact, definitions, schema, result, pointer, names, about):
        yield replace(leaf, ids=leaf.ids | about)


def _walk(
    call: str,
    fact: str,
    definitions: Mapping[str, Any],
    schema: Mapping[str, Any],
    value: Any,
    pointer: str,
    names: tuple[str, ...],
    ids: frozenset[str],
) -> Iterator[Leaf | _Text]:
    schema = resolved(schema, definitions, value)
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        kind = kind_of(schema, names[-1] if names else "")
        yield Leaf(call, pointer, kind, Fraction(value), concepts_of(fact, names), ids)
    elif isinstance(value, str):
        yield _Text(pointer, value, ids, schema.get("maxLength") == _FOREIGN)
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        yield Leaf(call, f"{pointer}/#", "number", Fraction(len(items)), ids=ids)
        inner = cast("Mapping[str, Any]", schema.get("items", {}))
        places = shown_places(items)
        for place in places:
            at = f"{pointer}/{place}"
            yield from _walk(call, fact, definitions, inner, items[place], at, names, ids)
    elif isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        for at, day in days_of(fields):
            yield Leaf(call, f"{pointer}/{at}/day", "date", Fraction(day.strftime("%Y%m%d")))
        texts = [text for text in fields.values() if isinstance(text, str)]
        own = {part for text in texts if _is_id(text) for part in (text, *text.split(":"))}
        ids = frozenset(filter(_is_id, own)) or ids
        row = rows_of(texts)
        properties = cast("Mapping[str, Any]", schema.get("properties", {}))
        for name, item in fields.items():
            part = cast("Mapping[str, Any]", properties.get(name, {}))
            at = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            for leaf in _walk(call, fact, definitions, part, item, at, (*names, name), ids):
                if row and isinstance(leaf, Leaf) and leaf.pointer == at:
                    leaf = replace(leaf, concepts=leaf.concepts | row)
                yield leaf


def resolved(schema: Any, definitions: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    """Return the schema that a value stands under: references followed, the arm for null left."""
    if not isinstance(schema, Mapping):
        return {}
    found = cast("Mapping[str, Any]", schema)
    if "$ref" in found:
        found = cast(
            "Mapping[str, Any]", definitions.get(str(found["$ref"]).rpartition("/")[2], {})
        )
    arms = [
        arm
        for arm in cast("list[Mapping[str, Any]]", found.get("anyOf", found.get("oneOf", [])))
        if arm.get("type") != "null"
    ]
    if not arms:
        return found
    if isinstance(value, dict):
        for arm in arms:
            kind = resolved(arm, definitions, None).get("properties", {}).get("kind", {})
            if kind.get("const", "") == cast("dict[str, Any]", value).get("kind"):
                return resolved(arm, definitions, None)
    return resolved(arms[0], definitions, value)


def kind_of(schema: Mapping[str, Any], name: str) -> LeafKind:
    """Return what a number of a result is: an amount, a share in ppm, or a plain number."""
    if schema.get("maximum") == LIMIT:
        return "money"
    return "share" if name.endswith("_ppm") else "number"


_KINDS: dict[str, LeafKind] = {
    "money": "money", "share": "share", "days": "number", "plain": "number", "date": "date",
}  # fmt: skip


def _is_id(text: str) -> bool:
    return bool(_ID.fullmatch(text)) and not _DAY.fullmatch(text) and len(text) > 2


def _compatible(figure: Figure, leaf: Leaf) -> bool:
    if figure.kind == "plain":
        return leaf.kind in ("money", "number")
    return _KINDS[figure.kind] == leaf.kind


def _scaled(figure: Figure, leaf: Leaf) -> Fraction:
    """The figure's value in the leaf's unit: a bare number means whole currency units."""
    return figure.value * 100 if figure.kind == "plain" and leaf.kind == "money" else figure.value


def _fits(figure: Figure, leaf: Leaf, currency: str) -> bool:
    if not _compatible(figure, leaf) or figure.currency not in ("", currency):
        return False
    if leaf.kind == "date":
        whole = int(figure.value)
        return leaf.value == whole or (whole < 10_000 and leaf.value % 10_000 == whole)
    if figure.kind == "plain" and leaf.kind == "money":
        return figure.says(leaf.value / 100)
    return figure.says(leaf.value)


def _signed(figure: Figure, leaf: Leaf, around: str) -> bool:
    if leaf.kind == "date" or not leaf.value or not figure.value:
        return True
    if figure.sign:
        return (figure.sign > 0) == (leaf.value > 0)
    return leaf.value > 0 or _LOSS.search(around) is not None


def _alike(figure: Figure, leaf: Leaf) -> bool:
    return leaf.structured and _compatible(figure, leaf)


def _free(leaf: Leaf, dimension: str) -> bool:
    """Whether a value has no name of a dimension that could be the wrong one."""
    has = any(each.startswith(dimension + ":") for each in leaf.concepts)
    # Of the quantiles: what is none (a buffer) is not told as one.
    return leaf.structured and not has and (dimension != "quantile" or not leaf.concepts)


_KIN = ({"measure:interest", "measure:fee", "measure:cost"},)
"""What one result calls by one name and another by the other."""


def _otherwise(leaf: Leaf, concept: str) -> bool:
    """Whether a field's own name says that it measures something else."""
    measures = {each for each in leaf.concepts if each.startswith("measure:")}
    kin = next((each for each in _KIN if concept in each), {concept})
    return concept.startswith("measure:") and leaf.structured and bool(measures - kin)


def _new_sentence(text: str, end: int, start: int) -> bool:
    return re.search(r"[。！？!?\n]|[.](?!\d)\s", text[end:start]) is not None


def _no(figure: Figure, why: str) -> Link:
    return Link(figure=figure.text, start=figure.start, end=figure.end, why=why)


def _plain(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else str(value)


def _shown(leaf: Leaf) -> str:
    """A value with its place, as a message to the model says it."""
    if leaf.kind == "money":
        text = f"{float(leaf.value) / 100:,.2f}"
    elif leaf.kind == "share":
        text = f"{float(leaf.value) / 10_000:g} %"
    else:
        text = _plain(leaf.value)
    return f"{leaf.place} is {text}"
