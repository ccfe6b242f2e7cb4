import gzip
import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeymine.errors import EmptySourceError, FormatError, UnknownColumnError
from journeymine.sources import inputs
from journeymine.sources.web.ga4 import read_ga4
from journeymine.sources.web.ga4_params import PARAMS, fingerprints, params_of

NINE = 1714554000  # 2024-05-01 09:00 UTC
TEXT = pa.string()
SCHEMA = pa.schema(
    {
        "event_date": TEXT,
        "event_timestamp": pa.int64(),
        "event_name": TEXT,
        "event_params": PARAMS,
        "user_id": TEXT,
        "user_pseudo_id": TEXT,
        "user_properties": PARAMS,
        "stream_id": TEXT,
        "batch_page_id": pa.int64(),
        "batch_ordering_id": pa.int64(),
        "batch_event_index": pa.int64(),
        "device": pa.struct({"category": TEXT, "language": TEXT}),
        "ecommerce": pa.struct({"transaction_id": TEXT, "purchase_revenue": pa.float64()}),
        "items": pa.list_(pa.struct({"item_id": TEXT})),
    }
)


def params(**values):
    kinds = {str: "string_value", int: "int_value", float: "double_value"}
    return [{"key": key, "value": {kinds[type(value)]: value}} for key, value in values.items()]


def event(name="add_to_cart", seconds=0, *, day="20240501", said=(), **values):
    made = {"event_date": day, "event_timestamp": (NINE + seconds) * 10**6, "event_name": name}
    return made | {"user_pseudo_id": "17.18", "stream_id": "s", "event_params": params(**dict(said))} | values


def page(url, seconds=0, **values):
    return event("page_view", seconds, said={"page_location": url, "ga_session_id": 5}, **values)


def quoted(value):
    """Write integers as BigQuery does in JSON: as text."""
    if isinstance(value, dict):
        return {key: quoted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [quoted(item) for item in value]
    return str(value) if isinstance(value, int) else value


def lines(events):
    return "\n".join(item if isinstance(item, str) else json.dumps(quoted(item)) for item in events)


def write(path, events):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(list(events), SCHEMA), path)
    else:
        path.write_text(lines(events))


@pytest.fixture
def read(tmp_path):
    def read(*events, kind="json", **options):
        path = tmp_path / f"events.{kind}"
        write(path, events)
        return read_ga4(path, **options)

    return read


def column(log, name):
    return log.table.sort_by("source_row")[name].to_pylist()


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


def refused(log):
    return [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()]


# --- what an event is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_an_event_gives_every_column(read, kind):
    said = {
        "page_location": "https://shop.example/orders/48213?x=1",
        "page_title": "Order",
        "page_referrer": "https://search.example/",
        "ga_session_id": 5,
        "source": "news",
        "medium": "mail",
        "campaign": "may",
        "value": 12.5,
        "currency": "EUR",
        "transaction_id": "o1",
    }
    items = [{"item_id": "a"}, {"item_id": "b"}]
    log = read(event("purchase", said=said, user_id="C1", device={"category": "mobile"}, items=items), kind=kind)
    assert log.table.to_pylist() == [
        {
            "case_id": "user:C1",
            "activity": "purchase",
            "timestamp": datetime(2024, 5, 1, 9, tzinfo=UTC),
            "channel": "web",
            "customer": "user:C1",
            "source": f"events.{kind}",
            "source_row": 1,
            "id_user": "C1",
            "id_cookie": "17.18",
            "device": "mobile",
            "title": "Order",
            "referrer": "https://search.example/",
            "session": "17.18/5",
            "utm_source": "news",
            "utm_medium": "mail",
            "utm_campaign": "may",
            "order": "o1",
            "value": 12.5,
            "currency": "EUR",
            "items": 2,
            "path": "/orders/48213",
        }
    ]


