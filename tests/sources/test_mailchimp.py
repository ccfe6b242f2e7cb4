"""Activity of recipients of Mailchimp campaigns."""

import json
from collections import Counter
from zipfile import ZipFile

import pytest

from journeymine.errors import FormatError
from journeymine.sources.mail.mailchimp import read_mailchimp

TABLES = {
    "campaign_recipient_activity.csv": """action,campaign_id,member_id,timestamp,bounce_type,combination_id,url
open,c1,m1,2024-05-01 09:05:00,,,
click,c1,m1,2024-05-01 09:05:00,,,https://shop.example/
bounce,c1,m2,2024-05-01 09:00:03,hard,,
click,c1,m1,2024-05-01 09:05:00,,,https://shop.example/
""",
    "campaign_recipient.csv": "campaign_id,member_id,combination_id\nc1,m1,\nc1,m2,\nc9,m1,\n",
    "unsubscribe.csv": "campaign_id,member_id,reason,timestamp\nc1,m1,too many,2024-05-02 10:00:00\n",
    "member.csv": "id,list_id,email_address,status\nm1,l1,Jo@Mail.example,subscribed\nm1,l2,jo@mail.example,cleaned\n",
    "campaign.csv": "id,title,send_time\nc1, May news ,2024-05-01 09:00:00\n",
    "list.csv": "id,name\nl1,Friends\n",
}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mailchimp"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / name).write_text(text)
    return folder


def rows(log, *names):
    return [tuple(row[name] for name in names) for row in log.table.sort_by("timestamp").to_pylist()]


def closes(log):
    account = log.sources.to_pylist()[0]
    return account["rows_in"] == account["used"] + account["duplicate"] + account["quarantined"]


def test_a_folder_of_tables_gives_who_was_sent_what_and_what_they_did(folder):
    log = read_mailchimp(folder)
    assert rows(log, "activity", "id_email", "id_mailchimp", "url", "reason") == [
        ("mail sent", "jo@mail.example", "m1", None, None),
        ("mail sent", None, "m2", None, None),
        ("mail bounced", None, "m2", None, "hard"),
        ("mail opened", "jo@mail.example", "m1", None, None),
        ("mail clicked", "jo@mail.example", "m1", "https://shop.example/", None),
        ("mail unsubscribed", "jo@mail.example", "m1", None, "too many"),
    ]
    assert set(rows(log, "campaign")) == {("May news",)}
    assert log.table["timestamp"][0].as_py().isoformat() == "2024-05-01T09:00:00+00:00"
    assert log.sources["duplicate"].to_pylist() == [1]
    assert closes(log)
    assert log.sources["notes"].to_pylist() == [
        ["times without a zone, read as UTC", "not read, for they hold no events: list.csv"]
    ]
    reject = log.quarantine.table.to_pylist()[0]
    assert (reject["line"], reject["reason"], reject["payload"]) == (
        4,
        "no_time",
        b"c9,m1,",
    )  # its campaign is not there


def test_a_zip_archive_of_the_tables_is_the_same_log(folder, tmp_path):
    with ZipFile(tmp_path / "mailchimp.zip", "w") as archive:
        for name, text in TABLES.items():
            archive.writestr(f"export [1]/{name}", text)
        archive.writestr("__MACOSX/campaign.csv", "x")
        archive.writestr("export [1]/logo.png", b"\x89PNG")
    packed = read_mailchimp(tmp_path / "mailchimp.zip", name="mailchimp")
    assert packed.table.equals(read_mailchimp(folder).table)


@pytest.mark.parametrize("name", ["../member.csv", "/etc/member.csv", "C:\\member.csv"])
def test_an_archive_whose_names_lead_out_of_it_is_refused(tmp_path, name):
    with ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(name, "id,email_address,status\n")
    with pytest.raises(FormatError, match="leads out of the archive"):
        read_mailchimp(tmp_path / "x.zip")


def test_one_table_alone_says_what_it_can(folder):
    log = read_mailchimp(folder / "campaign_recipient_activity.csv")
    assert rows(log, "activity", "campaign", "customer") == [
        ("mail bounced", "c1", "mailchimp:m2"),
        ("mail opened", "c1", "mailchimp:m1"),
        ("mail clicked", "c1", "mailchimp:m1"),
    ]
    with pytest.raises(FormatError, match=r"member\.csv holds no events of Mailchimp: no table has columns 'action'"):
        read_mailchimp(folder / "member.csv")
    with pytest.raises(FormatError, match=r"campaign_recipient\.csv holds no events of Mailchimp: no time"):
        read_mailchimp(folder / "campaign_recipient.csv")


def test_what_the_api_answers_has_several_events_a_recipient(tmp_path):
    person = {"campaign_id": "c1", "list_id": "l1", "email_id": "m1", "email_address": "jo@mail.example"}
    activity = [
        {"action": "open", "timestamp": "2024-05-01T11:05:00+02:00", "ip": "192.0.2.1"},
        {"action": "bounce", "type": "soft", "timestamp": "2024-05-01T09:00:03+00:00"},
        {"action": "open", "timestamp": "2024-05-01T09:00:03"},
    ]
    quiet = {"campaign_id": "c1", "email_id": "m2", "email_address": "al@mail.example", "activity": []}
    answer = {"emails": [person | {"activity": activity}, quiet], "campaign_id": "c1", "total_items": 2}
    path = tmp_path / "email-activity.json"
    path.write_text(json.dumps(answer))
    log = read_mailchimp(path)
    assert rows(log, "activity", "id_email", "reason", "source_row") == [
        ("mail bounced", "jo@mail.example", "soft", 1),
        ("mail opened", "jo@mail.example", None, 1),
        ("mail opened", "jo@mail.example", None, 1),
    ]
    assert closes(log)


def test_the_real_export_has_the_events_that_were_counted_by_hand(shared):
    folder = shared / "formats/mail_events/mailchimp"
    log = read_mailchimp(folder)
    assert Counter(log.table["activity"].to_pylist()) == {
        "mail opened": 12 + 2,
        "mail clicked": 5 + 6,
        "mail sent": 10,
        "mail unsubscribed": 1,
    }
    assert log.num_customers == 12
    assert set(log.table["campaign"].to_pylist()) == {"Release 0.1.1", "Welcome Message"}
    assert closes(log)
    alone = read_mailchimp(folder / "automation_recipient_activity.csv")
    assert Counter(alone.table["activity"].to_pylist()) == {"mail opened": 2, "mail clicked": 6}
