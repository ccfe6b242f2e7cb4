"""What the picture of a funnel says of each step."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from journeymine.analytics.result import percent
from journeymine.draw.steps import Step
from journeymine.durations import format_duration
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["funnel_steps"]

_NAMED = 2  # what those who stopped did next, at most


def funnel_steps(table: pd.DataFrame, went_on: pd.DataFrame | None) -> list[Step]:
    """Say how many reach each step, how many go on, how long that takes, and what the others do.

    Parameters
    ----------
    table, went_on
        As `journeymine.Funnel` has them.

    Returns
    -------
    list of Step
        In order.
    """
    rows = table.to_dict("records")
    steps = [_first(rows[0])]
    for before, row in pairwise(rows):
        told = [f"{percent(row['step_share'])} go on{_interval(row, 'step')}", _taken(row), _others(before, went_on)]
        note = f"{row['cases']:,} · {percent(row['start_share'])} of start{_interval(row, 'start')}"
        low, high = (row.get(f"start_{side}", np.nan) for side in ("low", "high"))
        share = float(np.nan_to_num(row["start_share"]))
        steps.append(Step(row["step"], share, low, high, note, " · ".join(filter(None, told))))
    return steps


def _first(row: dict[str, Any]) -> Step:
    return Step(row["step"], float(row["cases"] > 0), np.nan, np.nan, counted(row["cases"], "journey"))


def _interval(row: dict[str, Any], figure: str) -> str:
    low, high = (100 * row.get(f"{figure}_{side}", np.nan) for side in ("low", "high"))
    return f" ({low:.0f} – {high:.0f})" if high >= low else ""


def _taken(row: dict[str, Any]) -> str:
    return f"median {format_duration(row['median_seconds'])}" if row["median_seconds"] >= 0 else ""


def _others(row: dict[str, Any], went_on: pd.DataFrame | None) -> str:
    """Say what most of those who stopped at a step did next."""
    if went_on is None:
        return ""
    most = went_on.loc[went_on["step"] == row["step"]].head(_NAMED).to_dict("records")
    said = [f"{next_one['next_activity'] or 'nothing more'} {percent(next_one['share'])}" for next_one in most]
    return f"the others: {', '.join(said)}" if said else ""
