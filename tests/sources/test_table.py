"""Tables of events: columns, keys, labels and deliveries. D1 to D14 and K1 to K26 are cases of the battery."""

import csv
import io
import json
import unicodedata
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.errors import EmptySourceError, OptionError, SchemaError, TimeZoneError, UnknownColumnError
from journeymine.sources import inputs
from tests.small import at, edges, rows_of


def table(*rows, **columns):
    """Give (case, activity, day) rows and further columns as a dict of columns."""
    cases, activities, days = zip(*rows, strict=True)
    times = [day if isinstance(day, str) or day is None else at(day) for day in days]
    return {"case_id": list(cases), "activity": list(activities), "timestamp": times, **columns}


def as_csv(data):
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([list(data), *zip(*data.values(), strict=True)])
    return stream.getvalue()


def account(log):
    counts = log.account[["rows_in", "used", "duplicate", "quarantined"]].to_numpy().tolist()[0]
    assert counts[0] == sum(counts[1:])
    return tuple(counts)


# --- columns ---------------------------------------------------------------------------------------------------------


def test_columns_are_named_by_the_caller_and_the_others_are_kept():
    data = {"who": ["a", "b"], "what": ["visit", "buy"], "at": [at(0), at(1)], "via": ["web", "shop"], "paid": [0, 5]}
    log = jm.read_table(data, case="who", activity="what", timestamp="at", channel="via")
    assert rows_of(log, "case_id", "activity", "channel", "paid", "source_row") == [
        ("a", "visit", "web", 0, 1),
        ("b", "buy", "shop", 5, 2),
    ]


def test_k21_a_column_that_is_not_there_is_an_error_that_names_the_closest():
    with pytest.raises(
        UnknownColumnError,
        match=r"^column 'activty' is not in table. Did you mean 'activity'\? Columns: case_id, activity, timestamp.$",
    ):
        jm.read_table(table(("a", "x", 0)), activity="activty")


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        ({"activity": ["x"], "timestamp": [at(0)]}, "case_id"),
        ({"case_id": ["a"], "timestamp": [at(0)]}, "activity"),
        ({"case_id": ["a"], "activity": ["x"]}, "timestamp"),
    ],
)
def test_a_table_without_a_needed_column_is_an_error_that_names_it(data, missing):
    with pytest.raises(UnknownColumnError, match=f"^column '{missing}' is not in table. "):
        jm.read_table(data)


@pytest.mark.parametrize("option", ["case", "customer", "channel", "end_timestamp", "event_id", "version", "ids"])
def test_every_column_that_is_named_has_to_be_there(option):
    options = {option: {"email": "nowhere"} if option == "ids" else "nowhere"}
    with pytest.raises(UnknownColumnError, match=r"^column 'nowhere' is not in table. Columns: case_id, activity"):
        jm.read_table(table(("a", "x", 0)), **options)


def test_k22_a_column_whose_name_the_log_needs_is_kept_under_another_with_a_note():
    data = {**table(("a", "x", 0)), "source": ["newsletter"], "what": ["y"], "source_row": [77]}
    log = jm.read_table(data, activity="what")
    assert rows_of(log, "activity", "original_activity", "original_source", "source", "source_row") == [
        ("y", "x", "newsletter", "table", 1)
    ]
    assert log.sources["notes"].to_pylist() == [
        [
            "column 'activity' is kept as 'original_activity': a log has a column 'activity' of its own",
            "column 'source' is kept as 'original_source': a log has a column 'source' of its own",
            "column 'source_row' is kept as 'original_source_row': a log has a column 'source_row' of its own",
        ]
    ]


def test_no_column_is_lost_whatever_it_is_called():
    data = {**table(("a", "x", 0)), "source": ["one"], "original_source": ["two"]}
    log = jm.read_table(data)
    assert {"one", "two"} <= set(log.table.to_pylist()[0].values())


def test_a_date_and_a_time_in_two_columns_are_one_moment():
    data = {"case_id": ["a", "b"], "activity": ["x", "y"], "day": ["2024-05-01", None], "hour": ["11:00", "11:00"]}
    log = jm.read_table(data, timestamp=["day", "hour"], tz="Europe/Amsterdam")
    assert log.span[0] == datetime(2024, 5, 1, 9, tzinfo=UTC)
    assert log.quarantine.reasons == {"no_time": 1}


