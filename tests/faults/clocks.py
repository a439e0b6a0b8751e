"""Month ends, 29 February, midnights, zones and clocks that jump: no due date is a day off.

Nothing in aicfo asks a clock for the day: days come from the records. Due dates are held against
a calendar that is walked day by day, and files are read again under other time zones.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from aicfo_sdk.books.importers import einvoice, ocds
from aicfo_sdk.books.importers.detect import KINDS, read
from aicfo_sdk.books.importers.table import parse_moment
from aicfo_sdk.books.store import create_books
from aicfo_sdk.days import calendar, parse_day
from aicfo_sdk.model import Invoice, Merchant, Tender, Transaction, UntrustedText
from tests.books.samples import DAY, account, batch, line

from . import scratch
from .sample_files import OWN, options, samples

WHOLE = 100_000
ZONES = (
    "UTC",
    "Asia/Shanghai",
    "America/Los_Angeles",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
    "Europe/London",
)
_STEP = timedelta(days=1)
_FIRST, _LAST = date(2019, 1, 1), date(2031, 12, 31)
_MONTHS = ((1, 31), (2, 28), (3, 1), (12, 31), (1, 1), (10, 1))
_ODD = (
    date(2024, 2, 29),
    date(2028, 2, 29),
    *(date(year, month, day) for year in (2023, 2024, 2026, 2028) for month, day in _MONTHS),
)


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return how many due dates were held against the walked calendar, in how many zones."""
    rng = random.Random(f"{seed} clocks")
    count = max(70, round(WHOLE * share))
    files = samples()
    paper = files["einvoice_list"][-1].decode("utf-8-sig").replace("付款期限", "备注")
    with scratch() as folder:
        plain: dict[str, list[str]] = {}
        for zone in ZONES:
            with _zone(zone):
                for _ in range(count // len(ZONES)):
                    _working(rng)
                    _written(rng)
                for _ in range(max(1, count // len(ZONES) // 100)):
                    _terms(rng, folder, paper)
                    _deadline(rng, folder)
                    _backwards(rng)
                for kind in KINDS:
                    said = _said(kind, files[kind], folder)
                    assert plain.setdefault(kind, said) == said, f"{kind} differs in {zone}"
    each = count // len(ZONES)
    dates = len(ZONES) * (2 * each + 3 * max(1, each // 100))
    return {"due_dates": dates, "wrong": 0, "zones": len(ZONES), "kinds_of_files": len(KINDS)}


def _day(rng: random.Random) -> date:
    if rng.random() < 0.3:
        return rng.choice(_ODD) + _STEP * rng.randint(-1, 1)
    return _FIRST + _STEP * rng.randrange((_LAST - _FIRST).days)


def _working(rng: random.Random) -> None:
    """A due day rolled to a working day, and working days counted, one step at a time."""
    days, start, count = calendar(), _day(rng), rng.randint(-12, 12)
    rolled = start
    while not days.is_working(rolled):
        rolled += _STEP
    assert days.next_working(start) == rolled, start
    step = _STEP if count >= 0 else -_STEP
    walked, left = start, abs(count)
    while left:
        walked += step
        left -= days.is_working(walked)
    assert days.add_working(start, count) == walked, (start, count)


def _written(rng: random.Random) -> None:
    """A day as files write it, with any time of day and any offset, is that day."""
    day = _day(rng)
    clock = rng.choice(("00:00:00", "23:59:59", "12:00:01", "00:00:01"))
    form = rng.choice(("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d"))
    text = day.strftime(form)
    assert parse_day(text) == day, text
    if form != "%Y年%m月%d日":
        assert parse_moment(f"{text} {clock}") == (day, clock), text
    assert parse_moment(f"{day.isoformat()}T{clock}") == (day, clock), text


def _terms(rng: random.Random, folder: Path, paper: str) -> None:
    """An invoice is due so many calendar days after its issue."""
    day, terms = _day(rng), rng.choice((0, 1, 28, 29, 30, 31, 60, 365, 366))
    path = folder / "invoices.csv"
    path.write_text(paper.replace("2026-02-09", day.isoformat()), "utf-8")
    batch = einvoice.read(path, own_uscc=OWN, terms_days=terms)
    dated = [one for one in batch.records if isinstance(one, Invoice) and one.issued == day]
    walked = day
    for _ in range(terms):
        walked += _STEP
    assert dated, day
    assert all(one.due == walked for one in dated), (day, terms, dated)


def _deadline(rng: random.Random, folder: Path) -> None:
    """A tender closes on the day that its notice writes, whatever zone it writes it in."""
    day = _day(rng)
    offset = timezone(timedelta(minutes=rng.choice((-720, -300, 0, 60, 345, 480, 840))))
    hour = rng.choice(((0, 0, 0), (23, 59, 59), (12, 0, 0)))
    moment = datetime(day.year, day.month, day.day, *hour, tzinfo=offset)
    published = datetime(day.year - 1, 1, 1, tzinfo=offset)
    release = {
        "ocid": "ocds-1",
        "id": "1",
        "date": published.isoformat(),
        "tag": ["tender"],
        "tender": {
            "id": "t",
            "title": "roof",
            "status": "active",
            "tenderPeriod": {"endDate": moment.isoformat()},
        },
    }
    path = folder / "notice.json"
    path.write_text(json.dumps(release), "utf-8")
    (tender,) = (one for one in ocds.read(path).records if isinstance(one, Tender))
    assert tender.deadline == day, (moment, tender.deadline)


def _backwards(rng: random.Random) -> None:
    """Files that come in any order of days leave the same books, whatever the clock says."""
    offsets = [rng.randint(0, 400) for _ in range(4)]
    balances: set[tuple[int, ...]] = set()
    for order in (sorted(offsets), sorted(offsets, reverse=True)):
        with tempfile.TemporaryDirectory(prefix="aicfo-clocks-") as name:
            me = Merchant(id="me", updated=DAY, name=UntrustedText("晨光机电"))
            with create_books(Path(name) / "shop.books", merchant=me) as books:
                books.import_batches([batch(account(), line("o", 10_000, "opening"))])
                for number in order:
                    sold = line(f"s{number}", 100 + number, "sale", number)
                    books.import_batches([batch(sold)])
                assert books.last_day() == DAY + _STEP * max(offsets)
                balances.add(
                    tuple(
                        books.snapshot(DAY + _STEP * number).balance() for number in sorted(offsets)
                    )
                )
    assert len(balances) == 1, offsets


def _said(kind: str, files: list[bytes], folder: Path) -> list[str]:
    """Every record of some files, as text."""
    path = folder / "file"
    found: list[str] = []
    for data in files:
        path.write_bytes(data)
        records = read(path, kind, **options(kind)).records
        found += [f"{type(one).__name__} {one.model_dump_json()}" for one in records]
        assert all(one.day.year > 2000 for one in records if isinstance(one, Transaction))
    return found


@contextmanager
def _zone(name: str) -> Generator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()
