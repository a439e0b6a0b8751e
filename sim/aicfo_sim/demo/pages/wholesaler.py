"""The panel of the real merchant."""

from __future__ import annotations

from datetime import date, timedelta

from ...report.figures import exact, percent, short, whole
from ...report.page import Block, Chart, Panel, Table, Tile, Words
from ...report.plot import Line
from ...report.svg import Band, time_chart
from ..output import WholesalerOutput

_SHOWN = 8
_REFS = 3


def panel(found: WholesalerOutput, say: Words) -> Panel:
    """Return the panel."""
    scored = found.forecast
    text = "wholesaler.answer" if found.to_the_penny else "wholesaler.answer_broken"
    return Panel(
        key="wholesaler",
        title=say("wholesaler.title"),
        as_of=say("wholesaler.as_of", day=found.as_of),
        source=say(
            "wholesaler.source",
            name=found.source.name,
            licence=found.source.licence,
            attribution=found.source.attribution,
        ),
        answer=say(
            text,
            rows=f"{found.rows:,}",
            day=found.as_of,
            days=len(scored.p50),
            p50=whole(scored.sum_p50, found.currency),
            actual=whole(scored.sum_actual, found.currency),
            error=percent(scored.sum_error_ppm, signed=True),
            naive=percent(scored.naive_sum_error_ppm, signed=True),
            books=exact(found.books_sales, found.currency),
            file=exact(found.file_total, found.currency),
            refused=exact(found.refused_total, found.currency),
        ),
        blocks=(
            _chart(found, say),
            _scores(found, say),
            _import(found, say),
            *_receipts(found, say),
            _advice(found, say),
        ),
        how=_how(found, say),
    )


def tiles(found: WholesalerOutput, say: Words) -> tuple[Tile, ...]:
    """Return the figures for the top of the page."""
    scored = found.forecast
    return (
        Tile(whole(found.books_sales, found.currency), say("tile.penny")),
        Tile(
            percent(scored.sum_error_ppm, signed=True),
            say(
                "tile.error_days",
                days=len(scored.p50),
                naive=percent(scored.naive_sum_error_ppm, signed=True),
            ),
        ),
    )


def _chart(found: WholesalerOutput, say: Words) -> Chart:
    scored = found.forecast
    start, first = date.fromisoformat(scored.start), date.fromisoformat(scored.history_start)
    svg = time_chart(
        [
            Line(say("wholesaler.known"), first, scored.history, "c0"),
            Line(say("wholesaler.naive"), start, scored.naive, "c3", dashed=True),
            Line(say("wholesaler.p50"), start, scored.p50, "c1"),
            Line(say("wholesaler.actual"), start, scored.actual, "c2"),
        ],
        [Band(say("wholesaler.band"), start, scored.p10, scored.p90, "c1")],
        title=say("wholesaler.chart"),
        unit=short(found.currency, say.lang),
        mark=(start - timedelta(days=1), found.as_of),
        height=300,
    )
    return Chart(svg, say("wholesaler.chart_note"))


def _scores(found: WholesalerOutput, say: Words) -> Table:
    scored, money = found.forecast, found.currency
    inside = scored.sum_p10 <= scored.sum_actual <= scored.sum_p90
    past = [scored.past_wape_ppm, scored.past_naive_wape_ppm]
    expected = ["–" if ppm is None else percent(ppm) for ppm in past]
    rows = [
        (say("wholesaler.score_actual"), whole(scored.sum_actual, money), ""),
        (
            say("wholesaler.score_total"),
            whole(scored.sum_p50, money),
            whole(scored.sum_naive, money),
        ),
        (
            say("wholesaler.score_sum"),
            percent(scored.sum_error_ppm, signed=True),
            percent(scored.naive_sum_error_ppm, signed=True),
        ),
        (
            say("wholesaler.score_inside" if inside else "wholesaler.score_outside"),
            f"{whole(scored.sum_p10, money)} – {whole(scored.sum_p90, money)}",
            "–",
        ),
        (
            say("wholesaler.score_wape"),
            percent(scored.wape_ppm),
            percent(scored.naive_wape_ppm),
        ),
        (say("wholesaler.score_past"), *expected),
        (say("wholesaler.score_cover"), percent(scored.coverage_ppm), "–"),
    ]
    return Table(
        head=(
            say("wholesaler.score_what"),
            say("wholesaler.score_ours"),
            say("wholesaler.score_naive"),
        ),
        rows=tuple(rows),
        numbers=frozenset({1, 2}),
        caption=say("wholesaler.score", start=scored.start, days=len(scored.p50)),
    )


