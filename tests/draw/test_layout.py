"""The layout: laws for any graph, and what a person expects of small ones."""

import numpy as np
from hypothesis import given, settings

from journeymine.draw.crossings import count_crossings
from journeymine.draw.flow import depth_first_order, flow_order
from journeymine.draw.layers import arrange
from journeymine.draw.layout import Footprint, lay_out
from tests.draw.graphs import weighted_edges

NOTES = Footprint(40, 60, before=30, after=50)


def laid_out(nodes, weights, room=NOTES, **options):
    names = [str(node) for node in range(nodes)]
    named = {(str(u), str(v)): weight for (u, v), weight in weights.items()}
    return lay_out({way: dict.fromkeys(names, room) for way in ("right", "down")}, named, **options)


def corners(box):
    return box.x - box.width / 2, box.y - box.height / 2, box.x + box.width / 2, box.y + box.height / 2


def inside(points, box, slack=0.5):
    left, top, right, bottom = corners(box)
    x, y = points.T
    return (x > left + slack) & (x < right - slack) & (y > top + slack) & (y < bottom - slack)


@settings(max_examples=30)
@given(weighted_edges())
def test_every_touchpoint_has_a_box_and_no_two_overlap(drawn):
    nodes, weights = drawn
    boxes = laid_out(nodes, weights).boxes
    assert sorted(boxes, key=int) == [str(node) for node in range(nodes)]
    places = [corners(box) for box in boxes.values()]
    for first, one in enumerate(places):
        for other in places[first + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@settings(max_examples=30)
@given(weighted_edges())
def test_every_path_between_touchpoints_has_a_route_and_none_runs_through_a_box(drawn):
    nodes, weights = drawn
    layout = laid_out(nodes, weights, thickness={})
    assert set(layout.routes) == {(str(u), str(v)) for u, v in weights if u != v}
    for route in layout.routes.values():
        points = route.sampled(20)
        assert not any(inside(points, box).any() for box in layout.boxes.values())


@settings(max_examples=30)
@given(weighted_edges())
def test_no_route_runs_through_what_is_written_beside_a_box(drawn):
    nodes, weights = drawn
    layout = laid_out(nodes, weights)
    for name, box in layout.boxes.items():
        across = np.array((0.0, 1.0) if layout.direction == "right" else (1.0, 0.0))
        for source, route in layout.routes.items():
            if name not in source:
                points = route.sampled(20) - (NOTES.after - NOTES.before) / 2 * across
                grown = type(box)(box.x, box.y, *(np.array((box.width, box.height)) + 80 * across))
                assert not inside(points, grown).any()


@settings(max_examples=30)
@given(weighted_edges())
def test_routes_join_the_sides_of_their_boxes(drawn):
    nodes, weights = drawn
    layout = laid_out(nodes, weights)
    for (source, target), route in layout.routes.items():
        for name, point in ((source, route.points[0]), (target, np.array(route.tip))):
            left, top, right, bottom = corners(layout.boxes[name])
            near = (min(abs(point[0] - left), abs(point[0] - right)), min(abs(point[1] - top), abs(point[1] - bottom)))
            assert near[layout.direction == "down"] < 1e-6
            assert inside(point[None], layout.boxes[name], slack=-1e-6).all()


@settings(max_examples=30)
@given(weighted_edges())
def test_the_same_graph_is_laid_out_alike_each_time(drawn):
    first, second = laid_out(*drawn), laid_out(*drawn)
    assert (first.boxes, first.direction, first.bounds) == (second.boxes, second.direction, second.bounds)
    assert all(np.array_equal(route.points, second.routes[edge].points) for edge, route in first.routes.items())


@settings(max_examples=30)
@given(weighted_edges())
def test_everything_lies_within_the_bounds(drawn):
    layout = laid_out(*drawn)
    left, top, right, bottom = layout.bounds
    points = [np.array([corners(box)[:2], corners(box)[2:]]) for box in layout.boxes.values()]
    x, y = np.vstack([*points, *(route.sampled() for route in layout.routes.values())]).T
    assert (left <= x).all()
    assert (x <= right).all()
    assert (top <= y).all()
    assert (y <= bottom).all()


@settings(max_examples=30)
@given(weighted_edges())
def test_a_path_that_runs_forward_enters_a_later_layer_and_one_that_runs_back_an_earlier_one(drawn):
    nodes, weights = drawn
    layout = laid_out(nodes, weights)
    axis = "x" if layout.direction == "right" else "y"
    for (source, target), route in layout.routes.items():
        ahead = getattr(layout.boxes[target], axis) - getattr(layout.boxes[source], axis)
        assert (ahead < 0) == route.back


def test_both_ways_between_two_touchpoints_keep_apart():
    layout = laid_out(2, {(0, 1): 10, (1, 0): 5}, thickness={("0", "1"): 4.0, ("1", "0"): 3.0})
    there, back = (layout.routes[edge].sampled(20) for edge in (("0", "1"), ("1", "0")))
    distance = np.hypot(*(there[:, None] - back[None]).transpose(2, 0, 1)).min()
    assert distance > (4.0 + 3.0) / 2


def test_a_long_chain_runs_down_and_a_wide_fan_to_the_right_so_that_both_fit_a_page():
    assert laid_out(12, {(node, node + 1): 5 for node in range(11)}).direction == "down"
    assert laid_out(20, {(0, node): 5 for node in range(1, 20)}, Footprint(80, 120)).direction == "right"


def test_layers_follow_the_strongest_flow_and_the_weak_edge_runs_back():
    layers = arrange(3, {(0, 1): 90, (1, 2): 90, (2, 0): 1})
    assert [row[0] for row in layers.rows] == [0, 1, 2]
    assert layers.back == {(2, 0)}


def test_a_touchpoint_without_paths_stands_in_the_first_layer():
    assert arrange(3, {(1, 2): 4}).rows == ((0, 1), (2,))


def test_crossings_that_can_be_avoided_are():
    assert arrange(6, {(0, 4): 1, (1, 3): 1, (2, 5): 1, (0, 3): 1}).num_crossings == 0
    assert count_crossings([[0, 1, 2], [3, 4, 5]], [(0, 4), (1, 3), (2, 5), (0, 3)]) == 1


def test_main_paths_are_crossed_less_than_others():
    edges = {(0, 3): 9, (1, 4): 9, (2, 5): 9, (0, 5): 9, (2, 3): 9, (1, 3): 9, (0, 4): 9, (1, 5): 9, (2, 4): 9}
    main = {(0, 5), (1, 3), (2, 4)}
    layers = arrange(6, edges, main)
    assert layers.only(range(6), main).num_crossings == 0
    assert layers.num_crossings == 9  # as any order of these


@settings(max_examples=30)
@given(weighted_edges())
def test_the_order_of_depth_has_every_node_once(drawn):
    nodes, weights = drawn
    assert sorted(depth_first_order(nodes, weights)) == list(range(nodes))


@settings(max_examples=30)
@given(weighted_edges())
def test_the_flow_order_has_every_node_once(drawn):
    nodes, weights = drawn
    assert sorted(flow_order(nodes, weights)) == list(range(nodes))


def test_nothing_is_laid_out_as_nothing():
    assert laid_out(0, {}).boxes == {}
