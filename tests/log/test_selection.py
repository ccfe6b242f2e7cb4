"""Selections that read like the question, by event and by case, each with its complement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import journeymine as jm
from journeymine.errors import OptionError, UnknownActivityError, UnknownNameError, UnknownOptionError
from tests.small import log_of
from tests.strategies import logs

HOUR = 1 / 24
STORY = log_of(
    *[("a", "visit", 0), ("a", "ask", HOUR), ("a", "call", 3 * HOUR), ("a", "buy", 50 * HOUR)],
    *[("b", "visit", 0), ("b", "call", HOUR)],
    *[("c", "ask", 0), ("c", "visit", HOUR)],
    *[("d", "call", 5 * HOUR)],
)


def cases(log):
    return sorted(set(log.table["case_id"].to_pylist()))


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"starts_with": "visit"}, ["a", "b"]),
        ({"starts_with": ["ask", "call"]}, ["c", "d"]),
        ({"ends_with": "call"}, ["b", "d"]),
        ({"passes": "call"}, ["a", "b", "d"]),
        ({"passes": ["call", "ask"]}, ["a"]),
        ({"avoids": "call"}, ["c"]),
        ({"avoids": ["buy", "ask"]}, ["b", "d"]),
        ({"follows": ("visit", "call")}, ["a", "b"]),
        ({"follows": ("visit", "call", "1h")}, ["b"]),
        ({"follows": ("call", "visit")}, []),
        ({"within": "1h"}, ["b", "c", "d"]),
        ({"length": 2}, ["b", "c"]),
        ({"length": (2, None)}, ["a", "b", "c"]),
        ({"length": (None, 1)}, ["d"]),
        ({"activity": "buy", "by": "case"}, ["a"]),
        ({"passes": "call", "within": "1h"}, ["b", "d"]),
    ],
)
def test_conditions_on_cases_keep_them_whole(conditions, expected):
    kept, left = STORY.where(**conditions), STORY.without(**conditions)
    assert cases(kept) == expected
    assert cases(left) == [name for name in "abcd" if name not in expected]
    assert kept.num_events + left.num_events == STORY.num_events


def test_conditions_on_events_and_on_cases_go_together():
    kept = STORY.where(activity="visit", passes="call")
    assert kept.table.select(["case_id", "activity"]).to_pylist() == [
        {"case_id": "a", "activity": "visit"},
        {"case_id": "b", "activity": "visit"},
    ]
    assert STORY.without(activity="visit", passes="call").num_events == STORY.num_events - 2


@given(logs(), st.sampled_from(["event", "case"]), st.data())
def test_what_is_kept_and_what_is_left_out_are_the_whole(log, by, data):
    names = log.activities or ["visit"]
    conditions = {"avoids": data.draw(st.sampled_from(names))} if log.num_events else {}
    conditions["length"] = (data.draw(st.integers(0, 3)), data.draw(st.none() | st.integers(3, 5)))
    kept, left = log.where(by=by, **conditions), log.without(by=by, **conditions)
    assert kept.num_events + left.num_events == log.num_events
    rows = [row for part in (kept, left) for row in part.table.to_pylist()]
    assert sorted(rows, key=repr) == sorted(log.table.to_pylist(), key=repr)


def test_what_does_not_occur_is_named_with_the_closest():
    with pytest.raises(UnknownActivityError, match="Did you mean 'visit'"):
        STORY.where(passes="visitt")
    with pytest.raises(UnknownNameError, match="case_id 'e' does not occur"):
        STORY.where(case_id="e")
    with pytest.raises(UnknownOptionError, match="by cannot be 'customer'"):
        STORY.where(by="customer", length=1)
    with pytest.raises(OptionError, match="follows is"):
        STORY.where(follows="visit")


def test_a_log_of_nothing_can_be_selected_from():
    assert log_of().where(length=(1, None), within="1h").num_events == 0
    assert log_of().without(length=1).num_events == 0


def test_a_selection_of_everything_is_the_log():
    assert STORY.where(length=(1, None)).equals(STORY)
    assert jm.summarise(STORY.where(within="100d")) == jm.summarise(STORY)


def test_a_log_remembers_in_words_what_was_chosen(tmp_path):
    chosen = STORY.where(starts_with=["visit", "ask"], since="2020-01-01T00:00Z").without(length=(None, 2))
    said = ("since 2020-01-01T00:00Z; starts with visit, ask", "not (length any to 2)")
    assert chosen.filters == said
    assert jm.cut(chosen, gap="30d").filters == said
    assert jm.open_log(chosen.write(tmp_path / "log.arrow")).filters == said
    assert STORY.filters == ()


def test_of_a_long_list_the_first_three_are_said():
    log = log_of(*[(name, "visit", 0) for name in "abcdef"])
    assert log.where(customer=list("abcde")).filters == ("customer a, b, c and 2 more",)


def test_logs_put_together_say_what_was_chosen_from_which():
    web, shop = (
        jm.read_table(
            {"case_id": ["a", "b"], "activity": ["visit", what], "timestamp": ["2024-05-01"] * 2}, name=name, tz="UTC"
        )
        for name, what in (("web", "ask"), ("shop", "buy"))
    )
    assert jm.concat([web.where(activity="visit"), shop]).filters == ("web: activity visit",)
