"""The demo finds what was planted."""

import json

import pytest
from typer.testing import CliRunner

from journeymine.cli import app


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    arguments = ["demo", "--folder", str(folder), "--customers", "6000", "--seed", "5", "--json"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_planted_drop_off_comes_first(told):
    assert told["figures"]["dropoff_found"] == told["figures"]["dropoff_planted"]


def test_the_planted_slow_transition_comes_first(told):
    assert told["figures"]["slow_found"] == told["figures"]["slow_planted"]


def test_at_least_97_percent_of_events_have_their_right_customer(told):
    assert told["figures"]["linked_right"] >= 0.97


def test_the_account_of_rows_closes(told):
    figures = told["figures"]
    assert figures["rows_in"] == figures["used"] + figures["duplicate"] + figures["quarantined"]


def test_every_file_it_names_is_there(told, tmp_path_factory):
    from pathlib import Path

    assert set(told["files"]) >= {"report", "journey map", "journey map (SVG)", "dropoff", "delays", "log"}
    assert all(Path(path).stat().st_size > 100 for path in told["files"].values())
