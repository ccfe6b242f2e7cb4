import gzip
import json
from datetime import UTC, datetime

import pytest

from journeymine.errors import EmptySourceError, FormatError
from journeymine.sources import inputs
from journeymine.sources.web.snowplow import read_snowplow
from journeymine.sources.web.snowplow_rows import FIELDS

ROBOTS = "iglu:com.iab.snowplow/spiders_and_robots/jsonschema/1-0-0"


def fields(number=1, **values):
    shared = {
        "platform": "web",
        "collector_tstamp": "2024-05-01 09:00:02.000",
        "event": "page_view",
        "event_id": f"{number:08x}-0000-4000-8000-00805f9b34fb",
        "domain_userid": "17",
        "page_url": "https://shop.example/cart",
    }
    return shared | values


def row(number=1, **values):
    said = fields(number, **values)
    return "\t".join(str(said.get(name) or "") for name in FIELDS)


def unstruct(kind, **data):
    inner = {"schema": f"iglu:example/{kind}/jsonschema/1-0-0", "data": data}
    outer = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0"
    return json.dumps({"schema": outer, "data": inner})


def contexts(schema, **data):
    held = [{"schema": schema, "data": data}]
    return json.dumps({"schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1", "data": held})


@pytest.fixture
def read(tmp_path):
    def read(*rows, **options):
        path = tmp_path / "events.tsv"
        path.write_text("\n".join(rows))
        return read_snowplow(path, **options)

    return read


def column(log, name):
    return log.table.sort_by("source_row")[name].to_pylist()


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


def refused(log):
    return [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()]


# --- what an event is ------------------------------------------------------------------------------------------------


def test_an_event_gives_every_column(read):
    log = read(
        row(
            event="transaction",
            event_name="transaction",
            user_id="C1",
            network_userid="n1",
            derived_tstamp="2024-05-01 09:00:00.123",
            page_url="https://shop.example/orders/48213?x=1",
            page_title="Order",
            page_referrer="https://search.example/",
            domain_sessionid="s1",
            dvce_type="Computer",
            geo_country="NL",
            mkt_source="news",
            mkt_medium="mail",
            mkt_campaign="may",
            tr_orderid="o1",
            tr_total="12.50",
            tr_currency="EUR",
        )
    )
    assert log.table.to_pylist() == [
        {
            "case_id": "user:C1",
            "activity": "transaction",
            "timestamp": datetime(2024, 5, 1, 9, 0, 0, 123_000, UTC),
            "channel": "web",
            "customer": "user:C1",
            "event_id": "00000001-0000-4000-8000-00805f9b34fb",
            "source": "events.tsv",
            "source_row": 1,
            "id_user": "C1",
            "id_cookie": "17",
            "id_network": "n1",
            "title": "Order",
            "referrer": "https://search.example/",
            "session": "s1",
            "platform": "web",
            "device": "Computer",
            "country": "NL",
            "utm_source": "news",
            "utm_medium": "mail",
            "utm_campaign": "may",
            "order": "o1",
            "value": 12.5,
            "currency": "EUR",
            "path": "/orders/48213",
        }
    ]


def test_every_kind_of_event_has_a_name(read):
    log = read(
        row(1, page_url="https://shop.example/orders/48213"),
        row(2, event="page_view", event_name="page_view"),
        row(3, event="struct", event_name="event", se_category="video", se_action="play", se_value="2.5"),
        row(4, event="unstruct", event_name="link_click"),
        row(5, event="unstruct", unstruct_event=unstruct("submit_form", formId="x")),
        row(
            6, event="unstruct", event_name="screen_view", unstruct_event=unstruct("screen_view", id="1", name="Basket")
        ),
        row(7, event="unstruct", event_name="screen_view"),
        row(8, event="unstruct"),
    )
    assert column(log, "activity") == [
        "/orders/{id}", "/cart", "video play", "link_click", "submit_form", "Basket", "screen_view", "unstruct",
    ]  # fmt: skip
    assert column(log, "value")[2] == 2.5


def test_what_the_tracker_sends_by_itself_is_no_touchpoint(read):
    kinds = ["page_ping", "transaction_item", "web_vitals", "page_view"]
    rows = [row(n, event_name=kind) for n, kind in enumerate(kinds)]
    log = read(*rows)
    assert (account(log), refused(log)) == ([4, 1, 0, 3], [(line, "filter", "automatic") for line in (1, 2, 3)])
    assert account(read(*rows, keep_automatic=True)) == [4, 4, 0, 0]


