"""Events of mails sent with HubSpot."""

import json
from collections import Counter

import pytest

from journeymine.errors import FormatError
from journeymine.sources.mail.hubspot import read_hubspot_email

JO = "jo@mail.example"
NINE = 1714546800000


def event(key, word, second=0, **more):
    return {
        "id": key,
        "type": word,
        "created": NINE + 1000 * second,
        "recipient": JO,
        "portalId": 1,
        "emailCampaignId": 7,
        "sentBy": {"id": "a", "created": NINE},
    } | more


@pytest.fixture
def read(tmp_path):
    def read(*events, **options):
        path = tmp_path / "events.json"
        path.write_text(json.dumps({"hasMore": False, "offset": "x", "events": events}))
        return read_hubspot_email(path, **options)

    return read


def rows(log, *names):
    return [tuple(row[name] for name in names) for row in log.table.to_pylist()]


def closes(log):
    account = log.sources.to_pylist()[0]
    return account["rows_in"] == account["used"] + account["duplicate"] + account["quarantined"]


WORDS = {
    "SENT": "mail sent",
    "DROPPED": "mail dropped",
    "DEFERRED": "mail deferred",
    "DELIVERED": "mail delivered",
    "BOUNCE": "mail bounced",
    "OPEN": "mail opened",
    "PRINT": "mail printed",
    "CLICK": "mail clicked",
    "FORWARD": "mail forwarded",
    "STATUSCHANGE": "mail preferences changed",
    "SPAMREPORT": "mail marked as spam",
}


def test_every_word_has_its_activity(read):
    log = read(*(event(word, word, second) for second, word in enumerate(WORDS)))
    assert [activity for (activity,) in rows(log, "activity")] == list(WORDS.values())
    assert set(rows(log, "id_email", "campaign", "message")) == {(JO, "7", "a")}
    assert log.table["timestamp"][0].as_py().isoformat() == "2024-05-01T07:00:00+00:00"
    assert closes(log)


def test_a_change_of_status_is_what_it_changes_to(read):
    log = read(
        event("a", "STATUSCHANGE", portalSubscriptionStatus="UNSUBSCRIBED"),
        event("b", "STATUSCHANGE", 1, portalSubscriptionStatus="SUBSCRIBED"),
    )
    assert rows(log, "activity") == [("mail unsubscribed",), ("mail subscribed",)]


def test_steps_robots_and_events_that_were_replaced_are_set_aside(read):
    events = [
        event("a", "PROCESSED", filteredEvent=True),
        event("b", "UNBOUNCE"),
        event("c", "DROPPED", dropReason="PREVIOUSLY_BOUNCED", obsoletedBy={"id": "d"}),
        event("d", "SENT", filteredEvent=True),
        event("e", "OPEN", 1, filteredEvent=True),
        event("f", "CLICK", 2, filteredEvent=True, url="https://shop.example/"),
        event("g", "OPEN", 3, filteredEvent=False, userAgent="Mozilla/5.0"),
        event("h", "OPEN", 4, filteredEvent=False, userAgent="Mozilla/5.0 (X11)"),
    ]
    log = read(*events)
    assert rows(log, "event_id", "activity") == [("d", "mail sent"), ("h", "mail opened")]
    assert [(row["line"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        *((1, "processed"), (2, "unbounce"), (3, "obsolete")),
        *((5, "machine_open"), (6, "machine_click"), (7, "machine_open")),
    ]
    assert set(log.quarantine.table["stage"].to_pylist()) == {"filter"}
    assert closes(log)
    kept = read(*events, keep_machine=True)
    assert rows(kept, "event_id", "machine") == [
        *(("d", False), ("e", True), ("f", True), ("g", True), ("h", False)),
    ]


def test_tables_of_single_kinds_of_events_tell_more_of_them(tmp_path):
    files = {
        "email_event_data.csv": "id,created,email_campaign_id,sent_by_id,type,filtered_event,recipient\n"
        f"a,2024-05-01 07:00:00.120,7,a,SENT,,{JO}\n"
        f"b,2024-05-01 07:00:01,7,a,OPEN,false,{JO}\n"
        f"c,2024-05-01 07:00:02,7,a,CLICK,false,{JO}\n"
        f"d,2024-05-01 07:00:03,7,a,BOUNCE,,{JO}\n"
        f"e,2024-05-01 07:00:04,7,a,STATUSCHANGE,,{JO}\n",
        "email_event_sent_data.csv": "id,bcc,from,reply_to,subject\na,,shop,,News\n",
        "email_event_open_data.csv": "id,duration,user_agent\nb,4,Mozilla/5.0\n",
        "email_event_click_data.csv": "id,url,user_agent\nc,https://shop.example/,Firefox\n",
        "email_event_bounce_data.csv": "id,category,response,status\nd,MAILBOX_FULL,full,450\n",
        "email_event_status_change_data.csv": "id,portal_subscription_status\ne,UNSUBSCRIBED\n",
        "email_campaign_data.csv": "id,name,content_id\n7,May news,1\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    log = read_hubspot_email(tmp_path, name="hubspot")
    assert rows(log, "activity", "campaign", "subject", "url", "reason") == [
        ("mail sent", "May news", "News", None, None),
        ("mail clicked", "May news", None, "https://shop.example/", None),
        ("mail bounced", "May news", None, None, "MAILBOX_FULL"),
        ("mail unsubscribed", "May news", None, None, None),
    ]
    assert log.quarantine.reasons == {"machine_open": 1}
    assert log.sources["notes"].to_pylist() == [["times without a zone, read as UTC"]]
    assert closes(log)


def test_what_is_no_event_of_mail_is_refused(read):
    with pytest.raises(FormatError, match=r"events\.json holds no events of HubSpot: nobody knows the action VISIT"):
        read(event("a", "VISIT"))


def test_the_real_export_has_the_events_that_were_counted_by_hand(shared):
    log = read_hubspot_email(shared / "formats/mail_events/hubspot")
    assert Counter(log.table["activity"].to_pylist()) == {"mail opened": 90, "mail sent": 4, "mail delivered": 3}
    assert log.quarantine.reasons == {"processed": 3}
    assert log.num_customers == 19
    assert closes(log)
    order = [
        row["activity"] for row in log.table.to_pylist() if row["message"] and row["message"].startswith("c4337695")
    ]
    assert order == ["mail sent", "mail delivered", "mail opened", "mail opened"]
