"""The command line as a user meets it."""

import json

import pytest
from typer.testing import CliRunner

import journeymine as jm
from journeymine.cli import app
from journeymine.cli.main import REFUSED

EVENTS = """order,event,at
A1,visit,2024-05-01 09:00
A1,buy,2024-05-02 09:00
A2,visit,2024-05-02 10:00
A3,visit,2024-05-03 10:00
A3,call,2024-05-03 12:00
A3,buy,2024-05-04 12:00
"""
ALL = ["--min-customers", "1"]
OPTIONS = ["--format", "table", "--case", "order", "--activity", "event", "--timestamp", "at", "--tz", "UTC"]


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(EVENTS)
    return path


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_check_accounts_for_every_row(orders):
    done = run("check", orders, *OPTIONS, "--json")
    assert done.exit_code == 0
    account = json.loads(done.stdout)
    assert account["sources"][0] | {"notes": []} == {
        "source": "orders.csv",
        "format": "delimited text",
        "rows_in": 6,
        "used": 6,
        "duplicate": 0,
        "quarantined": 0,
        "notes": [],
    }


def test_a_check_of_bad_data_ends_with_its_own_exit_code_and_the_reasons(orders):
    orders.write_text(EVENTS + "A4,visit,soon\nA5,,2024-05-04 12:00\n")
    done = run("check", orders, *OPTIONS)
    assert done.exit_code == REFUSED == 3
    assert "bad_time" in done.stdout
    assert "no_activity" in done.stdout


def test_rows_set_aside_as_no_touchpoints_are_not_refused(tmp_path):
    log = tmp_path / "access.log"
    line = '1.2.3.4 - - [01/May/2024:09:00:00 +0000] "GET {} HTTP/1.1" 200 5 "-" "Mozilla/5.0"\n'
    log.write_text(line.format("/shop") + line.format("/logo.png"))
    done = run("check", log, "--format", "access-log", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["set_aside"] == 1


def test_refused_rows_can_be_written_for_repair(orders, tmp_path):
    orders.write_text(EVENTS + "A4,visit,soon\n")
    run("check", orders, *OPTIONS, "--quarantine", tmp_path / "rejected.parquet")
    from pyarrow import parquet

    assert parquet.read_table(tmp_path / "rejected.parquet")["payload"].to_pylist() == [b"A4,visit,soon"]


def test_an_error_is_a_sentence_and_exit_code_2(orders):
    misspelt = ["ordr" if option == "order" else option for option in OPTIONS]
    done = run("check", orders, *misspelt)
    assert done.exit_code == 2
    assert "Did you mean 'order'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_time_without_a_zone_is_explained(orders):
    done = run("check", orders, *OPTIONS[:-2])
    assert done.exit_code == 2
    assert "Say where the clock stood with --tz" in done.stderr


def test_an_option_that_no_format_knows_is_an_error(orders):
    done = run("check", orders, *OPTIONS, "--own-domain", "shop.example")
    assert done.exit_code == 2
    assert "format table has no option own_domains" in done.stderr


def test_formats_must_be_one_or_as_many_as_files(orders):
    done = run("check", orders, orders, orders, *OPTIONS, "--format", "table")
    assert done.exit_code == 2
    assert "give one --format, or one for each file" in done.stderr


def test_a_report_is_written_and_its_findings_printed(orders, tmp_path):
    written = tmp_path / "out.html"
    done = run("report", orders, *OPTIONS, "--goal", "buy", "--step", "visit", "--step", "buy", "-o", written, *ALL)
    assert done.exit_code == 0, done.stderr
    assert written.read_text().startswith("<!DOCTYPE html>")
    assert "2 of 3 journeys that reach “visit”" in done.stdout


def test_a_report_of_a_misspelt_goal_names_the_right_one(orders, tmp_path):
    done = run("report", orders, *OPTIONS, "--goal", "bye", "-o", tmp_path / "out.html")
    assert done.exit_code == 2
    assert "Did you mean 'buy'?" in done.stderr
    assert not (tmp_path / "out.html").exists()


def test_a_report_can_be_dutch_and_compare_segments(orders, tmp_path):
    orders.write_text(EVENTS.replace("\n", ",new\n").replace("at,new", "at,kind") + "A4,visit,2024-05-05 12:00,old\n")
    written = tmp_path / "out.json"
    done = run("report", orders, *OPTIONS, "--by", "kind", "--language", "nl", "-o", written, *ALL)
    assert done.exit_code == 0, done.stderr
    content = json.loads(written.read_text(encoding="utf-8"))
    assert content["title"] == "Klantreizen"
    assert [size["segment"] for size in content["segments"]["sizes"]] == ["new", "old"]


@pytest.mark.parametrize("command", ["demo", "report", "check"])
def test_help_shows_an_example(command):
    assert "Example: journeymine" in " ".join(run(command, "--help").stdout.split())


def test_a_log_that_was_stored_is_read_like_any_file(orders, tmp_path):
    stored = jm.read_table(orders, case="order", activity="event", timestamp="at", tz="UTC").write(
        tmp_path / "log.arrow"
    )
    done = run("check", stored, "--json")
    assert json.loads(done.stdout)["sources"][0]["used"] == 6
    done = run("check", stored, "--tz", "UTC")
    assert "format stored log has no option tz" in done.output


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    paths = [tmp_path / folder / "orders.csv" for folder in ("monday", "tuesday")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(EVENTS)
    done = run("check", *paths, *OPTIONS, "--json")
    assert [source["source"] for source in json.loads(done.stdout)["sources"]] == [str(path) for path in paths]


def test_an_ending_that_tells_no_format_is_refused_before_anything_is_read(tmp_path):
    for command in (["report", "-o", "journeys.pdf"], ["check", "--quarantine", "rows.csv"]):
        done = run(*command, tmp_path / "is not there.csv")
        assert (done.exit_code, "cannot tell the format of" in done.output) == (2, True)


def test_a_report_of_few_customers_says_why_it_finds_nothing(orders, tmp_path):
    done = run("report", orders, *OPTIONS, "-o", tmp_path / "report.html")
    assert "nothing is to be told of what fewer than 10 customers did" in done.output
