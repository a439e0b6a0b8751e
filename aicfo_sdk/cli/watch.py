"""`aicfo watch`: the brief pushed each morning, and news when the books change."""

from __future__ import annotations

import re
import sys
import time as clocks
import tomllib
from datetime import datetime, time
from pathlib import Path
from typing import Any, cast

from ..errors import AicfoError, InputError
from .arguments import emit, note, parser, session
from .outputs import DeliveryOutput, WatchOutput
from .sent import Sent
from .watching import Round, Rules, Watcher
from .webhooks import parse_webhooks

_KEYS = ("at", "lang", "quiet", "urgent", "webhooks", "zone")
_URGENT = 1_000_000
"""Minor units from which advice is pushed between two mornings, where nothing else is said."""


def watch(words: list[str]) -> int:
    """Push the brief each morning and news of weight; exit code 1 when a delivery failed."""
    made = parser("watch", "Push the brief each morning, and news when the books change.")
    made.add_argument("--once", action="store_true", help="look once and end, as from cron")
    made.add_argument("--every", type=float, default=5.0, metavar="MINUTES", help="how often (5)")
    made.add_argument("--memory", type=Path, metavar="FILE", help="what was said (BOOKS.watch)")
    options = made.parse_args(words)
    if not 0.05 <= options.every <= 1440:
        raise InputError(
            "not minutes between looks", value=options.every, where="--every", mend="0.05 to 1440"
        )
    config = options.config or Path("aicfo.toml")
    opened = session(options)
    rules, zone = read_rules(config)
    file = options.memory
    if file is None:
        if opened.books.file is None:
            raise InputError("these books are no file", mend="say where to remember: --memory FILE")
        file = opened.books.file.with_name(opened.books.file.name + ".watch")
    watcher = Watcher(
        opened,
        rules,
        Sent(file),
        clock=lambda: datetime.fromtimestamp(clocks.time(), zone),
        sleep=clocks.sleep,
    )
    if options.once:
        done = watcher.round()
        emit(_output(done), options.json, _lines(done))
        return 0 if all(each.ok for each in done.deliveries) else 1
    note(f"aicfo watches {opened.books.location}: brief at {rules.at:%H:%M}, Ctrl-C ends it")
    while True:
        try:
            done = watcher.round()
        except AicfoError as error:
            # A brief that cannot be made now may be made at the next look.
            note(f"aicfo watch: {error}")
        else:
            if done.deliveries:
                emit(_output(done), options.json, _lines(done))
                sys.stdout.flush()
        clocks.sleep(options.every * 60)


def read_rules(config: Path) -> tuple[Rules, Any]:
    """Return the rules of `[watch]` and the owner's time zone. Raises: InputError."""
    where = str(config)
    try:
        table: Any = tomllib.loads(config.read_text("utf-8")).get("watch", {})
    except OSError:
        table = {}
    if not isinstance(table, dict):
        raise InputError("watch is a table", where=where)
    values = cast("dict[str, Any]", table)
    for key in values:
        if key not in _KEYS:
            raise InputError(
                "unknown configuration key",
                value=f"watch.{key}",
                where=where,
                mend="known: " + ", ".join(_KEYS),
            )
    hooks = parse_webhooks(values.get("webhooks", []), where)
    if not hooks:
        raise InputError(
            "no webhook to push to", where=where, mend="add [[watch.webhooks]] with name, kind, url"
        )
    at = _time(values.get("at", "08:00"), "watch.at", where)
    quiet = _quiet(values.get("quiet", "21:30-07:00"), where)
    if quiet is not None and _inside(at, quiet):
        raise InputError(
            "the brief's hour lies in the quiet hours", value=f"{at:%H:%M}", where=where
        )
    lang, urgent = values.get("lang", "zh"), values.get("urgent", _URGENT)
    if lang not in ("zh", "en"):
        raise InputError("watch.lang is zh or en", value=lang, where=where)
    if not isinstance(urgent, int) or isinstance(urgent, bool) or urgent < 0:
        raise InputError("watch.urgent is an amount in minor units", value=urgent, where=where)
    return Rules(at, quiet, lang, urgent, hooks), _zone(values.get("zone", "Asia/Shanghai"), where)


def _time(text: Any, key: str, where: str) -> time:
    if not isinstance(text, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text, re.ASCII):
        raise InputError(f"{key} is a time", value=text, where=where, mend='write "08:00"')
    return time.fromisoformat(text)


def _quiet(text: Any, where: str) -> tuple[time, time] | None:
    if text == "":
        return None
    first, mark, last = text.partition("-") if isinstance(text, str) else ("", "", "")
    if not mark:
        raise InputError(
            "watch.quiet is two times", value=text, where=where, mend='write "21:30-07:00" or ""'
        )
    return _time(first, "watch.quiet", where), _time(last, "watch.quiet", where)


def _inside(at: time, quiet: tuple[time, time]) -> bool:
    first, last = quiet
    return first <= at < last if first <= last else at >= first or at < last


def _zone(name: Any, where: str) -> Any:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (TypeError, ValueError, OSError, KeyError):
        raise InputError(
            "no such time zone", value=name, where=where, mend="like Asia/Shanghai"
        ) from None


def _output(done: Round) -> WatchOutput:
    return WatchOutput(
        now=done.now.isoformat(),
        day=done.day.isoformat() if done.day else None,
        quiet=done.quiet,
        asked=done.asked,
        deliveries=[DeliveryOutput(**each._asdict()) for each in done.deliveries],
    )


def _lines(done: Round) -> list[str]:
    if done.quiet:
        return ["quiet hours: nothing is sent"]
    return [
        f"{each.webhook}: {each.event} {'sent' if each.ok else 'NOT sent: ' + each.why}"
        for each in done.deliveries
    ] or ["nothing new to say"]
