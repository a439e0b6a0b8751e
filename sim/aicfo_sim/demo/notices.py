"""Panel 2: real procurement notices, searched and ranked for a described firm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aicfo_sdk.model import BidGate, Merchant, Tender, TenderMatches, UntrustedText

from .output import FindingOutput, MatchOutput, NoticesOutput
from .settings import NoticesChoice
from .sources import seed_file
from .wholesaler import Say

_FILE = "contracts_finder.jsonl.gz"


def notices(folder: Path, choice: NoticesChoice, say: Say) -> NoticesOutput:
    """Import the shipped notices into `folder`, rank those open on the day, gate the best."""
    from aicfo_sdk.books.importers.detect import read_known
    from aicfo_sdk.books.store import create_books
    from aicfo_sdk.orchestrator.session import Session

    path, source = seed_file(_FILE)
    firm = choice.firm
    say("reading real procurement notices")
    batch = replace(read_known(path, "ocds"), source=path.name)
    owner = Merchant(
        id="firm",
        updated=choice.day,
        name=UntrustedText(firm.name),
        country=firm.country,
        region=firm.region,
        industry=firm.industry,
        employees=firm.employees,
        products=firm.products,
    )
    with create_books(folder / "notices.db", merchant=owner, currency=batch.currency) as books:
        books.import_batches([batch])
        say(f"searching and ranking those open on {choice.day.isoformat()}")
        session = Session(books, as_of=choice.day)
        known = session.snapshot().records(Tender)
        found = session.call(TenderMatches).run.result
        best = found.matches[0].tender if found.matches else None
        gate = None if best is None else session.call(BidGate, subjects=[best]).run.result
        return NoticesOutput(
            source=source,
            as_of=choice.day.isoformat(),
            releases=batch.rows,
            processes=len({record.id for record in batch.records if isinstance(record, Tender)}),
            published=len(known),
            open=found.searched,
            firm=firm.name,
            region=firm.region,
            products=list(firm.products),
            matches=[
                MatchOutput(
                    tender=match.tender,
                    title=match.title,
                    buyer=known[match.tender].buyer,
                    score_ppm=match.score_ppm,
                    value=match.value,
                    currency=match.currency,
                    deadline=match.deadline.isoformat() if match.deadline else None,
                    reasons=list(match.reasons),
                )
                for match in found.matches[: choice.shown]
            ],
            gate_tender=best or "",
            gate_passed=gate is not None and gate.passed,
            gate=[
                FindingOutput(
                    code=finding.code,
                    severity=finding.severity,
                    message=finding.message,
                    action=finding.action,
                    source=finding.source,
                )
                for finding in (gate.findings if gate else ())
            ],
        )
