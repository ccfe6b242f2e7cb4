import networkx as nx
import pytest
from hypothesis import given, settings

from journeymine.errors import OptionError, UnknownActivityError
from journeymine.graph.must_pass import must_pass
from journeymine.summary.summarise import summarise
from tests.graph.traces import journeys, sequences_of
from tests.small import log_of
from tests.strategies import logs


def rows(table):
    return list(table.itertuples(index=False, name=None))


def test_what_lies_on_every_path_must_be_passed_in_its_order():
    log = journeys("visit login basket pay buy", "call login basket buy", "visit advice")
    assert rows(must_pass(log, goal="buy")) == [("login", 2, 1.0), ("basket", 2, 1.0)]


def test_paths_count_that_no_single_journey_took():
    log = journeys("visit basket help buy", "visit help basket buy")
    assert rows(must_pass(log, goal="buy")) == [("visit", 2, 1.0)]  # visit → help → buy avoids the basket both passed


def test_one_rare_transition_past_a_touchpoint_is_enough_unless_it_is_left_out():
    log = journeys(*["visit basket buy"] * 9, "visit buy")
    assert rows(must_pass(log, goal="buy")) == [("visit", 10, 1.0)]
    assert rows(must_pass(log, goal="buy", min_cases=2)) == [("visit", 10, 1.0), ("basket", 9, 0.9)]
    assert rows(must_pass(log, goal="buy", min_share=0.2)) == [("visit", 10, 1.0), ("basket", 9, 0.9)]
    assert rows(must_pass(log, goal="buy", min_share=0.1)) == [("visit", 10, 1.0)]


def test_only_the_way_to_the_first_goal_counts():
    log = journeys("visit buy call buy", *["call visit buy"] * 3)
    assert rows(must_pass(log, goal="buy", min_cases=2)) == [("call", 3, 0.75), ("visit", 4, 1.0)]


def test_with_a_start_paths_begin_there_and_what_came_before_does_not_count():
    log = journeys("visit login basket buy", "visit login visit basket buy", "basket buy")
    assert rows(must_pass(log, goal="buy", start="login")) == [("basket", 2, 1.0)]


def test_what_was_passed_before_the_start_was_not_passed_on_the_way():
    log = journeys(*["login basket buy"] * 3, "basket login buy")
    assert rows(must_pass(log, goal="buy", start="login", min_cases=2)) == [("basket", 3, 0.75)]


def test_nothing_must_be_passed_on_the_way_to_a_goal_that_begins_a_journey():
    assert rows(must_pass(journeys("buy", "visit buy"), goal="buy")) == []


def test_a_goal_that_no_path_leads_to_gives_no_rows():
    table = must_pass(journeys("buy visit"), goal="buy", start="visit")
    assert rows(table) == []
    assert list(table) == ["activity", "cases", "share"]


def test_leaving_out_every_path_is_an_error_that_says_what_is_left():
    log = journeys(*["visit basket buy"] * 3, *["call"] * 7)
    message = r"no path to 'buy' has at least 5 passes .* The best one has 3; leave fewer out with min_cases=3 or less"
    with pytest.raises(OptionError, match=message):
        must_pass(log, goal="buy", min_cases=5)
    assert rows(must_pass(log, goal="buy", min_cases=3)) == [("visit", 3, 1.0), ("basket", 3, 1.0)]


def test_the_start_cannot_be_the_goal():
    with pytest.raises(OptionError, match=r"start and goal are both 'buy'"):
        must_pass(journeys("visit buy"), goal="buy", start="buy")


def test_an_unknown_start_is_an_error_that_names_the_closest():
    with pytest.raises(UnknownActivityError, match=r"activity 'vist' never occurs\. Did you mean 'visit'\?"):
        must_pass(journeys("visit buy"), goal="buy", start="vist")


@given(logs(min_events=1))
def test_every_journey_that_reaches_the_goal_passes_what_must_be_passed(log):
    goal = log.activities[0]
    ways = [trace[: trace.index(goal)] for trace in sequences_of(log) if goal in trace]
    table = must_pass(log, goal=goal)
    assert table["share"].tolist() == [1.0] * len(table)
    assert table["cases"].tolist() == [len(ways)] * len(table)
    assert all(name in way for name in table["activity"] for way in ways)


@given(logs(min_events=1))
def test_without_what_must_be_passed_there_is_no_path_and_without_anything_else_there_is(log):
    goal = log.activities[0]
    paths = nx.DiGraph()
    for trace in sequences_of(log):
        nx.add_path(paths, [0, *trace])
    needed = [
        name
        for name in log.activities
        if name != goal and not nx.has_path(nx.restricted_view(paths, [name], []), 0, goal)
    ]
    assert sorted(must_pass(log, goal=goal)["activity"]) == needed


@settings(max_examples=40)
@given(logs(min_events=1))
def test_a_summary_gives_the_same_as_its_log(log):
    goal = log.activities[-1]
    assert must_pass(summarise(log), goal=goal).equals(must_pass(log, goal=goal))


def test_the_empty_log_has_no_goal():
    with pytest.raises(UnknownActivityError, match="activity 'buy' never occurs"):
        must_pass(log_of(("a", "buy", 0)).where(length=0), goal="buy")
