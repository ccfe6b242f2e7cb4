"""Files as they arrive: compressed, encoded, broken. F1 to F17 and X5 are cases of the battery."""

import gzip
import io
import json
import os
import struct
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.errors import EmptySourceError, FormatError, JourneymineError, UnknownColumnError
from journeymine.sources import inputs
from tests.small import rows_of

HEADER = "case_id,activity,timestamp\n"
TWO = HEADER + "a,visit,2024-05-01T09:00Z\nb,café,2024-05-02T09:00Z\n"
TWO_ROWS = [("a", "visit"), ("b", "café")]


@pytest.fixture
def read(tmp_path):
    """Give a function that reads a text or bytes as a file of some name."""

    def read_as(content, name="x.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return jm.read_table(path, **options)

    return read_as


def account(log):
    """Give rows in, used, duplicate and quarantined, and the lines in quarantine."""
    counts = log.account[["rows_in", "used", "duplicate", "quarantined"]].to_numpy().tolist()[0]
    return (*counts, log.quarantine.table["line"].to_pylist())


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TWO.encode(), id="UTF-8"),
        pytest.param(TWO.encode("utf-8-sig"), id="F3 UTF-8 with a mark"),
        pytest.param(TWO.encode("utf-16"), id="F2 UTF-16"),
        pytest.param(b"\xff\xfe" + TWO.encode("utf-16-le"), id="F2 UTF-16 LE"),
        pytest.param(b"\xfe\xff" + TWO.encode("utf-16-be"), id="F2 UTF-16 BE"),
        pytest.param(gzip.compress(TWO.encode("utf-16")), id="UTF-16 in gzip"),
        pytest.param(TWO.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(TWO.replace("\n", "\r").encode(), id="F9 CR"),
        pytest.param(TWO.rstrip("\n").encode(), id="F10 no last line end"),
        pytest.param(("\n\n" + TWO + "\n\n").encode(), id="blank lines around"),
        pytest.param(TWO.replace(",", ";").encode(), id="F8 semicolons"),
        pytest.param(TWO.replace(",", "\t").encode(), id="tabs"),
        pytest.param(TWO.replace(",", "|").encode(), id="bars"),
        pytest.param(gzip.compress(TWO[:40].encode()) + gzip.compress(TWO[40:].encode()), id="gzip in two members"),
    ],
)
def test_a_file_of_any_encoding_and_line_end_is_read_the_same(read, content):
    log = read(content)
    assert rows_of(log, "case_id", "activity") == TWO_ROWS
    assert account(log) == (2, 2, 0, 0, [])
    assert log.sources["notes"].to_pylist() == [[]]


def test_f1_a_western_file_is_read_as_such_with_a_note(read):
    log = read(TWO.encode("cp1252"))
    assert rows_of(log, "case_id", "activity") == TWO_ROWS
    assert log.sources["notes"].to_pylist() == [
        ["not UTF-8 (line 3); read as Windows-1252. Say encoding= if it is another"]
    ]


def test_f4_one_line_of_another_encoding_does_not_change_the_others(read):
    lines = [TWO.encode(), "c,thé,2024-05-03T09:00Z\n".encode(), b"d,th\xe9,2024-05-04T09:00Z\n"]
    log = read(b"".join(lines))
    assert rows_of(log, "case_id", "activity") == [*TWO_ROWS, ("c", "thé")]
    assert account(log) == (4, 3, 0, 1, [5])
    assert log.quarantine.table.select(["reason", "detail", "payload"]).to_pylist() == [
        {
            "reason": "bad_encoding",
            "detail": "bytes that are not UTF-8, as the rest of the file is",
            "payload": b"d,th\xe9,2024-05-04T09:00Z",
        }
    ]
    assert log.sources["notes"].to_pylist() == [["not all of it is UTF-8 (line 5); such lines are set aside"]]


