"""CSV for spreadsheets: what would run is text, and what was there can be had back."""

import csv
import io
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.cli.spreadsheet import as_csv

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def cells(table):
    return [row[0] for row in csv.reader(io.StringIO(as_csv(table), newline=""))][1:]


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "'=1"])
def test_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(name):
    assert cells(pd.DataFrame({"activity": [name]})) == ["'" + name]


def test_numbers_and_other_text_stay_as_they_are():
    table = pd.DataFrame({"change": [-0.5, 2.0], "name": ["'s morgens", "a=b"], "none": [None, "x"]})
    assert as_csv(table) == "change,name,none\r\n-0.5,'s morgens,\r\n2.0,a=b,x\r\n"


@given(st.lists(st.one_of(_TEXT, st.builds("".join, st.tuples(st.sampled_from("='+-@\t\r"), _TEXT))), min_size=1))
def test_what_was_there_can_be_had_back(names):
    found = cells(pd.DataFrame({"name": names, "number": 1}))
    assert not any(re.match(r"[=+\-@\t\r]", cell) for cell in found)
    assert [re.sub(r"\A'(?='*[=+\-@\t\r])", "", cell) for cell in found] == names
