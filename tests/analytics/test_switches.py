"""Switches: by hand, from a log and from a summary, and against plain proportions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.errors import OptionError, UnknownColumnError, UnknownOptionError, WindowError
from tests.small import log_of
from tests.strategies import logs


def shares(log, **options):
    table = jm.switches(log, **options).table
    return {(row.channel, row.next_channel): row.share for row in table.itertuples()}


CALLS = (
    [("a", "visit", 0), ("a", "visit", 1), ("a", "ask", 2), ("b", "visit", 0), ("c", "visit", 8)],
    ["web", "web", "phone", "web", "web"],
)


def test_a_contact_goes_on_in_the_channel_of_the_next_contact_of_its_case():
    log = log_of(*CALLS[0], channel=CALLS[1], until=20)
    # four contacts on the web: one is followed on the web, one on the phone, two by nothing within five days
    assert shares(log, within="5d") == {("web", "web"): 0.25, ("web", "phone"): 0.25}
    row = jm.switches(log, within="5d").table.set_index("next_channel").loc["phone"]
    assert row[["contacts", "count", "customers", "naive_share"]].tolist() == [4, 1, 1, 0.25]
    assert row[["median_seconds", "p90_seconds", "within_seconds"]].tolist() == [86_400, 86_400, 5 * 86_400]


def test_an_open_contact_counts_for_as_long_as_it_was_observed():
    log = log_of(*CALLS[0], channel=CALLS[1], until=10)
    # after one day two of four went on; the contact of day 8 was observed for two of the five days
    assert shares(log, within="5d") == pytest.approx({("web", "web"): 0.25, ("web", "phone"): 0.25})
    log = log_of(*CALLS[0][:3], ("b", "visit", 9.5), channel=CALLS[1][:4], until=10)
    assert shares(log, within="5d") == pytest.approx({("web", "web"): 0.5, ("web", "phone"): 0.5})
    assert jm.switches(log, within="5d").table["naive_share"].tolist() == pytest.approx([1 / 3, 1 / 3])


def test_the_matrix_has_a_row_for_each_channel_and_a_column_for_each_next_one():
    log = log_of(*CALLS[0], channel=CALLS[1], until=20)
    matrix = jm.switches(log, within="5d").matrix
    assert matrix.index.tolist() == ["web"]
    assert matrix.columns.tolist() == ["phone", "web"]
    assert matrix.to_numpy().tolist() == [[0.25, 0.25]]


def test_contacts_without_a_channel_are_left_out_and_end_what_is_known_of_the_one_before():
    events = [("a", "visit", 0), ("a", "note", 1), ("a", "ask", 2), ("b", "visit", 0), ("b", "ask", 2)]
    log = log_of(*events, channel=["web", None, "phone", "web", "phone"], until=20)
    result = jm.switches(log, within="5d")
    assert shares(log, within="5d") == {("web", "phone"): 1.0}  # of two, one is open after a day
    assert result.table["contacts"].tolist() == [2]
    assert "1 contact without a channel left out" in result.base


def test_topics_are_those_of_the_contact_that_is_left():
    log = log_of(
        *[("a", "visit", 0), ("a", "ask", 1), ("b", "visit", 0), ("b", "visit", 1)],
        channel=["web", "phone", "web", "web"],
        matter=["bill", "card", "bill", None],
        until=20,
    )
    table = jm.switches(log, topic="matter", within="5d").table
    assert table[["topic", "channel", "next_channel", "contacts", "share"]].to_numpy().tolist() == [
        ["bill", "web", "phone", 2, 0.5],
        ["bill", "web", "web", 2, 0.5],
    ]
    both = jm.switches(log, topic="matter", by="channel", within="5d").table
    assert both[["segment", "topic"]].drop_duplicates().to_numpy().tolist() == [["web", "bill"]]


def test_segments_are_those_of_the_first_event_of_a_case():
    log = log_of(
        *[("a", "visit", 0), ("a", "ask", 1), ("b", "visit", 0), ("b", "visit", 1), ("b", "visit", 2)],
        channel=["web", "phone", "web", "web", "web"],
        kind=["old", "new", "new", "old", "new"],
        until=20,
    )
    result = jm.switches(log, by="kind", within="5d")
    found = {(row.segment, row.next_channel): row.share for row in result.table.itertuples()}
    assert found == pytest.approx({("old", "phone"): 1, ("new", "web"): 2 / 3})
    assert result.headline.startswith("Most switches go from web to phone, segment “old”: 100 % (")
    assert result.matrix.index.tolist() == [("new", "web"), ("old", "web")]


@settings(max_examples=30)
@given(logs(min_events=2), st.sampled_from([None, "source"]))
def test_a_summary_gives_the_same_as_the_log(log, by):
    if not log.channels or jm.summarise(log).window_seconds < 2:
        return
    mine, theirs = jm.switches(log, by=by), jm.switches(jm.summarise(log, by=by), by=by)
    pd.testing.assert_frame_equal(mine.table, theirs.table)
    assert mine.base == theirs.base


def test_a_log_in_which_all_are_watched_to_the_end_gives_plain_shares():
    rng = np.random.default_rng(3)
    names = rng.choice(["web", "phone", "chat"], (200, 4))
    events = [(f"c{case}", "x", day) for case in range(200) for day in range(4)]
    log = log_of(*events, channel=names.ravel().tolist(), until=100)
    pairs = pd.Series(list(zip(names[:, :-1].ravel(), names[:, 1:].ravel(), strict=True))).value_counts()
    contacts = pd.Series(names.ravel()).value_counts()
    plain = {pair: count / contacts[pair[0]] for pair, count in pairs.items()}
    result = jm.switches(log, within="5d").table
    assert shares(log, within="5d") == pytest.approx(plain)
    assert (result["low"] < result["share"]).all()
    assert (result["share"] < result["high"]).all()


def test_the_picture_has_a_cell_for_each_share():
    log = log_of(*CALLS[0], channel=CALLS[1], until=20)
    ax = jm.switches(log, within="5d").plot()
    assert [text.get_text() for text in ax.texts] == ["25 %", "25 %", "4 contacts"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["phone", "web"]
    assert len(ax.patches) == 2


def test_nobody_switches_in_a_log_of_one_channel():
    log = log_of(("a", "visit", 0), ("a", "visit", 1), channel=["web", "web"], until=20)
    assert jm.switches(log).headline == "Nobody was seen to switch to another channel."


def test_what_cannot_be_answered_is_refused():
    log = log_of(*CALLS[0], channel=CALLS[1], until=20)
    with pytest.raises(OptionError, match=r"^this log says no channels; name the column that does with channel= "):
        jm.switches(log_of(("a", "x", 0)))
    with pytest.raises(OptionError, match=r"^a summary does not know what contacts are about; give the log itself"):
        jm.switches(jm.summarise(log), topic="activity")
    with pytest.raises(OptionError, match=r"^this summary was made without segments, not by 'kind': make it with "):
        jm.switches(jm.summarise(log), by="kind")
    with pytest.raises(UnknownOptionError, match=r"^this summary was made without the part 'switches'"):
        jm.switches(jm.summarise(log, parts=["visits"]))
    with pytest.raises(UnknownColumnError, match=r"^label column 'chanel' is not in this log. Did you mean 'channel'"):
        jm.switches(log, topic="chanel")
    with pytest.raises(WindowError, match=r"^within='15d' is too long for a log of 20 d"):
        jm.switches(log, within="15d")
    with pytest.raises(OptionError, match=r"^confidence must lie between 0 and 1"):
        jm.switches(log, confidence=1)
