"""Access logs that are neither common nor combined: W3C, Amazon S3, HAProxy, JSON."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeymine.errors import EmptySourceError, FormatError, TimeZoneError
from journeymine.sources import inputs
from journeymine.sources.web.access_log import read_access_log

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0"


@pytest.fixture
def read(tmp_path):
    def read(*lines, **options):
        path = tmp_path / "access.log"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_access_log(path, **options)

    return read


def rows(log, *names):
    """Give columns in the order of the file."""
    table = log.table.sort_by("source_row")
    values = [tuple(row.values()) for row in table.select(list(names)).to_pylist()]
    return [value[0] for value in values] if len(names) == 1 else values


def refused(log):
    return [(row["line"], row["reason"], row["detail"]) for row in log.quarantine.table.to_pylist()]


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


def notes(log):
    return log.account["notes"][0].tolist()


# --- W3C -------------------------------------------------------------------------------------------------------------

IIS = [
    "#Software: Microsoft Internet Information Services 10.0",
    "#Version: 1.0",
    "#Date: 2024-02-10 15:42:00",
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) cs(Referer) sc-status",
]
AGENT = FIREFOX.replace(" ", "+")


def iis_row(target="/cart", query="-", *, user="-", client="1.2.3.4", clock="15:42:07", agent=AGENT, method="GET"):
    return f"2024-02-10 {clock} 10.0.0.1 {method} {target} {query} {user} {client} {agent} https://x.example/ 200"


def test_a_row_of_iis_gives_every_column_in_utc(read):
    log = read(*IIS, iis_row("/orders/48213", "step=2", user="SHOP\\jo", method="POST"))
    assert log.table.to_pylist() == [
        {
            "case_id": "user:SHOP\\jo",
            "activity": "POST /orders/{id}",
            "timestamp": datetime(2024, 2, 10, 15, 42, 7, tzinfo=UTC),
            "channel": "web",
            "customer": "user:SHOP\\jo",
            "source": "access.log",
            "source_row": 5,
            "id_user": "SHOP\\jo",
            "id_visitor": "1.2.3.4 48a0a705",
            "method": "POST",
            "path": "/orders/48213",
            "status": 200,
            "referrer": "https://x.example/",
            "user_agent": FIREFOX,
        }
    ]
    assert account(log) == [1, 1, 0, 0]
    assert notes(log) == ["read as W3C extended log format, as IIS writes it"]


def test_the_activity_function_sees_stem_and_query_as_one_path(read):
    seen = []
    read(*IIS, iis_row("/find", "q=hat"), iis_row("/cart"), activity=lambda path: seen.append(path) or path)
    assert sorted(seen) == ["/cart", "/find?q=hat"]


@pytest.mark.parametrize("size", [150, 10**6])
def test_fields_may_change_midway_and_say_so(read, monkeypatch, size):
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", size)
    log = read(
        *IIS,
        iis_row("/a"),
        "#Fields: time date cs-uri-stem c-ip cs-host sc-bytes",
        "16:00:00 2024-02-10 /b 5.6.7.8 shop.example:8080 512",
        "16:00:01 2024-02-10 /c 5.6.7.8 - -",
        *IIS,
        iis_row("/d", clock="17:00:00"),
    )
    assert rows(log, "source_row", "path", "method", "id_visitor", "host", "bytes") == [
        (5, "/a", "GET", "1.2.3.4 48a0a705", None, None),
        (7, "/b", None, "5.6.7.8", "shop.example", 512),
        (8, "/c", None, "5.6.7.8", None, None),
        (13, "/d", "GET", "1.2.3.4 48a0a705", None, None),
    ]
    assert rows(log, "timestamp")[1] == datetime(2024, 2, 10, 16, tzinfo=UTC)


def test_rows_that_do_not_hold_what_fields_names_are_kept_with_their_reason(read):
    log = read(
        iis_row("/early"),
        *IIS,
        iis_row("/a"),
        iis_row("/b") + " 42",
        iis_row("/c").removesuffix(" 200"),
        iis_row("/d", clock="25:00:00"),
        iis_row("no-path"),
        iis_row("/e", method="junk"),
        "#Fields: date time c-ip",
        "2024-02-10 16:00:00 1.2.3.4",
    )
    assert rows(log, "path") == ["/a"]
    assert refused(log) == [
        (1, "no_field", "no #Fields line stands before it"),
        (7, "bad_row", "12 fields, #Fields names 11"),
        (8, "bad_row", "10 fields, #Fields names 11"),
        (9, "bad_time", "not a time: 2024-02-10T25:00:00Z"),
        (10, "bad_request", "not a method and a path: GET no-path"),
        (11, "bad_request", "not a method and a path: junk /e"),
        (13, "no_field", "#Fields names no cs-uri-stem"),
    ]
    assert log.quarantine.table["payload"][1].as_py() == (iis_row("/b") + " 42").encode()
    assert account(log) == [8, 1, 0, 7]


def test_a_field_in_quotes_may_hold_blanks_and_doubled_quotes(read):
    log = read(*IIS, iis_row(agent=f'"{FIREFOX}"'), iis_row(agent='"Tab ""10"" a"'), iis_row(agent='Tab"10"'))
    assert rows(log, "user_agent") == [FIREFOX, 'Tab "10" a', 'Tab"10"']
    log = read(*IIS, iis_row(), iis_row(agent='"Tab 10'))
    assert refused(log) == [(6, "bad_row", "12 fields, #Fields names 11")]


def test_the_address_that_a_proxy_forwards_is_the_visitors(read):
    named = "#Fields: date time cs-uri-stem c-ip X-Forwarded-For"
    log = read(
        named,
        "2024-02-10 16:00:00 /a 10.0.0.1 203.0.113.5",
        "2024-02-10 16:00:01 /b 10.0.0.1 203.0.113.5:51234,+10.0.0.2",
        "2024-02-10 16:00:02 /c 10.0.0.1 [2001:db8::7]:443",
        "2024-02-10 16:00:03 /d 10.0.0.1 -",
    )
    assert rows(log, "id_visitor") == ["203.0.113.5", "203.0.113.5", "2001:db8::7", "10.0.0.1"]


CLOUDFRONT = [
    "#Version: 1.0",
    "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) "
    "cs(User-Agent) cs-uri-query x-edge-request-id x-host-header x-forwarded-for",
]


def cloudfront_row(number="id1", target="/cart", *, agent="Mozilla/5.0%20(X11)", query="-", forwarded="-"):
    fields = ["2024-02-10", "15:42:07", "AMS1", "182", "192.0.2.10", "GET", "d1.cloudfront.example", target, "000", "-"]
    return "\t".join([*fields, agent, query, number, "shop.example", forwarded])


def test_a_row_of_cloudfront_has_the_viewers_host_address_and_agent(read):
    log = read(
        *CLOUDFRONT,
        cloudfront_row(query="q=hat%2520x", forwarded="203.0.113.5,%2010.0.0.1"),
        cloudfront_row("id2", agent="Mozilla/5.0%2520(X11)"),
        cloudfront_row("id3", agent='"A%22+b'),
    )
    assert rows(log, "user_agent", "host", "event_id", "status", "bytes") == [
        ("Mozilla/5.0 (X11)", "shop.example", "id1", 0, 182),
        ("Mozilla/5.0 (X11)", "shop.example", "id2", 0, 182),
        ('"A"+b', "shop.example", "id3", 0, 182),
    ]
    visitors = [visitor.split() for visitor in rows(log, "id_visitor")]
    assert [address for address, _ in visitors] == ["203.0.113.5", "192.0.2.10", "192.0.2.10"]
    assert visitors[0][1] == visitors[1][1] != visitors[2][1]
    assert notes(log) == ["read as W3C extended log format, as CloudFront writes it"]


def test_a_request_that_was_delivered_twice_counts_once(read):
    log = read(*CLOUDFRONT, cloudfront_row(target="/a"), cloudfront_row("id2"), cloudfront_row(target="/b"))
    assert rows(log, "event_id", "path") == [("id2", "/cart"), ("id1", "/b")]
    assert account(log) == [3, 2, 1, 0]


def test_a_w3c_log_of_something_else_and_one_without_rows_are_errors(read):
    with pytest.raises(FormatError) as error:
        read("#Version: 1.0", "#Fields: date time c-ip sc-status", "2024-02-10 16:00:00 1.2.3.4 200")
    assert str(error.value) == (
        "access.log is a W3C log, but not one of requests: '#Fields: date time c-ip sc-status' names no cs-uri-stem"
    )
    with pytest.raises(EmptySourceError, match=r"^access.log has no rows, only lines that say what its fields are$"):
        read(*IIS)


@settings(max_examples=15)
@given(
    st.lists(
        st.sampled_from(
            [*IIS, iis_row(), iis_row("/robots.txt"), iis_row("/b", agent='"a b"'), "junk", "", "#Fields: date time x"]
        ),
        max_size=10,
    ),
    st.integers(150, 900),
)
def test_blocks_of_any_size_give_the_same_log(tmp_path_factory, lines, size):
    path = tmp_path_factory.mktemp("logs") / "access.log"
    path.write_text("\n".join([*IIS, iis_row("/first"), *lines]))
    whole = read_access_log(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(inputs.blocks.__kwdefaults__, "size", size)
        parts = read_access_log(path)
    assert parts.table.to_pylist() == whole.table.to_pylist()
    assert parts.quarantine.table.equals(whole.quarantine.table)
    assert parts.sources.equals(whole.sources)
    rows_in = [line for line in ["x", *lines] if line.strip() and not line.startswith("#")]
    assert account(whole)[0] == len(rows_in)


# --- Amazon S3 -------------------------------------------------------------------------------------------------------

OWNER = "b659b576cff1e15e4c0313ff8930fba9f53e6794567f5c60dab3abf2f8dfb6cc"


def s3_line(number="EB3502676500C6BE", request='"GET /cart?a=1 HTTP/1.1"', *, requester="-", sent="200 - 368 500 10 9"):
    who = f"{OWNER} www.shop.example [10/Feb/2024:16:42:07 +0000] 1.2.3.4 {requester} {number} WEBSITE.GET.OBJECT cart"
    return f'{who} {request} {sent} "-" "{FIREFOX}" - host= SigV4 - - shop.example TLSV1.2 - -'


def test_a_line_of_s3_has_its_bucket_as_host_and_its_request_as_event(read):
    log = read(s3_line(), s3_line("B2", requester="arn:aws:iam::1:user/jo", sent="404 NoSuchKey - - 10 9"))
    assert rows(log, "event_id", "path", "host", "id_user", "id_visitor", "status", "bytes") == [
        ("EB3502676500C6BE", "/cart", "www.shop.example", None, "1.2.3.4 48a0a705", 200, 368),
        ("B2", "/cart", "www.shop.example", "arn:aws:iam::1:user/jo", "1.2.3.4 48a0a705", 404, None),
    ]
    assert notes(log) == ["read as Amazon S3 server access log"]


def test_what_nobody_asked_s3_for_is_no_line_of_its_format(read):
    log = read(s3_line(), s3_line("B2", request="-"))
    assert refused(log) == [(2, "bad_line", "not in Amazon S3 server access log")]


# --- HAProxy ---------------------------------------------------------------------------------------------------------


def haproxy_line(
    request="GET /cart HTTP/1.1",
    *,
    front="Feb 10 16:42:07 lb1 haproxy[6801]: ",
    client="4.3.2.1:55008",
    time="10/Feb/2024:16:42:07.584",
    sent="200 7456",
    captured="",
):
    timers = "0/0/0/72/72"
    where = f"{client} [{time}] ft_https~ bk_https/abc {timers} {sent} - - ---- 5/4/0/1/0 0/0"
    return f'{front}{where} {captured}"{request}"'


def test_lines_of_haproxy_are_read_with_the_zone_of_their_server(read):
    log = read(
        haproxy_line(),
        haproxy_line("POST /claims HTTP/1.1", front="", client="::ffff:5.6.7.8:1", sent="302 +99"),
        haproxy_line(client="2001:db8::7:443", captured="{shop.example|Firefox} {} ", sent="-1 0"),
        haproxy_line(time="10/Jul/2024:16:42:07.001", front="2024-07-10T16:42:07+02:00 lb1 haproxy[1]: "),
        tz="Europe/Amsterdam",
    )
    assert rows(log, "activity", "id_visitor", "status", "bytes") == [
        ("/cart", "4.3.2.1", 200, 7456),
        ("POST /claims", "::ffff:5.6.7.8", 302, 99),
        ("/cart", "2001:db8::7", None, 0),
        ("/cart", "4.3.2.1", 200, 7456),
    ]
    assert [time.isoformat() for time in rows(log, "timestamp")[::3]] == [
        "2024-02-10T15:42:07.584000+00:00",
        "2024-07-10T14:42:07.001000+00:00",
    ]
    assert notes(log) == [
        "read as HAProxy HTTP log",
        "no user agents: visitors are told by their address alone, robots only by /robots.txt",
    ]


def test_without_the_zone_haproxys_times_are_an_error(read):
    with pytest.raises(TimeZoneError, match=r"times without a zone, such as '10/Feb/2024:16:42:07.584'.* with tz="):
        read(haproxy_line())


def test_what_haproxy_says_of_itself_and_broken_requests_are_no_events(read):
    log = read(
        haproxy_line(),
        haproxy_line("<BADREQ>", sent="400 187"),
        "Feb 10 16:42:07 lb1 haproxy[6801]: Proxy ft_https started.",
        haproxy_line(time="10/Feb/2024:26:42:07.584"),
        haproxy_line(time="31/Mar/2024:02:30:00.000"),
        tz="Europe/Amsterdam",
    )
    assert refused(log) == [
        (2, "bad_request", "not a method and a path: <BADREQ>"),
        (3, "bad_line", "not in HAProxy HTTP log"),
        (4, "bad_time", "not a time: 10/Feb/2024:26:42:07.584"),
        (5, "bad_time", "not a time: 31/Mar/2024:02:30:00.000"),
    ]


# --- JSON ------------------------------------------------------------------------------------------------------------


def nginx(**fields):
    record = {
        "remote_addr": "1.2.3.4",
        "remote_user": "-",
        "time_local": "10/Feb/2024:16:42:07 +0100",
        "request": "GET /cart?a=1 HTTP/1.1",
        "status": "200",
        "body_bytes_sent": 368,
        "http_referer": "-",
        "http_user_agent": FIREFOX,
    }
    return json.dumps({name: value for name, value in (record | fields).items() if value is not None})


def test_nginx_in_json_is_read_by_its_variables(read):
    log = read(nginx(), nginx(remote_user="jo", request="POST /claims HTTP/2.0", host="shop.example", request_id="a1"))
    assert rows(log, "activity", "path", "id_user", "id_visitor", "status", "bytes", "host", "event_id") == [
        ("/cart", "/cart", None, "1.2.3.4 48a0a705", 200, 368, None, None),
        ("POST /claims", "/claims", "jo", "1.2.3.4 48a0a705", 200, 368, "shop.example", "a1"),
    ]
    assert rows(log, "timestamp")[0] == datetime(2024, 2, 10, 15, 42, 7, tzinfo=UTC)
    assert notes(log) == ["read as nginx JSON log"]


@pytest.mark.parametrize(
    "fields",
    [
        {"time_local": None, "time_iso8601": "2024-02-10T16:42:07+01:00"},
        {"time_local": None, "msec": "1707579727.000"},
        {"time_local": None, "msec": 1707579727.0},
        {"request": None, "request_uri": "/cart?a=1", "request_method": "GET"},
        {"request": None, "uri": "/cart", "args": "a=1", "request_method": "GET"},
        {"request": "/cart?a=1", "verb": "GET"},
        {"request": "GET /cart?a=1 HTTP/1.1", "uri": "/index.php"},
        {"http_x_forwarded_for": "1.2.3.4, 10.0.0.1", "remote_addr": "10.0.0.1"},
        {"http_x_forwarded_for": "-"},
        {"status": 200, "body_bytes_sent": "368"},
        {"http_user_agent": None, "agent": FIREFOX},
    ],
)
def test_each_of_the_usual_names_says_the_same(read, fields):
    seen = []
    log = read(nginx(**fields), activity=lambda path: seen.append(path) or path)
    assert rows(log, "timestamp", "activity", "method", "id_visitor", "status", "bytes") == [
        (datetime(2024, 2, 10, 15, 42, 7, tzinfo=UTC), "/cart?a=1", "GET", "1.2.3.4 48a0a705", 200, 368)
    ]
    assert seen == ["/cart?a=1"]


def test_times_in_json_without_a_zone_need_one(read):
    line = nginx(time_local=None, timestamp="2024-02-10 16:42:07")
    with pytest.raises(TimeZoneError, match="Say where the clock stood with tz="):
        read(line)
    assert rows(read(line, tz="Europe/Amsterdam"), "timestamp") == [datetime(2024, 2, 10, 15, 42, 7, tzinfo=UTC)]


def test_records_that_cannot_be_used_are_kept_with_their_reason(read):
    bad = [
        nginx(request="\x16\x03"),
        nginx(request=None),
        nginx(time_local="soon"),
        nginx(time_local=None),
        nginx(status="none", body_bytes_sent="-"),
        '{"request": ',
    ]
    log = read(nginx(), *bad)
    assert refused(log) == [
        (2, "bad_request", "not a method and a path: \x16\x03"),
        (3, "bad_request", "not a method and a path: - -"),
        (4, "bad_time", "not a time: soon"),
        (5, "bad_time", "not a time: "),
        (7, "bad_json", refused(log)[-1][2]),
    ]
    assert rows(log, "source_row", "status", "bytes") == [(1, 200, 368), (6, None, None)]
    assert account(log) == [7, 2, 0, 5]


def caddy(uri="/cart", *, logger="http.log.access", ts: float | str = 1707579727.25, headers=None, **request):
    headers = {"User-Agent": [FIREFOX], "Referer": ["https://x.example/"]} if headers is None else headers
    request = {"client_ip": "1.2.3.4", "method": "GET", "host": "shop.example:443", "uri": uri} | request
    record = {"ts": ts, "logger": logger, "request": request | {"headers": headers}, "user_id": "", "status": 200}
    return json.dumps(record | {"size": 9})


def test_caddys_log_is_read_by_its_fields_and_lists(read):
    log = read(
        caddy(),
        caddy(headers={"User-Agent": []}),
        caddy(headers={}),
        caddy(client_ip=None, remote_addr="[2001:db8::7]:51234"),
    )
    assert rows(log, "id_visitor", "user_agent", "referrer", "host", "status", "bytes") == [
        ("1.2.3.4 48a0a705", FIREFOX, "https://x.example/", "shop.example", 200, 9),
        ("1.2.3.4", None, None, "shop.example", 200, 9),
        ("1.2.3.4", None, None, "shop.example", 200, 9),
        ("2001:db8::7 48a0a705", FIREFOX, "https://x.example/", "shop.example", 200, 9),
    ]
    assert rows(log, "timestamp")[0] == datetime(2024, 2, 10, 15, 42, 7, 250_000, tzinfo=UTC)
    assert notes(log) == ["read as Caddy JSON log"]


@pytest.mark.parametrize("ts", ["2024-02-10T16:42:07.250+0100", "10/Feb/2024:16:42:07 +0100", 1707579727250])
def test_caddys_times_are_read_in_the_format_they_were_set_to(read, ts):
    assert rows(read(caddy(ts=ts)), "timestamp")[0].replace(microsecond=0) == datetime(
        2024, 2, 10, 15, 42, 7, tzinfo=UTC
    )


def test_what_caddy_tells_twice_or_of_itself_is_set_aside(read):
    log = read(caddy(), caddy(logger="http.log.error"), caddy(logger="http.log.access.log0"), caddy(logger=None))
    assert refused(log) == [(2, "no_request", "a record of something else: http.log.error")]


def traefik(**fields):
    record = {
        "ClientHost": "1.2.3.4",
        "ClientUsername": "-",
        "DownstreamStatus": 200,
        "DownstreamContentSize": 15,
        "OriginStatus": 504,
        "RequestHost": "shop.example",
        "RequestMethod": "GET",
        "RequestPath": "/cart?a=1",
        "StartUTC": "2024-02-10T15:42:07.773360139Z",
        "time": "2024-02-10T16:42:08+01:00",
    }
    return json.dumps(record | fields)


def test_traefiks_log_is_read_by_its_fields(read):
    log = read(traefik(**{"request_User-Agent": FIREFOX, "request_Referer": "https://x.example/"}), traefik())
    assert rows(log, "activity", "id_visitor", "status", "bytes", "host", "referrer") == [
        ("/cart", "1.2.3.4 48a0a705", 200, 15, "shop.example", "https://x.example/"),
        ("/cart", "1.2.3.4", 200, 15, "shop.example", None),
    ]
    assert rows(log, "timestamp")[0] == datetime(2024, 2, 10, 15, 42, 7, 773_360, tzinfo=UTC)
    assert notes(log) == ["read as Traefik JSON log"]


def test_a_document_of_records_is_read_like_lines(tmp_path):
    path = tmp_path / "access.json"
    path.write_text(json.dumps([json.loads(nginx()), json.loads(nginx(request="GET /b HTTP/1.1"))], indent=1))
    assert rows(read_access_log(path), "source_row", "path") == [(1, "/cart"), (2, "/b")]


@pytest.mark.parametrize(
    "line", ['{"event": "click", "at": "2024-02-10T15:42:07Z"}', '{"request": "GET / HTTP/1.1"}', "{"]
)
def test_json_of_something_else_is_an_error_that_says_what_was_expected(read, line):
    with pytest.raises(FormatError) as error:
        read(line)
    assert str(error.value) == (
        f"access.log holds JSON, but no requests as nginx, Caddy or Traefik write them: line 1 is {line!r}. Expected "
        "a time (such as time_iso8601, ts or StartUTC) and what was asked for (such as request, request.uri or "
        "RequestPath). Read other records with read_table"
    )


# --- real files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "layout", "rows_in", "events"),
    [
        ("matomo_common.log", "common or combined log format", 1, 1),
        ("matomo_common_vhost.log", "common or combined log format", 1, 1),
        ("matomo_common_complete.log", "common or combined log format", 1, 1),
        ("matomo_ncsa_extended.log", "common or combined log format", 1, 1),
        ("matomo_logs_to_tests.log", "common or combined log format", 5, 4),
        ("apache_combined_10k.log.gz", "common or combined log format", 10_000, 9_999),
        ("matomo_iis.log", "W3C extended log format, as IIS writes it", 1, 1),
        ("matomo_amazon_cloudfront_web.log", "W3C extended log format, as CloudFront writes it", 1, 1),
        ("matomo_s3.log", "Amazon S3 server access log", 1, 1),
        ("matomo_haproxy.log", "HAProxy HTTP log", 1, 1),
        ("matomo_nginx_json.log", "nginx JSON log", 2, 2),
        ("matomo_caddy_json.log", "Caddy JSON log", 3, 3),
        ("matomo_traefik_json.log", "Traefik JSON log", 1, 1),
    ],
)
def test_every_real_log_is_read_and_its_layout_noted(shared_file, name, layout, rows_in, events):
    path = shared_file(f"formats/access_log/{name}")
    log = read_access_log(path, keep_bots=True, keep_assets=True, tz="Europe/Paris")
    assert account(log) == [rows_in, events, 0, rows_in - events]
    assert notes(log)[0] == f"read as {layout}"


@pytest.mark.parametrize(
    ("name", "when", "path", "visitor", "sent"),
    [
        ("matomo_iis.log", "2012-04-01T00:00:13+00:00", "/foo/bar", "1.2.3.4", (200, 27_028)),
        (
            "matomo_amazon_cloudfront_web.log",
            "2014-05-23T01:13:11+00:00",
            "/view/my/file.html",
            "192.0.2.10",
            (200, 182),
        ),
        ("matomo_s3.log", "2012-02-10T21:42:07+00:00", "/index", "1.2.3.4", (200, 368)),
        ("matomo_haproxy.log", "2018-09-25T04:05:27.584000+00:00", "/user/", "4.3.2.1", (200, 7_456)),
        ("matomo_nginx_json.log", "2013-10-10T14:52:00+00:00", "/piwik.php", "1.2.3.4", (200, 192)),
        ("matomo_caddy_json.log", "2023-12-23T23:17:54.815561+00:00", "/beta/", "1.2.3.4", (200, 3_609)),
        ("matomo_traefik_json.log", "2023-08-11T11:39:21.773360+00:00", "/my/app/auth", "1.2.3.4", (200, 15)),
    ],
)
def test_the_first_request_of_a_real_log_says_what_its_line_says(shared_file, name, when, path, visitor, sent):
    file = shared_file(f"formats/access_log/{name}")
    row = read_access_log(file, keep_bots=True, keep_assets=True, tz="Europe/Paris").table.slice(0, 1).to_pylist()[0]
    assert (row["timestamp"].isoformat(), row["path"], (row["status"], row["bytes"])) == (when, path, sent)
    assert row["id_visitor"].split()[0] == visitor


def test_robots_and_assets_are_set_aside_in_every_layout(shared_file):
    caddy_log = read_access_log(shared_file("formats/access_log/matomo_caddy_json.log"))
    assert (caddy_log.num_events, caddy_log.quarantine.reasons) == (1, {"asset": 2})
    traefik_log = read_access_log(shared_file("formats/access_log/matomo_traefik_json.log"))
    assert (traefik_log.num_events, refused(traefik_log)) == (0, [(1, "bot", "sent by Prometheus/2.40.5")])
