import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.errors import (
    EmptySourceError,
    FormatError,
    OptionError,
    SourceError,
    TimeZoneError,
    UnknownColumnError,
)
from journeymine.sources import inputs
from journeymine.sources.survey.qualtrics import read_qualtrics

COLUMNS = {
    "StartDate": ("startDate", "Anfangsdatum"),
    "EndDate": ("endDate", "Enddatum"),
    "Status": ("status", "Antworttyp"),
    "IPAddress": ("ipAddress", "IP-Adresse"),
    "Duration (in seconds)": ("duration", "Dauer (in Sekunden)"),
    "Finished": ("finished", "Beendet"),
    "ResponseId": ("_recordId", "Antwort-ID"),
    "RecipientEmail": ("recipientEmail", "E-Mail"),
    "ExternalReference": ("externalDataReference", "Externe Datenreferenz"),
    "Q1": ("QID1", "Would you recommend\nour shop?"),
    "Q1_NPS_GROUP": ("QID1_NPS_GROUP", "Group"),
    "Q2": ("QID2_TEXT", "Why?"),
    "Q3": ("QID3", "How was the delivery?"),
    "branch": ("branch", "branch"),
}
START = "2024-05-01 09:00:00"


def response(number, **cells):
    told = {"StartDate": START, "EndDate": "2024-05-01 09:02:00", "Status": "0", "IPAddress": "192.0.2.7"}
    told |= {"Duration (in seconds)": "120", "Finished": "1", "ResponseId": f"R_{number}"}
    return told | {"RecipientEmail": "jo@mail.example", "Q1": "9", "Q1_NPS_GROUP": "3", "branch": "Utrecht"} | cells


def export(*responses, columns=tuple(COLUMNS), delimiter=","):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerow([COLUMNS[name][1] for name in columns])
    writer.writerow([json.dumps({"ImportId": COLUMNS[name][0]}) for name in columns])
    writer.writerows([row.get(name, "") for name in columns] for row in responses)
    return text.getvalue()


LEGACY = (
    "\ufeffV1,V2,V5,V6,V7,V8,V9,V10,Q1,Q2,LocationLatitude,\n"
    "ResponseID,ResponseSet,EmailAddress,IPAddress,Status,StartDate,EndDate,Finished,How was it?,Why?,"
    "LocationLatitude,\n"
    f"R_1,Default,jo@mail.example,192.0.2.7,0,{START},2024-05-01 09:02:00,1,4,Quick,47.1,\n"
)


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        path = tmp_path / "survey.csv"
        path.write_text(content, newline="")
        return read_qualtrics(path, **{"tz": "Europe/Amsterdam"} | options)

    return read


def account(log):
    row = log.sources.to_pylist()[0]
    assert row["rows_in"] == row["used"] + row["duplicate"] + row["quarantined"]
    return row["rows_in"], row["used"], row["duplicate"], row["quarantined"]


def reasons(log):
    return [(row["reason"], row["stage"]) for row in log.quarantine.table.to_pylist()]


def test_a_response_is_one_event_with_its_score_and_its_other_answers(read):
    log = read(export(response(1, Q2="Nice people", Q3="2", ExternalReference="C1")))
    row = log.table.to_pylist()[0]
    assert (row["activity"], row["channel"], row["customer"]) == ("survey answered: NPS", "survey", "C1")
    assert (row["timestamp"].hour, row["end_timestamp"].minute, row["duration_seconds"]) == (7, 2, 120.0)
    assert (row["score"], row["scale"], row["question"]) == (9.0, "0-10", "Would you recommend\nour shop?")
    assert (row["text"], row["Q3"], row["branch"], row["id_email"]) == (
        "Nice people",
        "2",
        "Utrecht",
        "jo@mail.example",
    )
    assert not {"IPAddress", "Q1", "Q2"} & set(row)
    assert row["source_row"] == 5  # the question in the header takes two lines
    assert account(log) == (1, 1, 0, 0)
    assert log.sources["observed_until"][0].as_py() == row["end_timestamp"]


def test_responses_that_were_not_finished_are_marked(read):
    unfinished = [response(1, Finished="0"), response(2, Finished="False", Q1=""), response(3, Finished="True")]
    log = read(export(*unfinished))
    rows = log.table.select(["activity", "finished", "score"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("survey left unfinished", False, 9.0),
        ("survey left unfinished", False, None),
        ("survey answered: NPS", True, 9.0),
    ]


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("0", []),
        ("IP Address", []),
        ("4", []),
        ("16", []),
        ("1", [("preview", "filter")]),
        ("Survey Preview", [("preview", "filter")]),
        ("2", [("preview", "filter")]),
        ("Survey Test", [("preview", "filter")]),
        ("17", [("preview", "filter")]),
        ("8", [("spam", "filter")]),
        ("Spam", [("spam", "filter")]),
        ("9", [("preview", "filter")]),
    ],
)
def test_previews_tests_and_spam_are_set_aside(read, status, found):
    log = read(export(response(1, Status=status), response(2)))
    assert reasons(log) == found
    assert account(log) == (2, 2 - len(found), 0, len(found))


