"""The panel of the question that crosses all plugins."""

from __future__ import annotations

from datetime import date

from ...report.figures import exact, short, whole
from ...report.page import Chart, Panel, Table, Text, Tile, Words
from ...report.plot import Line
from ...report.svg import Band, Node, graph, time_chart
from ..output import StoryOutput
from . import bills

_COLOURS = ("c1", "c2", "c3", "c4")


def panel(found: StoryOutput, say: Words) -> Panel:
    """Return the panel."""
    blocks = [
        Text(_tender(found, say)),
        _plan(found, say),
        _cash(found, say),
        *([_pieces(found, say)] if found.pieces else []),
        *([_desk(found, say)] if found.decisions else []),
        Text(
            say(
                "story.before_after",
                before=exact(found.cash_before, found.currency),
                after=exact(found.cash_after, found.currency),
            )
        ),
        *bills.blocks(found.bills, found.as_of, found.currency, say),
        _files(found, say),
        _checks(found, say),
    ]
    return Panel(
        key="story",
        title=say("story.title", question=found.question),
        as_of=say("story.as_of", day=found.as_of),
        source=say("story.source", firm=found.firm),
        answer=answer(found, say),
        blocks=tuple(blocks),
        how=_how(found, say),
    )


def answer(found: StoryOutput, say: Words) -> str:
    """Return the answer in a sentence."""
    done = any(item.status == "committed" for item in found.decisions)
    yes = "answer_yes" if done else "answer_later"
    if not found.demand:
        key = "answer_none"
    elif not found.funded:
        key = "answer_no"
    else:
        key = yes if found.approved else "answer_denied"
    return say(
        f"story.{key}",
        demand=whole(found.demand, found.currency),
        cost=whole(found.cost, found.currency),
        uncovered=whole(found.uncovered, found.currency),
    )


def tile(found: StoryOutput, say: Words) -> Tile:
    """Return the figure for the top of the page."""
    if found.funded:
        return Tile(whole(found.covered, found.currency), say("tile.fund"))
    return Tile(whole(found.uncovered, found.currency), say("tile.fund_not"))


def _tender(found: StoryOutput, say: Words) -> str:
    need = found.need
    return say(
        "story.tender",
        title=found.title,
        price=whole(need.price, found.currency),
        need=whole(need.need_p95, found.currency),
        short=whole(need.short_p95, found.currency),
        by=need.by,
        until=need.until,
    )


def _plan(found: StoryOutput, say: Words) -> Chart:
    plugins = list(dict.fromkeys(step.tool.split(".")[0] for step in found.plan))
    colour = {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(plugins)}
    svg = graph(
        [Node(step.tool, step.returns, colour[step.tool.split(".")[0]]) for step in found.plan],
        [(need - 1, step.step - 1) for step in found.plan for need in step.needs],
        title=say("story.plan"),
    )
    return Chart(svg, say("story.plan_note"))


def _cash(found: StoryOutput, say: Words) -> Chart:
    cash = found.forecast
    start = date.fromisoformat(cash.start)
    svg = time_chart(
        [Line(say("story.cash_p50"), start, cash.p50, "c1")],
        [Band(say("story.cash_band"), start, cash.p10, cash.p90, "c1")],
        title=say("story.cash"),
        unit=short(found.currency, say.lang),
        floor=(cash.buffer, say("story.buffer", amount=whole(cash.buffer, found.currency))),
        height=250,
    )
    return Chart(svg, say("story.cash"))


def _pieces(found: StoryOutput, say: Words) -> Table:
    money = found.currency
    rows = [
        (
            say(f"kind.{piece.kind}"),
            f"{piece.resource.split(':', 1)[-1]} {piece.institution}".strip(),
            found.tender if piece.demand.endswith(f":{found.tender}") else say("story.own_gap"),
            piece.day,
            exact(piece.amount, money),
            exact(piece.cash, money),
            exact(piece.cost, money),
        )
        for piece in found.pieces
    ]
    got = sum(piece.cash for piece in found.pieces)
    used = sum(piece.amount for piece in found.pieces)
    rows.append(
        (
            say("story.total"),
            "",
            "",
            "",
            exact(used, money),
            exact(got, money),
            exact(found.cost, money),
        )
    )
    names = ("p_source", "p_what", "p_for", "p_day", "p_amount", "p_cash", "p_cost")
    return Table(
        head=tuple(say(f"story.{name}") for name in names),
        rows=tuple(rows),
        numbers=frozenset({4, 5, 6}),
        tight=frozenset({0, 2, 3}),
        caption=say("story.pieces"),
    )


def _desk(found: StoryOutput, say: Words) -> Table:
    rows = [
        (
            f"{say(f'kind.{item.kind}')} {exact(item.amount, found.currency)} · {item.day}",
            f"{say(f'people.{item.people}')} ({item.rule})",
            ", ".join(item.approvals) or "–",
            say(f"status.{item.status}"),
            exact(item.cash_change, found.currency) if item.entry is not None else "–",
        )
        for item in found.decisions
    ]
    names = ("d_action", "d_policy", "d_people", "d_status", "d_change")
    return Table(
        head=tuple(say(f"story.{name}") for name in names),
        rows=tuple(rows),
        numbers=frozenset({4}),
        caption=say("story.desk"),
    )


def _files(found: StoryOutput, say: Words) -> Table:
    names = ("fi_file", "fi_kind", "fi_rows", "fi_records")
    return Table(
        head=tuple(say(f"story.{name}") for name in names),
        rows=tuple(
            (f"contractor/{file.file}", file.kind, f"{file.rows:,}", f"{file.records:,}")
            for file in found.files
        ),
        numbers=frozenset({2, 3}),
        caption=say("story.files"),
    )


def _checks(found: StoryOutput, say: Words) -> Table:
    money = found.currency
    names = ("c_what", "c_books", "c_truth", "c_diff")
    return Table(
        head=tuple(say(f"story.{name}") for name in names),
        rows=tuple(
            (
                say(f"check.{check.what}"),
                exact(check.books, money),
                exact(check.truth, money),
                exact(check.books - check.truth, money),
            )
            for check in found.checks
        ),
        numbers=frozenset({1, 2, 3}),
        caption=say("story.checks"),
    )


def _how(found: StoryOutput, say: Words) -> tuple[str, ...]:
    told = ", ".join(f"{say(f'record.{name}')} {count}" for name, count in found.by_hand.items())
    lines = [
        say("story.how_hand", list=told),
        say(
            "story.how_policy",
            limit=whole(found.second_person_above, found.currency),
            maker=found.maker,
        ),
        say(
            "story.how_audit",
            balance=exact(found.trial_balance, found.currency),
            rows=found.audit_rows,
            audit=say("truth.intact" if found.audit_ok else "truth.broken"),
            head=found.audit_head,
        ),
    ]
    if any(check.books != check.truth for check in found.checks):
        lines.append(say("story.how_diff"))
    lines.append(say("story.how_assumed", text="; ".join(found.need.assumptions)))
    lines += [say("story.how_missing", text=text) for text in found.missing]
    return tuple(lines)
