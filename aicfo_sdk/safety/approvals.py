"""The approval desk: a proposal enters, policy judges it, people approve or reject it.

    proposed ─► approved ─► committed
       │           ├─────► failed (the ledger refused; it may be committed again later)
       │           └─────► pending ─► committed or voided (`holds`)
       ├─► rejected (a person said no; the same action is not asked again)
       └─► denied (the policy said no; judged anew when it is proposed or approved again)

Each step is one transaction with its audit row, which names the policy that judged it. An
approval is a payment mandate: it says yes to the action of one digest, for one commit, until a
day. Approvals are counted from the audit chain.
"""

from __future__ import annotations

import unicodedata
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select

from ..books.chain import Heads
from ..books.port import Books
from ..books.proposals import FINAL, Status, StoredProposal, file, load, standing_after
from ..books.schema import PROPOSALS
from ..books.store import StoredBooks, last_imported
from ..books.writer import Writer, read_heads
from ..errors import ApprovalRequired, InputError, PolicyDenied
from ..model.base import canonical, digest
from ..model.proposal import Proposal
from ..redaction import redact
from .policy import Decision, Policy, decide, default_policy
from .provenance import marked
from .spending import Spending, moved


def propose(
    books: StoredBooks,
    proposal: Proposal,
    *,
    maker: str = "aicfo",
    policy: Policy | None = None,
    run: str = "",
    writer: Writer | None = None,
) -> StoredProposal:
    """Put a proposal on the desk and return it as it stands, judged by the policy.

    `maker` is who proposes, `run` the recorded run it comes from, for the audit; `writer` puts it
    there in a transaction that is open already.

    The same action proposed again is the same row: a rejection, approval or commit stands, a
    denial is judged anew, and once tainted it stays tainted.
    """
    maker = person(maker)
    with nullcontext(writer) if writer else books.transaction() as writer:
        connection, heads = writer.connection, writer.heads
        shown = books.snapshot_at(heads, today(connection, proposal, heads))
        proposal = marked(proposal, shown, connection, heads)
        old = _find(writer, proposal.id)
        if old is not None:
            if old.proposal.action != proposal.action:
                # The id is short: whoever finds a second action for it gains nothing by it.
                raise InputError(
                    "another action has this id", value=proposal.id, mend="change its amount or day"
                )
            tainted = proposal.tainted or old.proposal.tainted
            news = tainted and not old.proposal.tainted
            if old.status in (*FINAL, "rejected", "failed") or (
                old.status in ("proposed", "approved") and not news
            ):
                return old
            taint = tuple(dict.fromkeys((*old.proposal.taint, *proposal.taint)))
            proposal = old.proposal.model_copy(update={"tainted": tainted, "taint": taint})
            maker = old.maker
        decision = judge(connection, books, proposal, policy, shown=shown, heads=heads)
        status: Status = "proposed"
        if decision.outcome != "needs_approval":
            status = "denied" if decision.outcome == "denied" else "approved"
        if old is None:
            writer.add(
                PROPOSALS,
                id=proposal.id,
                digest=digest(proposal.action),
                body=canonical(proposal),
                maker=maker,
                status=status,
                why=_said(decision),
                first=writer.source,
            )
        kind = "denied" if status == "denied" else "proposed"
        stored = StoredProposal(proposal.id, proposal, status, maker, (), _said(decision))
        return note(writer, stored, kind, {"by": maker, "run": run, **stamped(decision)})


def approve(
    books: StoredBooks,
    proposal_id: str,
    *,
    by: str,
    policy: Policy | None = None,
    writer: Writer | None = None,
    way: str = "",
    client: str = "",
) -> StoredProposal:
    """Approve a proposal as the person `by`, and return it; it is `approved` once enough did.

    `writer` does it in a transaction that is open already. `way` is how the person said it and
    `client` through whose program, for the audit.
    Raises: NotFound; PolicyDenied when the policy now denies it or it was rejected;
    ApprovalRequired when this person cannot be the second one.
    """
    checker = person(by)
    with nullcontext(writer) if writer else books.transaction() as writer:
        stored = load(writer.connection, proposal_id)
        if stored.status in FINAL:
            return stored
        _refuse_rejected(stored)
        policy = policy or default_policy()
        heads = writer.heads
        decision = judge(writer.connection, books, stored.proposal, policy, heads=heads)
        told = {name: said for name, said in (("way", way), ("client", client)) if said}
        row = {"by": checker, **told, **stamped(decision)}
        if decision.outcome == "denied":
            stored = note(writer, _now(stored, "denied", decision), "denied", row)
        else:
            day = today(writer.connection, stored.proposal, heads)
            given = counted(stored, decision, day)
            if decision.approvals > 1 and checker == stored.maker:
                raise ApprovalRequired(
                    "who proposed it cannot approve it",
                    value=checker,
                    where=decision.rule,
                    mend="another person must",
                )
            repeated = checker in given
            enough = len({*given, checker}) >= decision.approvals
            if repeated and not enough:
                raise ApprovalRequired(
                    "this person approved it already",
                    value=checker,
                    where=decision.rule,
                    mend="a second person must",
                )
            if repeated and stored.status == "approved":
                return stored
            until = moved(day, policy.approval_days)
            if stored.proposal.valid_until is not None:
                until = min(until, stored.proposal.valid_until)
            stored = _now(stored, "approved" if enough else "proposed", decision)
            stored = note(writer, stored, "approved", {**row, "until": until.isoformat()})
    if stored.status == "denied":
        raise denied(decision, stored)
    return stored


