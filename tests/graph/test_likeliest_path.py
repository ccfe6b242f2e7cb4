from itertools import pairwise
from math import prod

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from journeymine.errors import OptionError, UnknownActivityError, WindowError
from journeymine.graph.likeliest_path import likeliest_path
from journeymine.summary.summarise import summarise
from tests.graph.traces import followed_up, journeys, sequences_of
from tests.small import log_of
from tests.strategies import logs

HOUR = 1 / 24
COLUMNS = ["activity", "probability", "path_probability", "median_seconds", "sum_of_medians_seconds"]


def test_the_likeliest_path_need_not_be_the_one_with_the_fewest_steps():
    log = journeys(*["visit basket pay buy"] * 3, *["visit buy"] * 2, *["call"] * 3)
    table = likeliest_path(log, goal="buy")
    assert table["activity"].tolist() == ["visit", "basket", "pay", "buy"]
    assert table["probability"].tolist() == pytest.approx([5 / 8, 3 / 5, 1, 1])
    assert table["path_probability"].tolist() == pytest.approx([5 / 8, 3 / 8, 3 / 8, 3 / 8])


def test_visits_that_lead_nowhere_make_a_path_unlikely():
    log = journeys(*["visit form buy"] * 4, *["visit form"] * 6, *["visit call buy"] * 5)
    assert likeliest_path(log, goal="buy")["activity"].tolist() == ["visit", "call", "buy"]  # 1/3, against 2/3 · 4/10


def test_medians_are_those_of_each_step_and_their_sum_is_called_a_sum():
    events = [("a", "ask", 0), ("a", "answer", HOUR), ("a", "buy", 3 * HOUR)]
    events += [("b", "ask", 0), ("b", "answer", 3 * HOUR), ("b", "buy", 4 * HOUR)]
    table = likeliest_path(log_of(*events, until=100), goal="buy")
    assert list(table) == COLUMNS
    assert np.isnan(table["median_seconds"][0])
    assert table["median_seconds"].tolist()[1:] == [2 * 3600, 1.5 * 3600]
    assert table["sum_of_medians_seconds"].tolist() == [0, 2 * 3600, 3.5 * 3600]


def test_open_visits_do_not_make_a_step_unlikely():
    # Three visits led on within a day; the fourth was made an hour before the log ends.
    events = [(case, name, day) for case in "abc" for name, day in (("visit", 0), ("buy", 1))]
    log = log_of(*events, ("d", "visit", 10 - HOUR), until=10)
    assert likeliest_path(log, goal="buy")["path_probability"].tolist() == pytest.approx([1, 1])


def test_a_given_start_is_certain():
    table = likeliest_path(journeys("visit call buy", "visit"), goal="buy", start="call")
    assert table["activity"].tolist() == ["call", "buy"]
    assert table["probability"].tolist() == pytest.approx([1, 1])
    assert table["sum_of_medians_seconds"].tolist() == [0, 86_400]


def test_no_path_leads_through_another_end():
    log = journeys(*["visit cancel visit buy"] * 9, "visit call buy")
    assert likeliest_path(log, goal="buy", start="cancel")["activity"].tolist() == ["cancel", "visit", "buy"]
    assert likeliest_path(log, goal="buy", start="cancel", end="cancel").empty


def test_a_goal_that_no_path_leads_to_gives_no_rows():
    table = likeliest_path(journeys("buy visit"), goal="buy", start="visit")
    assert list(table) == COLUMNS
    assert table.empty


def test_the_start_cannot_be_the_goal():
    with pytest.raises(OptionError, match=r"start and goal are both 'buy'"):
        likeliest_path(journeys("visit buy"), goal="buy", start="buy")


def test_an_unknown_goal_is_an_error_that_names_the_closest():
    with pytest.raises(UnknownActivityError, match=r"activity 'by' never occurs\. Did you mean 'buy'\?"):
        likeliest_path(journeys("visit buy"), goal="by")


def test_a_window_longer_than_the_log_is_an_error():
    with pytest.raises(WindowError, match=r"within='8d' is too long for a log of 10 d"):
        likeliest_path(journeys("visit buy", until=10), goal="buy", within="8d")


def test_steps_that_took_longer_than_the_window_do_not_count():
    log = log_of(("a", "visit", 0), ("a", "buy", 9), ("b", "visit", 0), ("b", "call", 1), ("b", "buy", 2), until=100)
    assert likeliest_path(log, goal="buy", within="5d")["activity"].tolist() == ["visit", "call", "buy"]
    assert likeliest_path(log, goal="buy")["activity"].tolist() == ["visit", "buy"]


@given(logs(min_events=1, named=True))
def test_no_other_path_is_likelier(log):
    log, goal = followed_up(log), log.activities[-1]
    traces = sequences_of(log)
    graph = nx.DiGraph()
    for before, after in (pair for trace in traces for pair in pairwise([0, *trace])):
        passes = graph.get_edge_data(before, after, {"passes": 0})["passes"] + 1
        graph.add_edge(before, after, passes=passes)
    visits = {0: len(traces)} | {name: sum(trace.count(name) for trace in traces) for name in log.activities}
    chances = [
        prod(graph.edges[step]["passes"] / visits[step[0]] for step in pairwise(path))
        for path in nx.all_simple_paths(graph, 0, goal)
    ]
    table = likeliest_path(log, goal=goal)
    assert table["activity"].iloc[-1] == goal
    assert table["path_probability"].iloc[-1] == pytest.approx(max(chances))


@settings(max_examples=40)
@given(logs(min_events=1))
def test_a_summary_gives_the_same_as_its_log(log):
    goal = log.activities[-1]
    assert likeliest_path(summarise(log), goal=goal).equals(likeliest_path(log, goal=goal))
