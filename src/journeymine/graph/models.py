"""Process models by pm4py: the only module that imports it, inside functions, when asked."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from journeymine.errors import OptionError, UnknownOptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    from pm4py import Marking, PetriNet, ProcessTree
    from pm4py.objects.dfg.obj import DFG

__all__ = ["Model", "discover", "variants_by_pm4py"]

Variant = tuple[str, ...]

METHODS: Final = ("inductive", "dfg")
MOST_VARIANTS: Final = 1_000
"""The inductive method takes no more variants than this by itself: beyond, it takes minutes."""


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A process model of journeys.

    Attributes
    ----------
    method
        ``"inductive"`` or ``"dfg"``.
    tree
        pm4py's process tree.
    activities
        The activities that occur in it, sorted. pm4py may lose rare ones to `noise`.
    cases_used
        Journeys it was made from.
    share_used
        Of all journeys.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a"], "activity": ["ask", "answer"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z"]})
    >>> model = jm.discover(log)
    >>> model.text, model.activities, model.share_used
    ("->( 'ask', 'answer' )", ('answer', 'ask'), 1.0)
    """

    method: str
    tree: ProcessTree
    activities: tuple[str, ...]
    cases_used: int
    share_used: float

    @property
    def text(self) -> str:
        """The tree in one line: ``->`` is a sequence, ``X`` a choice, ``+`` in any order, ``*`` a loop, tau nothing."""
        return str(self.tree)

    def petri_net(self) -> tuple[PetriNet, Marking, Marking]:
        """Give the same model as a Petri net.

        Returns
        -------
        net : pm4py.PetriNet
            Its visible transitions are activities.
        initial, final : pm4py.Marking
            Where a journey begins, and where it is complete.
        """
        with _quiet():
            import pm4py

            return pm4py.convert_to_petri_net(self.tree)

    def __repr__(self) -> str:
        used = f"{self.cases_used:,} journeys ({self.share_used:.0%})"
        return f"<Model {self.method} · {len(self.activities)} activities · {used}>\n{self.text}"


def discover(
    log: EventLog | Summary,
    *,
    method: Literal["inductive", "dfg"] = "inductive",
    noise: float = 0.2,
    top: int | None = None,
) -> Model:
    """Discover a process model with pm4py.

    Parameters
    ----------
    log
        A log or a summary.
    method
        ``"inductive"``: the inductive miner on the variants [1]_, [2]_. ``"dfg"``: the inductive miner on the graph of
        transitions [3]_, which takes no longer however many variants there are, but knows less of what happens in any
        order.
    noise
        Leave out transitions with fewer passes than this share of the most frequent one from the same touchpoint:
        ``"inductive"`` where it finds no structure with them, so that with 0 every journey used fits the model;
        ``"dfg"`` at once, but for those that a touchpoint cannot be reached or left without.
    top
        Use only the most frequent variants. By default ``"inductive"`` uses 1,000 at most, ``"dfg"`` all journeys.

    Returns
    -------
    Model
        A process tree, which says how many of the journeys it was made from.

    Raises
    ------
    UnknownOptionError
        If there is no such method.
    OptionError
        If `noise` is not in [0, 1], or `top` is not positive.

    Notes
    -----
    pm4py is licensed under AGPL-3.0-or-later and takes seconds to import; only this function and
    ``variants(engine="pm4py")`` do. Its time grows with the third power of the number of activities.

    References
    ----------
    .. [1] Leemans, Fahland & van der Aalst (2013), Discovering block-structured process models from event logs: a
       constructive approach, PETRI NETS, LNCS 7927.
    .. [2] Leemans, Fahland & van der Aalst (2014), Discovering block-structured process models from event logs
       containing infrequent behaviour, BPM Workshops, LNBIP 171.
    .. [3] Leemans, Fahland & van der Aalst (2018), Scalable process discovery and conformance checking, Software &
       Systems Modeling 17(2).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": list("aaabbb"), "activity": ["ask", "call", "answer", "ask", "mail", "answer"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in range(1, 7)]})
    >>> jm.discover(log)
    <Model inductive · 4 activities · 2 journeys (100%)>
    ->( 'ask', X( 'call', 'mail' ), 'answer' )
    """
    if method not in METHODS:
        raise UnknownOptionError("there is no method {name!r} to discover a model", method, METHODS)
    if not 0 <= noise <= 1:
        raise OptionError(f"noise is a share and must lie between 0 and 1, not {noise!r}")
    if top is not None and top < 1:
        raise OptionError(f"top must be at least 1, not {top!r}")
    summary = as_summary(log, "variants", "follows")
    with _quiet():
        tree, cases = _mined(summary, method, noise, top)
    return Model(method, tree, _activities(tree), cases, cases / max(summary.num_cases, 1))


def _mined(summary: Summary, method: str, noise: float, top: int | None) -> tuple[ProcessTree, int]:
    if method == "dfg" and top is None:
        return _of_graph(_graph(summary), noise), summary.num_cases
    variants = _frequent(summary, top or MOST_VARIANTS)
    cases = sum(variants.values())
    if method == "inductive":
        return _of_variants(variants, noise), cases
    from pm4py.util.compression.util import discover_dfg_uvcl

    return _of_graph(discover_dfg_uvcl(variants), noise), cases


