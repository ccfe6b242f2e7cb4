"""Variants: by hand, and against a count in plain Python."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import journeymine as jm
from journeymine.errors import OptionError, UnknownOptionError
from tests.small import log_of, rows_of
from tests.strategies import logs

STORY = (
    ("a", "visit", 0),
    ("a", "buy", 2),
    ("b", "visit", 0),
    ("b", "buy", 1),
    ("c", "visit", 5),
    ("d", "buy", 0),
    ("d", "visit", 7),
)


def test_the_most_frequent_come_first_and_equal_ones_in_the_order_of_the_alphabet():
    table = jm.variants(log_of(*STORY)).table
    assert table["variant"].tolist() == [("visit", "buy"), ("buy", "visit"), ("visit",)]
    assert table["cases"].tolist() == [2, 1, 1]
    assert table["share"].tolist() == [0.5, 0.25, 0.25]
    assert table["cumulative_share"].tolist() == [0.5, 0.75, 1]
    assert (table["median_seconds"] / 86_400).tolist() == [1.5, 7, 0]


def test_of_many_equally_frequent_ones_the_alphabet_decides():
    names = [f"{number:03}" for number in range(100)]
    log = log_of(*((name, name, 0) for name in names[::-1]), ("more", "050", 0))
    assert jm.variants(log).table["variant"].tolist() == [("050",), *((name,) for name in names if name != "050")]


def test_the_most_frequent_of_all_are_shown_and_all_are_counted():
    result = jm.variants(log_of(*STORY), top=1)
    assert result.table["cumulative_share"].tolist() == [0.5]
    assert (result.num_cases, result.num_variants) == (4, 3)


def test_the_answer_is_said_in_a_sentence():
    assert jm.variants(log_of(*STORY)).headline == (
        "4 journeys take 3 different courses; the most frequent, visit → buy, is that of 50 %."
    )
    assert jm.variants(log_of()).headline == "There are no journeys."


def test_activities_whose_names_look_like_several_are_not_taken_apart():
    log = log_of(("a", "x", 0), ("a", "y", 1), ("b", "x,y", 0), ("c", "x → y", 0), ("d", "xy", 0), ("e", "x\0y", 0))
    assert jm.variants(log).num_variants == 5


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"engine": "pm4pi"}, UnknownOptionError, "engine 'pm4pi' cannot be used here .* Did you mean 'pm4py'?"),
        ({"top": 0}, OptionError, "top must be at least 1, not 0"),
        ({"top": -1}, OptionError, "top must be at least 1, not -1"),
    ],
)
def test_what_cannot_be_shown_is_refused(options, error, said):
    with pytest.raises(error, match=f"^{said}"):
        jm.variants(log_of(*STORY), **options)


def test_pm4py_cannot_count_the_variants_of_a_summary():
    with pytest.raises(UnknownOptionError, match="engine 'pm4py' cannot be used here"):
        jm.variants(jm.summarise(log_of(*STORY)), engine="pm4py")


@settings(max_examples=50)
@given(logs())
def test_variants_are_what_plain_python_finds(log):
    rows = rows_of(log, "activity", "timestamp")
    cases = [rows[first:last] for first, last in zip(log.offsets[:-1], log.offsets[1:], strict=True)]
    found = Counter(tuple(activity for activity, _ in case) for case in cases)
    result = jm.variants(log)
    assert result.table["variant"].tolist() == sorted(found, key=lambda variant: (-found[variant], variant))
    assert dict(zip(result.table["variant"], result.table["cases"], strict=True)) == found
    assert (result.num_cases, result.num_variants) == (len(cases), len(found))
    for variant, median in zip(result.table["variant"], result.table["median_seconds"], strict=True):
        spans = [(case[-1][1] - case[0][1]).total_seconds() for case in cases if tuple(a for a, _ in case) == variant]
        assert median == pytest.approx(np.median(spans), rel=1e-12, abs=1e-6)


@settings(max_examples=50)
@given(logs())
def test_a_summary_gives_the_same_answer_as_its_log(log):
    pd.testing.assert_frame_equal(jm.variants(jm.summarise(log)).table, jm.variants(log).table)
