import gzip
import json
import sqlite3
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.errors import (
    EmptySourceError,
    FormatError,
    OptionError,
    SourceError,
    TimeZoneError,
    UnknownColumnError,
    UnknownOptionError,
)
from journeymine.sources.ocel import read_ocel


def event(number, kind, objects, **attributes):
    """Build an event on the day of its number; of an object `qualifier:name`, the first part says what it is to it."""
    told = [("about", name) if ":" not in name else name.split(":") for name in objects.split()]
    return {
        "id": f"e{number}",
        "type": kind,
        "time": f"2024-05-0{number}T09:00:00Z",
        "attributes": [{"name": name, "value": value} for name, value in attributes.items()],
        "relationships": [{"objectId": name, "qualifier": qualifier} for qualifier, name in told],
    }


def thing(name, kind, *attributes, relations=()):
    return {
        "id": name,
        "type": kind,
        "attributes": [{"name": key, "time": time, "value": value} for key, time, value in attributes],
        "relationships": [{"objectId": other, "qualifier": "of"} for other in relations],
    }


EARLY, LATE = "1970-01-01T00:00:00Z", "2024-05-04T00:00:00Z"
EVENTS = [
    event(1, "place", "buys:o1 i1 i2 c1", channel="web", total=30.5),
    event(2, "place", "buys:o2 i3 c2", channel="phone", total=12.0),
    event(3, "pick", "o1 i1", weight=2),
    event(4, "pick", "o1 i2", weight=3),
    event(5, "ship", "o1 o2 i1 i2 i3"),
    event(6, "restock", "i3"),
]
OBJECTS = [
    thing("o1", "order", ("status", LATE, "sent"), ("status", EARLY, "open")),
    thing("o2", "order", ("status", EARLY, "open")),
    *(thing(name, "item") for name in ("i1", "i2", "i3")),
    *(thing(name, "customer") for name in ("c1", "c2")),
]


def as_json(events=EVENTS, objects=OBJECTS):
    types = [{"name": name, "attributes": []} for name in ("order", "item", "customer")]
    return json.dumps({"objectTypes": types, "eventTypes": [], "objects": objects, "events": events}).encode()


def as_xml(events=EVENTS, objects=OBJECTS, relation="relationship"):
    def element(record, kind):
        time = f' time="{record["time"]}"' if "time" in record else ""
        attributes = "".join(
            f'<attribute name="{part["name"]}"' + (f' time="{part["time"]}"' if "time" in part else "")
            + f">{part['value']}</attribute>" for part in record["attributes"]
        )  # fmt: skip
        relations = "".join(
            f'<{relation} object-id="{part["objectId"]}" qualifier="{part["qualifier"]}"/>'
            for part in record["relationships"]
        )
        return (
            f'<{kind} id="{record["id"]}" type="{record["type"]}"{time}>'
            f"<attributes>{attributes}</attributes><objects>{relations}</objects></{kind}>"
        )

    declared = (
        '<event-types><event-type name="pick"><attributes><attribute name="weight" type="integer"/>'
        '<attribute name="total" type="float"/></attributes></event-type></event-types>'
    )
    body = [f"<objects>{''.join(element(record, 'object') for record in objects)}</objects>"]
    body += [f"<events>{''.join(element(record, 'event') for record in events)}</events>"]
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<log>{declared}{''.join(body)}</log>".encode()


def write_database(path, events=EVENTS, objects=OBJECTS):
    """Write the tables of the standard: one for all events, one for each type of events, and the same for objects."""
    with sqlite3.connect(path) as database:
        run = database.execute
        run("PRAGMA synchronous = OFF")
        for kind, records in (("event", events), ("object", objects)):
            run(f"CREATE TABLE {kind} (ocel_id TEXT PRIMARY KEY, ocel_type TEXT)")
            run(f"CREATE TABLE {kind}_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT)")
            database.executemany(f"INSERT INTO {kind} VALUES (?, ?)", [(one["id"], one["type"]) for one in records])
            for name in dict.fromkeys(record["type"] for record in records):
                run(f"INSERT INTO {kind}_map_type VALUES (?, ?)", (name, name.title()))
                write_typed(run, f'"{kind}_{name.title()}"', [one for one in records if one["type"] == name])
        run("CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT)")
        run("CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT)")
        for table, records in (("event_object", events), ("object_object", objects)):
            for record in records:
                for part in record["relationships"]:
                    run(f"INSERT INTO {table} VALUES (?, ?, ?)", (record["id"], part["objectId"], part["qualifier"]))
    database.close()


