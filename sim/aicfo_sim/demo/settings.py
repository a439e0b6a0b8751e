"""The demo's own choices, from `demo.toml`: days, firms, sizes."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

from pydantic import Field

from aicfo_sdk.model import Frozen

HERE = Path(str(files(__package__ or "aicfo_sim.demo")))
"""The folder with `demo.toml`, `policy.toml` and `words.toml`."""


class WholesalerChoice(Frozen):
    """The real merchant: as-of day, days scored after it, assumed terms."""

    day: date
    days: int = Field(ge=7, le=91)
    terms_days: int = Field(ge=0, le=365)


class Firm(Frozen):
    """The firm that the notices are ranked for."""

    name: str
    country: str
    region: str
    industry: str
    employees: int
    products: tuple[str, ...]


class NoticesChoice(Frozen):
    """The real notices: as-of day, matches shown, for whom."""

    day: date
    shown: int = Field(ge=1)
    firm: Firm


class StoryChoice(Frozen):
    """The synthetic contractor: which one, what is asked, who approves."""

    archetype: str
    seed: int
    price_ppm: int = Field(ge=1, le=1_000_000)
    tender: str
    question: dict[str, str]
    maker: str
    approvers: tuple[str, ...]


class SimulationChoice(Frozen):
    """The paired experiment."""

    scenario: str
    mix: dict[str, int]
    merchants: int = Field(ge=1)
    days: int = Field(ge=1)
    seed: int
    policies: tuple[str, ...]


class Settings(Frozen):
    """All choices of the demo."""

    wholesaler: WholesalerChoice
    notices: NoticesChoice
    story: StoryChoice
    simulation: SimulationChoice


def load_settings() -> Settings:
    """Return the shipped choices."""
    raw = tomllib.loads((HERE / "demo.toml").read_text("utf-8"))
    return Settings.model_validate(raw, strict=False)