def test_one_column_may_serve_twice():
    log = jm.read_table({"who": ["a"], "page": ["/"], "at": [at(0)]}, case="who", customer="who", activity="page",
                        channel="page", timestamp="at")  # fmt: skip
    assert rows_of(log, "case_id", "customer", "activity", "channel") == [("a", "a", "/", "/")]


# --- who -------------------------------------------------------------------------------------------------------------


def test_without_a_case_each_customer_is_one():
    data = {"who": ["7", "7", "8"], "activity": ["x", "y", "x"], "timestamp": [at(0), at(1), at(2)]}
    log = jm.read_table(data, customer="who")
    assert (log.num_cases, log.num_customers) == (2, 2)
    assert rows_of(log, "id_customer") == [("7",), ("7",), ("8",)]


def test_the_strongest_identifier_names_the_customer_until_link_knows_more():
    data = {
        "mail": ["jo@x.nl", "jo@x.nl", None, None],
        "cookie": ["k1", None, "k1", None],
        "activity": list("wxyz"),
        "timestamp": [at(day) for day in range(4)],
    }
    log = jm.read_table(data, ids={"cookie": "cookie", "email": "mail"})
    assert sorted(rows_of(log, "activity", "customer"), key=str) == [
        ("w", "email:jo@x.nl"),
        ("x", "email:jo@x.nl"),
        ("y", "cookie:k1"),
        ("z", None),
    ]
    assert dict(rows_of(log, "activity", "case_id"))["z"] == "nobody/table/4"


@pytest.mark.parametrize("unknown", ["0", ["0"], [0], (0, "-1"), {"0"}])
def test_k24_a_number_that_means_not_known_is_nobody(unknown):
    data = table(("1", "x", 0), ("2", "y", 1), ("3", "z", 2), customer=[0, 0, 5])
    log = jm.read_table(data, unknown=unknown)
    assert (log.num_customers, log.num_cases) == (1, 3)
    assert jm.cut(jm.link(log)).num_cases == 3


def test_k24_without_cases_each_event_of_nobody_is_one():
    data = {"who": ["0", " 0", "5"], "activity": ["x", "y", "z"], "timestamp": [at(0), at(1), at(2)]}
    log = jm.read_table(data, customer="who", unknown=["0"])
    assert sorted(rows_of(log, "case_id", "customer"), key=str) == [
        ("5", "5"),
        ("nobody/table/1", None),
        ("nobody/table/2", None),
    ]


def test_k24_a_case_may_be_not_known_too():
    log = jm.read_table(table(("-", "x", 0), ("-", "y", 1), ("a", "z", 2)), unknown=["-"])
    assert (log.num_cases, log.num_customers) == (3, 1)


def test_k2_a_customer_without_a_name_is_nobody():
    log = jm.read_table(table(("1", "x", 0), ("2", "y", 1), customer=["", " "]))
    assert (log.num_customers, log.num_cases) == (0, 2)


# --- keys and labels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cases", "reason"),
    [
        pytest.param(["a", None, "b"], "no_case", id="K1 null case"),
        pytest.param(["a", "", "b"], "no_case", id="K2 empty case"),
        pytest.param(["a", " \u00a0\t", "b"], "no_case", id="K2 blank case"),
    ],
)
def test_an_event_without_a_case_is_set_aside(cases, reason):
    rows = [(case, "x", day) for day, case in enumerate(cases)]
    log = jm.read_table(table(*rows))
    assert account(log) == (3, 2, 0, 1)
    quarantined = log.quarantine.table.to_pylist()[0]
    assert (quarantined["line"], quarantined["stage"], quarantined["reason"], quarantined["detail"]) == (
        2,
        "check",
        reason,
        "case_id is empty",
    )
    assert json.loads(quarantined["payload"]) == {"case_id": cases[1], "activity": "x", "timestamp": at(1)}


def test_an_event_without_a_customer_is_set_aside_where_customers_are_cases():
    data = {"customer": ["a", None], "activity": ["x", "y"], "timestamp": [at(0), at(1)]}
    assert jm.read_table(data).quarantine.reasons == {"no_customer": 1}