def _frequent(summary: Summary, most: int) -> Counter[Any]:
    counts = summary.overall("variants")
    order = np.argsort(-counts["count"], kind="stable")[:most]
    names = summary.sequences.tuples(counts["variant"][order], list(summary.activities))
    return Counter(dict(zip(names, counts["count"][order].tolist(), strict=True)))


def _of_variants(variants: Counter[Any], noise: float) -> ProcessTree:
    """Mine as pm4py itself does from events; its entrance takes no variants."""
    from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
    from pm4py.algo.discovery.inductive.variants.im import IMUVCL
    from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL

    options = {"noise_threshold": noise, "multiprocessing": False}
    miner = IMFUVCL(options) if noise else IMUVCL(options)
    return _tidied(miner.apply(IMDataStructureUVCL(variants), options))


def _graph(summary: Summary) -> DFG:
    from pm4py.objects.dfg.obj import DFG

    names, follows = (None, *summary.activities), summary.overall("follows")
    before, after = ([names[code] for code in follows[key].tolist()] for key in ("activity", "next_activity"))
    rows = list(zip(before, after, follows["count"].tolist(), strict=True))
    return DFG(
        {(before, after): count for before, after, count in rows if before is not None and after is not None},
        {after: count for before, after, count in rows if before is None},
        {before: count for before, after, count in rows if after is None},
    )


def _of_graph(graph: DFG, noise: float) -> ProcessTree:
    import pm4py

    try:
        return pm4py.discover_process_tree_inductive(_without_noise(graph, noise))
    except IndexError as error:  # of a part of the graph that nothing leads to
        raise OptionError(
            "pm4py finds no model in this graph of transitions. Use method='inductive', or another noise="
        ) from error


def _without_noise(graph: DFG, noise: float) -> DFG:
    """Leave rare transitions out, but keep every activity on a way of frequent ones from the start to the end."""
    from pm4py.objects.dfg.obj import DFG

    most = Counter(graph.end_activities)
    for (before, _), count in graph.graph.items():
        most[before] = max(count, most[before])
    ways = _ways(graph.graph, graph.start_activities)
    ways |= {(before, after) for after, before in _ways(_reversed(graph.graph), graph.end_activities)}
    kept = {pair: count for pair, count in graph.graph.items() if count >= noise * most[pair[0]] or pair in ways}
    return DFG(kept, graph.start_activities, graph.end_activities)


def _ways(passes: Mapping[Any, int], starts: Mapping[str, int]) -> set[tuple[Any, Any]]:
    """Give the transitions of the way along the most frequent ones from the start to each activity."""
    import networkx as nx

    start = object()
    graph = nx.DiGraph()
    graph.add_node(start)
    graph.add_weighted_edges_from((before, after, 1 / count) for (before, after), count in passes.items())
    graph.add_weighted_edges_from((start, after, 1 / count) for after, count in starts.items())
    ways = nx.single_source_dijkstra_path(graph, start)
    return {pair for way in ways.values() for pair in pairwise(way) if pair[0] is not start}


def _reversed(passes: Mapping[Any, int]) -> dict[tuple[str, str], int]:
    return {(after, before): count for (before, after), count in passes.items()}


def _tidied(tree: ProcessTree) -> ProcessTree:
    from pm4py.objects.process_tree.utils import generic

    tree = generic.fold(tree)
    generic.tree_sort(tree)
    return tree


def _activities(tree: ProcessTree) -> tuple[str, ...]:
    """Give the labels of the leaves, sorted."""
    nodes, labels = [tree], set()
    while nodes:
        node = nodes.pop()
        nodes += node.children
        labels.add(node.label)
    return tuple(sorted(labels - {None}))


def variants_by_pm4py(log: EventLog) -> tuple[list[Variant], np.ndarray, np.ndarray, int, int]:
    """Count variants with pm4py.

    Parameters
    ----------
    log
        A log; pm4py gets a sorted copy of three of its columns.

    Returns
    -------
    names : list of tuple of str
        The variants: frequent ones first, equal ones in the order of the alphabet.
    cases : numpy.ndarray
        How many journeys took each, int64, shape (variants,).
    median_seconds : numpy.ndarray
        Median time from first to last event, shape (variants,).
    num_cases, num_variants : int
        Of the log.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": list("aabcc"), "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> variants_by_pm4py(log)
    ([('visit', 'buy'), ('visit',)], array([2, 1]), array([129600., 0.]), 3, 2)
    """
    import pandas as pd

    frame = log.to_pm4py()
    with _quiet():
        import pm4py
        from pm4py.statistics.traces.generic.pandas.case_statistics import get_variants_df_with_case_duration

        counts: Any = pm4py.get_variants(frame)
        spans = get_variants_df_with_case_duration(frame)
    which, found = pd.factorize(spans["variant"].map(tuple).to_numpy(object))
    medians = dict(enumerate(spans["caseDuration"].groupby(which).median()))
    order = sorted(range(len(found)), key=lambda place: (-counts[found[place]], found[place]))
    names = [found[place] for place in order]
    cases = np.array([counts[name] for name in names], np.int64)
    return names, cases, np.array([medians[place] for place in order], float), int(cases.sum()), len(names)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pm4py's warnings about its own code from the user, and the filters that it sets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
