"""`aicfo policy` and `aicfo mandate`: what is allowed, why, and what a person allows once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..money import grouped
from .arguments import Parser, as_arguments, books_of, emit, session, table
from .desk import person
from .outputs import CheckedRule, MandateLine, MandateOutput, PolicyOutput

if TYPE_CHECKING:
    import argparse

    from ..safety.explain import Explanation
    from ..safety.mandates import Granted
    from ..safety.policy import Policy

_LARGEST_FILE = 1_000_000


def policy(words: list[str]) -> int:
    """Check a policy file, or explain what the policy says of a proposal."""
    made = Parser(prog="aicfo policy", description="Check a policy; explain what it says.")
    actions = made.add_subparsers(dest="what", required=True, metavar="WHAT")
    check = actions.add_parser("check", help="is a policy file usable, and what is odd about it")
    check.add_argument("file", type=Path, metavar="FILE")
    why = actions.add_parser("explain", help="which rule allowed or stopped a proposal, and why")
    why.add_argument("proposal", nargs="?", metavar="PROPOSAL", help="id of one at the desk")
    why.add_argument("--action", metavar="JSON", help="an action in place of a proposal")
    why.add_argument("--books", metavar="BOOKS", help="file or URL (else $AICFO_BOOKS)")
    for action in (check, why):
        action.add_argument("--json", action="store_true", help="print one JSON document")
        action.add_argument("--config", type=Path, metavar="FILE", help="(./aicfo.toml)")
    options = made.parse_args(words)
    return {"check": _check, "explain": _explain}[options.what](options)


def mandate(words: list[str]) -> int:
    """Grant, list and revoke standing permissions."""
    made = Parser(prog="aicfo mandate", description="What a person allows once, within limits.")
    actions = made.add_subparsers(dest="what", required=True, metavar="WHAT")
    grant = actions.add_parser("grant", help="grant the terms of a file, or countersign them")
    grant.add_argument("file", type=Path, metavar="FILE", help="TOML: kinds, payees, total …")
    listed = actions.add_parser("list", help="every mandate, with what is left of it")
    revoke = actions.add_parser("revoke", help="end a mandate, for good")
    revoke.add_argument("id", metavar="ID")
    for action in (grant, revoke):
        action.add_argument("--by", help="who decides (the system's user)")
    for action in (grant, listed, revoke):
        action.add_argument("--books", metavar="BOOKS", help="file or URL (else $AICFO_BOOKS)")
        action.add_argument("--json", action="store_true", help="print one JSON document")
        action.add_argument("--config", type=Path, metavar="FILE", help="(./aicfo.toml)")
    options = made.parse_args(words)
    from ..safety import mandates as module

    books = books_of(options.books)
    if options.what == "grant":
        terms = module.mandate_from(_toml(options.file), where=str(options.file))
        found = [module.grant(books, terms, by=person(options.by))]
    elif options.what == "revoke":
        found = [module.revoke(books, options.id, by=person(options.by))]
    else:
        with books.reading() as connection:
            found = list(module.mandates(connection))
    from ..safety.spending import Spending

    rules = session(options).policy
    with books.reading() as connection:
        spending = Spending.load(connection, rules, ())
    lines = [_mandate_line(item, spending.spent_under(item.id), rules) for item in found]
    shown = [line for item in lines for line in _mandate_text(item)]
    emit(MandateOutput(mandates=lines), options.json, shown or ["no mandate was granted"])
    return 0


def _check(options: argparse.Namespace) -> int:
    from ..safety.policy import load_policy
    from ..safety.review import warnings

    found = load_policy(options.file)
    odd = list(warnings(found))
    output = PolicyOutput(
        what="check", policy=found.stamp, name=found.name, version=found.version,
        digest=found.digest, allows=sorted(found.rules), warnings=odd,
    )  # fmt: skip
    lines = [
        f"{options.file}: usable",
        f"  {found.stamp}",
        f"  allows {', '.join(sorted(found.rules)) or 'nothing'}; denies every other kind",
        *(f"  look at {text}" for text in odd),
    ]
    emit(output, options.json, lines)
    return 0


def _explain(options: argparse.Namespace) -> int:
    if (options.proposal is None) == (options.action is None):
        raise InputError("nothing to explain", mend="give the id of a proposal, or --action JSON")
    from ..model.proposal import Proposal
    from ..safety.explain import explain
    from ..safety.strict import read_strictly

    opened = session(options)
    asked: Proposal | str = options.proposal
    if options.action is not None:
        values: dict[str, Any] = {"action": as_arguments(options.action), "reason": "asked"}
        asked = read_strictly(Proposal, values, what="the action", where="--action")
    found = explain(opened.books, asked, policy=opened.policy)
    rules, decision = opened.policy, found.decision
    output = PolicyOutput(
        what="explain", policy=rules.stamp, name=rules.name, version=rules.version,
        digest=rules.digest, allows=sorted(rules.rules), warnings=[],
        proposal=found.proposal.id, day=found.day.isoformat(),
        status=found.status, outcome=decision.outcome, rule=decision.rule, why=decision.why,
        mandate=decision.mandate, approvals=decision.approvals,
        approved_by=list(found.approved_by), changes=list(found.changes),
        checks=[CheckedRule.model_validate(check)
                for check in found.model_dump(mode="json", include={"checks"})["checks"]],
    )  # fmt: skip
    emit(output, options.json, _explained(found))
    return 0


def _explained(found: Explanation) -> list[str]:
    said = {"allowed": "allowed", "needs_approval": "needs approval", "denied": "denied"}
    marks = {"passed": "passed", "asks": "ASKS", "stopped": "STOPPED", "noted": "–"}
    action, decision = found.proposal.action, found.decision
    people = f" by {decision.approvals}" if decision.approvals else ""
    answer = f"{said[decision.outcome]}{people}, {decision.rule}"
    rows = [[marks[check.result], check.rule, check.why] for check in found.checks]
    return [
        f"{found.proposal.id}  {action.kind} {grouped(action.amount)} on {action.day}: {answer}",
        f"  policy {decision.policy}, books as of {found.day}",
        *table(rows),
        *(f"  to change that: {text}" for text in found.changes),
    ]


def _mandate_line(item: Granted, spent: int, rules: Policy) -> MandateLine:
    terms = item.terms
    needed = item.people_needed(rules)
    state = "revoked" if item.revoked_by else "standing"
    if state == "standing" and len(item.granted_by) < needed:
        state = "half granted"
    return MandateLine(
        id=item.id, state=state, granted_by=list(item.granted_by),
        granted=item.granted.isoformat(), revoked_by=item.revoked_by, people_needed=needed,
        spent=spent, left=max(terms.total - spent, 0), terms=terms.model_dump(mode="json"),
    )  # fmt: skip


def _mandate_text(item: MandateLine) -> list[str]:
    terms = item.terms
    people = " and ".join(item.granted_by)
    days = f"{terms['valid_from']} to {terms['valid_until']}"
    left = f"{grouped(item.left)} of {grouped(terms['total'])}"
    waits = "; another person must grant it too" if item.state == "half granted" else ""
    ended = f", revoked by {item.revoked_by}" if item.revoked_by else ""
    return [
        f"  {item.id}  {item.state}  {', '.join(terms['kinds'])}"
        + (f" to {', '.join(terms['payees'])}" if terms["payees"] else ""),
        f"      up to {grouped(terms['max_amount'])} each, {left} left, {days}",
        f"      granted by {people} on {item.granted}{ended}{waits}"
        + (f": {terms['note']}" if terms["note"] else ""),
    ]


def _toml(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_FILE + 1)
        if len(raw) > _LARGEST_FILE:
            raise InputError("too long for a mandate", value=str(path))
        return tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise InputError(
            "the mandate cannot be read", value=str(path), mend=error.strerror or "check the path"
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError("not a TOML file", value=str(error), where=str(path)) from None
