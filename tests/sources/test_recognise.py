"""What a file is told by, and what is said where it cannot be told."""

import pytest

import journeymine as jm
from journeymine.errors import EmptySourceError, FormatError, OptionError, UnknownOptionError
from journeymine.sources.recognise import recognise

LINE = '1.2.3.4 - jo [10/Feb/2024:16:42:07 +0100] "GET /cart HTTP/1.1" 200 368\n'


def test_what_was_recognised_and_why_is_noted_without_a_word_of_what_the_file_holds(tmp_path):
    path = tmp_path / "access.log"
    path.write_text(LINE)
    notes = jm.read(path).sources["notes"].to_pylist()[0]
    assert notes[0] == "recognised as access-log: it has lines in its layout"
    assert not any("jo" in note or "1.2.3.4" in note for note in notes)


def test_an_option_that_is_missing_is_asked_for_with_what_was_recognised(tmp_path):
    path = tmp_path / "chat.txt"
    path.write_text("[2024-05-13 09:00] jo: hello\n[2024-05-14 09:01] bo: hi\n")
    with pytest.raises(
        OptionError, match=r"^chat.txt was recognised as whatsapp \(has lines in its layout\): .* needs tz"
    ):
        jm.read(path)
    assert jm.read(path, tz="UTC").num_events == 2


def test_an_unknown_file_names_the_nearest_candidates(tmp_path):
    path = tmp_path / "tickets.csv"
    path.write_text("id,requester_id,submitter_id,status\n1,2,3,new\n")
    with pytest.raises(FormatError, match=r"Nearest: zendesk-tickets \(has id, .*; lacks created_at\)"):
        recognise(path)


def test_a_log_of_our_own_is_opened(tmp_path):
    path = tmp_path / "access.log"
    path.write_text(LINE)
    log = jm.read(path)
    assert jm.read(log.write(tmp_path / "log.arrow")).equals(log)


def test_nothing_and_a_format_that_does_not_exist_are_said(tmp_path):
    path = tmp_path / "empty.csv"
    path.write_bytes(b" \n")
    with pytest.raises(EmptySourceError, match=r"empty\.csv is empty"):
        jm.read(path)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        jm.read(tmp_path / "nowhere.csv")
    with pytest.raises(UnknownOptionError, match=r"there is no format .acces-log.\. Did you mean"):
        jm.read(path, format="acces-log")


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04broken", b"SQLite format 3\x00broken", b"PAR1broken", b"\x1f\x8bbroken"]
)
def test_a_packed_file_that_is_broken_is_said_to_be(tmp_path, content):
    path = tmp_path / "export"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"broken|no format"):
        jm.read(path)
