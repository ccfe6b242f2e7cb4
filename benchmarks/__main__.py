"""``python -m benchmarks``: journeymine beside pm4py, pandas, polars and DuckDB, on the same log in the same run."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import journeymine as jm
from benchmarks.generate import ORDERS, write_log

PEERS = {
    "journeymine": "ours",
    "whole answers": "whole",
    "pm4py": "with_pm4py",
    "pandas": "with_pandas",
    "polars": "with_polars",
    "DuckDB": "with_duckdb",
    "only reading": "floor",
}
STEPS = (
    "read",
    "summarise",
    "graph",
    "medians",
    "variants",
    "case statistics",
    "funnel",
    "segment graphs",
    "drop-off",
)
HEAVY = "pm4py"  # needs 0.7 GB for each million events


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--events", type=float, nargs="+", default=[1e6, 1e7], help="sizes of the log")
    options.add_argument("--runs", type=int, default=3, help="runs of each, in turn; medians are shown")
    options.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS), help="who works")
    options.add_argument("--order", choices=ORDERS, default="arrival", help="order of the rows in the file")
    options.add_argument("--heavy", type=float, default=1e6, help="largest log that pm4py is given")
    asked = options.parse_args()
    print(f"{_machine()}\n")
    spent: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for events in map(int, asked.events):
            path = write_log(Path(folder) / f"{events}.parquet", events, order=asked.order)
            peers = [name for name in asked.peers if name != HEAVY or events <= asked.heavy]
            runs = {name: Runs([]) for name in peers}
            for _ in range(asked.runs):
                for name, measured in runs.items():
                    measured.every.append(_measure(PEERS[name], path))
            _check_equal({name: measured.digest for name, measured in runs.items() if name != "only reading"})
            print(*_table(events, runs), *_beside(runs), sep="\n", end="\n\n")
            if "journeymine" in runs:
                spent[events] = runs["journeymine"].total[0]
        print(*_growth(spent), sep="\n")
        print(_reopened(path))


@dataclass(frozen=True)
class Runs:
    """What the runs of one peer took."""

    every: list[dict[str, Any]]

    @property
    def digest(self) -> dict[str, Any]:
        """Give its answers."""
        return self.every[0]["digest"]

    @property
    def peak(self) -> float:
        """Give the median of its peak memory, in MiB."""
        return statistics.median(run["peak_mib"] for run in self.every)

    def step(self, name: str) -> tuple[float, float]:
        """Give the medians of CPU and wall seconds of a step."""
        cpu, wall = zip(*(run["seconds"].get(name, (0.0, 0.0)) for run in self.every), strict=True)
        return statistics.median(cpu), statistics.median(wall)

    @cached_property
    def total(self) -> tuple[float, float]:
        """Give the medians of all its steps together, without its imports."""
        sums = [
            [sum(spent[kind] for name, spent in run["seconds"].items() if name != "import") for run in self.every]
            for kind in (0, 1)
        ]
        return statistics.median(sums[0]), statistics.median(sums[1])


def _machine() -> str:
    libraries = ("numpy", "pyarrow", "pandas", "polars", "duckdb", "pm4py")
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{', '.join(f'{name} {version(name)}' for name in libraries)}"
    )


def _measure(who: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.work", who, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


# --- are the answers equal? ------------------------------------------------------------------------------------------


def _check_equal(digests: dict[str, dict[str, Any]]) -> None:
    first, *others = digests
    for other in others:
        for answer, mine in digests[first].items():
            if not _alike(list(_flat(mine)), list(_flat(digests[other][answer]))):
                raise SystemExit(f"{first} and {other} differ in: {answer}")


def _flat(values: Any) -> Iterator[Any]:
    if isinstance(values, list):
        for value in values:
            yield from _flat(value)
    else:
        yield values


def _alike(mine: list[Any], other: list[Any]) -> bool:
    """Compare: text and counts are equal, what is measured differs by less than rounding to microseconds may."""
    return len(mine) == len(other) and all(
        a == b or (isinstance(a, float) and math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-5))
        for a, b in zip(mine, other, strict=True)
    )


# --- tables ----------------------------------------------------------------------------------------------------------


def _table(events: int, runs: dict[str, Runs]) -> Iterator[str]:
    """Give a table in Markdown: CPU seconds and, in brackets, wall seconds; then how many times ours."""
    peers = list(runs)
    yield f"| {events:,} events | {' | '.join(peers)} |"
    yield f"|---|{'---|' * len(peers)}"
    for step in STEPS:
        yield f"| {step} | {' | '.join(_shown(runs[name].step(step)) for name in peers)} |"
    yield f"| **all of it** | {' | '.join(f'**{_shown(runs[name].total)}**' for name in peers)} |"
    yield f"| peak MiB | {' | '.join(f'{runs[name].peak:,.0f}' for name in peers)} |"
    if "journeymine" in runs:
        ours = runs["journeymine"]
        yield f"| times our CPU | {' | '.join(f'{runs[name].total[0] / ours.total[0]:.1f}' for name in peers)} |"
        yield f"| times our wall time | {' | '.join(f'{runs[name].total[1] / ours.total[1]:.1f}' for name in peers)} |"
        yield f"| times our memory | {' | '.join(f'{runs[name].peak / ours.peak:.1f}' for name in peers)} |"


def _beside(runs: dict[str, Runs]) -> Iterator[str]:
    """Give the steps that only one of them takes."""
    for name, measured in runs.items():
        own = [step for step in measured.every[0]["seconds"] if step not in (*STEPS, "import")]
        if own:
            yield f"\n{name}: {', '.join(f'{step} {_shown(measured.step(step))}' for step in own)}"


def _shown(seconds: tuple[float, float]) -> str:
    return f"{seconds[0]:.2f} ({seconds[1]:.2f})" if any(seconds) else ""


def _growth(spent: dict[int, float]) -> Iterator[str]:
    for events, seconds in spent.items():
        yield f"{events:>12,} events: {seconds / events * 1e9:5.0f} ns of CPU an event"


def _reopened(path: Path) -> str:
    log = jm.read_table(path, customer="customer", channel="channel")
    stored = log.write(path.with_suffix(".arrow"))
    measured = Runs([_measure("stored", stored) for _ in range(3)])
    (_, opened), (_, looked), (answered, _) = measured.step("read"), measured.step("look"), measured.total
    return (
        f"{log.num_events:,} events stored as Arrow IPC ({stored.stat().st_size / 2**20:,.0f} MiB) reopen in "
        f"{opened * 1000:.1f} ms, and tell of themselves, with a look at each, in {looked * 1000:.0f} ms; all answers "
        f"from there take {answered:.2f} CPU s"
    )


if __name__ == "__main__":
    main()
