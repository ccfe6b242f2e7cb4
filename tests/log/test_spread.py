"""How customers spread along edges: by hand, and beside a reference that looks at one identifier at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from journeymine.log.edges import Edges, packed
from journeymine.log.spread import IdentityGraph

STRONG, MEDIUM, WEAK = 2, 4, 6  # kinds 0 and 1 are strong, 2 and 3 medium, 4 and 5 weak


def graph(kinds, pairs, *, cap=3, merge=False, apart=()):
    """Make a graph of kinds and pairs of nodes."""
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    is_apart = np.isin(np.arange(len(kinds)), apart)
    edges = Edges.of(packed(left, right), len(kinds))
    return IdentityGraph(np.array(kinds, np.int16), edges, STRONG, MEDIUM, cap, merge, is_apart)


def labels(*args, **options):
    return graph(*args, **options).labels().label.tolist()


def test_an_identifier_goes_to_the_strong_one_it_was_seen_with():
    assert labels([0, 0, 2, 4], [(0, 2), (2, 3)]) == [0, 1, 0, 0]


def test_one_that_reaches_two_customers_is_shared_and_hands_on_nothing():
    assert labels([0, 0, 2, 4], [(0, 2), (1, 2), (2, 3)]) == [0, 1, -1, 3]


def test_a_strong_identifier_is_claimed_by_a_stronger_one():
    assert labels([0, 1, 1], [(0, 1)]) == [0, 0, 2]


def test_weak_identifiers_do_not_gainsay_medium_ones():
    # the address (2) is the first customer's by telephone (3); on the device (4) the second one was seen, too
    found = graph([0, 0, 2, 3, 4], [(0, 3), (2, 3), (2, 4), (1, 4)]).labels()
    assert found.label.tolist() == [0, 1, 0, 0, -1]
    assert found.seen_with.tolist() == [-1, -1, 3, 0, -1]


def test_what_no_strong_identifier_reaches_is_put_together():
    found = graph([2, 3, 4, 4], [(0, 2), (1, 2)]).labels()
    assert found.label.tolist() == [0, 0, 0, 3]
    assert found.seen_with.tolist() == [-1, 2, 0, -1]


def test_the_degree_counts_identifiers_of_one_kind_and_the_cap_is_on_it():
    pairs = [(0, 6), (1, 6), (2, 6), (3, 6), (4, 6), (5, 6)]
    kinds = [0, 0, 2, 3, 3, 3, 4]
    found = graph(kinds, pairs, cap=2).labels()
    assert found.degree.tolist() == [0, 0, 0, 0, 0, 0, 3]
    assert found.over_cap.tolist() == [False] * 6 + [True]
    assert found.label.tolist() == [0, 1, 2, 3, 4, 5, -1]


def test_strong_identifiers_merge_only_when_allowed_and_not_over_the_cap():
    kinds, pairs = [0, 0, 0, 2, 4], [(0, 3), (1, 3), (0, 4), (1, 4), (2, 4)]
    assert labels(kinds, pairs, cap=2) == [0, 1, 2, -1, -1]
    assert labels(kinds, pairs, cap=2, merge=True) == [0, 0, 2, 0, -1]
    assert labels(kinds, pairs, cap=3, merge=True) == [0, 0, 0, 0, 0]


def test_those_that_are_to_stay_apart_do_when_others_merge():
    found = labels([0, 0, 0, 2, 2], [(0, 3), (1, 3), (1, 4), (2, 4)], merge=True, apart=[0])
    assert found == [0, 1, 1, -1, 1]


def test_merged_customers_lead_to_the_first_one_whatever_their_numbers():
    found = graph([0, 0, 0, 2, 2], [(0, 3), (2, 3), (2, 4), (1, 4)], merge=True).labels()
    assert found.label.tolist() == [0] * 5
    assert found.seen_with.tolist() == [-1, 4, 3, 0, 2]


def test_a_chain_of_a_thousand_identifiers_is_followed_to_its_end():
    chain = [(place, place + 1) for place in range(1, 1_000)]
    kinds = [0, 0] + [2] * 999
    assert labels(kinds, [*chain, (0, 1_000)])[2:] == [1] * 499 + [-1] + [0] * 499


# --- beside a reference ----------------------------------------------------------------------------------------------


def reference(kinds, pairs, cap):
    """Find the labels as the documentation tells it, one identifier at a time."""
    size = len(kinds)
    near = {node: {b if a == node else a for a, b in pairs if node in (a, b)} for node in range(size)}
    degree = [max([sum(kinds[o] == k for o in near[n]) for k in range(MEDIUM)]) for n in range(size)]
    shared = {node for node in range(size) if kinds[node] >= STRONG and degree[node] > cap}
    label = {}

    def spread(limit):
        while True:
            found = {}
            for node in (n for n in range(size) if n not in label and n not in shared and kinds[n] < limit):
                others = {label[o] for o in near[node] if o in label and o not in shared and kinds[o] < limit}
                found |= {node: others} if others else {}
            if not found:
                return
            label.update({node: min(others) for node, others in found.items() if len(others) == 1})
            shared.update(node for node, others in found.items() if len(others) > 1)

    for kind in range(STRONG):
        spread(kind + 1)
        label.update({node: node for node in range(size) if kinds[node] == kind and node not in {*label, *shared}})
    spread(MEDIUM)
    spread(WEAK)
    for node in (n for n in range(size) if n not in label and n not in shared):
        reached, fresh = set(), {node}
        while fresh:
            reached |= fresh
            fresh = {o for n in fresh for o in near[n] if o not in label and o not in shared} - reached
        label.update(dict.fromkeys(reached, min(reached)))
    return [label.get(node, -1) for node in range(size)], degree


@st.composite
def graphs(draw):
    kinds = sorted(draw(st.lists(st.sampled_from([0, 0, 1, 2, 2, 3, 4, 5]), min_size=1, max_size=14)))
    ends = st.integers(0, len(kinds) - 1)
    pairs = draw(st.lists(st.tuples(ends, ends).filter(lambda pair: kinds[pair[0]] != kinds[pair[1]]), max_size=22))
    return kinds, sorted({tuple(sorted(pair)) for pair in pairs})


@given(graphs(), st.integers(1, 4))
def test_labels_are_those_of_the_reference(drawn, cap):
    kinds, pairs = drawn
    expected, degree = reference(kinds, pairs, cap)
    found = graph(kinds, pairs, cap=cap).labels()
    assert found.label.tolist() == expected
    assert found.degree.tolist() == degree


@given(graphs(), st.booleans())
def test_every_label_that_came_from_another_is_that_of_the_witness_and_leads_to_one_that_has_its_own(drawn, merge):
    kinds, pairs = drawn
    found = graph(kinds, pairs, merge=merge).labels()
    for node, witness in enumerate(found.seen_with.tolist()):
        steps = 0
        while witness >= 0:
            assert tuple(sorted((node, witness))) in pairs
            assert found.label[node] == found.label[witness]
            node, witness, steps = witness, found.seen_with[witness], steps + 1
            assert steps < len(kinds)


@given(graphs(), st.integers(1, 4))
def test_where_merging_is_allowed_customers_are_connected_components(drawn, cap):
    kinds, pairs = drawn
    found = graph(kinds, pairs, cap=cap, merge=True).labels()
    live = [pair for pair in pairs if not found.over_cap[list(pair)].any()]
    parts = list(range(len(kinds)))
    for left, right in live * len(kinds):
        parts[left] = parts[right] = min(parts[left], parts[right])
    assert [part for node, part in enumerate(parts) if not found.over_cap[node]] == [
        label for node, label in enumerate(found.label.tolist()) if not found.over_cap[node]
    ]
    assert (found.label[found.over_cap] == -1).all()
