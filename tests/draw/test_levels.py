"""Levels of detail: the usual map is one, touchpoints keep their places among the others, nothing is drawn over."""

from itertools import combinations, pairwise

import networkx as nx
import numpy as np

from journeymine.draw.layers import Layers
from journeymine.draw.levels import Levels
from journeymine.draw.selection import select
from tests.draw.graphs import crowd, insurer


def test_the_usual_map_is_one_of_the_levels_and_shows_the_same():
    levels = Levels(crowd(30, 7))
    usual = levels.plans[levels.sizes.index(levels.start)]
    assert set(usual.selection.paths) == set(select(crowd(30, 7)).paths)
    assert set(usual.touchpoints) == set(select(crowd(30, 7)).touchpoints)


def test_levels_grow_from_a_few_paths_to_all_and_each_holds_the_one_before():
    levels = Levels(crowd(30, 7))
    assert levels.sizes[0] < 12
    assert levels.sizes[-1] == len(levels.paths) == crowd(30, 7).number_of_edges()
    for smaller, larger in pairwise(levels.plans):
        assert set(smaller.selection.paths) < set(larger.selection.paths)
        assert set(smaller.touchpoints) <= set(larger.touchpoints)


def test_touchpoints_keep_their_order_from_level_to_level():
    levels = Levels(crowd(30, 7))
    assert len({plan.layout.direction for plan in levels.plans}) == 1
    fullest = levels.plans[-1]
    for plan in levels.plans[:-1]:
        assert flow(plan) == [name for name in flow(fullest) if name in plan.touchpoints]


def flow(plan):
    """Give the touchpoints along the flow, then across it, from layer to layer."""
    names = list(plan.touchpoints)
    return [names[vertex] for row in plan.layers.rows for vertex in row if vertex < len(names)]


def test_at_no_level_a_path_runs_through_a_box_or_a_box_over_another():
    for plan in Levels(crowd(30, 7)).plans:
        boxes = plan.layout.boxes
        for route in plan.layout.routes.values():
            x, y = route.sampled(20).T
            for box in boxes.values():
                wide, high = np.abs(x - box.x) < box.width / 2 - 0.5, np.abs(y - box.y) < box.height / 2 - 0.5
                assert not (wide & high).any()
        for one, other in combinations(boxes.values(), 2):
            apart = abs(one.x - other.x) >= (one.width + other.width) / 2 - 1e-6
            assert apart or abs(one.y - other.y) >= (one.height + other.height) / 2 - 1e-6


def test_a_touchpoint_without_any_path_is_there_at_every_level():
    graph = insurer()
    graph.add_node("visit at a fair", **{**graph.nodes["quote"], "starts": 9})
    assert all("visit at a fair" in plan.touchpoints for plan in Levels(graph).plans)


def test_a_graph_without_paths_has_one_level():
    graph = nx.DiGraph()
    graph.add_node("visit", visits=10, starts=10, dropoff_rate=0.4)
    assert Levels(graph).sizes == [0]
    assert list(Levels(graph).plans[0].touchpoints) == ["visit"]


def test_layers_that_lose_nodes_and_edges_keep_the_order_of_the_rest():
    layers = Layers(((0, 1), (4, 2), (3,)), {(0, 3): (0, 4, 3), (1, 2): (1, 2), (2, 3): (2, 3)}, frozenset([(2, 3)]))
    fewer = layers.only([3, 0, 1], [(0, 3)])
    assert fewer.rows == ((1, 2), (0,))  # the layer of the bend has no node any more
    assert fewer.chains == {(1, 0): (1, 0)}
    assert fewer.back == frozenset()