def write_typed(run, table, records):
    names = list(dict.fromkeys(part["name"] for record in records for part in record["attributes"]))
    run(f"CREATE TABLE {table} ({', '.join(['ocel_id', 'ocel_time', 'ocel_changed_field', *names])})")
    for record in records:
        rows = record["attributes"] if "time" not in record else []
        if "time" in record:
            values = {part["name"]: part["value"] for part in record["attributes"]}
            told = (record["id"], record["time"], None, *(values.get(name) for name in names))
            run(f"INSERT INTO {table} VALUES ({', '.join('?' * len(told))})", told)
        for part in rows:
            told = (
                record["id"],
                part["time"],
                part["name"],
                *(part["value"] if n == part["name"] else None for n in names),
            )
            run(f"INSERT INTO {table} VALUES ({', '.join('?' * len(told))})", told)


@pytest.fixture(params=["json", "json.gz", "xml", "sqlite"])
def write(request, tmp_path):
    """Give a function that writes a log in one of the three formats."""

    def write(events=EVENTS, objects=OBJECTS):
        path = tmp_path / f"log.{request.param}"
        if request.param == "sqlite":
            write_database(path, events, objects)
            return path
        content = as_xml(events, objects) if request.param == "xml" else as_json(events, objects)
        path.write_bytes(gzip.compress(content) if request.param.endswith("gz") else content)
        return path

    return write


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        path = tmp_path / "log.json"
        path.write_bytes(content)
        return read_ocel(path, **{"object_type": "order"} | options)

    return read


def cases(log):
    rows = log.table.select(["case_id", "event_id"]).to_pylist()
    return {case: [row["event_id"] for row in rows if row["case_id"] == case] for case in {r["case_id"] for r in rows}}


def account(log):
    row = log.sources.to_pylist()[0]
    assert row["rows_in"] == row["used"] + row["duplicate"] + row["quarantined"]
    return row["rows_in"], row["used"], row["duplicate"], row["quarantined"]


# --- what becomes of events and objects ----------------------------------------------------------------------------


def test_each_object_of_the_type_is_a_case_with_the_events_that_relate_to_it(write):
    log = read_ocel(write(), object_type="order")
    assert cases(log) == {"o1": ["e1", "e3", "e4", "e5"], "o2": ["e2", "e5"]}
    assert log.activities == ["pick", "place", "ship"]
    assert log.num_customers == 2
    assert account(log) == (6, 5, 0, 1)
    assert [(row["line"], row["reason"], row["stage"]) for row in log.quarantine.table.to_pylist()] == [
        (6, "no_object", "filter")
    ]


def test_attributes_of_events_and_the_last_ones_of_their_case_are_kept(write):
    rows = read_ocel(write(), object_type="order").table.to_pylist()
    assert [row["total"] for row in rows] == [30.5, None, None, None, 12.0, None]
    assert [row["weight"] for row in rows] == [None, 2, 3, None, None, None]
    assert [row["case:status"] for row in rows] == ["sent"] * 4 + ["open"] * 2
    assert [row["qualifier"] for row in rows] == ["buys", "about", "about", "about", "buys", "about"]
    assert [row["event:channel"] for row in rows] == ["web", None, None, None, "phone", None]


def test_the_account_says_which_events_are_in_several_cases_and_what_is_no_rework(write):
    notes = read_ocel(write(), object_type="order").sources["notes"][0].as_py()
    assert notes == [
        "1 events are in several cases of type 'order' (convergence): 1 more in all",
        "1 cases repeat an activity for different objects of type 'item' (divergence)",
    ]


def test_an_activity_repeated_for_the_same_objects_is_no_divergence(read):
    again = [event(1, "place", "o1 i1 i2"), event(2, "pack", "o1 i1 i2"), event(3, "pack", "o1 i1 i2")]
    assert read(as_json(again)).sources["notes"][0].as_py() == []


def test_an_event_belongs_to_the_customer_it_relates_to_or_else_to_the_only_one_of_its_case(write):
    log = read_ocel(write(), object_type="order", customer="customer")
    rows = log.table.select(["case_id", "customer"]).to_pylist()
    assert {(row["case_id"], row["customer"]) for row in rows} == {("o1", "c1"), ("o2", "c2")}
    assert log.num_customers == 2


def test_a_customer_can_be_found_through_the_objects_alone(write):
    events = [event(1, "place", "o1"), event(2, "place", "o2")]
    objects = [
        thing("o1", "order", relations=["c1"]),
        thing("o2", "order"),
        thing("c1", "customer"),
        thing("c2", "customer", relations=["o2"]),
    ]
    log = read_ocel(write(events, objects), object_type="order", customer="customer")
    assert log.table["customer"].to_pylist() == ["c1", "c2"]


