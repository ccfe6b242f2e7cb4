import json
from datetime import UTC, datetime
from functools import partial

import pytest

from journeymine.errors import FormatError, TimeZoneError, UnknownColumnError
from journeymine.log.identity import link
from journeymine.sources import inputs
from journeymine.sources.web.event_exports import read_amplitude, read_mixpanel, read_posthog

READERS = {"amplitude": read_amplitude, "mixpanel": partial(read_mixpanel, tz="UTC"), "posthog": read_posthog}


def amplitude(event, number=1, time="2024-05-01 09:00:00.123000", **values):
    said = {"event_type": event, "event_time": time, "uuid": f"u{number}", "amplitude_id": 10**10, "device_id": "d1"}
    return said | values


def mixpanel(event, number=1, time=1714554000, **properties):
    said = {"time": time, "distinct_id": "C1", "$insert_id": f"i{number}", "mp_processing_time_ms": 1714554009000}
    return {"event": event, "properties": said | properties}


def posthog(event, number=1, time="2024-05-01T09:00:00.123Z", distinct_id="C1", **properties):
    person = properties.pop("person_properties", {})
    return {
        "uuid": f"u{number}",
        "event": event,
        "timestamp": time,
        "distinct_id": distinct_id,
        "properties": properties,
        "person_properties": person,
    }


@pytest.fixture
def read(tmp_path):
    def read(kind, *events, **options):
        path = tmp_path / "events.jsonl"
        path.write_text("\n".join(item if isinstance(item, str) else json.dumps(item) for item in events))
        return READERS[kind](path, **options)

    return read


def column(log, name):
    return log.table.sort_by("source_row")[name].to_pylist()


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


def refused(log):
    return [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()]


def edges(log):
    return sorted(tuple(sorted((k, v) for k, v in row.items() if v)) for row in log.identities.to_pylist())


# --- Amplitude -------------------------------------------------------------------------------------------------------


def test_an_event_of_amplitude_gives_every_column(read):
    event = amplitude(
        "Order",
        user_id="C1",
        session_id=1714554000123,
        platform="Web",
        device_type="Windows",
        country="Netherlands",
        event_properties={
            "[Amplitude] Page Location": "https://shop.example/pay?x=1",
            "[Amplitude] Page Title": "Pay",
            "$revenue": 12.5,
        },
        user_properties={"email": "Jo@Mail.example", "utm_source": "news", "utm_medium": "mail", "utm_campaign": "may"},
    )
    assert read("amplitude", event).table.to_pylist() == [
        {
            "case_id": "user:C1",
            "activity": "Order",
            "timestamp": datetime(2024, 5, 1, 9, 0, 0, 123_000, UTC),
            "channel": "web",
            "customer": "user:C1",
            "event_id": "u1",
            "source": "events.jsonl",
            "source_row": 1,
            "id_user": "C1",
            "id_device": "d1",
            "id_amplitude": "10000000000",
            "id_email": "jo@mail.example",
            "platform": "Web",
            "device": "Windows",
            "country": "Netherlands",
            "title": "Pay",
            "utm_source": "news",
            "utm_medium": "mail",
            "utm_campaign": "may",
            "session": "d1/1714554000123",
            "value": 12.5,
            "path": "/pay",
        }
    ]


def test_what_amplitude_captures_is_called_by_words_or_set_aside(read):
    url = {"[Amplitude] Page URL": "https://shop.example/orders/48213"}
    log = read(
        "amplitude",
        amplitude("[Amplitude] Page Viewed", 1, event_properties=url),
        amplitude("Page viewed", 2, event_properties={"Page URL": "https://shop.example/cart"}),
        amplitude("[Amplitude] Form Submitted", 3),
        amplitude("[Amplitude] Screen Viewed", 4, event_properties={"[Amplitude] Screen Name": "Basket"}),
        amplitude("[Amplitude] Page Viewed", 5),
        amplitude("session_start", 6),
        amplitude("[Amplitude] Start Session", 7),
        amplitude("revenue_amount", 8),
    )
    assert column(log, "activity") == ["/orders/{id}", "/cart", "form submitted", "Basket", "page viewed"]
    assert refused(log) == [(line, "filter", "automatic") for line in (6, 7, 8)]
    kept = read("amplitude", amplitude("session_start"), keep_automatic=True)
    assert (kept.activities, account(kept)) == (["session_start"], [1, 1, 0, 0])


