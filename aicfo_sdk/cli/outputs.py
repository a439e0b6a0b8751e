"""The shapes of `--json`: one model per command, published as JSON Schema in `schemas/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..books.run_record import Chapter, RunRecord
from .track_outputs import AlarmOutput, TrackRecordOutput

if TYPE_CHECKING:
    from ..model.bid_document import BidDocument, ContractDraft


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class RefusedRow(_Output):
    line: int = Field(description="Line of the file, from 1.")
    reason: str = Field(description="Why the row was not taken.")
    value: str = Field(description="What stood there.")


class ImportedFile(_Output):
    file: str
    kind: str = Field(description="Format the file was read as.")
    rows: int = Field(description="Data rows in the file.")
    new: int = Field(description="Records that the books did not have.")
    same: int = Field(description="Records that the books had already.")
    matched: int = Field(description="New records that show what was already posted.")
    refused: list[RefusedRow]
    notes: list[str]


class ImportOutput(_Output):
    books: str
    created: bool = Field(description="Whether the books were made by this import.")
    currency: str
    files: list[ImportedFile]
    new: int
    same: int
    matched: int
    refused: int
    last_day: str = Field(description="Last day these books know of, ISO 8601.")


class ProposalOutput(_Output):
    id: str
    status: Literal[
        "proposed", "approved", "rejected", "denied", "pending", "committed", "voided", "failed"
    ]
    action: dict[str, Any] = Field(description="The instruction; amounts in minor units.")
    reason: str
    evidence: list[str] = Field(description="Ids of records, each written Type:id.")
    maker: str = Field(description="Who proposed it.")
    approvals: list[str] = Field(description="Who approved it.")
    why: str = Field(description="What the policy or the ledger last said of it.")
    tainted: bool = Field(
        default=False, description="Rests on what strangers wrote: a person must decide."
    )
    taint: list[str] = Field(default=[], description="What the books do not vouch for.")


class DroppedOutput(_Output):
    action: dict[str, Any]
    reason: str = Field(description="Why it does not fit beside the others.")


class AnswerOutput(_Output):
    goal: str
    tool: str
    as_of: str
    currency: str
    result: dict[str, Any] = Field(description="The tool's result, as its output schema says.")
    proposals: list[ProposalOutput]
    dropped: list[DroppedOutput]
    missing: list[str] = Field(description="What could not be said, and why.")
    run: str = Field(description="Provenance key: equal inputs, equal key.")
    record: str = Field(description="Id of the recorded run: aicfo replay takes it.")


class ChatFigure(_Output):
    figure: str = Field(description="As it stands in the model's last draft.")
    evidence: str = Field(description='Call id and JSON pointer, as c1#/cash; "" for none.')
    value: str = Field(description="The value there: minor units, ppm, or as it is.")
    why: str = Field(description='Why nothing supports it, "" where something does.')


class ChatTool(_Output):
    call: str = Field(description="Id by which evidence names it.")
    tool: str
    arguments: dict[str, Any]
    error: str = Field(description='What the model was told was wrong, or "".')
    record: str = Field(description='Id of the recorded run, or "" where none is kept.')


class ChatOutput(_Output):
    question: str
    answer: str = Field(description="Figures that nothing supports are marked in it.")
    figures: list[ChatFigure] = Field(description="Every figure of the last draft.")
    caught: list[ChatFigure] = Field(description="Unsupported figures of the first draft.")
    tools: list[ChatTool] = Field(description="The tool calls, in order.")
    proposals: list[ProposalOutput]
    model: str = Field(description="The model that answered.")
    rounds: int = Field(description="Requests to the model.")
    tokens_read: int
    tokens_written: int
    spent: int = Field(description="By the configured price, its minor units, rounded up.")
    stopped: str = Field(description='The limit that ended the question, or "".')
    record: str = Field(description="Id of the recorded turn: aicfo replay takes it.")


class BriefOutput(_Output):
    day: str
    currency: str
    cash: int = Field(description="Cash on hand, minor units.")
    advice: list[dict[str, Any]] = Field(description="Advice facts, dearest first.")
    proposals: list[ProposalOutput]
    dropped: list[DroppedOutput]
    missing: list[str]
    record: str = Field(description="Id of the recorded run: aicfo replay takes it.")
    followed_up: list[AlarmOutput] = Field(
        default=[], description="Earlier advice whose outcome became clear since the last brief."
    )


class PlanStep(_Output):
    step: int
    tool: str
    version: str
    returns: str
    effect: Literal["read", "propose"]
    arguments: dict[str, Any]
    needs: dict[str, Any] = Field(description="Need → numbers of the steps that fill it.")


class PlanOutput(_Output):
    goal: str
    steps: list[PlanStep]
    notes: list[str]
    answer: AnswerOutput | None = Field(default=None, description="With --run: what it led to.")


class ToolOutput(_Output):
    name: str
    mcp_name: str
    plugin: str
    title: str
    description: str
    effect: Literal["read", "propose"]
    returns: str
    reads: list[str]
    needs: list[str]
    external: bool
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]


class ToolsOutput(_Output):
    tools: list[ToolOutput]


class PluginOutput(_Output):
    name: str
    version: str
    title: str
    description: str
    distribution: str
    tools: list[str]
    provides: list[str] = Field(description="Fact types its tools return.")
    runs_in: Literal["this process", "a child process"] = Field(
        description="Strangers' plugins run in children, closed in and bounded."
    )
    walls: list[str] = Field(description="What closes its child in, as far as the system can.")


class BrokenOutput(_Output):
    name: str
    distribution: str
    error: str


class PluginsOutput(_Output):
    plugins: list[PluginOutput]
    broken: list[BrokenOutput]
    written: list[str] = Field(default=[], description="Files that `export` wrote.")
    disabled: list[str]
    providers: dict[str, list[str]] = Field(description="Configured choice of providers.")


class ProposalsOutput(_Output):
    proposals: list[ProposalOutput]


class DecisionOutput(_Output):
    proposal: ProposalOutput
    entry: int | None = Field(default=None, description="Ledger entry, when it was carried out.")
    postings: list[list[str | int]] = Field(
        default=[], description="Account and minor units; debits positive."
    )
    cash_before: int | None = Field(default=None, description="Own cash before, minor units.")
    cash_after: int | None = Field(default=None, description="Own cash after, minor units.")
    repeated: bool = Field(default=False, description="The key was used before: first answer.")
    until: str | None = Field(
        default=None,
        description="Last day to settle it, when it is pending; cash is then free cash.",
    )
    linked: list[ProposalOutput] = Field(
        default=[], description="All actions that were carried out together, in order."
    )


class AuditOutput(_Output):
    ok: bool
    rows: int
    records: int
    entries: int
    head_seq: int
    head_hash: str
    trial_balance: int = Field(description="Sum of all ledger accounts, minor units; 0 is right.")
    problems: list[str]


class BooksOutput(_Output):
    what: Literal["backup", "check", "restore", "upgrade"]
    ok: bool
    target: str = Field(description="The file or books that were written or checked.")
    version: str = Field(description="Of the books.")
    rows: int = Field(default=0, description="Audit rows; 0 when they were not counted.")
    records: int = 0
    entries: int = Field(default=0, description="Ledger entries.")
    head_seq: int
    head_hash: str
    kept: str | None = Field(default=None, description="Where the books are as they were before.")
    problems: list[str] = []


class ExportOutput(_Output):
    file: str
    entries: int


class WriteOutput(_Output):
    document: str = Field(description="Title of the document.")
    tender: str
    price: int = Field(description="Price bid or agreed, minor units; 大写 governs.")
    currency: str
    files: list[str] = Field(default=[], description="What was written, whole files only.")
    figures: int = Field(default=0, description="Figures and quotations compared with the books.")
    pages: dict[str, int] = Field(default={}, description="Section id → page of the PDF.")
    checklist: list[dict[str, Any]] = Field(
        default=[], description="ChecklistItem facts: every mandatory clause, answered or missing."
    )
    drafted: list[dict[str, Any]] = Field(
        default=[],
        description="With --draft: chapters of the plan: text and what its figures rest on, or why "
        "there is none.",
    )
    missing: list[dict[str, Any]] = Field(description="MissingItem facts: what to bring.")
    findings: list[dict[str, Any]] = Field(description="Finding facts.")
    problems: list[str] = Field(
        default=[], description="With --check: figures that differ from the books."
    )
    changed: list[str] = Field(
        default=[], description="With --check: lines with other words, the same figures."
    )

    @classmethod
    def of(cls, document: BidDocument | ContractDraft, **found: Any) -> WriteOutput:
        """Return what is told of a document, before anything is written."""
        items = document.model_dump(mode="json", include={"checklist", "missing", "findings"})
        return cls(
            document=document.title,
            tender=document.tender,
            price=document.price,
            currency=document.currency,
            **items,
            **found,
        )


class RunLine(_Output):
    run: str = Field(description="Id of the run.")
    audit: int = Field(description="Audit row that seals its record.")
    as_of: str
    goal: str = Field(description="What was asked, as it was asked.")
    tool: str
    status: Literal["done", "failed"]
    error: str = Field(description='Why it failed, or "".')
    steps: int
    proposals: list[str] = Field(description="Ids of the proposals it made.")
    dropped: int = Field(description="Proposals that did not fit beside the others.")
    missing: int = Field(description="How many things could not be said.")


class UnfinishedLine(_Output):
    tool: str = Field(description="The goal's tool.")
    kept: list[str] = Field(description="Long steps that had finished.")


class RunsOutput(_Output):
    runs: list[RunLine] = Field(description="The latest first.")
    unfinished: list[UnfinishedLine] = Field(description="Broken off; asked again they go on.")


class ComparedStep(_Output):
    tool: str
    then: str = Field(description="Digest of the recorded result, or how it failed.")
    now: str = Field(description="Digest of today's result, or how it failed.")
    same: bool
    recalled: bool = Field(description="External: its recorded answer stood in.")


class ReplayOutput(_Output):
    run: str = Field(description="Id of the run.")
    identical: bool | None = Field(default=None, description="Absent with --offline.")
    steps: list[ComparedStep] = Field(default=[], description="Each step then and now.")
    first: str = Field(default="", description="Where it first came out otherwise.")
    why: list[str] = Field(default=[], description="What explains that.")
    changed: list[str] = Field(default=[], description="What is otherwise today.")
    record: RunRecord | None = Field(default=None, description="With --offline: what is kept.")
    proposals: list[Chapter] = Field(
        default=[], description="With --offline: what each proposal rests on and came to."
    )


class CheckedRule(_Output):
    rule: str = Field(description="Policy and rule, as policy.kind.field.")
    result: Literal["passed", "asks", "stopped", "noted"] = Field(
        description="Passed, asks for people, stopped it, or changed nothing."
    )
    why: str
    mend: str = Field(default="", description="What would change the answer.")
    value: int | None = Field(default=None, description="What the action puts at stake.")
    limit: int | None = Field(default=None, description="Most that the rule allows.")
    spent: int | None = Field(default=None, description="What others put at stake in the window.")
    first: str | None = Field(default=None, description="First day of the fullest window.")
    last: str | None = Field(default=None, description="Last day of the fullest window.")
    people: int = Field(default=0, description="People it asks for.")
    mandate: str = Field(default="", description="Id of the mandate that stands for a person.")


class PolicyOutput(_Output):
    what: Literal["check", "explain"]
    policy: str = Field(description="Name, version and digest, as audit rows have it.")
    name: str
    version: int
    digest: str = Field(description="SHA-256 of all that the policy says.")
    allows: list[str] = Field(description="Kinds of action that have a rule.")
    warnings: list[str] = Field(description="What a person should look at.")
    proposal: str = Field(default="", description="With explain: its id.")
    day: str | None = Field(default=None, description="The books' day it was judged on.")
    status: str = Field(default="", description="How it stands at the desk.")
    outcome: Literal["allowed", "needs_approval", "denied"] | None = Field(default=None)
    rule: str = Field(default="", description="The rule that decided.")
    why: str = ""
    mandate: str = Field(default="", description="Id of the mandate that stands for a person.")
    approvals: int = Field(default=0, description="People who must approve.")
    approved_by: list[str] = Field(default=[], description="Whose approvals count now.")
    checks: list[CheckedRule] = Field(default=[], description="Every rule looked at, in order.")
    changes: list[str] = Field(default=[], description="What would change the answer.")


class MandateLine(_Output):
    id: str
    state: Literal["standing", "half granted", "revoked"]
    granted_by: list[str]
    granted: str = Field(description="Day of the first grant.")
    revoked_by: str
    people_needed: int = Field(description="People who must grant it.")
    spent: int = Field(description="Used so far, minor units.")
    left: int = Field(description="Left of the total, minor units.")
    terms: dict[str, Any] = Field(description="What was granted; amounts in minor units.")


class MandateOutput(_Output):
    mandates: list[MandateLine]


class CheckFinding(_Output):
    rule: str = Field(description="Id of the rule that is broken.")
    what: str = Field(description="What the rule says is wrong.")
    seen: str = Field(description="What was seen.")
    tool: str = Field(description="The tool, plugin or distribution it was seen of.")
    file: str = Field(description="File, from the distribution's folder, or empty.")
    line: int = Field(description="Line of the file, from 1; 0 when no line is to blame.")
    mend: str


class CheckOutput(_Output):
    target: str
    distribution: str
    plugins: list[str]
    tools: list[str]
    merchants: list[str] = Field(description="Synthetic merchants that tools were asked about.")
    rules: list[str] = Field(description="Ids of all rules.")
    ok: bool
    findings: list[CheckFinding]
    notes: list[str] = Field(description="What could not be tried, and why.")


class DevProposal(_Output):
    action: dict[str, Any] = Field(description="The instruction; amounts in minor units.")
    reason: str
    evidence: list[str]
    postings: list[tuple[str, int]] = Field(
        description="Account and minor units it would post, debits positive; they sum to 0."
    )


class DevOutput(_Output):
    target: str = Field(description="The plugin's folder.")
    tool: str
    books: str = Field(description="The merchant or the books that it was asked about.")
    as_of: str
    currency: str
    steps: list[PlanStep] = Field(description="The plan, in the order it ran.")
    result: dict[str, Any] | None = Field(description="As its output schema says; null if none.")
    evidence: dict[str, dict[str, Any] | None] = Field(
        description="Record named as evidence → what it says; null when the books lack it."
    )
    proposals: list[DevProposal]
    dropped: list[DroppedOutput]
    missing: list[str] = Field(description="What could not be said, and why.")
    error: str = Field(description='Why there is no answer, with lines of the source, or "".')


class NewOutput(_Output):
    folder: str
    files: list[str] = Field(description="Files written, from the folder.")
    next: list[str] = Field(description="Commands to go on with.")


class DeliveryOutput(_Output):
    webhook: str = Field(description="Its name in the configuration.")
    message: str = Field(description="Id of the message: the same thing said has the same id.")
    event: Literal["morning", "event"]
    ok: bool
    tries: int
    why: str = Field(description='Why it did not arrive, or "".')


class WatchOutput(_Output):
    now: str = Field(description="Time of the look, ISO 8601 with its offset.")
    day: str | None = Field(description="The books' day of the brief, where one was made.")
    quiet: bool = Field(description="Whether quiet hours kept everything back.")
    asked: bool = Field(description="Whether there was a reason to make the brief.")
    deliveries: list[DeliveryOutput]


class ClientOutput(_Output):
    client: str = Field(description="Program that speaks MCP.")
    file: str = Field(description="Where it reads its configuration.")
    content: dict[str, Any] = Field(description="What stands there.")


class ServeOutput(_Output):
    clients: list[ClientOutput] = Field(description="What --print-config prints.")


OUTPUTS: dict[str, type[BaseModel]] = {
    "approve": DecisionOutput,
    "audit": AuditOutput,
    "books": BooksOutput,
    "brief": BriefOutput,
    "call": AnswerOutput,
    "check": CheckOutput,
    "chat": ChatOutput,
    "dev": DevOutput,
    "export": ExportOutput,
    "import": ImportOutput,
    "mandate": MandateOutput,
    "new": NewOutput,
    "plan": PlanOutput,
    "plugins": PluginsOutput,
    "policy": PolicyOutput,
    "proposals": ProposalsOutput,
    "reject": DecisionOutput,
    "replay": ReplayOutput,
    "runs": RunsOutput,
    "serve": ServeOutput,
    "settle": DecisionOutput,
    "tools": ToolsOutput,
    "track-record": TrackRecordOutput,
    "void": DecisionOutput,
    "write": WriteOutput,
    "watch": WatchOutput,
}
"""Command → the model of what its --json prints; track-record is brief --track-record."""