def test_a_case_of_several_customers_leaves_the_events_without_one_to_nobody(write):
    events = [
        event(1, "place", "o1 c1"),
        event(2, "ship", "o1"),
        event(3, "return", "o1 c2"),
        event(4, "sue", "o1 c1 c2"),
    ]
    log = read_ocel(write(events), object_type="order", customer="customer")
    assert log.table["customer"].to_pylist() == ["c1", None, "c2", None]
    assert log.sources["notes"][0].as_py() == ["2 events relate to no object of type 'customer', or to several"]


def test_where_customers_are_the_cases_each_is_its_own(read):
    log = read(as_json(), object_type="customer", customer="customer")
    assert log.table.select(["case_id", "customer"]).to_pylist() == [
        {"case_id": "c1", "customer": "c1"},
        {"case_id": "c2", "customer": "c2"},
    ]


def test_an_attribute_can_be_the_channel(read):
    assert read(as_json(), channel="channel").channels == ["phone", "web"]
    assert read(as_json(), channel="status").channels == ["open", "sent"]
    with pytest.raises(UnknownColumnError, match=r"channel attribute 'chanel' is not in log\.json"):
        read(as_json(), channel="chanel")


def test_xml_of_the_other_dialect_names_relations_as_objects(tmp_path):
    (tmp_path / "log.xmlocel").write_bytes(as_xml(relation="object"))
    assert cases(read_ocel(tmp_path / "log.xmlocel", object_type="order"))["o2"] == ["e2", "e5"]


def test_an_event_that_relates_twice_to_one_object_is_once_in_its_case(read):
    log = read(as_json([event(1, "place", "payer:o1 receiver:o1")]))
    assert log.table.select(["event_id", "qualifier"]).to_pylist() == [
        {"event_id": "e1", "qualifier": "payer; receiver"}
    ]


# --- types of objects ----------------------------------------------------------------------------------------------


def test_without_a_type_the_error_lists_those_there_are(write):
    said = (
        r"say which with object_type=\. log\.\S+ has: 'customer' \(2 objects, 2 events\), "
        r"'item' \(3 objects, 6 events\), 'order' \(2 objects, 5 events\)"
    )
    with pytest.raises(OptionError, match=said):
        read_ocel(write())


@pytest.mark.parametrize("option", ["object_type", "customer"])
def test_a_type_that_does_not_occur_is_named_with_the_closest(read, option):
    with pytest.raises(UnknownOptionError, match=r"no objects of type 'costumer'\. Did you mean 'customer'"):
        read(as_json(), **{option: "costumer"})


# --- rows that are not used ----------------------------------------------------------------------------------------


def test_events_without_type_or_time_and_what_is_none_are_kept_aside(read):
    odd = [event(1, "place", "o1"), "gone", {**event(2, "place", "o1"), "time": "soon"}]
    odd += [{**event(3, "place", "o1"), "time": None}, {**event(4, None, "o1")}]
    log = read(as_json(odd))
    rejects = [(row["line"], row["reason"], row["stage"]) for row in log.quarantine.table.to_pylist()]
    assert rejects == [
        (2, "not_an_event", "parse"),
        (3, "bad_time", "check"),
        (4, "no_time", "check"),
        (5, "no_activity", "check"),
    ]
    assert json.loads(log.quarantine.table["payload"][1].as_py())["event_id"] == "e2"
    assert account(log) == (5, 1, 0, 4)


def test_of_an_event_that_stands_twice_the_last_is_used(read):
    log = read(as_json([event(1, "place", "o1"), {**event(1, "place", "o2"), "time": LATE}]))
    assert cases(log) == {"o2": ["e1"]}
    assert account(log) == (2, 1, 1, 0)


def test_relations_with_what_is_not_there_are_counted(write):
    log = read_ocel(write([event(1, "place", "o1 o9")], [thing("o1", "order", relations=["c9"])]), object_type="order")
    assert log.num_events == 1
    assert log.sources["notes"][0].as_py() == ["2 relations name objects that are not in the file; left out"]


def test_times_without_a_zone_need_one(write):
    path = write([{**event(1, "place", "o1"), "time": "2024-05-01 09:00:00"}])
    with pytest.raises(TimeZoneError, match="tz='Europe/Amsterdam'"):
        read_ocel(path, object_type="order")
    assert read_ocel(path, object_type="order", tz="Europe/Amsterdam").table["timestamp"][0].as_py().hour == 7


