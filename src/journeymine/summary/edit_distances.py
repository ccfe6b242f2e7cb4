"""How different two courses are: the share of the longer one that must be changed to get the other."""

from __future__ import annotations

import numpy as np

from journeymine.summary.sequences import Sequences

__all__ = ["edit_distances"]


def edit_distances(sequences: Sequences) -> np.ndarray:
    """Give the normalised Levenshtein distance of all pairs of courses.

    Parameters
    ----------
    sequences
        Courses, none of them empty.

    Returns
    -------
    numpy.ndarray
        In [0, 1], shape (courses, courses), symmetric: the fewest activities to put in, take out or replace [1]_, over
        the number of activities of the longer course.

    Notes
    -----
    All pairs at once, one row of the dynamic programme after the other. Putting in depends on the place before; a
    running minimum takes it out of the loop.

    References
    ----------
    .. [1] Levenshtein (1966), Binary codes capable of correcting deletions, insertions, and reversals, Soviet Physics
       Doklady 10(8).

    Examples
    --------
    >>> edit_distances(Sequences(np.array([0, 2, 5]), np.array([1, 2, 1, 3, 2], np.uint32))).round(2).tolist()
    [[0.0, 0.33], [0.33, 0.0]]
    """
    lengths = np.diff(sequences.offsets)
    longest = int(lengths.max(initial=0))
    places = np.arange(longest + 1)
    padded = np.zeros((len(lengths), longest), sequences.codes.dtype)
    padded[places[:-1] < lengths[:, None]] = sequences.codes
    one, two = np.triu_indices(len(lengths), 1)
    changes, row = np.zeros(len(one)), np.broadcast_to(places, (len(one), longest + 1))
    for place in places[:-1]:
        replaced = row[:, :-1] + (padded[two] != padded[one, place, None])
        best = np.column_stack((np.full(len(one), place + 1), np.minimum(replaced, row[:, 1:] + 1)))
        row = np.minimum.accumulate(best - places, axis=1) + places
        over = lengths[one] == place + 1
        changes[over] = row[over, lengths[two[over]]]
    distances = np.zeros((len(lengths), len(lengths)))
    distances[one, two] = distances[two, one] = changes / np.maximum(lengths[one], lengths[two])
    return distances
