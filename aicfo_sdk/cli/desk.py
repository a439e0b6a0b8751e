"""`aicfo proposals`, `aicfo approve` and `aicfo reject`: where a person decides."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from ..errors import ApprovalRequired, InputError
from .arguments import as_day, emit, parser, session
from .decisions import show_done, show_held
from .outputs import DecisionOutput, ProposalsOutput
from .papers import proposal_lines, proposal_output

if TYPE_CHECKING:
    from ..books.store import StoredBooks
    from ..safety.policy import Policy

_STATUSES = (
    *("proposed", "approved", "rejected", "denied", "pending", "committed", "voided", "failed"),
)


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
    """Approve proposals and carry them out, in one durable transaction; or let one be pending.

    Exit code 3 when the policy denies one or a second person must approve as well.
    """
    made = parser("approve", "Approve a proposal and carry it out.")
    made.add_argument("ids", metavar="ID", nargs="+")
    made.add_argument("--by", help="who approves (the system's user)")
    made.add_argument("--key", help="idempotency key (the first proposal's id)")
    made.add_argument("--linked", action="store_true", help="several: all of them or none")
    made.add_argument(
        "--hold", type=as_day, metavar="DATE", help="only reserve it: settle or void it until then"
    )
    options = made.parse_args(words)
    ids: list[str] = options.ids
    if options.linked == (len(ids) == 1) or (options.hold and options.linked):
        raise InputError(
            "one proposal, or several with --linked",
            value=" ".join(ids),
            mend="--hold takes one",
        )
    opened = session(options)
    books, policy = opened.books, opened.policy
    for id in ids:
        approve_one(books, id, by=options.by, policy=policy)
    repeated = all(books.proposals.get(id).status in ("pending", "committed") for id in ids)
    if options.hold:
        from ..safety.holds import hold

        reserved = hold(books, ids[0], until=options.hold, key=options.key, policy=policy)
        show_held(books, reserved, as_json=options.json, repeated=repeated)
        return 0
    from ..safety.commit import commit, commit_linked

    if options.linked:
        done = commit_linked(books, ids, key=options.key or ids[0], policy=policy).commits
    else:
        done = (commit(books, ids[0], key=options.key, policy=policy),)
    show_done(books, done, as_json=options.json, repeated=repeated)
    return 0


def approve_one(
    books: StoredBooks,
    id: str,
    *,
    by: str | None,
    policy: Policy | None,
    way: str = "command line",
) -> None:
    """Approve one proposal where that is still to be done. Raises: ApprovalRequired."""
    from ..safety.approvals import approve as approve_it

    ready = ("approved", "pending", "committed")
    stored = books.proposals.get(id)
    if stored.status not in ready:
        stored = approve_it(books, id, by=person(by), policy=policy, way=way)
    if stored.status not in ready:
        raise ApprovalRequired(
            "another person must approve as well",
            value=stored.id,
            where=stored.why,
            mend=f"aicfo approve {stored.id} --by SOMEONE-ELSE",
        )


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
