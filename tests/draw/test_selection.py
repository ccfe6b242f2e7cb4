"""What a map shows."""

import pytest

from journeymine.draw.selection import MOST_TOUCHPOINTS, USUAL_PATHS, select
from tests.draw.graphs import crowd, insurer


def test_a_small_graph_is_shown_whole():
    shown = select(insurer())
    assert len(shown.touchpoints) == 8
    assert len(shown.paths) == 14


def test_paths_come_most_frequent_first_and_touchpoints_most_visited_first():
    shown = select(insurer())
    assert shown.paths[0] == ("home page", "quote")
    assert shown.touchpoints[:2] == ["quote", "home page"]


@pytest.mark.parametrize("wanted", [1, 5, 9])
def test_each_touchpoint_keeps_its_strongest_path_in_and_out(wanted):
    graph = insurer()
    kept = set(select(graph, wanted).paths)
    for name in graph:
        for others in (graph.in_edges(name), graph.out_edges(name)):
            counts = {edge: graph.edges[edge]["count"] for edge in others if edge[0] != edge[1]}
            assert not counts or max(counts, key=counts.get) in kept


def test_a_slow_path_is_shown_however_rare_it_is():
    graph = insurer()
    graph.edges["home page", "mail received"].update(count=1, is_slow=True)
    assert ("home page", "mail received") in select(graph).paths
    graph.edges["home page", "mail received"]["is_slow"] = False
    assert ("home page", "mail received") not in select(graph).paths


def test_too_many_touchpoints_and_paths_are_cut_to_what_can_be_followed():
    shown = select(crowd(60, 7))
    assert len(shown.touchpoints) == MOST_TOUCHPOINTS
    assert len(shown.paths) <= max(USUAL_PATHS, 2 * MOST_TOUCHPOINTS)


def test_a_touchpoint_with_a_mark_is_shown_before_others():
    graph = crowd(60, 7)
    graph.nodes["touchpoint 59"]["is_goal"] = True
    assert "touchpoint 59" in select(graph).touchpoints


def test_hardly_visited_touchpoints_are_shown_only_where_the_number_of_paths_is_given():
    graph = insurer()
    graph.nodes["call"]["visits"] = 3
    assert "call" not in select(graph).touchpoints
    assert "call" in select(graph, 14).touchpoints
