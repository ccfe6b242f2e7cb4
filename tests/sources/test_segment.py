import gzip
import json
from datetime import UTC, datetime

import pytest

from journeymine.errors import EmptySourceError, FormatError, OptionError, UnknownColumnError
from journeymine.log.identity import link
from journeymine.sources import inputs
from journeymine.sources.web.segment import read_segment
from journeymine.sources.web.url_rules import url_rules


def call(number=1, kind="track", time="2024-05-01T09:00:00.123Z", **values):
    return {"messageId": f"m{number}", "type": kind, "anonymousId": "a1", "timestamp": time, **values}


def track(event, number=1, **values):
    return call(number, event=event, **values)


def page(url, number=1, **values):
    return call(number, "page", properties={"url": url}, **values)


@pytest.fixture
def read(tmp_path):
    def read(*calls, **options):
        path = tmp_path / "calls.jsonl"
        path.write_text("\n".join(item if isinstance(item, str) else json.dumps(item) for item in calls))
        return read_segment(path, **options)

    return read


def column(log, name):
    return log.table.sort_by("source_row")[name].to_pylist()


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


def refused(log):
    return [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()]


def edges(log):
    return sorted(tuple(sorted((k, v) for k, v in row.items() if v)) for row in log.identities.to_pylist())


# --- what a call is --------------------------------------------------------------------------------------------------


def test_a_call_gives_every_column(read):
    context = {
        "page": {"title": "Checkout", "referrer": "https://search.example/", "url": "https://shop.example/pay?x=1"},
        "campaign": {"name": "may", "source": "news", "medium": "mail"},
        "traits": {"email": "Jo@Mail.example", "phone": "+31 6-1234 5678"},
        "sessionId": 1714554000123,
    }
    said = {"order_id": "o1", "revenue": 12.5, "total": 15, "currency": "EUR"}
    log = read(track("Order Completed", userId="C1", context=context, properties=said))
    assert log.table.to_pylist() == [
        {
            "case_id": "user:C1",
            "activity": "Order Completed",
            "timestamp": datetime(2024, 5, 1, 9, 0, 0, 123_000, UTC),
            "channel": "web",
            "customer": "user:C1",
            "event_id": "m1",
            "source": "calls.jsonl",
            "source_row": 1,
            "id_user": "C1",
            "id_anonymous": "a1",
            "id_email": "jo@mail.example",
            "id_phone": "+31612345678",
            "title": "Checkout",
            "referrer": "https://search.example/",
            "utm_source": "news",
            "utm_medium": "mail",
            "utm_campaign": "may",
            "order": "o1",
            "currency": "EUR",
            "session": "a1/1714554000123",
            "value": 12.5,
            "path": "/pay",
        }
    ]


def test_a_page_is_its_url_and_a_screen_its_name(read):
    log = read(
        page("https://shop.example/orders/48213?ref=mail"),
        call(2, "page", name="Home"),
        call(3, "page"),
        call(4, "screen", name="Cart"),
        call(5, "screen"),
        call(6, "page", context={"page": {"url": "https://shop.example/p/7"}}),
        track("Signed Up", 7, properties={"url": "https://shop.example/join"}),
    )
    assert column(log, "activity") == ["/orders/{id}", "Home", "page", "Cart", "screen", "/p/{id}", "Signed Up"]
    assert column(log, "path") == ["/orders/48213", None, None, None, None, "/p/7", "/join"]


def test_the_caller_names_pages_and_none_is_no_touchpoint(read):
    names = {"https://shop.example/a": "start", "https://shop.example/b": None}
    log = read(*(page(url, n) for n, url in enumerate(names, 1)), activity=names.get)
    assert (log.activities, account(log)) == (["start"], [2, 1, 0, 1])
    assert refused(log) == [(2, "filter", "no_activity")]
    with pytest.raises(
        OptionError, match=r"activity gave 7 for 'https://shop.example/a': it must give a text, or None"
    ):
        read(page("https://shop.example/a"), activity=lambda url: 7)


def test_rules_of_urls_name_pages_and_tell_which_were_never_met(read):
    log = read(page("https://shop.example/p/7"), activity=url_rules({"/p/*": "product", "/cart": "cart"}))
    assert log.activities == ["product"]
    assert log.account["notes"][0].tolist() == ["URL rules that no request met: '/cart'"]


def test_a_call_without_a_type_that_names_an_event_is_a_track_call(read):
    log = read({**track("Signed Up"), "type": None}, {**call(2), "type": None}, call(3, "delete"))
    assert (log.activities, account(log)) == (["Signed Up"], [3, 1, 0, 2])
    assert refused(log) == [(2, "check", "no_event"), (3, "check", "no_event")]
    assert log.account["notes"][0].tolist() == [
        "1 calls do not say their type; as they name an event, they are read as track"
    ]