def test_f4_one_json_line_of_another_encoding_does_not_change_the_others(read):
    good = [
        json.dumps({"case_id": name, "activity": "café", "timestamp": 1_714_554_000}, ensure_ascii=False)
        for name in "ab"
    ]
    log = read("\n".join([*good, ""]).encode() + b'{"case_id": "c", "activity": "caf\xe9", "timestamp": 1714554000}')
    assert rows_of(log, "case_id", "activity") == [("a", "café"), ("b", "café")]
    assert log.quarantine.table["payload"].to_pylist() == [
        b'{"case_id": "c", "activity": "caf\xe9", "timestamp": 1714554000}'
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", None])
def test_a_mark_at_the_beginning_is_no_part_of_the_first_column(read, encoding):
    assert rows_of(read(TWO.encode("utf-8-sig"), encoding=encoding), "case_id") == [("a",), ("b",)]


def test_an_encoding_that_is_given_is_the_one(read):
    assert rows_of(read(TWO.encode("iso-8859-15"), encoding="iso-8859-15"), "activity") == [("visit",), ("café",)]
    with pytest.raises(FormatError, match=r"^x.csv is not in ascii: ordinal not in range.* at byte 58$"):
        read(TWO.encode(), encoding="ascii")
    with pytest.raises(FormatError, match=r"^nobody knows the encoding 'utf-9'$"):
        read(TWO.encode(), encoding="utf-9")
    with pytest.raises(FormatError, match=r"^nobody knows the encoding 'rot13'$"):
        read(TWO.encode(), encoding="rot13")


def test_a_header_in_another_encoding_than_its_rows_is_an_error(read):
    with pytest.raises(FormatError, match=r"^the header of x.csv is not in the encoding of its rows. Say encoding=$"):
        read(b"case_id,activity,timestamp,caf\xe9\na,th\xc3\xa9,2024-05-01T09:00Z,\xc3\xa9\n")


# --- what is no text -------------------------------------------------------------------------------------------------


def zipped():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x.csv", TWO)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        zipped(),
        b"%PDF-1.7 ...",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"SQLite format 3\x00" + bytes(100),
        b"\x80\x04\x95pickle",
        np.random.default_rng(0).bytes(5000),
        TWO.encode("utf-32"),
        TWO.encode("utf-16-le"),
        gzip.compress(gzip.compress(TWO.encode())),
    ],
    ids=["zip", "pdf", "png", "sqlite", "pickle", "noise", "UTF-32", "UTF-16 without a mark", "gzip in gzip"],
)
def test_a_binary_file_is_refused_as_such(read, content):
    with pytest.raises(FormatError, match=r"^x.csv is a binary file, not text"):
        read(content)


def test_f16_an_ending_says_nothing_about_the_content(read, tmp_path):
    pq.write_table(
        pa.table({"case_id": ["a"], "activity": ["x"], "timestamp": [1_714_554_000]}), tmp_path / "x.parquet"
    )
    assert read((tmp_path / "x.parquet").read_bytes(), name="x.csv").num_events == 1
    assert read(gzip.compress(TWO.encode()), name="x.csv").num_events == 2
    assert read('{"case_id": "a", "activity": "x", "timestamp": 1714554000}', name="x.csv").num_events == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<?xml version='1.0'?><log/>", "x.csv is XML, not a table; if it is an XES log, read it with read_xes"),
        ("  <log xes.version='1.0'/>", "x.csv is XML, not a table; if it is an XES log, read it with read_xes"),
        ("[{\n", "x.csv is a JSON document that is broken or cut short"),
        ("{oops}\n[1]\n", "x.csv is a JSON document that is broken or cut short: Expecting property name"),
        ('{"a": 1\n{"b": 2\n', "x.csv is a JSON document that is broken"),
    ],
)
def test_a_file_of_another_format_is_told_where_to_go(read, content, said):
    with pytest.raises(FormatError, match=f"^{said}"):
        read(content)


# --- nothing, or not all of it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t ", gzip.compress(b"", mtime=0), b"\xef\xbb\xbf"])
def test_an_empty_file_is_said_to_be_empty(read, content):
    with pytest.raises(EmptySourceError, match=r"^x.csv (is empty|has no rows)"):
        read(content)


