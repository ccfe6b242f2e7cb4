"""Difference map: planted differences stand out, and only those."""

import numpy as np
import pytest

import journeymine as jm
from journeymine.draw.palette import LIGHT
from journeymine.errors import OptionError, UnknownNameError
from tests.small import log_of


def story(customers=300, segments=("new", "old"), *, planted):
    """Visit, then call or mail; `planted` is how much likelier new customers call."""
    rng = np.random.default_rng(3)
    events, labels = [], []
    for number in range(customers):
        segment, start = segments[number % len(segments)], rng.uniform(0, 60)
        calls = rng.random() < 0.3 + planted * (segment == "new")
        trace = ["visit", "call" if calls else "mail", *(["buy"] if rng.random() < 0.4 else [])]
        events += [(f"{number}", name, start + step) for step, name in enumerate(trace)]
        labels += [segment] * len(trace)
    return log_of(*events, segment=labels, until=90)


def compared(log, **options):
    return jm.difference_map(log, by="segment", goal="buy", within="14d", **options)


def test_a_planted_difference_is_the_surest_and_nothing_else_is_called():
    found = compared(story(planted=0.4), segment="new")
    assert (found.segment, found.against) == ("new", "old")
    pairs = found.different[["activity", "next_activity"]].to_numpy().tolist()
    assert sorted(pairs) == [["visit", "call"], ["visit", "mail"]]
    first = found.table.set_index(["activity", "next_activity"]).loc[("visit", "call")]
    assert first["difference"] == pytest.approx(first["share"] - first["other_share"])
    assert first["low"] < 0.4 < first["high"]


def test_without_a_difference_nothing_stands_out():
    found = compared(story(planted=0.0), segment="new")
    assert not len(found.different)
    assert found.headline == "new and old travel alike, as far as 6 comparisons can tell."
    colours = {text.get_color() for text in found.plot().texts}
    assert not {LIGHT.mark, LIGHT.against} & colours


def test_seen_from_the_other_side_every_difference_turns_round():
    mine, theirs = (compared(story(planted=0.4), segment=name) for name in ("new", "old"))
    keys = ["activity", "next_activity"]
    mine, theirs = (found.table.fillna({"next_activity": "-"}).set_index(keys) for found in (mine, theirs))
    theirs = theirs.loc[mine.index]
    assert theirs["difference"].to_numpy() == pytest.approx(-mine["difference"].to_numpy())
    assert theirs["low"].to_numpy() == pytest.approx(-mine["high"].to_numpy())
    assert theirs["n"].tolist() == mine["other_n"].tolist()
    assert theirs["q_value"].to_numpy() == pytest.approx(mine["q_value"].to_numpy(), nan_ok=True)


def test_drop_offs_are_compared_with_transitions_as_one_family():
    table = compared(story(planted=0.4)).table
    drops = table.loc[table["next_activity"].isna()]
    assert sorted(drops["activity"]) == ["call", "mail", "visit"]
    table = table.dropna(subset="p_value")
    assert (table["q_value"] >= table["p_value"] - 1e-12).all()


def test_more_and_less_have_a_colour_a_sign_and_a_width_of_their_own():
    ax = compared(story(planted=0.4), segment="new").plot()
    said = {text.get_text(): text.get_color() for text in ax.texts if text.get_text().endswith("points")}
    assert sorted((text[0], colour) for text, colour in said.items()) == [("+", LIGHT.mark), ("−", LIGHT.against)]
    assert {"more often in new", "less often in new"} <= {text.get_text() for text in ax.texts}


def test_of_several_segments_one_is_held_against_all_others():
    found = compared(story(planted=0.4, segments=("new", "old", "odd")), segment="new")
    assert found.against == "the others"
    with pytest.raises(OptionError, match="there are 3 segments: choose one with segment=, of new, odd, old"):
        compared(story(planted=0.4, segments=("new", "old", "odd")))


def test_an_unknown_segment_is_an_error_that_names_the_closest():
    with pytest.raises(UnknownNameError, match="Did you mean 'new'"):
        compared(story(planted=0.0), segment="news")


def test_the_time_before_and_after_a_moment_can_be_held_against_one_another():
    found = jm.difference_map(story(planted=0.4), since="2024-06-01T00:00Z", goal="buy", within="14d")
    assert (found.segment, found.against) == ("since", "before")
