"""The journeys of the invented company against what is exactly true of them."""

import numpy as np
import pytest

from journeymine.datasets.journeys import DAY, SHORTEST_GAP, simulate, walk
from journeymine.datasets.model import PLANTED_DROPOFF, PLANTED_SLOW, STARTS, TOUCHPOINTS, TRANSITIONS
from journeymine.datasets.truth import goal_probability, matrices, total_excess_seconds, true_dropoff

CODES = {name: code for code, name in enumerate(TOUCHPOINTS)}
WINDOWS = {"1d": DAY, "7d": 7 * DAY, "14d": 14 * DAY, "30d": 30 * DAY}


def followed(owners, seconds):
    """Give which touchpoints have a next one, and the time until it."""
    has_next = np.append(owners[1:] == owners[:-1], False)
    return has_next, np.append(seconds[1:], 0) - seconds


@pytest.fixture(scope="module")
def uncensored():
    """Journeys that all ran to their end: activity of each touchpoint, whether there is a next one, time until it."""
    visits = walk(np.random.default_rng(11), np.zeros(20_000, np.int64))
    order = np.lexsort((visits.seconds, visits.journeys))
    return visits.activities[order], *followed(visits.journeys[order], visits.seconds[order])


@pytest.fixture(scope="module")
def observed():
    return simulate(np.random.default_rng(3), customers=20_000, start=0, until=90 * DAY)


def kaplan_meier(times, seen, within):
    """Give the share of visits without a next one within a time, from visits of which some were cut off."""
    order = np.argsort(times, kind="stable")
    at_risk = len(times) - np.arange(len(times))
    left = np.cumprod(np.where(seen[order], 1 - 1 / at_risk, 1.0))
    return left[np.searchsorted(times[order], within, side="right") - 1]


def test_probabilities_are_probabilities():
    assert sum(STARTS.values()) == pytest.approx(1)
    assert all(0 <= sum(step.probability for step in steps) < 1 for steps in TRANSITIONS.values())
    assert {step.activity for steps in TRANSITIONS.values() for step in steps} <= set(TOUCHPOINTS)


@pytest.mark.parametrize("within", [*WINDOWS, None])
def test_true_dropoff_is_that_of_journeys_that_all_ran_to_their_end(uncensored, within):
    activities, has_next, gaps = uncensored
    gone = ~has_next if within is None else ~(has_next & (gaps <= WINDOWS[within]))
    for name, rate in true_dropoff(within).items():
        visits = gone[activities == CODES[name]]
        assert visits.mean() == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / len(visits)))


def test_the_probability_of_the_goal_is_that_of_journeys_that_all_ran_to_their_end(uncensored):
    activities, has_next, _ = uncensored
    starts = np.append(True, ~has_next[:-1])
    journey = np.cumsum(starts) - 1
    reached = np.bincount(journey, activities == CODES["POST /policies"]) > 0
    for name in STARTS:
        mine = reached[activities[starts] == CODES[name]]
        rate = goal_probability()[name]
        assert mine.mean() == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / len(mine)))


def test_transitions_take_the_median_time_of_the_model(uncensored):
    activities, has_next, gaps = uncensored
    rows = np.flatnonzero(has_next)
    for a, b in [PLANTED_SLOW, ("/quote/{id}", "POST /apply"), ("/quote", "/quote/{id}")]:
        times = gaps[rows[(activities[rows] == CODES[a]) & (activities[rows + 1] == CODES[b])]]
        median = matrices().median_seconds[CODES[a], CODES[b]]
        below = np.mean(times <= median)
        assert below == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(len(times)))


def test_the_planted_dropoff_loses_by_far_the_most_customers():
    rates = true_dropoff()
    assert max(rates, key=rates.__getitem__) == PLANTED_DROPOFF
    assert rates[PLANTED_DROPOFF] == pytest.approx(0.42)
    assert max(rate for name, rate in rates.items() if name != PLANTED_DROPOFF) <= 0.22


def test_the_planted_slow_transition_costs_by_far_the_most_waiting():
    (first, most), (_, second), *_ = total_excess_seconds().items()
    assert first == PLANTED_SLOW
    assert most > 3 * second


def test_true_excess_is_that_of_journeys_that_all_ran_to_their_end(uncensored):
    activities, has_next, gaps = uncensored
    a, b = (CODES[name] for name in PLANTED_SLOW)
    rows = np.flatnonzero(has_next)
    times = gaps[rows[(activities[rows] == a) & (activities[rows + 1] == b)]]
    excess = np.maximum(times - matrices().median_seconds[a, b], 0).sum() / 20_000
    assert excess == pytest.approx(total_excess_seconds()[PLANTED_SLOW], rel=0.05)


@pytest.mark.parametrize("within", ["7d", "14d", "30d"])
def test_dropoff_under_censoring_comes_near_the_truth_and_the_last_event_rule_does_not(observed, within):
    seen = observed.seconds >= observed.start
    activities, seconds = observed.activities[seen], observed.seconds[seen]
    has_next, gaps = followed(observed.customers[seen], seconds)
    times = np.where(has_next, gaps, observed.until - seconds)
    errors = {"censored": [], "naive": []}
    for name, rate in true_dropoff(within).items():
        mine = activities == CODES[name]
        errors["censored"].append(abs(kaplan_meier(times[mine], has_next[mine], WINDOWS[within]) - rate))
        errors["naive"].append(abs(1 - has_next[mine].mean() - rate))
    assert np.mean(errors["censored"]) < 0.005
    assert np.mean(errors["naive"]) > 0.0065
    assert np.mean(errors["naive"]) > 1.5 * np.mean(errors["censored"])


def test_touchpoints_of_a_journey_are_further_apart_than_the_clocks(observed):
    same = observed.journeys[1:] == observed.journeys[:-1]
    assert np.diff(observed.seconds)[same].min() >= SHORTEST_GAP >= 30


def test_a_second_journey_starts_at_least_45_days_after_the_first_ended(observed):
    same = observed.customers[1:] == observed.customers[:-1]
    next_journey = same & (observed.journeys[1:] != observed.journeys[:-1])
    pauses = np.diff(observed.seconds)[next_journey]
    assert len(pauses) > 100
    assert pauses.min() >= 45 * DAY


def test_journeys_are_under_way_when_the_exports_begin_and_when_they_end(observed):
    before = np.unique(observed.journeys[observed.seconds < observed.start])
    after = np.unique(observed.journeys[observed.seconds >= observed.start])
    assert len(np.intersect1d(before, after)) > 0.02 * observed.count
    assert 0.05 < observed.open / observed.count < 0.15
    assert observed.count == len(after)
    assert observed.seconds.max() < observed.until


def test_no_touchpoint_follows_an_end(observed):
    same = observed.journeys[1:] == observed.journeys[:-1]
    ends = [CODES[name] for name, steps in TRANSITIONS.items() if not steps]
    assert len(ends) == 2
    assert not np.isin(observed.activities[:-1][same], ends).any()
