"""What `aicfo demo --json` prints, and all that the report is drawn from.

Amounts are whole minor units of the panel's currency, shares and errors parts per million, days
ISO 8601. The panels speak of different firms, days and currencies: nothing is summed across them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ..report.rows import PolicyOutput


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Source(_Output):
    """Where a file comes from."""

    name: str
    source: str
    licence: str
    attribution: str


class RefusedReason(_Output):
    reason: str = Field(description="Why lines were not taken.")
    rows: int = Field(description="How many.")
    amount: int = Field(description="Their value, minor units.")
    lines: list[int] = Field(description="The first of them, lines of the file.")


class ForecastOutput(_Output):
    """A sales forecast made on the as-of day, scored on the days after it."""

    start: str = Field(description="First forecast day.")
    method: str
    p10: list[int]
    p50: list[int]
    p90: list[int]
    actual: list[int] = Field(description="What was then sold, day by day.")
    naive: list[int] = Field(description="Seasonal naive: the same weekday of the last week.")
    sum_p10: int
    sum_p50: int
    sum_p90: int
    sum_actual: int
    sum_naive: int
    wape_ppm: int = Field(description="Σ|P50 − actual| / Σ actual over the days, ppm.")
    naive_wape_ppm: int
    sum_error_ppm: int = Field(description="(forecast − actual) / actual of the sum, ppm, signed.")
    naive_sum_error_ppm: int
    coverage_ppm: int = Field(description="Share of days inside P10–P90, ppm; 800,000 is right.")
    past_wape_ppm: int | None = Field(description="Error expected from the past, ppm.")
    past_naive_wape_ppm: int | None
    note: str = Field(description="What limits the forecast, in the tool's words.")
    history_start: str
    history: list[int] = Field(description="Daily sales up to the as-of day.")


class ReceiptsOutput(_Output):
    """Receipts expected after the as-of day under an assumption; nothing to score them by."""

    terms_days: int = Field(description="Assumed payment terms, days.")
    start: str
    by_week: list[int] = Field(description="Expected receipts per week, minor units.")
    total: int
    assumptions: list[str]


class AdviceOutput(_Output):
    kind: str
    money: int = Field(description="What is at stake: the rank.")
    title: str
    title_zh: str
    detail: str
    detail_zh: str
    evidence: list[str]


class WholesalerOutput(_Output):
    source: Source
    as_of: str
    currency: str
    rows: int = Field(description="Lines in the file.")
    invoices: int
    credit_notes: int
    customers: int
    refused: list[RefusedReason]
    file_total: int = Field(description="Value of every line, added up apart from the importer.")
    refused_total: int
    books_sales: int = Field(description="Sales in the ledger.")
    trial_balance: int = Field(description="Sum of all ledger accounts; 0 is right.")
    audit_ok: bool
    entries: int = Field(description="Ledger entries.")
    to_the_penny: bool = Field(description="File = books + refused, and the ledger balances.")
    forecast: ForecastOutput
    receipts: ReceiptsOutput
    advice: list[AdviceOutput]


class MatchOutput(_Output):
    tender: str
    title: str
    buyer: str
    score_ppm: int
    value: int | None
    currency: str
    deadline: str | None
    reasons: list[str]


class FindingOutput(_Output):
    code: str
    severity: str
    message: str
    action: str
    source: str


class NoticesOutput(_Output):
    source: Source
    as_of: str
    releases: int
    processes: int = Field(description="Contracting processes after merging their releases.")
    published: int = Field(description="Processes known on the as-of day.")
    open: int = Field(description="Of these open for bids.")
    firm: str
    region: str
    products: list[str]
    matches: list[MatchOutput]
    gate_tender: str = Field(description="Tender whose gate is shown, or empty.")
    gate_passed: bool
    gate: list[FindingOutput]


class FileOutput(_Output):
    file: str
    kind: str
    rows: int
    records: int


class CheckOutput(_Output):
    """One figure as the imported books show it beside what is true of the synthetic firm."""

    what: str
    books: int
    truth: int


class StepOutput(_Output):
    step: int
    tool: str
    returns: str
    needs: list[int] = Field(description="Steps whose results it takes.")


class PieceOutput(_Output):
    kind: str = Field(description="Kind of action.")
    resource: str = Field(description="Bill or credit line drawn on.")
    institution: str
    demand: str
    amount: int
    cash: int
    cost: int
    day: str


class DecisionOutput(_Output):
    id: str
    kind: str
    resource: str
    day: str
    amount: int
    rule: str = Field(description="The rule of the policy that decided.")
    people: str = Field(description="People who must approve, or denied.")
    status: str
    approvals: list[str]
    entry: int | None = Field(description="Ledger entry, when it was carried out.")
    cash_change: int


class CashOutput(_Output):
    start: str
    opening: int
    p10: list[int]
    p50: list[int]
    p90: list[int]
    buffer: int


class NeedOutput(_Output):
    price: int
    need_p50: int
    need_p95: int
    short_p50: int
    short_p95: int
    by: str
    until: str
    assumptions: list[str]


class BillOutput(_Output):
    id: str
    number: str
    face: int
    payday: str = Field(description="Maturity, rolled to a working day.")


class BillMoveOutput(_Output):
    bill: str
    move: str
    amount: int
    day: str
    payable: str = Field(description="Invoice paid by it, or empty.")
    institution: str
    cost: int
    reason: str = Field(description="Why, in the tool's words.")


class BillsOutput(_Output):
    """What to do with the bills that are left, and cash along that plan."""

    bills: list[BillOutput]
    moves: list[BillMoveOutput]
    start: str = Field(description="First day of the two series.")
    cash: list[int] = Field(description="Median cash at day's end with the plan.")
    cash_held: list[int] = Field(description="The same if every bill is held.")
    floor: int = Field(description="Cash the firm should not fall below.")
    wealth: int = Field(description="Terminal wealth of the plan.")
    hold_all: int
    discount_all: int


class StoryOutput(_Output):
    source: Source
    as_of: str
    currency: str
    firm: str
    question: str
    maker: str = Field(description="Who proposes.")
    second_person_above: int = Field(description="Above it two people approve, minor units.")
    tender: str
    title: str
    files: list[FileOutput]
    by_hand: dict[str, int] = Field(description="Records that no file carries: type → number.")
    checks: list[CheckOutput]
    plan: list[StepOutput]
    plan_text: str
    forecast: CashOutput
    need: NeedOutput
    demand: int
    covered: int
    uncovered: int
    cost: int
    funded: bool = Field(description="Whether sources cover all of the demand.")
    approved: bool = Field(description="Whether every action of the plan was approved.")
    summary: str
    pieces: list[PieceOutput]
    decisions: list[DecisionOutput]
    cash_before: int
    cash_after: int
    bills: BillsOutput = Field(description="The bill plan after what was carried out.")
    audit_ok: bool
    audit_rows: int
    audit_head: str
    trial_balance: int
    missing: list[str]


class SimulationOutput(_Output):
    scenario: str
    start: str
    days: int
    merchants: int
    seed: int
    currency: str
    sha256: str = Field(description="Of the result file: same seed, same bytes.")
    rows: list[PolicyOutput]


class DemoOutput(_Output):
    report: str = Field(description="Path of report.html, relative to the output folder.")
    lang: str
    wholesaler: WholesalerOutput
    notices: NoticesOutput
    story: StoryOutput
    simulation: SimulationOutput


def schema_text() -> str:
    """Return the published JSON Schema (2020-12) of `aicfo demo --json`."""
    import json

    schema: dict[str, Any] = DemoOutput.model_json_schema(mode="serialization")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**head, **schema}, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Write the published schema: `python -m aicfo_sim.demo.output`."""
    folder = Path(__file__).parents[1] / "schemas"
    folder.mkdir(exist_ok=True)
    (folder / "demo.json").write_text(schema_text(), "utf-8")


if __name__ == "__main__":
    main()
