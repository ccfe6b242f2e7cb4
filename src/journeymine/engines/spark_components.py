"""Connected components of pairs in Spark: on the driver where they are few, by stars in plain DataFrames where not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from journeymine.engines.spark_frame import blobs_of
from journeymine.log import columns
from journeymine.log.edges import Edges, packed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["components"]

_ROWS: Final = 100_000
_HOMES: Final = "node string, home string"


def components(pairs: DataFrame, most_on_driver: int) -> DataFrame:
    """Find out which nodes hang together.

    Parameters
    ----------
    pairs
        Two nodes a row, text without nulls, in the columns ``left`` and ``right``.
    most_on_driver
        How many distinct pairs may go to the driver.

    Returns
    -------
    pyspark.sql.DataFrame
        A row for each node of a pair: ``node``, and ``home``, the first node of its component in the order of bytes;
        the same whichever way they were found.

    Notes
    -----
    A large star ties the larger neighbours of a node to its smallest, a small star the smaller ones; in turn they make
    each component one star around its first node, in O(log² n) rounds [1]_.

    References
    ----------
    .. [1] Kiveris, Lattanzi, Mirrokni, Rastogi & Vassilvitskii (2014), Connected components in MapReduce and beyond,
       Proc. ACM Symposium on Cloud Computing.
    """
    from pyspark.sql import functions as F

    larger, smaller = F.greatest("left", "right").alias("node"), F.least("left", "right").alias("home")
    edges = pairs.where("left <> right").select(larger, smaller).distinct().localCheckpoint()
    homes = _on_driver(edges) if edges.count() <= most_on_driver else _by_stars(edges)
    return homes.union(homes.select(F.col("home").alias("node"), "home").distinct())


def _by_stars(edges: DataFrame) -> DataFrame:
    """Make stars of edges from larger nodes to smaller ones."""
    while not _are_stars(edges):
        edges = _small_star(_large_star(edges)).localCheckpoint()
    return edges


def _large_star(edges: DataFrame) -> DataFrame:
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    both = edges.union(edges.select(F.col("home").alias("node"), F.col("node").alias("home")))
    first = F.least("node", F.min("home").over(Window.partitionBy("node")))
    tied = both.select("node", F.col("home").alias("other"), first.alias("first")).where("other > node")
    return tied.select(F.col("other").alias("node"), F.col("first").alias("home")).distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    first = F.min("home").over(Window.partitionBy("node")).alias("first")
    tied = edges.select("node", "home", first)
    own, others = tied.select("node", "first"), tied.where("home <> first").select("home", "first")
    return own.union(others).toDF("node", "home").distinct()


def _are_stars(edges: DataFrame) -> bool:
    from pyspark.sql import functions as F

    centres = edges.select(F.col("home").alias("node"))
    several = edges.groupBy("node").count().where("count > 1")
    return several.isEmpty() and edges.join(centres, "node", "left_semi").isEmpty()


def _on_driver(edges: DataFrame) -> DataFrame:
    """Collect the edges, find the components here, and spread them again."""
    from pyspark.sql import functions as F

    tables = [_read(bytes(row.blob)) for row in blobs_of(edges, _written).collect()]
    found = _found(pa.concat_tables(tables)) if tables else pa.table({"node": [], "home": []})
    blobs = [(blob,) for blob in _written(found.to_batches(_ROWS))]
    spread = edges.sparkSession.createDataFrame(blobs, "blob binary").repartition(max(len(blobs), 1))
    return spread.mapInArrow(_spread, _HOMES).where(F.col("node") != F.col("home"))


def _found(edges: pa.Table) -> pa.Table:
    """Give the first node of each node's component."""
    ends = pa.concat_arrays([columns.whole(edges[name].cast(pa.large_string())) for name in ("node", "home")])
    numbered = ends.dictionary_encode()
    order = columns.numbers(pc.rank(numbered.dictionary)).astype(np.int64) - 1
    names = numbered.dictionary.take(pc.sort_indices(numbered.dictionary))
    left, right = order[columns.codes(numbered)].reshape(2, -1)
    parts = Edges.of(packed(left, right), len(names)).components()
    first = np.full(len(names), len(names))
    np.minimum.at(first, parts, np.arange(len(names)))
    return pa.table({"node": names, "home": names.take(pa.array(first[parts]))})


def _written(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    for batch in batches:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
        yield sink.getvalue().to_pybytes()


def _read(blob: bytes) -> pa.Table:
    return pa.ipc.open_stream(blob).read_all()


def _spread(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    schema = pa.schema({"node": pa.string(), "home": pa.string()})
    for batch in batches:
        for blob in batch.column(0):
            yield from _read(blob.as_py()).cast(schema).to_batches()