def test_own_properties_and_traits_are_kept_when_asked_for(read):
    calls = [
        track("A", 1, properties={"plan": "gold", "value": 3, "size": 7}),
        track("B", 2, context={"traits": {"plan": "free"}}, properties={"size": "xl"}),
    ]
    log = read(*calls, properties=["plan", "value", "size"])
    assert column(log, "plan") == ["gold", "free"]
    assert (column(log, "event:value"), column(log, "value")) == ([3, None], [3.0, None])
    assert column(log, "size") == ["7", "xl"]
    with pytest.raises(UnknownColumnError, match=r"no event of calls.jsonl has a property 'plann'\."):
        read(*calls, properties=["plann"])


# --- who is who ------------------------------------------------------------------------------------------------------


def test_identify_alias_and_group_are_identities_and_no_events(read):
    log = read(
        call(1, "identify", userId="C1", traits={"email": "jo@mail.example", "phone": "+31612345678"}),
        call(2, "alias", userId="C1", previousId="a0", anonymousId=None),
        call(3, "group", userId="C2", groupId="g", traits={"email": "office@firm.example"}, anonymousId="a2"),
        track("Signed Up", 4),
    )
    assert (log.activities, account(log)) == (["Signed Up"], [4, 4, 0, 0])
    assert edges(log) == [
        (("id_anonymous", "a0"), ("id_user", "C1")),
        (("id_anonymous", "a1"), ("id_email", "jo@mail.example"), ("id_phone", "+31612345678"), ("id_user", "C1")),
        (("id_anonymous", "a2"), ("id_user", "C2")),
    ]


def test_identities_join_what_their_events_do_not(read):
    log = read(
        track("Visit", 1, anonymousId="a0"),
        call(2, "alias", userId="C1", previousId="a0", anonymousId=None),
        track("Buy", 3, userId="C1", anonymousId=None),
    )
    assert log.num_customers == 2
    assert link(log).num_customers == 1


def test_an_identity_counts_even_without_a_time_but_stands_once_however_often_told(read):
    calls = [{**call(n, "identify", userId="C1"), "timestamp": None} for n in range(3)]
    log = read(*calls, track("A", 9))
    assert (account(log), edges(log)) == ([4, 4, 0, 0], [(("id_anonymous", "a1"), ("id_user", "C1"))])


def test_one_identifier_alone_is_no_edge(read):
    log = read(call(1, "identify", userId="C1", anonymousId=None), track("A", 2))
    assert (account(log), edges(log)) == ([2, 2, 0, 0], [])


# --- times -----------------------------------------------------------------------------------------------------------


def test_times_have_offsets_and_those_without_a_zone_are_refused(read):
    log = read(
        track("A", 1, time="2020-05-25T18:37:10.865+05:30"),
        track("B", 2, time="2020-05-25T18:37:10.865"),
        track("C", 3, time="soon"),
        track("D", 4, time=None),
    )
    assert column(log, "timestamp") == [datetime(2020, 5, 25, 13, 7, 10, 865_000, UTC)]
    assert refused(log) == [(2, "parse", "naive_time"), (3, "parse", "bad_time"), (4, "parse", "no_time")]
    assert log.quarantine.table["detail"].to_pylist() == [
        "a time without a zone: 2020-05-25T18:37:10.865",
        "not a time: soon",
        "no time",
    ]


def test_without_the_corrected_time_the_next_best_is_used_and_noted(read):
    log = read(
        track("A", 1),
        {**track("B", 2, time=None), "originalTimestamp": "2024-05-01T10:00:00Z", "sentAt": "2024-05-01T10:00:05Z"},
        {**track("C", 3, time=None), "receivedAt": "2024-05-01T11:00:00Z"},
    )
    assert [time.hour for time in column(log, "timestamp")] == [9, 10, 11]
    assert log.account["notes"][0].tolist() == [
        "2 calls have no timestamp; the first of originalTimestamp, sentAt and receivedAt is used"
    ]


def test_the_log_was_observed_until_the_last_call_of_any_type(read):
    log = read(track("A", 1), call(2, "identify", "2024-05-03T00:00:00Z", userId="C1"))
    assert log.account["observed_until"][0] == datetime(2024, 5, 3, tzinfo=UTC)
    later = read(track("A", 1), observed_until="2024-06-01T00:00Z")
    assert later.account["observed_until"][0] == datetime(2024, 6, 1, tzinfo=UTC)


# --- deliveries, files -----------------------------------------------------------------------------------------------


def test_a_call_delivered_twice_is_used_once_the_last_time(read):
    log = read(track("A", 1), track("B", 2), track("A again", 1))
    assert (log.activities, account(log)) == (["A again", "B"], [3, 2, 1, 0])