def test_s2_a_file_with_only_a_header_is_said_to_have_no_rows(read):
    with pytest.raises(EmptySourceError, match=r"^x.csv has no rows, only a header$"):
        read(HEADER)


def test_f11_a_gzip_file_that_was_cut_short_is_refused_wherever_it_was_cut(read):
    content = gzip.compress((TWO * 50).encode())
    for length in range(3, len(content), 5):
        with pytest.raises(
            FormatError, match=r"^x.csv.gz is (cut short: its gzip stream has no end|a broken gzip file)"
        ):
            read(content[:length], name="x.csv.gz")


def test_a_gzip_file_whose_content_was_changed_is_refused(read):
    content = bytearray(gzip.compress((TWO * 50).encode()))
    content[-6] ^= 1
    with pytest.raises(FormatError, match=r"^x.csv.gz is a broken gzip file: .*Fetch the file again$"):
        read(bytes(content), name="x.csv.gz")


@pytest.mark.parametrize("junk", [b"junk", b"\x1f\x8bjunk"])
def test_a_gzip_file_with_something_after_its_end_is_refused(read, junk):
    with pytest.raises(FormatError, match=r"^x.csv.gz is (a broken gzip file|cut short)"):
        read(gzip.compress(TWO.encode()) + junk, name="x.csv.gz")


def test_x5_a_gzip_file_that_expands_without_measure_is_refused(read, monkeypatch):
    monkeypatch.setattr(inputs, "_FREE_BYTES", 2**20)
    with pytest.raises(FormatError, match=r"^x.csv.gz expands to more than 1,048,576 bytes, over 200 times its size$"):
        read(gzip.compress(HEADER.encode() + b"a" * 2**21), name="x.csv.gz")


def test_a_small_file_may_expand_far(read):
    rows = "".join(f"a,visit,2024-05-01T09:00:{second % 60:02}Z\n" for second in range(20_000))
    assert read(gzip.compress((HEADER + rows).encode()), name="x.csv.gz").num_events == 20_000


def test_f12_a_parquet_file_that_was_cut_short_is_refused(read, tmp_path):
    pq.write_table(pa.table({"case_id": ["a"], "activity": ["x"], "timestamp": [1]}), tmp_path / "whole.parquet")
    content = (tmp_path / "whole.parquet").read_bytes()
    for length in range(4, len(content), 60):
        with pytest.raises(FormatError, match=r"^x.parquet is not a whole Parquet file"):
            read(content[:length], name="x.parquet")


def test_f13_a_parquet_file_whose_footer_lies_is_refused(read, tmp_path):
    pq.write_table(pa.table({"case_id": ["a"], "activity": ["x"], "timestamp": [1]}), tmp_path / "whole.parquet")
    content = (tmp_path / "whole.parquet").read_bytes()
    for length in (0, 2**31 - 1, len(content)):
        with pytest.raises(FormatError, match=r"^x.parquet is not a whole Parquet file"):
            read(content[:-8] + struct.pack("<I", length) + b"PAR1", name="x.parquet")


# --- what is no file -------------------------------------------------------------------------------------------------


