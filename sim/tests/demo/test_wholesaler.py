"""Scoring by hand, and the control total that shares no code with the importer."""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from pathlib import Path

from aicfo_sim.demo.settings import WholesalerChoice
from aicfo_sim.demo.wholesaler import file_total, scored

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import create_books
from aicfo_sdk.model import Invoice, Merchant, SalesForecast, UntrustedText

TODAY = date(2010, 10, 31)


def test_the_control_total_rounds_each_line_half_to_even(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("Invoice,Quantity,Price\n1,3,1.335\n2,1,0.005\n3,1,0.015\nC4,-2,10.00\n")
    # 4.005 → 4.00, 0.005 → 0.00, 0.015 → 0.02, −20.00
    assert file_total(path) == 400 + 0 + 2 - 2000


def test_the_forecast_is_scored_on_the_days_after_it(tmp_path: Path) -> None:
    owner = Merchant(id="m", updated=date(2010, 1, 1), name=UntrustedText("m"), country="GB")
    # Each day of the last known week sells its weekday number in pounds; then 10 a day.
    sales = {TODAY - timedelta(days=6 - day): 100 * (day + 1) for day in range(7)}
    sales |= {TODAY + timedelta(days=day): 1000 for day in range(1, 8)}
    invoices = [
        Invoice(
            id=f"I{day}", number=f"I{day}", direction="sales", counterparty="k", updated=day,
            issued=day, due=day, net=amount, tax=0, total=amount,
        )
        for day, amount in sales.items()
    ]  # fmt: skip
    forecast = SalesForecast(
        start=TODAY + timedelta(days=1),
        p10=(800,) * 7, p50=(900,) * 7, p90=(1000,) * 6 + (999,),
        sum_p10=6000, sum_p50=6300, sum_p90=6900, method="toy",
    )  # fmt: skip
    choice = WholesalerChoice(day=TODAY, days=7, terms_days=30)
    batch = Batch(kind="invoices", source="s", digest="d", currency="GBP", records=tuple(invoices))
    with create_books(tmp_path / "b.db", merchant=owner, currency="GBP") as books:
        books.import_batches([batch])
        found = scored(forecast, books, choice)
    assert found.actual == [1000] * 7
    assert found.naive == [100, 200, 300, 400, 500, 600, 700]
    assert found.wape_ppm == 100_000  # 7 × 100 of 7000
    assert found.naive_wape_ppm == 600_000  # (900 + … + 300) of 7000
    assert found.sum_error_ppm == -100_000
    assert found.naive_sum_error_ppm == -600_000
    assert found.coverage_ppm == 857_143  # six days of seven
    assert found.history[-1] == 700
