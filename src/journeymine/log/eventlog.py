"""The log: events in case, time order, with the account of where they came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.durations import Duration
from journeymine.errors import OptionError, UnknownActivityError, UnknownColumnError
from journeymine.log import account, columns, store
from journeymine.log.columns import LABEL
from journeymine.log.order import case_order
from journeymine.log.quarantine import Quarantine
from journeymine.log.schema import QUALITATIVE, conform, with_distinct_labels
from journeymine.log.selection import By, Labels, Moment, moment, selected, told
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EventLog"]

Answer = TypeVar("Answer")
Options = ParamSpec("Options")

EVIDENCE = pa.schema(
    {"id": pa.string(), **dict.fromkeys(("kind", "customer", "tier", "reason"), LABEL), "degree": pa.int32()}
)


def _no_identities() -> pa.Table:
    return pa.table({})


@dataclass(frozen=True, eq=False, repr=False)
class EventLog:
    """Events of customers, in case, time order. It never changes: every verb gives a new log.

    Build one with a reader such as `read_table`, or with `EventLog.of` from a table in canonical columns.

    Attributes
    ----------
    table
        Canonical columns (``case_id``, ``activity``, ``timestamp``, …), identifiers (``id_email``, …) and attributes;
        one row an event, in case, time order.
    sources
        One row a source: the account of its rows, and until when it was observed.
    quarantine
        The rows that could not be used.
    evidence
        Who is who, one row an identifier; filled by `link`.
    identities
        Identifiers that a source saw together without an event, one ``id_<kind>`` column a kind; `link` uses them.
    filters
        What was chosen from the events that were read, by `where` and `without`, in words.

    Examples
    --------
    >>> import pyarrow as pa
    >>> log = EventLog.of(pa.table({"case_id": ["a", "b", "a"], "activity": ["visit", "call", "buy"],
    ...     "timestamp": pa.array([1, 2, 3], pa.timestamp("us", tz="UTC"))}))
    >>> log
    <EventLog 3 events · 2 customers · 1970-01-01 – 1970-01-01>
    """

    table: pa.Table
    sources: pa.Table
    quarantine: Quarantine = field(default_factory=Quarantine.empty)
    evidence: pa.Table = field(default_factory=EVIDENCE.empty_table)
    identities: pa.Table = field(default_factory=_no_identities)
    filters: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        table: pa.Table,
        *,
        sources: pa.Table | None = None,
        quarantine: Quarantine | None = None,
        evidence: pa.Table | None = None,
        identities: pa.Table | None = None,
    ) -> EventLog:
        """Order a table in canonical columns into a log.

        Parameters
        ----------
        table
            At least ``case_id``, ``activity`` and ``timestamp``, without nulls. Without ``customer``, each case is a
            customer; a null ``customer`` is a person nobody could name.
        sources
            The account of rows; by default each source in the table, all its rows used.
        quarantine
            Rows that could not be used.
        evidence
            Who is who.
        identities
            Identifiers seen together without an event.

        Returns
        -------
        EventLog
            Events of equal time keep the order of the table.

        Raises
        ------
        SchemaError
            If a required column is missing or holds nulls, or a time has no zone.
        """
        facts = {"sources": sources, "quarantine": quarantine, "evidence": evidence, "identities": identities}
        return cls.of_encoded(with_distinct_labels(table), **facts)

    @classmethod
    def of_encoded(
        cls,
        table: pa.Table,
        *,
        sources: pa.Table | None = None,
        quarantine: Quarantine | None = None,
        evidence: pa.Table | None = None,
        identities: pa.Table | None = None,
    ) -> EventLog:
        """Order a table of our own making, in which no dictionary holds a value twice; else as `of`.

        Parameters
        ----------
        table, sources, quarantine, evidence, identities
            As for `of`.

        Returns
        -------
        EventLog
            Events of equal time keep the order of the table.
        """
        table = conform(table)
        if "customer" not in table.column_names:
            table = table.append_column("customer", table["case_id"])
        if "source" not in table.column_names:
            table = table.append_column("source", columns.label("events", table.num_rows))
        return cls(
            _in_order(table),
            _accounted(table) if sources is None else sources,
            Quarantine.empty() if quarantine is None else quarantine,
            EVIDENCE.empty_table() if evidence is None else evidence,
            _no_identities() if identities is None else identities,
        )

    # --- facts -------------------------------------------------------------------------------------------------

    @property
    def num_events(self) -> int:
        """Number of events."""
        return self.table.num_rows

    @property
    def num_cases(self) -> int:
        """Number of cases (journeys)."""
        return len(self.labels("case_id").dictionary)

    @cached_property
    def num_customers(self) -> int:
        """Number of customers that are known."""
        return len(self.labels("customer").dictionary)

    @cached_property
    def activities(self) -> list[str]:
        """The activities that occur, sorted."""
        return columns.used_values(self.labels("activity"))

    @cached_property
    def channels(self) -> list[str]:
        """The channels that occur, sorted."""
        return columns.used_values(self.labels("channel")) if "channel" in self.table.column_names else []

    @cached_property
    def span(self) -> tuple[datetime, datetime] | None:
        """First and last time, in UTC; None for an empty log."""
        if not self.num_events:
            return None
        first, last = (int(moment) for moment in (self.times.min(), self.times.max()))
        return _moment(first), _moment(last)

    @cached_property
    def ties(self) -> int:
        """Events that share their time with the event before them in their case."""
        same = self.times[1:] == self.times[:-1]
        return int(np.count_nonzero(same) - np.count_nonzero(same[self.offsets[1:-1] - 1])) if len(same) else 0

    @cached_property
    def num_noted(self) -> int:
        """Events that a person noted and no system logged: their ``basis`` is ``qualitative``."""
        if "basis" not in self.table.column_names:
            return 0
        return pc.sum(pc.is_in(self.table["basis"], pa.array([QUALITATIVE]))).as_py() or 0

    @property
    def account(self) -> pd.DataFrame:
        """The account of rows: one row a source, ``rows_in = used + duplicate + quarantined``."""
        return self.sources.to_pandas()

    # --- arrays, as kernels use them ---------------------------------------------------------------------------

    def labels(self, column: str) -> pa.DictionaryArray:
        """Give a label column in one piece.

        Parameters
        ----------
        column
            Name of a dictionary-encoded column.

        Returns
        -------
        pyarrow.DictionaryArray
            Shape (num_events,).

        Raises
        ------
        UnknownColumnError
            If the log has no such column of labels.
        """
        known = [name for name in self.table.column_names if pa.types.is_dictionary(self.table[name].type)]
        if column in self.table.column_names and column not in known:
            raise UnknownColumnError(f"column {{name!r}} holds {self.table[column].type}, no labels", column, known)
        if column not in known:
            raise UnknownColumnError("label column {name!r} is not in this log", column, known)
        return columns.whole(self.table[column])

    @cached_property
    def times(self) -> np.ndarray:
        """Microseconds since 1970 of each event, int64, shape (num_events,)."""
        return columns.numbers(self.table["timestamp"])

    @cached_property
    def offsets(self) -> np.ndarray:
        """First event of each case and the end of the last, int64, shape (num_cases + 1,)."""
        cases = columns.codes(self.labels("case_id"))
        starts = np.flatnonzero(cases[1:] != cases[:-1]) + 1
        return np.concatenate(([0], starts, [len(cases)])) if len(cases) else np.zeros(1, np.int64)

    # --- verbs -------------------------------------------------------------------------------------------------

    def where(
        self,
        keep: np.ndarray | pa.Array | None = None,
        /,
        *,
        by: By = "event",
        since: Moment | None = None,
        until: Moment | None = None,
        starts_with: Labels | None = None,
        ends_with: Labels | None = None,
        passes: Labels | None = None,
        avoids: Labels | None = None,
        follows: tuple[str, str] | tuple[str, str, Duration] | None = None,
        within: Duration | None = None,
        length: int | tuple[int | None, int | None] | None = None,
        **values: Labels,
    ) -> EventLog:
        """Keep the events that fulfil all conditions; `without` keeps the others.

        Parameters
        ----------
        keep
            True for each event to keep, shape (num_events,).
        by
            ``"event"`` keeps the events that fulfil `keep`, `since`, `until` and `values`; ``"case"`` keeps the cases
            with such an event whole. The other conditions are on whole cases in any case.
        since, until
            First and last time to keep, with a zone (``"2024-05-01T00:00Z"``). A log until some time was observed
            until then: its later events are unknown, not absent.
        starts_with, ends_with
            Activity, or one of several, of the first and of the last event.
        passes, avoids
            Activities that all occur; activities of which none does.
        follows
            Two activities, the second somewhere after the first, and perhaps how soon: ``("ask", "call", "2d")``.
        within
            Longest time from first to last event.
        length
            Number of events; or the least and the most, such as ``(2, None)``.
        **values
            Column and the value or values to keep, such as ``channel="web"``.

        Returns
        -------
        EventLog
            The events left, in the same order. The account of rows still tells what was read.

        Raises
        ------
        UnknownColumnError, UnknownActivityError, UnknownNameError
            If a column, an activity or a value does not occur; the message names the closest.
        OptionError
            If `keep` does not hold one truth value for each event, or a time has no zone.

        Examples
        --------
        >>> import journeymine as jm
        >>> log = jm.read_table({"case_id": ["a", "a", "b", "c"], "activity": ["ask", "call", "ask", "call"],
        ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4)]})
        >>> log.where(follows=("ask", "call", "2d")).num_cases, log.without(starts_with="ask").num_cases
        (1, 1)
        """
        conditions = {"starts_with": starts_with, "ends_with": ends_with, "passes": passes, "avoids": avoids}
        conditions |= {"follows": follows, "within": within, "length": length}
        mask = selected(self, keep, by=by, since=since, until=until, **conditions, **values)
        chosen = told(keep, by=by, since=since, until=until, **conditions, **values)
        return replace(self._chosen(mask, chosen), sources=self._seen_until(until if by == "event" else None))

    def without(self, keep: np.ndarray | pa.Array | None = None, /, **conditions: Any) -> EventLog:
        """Leave out the events that fulfil all conditions.

        Parameters
        ----------
        keep
            True for each event to leave out, shape (num_events,).
        **conditions
            As for `where`.

        Returns
        -------
        EventLog
            Exactly the events that `where` does not keep.
        """
        return self._chosen(~selected(self, keep, **conditions), f"not ({told(keep, **conditions)})")

    def _chosen(self, mask: np.ndarray, said: str) -> EventLog:
        """Keep some events and say which; all of them are the log as it is."""
        if mask.all():
            return self
        return replace(self.with_events(self.table.filter(pa.array(mask))), filters=(*self.filters, said))

    def with_events(self, table: pa.Table) -> EventLog:
        """Give the log other events, and leave what is known of its sources and identifiers.

        Parameters
        ----------
        table
            In canonical columns; no dictionary holds a value twice.

        Returns
        -------
        EventLog
            Its events in order.
        """
        ordered = self.of_encoded(
            table,
            sources=self.sources,
            quarantine=self.quarantine,
            evidence=self.evidence,
            identities=self.identities,
        )
        return replace(ordered, filters=self.filters)

    def _seen_until(self, until: Moment | None) -> pa.Table:
        if until is None:
            return self.sources
        place = self.sources.column_names.index("observed_until")
        seen, limit = self.sources["observed_until"], moment(until)
        return self.sources.set_column(place, "observed_until", pc.if_else(pc.less(seen, limit), seen, limit))

    def rename(self, names: Mapping[str, str], *, column: str = "activity") -> EventLog:
        """Give labels other names; labels that get the same name become one.

        Parameters
        ----------
        names
            Old name to new name; labels that are not mentioned stay.
        column
            The column of labels.

        Returns
        -------
        EventLog
            The same events.

        Raises
        ------
        UnknownActivityError
            If an old name does not occur.
        OptionError
            If the column is ``source``: the account of rows is kept by it.
        """
        if column == "source":
            raise OptionError("a source keeps its name, for the account of its rows; choose it with name= when reading")
        labels = self.labels(column)
        known = columns.used_values(labels)
        for name, new in names.items():
            if name not in known:
                raise UnknownActivityError(f"{column} {{name!r}} does not occur in this log", name, known)
            if not isinstance(new, str):
                raise OptionError(f"{name!r} cannot be renamed to {new!r}: a label is text")
        renamed = [names.get(name, name) for name in labels.dictionary.to_pylist()]
        return self._with(column, columns.relabel(labels, pa.array(renamed, pa.string())))

    def sample(self, customers: int, *, seed: int = 0) -> EventLog:
        """Keep a random sample of whole customers.

        Parameters
        ----------
        customers
            How many; all of them if there are fewer.
        seed
            Chooses the sample; the same seed gives the same customers.

        Returns
        -------
        EventLog
            All events of the chosen customers.

        Raises
        ------
        OptionError
            If `customers` is negative.
        """
        if customers < 0:
            raise OptionError(f"a sample cannot hold {customers} customers")
        known = sorted(self.labels("customer").dictionary.to_pylist())
        chosen = np.random.default_rng(seed).permutation(len(known))[:customers]
        return self.where(customer=[known[place] for place in chosen])

    def pipe(
        self,
        function: Callable[Concatenate[EventLog, Options], Answer],
        *arguments: Options.args,
        **options: Options.kwargs,
    ) -> Answer:
        """Hand the log to a function, so that steps read from left to right.

        Parameters
        ----------
        function
            Takes a log first.
        *arguments, **options
            What else it takes.

        Returns
        -------
        Any
            What the function gives.
        """
        return function(self, *arguments, **options)

    def to_pandas(self) -> pd.DataFrame:
        """Give all events as a DataFrame, labels as categories."""
        return self.table.to_pandas()

    def to_pm4py(self) -> pd.DataFrame:
        """Give the three columns that pm4py needs, sorted, in UTC, as a fresh DataFrame."""
        names = {"case_id": "case:concept:name", "activity": "concept:name", "timestamp": "time:timestamp"}
        plain = {new: _plain(self.table[old]) for old, new in names.items()}
        return pa.table(plain).to_pandas()

    def write(self, path: str | Path) -> Path:
        """Write the log with its account to one file, whole or not at all.

        Parameters
        ----------
        path
            ``orders.arrow`` opens again in milliseconds; ``orders.parquet`` is small and read by everyone.

        Returns
        -------
        pathlib.Path
            The file. `open_log` reads it back, identical.
        """
        return store.write_table(store.with_extras(self.table, self._extras()), path)

    def _extras(self) -> dict[str, pa.Table]:
        facts = {"sources": self.sources, "quarantine": self.quarantine.table, "evidence": self.evidence}
        facts |= {"identities": self.identities} if self.identities.num_rows else {}
        return facts | ({"filters": pa.table({"filter": self.filters})} if self.filters else {})

    def equals(self, other: EventLog) -> bool:
        """Tell whether another log has the same events, account, quarantine and evidence.

        Parameters
        ----------
        other
            A log.

        Returns
        -------
        bool
            True if all is the same, in the same order.
        """
        return self.table.equals(other.table) and self._extras() == other._extras()

    def _with(self, column: str, values: pa.Array) -> EventLog:
        table = self.table.set_column(self.table.column_names.index(column), column, values)
        if column == "case_id":  # cases may have become one
            table = EventLog.of(table, sources=self.sources).table
        return replace(self, table=table)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Hand the events to any Arrow library."""
        return self.table.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"<EventLog {' · '.join(self._facts())}>"

    def _facts(self) -> list[str]:
        facts = [counted(self.num_events, "event"), counted(self.num_customers, "customer")]
        if self.num_cases != self.num_customers:
            facts.append(counted(self.num_cases, "case"))
        facts += [counted(len(self.channels), "channel")] if self.channels else []
        facts += ["{:%Y-%m-%d} – {:%Y-%m-%d}".format(*self.span)] if self.span else []
        facts += [counted(self.ties, "tie")] if self.ties else []
        facts += [f"{self.num_noted:,} noted by hand"] if self.num_noted else []
        refused = self.quarantine.num_refused
        aside = len(self.quarantine) - refused
        facts += [f"{counted(refused, 'row')} in quarantine"] if refused else []
        return facts + ([f"{counted(aside, 'row')} set aside"] if aside else [])


