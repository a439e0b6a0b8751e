"""The shapes of `aicfo sim … --json`, published as JSON Schema in `schemas/`.

Amounts are means in minor units, so they may have a fraction; shares are parts per million.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class Gap(_Output):
    """A paired difference of final wealth; the same firm under both policies is one pair."""

    policy: str = Field(description="The policy it is compared with.")
    pairs: int
    mean: float
    low: float | None = Field(description="95 % interval of the paired t.")
    high: float | None
    boot_low: float | None = Field(description="95 % interval of the seeded bootstrap.")
    boot_high: float | None
    noise: float | None = Field(description="Half of the paired interval: the noise floor.")
    unpaired_noise: float | None = Field(description="The same without common random numbers.")


class SummaryRow(_Output):
    """How the firms of one archetype fared under one policy; amounts are means per firm."""

    archetype: str = Field(description="Archetype, or all.")
    policy: str
    merchants: int
    failed_in_warmup: int
    survived_ppm: int
    wealth: float = Field(description="Final wealth.")
    gain: float = Field(description="Final less opening wealth.")
    cash_p5: float = Field(description="Each firm's 5 % quantile of daily cash.")
    cash_min: float
    wage_late_days: float
    supplier_late_days: float
    finance_cost: float
    actions: float
    tenders_won: float
    vs_owner: Gap | None
    vs_best_rule: Gap | None


class SimRunOutput(_Output):
    folder: str
    sha256: str = Field(description="Digest of results.parquet: equal inputs, equal digest.")
    rows: int
    summary: list[SummaryRow]


class SimReportOutput(_Output):
    summary: list[SummaryRow]
    page: str = Field(description="The report that was written.")


class ScenarioOutput(_Output):
    name: str
    title: str
    start: str = Field(description="First day after the warm-up, ISO 8601.")
    warmup_days: int
    mix: dict[str, int] = Field(description="Archetype → weight.")


class SimScenariosOutput(_Output):
    scenarios: list[ScenarioOutput]


OUTPUTS: dict[str, type[BaseModel]] = {
    "sim-run": SimRunOutput,
    "sim-report": SimReportOutput,
    "sim-scenarios": SimScenariosOutput,
}
"""Name of the schema → the model of what the command prints."""

FOLDER = Path(__file__).parent / "schemas"


def schema_text(name: str) -> str:
    """Return the published JSON Schema (2020-12) of one output."""
    schema = OUTPUTS[name].model_json_schema(mode="serialization")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**head, **schema}, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Write the published schemas: `python -m aicfo_sim.output`."""
    for name in OUTPUTS:
        (FOLDER / f"{name}.json").write_text(schema_text(name), "utf-8")


if __name__ == "__main__":
    main()
