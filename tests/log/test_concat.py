"""Logs of several sources, put together."""

from itertools import permutations

import pyarrow as pa
import pytest

import journeymine as jm
from journeymine.errors import EmptySourceError, OptionError, SchemaError
from journeymine.log import columns
from tests.small import at, rows_of


def source(name, *events, **more):
    """Read a source of (case, activity, day) rows."""
    cases, activities, days = zip(*events, strict=True)
    table = {"case_id": cases, "activity": activities, "timestamp": [at(day) for day in days], **more}
    return jm.read_table(table, name=name)


def test_all_events_quarantines_and_accounts_are_there():
    web = source("web", ("a", "visit", 0), ("b", "visit", 1))
    shop = jm.read_table({"case_id": ["a", None], "activity": ["buy", "buy"], "timestamp": [at(2), at(3)]}, name="shop")
    log = jm.concat([web, shop])
    assert rows_of(log.where(case_id="a"), "activity", "source") == [("visit", "web"), ("buy", "shop")]
    assert rows_of(log.where(case_id="b"), "activity", "source") == [("visit", "web")]
    assert log.account[["source", "rows_in", "used", "quarantined"]].to_numpy().tolist() == [
        ["shop", 2, 1, 1],
        ["web", 2, 2, 0],
    ]
    assert log.quarantine.table["source"].to_pylist() == ["shop"]


def test_the_order_in_which_logs_are_given_does_not_matter():
    parts = [
        source("web", ("a", "visit", 0), ("b", "visit", 1)),
        source("chat", ("a", "chat", 0), ("c", "chat", 1), topic=["bill", None]),
        source("phone", ("a", "call", 0), ("b", "call", 1)),
    ]
    first, *others = (jm.concat(order) for order in permutations(parts))
    assert all(other.equals(first) for other in others)


def test_at_one_moment_sources_stand_in_the_order_of_their_names():
    log = jm.concat([source("web", ("a", "visit", 0)), source("chat", ("a", "chat", 0))])
    assert (rows_of(log, "activity"), log.ties) == ([("chat",), ("visit",)], 1)


def test_a_column_that_one_source_lacks_is_null_there():
    log = jm.concat([source("web", ("a", "visit", 0)), source("chat", ("a", "chat", 1), topic=["bill"])])
    assert rows_of(log, "activity", "topic") == [("visit", None), ("chat", "bill")]


def test_a_column_that_is_text_in_one_source_and_a_number_in_another_becomes_text():
    log = jm.concat(
        [source("web", ("a", "visit", 0), status=[200]), source("chat", ("a", "chat", 1), status=["closed"])]
    )
    assert rows_of(log, "activity", "status") == [("visit", "200"), ("chat", "closed")]


def test_numbers_of_different_width_stay_numbers():
    log = jm.concat([source("web", ("a", "visit", 0), n=[1]), source("chat", ("a", "chat", 1), n=[2.5])])
    assert rows_of(log, "n") == [(1.0,), (2.5,)]


def test_a_column_that_is_nested_in_one_source_only_is_refused_by_name():
    with pytest.raises(
        SchemaError, match="column 'n' holds list<item: int64> in one table and something else in another"
    ):
        jm.concat([source("web", ("a", "visit", 0), n=[[1]]), source("chat", ("a", "chat", 1), n=[2.5])])


def test_two_sources_of_one_name_are_refused():
    web = source("web", ("a", "visit", 0))
    with pytest.raises(OptionError, match="two logs have a source named web; give one another name with name="):
        jm.concat([web, web])


def test_no_log_at_all_is_refused():
    with pytest.raises(EmptySourceError, match="there is no log to concatenate"):
        jm.concat([])


def test_one_log_is_itself():
    web = source("web", ("a", "visit", 0), ("b", "visit", 1))
    assert jm.concat([web]).equals(web)


def test_a_log_of_only_bad_rows_adds_its_quarantine():
    web = source("web", ("a", "visit", 0))
    bad = jm.read_table({"case_id": ["a"], "activity": ["x"], "timestamp": ["soon"]}, name="bad")
    log = jm.concat([web, bad])
    assert (log.num_events, len(log.quarantine), log.account["rows_in"].tolist()) == (1, 1, [1, 1])


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.large_string())])
def test_text_of_any_kind_is_encoded_the_same(kind):
    text = pa.array(["x", None, "y", "x"])
    column = (
        text.cast(pa.large_string()).dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else text.cast(kind)
    )
    encoded = columns.encode(column)
    assert (encoded.type, encoded.to_pylist()) == (columns.LABEL, ["x", None, "y", "x"])
