"""Exports put into partitions on the command line."""

import json

import pytest
from typer.testing import CliRunner

import journeymine as jm
from journeymine.cli import app

OPTIONS = ["--format", "table", "--customer", "who", "--activity", "event", "--timestamp", "at", "--tz", "UTC"]


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def days(tmp_path):
    paths = [tmp_path / f"day{number}.csv" for number in (1, 2)]
    for number, path in enumerate(paths, 1):
        path.write_text(f"who,event,at\nC{number},visit,2024-05-0{number}T09:00\nC1,call,2024-05-0{number}T10:00\n")
    return paths


def test_days_are_added_one_after_the_other_and_none_twice(days, tmp_path):
    folder = tmp_path / "log"
    for files in ([days[0]], days):
        done = run("partition", *files, "--folder", folder, "--gap", "30d", *OPTIONS, "--json")
        assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["events"] == 4
    assert [source["rows_in"] for source in told["sources"]] == [2, 2]
    assert jm.summarise_partitions(folder).num_cases == 2


def test_an_error_is_a_sentence(days, tmp_path):
    done = run("partition", days[0], "--folder", tmp_path / "log", "--memory", "1 MB", *OPTIONS)
    assert done.exit_code == 2
    assert "memory must be at least '400MB'" in done.output


def test_customers_are_linked_with_what_is_known_of_them(tmp_path):
    web, mail, known = tmp_path / "web.csv", tmp_path / "mail.csv", tmp_path / "crm.csv"
    web.write_text("id_cookie,activity,timestamp\nk1,visit,2024-05-01T09:00Z\n")
    mail.write_text("id_email,id_cookie,activity,timestamp\njo@mail.example,k1,ask,2024-05-02T09:00Z\n")
    known.write_text("customer,email\nC1,jo@mail.example\n")
    done = run("partition", web, mail, "--folder", tmp_path / "log", "--known", known, "--format", "table")
    assert done.exit_code == 0, done.output
    assert jm.open_partitions(tmp_path / "log").customer("C1").num_events == 2
    assert "2 events" in done.output


def test_days_may_go_on_under_one_name(days, tmp_path):
    done = run("partition", *days, "--folder", tmp_path / "log", *OPTIONS, "-O", "name=shop", "--json")
    assert done.exit_code == 0, done.output
    assert [source["source"] for source in json.loads(done.stdout)["sources"]] == ["shop"]