def test_k3_an_event_without_an_activity_is_set_aside_and_nothing_follows_over_it():
    log = jm.read_table(
        table(("a", "A", 0), ("a", None, 1), ("a", " ", 2), ("a", "C", 3), ("a", "D", 4), ("b", "A", 0), ("b", "C", 5))
    )
    assert account(log) == (7, 5, 0, 2)
    assert log.quarantine.reasons == {"no_activity": 2}
    assert edges(log) == {("C", "D"): 1, ("A", "C"): 1}  # the second of another case


@pytest.mark.parametrize("options", [{"case": "who"}, {"customer": "who"}, {"ids": {"email": "who"}}])
def test_k3_however_the_customer_is_known(options):
    data = {"who": ["a"] * 3, "activity": ["A", None, "C"], "timestamp": [at(2), at(1), at(0)]}
    log = jm.read_table(data, **options)
    assert (log.num_cases, edges(log)) == (1, {})


@pytest.mark.parametrize("name", ["NA", "null", "None", "nan", "N/A", "-", "0"])
def test_k4_a_label_that_looks_like_nothing_is_a_label(tmp_path, name):
    data = table((name, name, 0), ("b", "x", 1))
    (tmp_path / "x.csv").write_text(as_csv(data))
    for log in (jm.read_table(data), jm.read_table(tmp_path / "x.csv"), jm.read_table(pd.DataFrame(data))):
        assert rows_of(log.where(case_id=name), "case_id", "activity", "customer") == [(name, name, name)]


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param(["007", "7"], id="K5 leading zeros"),
        pytest.param(["12345678901234567", "12345678901234568"], id="K7 17 digits"),
        pytest.param(["2001", "20240101", "2024-01-01", "10:15", "now", "1e5", "1.0"], id="K8 what looks like a date"),
        pytest.param([" visit", "visit ", "visit", "visit\u200b", "visit\u00a0"], id="K9 blanks"),
        pytest.param(["café", unicodedata.normalize("NFD", "café")], id="K10 accents"),
        pytest.param(["Visit", "visit", "VISIT"], id="K11 capitals"),
        pytest.param(["a,b", "a\tb", 'a"b', "a\nb", "a;b", "a|b", "'", '"'], id="K12 delimiters"),
        pytest.param(["START", "END", "other", "->", "0", "nobody"], id="K13 our own words"),
        pytest.param(["😀", "\u202e\u05e9\u05dc\u05d5\u05dd", "👩\u200d👩\u200d👧"], id="K14 signs of all kinds"),
        pytest.param(["a\0b", "a"], id="K15 NUL"),
    ],
)
def test_labels_and_keys_are_kept_to_the_letter(tmp_path, labels):
    data = table(*((label, label, day) for day, label in enumerate(labels)), customer=labels)
    (tmp_path / "x.csv").write_text(as_csv(data), encoding="utf-8", newline="")
    (tmp_path / "x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in pa.table(data).to_pylist()))
    for source in (data, pd.DataFrame(data), tmp_path / "x.csv", tmp_path / "x.jsonl"):
        log = jm.read_table(source, delimiter=",") if isinstance(source, type(tmp_path)) else jm.read_table(source)
        assert sorted(rows_of(log, "case_id", "activity", "customer")) == sorted((label,) * 3 for label in labels)


def test_k6_numbers_of_one_column_have_one_spelling():
    for cases in ([1, 1], ["1", "1"], [1.0, 1.0], pa.array([1, 1], pa.int8()), pa.array([1, 1], pa.decimal128(5, 0))):
        log = jm.read_table({"case_id": cases, "activity": ["x", "y"], "timestamp": [at(0), at(1)]})
        assert rows_of(log, "case_id") == [("1",), ("1",)]


def test_k17_labels_may_be_truth_values_or_days():
    days = pa.array([19_844, 19_845], pa.date32())
    log = jm.read_table({"case_id": [True, False], "activity": days, "timestamp": [at(0), at(1)]})
    assert rows_of(log, "case_id", "activity") == [("true", "2024-05-01"), ("false", "2024-05-02")]


def test_k23_as_many_activities_as_events_are_no_matter():
    rows = 20_000
    log = jm.read_table(
        {"case_id": np.arange(rows) % 10, "activity": np.arange(rows), "timestamp": np.arange(rows) + 10**9}
    )
    assert (len(log.activities), log.num_cases) == (rows, 10)
    assert sum(edges(log).values()) == rows - 10


# --- deliveries ------------------------------------------------------------------------------------------------------


def test_d2_of_the_rows_of_one_event_the_latest_version_counts():
    data = table(("a", "old", 0), ("a", "new", 0), ("a", "older", 0), ("b", "x", 1), ("b", "y", 2))
    data |= {"key": ["e1", "e1", "e1", "e2", None], "version": ["9", "10", None, "1", "1"]}
    log = jm.read_table(data, event_id="key", version="version")
    assert (log.activities, account(log)) == (["new", "x", "y"], (5, 3, 2, 0))


@pytest.mark.parametrize(
    "versions",
    [
        [9, 10, 1],
        ["2024-05-01", "2024-06-01", "2024-04-01"],
        [at(1), at(2), at(0)],
        [0.5, 1.5, None],
        [None, "1", None],
    ],
)
def test_d2_versions_are_numbers_or_times(versions):
    data = table(("a", "old", 0), ("a", "new", 0), ("a", "older", 0), key=[1, 1, 1], version=versions)
    assert jm.read_table(data, event_id="key", version="version").activities == ["new"]


def test_d2_without_a_version_the_last_row_counts():
    data = table(("a", "old", 0), ("a", "new", 0), key=["e1", "e1"])
    log = jm.read_table(data, event_id="key")
    assert (log.activities, account(log)) == (["new"], (2, 1, 1, 0))


def test_d3_a_delivery_that_comes_twice_changes_nothing():
    data = table(("a", "x", 0), ("b", "y", 1), ("a", "z", 2), key=[1, 2, 3])
    once, twice = (jm.read_table(rows, event_id="key") for rows in (data, {name: v * 2 for name, v in data.items()}))
    assert rows_of(twice, "case_id", "activity", "timestamp") == rows_of(once, "case_id", "activity", "timestamp")
    assert account(twice) == (6, 3, 3, 0)


def test_d9_events_of_one_moment_keep_the_order_of_the_file_and_are_counted():
    log = jm.read_table(table(*(("a", activity, 0) for activity in "zyxw")))
    assert rows_of(log, "activity") == [("z",), ("y",), ("x",), ("w",)]
    assert log.ties == 3


ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 10**6)),
    min_size=1,
    unique_by=lambda row: row[2],
)