def test_responses_without_id_or_time_or_off_the_scale_are_kept_aside(read):
    bad = [response(1, Q1="11"), response("", ResponseId=""), response(3, StartDate="soon"), response(4, StartDate="")]
    log = read(export(*bad, response(5)) + "too,short\r\n")
    assert sorted(reasons(log)) == [
        ("bad_row", "parse"),
        ("bad_time", "check"),
        ("no_id", "check"),
        ("no_time", "check"),
        ("off_scale", "check"),
    ]
    assert account(log) == (6, 1, 0, 5)


def test_an_end_before_the_start_is_left_out_and_a_response_delivered_twice_used_once(read):
    log = read(export(response(1, EndDate="2024-05-01 08:00:00"), response(2), response(2, Q1="3")))
    assert log.table["end_timestamp"].null_count == 1
    assert log.sources["notes"][0].as_py() == ["1 responses end before they begin; their ends are left out"]
    assert account(log) == (3, 2, 1, 0)


def test_another_question_can_be_the_score_and_another_the_comment(read):
    log = read(export(response(1, Q2="Nice", Q3="2")), score="Q3", metric="CSAT", scale="1-5", comment="Q1_NPS_GROUP")
    row = log.table.to_pylist()[0]
    assert (row["activity"], row["score"], row["scale"]) == ("survey answered: CSAT", 2.0, "1-5")
    assert (row["question"], row["text"], row["Q1"]) == ("How was the delivery?", "3", "9")
    with pytest.raises(UnknownColumnError, match=r"score question 'Q33' is not in survey\.csv\. Did you mean 'Q3'"):
        read(export(response(1)), score="Q33")


def test_without_a_score_a_response_is_just_answered(read):
    columns = [name for name in COLUMNS if not name.startswith("Q1")]
    row = read(export(response(1), columns=columns)).table.to_pylist()[0]
    assert (row["activity"], row["score"], row["scale"], row["question"]) == ("survey answered", None, None, None)


def test_the_older_layout_is_told_by_the_names_in_its_second_row(read):
    row = read(LEGACY, comment="Q2", score="Q1", scale="1-5").table.to_pylist()[0]
    assert (row["customer"], row["event_id"], row["score"], row["text"]) == (
        "email:jo@mail.example",
        "R_1",
        4.0,
        "Quick",
    )
    assert row["question"] == "How was it?"
    assert not {"Q1", "Q2", "V6", "LocationLatitude"} & set(row)


def test_an_answer_that_is_called_like_one_of_our_columns_gets_another_name(read, monkeypatch):
    monkeypatch.setitem(COLUMNS, "channel", ("channel", "channel"))
    monkeypatch.setitem(COLUMNS, "metric", ("metric", "metric"))
    row = read(export(response(1, channel="shop", metric="m"), columns=tuple(COLUMNS))).table.to_pylist()[0]
    assert (row["event:channel"], row["event:metric"], row["channel"], row["metric"]) == ("shop", "m", "survey", "NPS")


def test_tab_separated_exports_and_small_blocks_read_the_same(read, monkeypatch):
    responses = [response(number, Q2="so\nso") for number in range(9)]
    whole = read(export(*responses))
    assert read(export(*responses, delimiter="\t")).table.equals(whole.table)
    monkeypatch.setattr(inputs.blocks, "__kwdefaults__", inputs.blocks.__kwdefaults__ | {"size": 300})
    assert read(export(*responses)).equals(whole)


def test_the_zone_of_the_export_has_to_be_said(read):
    with pytest.raises(TimeZoneError, match=r"survey\.csv has times without a zone: its times are those of the zone"):
        read(export(response(1)), tz=None)
    with pytest.raises(OptionError, match="scale='five'"):
        read(export(response(1)), scale="five")


@pytest.mark.parametrize("content", ["", "\n", "StartDate,EndDate\n"])
def test_a_file_without_rows_is_empty(read, content):
    with pytest.raises(EmptySourceError):
        read(content)


def test_a_file_without_responses_has_no_events(read):
    log = read(export())
    assert (log.num_events, account(log)) == (0, (0, 0, 0, 0))


@pytest.mark.parametrize("content", ["a,b\n1,2\n3,4\n", "StartDate,EndDate\nStart,End\n1,2\n"])
def test_another_table_is_refused(read, content):
    with pytest.raises(FormatError, match=r"survey\.csv is no export of Qualtrics: it has no ResponseId"):
        read(content)


@given(st.data())
def test_a_damaged_file_gives_a_typed_error_or_an_account_that_closes(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "survey.csv"
    sound = data.draw(st.sampled_from([export(response(1), response(2, Q2="so\nso")), LEGACY]))
    content = bytearray(sound.encode())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        account(read_qualtrics(path, tz="UTC"))
    except SourceError:
        return


@pytest.mark.parametrize(("file", "options"), [("sample.csv", {}), ("sample_legacy.csv", {"comment": "Q2"})])
def test_real_exports_of_both_layouts_hold_the_same_response(shared, file, options):
    log = read_qualtrics(shared / "formats/qualtrics" / file, tz="Europe/Zurich", **options)
    row = log.table.to_pylist()[0]
    assert account(log) == (1, 1, 0, 0)
    assert (row["event_id"], row["Q1"], row["text"]) == ("R_2YPOQ602ER1jkf1", "2", "Hello World!")
    assert row["timestamp"].isoformat() == "2017-07-18T06:28:09+00:00"
    assert (row["end_timestamp"] - row["timestamp"]).seconds == 39
    assert row["finished"]
