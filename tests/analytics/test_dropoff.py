"""Drop-off: by hand, against scipy, and against customers whose true drop-off is known."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

import journeymine as jm
from journeymine.durations import to_microseconds
from journeymine.errors import DurationError, OptionError, UnknownActivityError, WindowError
from journeymine.log.schema import TIME
from tests.simulation import TOUCHPOINTS, clustered_customers, journeys, true_dropoff, true_share
from tests.small import DAY, at, log_of
from tests.strategies import logs


def rates(log, **options):
    return jm.dropoff(log, **options).table.set_index("activity")["rate"].to_dict()


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_an_open_visit_counts_for_as_long_as_it_was_observed():
    log = log_of(("a", "visit", 0), ("a", "buy", 2), ("b", "visit", 10), ("c", "visit", 5), ("c", "buy", 12), until=14)
    # after 2 days one of three came back; b was seen for 4 days; after 7 days the one that was left came back
    table = jm.dropoff(log, goal="buy", within="6d").table
    assert table.to_dict("records")[0] == pytest.approx(
        {
            "activity": "visit",
            "visits": 3,
            "at_risk": 1,
            "rate": 2 / 3,
            "naive_rate": 1 / 3,
            "within_seconds": 6 * 86_400,
            "low": table["low"][0],
            "high": table["high"][0],
        }
    )
    assert rates(log, goal="buy", within="7d") == {"visit": 0}


def test_those_who_end_when_somebody_comes_back_were_still_at_risk():
    log = log_of(("a", "visit", 0), ("a", "buy", 5), ("b", "visit", 5), until=10)
    assert rates(log, goal="buy", within="5d") == {"visit": 0.5}


def test_a_rate_that_nobody_was_observed_long_enough_for_is_not_a_number():
    log = log_of(("a", "visit", 0), ("a", "visit", 2), ("b", "new", 19), until=20)
    table = jm.dropoff(log, within="5d").table.set_index("activity")
    assert np.isnan(table.loc["new", ["rate", "low", "high"]].astype(float)).all()
    assert table.loc["new", ["visits", "at_risk", "naive_rate"]].tolist() == [1, 0, 1]
    assert table.index.tolist() == ["visit", "new"]


def test_by_default_each_activity_has_the_window_in_which_95_of_100_who_come_back_are_back():
    visits = [(f"c{n}", activity, day) for n in range(100) for activity, day in [("visit", 0), ("buy", (n + 1) / 10)]]
    table = jm.dropoff(log_of(*visits, until=100), goal="buy").table
    assert table["within_seconds"].tolist() == [9.5 * 86_400]
    assert table["rate"].tolist() == pytest.approx([0.05])


def test_no_window_is_longer_than_seven_tenths_of_the_log():
    log = log_of(("a", "visit", 0), ("a", "visit", 9), until=10)
    assert jm.dropoff(log).table["within_seconds"].tolist() == [7 * 86_400]
    with pytest.raises(
        WindowError,
        match=r"^within='8d' is too long for a log of 10 d: too few visits are observed that long. "
        "The longest window it can answer for is 7 d$",
    ):
        jm.dropoff(log, within="8d")


def test_an_activity_that_nobody_came_back_from_has_the_longest_window_of_the_others():
    log = log_of(("a", "visit", 0), ("a", "ask", 2), ("a", "visit", 5), ("b", "call", 1), ("c", "new", 29), until=30)
    table = jm.dropoff(log).table.set_index("activity")
    assert (table["within_seconds"] / 86_400).to_dict() == {"visit": 2, "ask": 3, "call": 3, "new": 3}
    assert table.loc["call", "rate"] == 1
    assert np.isnan(table.loc["new", "rate"])  # open, and no drop-off


def test_a_log_in_which_nobody_ever_comes_back_has_only_drop_offs_that_were_observed():
    log = log_of(("a", "visit", 0), ("b", "visit", 1), ("c", "call", 9), until=10)
    table = jm.dropoff(log).table
    assert table["within_seconds"].tolist() == [7 * 86_400] * 2
    assert table["rate"].tolist()[:1] == [1]
    assert np.isnan(table["rate"].tolist()[1])


def test_activities_that_complete_a_journey_have_no_row_and_their_journeys_are_no_drop_offs():
    log = log_of(("a", "visit", 0), ("a", "buy", 1), ("b", "visit", 0), ("b", "cancel", 1), ("c", "visit", 0), until=30)
    assert rates(log, goal="buy", end=["cancel"], within="10d") == pytest.approx({"visit": 1 / 3})
    assert rates(log, end="cancel", within="10d") == pytest.approx({"visit": 1 / 3, "buy": 1})


def test_each_visit_is_followed_until_its_own_source_ends():
    web = jm.read_table(
        {"customer": ["a", "b"], "activity": ["visit", "visit"], "timestamp": [at(0), at(0)]},
        name="web",
        observed_until=at(3),
    )
    phone = jm.read_table(
        {"customer": ["c", "c"], "activity": ["call", "call"], "timestamp": [at(0), at(18)]},
        name="phone",
        observed_until=at(20),
    )
    table = jm.dropoff(jm.concat([web, phone]), within="10d").table.set_index("activity")
    assert table["at_risk"].to_dict() == {"call": 1, "visit": 0}
    assert np.isnan(table.loc["visit", "rate"])


def test_an_event_after_the_end_of_its_predecessors_source_was_not_seen_from_there():
    web = jm.read_table(
        {"customer": ["a", "b"], "activity": ["visit"] * 2, "timestamp": [at(0), at(0)]},
        name="web",
        observed_until=at(2),
    )
    phone = jm.read_table({"customer": ["a"], "activity": ["call"], "timestamp": [at(9)]}, name="phone")
    assert rates(jm.concat([web, phone]), within="2d")["visit"] == 1


def test_the_last_visit_of_nobody_is_followed_by_no_one():
    log = log_of(("a", "visit", 0), ("a", "visit", 1), ("b", "visit", 0), customer=["anna", "anna", None], until=30)
    table = jm.dropoff(log, within="5d").table
    assert table[["visits", "at_risk"]].to_numpy().tolist() == [[3, 1]]
    assert table["rate"].tolist() == pytest.approx([0.5])


def test_an_unread_event_ends_what_is_known_of_the_one_before():
    log = jm.read_table(
        {
            "case_id": ["a"] * 3 + ["b"],
            "activity": ["visit", None, "visit", "visit"],
            "timestamp": [at(0), at(1), at(2), at(0)],
        },
        observed_until=at(30),
    )
    assert jm.dropoff(log, within="10d").table["at_risk"].tolist() == [2]


def test_rows_stand_by_rate_then_name_and_unknown_ones_last():
    log = log_of(("a", "y", 0), ("b", "x", 0), ("c", "z", 0), ("c", "w", 1), ("d", "v", 28), until=30)
    assert jm.dropoff(log, within="5d").table["activity"].tolist() == ["w", "x", "y", "z", "v"]


def test_the_answer_is_said_in_a_sentence_with_the_naive_count_beside_it():
    log = log_of(("a", "visit", 0), ("a", "buy", 1), ("b", "visit", 0), ("c", "visit", 29.5), until=30)
    result = jm.dropoff(log, goal="buy", within="14d")
    assert result.headline.startswith("After “visit”, 50 % (")
    assert result.headline.endswith("within 14 d; counting last events would say 67 %.")
    assert result.base.startswith("4 visits over 30 d; open visits count while observed (Kaplan-Meier); 95% intervals")
    assert "visit" in repr(result)
    assert "<strong>After “visit”" in result._repr_html_()


def test_an_empty_log_has_no_drop_off():
    result = jm.dropoff(log_of())
    assert len(result.table) == 0
    assert result.headline == "The log is too short to tell where customers drop off."


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"goal": "byu"}, UnknownActivityError, "activity 'byu' never occurs. Did you mean 'buy'?"),
        ({"end": ["buy", "visits"]}, UnknownActivityError, "activity 'visits' never occurs. Did you mean 'visit'?"),
        ({"within": 14}, DurationError, "14 is not a duration"),
        ({"confidence": 95}, OptionError, "confidence must lie between 0 and 1, not 95"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(options, error, said):
    with pytest.raises(error, match=f"^{said}"):
        jm.dropoff(log_of(("a", "visit", 0), ("a", "buy", 1)), **options)


# --- laws ------------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(logs(min_events=1), st.sampled_from(["1us", "1s", "12h", "14d"]))
def test_rates_are_those_of_scipy(log, within):
    summary, window = jm.summarise(log), to_microseconds(within)
    if window > 0.7 * 1e6 * summary.window_seconds:
        with pytest.raises(WindowError):
            jm.dropoff(log, within=within)
        return
    gaps = summary.overall("gaps").to_arrow().to_pandas()
    for row in jm.dropoff(log, within=within).table.itertuples():
        mine = gaps[gaps["activity"] == log.activities.index(row.activity) + 1]
        mine = mine.loc[mine.index.repeat(mine["count"])]
        data = CensoredData.right_censored(mine["duration"].to_numpy(float), (mine["next_activity"] == 0).to_numpy())
        expected = float(ecdf(data).sf.evaluate(window)) if len(mine) else 1.0
        observed = int(
            ((mine["duration"] > window) | ((mine["duration"] == window) & (mine["next_activity"] == 0))).sum()
        )
        assert row.at_risk == observed
        assert row.visits == len(mine)
        assert row.naive_rate == pytest.approx((mine["next_activity"] == 0).mean())
        if observed or expected < 1e-9:
            assert row.rate == pytest.approx(expected, abs=1e-9)
            assert 0 <= row.low <= row.rate + 1e-12
            assert row.rate - 1e-12 <= row.high <= 1
        else:
            assert np.isnan(row.rate)


@settings(max_examples=40)
@given(logs())
def test_a_summary_gives_the_same_answer_as_its_log(log):
    pd.testing.assert_frame_equal(jm.dropoff(jm.summarise(log)).table, jm.dropoff(log).table)


@settings(max_examples=40)
@given(logs())
def test_a_constant_added_to_all_times_changes_nothing(log):
    moved = jm.EventLog.of(
        _later_by_a_week(log.table, "timestamp"), sources=_later_by_a_week(log.sources, "observed_until")
    )
    pd.testing.assert_frame_equal(jm.dropoff(moved).table, jm.dropoff(log).table)


def _later_by_a_week(table, column):
    moved = pa.array(table[column].cast(pa.int64()).to_numpy() + 7 * DAY, pa.int64()).cast(TIME)
    return table.set_column(table.column_names.index(column), column, moved)


# --- truth -----------------------------------------------------------------------------------------------------------


def test_drop_off_is_true_within_half_a_point_where_counting_last_events_is_two_points_off():
    truth, names, found, naive, inside = true_dropoff(14), TOUCHPOINTS[:5], [], [], []
    for seed in range(16):
        log = journeys(3_000, 90, np.random.default_rng(seed))
        table = jm.dropoff(log, goal="buy", within="14d").table.set_index("activity").loc[names]
        found.append(table["rate"])
        naive.append(table["naive_rate"])
        inside.append(((table["low"] <= truth) & (truth <= table["high"])).to_numpy())
    bias, naive_bias = (np.abs(np.mean(values, axis=0) - truth) for values in (found, naive))
    assert bias.mean() < 0.005
    assert bias.max() < 0.01
    assert naive_bias.mean() > 0.02
    assert naive_bias.max() > 0.10
    assert 0.88 <= np.mean(inside) <= 0.99


def test_intervals_cover_the_truth_although_customers_differ():
    """Visits of one customer resemble each other: intervals that take each visit as the unit would be too narrow."""
    truth, covered = true_share(14, np.random.default_rng(1)), []
    for seed in range(200):
        log = clustered_customers(1_000, 60, np.random.default_rng(seed))
        row = jm.dropoff(log, within="14d").table.iloc[0]
        covered.append(row["low"] <= truth <= row["high"])
    assert 250 < log.num_customers < 350
    assert 0.91 <= np.mean(covered) <= 0.98


def test_a_segment_that_joined_late_does_not_drop_off_more():
    early, late = (journeys(4_000, days, np.random.default_rng(days)) for days in (90, 30))
    rows = [jm.dropoff(log, goal="buy", within="14d").table.set_index("activity").loc["quote"] for log in (early, late)]
    assert abs(rows[0]["naive_rate"] - rows[1]["naive_rate"]) > 0.08
    assert abs(rows[0]["rate"] - rows[1]["rate"]) < 0.05


SHARES = (0.35, 0.5, 0.65, 0.8)


@pytest.fixture(scope="module", params=["sepsis", "helpdesk"])
def real_log(request, shared_file):
    if request.param == "helpdesk":
        return jm.read_xes(shared_file("data/logs/helpdesk.xes.gz"))
    return jm.read_table(
        shared_file("data/logs/sepsis.csv.gz"),
        case="Case ID",
        activity="Activity",
        timestamp="Complete Timestamp",
        tz="Europe/Amsterdam",
    )


@pytest.mark.parametrize("within", [None, "7d", "30d"])
def test_a_log_that_was_cut_off_foretells_what_the_later_log_shows(real_log, within):
    """The truncation test of METHODS F1, with each activity's own window and with windows that are given."""
    errors = np.array([error for share in SHARES for error in _errors(real_log, share, within)])
    assert len(errors) >= 20
    found, naive = np.abs(errors).mean(axis=0)
    assert found < 0.01
    assert found < naive / 4


def _errors(log, share, within):
    """Give the errors of rate and naive rate of a log that ends early, for activities that the later log can judge."""
    first, last = int(log.times.min()), int(log.times.max())
    end = int(first + share * (last - first))
    table = jm.dropoff(log.where(until=f"{np.datetime64(end, 'us')}Z"), within=within).table
    judged = (table["visits"] >= 100) & table["rate"].notna() & (end + table["within_seconds"] * 1e6 <= last)
    for row in table[judged].itertuples():
        truth = _later(log, row.activity, end, row.within_seconds * 1e6)
        yield row.rate - truth, row.naive_rate - truth


def _later(log, activity, end, window):
    """Give the share of visits until a moment that the whole log shows no next event of within a window."""
    following = np.append(log.times[1:], np.iinfo(np.int64).max)
    following[log.offsets[1:] - 1] = np.iinfo(np.int64).max
    labels = log.labels("activity")
    mine = (labels.indices.to_numpy() == labels.dictionary.to_pylist().index(activity)) & (log.times <= end)
    return np.mean(following[mine] - log.times[mine] > window)