def by_case(log):
    """Give the events of each case in their order."""
    cases = log.table["case_id"].to_pylist()
    return {case: rows_of(log.where(case_id=case), "activity", "timestamp") for case in cases}


@settings(max_examples=30)
@given(ROWS, st.randoms())
def test_d4_to_d7_the_order_in_which_rows_come_does_not_matter(rows, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    logs = [jm.read_table(table(*((*row[:2], row[2] / 1000) for row in order))) for order in (rows, shuffled)]
    assert by_case(logs[0]) == by_case(logs[1])
    assert jm.summarise(logs[0]) == jm.summarise(logs[1])


@settings(max_examples=30)
@given(ROWS, st.integers(1, 5))
def test_d12_d13_a_delivery_in_parts_is_the_same_as_in_one(rows, parts):
    whole = jm.read_table(table(*rows), name="whole", tz="UTC")
    pieces = [rows[start::parts] for start in range(parts)]
    logs = [
        jm.read_table(table(*piece), name=f"part {number}", tz="UTC") for number, piece in enumerate(pieces) if piece
    ]
    together = jm.concat(logs)
    assert by_case(together) == by_case(whole)


# --- when ------------------------------------------------------------------------------------------------------------


def test_times_without_a_zone_are_an_error_and_never_utc():
    with pytest.raises(
        TimeZoneError,
        match=r"^column 'timestamp' has times without a zone, such as '2024-05-01 09:00:00' in row 1. "
        r"Say where the clock stood with tz=, such as tz='Europe/Amsterdam' or tz='UTC'$",
    ):
        jm.read_table(table(("a", "x", "2024-05-01 09:00")))


def test_a_source_was_observed_until_its_last_event_or_as_it_is_told():
    data = table(("a", "x", 0), ("a", "y", 9))
    assert jm.read_table(data).sources["observed_until"].to_pylist() == [datetime(2024, 5, 10, tzinfo=UTC)]
    log = jm.read_table(data, observed_until="2024-06-01T00:00:00+02:00")
    assert log.sources["observed_until"].to_pylist() == [datetime(2024, 5, 31, 22, tzinfo=UTC)]


def test_t31_an_event_after_the_export_was_made_is_an_error():
    with pytest.raises(
        OptionError, match=r"^table has events after observed_until='2024-05-02T00:00Z'; the last one came"
    ):
        jm.read_table(table(("a", "x", 9)), observed_until="2024-05-02T00:00Z")
    with pytest.raises(OptionError, match=r"^'2024-05-31' has no time zone"):
        jm.read_table(table(("a", "x", 0)), observed_until="2024-05-31")


def test_t32_an_end_that_is_none_or_too_early_is_left_out_with_a_note():
    ends = [at(1), at(-1), "soon", None]
    log = jm.read_table(table(*((case, "x", 0) for case in "abcd"), until=ends), end_timestamp="until")
    assert [end and (end - datetime(2024, 5, 1, tzinfo=UTC)) for (end,) in rows_of(log, "end_timestamp")] == [
        timedelta(days=1),
        None,
        None,
        None,
    ]
    assert log.sources["notes"].to_pylist() == [
        ["1 ends of events are not times; left out", "1 events end before they begin; their ends are left out"]
    ]


def test_a_bad_time_is_set_aside_with_what_stood_there():
    log = jm.read_table(table(("a", "x", "soon"), ("a", "y", None), ("a", "z", 0)))
    assert account(log) == (3, 1, 0, 2)
    assert log.quarantine.to_pandas()[["line", "stage", "reason", "detail"]].to_numpy().tolist() == [
        [1, "check", "bad_time", "'soon' is not a time"],
        [2, "check", "no_time", "None is not a time"],
    ]


def test_a_time_that_python_cannot_say_is_set_aside_too():
    times = pa.array([9 * 10**17, 0], pa.timestamp("us", "UTC"))
    log = jm.read_table({"case_id": ["a", "b"], "activity": ["x", "y"], "timestamp": times})
    assert log.quarantine.reasons == {"bad_time": 1}
    assert "30489" in log.quarantine.table["detail"].to_pylist()[0]


# --- nothing usable --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (table(("a", "x", "soon")), {}),
        ({"who": ["a"], "activity": ["x"], "timestamp": ["soon"]}, {"customer": "who"}),
        ({"who": ["a@x.nl"], "activity": ["x"], "timestamp": ["soon"]}, {"ids": {"email": "who"}}),
        ({"who": [None], "activity": ["x"], "timestamp": [at(0)]}, {"customer": "who"}),
        (table(("a", None, 0)), {"observed_until": at(5), "event_id": "activity"}),
    ],
)
def test_s1_a_table_of_only_bad_rows_is_an_empty_log_with_all_of_them_in_quarantine(data, options):
    log = jm.read_table(data, **options)
    assert account(log) == (1, 0, 0, 1)
    assert repr(log) == "<EventLog 0 events · 0 customers · 1 row in quarantine>"
    assert jm.variants(log).num_cases == 0
    assert len(jm.dropoff(log).table) == len(jm.delays(log).table) == 0
    assert jm.cut(log, gap="14d").num_cases == 0
    assert jm.concat([log]).equals(log)


