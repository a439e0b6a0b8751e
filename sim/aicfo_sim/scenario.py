"""Scenarios and calibration: what is simulated, by which sourced figures."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml

from aicfo_sdk.errors import InputError, NotFound
from aicfo_sdk.model import digest

from .scenario_file import ARCHETYPES, Rules, ScenarioFile, Section, check, parse, rooms

__all__ = ["ARCHETYPES", "Figures", "Rules", "Scenario", "Section", "calibration", "load"]

_S = TypeVar("_S", bound=Section)


class _Dumper(yaml.SafeDumper):
    """Without aliases, which a scenario file may not have."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class Figures:
    """The figures of one calibration file; each row has value, unit, date, source, verified."""

    def __init__(self, name: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
        self.name, self.rows = name, rows

    def value(self, key: str) -> Any:
        """Return a figure: a number or a list of numbers.

        Raises: NotFound.
        """
        row = self.rows.get(key)
        if row is None:
            raise NotFound("no such calibration figure", value=key, where=self.name)
        return row["value"]

    def number(self, key: str) -> float:
        """Return a single figure."""
        return float(self.value(key))

    def numbers(self, key: str) -> tuple[float, ...]:
        """Return a list of figures, such as the ends of a uniform draw."""
        return tuple(float(value) for value in self.value(key))

    def spread(self, key: str) -> float:
        """Return the log-SD that stands beside a median."""
        return float(self.rows[key]["spread"])

    def with_values(self, values: Mapping[str, Any], where: str = "") -> Figures:
        """Return a copy with some values replaced; `name.spread` replaces a log-SD.

        A value must have the shape of the shipped one, may be negative only where that is, and a
        share may not exceed one. `where` is the file, for errors.
        Raises: NotFound for a key that is not there, InputError for a value that does not fit.
        """
        rows = dict(self.rows)
        for key, value in values.items():
            name, field = (key.removesuffix(".spread"), "spread")
            if name == key or field not in self.rows.get(name, {}):
                name, field = key, "value"
            row = self.rows.get(name)
            place = f"{where}: override.{self.name}.{key}" if where else f"override.{self.name}"
            if row is None:
                raise NotFound(
                    "no such calibration figure", value=key, where=place, mend=self._near(key)
                )
            wrong = _misfit(value, row[field], row["unit"])
            if wrong:
                raise InputError("a figure does not fit", value=value, where=place, mend=wrong)
            rows[name] = {**rows[name], field: value, "source": "scenario", "verified": False}
        return Figures(self.name, rows)

    def _near(self, key: str) -> str:
        near = get_close_matches(key, self.rows, n=1, cutoff=0.5)
        return f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(self.rows)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One world: dates, mix of archetypes, rules, figures, and what each room of the world is told.

    Keys and their meaning: docs/scenarios.md. `shard` merchants make one task (`shard_cfo` when a
    policy asks plugins); neither changes any result. `held_out` says that its figures were kept
    out of tuning.
    """

    name: str
    title: str
    start: date
    warmup_days: int
    fidelity: str
    shard: int
    shard_cfo: int
    mix: Mapping[str, int]
    rules: Rules
    override: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    sections: Mapping[str, Section] = field(default_factory=dict[str, Section])
    held_out: bool = False

    def figures(self, name: str) -> Figures:
        """Return the calibration of an archetype or of the "market", overrides applied."""
        return calibration(name).with_values(self.override.get(name, {}))

    def section(self, kind: type[_S]) -> _S:
        """Return what the file says to the room whose model is `kind`, or its defaults."""
        for section in self.sections.values():
            if isinstance(section, kind):
                return section
        return kind()

    def archetype(self, merchant: int) -> str:
        """Return the archetype of merchant number `merchant`: the mix, repeated."""
        position = merchant % sum(self.mix.values())
        for name in ARCHETYPES:
            position -= self.mix.get(name, 0)
            if position < 0:
                return name
        raise AssertionError("the mix was checked when the scenario was read")

    def text(self) -> str:
        """Return a scenario file of this scenario, every key written out: `from_table` reads it."""
        keys = [key for key in ScenarioFile.model_fields if key not in ("mix", "rules", "override")]
        table = {
            **{key: getattr(self, key) for key in keys},
            "mix": dict(self.mix),
            "rules": self.rules.model_dump(),
            "override": {name: dict(values) for name, values in self.override.items()},
            **{key: section.model_dump() for key, section in self.sections.items()},
        }
        return yaml.dump(table, Dumper=_Dumper, allow_unicode=True, sort_keys=False)

    def digest(self) -> str:
        """Return a digest of everything that a result depends on, calibration included."""
        names = (*(name for name in ARCHETYPES if self.mix.get(name)), "market")
        return digest(
            {
                "name": self.name,
                "start": self.start.isoformat(),
                "warmup": self.warmup_days,
                "fidelity": self.fidelity,
                "mix": dict(self.mix),
                "rules": self.rules.model_dump(mode="json"),
                "sections": {
                    room: self.section(kind).model_dump(mode="json")
                    for room, kind in rooms().items()
                },
                "figures": {
                    name: {
                        key: [row["value"], row.get("spread")]
                        for key, row in self.figures(name).rows.items()
                    }
                    for name in names
                },
            }
        )


@cache
def calibration(name: str) -> Figures:
    """Return a shipped calibration file as it stands.

    Raises: NotFound.
    """
    entry = files("aicfo_seeds") / "calibration" / f"{name}.toml"
    if not entry.is_file():
        raise NotFound("no such calibration", value=name, mend="known: " + ", ".join(ARCHETYPES))
    return Figures(name, tomllib.loads(entry.read_text("utf-8")))


def drawn() -> tuple[str, ...]:
    """Return the archetypes whose merchants can be drawn."""
    from .draws.block import DRAWERS

    return tuple(name for name in ARCHETYPES if name in DRAWERS)


def scenario_names() -> tuple[str, ...]:
    """Return the names of the built-in scenarios, sorted."""
    folder = files("aicfo_seeds") / "scenarios"
    return tuple(sorted(e.name.removesuffix(".yaml") for e in folder.iterdir() if e.is_file()))


def load(name: str | Path) -> Scenario:
    """Return a built-in scenario by name, or one read from a YAML file.

    Raises: NotFound, InputError.
    """
    return from_table(*table_of(name))


def table_of(name: str | Path) -> tuple[str, dict[str, Any], str]:
    """Return name, keys (not yet checked) and place of a built-in scenario or of a YAML file.

    Raises: NotFound, InputError.
    """
    text = str(name)
    if text.endswith((".yaml", ".yml")):
        path = Path(text)
        if not path.is_file():
            raise NotFound("no such scenario file", value=text)
        return path.stem, parse(path.read_bytes(), text), text
    if text not in scenario_names():
        known = ", ".join(scenario_names())
        raise NotFound("no such scenario", value=text, mend=f"built in: {known}; or a .yaml file")
    entry = files("aicfo_seeds") / "scenarios" / f"{text}.yaml"
    return text, parse(entry.read_bytes(), text), text


def from_table(name: str, table: Mapping[str, Any], where: str) -> Scenario:
    """Return the scenario of a table of keys; `where` is the file, for errors.

    Raises: NotFound, InputError.
    """
    file, sections = check(table, where)
    for archetype in file.mix:
        if archetype not in drawn():
            raise InputError(
                "no merchants of this archetype can be drawn",
                value=archetype,
                where=f"{where}: mix",
                mend="known: " + ", ".join(drawn()),
            )
    built = Scenario(
        name=name,
        sections=sections,
        **{key: getattr(file, key) for key in type(file).model_fields if key not in sections},
    )
    for known in (*drawn(), "market"):
        calibration(known).with_values(built.override.get(known, {}), where)
    return built


def _misfit(value: Any, shipped: Any, unit: str) -> str:
    """Return how a value must look to replace a shipped one, or "" when it does."""
    if isinstance(shipped, list):
        wanted = cast(list[Any], shipped)
        found = cast(list[Any], value) if isinstance(value, list) else []
        if len(found) != len(wanted):
            return f"a list of {len(wanted)} numbers, such as {wanted}"
        wrong = [_misfit(one, other, unit) for one, other in zip(found, wanted, strict=True)]
        if any(wrong):
            return next(filter(None, wrong))
        if len(wanted) == 2 and wanted[0] <= wanted[1] and found[0] > found[1]:
            return "the lower end first"
        return ""
    if type(value) not in (int, float) or not math.isfinite(value):
        return f"a number, such as {shipped} ({unit})"
    if type(shipped) is int and type(value) is not int:
        return f"a whole number, such as {shipped} ({unit})"
    if value < 0 <= shipped and "+/-" not in unit:
        return f"not below 0 ({unit})"
    if value > 1 >= shipped and unit.startswith(("share", "probability")):
        return f"not above 1 ({unit})"
    return ""