def test_a_session_of_minus_one_is_none(read):
    log = read("amplitude", amplitude("A", 1, session_id=-1), amplitude("B", 2, session_id=5))
    assert column(log, "session") == [None, "d1/5"]


def test_identify_of_amplitude_tells_who_is_who_and_so_does_what_it_makes_by_itself(read):
    log = read(
        "amplitude",
        amplitude("$identify", 1, user_id="C1"),
        amplitude("session_end", 2, user_id="C2", device_id="d2", amplitude_id=2),
        amplitude("A", 3),
    )
    assert account(log) == [3, 2, 0, 1]
    assert edges(log) == [
        (("id_amplitude", "10000000000"), ("id_device", "d1"), ("id_user", "C1")),
        (("id_amplitude", "2"), ("id_device", "d2"), ("id_user", "C2")),
    ]


def test_an_event_of_amplitude_delivered_twice_is_used_once(read):
    log = read("amplitude", amplitude("A", 1), amplitude("B", 2), amplitude("A", 1))
    assert (log.num_events, account(log)) == (2, [3, 2, 1, 0])


# --- Mixpanel --------------------------------------------------------------------------------------------------------


def test_the_clock_of_a_project_of_mixpanel_stands_in_its_zone(read):
    event = mixpanel("A")  # 09:00:00 on the wall
    assert column(read("mixpanel", event), "timestamp") == [datetime(2024, 5, 1, 9, tzinfo=UTC)]
    local = read("mixpanel", event, tz="Europe/Amsterdam")
    assert column(local, "timestamp") == [datetime(2024, 5, 1, 7, tzinfo=UTC)]
    milliseconds = read("mixpanel", mixpanel("A", time=1714554000123), tz="Europe/Amsterdam")
    assert column(milliseconds, "timestamp") == [datetime(2024, 5, 1, 7, 0, 0, 123_000, UTC)]


def test_the_hour_that_a_clock_repeats_or_skips_is_noted_or_refused(read):
    repeated = int(datetime(2024, 10, 27, 2, 30, tzinfo=UTC).timestamp())
    skipped = int(datetime(2024, 3, 31, 2, 30, tzinfo=UTC).timestamp())
    events = [mixpanel("A", 1, repeated), mixpanel("B", 2, skipped), mixpanel("C", 3)]
    log = read("mixpanel", *events, tz="Europe/Amsterdam")
    assert column(log, "timestamp")[0] == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    assert refused(log) == [(2, "parse", "bad_time")]
    assert "1 times fall in an hour that a clock change in Europe/Amsterdam repeats" in log.account["notes"][0][0]


def test_mixpanel_needs_to_be_told_its_zone(read):
    with pytest.raises(TimeZoneError) as error:
        read("mixpanel", mixpanel("A"), tz=None)
    assert str(error.value) == (
        "events.jsonl does not say where its clock stood: Mixpanel exports projects made before 2023 in the project's "
        "zone. Give it with tz=, such as tz='Europe/Amsterdam'; for newer projects tz='UTC'"
    )
    with pytest.raises(TimeZoneError, match="Did you mean 'Europe/Amsterdam'"):
        read("mixpanel", mixpanel("A"), tz="Europe/Amsterdm")


def test_what_mixpanel_captures_is_called_by_words_or_set_aside(read):
    log = read(
        "mixpanel",
        mixpanel("$mp_web_page_view", 1, **{"$current_url": "https://shop.example/p/7?x=1", "current_page_title": "7"}),
        mixpanel("$mp_web_page_view", 2, current_url_path="/cart"),
        mixpanel("$mp_click", 3),
        mixpanel("Signed Up", 4, **{"$user_id": "C1", "$device_id": "d1", "$os": "iOS", "mp_country_code": "NL"}),
        mixpanel("$ae_session", 5),
    )
    assert column(log, "activity") == ["/p/{id}", "/cart", "element clicked", "Signed Up"]
    assert refused(log) == [(5, "filter", "automatic")]
    last = log.table.sort_by("source_row").to_pylist()[-1]
    assert [last[name] for name in ("id_user", "id_device", "id_distinct", "platform", "country")] == [
        "C1", "d1", "C1", "iOS", "NL",
    ]  # fmt: skip


