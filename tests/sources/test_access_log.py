import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeymine.errors import EmptySourceError, FormatError, OptionError
from journeymine.sources import inputs
from journeymine.sources.web.access_log import read_access_log

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36"
)


def line(
    request="GET /cart HTTP/1.1",
    *,
    who="1.2.3.4 - -",
    time="10/Feb/2024:16:42:07 +0100",
    sent="200 368",
    referrer="-",
    agent=FIREFOX,
):
    return f'{who} [{time}] "{request}" {sent} "{referrer}" "{agent}"'


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
    return [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()]


# --- what a line says ------------------------------------------------------------------------------------------------


def test_a_combined_line_gives_every_column(read):
    log = read(
        line(
            "POST /orders/48213?step=2 HTTP/1.1",
            who="1.2.3.4 - jo",
            sent="302 512",
            referrer="https://shop.example/cart",
        )
    )
    row = log.table.drop_columns(["id_visitor"]).to_pylist()[0]
    assert row == {
        "case_id": "user:jo",
        "activity": "POST /orders/{id}",
        "timestamp": datetime(2024, 2, 10, 15, 42, 7, tzinfo=UTC),
        "channel": "web",
        "customer": "user:jo",
        "source": "access.log",
        "source_row": 1,
        "id_user": "jo",
        "method": "POST",
        "path": "/orders/48213",
        "status": 302,
        "bytes": 512,
        "referrer": "https://shop.example/cart",
        "user_agent": FIREFOX,
    }
    assert [str(log.table.schema.field(name).type) for name in ("status", "bytes")] == ["int16", "int64"]


def test_common_lines_lines_with_a_virtual_host_and_combined_lines_may_stand_in_one_file(read):
    log = read(
        '1.2.3.4 - - [10/Feb/2024:16:42:07 +0100] "GET /a HTTP/1.0" 301 368',
        'shop.example 1.2.3.4 - jo [10/Feb/2024:16:42:08 +0100] "GET /b HTTP/1.0" 200 1',
        'shop.example:443 2001:db8::7 - - [10/Feb/2024:16:42:09 +0100] "GET /c HTTP/1.0" 200 1 "-" "Firefox/122.0"',
        line("GET /d HTTP/2.0") + ' "10.0.0.1" 0.004',
    )
    assert rows(log, "activity", "host", "id_user", "user_agent") == [
        ("/a", None, None, None),
        ("/b", "shop.example", "jo", None),
        ("/c", "shop.example", None, "Firefox/122.0"),
        ("/d", None, None, FIREFOX),
    ]
    assert [visitor.split()[0] for visitor in rows(log, "id_visitor")] == [
        "1.2.3.4",
        "1.2.3.4",
        "2001:db8::7",
        "1.2.3.4",
    ]


def test_a_visitor_is_an_address_and_a_sign_of_the_user_agent_that_is_the_same_in_every_log(read):
    visitors = rows(read(line(), line(agent=CHROME), line(), line(who="5.6.7.8 - -")), "id_visitor")
    assert visitors[0] == visitors[2] == "1.2.3.4 48a0a705"
    assert len(set(visitors)) == 3
    assert visitors[3] == "5.6.7.8 48a0a705"


def test_the_first_of_the_addresses_that_proxies_list_is_the_visitors(read):
    log = read(line(who="203.0.113.5, 10.0.0.1 - -"), line(who="shop.example 203.0.113.5, 10.0.0.1, 10.0.0.2 - jo"))
    assert [visitor.split()[0] for visitor in rows(log, "id_visitor")] == ["203.0.113.5"] * 2
    assert rows(log, "host", "id_user") == [(None, None), ("shop.example", "jo")]


def test_a_dash_is_nothing(read):
    log = read(line(who="- - -", sent="200 -", agent="-"), line("HEAD / HTTP/1.0", sent="- 0", agent=""))
    assert rows(log, "id_visitor", "status", "bytes") == [(None, 200, None), ("1.2.3.4", None, 0)]
    assert rows(log, "customer") == [None, "visitor:1.2.3.4"]
    assert not {"referrer", "user_agent", "host", "id_user"} & set(log.table.column_names)


def test_a_user_name_may_have_blanks_and_may_be_quotes_around_nothing(read):
    log = read(line(who="1.2.3.4 - jo van den berg"), line(who='1.2.3.4 - ""'), line(who="shop.example 1.2.3.4 - jo b"))
    assert rows(log, "id_user") == ["jo van den berg", None, "jo b"]


