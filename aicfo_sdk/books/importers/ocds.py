"""Tenders from OCDS 1.1: JSON Lines, a JSON list, release packages and record packages.

The releases of one process (`ocid`) are merged in date order; each day with a release yields one
`Tender` state, visible from that day on, so books of an earlier day never know a later notice.

Decided here:
- The day of a release is the day as its own offset writes it ("2025-03-11T23:30:00-05:00" is
  11 March); releases are ordered by instant, a time without offset counting as UTC.
- Amounts are read as exact decimals. Minor units are hundredths of the stated currency whatever
  the currency. More than two decimals are rounded half to even, and a note counts such amounts.
- A release without process or date, and what is no JSON, is a `RecordError`. Any other field that
  cannot be read (a negative amount, "soon" for a day) is left out, and a note names it: portals
  differ, and one notice of ten thousand must not cost the others.
- An amount without a currency, or in another currency than the process's own, is left out with a
  note: it could not be compared. Where nothing states a currency it is "XXX" (ISO 4217: none).
- `status` is as published. An open notice whose deadline passes later stays "open": compare
  `deadline` with the day you ask about. It is "closed" when the deadline lay before the release.
- Text is what the publisher wrote, wrongly decoded characters included.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ...model.tender import NoticeFlag, Tender
from ...model.text import UntrustedText
from ..batch import Batch, Refused
from . import notice_flags
from .ocds_fields import Fields, Release
from .ocds_merge import Json, merge
from .ocds_package import releases
from .source import load

KIND = "ocds"

_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_NO_CURRENCY = "XXX"
_LONGEST_TEXT = 100_000
_LAWS = {"ocds-b5fd17": "uk", "ocds-h6vhtk": "uk"}
_DEAD = frozenset({"cancelled", "unsuccessful", "withdrawn"})
_NO_AWARD = _DEAD | {"pending"}
_PLANNING = frozenset({"planning", "planned"})
_INVITES = frozenset({"tender", "tenderUpdate", "tenderAmendment"})
_AWARDS = frozenset({"award", "awardUpdate", "contract", "contractUpdate", "contractAmendment"})
_CATEGORIES = frozenset({"goods", "services", "works"})


def read(path: Path, *, currency: str = "") -> Batch:
    """Return one `Tender` state per process and day with a release.

    `currency` is assumed for amounts that state none.
    Raises: RecordError naming line and field; nothing of the file is taken then.
    """
    source = load(path)
    reader = _Reader(source.file, currency)
    by_process: dict[str, list[Release]] = {}
    rows = 0
    for line, where, body, published in releases(source):
        release = reader.release(body, line, where, published)
        by_process.setdefault(body["ocid"], []).append(release)
        rows += 1
    refused: list[Refused] = []
    tenders: list[Tender] = []
    for ocid, found in by_process.items():
        tenders += reader.states(ocid, found, refused)
    stated = {tender.currency for tender in tenders} - {_NO_CURRENCY}
    return Batch(
        kind=KIND,
        source=source.file,
        digest=source.digest,
        # Each tender carries its own currency; the file has one only where all agree.
        currency=stated.pop() if len(stated) == 1 else "",
        records=tuple(tenders),
        refused=tuple(refused),
        notes=reader.notes(),
        rows=rows,
    )


class _Reader(Fields):
    """Makes tenders of merged releases."""

    def __init__(self, file: str, currency: str) -> None:
        super().__init__(file)
        self.currency = currency

    def release(self, body: Json, line: int, path: str, published: str) -> Release:
        self.at = Release(body, line, path, _NEVER, date.min)
        ocid = body.get("ocid")
        if not isinstance(ocid, str) or not 0 < len(ocid) <= 200:
            raise self.fail(
                "a release without ocid", "ocid", ocid, "every release names its process"
            )
        stamp = body.get("date") or published
        try:
            instant = self.instant(stamp)
        except ValueError:
            raise self.fail(
                "not a date", "date", stamp, "dates are written like 2025-03-11T10:00:00Z"
            ) from None
        if instant is None:
            raise self.fail("a release without date", "date", stamp, "every release has a date")
        utc = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        return Release(body, line, path, utc, instant.date())

    def states(self, ocid: str, releases: list[Release], refused: list[Refused]) -> list[Tender]:
        """Return the states of one process, one per day, oldest first."""
        releases.sort(key=lambda release: release.instant)
        merged: Json = {}
        by_day: dict[date, Tender] = {}
        seen: list[Json] = []
        first = last = releases[0].day
        for release in releases:
            if release.body in seen:
                refused.append(Refused(release.line, "the same release again", ocid))
                continue
            seen.append(release.body)
            self.at, self.absurd = release, []
            merged = merge(merged, release.body)
            # Days as written may step back across offsets; what is known never does.
            last = max(last, release.day)
            by_day[last] = self.tender(ocid, merged, release, first, last)
        return list(by_day.values())

    def tender(self, ocid: str, merged: Json, release: Release, first: date, day: date) -> Tender:
        tender = self.object(merged, "tender")
        awards = [
            a for a in self.objects(merged, "awards") if self.word(a, "status") not in _NO_AWARD
        ]
        contracts = self.objects(merged, "contracts")
        unit = self.unit(tender, awards)
        value = self.amount(tender, "value", unit)
        deadline = self.day(self.object(tender, "tenderPeriod"), "endDate", "tenderPeriod.endDate")
        published = self.day(tender, "datePublished") or first
        period = self.period(tender, awards, contracts)
        method = tender.get("procurementMethodDetails") or tender.get("procurementMethod")
        category: Any = self.word(tender, "mainProcurementCategory")
        return Tender(
            id=ocid,
            updated=day,
            title=self.title(merged, tender, awards, contracts) or UntrustedText(ocid),
            description=self.text(tender.get("description"), "tender.description"),
            buyer=self.buyer(merged),
            status=self.status(merged, release, tender, awards, deadline, day),
            published=min(published, first),
            deadline=deadline,
            currency=unit,
            value=value,
            value_min=self.amount(tender, "minValue", unit),
            awarded=self.awarded(awards, unit),
            suppliers=tuple(
                dict.fromkeys(
                    name
                    for award in awards
                    for supplier in self.objects(award, "suppliers")
                    if (name := self.text(supplier.get("name"), "awards.suppliers.name"))
                )
            ),
            category=category if category in _CATEGORIES else "",
            codes=self.codes(tender),
            regions=self.regions(tender),
            procedure=self.text(method, "tender.procurementMethod"),
            regime="uk" if _LAWS.get(ocid[:11]) == "uk" else "",
            sme_suitable=self.sme(tender),
            starts=period[0],
            ends=period[1],
            flags=self.flags(merged, tender, deadline, min(published, first), day, value),
            documents=tuple(
                dict.fromkeys(
                    document["url"]
                    for part in (self.object(merged, "planning"), tender, *awards)
                    for document in self.objects(part, "documents")
                    if isinstance(document.get("url"), str)
                )
            ),
        )

    def status(
        self,
        merged: Json,
        release: Release,
        tender: Json,
        awards: list[Json],
        deadline: date | None,
        day: date,
    ) -> Any:
        tags = self.words(release.body, "tag")
        state = self.word(tender, "status")
        own = release.body.get("tender")
        if (
            state in _PLANNING
            and tags & _INVITES
            and not (isinstance(own, dict) and "status" in own)
        ):
            state = "active"  # the invitation is out, though no one updated the status
        if state in _DEAD or "tenderCancellation" in tags:
            return "cancelled"
        if awards or (tags & _AWARDS and not merged.get("awards")):
            return "awarded"
        if state == "complete":
            return "closed"
        if state in _PLANNING or (not tender and "planning" in merged):
            return "planning"
        if "planning" in tags and not tags & _INVITES and state != "active":
            return "planning"
        return "closed" if deadline is not None and deadline < day else "open"

    def flags(
        self,
        merged: Json,
        tender: Json,
        deadline: date | None,
        published: date,
        day: date,
        value: int | None,
    ) -> tuple[NoticeFlag, ...]:
        """Return what a reader should be warned of in the texts, days and amounts."""
        found: list[NoticeFlag] = []
        for part in (tender, merged):
            for key in ("title", "description"):
                text = part.get(key)
                if not isinstance(text, str):
                    continue
                found += notice_flags.of_text(UntrustedText(text[:_LONGEST_TEXT]))
                if len(text) > _LONGEST_TEXT:
                    found.append(notice_flags.made("cut", f"{key}: {len(text)} characters"))
                if notice_flags.conceals(text):
                    found.append(notice_flags.made("invisible_characters", f"in the {key}"))
        # An award is published long after its bids were due.
        if not merged.get("awards"):
            found += notice_flags.of_days(published, day, deadline)
        found += notice_flags.of_amounts(value)
        found += (notice_flags.made("absurd_value", text) for text in self.absurd)
        return notice_flags.distinct(found)

    def title(
        self, merged: Json, tender: Json, awards: list[Json], contracts: list[Json]
    ) -> UntrustedText:
        planning = self.object(merged, "planning")
        budget = self.object(planning, "budget")
        found = [part.get("title") for part in (tender, merged, planning, *awards, *contracts)]
        for value in [*found, budget.get("project"), budget.get("description")]:
            if value and (text := self.text(value, "title")):
                return text
        return UntrustedText("")

    def buyer(self, merged: Json) -> UntrustedText:
        name = self.object(merged, "buyer").get("name")
        if not name:
            for party in self.objects(merged, "parties"):
                if "buyer" in self.words(party, "roles"):
                    name = party.get("name")
                    break
        return self.text(name, "buyer.name")

    def unit(self, tender: Json, awards: list[Json]) -> str:
        """The currency of the process: that of the first amount which states one."""
        for part, key in ((tender, "value"), (tender, "minValue"), *((a, "value") for a in awards)):
            value = self.object(part, key)
            if value.get("amount") is not None:
                code = value.get("currency") or self.currency
                if isinstance(code, str) and re.fullmatch("[A-Za-z]{3}", code.strip()):
                    return code.strip().upper()
                if code:
                    self.leave_out("not an ISO 4217 code", f"{key}.currency", code)
        return self.currency or _NO_CURRENCY

    def amount(self, part: Json, key: str, unit: str) -> int | None:
        value = self.object(part, key)
        number = value.get("amount")
        if number is None:
            return None
        minor = self.minor(number, f"{key}.amount")
        if minor is None:
            return None
        code = value.get("currency") or self.currency
        if not code or str(code).strip().upper() != unit:
            self.count("amount(s) left out: no currency, or another than the process's")
            return None
        return minor

    def awarded(self, awards: list[Json], unit: str) -> int | None:
        values = [minor for a in awards if (minor := self.amount(a, "value", unit)) is not None]
        return self.bound(sum(values), "awards.value") if values else None

    def period(
        self, tender: Json, awards: list[Json], contracts: list[Json]
    ) -> tuple[date | None, date | None]:
        periods = [self.object(contract, "period") for contract in contracts]
        periods += [self.object(award, "contractPeriod") for award in awards]
        periods.append(self.object(tender, "contractPeriod"))
        periods += [self.object(lot, "contractPeriod") for lot in self.objects(tender, "lots")]
        for period in periods:
            starts, ends = self.day(period, "startDate"), self.day(period, "endDate")
            if starts or ends:
                return starts, ends
        return None, None

    def codes(self, tender: Json) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for part in (tender, *self.objects(tender, "items")):
            listed = self.objects(part, "additionalClassifications")
            for entry in (self.object(part, "classification"), *listed):
                if entry.get("id"):
                    found[f"{entry.get('scheme') or ''}:{entry['id']}"] = None
        return tuple(found)

    def regions(self, tender: Json) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for item in (tender, *self.objects(tender, "items")):
            places = [
                *self.objects(item, "deliveryAddresses"),
                self.object(item, "deliveryAddress"),
            ]
            for place in places:
                name = place.get("region") or place.get("locality") or place.get("countryName")
                if name:
                    found[self.text(name, "deliveryAddresses.region")] = None
        return tuple(found)

    def sme(self, tender: Json) -> bool | None:
        parts = (tender, *self.objects(tender, "lots"))
        marks = [self.object(part, "suitability").get("sme") for part in parts]
        stated = [mark for mark in marks if isinstance(mark, bool)]
        return any(stated) if stated else None
