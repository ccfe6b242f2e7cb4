"""Logs on disk: whole or not at all, and read back as they were."""

import errno
import os
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

import journeymine as jm
from journeymine import summarise
from journeymine.errors import EmptySourceError, FormatError, OptionError
from journeymine.log import store
from journeymine.log.quarantine import Quarantine, Reject
from tests.small import log_of
from tests.strategies import logs

FORMATS = ("arrow", "parquet")


def full_log():
    """Give a log with a quarantine, notes, evidence and attributes of many types."""
    log = jm.read_table(
        {
            "case_id": ["a", "b", "a", None],
            "activity": ["visit", "call", "buy", "call"],
            "timestamp": ["2024-10-27 02:30", "2024-05-02 09:00", "2024-11-01 09:00", "2024-05-02 09:00"],
            "mail": ["jo@mail.example", None, None, None],
            "text": ["Hallo 😀", None, "", None],
            "amount": [1.5, None, -2.0, 0.0],
            "basket": [[1, 2], None, [], [3]],
            "known": [True, None, False, True],
            "nothing": pa.nulls(4),
        },
        ids={"email": "mail"},
        tz="Europe/Amsterdam",
    )
    assert log.sources["notes"].to_pylist()[0]
    assert len(log.quarantine) == 1
    return jm.link(log)


# --- there and back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", FORMATS)
def test_a_log_comes_back_with_account_quarantine_notes_and_evidence(tmp_path, ending):
    log = full_log()
    back = jm.open_log(log.write(tmp_path / f"log.{ending}"))
    assert back.equals(log)
    assert back.quarantine.table.equals(log.quarantine.table)
    assert back.sources.to_pylist() == log.sources.to_pylist()
    assert back.evidence.equals(log.evidence)
    assert repr(back) == repr(log)


@pytest.mark.parametrize("ending", FORMATS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logs())
def test_every_log_comes_back_as_it_was(tmp_path, ending, log):
    back = jm.open_log(log.write(tmp_path / f"log.{ending}"))
    assert back.equals(log)
    assert back.table.schema.equals(log.table.schema)
    assert summarise(back) == summarise(log)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_log_of_several_pieces_comes_back_as_it_was(tmp_path, ending, monkeypatch):
    write = pq.write_table
    monkeypatch.setattr(pq, "write_table", lambda *table, **options: write(*table, row_group_size=7, **options))
    log = log_of(*((f"c{number % 20}", f"step {number % 9}", number) for number in range(100)))
    back = jm.open_log(log.write(tmp_path / f"log.{ending}"))
    assert back.equals(log)
    assert (back.num_cases, back.offsets.tolist()) == (log.num_cases, log.offsets.tolist())


def test_what_is_written_again_is_the_same_to_the_byte(tmp_path):
    log = full_log()
    for ending in FORMATS:
        first, second = (log.write(tmp_path / f"{name}.{ending}").read_bytes() for name in ("first", "second"))
        assert first == second


def test_everyone_can_read_the_parquet_file(tmp_path):
    log = full_log()
    assert pq.read_table(log.write(tmp_path / "log.parquet")).num_rows == log.num_events


def test_an_arrow_file_opens_without_being_copied(tmp_path):
    path = log_of(*((f"c{number}", "visit", 0) for number in range(50_000))).write(tmp_path / "log.arrow")
    before = pa.total_allocated_bytes()
    log = jm.open_log(path)
    assert log.num_events == 50_000
    assert pa.total_allocated_bytes() - before < path.stat().st_size / 10


def test_a_quarantine_can_be_written_on_its_own(tmp_path):
    rows = Quarantine.of("x.csv", [Reject(2, "parse", "bad_row", "1 field", b"\xff\x00raw")])
    path = rows.write(tmp_path / "rejected.parquet")
    assert pq.read_table(path).to_pylist() == [
        {
            "source": "x.csv",
            "line": 2,
            "stage": "parse",
            "reason": "bad_row",
            "detail": "1 field",
            "payload": b"\xff\x00raw",
        }
    ]


def test_folders_on_the_way_are_made(tmp_path):
    assert log_of(("a", "x", 0)).write(tmp_path / "new" / "er" / "log.arrow").exists()


# --- old or whole ----------------------------------------------------------------------------------------------------

CALLS = {
    "mkstemp": (store.tempfile, "mkstemp"),
    "open": (os, "open"),
    "fsync": (os, "fsync"),
    "close": (os, "close"),
    "chmod": (os, "chmod"),
    "replace": (os, "replace"),
}


class _FailsAt:
    """Stands for a function of the system that fails at its n-th call."""

    def __init__(self, function, turn):
        self.function, self.turn, self.calls = function, turn, 0

    def __call__(self, *arguments, **options):
        self.calls += 1
        if self.calls == self.turn:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.function(*arguments, **options)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("name", CALLS)
def test_when_the_disk_fails_at_any_call_the_file_is_the_old_or_the_new_one(tmp_path, monkeypatch, ending, name):
    old, new = log_of(("a", "old", 0)), log_of(("a", "new", 0), ("b", "new", 1))
    path = tmp_path / f"log.{ending}"
    module, function = CALLS[name]
    for turn in range(1, 10):
        old.write(path)
        failing = _FailsAt(getattr(module, function), turn)
        with monkeypatch.context() as patched:
            patched.setattr(module, function, failing)
            error = _write(new, path)
        assert error == (errno.ENOSPC if failing.calls >= turn else 0)
        assert [file.name for file in tmp_path.iterdir()] == [path.name], f"{name} {turn}"
        assert jm.open_log(path).activities in (["old"], ["new"])
        if not error:
            break
    assert jm.open_log(path).equals(new)
    assert turn > 1