def test_quotes_that_the_server_escaped_are_part_of_their_field(read):
    log = read(
        line(
            'GET /say/\\"hi\\" HTTP/1.1', referrer='https://x.example/?q=\\"a b\\"', agent='Tablet \\"Tab 10\\" \\\\o/'
        )
    )
    assert rows(log, "path", "referrer", "user_agent") == [
        ('/say/\\"hi\\"', 'https://x.example/?q="a b"', 'Tablet "Tab 10" \\o/')
    ]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("01/Jan/2024:00:00:00 +0000", datetime(2024, 1, 1, tzinfo=UTC)),
        ("29/Feb/2024:23:59:59 -0500", datetime(2024, 3, 1, 4, 59, 59, tzinfo=UTC)),
        ("31/Mar/2024:03:30:00 +0545", datetime(2024, 3, 30, 21, 45, tzinfo=UTC)),
        ("31/Dec/2016:23:59:60 +0000", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_carry_their_offset(read, written, utc):
    assert rows(read(line(time=written)), "timestamp") == [utc]


@pytest.mark.parametrize(
    "written",
    [
        "30/Feb/2024:00:00:00 +0000",
        "00/Mar/2024:00:00:00 +0000",
        "01/Mrt/2024:00:00:00 +0000",
        "01/Mar/2024:24:00:00 +0000",
        "01/Mar/2024:00:00:00",
        "01/Mar/2024:00:00:00 +9900",
        "2024-03-01T00:00:00Z",
        "",
    ],
)
def test_a_time_that_is_none_is_refused(read, written):
    log = read(line(), line(time=written))
    assert refused(log) == [(2, "parse", "bad_time")]
    assert log.quarantine.table["detail"].to_pylist() == [f"not a time: {written}"]


# --- activities ------------------------------------------------------------------------------------------------------


def test_reading_a_page_is_its_path_and_anything_else_has_its_method_in_front(read):
    requests = [
        "GET /claims/7 HTTP/1.1",
        "HEAD /claims/8 HTTP/1.1",
        "POST /claims HTTP/1.1",
        "DELETE /claims/7 HTTP/1.1",
    ]
    log = read(*map(line, requests))
    assert rows(log, "activity") == ["/claims/{id}", "/claims/{id}", "POST /claims", "DELETE /claims/{id}"]


def test_the_activity_function_sees_each_path_of_an_event_once_and_with_its_query(read):
    seen = []

    def activity(path):
        seen.append(path)
        return "checkout" if "step=pay" in path else "other"

    log = read(
        *[line("GET /shop?step=pay HTTP/1.1")] * 3,
        line("POST /shop?step=pay HTTP/1.1"),
        line("GET / HTTP/1.1"),
        line("GET /logo.png HTTP/1.1"),
        activity=activity,
    )
    assert sorted(seen) == ["/", "/shop?step=pay"]
    assert rows(log, "activity") == ["checkout"] * 3 + ["POST checkout", "other"]


def test_a_path_without_an_activity_is_set_aside(read):
    log = read(line("GET /health HTTP/1.1"), line(), activity=lambda path: None if path == "/health" else path)
    assert log.activities == ["/cart"]
    assert refused(log) == [(1, "filter", "no_activity")]
    assert log.quarantine.num_refused == 0


def test_an_activity_that_is_no_text_is_an_error_that_shows_it(read):
    with pytest.raises(OptionError, match=r"activity gave 7 for '/cart': it must give a text, or None"):
        read(line(), activity=lambda path: 7)


# --- robots, assets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
        "curl/8.5.0",
        "Wget/1.21",
        "python-requests/2.31.0",
        "Go-http-client/2.0",
        "UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/",
        "Apache/2.4.57 (Debian) (internal dummy connection)",
        "PolderMonitor/1.0",
    ],
)
def test_robots_that_say_so_are_set_aside(read, agent):
    log = read(line(agent=agent), line())
    assert refused(log) == [(1, "filter", "bot")]
    assert log.quarantine.table["detail"].to_pylist() == [f"sent by {agent}"]
    assert read(line(agent=agent), line(), keep_bots=True).num_events == 2


@pytest.mark.parametrize(
    "agent", [FIREFOX, CHROME, "Mozilla/5.0 (Linux; Android 13; CUBOT P80) Chrome/120.0 Mobile", "-"]
)
def test_browsers_are_no_robots(read, agent):
    assert read(line(agent=agent)).num_events == 1