def test_pages_are_their_urls_screens_their_names_and_googles_own_events_nothing(read):
    events = [
        page("https://shop.example/orders/48213?x=1"),
        event("screen_view", 1, said={"firebase_screen": "Basket"}),
        event("screen_view", 2, said={"firebase_screen_class": "CartActivity"}),
        event("screen_view", 3),
        event("scroll", 4),
        *(event(name, 5) for name in ("session_start", "first_visit", "first_open", "user_engagement")),
    ]
    log = read(*events)
    assert column(log, "activity") == ["/orders/{id}", "Basket", "CartActivity", "screen_view", "scroll"]
    assert refused(log) == [(line, "filter", "automatic") for line in (6, 7, 8, 9)]
    assert account(read(*events, keep_automatic=True)) == [9, 9, 0, 0]


def test_what_google_makes_by_itself_still_tells_who_is_who(read):
    log = read(event("session_start", user_id="C1"), event("session_start", 1), event("scroll", 2))
    assert log.identities.to_pylist() == [{"id_user": "C1", "id_cookie": "17.18"}]


def test_the_first_value_that_is_filled_counts_whatever_its_type(read):
    values = [
        {"string_value": "a", "int_value": "1"},
        {"string_value": None, "int_value": "2", "double_value": 3.5},
        {"float_value": 4.5, "double_value": 5.5},
        {"double_value": 6.5},
        {},
        None,
    ]
    events = [event(seconds=n, event_params=[{"key": "x", "value": value}]) for n, value in enumerate(values)]
    events.append(event(seconds=9, event_params=[*params(x="first"), *params(x="second")]))
    assert column(read(*events, properties=["x"]), "x") == ["a", "2", "4.5", "6.5", None, None, "first"]


def test_properties_are_parameters_or_those_of_the_user(read):
    events = [
        event(said={"plan": "gold"}),
        event(seconds=1, user_properties=params(plan="free", tier=2)),
        event(seconds=2, event_params=None),
    ]
    log = read(*events, properties=["plan", "tier"])
    assert (column(log, "plan"), column(log, "tier")) == (["gold", "free", None], [None, "2", None])
    with pytest.raises(UnknownColumnError, match=r"no event of events.json has a property 'plann'"):
        read(*events, properties=["plann"])


def test_a_session_number_counts_only_together_with_its_cookie(read):
    log = read(page("https://a.example/"), page("https://a.example/", 1, user_pseudo_id="19.20"), event(seconds=2))
    assert column(log, "session") == ["17.18/5", "19.20/5", None]


def test_an_event_without_consent_belongs_to_nobody(read):
    log = read(page("https://a.example/", user_pseudo_id=None))
    assert (log.num_events, log.num_customers) == (1, 0)


def test_integers_may_be_quoted_or_not_and_fractions_too(read):
    plain = json.dumps(event(said={"ga_session_id": 5, "value": 2.5}))
    texts = [
        plain,
        plain.replace(": 5", ': "5"'),
        plain.replace(": 2.5", ': "2.5"'),
        json.dumps(quoted(json.loads(plain))),
    ]
    for text in (*texts, "\n".join(texts)):
        log = read(text)
        assert set(column(log, "session")) == {"17.18/5"}
        assert set(column(log, "value")) == {2.5}
        assert set(column(log, "timestamp")) == {datetime(2024, 5, 1, 9, tzinfo=UTC)}


def test_bad_rows_are_kept_aside(read):
    events = [page("https://a.example/"), "{broken", event(None, 1), event(seconds=2, event_timestamp="soon")]
    log = read(*events, event(seconds=3, event_timestamp=None))
    assert account(log) == [5, 1, 0, 4]
    assert refused(log) == [
        (2, "parse", "bad_json"),
        (3, "check", "no_event"),
        (4, "parse", "bad_time"),
        (5, "parse", "no_time"),
    ]
    rows = read(event("scroll"), event(None, 1), event(event_timestamp=None), kind="parquet")
    assert refused(rows) == [(2, "check", "no_event"), (3, "parse", "no_time")]
    assert json.loads(rows.quarantine.table["payload"][0].as_py()) == {
        "event_name": None,
        "event_timestamp": (NINE + 1) * 10**6,
        "user_pseudo_id": "17.18",
        "user_id": None,
    }


