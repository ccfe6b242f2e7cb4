"""``python -m benchmarks``: journeymine beside pm4py at a million events, and journeymine alone at ten million."""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import journeymine as jm
from benchmarks.generate import write_log

STEPS = ("read", "summarise", "graph", "medians", "variants", "drop-off")


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
    for step in (*STEPS, "total"):
        mine, other = (_seconds(results, step) for results in measured.values())
        ratio = f"{other[0] / mine[0]:>8.1f}" if other[0] else ""
        print(f"{step:12}{_shown(mine):>18}{_shown(other):>18}{ratio}")
    peaks = [statistics.median(result["peak_mib"] for result in results) for results in measured.values()]
    print(f"{'peak MiB':12}{peaks[0]:>18,.0f}{peaks[1]:>18,.0f}{peaks[1] / peaks[0]:>8.1f}")
    imports = [_shown(_seconds(results, "import")) for results in measured.values()]
    print(f"{'import':12}{imports[0]:>18}{imports[1]:>18}   (not in the total)")
    print(
        "The answers are equal. pm4py has no drop-off: beside ours, which has intervals, stands scipy's on its frame.\n"
    )


def _check_equal(ours: dict, theirs: dict) -> None:
    """Compare; of equally frequent variants the fifty shown may differ, so only their counts are held equal."""
    for answer in ("medians", "drop-off"):
        pairs = zip(ours[answer], theirs[answer], strict=True)
        if not all(math.isclose(mine, other, rel_tol=1e-6, abs_tol=1e-5) for mine, other in pairs):
            raise SystemExit(f"the {answer} differ")
    if ours["graph"] != theirs["graph"]:
        raise SystemExit("the graphs differ")
    counts = [[answers["variants"][0], [count for _, count in answers["variants"][1]]] for answers in (ours, theirs)]
    if counts[0] != counts[1]:
        raise SystemExit("the variants differ")


def _grow(folder: Path, asked: argparse.Namespace) -> None:
    sizes = {int(events): folder / f"{int(events)}.parquet" for events in (asked.events, asked.large)}
    spent = {}
    for events, path in sizes.items():
        results = [_measure("journeymine", write_log(path, events)) for _ in range(asked.runs)]
        spent[events] = _seconds(results, "total")[0]
        peak = statistics.median(result["peak_mib"] for result in results)
        each = spent[events] / events * 1e9
        print(f"{events:>12,} events: {spent[events]:6.2f} CPU s, {each:5.0f} ns an event, peak {peak:,.0f} MiB")
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
    wanted = STEPS if step == "total" else (step,)
    totals = [
        [sum(result["seconds"].get(name, (0, 0))[kind] for name in wanted) for result in results] for kind in (0, 1)
    ]
    return statistics.median(totals[0]), statistics.median(totals[1])


def _shown(seconds: tuple[float, float]) -> str:
    return f"{seconds[0]:.2f} ({seconds[1]:.2f})"


if __name__ == "__main__":
    main()
