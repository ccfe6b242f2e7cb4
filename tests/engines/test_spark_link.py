"""Spark finds the customers that memory finds, on the driver and by stars."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

import journeymine as jm
from journeymine.cli.demo import read_exports
from journeymine.cli.files import read_identifiers
from journeymine.engines.spark_components import components
from journeymine.errors import OptionError, UnknownColumnError

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore:distutils Version classes are deprecated:DeprecationWarning"),  # PySpark 3.5
]

ON_DRIVER, BY_STARS = 1_000_000, 0
BOTH_WAYS = pytest.mark.parametrize("most", [ON_DRIVER, BY_STARS])


# --- components ------------------------------------------------------------------------------------------------------


def homes(spark, pairs, most):
    frame = spark.createDataFrame([(f"n{a:02}", f"n{b:02}") for a, b in pairs], "left string, right string")
    found = components(frame, most).collect()
    assert len({row.node for row in found}) == len(found)
    return {row.node: row.home for row in found}


def by_scipy(pairs):
    left, right = np.array(pairs).T
    _, parts = connected_components(coo_array((np.ones(len(left)), (left, right)), shape=(100, 100)), directed=False)
    return {
        f"n{node:02}": f"n{np.flatnonzero(parts == parts[node])[0]:02}" for node in {*left.tolist(), *right.tolist()}
    }


@BOTH_WAYS
def test_components_of_random_graphs_and_of_a_long_chain_are_those_that_scipy_finds(spark, most):
    random = np.random.default_rng(1).integers(0, 60, (40, 2)).tolist()
    chain = (60 + np.random.default_rng(1).permutation(40)).tolist()
    pairs = [(a, b) for a, b in [*random, *pairwise(chain)] if a != b]
    assert homes(spark, pairs, most) == by_scipy(pairs)


# --- customers -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Give the exports of an invented company as a log, what else is known, and the country."""
    company = jm.write_company(tmp_path_factory.mktemp("company"), customers=300, shared=0.1)
    log, known = read_exports(company), read_identifiers(company.crm)
    assert not log.identities.num_rows
    return log, known, company.country


@pytest.fixture
def frame_of(spark, tmp_path):
    return lambda log: spark.read.parquet(str(log.write(tmp_path / f"{id(log)}.parquet")))


def by_row(table: pd.DataFrame) -> pd.DataFrame:
    columns = ["source", "source_row", "activity", "customer", "case_id"]
    return table[columns].astype(object).where(table[columns].notna(), None).sort_values(columns[:3], ignore_index=True)


def plain(frame) -> pd.DataFrame:
    return pd.DataFrame([row.asDict() for row in frame.collect()])


@BOTH_WAYS
def test_the_customers_of_the_invented_company_are_those_found_in_memory(frame_of, company, most):
    log, known, country = company
    mine = jm.link(log, extra=known, country=country)
    frame = frame_of(log)
    theirs = jm.spark.link(frame, extra=known, country=country, pairs_on_driver=most)
    assert theirs.columns == frame.columns
    pd.testing.assert_frame_equal(by_row(plain(theirs)), by_row(mine.table.to_pandas()), check_dtype=False)


def test_the_evidence_is_that_of_memory(frame_of, company):
    log, known, country = company
    mine = jm.link(log, extra=known, country=country, block=re.compile(r"^info@")).evidence
    theirs = jm.spark.evidence(frame_of(log), extra=known, country=country, block=re.compile(r"^info@")).collect()
    assert sorted(map(str, mine.to_pylist())) == sorted(str(row.asDict()) for row in theirs)


def test_a_linked_frame_is_summarised_as_the_linked_log(frame_of, company):
    log, known, country = company
    ends = dict(zip(log.sources["source"].to_pylist(), log.sources["observed_until"].to_pylist(), strict=True))
    events = jm.spark.link(frame_of(log), extra=known, country=country)
    assert jm.spark.summarise(events, observed_until=ends) == jm.summarise(jm.link(log, extra=known, country=country))


def test_events_need_no_case_and_what_is_known_may_be_a_table_of_a_catalog(spark):
    rows = [("visit", "k1", None), ("ask", "k1", "Jo@mail.example"), ("call", None, None), ("visit", "unknown", None)]
    events = spark.createDataFrame(rows, "activity string, id_cookie string, id_email string")
    events = events.selectExpr("*", "timestamp'2024-05-01' AS timestamp")
    spark.createDataFrame(
        [("C1", "jo@mail.example", 3)], "customer string, email string, orders int"
    ).createOrReplaceTempView("customers")
    found = jm.spark.link(events, extra="customers").collect()
    assert {(row.activity, row.id_cookie, row.customer) for row in found} == {
        ("visit", "k1", "C1"),
        ("ask", "k1", "C1"),
        ("call", None, None),
        ("visit", "unknown", None),
    }
    assert len({row.case_id for row in found}) == 3


def test_what_memory_refuses_is_refused_before_any_task_runs(spark):
    events = spark.createDataFrame([("visit", "k1")], "activity string, id_cookie string")
    events = events.selectExpr("*", "timestamp'2024-05-01' AS timestamp")
    with pytest.raises(OptionError, match="cap must be at least 1, not 0"):
        jm.spark.link(events, cap=0)
    with pytest.raises(UnknownColumnError, match="this log has no identifier column such as 'id_email'"):
        jm.spark.link(events.drop("id_cookie"))
    with pytest.raises(UnknownColumnError, match="extra= has no column of identifiers such as 'email'"):
        jm.spark.link(events, extra={"name": ["Jo"]})
