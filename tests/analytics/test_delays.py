"""Delays: by hand, and against pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import journeymine as jm
from journeymine.errors import DurationError, UnknownOptionError
from tests.small import log_of
from tests.strategies import logs

STORY = (
    ("a", "ask", 0),
    ("a", "answer", 1),
    ("a", "ask", 2),
    ("a", "answer", 9),
    ("b", "ask", 0),
    ("b", "answer", 3),
    ("c", "ask", 4),
)
COLUMNS = ["activity", "next_activity", "count", "customers", "median_seconds", "p90_seconds", "excess_seconds"]


def days(table):
    seconds = [name for name in table.columns if name.endswith("_seconds")]
    return table.assign(**{name: table[name] / 86_400 for name in seconds})


def test_transitions_stand_by_what_they_take_beyond_their_own_median():
    table = days(jm.delays(log_of(*STORY)).table)
    assert table[COLUMNS].to_numpy().tolist() == [
        ["ask", "answer", 3, 2, 3, pytest.approx(6.2), 4],
        ["answer", "ask", 1, 1, 1, 1, 0],
    ]
    assert table["reference_seconds"].tolist() == [3, 1]


def test_a_target_is_the_same_for_all():
    table = days(jm.delays(log_of(*STORY), reference="12h").table)
    assert table["excess_seconds"].tolist() == [0.5 + 6.5 + 2.5, 0.5]
    assert table["reference_seconds"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("make", [lambda log: log, jm.summarise])
def test_another_period_is_a_reference_transition_by_transition(make):
    before = log_of(("x", "ask", 0), ("x", "answer", 2))
    table = days(jm.delays(log_of(*STORY), reference=make(before)).table).set_index("activity")
    assert table["reference_seconds"].to_dict() == {"ask": 2, "answer": 1}  # its own, where the other period has none
    assert table["excess_seconds"].to_dict() == {"ask": 5 + 1, "answer": 0}


def test_transitions_with_fewer_passes_are_left_out():
    assert jm.delays(log_of(*STORY), min_cases=2).table["activity"].tolist() == ["ask"]
    assert jm.delays(log_of(*STORY), min_cases=4).headline == "No transition has enough passes."


def test_the_answer_is_said_in_a_sentence_with_what_it_rests_on():
    result = jm.delays(log_of(*STORY), reference="1d")
    assert result.headline == (
        "Most waiting beyond the reference adds up between “ask” and “answer”: 8 d over 3 passes "
        "(median 3 d, one in ten over 6.2 d)."
    )
    assert (
        result.base == "4 completed transitions; excess over 1d; waits still open at the end of the log are not in it."
    )


def test_what_lies_around_an_unread_event_is_no_transition():
    log = jm.read_table(
        {"case_id": ["a"] * 3, "activity": ["x", None, "y"], "timestamp": [1_714_554_000, 1_714_554_001, 1_714_554_002]}
    )
    assert len(jm.delays(log).table) == 0


def test_a_reference_that_is_no_duration_is_refused():
    with pytest.raises(DurationError, match=r"^2 is not a duration"):
        jm.delays(log_of(*STORY), reference=2)


def test_a_summary_without_the_parts_is_refused():
    with pytest.raises(UnknownOptionError, match="made without the part 'follows'"):
        jm.delays(jm.summarise(log_of(*STORY), parts=["times"]))


def test_a_log_of_single_events_has_no_transitions():
    assert jm.delays(log_of(("a", "x", 0), ("b", "y", 0))).table.columns.tolist() == [*COLUMNS, "reference_seconds"]


@settings(max_examples=40)
@given(logs())
def test_figures_are_those_of_pandas(log):
    frame = log.to_pandas().astype({"case_id": str, "activity": str})
    frame["who"] = frame["customer"].astype(object).where(frame["customer"].notna(), frame["case_id"])
    frame["next_activity"] = frame.groupby("case_id", sort=False)["activity"].shift(-1)
    frame["seconds"] = -frame.groupby("case_id", sort=False)["timestamp"].diff(-1).dt.total_seconds()
    groups = frame.dropna(subset="next_activity").groupby(["activity", "next_activity"])
    expected = groups.agg(count=("seconds", "size"), customers=("who", "nunique"), median=("seconds", "median"),
                          p90=("seconds", lambda values: np.quantile(values, 0.9)))  # fmt: skip
    found = jm.delays(log).table.set_index(["activity", "next_activity"]).sort_index()
    assert found.index.tolist() == expected.index.tolist()
    assert found["count"].tolist() == expected["count"].tolist()
    assert found["customers"].tolist() == expected["customers"].tolist()
    assert found["median_seconds"].tolist() == pytest.approx(expected["median"].tolist())
    assert found["p90_seconds"].tolist() == pytest.approx(expected["p90"].tolist())
    beyond = groups["seconds"].agg(lambda values: np.maximum(values - values.median(), 0).sum())
    assert found["excess_seconds"].tolist() == pytest.approx(beyond.tolist(), abs=1e-6)


@settings(max_examples=40)
@given(logs())
def test_rows_stand_by_excess_then_name_and_a_summary_gives_the_same(log):
    table = jm.delays(log, reference="1s").table
    order = sorted(table.itertuples(), key=lambda row: (-row.excess_seconds, row.activity, row.next_activity))
    assert [row.Index for row in order] == list(range(len(table)))
    pd.testing.assert_frame_equal(jm.delays(jm.summarise(log), reference="1s").table, table)
