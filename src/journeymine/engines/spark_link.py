"""Identity in Spark: rows whose identifiers hang together go to one task, and the library's own link works there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.durations import Duration
from journeymine.engines.spark_components import components
from journeymine.engines.spark_frame import canonical, frame_of, quoted
from journeymine.log import columns
from journeymine.log.blocklist import Blocks, is_listed, names_nobody
from journeymine.log.eventlog import EVIDENCE, EventLog
from journeymine.log.given import known_customers
from journeymine.log.identifiers import KINDS, ranked, spelled
from journeymine.log.identity import link as link_log
from journeymine.log.logins import Backfill
from journeymine.log.schema import ID_PREFIX, TIME, id_columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["evidence", "link"]

_HOME: Final = "(home)"
_KNOWN: Final = "(known)"
_NODE: Final = "(node)"
_ROWS: Final = 1 << 18
_MOST_ON_DRIVER: Final = 5_000_000
_EVIDENCE: Final = "id string, kind string, customer string, tier string, reason string, degree int"


def link(
    df: DataFrame | str,
    *,
    extra: Any = None,
    block: Blocks = (),
    cap: int = 5,
    country: str | None = None,
    window: Duration = "7d",
    backfill: Backfill = "all",
    allow_merge: bool = False,
    pairs_on_driver: int = _MOST_ON_DRIVER,
) -> DataFrame:
    """Find out which events of a Spark DataFrame belong to one customer.

    Parameters
    ----------
    df
        Events in canonical columns, with columns of identifiers such as ``id_email``; or the name of a table. It needs
        no ``case_id``. With ``source`` and ``source_row``, events of nobody get the names that they get in memory.
    extra
        What is known from elsewhere, as `journeymine.link` takes it; also a Spark DataFrame, or the name of a table.
    block, cap, country, window, backfill, allow_merge
        As for `journeymine.link`.
    pairs_on_driver
        How many distinct pairs of identifiers may go to the driver, about 100 bytes each. The components of more are
        found in Spark, which takes two to four shuffles of the pairs in each of about five to ten rounds.

    Returns
    -------
    pyspark.sql.DataFrame
        The same events in no order, with ``customer`` and one case a customer, as `journeymine.link` gives them; and
        with ``case_id``, ``source`` and ``source_row`` where they had none.

    Raises
    ------
    UnknownColumnError
        If there is no column of identifiers, or a required one is missing.
    UnknownOptionError, OptionError, SchemaError, MissingExtraError
        As `journeymine.link` raises them; `MissingExtraError` also if PySpark is not installed.

    Notes
    -----
    No customer reaches beyond a connected component of identifiers that do not stand for nobody. Rows of one component
    go to one task, where `journeymine.link` does the rest, for many components at a time; so that the answer is its
    answer. A task must hold the rows of its largest component: block what ties half the world together, such as the
    cookie of a kiosk.

    Examples
    --------
    >>> events = jm.spark.link("lake.shop.events", extra="lake.shop.customers")  # doctest: +SKIP
    >>> total = jm.spark.summarise(events)  # doctest: +SKIP
    """
    options = {"block": block, "cap": cap, "country": country}
    options |= {"window": window, "backfill": backfill, "allow_merge": allow_merge}
    frame = frame_of(df)
    rows = _at_home(frame, extra, options, pairs_on_driver)
    linked = rows.mapInArrow(partial(_events, options), rows.drop(_HOME, _KNOWN).schema)
    added = [name for name in _events_of(frame).columns if name not in frame.columns]
    return linked.select(*map(quoted, [*frame.columns, *added]))


def evidence(
    df: DataFrame | str,
    *,
    extra: Any = None,
    block: Blocks = (),
    cap: int = 5,
    country: str | None = None,
    window: Duration = "7d",
    backfill: Backfill = "all",
    allow_merge: bool = False,
    pairs_on_driver: int = _MOST_ON_DRIVER,
) -> DataFrame:
    """Say whose each identifier of a Spark DataFrame is, and why.

    Parameters
    ----------
    df, extra, block, cap, country, window, backfill, allow_merge, pairs_on_driver
        As for `link`.

    Returns
    -------
    pyspark.sql.DataFrame
        One row an identifier: ``id``, ``kind``, ``customer``, ``tier``, ``reason`` and ``degree``, as in
        `EventLog.evidence`.

    Examples
    --------
    >>> jm.spark.evidence("lake.shop.events").groupBy("reason").count().show()  # doctest: +SKIP
    """
    options = {"block": block, "cap": cap, "country": country}
    options |= {"window": window, "backfill": backfill, "allow_merge": allow_merge}
    rows = _at_home(frame_of(df), extra, options, pairs_on_driver)
    return rows.mapInArrow(partial(_evidence, options), _EVIDENCE).distinct()  # what is blocked occurs in many tasks


# --- on the driver ---------------------------------------------------------------------------------------------------


def _at_home(frame: DataFrame, extra: Any, options: dict[str, Any], most_on_driver: int) -> DataFrame:
    """Bring the rows of each component together, those of `extra` as well."""
    from pyspark.sql import functions as F

    events = _events_of(frame)
    ids = [name for name in events.columns if name.startswith(ID_PREFIX)]
    known = _known(events, ids, extra, options["country"])
    _check(ids if known is None else [*ids, *known.columns], options)
    rows = events.withColumn(_KNOWN, F.lit(False))
    if known is not None:
        rows = rows.unionByName(known.withColumn(_KNOWN, F.lit(True)), allowMissingColumns=True)
    rows = _with_homes(rows, options, most_on_driver)
    owners = [F.col(name).cast("string") for name in (_HOME, "customer", "case_id")]
    spread = F.coalesce(*owners)  # whose identifiers tie it to nothing may go anywhere
    return rows.repartition(spread).sortWithinPartitions(_HOME)


def _events_of(frame: DataFrame) -> DataFrame:
    """Give canonical events; a case that is yet to be found needs no name, but a row one."""
    from pyspark.sql import functions as F

    if "case_id" not in frame.columns:
        nobody = frame["customer"] if "customer" in frame.columns else F.lit(None)
        frame = frame.withColumns({"case_id": F.lit("nobody"), "customer": nobody.cast("string")})
    events = canonical(frame, dict.fromkeys(("case_id", "activity", "timestamp", "customer", "channel", "source")))
    return (
        events if "source_row" in events.columns else events.withColumn("source_row", F.monotonically_increasing_id())
    )


def _known(events: DataFrame, ids: list[str], extra: Any, country: str | None) -> DataFrame | None:
    """Give what is known from elsewhere as rows of identifiers."""
    from pyspark.sql import DataFrame

    if extra is None:
        return None
    kinds = ranked({*KINDS, *(name.removeprefix(ID_PREFIX) for name in ids)})
    if isinstance(extra, str | DataFrame):
        frame = frame_of(extra)
        wanted = {name: name.removeprefix(ID_PREFIX) for name in frame.columns}
        known = frame.select(
            *(
                frame[quoted(name)].cast("string").alias(ID_PREFIX + kind)
                for name, kind in wanted.items()
                if kind in kinds
            )
        )
        known_customers(pa.table({name: pa.array([], pa.string()) for name in frame.columns}), kinds, country)
        return known
    table = known_customers(extra, kinds, country)
    rows = list(zip(*(columns.whole(column.cast(pa.string())).to_pylist() for column in table.columns), strict=True))
    return events.sparkSession.createDataFrame(rows, ", ".join(f"{quoted(name)} string" for name in table.column_names))


def _check(ids: list[str], options: dict[str, Any]) -> None:
    """Let the library's own linking look at the options before a cluster does."""
    names = [*dict.fromkeys(ids), "case_id", "activity"]
    empty = {name: pa.array([], columns.LABEL) for name in names} | {"timestamp": pa.array([], TIME)}
    link_log(EventLog.of(pa.table(empty)), **options)


