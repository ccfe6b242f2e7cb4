"""Whose an event on a shared device is: of whoever logged in there last, or else of who does next."""

from __future__ import annotations

from typing import Literal

import numpy as np

__all__ = ["Backfill", "by_time"]

Backfill = Literal["all", "window", "none"]


def by_time(
    things: np.ndarray,
    times: np.ndarray,
    owners: np.ndarray,
    usual: np.ndarray,
    *,
    window: int,
    backfill: Backfill,
) -> np.ndarray:
    """Give events on devices to who logged in there before or after them.

    Parameters
    ----------
    things
        The device (cookie, …) of each event, int, shape (n,).
    times
        Microseconds since 1970, int64, shape (n,).
    owners
        Customer that something stronger in the event names, int, shape (n,); -1 where it names none. An event with
        an owner is a login.
    usual
        Whose the device is where it is one customer's, else -1, int, shape (n,); the same for all its events.
    window
        How far a login reaches on a device of several customers, in microseconds.
    backfill
        How far a login reaches back on a device of one customer: to its first event, by the window, or not at all. On
        a device of several customers it is by the window, or not at all.

    Returns
    -------
    numpy.ndarray
        Customer of each event, int, shape (n,). On a device of several, the nearest login before, within the window,
        counts more than any after; where there is none, -1. On a device of one customer, an event that no login
        reaches is the device's own; without any login, all its events are that customer's.

    Examples
    --------
    >>> found = by_time(np.zeros(4, int), np.array([0, 10, 20, 99]), np.array([7, -1, 8, -1]), np.full(4, -1),
    ...     window=30, backfill="window")
    >>> found.tolist()
    [7, 7, 8, -1]
    """
    order = np.lexsort((-owners, owners < 0, times, things))  # at one moment logins come first, the last is the lowest
    things, times, owners, usual = (column[order] for column in (things, times, owners, usual))
    before, after = _nearest_logins(things, owners)
    one = usual >= 0
    reached = (before >= 0) & (one | (times - times[before] <= window))
    reached_back = (after >= 0) & (backfill != "none") & (times[after] - times <= window)
    if backfill == "all":
        reached_back |= (after >= 0) & one
    several = np.where(reached, owners[before], np.where(reached_back, owners[after], -1))
    alone = one & ~reached & ~reached_back & ((before >= 0) | (after >= 0))
    guest = np.where(alone, things, np.where(one, usual, several))
    found = np.empty_like(guest)
    found[order] = np.where(owners >= 0, owners, guest)
    return found


def _nearest_logins(things: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the places of the logins before and after each event on its device, -1 for none, each of shape (n,)."""
    places, is_login = np.arange(len(things)), owners >= 0
    before = np.maximum.accumulate(np.where(is_login, places, -1))
    after = np.minimum.accumulate(np.where(is_login, places, len(places))[::-1])[::-1]
    after[after == len(places)] = -1
    for login in (before, after):
        login[(login >= 0) & (things[login] != things)] = -1
    return before, after
