"""The one sort, at sizes where it works in blocks."""

import numpy as np
import pytest

from journeymine.log.order import case_order


@pytest.mark.parametrize(
    ("events", "cases", "span"),
    [
        pytest.param(100_000, 70_000, 10**9, id="more cases than a block holds"),
        pytest.param(100_000, 40_000, 4 * 10**14, id="blocks that span decades"),
        pytest.param(100_000, 3, 10**6, id="few long cases"),
        pytest.param(100_000, 50_000, 100, id="many ties"),
    ],
)
def test_events_of_any_size_stand_by_case_then_time_then_arrival(events, cases, span):
    rng = np.random.default_rng(0)
    codes = np.unique(rng.integers(0, cases, events), return_inverse=True)[1]
    times = rng.integers(-span, span, events)
    offsets, places, ordered = case_order(codes, times, codes.max() + 1)
    assert (places == np.lexsort((times, codes))).all()
    assert (ordered == times[places]).all()
    assert (np.diff(offsets) == np.bincount(codes)).all()


def test_events_in_order_stay_where_they_are():
    codes, times = np.repeat(np.arange(1_000), 5), np.tile(np.arange(5), 1_000)
    assert (case_order(codes, times, 1_000)[1] == np.arange(5_000)).all()


def test_no_events_have_no_order():
    offsets, places, _ = case_order(np.empty(0, np.int32), np.empty(0, np.int64), 0)
    assert (offsets.tolist(), places.tolist()) == ([0], [])
