import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.errors import FormatError
from journeymine.sources import xml_tags
from journeymine.sources.xml_tags import read_tags

LOG = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<!-- by hand -->\n<log xmlns="http://www.xes-standard.org/">\n'
    '<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>\n'
    '  <trace>\n    <string key="concept:name" value="é"/>\n    <event>\n'
    '      <date value="2024-05-01" key="time:timestamp"/>\n      <int key="n" value="1" />\n'
    '      <string key="a" value="x &amp; y"><string key="b" value="z"></string></string>\n'
    "    </event>\n  </trace>\n</log>\n"
).encode()
DAMAGE = [
    b"<",
    b">",
    b"/",
    b'"',
    b"&",
    b"&#10;",
    b"<!--c-->",
    b"<![CDATA[<a/>]]>",
    b"<?go on?>",
    b"</event>",
    b"\x00",
    b"x",
]


def told(tags):
    """Give what a parser would report: name, key and value where an element begins, its name where it ends."""
    names, keys, values = (column.to_pylist() for column in (tags.names, tags.keys, tags.values))
    for code in tags.codes.tolist():
        if tags.steps[code] >= 0:
            yield names[code], keys[code], values[code]
        if tags.steps[code] <= 0:
            yield names[code]


def test_tags_come_in_the_order_of_the_file_with_their_keys_and_values():
    tags = read_tags(LOG, "log.xes")
    assert list(told(tags)) == [
        ("log", None, None),
        ("extension", None, None),
        "extension",
        ("trace", None, None),
        ("string", "concept:name", "é"),
        "string",
        ("event", None, None),
        ("date", "time:timestamp", "2024-05-01"),
        "date",
        ("int", "n", "1"),
        "int",
        ("string", "a", "x & y"),
        ("string", "b", "z"),
        "string",
        "string",
        "event",
        "trace",
        "log",
    ]
    assert tags.levels.tolist() == [1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 4, 3, 2, 1]
    assert tags.named("event").tolist() == [False] * 4 + [True] + [False] * 6 + [True] + [False] * 2


def test_cutting_a_file_at_its_tags_gives_what_a_parser_gives():
    cut = xml_tags._cut(LOG)
    assert cut is not None
    assert list(told(cut)) == list(told(xml_tags._parsed(LOG, "log.xes")))


@given(st.lists(st.tuples(st.integers(0, len(LOG)), st.integers(0, 6), st.sampled_from(DAMAGE)), max_size=3))
def test_a_damaged_file_is_cut_only_where_a_parser_sees_the_same(damages):
    content = LOG
    for place, lost, added in damages:
        content = content[:place] + added + content[place + lost :]
    cut = xml_tags._cut(content)
    if cut is not None:
        assert list(told(cut)) == list(told(xml_tags._parsed(content, "log.xes")))


@pytest.mark.parametrize(
    "content",
    [
        LOG.replace(b"<trace>", b"<trace>text"),
        LOG.replace(b"<trace>", b"<trace><![CDATA[<event>]]>"),
        LOG.replace(b"<trace>", b"<trace><?go on?>"),
        LOG.replace(b"by hand", b"<by> hand"),
        LOG.replace(b"UTF-8", b"ISO-8859-1"),
        b"\xef\xbb\xbf" + LOG,
        LOG.replace(b'key="n"', b'key="' + b"n" * 1_000_001 + b'"'),
        LOG.replace(b'<int key="n" value="1" />', b"<a>" * 201 + b"</a>" * 201),
    ],
)
def test_what_cannot_be_cut_safely_is_parsed(content):
    assert xml_tags._cut(content) is None
    assert "event" in list(told(read_tags(content, "log.xes")))


@pytest.mark.parametrize(
    "content",
    [
        LOG.replace(b"</event>", b"</trace>"),
        LOG.replace(b"</log>", b"</log><log/>"),
        LOG.replace(b"</log>", b""),
        LOG.replace(b'key="n"', b'key="n" key="m"'),
        LOG.replace(b'value="z"', b'value="\xff"'),
        LOG.replace(b'value="z"', b'value="\x01"'),
        LOG.replace(b"by hand", b"by -- hand"),
        LOG + b"<",
        LOG + b"<a",
    ],
)
def test_what_is_not_whole_is_refused(content):
    with pytest.raises(FormatError, match=r"log\.xes is not whole XML"):
        read_tags(content, "log.xes")


@pytest.mark.parametrize("file", ["01_running-example", "06_bpic2013_closed", "10_orders"])
def test_real_logs_are_cut_into_what_a_parser_sees(shared, file):
    content = gzip.decompress((shared / f"data/logs/{file}.xes.gz").read_bytes())
    cut = xml_tags._cut(content)
    assert cut is not None
    assert list(told(cut)) == list(told(xml_tags._parsed(content, file)))