# --- files that cannot be read -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"events": [', r"is no whole JSON, so no OCEL"),
        (b'{"events": [NaN], "objects": []}', "NaN is not JSON"),
        (b'{"events": ["\\ud800"], "objects": []}', "so no OCEL"),
        (b'{"orders": []}', r"needs lists 'events' and 'objects', and holds 'orders'"),
        (b"[1]", r"needs lists 'events' and 'objects', and holds a list"),
        (b'{"ocel:events": {}, "ocel:objects": {}}', r"is OCEL 1\.0; this reads OCEL 2\.0"),
        (b"<log><objects>", r"is not whole XML, so no OCEL"),
        (b"<html/>", r"outermost element is <html>, not <log>"),
        (b'<!DOCTYPE log [<!ENTITY a "b">]><log/>', "has a DOCTYPE, which no OCEL needs"),
        (b"a,b\n1,2\n", "is no whole JSON"),
        (b"SQLite format 3\x00" + bytes(200), "is a database that cannot be read"),
    ],
)
def test_what_is_no_ocel_is_refused(read, content, said):
    with pytest.raises(FormatError, match=said):
        read(content)


@pytest.mark.parametrize("content", [b'{"events": [], "objects": []}', b"<log/>", b""])
def test_a_file_without_events_is_empty(read, content):
    with pytest.raises(EmptySourceError):
        read(content)


def test_a_database_without_the_tables_of_the_standard_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "log.sqlite") as database:
        database.execute("CREATE TABLE orders (id)")
    database.close()
    with pytest.raises(FormatError, match=r"has no table event, .*; its tables: orders"):
        read_ocel(tmp_path / "log.sqlite", object_type="order")


def test_a_view_in_place_of_a_table_is_not_run(tmp_path):
    write_database(tmp_path / "log.sqlite")
    with sqlite3.connect(tmp_path / "log.sqlite") as database:
        database.execute("ALTER TABLE event_object RENAME TO hidden")
        database.execute("CREATE VIEW event_object AS SELECT *, randomblob(1000000000) FROM hidden")
    database.close()
    with pytest.raises(FormatError, match="has no table event_object"):
        read_ocel(tmp_path / "log.sqlite", object_type="order")


def test_a_column_that_a_database_would_have_to_compute_is_not_read(tmp_path):
    write_database(tmp_path / "log.sqlite")
    with sqlite3.connect(tmp_path / "log.sqlite") as database:
        database.execute("ALTER TABLE event_Pick ADD COLUMN heavy AS (zeroblob(2000000000))")
    database.close()
    log = read_ocel(tmp_path / "log.sqlite", object_type="order")
    assert {"weight", "heavy"} & set(log.table.column_names) == {"weight"}


def test_a_database_is_neither_written_to_nor_beside(tmp_path):
    path = tmp_path / "log of May?.sqlite"
    write_database(path)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode = WAL")
    database.close()
    before = path.read_bytes()
    assert read_ocel(path, object_type="order").num_cases == 2
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_that_is_not_saved_yet_is_refused(tmp_path):
    write_database(tmp_path / "log.sqlite")
    (tmp_path / "log.sqlite-wal").write_bytes(b"more")
    with pytest.raises(FormatError, match=r"part of log\.sqlite is still in log\.sqlite-wal"):
        read_ocel(tmp_path / "log.sqlite", object_type="order")


@given(st.data())
def test_a_damaged_file_gives_a_typed_error_or_an_account_that_closes(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "log.ocel"
    kind = data.draw(st.sampled_from(["json", "xml", "sqlite"]))
    if kind == "sqlite":
        write_database(path)
    else:
        path.write_bytes(as_json() if kind == "json" else as_xml())
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        account(read_ocel(path, object_type="order"))
    except (SourceError, UnknownOptionError):
        return


# --- another library -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "kind"),
    [("write_ocel2_json", "jsonocel"), ("write_ocel2_xml", "xmlocel"), ("write_ocel2_sqlite", "sqlite")],
)
def test_what_pm4py_writes_is_read_into_the_cases_it_flattens_to(tmp_path, write, kind):
    import pm4py

    source, target = str(tmp_path / "log.json"), str(tmp_path / f"log.{kind}")
    (tmp_path / "log.json").write_bytes(as_json())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ocel = pm4py.read_ocel2_json(source)
        getattr(pm4py, write)(ocel, target)
        flat = pm4py.ocel_flattening(ocel, "order")
    log = read_ocel(target, object_type="order", tz="UTC")
    theirs = sorted(zip(flat["case:concept:name"], flat["concept:name"], flat["time:timestamp"], strict=True))
    ours = [tuple(row.values()) for row in log.table.select(["case_id", "activity", "timestamp"]).to_pylist()]
    assert sorted(ours) == theirs
