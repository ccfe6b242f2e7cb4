"""The documented path from a warehouse to canonical columns, with DuckDB as the warehouse."""

import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import journeymine as jm
from journeymine.errors import SchemaError, TimeZoneError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scale.md"


@pytest.fixture(scope="module")
def shop():
    """Give a warehouse with the tables that the page speaks of."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'America/New_York'")  # a session's zone must not matter
    connection.execute("""
        CREATE TABLE orders AS SELECT * FROM (VALUES
            ('o1', 7, 'placed',  TIMESTAMPTZ '2024-05-01 09:00:00+00', 'gold'),
            ('o1', 7, 'paid',    TIMESTAMPTZ '2024-05-01 09:05:00+00', 'gold'),
            ('o2', 8, 'placed',  TIMESTAMPTZ '2024-05-02 10:00:00+00', NULL)
        ) AS rows(order_id, customer_id, status, changed_at, tier)""")
    connection.execute("""
        CREATE TABLE calls AS SELECT * FROM (VALUES
            (7, TIMESTAMPTZ '2024-05-03 08:00:00+00', 'answered'),
            (9, TIMESTAMPTZ '2024-05-03 08:10:00+00', 'missed')
        ) AS rows(customer_id, started_at, outcome)""")
    return connection


@pytest.fixture(scope="module")
def sql():
    """Give the query of the page, so that what is printed there is what is tested."""
    return re.search(r"```sql\n(SELECT.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]


def test_the_query_gives_canonical_columns(shop, sql):
    log = jm.read_table(shop.sql(sql), channel="channel")
    assert log.activities == ["call answered", "call missed", "order paid", "order placed"]
    assert log.table["timestamp"].to_pylist()[0].isoformat() == "2024-05-01T09:00:00+00:00"
    found = set(zip(*(log.table[name].to_pylist() for name in ("customer", "channel")), strict=True))
    assert found == {("7", "shop"), ("7", "phone"), ("8", "shop"), ("9", "phone")}
    assert log.table["tier"].to_pylist()[:2] == ["gold", "gold"]


def test_a_stream_of_the_query_goes_into_partitions_part_by_part(shop, sql, tmp_path):
    whole = jm.read_table(shop.sql(sql), channel="channel", name="warehouse")
    stream = jm.read_in_parts(shop.sql(sql), rows=2, channel="channel", name="warehouse")
    kept = jm.write_partitioned({"May": stream}, tmp_path / "log", partitions=4)
    assert jm.summarise_partitions(kept, by="tier") == jm.summarise(whole, by="tier")


def test_several_tables_as_clients_of_warehouses_give_them_are_one_stream(shop, sql, tmp_path):
    whole = shop.sql(sql).to_arrow_table()
    tables = (whole.slice(row, 2) for row in range(0, len(whole), 2))
    kept = jm.write_partitioned({"May": jm.read_in_parts(tables, name="warehouse")}, tmp_path / "log", partitions=4)
    batches = (batch for row in range(len(whole)) for batch in whole.slice(row, 1).to_batches())
    again = jm.write_partitioned({"May": jm.read_in_parts(batches, name="warehouse")}, tmp_path / "again", partitions=4)
    assert kept.num_events == again.num_events == len(whole)
    assert jm.summarise_partitions(kept) == jm.summarise_partitions(again)


def test_an_export_to_parquet_is_read_as_the_query(shop, sql, tmp_path):
    shop.execute(f"COPY ({sql}) TO '{tmp_path / 'export'}' (FORMAT parquet, PER_THREAD_OUTPUT true)")
    whole = jm.read_table(shop.sql(sql), channel="channel", name="warehouse")
    export = jm.read_in_parts(tmp_path / "export", channel="channel", name="warehouse")
    kept = jm.write_partitioned(export, tmp_path / "log", partitions=4)
    assert jm.summarise_partitions(kept, by="tier") == jm.summarise(whole, by="tier")


def test_a_column_of_times_without_a_zone_needs_one(shop):
    query = "SELECT 'C1' AS customer, 'visit' AS activity, TIMESTAMP '2024-05-01 09:00:00' AS timestamp"
    with pytest.raises(TimeZoneError, match="tz="):
        jm.read_table(shop.sql(query))
    assert jm.read_table(shop.sql(query), tz="UTC").num_events == 1


def test_what_is_no_table_is_refused():
    for data in (7, ["no table"]):
        with pytest.raises(SchemaError, match="cannot read parts of"):
            list(jm.read_in_parts(data))
    assert (
        next(
            iter(
                jm.read_in_parts(
                    {"customer": ["C1"], "activity": ["visit"], "timestamp": pa.array([1], pa.timestamp("us", "UTC"))}
                )
            )
        ).num_events
        == 1
    )