# --- which rows count ------------------------------------------------------------------------------------------------


def test_events_that_are_the_same_in_everything_count_once(read):
    one = event(said={"a": "x", "b": 1})
    turned = {**one, "event_params": one["event_params"][::-1]}
    others = [
        event(said={"a": "y", "b": 1}),
        event(said={"a": "x", "b": 2}),
        event(said={"a": "x"}),
        event("scroll", said={"a": "x", "b": 1}),
        event(seconds=1, said={"a": "x", "b": 1}),
        {**one, "user_id": "C1"},
        {**one, "batch_event_index": 2},
    ]
    assert account(read(one, *others)) == [8, 8, 0, 0]
    assert account(read(one, turned, one, *others, *others)) == [17, 8, 9, 0]
    assert account(read(one, one, *others, kind="parquet")) == [9, 8, 1, 0]


def test_events_of_one_moment_stand_in_the_order_of_their_batch(read):
    places = [(2, 1, 1), (1, 2, 1), (1, 1, 2), (1, 1, 1)]
    events = [
        event(f"{page}{order}{index}", batch_page_id=page, batch_ordering_id=order, batch_event_index=index)
        for page, order, index in places
    ]
    log = read(*events)
    assert log.table["activity"].to_pylist() == ["111", "112", "121", "211"]
    without = read(*(event(item["event_name"]) for item in events))
    assert without.table["activity"].to_pylist() == ["211", "121", "112", "111"]


def test_tables_of_several_days_take_nobodys_place_even_without_their_dates(tmp_path):
    for day, seconds in (("20240501", 0), ("20240502", 86400)):
        write(tmp_path / "x" / day / f"events_{day}.json", [event(day, seconds, event_date=None)])
    log = read_ga4(tmp_path / "x")
    assert (log.activities, log.account["notes"][0].tolist()) == (["20240501", "20240502"], [])


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_a_later_version_of_the_table_of_a_day_takes_its_place(tmp_path, kind):
    old, late, gone = event("old"), event("late", 1), event("gone", 2)
    write(tmp_path / "x" / "2024-05-02" / f"events_20240501.{kind}", [old, gone])
    write(tmp_path / "x" / "2024-05-03" / f"events_20240501.{kind}", [old, late])
    write(tmp_path / "x" / "2024-05-03" / f"events_20240502.{kind}", [event("next", 86400, day="20240502")])
    log = read_ga4(tmp_path / "x")
    assert log.activities == ["late", "next", "old"]
    assert account(log) == [5, 3, 2, 0]
    assert log.account["notes"][0].tolist() == ["several deliveries of 20240501: of each stream the last one counts"]


def test_the_daily_table_takes_the_place_of_the_fresh_one_and_that_of_the_intraday_one(tmp_path):
    folder = tmp_path / "x"
    write(folder / "events_intraday_20240501.json", [event("intraday")])
    assert read_ga4(folder).activities == ["intraday"]
    write(folder / "events_fresh_20240501.json", [event("fresh"), event("fresh", 1)])
    assert (read_ga4(folder).activities, account(read_ga4(folder))) == (["fresh"], [3, 2, 1, 0])
    write(folder / "a" / "events_20240501.json", [event("daily")])
    write(folder / "z" / "events_intraday_20240502.json", [event("next", 86400, day="20240502")])
    log = read_ga4(folder)
    assert (log.activities, account(log)) == (["daily", "next"], [5, 2, 3, 0])


