"""Spark DataFrames as canonical events: their columns, types and sources, and how Arrow goes through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from journeymine.errors import MissingExtraError, OptionError, SchemaError, UnknownColumnError
from journeymine.log.schema import REQUIRED
from journeymine.log.selection import Moment, moment

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["blobs_of", "canonical", "frame_of", "quoted", "reduced", "source_ends"]

_FAN_IN: Final = 16


def frame_of(table: DataFrame | str) -> DataFrame:
    """Take a DataFrame, or the name of a table.

    Parameters
    ----------
    table
        A DataFrame; or a table of any catalog that the running session knows, such as ``"lake.shop.events"``.

    Returns
    -------
    pyspark.sql.DataFrame
        Its rows.

    Raises
    ------
    MissingExtraError
        If PySpark is not installed.
    OptionError
        If a table is named and no session runs.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingExtraError("pyspark", "spark") from error
    if not isinstance(table, str):
        return table
    session = SparkSession.getActiveSession()
    if session is None:
        raise OptionError(f"no Spark session runs that knows a table {table!r}; start one, or give a DataFrame")
    return session.table(table)


def canonical(frame: DataFrame, names: Mapping[str, str | None]) -> DataFrame:
    """Give columns their canonical names, and see that they hold what they must.

    Parameters
    ----------
    frame
        Events.
    names
        Name of each canonical column in `frame`; None for its own name, if there is such a column.

    Returns
    -------
    pyspark.sql.DataFrame
        With ``case_id``, ``activity``, ``timestamp``, ``customer``, ``source`` and the other columns of `frame`.

    Raises
    ------
    UnknownColumnError
        If a column is named that does not exist, or a required one is missing.
    SchemaError
        If times are none, or have no zone.
    """
    from pyspark.sql import functions as F

    chosen = {column: _chosen(frame, column, name) for column, name in names.items()}
    used = {name for name in chosen.values() if name}
    others = [F.col(quoted(name)) for name in frame.columns if name not in used and name not in chosen]
    renamed = [F.col(quoted(name)).alias(column) for column, name in chosen.items() if name]
    frame = frame.select(*renamed, *others)
    for column in ("timestamp", "end_timestamp"):
        if column in frame.columns:
            _check_time(column, frame.schema[column].dataType.typeName())
    if not chosen.get("customer"):
        frame = frame.withColumn("customer", F.col("case_id"))
    return frame if chosen.get("source") else frame.withColumn("source", F.lit("events"))


def quoted(name: str) -> str:
    """Write a column's name so that Spark takes it as it is, whatever signs it holds.

    Parameters
    ----------
    name
        Of a column.

    Returns
    -------
    str
        In backticks.
    """
    return "`" + name.replace("`", "``") + "`"


def _chosen(frame: DataFrame, column: str, name: str | None) -> str | None:
    if (name or column) in frame.columns:
        return name or column
    if name is not None or column in REQUIRED:
        option = column.removesuffix("_id")
        raise UnknownColumnError(
            f"column {{name!r}} ({option}=) is not in the DataFrame", name or column, frame.columns
        )
    return None


def _check_time(column: str, kind: str) -> None:
    if kind == "timestamp_ntz":
        raise SchemaError(
            f"column {column!r} has times without a zone. Say what zone they are in: set spark.sql.session.timeZone to "
            f"it and cast the column to timestamp"
        )
    if kind != "timestamp":
        raise SchemaError(
            f"column {column!r} must hold times (timestamp), not {kind}; Spark's to_timestamp parses them"
        )


def source_ends(frame: DataFrame, observed_until: Moment | Mapping[str, Moment] | None) -> dict[str, int] | int:
    """Find out until when each source was observed.

    Parameters
    ----------
    frame
        Canonical events.
    observed_until
        A moment with a zone for all sources, or one for each; None for the last event of each, which takes a pass over
        the rows, without a shuffle of them.

    Returns
    -------
    dict or int
        Microseconds since 1970, by source; or those for all.

    Raises
    ------
    SchemaError
        If the pass finds nulls in a required column.
    """
    if isinstance(observed_until, Mapping):
        return {name: _microseconds(when) for name, when in observed_until.items()}
    if observed_until is not None:
        return _microseconds(observed_until)
    from pyspark.sql import functions as F

    missing = [F.sum(F.col(name).isNull().cast("long")).alias(name) for name in REQUIRED]
    ends = frame.groupBy("source").agg(F.max(F.unix_micros("timestamp")).alias("end"), *missing).collect()
    for name in REQUIRED:
        if rows := sum(row[name] for row in ends):
            raise SchemaError(f"column {name!r} must not hold nulls, but {rows:,} of its rows do")
    return {row["source"]: row["end"] for row in ends if row["source"] is not None}


def _microseconds(when: Moment) -> int:
    return int(moment(when).cast(pa.int64()).as_py())


def blobs_of(frame: DataFrame, work: Callable[[Iterable[pa.RecordBatch]], Iterator[bytes]]) -> DataFrame:
    """Let each task send bytes.

    Parameters
    ----------
    frame
        Rows.
    work
        Takes the batches of a partition and gives what is to be sent.

    Returns
    -------
    pyspark.sql.DataFrame
        With a column ``blob``.
    """

    def send(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for blob in work(batches):
            yield pa.record_batch([pa.array([blob], pa.binary())], names=["blob"])

    return frame.mapInArrow(send, "blob binary")


def reduced(blobs: DataFrame, merge: Callable[[Iterable[bytes]], Iterator[bytes]], partitions: int) -> list[bytes]:
    """Merge what tasks sent in rounds, so that the driver gets little.

    Parameters
    ----------
    blobs
        As `blobs_of` gave them.
    merge
        Makes few of several.
    partitions
        About how many there are.

    Returns
    -------
    list of bytes
        What is left, to be merged with one another.
    """

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
        return merge(blob.as_py() for batch in batches for blob in batch.column(0))

    while partitions > _FAN_IN:
        partitions = -(-partitions // _FAN_IN)
        blobs = blobs_of(blobs.repartition(partitions), work)
    return [bytes(row.blob) for row in blobs.collect()]
