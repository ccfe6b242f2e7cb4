"""From the invented company's exports to its truth."""

import pytest

import journeymine as jm
from journeymine.cli.demo import read_exports
from journeymine.cli.files import read_identifiers
from journeymine.datasets.scores import Truth
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.relabel import relabelled


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


@pytest.mark.slow
@pytest.mark.parametrize("shared", [0.0075, 0.1])
def test_pairs_of_events_are_linked_right_even_where_one_in_ten_shares_a_device_and_one_in_ten_a_telephone(
    tmp_path, shared
):
    company = jm.write_company(tmp_path, customers=10_000, seed=3, shared=shared)
    log = jm.link(read_exports(company), extra=read_identifiers(company.crm), country=company.country)
    precision, recall = Truth(company).pairs_linked_right(log)
    assert precision >= 0.99
    assert recall >= 0.95


def test_pairs_are_right_by_definition_where_events_have_their_true_customers_and_found_where_all_have_one(tmp_path):
    company = jm.write_company(tmp_path, customers=60)
    log, truth = read_exports(company), Truth(company)
    place = log.table.column_names.index("customer")
    true = relabelled(log, columns.encode(truth.customers(log)))
    assert truth.pairs_linked_right(true) == (1, 1)
    one = EventLog.of(log.table.set_column(place, "customer", columns.label("everyone", log.num_events)))
    precision, recall = truth.pairs_linked_right(one)
    assert recall == 1
    assert 0 < precision < 0.1