def test_the_files_of_one_table_are_one_delivery(tmp_path):
    folder = tmp_path / "x"
    for number in range(3):
        write(folder / f"events_20240501-00000000000{number}.json", [event(f"part {number}")])
        rows = [event(f"part {number}", 86400, day="20240502")]
        write(folder / "events_20240502" / f"part-{number}.parquet", rows)
    assert account(read_ga4(folder)) == [6, 6, 0, 0]


def test_tables_of_other_streams_and_files_without_a_name_take_nobodys_place(tmp_path):
    folder = tmp_path / "x"
    write(folder / "analytics_1" / "events_20240501.json", [event("one")])
    write(folder / "analytics_2" / "events_20240501.json", [event("two", stream_id="t")])
    write(folder / "hour=08" / "part.json", [event("eight")])
    write(folder / "hour=09" / "part.json", [event("nine")])
    log = read_ga4(folder)
    assert (log.activities, account(log)) == (["eight", "nine", "one", "two"], [4, 4, 0, 0])


def test_lines_are_counted_on_from_file_to_file(tmp_path):
    folder = tmp_path / "x"
    write(folder / "a.json", [event("a"), "{broken"])
    write(folder / "b.parquet", [event("b"), event("c", 1)])
    write(folder / "c.json", [event("d"), "[1]"])
    log = read_ga4(folder)
    assert (column(log, "source_row"), refused(log)) == (
        [1, 3, 4, 5],
        [(2, "parse", "bad_json"), (6, "parse", "bad_json")],
    )
    assert log.account["source"][0] == "x"


def test_a_log_read_in_many_blocks_is_the_log_read_in_one(read, monkeypatch):
    names = ["page_view", "scroll", "session_start", "purchase"]
    events = [
        event(names[n % 4], n % 9, said={"page_location": f"https://a.example/{n}", "value": n % 3}) for n in range(40)
    ]
    events[7] = "{broken"
    whole = read(*events, *events)
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", 900)
    parts = read(*events, *events)
    assert whole.table.to_pylist() == parts.table.to_pylist()
    assert whole.quarantine.table.equals(parts.quarantine.table)
    assert account(whole) == account(parts)


def test_json_of_any_shape_says_the_same(read, tmp_path):
    events = [page("https://a.example/"), event("scroll", 1, said={"value": 2.5})]
    expected = column(read(*events), "activity")
    for text in (json.dumps(events), json.dumps(quoted(events), indent=2)):
        assert column(read(text), "activity") == expected
    (tmp_path / "events.gz").write_bytes(gzip.compress(lines(events).encode()))
    assert column(read_ga4(tmp_path / "events.gz"), "activity") == expected


# --- the flattened table ---------------------------------------------------------------------------------------------

FLAT = "_fivetran_id,_fivetran_synced,date,name,timestamp,user_pseudo_id,param_page_location,param_value,param_value\n"


def test_a_flattened_row_delivered_twice_counts_once_the_latest_time(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(
        FLAT
        + "1,2024-05-02 02:00:00,2024-05-01,page_view,2024-05-01 09:00:00,17.18,https://a.example/late,2.5,\n"
        + "1,2024-05-02 01:00:00,2024-05-01,page_view,2024-05-01 09:00:00,17.18,https://a.example/early,,\n"
        + "2,2024-05-02 01:00:00,2024-05-01,session_start,2024-05-01 09:00:00,17.18,,,\n"
        + "3,2024-05-02 01:00:00,2024-05-01,scroll,2024-05-01 09:00:00\n"
    )
    log = read_ga4(path)
    assert (log.activities, account(log), column(log, "value")) == (["/late"], [4, 1, 1, 2], [2.5])
    assert refused(log) == [(4, "filter", "automatic"), (5, "parse", "bad_row")]


def test_a_flattened_table_in_many_blocks_is_the_one_in_one(tmp_path, monkeypatch):
    path = tmp_path / "events.csv"
    rows = (f"{n},2024-05-02,2024-05-01,E{n % 3},2024-05-01 09:00:{n:02},17.{n % 4},,{n},\n" for n in range(40))
    path.write_text(FLAT + "".join(rows))
    whole = read_ga4(path)
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", 300)
    assert read_ga4(path).table.to_pylist() == whole.table.to_pylist()
    assert whole.num_events == 40


# --- what is no export -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"", EmptySourceError, "events.x is empty"),
        (b"[]", EmptySourceError, "events.x holds no records"),
        (b'{"a": 1}', FormatError, "events.x holds no events of ga4: its records have 'a'; an event has 'event_name'"),
        (
            b"a,b\n1,2\n",
            FormatError,
            "events.x holds no GA4 events: it is neither JSON nor Parquet, and has no column 'name'",
        ),
        (b"PAR1 and nothing more", FormatError, "events.x is not a whole Parquet file: "),
        (b"PK\x03\x04 zipped", FormatError, "events.x is a binary file"),
    ],
)
def test_what_is_no_export_says_what_it_is(tmp_path, content, kind, said):
    path = tmp_path / "events.x"
    path.write_bytes(content)
    with pytest.raises(kind) as error:
        read_ga4(path)
    assert str(error.value).startswith(said)


