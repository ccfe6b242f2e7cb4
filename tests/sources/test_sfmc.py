"""Tracking extracts of Salesforce Marketing Cloud."""

from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from journeymine.errors import EmptySourceError, FormatError, TimeZoneError
from journeymine.sources import inputs
from journeymine.sources.mail.sfmc import read_sfmc

HEAD = "ClientID,SendID,SubscriberKey,EmailAddress,SubscriberID,ListID,EventDate,EventType"
JO = "1,7,C1,jo@mail.example,11,3"
AL = "1,7,al@mail.example,al@mail.example,12,3"
TABLES = {
    "Sent.csv": f"{HEAD},BatchID\n{JO},5/1/2024 2:00:00 AM,Sent,1\n{AL},5/1/2024 2:00:00 AM,Sent,1\n",
    "Opens.csv": f"{HEAD},IsUnique\n{JO},5/1/2024 12:30:00 PM,Open,True\n",
    "Clicks.csv": f"{HEAD},URL\n"
    f"{JO},5/1/2024 12:30:00 PM,Click,https://shop.example/a\n{JO},5/1/2024 12:30:00 PM,Click,https://shop.example/b\n",
    "Bounces.csv": f"{HEAD},BounceCategory,SMTPReason\n"
    f'{AL},5/1/2024 2:00:00 AM,Bounce,Hard bounce,"550\nno ""user"""\n',
    "Unsubs.csv": f"{HEAD},BatchID\n{JO},12/31/2024 11:59:59 PM,Unsubscribe,1\n",
    "Surveys.csv": f"{HEAD},Question\n{JO},5/2/2024 1:00:00 AM,Survey,How?\n",
    "SendJobs.csv": "ClientID,SendID,FromName,EmailName,Subject\n1,7,Shop,May news ,News!\n",
    "Attributes.csv": "ClientID,SubscriberKey,Name\n1,C1,Jo\n",
}
TIMES = [
    ("mail sent", "2024-05-01T08:00:00+00:00"),
    ("mail sent", "2024-05-01T08:00:00+00:00"),
    ("mail bounced", "2024-05-01T08:00:00+00:00"),
    ("mail opened", "2024-05-01T18:30:00+00:00"),
    ("mail clicked", "2024-05-01T18:30:00+00:00"),
    ("mail clicked", "2024-05-01T18:30:00+00:00"),
    ("mail unsubscribed", "2025-01-01T05:59:59+00:00"),
]


@pytest.fixture
def extract(tmp_path):
    path = tmp_path / "extract.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, text in TABLES.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "extract"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / name).write_text(text)
    return folder


def in_time(log):
    return log.table.sort_by([("timestamp", "ascending")]).to_pylist()


def closes(log):
    account = log.sources.to_pylist()[0]
    return account["rows_in"] == account["used"] + account["duplicate"] + account["quarantined"]


def test_the_clock_stands_six_hours_behind_in_summer_and_in_winter(extract):
    events = in_time(read_sfmc(extract))
    assert sorted((row["activity"], row["timestamp"].isoformat()) for row in events) == sorted(TIMES)


def test_an_extract_in_local_time_says_its_zone(extract):
    log = read_sfmc(extract, tz="Europe/Amsterdam")
    moments = [moment.isoformat() for moment in log.table.sort_by("timestamp")["timestamp"].to_pylist()]
    assert (moments[0], moments[-1]) == ("2024-05-01T00:00:00+00:00", "2024-12-31T22:59:59+00:00")
    assert log.sources["notes"].to_pylist()[0][0] == "times without a zone, read as Europe/Amsterdam"
    with pytest.raises(TimeZoneError, match="Did you mean 'Europe/Amsterdam'"):
        read_sfmc(extract, tz="Europe/Amsterdm")


