"""Panel 3: one question that crosses all plugins by type, up to the approved payment."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from aicfo_sdk import share
from aicfo_sdk.model import (
    CashForecast,
    CashSource,
    FundingNeed,
    FundingPlan,
    Merchant,
    Tender,
)

from ..export import export_books
from .bills import bill_plan
from .contractor import BY_HAND, money_in_books, read_files, told, write_told
from .output import (
    CashOutput,
    CheckOutput,
    DecisionOutput,
    FileOutput,
    NeedOutput,
    PieceOutput,
    Source,
    StepOutput,
    StoryOutput,
)
from .settings import HERE, StoryChoice
from .wholesaler import Say

if TYPE_CHECKING:
    from aicfo_sdk import Books, Plan, Policy
    from aicfo_sdk.books.proposals import StoredProposal
    from aicfo_sdk.books.store import StoredBooks
    from aicfo_sdk.model import FundingPiece

_ROUND = 1_000_000
"""Prices are round: ten thousand yuan."""

_SOURCE = Source(
    name="Synthetic contractor",
    source="aicfo_sim.sandbox",
    licence="Apache-2.0",
    attribution="",
)


def story(
    books_folder: Path, files_folder: Path, choice: StoryChoice, lang: str, say: Say
) -> StoryOutput:
    """Write the contractor's files, import them, ask, approve what falls due today, carry it out.

    Funding is only approved when all of it is found and may be taken: half a contract's money
    helps nobody.
    """
    from aicfo_sdk.books.store import create_books
    from aicfo_sdk.config import Config
    from aicfo_sdk.orchestrator.session import Session

    from .. import sandbox

    say("a synthetic contractor: writing its own files")
    truth = sandbox(choice.archetype, seed=choice.seed)
    owner = next(truth.all(Merchant))
    hand = told(truth, notice(truth, choice))
    paths = [
        *export_books(truth, files_folder),
        write_told(hand, files_folder / "told_by_hand.jsonl"),
    ]
    say("importing them as an owner would")
    batches = read_files(truth, paths)
    with create_books(books_folder / "contractor.db", merchant=owner) as books:
        taken = books.import_batches(batches)
        question = choice.question[lang]
        say(f"asking: {question}")
        config = Config(policy=HERE / "policy.toml")
        session = Session(books, config=config, as_of=truth.as_of, seed=choice.seed)
        checks = _checks(session.snapshot(), truth)
        answer = session.call(question, maker=choice.maker)
        run, found = answer.run, answer.run.result
        assert isinstance(found, FundingPlan)
        say("approving what is due today, and carrying it out")
        before = books.ledger.balance("assets:cash", truth.as_of)
        whole = (
            not found.uncovered
            and not run.dropped
            and all(item.status == "proposed" for item in answer.proposals)
        )
        decisions = [
            _decide(books, item, choice, session.policy, truth.as_of, whole=whole)
            for item in answer.proposals
        ]
        audit = books.audit.verify()
        forecast, need = run.fact(CashForecast), run.fact(FundingNeed)
        sources = {source.id: source for source in _sources(run.facts)}
        asked = run.books.get(Tender, need.tender)
        return StoryOutput(
            source=_SOURCE,
            as_of=truth.as_of.isoformat(),
            currency=books.currency,
            firm=owner.name,
            question=question,
            maker=choice.maker,
            second_person_above=session.policy.rules["draw_loan"].second_person_above or 0,
            tender=asked.id,
            title=asked.title,
            files=[
                FileOutput(
                    file=path.name,
                    kind=batch.kind,
                    rows=batch.rows,
                    records=result.new + result.same,
                )
                for path, batch, result in zip(paths, batches, taken.files, strict=True)
            ],
            by_hand={
                kind.__name__: count
                for kind in (*BY_HAND, type(hand[-1]))
                if (count := sum(type(record) is kind for record in hand))
            },
            checks=checks,
            plan=_steps(run.plan),
            plan_text=str(run.plan),
            forecast=CashOutput(
                start=forecast.start.isoformat(),
                opening=forecast.opening,
                p10=list(forecast.p10),
                p50=list(forecast.p50),
                p90=list(forecast.p90),
                buffer=forecast.buffer,
            ),
            need=NeedOutput(
                price=need.price,
                need_p50=need.need_p50,
                need_p95=need.need_p95,
                short_p50=need.short_p50,
                short_p95=need.short_p95,
                by=need.by.isoformat(),
                until=need.until.isoformat(),
                assumptions=list(need.assumptions),
            ),
            demand=found.demand,
            covered=found.covered,
            uncovered=found.uncovered,
            cost=found.cost,
            funded=found.uncovered == 0,
            approved=whole,
            summary=found.summary,
            pieces=[
                PieceOutput(
                    kind=sources[piece.source].action.kind,
                    resource=sources[piece.source].resource,
                    institution=getattr(sources[piece.source].action, "institution", ""),
                    demand=piece.demand,
                    amount=piece.amount,
                    cash=piece.cash,
                    cost=piece.cost,
                    day=_drawn(piece, sources[piece.source]).isoformat(),
                )
                for piece in found.pieces
            ],
            decisions=decisions,
            cash_before=before,
            cash_after=books.ledger.balance("assets:cash", truth.as_of),
            audit_ok=audit.ok,
            audit_rows=audit.rows,
            audit_head=f"{audit.head.seq}:{audit.head.hash}",
            trial_balance=sum(books.ledger.trial_balance().values()),
            missing=list(run.missing),
            bills=bill_plan(session),
        )


def notice(books: Books, choice: StoryChoice) -> Tender:
    """Return the tender asked about: the sandbox's, at a share of its price and bond."""
    full = books.get(Tender, choice.tender)
    price = share(full.value or 0, choice.price_ppm) // _ROUND * _ROUND
    bond = share(full.bond, choice.price_ppm)
    return full.model_copy(update={"value": price, "bond": bond})