def reject(books: StoredBooks, proposal_id: str, *, by: str, why: str = "") -> StoredProposal:
    """Reject a proposal as the person `by`, and return it.

    Raises: NotFound; InputError when it was committed already.
    """
    person_name = person(by)
    with books.transaction() as writer:
        stored = load(writer.connection, proposal_id)
        if stored.status in FINAL:
            raise InputError(
                f"a {stored.status} proposal cannot be rejected",
                value=proposal_id,
                mend="void its hold"
                if stored.status == "pending"
                else "propose what sets it right",
            )
        if stored.status == "rejected":
            return stored
        said = f"rejected by {person_name}" + (f": {redact(why)}" if why else "")
        rejected = StoredProposal(stored.id, stored.proposal, "rejected", stored.maker, (), said)
        return note(writer, rejected, "rejected", {"by": person_name})


def person(name: str) -> str:
    """Return a name in the form in which two of them are compared.

    Raises: InputError for an empty one.
    """
    text = " ".join(unicodedata.normalize("NFKC", name).split()).casefold()
    if not text or not text.isprintable():
        raise InputError("nobody is named", value=name, mend="give --by NAME")
    return text


def judge(
    connection: Connection,
    books: StoredBooks,
    proposal: Proposal,
    policy: Policy | None,
    *,
    spending: Spending | None = None,
    shown: Books | None = None,
    heads: Heads | None = None,
) -> Decision:
    """Return what the policy says now, under what others put at stake around the action's day.

    `spending` and `shown`, the books as of their last day, save asking the database: a group
    commit loads them once for all its actions and adds what each does that it carries out.
    `heads` are those that the connection sees, if they are known.
    """
    policy = policy or default_policy()
    heads = heads or read_heads(connection)
    if shown is None:
        shown = books.snapshot_at(heads, today(connection, proposal, heads))
    proposal = proposal if proposal.tainted else marked(proposal, shown, connection, heads)
    if spending is None:
        spending = Spending.load(connection, policy, (proposal.action,), heads=heads)
    return decide(policy, proposal, shown, spending=spending)


def counted(stored: StoredProposal, decision: Decision, day: date) -> tuple[str, ...]:
    """Return whose approvals count for a decision on a day.

    Only those of this very action that have not run out; where two people must approve, not the
    one who proposed it.
    """
    people = stored.approved_by(day)
    if decision.approvals < 2:
        return people
    return tuple(name for name in people if name != stored.maker)


def stamped(decision: Decision) -> dict[str, str]:
    """Return what an audit row says of the decision behind it: the policy, and the mandate."""
    named = {"under": decision.mandate} if decision.mandate else {}
    return {"policy": decision.policy, **named}


def today(connection: Connection, proposal: Proposal, heads: Heads) -> date:
    """Return the last day that was imported, or the action's where there is none."""
    return last_imported(connection, heads) or proposal.action.day


def note(writer: Writer, stored: StoredProposal, kind: str, body: dict[str, Any]) -> StoredProposal:
    """Write a proposal as it now stands with its audit row, and return it as stored."""
    file(writer, stored, kind, body, day=today(writer.connection, stored.proposal, writer.heads))
    writer.flush()
    said = {**body, "by": redact(body["by"], anew=False), "action": stored.text.action}
    given = standing_after(stored.mandates, kind, said)
    return replace(stored, approvals=tuple(yes.by for yes in given), mandates=given)


def denied(decision: Decision, stored: StoredProposal) -> PolicyDenied:
    """Return the error that says which rule denied a proposal."""
    return PolicyDenied(
        f"the policy denies it: {decision.why}",
        value=stored.id,
        where=decision.rule,
        mend=decision.mend,
    )


def _refuse_rejected(stored: StoredProposal) -> None:
    if stored.status == "rejected":
        raise PolicyDenied(stored.why, value=stored.id, mend="a changed action is a new proposal")


def _now(stored: StoredProposal, status: Status, decision: Decision) -> StoredProposal:
    return replace(stored, status=status, why=_said(decision))


def _said(decision: Decision) -> str:
    return f"{decision.why} ({decision.rule})"


def _find(writer: Writer, id: str) -> StoredProposal | None:
    found = writer.connection.scalar(_ID, {"id": id})
    return None if found is None else load(writer.connection, id)


_ID = select(PROPOSALS.c.id).where(PROPOSALS.c.id == bindparam("id"))
