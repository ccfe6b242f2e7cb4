import gzip
import json
import socket
from itertools import pairwise

import numpy as np
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
from journeymine.log import columns
from journeymine.sources.xes import read_xes

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def event(activity="visit", time="2024-05-01T09:00:00Z", *more):
    name = f'<string key="concept:name" value="{activity}"/>' if activity is not None else ""
    moment = f'<date key="time:timestamp" value="{time}"/>' if time is not None else ""
    return f"<event>{name}{moment}{''.join(more)}</event>"


def trace(name, *events):
    return f'<trace><string key="concept:name" value="{name}"/>{"".join(events)}</trace>'


def xes(*traces):
    return f"{HEAD}<log>{''.join(traces)}</log>"


@pytest.fixture
def read(tmp_path):
    def read(content, name="log.xes", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_xes(path, **options)

    return read


def closes(log):
    account = log.sources.to_pylist()[0]
    return (
        account["rows_in"]
        == account["used"] + account["duplicate"] + account["quarantined"]
        == (log.num_events + len(log.quarantine))
    )


def variant_counts(log):
    codes, offsets = columns.codes(log.labels("activity")), log.offsets
    traces = [codes[start:end].tobytes() for start, end in pairwise(offsets)]
    return np.sort(np.unique(traces, return_counts=True)[1])[::-1].tolist()


# --- what becomes of traces and events -----------------------------------------------------------------------------


def test_a_trace_is_a_case_and_its_events_are_in_time_order(read):
    log = read(
        xes(
            trace("b", event("pay", "2024-05-02T09:00:00Z"), event("visit", "2024-05-01T09:00:00Z")),
            trace("a", event("call", "2024-05-01T11:00:00+02:00")),
        )
    )
    rows = log.table.select(["case_id", "activity", "source_row"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [("b", "visit", 2), ("b", "pay", 1), ("a", "call", 3)]
    assert log.table["timestamp"][2].as_py().isoformat() == "2024-05-01T09:00:00+00:00"
    assert log.num_customers == 2
    assert closes(log)


def test_attributes_keep_their_keys_those_of_traces_behind_case_and_reserved_ones_behind_event(read):
    more = [
        '<string key="org:resource" value="Pete"/>',
        '<string key="channel" value="phone"/>',
        '<string key="case:x" value="y"/>',
        '<string key="id_email" value="jo@x.y"/>',
    ]
    log = read(
        xes('<trace><string key="channel" value="Desk"/>' + event("visit", "2024-05-01T09:00:00Z", *more) + "</trace>")
    )
    row = log.table.to_pylist()[0]
    assert row["org:resource"] == "Pete"
    assert (row["event:channel"], row["case:channel"], row["event:case:x"]) == ("phone", "Desk", "y")
    assert row["event:id_email"] == "jo@x.y"
    assert row["customer"] == "trace 1"
    assert "channel" not in row


def test_attributes_have_their_type_only_where_every_value_fits_it(read):
    more = [
        '<int key="whole" value="7"/>',
        '<int key="not whole" value="007a"/>',
        '<int key="long" value="12345678901234567"/>',
        '<float key="share" value="1.5"/>',
        '<boolean key="yes" value="true"/>',
        '<date key="due" value="2024-05-01T09:00:00+02:00"/>',
        '<date key="due somewhere" value="2024-05-01T09:00:00"/>',
        '<id key="ticket" value="007"/>',
    ]
    row = read(xes(trace(1, event("a", "2024-05-01T09:00:00Z", *more)))).table.to_pylist()[0]
    assert (row["whole"], row["not whole"], row["long"], row["share"]) == (7, "007a", 12345678901234567, 1.5)
    assert (row["yes"], row["ticket"], row["due somewhere"]) == (True, "007", "2024-05-01T09:00:00")
    assert row["due"].isoformat() == "2024-05-01T07:00:00+00:00"


def test_the_order_of_attributes_namespaces_comments_and_nesting_do_not_matter(read):
    log = read(
        '<x:log xmlns:x="http://www.xes-standard.org/"><!-- made by hand --><x:string key="origin" value="csv"/>'
        '<x:global scope="event"><x:string key="colour" value="UNKNOWN"/></x:global>'
        '<x:trace><x:event><?go on?><x:date value="2024-05-01T09:00:00Z" key="time:timestamp"/>'
        '<x:string value="visit" key="concept:name"><x:string key="nested" value="deep"/></x:string>'
        '<x:list key="items"><x:values><x:string key="item" value="1"/></x:values></x:list></x:event>'
        '<x:int value="12" key="concept:name"/></x:trace></x:log>'
    )
    row = log.table.to_pylist()[0]
    assert (row["case_id"], row["activity"]) == ("12", "visit")
    assert not {"nested", "colour", "origin", "items"} & set(row)
    assert (row["concept:name/nested"], row["items/item"]) == ("deep", "1")
    assert log.sources["notes"].to_pylist() == [[]]


def test_attributes_in_attributes_carry_the_keys_of_both_and_those_of_a_list_are_joined(read):
    drivers = "".join(
        f'<string key="cost:driver" value="{name}"><float key="cost:amount" value="{cost}"/></string>'
        for name, cost in (("hours", 30), ("travel", 2.5))
    )
    more = [
        f'<float key="cost:total" value="32.5"/><list key="cost:drivers"><values>{drivers}</values></list>',
        '<container key="place"><string key="city" value="Eindhoven"/></container><string key="seen"/>',
        '<string value="keyless"><string key="inner" value="7"/></string>',
    ]
    log = read(xes(trace("x", event("a", "2024-05-01T09:00:00Z", *more), event("b", "2024-05-02T09:00:00Z"))))
    row, bare = log.table.to_pylist()
    assert (row["cost:total"], row["cost:drivers/cost:driver"]) == (32.5, "hours; travel")
    assert row["cost:drivers/cost:driver/cost:amount"] == "30; 2.5"
    assert (row["place/city"], row["inner"]) == ("Eindhoven", "7")
    assert {bare[name] for name in bare if "/" in name} == {None}
    assert log.sources["notes"].to_pylist() == [["2 attributes are without key or value; not read"]]


def test_escapes_and_any_script_in_a_label_are_kept(read):
    label = "Größe &amp; &lt;b&gt; &quot;q&quot; &apos; &#10;&#x1F600; <!-- -->"
    log = read(xes(trace("é", event(label.replace("<!-- -->", "")))))
    assert log.activities == ['Größe & <b> "q" \' \n😀 ']
    assert log.labels("case_id").dictionary.to_pylist() == ["é"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "windows-1252"])
def test_an_encoding_that_the_file_declares_is_followed(read, encoding):
    content = xes(trace("é", event("café"))).replace("UTF-8", encoding.removesuffix("-sig")).encode(encoding)
    assert read(content).activities == ["café"]


def test_traces_without_name_are_numbered_and_traces_of_one_name_are_one_case(read):
    nameless = f"<trace>{event('a')}</trace>"
    log = read(xes(trace("x", event("a")), nameless, trace("x", event("b", "2024-05-02T09:00:00Z")), trace("empty")))
    assert sorted(log.labels("case_id").dictionary.to_pylist()) == ["trace 2", "x"]
    assert variant_counts(log) == [1, 1]
    assert log.sources["notes"].to_pylist()[0] == [
        "1 traces hold no event",
        "1 traces have the name of an earlier one; they are one case",
    ]


def test_of_a_key_that_an_event_repeats_the_last_value_counts(read):
    log = read(xes(trace("x", event("a", "2024-05-01T09:00:00Z", '<string key="concept:name" value="b"/>'))))
    assert log.activities == ["b"]
    assert log.sources["notes"].to_pylist()[0] == [
        "1 attributes repeat a key of their event or trace; the last was taken"
    ]


def test_a_customer_and_a_channel_are_named_by_their_attributes(read):
    more = '<string key="customer" value="c7"/>'
    traces = (f'<trace><string key="channel" value="Desk"/>{event("a", "2024-05-01T09:00:00Z", more)}</trace>',) * 2
    log = read(xes(*traces), customer="customer", channel="channel")
    assert (log.num_cases, log.num_customers, log.channels) == (2, 1, ["Desk"])
    assert log.table["id_customer"].to_pylist() == ["c7", "c7"]
    assert not {"event:customer", "case:channel"} & set(log.table.column_names)


def test_an_attribute_that_is_not_there_is_named_with_the_closest(read):
    more = '<string key="klant" value="c7"/>'
    with pytest.raises(UnknownColumnError, match=r"customer attribute 'klent' is not in log.xes. Did you mean 'klant'"):
        read(xes(trace("x", event("a", "2024-05-01T09:00:00Z", more))), customer="klent")


# --- rows that are not used ----------------------------------------------------------------------------------------


def test_events_without_time_activity_or_trace_are_kept_aside_as_they_came(read):
    bad = [event("late", "soon"), event(None), event("", "2024-05-01T09:00:00Z"), event("never", None)]
    log = read(f"<log>{event('lost')}{trace('x', *bad, event('good'))}</log>")
    assert log.activities == ["good"]
    rejects = [(row["line"], row["reason"], row["stage"]) for row in log.quarantine.table.to_pylist()]
    assert rejects == [
        (1, "no_case", "check"),
        (2, "bad_time", "check"),
        (3, "no_activity", "check"),
        (4, "no_activity", "check"),
        (5, "no_time", "check"),
    ]
    assert log.quarantine.table["payload"].to_pylist()[1].decode() == bad[0]
    assert closes(log)


def test_a_prefix_that_nobody_declared_does_not_keep_an_event_from_the_quarantine(read):
    odd = event("a", "soon", '<string key="b" no:value="c"/>')
    log = read(xes(trace("x", odd, event("good"))))
    assert log.activities == ["good"]
    assert b'"soon"' in log.quarantine.table["payload"][0].as_py()


def test_only_events_of_a_transition_are_used_where_one_is_asked_for(read):
    def step(transition, time):
        return event("a", time, f'<string key="lifecycle:transition" value="{transition}"/>')

    content = xes(
        trace("x", step("start", "2024-05-01T09:00:00Z"), step("COMPLETE", "2024-05-01T09:05:00Z"), event("b"))
    )
    assert read(content).num_events == 3
    log = read(content, lifecycle="complete")
    assert log.table["lifecycle:transition"].to_pylist() == ["COMPLETE"]
    assert [(row["reason"], row["stage"]) for row in log.quarantine.table.to_pylist()] == [("lifecycle", "filter")] * 2
    assert log.quarantine.num_refused == 0
    assert closes(log)
    with pytest.raises(UnknownOptionError, match=r"lifecycle:transition 'completed'\. Did you mean 'COMPLETE'"):
        read(content, lifecycle="completed")


def step(activity, transition, time, *more):
    return event(
        activity, f"2024-05-01T{time}:00Z", f'<string key="lifecycle:transition" value="{transition}"/>', *more
    )


def spans(log):
    """Give activity, begin and end of each event, in minutes after nine."""

    def minute(time):
        return None if time is None else (time.hour - 9) * 60 + time.minute

    rows = log.table.select(["activity", "timestamp", "end_timestamp"]).to_pylist()
    return [(row["activity"], minute(row["timestamp"]), minute(row["end_timestamp"])) for row in rows]


def test_a_begin_and_an_end_become_one_event_with_both_times(read):
    who = '<string key="org:resource" value="{}"/>'.format
    content = xes(
        trace(
            "x",
            step("call", "start", "09:00", who("Kim"), '<int key="queue" value="4"/>'),
            step("call", "suspend", "09:02"),
            step("call", "COMPLETE", "09:05", who("Jo")),
            event("letter", "2024-05-01T09:10:00Z"),
        )
    )
    log = read(content, lifecycle=("start", "complete"))
    assert spans(log) == [("call", 0, 5), ("letter", 10, None)]
    assert log.table.select(["org:resource", "queue", "source_row"]).to_pylist()[0] == {
        "org:resource": "Jo",
        "queue": 4,
        "source_row": 1,
    }
    account = log.sources.to_pylist()[0]
    assert (account["rows_in"], account["used"], account["quarantined"]) == (4, 3, 1)
    assert log.quarantine.table["detail"].to_pylist() == ["its transition is neither 'start' nor 'complete'"]


def test_of_several_instances_that_are_open_the_first_to_begin_is_the_first_to_end(read):
    steps = [("start", "09:00"), ("start", "09:01"), ("complete", "09:04"), ("complete", "09:09")]
    content = xes(trace("x", *(step("a", *said) for said in steps)), trace("y", step("a", "complete", "09:02")))
    log = read(content, lifecycle=("start", "complete"))
    assert spans(log) == [("a", 0, 4), ("a", 1, 9), ("a", 2, None)]
    assert log.sources["notes"].to_pylist()[0] == ["1 activities end without a begin; each is one moment"]


def test_an_instance_that_events_name_decides_which_end_belongs_to_which_begin(read):
    def said(number):
        return f'<string key="concept:instance" value="{number}"/>'

    content = xes(
        trace(
            "x",
            step("a", "start", "09:00", said(1)),
            step("a", "start", "09:01", said(2)),
            step("a", "complete", "09:04", said(2)),
            step("a", "complete", "09:09", said(1)),
        )
    )
    assert spans(read(content, lifecycle=("start", "complete"))) == [("a", 0, 9), ("a", 1, 4)]


def test_what_does_not_end_or_did_not_begin_stays_a_moment_and_is_counted(read):
    content = xes(
        trace(
            "x",
            step("a", "complete", "09:00"),
            step("a", "start", "09:01"),
            step("a", "complete", "09:03"),
            step("a", "complete", "09:04"),
            step("a", "start", "09:06"),
            step("b", "complete", "09:08"),
        )
    )
    log = read(content, lifecycle=("start", "complete"))
    assert spans(log) == [("a", 0, None), ("a", 1, 3), ("a", 4, None), ("a", 6, None), ("b", 8, None)]
    assert log.sources["notes"].to_pylist()[0] == [
        "1 activities begin and are not seen to end",
        "3 activities end without a begin; each is one moment",
    ]


def test_a_begin_and_an_end_at_one_time_belong_together_in_whatever_order_they_stand(read):
    content = xes(trace("x", step("a", "complete", "09:00"), step("a", "start", "09:00")))
    log = read(content, lifecycle=("start", "complete"))
    assert spans(log) == [("a", 0, 0)]
    assert log.sources["observed_until"][0].as_py() == log.table["end_timestamp"][0].as_py()


def test_a_log_is_observed_until_its_last_event_ends(read):
    log = read(
        xes(trace("x", step("a", "start", "09:00"), step("a", "complete", "09:30"))), lifecycle=("start", "complete")
    )
    assert log.sources["observed_until"][0].as_py().minute == 30


@pytest.mark.parametrize("lifecycle", [("start", "start"), ("start", "suspend", "complete")])
def test_transitions_that_are_no_pair_are_refused(read, lifecycle):
    with pytest.raises(OptionError, match=r"neither one transition, such as 'complete', nor two"):
        read(xes(trace("x", event())), lifecycle=lifecycle)


def test_a_pair_of_which_one_never_occurs_is_named(read):
    with pytest.raises(UnknownOptionError, match=r"no event of log\.xes has the lifecycle:transition 'start'"):
        read(xes(trace("x", step("a", "complete", "09:00"))), lifecycle=("start", "complete"))


def test_a_log_with_only_bad_events_is_empty_and_its_account_closes(read):
    log = read(xes(trace("x", event("a", "soon"))))
    assert log.num_events == 0
    assert log.quarantine.reasons == {"bad_time": 1}
    assert closes(log)


# --- files that cannot be read -------------------------------------------------------------------------------------


def test_a_log_without_times_is_refused_in_plain_words(read):
    with pytest.raises(FormatError, match=r"no event of log\.xes has a time:timestamp, and a journey needs times"):
        read(xes(trace("x", event("a", None))))


def test_times_without_a_zone_need_one(read):
    content = xes(trace("x", event("a", "2024-05-01T09:00:00")))
    with pytest.raises(TimeZoneError, match="tz='Europe/Amsterdam'"):
        read(content)
    assert read(content, tz="Europe/Amsterdam").table["timestamp"][0].as_py().hour == 7


def test_dates_that_could_be_either_way_round_can_be_given_a_format(read):
    log = read(xes(trace("x", event("a", "03-04-2024 09:00:00"))), tz="UTC", time_format="%d-%m-%Y %H:%M:%S")
    assert log.table["timestamp"][0].as_py().month == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("hello", "log.xes is not whole XML, so no XES log"),
        ("a,b\n1,2\n", "log.xes is not whole XML, so no XES log"),
        (b"PK\x03\x04\x00\x00", "log.xes is not whole XML, so no XES log"),
        ("<html><body/></html>", "outermost element is <html>, not <log>"),
        ("<log><trace><trace/></trace></log>", "a <trace> stands where none can be"),
        ("<log><trace><event><event/></event></trace></log>", "a <event> stands where none can be"),
        (f"<log><trace>{event()}", "Premature end of data"),
        (f"<log><trace>{event('a' * 11_000_000)}</trace></log>", "has a value of over 10 MB"),
        (f"<log><trace>{event('&undeclared;')}</trace></log>", "'undeclared' not defined"),
    ],
)
def test_what_is_no_whole_xes_log_is_refused(read, content, said):
    with pytest.raises(FormatError, match=said):
        read(content)