@pytest.mark.parametrize("data", [{"case_id": [], "activity": [], "timestamp": []}, {}, pd.DataFrame()])
def test_a_table_without_rows_is_said_to_have_none(data):
    with pytest.raises(EmptySourceError, match=r"^table has no rows$"):
        jm.read_table(data)
    with pytest.raises(EmptySourceError, match=r"^calls has no rows$"):
        jm.read_table(data, name="calls")


def test_s15_tables_that_are_read_stay_as_they_were():
    data = pa.table(table(("a", "x", 0), ("b", "y", 1)))
    before = data.to_pydict()
    jm.read_table(data, unknown=["a"], ids={"email": "case_id"})
    assert data.to_pydict() == before


def test_a_name_that_is_given_names_the_source():
    log = jm.read_table(table(("a", "x", 0), ("b", None, 0)), name="calls")
    assert log.account["source"].tolist() == ["calls"]
    assert log.quarantine.table["source"].to_pylist() == ["calls"]
    assert rows_of(log, "source") == [("calls",)]


def test_telephone_numbers_are_spelled_by_the_country():
    pytest.importorskip("phonenumbers")
    data = {
        "tel": ["06-12345678", "+31 6 1234 5678", "0031612345678"],
        "activity": list("xyz"),
        "timestamp": [at(0)] * 3,
    }
    log = jm.read_table(data, ids={"phone": "tel"}, country="NL")
    assert set(rows_of(log, "id_phone")) == {("+31612345678",)}
    with pytest.raises(OptionError, match="country 'Holland' is not a two-letter country code such as 'NL' or 'GB'"):
        jm.read_table(data, ids={"phone": "tel"}, country="Holland")