def test_f17_what_is_no_file_is_said_to_be_none(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file '.*none.csv'"):
        jm.read_table(tmp_path / "none.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "none.csv")
    with pytest.raises(FileNotFoundError, match=r"there is no file '.*link.csv'"):
        jm.read_table(tmp_path / "link.csv")
    with pytest.raises(EmptySourceError, match=r"there is no .parquet file in folder"):
        jm.read_table(tmp_path)
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(FormatError, match=r"pipe.csv' is not a regular file"):
        jm.read_table(str(tmp_path / "pipe.csv"))
    with pytest.raises(FormatError, match="is not a regular file"):
        inputs.read_bytes(tmp_path)


def test_a_folder_of_parquet_files_is_one_table_in_the_order_of_their_names(tmp_path):
    for number, (case, kind) in enumerate([(["b"], pa.string()), ([7], pa.int64())]):
        (tmp_path / "deep").mkdir(exist_ok=True)
        table = pa.table({"case_id": pa.array(case, kind), "activity": ["x"], "timestamp": [1_714_554_000 + number]})
        pq.write_table(table, tmp_path / "deep" / f"part-{number}.parquet")
    log = jm.read_table(tmp_path)
    assert rows_of(log, "case_id", "source_row") == [("b", 1), ("7", 2)]
    (tmp_path / "deep" / "part-2.parquet").write_bytes(b"PAR1")
    with pytest.raises(FormatError, match="is not a whole Parquet file"):
        jm.read_table(tmp_path)


# --- rows that are none ----------------------------------------------------------------------------------------------


def test_f5_f6_rows_with_too_many_or_too_few_fields_are_set_aside(read):
    log = read(TWO + "c,x,2024-05-03T09:00Z,extra\nd\ne,y,2024-05-05T09:00Z\n")
    assert rows_of(log, "case_id") == [("a",), ("b",), ("e",)]
    assert account(log) == (5, 3, 0, 2, [4, 5])
    assert log.quarantine.to_pandas()[["stage", "reason", "detail", "payload"]].to_numpy().tolist() == [
        ["parse", "bad_row", "4 fields, the header has 3", b"c,x,2024-05-03T09:00Z,extra"],
        ["parse", "bad_row", "1 fields, the header has 3", b"d"],
    ]


def test_f7_a_quote_that_is_never_closed_costs_its_own_line(read):
    log = read(TWO + 'c,"oops,2024-05-03T09:00Z\n' + "".join(f"d,x,2024-05-04T09:00:{s:02}Z\n" for s in range(50)))
    assert log.num_events == 52
    assert account(log) == (53, 52, 0, 1, [4])
    assert log.quarantine.table["detail"].to_pylist() == ["a quote that is never closed"]


def test_f7_a_quote_that_is_closed_only_by_another_rows_costs_its_own_line(read):
    log = read(TWO + 'c,"oops,2024-05-03T09:00Z\nd,x,2024-05-04T09:00Z\ne,"fine",2024-05-05T09:00Z\n')
    assert rows_of(log, "case_id", "activity") == [*TWO_ROWS, ("d", "x"), ("e", "fine")]
    assert account(log) == (5, 4, 0, 1, [4])


def test_a_quote_inside_a_field_is_a_sign_like_any_other(read):
    """Also where another row makes the reader look twice."""
    text = TWO + 'c,5" screen,2024-05-03T09:00Z\nd,x,2024-05-04T09:00Z\n{}e,4" screen,2024-05-05T09:00Z\n'
    expected = [*TWO_ROWS, ("c", '5" screen'), ("d", "x"), ("e", '4" screen')]
    assert rows_of(read(text.format("")), "case_id", "activity") == expected
    log = read(text.format("ragged\n"))
    assert rows_of(log, "case_id", "activity") == expected
    assert account(log) == (6, 5, 0, 1, [6])


def test_k12_fields_in_quotes_hold_commas_quotes_and_line_ends(read):
    log = read(HEADER + '"a,1","say ""hi""\nthere",2024-05-01T09:00Z\n\nb,x,2024-05-02T09:00Z\n')
    assert rows_of(log, "case_id", "activity", "source_row") == [("a,1", 'say "hi"\nthere', 2), ("b", "x", 5)]


def test_a_row_of_several_lines_is_set_aside_with_all_of_them(read):
    log = read(HEADER + 'a,"two\nlines",soon\nb,x,2024-05-02T09:00Z\n')
    assert log.quarantine.table.select(["line", "payload"]).to_pylist() == [
        {"line": 2, "payload": b'a,"two\nlines",soon'}
    ]


def test_blank_rows_of_tabs_are_rows_and_blank_lines_are_none(read):
    log = read("case_id\tactivity\ttimestamp\n\t\t\n\na\tx\t2024-05-01T09:00Z\n")
    assert account(log) == (2, 1, 0, 1, [2])


def test_k16_a_field_of_two_million_signs_is_read_or_refused_by_its_limit(read):
    long = "x" * 2_000_000
    assert len(read(HEADER + f"a,{long},2024-05-01T09:00Z\n").activities[0]) == 2_000_000
    log = read(HEADER + f"a,{long},2024-05-01T09:00Z\nragged\nb,x,2024-05-02T09:00Z\n")
    assert account(log) == (3, 1, 0, 2, [2, 3])
    assert log.quarantine.table["detail"].to_pylist()[0] == "field larger than field limit (131072)"


def test_a_header_that_names_a_column_twice_is_an_error(read):
    with pytest.raises(FormatError, match=r"^the header of x.csv names a column twice: 'at', 'case'$"):
        read("case,at,case,activity,at\n1,2,3,4,5\n")


def test_a_delimiter_that_is_given_is_the_one(read):
    assert rows_of(read("case_id~activity~timestamp\na~x,y;z~1714554000\n", delimiter="~"), "activity") == [("x,y;z",)]


# --- JSON lines ------------------------------------------------------------------------------------------------------


def line(**values):
    return json.dumps({"case_id": "a", "activity": "x", "timestamp": 1_714_554_000, **values}) + "\n"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        pytest.param('{"case_id": "a", ', "Expecting property name", id="F14 half a line"),
        pytest.param('{"case_id": NaN}', "NaN is not JSON", id="F15 NaN"),
        pytest.param('{"case_id": -Infinity}', "-Infinity is not JSON", id="F15 Infinity"),
        pytest.param('{"x": ' * 5000 + "1" + "}" * 5000, "maximum recursion depth", id="F15 deep nesting"),
        pytest.param('["a", "x"]', "a list, not an object", id="a list"),
        pytest.param("12", "a int, not an object", id="a number"),
        pytest.param('{"activity": "\\ud800"}', "half a character: a surrogate without its pair", id="K14 half a sign"),
        pytest.param('{"n": ' + "9" * 5000 + "}", "Exceeds the limit", id="a number without end"),
        pytest.param("{} {}", "Extra data", id="two objects"),
    ],
)
def test_a_broken_line_of_json_is_set_aside_and_the_others_are_read(read, broken, said):
    log = read(line() + broken + "\n\n" + line(case_id="b"))
    assert rows_of(log, "case_id", "source_row") == [("a", 1), ("b", 4)]
    assert account(log) == (3, 2, 0, 1, [2])
    assert said in log.quarantine.table["detail"].to_pylist()[0]
    assert log.quarantine.table["payload"].to_pylist() == [broken.encode()]


