import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings

from journeymine.errors import OptionError, UnknownActivityError, WindowError
from journeymine.graph.reach import reach
from journeymine.log.eventlog import EventLog
from journeymine.summary.summarise import summarise
from tests.graph.traces import followed_up, journeys, sequences_of
from tests.small import DAY, START, log_of
from tests.strategies import logs


def by_name(table, column="probability"):
    return dict(zip(table["activity"], table[column].tolist(), strict=True))


def test_a_loop_is_solved_for_not_walked():
    # From a half the visits lead to b and half to nothing; from b half lead to the goal and half back to a.
    table = reach(journeys("a b a b buy", "a", "a"), goal="buy")
    assert by_name(table) == {"b": pytest.approx(2 / 3), "a": pytest.approx(1 / 3)}
    assert table["activity"].tolist() == ["b", "a"]
    assert by_name(table, "visits") == {"a": 4, "b": 2}


def test_another_declared_end_is_not_the_goal_and_nothing_leads_on_from_it():
    log = journeys("visit buy", "visit cancel", "visit cancel buy")
    assert by_name(reach(log, goal="buy")) == {"visit": pytest.approx(2 / 3), "cancel": pytest.approx(1 / 2)}
    assert by_name(reach(log, goal="buy", end="cancel")) == {"visit": pytest.approx(1 / 3)}


def test_what_never_leads_to_the_goal_has_zero_even_where_journeys_are_never_seen_to_get_out():
    log = journeys("visit buy", "lost found lost found", until=3)  # the last visit is open
    table = reach(log, goal="buy")
    assert by_name(table) == {"visit": 1, "found": 0, "lost": 0}
    assert by_name(table, "naive_probability") == {"visit": 1, "found": 0, "lost": 0}


def test_open_visits_are_not_lost():
    # Three visits led to the goal within a day; the fourth was made an hour before the log ends.
    events = [(case, name, day) for case in "abc" for name, day in (("visit", 0), ("buy", 1))]
    table = reach(log_of(*events, ("d", "visit", 10 - 1 / 24), until=10), goal="buy")
    assert table["probability"].tolist() == [1]
    assert table["naive_probability"].tolist() == [0.75]


def test_slow_ways_lose_nothing_to_quick_ones_while_visits_are_open():
    # Two call after a day and two buy after three; one more visit has been open for two days: it did not call.
    events = [(case, name, day) for case in "ab" for name, day in (("visit", 0), ("call", 1))]
    events += [(case, name, day) for case in "cd" for name, day in (("visit", 0), ("buy", 3))]
    table = reach(log_of(*events, ("e", "visit", 8), until=10), goal="buy")
    # On day 1, 2 of 5 call. The other 3/5 are seen to buy on day 3, by 2 of the 2 that are still observed.
    assert by_name(table)["visit"] == pytest.approx(3 / 5)
    assert by_name(table, "naive_probability")["visit"] == pytest.approx(2 / 5)


def test_what_comes_later_than_the_window_does_not_count():
    log = log_of(("a", "visit", 0), ("a", "buy", 9), ("b", "visit", 0), ("b", "buy", 1), until=100)
    assert by_name(reach(log, goal="buy", within="5d")) == {"visit": 0.5}
    assert by_name(reach(log, goal="buy")) == {"visit": 1}


def test_one_customer_tells_nothing_about_others():
    table = reach(journeys("visit buy"), goal="buy")
    assert table[["low", "high"]].to_numpy().tolist() == [[0, 1]]


def test_customers_who_all_do_the_same_leave_possible_what_chance_would_hide():
    table = reach(journeys(*["visit buy"] * 20), goal="buy")
    assert table["probability"].tolist() == [1]
    assert 0.8 < table["low"].iloc[0] <= 0.05 ** (1 / 20)
    assert table["high"].iloc[0] == 1


def test_one_customer_of_a_touchpoint_tells_nothing_however_many_the_others_have():
    table = reach(journeys(*["visit buy"] * 20, "rare visit buy"), goal="buy").set_index("activity")
    assert table.loc["rare", ["low", "high"]].tolist() == [0, 1]
    assert table.loc["visit", "low"] > 0.8


def test_a_few_customers_who_all_go_the_same_way_are_no_proof_that_all_do():
    log = journeys(*["visit buy", "visit"] * 100, *["rare visit buy", "rare visit"] * 2)
    table = reach(log, goal="buy").set_index("activity")
    assert table["probability"].tolist() == pytest.approx([0.5, 0.5])
    assert table.loc["rare", "low"] <= 0.5 * 0.05 ** (1 / 4) + 1e-9
    assert table.loc["visit", "low"] > 0.4


