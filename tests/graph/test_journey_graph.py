import json
import math

import networkx as nx
import pytest
from hypothesis import given, settings

from journeymine.analytics.delays import delays
from journeymine.analytics.dropoff import dropoff
from journeymine.errors import UnknownActivityError, WindowError
from journeymine.graph.journey import journey_graph
from journeymine.log.eventlog import EventLog
from journeymine.summary.summarise import summarise
from tests.graph.traces import journeys
from tests.small import log_of
from tests.strategies import logs

HOUR = 1 / 24


def test_nodes_carry_visits_customers_starts_ends_and_the_most_frequent_channel():
    events = [("a", "visit", 0), ("a", "visit", 1), ("a", "call", 2), ("b", "visit", 0), ("c", "call", 0)]
    log = log_of(*events, until=9, customer=["X", "X", "X", "X", "Y"], channel=["web", "app", "phone", "web", None])
    graph = journey_graph(log)
    assert list(graph) == ["call", "visit"]
    names = ("visits", "customers", "starts", "ends", "channel")
    assert [graph.nodes["visit"][name] for name in names] == [3, 1, 2, 1, "web"]
    assert [graph.nodes["call"][name] for name in names] == [2, 2, 1, 2, "phone"]


def test_of_equally_frequent_channels_the_first_in_the_alphabet_is_taken_and_none_where_none_is_known():
    log = log_of(("a", "visit", 0), ("a", "visit", 1), ("a", "call", 2), until=9, channel=["web", "app", None])
    nodes = journey_graph(log).nodes
    assert (nodes["visit"]["channel"], nodes["call"]["channel"]) == ("app", None)


def test_edges_carry_counts_customers_times_and_excess_over_their_own_median():
    events = [
        ("a", "ask", 0),
        ("a", "answer", HOUR),
        ("b", "ask", 0),
        ("b", "answer", 11 * HOUR),
        ("b", "ask", 12 * HOUR),
    ]
    graph = journey_graph(log_of(*events, customer=["X", "X", "X", "X", "X"]))
    assert list(graph.edges) == [("answer", "ask"), ("ask", "answer")]
    edge = graph.edges["ask", "answer"]
    assert (edge["count"], edge["customers"]) == (2, 1)
    assert (edge["median_seconds"], edge["p90_seconds"], edge["excess_seconds"]) == (6 * 3600, 10 * 3600, 5 * 3600)


def test_an_activity_that_follows_itself_has_an_edge_to_itself():
    assert journey_graph(journeys("visit visit visit")).edges["visit", "visit"]["count"] == 2


def test_min_cases_leaves_rare_transitions_out_but_no_touchpoint():
    log = journeys("visit buy", "visit buy", "call buy")
    graph = journey_graph(log, min_cases=2)
    assert list(graph.edges) == [("visit", "buy")]
    assert list(graph) == ["buy", "call", "visit"]


def test_the_graph_knows_the_base_of_its_figures():
    log = log_of(("a", "visit", 0), ("b", "visit", 1), ("b", "buy", 2), until=4, customer=["X", "X", "X"])
    graph = journey_graph(log, goal="buy", end="visit")
    known = {"cases": 2, "customers": 1, "window_seconds": 4 * 86_400.0, "goal": "buy", "end": ["visit"]}
    assert graph.graph == {**known, "early_starts": 2}  # one day is the usual return, and both began within it
    assert journey_graph(summarise(log)).graph["customers"] == 1


