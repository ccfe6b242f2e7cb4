"""``python -m benchmarks.statistics``: what answers with their intervals cost on one core, beside the aims."""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import journeymine as jm
from benchmarks.generate import write_log
from journeymine.analytics.differences import What

AIMS = {"drop-off": 2.0, "compare": 5.0}
"""Seconds for a million events: drop-off with intervals, and a comparison of four segments, whatever is compared."""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.statistics", description=__doc__)
    options.add_argument("--events", type=float, default=1e6, help="events of the log")
    options.add_argument("--runs", type=int, default=3, help="runs of each; medians are shown")
    asked = options.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core, whatever asks for threads
    for module in ("pandas", "scipy.stats", "scipy.optimize"):
        import_module(module)
    with tempfile.TemporaryDirectory() as folder:
        path = write_log(Path(folder) / "log.parquet", int(asked.events))
        log = jm.read_table(path, customer="customer", channel="channel")
    print(f"{log.num_events:,} events of {log.num_customers:,} customers; CPU seconds on one core")
    for name, ask in questions(log).items():
        spent = statistics.median(_spent(ask, log) for _ in range(asked.runs))
        aim = AIMS.get(name.split(",")[0])
        print(f"{name:28}{spent:8.2f}{'' if aim is None else f'   aim {aim:.0f}'}")


def questions(log: jm.EventLog) -> dict[str, Callable[[jm.EventLog], Any]]:
    """Name the questions that are put to a log."""
    goal = log.activities[-1]
    options: dict[What, dict[str, Any]] = {
        "variants": {},
        "dropoff": {},
        "transitions": {},
        "delays": {},
        "funnel": {"steps": log.activities[:3]},
        "throughput": {"goal": goal},
    }
    compared: dict[str, Callable[[jm.EventLog], Any]] = {
        f"compare, {what}": lambda log, what=what, more=more: jm.compare(log, by="segment", what=what, **more).table
        for what, more in options.items()
    }
    return {
        "drop-off, with intervals": lambda log: jm.dropoff(log, goal=goal).table,
        "transitions": lambda log: jm.transitions(log, goal=goal).table,
        "time to the goal": lambda log: jm.time_to(log, goal=goal).table,
        **compared,
        "distances of four segments": lambda log: jm.compare(log, by="segment", runs=49).distances,
        "truncation check": lambda log: jm.truncation_check(log, goal=goal).table,
        "gap sensitivity, six gaps": lambda log: jm.gap_sensitivity(log, goal=goal).table,
    }


def _spent(ask: Callable[[jm.EventLog], Any], log: jm.EventLog) -> float:
    """Give the CPU seconds of a question to a log of which nothing was worked out before."""
    fresh, began = replace(log), time.process_time()
    ask(fresh)
    return time.process_time() - began


if __name__ == "__main__":
    main()
