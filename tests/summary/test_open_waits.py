"""Open waits: by hand."""

import numpy as np

from journeymine.summary.counts import Counts
from journeymine.summary.open_waits import open_waits
from journeymine.summary.quantiles import Durations

SECOND = 1_000_000


def counts(names, rows):
    *keys, count = (np.array(column) for column in zip(*rows, strict=True))
    return Counts(dict(zip(names, keys, strict=True)), {"count": count}, is_loose=True)


def test_visits_without_a_next_event_count_if_their_source_ended_before_the_limit():
    names = ["activity", "next_activity", "duration"]
    gaps = counts(names, [(1, 0, 9 * SECOND, 2), (1, 0, 10 * SECOND, 4), (1, 2, 1, 8), (3, 0, 1, 16), (1, 0, 0, 32)])
    times = Durations(
        counts(names, [(1, 2, 5, 1), (1, 4, 5, 1), (2, 1, 5, 1), (3, 1, 5, 1)]), ("activity", "next_activity")
    )
    assert open_waits(gaps, times, np.array([10, 11, 10, 0.0])).tolist() == [34, 38, 0, 0]
