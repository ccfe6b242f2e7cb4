"""``python -m benchmarks``: journeymine beside pm4py at a million events, and journeymine alone at ten million."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import journeymine as jm
from benchmarks.generate import write_log

ANSWERS = ("read", "graph", "medians", "variants", "drop-off")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--events", type=float, default=1e6, help="events of the log that both mine")
    options.add_argument("--large", type=float, default=1e7, help="events of the log for journeymine alone")
    options.add_argument("--runs", type=int, default=3, help="runs of each, in turn; medians are shown")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _compare(write_log(Path(folder) / "small.parquet", int(asked.events)), asked.runs, int(asked.events))
        _grow(Path(folder), asked)


def _compare(path: Path, runs: int, events: int) -> None:
    measured: dict[str, list[dict]] = {"journeymine": [], "pm4py": []}
    for _ in range(runs):
        for who, results in measured.items():
            results.append(_measure(who, path))
    ours, theirs = (results[0]["digest"] for results in measured.values())
    _check_equal(ours, theirs)
    print(f"{events:,} events, medians of {runs} runs in turn; CPU seconds (wall seconds)")
    print(f"{'':12}{'journeymine':>18}{'pm4py':>18}{'ratio':>8}")
    for step in (*ANSWERS, "total"):
        mine, other = (_seconds(results, step) for results in measured.values())
        print(f"{step:12}{_shown(mine):>18}{_shown(other):>18}{other[0] / mine[0]:>8.1f}")
    peaks = [statistics.median(result["peak_mib"] for result in results) for results in measured.values()]
    print(f"{'peak MiB':12}{peaks[0]:>18,.0f}{peaks[1]:>18,.0f}{peaks[1] / peaks[0]:>8.1f}")
    print(f"{'import':12}{_shown(_seconds(measured['journeymine'], 'import')):>18}", end="")
    print(f"{_shown(_seconds(measured['pm4py'], 'import')):>18}   (not in the total)")
    print("graph, medians and variants are equal; pm4py's drop-off is the naive count, ours is censored with intervals\n")


def _check_equal(ours: dict, theirs: dict) -> None:
    """Compare; of equally frequent variants the fifty shown may differ, so only their counts are held equal."""
    assert ours["graph"] == theirs["graph"], "the graphs differ"
    assert all(abs(a - b) <= 2e-3 for a, b in zip(ours["medians"], theirs["medians"], strict=True)), "medians differ"
    assert ours["variants"][0] == theirs["variants"][0], "the numbers of variants differ"
    assert [n for _, n in ours["variants"][1]] == [n for _, n in theirs["variants"][1]], "variant counts differ"


def _grow(folder: Path, asked: argparse.Namespace) -> None:
    sizes = {int(events): folder / f"{int(events)}.parquet" for events in (asked.events, asked.large)}
    spent = {}
    for events, path in sizes.items():
        results = [_measure("journeymine", write_log(path, events)) for _ in range(asked.runs)]
        spent[events] = _seconds(results, "total")[0]
        peak = statistics.median(result["peak_mib"] for result in results)
        print(f"{events:>12,} events: {spent[events]:6.2f} CPU s, {spent[events] / events * 1e9:5.0f} ns an event, {peak:,.0f} MiB")
    growth = spent[int(asked.large)] / spent[int(asked.events)]
    print(f"{asked.large / asked.events:.0f} times the events take {growth:.1f} times the CPU")
    log = jm.read_table(sizes[int(asked.large)], customer="customer", channel="channel")
    stored = log.write(folder / "log.arrow")
    reopened = _seconds([_measure("reopen", stored) for _ in range(asked.runs)], "reopen")
    print(f"reopened from Arrow IPC ({stored.stat().st_size / 2**20:,.0f} MiB) in {reopened[1] * 1000:.1f} ms")


def _measure(who: str, path: Path) -> dict:
    command = [sys.executable, "-m", "benchmarks.work", who, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _seconds(results: list[dict], step: str) -> tuple[float, float]:
    wanted = ANSWERS if step == "total" else (step,)
    totals = [[sum(result["seconds"][name][kind] for name in wanted) for result in results] for kind in (0, 1)]
    return statistics.median(totals[0]), statistics.median(totals[1])


def _shown(seconds: tuple[float, float]) -> str:
    return f"{seconds[0]:.2f} ({seconds[1]:.2f})"


if __name__ == "__main__":
    main()
