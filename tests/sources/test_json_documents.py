"""JSON as lines and as documents: told apart, cut into blocks, and taken apart into columns."""

import json

import pyarrow as pa
import pytest

from journeymine.errors import EmptySourceError, FormatError
from journeymine.sources.records import json_tables
from tests.sources.chat_files import in_small_blocks

WORDS = pa.list_(pa.struct({"word": pa.string(), "count": pa.int64()}))


@pytest.fixture
def read(tmp_path):
    """Give a reader of files: rows as (line, values …), and lines that are none."""

    def read(content, fields="a", **options):
        path = tmp_path / "x.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        blocks = list(json_tables(path, {name: name for name in fields.split()}, **options))
        rows = [
            (line, *row.values())
            for records in blocks
            for line, row in zip(records.numbers.tolist(), records.table.to_pylist(), strict=True)
        ]
        return rows, [reject.line for records in blocks for reject in records.rejects]

    return read


@pytest.mark.parametrize(
    ("content", "rows", "broken"),
    [
        pytest.param('{"a": 1}\n{"a": 2}', [(1, 1), (2, 2)], [], id="lines"),
        pytest.param('{"a": 1}', [(1, 1)], [], id="one object"),
        pytest.param('[{"a": 1}, {"a": 2}]', [(1, 1), (2, 2)], [], id="a list"),
        pytest.param('{"page": [{"a": 1}, {"a": 2}]}', [(1, 1), (2, 2)], [], id="a page on one line"),
        pytest.param('{\n "page": [\n{"a": 1}\n]}', [(1, 1)], [], id="a page on several lines"),
        pytest.param('{"page": {"x": {"a": 1}, "y": {"a": 2}}}', [(1, 1), (2, 2)], [], id="a page by name"),
        pytest.param('{"page": [{"a": 1}, {"a": 2}]}\n{"page": [{"a": 3}]}', [(1, 1), (1, 2), (2, 3)], [], id="pages"),
        pytest.param('{"a": 1\n{"a": 2}\n{"a": 3}', [(2, 2), (3, 3)], [1], id="a broken first line"),
        pytest.param('{"a": 1}\n{"a": \n{"a": 3}', [(1, 1), (3, 3)], [2], id="a broken line"),
        pytest.param("[]", [], [], id="an empty list"),
        pytest.param('{"page": []}', [], [], id="an empty page"),
        pytest.param('{"a": "\\ud800"}\n{"a": "x"}', [(2, "x")], [1], id="half a character in a line"),
        pytest.param('[{"a": "\\ud800"}, {"a": "x"}]', [(2, "x")], [1], id="half a character in a list"),
        pytest.param('[7, {"a": 1}]', [(2, 1)], [1], id="a number in a list"),
    ],
)
def test_records_stand_on_lines_or_in_a_document(read, content, rows, broken):
    assert read(content, unwrap=("page",)) == (rows, broken)


@pytest.mark.parametrize("content", ["", " \n ", b"\xef\xbb\xbf"])
def test_an_empty_file_is_said_to_be_empty(read, content):
    with pytest.raises(EmptySourceError, match=r"^x.json is empty$"):
        read(content)


@pytest.mark.parametrize("content", ['{"a": ', "[1, 2", '{"a": 1}}', "a,b\n1,2"])
def test_what_is_neither_lines_nor_a_document_is_refused(read, content):
    with pytest.raises(FormatError, match=r"^x.json is "):
        read(content)


@pytest.mark.parametrize("size", [9, 20, 33, 60])
def test_broken_lines_at_the_border_of_a_block_cost_only_themselves(read, size):
    lines = [f'{{"a": {number}}}' for number in range(8)]
    lines[1], lines[4], lines[5] = '{"a": ', "garbage", '"a": 5}'
    expected = [(number + 1, number) for number in (0, 2, 3, 6, 7)], [2, 5, 6]
    assert read("\n".join(lines)) == expected
    with in_small_blocks(size):
        assert read("\n".join(lines)) == expected


def test_of_nested_values_only_what_is_of_another_kind_is_left_out(read):
    odd = [{"word": "x", "count": 1, "more": 2}, {"word": 7, "count": "two"}, 5, {"count": True}, {"count": 10**30}]
    lines = [{"a": odd}, {"a": {"word": "x"}}, {"a": "words"}, {"a": [{"word": "y"}]}, {}]
    rows, broken = read("\n".join(map(json.dumps, lines)), types={"a": WORDS})
    assert broken == []
    assert [words for _, words in rows] == [
        [
            {"word": "x", "count": 1},
            {"word": "7", "count": None},
            None,
            {"word": None, "count": None},
            {"word": None, "count": None},
        ],
        None,
        None,
        [{"word": "y", "count": None}],
        None,
    ]