def test_floats_that_are_not_exact_are_refused_as_labels():
    with pytest.raises(
        SchemaError, match=r"column 'case_id' of table holds floats too large to be exact. Give it as text"
    ):
        jm.read_table({"case_id": [1e17], "activity": ["x"], "timestamp": [at(0)]})


def test_a_column_named_event_id_leaves_rows_out_only_where_it_is_asked_to():
    data = {
        "case_id": ["a", "b"],
        "activity": ["x", "x"],
        "timestamp": ["2024-05-01T09:00Z"] * 2,
        "event_id": ["1", "1"],
    }
    assert jm.read_table(data).num_events == 2
    assert jm.read_table(data, event_id="event_id").num_events == 1


# --- files larger than memory ----------------------------------------------------------------------------------------


LINES = """order,event,at,note
A1,visit,2024-05-01 09:00,"two
lines"
A1,buy,soon,
A2,visit,25-05-2024 10:00,
A2,,2024-05-02 10:00,
A3,visit,2024-05-03 10:00
A3,buy,2024-05-04 10:00,"a ""quote"" in it"
"""
OPTIONS = {"case": "order", "activity": "event", "timestamp": "at", "tz": "UTC", "time_format": "%Y-%m-%d %H:%M"}


def in_parts(monkeypatch, size):
    blocks = inputs.blocks
    monkeypatch.setattr(inputs, "blocks", lambda path, **options: blocks(path, **options, size=size))


@pytest.mark.parametrize("size", [20, 40, 70, 150])
def test_a_file_read_in_parts_is_the_same_as_one_read_at_once(tmp_path, monkeypatch, size):
    path = tmp_path / "orders.csv"
    path.write_text(LINES)
    whole = jm.read_table(path, **OPTIONS)
    in_parts(monkeypatch, size)
    assert jm.read_table(path, **OPTIONS).equals(whole)
    assert whole.quarantine.reasons == {"bad_time": 2, "bad_row": 1, "no_activity": 1}


@pytest.mark.parametrize("size", [30, 90, 200])
def test_json_lines_read_in_parts_are_the_same(tmp_path, monkeypatch, size):
    path = tmp_path / "orders.jsonl"
    rows = [{"case_id": f"A{n % 3}", "activity": "visit", "timestamp": 1_714_554_000 + n} for n in range(6)]
    rows[3] |= {"amount": 5, "items": [1, 2]}
    path.write_text("\n".join([*map(json.dumps, rows[:5]), "{broken", json.dumps(rows[5])]))
    whole = jm.read_table(path)
    in_parts(monkeypatch, size)
    parts = jm.read_table(path)
    assert parts.quarantine.table.equals(whole.quarantine.table)
    names = ["case_id", "activity", "timestamp", "source_row", "items"]
    assert parts.table.select(names).to_pylist() == whole.table.select(names).to_pylist()


def test_an_array_of_objects_is_a_table_too(tmp_path):
    path = tmp_path / "orders.json"
    path.write_text('[{"case_id": "a", "activity": "visit", "timestamp": 1714554000}, 5]')
    log = jm.read_table(path)
    assert (log.num_events, log.quarantine.reasons) == (1, {"bad_json": 1})
