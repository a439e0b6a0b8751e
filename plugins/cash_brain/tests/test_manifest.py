"""The plugin as others meet it: found by its entry point, light to import, composed by type."""

from __future__ import annotations

import subprocess
import sys

from aicfo_sdk import discover
from aicfo_sdk.model import CashDemand, CashForecast, SalesForecast


def test_it_is_found_by_its_entry_point_and_provides_the_forecasts():
    registry = discover()
    names = {tool.plugin.name for tool in registry.providers(SalesForecast)}
    assert "cash_brain" in names
    for kind, tool in ((CashForecast, "cash_forecast"), (CashDemand, "cash_gap")):
        assert f"cash_brain.{tool}" in {found.full_name for found in registry.providers(kind)}


def test_importing_it_loads_no_numeric_library():
    code = (
        "import sys, aicfo_cash_brain;"
        "print([m for m in ('numpy', 'pandas', 'statsforecast', 'lightgbm') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_needs_are_hidden_and_arguments_are_bounded():
    tool = discover().tool("cash_brain.cash_forecast")
    schema = tool.input_schema()
    assert set(schema["properties"]) == {"horizon_days"}
    assert schema["properties"]["horizon_days"]["maximum"] == 366
    assert tool.effect == "read"
    assert discover().tool("cash_brain.idle_cash").effect == "propose"
