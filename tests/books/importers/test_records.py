"""Records as JSON lines: what no statement carries."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aicfo_sdk.books.importers.detect import detect, read
from aicfo_sdk.errors import RecordError
from aicfo_sdk.model import CreditLine

LINE: dict[str, Any] = {
    "record": "CreditLine",
    "id": "L1",
    "updated": "2026-03-02",
    "lender": "MYbank",
    "limit": 1_000_000,
    "rate_ppm": 36_500,
    "expires": "2026-12-31",
}


def written(path: Path, *lines: Any) -> Path:
    rows = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_a_credit_line_comes_in_as_it_is_written(tmp_path: Path):
    path = written(tmp_path / "lines.jsonl", LINE, "", LINE)
    assert detect(path) == "records"
    batch = read(path)
    expected = CreditLine(
        id="L1",
        updated=date(2026, 3, 2),
        lender="MYbank",
        limit=1_000_000,
        rate_ppm=36_500,
        expires=date(2026, 12, 31),
    )
    assert (batch.records, batch.rows) == ((expected,), 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({**LINE, "limit": -1}, "CreditLine.limit"),
        ({**LINE, "limit": "1000"}, "CreditLine.limit"),
        ({**LINE, "limit": 10**14}, "CreditLine.limit"),
        ({**LINE, "limt": 1}, "CreditLine.limt"),
        ({k: v for k, v in LINE.items() if k != "lender"}, "CreditLine.lender: field required"),
        ({**LINE, "expires": "31/12/2026"}, "CreditLine.expires"),
        ({**LINE, "record": "CreditLime"}, "CreditLime"),
        ({**LINE, "record": 3}, "no such record type"),
        (json.dumps(LINE).replace("1000000", "1e6"), "1e6"),
        (json.dumps(LINE).replace("1000000", "NaN"), "NaN"),
        (json.dumps(LINE).replace('"id"', '"lender": "x", "id"'), "a key stands twice"),
        ("[1]", "not a JSON object"),
        ("{", "not a JSON object"),
        ({**LINE, "limit": 2}, "two lines differ"),
    ],
)
def test_a_bad_line_is_named_with_its_field(tmp_path: Path, line: Any, said: str):
    path = written(tmp_path / "bad.jsonl", LINE, line)
    with pytest.raises(RecordError) as error:
        read(path, "records")
    assert "bad.jsonl line 2" in str(error.value)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
