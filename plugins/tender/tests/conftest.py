"""Books with tenders in them, and the numbers of a world without chance."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from aicfo_sdk import Context, MemoryBooks, Parameters
from aicfo_sdk.model import CashForecast, Merchant, Record, Tender, UntrustedText
from aicfo_sdk.parameters import parameters

TODAY = date(2026, 3, 2)


class Make:
    """Builds records around one as-of day with the fields that a test names."""

    today = TODAY

    def tender(self, id: str = "T-1", *, title: str = "保洁服务采购项目", **fields: Any) -> Tender:
        for name in ("description", "buyer"):
            if name in fields:
                fields[name] = UntrustedText(fields[name])
        known: dict[str, Any] = {
            "updated": TODAY - timedelta(days=10),
            "published": TODAY - timedelta(days=10),
            "deadline": TODAY + timedelta(days=20),
            "status": "open",
        }
        return Tender(id=id, title=UntrustedText(title), **(known | fields))

    def merchant(self, **fields: Any) -> Merchant:
        known: dict[str, Any] = {
            "name": UntrustedText("南京明亮保洁有限公司"),
            "updated": date(2020, 1, 1),
        }
        return Merchant(id="M", **(known | fields))

    def books(
        self, *records: Record, cash: int = 0, currency: str = "CNY", as_of: date = TODAY
    ) -> MemoryBooks:
        return MemoryBooks(records, as_of=as_of, currency=currency, balances={"A": cash})

    def context(
        self,
        *records: Record,
        cash: int = 0,
        currency: str = "CNY",
        seed: int = 7,
        params: Parameters | None = None,
        as_of: date = TODAY,
    ) -> Context:
        books = self.books(*records, cash=cash, currency=currency, as_of=as_of)
        return Context(books, seed=seed, params=params)

    def forecast(self, level: int, *, buffer: int = 0, spread: int = 0) -> CashForecast:
        days = 400
        return CashForecast(
            start=TODAY + timedelta(days=1),
            opening=level,
            p10=(level - spread,) * days,
            p50=(level,) * days,
            p90=(level + spread,) * days,
            buffer=buffer,
        )

    def certain(self, **values: Any) -> Parameters:
        """Return parameters in which cost, duration and the buyer's lag are certain."""
        fixed: dict[str, Any] = {
            "tender__overrun_ppm": [0, 0, 0],
            "tender__stretch_ppm": [1_000_000, 1_000_000, 1_000_000],
            "tender__public_pay_days": [1, 1, 1],
            "tender__public_late": [0, 0],
            "tender__paths": 20,
        }
        return parameters().with_values(date(2000, 1, 1), **(fixed | values))


@pytest.fixture
def make() -> Make:
    return Make()
