"""Events of mails sent with Klaviyo."""

import json

import pytest

from journeymine.errors import FormatError
from journeymine.sources.mail.klaviyo import read_klaviyo


def event(key, metric, profile, time, **said):
    return {
        "type": "event",
        "id": key,
        "attributes": {"timestamp": 1, "datetime": time, "event_properties": said},
        "relationships": {
            "profile": {"data": {"type": "profile", "id": profile}},
            "metric": {"data": {"type": "metric", "id": metric}},
        },
    }


EVENTS = [
    event("e1", "R", "p1", "2024-05-01T09:00:00+00:00", **{"Campaign Name": "May", "Subject": "News"}),
    event("e2", "O", "p1", "2024-05-01T11:05:00+02:00", machine_open=False),
    event("e3", "O", "p1", "2024-05-01T09:00:01+00:00", machine_open=True),
    event("e4", "C", "p1", "2024-05-01T09:06:00+00:00", **{"URL": "https://shop.example/", "Bot Click": False}),
    event("e5", "C", "p2", "2024-05-01T09:00:02+00:00", **{"Bot Click": True}),
    event("e6", "P", "p1", "2024-05-01T10:00:00+00:00", value=12),
]
METRICS = {"R": "Received Email", "O": "Opened Email", "C": "Clicked Email", "P": "Placed Order"}
INCLUDED = [
    *({"type": "metric", "id": key, "attributes": {"name": name}} for key, name in METRICS.items()),
    {"type": "profile", "id": "p1", "attributes": {"email": "Jo@mail.example", "phone_number": "+31612345678"}},
]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "events.json"
    path.write_text(json.dumps({"data": EVENTS, "included": INCLUDED, "links": {"next": None}}, indent=1))
    return path


def rows(log, *names):
    return [tuple(row[name] for name in names) for row in log.table.sort_by("timestamp").to_pylist()]


def closes(log):
    account = log.sources.to_pylist()[0]
    return account["rows_in"] == account["used"] + account["duplicate"] + account["quarantined"]


def test_what_the_api_answers_is_named_by_what_it_includes(path):
    log = read_klaviyo(path)
    assert rows(log, "event_id", "activity", "id_email", "id_phone", "id_klaviyo") == [
        ("e1", "mail delivered", "jo@mail.example", "+31612345678", "p1"),
        ("e2", "mail opened", "jo@mail.example", "+31612345678", "p1"),
        ("e4", "mail clicked", "jo@mail.example", "+31612345678", "p1"),
    ]
    assert rows(log, "campaign", "subject", "url") == [
        ("May", "News", None),
        (None, None, None),
        (None, None, "https://shop.example/"),
    ]
    assert [(row["line"], row["stage"], row["reason"], row["detail"]) for row in log.quarantine.table.to_pylist()] == [
        (3, "filter", "machine_open", "opened by a machine, such as one that fetches pictures"),
        (5, "filter", "machine_click", "clicked by a machine, such as one that tests links"),
        (6, "filter", "not_of_mail", "an event of something else: Placed Order"),
    ]
    assert log.sources["notes"].to_pylist() == [[]]
    assert closes(log)
    assert sorted(rows(read_klaviyo(path, keep_machine=True), "event_id", "machine")) == [
        *(("e1", False), ("e2", False), ("e3", True), ("e4", False), ("e5", True))
    ]


def test_without_the_names_of_the_metrics_nothing_can_be_told(path):
    path.write_text(json.dumps({"data": EVENTS}))
    with pytest.raises(FormatError, match=r"events\.json holds no events of Klaviyo: no action\. .* include=metric"):
        read_klaviyo(path)


def test_tables_name_customers_campaigns_and_metrics_by_their_ids(tmp_path):
    files = {
        "event.csv": "\ufeffID,PERSON_ID,CAMPAIGN_ID,FLOW_ID,DATETIME,METRIC_ID,TYPE,PROPERTY_CAMPAIGN_NAME\n"
        "1,p1,c1,,2024-05-01 09:00:00,R,Received Email,\n"
        "2,p1,c1,,2024-05-01 09:01:00,O,,May!\n"
        "3,p2,,f1,2024-05-01 09:02:00,U,Unsubscribed,\n",
        "metric.csv": "ID,NAME,INTEGRATION_ID\nO,Opened Email,i\n",
        "person.csv": "ID,EMAIL,PHONE_NUMBER\np1,jo@mail.example,\n",
        "campaign.csv": "ID,FROM_EMAIL,NAME\nc1,hello@shop.example,May news\n",
        "flow.csv": "ID,NAME,TRIGGER_TYPE\nf1,Welcome,Metric\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    log = read_klaviyo(tmp_path, name="klaviyo")
    assert rows(log, "activity", "id_email", "campaign") == [
        ("mail delivered", "jo@mail.example", "May news"),
        ("mail opened", "jo@mail.example", "May!"),
        ("mail unsubscribed", None, "Welcome"),
    ]
    assert log.sources["notes"].to_pylist() == [["times without a zone, read as UTC"]]
    assert closes(log)


def test_the_real_export_has_three_mails_of_three_people(shared):
    log = read_klaviyo(shared / "formats/mail_events/klaviyo")
    assert rows(log, "activity", "campaign") == [("mail delivered", "Instagram Live")] * 3
    assert sorted(rows(log, "customer")) == [("klaviyo:LRqEsF",), ("klaviyo:LRqEsZ",), ("klaviyo:MCX88q",)]
    assert closes(log)