def test_a_visitor_that_ever_fetched_robots_txt_is_a_robot_whatever_it_says(read):
    log = read(line(), line("GET /robots.txt?x HTTP/1.1"), line(agent=CHROME))
    assert refused(log) == [(1, "filter", "bot"), (2, "filter", "bot")]
    assert log.quarantine.table["detail"][0].as_py() == "sent by a visitor that fetched /robots.txt"
    assert refused(read(line(), line("GET /robots.txt HTTP/1.1"), keep_bots=True)) == [(2, "filter", "asset")]


@pytest.mark.parametrize(
    ("path", "is_asset"),
    [
        ("/static/site.8f21.css", True),
        ("/app.js?v=3", True),
        ("/Logo.PNG", True),
        ("/favicon.ico", True),
        ("/sitemap.xml", True),
        ("/terms.pdf", False),
        ("/css", False),
        ("/download?file=a.png", False),
        ("/report.html", False),
    ],
)
def test_what_pages_load_is_set_aside_by_the_ending_of_its_path(read, path, is_asset):
    request = f"GET {path} HTTP/1.1"
    assert refused(read(line(), line(request))) == ([(2, "filter", "asset")] if is_asset else [])
    assert read(line(request), keep_assets=True).num_events == 1


def test_the_log_was_watched_until_its_last_good_line_be_it_a_robots(read):
    log = read(
        line(time="10/Feb/2024:16:00:00 +0000"),
        line(time="11/Feb/2024:16:00:00 +0000", agent="curl/8.5.0"),
        line("junk", time="12/Feb/2024:16:00:00 +0000"),
    )
    assert log.account["observed_until"][0] == datetime(2024, 2, 11, 16, tzinfo=UTC)
    until = read(line(), observed_until="2024-03-01T00:00:00Z").account["observed_until"][0]
    assert until == datetime(2024, 3, 1, tzinfo=UTC)


# --- lines that are none ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "stage", "reason"),
    [
        (line("-"), "check", "bad_request"),
        (line(""), "check", "bad_request"),
        (line("\\x16\\x03\\x01\\x02"), "check", "bad_request"),
        (line("get / HTTP/1.1"), "check", "bad_request"),
        (line("GET  HTTP/1.1"), "check", "bad_request"),
        (line()[:-1], "parse", "unclosed_quote"),
        (line(agent="broken \\"), "parse", "unclosed_quote"),
        (line()[:60], "parse", "unclosed_quote"),
        (line()[:20], "parse", "bad_line"),
        (line(sent="ok 368"), "parse", "bad_line"),
        (line(sent="200 " + "9" * 30), "parse", "bad_line"),
        (line(who=""), "parse", "bad_line"),
        (line(who="1.2.3.4"), "parse", "bad_line"),
        ("# Log rotated", "parse", "bad_line"),
        ("\x0c\u2028", "parse", "bad_line"),
    ],
)
def test_a_line_that_cannot_be_used_is_kept_with_its_reason_and_costs_no_other(read, bad, stage, reason):
    log = read(line(), bad, line(agent=CHROME))
    if bad.isspace():
        assert (refused(log), log.account["rows_in"][0]) == ([], 2)
    else:
        assert refused(log) == [(2, stage, reason)]
        assert log.quarantine.table["payload"].to_pylist() == [bad.encode()]
    assert rows(log, "source_row") == [1, 3]


def test_a_request_without_a_version_or_with_blanks_in_its_path_is_read(read):
    log = read(
        line("GET /old"), line("GET /a b HTTP/1.1"), line("OPTIONS * HTTP/1.1"), line("GET http://x.example/y HTTP/1.1")
    )
    assert rows(log, "path") == ["/old", "/a b", "*", "http://x.example/y"]
    assert rows(log, "activity") == ["/old", "/a b", "OPTIONS /*", "/y"]


def test_blank_lines_are_no_rows_but_count_as_lines(read):
    log = read("", line(), "   ", "", line("-"))
    assert (log.account["rows_in"][0], rows(log, "source_row"), refused(log)) == (2, [2], [(5, "check", "bad_request")])


def test_a_log_of_robots_only_is_a_log_without_events(read):
    log = read(line(agent="curl/8.5.0"), line(time="never"))
    assert (log.num_events, log.quarantine.reasons) == (0, {"bot": 1, "bad_time": 1})


