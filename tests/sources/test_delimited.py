"""Delimited text read in parts is delimited text read at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.errors import EmptySourceError, FormatError
from journeymine.sources import inputs
from journeymine.sources.delimited import delimited_tables, row_end

FIELD = st.sampled_from(["1", "", "a b", '"q"', '"two\nlines"', '"say ""hi"""', "x,y", "é"])


def tables(fields):
    return st.lists(st.lists(fields, min_size=1, max_size=3).map(",".join), min_size=1, max_size=12)


def read(path, size):
    return list(delimited_tables(inputs.blocks(path, record_end=row_end, keep_broken=True, size=size)))


def found(parts):
    """Every row and every reject with its line and its text, whatever part it stood in."""
    rows = [
        (line, row, rows.payload(line))
        for rows, _ in parts
        for line, row in zip(rows.lines.tolist(), rows.table.to_pylist(), strict=True)
    ]
    return rows, [reject for rows, _ in parts for reject in rows.rejects]


@pytest.mark.parametrize("size", [1, 5, 8, 9, 20])
def test_rows_keep_their_lines_and_their_text_in_whatever_part_they_stand(tmp_path, size):
    path = tmp_path / "x.csv"
    path.write_text('\na,b\r\n1,"2\r\n3"\r\n\r\n4\n5,6\n7,"8"')
    rows, rejects = found(read(path, size))
    assert rows == [
        (3, {"a": "1", "b": "2\n3"}, b'1,"2\n3"'),
        (7, {"a": "5", "b": "6"}, b"5,6"),
        (8, {"a": "7", "b": "8"}, b'7,"8"'),
    ]
    assert [(reject.line, reject.reason, reject.payload) for reject in rejects] == [(6, "bad_row", b"4")]


@given(tables(FIELD), st.integers(1, 40), st.booleans())
def test_parts_of_any_size_hold_the_rows_of_the_whole(tmp_path_factory, lines, size, ended):
    path = tmp_path_factory.getbasetemp() / "parts.csv"
    path.write_text("\n".join(["a,b", *lines]) + "\n" * ended, encoding="utf-8")
    if not "".join(lines).strip():
        with pytest.raises(EmptySourceError, match=r"parts\.csv has no rows, only a header"):
            read(path, size)
    else:
        assert found(read(path, size)) == found(read(path, 1 << 20))


@given(tables(FIELD | st.just('"open')), st.integers(1, 40))
def test_every_line_is_in_a_row_or_refused_also_where_a_quote_is_never_closed(tmp_path_factory, lines, size):
    path = tmp_path_factory.getbasetemp() / "broken.csv"
    path.write_text("\n".join(["a,b", "1,2", *lines]), encoding="utf-8")
    rows, rejects = found(read(path, size))
    kept = sorted([(line, text) for line, _, text in rows] + [(reject.line, reject.payload) for reject in rejects])
    written = b"\n".join(text for _, text in kept).decode().split("\n")
    assert written == [line for line in "\n".join(["1,2", *lines]).split("\n") if line]


@pytest.mark.parametrize(
    ("content", "end"),
    [
        (b"", 0),
        (b"a,b", 0),
        (b"a,b\nc", 4),
        (b'a,"b\nc', 0),
        (b'a,"b\nc"\nd', 8),
        (b'a\n"b\nc\n', 2),
        (b'a,""\nb,"', 5),
    ],
)
def test_a_part_ends_behind_a_line_that_is_not_in_quotes(content, end):
    assert row_end(content) == end


def test_a_quote_that_is_never_closed_does_not_hold_up_the_file():
    content = b'a,"b\n' + b"c,d\n" * 1000 + b"e"
    assert row_end(content) == len(content) - 1


def test_a_file_without_rows_says_so(tmp_path):
    for text in ("a,b\n", "a,b\n\n  \n"):
        path = tmp_path / "x.csv"
        path.write_text(text)
        for size in (1, 100):
            with pytest.raises(EmptySourceError, match=r"x\.csv has no rows, only a header"):
                read(path, size)
    path.write_text("a,a\n1,2\n")
    with pytest.raises(FormatError, match="names a column twice: 'a'"):
        read(path, 100)