def test_an_extract_tells_who_got_which_mail_and_what_became_of_it(extract):
    log = read_sfmc(extract)
    jo = [row for row in log.table.to_pylist() if row["id_sfmc"] == "C1"]
    assert [(row["activity"], row["url"]) for row in jo] == [
        ("mail sent", None),
        ("mail opened", None),
        ("mail clicked", "https://shop.example/a"),
        ("mail clicked", "https://shop.example/b"),
        ("mail unsubscribed", None),
    ]
    assert {row["campaign"] for row in log.table.to_pylist()} == {"May news"}
    al = [row for row in log.table.to_pylist() if row["id_email"] == "al@mail.example"]
    assert [(row["activity"], row["id_sfmc"], row["reason"]) for row in al] == [
        ("mail sent", None, None),
        ("mail bounced", None, "Hard bounce"),
    ]
    assert log.quarantine.reasons == {"not_of_mail": 1}
    assert log.sources["notes"].to_pylist() == [
        ["times without a zone, read as Etc/GMT+6", "not read, for they hold no events: Attributes.csv"]
    ]
    assert closes(log)


@pytest.mark.parametrize("size", [50, 200, 1000])
def test_a_folder_is_the_same_log_however_its_files_are_cut(extract, folder, monkeypatch, size):
    packed = read_sfmc(extract, name="extract")
    monkeypatch.setattr(inputs, "BLOCK_BYTES", size)
    assert read_sfmc(folder).table.equals(packed.table)


def test_rows_that_stand_in_two_extracts_count_once(folder):
    (folder / "Opens 2.csv").write_text(TABLES["Opens.csv"])
    log = read_sfmc(folder)
    assert log.num_events == 7
    assert log.sources["duplicate"].to_pylist() == [1]
    assert closes(log)


def test_one_file_of_an_extract_is_enough(folder):
    log = read_sfmc(folder / "Clicks.csv")
    assert [row["campaign"] for row in log.table.to_pylist()] == ["7", "7"]
    with pytest.raises(FormatError, match=r"SendJobs\.csv holds no events of Salesforce Marketing Cloud: no table has"):
        read_sfmc(folder / "SendJobs.csv")


def test_rows_that_cannot_be_read_name_their_file_and_stand_where_they_would(folder):
    (folder / "Opens.csv").write_text(
        f"{HEAD}\n{JO},soon,Open\n{JO},5/1/2024 1:00:00 AM\n{JO},5/1/2024 1:00:00 AM,Open\n"
    )
    log = read_sfmc(folder)
    rejects = [row for row in log.quarantine.table.to_pylist() if row["reason"] != "not_of_mail"]
    assert [(row["line"] - rejects[0]["line"], row["reason"], row["payload"]) for row in rejects] == [
        (0, "bad_time", f"{JO},soon,Open".encode()),
        (1, "bad_row", f"{JO},5/1/2024 1:00:00 AM".encode()),
    ]
    assert rejects[1]["detail"] == "Opens.csv: 7 fields, the header has 8"
    assert closes(log)


def test_an_archive_that_is_no_extract_is_refused(tmp_path):
    path = tmp_path / "x.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("../Sent.csv", TABLES["Sent.csv"])
    with pytest.raises(FormatError, match="leads out of the archive"):
        read_sfmc(path)
    with ZipFile(path, "w") as archive:
        archive.writestr("picture.png", b"\x89PNG")
    with pytest.raises(EmptySourceError, match=r"x\.zip holds no tables"):
        read_sfmc(path)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(FormatError, match="no zip archive, or a broken one"):
        read_sfmc(path)


def test_an_archive_that_grows_beyond_all_measure_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "x.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("Sent.csv", HEAD + "\n" + f"{JO},5/1/2024 2:00:00 AM,Sent\n" * 2000)
    monkeypatch.setattr(inputs, "_FREE_BYTES", 1000)
    monkeypatch.setattr(inputs, "MAX_EXPANSION", 10)
    with pytest.raises(FormatError, match="expands to more than"):
        read_sfmc(path)


def test_the_real_warehouse_tables_have_five_mails_sent(shared):
    log = read_sfmc(shared / "formats/mail_events/sfmc")
    assert log.table["activity"].to_pylist() == ["mail sent"] * 5
    assert sorted(log.table["customer"].to_pylist()) == [
        *["email:random1@random.com"] * 2,
        *["email:random2@random.com"] * 2,
        "email:random3@random.com",
    ]
    first = log.table.sort_by("timestamp").to_pylist()[0]
    assert first["timestamp"].isoformat() == "2023-10-06T02:35:35+00:00"  # 20:35:35, six hours behind
    assert closes(log)
