"""One round of `aicfo watch`: is there something to say, to whom, and did it arrive.

Each morning the brief; between, advice of weight that is new, once the books have changed. In
quiet hours nothing is sent: what came up is said when they are over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from ..model.base import digest
from ..model.facts import Advice, Brief
from ..money import grouped
from .sent import Sent
from .track import alarm_output, followed_lines, followed_since
from .webhooks import Delivered, Message, Webhook, deliver, plain

if TYPE_CHECKING:
    from ..books.track_record import Alarm
    from ..orchestrator.session import Session

SHOWN = 7
"""Pieces of advice in one message."""

_TRIES = 3
"""Tries of one delivery within a round."""

_WAITS = (1, 2, 5, 15, 60)
"""Minutes until a delivery that failed in this many rounds is tried again."""

_AGAIN = timedelta(days=7)
"""Advice is not said again within this, unless twice as much is at stake."""

_URGENT = ("risk", "due")


@dataclass(frozen=True, slots=True)
class Rules:
    """When what is said to whom. Times are those of `zone`, amounts minor units."""

    at: time
    quiet: tuple[time, time] | None
    lang: str
    urgent: int
    webhooks: tuple[Webhook, ...]
    timeout: float = 5.0


class Delivery(NamedTuple):
    """One message to one webhook in one round."""

    webhook: str
    message: str
    event: str
    ok: bool
    tries: int
    why: str


@dataclass(frozen=True, slots=True)
class Round:
    """What a round came to."""

    now: datetime
    day: date | None
    quiet: bool
    asked: bool
    """Whether the brief was made; without a reason it is not."""
    deliveries: tuple[Delivery, ...]


class Watcher:
    """Watches one merchant's books; `clock` gives the time in the owner's zone."""

    def __init__(
        self,
        session: Session,
        rules: Rules,
        sent: Sent,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._session, self._rules, self._sent = session, rules, sent
        self._clock, self._sleep = clock, sleep

    def round(self) -> Round:
        """Look once. Raises: what the brief raises; a webhook that fails raises nothing."""
        now, rules, sent = self._clock(), self._rules, self._sent
        if _within(now.time(), rules.quiet):
            return Round(now, None, True, False, ())
        key = self._session.snapshot().key
        morning = f"morning:{now.date().isoformat()}" if now.time() >= rules.at else ""
        open_for = [hook for hook in rules.webhooks if morning and self._due(hook, morning, now)]
        changed = sent.seen.get("key") != key
        waiting = bool(sent.seen.get("waiting"))
        if not open_for and not changed and not waiting:
            return Round(now, None, False, False, ())
        # Books never seen before are no event: all in them is old news until the first morning.
        first = "key" not in sent.seen
        brief = self._session.call("core.brief").run.result
        assert isinstance(brief, Brief)
        out = self._morning(brief, morning, open_for, now)
        if not first or waiting:
            out += self._events(brief, now)
        failed = any(not each.ok for each in out)
        sent.seen.update(key=key, waiting=failed)
        sent.save(now)
        return Round(now, brief.day, False, True, tuple(out))

    def _morning(
        self, brief: Brief, id: str, hooks: Sequence[Webhook], now: datetime
    ) -> list[Delivery]:
        if not hooks:
            return []
        followed = followed_since(self._session.books, brief.day)
        message = morning_message(brief, id, self._rules.lang, followed)
        out = self._send([(hook, message) for hook in hooks], "morning", now)
        # The message says how many more there are: they are no news after it.
        self._told(out, brief.advice, now)
        return out

    def _events(self, brief: Brief, now: datetime) -> list[Delivery]:
        out: list[Delivery] = []
        for hook in self._rules.webhooks:
            new = [
                item
                for item in brief.advice
                if item.kind in _URGENT
                and item.money >= self._rules.urgent
                and self._is_news(hook, item, now)
            ][:SHOWN]
            if not new:
                continue
            message = event_message(brief, new, self._rules.lang)
            if self._due(hook, message.id, now):
                done = self._send([(hook, message)], "event", now)
                self._told(done, new, now)
                out += done
        return out

    def _is_news(self, hook: Webhook, item: Advice, now: datetime) -> bool:
        told = self._sent.advice(hook.name, item.id)
        if not told:
            return True
        return now - datetime.fromisoformat(told["at"]) > _AGAIN or item.money >= 2 * max(
            int(told["money"]), 1
        )

    def _told(self, done: Sequence[Delivery], items: Sequence[Advice], now: datetime) -> None:
        for each in done:
            for item in items if each.ok else ():
                self._sent.put_advice(each.webhook, item.id, at=now, money=item.money)
        self._sent.save(now)

    def _due(self, hook: Webhook, id: str, now: datetime) -> bool:
        known = self._sent.message(hook.name, id)
        if known.get("state") == "sent":
            return False
        return "next" not in known or now >= datetime.fromisoformat(known["next"])

    def _send(
        self, pairs: Sequence[tuple[Webhook, Message]], event: str, now: datetime
    ) -> list[Delivery]:
        """Deliver to all at once, each in its own thread: one that hangs holds up nobody."""
        for hook, message in pairs:
            known = self._sent.message(hook.name, message.id)
            rounds = int(known.get("rounds", 0)) + 1
            wait = timedelta(minutes=_WAITS[min(rounds, len(_WAITS)) - 1])
            self._sent.put_message(
                hook.name,
                message.id,
                state="trying",
                at=now.isoformat(),
                rounds=rounds,
                next=(now + wait).isoformat(),
            )
        self._sent.save(now)
        ends: list[list[tuple[Delivered, int]]] = [[] for _ in pairs]
        threads = [
            threading.Thread(target=self._try, args=(hook, message, end), daemon=True)
            for (hook, message), end in zip(pairs, ends, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_TRIES * self._rules.timeout * 2 + 10)
        out: list[Delivery] = []
        for (hook, message), end in zip(pairs, ends, strict=True):
            done, tries = end[-1] if end else (Delivered(False, "no answer in time", True), _TRIES)
            known = dict(self._sent.message(hook.name, message.id))
            known["state"] = "sent" if done.ok else "failed"
            if not done.ok and not done.retry:
                # It will not be taken as it is: once an hour is often enough to see it mended.
                known["next"] = (now + timedelta(minutes=_WAITS[-1])).isoformat()
            self._sent.put_message(hook.name, message.id, **known)
            out.append(Delivery(hook.name, message.id, event, done.ok, tries, done.why))
        self._sent.save(now)
        return out

    def _try(self, hook: Webhook, message: Message, end: list[tuple[Delivered, int]]) -> None:
        for tried in range(1, _TRIES + 1):
            done = deliver(
                hook,
                message,
                now=lambda: self._clock().timestamp(),
                timeout=self._rules.timeout,
            )
            end.append((done, tried))
            if done.ok or not done.retry or tried == _TRIES:
                return
            self._sleep(float(2 ** (tried - 1)))


def morning_message(brief: Brief, id: str, lang: str, followed: Sequence[Alarm] = ()) -> Message:
    """Return the brief as a message: at most seven pieces, and how many more there are.

    `followed` is the earlier advice whose outcome became clear.
    """
    zh = lang == "zh"
    title = f"{brief.day.isoformat()} {'每日简报' if zh else 'daily brief'}"
    cash = f"{'现金' if zh else 'cash'} {grouped(brief.cash)} {brief.currency}"
    lines = [cash, *_lines(brief.advice[:SHOWN], zh)]
    if not brief.advice:
        lines.append("今天没有需要处理的事。" if zh else "Nothing needs you today.")
    if (more := len(brief.advice) - SHOWN) > 0:
        lines.append(f"另有{more}条: aicfo brief" if zh else f"{more} more: aicfo brief")
    lines += [plain(line.strip()) for line in followed_lines(followed, lang)]
    values = _values("morning", brief, brief.advice[:SHOWN], more)
    values["followed_up"] = [alarm_output(each).model_dump(mode="json") for each in followed]
    return Message(id, title, tuple(lines), values)


def event_message(brief: Brief, items: Sequence[Advice], lang: str) -> Message:
    """Return new advice of weight as a message; equal advice on a day has an equal id."""
    zh = lang == "zh"
    id = "event:" + digest([brief.day.isoformat(), [[i.id, i.money] for i in items]])[:16]
    title = f"{brief.day.isoformat()} {'新情况' if zh else 'news'}"
    return Message(id, title, tuple(_lines(items, zh)), _values("event", brief, items, 0))


def _lines(items: Sequence[Advice], zh: bool) -> list[str]:
    out: list[str] = []
    for number, item in enumerate(items, start=1):
        title = item.title_zh if zh and item.title_zh else item.title
        detail = item.detail_zh if zh and item.detail_zh else item.detail
        out.append(f"{number}. **{plain(title)}**")
        out += [f"> {plain(detail)}"] if detail else []
        ignored = item.ignored_zh if zh and item.ignored_zh else item.ignored
        out += [f"> {'如不处理' if zh else 'if ignored'}: {plain(ignored)}"] if ignored else []
    return out


def _values(event: str, brief: Brief, items: Sequence[Advice], more: int) -> dict[str, Any]:
    return {
        "format": "aicfo.watch@1",
        "event": event,
        "day": brief.day.isoformat(),
        "currency": brief.currency,
        "cash": brief.cash,
        "advice": [item.model_dump(mode="json") for item in items],
        "more": max(more, 0),
    }


def _within(now: time, quiet: tuple[time, time] | None) -> bool:
    if quiet is None:
        return False
    first, last = quiet
    return first <= now < last if first <= last else now >= first or now < last