def test_objects_may_lack_keys_and_hold_more(read):
    log = read(line(city="Zwolle") + line(case_id="b", basket=[1, {"n": 2}]) + '{"case_id": "c"}\n')
    assert rows_of(log, "case_id", "city", "basket") == [("a", "Zwolle", None), ("b", None, '[1, {"n": 2}]')]
    assert log.quarantine.reasons == {"no_time": 1}


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (["12345678901234567", "1.5"], ["12345678901234567", "1.5"]),  # K7
        (["99999999999999999999"], ["99999999999999999999"]),
        (["true", "false"], ["true", "false"]),  # K17
        (["7", '"007"'], ["7", "007"]),  # K5
        (['"😀"', '"\\ud83d\\ude00"'], ["😀", "😀"]),  # K14
        (['"a\\u0000b"', '""'], ["a\0b"]),  # K15
    ],
)
def test_values_of_json_are_kept_as_they_are_written(read, values, labels):
    text = "".join(
        f'{{"case_id": "a", "activity": {value}, "timestamp": {n}}}\n' for n, value in enumerate(values, 10**9)
    )
    assert [label for (label,) in rows_of(read(text), "activity")] == labels


# --- laws: nothing but an answer whose account closes, or an error of ours -------------------------------------------

CSV = (
    HEADER
    + 'a,visit,2024-05-01T09:00:00Z\nb,"say ""hi"", you",2024-05-02T09:00:00Z\na,café,2024-05-03T09:00:00Z\n'
    + 'c,"two\nlines",2024-05-04T09:00:00Z\nb,buy,2024-05-05T09:00:00Z\n'
).encode()
JSONL = "".join(
    line(case_id=case, activity=activity) for case, activity in zip("abca", ["x", "é", "{", "y"], strict=True)
).encode()


