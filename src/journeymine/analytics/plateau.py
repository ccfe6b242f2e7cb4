"""A plateau: neighbouring gaps between which what journeys tell hardly moves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["JOINED", "MOVED", "Plateau", "plateau_of"]

JOINED: Final = 0.05
"""Share of journeys that a doubling of the gap may join with the one before."""

MOVED: Final = 0.02
"""How much a doubling of the gap may change any rate."""

_EVENTS: Final = 1.1  # events a journey: with fewer, the gap is too short to join anything yet
_RATES: Final = ("goal_rate", "top_share", "dropoff_rate")


class Plateau(NamedTuple):
    """Neighbouring gaps between which answers hardly move.

    Attributes
    ----------
    first_seconds, last_seconds
        Its shortest and longest gap.
    joined
        Largest share of journeys that a doubling of the gap joins with the one before.
    moved
        Largest change of any rate with a doubling of the gap.
    """

    first_seconds: float
    last_seconds: float
    joined: float
    moved: float


def plateau_of(table: pd.DataFrame) -> Plateau | None:
    """Find the longest plateau.

    Parameters
    ----------
    table
        As `journeymine.GapSensitivity` has it: every gap with the same figures in the same order.

    Returns
    -------
    Plateau or None
        At least a doubling of the gap long; of equally long ones the first.

    Examples
    --------
    >>> import pandas as pd
    >>> figures = {"journeys_per_customer": [9, 4, 3.9, 3], "events_per_journey": [1, 2, 2, 3], "goal_rate": [0.1, 0.2,
    ...     0.21, 0.3]}
    >>> table = pd.DataFrame([(days * 86_400, name, "", value) for name, values in figures.items()
    ...     for days, value in zip([1, 7, 14, 30], values)], columns=["gap_seconds", "figure", "activity", "value"])
    >>> plateau_of(table)._replace(joined=None, moved=None)
    Plateau(first_seconds=604800.0, last_seconds=1209600.0, joined=None, moved=None)
    """
    gaps = np.unique(table["gap_seconds"].to_numpy(float))
    doublings = np.diff(np.log2(gaps))
    journeys, events, rates = (
        _values(table, names) for names in (["journeys_per_customer"], ["events_per_journey"], _RATES)
    )
    joined = (1 - journeys[0, 1:] / journeys[0, :-1]) / doublings
    moved = np.abs(np.diff(rates)).max(axis=0) / doublings
    calm = (joined <= JOINED) & (moved <= MOVED) & (events[0, :-1] >= _EVENTS)
    runs = [list(run) for is_calm, run in groupby(range(len(calm)), key=calm.__getitem__) if is_calm]
    longest = max(runs, key=lambda run: doublings[run].sum(), default=[])
    if not longest or doublings[longest].sum() < 1 - 1e-9:
        return None
    first, last = float(gaps[longest[0]]), float(gaps[longest[-1] + 1])
    return Plateau(first, last, float(joined[longest].max()), float(moved[longest].max()))


def _values(table: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Give figures at each gap, shape (figures, gaps)."""
    rows = table.loc[table["figure"].isin(names)].sort_values("gap_seconds", kind="stable")
    return rows["value"].to_numpy(float).reshape(table["gap_seconds"].nunique(), -1).T
