"""Journey graphs made by hand, and drawn by hypothesis."""

from itertools import pairwise

import networkx as nx
from hypothesis import strategies as st

__all__ = ["HOSTILE", "crowd", "differing", "hostile", "insurer", "weighted_edges"]

HOSTILE = [
    "</script><img src=x onerror=alert(1)><!--<script>",
    "$x$ \\frac{",
    "]]>",
    "a,b\n\"c\" 'd' &amp;",
    "Öffnen ☎",
    "-->",
    "%s {0} #ffffff font-family: 'DejaVu Sans'",
    "\x00\x1f bell",
]
"""Names that break careless code."""


def _graph(nodes, edges):
    graph = nx.DiGraph()
    for name, visits, starts, rate, channel, marks in nodes:
        facts = {"visits": visits, "customers": visits, "starts": starts, "dropoff_rate": rate, "channel": channel}
        graph.add_node(name, **facts, is_dropoff="drop" in marks, is_goal="goal" in marks, is_end="end" in marks)
    for source, target, count, median, slow in edges:
        graph.add_edge(source, target, count=count, customers=count, median_seconds=median, is_slow=slow)
    return graph


def insurer():
    """Eight touchpoints on three channels, with a drop-off, a slow path, a step back, a loop, a goal and an end."""
    none = float("nan")
    return _graph(
        [
            ("home page", 1765, 1500, 0.16, "web", ""),
            ("quote", 2521, 400, 0.14, "web", ""),
            ("call", 900, 300, 0.11, "phone", ""),
            ("mail received", 1300, 250, 0.08, "mail", ""),
            ("mail sent", 1100, 0, 0.15, "mail", ""),
            ("identity check", 1593, 0, 0.44, "web", "drop"),
            ("policy", 562, 0, none, "web", "goal"),
            ("cancelled", 210, 0, none, "web", "end"),
        ],
        [
            ("home page", "quote", 1400, 2_400.0, False),
            ("quote", "identity check", 1200, 130_000.0, False),
            ("quote", "quote", 314, 90_000.0, False),
            ("quote", "call", 420, 9_000.0, False),
            ("call", "quote", 349, 90_000.0, False),
            ("call", "mail received", 120, 90_000.0, False),
            ("quote", "mail received", 700, 130_000.0, False),
            ("mail received", "mail sent", 1000, 259_200.0, True),
            ("mail sent", "mail received", 300, 130_000.0, False),
            ("mail sent", "quote", 402, 172_800.0, False),
            ("mail sent", "cancelled", 110, 172_800.0, False),
            ("identity check", "policy", 545, 130_000.0, False),
            ("identity check", "cancelled", 100, 172_800.0, False),
            ("home page", "mail received", 180, 30_000.0, False),
        ],
    )


def differing():
    """The insurer's graph with three differences beyond chance: a drop-off, a path more and a path less often made."""
    graph = insurer()
    real = {("quote", "call"): 0.12, ("quote", "mail received"): -0.07}
    for *place, facts in [*graph.edges(data=True), *graph.nodes(data=True)]:
        size = real.get(tuple(place), 0.2 if place == ["identity check"] else 0.01)
        facts |= {"difference": size, "low": size - 0.04, "high": size + 0.04, "is_different": abs(size) > 0.01}
    return graph


def hostile():
    """A path through all hostile names and back."""
    names = [(name, 100 - place, 10, 0.2, name, "") for place, name in enumerate(HOSTILE)]
    steps = list(pairwise(HOSTILE))
    return _graph(names, [(u, v, 50 - place, 60.0, place == 0) for place, (u, v) in enumerate(steps)])


def crowd(touchpoints, every):
    """Many touchpoints: each leads to the next one, and some to one further on."""
    names = [f"touchpoint {number:02}" for number in range(touchpoints)]
    nodes = [(name, 5_000 - 10 * number, 100, 0.1, "web", "") for number, name in enumerate(names)]
    steps = [(number, number + 1) for number in range(touchpoints - 1)]
    steps += [(number, (number * every + 3) % touchpoints) for number in range(touchpoints)]
    edges = {(names[u], names[v]): 900 - 5 * u - v for u, v in steps if u != v}
    return _graph(nodes, [(u, v, count, 3_600.0, False) for (u, v), count in edges.items()])


@st.composite
def weighted_edges(draw):
    """Draw the number of nodes, and the weights of edges between them, loops included."""
    nodes = draw(st.integers(1, 12))
    number = st.integers(0, nodes - 1)
    edges = draw(st.dictionaries(st.tuples(number, number), st.integers(1, 1_000), max_size=3 * nodes))
    return nodes, edges