@pytest.mark.parametrize("content", ["", "  \n", "<log/>", xes(trace("x"))])
def test_a_file_without_events_is_empty(read, content):
    with pytest.raises(EmptySourceError):
        read(content)


def test_a_compressed_log_reads_the_same_and_a_cut_one_is_refused(read):
    content = gzip.compress(xes(*(trace(n, event("a"), event("b")) for n in range(50))).encode())
    assert read(content, "log.xes.gz").num_cases == 50
    with pytest.raises(FormatError, match="cut short"):
        read(content[:-20], "log.xes.gz")


def bomb(levels=12):
    entities = '<!ENTITY e0 "lol">' + "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(levels))
    return f"<!DOCTYPE log [{entities}]><log>{trace('x', event(f'&e{levels};'))}</log>"


@pytest.mark.parametrize(
    "content",
    [
        bomb(),
        bomb().encode("utf-16"),
        f'<!DOCTYPE log [<!ENTITY big "{"a" * 100_000}">]><log>{trace("x", event("&big;" * 10_000))}</log>',
        f'<!DOCTYPE log [<!ENTITY secret SYSTEM "SECRET">]><log>{trace("x", event("&secret;"))}</log>',
        f'<!DOCTYPE log [<!ENTITY % dtd SYSTEM "SECRET"> %dtd;]><log>{trace("x", event())}</log>',
        f'<!DOCTYPE log SYSTEM "http://127.0.0.1:9/log.dtd"><log>{trace("x", event())}</log>',
    ],
)
def test_entities_are_neither_expanded_nor_fetched(read, tmp_path, monkeypatch, content):
    (tmp_path / "secret.txt").write_text("TOPSECRET")
    if isinstance(content, str):
        content = content.replace("SECRET", (tmp_path / "secret.txt").as_uri())
    monkeypatch.setattr(socket, "socket", lambda *arguments: pytest.fail("a connection was opened"))
    with pytest.raises(FormatError, match="has a DOCTYPE") as caught:
        read(content)
    assert "TOPSECRET" not in str(caught.value)


