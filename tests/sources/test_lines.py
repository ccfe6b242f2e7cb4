"""The lines of a text that are not blank, with their numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.sources.inputs import Block
from journeymine.sources.lines import text_lines


@pytest.mark.parametrize(
    "text", ["a\n\n b \nc", "a\r\n\r\n b \r\nc\r\n", "a\r\r b \rc\r", "\ufeffa\n\t\x0c\n b \nc\n\n"]
)
def test_every_kind_of_line_end_gives_the_same_lines_and_numbers(text):
    lines = text_lines(Block(text.removeprefix("\ufeff"), "log.txt"))
    assert lines.texts == ["a", " b ", "c"]
    assert lines.numbers.tolist() == [1, 3, 4]
    assert len(lines) == 3


def test_a_lone_carriage_return_ends_no_line_where_other_ends_do():
    assert text_lines(Block("a\rb\nc", "log.txt")).texts == ["a\rb", "c"]
    assert text_lines(Block("a\rb", "log.txt", first_line=2)).texts == ["a\rb"]
    assert text_lines(Block("a\rb", "log.txt")).texts == ["a", "b"]


def test_lines_of_a_later_block_keep_their_numbers():
    lines = text_lines(Block("a\n\nb", "log.txt", first_line=100))
    assert lines.numbers.tolist() == [100, 102]
    assert lines.payload(102) == b"b"


def test_bytes_that_could_not_be_decoded_become_question_marks():
    lines = text_lines(Block("caf\udce9\nok", "log.txt"))
    assert lines.texts == ["caf?", "ok"]
    assert lines.payload(1) == b"caf?"


def test_blank_text_has_no_lines():
    assert len(text_lines(Block(" \n\u2028\n\x0c\n", "log.txt"))) == 0


@given(st.lists(st.text("ab \u20ac", max_size=4), max_size=8), st.data())
def test_some_of_the_lines_are_those_lines(texts, data):
    lines = text_lines(Block("\n".join(texts), "log.txt"))
    chosen = data.draw(st.sets(st.sampled_from(range(len(lines))))) if len(lines) else set()
    some = lines.take(np.array(sorted(chosen), np.int64))
    assert some.texts == [lines.texts[place] for place in sorted(chosen)]
    assert [texts[number - 1] for number in some.numbers] == some.texts
    assert all(some.payload(number) == texts[number - 1].encode() for number in some.numbers)
