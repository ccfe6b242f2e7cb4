"""Which events a question is about: conditions on events, and on whole cases."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.durations import Duration, to_microseconds
from journeymine.errors import OptionError, UnknownActivityError, UnknownNameError, UnknownOptionError
from journeymine.log import columns
from journeymine.log.schema import TIME

if TYPE_CHECKING:
    from journeymine.log.eventlog import EventLog

__all__ = ["By", "Labels", "Moment", "moment", "selected", "told"]

By = Literal["event", "case"]
_SHOWN = 3
Labels = str | Collection[str]
Moment = str | datetime


def selected(log: EventLog, keep: Any = None, *, by: By = "event", **conditions: Any) -> np.ndarray:
    """Tell which events fulfil all conditions.

    Parameters
    ----------
    log
        The log.
    keep
        True for each event to keep, shape (num_events,).
    by
        ``"case"`` keeps a case whole if one of its events fulfils the conditions on events.
    **conditions
        As `EventLog.where` has them; None stands for a condition that was not given.

    Returns
    -------
    numpy.ndarray
        bool, shape (num_events,).
    """
    if by not in get_args(By):
        raise UnknownOptionError("by cannot be {name!r}", by, get_args(By))
    given = {name: value for name, value in conditions.items() if value is not None}
    of_cases = {name: given.pop(name) for name in _OF_CASES if name in given}
    events = _fitting_events(log, keep, given)
    if by == "case" and events is not None:
        events = _per_event(log, np.logical_or.reduceat(events, log.offsets[:-1]) if log.num_cases else events)
    cases = [_per_event(log, _OF_CASES[name](log, value)) for name, value in of_cases.items()]
    return reduce(np.logical_and, [*cases, *([] if events is None else [events])], np.ones(log.num_events, bool))


def told(keep: Any = None, *, by: By = "event", **conditions: Any) -> str:
    """Say in words what is chosen.

    Parameters
    ----------
    keep, by, **conditions
        As `selected` takes them.

    Returns
    -------
    str
        Such as ``"channel web; passes ask"``; of long lists the first three.

    Examples
    --------
    >>> told(channel="web", passes=["ask", "call"], length=(2, None))
    'channel web; passes ask, call; length 2 to any'
    """
    given = {name.replace("_", " "): value for name, value in conditions.items() if value is not None}
    parts = [] if keep is None else ["chosen events"]
    parts += [f"{name} {_spelled(name, value)}" for name, value in given.items()]
    return "; ".join(parts or ["all"]) + (" (whole journeys)" if by == "case" else "")


def _spelled(name: str, value: Any) -> str:
    if name == "length" and isinstance(value, tuple):
        return " to ".join("any" if end is None else str(end) for end in value)
    if isinstance(value, str) or not isinstance(value, Collection):
        return str(value)
    first = ", ".join(map(str, list(value)[:_SHOWN]))
    return first if len(value) <= _SHOWN else f"{first} and {len(value) - _SHOWN:,} more"


def _per_event(log: EventLog, cases: np.ndarray) -> np.ndarray:
    return np.repeat(cases, np.diff(log.offsets))


# --- conditions on events --------------------------------------------------------------------------------------------


def _fitting_events(log: EventLog, keep: Any, given: dict[str, Any]) -> np.ndarray | None:
    masks = [] if keep is None else [_mask(keep, log.num_events)]
    if "since" in given:
        masks.append(pc.greater_equal(log.table["timestamp"], moment(given.pop("since"))))
    if "until" in given:
        masks.append(pc.less_equal(log.table["timestamp"], moment(given.pop("until"))))
    masks += [_labelled(log, name, wanted) for name, wanted in given.items()]
    return columns.is_true(reduce(pc.and_, masks)) if masks else None


def _mask(keep: Any, events: int) -> pa.Array:
    mask = pa.array(keep)
    if not pa.types.is_boolean(mask.type) or len(mask) != events:
        raise OptionError(
            f"where needs one truth value for each of the {events:,} events, not {len(mask):,} {mask.type}"
        )
    return mask


def _labelled(log: EventLog, name: str, wanted: Labels) -> pa.Array:
    labels, values = log.labels(name), _listed(wanted)
    if len(values) and not pc.any(pc.is_in(values, labels.dictionary)).as_py() and log.num_events:
        raise UnknownNameError(f"{name} {{name!r}} does not occur", values[0].as_py(), labels.dictionary.to_pylist())
    return pc.is_in(labels, values)


def _listed(wanted: Labels) -> pa.Array:
    try:
        return pa.array([wanted] if isinstance(wanted, str) else list(wanted), pa.string())
    except (TypeError, pa.ArrowInvalid) as error:
        raise OptionError(f"{wanted!r} is neither a label nor a list of labels") from error


def moment(when: Moment) -> pa.Scalar:
    """Give a time with a zone as a scalar.

    Parameters
    ----------
    when
        Such as ``"2024-05-31T23:59:59Z"``.

    Returns
    -------
    pyarrow.Scalar
        In UTC.

    Raises
    ------
    OptionError
        If it is no time, or has no zone.
    """
    try:
        when = datetime.fromisoformat(when) if isinstance(when, str) else when
    except ValueError as error:
        raise OptionError(f"{when!r} is not a time; write it as '2024-05-31T23:59:59Z'") from error
    if when.tzinfo is None:
        raise OptionError(f"{when.isoformat()} has no time zone; write {when.isoformat()}Z for UTC")
    return pa.scalar(when, TIME)


# --- conditions on whole cases ---------------------------------------------------------------------------------------


def _is_one_of(log: EventLog, wanted: Labels) -> np.ndarray:
    """Tell which events are of some activities."""
    names = _listed(wanted).to_pylist()
    for name in names:
        if name not in log.activities:
            raise UnknownActivityError("activity {name!r} never occurs", name, log.activities)
    return columns.is_true(pc.is_in(log.labels("activity"), pa.array(names, pa.string())))


def _starts_with(log: EventLog, wanted: Labels) -> np.ndarray:
    return _is_one_of(log, wanted)[log.offsets[:-1]]


def _ends_with(log: EventLog, wanted: Labels) -> np.ndarray:
    return _is_one_of(log, wanted)[log.offsets[1:] - 1]


def _passes(log: EventLog, wanted: Labels) -> np.ndarray:
    each = [_any_of_case(log, _is_one_of(log, name)) for name in _listed(wanted).to_pylist()]
    return reduce(np.logical_and, each, np.ones(log.num_cases, bool))


def _avoids(log: EventLog, wanted: Labels) -> np.ndarray:
    return ~_any_of_case(log, _is_one_of(log, wanted))


def _any_of_case(log: EventLog, events: np.ndarray) -> np.ndarray:
    running = np.concatenate(([0], np.cumsum(events)))
    return running[log.offsets[1:]] > running[log.offsets[:-1]]


def _follows(log: EventLog, steps: tuple[Any, ...]) -> np.ndarray:
    if isinstance(steps, str) or len(steps) not in (2, 3):
        raise OptionError(f"follows is (before, after) or (before, after, within), not {steps!r}")
    before, after, *window = steps
    first, second = (np.flatnonzero(_is_one_of(log, name)) for name in (before, after))
    case_end = log.offsets[np.searchsorted(log.offsets, first, side="right")]
    place = np.append(second, log.num_events)[np.searchsorted(second, first, side="right")]
    reached = place < case_end
    waited = log.times[place[reached]] - log.times[first[reached]]
    kept = place[reached] if not window else place[reached][waited <= to_microseconds(window[0])]
    found = np.zeros(log.num_events, bool)
    found[kept] = True
    return _any_of_case(log, found)


def _within(log: EventLog, longest: Duration) -> np.ndarray:
    return log.times[log.offsets[1:] - 1] - log.times[log.offsets[:-1]] <= to_microseconds(longest)


def _length(log: EventLog, wanted: int | tuple[int | None, int | None]) -> np.ndarray:
    least, most = (wanted, wanted) if isinstance(wanted, int) else wanted
    lengths = np.diff(log.offsets)
    return (lengths >= (least or 0)) & (lengths <= (log.num_events if most is None else most))


_OF_CASES: dict[str, Callable[[EventLog, Any], np.ndarray]] = {
    "starts_with": _starts_with,
    "ends_with": _ends_with,
    "passes": _passes,
    "avoids": _avoids,
    "follows": _follows,
    "within": _within,
    "length": _length,
}