def _write(log, path):
    """Give the number of the error that writing ended in, 0 if it went well."""
    try:
        log.write(path)
    except OSError as error:
        return error.errno
    return 0


def test_a_file_is_on_disk_before_it_takes_the_place_of_the_old_one(tmp_path, monkeypatch):
    called = []
    for name in ("fsync", "replace"):
        function = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *given, name=name, function=function: called.append(name) or function(*given)
        )
    log_of(("a", "x", 0)).write(tmp_path / "log.arrow")
    assert called == ["fsync", "replace", "fsync"]


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
def test_when_writing_breaks_off_the_old_file_stands(tmp_path, monkeypatch, ending, error):
    path = log_of(("a", "old", 0)).write(tmp_path / f"log.{ending}")
    before = path.read_bytes()

    def half(table, sink, *_, **__):
        sink.write_bytes(b"half a file")
        raise error

    monkeypatch.setattr(pq, "write_table", half)
    monkeypatch.setattr(pa.ipc, "new_file", lambda sink, schema: half(None, sink))
    with pytest.raises(type(error)):
        log_of(("a", "new", 0)).write(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_log_can_be_written_over_the_file_it_was_opened_from(tmp_path):
    path = full_log().write(tmp_path / "log.arrow")
    log = jm.open_log(path)
    part = log.where(activity="visit")
    part.write(path)
    assert jm.open_log(path).equals(part)
    assert log.num_events == 3  # its file is gone, its memory is not


def test_a_new_file_has_the_usual_rights(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("x")
    assert log_of(("a", "x", 0)).write(tmp_path / "log.arrow").stat().st_mode == plain.stat().st_mode


# --- what is no log --------------------------------------------------------------------------------------------------


def test_a_file_of_another_ending_is_not_written(tmp_path):
    with pytest.raises(OptionError, match=r"cannot tell the format of 'log.csv': end it in '.arrow' or '.parquet'"):
        log_of(("a", "x", 0)).write(tmp_path / "log.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_that_was_cut_short_is_refused_wherever_it_was_cut(tmp_path, ending):
    content = full_log().write(tmp_path / f"log.{ending}").read_bytes()
    path = tmp_path / f"cut.{ending}"
    for length in sorted({1, 4, 8, 100, *np.linspace(1, len(content) - 1, 25).astype(int).tolist()}):
        path.write_bytes(content[:length])
        with pytest.raises(FormatError, match=f"^cut.{ending} is not a whole Arrow or Parquet file: "):
            jm.open_log(path)


def test_a_flipped_bit_in_the_events_of_a_parquet_file_is_noticed(tmp_path):
    log = log_of(*((f"c{number % 7}", f"step {number % 5}", number) for number in range(200)))
    path = log.write(tmp_path / "log.parquet")
    content = path.read_bytes()
    for place in np.linspace(4, len(content) - 9, 40).astype(int):
        flipped = bytearray(content)
        flipped[place] ^= 16
        path.write_bytes(flipped)
        try:
            back = jm.open_log(path)
        except FormatError:
            continue
        assert back.table.equals(log.table)  # it hit what nobody reads


@pytest.mark.parametrize("ending", FORMATS)
def test_an_empty_file_is_said_to_be_empty(tmp_path, ending):
    path = tmp_path / f"log.{ending}"
    path.touch()
    with pytest.raises(EmptySourceError, match=f"^log.{ending} is empty$"):
        jm.open_log(path)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_missing_file_is_said_to_be_missing(tmp_path, ending):
    with pytest.raises(FileNotFoundError, match=f"there is no file '.*no.{ending}'"):
        jm.open_log(tmp_path / f"no.{ending}")


def test_a_folder_is_no_log(tmp_path):
    with pytest.raises(FormatError, match="is not a regular file"):
        jm.open_log(tmp_path)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("make", [lambda: pa.table({"x": [1]}), lambda: summarise(log_of(("a", "x", 0))).to_arrow()])
def test_a_table_that_is_no_log_is_sent_to_read_table(tmp_path, ending, make):
    path = store.write_table(make(), tmp_path / f"other.{ending}")
    with pytest.raises(FormatError, match=f"other.{ending} was not written by EventLog.write; read it with read_table"):
        jm.open_log(path)


def test_damaged_tables_in_the_metadata_are_refused(tmp_path):
    log = log_of(("a", "x", 0))
    broken = replace(log, table=log.table).table.replace_schema_metadata({b"journeymine:sources": b"no base64!"})
    path = store.write_table(broken, tmp_path / "log.arrow")
    with pytest.raises(FormatError, match="the tables in the metadata are damaged"):
        jm.open_log(path)


def test_a_text_is_written_whole_or_not_at_all(tmp_path):
    path = store.write_text("öld", tmp_path / "report.html")
    with pytest.raises(UnicodeEncodeError):
        store.write_text("\ud800", path)
    assert path.read_bytes() == "öld".encode()
    assert list(tmp_path.iterdir()) == [path]
