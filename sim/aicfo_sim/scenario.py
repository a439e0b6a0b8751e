"""Scenarios and calibration: what is simulated, by which sourced figures."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from aicfo_sdk.errors import InputError, NotFound
from aicfo_sdk.model import digest

ARCHETYPES = ("shop", "ecommerce", "contractor")


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

    def with_values(self, values: Mapping[str, Any]) -> Figures:
        """Return a copy with some values replaced; a key that is not there is refused."""
        for key in values:
            self.value(key)
        rows = {
            key: {**row, "value": values[key], "source": "scenario", "verified": False}
            if key in values
            else row
            for key, row in self.rows.items()
        }
        return Figures(self.name, rows)


@dataclass(frozen=True, slots=True)
class Rules:
    """When policies are asked and when a firm has failed.

    A merchant closes when wages, suppliers or loans have been overdue for more than so many days;
    closing costs `severance_months` of wages.
    """

    trigger_days: int = 7
    wage_days: int = 45
    supplier_days: int = 90
    loan_days: int = 60
    severance_months: int = 1


@dataclass(frozen=True, slots=True)
class Scenario:
    """One world: dates, mix of archetypes, rules, figures.

    `shard` merchants make one task (`shard_cfo` when a policy asks plugins); neither changes any
    result. `fidelity` is "day" or "order": whether daily takings are drawn at once or as orders.
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

    def figures(self, name: str) -> Figures:
        """Return the calibration of an archetype or of the "market", overrides applied."""
        return calibration(name).with_values(self.override.get(name, {}))

    def archetype(self, merchant: int) -> str:
        """Return the archetype of merchant number `merchant`: the mix, repeated."""
        position = merchant % sum(self.mix.values())
        for name in ARCHETYPES:
            position -= self.mix.get(name, 0)
            if position < 0:
                return name
        raise AssertionError("the mix was checked when the scenario was read")

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
                "rules": [getattr(self.rules, slot) for slot in Rules.__slots__],
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


def scenario_names() -> tuple[str, ...]:
    """Return the names of the built-in scenarios, sorted."""
    folder = files("aicfo_seeds") / "scenarios"
    return tuple(sorted(e.name.removesuffix(".toml") for e in folder.iterdir() if e.is_file()))


def load(name: str | Path) -> Scenario:
    """Return a built-in scenario by name, or one read from a TOML file.

    Raises: NotFound, InputError.
    """
    text = str(name)
    if text.endswith(".toml"):
        path = Path(text)
        if not path.is_file():
            raise NotFound("no such scenario file", value=text)
        return _read(path.stem, path.read_bytes(), text)
    if text not in scenario_names():
        known = ", ".join(scenario_names())
        raise NotFound("no such scenario", value=text, mend=f"built in: {known}; or a .toml file")
    entry = files("aicfo_seeds") / "scenarios" / f"{text}.toml"
    return _read(text, entry.read_bytes(), text)


def _read(name: str, raw: bytes, where: str) -> Scenario:
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("not a TOML file", value=str(error), where=where) from None
    known = {"title", "start", "warmup_days", "fidelity", "shard", "shard_cfo", "mix", "rules"}
    for key in table:
        if key not in known | {"override"}:
            raise InputError("unknown key in a scenario", value=key, where=where)
    missing = sorted(known - set(table))
    if missing:
        raise InputError("a scenario lacks keys", value=", ".join(missing), where=where)
    _check(table, where)
    try:
        rules = Rules(**table["rules"])
    except TypeError as error:
        raise InputError("bad [rules]", value=str(error), where=where) from None
    values = {key: table[key] for key in known - {"rules"}}
    built = Scenario(name=name, rules=rules, override=table.get("override", {}), **values)
    for archetype in (*ARCHETYPES, "market"):
        built.figures(archetype)
    return built


def _check(table: dict[str, Any], where: str) -> None:
    def need(good: bool, what: str, value: object, mend: str) -> None:
        if not good:
            raise InputError(what, value=value, where=where, mend=mend)

    start = table["start"]
    need(type(start) is date, "start is not a date", start, "write it like 2025-07-01")
    for key, low, high in (("warmup_days", 0, 1000), ("shard", 1, 100_000), ("shard_cfo", 1, 1000)):
        value = table[key]
        good = type(value) is int and low <= value <= high
        need(good, f"{key} out of bounds", value, f"{low} to {high}")
    need(table["fidelity"] in ("day", "order"), "unknown fidelity", table["fidelity"], "day, order")
    mix: Any = table["mix"]
    good = (
        isinstance(table["mix"], dict)
        and set(mix) <= set(ARCHETYPES)
        and all(type(part) is int and part >= 0 for part in mix.values())
        and sum(mix.values()) > 0
    )
    need(good, "bad [mix]", mix, "whole shares of " + ", ".join(ARCHETYPES))
