"""The shapes in which runs are kept and told: a run's record, and what became of its proposals."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from ..model.base import Frozen
from .chain import Heads


class RecordedHeads(Frozen):
    """Where the chains of the books ended: audit rows, records, ledger entries."""

    audit_seq: int
    audit_hash: str
    record_row: int
    record_chain: str
    entry_id: int
    entry_chain: str

    def heads(self) -> Heads:
        """Return them as the books know them."""
        return Heads(**self.model_dump())


class RecordedError(Frozen):
    """How a step or a run failed."""

    code: str = Field(description="Name of the error's class.")
    text: str


class RecordedStep(Frozen):
    """One tool call of a run: what went in, and the digest of what came out."""

    tool: str = Field(description="Full name, plugin.tool.")
    version: str
    manifest: str = Field(description="Digest of what the tool declares.")
    arguments: dict[str, Any] = Field(description="As given, subjects filled in.")
    needs: dict[str, Any] = Field(description="Need → numbers of the steps that filled it.")
    key: str = Field(description="Provenance: tool, version, arguments, inputs, snapshot, seed.")
    digest: str = Field(default="", description='Of the canonical result; "" when it failed.')
    size: int = Field(default=0, description="Bytes of the canonical result.")
    fact: Any = Field(default=None, description="The result itself, when `kept`.")
    kept: bool = Field(default=False, description="False: too large or failed; digest alone.")
    reused: bool = Field(default=False, description="From a run that was broken off.")
    judged: bool = Field(default=False, description="A model concluded it, not the agent's body.")
    error: RecordedError | None = None


class RecordedProposal(Frozen):
    """A proposal of a run; `reason` says why one was dropped."""

    id: str
    digest: str = Field(description="Of the whole proposal: action, reason, evidence.")
    evidence: tuple[str, ...] = ()
    reason: str = ""


class Installed(Frozen):
    """What a result depends on besides books and arguments."""

    aicfo: str
    plugins: dict[str, str] = Field(description="Plugin → version, of the plugins in the plan.")
    libraries: dict[str, str] = Field(description="Python and numeric libraries → version.")
    parameters: dict[str, str] = Field(description="Subject of the tables → digest.")
    calendar: str = Field(description="Digest of the working-day notices.")
    configuration: str = Field(description="Digest.")
    providers: dict[str, tuple[str, ...]] = Field(description="Configured choices of providers.")
    policy: str = Field(description="Digest.")


class RunRecord(Frozen):
    """All that is kept of a run."""

    goal: str
    tool: str
    arguments: dict[str, Any]
    subjects: tuple[tuple[str, str], ...] = Field(description="Record type and id.")
    as_of: date
    seed: int
    maker: str
    heads: RecordedHeads
    installed: Installed
    steps: tuple[RecordedStep, ...]
    asked: tuple[RecordedStep, ...] = Field(description="Steps that tools asked for as they ran.")
    proposals: tuple[RecordedProposal, ...]
    dropped: tuple[RecordedProposal, ...]
    missing: tuple[str, ...]
    error: RecordedError | None = None
    key: str = Field(description="Provenance of the whole run: equal inputs, equal key.")
    hidden: bool = Field(
        default=False, description="An argument held a secret, which is not kept: no replay."
    )


class Source(Frozen):
    """A record that a proposal rests on, and where it came from."""

    ref: str = Field(description="Type:id.")
    known: date | None = Field(description="Day of the state that the run saw; none if derived.")
    audit: int = Field(description="Audit row that wrote it; 0 for what the books derive.")
    file: str = Field(description='File it was imported from, or ""')


class Event(Frozen):
    """One audit row about a proposal."""

    audit: int
    day: date
    kind: str
    by: str = Field(description='Who, or "" where it was nobody in particular.')
    run: str = Field(description='The run that proposed it, or "".')


class Entry(Frozen):
    """A ledger entry that a proposal led to."""

    id: int
    day: date
    text: str
    audit: int = Field(description="Audit row that sealed it.")
    postings: tuple[tuple[str, int], ...] = Field(description="Account, minor units.")
    seen: tuple[str, ...] = Field(description="Statement lines that showed it.")


class Chapter(Frozen):
    """One proposal: what it rests on, who decided, what was posted."""

    id: str
    action: dict[str, Any]
    reason: str
    status: str
    why: str
    evidence: tuple[Source, ...]
    events: tuple[Event, ...]
    entries: tuple[Entry, ...]