@given(st.data())
def test_a_damaged_file_gives_a_typed_error_or_an_account_that_closes(tmp_path_factory, data):
    content = bytearray(xes(*(trace(n, event("a"), event("b", "2024-05-02T09:00:00Z")) for n in range(3))).encode())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.xes"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        log = read_xes(path)
    except SourceError:
        return
    assert closes(log)


# --- real logs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["08_receipt", "helpdesk", "02_teleclaims", "06_bpic2013_closed"])
def test_real_logs_have_their_published_figures(shared, file):
    figures = json.loads((shared / "data/figures.json").read_text())[f"logs/{file}.xes.gz"]
    log = read_xes(shared / f"data/logs/{file}.xes.gz")
    variants = variant_counts(log)
    assert (log.num_events, log.num_cases, len(variants)) == (figures["events"], figures["cases"], figures["variants"])
    assert len(log.activities) == figures.get("activities", len(log.activities))
    top = figures.get("top_count") or max(figures.get("top", {"": variants[0]}).values())
    assert variants[0] == top
    assert closes(log)


def test_the_channels_of_the_receipt_log_are_as_published(shared):
    log = read_xes(shared / "data/logs/08_receipt.xes.gz", channel="channel")
    first = log.labels("channel").take(log.offsets[:-1])
    counts = {row["values"]: row["counts"] for row in first.value_counts().to_pylist()}
    figures = json.loads((shared / "data/figures.json").read_text())["logs/08_receipt.xes.gz"]
    assert counts == figures["channels"]


