"""Drop-off, transitions and times to a goal are those of lifelines, to the ninth decimal."""

import json
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import journeymine as jm
from tests.conftest import ROOT
from tests.simulation import TOUCHPOINTS, journeys
from tests.small import DAY

WITHIN = 14
PYTHON = ROOT / ".venv-lifelines" / "bin" / "python"


@pytest.fixture(scope="module")
def ask():
    """Give a function that puts questions to lifelines."""
    if not PYTHON.exists():
        pytest.skip("lifelines is not there: `make oracles` gives it an environment of its own")

    def answers(questions):
        script = Path(__file__).with_name("lifelines_answers.py")
        done = subprocess.run([PYTHON, script], input=json.dumps(questions), capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    return answers


@pytest.fixture(scope="module")
def log():
    return journeys(800, 60, np.random.default_rng(7))


def visits_of(log, name):
    """Give the days from each visit to the next event, or to the end of the log, and what came: 0 if nothing so far."""
    gaps = jm.summarise(log, parts=["gaps"]).overall("gaps")
    mine = gaps["activity"] == log.activities.index(name) + 1
    return {
        "durations": (gaps["duration"][mine] / DAY).tolist(),
        "causes": gaps["next_activity"][mine].astype(int).tolist(),
    }


def test_drop_off_is_lifelines_kaplan_meier(ask, log):
    questions = [{"kind": "kaplan_meier", **visits_of(log, name), "window": WITHIN} for name in TOUCHPOINTS[:5]]
    rates = jm.dropoff(log, goal="buy", within=f"{WITHIN}d").table.set_index("activity")["rate"]
    assert rates[TOUCHPOINTS[:5]].tolist() == pytest.approx(ask(questions), abs=1e-9)


def test_transitions_are_lifelines_aalen_johansen(ask, log):
    table = jm.transitions(log, goal="buy", within=f"{WITHIN}d").table
    questions = [
        {
            "kind": "aalen_johansen",
            **visits_of(log, row.activity),
            "window": WITHIN,
            "cause": log.activities.index(row.next_activity) + 1,
        }
        for row in table.itertuples()
    ]
    assert len(questions) >= 15
    assert table["probability"].tolist() == pytest.approx(ask(questions), abs=1e-9)


def test_the_share_that_reaches_a_goal_is_lifelines_aalen_johansen(ask, log):
    """Journeys that buy, beside journeys that come to the phone first, which ends them here."""
    found = jm.time_to(log, goal="buy", end="phone", within=f"{WITHIN}d").table.iloc[-1]
    cases, buys, phones = log.offsets, *(log.activities.index(name) for name in ("buy", "phone"))
    codes = np.array([log.activities.index(name) for name in log.labels("activity").to_pylist()])
    durations, causes = [], []
    for first, last in pairwise(cases):
        stops = np.flatnonzero(np.isin(codes[first:last], [buys, phones]))
        until = log.times[first + stops[0]] if len(stops) else log.sources["observed_until"][0].value
        durations.append(float(until - log.times[first]) / DAY)
        causes.append(0 if not len(stops) else 1 if codes[first + stops[0]] == buys else 2)
    questions = [
        {"kind": "aalen_johansen", "durations": durations, "causes": causes, "window": WITHIN, "cause": cause}
        for cause in (1, 2)
    ]
    assert [found["share"], found["other_end_share"]] == pytest.approx(ask(questions), abs=1e-9)