@pytest.mark.parametrize(
    ("column", "said", "is_robot"),
    [
        ("derived_contexts", contexts(ROBOTS, spiderOrRobot=True, category="SPIDER_OR_ROBOT"), True),
        ("derived_contexts", contexts(ROBOTS, spiderOrRobot=False, category="BROWSER"), False),
        (
            "derived_contexts",
            contexts("iglu:nl.basjes/yauaa_context/jsonschema/1-0-4", deviceClass="Robot Mobile"),
            True,
        ),
        (
            "derived_contexts",
            contexts("iglu:nl.basjes/yauaa_context/jsonschema/1-0-4", agentClass="Robotics fan"),
            False,
        ),
        (
            "derived_contexts",
            contexts("iglu:com.snowplowanalytics.snowplow/bot_detection/jsonschema/1-0-0", bot=True),
            True,
        ),
        (
            "contexts",
            contexts("iglu:com.snowplowanalytics.snowplow/client_side_bot_detection/jsonschema/1-0-0", bot=True),
            True,
        ),
        ("contexts", contexts("iglu:example/toy/jsonschema/1-0-0", bot=True), False),
    ],
)
def test_robots_are_those_of_which_a_context_says_so(read, column, said, is_robot):
    rows = [row(1, **{column: said, "useragent": "Agent/1"}), row(2)]
    log = read(*rows)
    assert account(log) == [2, 2 - is_robot, 0, is_robot]
    assert refused(log) == [(1, "filter", "bot")] * is_robot
    assert log.quarantine.table["detail"].to_pylist() == ["sent by Agent/1"] * is_robot
    assert account(read(*rows, keep_bots=True)) == [2, 2, 0, 0]


def test_the_derived_time_is_preferred_and_all_times_are_utc(read):
    log = read(
        row(1, derived_tstamp="2024-05-01 09:00:00.5"),
        row(2),
        row(3, derived_tstamp="soon"),
        row(4, collector_tstamp=None),
    )
    assert column(log, "timestamp") == [
        datetime(2024, 5, 1, 9, 0, 0, 500_000, UTC),
        datetime(2024, 5, 1, 9, 0, 2, tzinfo=UTC),
    ]
    assert refused(log) == [(3, "parse", "bad_time"), (4, "parse", "no_time")]


def test_an_event_delivered_twice_is_used_once(read):
    log = read(row(1), row(2), row(1, user_id="C1"))
    assert (account(log), column(log, "id_user")) == ([3, 2, 1, 0], [None, "C1"])


# --- rows ------------------------------------------------------------------------------------------------------------


def test_rows_of_another_width_are_kept_aside(read):
    short = row(2).rpartition("\t")[0]
    assert account(read(row(1), "  ", "", row(2))) == [2, 2, 0, 0]
    log = read(row(1), short, "nonsense", row(3) + "\tmore", "", row(4))
    assert (account(log), column(log, "source_row")) == ([5, 2, 0, 3], [1, 6])
    assert [(item["line"], item["reason"], item["detail"]) for item in log.quarantine.table.to_pylist()] == [
        (2, "bad_row", "130 fields, not 131"),
        (3, "bad_row", "1 fields, not 131"),
        (4, "bad_row", "132 fields, not 131"),
    ]
    assert log.quarantine.table["payload"][0].as_py() == short.encode()


def test_json_that_was_wrapped_is_one_event_with_its_row(read):
    wrapped = row(2, event="unstruct", unstruct_event=json.dumps(json.loads(unstruct("submit_form", a=1)), indent=2))
    assert wrapped.count("\n") > 5
    log = read(row(1), wrapped, row(3))
    assert (account(log), log.num_events) == ([3, 3, 0, 0], 3)
    assert column(log, "source_row") == [1, 2, 3 + wrapped.count("\n")]
    assert "submit_form" in log.activities


def test_two_rows_cut_short_do_not_make_one(read):
    whole = row(2, contexts='{"open": [1')
    place = whole.index('{"open"') + 5
    log = read(row(1), whole[:place], "x" + whole[place:].replace("\t", " ", 1), row(3))
    assert (account(log), column(log, "source_row")) == ([4, 2, 0, 2], [1, 4])


def test_a_quote_is_a_sign_like_any_other(read):
    log = read(row(1, page_title='"Cart'), row(2, page_title='5" pipe'))
    assert column(log, "title") == ['"Cart', '5" pipe']


