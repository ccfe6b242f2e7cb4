"""Whose each identifier is: what was seen, what a person or a model says, and the rules that weigh them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from journeymine.log.corrections import Told
from journeymine.log.edges import Edges, packed
from journeymine.log.identifiers import TIERS, tier
from journeymine.log.numbering import Identifiers
from journeymine.log.pairs import Pairs
from journeymine.log.spread import IdentityGraph

__all__ = ["Persons", "Reason", "find_persons"]

_STRONG, _MEDIUM, _WEAK = range(len(TIERS))
_BEFORE_THE_LOG: Final = np.iinfo(np.int64).min


class Reason(IntEnum):
    """Why an identifier belongs to whom it does."""

    OWN = 0
    SEEN = 1
    PAIR = 2
    HAND = 3
    SHARED = 4
    BY_TIME = 5
    OVER_CAP = 6
    BLOCKED = 7
    NAMES_NOBODY = 8
    HAND_NOBODY = 9


@dataclass(frozen=True)
class Persons:
    """Whose each identifier is.

    Attributes
    ----------
    owner
        The identifier that names its customer, int32, shape (nodes,); -1 for nobody.
    reason
        Why, as a `Reason`, int8, shape (nodes,).
    seen_with
        The identifier it has its customer from, int32, shape (nodes,); -1 for none.
    degree
        Of strong or medium identifiers of one kind, how many it was seen with at most, int32, shape (nodes,).
    tier
        The weakest tier on its way to its customer, as its place in ``TIERS``, int8, shape (nodes,).
    probability
        Of the identifiers whose customer a model's pair tells, that of the pair.
    """

    owner: np.ndarray
    reason: np.ndarray
    seen_with: np.ndarray
    degree: np.ndarray
    tier: np.ndarray
    probability: dict[int, float]


def find_persons(
    ids: Identifiers,
    edges: Edges,
    times: np.ndarray,
    blocked: np.ndarray,
    told: Told,
    pairs: Pairs,
    *,
    cap: int,
    merge: bool,
) -> Persons:
    """Find out whose each identifier is.

    Parameters
    ----------
    ids
        All identifiers.
    edges
        Which of them were seen together.
    times
        Microseconds since 1970 of the log's events.
    blocked
        ``Reason.BLOCKED`` or ``Reason.NAMES_NOBODY`` where an identifier stands for nobody, else 0, int8, shape
        (nodes,).
    told
        What a person decided, which counts more than all else.
    pairs
        What a model found.
    cap
        An identifier that is not strong and was seen with more than this many of one strong or medium kind is shared.
    merge
        Whether strong identifiers become one customer where they hang together.

    Returns
    -------
    Persons
        The same whatever the order of rows.
    """
    said = _said(told, blocked)
    by_hand, tiers = said == Reason.HAND, [tier(kind) for kind in ids.names]
    graph = IdentityGraph(
        ids.kinds,
        _that_count(edges, ids.kinds, pairs, told.node, by_hand, said >= Reason.BLOCKED),
        num_strong=tiers.count("strong"),
        num_medium=len(tiers) - tiers.count("weak"),
        cap=cap,
        merge=merge,
        apart=by_hand & (told.node == np.arange(len(ids), dtype=np.int32)),
    )
    labels = graph.labels()
    label = np.where(said >= Reason.BLOCKED, np.int32(-1), labels.label[told.node])
    seen_with = np.where(by_hand | (label < 0), np.int32(-1), labels.seen_with)
    probability = _by_pairs(pairs, seen_with)
    reason = _reasons(said, label, seen_with, labels.over_cap, ids.tiers)
    reason[list(probability)] = Reason.PAIR
    way = np.where(
        reason == Reason.PAIR, np.maximum(ids.tiers, _MEDIUM), np.where(by_hand, np.int8(_STRONG), ids.tiers)
    )
    owner = _named(ids, times, told.node, label)
    return Persons(owner, reason, seen_with, labels.degree[told.node], _weakest(way, seen_with), probability)


def _said(told: Told, blocked: np.ndarray) -> np.ndarray:
    """Give what is said of identifiers, a person's word first; who gets one by hand is not blocked any more."""
    said = blocked.copy()
    said[told.anything], said[told.nobody] = Reason.HAND, Reason.HAND_NOBODY
    receivers = told.node[said == Reason.HAND]
    said[receivers] = np.where(said[receivers] == Reason.HAND, Reason.HAND, Reason.OWN)
    return said