def test_a_parquet_file_of_something_else_says_so(tmp_path):
    pq.write_table(pa.table({"a": [1], "event_name": ["x"]}), tmp_path / "x.parquet")
    with pytest.raises(FormatError) as error:
        read_ga4(tmp_path / "x.parquet")
    assert str(error.value) == "x.parquet holds no GA4 events: it has no column event_timestamp, but 'a', 'event_name'"
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_ga4(tmp_path / "absent.json")


def test_a_parquet_file_may_lack_what_is_not_needed(tmp_path):
    pq.write_table(
        pa.table({"event_name": ["x"], "event_timestamp": [NINE * 10**6], "device": ["old"]}), tmp_path / "x.parquet"
    )
    log = read_ga4(tmp_path / "x.parquet")
    assert (log.activities, log.num_customers) == (["x"], 0)


def test_fingerprints_differ_where_anything_does():
    lists = pa.array([params(a="x", b=1), params(b=1, a="x"), params(a="x"), params(b="x", a=1), None], PARAMS)
    prints = fingerprints(params_of(lists), [pa.array(["u", "u", "u", "u", None])]).tolist()
    assert prints[0] == prints[1]
    assert len(set(prints)) == 4


# --- real files ------------------------------------------------------------------------------------------------------


def test_a_real_event_of_googles_own_is_set_aside(shared_file):
    path = shared_file("formats/ga4/nested_event.json")
    log = read_ga4(path)
    assert (account(log), refused(log)) == ([1, 0, 0, 1], [(1, "filter", "automatic")])
    kept = read_ga4(path, keep_automatic=True)
    row = kept.table.to_pylist()[0]
    assert (row["activity"], row["path"]) == ("first_visit", "/blog/2016/08/25/behavior-driven-testing-drupal-8")
    assert row["timestamp"] == datetime(2021, 4, 6, 6, 49, 50, 431_476, UTC)
    assert (row["id_cookie"], row["session"]) == ("1166526666.1617691776", "1166526666.1617691776/1617691775")
    assert (row["device"], row["country"], row["platform"]) == ("desktop", "Vietnam", "WEB")


def test_a_real_flattened_table(shared_file):
    log = read_ga4(shared_file("formats/ga4/fivetran_ga4_event_data.csv"))
    assert account(log) == [6, 6, 0, 0]
    assert column(log, "activity") == [
        "purchase", "add_to_cart", "scroll", "view_item", "checkout", "begin_checkout",
    ]  # fmt: skip
    assert column(log, "id_user") == ["user_123", "user_456", "user_789", "user_123", "user_123", "user_456"]
    assert column(log, "value") == [29.99, 0.0, 0.0, 0.0, 49.99, 0.0]
    assert column(log, "timestamp")[0] == datetime(2024, 9, 10, 12, 35, tzinfo=UTC)
