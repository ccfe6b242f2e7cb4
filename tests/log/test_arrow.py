"""Every Arrow library can hand a table in and take a log out, and keeps its own data as it was."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import journeymine as jm
from journeymine.errors import SchemaError
from tests.small import at, log_of, rows_of

DATA = {
    "case_id": ["b", "a", "b"],
    "activity": ["visit", "call", "buy"],
    "timestamp": [at(0), at(1), at(2)],
    "amount": [1.5, None, 3.0],
}
EXPECTED = {"b": [("visit", 1.5), ("buy", 3.0)], "a": [("call", None)]}


def from_duckdb():
    """Give a relation, which nobody has run yet."""
    return duckdb.from_arrow(pa.table(DATA)).filter("activity <> 'none'")


INPUTS = {
    "dict": lambda: DATA,
    "arrow table": lambda: pa.table(DATA),
    "record batch": lambda: pa.RecordBatch.from_pydict(DATA),
    "record batch reader": lambda: pa.table(DATA).to_reader(),
    "pandas": lambda: pd.DataFrame(DATA),
    "pandas with python objects": lambda: pd.DataFrame(DATA, dtype=object),
    "pandas with arrow types": lambda: pd.DataFrame(DATA).convert_dtypes(dtype_backend="pyarrow"),
    "pandas with nullable types": lambda: pd.DataFrame(DATA).convert_dtypes(),
    "pandas with python strings": lambda: pd.DataFrame(DATA).astype({"activity": pd.StringDtype("python")}),
    "pandas with categories": lambda: pd.DataFrame(DATA).astype({"case_id": "category", "activity": "category"}),
    "pandas in another order of rows": lambda: pd.DataFrame(DATA, index=[7, 3, 5]),
    "polars": lambda: pl.DataFrame(DATA),
    "polars with categories": lambda: pl.DataFrame(DATA).with_columns(
        pl.col("case_id").cast(pl.Categorical), pl.col("activity").cast(pl.Enum(["visit", "buy", "call", "unused"]))
    ),
    "polars in pieces": lambda: pl.concat([pl.DataFrame(DATA)[:1], pl.DataFrame(DATA)[1:]], rechunk=False),
    "duckdb": from_duckdb,
}


@pytest.mark.parametrize("make", INPUTS.values(), ids=INPUTS.keys())
def test_a_table_of_any_library_is_read_the_same(make):
    log = jm.read_table(make())
    assert {case: rows_of(log.where(case_id=case), "activity", "amount") for case in ("a", "b")} == EXPECTED
    assert log.account[["rows_in", "used"]].to_numpy().tolist() == [[3, 3]]


@pytest.mark.parametrize(
    "times",
    [
        pd.to_datetime(DATA["timestamp"]),
        pd.to_datetime(DATA["timestamp"]).as_unit("ns"),
        pd.to_datetime(DATA["timestamp"]).as_unit("s"),
        pd.to_datetime(DATA["timestamp"]).tz_convert("Asia/Tokyo"),
        pd.to_datetime(DATA["timestamp"]).tz_localize(None),
        pd.Series(pd.to_datetime(DATA["timestamp"]).to_pydatetime(), dtype=object),
        pd.Series(pd.to_datetime(DATA["timestamp"])).astype(pd.ArrowDtype(pa.timestamp("ns", "UTC"))),
        pd.Series(DATA["timestamp"], dtype="category"),
        pl.Series(DATA["timestamp"]).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ms"),
        pl.Series([19_844, 19_845, 19_846]).cast(pl.Date),
    ],
)
def test_times_of_any_type_are_the_same_moments(times):
    frame = pl.DataFrame({**DATA, "timestamp": times}) if isinstance(times, pl.Series) else pd.DataFrame(DATA)
    if not isinstance(times, pl.Series):
        frame["timestamp"] = times
    assert jm.read_table(frame, tz="UTC").times.tolist() == jm.read_table(DATA).times.tolist()


def test_a_null_of_any_kind_is_no_case():
    cases = pd.DataFrame({"activity": ["x"] * 4, "timestamp": [at(0)] * 4, "case_id": ["a", None, pd.NA, np.nan]})
    numbers = {"activity": ["x"] * 3, "timestamp": [at(0)] * 3, "case_id": [1.0, float("nan"), None]}
    for data, refused in ((cases, 3), (numbers, 2), (pl.DataFrame(numbers, strict=False), 2)):
        log = jm.read_table(data)
        assert (log.num_events, log.quarantine.reasons) == (1, {"no_case": refused})


def test_whole_numbers_that_pandas_made_floats_are_whole_numbers_again():
    frame = pd.DataFrame({"case_id": [7, None], "activity": ["x", "y"], "timestamp": [at(0)] * 2})
    assert frame["case_id"].dtype == float
    assert rows_of(jm.read_table(frame), "case_id") == [("7",)]


def test_numbers_that_pandas_made_inexact_are_refused():
    frame = pd.DataFrame({"case_id": [12345678901234567, None], "activity": ["x", "y"], "timestamp": [at(0)] * 2})
    with pytest.raises(SchemaError, match="column 'case_id' of table holds floats too large to be exact"):
        jm.read_table(frame)


def test_an_index_with_names_is_columns():
    index = pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["case_id", "step"])
    frame = pd.DataFrame({"activity": ["x", "y"], "timestamp": [at(0), at(1)]}, index=index)
    assert rows_of(jm.read_table(frame), "case_id", "activity", "step") == [("a", "x", 1), ("a", "y", 2)]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda: pd.DataFrame({"case_id": [1, "1"], "activity": ["x", "y"], "timestamp": [at(0)] * 2}, dtype=object),
            "cannot read the columns of this DataFrame: .*Conversion failed for column case_id with type object",
        ),
        (
            lambda: pd.DataFrame([["a", "x", at(0), 1]], columns=["case_id", "activity", "timestamp", "activity"]),
            "the table names a column twice: 'activity'",
        ),
        (
            lambda: pa.Table.from_arrays([pa.array(["a"])] * 4, ["case_id", "activity", "timestamp", "activity"]),
            "table names a column twice: 'activity'",
        ),
        (lambda: {"case_id": ["a"], "activity": ["x", "y"]}, "cannot read the columns of this dict: .*length"),
        (lambda: {"case_id": [1, "a"], "activity": ["x", "y"]}, "cannot read the columns of this dict: "),
        (lambda: [1, 2], "cannot read a table from list: give a path, a dict of columns or a table"),
        (lambda: None, "cannot read a table from NoneType: give a path, a dict of columns or a table"),
        (lambda: pl.LazyFrame(DATA), "cannot read a table from LazyFrame: give a path, a dict of columns or a table"),
        (
            lambda: {**DATA, "activity": [["x"]] * 3},
            "column 'activity' of table holds list<item: string>, and those are no labels",
        ),
        (
            lambda: {**DATA, "case_id": [{"id": 1}] * 3},
            "column 'case_id' of table holds struct<id: int64>, and those are no labels",
        ),
        (
            lambda: {**DATA, "case_id": [b"\xff"] * 3},
            "column 'case_id' of table holds binary, and those are no labels",
        ),
        (
            lambda: {**DATA, "timestamp": [[at(0)]] * 3},
            "column 'timestamp' holds list<item: string>, and no times can be read from that",
        ),
    ],
)
def test_what_is_no_table_of_events_is_refused(make, said):
    with pytest.raises(SchemaError, match=f"^{said}"):
        jm.read_table(make())


def test_the_callers_frame_stays_as_it_was():
    frames = {
        "pandas": pd.DataFrame(DATA).astype({"activity": "category"}),
        "polars": pl.DataFrame(DATA),
        "arrow": pa.table(DATA),
    }
    copies = {name: frame.clone() if name == "polars" else frame for name, frame in frames.items()}
    copies["pandas"] = frames["pandas"].copy(deep=True)
    for name, frame in frames.items():
        log = jm.read_table(frame, ids={"email": "case_id"}, unknown=["a"])
        jm.variants(jm.link(log))
        assert frame.equals(copies[name]), name


def test_a_log_goes_to_every_library():
    log = log_of(("a", "visit", 0), ("b", "call", 1), ("a", "buy", 2), amount=[1.5, 2.5, 3.5])
    assert pa.table(log).equals(log.table)
    assert pl.DataFrame(log)["activity"].to_list() == ["visit", "buy", "call"]
    assert pd.DataFrame.from_arrow(log)["amount"].tolist() == [1.5, 3.5, 2.5]
    assert duckdb.sql("select activity, amount from log where case_id = 'a' order by timestamp").fetchall() == [
        ("visit", 1.5),
        ("buy", 3.5),
    ]


def test_a_log_that_went_through_another_library_is_the_same_log():
    log = jm.read_table(DATA)
    again = jm.read_table(pl.DataFrame(log))
    assert rows_of(again, "case_id", "activity", "timestamp", "customer", "amount") == rows_of(
        log, "case_id", "activity", "timestamp", "customer", "amount"
    )
