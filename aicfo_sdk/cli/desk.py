"""`aicfo proposals`, `aicfo approve` and `aicfo reject`: where a person decides."""

from __future__ import annotations

import getpass

from ..errors import ApprovalRequired, InputError
from ..money import grouped
from .arguments import emit, parser, session
from .outputs import DecisionOutput, ProposalsOutput
from .papers import proposal_lines, proposal_output

_STATUSES = ("proposed", "approved", "rejected", "denied", "committed", "failed")


def proposals(words: list[str]) -> int:
    """What waits for a person, or every proposal of a status."""
    made = parser("proposals", "Proposals at the desk.")
    made.add_argument("--status", choices=(*_STATUSES, "all"), default="proposed")
    options = made.parse_args(words)
    books = session(options).books
    found = books.proposals.all(None if options.status == "all" else options.status)
    lines = [line for item in found for line in proposal_lines(item)]
    output = ProposalsOutput(proposals=[proposal_output(item) for item in found])
    emit(output, options.json, lines or [f"no proposal is {options.status}"])
    return 0


def person(given: str | None) -> str:
    """Return who decides. Raises: InputError when neither the words nor the system say it."""
    try:
        name = getpass.getuser() if given is None else given.strip()
    except (KeyError, ImportError, OSError):  # a container's user may have no name
        name = ""
    if not name:
        raise InputError("nobody decides", value=given, where="--by", mend="give --by NAME")
    return name


def approve(words: list[str]) -> int:
    """Approve a proposal and carry it out, in one durable transaction.

    Exit code 3 when the policy denies it or a second person must approve as well.
    """
    made = parser("approve", "Approve a proposal and carry it out.")
    made.add_argument("id", metavar="ID")
    made.add_argument("--by", help="who approves (the system's user)")
    made.add_argument("--key", help="idempotency key (the proposal's id)")
    options = made.parse_args(words)
    from ..safety.approvals import approve as approve_it
    from ..safety.commit import commit

    opened = session(options)
    books, policy = opened.books, opened.policy
    stored = books.proposals.get(options.id)
    if stored.status not in ("approved", "committed"):
        stored = approve_it(books, options.id, by=person(options.by), policy=policy)
    if stored.status not in ("approved", "committed"):
        raise ApprovalRequired(
            "another person must approve as well",
            value=stored.id,
            where=stored.why,
            mend=f"aicfo approve {stored.id} --by SOMEONE-ELSE",
        )
    repeated = stored.status == "committed"
    done = commit(books, options.id, key=options.key, policy=policy)
    stored = books.proposals.get(options.id)
    output = DecisionOutput(
        proposal=proposal_output(stored),
        entry=done.entry,
        postings=[[leg.account, leg.amount] for leg in done.postings],
        cash_before=done.cash_before,
        cash_after=done.cash_after,
        repeated=repeated,
    )
    lines = [
        *proposal_lines(stored),
        *(f"    {leg.account:<40} {grouped(leg.amount):>18}" for leg in done.postings),
        f"    cash {grouped(done.cash_before)} → {grouped(done.cash_after)} {books.currency},"
        f" ledger entry {done.entry}, audit row {done.audit}"
        + (" (done before; nothing was done again)" if repeated else ""),
    ]
    emit(output, options.json, lines)
    return 0


def reject(words: list[str]) -> int:
    """Turn a proposal down; the same action proposed again stays rejected."""
    made = parser("reject", "Turn a proposal down.")
    made.add_argument("id", metavar="ID")
    made.add_argument("--by", help="who rejects (the system's user)")
    made.add_argument("--reason", default="", help="why, for the audit")
    options = made.parse_args(words)
    from ..safety.approvals import reject as reject_it

    stored = reject_it(
        session(options).books, options.id, by=person(options.by), why=options.reason
    )
    output = DecisionOutput(proposal=proposal_output(stored))
    emit(output, options.json, proposal_lines(stored))
    return 0