def _with_homes(rows: DataFrame, options: dict[str, Any], most_on_driver: int) -> DataFrame:
    """Give each row the component of its identifiers; null where they tie it to nothing."""
    from pyspark.sql import functions as F

    ids = [name for name in rows.columns if name.startswith(ID_PREFIX)]
    keys = [f"(key {name})" for name in ids]
    texts = [F.col(quoted(name)).cast("string").alias(key) for name, key in zip(ids, keys, strict=True)]
    nodes = partial(_with_nodes, ids, options["block"], options["country"])
    fields = ", ".join(f"{quoted(name)} string" for name in [*keys, *(_NODE + name for name in ids)])
    seen = rows.select(*texts).distinct().mapInArrow(nodes, fields)
    seen = seen.select(
        *map(quoted, keys), F.array_compact(F.array(*(quoted(_NODE + name) for name in ids))).alias(_NODE)
    )
    seen = seen.where(F.size(_NODE) > 0).localCheckpoint()
    first, others = F.col(_NODE)[0].alias("left"), F.explode(F.slice(_NODE, 2, len(ids))).alias("right")
    homes = components(seen.select(first, others), most_on_driver).withColumnRenamed("home", _HOME)
    seen = seen.withColumn("node", F.col(_NODE)[0]).join(homes, "node", "left")
    seen = seen.withColumn(_HOME, F.coalesce(_HOME, "node")).drop("node", _NODE)
    same = [
        rows[quoted(name)].cast("string").eqNullSafe(seen[quoted(key)]) for name, key in zip(ids, keys, strict=True)
    ]
    return rows.join(seen, same, "left").drop(*keys)


