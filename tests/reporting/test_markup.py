"""Markup: nothing comes through that was not meant to."""

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.reporting.figures import bar, interval
from journeymine.reporting.markup import Markup, data_block, element
from journeymine.reporting.tables import Number, table


class Reader(HTMLParser):
    """Keeps the text, the tags and the content of the data block."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def read(markup):
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_whatever_text_an_element_holds_comes_back_as_that_text(text):
    reader = read(element("p", text, title=text))
    assert (reader.tags, reader.text) == (["p"], text)


def test_markup_inside_an_element_is_kept_and_text_is_escaped():
    assert element("p", element("b", "a & b"), "<i>") == "<p><b>a &amp; b</b>&lt;i&gt;</p>"


def test_attributes_are_named_as_in_html_and_those_without_a_value_are_left_out():
    made = element("td", class_="x", aria_label='"', hidden=True, title=None, open=False)
    assert made == '<td class="x" aria-label="&quot;" hidden></td>'


@given(st.recursive(st.text(st.characters(exclude_categories=["Cs"])) | st.integers() | st.none(), st.lists))
def test_a_data_block_gives_its_data_back_and_holds_no_sign_that_ends_it(data):
    block = data_block(data, name="data")
    inner = block.removeprefix('<script type="application/json" id="data">').removesuffix("</script>")
    assert json.loads(inner) == data
    assert not set(inner) & set("<>&\u2028\u2029")


def test_a_data_block_refuses_what_json_has_no_number_for():
    with pytest.raises(ValueError, match="JSON"):
        data_block(float("nan"), name="data")


def test_a_table_heads_its_columns_and_its_rows():
    made = table("Visits", ["Touchpoint", "Visits"], [["<home>", Number("12", 12)]], kinds="tn")
    assert '<th scope="col" class="text">Touchpoint</th>' in made
    assert '<th scope="row" class="text">&lt;home&gt;</th><td class="number" data-value="12">12</td>' in made
    assert "<caption>Visits</caption>" in made


def test_figures_lie_within_their_room():
    assert 'width="100.0"' in bar(1.0, 2.0)
    assert 'x1="5.0" x2="195.0"' in interval(0.2, 0.0, 0.4, 0.1, 0.4)
    assert isinstance(bar(0.0, 0.0), Markup)
