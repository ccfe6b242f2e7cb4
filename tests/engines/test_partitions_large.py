"""Partitions keep within the memory they were given, and survive being killed; measured in processes of their own."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import pytest

import journeymine as jm

pytestmark = pytest.mark.slow

SCRIPT = """
import sys
import journeymine as jm
from benchmarks.memory import peak_mib

what, source, folder, memory = sys.argv[1:]
if "write" in what:
    kept = jm.write_partitioned(jm.read_in_parts(source), folder, memory=memory, partitions=16)
if "sum" in what:
    jm.summarise_partitions(folder, memory=memory)
print(peak_mib())
"""

ROOT = Path(__file__).parents[2]
MILLIONS = 5_000_000


def started(*arguments):
    command = [sys.executable, "-c", SCRIPT, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def peak_megabytes(*arguments):
    """Give the most memory that a process took."""
    process = started(*arguments)
    out, error = process.communicate()
    assert process.returncode == 0, error
    return int(out)


def events(path, customers_of, number=MILLIONS):
    """Write a file of events, block by block, each a second after the one before."""
    rng, block = np.random.default_rng(1), 500_000
    activities = pa.array([f"step {number}" for number in range(40)])
    writer = None
    for start in range(0, number, block):
        times = 1_700_000_000_000_000 + (start + np.arange(block)) * 1_000_000
        table = pa.table(
            {
                "customer": customers_of(rng, start, block),
                "activity": activities.take(pa.array(rng.integers(0, 40, block))),
                "timestamp": pa.array(times, pa.timestamp("us", "UTC")),
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()
    return path


def named(numbers):
    return pa.compute.binary_join_element_wise("C", pa.array(numbers).cast(pa.string()), "")


KINDS = {
    "400,000 customers": (lambda rng, start, block: named(rng.integers(0, 400_000, block)), "600MB"),
    "a case an event": (lambda rng, start, block: named(start + np.arange(block)), "600MB"),
    "one giant case": (lambda rng, start, block: pa.array(["C1"] * block), "1GB"),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_five_million_events_keep_within_the_memory_given(tmp_path, kind):
    customers_of, memory = KINDS[kind]
    source, folder = events(tmp_path / "events.parquet", customers_of), tmp_path / "log"
    bound = {"600MB": 600, "1GB": 1024}[memory]
    assert peak_megabytes("write", source, folder, memory) <= bound
    assert peak_megabytes("sum", source, folder, memory) <= bound
    total = jm.summarise_partitions(folder, memory=memory)
    assert total.num_events == MILLIONS
    assert (
        total.num_customers == total.num_cases == len(pq.read_table(source, columns=["customer"])["customer"].unique())
    )


def test_a_process_that_is_killed_at_any_moment_is_simply_started_again(tmp_path):
    source = events(tmp_path / "events.parquet", KINDS["400,000 customers"][0], number=500_000)
    started_at = time.monotonic()
    peak_megabytes("write sum", source, tmp_path / "whole", "600MB")
    length, chance, killed = time.monotonic() - started_at, random.Random(4), 0
    for _ in range(8):
        process = started("write sum", source, tmp_path / "log", "600MB")
        time.sleep(length * chance.uniform(0.3, 1.0))
        os.kill(process.pid, signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
    assert killed
    found = jm.summarise_partitions(jm.write_partitioned(jm.read_in_parts(source), tmp_path / "log"))
    assert found == jm.summarise(jm.read_table(source))
    assert not list((tmp_path / "log").rglob("*.part"))