def test_complete_events_alone_give_the_same_variants_of_teleclaims(shared):
    log = read_xes(shared / "data/logs/02_teleclaims.xes.gz", lifecycle="complete")
    figures = json.loads((shared / "data/figures.json").read_text())["logs/02_teleclaims.xes.gz"]
    assert log.num_events == figures["complete_events"]
    assert len(variant_counts(log)) == figures["variants"]
    assert log.quarantine.reasons == {"lifecycle": figures["events"] - figures["complete_events"]}


def test_begins_and_ends_of_teleclaims_become_one_event_each(shared):
    log = read_xes(shared / "data/logs/02_teleclaims.xes.gz", lifecycle=("start", "complete"))
    figures = json.loads((shared / "data/figures.json").read_text())["logs/02_teleclaims.xes.gz"]
    assert log.num_events == figures["complete_events"]  # each start has its complete; 3,512 claims only come in
    assert log.table["end_timestamp"].null_count == log.num_cases == figures["cases"]
    assert len(variant_counts(log)) == figures["variants"]
    assert log.sources["used"].to_pylist() == [figures["events"]]


def test_a_real_log_without_times_is_refused(shared):
    with pytest.raises(FormatError, match=r"19_roadtraffic_1t_per_variant\.xes\.gz has a time:timestamp"):
        read_xes(shared / "data/logs/19_roadtraffic_1t_per_variant.xes.gz")


def test_a_real_log_of_equal_naive_times_needs_a_zone_and_keeps_its_order(shared):
    path = shared / "data/logs/11_tickets.xes.gz"
    with pytest.raises(TimeZoneError, match="1980-01-01 01:01:01"):
        read_xes(path)
    log = read_xes(path, tz="UTC")
    assert log.ties == log.num_events - log.num_cases
    assert log.table["source_row"].to_pylist() == list(range(1, log.num_events + 1))
