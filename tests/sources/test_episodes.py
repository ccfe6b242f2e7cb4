import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.errors import (
    DateOrderError,
    EmptySourceError,
    OptionError,
    SourceError,
    TimeZoneError,
    UnknownColumnError,
)
from journeymine.sources import inputs
from journeymine.sources.episodes import read_episodes, write_episodes_template

HEAD = "when,who,what,channel,noted_by,certainty,text\n"


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        path = tmp_path / "episodes.csv"
        path.write_text(content)
        return read_episodes(path, **{"tz": "Europe/Amsterdam"} | options)

    return read


def rows(log, *names):
    return [tuple(row.values()) for row in log.table.sort_by("source_row").select(names).to_pylist()]


def account(log):
    row = log.sources.to_pylist()[0]
    assert row["rows_in"] == row["used"] + row["duplicate"] + row["quarantined"]
    return row["rows_in"], row["used"], row["duplicate"], row["quarantined"]


def test_every_episode_is_marked_as_noted_by_a_person(read):
    log = read(HEAD + "2024-05-01 14:30,C1,visit to the shop,shop,branch Utrecht,Certain,Looked at bikes\n")
    assert rows(log, "activity", "customer", "channel", "basis", "precision") == [
        ("visit to the shop (noted)", "C1", "shop", "qualitative", "moment")
    ]
    assert rows(log, "noted_by", "certainty", "text") == [("branch Utrecht", "certain", "Looked at bikes")]
    assert log.table["timestamp"][0].as_py().hour == 12
    assert log.where(basis="qualitative").num_events == log.num_noted == 1
    assert "1 noted by hand" in repr(log)
    assert account(log) == (1, 1, 0, 0)


def test_a_day_without_a_time_begins_the_day_and_is_counted(read):
    log = read(HEAD + "2024-05-01,C1,interview,in person,us,,\n2024-05-01 09:00,C1,visit,shop,us,,\n")
    assert rows(log, "activity", "precision") == [("interview (noted)", "day"), ("visit (noted)", "moment")]
    assert log.table["timestamp"][0].as_py().isoformat() == "2024-04-30T22:00:00+00:00"
    assert log.sources["notes"][0].as_py() == ["1 episodes say only the day; they are placed at its beginning"]


def test_a_period_has_both_ends_and_lasts_until_its_last_day_is_over(read):
    log = read(
        "from,to,who,what,channel,noted_by\n"
        "2024-05-01,2024-05-02,C1,trial at home,home,us\n"
        "2024-05-03 09:00,2024-05-03 10:30,C1,fitting,shop,us\n"
        "2024-05-04,,C1,waiting,home,us\n"
        "2024-05-06,2024-05-04,C1,travel,home,us\n"
    )
    ends = [end and end.isoformat() for (end,) in rows(log, "end_timestamp")]
    assert ends == ["2024-05-02T22:00:00+00:00", "2024-05-03T08:30:00+00:00", None, None]
    assert {precision for (precision,) in rows(log, "precision")} == {"period"}
    assert log.sources["notes"][0].as_py() == ["1 periods end before they begin; their ends are left out"]
    assert log.sources["observed_until"][0].as_py().isoformat() == "2024-05-05T22:00:00+00:00"


def test_who_may_be_any_kind_of_identifier_and_nobody(read):
    log = read(
        "when,who,what,channel,noted_by,id_email\n"
        "2024-05-01 09:00,email:Jo@mail.example,a,shop,us,\n"
        "2024-05-01 10:00,phone:+31 6 1234 5678,a,shop,us,\n"
        "2024-05-01 11:00,C:17,a,shop,us,kim@mail.example\n"
        "2024-05-01 12:00,,a,shop,us,kim@mail.example\n"
        "2024-05-01 13:00,,a,shop,us,\n"
    )
    assert rows(log, "customer", "id_email") == [
        ("email:jo@mail.example", "jo@mail.example"),
        ("phone:+31612345678", None),
        ("C:17", "kim@mail.example"),
        ("email:kim@mail.example", "kim@mail.example"),
        (None, None),
    ]