# --- in a task -------------------------------------------------------------------------------------------------------


def _with_nodes(
    ids: list[str], block: Blocks, country: str | None, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Write identifiers with their kind in front, in their one spelling; null where one stands for nobody."""
    for batch in batches:
        table = spelled(pa.table(batch.columns, ids), country=country)
        nodes = [_nodes(name.removeprefix(ID_PREFIX), columns.whole(table[name]), block, country) for name in ids]
        yield pa.record_batch([*batch.columns, *nodes], names=[*batch.schema.names, *(_NODE + name for name in ids)])


def _nodes(kind: str, labels: pa.DictionaryArray, block: Blocks, country: str | None) -> pa.Array:
    names = labels.dictionary
    nobody = names_nobody(kind, names) | is_listed(kind, names, block, country)
    typed = pc.binary_join_element_wise(kind, names, ":")
    return pc.if_else(pa.array(nobody), pa.scalar(None, pa.string()), typed).take(labels.indices)


def _events(options: dict[str, Any], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for table in _whole_homes(batches):
        wanted = pa.schema([field for field in table.schema if field.name not in (_HOME, _KNOWN)])
        linked = _log(table, options).table
        yield from linked.select(wanted.names).cast(wanted).to_batches()


def _evidence(options: dict[str, Any], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    plain = pa.schema([(name, pa.int32() if name == "degree" else pa.string()) for name in EVIDENCE.names])
    for table in _whole_homes(batches):
        yield from _log(table, options).evidence.cast(plain).to_batches()


def _log(table: pa.Table, options: dict[str, Any]) -> EventLog:
    """Link the events of some components."""
    is_known, ids = table[_KNOWN], id_columns(table)
    known = table.filter(is_known).select(ids)
    events = table.filter(pc.invert(is_known)).drop_columns([_HOME, _KNOWN])
    return link_log(EventLog.of(events), extra=known if len(known) else None, **options)


def _whole_homes(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Put batches together until they hold whole components."""
    waiting, most = [], _ROWS
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) > most:
            table = pa.Table.from_batches(waiting)
            homes = columns.codes(columns.encode(table[_HOME]))
            ends = np.flatnonzero(homes[1:] != homes[:-1]) + 1
            stop = int(ends[-1]) if len(ends) else 0
            if stop:
                yield table.slice(0, stop)
            waiting = table.slice(stop).to_batches()
            most = max(_ROWS, 2 * (len(table) - stop))
    if waiting:
        yield pa.Table.from_batches(waiting)
