"""Spark gives the summaries that memory gives, and refuses what memory refuses."""

import datetime
import json

import networkx as nx
import pandas as pd
import pytest

import journeymine as jm
from journeymine.cli.demo import read_exports
from journeymine.cli.files import read_identifiers
from journeymine.engines import spark_frame
from journeymine.errors import OptionError, SchemaError, UnknownColumnError, UnknownOptionError
from tests.small import DAY, START, log_of

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore:distutils Version classes are deprecated:DeprecationWarning"),  # PySpark 3.5
]


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Give the journeys of an invented company: four channels, customers and nobody."""
    company = jm.write_company(tmp_path_factory.mktemp("company"), customers=300)
    log = jm.link(read_exports(company), extra=read_identifiers(company.crm), country=company.country)
    return jm.cut(log, gap="30d", end=company.ends)


@pytest.fixture(scope="module")
def sepsis(shared_file):
    """Give a hospital's log, in which many events of a case have the same time."""
    names = {"case": "Case ID", "activity": "Activity", "timestamp": "Complete Timestamp"}
    return jm.read_table(shared_file("data/logs/sepsis.csv.gz"), **names, tz="Europe/Amsterdam")


@pytest.fixture(scope="module")
def receipt(shared_file):
    """Give a town hall's log."""
    return jm.read_xes(shared_file("data/logs/08_receipt.xes.gz"), channel="channel")