def test_other_columns_are_kept_unless_the_mark_itself_is_at_stake(read):
    row = read(HEAD.rstrip() + ",mood,basis\n2024-05-01 09:00,C1,a,shop,us,,,good,logged\n").table.to_pylist()[0]
    assert (row["mood"], row["basis"], row["event:basis"]) == ("good", "qualitative", "logged")


def test_rows_that_cannot_be_used_are_kept_aside_with_their_reasons(read):
    log = read(
        "when,from,who,what,channel,noted_by,certainty\n"
        "soon,,C1,a,shop,us,\n"
        ",,C1,a,shop,us,\n"
        "2024-05-01 09:00,2024-05-01 09:00,C1,a,shop,us,\n"
        "2024-05-01 09:00,,C1, ,shop,us,\n"
        "2024-05-01 09:00,,C1,a,,us,\n"
        "2024-05-01 09:00,,C1,a,shop,us,perhaps\n"
        "too,short\n"
        "2024-05-01 09:00,,C1,a,shop,us,Unsure\n"
    )
    found = [(row["line"], row["reason"]) for row in log.quarantine.table.to_pylist()]
    assert found == [
        (2, "bad_time"),
        (3, "no_time"),
        (4, "two_times"),
        (5, "no_activity"),
        (6, "no_channel"),
        (7, "bad_certainty"),
        (8, "bad_row"),
    ]
    assert log.quarantine.table["payload"][1].as_py() == b",,C1,a,shop,us,"
    assert account(log) == (8, 1, 0, 7)


def test_of_two_rows_with_one_id_the_last_is_used(read):
    log = read("id,when,who,what,channel,noted_by\n7,2024-05-01 09:00,C1,a,shop,us\n7,2024-05-02 09:00,C1,a,shop,us\n")
    assert account(log) == (2, 1, 1, 0)
    assert log.table["timestamp"][0].as_py().day == 2


def test_a_file_reads_the_same_in_one_block_and_in_many(read, monkeypatch):
    content = HEAD + "".join(f'2024-05-01 09:0{n},C{n},a,shop,us,likely,"so\nso"\n' for n in range(9))
    whole = read(content)
    monkeypatch.setattr(inputs.blocks, "__kwdefaults__", inputs.blocks.__kwdefaults__ | {"size": 80})
    assert read(content).equals(whole)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "when,who,wat,channel,noted_by",
            r"column 'what' is not in episodes\.csv, a table of episodes\. Did you mean 'wat'",
        ),
        ("wen,who,what,channel,noted_by", r"column 'when' is not in episodes\.csv"),
        ("when,who,what,channel", r"column 'noted_by' is not in episodes\.csv"),
    ],
)
def test_a_column_that_is_missing_is_named(read, header, said):
    with pytest.raises(UnknownColumnError, match=said):
        read(header + "\n" + "x," * header.count(",") + "\n")


def test_times_need_a_zone_and_dates_an_order(read):
    with pytest.raises(TimeZoneError, match="tz='Europe/Amsterdam'"):
        read(HEAD + "2024-05-01 09:00,C1,a,shop,us,,\n", tz=None)
    with pytest.raises(DateOrderError, match="'03-04-2024'"):
        read(HEAD + "03-04-2024,C1,a,shop,us,,\n")


def test_the_template_has_the_columns_of_a_table_and_is_never_written_over(read, tmp_path):
    path = write_episodes_template(tmp_path / "new.csv")
    with pytest.raises(EmptySourceError, match="only a header"):
        read_episodes(path)
    with pytest.raises(OptionError, match="is there already"):
        write_episodes_template(path)
    log = read(path.read_text() + ",2024-05-01 09:00,,,C1,a,shop,us,,\n")
    assert account(log) == (1, 1, 0, 0)


@given(st.data())
def test_a_damaged_file_gives_a_typed_error_or_an_account_that_closes(tmp_path_factory, data):
    sound = HEAD + '2024-05-01 09:00,C1,a,shop,us,,\n2024-05-02,email:jo@mail.example,b,home,us,likely,"so\nso"\n'
    content = bytearray(sound.encode())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "episodes.csv"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        account(read_episodes(path, tz="UTC"))
    except (SourceError, UnknownColumnError):
        return
