"""Merging: in order, by groups of one size, whatever the shards' sizes are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from aicfo_sim import store
from aicfo_sim.store import ORDER, PATH_ORDER

from aicfo_sdk.errors import BooksError


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


def test_a_lacking_column_is_named(tmp_path: Path) -> None:
    _merged(tmp_path, 3, 3)
    store.put_json(tmp_path / "manifest.json", {"format": store.FORMAT})
    with pytest.raises(BooksError, match="welth"):
        store.read(tmp_path, ["welth"])
