import json

import pytest

from journeymine.errors import OptionError, TimeZoneError, UnknownColumnError, UnknownOptionError
from journeymine.sources import inputs
from journeymine.sources.survey.scores import read_delighted, read_survey


@pytest.fixture
def write(tmp_path):
    def write(content, name="scores.csv"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def rows(log, *names):
    return [tuple(row.values()) for row in log.table.sort_by("source_row").select(names).to_pylist()]


def account(log):
    row = log.sources.to_pylist()[0]
    assert row["rows_in"] == row["used"] + row["duplicate"] + row["quarantined"]
    return row["rows_in"], row["used"], row["duplicate"], row["quarantined"]


def reasons(log):
    return [(row["line"], row["reason"], row["stage"]) for row in log.quarantine.table.to_pylist()]


# --- tables of scores ----------------------------------------------------------------------------------------------

HEAD = "id,created_at,metric,score,scale,comment,email\n"


def test_an_answer_is_named_by_what_it_measures_and_keeps_score_and_scale(write):
    log = read_survey(
        write(
            HEAD
            + "1,2024-05-01T09:00Z,nps,9,,,jo@mail.example\n"
            + "2,2024-05-01T10:00Z,CSAT,4,1-5,Quick,jo@mail.example\n"
            + "3,2024-05-02T09:00Z,delivery,2.5,,Late,\n"
            + "4,2024-05-03T09:00Z,,,,No idea,\n"
        )
    )
    assert rows(log, "activity", "score", "scale", "text") == [
        ("survey answered: NPS", 9.0, "0-10", None),
        ("survey answered: CSAT", 4.0, "1-5", "Quick"),
        ("survey answered: delivery", 2.5, None, "Late"),
        ("survey answered", None, None, "No idea"),
    ]
    assert rows(log, "customer")[:3] == [("email:jo@mail.example",), ("email:jo@mail.example",), (None,)]
    assert log.channels == ["survey"]
    assert account(log) == (4, 4, 0, 0)


def test_metric_scale_and_zone_can_be_given_for_a_whole_file(write):
    path = write("date;mark;who\n2024-05-01 09:00;4;c1\n2024-05-01 10:00;5;c2\n")
    fields = {"time": "date", "score": "mark", "customer": "who"}
    log = read_survey(path, fields=fields, metric="ces", scale="1 to 7", tz="Europe/Amsterdam")
    assert rows(log, "activity", "customer", "scale") == [
        ("survey answered: CES", "c1", "1 to 7"),
        ("survey answered: CES", "c2", "1 to 7"),
    ]
    assert log.table["timestamp"][0].as_py().hour == 7
    with pytest.raises(TimeZoneError, match="tz='Europe/Amsterdam'"):
        read_survey(path, fields=fields)


def test_answers_that_cannot_be_used_are_kept_aside_and_scores_that_are_no_numbers_left_out(write):
    log = read_survey(
        write(
            HEAD
            + "1,2024-05-01T09:00Z,nps,11,,,\n"
            + "2,2024-05-01T09:00Z,nps,-1,,,\n"
            + "3,soon,nps,9,,,\n"
            + "4,,nps,9,,,\n"
            + "5,2024-05-01T09:00Z,nps,,,,\n"
            + "6,2024-05-01T09:00Z,nps,nine,,Fine,\n"
            + "7,2024-05-01T09:00Z,nps,10,,,\n"
        )
    )
    assert reasons(log) == [
        (2, "off_scale", "check"),
        (3, "off_scale", "check"),
        (4, "bad_time", "check"),
        (5, "no_time", "check"),
        (6, "no_answer", "check"),
    ]
    assert rows(log, "score", "text") == [(None, "Fine"), (10.0, None)]
    assert log.sources["notes"][0].as_py() == ["1 scores are no numbers; left out"]
    assert account(log) == (7, 2, 0, 5)


def test_of_answers_with_one_id_the_last_is_used_and_those_without_are_all(write):
    log = read_survey(
        write(
            "id,created_at,score,comment\n"
            "1,2024-05-01T09:00Z,3,\n"
            "1,2024-05-02T09:00Z,4,\n"
            ",2024-05-03T09:00Z,5,\n"
            ",2024-05-04T09:00Z,5,\n"
        )
    )
    assert rows(log, "score") == [(4.0,), (5.0,), (5.0,)]
    assert account(log) == (4, 3, 1, 0)


def test_a_file_reads_the_same_in_one_block_and_in_many(write, monkeypatch):
    path = write(HEAD + "".join(f'{n},2024-05-01T09:{n:02}:00Z,nps,{n},,"so\nso",\n' for n in range(10)))
    whole = read_survey(path)
    monkeypatch.setattr(inputs.blocks, "__kwdefaults__", inputs.blocks.__kwdefaults__ | {"size": 90})
    assert read_survey(path).equals(whole)
    assert rows(whole, "text")[0] == ("so\nso",)


def test_fields_that_are_not_there_and_scales_that_are_none_are_refused(write):
    path = write("id,at,score\n1,2024-05-01T09:00Z,3\n")
    with pytest.raises(UnknownColumnError, match=r"scores\.csv has no 'created_at' for the time of a survey answer"):
        read_survey(path)
    with pytest.raises(UnknownColumnError, match=r"has no 'remark' for the comment"):
        read_survey(path, fields={"time": "at", "comment": "remark"})
    with pytest.raises(UnknownOptionError, match=r"a survey answer has no field 'scor'\. Did you mean 'score'"):
        read_survey(path, fields={"scor": "score"})
    with pytest.raises(OptionError, match=r"scale='five' does not say where it begins and ends"):
        read_survey(path, scale="five")


# --- Delighted -----------------------------------------------------------------------------------------------------


def response(number, **more):
    told = {"id": str(number), "person": "10", "survey_type": "nps", "score": 9, "comment": None}
    return told | {"created_at": 1714554000 + number, "updated_at": None, "person_properties": None, "tags": []} | more


def test_responses_of_delighted_belong_to_their_person_however_it_is_given(write):
    person = {"id": "10", "email": "jo@mail.example", "name": "…", "phone_number": "+31612345678"}
    listed = [response(1), response(2, person=person, survey_type="csat", score=5, comment="Good")]
    log = read_delighted(write(listed, "responses.json"), scale="1-5")
    assert rows(log, "activity", "score", "scale", "text") == [
        ("survey answered: NPS", 9.0, "0-10", None),
        ("survey answered: CSAT", 5.0, "1-5", "Good"),
    ]
    assert rows(log, "id_delighted_person", "id_email", "id_phone") == [
        ("10", None, None),
        ("10", "jo@mail.example", "+31612345678"),
    ]


def test_of_a_response_delivered_twice_the_one_updated_last_is_used(write):
    listed = [response(1, score=2, updated_at=1714560000), response(1, score=9, updated_at=1714550000), response(2)]
    log = read_delighted(write("\n".join(map(json.dumps, listed)), "responses.jsonl"))
    assert rows(log, "score") == [(2.0,), (9.0,)]
    assert account(log) == (3, 2, 1, 0)


def test_a_list_of_something_else_is_refused(write):
    with pytest.raises(UnknownColumnError, match=r"people\.json has no 'created_at' for the time of a survey response"):
        read_delighted(write([{"id": "10", "email": "jo@mail.example"}], "people.json"))
