import gzip
import json
from datetime import UTC, datetime

import pytest

from journeymine.errors import EmptySourceError, FormatError
from journeymine.sources.web.matomo import read_matomo

NINE = 1714554000  # 2024-05-01 09:00 UTC
AHEAD = 7200  # in Amsterdam in summer


def action(kind="action", seconds=0, **values):
    return {"type": kind, "timestamp": NINE + AHEAD + seconds, **values}


def visit(*actions, number=7, **values):
    stamps = [item["timestamp"] for item in actions if isinstance(item, dict)]
    last = max((stamp for stamp in stamps if isinstance(stamp, int)), default=NINE + AHEAD)
    shared = {
        "idSite": 1,
        "idVisit": number,
        "visitorId": "a1b2",
        "firstActionTimestamp": NINE,
        "lastActionTimestamp": last - AHEAD,
        "actionDetails": list(actions),
    }
    return shared | values


@pytest.fixture
def read(tmp_path):
    def read(*visits, **options):
        path = tmp_path / "visits.json"
        path.write_text(visits[0] if isinstance(visits[0], str) else json.dumps(visits))
        return read_matomo(path, **options)

    return read


def column(log, name):
    return log.table.sort_by([("source_row", "ascending"), ("timestamp", "ascending")])[name].to_pylist()


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


def refused(log):
    return [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()]


def test_an_action_gives_every_column(read):
    log = read(
        visit(
            action(url="https://shop.example/orders/48213?x=1", pageTitle="Order"),
            action("ecommerceOrder", 60, orderId="o1", revenue="25.50", items=2),
            userId="C1",
            deviceType="Desktop",
            operatingSystemName="Windows",
            countryCode="nl",
            referrerUrl="https://search.example/",
            campaignName="may",
        )
    )
    first, second = log.table.to_pylist()
    assert first == {
        "case_id": "user:C1",
        "activity": "/orders/{id}",
        "timestamp": datetime(2024, 5, 1, 9, tzinfo=UTC),
        "channel": "web",
        "customer": "user:C1",
        "source": "visits.json",
        "source_row": 1,
        "id_visitor": "a1b2",
        "id_user": "C1",
        "referrer": "https://search.example/",
        "platform": "Windows",
        "device": "Desktop",
        "country": "nl",
        "utm_campaign": "may",
        "title": "Order",
        "order": None,
        "session": "7",
        "value": None,
        "items": None,
        "path": "/orders/48213",
    }
    assert [second[name] for name in ("activity", "order", "value", "items")] == ["order placed", "o1", 25.5, 2.0]


def test_actions_of_every_type_have_a_name(read):
    log = read(
        visit(
            action("event", 1, eventCategory="video", eventAction="play", url="https://shop.example/film"),
            action("goal", 2, goalName="Signed up"),
            action("goal", 3),
            action("search", 4, siteSearchKeyword="hat"),
            action("download", 5, url="https://shop.example/terms.pdf"),
            action("outlink", 6, url="https://other.example/"),
            action("ecommerceAbandonedCart", 7, revenue=10),
            action("content", 8, contentInteraction="click"),
            action("action", 9, pageTitle="No URL"),
            action("form", 10),
        )
    )
    assert column(log, "activity") == [
        "video play", "Signed up", "goal", "site searched", "file downloaded", "outlink clicked", "cart left",
        "content clicked", "page viewed", "form",
    ]  # fmt: skip
    assert column(log, "path")[:2] == ["/film", None]


def test_content_that_was_merely_shown_is_no_touchpoint(read):
    visits = visit(action(url="https://shop.example/"), action("content", 1))
    assert (account(read(visits)), refused(read(visits))) == ([2, 1, 0, 1], [(1, "filter", "automatic")])
    assert read(visits, keep_automatic=True).activities == ["/", "content shown"]


@pytest.mark.parametrize("ahead", [0, AHEAD, -34_200, 20_700])
def test_the_clock_of_the_site_is_told_by_the_first_action(read, ahead):
    actions = [{"type": "goal", "timestamp": NINE + ahead + seconds} for seconds in (0, 59)]
    log = read(visit(*actions, lastActionTimestamp=None))
    assert column(log, "timestamp") == [datetime(2024, 5, 1, 9, 0, second, tzinfo=UTC) for second in (0, 59)]
    late = read(visit(*actions, firstActionTimestamp=None, lastActionTimestamp=NINE + 59))
    assert column(late, "timestamp") == column(log, "timestamp")
    as_text = read(visit(*actions, firstActionTimestamp=str(NINE), lastActionTimestamp=None))
    assert column(as_text, "timestamp") == column(log, "timestamp")


def test_a_visit_that_does_not_tell_when_it_began_is_refused(read):
    log = read(visit(action(), firstActionTimestamp=None, lastActionTimestamp=None), visit(action(), number=8))
    assert (account(log), refused(log)) == ([2, 1, 0, 1], [(1, "parse", "no_time")])


def test_bad_actions_cost_only_themselves(read):
    log = read(visit(action(), action(None), action("goal", timestamp="soon"), "nonsense"), visit(number=8))
    assert account(log) == [5, 1, 0, 4]
    assert refused(log) == [
        (1, "check", "no_event"),
        (1, "check", "no_event"),
        (1, "parse", "no_time"),
        (2, "check", "no_event"),
    ]
    assert json.loads(log.quarantine.table["payload"][3].as_py())["idVisit"] == 8


def test_a_visitor_that_is_false_is_nobody(read):
    log = read(visit(action(), visitorId=False))
    assert (log.num_events, log.num_customers) == (1, 0)


def test_of_a_visit_the_delivery_counts_that_goes_on_longest(read):
    early, late = visit(action("goal", 0)), visit(action("goal", 0), action("goal", 60))
    other = visit(action("goal", 5), idSite=2)
    for visits in ((early, late, other), (late, early, other), (late, late, other)):
        log = read(*visits)
        copies = sum(len(item["actionDetails"]) for item in visits) - 3
        assert (log.num_events, account(log)) == (3, [3 + copies, 3, copies, 0])


def test_arrays_lines_dates_folders_and_gzip_say_the_same(read, tmp_path):
    visits = [visit(action(), number=1), visit(action("goal", 5), number=2)]
    expected = column(read(*visits), "activity")
    texts = [
        "\n".join(map(json.dumps, visits)),
        json.dumps({"2024-05-01": visits[:1], "2024-05-02": visits[1:], "2024-05-03": []}),
        json.dumps(visits, indent=2),
    ]
    for text in texts:
        assert column(read(text), "activity") == expected
    folder = tmp_path / "export"
    folder.mkdir()
    for number, item in enumerate(visits):
        (folder / f"{number}.json.gz").write_bytes(gzip.compress(json.dumps([item]).encode()))
    log = read_matomo(folder)
    assert (column(log, "activity"), column(log, "source_row")) == (expected, [1, 2])


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        ("[]", EmptySourceError, "visits.json holds no records"),
        (
            '{"result": "error", "message": "no access"}',
            FormatError,
            "its records have 'result', 'message'; a visit has",
        ),
        ('[{"idVisit": 7}', FormatError, "visits.json is a JSON document that is broken or cut short"),
        ("[1]", FormatError, "visits.json holds no events of matomo: line 1: "),
    ],
)
def test_what_holds_no_visits_says_what_it_is(read, content, kind, said):
    with pytest.raises(kind) as error:
        read(content)
    assert said in str(error.value)