@st.composite
def mutations(draw):
    """Draw one or more changes: a byte flipped, or bytes or lines left out, doubled or swapped."""
    content = draw(st.sampled_from([CSV, JSONL, CSV.decode().encode("utf-16"), gzip.compress(CSV, mtime=0)]))
    for _ in range(draw(st.integers(1, 4))):
        content = _mutated(draw, content)
    return content


def _mutated(draw, content):
    if not content:
        return content
    if draw(st.booleans()):
        return _with_other_lines(draw, content.split(b"\n"))
    first = draw(st.integers(0, len(content) - 1))
    last = min(len(content), first + draw(st.integers(1, 30)))
    flipped = bytes([content[first] ^ (1 << draw(st.integers(0, 7)))])
    other = draw(st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"{"]))
    return draw(
        st.sampled_from(
            [
                content[:first] + flipped + content[first + 1 :],
                content[:first] + other + content[first + 1 :],
                content[:first] + content[last:],
                content[:last] + content[first:],
            ]
        )
    )


def _with_other_lines(draw, lines):
    first, second = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    change = draw(st.sampled_from(["drop", "double", "swap"]))
    if change == "drop":
        lines.pop(first)
    elif change == "double":
        lines.insert(second, lines[first])
    else:
        lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutations())
def test_a_damaged_file_gives_an_error_of_ours_or_an_account_that_closes(read, content):
    try:
        log = read(content)
    except JourneymineError:
        return
    rows_in, used, duplicate, quarantined, lines = account(log)
    assert rows_in == used + duplicate + quarantined
    assert quarantined == len(lines) == len(log.quarantine)
    assert used == log.num_events
    assert all(activity for activity in log.activities)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(CSV) - 1), st.binary(min_size=1, max_size=1))
def test_a_damaged_byte_costs_the_rows_it_touches_and_no_other(read, place, byte):
    """Each of five rows is read unchanged unless the byte is in it, opens a quote before it, or is in the header."""
    content = CSV[:place] + byte + CSV[place + 1 :]
    whole = rows_of(read(CSV, tz="UTC"), "case_id", "activity", "timestamp")
    try:
        found = rows_of(read(content, tz="UTC"), "case_id", "activity", "timestamp")
    except JourneymineError:
        return
    assert len(set(whole) & set(found)) >= 3


FIELDS = st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs"], include_characters='",;\n\t'), min_size=1, max_size=6
)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(FIELDS, FIELDS),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_stands_in_the_fields_of_a_csv_file_is_read_back(read, rows):
    import csv

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("case_id", "activity", "timestamp"), *((*row, 1_714_554_000) for row in rows)])
    log = read(stream.getvalue())
    blank = [row for row in rows if not row[0].strip() or not row[1].strip()]
    assert sorted(rows_of(log, "case_id", "activity")) == sorted(row for row in rows if row not in blank)
    assert len(log.quarantine) == len(blank)


def test_a_column_that_is_not_there_is_an_error_whatever_the_file_is_called(read):
    with pytest.raises(UnknownColumnError, match=r"^column 'actvity' is not in a\{0\}.csv. Did you mean 'activity'\?"):
        read(TWO, name="a{0}.csv", activity="actvity")


def test_a_note_on_the_encoding_names_the_line_of_the_file_and_not_of_its_part(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\n1,2\n3,4\n" + "5,é\n".encode("cp1252"))
    notes = [note for block in inputs.blocks(path, size=8) for note in block.notes]
    assert len(notes) == 1
    assert "line 4" in notes[0]
