from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from aicfo_sim import open_results, run
from aicfo_sim.query import plain, query
from aicfo_sim.scenario import load
from aicfo_sim.store import ORDER, PATH_ORDER, read

from aicfo_sdk import InputError, NotFound

DAYS, MERCHANTS, KEPT = 24, 5, 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    scenario = replace(load("default"), warmup_days=20)
    policies = ["owner", "hold_all"]
    run(scenario, merchants=MERCHANTS, days=DAYS, seed=3, policies=policies, out=out, paths=KEPT)
    return out


def test_sql_sees_policies_and_archetypes_by_name(folder: Path) -> None:
    names, rows = query(
        folder,
        "SELECT policy, archetype, count(*) AS firms, sum(wealth) AS wealth FROM results"
        " GROUP BY ALL ORDER BY ALL",
    )
    assert names == ["policy", "archetype", "firms", "wealth"]
    assert [row[:3] for row in rows] == [
        (policy, archetype, count)
        for policy in ("hold_all", "owner")
        for archetype, count in (("contractor", 1), ("ecommerce", 1), ("shop", 3))
    ]
    _, columns = read(folder)
    assert sum(row[3] for row in rows) == int(columns["wealth"].sum())


def test_python_gets_a_connection_over_the_same_tables(folder: Path) -> None:
    connection = open_results(folder)
    found = connection.execute("SELECT count(DISTINCT merchant) FROM results").fetchone()
    assert found == (MERCHANTS,)


def test_weekly_cash_of_the_first_merchants_is_kept(folder: Path) -> None:
    _, rows = query(
        folder, "SELECT DISTINCT merchant, day FROM paths WHERE policy = 'owner' ORDER BY ALL"
    )
    assert rows == [(merchant, day) for merchant in range(KEPT) for day in (6, 13, 20, 23)]
    _, last = query(
        folder,
        "SELECT count(*) FROM paths p JOIN results r USING (replication, merchant, policy)"
        " WHERE p.day = 23 AND p.cash + p.fund = r.cash_end",
    )
    assert last == [(KEPT * 2,)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELEKT 1", "syntax"),
        ("SELECT wealt FROM results", "wealt"),
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT * FROM read_csv('/etc/passwd')", "read_csv|disabled"),
        ("COPY results TO '{folder}/stolen.csv'", "disabled"),
        ("SET enable_external_access = true", "Cannot|cannot|locked"),
        ("ATTACH '{folder}/new.db'", "disabled|Cannot"),
        ("INSTALL httpfs", "disabled|Cannot|not"),
    ],
)
def test_a_query_that_cannot_be_answered_is_one_line_and_touches_no_other_file(
    folder: Path, sql: str, said: str
) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(InputError, match=said) as caught:
        query(folder, sql.format(folder=folder))
    assert "\n" not in str(caught.value)
    assert sorted(folder.rglob("*")) == before


def test_a_folder_without_a_finished_run_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no experiment"):
        query(tmp_path, "SELECT 1")


def test_what_json_has_no_word_for_becomes_text() -> None:
    rows = plain([(1, 1.5, "a", None, True, float("nan"), b"x")])
    assert rows == [[1, 1.5, "a", None, True, "nan", "b'x'"]]


def test_integers_are_stored_by_their_differences_in_large_groups(folder: Path) -> None:
    for name, order in (("results.parquet", ORDER), ("paths.parquet", PATH_ORDER)):
        file = pq.ParquetFile(folder / name)
        assert tuple(file.schema_arrow.names) == order
        assert file.metadata.num_row_groups == 1
        column = file.metadata.row_group(0).column(1)
        assert "DELTA_BINARY_PACKED" in column.encodings
        assert column.compression == "ZSTD"