def test_what_completes_a_journey_has_no_dropoff():
    nodes = journey_graph(journeys("visit buy", "visit cancel", "visit"), goal="buy", end=["cancel"]).nodes
    rates = ("dropoff_rate", "dropoff_low", "dropoff_high", "naive_rate", "within_seconds")
    assert all(math.isnan(nodes[name][rate]) for name in ("buy", "cancel") for rate in rates)
    assert [(name, nodes[name]["is_goal"], nodes[name]["is_end"]) for name in nodes] == [
        ("buy", True, False),
        ("cancel", False, True),
        ("visit", False, False),
    ]
    assert nodes["visit"]["dropoff_rate"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("within", [None, "2d"])
def test_nodes_carry_the_figures_of_dropoff(within):
    log = journeys("visit call", "visit", "call visit buy", until=5)
    table = dropoff(log, goal="buy", within=within).table.set_index("activity")
    nodes = journey_graph(log, goal="buy", within=within).nodes
    for name in table.index:
        found = [nodes[name][key] for key in ("visits", "dropoff_rate", "dropoff_low", "dropoff_high")]
        assert found == table.loc[name, ["visits", "rate", "low", "high"]].tolist()
        found = [nodes[name][key] for key in ("naive_rate", "within_seconds")]
        assert found == table.loc[name, ["naive_rate", "within_seconds"]].tolist()


# --- flags -----------------------------------------------------------------------------------------------------------


def test_a_dropoff_is_a_touchpoint_that_loses_more_than_the_mean_of_all_visits():
    log = journeys(*["visit quote"] * 20, *["visit quote buy"] * 20)
    nodes = journey_graph(log, goal="buy").nodes
    assert [nodes[name]["dropoff_rate"] for name in ("quote", "visit")] == pytest.approx([0.5, 0])
    assert [name for name in nodes if nodes[name]["is_dropoff"]] == ["quote"]


@pytest.mark.parametrize(("lost", "flagged"), [(4, []), (6, ["survey"])])
def test_a_touchpoint_that_loses_less_than_a_twentieth_of_all_journeys_is_no_dropoff(lost, flagged):
    log = journeys(*["visit survey"] * lost, *["visit buy"] * (100 - lost))
    nodes = journey_graph(log, goal="buy").nodes
    assert nodes["survey"]["dropoff_low"] > lost / 100  # above the mean of all visits
    assert [name for name in nodes if nodes[name]["is_dropoff"]] == flagged


def test_a_touchpoint_of_too_few_customers_to_be_sure_is_no_dropoff():
    log = journeys(*["visit quote"] * 2, "visit quote buy", *["visit buy"] * 3)
    nodes = journey_graph(log, goal="buy").nodes
    assert nodes["quote"]["dropoff_low"] < 2 / 9 < nodes["quote"]["dropoff_rate"]
    assert [name for name in nodes if nodes[name]["is_dropoff"]] == []


def test_a_touchpoint_that_loses_as_much_as_the_others_is_no_dropoff():
    log = journeys(*["visit"] * 20, *["visit buy"] * 20, *["call"] * 20, *["call buy"] * 20)
    nodes = journey_graph(log, goal="buy").nodes
    assert [nodes[name]["dropoff_rate"] for name in ("call", "visit")] == pytest.approx([0.5, 0.5])
    assert [name for name in nodes if nodes[name]["is_dropoff"]] == []


def test_of_many_slow_transitions_the_five_with_the_most_excess_time_are_flagged():
    pairs = [
        (f"{case}{number}", name, day)
        for case, day in (("a", 1), ("b", 3))
        for number in range(7)
        for name, day in ((f"from {number}", 0), (f"to {number}", day + number * 0.1 * (case == "b")))
    ]
    graph = journey_graph(log_of(*pairs))
    slow = [before for before, _, is_slow in graph.edges(data="is_slow") if is_slow]
    assert slow == ["from 2", "from 3", "from 4", "from 5", "from 6"]


def test_a_transition_with_less_than_a_twentieth_of_all_excess_time_is_not_slow():
    def twice(case, long):
        return [(f"{case}1", case, 0), (f"{case}1", "done", 1), (f"{case}2", case, 0), (f"{case}2", "done", long)]

    edges = journey_graph(log_of(*twice("most", 41), *twice("some", 4), *twice("none", 1))).edges
    assert [edges[name, "done"]["excess_seconds"] / 86_400 for name in ("most", "some", "none")] == [20, 1.5, 0]
    assert [before for before, _, is_slow in edges(data="is_slow") if is_slow] == ["most", "some"]
    edges = journey_graph(log_of(*twice("most", 41), *twice("some", 3), *twice("none", 1))).edges
    assert [before for before, _, is_slow in edges(data="is_slow") if is_slow] == ["most"]


# --- laws ------------------------------------------------------------------------------------------------------------


@given(logs())
def test_every_visit_leads_to_another_or_ends_its_journey_so_far(log):
    graph = journey_graph(log)
    for name, node in graph.nodes(data=True):
        assert node["visits"] == node["ends"] + sum(count for *_, count in graph.out_edges(name, data="count"))
        assert node["visits"] == node["starts"] + sum(count for *_, count in graph.in_edges(name, data="count"))
    assert sum(starts for _, starts in graph.nodes(data="starts")) == graph.graph["cases"] == log.num_cases


@settings(max_examples=40)
@given(logs())
def test_a_summary_gives_the_graph_of_its_log(log):
    of_log, of_summary = journey_graph(log), journey_graph(summarise(log))
    assert of_log.graph == of_summary.graph
    assert repr((list(of_log.nodes(data=True)), list(of_log.edges(data=True)))) == repr(
        (list(of_summary.nodes(data=True)), list(of_summary.edges(data=True)))
    )


@settings(max_examples=40)
@given(logs(min_events=1))
def test_the_graph_survives_json(log):
    graph = journey_graph(log, goal=log.activities[0])
    back = nx.node_link_graph(json.loads(json.dumps(nx.node_link_data(graph))))
    assert repr(list(back.nodes(data=True))) == repr(list(graph.nodes(data=True)))
    assert list(back.edges(data=True)) == list(graph.edges(data=True))
    assert back.graph == graph.graph


@given(logs(min_events=1))
def test_edges_carry_the_figures_of_delays(log):
    edges = journey_graph(log).edges
    table = delays(log).table
    assert len(table) == len(edges)
    for row in table.itertuples():
        edge = edges[row.activity, row.next_activity]
        assert (edge["count"], edge["customers"], edge["median_seconds"]) == (
            row.count,
            row.customers,
            row.median_seconds,
        )


# --- errors and edges ------------------------------------------------------------------------------------------------


def test_the_graph_of_no_events_is_empty():
    graph = journey_graph(journeys("visit").where(length=0))
    assert (len(graph), graph.graph["cases"], graph.graph["window_seconds"]) == (0, 0, 0)


def test_a_goal_that_never_occurs_is_an_error_that_names_the_closest():
    with pytest.raises(UnknownActivityError, match=r"activity 'bye' never occurs\. Did you mean 'buy'\?"):
        journey_graph(journeys("visit buy"), goal="bye")


def test_a_window_longer_than_the_log_is_an_error_that_says_which_is_possible():
    with pytest.raises(WindowError, match=r"The longest window it can answer for is 7 d"):
        journey_graph(journeys("visit buy", until=10), within="8d")


def test_the_log_stays_as_it_was():
    log = journeys("visit buy", "visit")
    before = EventLog.of(log.table, sources=log.sources)
    journey_graph(log, goal="buy")
    assert log.equals(before)
