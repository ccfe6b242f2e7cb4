"""The examples run as they stand."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

import journeymine as jm

ROOT = Path(__file__).resolve().parents[1]


def test_the_pipeline_writes_log_rejects_and_report(tmp_path):
    company = jm.write_company(tmp_path / "exports", customers=800)
    command = [sys.executable, str(ROOT / "examples" / "pipeline.py"), str(company.folder), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert jm.open_log(tmp_path / "out" / "journeys.arrow").num_events > 3_000
    assert (tmp_path / "out" / "report.html").exists()
    assert (tmp_path / "out" / "rejected.parquet").exists()


def test_the_banks_calls_become_journeys_of_known_customers(tmp_path):
    names = ["vru+line", "call_id", "customer_id", "date", "vru_entry", "vru_exit", "outcome", "server"]
    rows = [
        ["AA0101", "1", "0", "990201", "7:02:47", "7:02:56", "AGENT", "S1"],  # customer 0 is anybody
        ["AA0101", "2", "23317894.0", "990201", "8:09:16", "8:09:22", "HANG", "NO_SERVER"],
        ["AA0102", "3", "23317894.0", "990203", "9:10:00", "9:10:09", "AGENT", "S2"],
        ["AA0101", "4", "23317894.0", "990228", "23:59:59", "0:00:07", "PHANTOM", "NO_SERVER"],
    ]
    calls = tmp_path / "calls.txt"
    calls.write_text("\n".join("\t".join(row) for row in [names, *rows]), encoding="utf-8")
    command = [sys.executable, str(ROOT / "examples" / "bank_voice_menu.py"), str(calls), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    log = jm.open_log(tmp_path / "out" / "calls.arrow")
    assert (log.num_events, log.num_customers, log.num_cases) == (4, 1, 3)
    assert log.activities == ["call abandoned", "phantom call", "talked with agent"]
    assert "(call abandoned, talked with agent)" in done.stdout


@pytest.mark.slow
def test_the_gallery_writes_every_picture_on_three_papers(tmp_path):
    command = [sys.executable, str(ROOT / "examples" / "gallery.py"), str(tmp_path), "800"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    papers = defaultdict(set)
    for path in tmp_path.glob("*.png"):
        name, _, paper = path.stem.rpartition("_")
        papers[name].add(paper)
    assert len(papers) > len(done.stdout.splitlines()) > 10
    assert set(map(frozenset, papers.values())) == {frozenset({"light", "dark", "grey"})}


def test_every_picture_of_the_gallery_is_on_its_page():
    listed = re.search(r"PICTURES = \((.*?)\)", (ROOT / "examples" / "gallery.py").read_text(), re.DOTALL).group(1)
    page = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    assert re.findall(r"^show\(gallery\.(\w+)\)$", page, re.MULTILINE) == re.findall(r"\w+", listed)
    assert re.findall(r"^:pyobject: (\w+)$", page, re.MULTILINE) == re.findall(r"\w+", listed)