def test_events_of_mixpanel_are_the_same_if_id_name_person_and_time_are(read):
    events = [
        mixpanel("A"),
        mixpanel("A"),
        mixpanel("B"),
        mixpanel("A", time=1714554001),
        mixpanel("A", distinct_id="C2"),
        mixpanel("A", **{"$insert_id": None}),
        mixpanel("A", **{"$insert_id": None}),
    ]
    assert account(read("mixpanel", *events)) == [7, 6, 1, 0]


def test_identity_events_of_mixpanel_tell_who_is_who(read):
    log = read(
        "mixpanel",
        mixpanel("$identify", 1, **{"$identified_id": "C1", "$anon_id": "a1"}),
        mixpanel("$create_alias", 2, distinct_id="a2", alias="C2"),
        mixpanel("$merge", 3, distinct_id=None, **{"$distinct_ids": ["a3", "a4"]}),
        mixpanel("$merge", 4, distinct_id=None, **{"$distinct_ids": ["a5"]}),
        mixpanel("A", 5),
    )
    assert (log.activities, account(log)) == (["A"], [5, 5, 0, 0])
    assert edges(log) == [
        (("id_alias", "C2"), ("id_distinct", "C2")),
        (("id_alias", "C2"), ("id_distinct", "a2")),
        (("id_alias", "a3"), ("id_distinct", "a3")),
        (("id_alias", "a3"), ("id_distinct", "a4")),
        (("id_alias", "a5"), ("id_distinct", "a5")),
        (("id_distinct", "a1"), ("id_user", "C1")),
    ]


def test_merged_ids_become_one_customer(read):
    log = read(
        "mixpanel",
        mixpanel("A", 1, distinct_id="a3"),
        mixpanel("B", 2, distinct_id="a4"),
        mixpanel("$merge", 3, distinct_id=None, **{"$distinct_ids": ["a3", "a4"]}),
    )
    assert (log.num_customers, link(log).num_customers) == (2, 1)


# --- PostHog ---------------------------------------------------------------------------------------------------------


def test_what_posthog_captures_is_called_by_words_or_set_aside(read):
    log = read(
        "posthog",
        posthog("$pageview", 1, **{"$current_url": "https://shop.example/orders/48213", "title": "Order"}),
        posthog("$screen", 2, **{"$screen_name": "Basket"}),
        posthog("$autocapture", 3, **{"$event_type": "click"}),
        posthog("$autocapture", 4, **{"$event_type": "copy"}),
        posthog("$autocapture", 5),
        posthog("Signed Up", 6, **{"$session_id": "s1", "$device_id": "d1", "$user_id": "C1", "$os": "Windows"}),
        posthog("$pageleave", 7),
        posthog("$feature_flag_called", 8),
    )
    words = ["/orders/{id}", "Basket", "element clicked", "element used", "element used", "Signed Up"]
    assert column(log, "activity") == words
    assert refused(log) == [(7, "filter", "automatic"), (8, "filter", "automatic")]
    last = log.table.sort_by("source_row").to_pylist()[-1]
    assert [last[name] for name in ("session", "id_device", "id_user", "id_distinct", "platform")] == [
        "s1", "d1", "C1", "C1", "Windows",
    ]  # fmt: skip


def test_a_person_of_posthog_brings_an_address(read):
    log = read("posthog", {**posthog("A", person_properties={"email": "Jo@Mail.example"}), "person_id": "p1"})
    assert (column(log, "id_email"), column(log, "id_person")) == (["jo@mail.example"], ["p1"])


def test_identity_events_of_posthog_tell_who_is_who(read):
    log = read(
        "posthog",
        posthog("$identify", 1, **{"$anon_distinct_id": "a1"}),
        posthog("$create_alias", 2, distinct_id="C2", alias="a2"),
        posthog("$merge_dangerously", 3, distinct_id="C3", alias="C4"),
        posthog("A", 4),
    )
    assert account(log) == [4, 4, 0, 0]
    assert edges(log) == [
        (("id_alias", "C4"), ("id_distinct", "C3")),
        (("id_alias", "C4"), ("id_distinct", "C4")),
        (("id_alias", "a2"), ("id_distinct", "C2")),
        (("id_alias", "a2"), ("id_distinct", "a2")),
        (("id_distinct", "C1"), ("id_user", "C1")),
        (("id_distinct", "a1"), ("id_user", "C1")),
    ]