def _import(found: WholesalerOutput, say: Words) -> Table:
    money = found.currency
    taken = say(
        "wholesaler.import_taken",
        invoices=f"{found.invoices:,}",
        credits=f"{found.credit_notes:,}",
        customers=f"{found.customers:,}",
    )
    lost = sum(reason.rows for reason in found.refused)
    rows = [
        (taken, f"{found.rows - lost:,}", exact(found.books_sales, money)),
        *(
            (
                say(
                    "wholesaler.import_refused",
                    reason=_reason(reason.reason, say),
                    lines=", ".join(f"{line:,}" for line in reason.lines),
                ),
                f"{reason.rows:,}",
                exact(reason.amount, money),
            )
            for reason in found.refused
        ),
        (say("wholesaler.import_total"), f"{found.rows:,}", exact(found.file_total, money)),
    ]
    return Table(
        head=(
            say("wholesaler.import_what"),
            say("wholesaler.import_rows"),
            say("wholesaler.import_money"),
        ),
        rows=tuple(rows),
        numbers=frozenset({1, 2}),
        caption=say("wholesaler.import"),
    )


def _reason(reason: str, say: Words) -> str:
    key = f"refused.{reason}"
    return say(key) if say.known(key) else reason


def _receipts(found: WholesalerOutput, say: Words) -> list[Block]:
    receipts = found.receipts
    start = date.fromisoformat(receipts.start)
    weeks = [
        say("wholesaler.receipts_week", day=(start + timedelta(weeks=week)).isoformat())
        for week in range(len(receipts.by_week))
    ]
    total = whole(receipts.total, found.currency)
    table = Table(
        head=(*weeks,),
        rows=(tuple(whole(amount, found.currency) for amount in receipts.by_week),),
        numbers=frozenset(range(len(weeks))),
        caption=say("wholesaler.receipts", total=total, terms=receipts.terms_days),
    )
    return [table]


def _advice(found: WholesalerOutput, say: Words) -> Table:
    chinese = say.lang == "zh"
    rows: list[tuple[str, ...]] = []
    for item in found.advice[:_SHOWN]:
        more = " …" if len(item.evidence) > _REFS else ""
        rows.append(
            (
                whole(item.money, found.currency),
                item.title_zh if chinese and item.title_zh else item.title,
                item.detail_zh if chinese and item.detail_zh else item.detail,
                ", ".join(ref.removeprefix("Invoice:") for ref in item.evidence[:_REFS]) + more,
            )
        )
    return Table(
        head=(
            say("wholesaler.advice_money"),
            say("wholesaler.advice_what"),
            say("wholesaler.advice_why"),
            say("wholesaler.advice_evidence"),
        ),
        rows=tuple(rows) or (("–", say("wholesaler.advice_none"), "", ""),),
        numbers=frozenset({0}),
        caption=say("wholesaler.advice"),
    )


def _how(found: WholesalerOutput, say: Words) -> tuple[str, ...]:
    money = found.currency
    lines = [
        say(
            "wholesaler.how_penny",
            books=exact(found.books_sales, money),
            refused=exact(found.refused_total, money),
            file=exact(found.file_total, money),
            entries=f"{found.entries:,}",
            balance=exact(found.trial_balance, money),
            audit=say("truth.intact" if found.audit_ok else "truth.broken"),
        ),
        say("wholesaler.how_method", method=found.forecast.method),
        say("wholesaler.how_customers"),
        say("wholesaler.how_tool", text=" ".join(found.receipts.assumptions)),
    ]
    if found.forecast.note:
        lines.append(say("wholesaler.how_note", text=found.forecast.note))
    return tuple(lines)
