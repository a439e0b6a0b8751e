"""What policies, kinds of firms and amounts are called on a page."""

from __future__ import annotations

from collections.abc import Sequence

from .figures import percent, whole
from .measures import DAYS, SHARE
from .page import Words

CURRENCY = "CNY"

STYLES = {"owner": "c3", "cfo": "c1"}
"""Colours of policies that are on most pages."""


def policy_name(name: str, say: Words) -> str:
    """Return what a policy is called; of a stranger's, its own name."""
    if say.known(f"policy.{name}"):
        return say(f"policy.{name}")
    if name.startswith("cfo:"):
        return say("policies.only", plugins=" + ".join(name[4:].split("+")))
    if name.startswith("cfo-"):
        return say("policies.without", plugins=listed(name[4:].split("-"), say))
    return name


def kind_name(name: str, say: Words) -> str:
    """Return what one firm of an archetype is called."""
    return say(f"archetype.{name}") if say.known(f"archetype.{name}") else name


def kinds_name(name: str, say: Words) -> str:
    """Return what the firms of an archetype are called, or all firms."""
    if name == "all":
        return say("archetype.all")
    return say("simulation.kinds", kind=kind_name(name, say))


def listed(names: Sequence[str], say: Words) -> str:
    """Return names in a row: a, b and c."""
    if len(names) < 2:
        return "".join(names)
    return say("simulation.list").join([say("simulation.comma").join(names[:-1]), names[-1]])


def written(value: float, unit: str, *, signed: bool = False) -> str:
    """Return a mean in its unit: fen as whole yuan, a share in per cent, days with one decimal."""
    if unit == SHARE:
        return percent(round(value * 1_000_000), signed=signed)
    if unit == DAYS:
        text = f"{abs(value):.2f}"
        mark = "" if float(text) == 0 else "−" if value < 0 else "+" if signed else ""
        return mark + text
    text = whole(round(value), CURRENCY)
    return f"+{text}" if signed and value > 0 and text != whole(0, CURRENCY) else text


def between(low: float, high: float, unit: str, say: Words) -> str:
    """Return an interval in its unit, or a dash where one pair gives none."""
    if high == float("inf"):
        return "—"
    return say("words.between", low=written(low, unit), high=written(high, unit))
