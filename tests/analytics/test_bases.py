"""Every answer says whose journeys it rests on, and over what time."""

import pytest

import journeymine as jm
from tests.small import log_of

QUESTIONS = {
    "variants": {},
    "dropoff": {},
    "transitions": {},
    "drift": {},
    "time_to": {"goal": "buy"},
    "funnel": {"steps": ["visit", "buy"]},
    "compare": {"by": "segment", "runs": 9},
    "truncation_check": {},
    "gap_sensitivity": {},
}


@pytest.fixture(scope="module")
def log():
    """Give 40 customers, each with a journey of two events; the log goes on until day 50."""
    rows = [(f"c{who}", name, who + day) for who in range(40) for name, day in (("visit", 0), ("buy", 2))]
    return log_of(*rows, until=50, segment=[case[-1] for case, *_ in rows])


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_says_of_how_many_customers_it_is_and_over_what_time(log, name):
    options = dict(QUESTIONS[name])
    steps = [options.pop("steps")] if "steps" in options else []
    base = getattr(jm, name)(log, *steps, **options).base
    assert "40 customers" in base
    assert "50 d" in base


@pytest.mark.parametrize("name", ["variants", "dropoff", "transitions", "drift"])
def test_so_does_that_of_a_summary(log, name):
    answer = getattr(jm, name)
    assert answer(jm.summarise(log)).base == answer(log).base


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_says_what_was_chosen_from_the_log_before(log, name):
    options = dict(QUESTIONS[name])
    steps = [options.pop("steps")] if "steps" in options else []
    base = getattr(jm, name)(log.without(customer="c39"), *steps, **options).base
    assert base.endswith(" Chosen: not (customer c39).")
