"""Dotted chart: which events are shown, in which rows, at which time."""

import numpy as np
import pytest

import journeymine as jm
from journeymine.errors import OptionError, UnknownActivityError, UnknownOptionError
from tests.small import log_of, rows_of

STORY = (
    *[("long", "visit", 1), ("long", "call", 3), ("long", "buy", 11)],
    *[("early", "visit", 0), ("early", "buy", 2)],
    *[("short", "call", 4), ("short", "call", 5)],
)
DAY = 86_400


def rows(found):
    """Give the case of each row."""
    return list(dict.fromkeys(found.table["case_id"]))


def test_journeys_are_sorted_by_their_start_and_drawn_over_the_calendar():
    found = jm.dotted_chart(log_of(*STORY))
    assert rows(found) == ["early", "long", "short"]
    assert found.table["row"].tolist() == [0, 0, 1, 1, 1, 2, 2]
    ax = found.plot()
    assert ax.get_xlabel() == "1 May 2024 to 12 May 2024, UTC"
    assert ax.get_ylabel() == "3 journeys"


def test_journeys_are_sorted_by_their_length_from_their_start():
    found = jm.dotted_chart(log_of(*STORY), sort="length")
    assert rows(found) == ["short", "early", "long"]
    assert (found.table["since_seconds"] / DAY).tolist() == [0, 1, 0, 2, 0, 2, 10]
    assert found.plot().get_xlabel() == "days since the journey's start"


def test_journeys_are_laid_at_their_first_anchor_and_others_left_out():
    found = jm.dotted_chart(log_of(*STORY), anchor="call")
    assert rows(found) == ["long", "short"]
    assert (found.table["since_seconds"] / DAY).tolist() == [-2, 0, 8, 0, 1]
    assert "1 journey without “call” left out" in found.base
    assert "“call” first comes a median of 24 h after their start" in found.headline


def test_a_sample_of_customers_is_whole_the_same_each_time_and_stated():
    events = [(f"{case}", "visit", case + step) for case in range(100) for step in range(3)]
    log = log_of(*events)
    found = jm.dotted_chart(log, customers=30)
    assert found.table["customer"].nunique() == 30
    assert found.table.groupby("customer").size().tolist() == [3] * 30
    assert "30 of 100 customers, chosen by the hash of their name" in found.base
    larger = set(jm.dotted_chart(log, customers=60).table["customer"])
    assert set(found.table["customer"]) < larger


def test_journeys_of_nobody_are_customers_of_their_own():
    log = log_of(("a", "visit", 0), ("b", "visit", 1), ("c", "visit", 2), customer=[None, None, "C1"])
    assert "all 3 customers" in jm.dotted_chart(log).base
    assert len(jm.dotted_chart(log, customers=2).table) == 2


def test_many_dots_are_drawn_as_pixels():
    few, many = (log_of(*[(f"{n % 60}", "visit", n) for n in range(count)]) for count in (60, 6_000))
    assert [dots.get_rasterized() for dots in jm.dotted_chart(few).plot().collections] == [False]
    assert [dots.get_rasterized() for dots in jm.dotted_chart(many).plot().collections] == [True]


def test_channels_have_shapes_of_their_own_so_that_grey_is_enough():
    log = log_of(("a", "visit", 0), ("a", "call", 1), ("b", "fax", 2), channel=["web", "_phone", None])
    ax = jm.dotted_chart(log).plot()
    shapes = {str(dots.get_paths()[0].vertices.tolist()) for dots in ax.collections}
    assert len(shapes) == 3
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"web", " _phone", "no channel"}


def test_every_event_of_the_sample_is_in_the_table():
    log = log_of(*STORY)
    found = jm.dotted_chart(log).table
    expected = sorted(rows_of(log, "case_id", "activity"))
    assert sorted(zip(found["case_id"], found["activity"], strict=True)) == expected
    assert np.all(np.diff(found["row"]) >= 0)


def test_an_empty_log_has_an_empty_chart():
    found = jm.dotted_chart(log_of())
    assert found.headline == "There are no journeys to show."
    found.plot().figure.canvas.draw()


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"sort": "lenght"}, UnknownOptionError, "Did you mean 'length'"),
        ({"anchor": "cal"}, UnknownActivityError, "Did you mean 'call'"),
        ({"customers": 0}, OptionError, "at least one customer must be shown, not 0"),
    ],
)
def test_what_cannot_be_asked_is_an_error(options, error, said):
    with pytest.raises(error, match=said):
        jm.dotted_chart(log_of(*STORY), **options)


def test_a_summary_has_no_dots():
    with pytest.raises(OptionError, match="give the log itself to dotted_chart"):
        jm.dotted_chart(jm.summarise(log_of(*STORY)))
