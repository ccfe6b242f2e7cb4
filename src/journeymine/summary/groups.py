"""Which of 64 groups a customer belongs to: the same on every machine, so that intervals add up like counts."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

__all__ = ["NUM_GROUPS", "group_of", "hash_of"]

NUM_GROUPS: Final = 64

_BASE: Final = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_INVERSE: Final = pow(_BASE, -1, 2**64)
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_BLOCK: Final = 1 << 16


def group_of(names: pa.Array) -> np.ndarray:
    """Give the group of each customer.

    Parameters
    ----------
    names
        Names of customers, text without nulls, shape (n,).

    Returns
    -------
    numpy.ndarray
        Group in ``[0, NUM_GROUPS)``, uint8, shape (n,). It depends on the name alone.

    Examples
    --------
    >>> group_of(pa.array(["ann", "bob", "ann"])).tolist()
    [48, 31, 48]
    """
    return (hash_of(names) >> np.uint64(58)).astype(np.uint8)


def hash_of(names: pa.Array) -> np.ndarray:
    """Give each customer a number that looks like chance and is the same on every machine.

    Parameters
    ----------
    names
        Names of customers, text without nulls, shape (n,).

    Returns
    -------
    numpy.ndarray
        uint64, shape (n,). It depends on the name alone: the customers with the smallest are a sample.

    Notes
    -----
    A polynomial hash of the UTF-8 bytes, taken for all names at once from running sums.
    """
    names = names.cast(pa.large_string())
    blocks = [_hashes(names.slice(start, _BLOCK)) for start in range(0, len(names), _BLOCK)]
    hashes = np.concatenate(blocks) if blocks else np.empty(0, np.uint64)
    hashes ^= hashes >> np.uint64(32)
    hashes *= _MIX
    return hashes


def _hashes(names: pa.Array) -> np.ndarray:
    _, places, content = names.buffers()
    ends = np.frombuffer(places, np.int64)[names.offset : names.offset + len(names) + 1]
    letters = np.frombuffer(content or b"", np.uint8)[ends[0] : ends[-1]].astype(np.uint64) + np.uint64(1)
    ends = ends - ends[0]
    letters *= _powers(_BASE, len(letters))
    running = np.concatenate((np.zeros(1, np.uint64), np.cumsum(letters)))
    return (running[ends[1:]] - running[ends[:-1]]) * _powers(_INVERSE, len(letters) + 1)[ends[:-1]]


def _powers(base: int, count: int) -> np.ndarray:
    factors = np.full(count, base, np.uint64)
    factors[:1] = 1
    return np.cumprod(factors)