def test_what_was_done_before_logging_in_belongs_to_who_logged_in(read):
    log = read(
        "posthog",
        posthog("A", 1, distinct_id="a1"),
        posthog("$identify", 2, **{"$anon_distinct_id": "a1"}),
        posthog("B", 3),
    )
    assert (log.num_customers, link(log).num_customers) == (2, 1)


def test_times_of_posthog_are_utc_unless_they_say_otherwise(read):
    times = ["2024-05-01T09:00:00+02:00", "2024-05-01 09:00:00.5", "soon", None]
    log = read("posthog", *(posthog("A", n, time) for n, time in enumerate(times)))
    assert column(log, "timestamp") == [
        datetime(2024, 5, 1, 7, tzinfo=UTC),
        datetime(2024, 5, 1, 9, 0, 0, 500_000, UTC),
    ]
    assert refused(log) == [(3, "parse", "bad_time"), (4, "parse", "no_time")]


# --- all of them -----------------------------------------------------------------------------------------------------

EVENTS = {"amplitude": amplitude, "mixpanel": mixpanel, "posthog": posthog}
OWN = {
    "amplitude": (lambda **own: {"event_properties": own}),
    "mixpanel": (lambda **own: own),
    "posthog": (lambda **own: own),
}


@pytest.mark.parametrize("kind", READERS)
def test_own_properties_are_kept_when_asked_for(read, kind):
    event = EVENTS[kind]("A", **OWN[kind](plan="gold", title=7))
    log = read(kind, event, EVENTS[kind]("B", 2), properties=["plan", "title"])
    assert (column(log, "plan"), column(log, "event:title")) == (["gold", None], [7, None])
    with pytest.raises(UnknownColumnError, match=r"no event of events.jsonl has a property 'plann'"):
        read(kind, event, properties=["plann"])


@pytest.mark.parametrize("kind", READERS)
def test_broken_lines_and_nameless_events_are_kept_aside(read, kind):
    log = read(kind, EVENTS[kind]("A"), "{broken", "[1]", EVENTS[kind](None, 2), EVENTS[kind]("", 3))
    assert (account(log), log.activities) == ([5, 1, 0, 4], ["A"])
    assert refused(log) == [
        (2, "parse", "bad_json"),
        (3, "parse", "bad_json"),
        (4, "check", "no_event"),
        (5, "check", "no_event"),
    ]
    payload = log.quarantine.table["payload"].to_pylist()
    assert (payload[0], json.loads(payload[2])) == (b"{broken", EVENTS[kind](None, 2))


@pytest.mark.parametrize("kind", READERS)
def test_a_log_read_in_many_blocks_is_the_log_read_in_one(read, monkeypatch, kind):
    events = [EVENTS[kind](["A", "B", "$identify", "session_start", "$pageleave"][n % 5], n % 17) for n in range(40)]
    events[7] = "{broken"
    whole = read(kind, *events)
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", 500)
    parts = read(kind, *events)
    assert whole.table.to_pylist() == parts.table.to_pylist()
    assert whole.quarantine.table.equals(parts.quarantine.table)
    assert (edges(whole), account(whole)) == (edges(parts), account(parts))


@pytest.mark.parametrize("kind", READERS)
def test_what_is_of_another_tracker_says_so(read, kind):
    other = '{"name": "page_view", "at": "2024-05-01T09:00:00Z"}'
    with pytest.raises(FormatError) as error:
        read(kind, other)
    said = f"events.jsonl holds no events of {kind}: its records have 'name', 'at'; an event has "
    assert str(error.value).startswith(said)


@pytest.mark.parametrize("kind", READERS)
def test_events_of_nobody_are_kept(read, kind):
    event = EVENTS[kind]("A", distinct_id=None) if kind != "amplitude" else {**amplitude("A"), "device_id": None}
    event.pop("amplitude_id", None)
    log = read(kind, event)
    assert (log.num_events, log.num_customers) == (1, 0)
