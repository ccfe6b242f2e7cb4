"""Where somebody who was silent for long is heard again."""

from __future__ import annotations

import numpy as np

from journeymine.durations import Duration, to_microseconds

__all__ = ["after_silence"]


def after_silence(times: np.ndarray, offsets: np.ndarray, gap: Duration | None) -> np.ndarray:
    """Tell which events come first, or after a long silence.

    Parameters
    ----------
    times
        Microseconds since 1970 of each event, ascending for each owner, int64, shape (events,).
    offsets
        First event of each owner and the end of the last, shape (owners + 1,).
    gap
        A longer time since the event before is a silence; None if none is.

    Returns
    -------
    numpy.ndarray
        bool, shape (events,).

    Examples
    --------
    >>> after_silence(np.array([0, 5, 95, 0]), np.array([0, 3, 4]), "60us").tolist()
    [True, False, True, True]
    """
    begins = np.zeros(len(times), bool)
    begins[offsets[:-1]] = True
    if gap is not None:
        begins[1:] |= np.diff(times) > to_microseconds(gap)
    return begins
