"""Whose an event on a device is, by the logins before and after it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.log.logins import by_time

NOBODY = -1


def found(events, *, usual=NOBODY, window=10, backfill="window"):
    """Give the customers of events on one device, each a time and who logged in then or None."""
    times, owners = zip(*events, strict=True)
    known = [NOBODY if owner is None else owner for owner in owners]
    size = len(events)
    columns = np.full(size, 99), np.array(times), np.array(known), np.full(size, usual)
    return by_time(*columns, window=window, backfill=backfill).tolist()


def test_on_a_shared_device_an_event_is_of_who_logged_in_last():
    assert found([(0, 1), (4, None), (5, 2), (6, None)]) == [1, 1, 2, 2]


def test_the_login_before_counts_more_than_a_nearer_one_after():
    assert found([(0, 1), (9, None), (10, 2)]) == [1, 1, 2]


def test_without_a_login_before_it_is_of_who_logs_in_next():
    assert found([(0, None), (9, 2), (30, 3), (41, None)]) == [2, 2, 3, NOBODY]


@pytest.mark.parametrize(("gap", "owner"), [(10, 1), (11, NOBODY)])
def test_a_login_reaches_as_far_as_the_window_on_a_shared_device(gap, owner):
    assert found([(0, 1), (gap, None)])[1] == owner
    assert found([(0, None), (gap, 1)])[0] == owner


def test_on_a_device_of_one_customer_a_login_reaches_on_for_ever():
    assert found([(0, 1), (1_000, None)], usual=1) == [1, 1]


@pytest.mark.parametrize(("backfill", "owners"), [("all", [1, 1, 1]), ("window", [99, 1, 1]), ("none", [99, 99, 1])])
def test_back_filling_reaches_to_the_first_event_or_by_the_window_or_not_at_all(backfill, owners):
    assert found([(0, None), (95, None), (100, 1)], usual=1, backfill=backfill) == owners


def test_without_back_filling_no_login_reaches_back_on_a_shared_device():
    assert found([(0, None), (1, 2)], backfill="none") == [NOBODY, 2]


def test_a_device_that_nobody_logged_in_on_is_of_whom_it_is_known_to_be():
    assert found([(0, None), (50, None)], usual=7, backfill="none") == [7, 7]


def test_at_the_moment_of_a_login_the_device_is_of_who_logged_in():
    assert found([(5, None), (5, 3), (5, 2)]) == [2, 3, 2]


def test_nothing_gives_nothing():
    empty = np.empty(0, np.int64)
    assert by_time(empty, empty, empty, empty, window=1, backfill="all").tolist() == []


EVENTS = st.lists(st.tuples(st.integers(90, 92), st.integers(0, 30), st.sampled_from([NOBODY, NOBODY, 1, 2])))


@given(EVENTS, st.integers(1, 12), st.sampled_from(["all", "window", "none"]), st.randoms())
def test_events_on_shared_devices_are_those_of_the_nearest_logins_whatever_their_order(
    events, window, backfill, chance
):
    def expected(thing, time, owner):
        logins = [(when, who) for device, when, who in events if device == thing and who != NOBODY]
        before = [(time - when, who) for when, who in logins if 0 <= time - when <= window]
        after = [(when - time, -who) for when, who in logins if 0 < when - time <= window]
        if owner != NOBODY:
            return owner
        if before:
            return min(before)[1]
        return -min(after)[1] if after and backfill != "none" else NOBODY

    chance.shuffle(events)
    things, times, owners = (
        np.array(column, np.int64) for column in (zip(*events, strict=True) if events else [()] * 3)
    )
    got = by_time(things, times, owners, np.full(len(events), NOBODY), window=window, backfill=backfill)
    assert got.tolist() == [expected(*event) for event in events]
