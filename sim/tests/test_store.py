"""Merging: in order, by groups of one size, whatever the shards' sizes are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from aicfo_sim import store
from aicfo_sim.query import query
from aicfo_sim.results import report
from aicfo_sim.store import ORDER, PATH_ORDER

from aicfo_sdk.errors import AicfoError, BooksError


def _columns(merchants: range, order: tuple[str, ...]) -> store.Columns:
    """Two policies of some merchants, policies apart as a shard has them."""
    merchant = np.tile(np.array(merchants, dtype=np.int64), 2)
    policy = np.repeat(np.arange(2), len(merchants))
    named = dict.fromkeys(order, merchant % 7 + policy)
    named |= {"merchant": merchant, "policy": policy, "replication": merchant * 0}
    return {**named, order[-1]: merchant * 10 + policy}


def _merged(folder: Path, total: int, size: int) -> tuple[str, int]:
    files = [store.shard_file(folder, 0, n) for n in range(-(-total // size))]
    for number, file in enumerate(files):
        merchants = range(number * size, min(total, (number + 1) * size))
        spent = {"owner": 5}
        store.write_shard(file, _columns(merchants, ORDER), _columns(merchants, PATH_ORDER), spent)
    assert store.spent(files) == {"owner": 5 * len(files)}
    return store.merge(folder, files)


@pytest.mark.parametrize("size", [1, 3, 4, 16, 100])
def test_the_size_of_shards_changes_no_byte_and_groups_are_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(store, "ROW_GROUP", 8)
    whole = _merged(tmp_path / "whole", 15, 15)
    again = _merged(tmp_path / "again", 15, size)
    assert again == whole
    assert again[1] == 30
    for name in (store.MERGED, store.PATHS):
        data = (tmp_path / "again" / name).read_bytes()
        assert data == (tmp_path / "whole" / name).read_bytes()
        meta = pq.ParquetFile(tmp_path / "again" / name).metadata
        assert [meta.row_group(n).num_rows for n in range(meta.num_row_groups)] == [8, 8, 8, 6]
    table = pq.read_table(tmp_path / "again" / store.MERGED)
    assert table["merchant"].to_pylist() == sorted(2 * list(range(15)))
    assert table["bound"].to_pylist() == [n * 10 + p for n in range(15) for p in (0, 1)]


def test_the_merge_holds_no_more_than_a_group_and_a_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "ROW_GROUP", 8)
    largest = 0
    joined = store._joined

    def watched(parts: list[store.Columns], order: tuple[str, ...]) -> store.Columns:
        nonlocal largest
        found = joined(parts, order)
        largest = max(largest, found["merchant"].size)
        return found

    monkeypatch.setattr(store, "_joined", watched)
    _merged(tmp_path, 60, 3)
    assert 0 < largest <= 8 + 2 * 3


def test_a_shard_whose_paths_are_gone_is_not_done(tmp_path: Path) -> None:
    _merged(tmp_path, 3, 3)
    file = store.shard_file(tmp_path, 0, 0)
    assert store.is_done(file)
    next((tmp_path / "paths").rglob("*.parquet")).unlink()
    assert not store.is_done(file)


def test_what_a_shard_cost_may_be_lost(tmp_path: Path) -> None:
    _merged(tmp_path, 3, 3)
    for file in tmp_path.rglob("*.spent.json"):
        file.write_text("{")
    assert store.spent([store.shard_file(tmp_path, 0, 0)]) == {}


def test_results_of_another_version_are_named(tmp_path: Path) -> None:
    store.put_json(tmp_path / "manifest.json", {"format": 1})
    with pytest.raises(BooksError, match="another version"):
        store.read(tmp_path)


ABOUT = {
    "format": store.FORMAT,
    "scenario": "t",
    "scenario_digest": "",
    "warmup_days": 0,
    "merchants": 3,
    "days": 3,
    "seed": 1,
    "policies": ["owner", "hold_all"],
    "replications": 1,
    "versions": {},
    "recorded": {},
}


@pytest.mark.parametrize("without", ORDER[2:])
def test_a_file_that_lacks_a_column_is_named(tmp_path: Path, without: str) -> None:
    """Sealed, so nothing but the column tells: as another program might have written it."""
    store.put_json(tmp_path / "manifest.json", ABOUT)
    _merged(tmp_path, 3, 3)
    for name in (store.MERGED, store.PATHS):
        file = tmp_path / name
        table = pq.read_table(file)
        kept = [one for one in table.column_names if one != without]
        pq.write_table(table.select(kept), file)
        store.seal(file)
    with pytest.raises(BooksError, match=without):
        report(tmp_path)
    with pytest.raises(AicfoError, match=without) as caught:
        query(tmp_path, f"SELECT sum(r.{without}) FROM results r")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["[]", "null", "7", '"manifest"', "{", "\x00\xff"])
def test_a_manifest_that_is_no_object_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_bytes(text.encode("latin-1"))
    for ask in (report, lambda folder: query(folder, "SELECT 1")):
        with pytest.raises(BooksError, match="manifest is not"):
            ask(tmp_path)


@pytest.mark.parametrize("key", [key for key in ABOUT if key != "format"])
def test_a_manifest_that_lacks_or_misstates_something_is_named(tmp_path: Path, key: str) -> None:
    for about in ({k: v for k, v in ABOUT.items() if k != key}, ABOUT | {key: 0.5}):
        store.put_json(tmp_path / "manifest.json", about)
        with pytest.raises(BooksError, match=key):
            report(tmp_path)


def test_a_shard_that_went_bad_before_the_merge_is_named(tmp_path: Path) -> None:
    _merged(tmp_path, 6, 3)
    files = [store.shard_file(tmp_path, 0, n) for n in range(2)]
    files[1].write_bytes(files[1].read_bytes()[:200])
    with pytest.raises(BooksError, match="shard=000001"):
        store.merge(tmp_path, files)
    with pytest.raises(BooksError, match="welth"):
        store.read_shards(files[:1], ["welth"])
    assert not list(tmp_path.rglob(".*.part"))


def test_the_commits_of_code_that_made_shards_are_kept(tmp_path: Path) -> None:
    def wanted(*commits: str) -> dict[str, Any]:
        return {**ABOUT, "recorded": {"commits": list(commits)}}

    for commits in (["a1"], ["a1"], ["b2-dirty"], [], ["a1"]):
        store.claim(tmp_path, wanted(*commits))
    assert store.read_manifest(tmp_path)["recorded"]["commits"] == ["a1", "b2-dirty"]