def _that_count(
    edges: Edges, kinds: np.ndarray, pairs: Pairs, node: np.ndarray, by_hand: np.ndarray, out: np.ndarray
) -> Edges:
    """Give the edges that count: of an identifier given by hand, only those to weaker ones do."""
    kept = edges.where(~(out[edges.near] | out[edges.far])) if out.any() else edges
    if not (by_hand.any() or len(pairs.left)):
        return kept
    near, far = kept.near, kept.far
    downward = (kinds[near] < kinds[far]) & ~by_hand[far]  # each edge once
    near, far = node[near[downward]], node[far[downward]]
    seen = packed(near[near != far], far[near != far])
    free = ~(out | by_hand)
    modelled = free[pairs.left] & free[pairs.right]
    return Edges.of(np.concatenate((seen, packed(pairs.left[modelled], pairs.right[modelled]))), edges.nodes)


def _by_pairs(pairs: Pairs, seen_with: np.ndarray) -> dict[int, float]:
    """Give the identifiers that have their customer through a pair, and its probability, the highest of several."""
    found: dict[int, float] = {}
    for here, there in ((pairs.left, pairs.right), (pairs.right, pairs.left)):
        mine = seen_with[here] == there
        for node, probability in zip(here[mine].tolist(), pairs.probability[mine].tolist(), strict=True):
            found[node] = max(probability, found.get(node, 0))
    return found


def _reasons(
    said: np.ndarray, label: np.ndarray, seen_with: np.ndarray, over_cap: np.ndarray, tiers: np.ndarray
) -> np.ndarray:
    reasons, nobody = np.full(len(said), Reason.OWN, np.int8), label < 0
    reasons[seen_with >= 0] = Reason.SEEN
    reasons[nobody] = Reason.SHARED
    reasons[nobody & (tiers == _WEAK)] = Reason.BY_TIME
    reasons[nobody & over_cap] = Reason.OVER_CAP
    return np.where(said > Reason.OWN, said, reasons)


def _weakest(tier: np.ndarray, seen_with: np.ndarray) -> np.ndarray:
    """Give the weakest tier on the way from each identifier to its customer, in steps that double."""
    way, weakest = seen_with.copy(), tier.astype(np.int8)
    going = np.flatnonzero(way >= 0)
    while len(going):
        weakest[going] = np.maximum(weakest[going], weakest[way[going]])
        way[going] = way[way[going]]
        going = going[way[going] >= 0]
    return weakest


def _named(ids: Identifiers, times: np.ndarray, node: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Name each customer by its strongest identifier, of several of that kind by the one that was seen first."""
    name = np.arange(len(label), dtype=np.int32)
    equal = (label >= 0) & (node == name) & (ids.kinds == ids.kinds[label])
    contested = np.zeros(len(label), bool)
    contested[label[equal & (label != name)]] = True
    candidates = np.flatnonzero(equal & contested[label])
    if len(candidates):
        first_seen = _first_seen(ids, times, candidates)
        best = candidates[np.lexsort((candidates, first_seen[candidates]))[::-1]]
        name[label[best]] = best  # the last one written stays
    return np.where(label >= 0, name[label], np.int32(-1))


def _first_seen(ids: Identifiers, times: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Give the time identifiers were first seen; what is known from elsewhere was known before the log."""
    is_wanted = np.zeros(len(ids) + 1, bool)
    is_wanted[wanted] = True
    first = np.where(ids.elsewhere, _BEFORE_THE_LOG, np.iinfo(np.int64).max)
    for nodes in ids.rows.values():
        mine = is_wanted[nodes]
        np.minimum.at(first, nodes[mine], times[mine])
    return first
