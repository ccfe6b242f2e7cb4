"""From the invented company's exports to its truth."""

import pytest

import journeymine as jm
from journeymine.cli.demo import read_exports
from journeymine.cli.files import read_identifiers
from journeymine.datasets.scores import Truth


@pytest.fixture(scope="module")
def mined(tmp_path_factory):
    company = jm.write_company(tmp_path_factory.mktemp("company"), customers=40_000, seed=3)
    log = jm.link(read_exports(company), extra=read_identifiers(company.crm), country=company.country)
    return company, jm.cut(log, gap="30d", end=company.ends)


@pytest.mark.slow
def test_drop_off_is_within_half_a_point_of_the_truth_on_average_and_the_naive_figure_visibly_off(mined):
    company, log = mined
    table = jm.dropoff(log, goal=company.goal, end=company.ends[1:], within="30d").table
    beside = Truth(company).beside(table, "30d")
    assert beside["error_points"].abs().mean() <= 0.5
    assert beside["naive_error_points"].abs().mean() >= 1.0


@pytest.mark.slow
def test_intervals_of_drop_off_contain_the_truth_for_most_touchpoints(mined):
    company, log = mined
    table = jm.dropoff(log, goal=company.goal, end=company.ends[1:], within="30d").table
    beside = Truth(company).beside(table, "30d")
    inside = (beside["low"] - 0.005 <= beside["true_rate"]) & (beside["true_rate"] <= beside["high"] + 0.005)
    assert inside.mean() >= 0.8


@pytest.mark.slow
def test_the_bulk_of_events_is_linked_right(mined):
    company, log = mined
    assert Truth(company).share_linked_right(log) >= 0.97
