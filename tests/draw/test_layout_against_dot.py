"""Crossings, held against those of Graphviz' dot on the same graphs."""

import re
import shutil
import subprocess

import pytest

import journeymine as jm
from journeymine.draw.layers import arrange
from journeymine.draw.selection import select
from tests.draw.graphs import crowd, insurer

pytestmark = pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz' dot is not on this machine")

LOGS = {"01_running-example": None, "02_teleclaims": None, "08_receipt": None, "helpdesk": None}


def crossings(graph, paths):
    """Count them in our layers, and in dot's, for so many paths of a graph."""
    shown = select(graph, paths)
    number = {name: place for place, name in enumerate(shown.touchpoints)}
    edges = [(u, v) for u, v in shown.paths if u != v]
    weights = {(number[u], number[v]): graph.edges[u, v]["count"] for u, v in edges}
    return arrange(len(number), weights).num_crossings, crossings_of_dot(len(number), weights)


def crossings_of_dot(nodes, weights):
    edges = (f"{u} -> {v} [weight={max(round(count**0.5), 1)}];" for (u, v), count in weights.items())
    source = f"digraph {{ {' '.join(f'{node};' for node in range(nodes))} {' '.join(edges)} }}"
    said = subprocess.run(["dot", "-v", "-Tplain"], input=source, capture_output=True, text=True, check=True).stderr
    return int(re.findall(r"mincross .*: (\d+) crossings", said)[-1])


@pytest.mark.parametrize("graph", [insurer(), crowd(16, 5), crowd(30, 7), crowd(60, 11)], ids=len)
def test_on_the_usual_map_lines_cross_no_more_often_than_in_dot(graph):
    ours, others = crossings(graph, None)
    assert ours <= others


def test_on_full_maps_lines_cross_no_more_often_than_in_dot_taken_together():
    counts = [crossings(crowd(size, every), 100) for size, every in ((16, 5), (30, 7), (60, 11))]
    assert sum(ours for ours, _ in counts) <= sum(others for _, others in counts)


@pytest.mark.slow
def test_in_real_logs_lines_cross_no_more_often_than_in_dot(shared_file):
    logs = [jm.read_xes(shared_file(f"data/logs/{name}.xes.gz"), tz=tz) for name, tz in LOGS.items()]
    counts = [crossings(jm.journey_graph(log), paths) for log in logs for paths in (None, 50, 100)]
    assert all(ours <= others for ours, others in counts[::3])  # the usual maps
    assert sum(ours for ours, _ in counts) <= sum(others for _, others in counts)