def test_lines_arrays_batches_and_gzip_say_the_same(read, tmp_path):
    calls = [track("A", 1), page("https://shop.example/cart", 2), call(3, "identify", userId="C1")]
    expected = read(*calls, name="x")
    texts = {
        "array": json.dumps(calls),
        "batch": json.dumps({"batch": calls, "sentAt": "2024-05-01T09:00:00Z"}),
        "batches": json.dumps({"batch": calls[:1]}) + "\n" + json.dumps({"batch": calls[1:]}),
        "pretty": json.dumps({"batch": calls}, indent=2),
    }
    for text in texts.values():
        for content in (text.encode(), gzip.compress(text.encode())):
            (tmp_path / "other").write_bytes(content)
            log = read_segment(tmp_path / "other", name="x")
            assert log.table.drop_columns("source_row").equals(expected.table.drop_columns("source_row"))
            assert account(log) == [3, 3, 0, 0]


def test_a_folder_is_read_file_by_file_and_its_lines_are_counted_on(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "b.json").write_text("{broken\n" + json.dumps(track("C", 3)))
    (folder / "a.json.gz").write_bytes(gzip.compress("\n".join(json.dumps(track("A", n)) for n in (1, 2)).encode()))
    (folder / "empty.json").write_text("")
    (folder / "_SUCCESS").write_text("not JSON")
    log = read_segment(folder)
    assert (column(log, "source_row"), refused(log)) == ([1, 2, 4], [(3, "parse", "bad_json")])
    assert (log.account["source"][0], account(log)) == ("export", [4, 3, 0, 1])


def test_a_log_read_in_many_blocks_is_the_log_read_in_one(read, monkeypatch):
    kinds = ["track", "page", "identify"]
    calls = [call(n, kinds[n % 3], event=f"E{n % 4}", name=f"N{n % 2}", userId=f"C{n % 5}") for n in range(40)]
    calls[7] = "{broken"
    calls[9] = {**calls[9], "timestamp": "2024-05-01"}
    whole = read(*calls)
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", 700)
    parts = read(*calls)
    assert whole.table.to_pylist() == parts.table.to_pylist()
    assert whole.quarantine.table.equals(parts.quarantine.table)
    assert edges(whole) == edges(parts)
    assert account(whole) == account(parts) == [40, 38, 0, 2]


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        ("", EmptySourceError, "calls.jsonl is empty"),
        ("[]", EmptySourceError, "calls.jsonl holds no records"),
        ("a,b\n1,2", FormatError, "calls.jsonl is not JSON: it begins with 'a,b"),
        ('{"a": 1, "b": 2}', FormatError, "calls.jsonl holds no events of segment: its records have 'a', 'b'; a call"),
        ('{"a": 1}\n[1]', FormatError, "calls.jsonl holds no events of segment: its records have 'a'; a call"),
        ("[1, 2]", FormatError, "calls.jsonl holds no events of segment: line 1: "),
    ],
)
def test_what_is_no_segment_export_says_what_it_is(read, content, kind, said):
    with pytest.raises(kind) as error:
        read(content)
    assert str(error.value).startswith(said)


def test_a_folder_without_files_is_empty(tmp_path):
    with pytest.raises(EmptySourceError, match="there is no file in folder"):
        read_segment(tmp_path)
    (tmp_path / "a.json").write_text("")
    (tmp_path / "b.json").write_text("\n")
    with pytest.raises(EmptySourceError, match="holds no records"):
        read_segment(tmp_path)


def test_odd_values_are_text_or_nothing_and_cost_no_row(read):
    log = read(
        track("A", 1, userId=17, properties={"total": "free"}),
        track("B", 2, userId=["x"], context="none", properties=[1]),
        {**track("C", 3), "userId": {"id": 1}},
        '{"type": "track", "event": "D", "timestamp": "2024-05-01T09:00:00Z", "userId": "\\ud800"}',
    )
    assert column(log, "id_user") == ["17", '["x"]', '{"id": 1}']
    assert (log.activities, refused(log)) == (["A", "B", "C"], [(4, "parse", "bad_json")])


@pytest.mark.parametrize(
    ("name", "rows", "activities"),
    [
        ("batch-with-identify", [2, 2, 0, 0], ["Demo Track"]),
        ("batch", [1, 1, 0, 0], ["Demo Track"]),
        ("track", [1, 1, 0, 0], ["Demo Track - New"]),
        ("jitsu_page", [1, 1, 0, 0], ["/"]),
        ("many-columns-template", [1, 1, 0, 0], ["Demo Track-5"]),
    ],
)
def test_real_payloads(shared_file, name, rows, activities):
    log = read_segment(shared_file(f"formats/segment/{name}.json"))
    assert (account(log), log.activities) == (rows, activities)


def test_a_real_batch_with_an_identify_call_tells_who_is_who(shared_file):
    log = read_segment(shared_file("formats/segment/batch-with-identify.json"))
    assert edges(log) == [
        (
            ("id_anonymous", "8d872292709c6fbe"),
            ("id_email", "identify@test.com"),
            ("id_phone", "9876543210"),
            ("id_user", "sample_user_id_2"),
        )
    ]
    assert column(log, "timestamp") == [datetime(2019, 8, 12, 5, 8, 30, 909_000, UTC)]
