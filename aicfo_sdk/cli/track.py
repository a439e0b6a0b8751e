"""What became of earlier advice, in words: `aicfo brief --track-record` and the brief itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ..errors import BooksError, InputError
from ..money import grouped
from .arguments import books_of, emit, note, table
from .track_outputs import AlarmOutput, PrecisionOutput, TrackRecordOutput, TrackRow

if TYPE_CHECKING:
    import argparse

    from ..books.store import StoredBooks
    from ..books.track_record import Alarm, Row, TrackRecord

_WORDS = {
    "en": {
        "head": "advice of {briefs} brief(s), judged by the books of {day}; amounts in {currency}",
        "since": "first said on {} or later",
        "none": "No brief is recorded yet: aicfo brief records one.",
        "unread": "{} day(s) left out: the books keep the briefs of those days by digest only",
        "columns": (
            "advice",
            "made",
            "judged",
            "came true",
            "precision (95 %)",
            "averted",
            "open",
            "cannot say",
            "not judged",
            "gained",
            "estimated",
        ),
        "total": "all",
        "note": "Averted: it was acted on, and is not counted in precision; that of all is of the "
        "warnings alone. Gained: exact, by the "
        "books. Estimated: as the advice said; never added to gained.",
        "stake": "At stake in what was averted: {} (no gain)",
        "followed": "followed up",
        "came_true": "came true",
        "did_not_come": "did not come",
        "averted": "averted: it was acted on",
        "cannot_say": "the books cannot say",
        "more": "{} more",
    },
    "zh": {
        "head": "{briefs}份简报的建议, 按{day}的账本核对; 金额单位{currency}",
        "since": "只计{}起首次提出的",
        "none": "还没有记录过简报: 请先运行 aicfo brief。",
        "unread": "{}天未计: 账本只保留了当天简报的摘要值",
        "columns": (
            "建议",
            "提出",
            "已核对",
            "应验",
            "准确率(95%)",
            "已避免",
            "未到期",
            "无法判断",
            "不核对",
            "实得",
            "估计",
        ),
        "total": "合计",
        "note": "已避免: 已按建议处理, 不计入准确率; 合计行的准确率只计预警, 不计机会。"
        "实得: 账本可证的金额。估计: 建议当时的估算, 不与实得相加。",
        "stake": "已避免的建议涉及金额: {}（不是收益）",
        "followed": "前期建议回顾",
        "came_true": "应验",
        "did_not_come": "未发生",
        "averted": "已处理, 避免",
        "cannot_say": "账本无法判断",
        "more": "另有{}条",
    },
}
_SHOWN = 5
"""Followed-up pieces that a brief shows a person."""


def print_track_record(options: argparse.Namespace) -> int:
    """Print how earlier advice came out. Raises: InputError for days in the wrong order."""
    from ..books.track_record import track_record

    books = books_of(options.books)
    first, last = books.first_day(), books.last_day()
    as_of: date = options.as_of or last
    if first is not None and as_of < first:
        raise InputError(
            "these books know nothing of that day",
            value=as_of.isoformat(),
            where=books.location,
            mend=f"their records begin on {first} and end on {last}",
        )
    if options.since is not None and options.since > as_of:
        raise InputError(
            "nothing can be judged before it was said",
            value=options.since.isoformat(),
            where="--since",
            mend=f"a day through {as_of}",
        )
    found = track_record(books, as_of=as_of, since=options.since)
    output = TrackRecordOutput(
        as_of=found.as_of.isoformat(),
        since=found.since.isoformat() if found.since else None,
        currency=books.currency,
        briefs=found.briefs,
        unread=found.unread,
        rows=[_row(row) for row in found.rows],
        total=_row(found.total),
        alarms=[alarm_output(alarm) for alarm in found.alarms],
    )
    emit(output, options.json, _lines(found, books.currency, options.lang))
    return 0


def alarm_output(alarm: Alarm) -> AlarmOutput:
    """Return an alarm as `--json` prints it."""
    said = alarm.advice
    return AlarmOutput(
        id=said.id,
        topic=alarm.topic,
        kind=said.kind,
        title=said.title,
        title_zh=said.title_zh,
        first=alarm.first.isoformat(),
        last=alarm.last.isoformat(),
        money=said.money,
        expects=alarm.expects.model_dump(mode="json") if alarm.expects else None,
        outcome=alarm.outcome,
        decided=alarm.decided.isoformat() if alarm.decided else None,
        seen=alarm.seen,
        carried_out=list(alarm.acted),
        gained=alarm.exact,
        gained_estimate=alarm.estimate,
    )


def followed_since(books: StoredBooks, day: date) -> tuple[Alarm, ...]:
    """Return the earlier advice that a brief follows up; nothing where its record is unusable.

    A brief is not held up by an earlier one that cannot be read; stderr says so.
    """
    from ..books.track_record import followed_up

    try:
        return followed_up(books, day)
    except BooksError as error:
        note(f"warning: earlier advice is not followed up: {error}")
        return ()


def followed_lines(alarms: Sequence[Alarm], lang: str) -> list[str]:
    """Return what became of earlier advice, one line each; nothing where nothing did."""
    words = _WORDS[lang]
    if not alarms:
        return []
    lines = [f"{words['followed']}:"]
    for alarm in alarms[:_SHOWN]:
        title = (
            alarm.advice.title_zh
            if lang == "zh" and alarm.advice.title_zh
            else (alarm.advice.title)
        )
        lines.append(f"  {alarm.first.isoformat()} {title} → {words[alarm.outcome]}")
    if (more := len(alarms) - _SHOWN) > 0:
        lines.append("  " + str(words["more"]).format(more))
    return lines


def _lines(found: TrackRecord, currency: str, lang: str) -> list[str]:
    words = _WORDS[lang]
    if not found.briefs and not found.unread:
        return [str(words["none"])]
    lines = [
        str(words["head"]).format(
            briefs=found.briefs, day=found.as_of.isoformat(), currency=currency
        )
    ]
    if found.since:
        lines.append(str(words["since"]).format(found.since.isoformat()))
    if found.unread:
        lines.append(str(words["unread"]).format(found.unread))
    rows = [list(words["columns"])]
    rows += [_cells(row, row.topic) for row in found.rows]
    rows.append(_cells(found.total, str(words["total"])))
    lines += ["", *table(rows), ""]
    if found.total.stake:
        lines.append(str(words["stake"]).format(grouped(found.total.stake)))
    return [*lines, str(words["note"])]


def _cells(row: Row, name: str) -> list[str]:
    share = row.precision
    return [
        name,
        str(row.made),
        str(row.came_true + row.did_not_come),
        str(row.came_true),
        f"{_percent(share.ppm)} % ({_percent(share.low_ppm)}–{_percent(share.high_ppm)})"
        if share
        else "–",
        str(row.averted),
        str(row.open),
        str(row.cannot_say),
        str(row.not_judged),
        "–" if row.exact is None else grouped(row.exact),
        grouped(row.estimate) if row.estimate else "–",
    ]


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:.0f}"


def _row(row: Row) -> TrackRow:
    share = row.precision
    return TrackRow(
        topic=row.topic,
        made=row.made,
        judged=row.came_true + row.did_not_come,
        came_true=row.came_true,
        did_not_come=row.did_not_come,
        averted=row.averted,
        open=row.open,
        cannot_say=row.cannot_say,
        not_judged=row.not_judged,
        precision=PrecisionOutput(**share._asdict()) if share else None,
        averted_stake=row.stake,
        gained=row.exact,
        gained_estimate=row.estimate,
    )