def _decide(
    books: StoredBooks,
    item: StoredProposal,
    choice: StoryChoice,
    policy: Policy,
    today: date,
    *,
    whole: bool,
) -> DecisionOutput:
    """Approve with as many people as the policy asks for; carry out what is dated today."""
    from aicfo_sdk.safety.approvals import approve, judge
    from aicfo_sdk.safety.commit import commit

    with books.reading() as connection:
        decision = judge(connection, books, item.proposal, policy)
    entry, change = None, 0
    if whole:
        for person in choice.approvers:
            if item.status == "proposed":
                item = approve(books, item.id, by=person, policy=policy)
        if item.status == "approved" and item.proposal.action.day <= today:
            done = commit(books, item.id, policy=policy)
            entry, change = done.entry, done.cash_after - done.cash_before
            item = books.proposals.get(item.id)
    action = item.proposal.action
    resource = getattr(action, "bill", "") or getattr(action, "line", "")
    return DecisionOutput(
        id=item.id,
        kind=action.kind,
        resource=resource,
        day=action.day.isoformat(),
        amount=action.amount,
        rule=decision.rule,
        people="denied" if decision.outcome == "denied" else str(decision.approvals),
        status=item.status,
        approvals=list(item.approvals),
        entry=entry,
        cash_change=change,
    )


def _drawn(piece: FundingPiece, source: CashSource) -> date:
    """The day of the action: what costs by the day is drawn when needed, a bill is sold at once."""
    return piece.day if source.annual_ppm else source.action.day


def _checks(books: Books, truth: Books) -> list[CheckOutput]:
    mine, theirs = money_in_books(books), money_in_books(truth)
    return [CheckOutput(what=what, books=mine[what], truth=theirs[what]) for what in theirs]


def _steps(plan: Plan) -> list[StepOutput]:
    return [
        StepOutput(
            step=step.index + 1,
            tool=step.tool.full_name,
            returns=step.tool.signature.returns.label,
            needs=[index + 1 for index in step.depends],
        )
        for step in plan.steps
    ]


def _sources(facts: tuple[tuple[str, object], ...]) -> list[CashSource]:
    return [value for _, value in facts if isinstance(value, CashSource)]
