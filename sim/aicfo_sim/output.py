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
    replications: int
    mean: float
    low: float | None = Field(description="95 % interval of the paired t.")
    high: float | None
    boot_low: float | None = Field(description="95 % interval of the seeded bootstrap.")
    boot_high: float | None
    noise: float | None = Field(description="Half of the paired interval: the noise floor.")
    unpaired_noise: float | None = Field(description="The same without common random numbers.")
    wide_low: float | None = Field(
        description="95 % interval over replications: for other markets than those drawn, too."
    )
    wide_high: float | None


class CapturedRow(_Output):
    """What a policy gained of all that could have been gained, by the clairvoyant bound."""

    share: float | None = Field(description="(policy − owner) / (bound − owner), over sums.")
    low: float | None = Field(description="95 % bootstrap interval over merchants.")
    high: float | None
    regret: float | None = Field(description="1 − share.")
    room: float | None = Field(description="Mean of bound − owner, minor units.")


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
    unpaid_suppliers: float = Field(description="Owed to suppliers and overdue at the end.")
    idle_cash: float = Field(description="Cash in the bank beyond the next 30 days' payments.")
    finance_cost: float
    discount_cost: float = Field(description="Of it: discounting bills.")
    loan_cost: float = Field(description="Of it: interest and fees of loans.")
    late_cost: float = Field(description="Of it: charges for paying late.")
    fund_income: float = Field(description="What the money fund paid.")
    actions: float
    refused: float = Field(description="Proposals that the desk refused.")
    tenders_won: float
    vs_owner: Gap | None
    vs_best_rule: Gap | None
    captured: CapturedRow | None = Field(description="With --bound.")


class PluginRow(_Output):
    """What a plugin adds: the CFO with it less the CFO without it, on the same draws."""

    archetype: str
    plugin: str
    way: str = Field(description="last: beside all the others; alone: beside none, to the owner.")
    gap: Gap


class CostRow(_Output):
    """What a part of the work cost: draws, warm-up, or a policy."""

    part: str
    cpu_seconds: float
    per_merchant_year: float = Field(description="CPU seconds for 365 days of one merchant.")


class LookRow(_Output):
    """One look of a sequential run at the precision reached."""

    replications: int
    policy: str
    against: str
    mean: float
    half_width: float | None = Field(description="Half of the interval at this look's level.")


class SequentialOutput(_Output):
    """How a sequential run ended; its intervals hold however early it stopped."""

    wanted: float = Field(description="Half-width that was asked for, minor units.")
    reached: bool
    replications: int
    looks: int = Field(description="Looks that were planned; each has its share of the risk.")
    rows: list[LookRow]


class SimRunOutput(_Output):
    folder: str
    sha256: str = Field(description="Digest of results.parquet: equal inputs, equal digest.")
    rows: int
    summary: list[SummaryRow]
    plugins: list[PluginRow] = Field(description="Where the run has the CFO without a plugin.")
    cost: list[CostRow]
    sequential: SequentialOutput | None


class SimReportOutput(_Output):
    summary: list[SummaryRow]
    plugins: list[PluginRow]
    page: str = Field(description="The report that was written.")


class SimCompareOutput(SimReportOutput):
    plugin: str = Field(description="The folder or name that was given.")
    without: str = Field(description="Policy without the plugin.")
    with_: str = Field(alias="with", description="Policy with it.")
    folder: str


class ScenarioOutput(_Output):
    name: str
    title: str
    start: str = Field(description="First day after the warm-up, ISO 8601.")
    warmup_days: int
    mix: dict[str, int] = Field(description="Archetype → weight.")
    held_out: bool = Field(description="Its figures were kept out of tuning.")


class SimScenariosOutput(_Output):
    scenarios: list[ScenarioOutput]


class SimQueryOutput(_Output):
    columns: list[str]
    rows: list[list[str | int | float | bool | None]]


class SensitivityRow(_Output):
    """How much one input moved one result over the points of a sweep."""

    input: str
    output: str = Field(description="Column of the sweep's table.")
    archetype: str
    policy: str
    rank_correlation: float | None = Field(description="Spearman's; null where nothing varies.")
    p_value: float | None = Field(description="Of no monotone relation, two-sided.")
    first_order: float | None = Field(
        description="Share of the variance over points that the input explains alone, estimated "
        "from the sample by classes; null below 16 points."
    )


class SimSweepOutput(_Output):
    folder: str
    table: str = Field(description="Parquet file with a row per point, archetype and policy.")
    points: list[dict[str, float | int | str]] = Field(description="Inputs of each point.")
    sensitivity: list[SensitivityRow]


class ValidationMoment(_Output):
    """One moment of real and of simulated firms."""

    archetype: str
    stream: str = Field(description="takings, sales or purchases.")
    part: str = Field(description="firms or later (both held out), or records.")
    moment: str
    unit: str
    real: float
    low: float = Field(description="95 % band, by bootstrap over firms, both samples' chance.")
    high: float
    simulated: float
    inside: bool
    distance: float | None = Field(description="Simulated less real, in SDs between firms.")
    firms: int = Field(description="Real firms that give the moment.")


class ValidationShape(_Output):
    """One distribution of real and of simulated firms."""

    archetype: str
    stream: str
    part: str
    shape: str
    ks: float = Field(description="Kolmogorov–Smirnov distance.")
    limit: float = Field(description="What chance alone stays below in 95 % of cases.")
    inside: bool
    firms: int


class SimValidateOutput(_Output):
    scenario: str
    against: str
    merchants: int
    seed: int
    outside: int = Field(description="Moments and distributions outside their bands.")
    moments: list[ValidationMoment]
    shapes: list[ValidationShape]
    notes: list[str]


class FittedMoment(_Output):
    """One moment of the records, of the shipped world and of the fitted one."""

    moment: str
    unit: str
    records: float
    shipped: float
    shipped_distance: float | None = Field(description="In SDs between firms.")
    fitted: float
    fitted_distance: float | None


class SimCalibrateOutput(_Output):
    archetype: str
    stream: str
    firms: int
    first: str = Field(description="First day of the records, ISO 8601.")
    last: str
    override: dict[str, float | list[float]] = Field(description="Figures that were fitted.")
    moments: list[FittedMoment]
    mean_distance_shipped: float = Field(description="Mean of absolute distances.")
    mean_distance_fitted: float
    notes: list[str]
    out: str = Field(description="The scenario file that was written.")


OUTPUTS: dict[str, type[BaseModel]] = {
    "sim-run": SimRunOutput,
    "sim-compare": SimCompareOutput,
    "sim-report": SimReportOutput,
    "sim-scenarios": SimScenariosOutput,
    "sim-query": SimQueryOutput,
    "sim-sweep": SimSweepOutput,
    "sim-validate": SimValidateOutput,
    "sim-calibrate": SimCalibrateOutput,
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
