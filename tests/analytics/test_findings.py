"""Findings: the planted drop-off and the planted wait come first, and every sentence has its numbers."""

import re

import numpy as np
import pytest
from hypothesis import given, settings

import journeymine as jm
from journeymine.analytics.findings import findings
from journeymine.errors import UnknownActivityError
from tests.small import log_of
from tests.strategies import logs


@pytest.fixture(scope="module")
def planted():
    """Make 400 journeys: every second one ends after "pay", and the answer to a question takes five days or twenty."""
    random = np.random.default_rng(7)
    events = []
    for case in range(400):
        start = float(random.uniform(0, 100))
        steps = [("visit", 0), ("ask", 0.1), ("answer", 5 if case % 4 else 20), ("pay", 0.2)]
        steps += [("parcel", 1.0)] if case % 2 else []
        days = start + np.cumsum([gap for _, gap in steps])
        events += [(f"case {case}", name, day) for (name, _), day in zip(steps, days, strict=True)]
    return log_of(*events, until=200)


def test_the_planted_drop_off_and_the_planted_wait_come_first(planted):
    found = findings(planted, goal="parcel", within="14d")
    assert found[0].startswith("Most customers are lost after “pay”: 50 % (")
    assert found[1].startswith("Most waiting adds up from “ask” to “answer”: 400 passes of 400 customers take 5 d")


def test_every_sentence_has_a_number_and_estimates_have_intervals(planted):
    found = findings(planted, goal="parcel", within="14d", steps=["visit", "pay", "parcel"])
    assert len(found) == 5
    assert all(re.search(r"\d", sentence) for sentence in found)
    assert all(re.search(r"\(.+ to .+\)", sentence) for sentence in found[:4])


def test_the_funnel_is_told_with_its_largest_loss(planted):
    found = findings(planted, goal="parcel", within="14d", steps=["visit", "pay", "parcel"])
    assert found[2] == (
        "200 of 400 journeys that reach “visit”, 50 % (45 % to 55 %), get to “parcel”. The largest share is lost from "
        "“pay” to “parcel”, where 50 % of 400 do not get further."
    )


def test_the_share_that_reaches_the_goal_is_told_with_wilsons_interval(planted):
    sentence = findings(planted, goal="parcel", within="14d")[2]
    assert sentence == "200 of 400 journeys, 50 % (45 % to 55 %), reach “parcel” so far; some are still under way."


def test_small_groups_are_not_told(planted):
    assert findings(planted, goal="parcel", within="14d", min_cases=401) == [
        "Fewer than 401 journeys reach “parcel” so far."
    ]


def test_a_summary_gives_the_same_findings(planted):
    options = {"goal": "parcel", "within": "14d", "steps": ["visit", "pay"]}
    assert findings(jm.summarise(planted), **options) == findings(planted, **options)


def test_nothing_is_found_in_nothing():
    assert findings(jm.Summary.empty()) == []


def test_a_misspelt_goal_is_answered_with_the_right_one(planted):
    with pytest.raises(UnknownActivityError, match="Did you mean 'parcel'"):
        findings(planted, goal="parcle")


@settings(max_examples=40)
@given(logs(min_events=1))
def test_any_log_gives_sentences_without_gaps(log):
    for sentence in findings(log):
        assert sentence.endswith(".")
        assert "nan" not in sentence
