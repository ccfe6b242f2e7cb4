"""The Summary: all that analyses need of a log, additive over customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType, ModuleType
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.errors import FormatError, OptionError, UnknownActivityError, UnknownNameError, UnknownOptionError
from journeymine.log import store
from journeymine.summary import (
    channels,
    customers,
    follows,
    gaps,
    spans,
    starts,
    switch_gaps,
    switches,
    times,
    variants,
    visits,
)
from journeymine.summary.counts import Counts
from journeymine.summary.sequences import Sequences

__all__ = ["PARTS", "Summary"]

PARTS: Final[Mapping[str, ModuleType]] = MappingProxyType(
    {
        "customers": customers,
        "starts": starts,
        "visits": visits,
        "channels": channels,
        "follows": follows,
        "times": times,
        "gaps": gaps,
        "variants": variants,
        "spans": spans,
        "switches": switches,
        "switch_gaps": switch_gaps,
    }
)


@dataclass(frozen=True, eq=False, repr=False)
class Summary:
    """What analyses need of a log. Summaries of different customers add up with ``+``.

    Attributes
    ----------
    activities, segments, channels
        Labels of the codes 1, 2, … in the parts, sorted; code 0 is "none".
    sequences
        The activity sequences that variants are numbered by.
    parts
        Counts by name: ``customers``, ``starts``, ``visits``, ``channels``, ``follows``, ``times``, ``gaps``,
        ``variants``, ``spans``, ``switches``, ``switch_gaps``.
    first_time, observed_until
        Microseconds since 1970 of the first event and of the end of what was observed; None without events.
    by
        The column that segments come from.
    relative_error
        Largest relative error of durations; None where they are exact.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> jm.summarise(log)
    <Summary 3 events · 2 cases · 2 activities · 2 variants>
    >>> halves = [jm.summarise(log.where(customer=name)) for name in ("a", "b")]
    >>> halves[0] + halves[1] == jm.summarise(log)
    True
    """

    activities: tuple[str, ...]
    segments: tuple[str, ...]
    channels: tuple[str, ...]
    sequences: Sequences
    parts: Mapping[str, Counts]
    first_time: int | None = None
    observed_until: int | None = None
    by: str | None = None
    relative_error: float | None = None

    @classmethod
    def empty(cls, *, by: str | None = None, relative_error: float | None = None) -> Summary:
        """Give the summary of no events: adding it changes nothing.

        Parameters
        ----------
        by, relative_error
            As the summaries it is to be added to.

        Returns
        -------
        Summary
            With all parts.
        """
        parts = {name: Counts.empty(module.KEYS, module.MEASURES) for name, module in PARTS.items()}
        return cls((), (), (), Sequences.empty(), parts, by=by, relative_error=relative_error)

    # --- facts -------------------------------------------------------------------------------------------------

    def part(self, name: str) -> Counts:
        """Give one part.

        Parameters
        ----------
        name
            One of ``PARTS``.

        Returns
        -------
        Counts
            Its counts, segments apart.

        Raises
        ------
        UnknownOptionError
            If the summary was made without it.
        """
        if name not in self.parts:
            raise UnknownOptionError("this summary was made without the part {name!r}", name, self.parts)
        return self.parts[name]

    @property
    def num_events(self) -> int:
        """Number of events."""
        return int(self.part("visits")["count"].sum())

    @property
    def num_cases(self) -> int:
        """Number of cases."""
        return int(self.part("variants")["count"].sum())

    @property
    def num_customers(self) -> int:
        """Number of known customers; one with cases in several segments counts in each."""
        return int(self.part("customers")["customers"].sum())

    @property
    def window_seconds(self) -> float:
        """Seconds from the first event to the end of what was observed; 0 without events."""
        if self.first_time is None or self.observed_until is None:
            return 0.0
        return (self.observed_until - self.first_time) / 1e6

    def code(self, activity: str) -> int:
        """Give the code of an activity.

        Parameters
        ----------
        activity
            Its label.

        Returns
        -------
        int
            From 1.

        Raises
        ------
        UnknownActivityError
            If it never occurs; the message names the closest activities.
        """
        if activity not in self.activities:
            raise UnknownActivityError("activity {name!r} never occurs", activity, self.activities)
        return self.activities.index(activity) + 1

    # --- one summary from several, several from one ------------------------------------------------------------

    def __add__(self, other: Summary) -> Summary:
        if (self.by, self.relative_error) != (other.by, other.relative_error):
            raise OptionError("summaries add up only if they were made with the same by= and relative_error=")
        activities, mine, theirs = _united(self.activities, other.activities)
        segments, my_segments, their_segments = _united(self.segments, other.segments)
        channels, my_channels, their_channels = _united(self.channels, other.channels)
        sequences, my_variants, their_variants = self.sequences.merged(other.sequences, mine, theirs)
        codes = _by_key(mine, my_segments, my_channels, my_variants)
        other_codes = _by_key(theirs, their_segments, their_channels, their_variants)
        parts = {
            name: _recoded(part, codes) + _recoded(other.parts[name], other_codes)
            for name, part in self.parts.items()
            if name in other.parts
        }
        return Summary(
            activities,
            segments,
            channels,
            sequences,
            parts,
            _extreme(min, self.first_time, other.first_time),
            _extreme(max, self.observed_until, other.observed_until),
            self.by,
            self.relative_error,
        )

    def segment(self, name: str) -> Summary:
        """Give the summary of one segment.

        Parameters
        ----------
        name
            A value of the column that the summary was made by.

        Returns
        -------
        Summary
            Its cases alone; the labels stay those of all.

        Raises
        ------
        UnknownNameError
            If there is no such segment.
        """
        if name not in self.segments:
            raise UnknownNameError(f"{self.by or 'segment'} {{name!r}} does not occur", name, self.segments)
        code = self.segments.index(name) + 1
        return replace(self, parts={key: part.where(part["segment"] == code) for key, part in self.parts.items()})

    def overall(self, name: str) -> Counts:
        """Give one part for all segments together.

        Parameters
        ----------
        name
            One of ``PARTS``.

        Returns
        -------
        Counts
            Without the key ``segment``.
        """
        return self.part(name).without("segment")

    def main_channels(self) -> dict[str, str]:
        """Give each activity its most frequent channel, of equally frequent ones the first in the alphabet.

        Returns
        -------
        dict
            Channel by activity; activities whose channel the log never says are left out.
        """
        counts = self.overall("channels")
        counts = counts.where(counts["channel"] > 0)
        rarest_first = np.lexsort((-counts["channel"].astype(np.int64), counts["count"]))
        pairs = zip(counts["activity"][rarest_first].tolist(), counts["channel"][rarest_first].tolist(), strict=True)
        return {self.activities[activity - 1]: self.channels[channel - 1] for activity, channel in pairs}

    # --- equality, Arrow, text ---------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Summary) and self._facts() == other._facts() and dict(self.parts) == dict(other.parts)

    def _facts(self) -> tuple:
        labels = (self.activities, self.segments, self.channels, self.by, self.relative_error)
        return (*labels, self.first_time, self.observed_until, self.sequences)

    def to_arrow(self) -> pa.Table:
        """Give the summary as one table, to be sent or stored.

        Returns
        -------
        pyarrow.Table
            Empty, with everything in its metadata; `Summary.from_arrow` reads it back.
        """
        lists = {"activities": self.activities, "segments": self.segments, "channels": self.channels}
        labels = {name: pa.table({"label": pa.array(values, pa.string())}) for name, values in lists.items()}
        labels["sequences"] = pa.table({"code": self.sequences.codes})
        labels["lengths"] = pa.table({"length": np.diff(self.sequences.offsets)})
        facts = {"first_time": self.first_time, "observed_until": self.observed_until, "by": self.by}
        labels["facts"] = pa.Table.from_pylist([{**facts, "relative_error": self.relative_error}], schema=_FACTS)
        parts = {f"part:{name}": part.to_arrow() for name, part in self.parts.items()}
        return store.with_extras(pa.table({}), {**labels, **parts})

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Summary:
        """Read back what `to_arrow` gave.

        Parameters
        ----------
        table
            As it was given.

        Returns
        -------
        Summary
            The same summary.

        Raises
        ------
        FormatError
            If the table is something else.
        """
        _, extras = store.split_extras(table)
        if "facts" not in extras:
            raise FormatError("this table is not a summary that Summary.to_arrow gave")
        lengths = extras["lengths"]["length"].to_numpy()
        sequences = Sequences(np.concatenate(([0], np.cumsum(lengths))), extras["sequences"]["code"].to_numpy())
        parts = {
            name: Counts.from_arrow(extras[f"part:{name}"], module.KEYS)
            for name, module in PARTS.items()
            if f"part:{name}" in extras
        }
        labels = {name: tuple(extras[name]["label"].to_pylist()) for name in ("activities", "segments", "channels")}
        return cls(**labels, sequences=sequences, parts=parts, **extras["facts"].to_pylist()[0])

    def __repr__(self) -> str:
        counted = [f"{self.num_events:,} events"] if "visits" in self.parts else []
        counted += [f"{self.num_cases:,} cases"] if "variants" in self.parts else []
        counted += [f"{len(self.activities):,} activities"]
        counted += [f"{len(self.sequences):,} variants"] if "variants" in self.parts else []
        counted += [f"by {self.by}: {', '.join(self.segments)}"] if self.by else []
        return f"<Summary {' · '.join(counted)}>"


_FACTS: Final = pa.schema(
    {"first_time": pa.int64(), "observed_until": pa.int64(), "by": pa.string(), "relative_error": pa.float64()}
)


def _recoded(part: Counts, codes: Mapping[str, np.ndarray]) -> Counts:
    return part.recoded(**{name: new for name, new in codes.items() if name in part.keys})


def _by_key(activities: np.ndarray, segments: np.ndarray, channels: np.ndarray, variants: np.ndarray) -> dict:
    codes = {"activity": activities, "next_activity": activities, "segment": segments}
    return {**codes, "channel": channels, "next_channel": channels, "variant": variants}


def _united(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Unite two label lists; give the new code of each old one, 0 staying 0."""
    united = tuple(sorted({*mine, *theirs}))
    place, kind = {label: code for code, label in enumerate(united, 1)}, np.min_scalar_type(len(united))
    mine_now, theirs_now = (np.array([0, *map(place.__getitem__, labels)], kind) for labels in (mine, theirs))
    return united, mine_now, theirs_now


def _extreme(choose: Callable, *moments: int | None) -> int | None:
    known = [moment for moment in moments if moment is not None]
    return choose(known) if known else None
