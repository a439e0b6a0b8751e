"""How a stored proposal is shown, as JSON and in words."""

from __future__ import annotations

from ..books.proposals import StoredProposal
from ..money import grouped
from .outputs import ProposalOutput


def proposal_output(item: StoredProposal) -> ProposalOutput:
    """Return a proposal as `--json` shows it."""
    return ProposalOutput(
        id=item.id,
        status=item.status,
        action=item.proposal.action.model_dump(mode="json"),
        reason=item.proposal.reason,
        evidence=list(item.proposal.evidence),
        maker=item.maker,
        approvals=list(item.approvals),
        why=item.why,
        tainted=item.proposal.tainted,
        taint=list(item.proposal.taint),
    )


def proposal_lines(item: StoredProposal) -> list[str]:
    """Return a proposal in two lines: what, and why."""
    action = item.proposal.action
    about = [
        str(value)
        for name, value in action
        if name in ("bill", "payee", "institution", "line", "loan", "fund", "tender", "item")
    ]
    what = f"{action.kind.replace('_', ' ')} {grouped(action.amount)}"
    lines = [f"  {item.id}  {item.status:<9}  {action.day.isoformat()}  {what} {' · '.join(about)}"]
    lines.append(f"                 {item.proposal.reason}")
    lines += [f"                 not vouched for: {reason}" for reason in item.proposal.taint]
    if item.why and item.status != "proposed":
        lines.append(f"                 {item.why}")
    return lines