def _in_order(table: pa.Table) -> pa.Table:
    pa.default_memory_pool().release_unused()  # of what it took to read: there is a use for it
    cases = columns.whole(table["case_id"])
    offsets, permutation, times = case_order(
        columns.codes(cases), columns.numbers(table["timestamp"]), len(cases.dictionary)
    )
    if (permutation[1:] > permutation[:-1]).all():
        return table
    codes = np.repeat(np.arange(len(cases.dictionary), dtype=np.int32), np.diff(offsets))
    arrays = {name: columns.whole(column) for name, column in zip(table.column_names, table.columns, strict=True)}
    when = arrays.pop("timestamp")
    moved = _moved(arrays, pa.array(permutation), {columns.address(cases)[:3]: pa.array(codes)})
    moved["timestamp"] = pa.array(times).view(when.type)
    return pa.table({name: moved[name] for name in table.column_names})


def _moved(
    arrays: dict[str, pa.Array], places: pa.Array, codes: dict[tuple[int, ...], pa.Array]
) -> dict[str, pa.Array]:
    """Move rows to their places, side by side; codes that columns share, such as case and customer, once or never."""
    many = {name: array for name, array in arrays.items() if _has_many_labels(array)}
    wanted = {columns.address(array)[:3]: array.indices for array in many.values()}
    wanted |= {name: array for name, array in arrays.items() if not pa.types.is_dictionary(array.type)}
    wanted = {key: array for key, array in wanted.items() if key not in codes}
    with ThreadPoolExecutor() as pool:
        taken = dict(zip(wanted, pool.map(lambda array: array.take(places), wanted.values()), strict=True)) | codes
    labels = {
        name: pa.DictionaryArray.from_arrays(taken[columns.address(array)[:3]], array.dictionary)
        for name, array in many.items()
    }
    return {**arrays, **{name: taken[name] for name in arrays if name in taken}, **labels}


def _has_many_labels(array: pa.Array) -> bool:
    """Tell whether rows differ in their label: where all have the same one, none need be moved."""
    return pa.types.is_dictionary(array.type) and (len(array.dictionary) != 1 or array.null_count > 0)


def _accounted(table: pa.Table) -> pa.Table:
    last = table.group_by("source").aggregate([("timestamp", "max"), ("timestamp", "count")])
    return account.to_table(
        account.Source(name, "table", rows, rows, observed_until=end)
        for name, end, rows in zip(
            last["source"].to_pylist(),
            last["timestamp_max"].cast(pa.int64()).to_pylist(),
            last["timestamp_count"].to_pylist(),
            strict=True,
        )
    )


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(microsecond=microseconds % 1_000_000)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
