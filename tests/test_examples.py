"""The examples run as they stand."""

import subprocess
import sys
from pathlib import Path

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