# --- files -----------------------------------------------------------------------------------------------------------


def test_gzip_windows_line_ends_a_missing_last_line_end_and_another_encoding_are_read(tmp_path):
    text = line("GET /caf\xe9 HTTP/1.1") + "\r\n" + line("GET /b HTTP/1.1")
    path = tmp_path / "access.log.gz"
    path.write_bytes(gzip.compress(text.encode("cp1252")))
    log = read_access_log(path, name="shop")
    assert rows(log, "path", "source") == [("/caf\xe9", "shop"), ("/b", "shop")]
    assert log.account["notes"][0].tolist() == [
        "read as common or combined log format",
        "not UTF-8 (line 1); read as Windows-1252. Say encoding= if it is another",
    ]
    with pytest.raises(FormatError, match=r"access.log.gz is not in ascii"):
        read_access_log(path, encoding="ascii")


def test_an_empty_file_and_a_cut_gzip_are_errors(tmp_path):
    path = tmp_path / "access.log"
    path.write_text(" \n")
    with pytest.raises(EmptySourceError, match=r"access.log is empty"):
        read_access_log(path)
    path.write_bytes(gzip.compress(line().encode())[:-9])
    with pytest.raises(FormatError, match="cut short"):
        read_access_log(path)


def test_a_file_in_no_such_format_is_an_error_that_quotes_it_and_says_what_was_expected(read):
    with pytest.raises(FormatError) as error:
        read("", "id;what;when", "1;buy;2024-05-01")
    assert str(error.value) == (
        "access.log is not an access log: line 2 is 'id;what;when'. Expected lines such as "
        "'1.2.3.4 - - [10/Feb/2024:16:42:07 +0100] \"GET /cart HTTP/1.1\" 200 368', perhaps with the virtual host in "
        'front and "referrer" "user agent" behind; or a log of IIS, CloudFront, Amazon S3 or HAProxy; or one in JSON '
        "of nginx, Caddy or Traefik"
    )


def test_without_user_agents_the_account_says_how_visitors_are_told(read):
    log = read('1.2.3.4 - - [10/Feb/2024:16:42:07 +0100] "GET /a HTTP/1.0" 301 368')
    assert log.account["notes"][0].tolist() == [
        "read as common or combined log format",
        "no user agents: visitors are told by their address alone, robots only by /robots.txt",
    ]


def test_a_damaged_beginning_does_not_hide_the_layout(read):
    log = read('{"status": 200', "#Fields: date time", line())
    assert (rows(log, "source_row"), [number for number, *_ in refused(log)]) == ([3], [1, 2])


def test_a_backslash_that_is_protected_itself_protects_no_quote(read):
    log = read(line(agent="a\\\\"), line(agent='a\\\\" "b'), line(agent='\\\\\\"a\\\\\\"'))
    assert rows(log, "user_agent") == ["a\\", "a\\", '\\"a\\"']


@pytest.mark.parametrize("agent", ['a"b', 'a""b', 'a"b c"', 'a\x01\\"b'])
def test_a_quote_inside_a_field_is_damage(read, agent):
    assert rows(read(line(), line(agent=agent)), "source_row") == [1]


@pytest.mark.parametrize(
    ("name", "host", "visitor"),
    [
        ("matomo_common.log", None, "1.2.3.4"),
        ("matomo_common_vhost.log", "www.example.com", "1.2.3.4"),
        ("matomo_ncsa_extended.log", None, "1.2.3.4 1e46779e"),
        ("matomo_common_complete.log", "www.example.com", "1.2.3.4 1e46779e"),
    ],
)
def test_real_logs_of_one_line_are_read(shared_file, name, host, visitor):
    log = read_access_log(shared_file(f"formats/access_log/{name}"))
    row = log.table.to_pylist()[0]
    assert (log.num_events, row["activity"], row["status"], row["bytes"], row["id_user"]) == (
        1,
        "/",
        301,
        368,
        "theuser",
    )
    assert row["timestamp"] == datetime(2012, 2, 10, 21, 42, 7, tzinfo=UTC)
    assert (row.get("host"), row["id_visitor"]) == (host, visitor)


