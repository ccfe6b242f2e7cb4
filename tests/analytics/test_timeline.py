"""Timeline: the contacts of one customer, and how they are drawn."""

import numpy as np
import pyarrow as pa
import pytest

import journeymine as jm
from journeymine.draw.timeline import MOST
from journeymine.errors import OptionError, UnknownNameError
from journeymine.log.schema import TIME
from tests.small import DAY, START, log_of

STORY = (("j1", "visit", 0), ("j1", "call", 0.5), ("j1", "visit", 0.52), ("j2", "mail", 9), ("x", "visit", 1))
COLUMNS = {
    "customer": ["C1"] * 4 + ["C2"],
    "channel": ["web", "phone", "web", "mail", "web"],
    "text": [None, None, None, "A long letter about a window" + 9 * " and a ball", None],
}


def log(**columns):
    ends = [None, START + round(0.53 * DAY), None, None, None]
    return log_of(*STORY, **COLUMNS, end_timestamp=pa.array(ends, TIME), **columns)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_all_journeys_of_the_customer_are_shown_and_nobody_elses():
    found = jm.timeline(log(), customer="C1")
    assert found.table["activity"].tolist() == ["visit", "call", "visit", "mail"]
    assert found.table["case_id"].tolist() == ["j1", "j1", "j1", "j2"]
    assert found.base.startswith("All 4 events of customer C1 in 2 journeys, from 1 source;")


def test_a_silence_begins_when_the_longest_contact_before_it_ended():
    silences = jm.timeline(log(), customer="C1").table["silence_seconds"].to_numpy() / 86_400
    assert np.isnan(silences[0])
    assert silences[1:].tolist() == pytest.approx([0.5, 0, 9 - 0.53])


def test_the_headline_names_the_longest_silence():
    assert jm.timeline(log(), customer="C1").headline == (
        "C1: 4 contacts on 3 channels in 9 d, 2 journeys; the longest silence, 8.5 d, came before “mail”."
    )
    assert jm.timeline(log(), customer="C2").headline == "C2: 1 contact on 1 channel in 0 s, 1 journey."


def test_the_picture_says_silences_new_journeys_durations_and_as_much_text_as_fits():
    shown = texts(jm.timeline(log(), customer="C1").plot())
    assert shown[:4] == ["C1", "web", "phone", "mail"]
    assert {"12 h later", "8.5 d later", "a new journey", "43 min"} <= set(shown)
    assert any(text.startswith("A long letter") and text.endswith("…") for text in shown)
    assert [text for text in shown if text.endswith("2024")] == ["1 May 2024", "10 May 2024"]


def test_a_contact_that_lasted_is_a_bar_down_to_the_last_that_began_in_it():
    ax = jm.timeline(log(), customer="C1").plot()
    bars = [line for line in ax.lines if line.get_linewidth() > 5 and len(line.get_ydata()) == 2]
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    (bar,) = bars
    assert len(dots) == 3
    assert min(bar.get_ydata()) < dots[1].get_ydata()[0] < max(bar.get_ydata())


def test_of_many_contacts_the_last_are_drawn_and_the_title_says_so():
    events = [("a", f"visit {number}", number / 1000) for number in range(MOST + 5)]
    shown = texts(jm.timeline(log_of(*events), customer="a").plot())
    assert shown[0] == "a, the last 60 of 65 contacts"
    assert "visit 4" not in shown
    assert {"visit 5", "visit 64"} <= set(shown)


def test_a_log_without_channels_and_texts_has_a_timeline():
    found = jm.timeline(log_of(("a", "visit", 0), ("a", "buy", 2)), customer="a")
    assert "no channel" in texts(found.plot())
    assert found.headline.startswith("a: 2 contacts in 2 d")


def test_an_unknown_customer_is_an_error_that_names_the_closest():
    with pytest.raises(UnknownNameError, match="Did you mean 'C1'"):
        jm.timeline(log_of(("a", "visit", 0), customer=["C1"]), customer="C11")


def test_a_summary_has_no_timelines():
    with pytest.raises(OptionError, match="give the log itself to timeline"):
        jm.timeline(jm.summarise(log()), customer="C1")
