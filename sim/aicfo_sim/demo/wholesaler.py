"""Panel 1: a real merchant's invoice lines become books, and the brief of one day."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from aicfo_sdk import Books
from aicfo_sdk.model import Brief, CashForecast, Counterparty, Invoice, Merchant, SalesForecast
from aicfo_sdk.money import parse

from .output import AdviceOutput, ForecastOutput, ReceiptsOutput, RefusedReason, WholesalerOutput
from .settings import WholesalerChoice
from .sources import ppm, seed_file

if TYPE_CHECKING:
    from aicfo_sdk.books.batch import Batch
    from aicfo_sdk.books.store import StoredBooks

Say = Callable[[str], None]
"""Told what is being done, for the terminal."""

_FILE = "online_retail_2009_2010.csv.gz"
_HISTORY = 84
_LINES = 3
_CENT = Decimal("0.01")


def wholesaler(folder: Path, choice: WholesalerChoice, say: Say) -> WholesalerOutput:
    """Import the shipped file into `folder`, ask for the brief, score the forecast."""
    from aicfo_sdk.books.importers.detect import read_known
    from aicfo_sdk.books.store import create_books
    from aicfo_sdk.orchestrator.session import Session

    path, source = seed_file(_FILE)
    say("reading every invoice line of a real wholesaler")
    batch = read_known(path, "invoices", terms_days=choice.terms_days, merchant="Wholesaler")
    batch = replace(batch, source=path.name)  # the audit chain is the same on every machine
    owner = next(record for record in batch.records if isinstance(record, Merchant))
    say("writing them into books, with ledger and audit chain")
    with create_books(folder / "wholesaler.db", merchant=owner, currency=batch.currency) as books:
        books.import_batches([batch])
        say("checking the books against the file, line by line")
        total, refused = file_total(path), _refused(batch)
        sold = -books.ledger.balance("income:sales")
        unbalanced = sum(books.ledger.trial_balance().values())
        audit = books.audit.verify()
        lost = sum(reason.amount for reason in refused)
        invoices = [record for record in batch.records if isinstance(record, Invoice)]
        say(f"the brief of {choice.day.isoformat()}: forecast, receipts, customers")
        session = Session(books, as_of=choice.day)
        brief = session.call(Brief).run
        forecast = session.call(SalesForecast, {"horizon_days": choice.days}).run.result
        return WholesalerOutput(
            source=source,
            as_of=choice.day.isoformat(),
            currency=books.currency,
            rows=batch.rows,
            invoices=sum(invoice.total >= 0 for invoice in invoices),
            credit_notes=sum(invoice.total < 0 for invoice in invoices),
            customers=sum(isinstance(record, Counterparty) for record in batch.records),
            refused=refused,
            file_total=total,
            refused_total=lost,
            books_sales=sold,
            trial_balance=unbalanced,
            audit_ok=audit.ok,
            entries=audit.entries,
            to_the_penny=total == sold + lost and unbalanced == 0,
            forecast=scored(forecast, books, choice),
            receipts=_receipts(brief.fact(CashForecast), choice),
            advice=[
                AdviceOutput(
                    kind=item.kind,
                    money=item.money,
                    title=item.title,
                    title_zh=item.title_zh,
                    detail=item.detail,
                    detail_zh=item.detail_zh,
                    evidence=list(item.evidence),
                )
                for item in brief.result.advice
            ],
        )


def file_total(path: Path) -> int:
    """Return the value of every line of the file in pence, added up without the importer."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        rows = csv.reader(text)
        head = next(rows)
        quantity, price = head.index("Quantity"), head.index("Price")
        total = Decimal(0)
        for row in rows:
            value = Decimal(row[quantity]) * Decimal(row[price])
            total += value.quantize(_CENT, ROUND_HALF_EVEN)
    return int(total * 100)


def scored(forecast: SalesForecast, books: StoredBooks, choice: WholesalerChoice) -> ForecastOutput:
    """Return the forecast beside what was then sold and the seasonal naive forecast.

    Only this function sees days after the as-of day.
    """
    known = daily_sales(books.snapshot(choice.day))
    later = daily_sales(books.snapshot())
    days = [forecast.start + timedelta(days=offset) for offset in range(choice.days)]
    actual = [later[day] for day in days]
    naive = [known[choice.day - timedelta(days=6 - offset % 7)] for offset in range(choice.days)]
    sold, middle = sum(actual), forecast.p50[: choice.days]
    inside = sum(
        low <= value <= high
        for low, value, high in zip(forecast.p10, actual, forecast.p90, strict=True)
    )
    first = choice.day - timedelta(days=_HISTORY - 1)
    past = {score.method: score.wape_ppm for score in forecast.scores}
    return ForecastOutput(
        start=forecast.start.isoformat(),
        method=forecast.method,
        p10=list(forecast.p10),
        p50=list(middle),
        p90=list(forecast.p90),
        actual=actual,
        naive=naive,
        sum_p10=forecast.sum_p10,
        sum_p50=forecast.sum_p50,
        sum_p90=forecast.sum_p90,
        sum_actual=sold,
        sum_naive=sum(naive),
        wape_ppm=ppm(_distance(middle, actual), sold),
        naive_wape_ppm=ppm(_distance(naive, actual), sold),
        sum_error_ppm=ppm(forecast.sum_p50 - sold, sold),
        naive_sum_error_ppm=ppm(sum(naive) - sold, sold),
        coverage_ppm=ppm(inside, len(days)),
        past_wape_ppm=past.get(forecast.method),
        past_naive_wape_ppm=past.get("seasonal naive"),
        note=forecast.note,
        history_start=first.isoformat(),
        history=[known[first + timedelta(days=offset)] for offset in range(_HISTORY)],
    )


def daily_sales(books: Books) -> defaultdict[date, int]:
    """Return sales per day of issue, credit notes subtracted, in minor units."""
    out: defaultdict[date, int] = defaultdict(int)
    for invoice in books.all(Invoice, direction="sales"):
        if invoice.status != "void":
            out[invoice.issued] += invoice.total
    return out


def _distance(forecast: list[int] | tuple[int, ...], actual: list[int]) -> int:
    return sum(abs(f - a) for f, a in zip(forecast, actual, strict=True))


def _refused(batch: Batch) -> list[RefusedReason]:
    by_reason: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in batch.refused:
        by_reason[row.reason].append((row.line, parse(row.value)))
    found = [
        RefusedReason(
            reason=reason,
            rows=len(rows),
            amount=sum(amount for _, amount in rows),
            lines=[line for line, _ in rows[:_LINES]],
        )
        for reason, rows in by_reason.items()
    ]
    return sorted(found, key=lambda reason: (-abs(reason.amount), -reason.rows))


def _receipts(forecast: CashForecast, choice: WholesalerChoice) -> ReceiptsOutput:
    daily = forecast.receipts[: choice.days]
    weeks = [sum(daily[start : start + 7]) for start in range(0, len(daily), 7)]
    return ReceiptsOutput(
        terms_days=choice.terms_days,
        start=forecast.start.isoformat(),
        by_week=weeks,
        total=sum(weeks),
        assumptions=list(forecast.assumptions),
    )
