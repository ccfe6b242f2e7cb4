"""Drop-off: by hand, against scipy, and against customers whose true drop-off is known."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, chi2_contingency, ecdf

import journeymine as jm
from journeymine.durations import to_microseconds
from journeymine.errors import DurationError, OptionError, UnknownActivityError, WindowError
from journeymine.log.schema import TIME
from journeymine.summary.differences import difference_interval
from tests.simulation import TOUCHPOINTS, bootstrapped, clustered_customers, journeys, true_dropoff, true_share
from tests.small import DAY, at, log_of
from tests.strategies import logs


def rates(log, **options):
    return jm.dropoff(log, **options).table.set_index("activity")["rate"].to_dict()


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_an_open_visit_counts_for_as_long_as_it_was_observed():
    log = log_of(("a", "visit", 0), ("a", "buy", 2), ("b", "visit", 10), ("c", "visit", 5), ("c", "buy", 12), until=14)
    # after 2 days one of three came back; b was seen for 4 days; after 7 days the one that was left came back
    row = jm.dropoff(log, goal="buy", within="6d").table.to_dict("records")[0]
    assert {name: row[name] for name in ("activity", "visits", "customers", "at_risk", "mark")} == {
        "activity": "visit",
        "visits": 3,
        "customers": 3,
        "at_risk": 1,
        "mark": "few observed",
    }
    shares = {
        name: row[name] for name in ("rate", "naive_rate", "next_rate", "goal_rate", "end_rate", "within_seconds")
    }
    assert shares == pytest.approx(
        {
            "rate": 2 / 3,
            "naive_rate": 1 / 3,
            "next_rate": 0,
            "goal_rate": 1 / 3,
            "end_rate": 0,
            "within_seconds": 6 * 86_400,
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


def returns(activity, days, customers=100):
    """Give visits of which the n-th is followed after n hundredths of some days."""
    return [
        (f"{activity}{n}", name, day)
        for n in range(customers)
        for name, day in [(activity, 0), ("buy", days * (n + 1) / customers)]
    ]


def test_by_default_all_activities_have_the_window_in_which_the_slowest_of_them_is_nearly_sure_to_be_followed():
    log = log_of(*returns("visit", 1), *returns("quote", 10), until=100)  # 95 of 100 are back after 0.95 and 9.5 days
    table = jm.dropoff(log, goal="buy").table
    assert table["within_seconds"].tolist() == [10 * 86_400] * 2  # 9.5 days, rounded up
    assert table["rate"].tolist() == [0, 0]


def test_an_activity_that_few_came_back_from_does_not_set_the_window():
    log = log_of(*returns("visit", 1), *returns("quote", 40, customers=19), until=100)
    assert set(jm.dropoff(log, goal="buy").table["within_seconds"]) == {86_400}


def test_on_request_each_activity_has_the_window_in_which_95_of_100_who_come_back_are_back():
    log = log_of(*returns("visit", 1), *returns("quote", 10), until=100)
    result = jm.dropoff(log, goal="buy", within="usual")
    assert result.table["within_seconds"].tolist() == pytest.approx([9.5 * 86_400, 0.95 * 86_400])
    assert result.table["rate"].tolist() == pytest.approx([0.05, 0.05])
    assert "each followed for its own usual time" in result.base


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
    table = jm.dropoff(log, within="usual").table.set_index("activity")
    assert (table["within_seconds"] / 86_400).to_dict() == {"visit": 2, "ask": 3, "call": 3, "new": 3}
    assert table.loc["call", "rate"] == 1
    assert np.isnan(table.loc["new", "rate"])  # open, and no drop-off


def test_a_log_in_which_nobody_ever_comes_back_has_only_drop_offs_that_were_observed():
    log = log_of(("a", "visit", 0), ("b", "visit", 1), ("c", "call", 9), until=10)
    table = jm.dropoff(log).table
    assert table["within_seconds"].tolist() == [7 * 86_400] * 2
    assert table["rate"].tolist()[:1] == [1]
    assert np.isnan(table["rate"].tolist()[1])


def test_what_becomes_of_a_visit_is_one_of_four_things():
    nexts = ["ask"] * 3 + ["buy"] * 4 + ["cancel"] * 2 + [None]
    log = log_of(
        *((f"c{n}", name, day) for n, then in enumerate(nexts) for name, day in [("visit", 0), (then, 1)] if name),
        until=30,
    )
    row = jm.dropoff(log, goal="buy", end="cancel", within="10d").table.set_index("activity").loc["visit"]
    fates = row[["rate", "next_rate", "goal_rate", "end_rate"]].astype(float)
    assert fates.tolist() == pytest.approx([0.1, 0.3, 0.4, 0.2])


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
    assert result.base == (
        "3 visits of 3 customers over 30 d, each followed for 14 d; the 1 whose source ended before that count while "
        "observed (Kaplan-Meier); 95% intervals with the customer as unit; early and late visits cannot be compared."
    )
    assert "visit" in repr(result)
    assert "<strong>After “visit”" in result._repr_html_()


def test_an_empty_log_has_no_drop_off():
    result = jm.dropoff(log_of())
    assert len(result.table) == 0
    assert result.headline == "The log is too short to tell where customers drop off."


def test_the_answer_is_about_an_activity_of_which_enough_is_known():
    visits = [(f"c{n}", "visit", 0) for n in range(10)] + [(f"c{n}", "ask", 1) for n in range(8)] + [("x", "call", 0)]
    result = jm.dropoff(log_of(*visits, *((f"c{n}", "visit", 2) for n in range(8)), until=30), within="10d")
    assert result.table["mark"].tolist() == ["few observed", "", "few observed"]
    assert result.headline.startswith("After “visit”, 56 % (")


def test_a_change_over_the_log_is_told():
    """In the first half of 40 days each third visit is followed, in the second two of three."""
    days = [(f"c{n}", day) for n, day in enumerate(np.linspace(0, 39, 400))]
    back = [(name, "ask", day + 0.5) for n, (name, day) in enumerate(days) if n % 3 < (1 if day < 20 else 2)]
    result = jm.dropoff(log_of(*((name, "visit", day) for name, day in days), *back, until=40), end="ask", within="5d")
    assert result.drifting == ("visit",)
    assert result.table["mark"].tolist() == ["drift"]
    assert result.base.endswith("caution: early and late visits of “visit” differ (jm.drift shows how).")


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("days", "within", "naive_mean", "naive_worst"),
    [(30, 14, 0.06, 0.09), (90, 14, 0.02, 0.10), (90, 60, 0.04, 0.09), (365, 60, 0.005, 0.008)],
)
def test_drop_off_is_true_within_half_a_point_where_counting_last_events_is_not(days, within, naive_mean, naive_worst):
    """The four settings of METHODS F1; the full size runs in ``benchmarks.calibrate``."""
    truth, names, found, naive, inside = true_dropoff(within), TOUCHPOINTS[:5], [], [], []
    for seed in range(80):
        log = journeys(3_000, days, np.random.default_rng(seed))
        table = jm.dropoff(log, goal="buy", within=f"{within}d").table.set_index("activity").loc[names]
        found.append(table["rate"])
        naive.append(table["naive_rate"])
        inside.append(((table["low"] <= truth) & (truth <= table["high"])).to_numpy())
    bias, naive_bias = (np.abs(np.mean(values, axis=0) - truth) for values in (found, naive))
    assert bias.max() < 0.005
    assert naive_bias.mean() > naive_mean
    assert naive_bias.max() > naive_worst
    assert 0.93 <= np.mean(inside) <= 0.97


@pytest.mark.slow
def test_intervals_cover_the_truth_although_customers_differ():
    """Visits of one customer resemble each other: intervals that take each visit as the unit would be too narrow."""
    truth, covered = true_share(14, np.random.default_rng(1)), []
    for seed in range(250):
        log = clustered_customers(1_000, 60, np.random.default_rng(seed))
        row = jm.dropoff(log, within="14d").table.iloc[0]
        covered.append(row["low"] <= truth <= row["high"])
    assert 250 < log.num_customers < 350
    assert 0.93 <= np.mean(covered) <= 0.97


@pytest.mark.slow
def test_so_do_intervals_by_a_bootstrap_of_customers():
    truth, covered = true_share(14, np.random.default_rng(1)), []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        low, high = bootstrapped(clustered_customers(1_000, 60, rng), 14 * DAY, rng, draws=100)
        covered.append(low <= truth <= high)
    assert 0.93 <= np.mean(covered) <= 0.97


@pytest.mark.slow
def test_segments_that_behave_alike_but_joined_at_different_times_seldom_differ():
    """A chi-squared test of last events sees a difference in nearly every run."""
    differs, naive_differs = [], []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        tables = [
            jm.dropoff(journeys(700, days, rng), goal="buy", within="14d").table.set_index("activity").loc["quote"]
            for days in (90, 30)
        ]
        (early, early_low, early_high), (late, late_low, late_high) = (
            (table[[name]].to_numpy(float) for name in ("rate", "low", "high")) for table in tables
        )
        low, high = difference_interval(late, late_low, late_high, early, early_low, early_high)
        differs.append(not low[0] <= 0 <= high[0])
        counts = [
            [table["naive_rate"] * table["visits"], (1 - table["naive_rate"]) * table["visits"]] for table in tables
        ]
        naive_differs.append(chi2_contingency(counts).pvalue < 0.05)
    assert np.mean(differs) <= 0.07
    assert np.mean(naive_differs) >= 0.5
