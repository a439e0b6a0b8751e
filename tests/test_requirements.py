"""Every rule of `requirements.py` has a source and tests that exist; no rule is forgotten."""

from __future__ import annotations

import ast
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk.errors import NotFound
from aicfo_sdk.parameters import parameters

from .requirements import RULES

ROOT = Path(__file__).parents[1]
IDS = {rule.id for rule in RULES}


@cache
def functions_of(file: str) -> frozenset[str]:
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    return frozenset(
        node.name
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_every_rule_has_its_own_id_a_source_and_a_test():
    assert len(IDS) == len(RULES)
    for rule in RULES:
        assert rule.text, rule.id
        assert rule.source, rule.id
        assert rule.tests, rule.id


def test_every_test_that_a_rule_names_is_there():
    for rule in RULES:
        for node in rule.tests:
            file, _, name = node.partition("::")
            assert name in functions_of(file), f"{rule.id}: no test {node}"


def test_every_check_of_a_bill_is_a_rule():
    from aicfo_bill.checks import CHECKS

    assert {f"bill.{code}" for code in CHECKS} <= IDS


def test_every_kind_of_file_is_a_rule():
    from aicfo_sdk.books.importers.detect import KINDS

    assert {f"format.{kind}" for kind in KINDS} <= IDS


def test_every_parameter_with_a_public_source_stands_under_a_rule():
    tables = [
        tomllib.loads(entry.read_text("utf-8"))
        for entry in (files("aicfo_seeds") / "parameters").iterdir()
        if entry.name.endswith(".toml")
    ]
    rows = {name: rows for table in tables for name, rows in table.items()}
    named = {name for rule in RULES for name in rule.parameters}
    assert named <= set(rows)
    verified = {name for name, table in rows.items() if any(row["verified"] for row in table)}
    assert verified <= named, "a number of law needs a rule, and a rule needs a test"


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        ("bill.tenor_months", date(2023, 1, 1), 6),
        ("bill.presentment_days", date(2026, 1, 1), 10),
        ("bill.package_limit", date(2026, 1, 1), 100_000_000_000),
        ("bill.remote_days", date(2026, 1, 1), 3),
        ("finance.public_payment_days", date(2025, 5, 31), None),
        ("finance.public_payment_days", date(2025, 6, 1), 30),
        ("finance.public_payment_days_most", date(2025, 6, 1), 60),
        ("finance.large_firm_payment_days", date(2025, 6, 1), 60),
        ("finance.late_interest_day_ppm", date(2025, 6, 1), 500),
        ("finance.money_fund_ppm", date(2025, 12, 16), 12_400),
        ("tax.vat_small_scale_exempt_month", date(2023, 1, 1), 10_000_000),
        ("tax.vat_small_scale_ppm", date(2025, 12, 31), 10_000),
        ("tender.bond_max_ppm", date(2012, 2, 1), 20_000),
        ("tender.retention_max_ppm", date(2017, 7, 1), 30_000),
        ("tender.public_pay_days", date(2025, 6, 1), [10, 30, 60]),
    ],
)
def test_numbers_of_law_hold_from_their_day(name: str, day: date, value: Any):
    if value is None:
        with pytest.raises(NotFound, match=name):
            parameters().at(name, day)
    else:
        assert parameters().at(name, day) == value
