"""Answers to surveys as touchpoints: what they are called, and their scores on their scales."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError
from journeymine.log import columns
from journeymine.sources.checks import Check

__all__ = ["OFF_SCALE", "UNFINISHED", "activity_of", "check_scale", "numbers_of", "scales_of"]

_ANSWERED: Final = "survey answered"
UNFINISHED: Final = "survey left unfinished"

_METRICS: Final = {"nps": "0-10", "enps": "0-10", "csat": None, "ces": None}
"""Well-known questions, and the scales of those that always have the same one."""

_SCALE: Final = r"^\s*(?P<low>-?\d+(?:\.\d+)?)\s*(?:-|–|to|\.\.)\s*(?P<high>-?\d+(?:\.\d+)?)\s*$"
_NUMBER: Final = r"^\s*-?\d{1,9}(\.\d+)?\s*$"


def check_scale(scale: str | None) -> None:
    """See that a scale is one.

    Parameters
    ----------
    scale
        Such as ``"0-10"``; None for none.

    Raises
    ------
    OptionError
        If it does not say where it begins and ends.
    """
    if scale is not None and not columns.is_true(pc.match_substring_regex(pa.array([scale]), _SCALE)).all():
        raise OptionError(f"scale={scale!r} does not say where it begins and ends; write it as '0-10' or '1-5'")


def activity_of(metrics: pa.Array) -> pa.Array:
    """Name the touchpoint.

    Parameters
    ----------
    metrics
        What was measured, such as ``"nps"``; null where it is not said.

    Returns
    -------
    pyarrow.Array
        ``survey answered``, with the metric behind it.

    Examples
    --------
    >>> activity_of(pa.array(["nps", "delivery", None])).to_pylist()
    ['survey answered: NPS', 'survey answered: delivery', 'survey answered']
    """
    names = pa.array([*_METRICS], pa.string())
    written = pc.if_else(pc.is_in(pc.utf8_lower(metrics), names), pc.utf8_upper(metrics), metrics)
    named = pc.binary_join_element_wise(_ANSWERED, written, ": ")
    return pc.coalesce(named, pa.scalar(_ANSWERED))


def scales_of(scales: pa.Array, metrics: pa.Array, scale: str | None) -> pa.Array:
    """Give the scale of each score.

    Parameters
    ----------
    scales
        What the file says.
    metrics
        What was measured.
    scale
        Of all others.

    Returns
    -------
    pyarrow.Array
        Such as ``"0-10"``, which that of NPS always is; null where nobody knows.
    """
    known = {name: fixed for name, fixed in _METRICS.items() if fixed is not None}
    places = pc.index_in(pc.utf8_lower(metrics), value_set=pa.array([*known]))
    return pc.coalesce(scales, pa.array([*known.values()]).take(places), pa.scalar(scale, pa.string()))


def numbers_of(scores: pa.Array) -> pa.Array:
    """Give scores as numbers.

    Parameters
    ----------
    scores
        Text or numbers.

    Returns
    -------
    pyarrow.Array
        Floats; null where a score is no number.
    """
    texts = scores.cast(pa.string())
    return pc.if_else(pc.match_substring_regex(texts, _NUMBER), texts, pa.scalar(None, pa.string())).cast(pa.float64())


def _off_scale(answers: pa.Table) -> pa.Array:
    ends = pc.extract_regex(columns.whole(answers["scale"]), _SCALE)
    low, high = (pc.struct_field(ends, name).cast(pa.float64()) for name in ("low", "high"))
    scores = columns.whole(answers["score"])
    return pc.or_(pc.less(scores, low), pc.greater(scores, high))


OFF_SCALE: Final = Check("off_scale", "a score that is not on its scale", _off_scale)
"""Refuses answers whose ``score`` is not on their ``scale``, where both are known."""
