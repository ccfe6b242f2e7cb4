"""Traces, events and their attributes, out of the tags of an XES file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import DateOrderError, FormatError, TimeZoneError
from journeymine.log import columns
from journeymine.sources.times import parse_times
from journeymine.sources.xml_tags import Tags

__all__ = ["Attribute", "Contents", "contents_of"]

_TYPES: Final = {"int": pa.int64(), "float": pa.float64(), "boolean": pa.bool_()}
_HOLDERS: Final = ("list", "container", "values")


@dataclass(frozen=True)
class Attribute:
    """The values of one attribute of events, or of traces.

    Attributes
    ----------
    rows
        The event or trace of each value, int64, in order.
    values
        The values, as labels.
    kinds
        The types they are declared to have, such as ``int``.
    nested
        Whether it stands in another attribute.
    """

    rows: np.ndarray
    values: pa.DictionaryArray
    kinds: frozenset[str]
    nested: bool

    @property
    def repeated(self) -> int:
        """Values beyond the first of their row."""
        return int(np.count_nonzero(np.diff(self.rows) == 0))

    def labels(self, rows: int) -> pa.DictionaryArray:
        """Give the value of each row.

        Parameters
        ----------
        rows
            How many there are.

        Returns
        -------
        pyarrow.DictionaryArray
            Null where a row has none. Of several values of one row the last; where they are nested, as in a list, all
            of them with ``"; "`` between.
        """
        values, places = self.values, self.rows
        if self.nested and self.repeated:
            values, places = _joined(values, places)
        codes = np.full(rows, -1, np.int32)
        codes[places] = columns.codes(values)
        return columns.from_codes(codes, values.dictionary)

    def typed(self, rows: int, tz: str | None) -> pa.Array:
        """Give the value of each row in its declared type where every value fits it; as labels otherwise.

        Parameters
        ----------
        rows
            How many there are.
        tz
            Zone of times that carry none.

        Returns
        -------
        pyarrow.Array
            Null where a row has no value.
        """
        labels = self.labels(rows)
        kind = next(iter(self.kinds)) if len(self.kinds) == 1 else "string"
        try:
            if kind == "date":
                moments = parse_times(labels.dictionary, tz=tz)
                return labels if moments.bad.any() else moments.array.take(labels.indices)
            return labels.dictionary.cast(_TYPES[kind]).take(labels.indices) if kind in _TYPES else labels
        except (pa.ArrowInvalid, TimeZoneError, DateOrderError):
            return labels


def _joined(values: pa.DictionaryArray, rows: np.ndarray) -> tuple[pa.DictionaryArray, np.ndarray]:
    """Join the values of each row."""
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    offsets = pa.array(np.append(starts, len(rows)), pa.int32())
    lists = pa.ListArray.from_arrays(offsets, values.dictionary_decode())
    return columns.encode(pc.binary_join(lists, "; ")), rows[starts]


@dataclass(frozen=True)
class Contents:
    """What an XES file holds.

    Attributes
    ----------
    trace_of
        The trace of each event, -1 where it stands in none; shape (events,).
    traces
        How many there are.
    of_event, of_trace
        Their attributes, by key; one nested in another by both keys, such as ``cost:drivers/cost:amount``.
    unread
        Attributes without key or value.
    """

    trace_of: np.ndarray
    traces: int
    of_event: dict[str, Attribute]
    of_trace: dict[str, Attribute]
    unread: int

    @property
    def events(self) -> int:
        """How many events there are."""
        return len(self.trace_of)

    def notes(self, name_key: str) -> list[str]:
        """Say what a reader of the figures should know.

        Parameters
        ----------
        name_key
            The attribute that names a trace.

        Returns
        -------
        list of str
            Nothing of what did not occur.
        """
        every = [*self.of_event.values(), *self.of_trace.values()]
        names = self.of_trace[name_key].labels(self.traces) if name_key in self.of_trace else None
        filled = np.bincount(self.trace_of[self.trace_of >= 0], minlength=self.traces)
        facts = {
            "traces hold no event": int(np.count_nonzero(filled == 0)),
            "traces have the name of an earlier one; they are one case": 0 if names is None else _shared(names),
            "attributes are without key or value; not read": self.unread,
            "attributes repeat a key of their event or trace; the last was taken": sum(
                item.repeated for item in every if not item.nested
            ),
        }
        return [f"{count:,} {fact}" for fact, count in facts.items() if count > 0]


def _shared(names: pa.DictionaryArray) -> int:
    return len(names) - names.null_count - len(columns.used_values(names))


def contents_of(tags: Tags, source: str) -> Contents:
    """Find traces, events and their attributes.

    Parameters
    ----------
    tags
        Of the file.
    source
        Its name, for messages.

    Returns
    -------
    Contents
        All of them, in the order of the file.

    Raises
    ------
    FormatError
        If the file is no XES log: the outermost element is another one, or a trace or event stands where none can be.
    """
    places = _Places(tags)
    places.check(source)
    event_of, trace_of = np.cumsum(places.is_event) - 1, np.cumsum(places.is_trace) - 1
    of_event = np.flatnonzero(places.is_inner & (places.in_event > 0))
    of_trace = np.flatnonzero(places.is_inner & (places.in_event == 0) & (places.in_trace > 0))
    tops = tags.levels[places.is_event][event_of[of_event]]
    return Contents(
        np.where(places.in_trace > 0, trace_of, -1)[places.is_event],
        int(np.count_nonzero(places.is_trace)),
        dict(_attributes(places, of_event, event_of[of_event], tags.levels[of_event] - tops)),
        dict(_attributes(places, of_trace, trace_of[of_trace], tags.levels[of_trace] - 2)),
        sum(int(np.count_nonzero(places.is_unread[owned])) for owned in (of_event, of_trace)),
    )


class _Places:
    """What stands at each place of the file; each array has shape (tags,)."""

    def __init__(self, tags: Tags) -> None:
        steps = tags.steps[tags.codes]
        event, trace = tags.named("event"), tags.named("trace")
        self.tags = tags
        self.is_event, self.is_trace = event & (steps >= 0), trace & (steps >= 0)
        self.in_event, self.in_trace = np.cumsum(event * steps), np.cumsum(trace * steps)
        self.is_inner = (steps >= 0) & ~event & ~trace
        self.keys = columns.encode(pc.if_else(pc.equal(tags.keys, ""), pa.scalar(None, tags.keys.type), tags.keys))

    @cached_property
    def is_pair(self) -> np.ndarray:
        """True where a tag has a key and a value."""
        return columns.is_true(pc.and_(self.keys.is_valid(), self.tags.values.is_valid()))[self.tags.codes]

    @property
    def is_unread(self) -> np.ndarray:
        """True where a tag has no key or no value, and is not there to hold others."""
        holders = pc.is_in(self.tags.names.cast(pa.string()), pa.array(_HOLDERS))
        return ~(self.is_pair | columns.is_true(holders)[self.tags.codes])

    def check(self, source: str) -> None:
        """Refuse what is no XES log."""
        outermost = self._name(0)
        if outermost != "log":
            raise FormatError(f"{source} is no XES log: its outermost element is <{outermost}>, not <log>")
        levels = self.tags.levels
        event_fits = (levels == 2) | ((levels == 3) & (self.in_trace > 0))
        misplaced = (self.is_trace & (levels != 2)) | (self.is_event & ~event_fits)
        if misplaced.any():
            place = int(np.argmax(misplaced))
            where = f"a <{self._name(place)}> stands where none can be (depth {levels[place]})"
            raise FormatError(f"{source} is no XES log: {where}")

    def _name(self, place: int) -> str:
        return self.tags.names[int(self.tags.codes[place])].as_py()


def _attributes(
    places: _Places, owned: np.ndarray, rows: np.ndarray, depths: np.ndarray
) -> Iterator[tuple[str, Attribute]]:
    """Yield the attributes among the tags in events, or in traces: which they are, their rows, their depths there."""
    tags = places.tags
    names, paths = _paths(places, owned, depths)
    values = np.flatnonzero(places.is_pair[owned])
    values = values[np.argsort(paths[values], kind="stable")]
    counts = np.bincount(paths[values], minlength=len(names))
    for name, end, count in zip(names, np.cumsum(counts), counts, strict=True):
        if count:
            mine = values[end - count : end]
            told = pa.array(tags.codes[owned[mine]]).dictionary_encode()
            labels = columns.encode(tags.values.take(told.dictionary)).take(told.indices)
            kinds = frozenset(tags.names.take(told.dictionary).unique().to_pylist())
            yield name, Attribute(rows[mine], labels, kinds, int(depths[mine].max()) > 1)


def _paths(places: _Places, owned: np.ndarray, depths: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Name each tag by its key, behind the keys of those it stands in; -1 where there is none."""
    keys = places.keys.dictionary.to_pylist()
    names = {key: code for code, key in enumerate(keys)}
    own = columns.codes(places.keys)[places.tags.codes[owned]]
    paths, size = own.copy(), len(keys) + 1
    for depth in range(2, int(depths.max(initial=0)) + 1):
        here, above = np.flatnonzero(depths == depth), np.flatnonzero(depths == depth - 1)
        parents = paths[above[np.searchsorted(above, here) - 1]]
        pairs = pa.array((parents + 1).astype(np.int64) * size + own[here] + 1).dictionary_encode()
        outer, last = ["", *names], ["", *keys]
        told = [
            "/".join(filter(None, (outer[pair // size], last[pair % size]))) for pair in pairs.dictionary.to_pylist()
        ]
        codes = [names.setdefault(path, len(names)) if path else -1 for path in told]
        paths[here] = np.array(codes, paths.dtype)[columns.numbers(pairs.indices)]
    return list(names), paths