def test_a_real_log_with_a_comment_a_blank_line_and_no_bytes(shared_file):
    log = read_access_log(shared_file("formats/access_log/matomo_logs_to_tests.log"))
    assert refused(log) == [(5, "parse", "bad_line")]
    assert rows(log, "source_row", "activity", "status", "bytes") == [
        (1, "/piwik.php", 200, 192),
        (2, "/piwik.php", 200, 192),
        (3, "/piwik.php", 200, 192),
        (6, "/", 403, None),
    ]


def test_ten_thousand_real_lines_are_all_accounted_for(shared_file):
    path = shared_file("formats/access_log/apache_combined_10k.log.gz")
    log = read_access_log(path)
    assert log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist() == [10_000, 1_928, 0, 8_072]
    assert log.quarantine.reasons == {"asset": 5_255, "bot": 2_816, "unclosed_quote": 1}
    assert (log.num_customers, log.quarantine.num_refused) == (1_035, 1)
    everything = read_access_log(path, keep_assets=True, keep_bots=True)
    assert (everything.num_events, refused(everything)) == (9_999, [(8_899, "parse", "unclosed_quote")])
    counts = everything.table["status"].value_counts().to_pylist()
    assert {row["values"]: row["counts"] for row in counts} == {
        200: 9_125, 304: 445, 404: 213, 301: 164, 206: 45, 500: 3, 416: 2, 403: 2
    }  # fmt: skip


# --- laws ------------------------------------------------------------------------------------------------------------

GOOD = [
    line(),
    line("POST /claims HTTP/2.0", who="shop.example 2001:db8::7 - jo", agent=CHROME),
    '1.2.3.4 - - [10/Feb/2024:16:42:07 +0100] "GET /a?b#c HTTP/1.0" 301 -',
    line("GET /robots.txt HTTP/1.1", agent="curl/8.5.0"),
    line('GET /\\"x\\" HTTP/1.1', agent="a \\\\ b"),
]


@st.composite
def damaged(draw):
    """Draw a line of which characters are replaced, left out or put in, and which may be cut short."""
    characters = list(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(characters)))
        new = draw(st.text('"\\[] -/:?0\x009\xe9\u2028\x0bA', max_size=3))
        characters[place : place + draw(st.integers(0, 3))] = new
    return "".join(characters)[: draw(st.one_of(st.just(10_000), st.integers(0, 200)))]


@settings(max_examples=60)
@given(lines=st.lists(damaged(), max_size=8), keep=st.booleans())
def test_the_account_closes_whatever_happened_to_the_lines(tmp_path_factory, lines, keep):
    path = tmp_path_factory.mktemp("logs") / "access.log"
    path.write_bytes("\n".join([GOOD[0], *lines]).encode())
    log = read_access_log(path, keep_bots=keep, keep_assets=keep)
    filled = [number for number, text in enumerate([GOOD[0], *lines], 1) if text.strip()]
    used, set_aside = log.table["source_row"].to_pylist(), log.quarantine.table["line"].to_pylist()
    assert sorted(used + set_aside) == filled
    for row in log.quarantine.table.to_pylist():
        text = [GOOD[0], *lines][row["line"] - 1]
        assert row["payload"] == (b"" if row["stage"] == "filter" else text.encode())


@settings(max_examples=25)
@given(lines=st.lists(st.one_of(st.sampled_from(GOOD), damaged()), max_size=6), size=st.integers(100, 500))
def test_blocks_of_any_size_give_the_same_log(tmp_path_factory, lines, size):
    path = tmp_path_factory.mktemp("logs") / "access.log"
    path.write_bytes("\n".join([GOOD[0], *lines]).encode())
    whole = read_access_log(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(inputs.blocks.__kwdefaults__, "size", size)
        parts = read_access_log(path)
    assert parts.table.to_pylist() == whole.table.to_pylist()
    assert parts.quarantine.table.equals(whole.quarantine.table)
    assert parts.sources.equals(whole.sources)


@settings(max_examples=20)
@given(st.permutations(GOOD), st.integers(0, 3))
def test_a_line_says_the_same_wherever_it_stands(tmp_path_factory, lines, blank):
    path = tmp_path_factory.mktemp("logs") / "access.log"
    path.write_text("\n" * blank + "\n".join(lines), encoding="utf-8")
    log = read_access_log(path)
    told = {lines[row.pop("source_row") - 1 - blank]: row for row in log.table.to_pylist()}
    path.write_text("\n".join(GOOD), encoding="utf-8")
    assert told == {GOOD[row.pop("source_row") - 1]: row for row in read_access_log(path).table.to_pylist()}
