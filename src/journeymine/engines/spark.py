"""Beyond one machine: the same summaries, and the same linking, from Spark DataFrames.

A DataFrame needs the canonical columns ``case_id``, ``activity`` and ``timestamp``, and may have ``customer``,
``channel`` and ``source``; or you say which of its columns are these. The rows go to the kernels as Arrow batches,
customer by customer, and what comes back is a `Summary` like any other: every analysis that takes a summary takes it.

Examples
--------
>>> log = jm.read_table({"case_id": ["a", "a"], "activity": ["visit", "buy"],
...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z"]})
>>> log.write(tmp / "events.parquet").name  # a table in canonical columns, which Spark reads as well
'events.parquet'
>>> total = jm.spark.summarise(spark.read.parquet("events.parquet"))  # doctest: +SKIP
>>> jm.variants(total).table  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.ipc

from journeymine.engines.question import Question, Total
from journeymine.engines.spark_frame import blobs_of, canonical, frame_of, quoted, reduced, source_ends
from journeymine.engines.spark_link import evidence, link
from journeymine.engines.stream import summarise_batches
from journeymine.errors import UnknownColumnError
from journeymine.log.selection import Moment
from journeymine.summary.summary import PARTS, Summary

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["evidence", "link", "summarise"]

_LARGE: Final = 50_000_000  # rows; packed, about a gigabyte


def summarise(
    df: DataFrame | str,
    *,
    by: str | None = None,
    parts: Collection[str] = tuple(PARTS),
    relative_error: float | None = None,
    case: str | None = None,
    activity: str | None = None,
    timestamp: str | None = None,
    customer: str | None = None,
    channel: str | None = None,
    source: str | None = None,
    observed_until: Moment | Mapping[str, Moment] | None = None,
) -> Summary:
    """Summarise a Spark DataFrame for all analyses that take a summary.

    Parameters
    ----------
    df
        Events, one a row; or the name of a table of any catalog that the running session knows.
    by
        Column whose value in a case's first event is the case's segment.
    parts
        What to summarise; by default everything.
    relative_error
        Keep durations in log-spaced buckets with this largest relative error; by default they are exact, and nearly a
        row an event comes to the driver.
    case, activity, timestamp, customer, channel, source
        Columns that hold these; by default those named ``case_id``, ``activity``, …, where there are such. Without a
        customer, each case is one, and without a case, each customer; a null customer is a person nobody could name. A
        case belongs to one customer.
    observed_until
        Until when the events were observed: a time with a zone, or one for each source. By default until the last event
        of each source, which takes a second pass over three columns.

    Returns
    -------
    Summary
        What `summarise` gives of a log of the same events. Events of one case at the same time stand in the order of
        ``source`` and ``source_row``, where there are such columns, then of their activities.

    Raises
    ------
    UnknownColumnError
        If a column does not exist, or `by` holds no labels.
    UnknownOptionError, OptionError
        As `summarise` raises them; also if a table is named and no session runs.
    SchemaError
        If times have no zone, or a required column holds nulls.
    MissingExtraError
        If PySpark is not installed.

    Notes
    -----
    Rows are shuffled once, by customer, and sorted within partitions. A task streams through its partition and sends
    one summary; these are added up in rounds of sixteen before they reach the driver. A case may be larger than memory
    but for its sequence of activities (see `journeymine.engines.stream`).

    Examples
    --------
    >>> total = jm.spark.summarise("lake.shop.events", by="segment", relative_error=0.01)  # doctest: +SKIP
    >>> jm.dropoff(total, goal="order placed").table  # doctest: +SKIP
    """
    frame = frame_of(df)
    if case is None and "case_id" not in frame.columns and (customer or "customer") in frame.columns:
        case = customer or "customer"
    names = {"case_id": case, "activity": activity, "timestamp": timestamp}
    names |= {"customer": customer, "channel": channel, "source": source}
    events = canonical(frame, names)
    _check_segments(events, by)
    question = Question.of(by, parts, relative_error, 0)  # before any pass over the rows
    question = replace(question, observed_until=source_ends(events, observed_until))
    tasks = int(events.sparkSession.conf.get("spark.sql.shuffle.partitions") or 200)
    sent = blobs_of(_in_order(events, question.columns), partial(_summarised, question))
    left = reduced(sent, partial(_added_up, question, _LARGE), tasks)
    total = Total()
    for blob in left:
        total.take(_unpacked(blob))
    return total.summary(question)


def _check_segments(events: DataFrame, by: str | None) -> None:
    if by is None:
        return
    if by not in events.columns:
        raise UnknownColumnError("label column {name!r} is not in the DataFrame", by, events.columns)
    if (kind := events.schema[by].dataType.typeName()) not in ("string", "char", "varchar"):
        raise UnknownColumnError(f"column {{name!r}} holds {kind}, no labels", by, events.columns)


def _in_order(events: DataFrame, names: Iterable[str]) -> DataFrame:
    """Bring the events of each customer together, and of each case; those of nobody are spread by their cases."""
    from pyspark.sql import functions as F

    order = ["customer", "case_id", "timestamp", "source", "source_row", "activity"]
    kept = [name for name in names if name in events.columns]
    owner = F.coalesce(*(F.col(name).cast("string") for name in ("customer", "case_id")))
    return (
        events.repartition(owner)
        .sortWithinPartitions(*(name for name in order if name in events.columns))
        .select(*map(quoted, kept))
    )


def _summarised(question: Question, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    yield _packed(
        summarise_batches(
            batches,
            observed_until=question.observed_until,
            by=question.by,
            parts=question.parts,
            relative_error=question.relative_error,
        )
    )


def _added_up(question: Question, most: int, sent: Iterable[bytes]) -> Iterator[bytes]:
    """Add summaries up, so that few are left, and none is too large to be sent."""
    total = Total()
    for blob in sent:
        total.take(_unpacked(blob))
        if total.size > most:
            yield _packed(total.summary(question))
            total = Total()
    yield _packed(total.summary(question))


def _packed(summary: Summary) -> bytes:
    table, sink = summary.to_arrow(), pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed, pa.ipc.new_stream(packed, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _unpacked(blob: bytes) -> Summary:
    with pa.input_stream(pa.py_buffer(blob), compression="zstd") as packed:
        return Summary.from_arrow(pa.ipc.open_stream(packed).read_all())
