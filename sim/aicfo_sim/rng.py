"""Random streams named by what they are for, never by the order in which they are asked for.

`stream` is a generator for one merchant; `grid` and `normals` are whole tables of indices ×
merchants from a counter hash, for what is drawn for a block at once. An index is a day, a week or
the number of an event: a value depends on its key, merchant and index alone, so a longer run's
first days are a shorter run's days.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from .fen import Floats, Ints

MARKET = -1
"""The merchant number of streams that all merchants of a replication share."""

Words = NDArray[np.uint64]

_LEVELS = 1 << 16
"""Values that `normals` can take; four fit into one hash."""

_ODD = np.uint64(0x9E3779B97F4A7C15)
_ROUNDS = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_LAST = np.uint64(31)

_CHUNK = 1 << 12
"""Words hashed at a time: with its scratch it stays in a core's second-level cache."""


def stream(seed: int, replication: int, merchant: int, name: str) -> np.random.Generator:
    """Return the generator of one merchant's stream.

    The 128-bit Philox key is a hash of all four parts, so a stream depends on nothing else: not
    on shards, workers, policies, nor on which other streams were drawn. Building one costs some
    17 µs: once per merchant and stream, never per day.
    """
    text = f"aicfo-sim/1/{seed}/{replication}/{merchant}/{name}"
    key = int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "little")
    return np.random.Generator(np.random.Philox(key=key))


def grid(seed: int, replication: int, name: str, merchants: Ints, first: int, count: int) -> Floats:
    """Return uniform draws in the open interval (0, 1), `count` indices × merchants.

    Row `i` belongs to index `first` + i, which may be negative. 52 bits each.
    """
    out = np.empty((count, merchants.size))
    for rows, words in _words(f"grid/{seed}/{replication}/{name}", merchants, first, count):
        words >>= np.uint64(12)
        part = out[rows]
        np.add(words, 0.5, out=part)
        part *= 2.0**-52
    return out


def cells(seed: int, replication: int, name: str, merchants: Ints, index: Ints) -> Floats:
    """Return the uniform draws of a few cells of a stream's `grid`: those of `merchants[i]` at
    `index[i]`. For events that are rare among all the indices there are."""
    rows_key, columns_key = _keys(f"grid/{seed}/{replication}/{name}")
    columns = _mixed(merchants.astype(np.uint64) * _ODD + np.uint64(columns_key))
    rows = _mixed(index.astype(np.uint64) * _ODD + np.uint64(rows_key))
    words = _mixed(rows + columns)
    words >>= np.uint64(12)
    return words.astype(np.float64) * 2.0**-52 + 2.0**-53


def normals(
    seed: int, replication: int, name: str, merchants: Ints, first: int, count: int
) -> Floats:
    """Return standard normal draws, `count` indices × merchants, as `grid` does uniforms.

    Each is one of 65,536 equally likely quantiles, scaled to a variance of exactly 1: 16 bits of
    a hash. None lies beyond ±4.3, which a merchant's day would once in 180 years.
    """
    out = np.empty((count, merchants.size))
    for rows, values in normal_rows(seed, replication, name, merchants, first, count):
        out[rows] = values
    return out


def normal_rows(
    seed: int, replication: int, name: str, merchants: Ints, first: int, count: int
) -> Iterator[tuple[slice, Floats]]:
    """Yield what `normals` returns by chunks of rows, to be used while they are in cache; the next
    chunk takes their place."""
    quantiles = _quantiles()
    start, end = first // 4, (first + count + 3) // 4
    for words_rows, words in _words(
        f"normal/{seed}/{replication}/{name}", merchants, start, end - start
    ):
        lanes = words.astype("<u8", copy=False).view("<u2").reshape(*words.shape, 4)
        # No index is out of bounds; "clip" is the mode that does not look first.
        values = np.take(quantiles, lanes.transpose(0, 2, 1), mode="clip")
        begin = 4 * (start + words_rows.start) - first
        skip, stop = max(0, -begin), min(4 * words.shape[0], count - begin)
        yield (
            slice(begin + skip, begin + stop),
            values.reshape(-1, merchants.size)[skip:stop],
        )


def _words(key: str, merchants: Ints, first: int, count: int) -> Iterator[tuple[slice, Words]]:
    """Yield chunks of rows with the hash of each index and merchant; the words may be changed.

    Index and merchant are hashed apart, each under half of the key, added and hashed again: two
    pairs meet in one value only by chance.
    """
    rows_key, columns_key = _keys(key)
    columns = _mixed(merchants.astype(np.uint64) * _ODD + np.uint64(columns_key))
    index = np.arange(first, first + count, dtype=np.int64).astype(np.uint64)
    rows = _mixed(index * _ODD + np.uint64(rows_key))
    step = max(1, _CHUNK // max(1, columns.size))
    for begin in range(0, count, step):
        chunk = slice(begin, min(count, begin + step))
        yield chunk, _mixed(rows[chunk, None] + columns)


def _keys(key: str) -> tuple[int, int]:
    """Return the two halves of a stream's key: for its indices and for merchants."""
    half = blake2b(f"aicfo-sim/2/{key}".encode(), digest_size=16).digest()
    return int.from_bytes(half[:8], "little"), int.from_bytes(half[8:], "little")


def _mixed(words: Words) -> Words:
    """Return the words with every bit depending on every bit: a bijection, in place.

    The two multipliers and three shifts are those of D. Stafford's variant 13 of the 64-bit
    finaliser that SplitMix64 uses.
    """
    scratch = np.empty_like(words)
    for shift, factor in _ROUNDS:
        np.right_shift(words, shift, out=scratch)
        words ^= scratch
        words *= factor
    np.right_shift(words, _LAST, out=scratch)
    words ^= scratch
    return words


@cache
def _quantiles() -> Floats:
    from scipy.special import ndtri  # pyright: ignore[reportMissingTypeStubs]

    points: Floats = ndtri((np.arange(_LEVELS) + 0.5) / _LEVELS)
    # fsum is exact, so the scale does not depend on how a processor adds.
    return points / math.sqrt(math.fsum((points * points).tolist()) / _LEVELS)
