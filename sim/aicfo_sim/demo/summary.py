"""The demo in one screen of text."""

from __future__ import annotations

from aicfo_sdk import grouped

from ..report.experiment import verdict_lines
from ..report.figures import exact, percent, whole
from ..report.page import Words
from .output import DemoOutput
from .pages.story import answer

_MATCHES, _STEPS, _PIECES = 3, 10, 6
_WIDTH = 96


def summary_lines(found: DemoOutput, folder: str, say: Words) -> list[str]:
    """Return at most 45 lines; `folder` is the output folder as it was given."""
    shop, notices, story, paired = found.wholesaler, found.notices, found.story, found.simulation
    scored, pounds = shop.forecast, shop.currency
    done = [item for item in story.decisions if item.status == "committed"]
    waiting = [item for item in story.decisions if item.status == "approved"]
    lines = [
        _head(1, say("wholesaler.title"), shop.as_of),
        say(
            "summary.taken",
            file=exact(shop.file_total, pounds),
            books=exact(shop.books_sales, pounds),
            refused=exact(shop.refused_total, pounds),
            verdict=say("summary.penny" if shop.to_the_penny else "summary.not_penny"),
            balance=grouped(shop.trial_balance),
        ),
        say(
            "summary.forecast",
            p50=whole(scored.sum_p50, pounds),
            p10=whole(scored.sum_p10, pounds),
            p90=whole(scored.sum_p90, pounds),
            actual=whole(scored.sum_actual, pounds),
            error=percent(scored.sum_error_ppm, signed=True),
            wape=percent(scored.wape_ppm),
        ),
        say(
            "summary.naive",
            error=percent(scored.naive_sum_error_ppm, signed=True),
            wape=percent(scored.naive_wape_ppm),
            cover=percent(scored.coverage_ppm),
        ),
        say(
            "summary.receipts",
            total=whole(shop.receipts.total, pounds),
            days=len(scored.p50),
            terms=shop.receipts.terms_days,
        ),
        *(
            f"{whole(item.money, pounds):>10}  {_title(item.title, item.title_zh, say)}"
            for item in shop.advice[:_MATCHES]
        ),
        _head(2, say("notices.title"), notices.as_of),
        say("summary.open", open=notices.open, published=notices.published, firm=notices.firm),
        *(
            f"{match.score_ppm // 10_000:>10}  {match.title[: _WIDTH - 14]}"
            for match in notices.matches[:_MATCHES]
        ),
        _head(3, story.question, story.as_of),
        answer(story, say),
        *story.plan_text.split("\n")[1 : _STEPS + 1],
        *(
            f"{whole(piece.amount, story.currency):>12}  {say(f'kind.{piece.kind}')}"
            f" {piece.resource.split(':', 1)[-1]}  {piece.day}"
            for piece in story.pieces[:_PIECES]
        ),
        say(
            "summary.decisions",
            done=len(done),
            waiting=len(waiting),
            before=whole(story.cash_before, story.currency),
            after=whole(story.cash_after, story.currency),
            audit=say("truth.intact" if story.audit_ok else "truth.broken"),
            head=story.audit_head[:16],
        ),
        _head(
            4,
            say("simulation.title"),
            say("simulation.as_of", days=paired.days, start=paired.start),
        ),
        *verdict_lines(paired.rows, paired.currency, say),
        "",
        say("summary.done", path=f"{folder}/{found.report}"),
        say("summary.files", folder=folder),
        say("summary.next", folder=folder),
    ]
    return lines


def _head(number: int, title: str, as_of: str) -> str:
    return f"\n{number}  {title}  [{as_of}]"


def _title(english: str, chinese: str, say: Words) -> str:
    return chinese if say.lang == "zh" and chinese else english
