"""One write transaction that carries approved proposals out: checks, ledger, records, audit.

Everything is asked again under the write lock: the key, the status, the policy, the approvals,
the state of the records and the money. The rows of many actions are written together at its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import String, bindparam, or_, select

from ..actions import with_amount
from ..books.effects import Effects
from ..books.flags import pending_legs, reversed_legs
from ..books.ledger import postings_of
from ..books.memory import OpenHold
from ..books.proposals import StoredProposal, file, load, load_many
from ..books.schema import COMMITS, HOLDS, MANDATE_USES, OUTCOMES
from ..books.store import StoredBooks
from ..books.writer import Writer
from ..errors import (
    AicfoError,
    ApprovalRequired,
    BooksError,
    IdempotencyConflict,
    InputError,
    LedgerError,
    NotFound,
    PolicyDenied,
)
from ..model.base import canonical, digest
from ..model.text import clean
from ..redaction import redact
from .answers import Committed, Held, Voided, legs_of
from .approvals import counted, denied, stamped
from .mandates import use_row
from .policy import Decision, Policy, default_policy
from .stakes import beneficiary, stake
from .worksheet import Worksheet, touched

_PIECE = 500
_LONGEST_KEY = 200


class Plan(NamedTuple):
    """A checked action, applied to the worksheet and not yet written."""

    stored: StoredProposal
    decision: Decision
    key: str
    body: str
    found: Effects
    before: int
    after: int


class Ended(NamedTuple):
    """How a hold ended, by what call, and what that answered."""

    outcome: str
    digest: str
    answer: str


class Carrying:
    """The proposals at hand, the keys that are used, and the worksheet; rows go to the writer."""

    def __init__(
        self,
        books: StoredBooks,
        writer: Writer,
        ids: Iterable[str],
        keys: Iterable[str],
        *,
        policy: Policy | None,
        today: date | None = None,
    ) -> None:
        """Read what the proposals and keys need, and let holds end that are past their day."""
        self._writer = writer
        connection = writer.connection
        ids, keys = tuple(ids), tuple(keys)
        self._proposals = load_many(connection, ids)
        self._by_key: dict[str, tuple[str, str, str]] = {}
        self._by_proposal: dict[str, str] = {}
        self._ended: dict[str, Ended] = {}
        self._read_commits(ids, keys)
        self.sheet = Worksheet(
            connection,
            books,
            writer.start,
            policy=policy or default_policy(),
            actions=[stored.proposal.action for stored in self._proposals.values()],
            today=today,
        )
        for hold in self.sheet.expired():
            self._void(hold, "expired")

    def answered(self, key: str, id: str, body: str) -> str | None:
        """Return the stored answer of a repeated key. Raises: IdempotencyConflict."""
        used = self._by_key.get(key)
        if used is not None and used[0] == body:
            return used[2]
        if used is not None:
            raise IdempotencyConflict(
                "the key was used for another proposal"
                if used[1] != id
                else "the key was used for another call with this proposal",
                value=key,
                mend="take a new key",
            )
        other = self._by_proposal.get(id)
        if other is not None:
            raise IdempotencyConflict(
                "the proposal was committed under another key",
                value=key,
                where=id,
                mend=f"its key is {other}",
            )
        return None

    def proposal(self, id: str) -> StoredProposal:
        """Return one of the proposals at hand. Raises: NotFound."""
        if id not in self._proposals:
            self._proposals.update(load_many(self._writer.connection, [id]))
        found = self._proposals.get(id)
        # `load` says which ones there are.
        return load(self._writer.connection, id) if found is None else found

    def commit(self, id: str, key: str) -> Committed:
        """Carry one proposal out, and return what was done, or was done at first.

        Raises: NotFound, IdempotencyConflict, PolicyDenied, ApprovalRequired, LedgerError; the
        audit row of a refusal is then to be written.
        """
        stored = self.proposal(id)
        body = digest([id, stored.text.action])
        first = self.answered(key, id, body)
        if first is not None:
            return Committed.model_validate_json(first)
        return self.write(self.plan(stored, key, body))

    def plan(self, stored: StoredProposal, key: str, body: str) -> Plan:
        """Return a commit that policy, approvals and books allow, applied to the worksheet.

        Raises: as `commit`.
        """
        found, decision = self._allowed(stored, key)
        action = stored.proposal.action
        posted, _ = self.sheet.cash()
        day = action.day.isoformat()
        before = posted.at(day)
        self.sheet.apply(action, found, decision.mandate)
        return Plan(stored, decision, key, body, found, before, posted.at(day))

    def write(self, plan: Plan, **more: Any) -> Committed:
        """Write a planned commit and return what was done; `more` goes into its audit row."""
        stored, action = plan.stored, plan.stored.proposal.action
        answer = self._post(stored, plan.key, plan.found, action.day, plan.before, plan.after)
        row = self._commit_row(stored, plan.key, plan.body, answer.entry, canonical(answer))
        more = {**more, **self._used(plan.key, plan.decision)}
        self._note(stored.now("committed"), "committed", commit=row, **more)
        return answer

    def hold(self, id: str, key: str, until: date) -> Held:
        """Reserve what one proposal takes, and return what was reserved, or was at first.

        Raises: as `commit`; InputError for a last day before the action's or before today.
        """
        stored = self.proposal(id)
        action = stored.proposal.action
        body = digest(["hold", id, stored.text.action, until.isoformat()])
        first = self.answered(key, id, body)
        if first is not None:
            return Held.model_validate_json(first)
        earliest = max(action.day, self.sheet.today or action.day)
        if until < earliest:
            raise InputError(
                "a hold that ends before it can be settled",
                value=until.isoformat(),
                where=id,
                mend=f"{earliest.isoformat()} or later",
            )
        found, decision = self._allowed(stored, key)
        _, free = self.sheet.cash()
        day = action.day.isoformat()
        before = free.at(day)
        reserves = touched(found)
        legs = pending_legs(found.postings)
        text = f"pending: {clean(stored.proposal.reason)}"
        entry = self._writer.entry(action.day, id, text, legs, key)
        hold = OpenHold(key, id, day, until.isoformat(), entry, "\n".join(reserves))
        self.sheet.apply_hold(action, found, hold, decision.mandate)
        answer = Held(
            proposal=id,
            key=key,
            entry=entry,
            audit=self._writer.source,
            day=action.day,
            until=until,
            postings=legs_of(found.postings),
            reserves=reserves,
            free_before=before,
            free_after=free.at(day),
        )
        row = self._commit_row(stored, key, body, entry, canonical(answer))
        held: dict[str, Any] = {
            "commit_key": key,
            "until": hold.until,
            "entry": entry,
            "reserves": hold.reserves,
            "source": self._writer.source,
        }
        self._writer.add(HOLDS, **held)
        more = self._used(key, decision)
        pending = stored.now("pending")
        self._note(pending, "pending", commit=row, hold=held, **more)
        return answer

    def settle(self, hold: OpenHold, *, amount: int, day: date, body: str) -> Committed:
        """Post a pending action, `amount` of it on `day`, and return what was done."""
        stored = self.proposal(hold.proposal)
        action = stored.proposal.action
        if amount != action.amount:
            action = with_amount(action, amount)
        action = action.model_copy(update={"day": day})
        self._take_back(hold, f"settled: {clean(stored.proposal.reason)}")
        found = self.sheet.check(action, ref=stored.id, hold=hold)
        posted, _ = self.sheet.cash()
        before = posted.at(day.isoformat())
        self.sheet.settle(action, found)
        answer = self._post(
            stored, hold.key, found, day, before, posted.at(day.isoformat()), entry_key=_ended(hold)
        )
        row: dict[str, Any] = {
            "commit_key": hold.key,
            "outcome": "posted",
            "day": day.isoformat(),
            "stake": stake(action),
            "entry": answer.entry,
            "digest": body,
            "answer": canonical(answer),
            "source": self._writer.source,
        }
        self._writer.add(OUTCOMES, **row)
        self._note(stored.now("committed"), "posted", outcome=row)
        return answer

    def void(self, hold: OpenHold) -> Voided:
        """Give back what a pending action reserved, and return how."""
        return self._void(hold, "asked")

    def ended(self, key: str) -> Ended | None:
        """Return how the hold of a key ended, None while it is pending or when there is none."""
        if key not in self._ended:
            query = select(OUTCOMES.c.outcome, OUTCOMES.c.digest, OUTCOMES.c.answer)
            row = self._writer.connection.execute(query.where(OUTCOMES.c.commit_key == key)).first()
            if row is None:
                return None
            self._ended[key] = Ended(*row)
        return self._ended[key]

    def hold_of(self, key: str) -> OpenHold:
        """Return the pending commit of a key. Raises: LedgerError when none is pending."""
        found = self.sheet.holds.get(key)
        if found is not None:
            return found
        used = self._by_key.get(key)
        if used is None:
            open_keys = ", ".join(sorted(self.sheet.holds)[:3])
            raise NotFound(
                "no hold has this key",
                value=key,
                mend=f"pending are {open_keys}" if open_keys else "nothing is pending",
            )
        raise LedgerError(
            "this was committed at once, not held",
            value=key,
            where=used[1],
            mend="propose what sets it right",
        )

    def refuse(self, stored: StoredProposal, error: AicfoError, key: str) -> None:
        """Queue the audit row of a refusal by the books."""
        failed = stored.now("failed", str(error))
        self._note(failed, "failed", key=key, code=error.code)

    def _allowed(self, stored: StoredProposal, key: str) -> tuple[Effects, Decision]:
        decision = self.sheet.judge(stored.proposal)
        error = stopped(stored, decision, self.sheet.day_of(stored.proposal.action))
        if error is not None:
            if decision.outcome == "denied" and stored.status != "rejected":
                refused = stored.now("denied", str(error))
                self._note(refused, "denied", key=key, **stamped(decision))
            raise error
        try:
            return self.sheet.check(stored.proposal.action, ref=stored.id), decision
        except BooksError:
            raise
        except (LedgerError, InputError) as refused:
            self.refuse(stored, refused, key)
            raise

    def _post(
        self,
        stored: StoredProposal,
        key: str,
        found: Effects,
        day: date,
        before: int,
        after: int,
        *,
        entry_key: str | None = None,
    ) -> Committed:
        for record in found.records:
            self._writer.record(record)
        text = clean(stored.proposal.reason)
        entry = self._writer.entry(day, stored.id, text, found.postings, entry_key or key)
        return Committed(
            proposal=stored.id,
            key=key,
            entry=entry,
            audit=self._writer.source,
            day=day,
            postings=legs_of(found.postings),
            records=tuple(record.ref for record in found.records),
            cash_before=before,
            cash_after=after,
        )

    def _used(self, key: str, decision: Decision) -> dict[str, Any]:
        """Queue the row that counts a commit against its mandate; return what the audit says."""
        more: dict[str, Any] = stamped(decision)
        if decision.mandate:
            more["use"] = use_row(key, decision.mandate, self._writer.source)
            self._writer.add(MANDATE_USES, **more["use"])
        return more

    def _commit_row(
        self, stored: StoredProposal, key: str, body: str, entry: int, answer: str
    ) -> dict[str, Any]:
        action = stored.proposal.action
        row: dict[str, Any] = {
            "key": key,
            "digest": body,
            "proposal": stored.id,
            "kind": action.kind,
            "payee": beneficiary(action),
            "day": action.day.isoformat(),
            "stake": stake(action),
            "entry": entry,
            "answer": answer,
            "source": self._writer.source,
        }
        self._writer.add(COMMITS, **row)
        self._by_key[key] = (body, stored.id, answer)
        self._by_proposal[stored.id] = key
        return row

    def _void(self, hold: OpenHold, cause: Literal["asked", "expired"]) -> Voided:
        stored = self.proposal(hold.proposal)
        entry = self._take_back(hold, f"voided: {clean(stored.proposal.reason)}")
        day = stored.proposal.action.day
        answer = Voided(
            proposal=stored.id,
            key=hold.key,
            entry=entry,
            audit=self._writer.source,
            day=day,
            cause=cause,
        )
        row: dict[str, Any] = {
            "commit_key": hold.key,
            "outcome": "voided",
            "day": day.isoformat(),
            "stake": 0,
            "entry": entry,
            "digest": VOID,
            "answer": canonical(answer),
            "source": self._writer.source,
        }
        self._writer.add(OUTCOMES, **row)
        self._ended[hold.key] = Ended("voided", VOID, row["answer"])
        why = "voided" if cause == "asked" else f"not settled until {hold.until}"
        self._note(stored.now("voided", why), "voided", outcome=row)
        return answer

    def _take_back(self, hold: OpenHold, text: str) -> int:
        """Write the entry that takes the pending legs back, and return its number."""
        legs = postings_of(self._writer.connection, hold.entry)
        self.sheet.release(hold, legs)
        day = date.fromisoformat(hold.day)
        return self._writer.entry(
            day, hold.proposal, text, reversed_legs(legs), f"{hold.key}\treleased"
        )

    def _note(self, stored: StoredProposal, kind: str, **body: Any) -> None:
        self._proposals[stored.id] = stored
        file(self._writer, stored, kind, body, day=self.sheet.day_of(stored.proposal.action))

    def _read_commits(self, ids: tuple[str, ...], keys: tuple[str, ...]) -> None:
        for start in range(0, max(len(ids), len(keys)), _PIECE):
            some_ids, some_keys = ids[start : start + _PIECE], keys[start : start + _PIECE]
            asked = {"keys": some_keys, "ids": some_ids}
            for key, body, proposal, answer in self._writer.connection.execute(_COMMITTED, asked):
                self._by_key[key] = (body, proposal, answer)
                self._by_proposal[proposal] = key


_COMMITTED = select(COMMITS.c.key, COMMITS.c.digest, COMMITS.c.proposal, COMMITS.c.answer).where(
    or_(
        COMMITS.c.key.in_(bindparam("keys", expanding=True, type_=String())),
        COMMITS.c.proposal.in_(bindparam("ids", expanding=True, type_=String())),
    )
)

VOID = digest(["void"])
"""What `void` was asked: there is nothing to choose."""


def checked_key(key: str) -> str:
    """Return an idempotency key. Raises: InputError for one that cannot be."""
    if not key or len(key) > _LONGEST_KEY or not key.isprintable():
        raise InputError("not an idempotency key", value=key, mend="1 to 200 printable characters")
    if redact(key, anew=False) != key:
        raise InputError("a secret in an idempotency key", mend="a key is written into the audit")
    return key


def stopped(stored: StoredProposal, decision: Decision, day: date) -> AicfoError | None:
    """Return why a proposal may not be committed on a day of the books, or None."""
    if stored.status == "rejected":
        return PolicyDenied(stored.why, value=stored.id, mend="a changed action is a new proposal")
    if decision.outcome == "denied":
        return denied(decision, stored)
    people = len(counted(stored, decision, day))
    if people < decision.approvals:
        return ApprovalRequired(
            f"approved by {people} of {decision.approvals}: {decision.why}",
            value=stored.id,
            where=decision.rule,
            mend=decision.mend,
        )
    return None


def _ended(hold: OpenHold) -> str:
    # Not printable, so it is nobody's key.
    return f"{hold.key}\tposted"