def test_intervals_narrow_with_more_customers_and_with_less_confidence():
    few, many = (journeys(*["visit buy", "visit"] * half) for half in (15, 150))
    width = [np.ptp(reach(log, goal="buy")[["low", "high"]].to_numpy()) for log in (few, many)]
    assert width[1] < width[0] / 2
    assert np.ptp(reach(few, goal="buy", confidence=0.5)[["low", "high"]].to_numpy()) < width[0] / 2


# --- laws ------------------------------------------------------------------------------------------------------------


@given(logs(min_events=1, named=True))
def test_without_open_visits_probabilities_are_those_of_the_chain_of_counts(log):
    log = followed_up(log)
    goal, *ends = log.activities[:2]
    table = reach(log, goal=goal, end=ends)
    names = sorted(set(log.activities) - {goal, *ends})
    passes = {(before, after): 0 for before in names for after in log.activities}
    visits = dict.fromkeys(names, 0)
    for trace in sequences_of(log):
        for before, after in zip(trace, [*trace[1:], None], strict=True):
            if before in visits:
                visits[before] += 1
            if (before, after) in passes:
                passes[before, after] += 1
    reached = dict.fromkeys(log.activities, 0.0) | {goal: 1.0}
    for _ in range(300):  # steps of a journey
        for before in names:
            chances = (passes[before, after] / visits[before] * reached[after] for after in log.activities)
            reached[before] = sum(chances)
    assert by_name(table) == pytest.approx({name: reached[name] for name in names}, abs=1e-4)
    assert table["naive_probability"].tolist() == pytest.approx(table["probability"].tolist())


@given(logs(min_events=1))
def test_probabilities_lie_in_their_intervals_and_those_between_nothing_and_all(log):
    table = reach(log, goal=log.activities[0])
    for column in ("probability", "low", "high", "naive_probability"):
        assert table[column].between(0, 1).all()
    assert (table["low"] <= table["probability"]).all()
    assert (table["probability"] <= table["high"]).all()


@settings(max_examples=40)
@given(logs(min_events=1))
def test_a_summary_gives_the_same_as_its_log(log):
    goal = log.activities[-1]
    assert reach(summarise(log), goal=goal).equals(reach(log, goal=goal))


# --- truth and size --------------------------------------------------------------------------------------------------


def test_the_truth_is_met_and_covered_where_the_naive_figure_is_points_off():
    # Two steps, each taken with probability 0.6 after eight days on average, in a log of sixty days.
    rng = np.random.default_rng(7)
    begins = rng.uniform(0, 60, 4_000)
    waits, goes_on = rng.exponential(8, (4_000, 2)), rng.random((4_000, 2)) < 0.6
    middle, last = begins + waits[:, 0], begins + waits.sum(axis=1)
    events = [(f"C{case}", "visit", day) for case, day in enumerate(begins)]
    events += [(f"C{case}", "quote", middle[case]) for case in np.flatnonzero(goes_on[:, 0] & (middle < 60))]
    events += [(f"C{case}", "buy", last[case]) for case in np.flatnonzero(goes_on.all(axis=1) & (last < 60))]
    table = reach(log_of(*events, until=60), goal="buy").set_index("activity")
    assert table.loc["visit", "probability"] == pytest.approx(0.36, abs=0.02)
    assert table.loc["visit", "naive_probability"] < 0.30
    assert table.loc["visit", "low"] < 0.36 < table.loc["visit", "high"]
    assert table.loc["quote", "low"] < 0.6 < table.loc["quote", "high"]


def test_a_thousand_touchpoints_are_solved_at_once():
    rng = np.random.default_rng(0)
    cases, names = rng.integers(0, 3_000, 30_000), rng.integers(0, 1_000, 30_000)
    days = rng.uniform(0, 60, 30_000)
    table = pa.table(
        {
            "case_id": pa.array(cases).cast(pa.string()),
            "activity": pa.array(names).cast(pa.string()),
            "timestamp": pa.array(START + (days * DAY).astype(np.int64), pa.timestamp("us", tz="UTC")),
        }
    )
    found = reach(EventLog.of(table), goal="7")
    assert len(found) == 999
    assert found["probability"].between(0, 1).all()


# --- errors ----------------------------------------------------------------------------------------------------------


def test_an_unknown_goal_is_an_error_that_names_the_closest():
    with pytest.raises(UnknownActivityError, match=r"activity 'by' never occurs\. Did you mean 'buy'\?"):
        reach(journeys("visit buy"), goal="by")


def test_a_confidence_that_is_no_share_is_an_error():
    with pytest.raises(OptionError, match=r"confidence must lie between 0 and 1, not 95"):
        reach(journeys("visit buy"), goal="buy", confidence=95)


def test_a_window_longer_than_the_log_is_an_error():
    with pytest.raises(WindowError, match=r"within='8d' is too long for a log of 10 d"):
        reach(journeys("visit buy", until=10), goal="buy", within="8d")
