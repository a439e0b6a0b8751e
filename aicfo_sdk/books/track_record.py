"""What became of earlier advice: alarms from the recorded briefs, judged, counted, followed up.

Advice repeated morning after morning is one alarm, judged by the first thing it said that the
books can check. Nothing after the asked day is looked at, and no plugin is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sqrt
from typing import Any, Literal, NamedTuple, cast

from pydantic import TypeAdapter, ValidationError

from ..model.base import canonical
from ..model.expectation import Expectation
from ..model.facts import Advice
from ..money import PPM
from .carried import Carried, carried_out, cash_changes, last_told
from .chain import Heads
from .gains import gain_of
from .judging import Judge, Outcome, Verdict
from .run_record import RunRecord
from .snapshot import Snapshot
from .store import StoredBooks

BRIEF = "core.brief"
"""The tool whose recorded runs are the briefs."""

_AGAIN = timedelta(days=7)
"""Advice that was away for longer is a new alarm when it comes back."""
_Z = 1.959964
"""Standard normal quantile of 97.5 %."""
_ADVICE = TypeAdapter(tuple[Advice, ...])

Judged = Outcome | Literal["not_judged"]
"""How an alarm came out; `not_judged`: it said nothing that books can check."""


class Precision(NamedTuple):
    """Share of judged alarms that came true, with its 95 % Wilson interval, ppm."""

    ppm: int
    low_ppm: int
    high_ppm: int


@dataclass(slots=True)
class Alarm:
    """One piece of advice over the mornings that said it. Amounts in minor units."""

    advice: Advice
    first: date
    last: date
    expects: Expectation | None = None
    claimed: date | None = None
    source: int = 0
    outcome: Judged = "not_judged"
    decided: date | None = None
    seen: int | None = None
    acted: tuple[str, ...] = ()
    exact: int | None = None
    estimate: int = 0
    said: list[Advice] = field(default_factory=list[Advice])

    @property
    def topic(self) -> str:
        """The kind of advice that it is: its id without the record that it is about."""
        return _topic(self.advice, self.expects)


@dataclass(frozen=True, slots=True)
class Row:
    """All alarms of one kind of advice. Amounts in minor units.

    `came_true`, `did_not_come`, `averted`, `open`, `cannot_say` and `not_judged` sum to `made`;
    precision is over the first two; of all kinds together over those of warnings alone, for what
    an opportunity promises (money that lies idle) comes true far more often. `stake` is what was
    at stake in the averted ones, `exact` and `estimate` what carried-out advice gained; the three
    are never added up.
    """

    topic: str
    made: int
    came_true: int
    did_not_come: int
    averted: int
    open: int
    cannot_say: int
    not_judged: int
    precision: Precision | None
    stake: int
    exact: int | None
    estimate: int


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """Alarms by first day and id, with their counts; of `unread` days the advice is not kept."""

    as_of: date
    since: date | None
    briefs: int
    unread: int
    alarms: tuple[Alarm, ...]
    rows: tuple[Row, ...]
    total: Row


class _Morning(NamedTuple):
    day: date
    source: int
    heads: Heads
    advice: dict[str, Advice]


def track_record(
    books: StoredBooks, *, as_of: date | None = None, since: date | None = None
) -> TrackRecord:
    """Return how the advice of recorded briefs came out, as the books of a day (the last) show.

    `since` leaves out alarms first said before it.
    Raises: BooksError when the books are empty, or a run or proposal was changed.
    """
    snapshot = books.snapshot(as_of)
    mornings, unread = _mornings(books, snapshot.as_of, None)
    alarms = _judged(books, snapshot, mornings, since)
    by_topic: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        by_topic[alarm.topic].append(alarm)
    rows = tuple(_row(topic, found) for topic, found in sorted(by_topic.items()))
    total = _row("", alarms)
    return TrackRecord(snapshot.as_of, since, len(mornings), unread, tuple(alarms), rows, total)


def followed_up(books: StoredBooks, day: date, *, reach: int = 120) -> tuple[Alarm, ...]:
    """Return the alarms whose outcome became clear since the brief before that of `day`.

    Looks at the briefs of the last `reach` days; empty without an earlier one.
    Raises: as `track_record`.
    """
    mornings, _ = _mornings(books, day, day - timedelta(days=reach))
    before = [morning for morning in mornings if morning.day < day]
    if not before:
        return ()
    # By the books as that brief read them: what they told late was not clear then.
    earlier = books.snapshot_at(before[-1].heads, before[-1].day)
    waited = {
        (alarm.advice.id, alarm.first)
        for alarm in _judged(books, earlier, before, None)
        if alarm.outcome == "open"
    }
    return tuple(
        alarm
        for alarm in _judged(books, books.snapshot(day), before, None)
        if alarm.outcome != "open" and (alarm.advice.id, alarm.first) in waited
    )


def wilson(hits: int, of: int) -> Precision | None:
    """Return the share of hits with its 95 % interval (Wilson, 1927), ppm; None of nothing."""
    if not of:
        return None
    share, z2 = hits / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    spread = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low = 0 if not hits else round(max(middle - spread, 0.0) * PPM)
    high = PPM if hits == of else round(min(middle + spread, 1.0) * PPM)
    return Precision(round(share * PPM), low, high)


def _mornings(books: StoredBooks, day: date, since: date | None) -> tuple[list[_Morning], int]:
    """Return what was said by day, oldest first, and on how many days nothing can be read."""
    found: dict[date, _Morning] = {}
    lost: set[date] = set()
    for run in books.runs.of(BRIEF, until=day, since=since):
        if run.record.error is not None:
            continue
        said = _said(run.record)
        if said is None:
            lost.add(run.record.as_of)
            continue
        known = found.get(run.record.as_of)
        advice = {**(known.advice if known else {}), **{item.id: item for item in said}}
        # What a day's briefs said was said by the first of them, as far as acting on it goes.
        source = known.source if known else run.source
        heads = run.record.heads.heads()
        found[run.record.as_of] = _Morning(run.record.as_of, source, heads, advice)
    return [found[day] for day in sorted(found)], len(lost - found.keys())


def _said(record: RunRecord) -> tuple[Advice, ...] | None:
    """The advice of a recorded brief, or of all steps that filled it where it was too large."""
    root = record.steps[-1]
    if root.kept:
        facts = root.fact["advice"]
    else:
        numbers = cast("list[int]", root.needs.get("advice", []))
        steps = [record.steps[number - 1] for number in numbers]
        if not all(step.kept or step.error for step in steps):
            return None
        facts = [fact for step in steps if step.kept for fact in _listed(step.fact)]
    try:
        return _ADVICE.validate_json(canonical(facts))
    except ValidationError:
        # Recorded by another version, whose advice had another shape.
        return None


def _listed(fact: Any) -> list[Any]:
    return cast("list[Any]", fact) if isinstance(fact, list) else [fact]


def _judged(
    books: StoredBooks, snapshot: Snapshot, mornings: Sequence[_Morning], since: date | None
) -> list[Alarm]:
    with books.reading() as connection:
        desk = carried_out(connection, snapshot.heads, snapshot.as_of)
        cash = cash_changes(connection, snapshot.heads, snapshot.as_of)
        last = last_told(connection, snapshot.heads, snapshot.as_of)
    judge = Judge(snapshot, cash=cash, carried=desk, last=last)
    by_id = {one.id: one for one in desk}
    counted: set[str] = set()
    alarms = sorted(_alarms(mornings), key=lambda alarm: (alarm.first, alarm.advice.id))
    for alarm in alarms:
        _gains(alarm, by_id, counted, snapshot, desk)
        if alarm.expects is None or alarm.claimed is None:
            continue
        found = judge.verdict(alarm.expects, made=alarm.claimed, source=alarm.source)
        found = _heeded(alarm, found, by_id)
        alarm.outcome, alarm.decided, alarm.seen = found
    return [alarm for alarm in alarms if since is None or alarm.first >= since]


def _heeded(alarm: Alarm, found: Verdict, desk: dict[str, Carried]) -> Verdict:
    """A warning whose own proposal was carried out in time is not false for not coming true.

    Of cash the books can tell what would have been, so there nothing needs to be assumed.
    """
    expects = alarm.expects
    if expects is None or found.outcome != "did_not_come" or expects.kind.startswith("cash_"):
        return found
    acted = any(desk[id].day <= (found.day or expects.by) for id in alarm.acted)
    return found._replace(outcome="averted") if acted else found


def _gains(
    alarm: Alarm,
    desk: dict[str, Carried],
    counted: set[str],
    snapshot: Snapshot,
    everything: Sequence[Carried],
) -> None:
    """Count each carried-out proposal with the first advice that made it, and only there."""
    acted: list[str] = []
    for item in alarm.said:
        new = [
            desk[each.id] for each in item.proposals if each.id in desk and each.id not in counted
        ]
        if not new:
            continue
        counted.update(one.id for one in new)
        acted += [one.id for one in new]
        gain = gain_of(item, new, snapshot, everything)
        if gain.exact is None:
            alarm.estimate += gain.estimate
        else:
            alarm.exact = (alarm.exact or 0) + gain.exact
    alarm.acted = tuple(acted)


def _alarms(mornings: Iterable[_Morning]) -> Iterator[Alarm]:
    """Yield one alarm for each run of mornings on which the same thing was said."""
    going: dict[str, Alarm] = {}
    latest: date | None = None
    for morning in mornings:
        for id, item in morning.advice.items():
            alarm = going.get(id)
            away = alarm is not None and alarm.last != latest
            if alarm is None or (away and morning.day - alarm.last > _AGAIN):
                if alarm is not None:
                    yield alarm
                alarm = going[id] = Alarm(item, morning.day, morning.day)
            alarm.last = morning.day
            if item != (alarm.said[-1] if alarm.said else None):
                alarm.said.append(item)
            if alarm.expects is None and item.expects is not None:
                alarm.expects, alarm.claimed = item.expects, morning.day
                alarm.source = morning.source
        latest = morning.day
    yield from going.values()


def _row(topic: str, alarms: Sequence[Alarm]) -> Row:
    count = dict.fromkeys(_OUTCOMES, 0)
    for alarm in alarms:
        count[alarm.outcome] += 1
    warned = [alarm.outcome for alarm in alarms if topic or alarm.advice.kind != "opportunity"]
    hits, misses = warned.count("came_true"), warned.count("did_not_come")
    exact = [alarm.exact for alarm in alarms if alarm.exact is not None]
    return Row(
        topic=topic,
        made=len(alarms),
        **count,
        precision=wilson(hits, hits + misses),
        stake=sum(alarm.advice.money for alarm in alarms if alarm.outcome == "averted"),
        exact=sum(exact) if exact else None,
        estimate=sum(alarm.estimate for alarm in alarms),
    )


_OUTCOMES: tuple[Judged, ...] = (
    "came_true",
    "did_not_come",
    "averted",
    "open",
    "cannot_say",
    "not_judged",
)


def _topic(advice: Advice, expects: Expectation | None) -> str:
    refs = [ref.partition(":") for ref in advice.evidence]
    subjects = [expects.subject] if expects is not None else []
    subjects += [whole for kind, _, id in refs for whole in (f"{kind}:{id}", id)]
    rest = f"{advice.id}:"
    for subject in sorted({one for one in subjects if one}, key=len, reverse=True):
        rest = rest.replace(f":{subject}:", ":")
    rest = rest.removesuffix(":")
    # An id that still names something of its own would be a row of its own.
    return rest if rest != advice.id or ":" not in rest or expects else rest.split(":")[0]