@pytest.fixture(params=["company", "sepsis", "receipt"])
def log(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def frame_of(spark, tmp_path):
    """Give a log as a DataFrame, by way of the Parquet file that the log writes."""

    def frame(log):
        return spark.read.parquet(str(log.write(tmp_path / f"{id(log)}.parquet")))

    return frame


def ends_of(log):
    return dict(zip(log.sources["source"].to_pylist(), log.sources["observed_until"].to_pylist(), strict=True))


# --- the same as in memory -------------------------------------------------------------------------------------------


def test_spark_and_memory_give_the_same_summary_and_the_same_answers(frame_of, log):
    mine, theirs = jm.summarise(log), jm.spark.summarise(frame_of(log), observed_until=ends_of(log))
    assert theirs == mine
    goal = str(jm.variants(mine, top=1).table["variant"][0][-1])
    for answer in ANSWERS:
        assert_same(answer(mine, goal), answer(theirs, goal))


ANSWERS = [
    lambda summary, goal: jm.variants(summary).table,
    lambda summary, goal: jm.delays(summary).table,
    lambda summary, goal: jm.dropoff(summary, goal=goal).table,
    lambda summary, goal: jm.drift(summary, goal=goal).table,
    lambda summary, goal: jm.transitions(summary, goal=goal).table,
    lambda summary, goal: jm.switches(summary).table if summary.channels else None,
    lambda summary, goal: jm.journey_graph(summary, goal=goal),
    lambda summary, goal: jm.journey_map(summary, goal=goal).table,
    lambda summary, goal: jm.likeliest_path(summary, goal=goal),
    lambda summary, goal: jm.must_pass(summary, goal=goal),
    lambda summary, goal: jm.reach(summary, goal=goal),
    lambda summary, goal: jm.loops(summary),
    lambda summary, goal: jm.funnel(summary, [summary.activities[0], goal]).table,
    lambda summary, goal: jm.discover(summary, method="dfg").text,
    lambda summary, goal: jm.report(summary, goal=goal).to_dict(),
]


def assert_same(mine, theirs):
    """Compare answers; those that follow chains of shares may differ in their last digits."""
    if isinstance(mine, pd.DataFrame):
        pd.testing.assert_frame_equal(mine, theirs, rtol=1e-12)
    elif isinstance(mine, nx.DiGraph):
        for frame in (
            nx.to_pandas_edgelist,
            lambda graph: pd.DataFrame.from_dict(dict(graph.nodes(data=True)), "index"),
        ):
            assert_same(frame(mine), frame(theirs))
    else:
        assert to_nine_digits(mine) == to_nine_digits(theirs)


def to_nine_digits(answer):
    return json.loads(json.dumps(answer, default=str), parse_float=lambda digits: f"{float(digits):.9g}")


@pytest.mark.parametrize(
    "options", [{"by": "channel", "relative_error": 0.01}, {"by": "source", "parts": ["variants"]}]
)
def test_segments_buckets_and_parts_are_those_of_memory(frame_of, company, options):
    theirs = jm.spark.summarise(frame_of(company), observed_until=ends_of(company), **options)
    assert theirs == jm.summarise(company, **options)


def test_many_partitions_are_added_up_in_rounds(spark, frame_of, receipt, monkeypatch):
    monkeypatch.setattr(spark_frame, "_FAN_IN", 2)
    assert jm.spark.summarise(frame_of(receipt), observed_until=ends_of(receipt)) == jm.summarise(receipt)


def test_a_source_ends_with_its_last_event_unless_one_says_when(frame_of):
    events = [("a", "x", 0), ("a", "y", 1), ("b", "x", 3)]
    frame = frame_of(log_of(*events))
    assert jm.spark.summarise(frame) == jm.summarise(log_of(*events))
    until = datetime.datetime.fromtimestamp((START + 9 * DAY) / 1e6, datetime.UTC)
    assert jm.spark.summarise(frame, observed_until=until) == jm.summarise(log_of(*events, until=9))
    assert jm.spark.summarise(frame, observed_until={"events": until}) == jm.summarise(log_of(*events, until=9))


def test_columns_of_other_names_numbers_as_cases_and_tables_of_a_catalog_are_taken(spark):
    rows = [(7, "x", 0, None), (7, "y", 1, None), (8, "x", 2, "web")]
    frame = spark.createDataFrame(rows, "`a visitor` int, page string, day int, `where` string")
    frame = frame.selectExpr("`a visitor`", "page", f"timestamp_micros({START} + day * {DAY}) AS at", "`where`")
    frame.createOrReplaceTempView("clicks")
    names = {"case": "a visitor", "activity": "page", "timestamp": "at", "channel": "where"}
    log = log_of(("7", "x", 0), ("7", "y", 1), ("8", "x", 2), channel=[None, None, "web"])
    assert jm.spark.summarise("clicks", **names) == jm.summarise(log)
    names["customer"] = names.pop("case")
    assert jm.spark.summarise("clicks", **names) == jm.summarise(log)


def test_no_events_are_an_empty_summary(frame_of):
    assert jm.spark.summarise(frame_of(log_of(("a", "x", 0))).where("false")) == jm.summarise(log_of())


# --- refused ---------------------------------------------------------------------------------------------------------


def test_names_that_do_not_occur_are_refused_before_any_task_runs(frame_of):
    frame = frame_of(log_of(("a", "x", 0), channel=["web"]))
    with pytest.raises(UnknownColumnError, match=r"column 'chanel' \(channel=\) is not .* Did you mean 'channel'\?"):
        jm.spark.summarise(frame, channel="chanel")
    with pytest.raises(
        UnknownColumnError, match=r"label column 'chanel' is not in the DataFrame. Did you mean 'channel"
    ):
        jm.spark.summarise(frame, by="chanel")
    with pytest.raises(UnknownColumnError, match="column 'timestamp' holds timestamp, no labels"):
        jm.spark.summarise(frame, by="timestamp")
    with pytest.raises(UnknownOptionError, match=r"there is no part 'folows' of a summary. Did you mean 'follows'"):
        jm.spark.summarise(frame, parts=["folows"])
    with pytest.raises(OptionError, match="relative_error must lie between 0 and 1, not 2"):
        jm.spark.summarise(frame, relative_error=2)
    with pytest.raises(UnknownColumnError, match=r"column 'case_id' \(case=\) is not in the DataFrame"):
        jm.spark.summarise(frame.drop("case_id", "customer"))


def test_times_without_a_zone_and_texts_are_refused(frame_of):
    frame = frame_of(log_of(("a", "x", 0)))
    with pytest.raises(
        SchemaError, match=r"'timestamp' has times without a zone. Say what zone they are in: set spark"
    ):
        jm.spark.summarise(frame.selectExpr("case_id", "activity", "CAST(timestamp AS timestamp_ntz) AS timestamp"))
    with pytest.raises(
        SchemaError, match=r"must hold times \(timestamp\), not string; Spark's to_timestamp parses them"
    ):
        jm.spark.summarise(frame.selectExpr("case_id", "activity", "'2024' AS timestamp"))


def test_nulls_where_none_may_be_are_refused(frame_of):
    frame = frame_of(log_of(("a", "x", 0), ("a", "y", 1)))
    with pytest.raises(SchemaError, match="column 'activity' must not hold nulls, but 1 of its rows do"):
        jm.spark.summarise(frame.selectExpr("case_id", "nullif(activity, 'x') AS activity", "timestamp"))


def test_a_named_table_needs_a_session(spark, monkeypatch):
    monkeypatch.setattr(type(spark), "getActiveSession", lambda: None)
    with pytest.raises(
        OptionError, match="no Spark session runs that knows a table 'clicks'; start one, or give a Data"
    ):
        jm.spark.summarise("clicks")
