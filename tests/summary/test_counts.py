"""Counts per key: against collections.Counter, in every way they are packed."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journeymine.summary import counts as module
from journeymine.summary.counts import Counts

KINDS = {"a": np.uint8, "b": np.uint32, "c": np.int64}
SMALL = st.integers(0, 3)
LARGE = st.integers(0, 2**40) | st.sampled_from([0, 1, 2**62])
ROWS = st.lists(st.tuples(SMALL, st.integers(0, 10**6), LARGE), max_size=30)


def columns(rows):
    values = list(zip(*rows, strict=True)) if rows else [()] * len(KINDS)
    return {name: np.array(column, kind) for (name, kind), column in zip(KINDS.items(), values, strict=True)}


def as_counter(counts, measure="count"):
    keys = zip(*(values.tolist() for values in counts.keys.values()), strict=True)
    return Counter(dict(zip(keys, counts[measure].tolist(), strict=True)))


@pytest.fixture(params=["by place", "by sort"])
def way(request, monkeypatch):
    """Count in an array with a place for every key, or by sorting them."""
    if request.param == "by sort":
        monkeypatch.setattr(module, "_DENSE", 0)
    return request.param


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_rows_are_counted_as_counter_does(way, rows):
    counts = Counts.of(columns(rows))
    assert as_counter(counts) == Counter(rows)
    found = list(zip(*(values.tolist() for values in counts.keys.values()), strict=True))
    assert found == sorted(set(found)) == sorted(set(rows))
    assert {name: values.dtype for name, values in counts.keys.items()} == {n: np.dtype(k) for n, k in KINDS.items()}
    assert counts["count"].dtype == np.int64


@given(ROWS, st.data())
def test_measures_are_added_up(rows, data):
    amounts = data.draw(st.lists(st.integers(-100, 100), min_size=len(rows), max_size=len(rows)))
    counts = Counts.of(columns(rows), {"amount": np.array(amounts, np.int64)})
    expected = {row: sum(a for r, a in zip(rows, amounts, strict=True) if r == row) for row in rows}
    assert dict(as_counter(counts, "amount")) == expected


@given(ROWS, ROWS)
def test_sums_are_counts_of_all(mine, theirs):
    assert Counts.of(columns(mine)) + Counts.of(columns(theirs)) == Counts.of(columns(mine + theirs))
    assert Counts.of(columns(mine)) + Counts.empty(KINDS) == Counts.of(columns(mine))


@given(ROWS, st.sets(st.sampled_from(sorted(KINDS))))
def test_keys_can_be_left_out(rows, names):
    kept = [place for place, name in enumerate(KINDS) if name not in names]
    counts = Counts.of(columns(rows)).without(*names)
    expected = Counter(tuple(row[place] for place in kept) for row in rows)
    if kept:
        assert as_counter(counts) == expected
    else:
        assert counts["count"].sum() == len(rows)
        assert len(counts) == (1 if rows else 0) or len(set(rows)) == len(counts)


@given(ROWS)
def test_keys_can_get_other_codes_and_are_added_up_again(rows):
    counts = Counts.of(columns(rows)).recoded(a=np.array([0, 1, 1, 0], np.uint8))
    assert as_counter(counts) == Counter((a in (1, 2), b, c) for a, b, c in rows)


@given(ROWS)
def test_rows_can_be_kept(rows):
    counts = Counts.of(columns(rows))
    kept = counts.where(counts["a"] > 1)
    assert as_counter(kept) == Counter(row for row in rows if row[0] > 1)


@given(ROWS)
def test_out_and_in_is_identity(rows):
    counts = Counts.of(columns(rows))
    back = Counts.from_arrow(counts.to_arrow(), KINDS)
    assert back == counts
    assert {name: values.dtype for name, values in back.keys.items()} == {n: np.dtype(k) for n, k in KINDS.items()}


def test_keys_that_together_need_more_than_64_bits_are_counted_too():
    large = np.array([2**40, 2**40, 5, 2**40], np.int64)
    counts = Counts.of({"a": large, "b": large, "c": np.array([1, 1, 0, 2])})
    assert counts.to_arrow().to_pydict() == {
        "a": [5, 2**40, 2**40],
        "b": [5, 2**40, 2**40],
        "c": [0, 1, 2],
        "count": [1, 2, 1],
    }


def test_more_rows_than_fit_a_block_are_counted():
    rows = np.arange(3 * module._BLOCK + 7) % 5
    assert Counts.of({"a": rows})["count"].tolist() == np.bincount(rows).tolist()


def test_counts_of_other_keys_or_numbers_differ():
    one = Counts.of({"a": np.array([1])})
    assert one != Counts.of({"a": np.array([2])})
    assert one != Counts.of({"a": np.array([1, 1])})
    assert one != Counts.of({"b": np.array([1])})
    assert one != "counts"


@given(st.lists(st.tuples(SMALL, st.integers(0, 2**31)), max_size=10))
def test_what_is_packed_is_unpacked(rows):
    keys = [np.array([row[place] for row in rows], np.int64) for place in range(2)]
    ranges = [4, 2**31 + 1]
    packed = module.pack(keys, ranges)
    assert [part.tolist() for part in module.unpack(packed, keys, ranges)] == [key.tolist() for key in keys]
    order = np.argsort(packed, kind="stable").tolist()
    assert order == sorted(range(len(rows)), key=lambda place: rows[place])
