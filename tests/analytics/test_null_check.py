"""Null check: lots give as many false alarms as promised, and a broken comparison is found out."""

import numpy as np
import pytest

import journeymine as jm
from journeymine.errors import OptionError
from tests.segments import late_recruits, zipf_variants


@pytest.mark.parametrize("journeys", [1, 6])
def test_lots_give_false_alarms_as_rarely_as_promised(journeys):
    log = zipf_variants(300, np.random.default_rng(3), journeys=journeys, shift=0.2)
    found = jm.null_check(log, by="segment", runs=40)
    assert found.is_sound
    assert found.false_share == pytest.approx(0.05, abs=0.04)
    assert found.table["share"].sum() == pytest.approx(1)
    assert "no more frequent than promised" in found.headline


def test_journeys_taken_for_customers_are_found_out():
    from dataclasses import replace

    from journeymine.analytics.differences import differences, measure, pairs_of
    from journeymine.analytics.measured import Terms
    from journeymine.summary.cells import Cells

    log = zipf_variants(100, np.random.default_rng(3), journeys=20)
    blind = log.table.drop_columns("customer").append_column("customer", log.table["case_id"])
    wrong = Cells.by_column(jm.EventLog.of(blind), "segment")
    right, rng = Cells.by_column(log, "segment"), np.random.default_rng(0)
    terms = Terms(None, (), None, (), 20, 0.95, pairs_of(right.segments, None), 0, 0)
    order = {name: place for place, name in enumerate(log.labels("case_id").dictionary.to_pylist())}
    places = [order[name] for name in wrong.log.labels("case_id").dictionary.to_pylist()]
    flagged = []
    for _ in range(20):
        drawn = replace(wrong, of_case=right.lot(rng)[places])
        flagged.append((differences(measure("variants", drawn, terms), drawn, terms)["p_value"] < 0.05).mean())
    assert np.mean(flagged) > 0.3


def test_the_check_goes_for_every_kind_of_comparison():
    log = late_recruits(400, np.random.default_rng(0))
    for what in ("dropoff", "transitions", "delays", "throughput"):
        found = jm.null_check(log, by="segment", what=what, goal=None if what == "delays" else "a1", runs=5)
        assert found.table["differences"].sum() == 5
        assert len(found.plot().patches) == 20


def test_too_small_a_log_is_said_to_be():
    log = zipf_variants(12, np.random.default_rng(0))
    assert jm.null_check(log, by="segment", runs=2).headline == "There is too little in the log to test any difference."


def test_it_takes_at_least_one_lot():
    with pytest.raises(OptionError, match="at least 1"):
        jm.null_check(zipf_variants(12, np.random.default_rng(0)), by="segment", runs=0)