def test_a_log_read_in_many_blocks_is_the_log_read_in_one(read, monkeypatch):
    kinds = ["page_view", "page_ping", "link_click"]
    rows = [row(n % 17, event_name=kinds[n % 3], user_id=f"C{n % 5}") for n in range(40)]
    rows[7] = "nonsense"
    whole = read(*rows)
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", 900)
    parts = read(*rows)
    assert whole.table.to_pylist() == parts.table.to_pylist()
    assert whole.quarantine.table.equals(parts.quarantine.table)
    assert account(whole) == account(parts)


def test_gzip_and_folders_are_read_too(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "part-0.gz").write_bytes(gzip.compress((row(1) + "\n").encode()))
    (folder / "part-1").write_text(row(2) + "\n")
    assert column(read_snowplow(folder), "source_row") == [1, 2]


# --- tables of a warehouse -------------------------------------------------------------------------------------------


def test_a_table_of_a_warehouse_says_the_same_in_columns_of_any_order_and_case(tmp_path):
    names = ["EVENT_ID", "EVENT", "EVENT_NAME", "COLLECTOR_TSTAMP", "PAGE_URL", "DOMAIN_USERID"]
    robot = "CONTEXTS_COM_IAB_SNOWPLOW_SPIDERS_AND_ROBOTS_1"
    detected = "CONTEXTS_COM_SNOWPLOWANALYTICS_SNOWPLOW_BOT_DETECTION_1"
    screen = "UNSTRUCT_EVENT_COM_SNOWPLOWANALYTICS_MOBILE_SCREEN_VIEW_1"
    told = '"[{""spiderOrRobot"": true}]"'
    shared = "2024-05-01 09:00:00.000,https://shop.example/cart,17"
    path = tmp_path / "events.csv"
    path.write_text(
        ",".join([*names, robot, detected, screen])
        + f"\n1,page_view,page_view,{shared},,,\n2,page_view,page_view,{shared},{told},,"
        + f'\n3,unstruct,screen_view,{shared},,,"{{""name"": ""Basket""}}"'
        + f'\n4,page_view,page_view,{shared},,"[{{""bot"": true}}]",\n5,page_view\n'
    )
    log = read_snowplow(path)
    assert (log.activities, account(log)) == (["/cart", "Basket"], [5, 2, 0, 3])
    assert refused(log) == [(3, "filter", "bot"), (5, "filter", "bot"), (6, "parse", "bad_row")]


def test_a_table_in_many_blocks_is_the_one_in_one(tmp_path, monkeypatch):
    path = tmp_path / "events.csv"
    rows = "".join(f'{n},2024-05-01 09:00:{n:02},E{n % 3},"a\n{n}"\n' for n in range(40))
    path.write_text("event_id,collector_tstamp,event_name,page_title\n" + rows)
    whole = read_snowplow(path)
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", 200)
    assert read_snowplow(path).table.to_pylist() == whole.table.to_pylist()
    assert whole.num_events == 40


# --- what holds no events --------------------------------------------------------------------------------------------


def test_what_is_no_export_says_what_it_is(read):
    with pytest.raises(FormatError) as error:
        read("a\tb\tc", "1\t2\t3")
    assert str(error.value) == (
        "events.tsv holds no Snowplow events: its first line has 3 fields between tabs. Expected the 131 fields of an "
        "enriched event, or a table with a header that names event_id and collector_tstamp"
    )
    with pytest.raises(FormatError, match=r"events.tsv holds no events of snowplow: line 1: 132 fields, not 131"):
        read(row(1) + "\tmore")
    with pytest.raises(EmptySourceError, match=r"events.tsv is empty"):
        read("\n")


def test_a_real_enriched_event(shared_file):
    log = read_snowplow(shared_file("formats/snowplow/enriched_from_full_event.tsv"))
    assert account(log) == [1, 1, 0, 0]
    (event,) = log.table.to_pylist()
    assert event["activity"] == "link_click"
    assert event["timestamp"] == datetime(2013, 11, 26, 0, 3, 57, 886_000, UTC)
    assert (event["id_user"], event["id_cookie"]) == ("jon.doe@email.com", "bc2e92ec6c204a14")
    assert (event["id_network"], event["session"]) == (
        "ecdff4d0-9175-40ac-a8bb-325c49733607",
        "2b15e5c8-d3b1-11e4-b9d6-1681e6b88ec1",
    )
    assert (event["title"], event["country"], event["platform"]) == ("On Analytics", "US", "web")


def test_the_names_of_the_fields_are_the_real_ones(shared_file):
    assert list(FIELDS) == json.loads(shared_file("formats/snowplow/enriched_columns.json").read_text())
