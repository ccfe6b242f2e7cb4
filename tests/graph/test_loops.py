from collections import defaultdict

import networkx as nx
import numpy as np
import pytest
from hypothesis import given

from journeymine.graph.loops import loops
from journeymine.summary.summarise import summarise
from tests.graph.traces import journeys, sequences_of
from tests.small import log_of
from tests.strategies import logs

COLUMNS = ["activities", "customers", "cases", "share", "returns", "median_returns"]


def rows(table):
    assert list(table) == COLUMNS
    return list(table.itertuples(index=False, name=None))


def test_a_journey_is_stuck_if_it_comes_back_after_it_went_on_to_another_touchpoint_of_the_loop():
    log = journeys("visit call mail call mail", "visit mail", "call mail")
    assert rows(loops(log)) == [(("call", "mail"), 1, 1, pytest.approx(1 / 3), 2, 2.0)]


def test_a_journey_that_leaves_the_loop_and_comes_back_was_not_stuck_in_between():
    log = journeys("call mail call", "call mail visit call mail")
    found = {activities: (cases, returns) for activities, _, cases, _, returns, _ in rows(loops(log, min_cases=1))}
    assert found == {("call", "mail", "visit"): (2, 3)}  # visit is part of the loop: it leads back
    log = journeys("call mail call", "call mail visit", "call mail visit")
    assert rows(loops(log)) == [(("call", "mail"), 1, 1, pytest.approx(1 / 3), 1, 1.0)]


def test_a_touchpoint_that_follows_itself_is_a_loop_of_its_own_and_no_return_in_a_larger_one():
    log = journeys("call call call mail call", "call call")
    assert rows(loops(log)) == [
        (("call",), 2, 2, 1.0, 3, 1.5),
        (("call", "mail"), 1, 1, 0.5, 1, 1.0),
    ]


def test_a_loop_that_no_journey_goes_round_is_not_shown():
    assert rows(loops(journeys("call mail", "mail call"))) == []


def test_customers_count_once_however_many_of_their_journeys_are_stuck():
    events = [(case, name, day) for case in ("a", "b", "c") for day, name in enumerate(["call", "mail", "call"])]
    log = log_of(*events, customer=["X"] * 6 + ["Y"] * 3)
    assert rows(loops(log)) == [(("call", "mail"), 2, 3, 1.0, 3, 1.0)]


def test_loops_of_more_customers_come_first_then_those_of_more_cases():
    log = journeys("a a", "b b", "b b", "c d c")
    assert [row[0] for row in rows(loops(log))] == [("b",), ("a",), ("c", "d")]


def test_rare_transitions_make_one_loop_of_everything_unless_they_are_left_out():
    log = journeys(*["visit call mail call buy"] * 9, "visit buy visit")
    assert [row[0] for row in rows(loops(log))] == [("buy", "call", "mail", "visit")]
    assert rows(loops(log, min_cases=2)) == [(("call", "mail"), 9, 9, 0.9, 9, 1.0)]


def test_an_unread_event_ends_the_stay():
    unread = [False, False, True, False, False, False]
    events = [(case, name, day) for case in ("a", "b") for day, name in enumerate(["call", "mail", "call"])]
    table = loops(log_of(*events, after_unread=unread))
    assert rows(table) == [(("call", "mail"), 1, 1, 0.5, 1, 1.0)]


def test_a_summary_does_not_know_customers():
    log = journeys("call mail call", "mail", "mail mail")
    of_log, of_summary = loops(log), loops(summarise(log))
    assert of_summary["customers"].isna().all()
    assert of_summary.drop(columns="customers").equals(of_log.drop(columns="customers"))
    assert of_summary["customers"].dtype == of_log["customers"].dtype


def test_the_empty_log_has_no_loops():
    assert rows(loops(journeys("a b a").where(length=0))) == []


@given(logs())
def test_loops_are_those_found_by_walking_through_every_journey(log):
    graph = nx.DiGraph()
    for trace in sequences_of(log):
        nx.add_path(graph, trace)
    parts = [tuple(sorted(part)) for part in nx.strongly_connected_components(graph) if len(part) > 1]
    walked = {}
    for part in parts + [(name,) for name in nx.nodes_with_selfloops(graph)]:
        counts = [returns for trace in sequences_of(log) if (returns := walk(trace, part))]
        if counts:
            walked[part] = (len(counts), sum(counts), float(np.median(counts)))
    assert {row[0]: (row[2], row[4], row[5]) for row in rows(loops(log))} == walked


def walk(trace, part):
    """Count how often a journey comes back in a loop, one event after the other."""
    seen, before, returns = set(), None, 0
    for name in trace:
        if len(part) == 1:
            returns += name == before == part[0]
        elif name not in part:
            seen = set()
        elif name != before:
            returns += name in seen
            seen.add(name)
        before = name
    return returns


@given(logs(named=True))
def test_customers_are_those_with_a_journey_that_is_stuck(log):
    owners = defaultdict(set)
    customers = [log.table["customer"].to_pylist()[place] for place in log.offsets[:-1]]
    table = loops(log)
    for customer, trace in zip(customers, sequences_of(log), strict=True):
        for part in table["activities"]:
            if walk(trace, part):
                owners[part].add(customer)
    assert dict(zip(table["activities"], table["customers"], strict=True)) == {
        part: len(found) for part, found in owners.items()
    }
