"""``python -m benchmarks.calibrate``: estimates beside the truth of simulated customers, at full size, as tables."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import UTC, datetime
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency

import journeymine as jm
from journeymine.summary.differences import difference_errors, difference_interval
from journeymine.summary.dropoffs import DropOffs, dropoffs
from journeymine.summary.significance import p_values
from tests.segments import late_recruits, mixed_channels, zipf_variants
from tests.service import issues, resolutions, true_contacts, true_failure, true_resolution, visits_and_calls
from tests.simulation import (
    TOUCHPOINTS,
    bootstrapped,
    clustered_customers,
    journeys,
    true_dropoff,
    true_share,
    true_transitions,
)
from tests.slowed import CHANGE, answers, mean_excess, transitions
from tests.small import DAY

WINDOWS = ((30, 14), (90, 14), (90, 60), (365, 60))


def main() -> None:
    """Run the calibrations that are asked for, by default all."""
    known: dict[str, Callable[[int], None]] = {
        name.removeprefix("calibrate_"): function
        for name, function in globals().items()
        if name.startswith("calibrate_")
    }
    options = argparse.ArgumentParser(prog="python -m benchmarks.calibrate", description=__doc__)
    options.add_argument("topics", nargs="*", choices=[*known, []], help="by default all")
    options.add_argument("--runs", type=int, default=200, help="simulated logs of each setting")
    options.add_argument("--page", type=Path, help="write a page of the documentation too")
    asked = options.parse_args()
    told = [_told(name, known[name], asked.runs) for name in asked.topics or known]
    if asked.page:
        asked.page.write_text("\n".join([_head(asked.runs), *told]), encoding="utf-8")


def _told(name: str, calibrate: Callable[[int], None], runs: int) -> str:
    """Run a calibration, print what it says under its name, and give it."""
    said = StringIO()
    with redirect_stdout(said):
        calibrate(runs)
    text = f"## {name.replace('_', ' ').capitalize()}\n{calibrate.__doc__}\n\n{said.getvalue()}"
    print(text)
    return text


def _head(runs: int) -> str:
    tools = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "pyarrow"))
    room = 1.96 * np.sqrt(0.05 * 0.95 / runs)
    return (
        "# Calibration\n\nEstimates beside the truth of simulated customers. The customers are invented in "
        "`tests/simulation.py` and `tests/segments.py`; only their log, which ends while they are on their way, is "
        "analysed. This page is what `python -m benchmarks.calibrate --page docs/calibration.md` wrote.\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}: {runs:,} simulated logs of each setting unless a table says otherwise, seeds 0 "
        f"to {runs - 1:,}; {tools}. With so many logs a share that is truly 0.05 comes out between {0.05 - room:.3f} "
        f"and {0.05 + room:.3f} nineteen times in twenty, and one of 0.95 between {0.95 - room:.3f} and "
        f"{0.95 + room:.3f}.\n"
    )


def show(*rows: tuple, head: tuple[str, ...]) -> None:
    """Print a table in Markdown."""
    for row in (head, ("---",) * len(head), *rows):
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def points(shares: np.ndarray) -> str:
    """Say the mean and the largest of some shares, in percentage points."""
    return f"{100 * shares.mean():.2f} ({100 * shares.max():.2f})"


def calibrate_dropoff(runs: int) -> None:
    """Drop-off and transitions of 4,000 journeys: bias in points, of all touchpoints (the worst), and cover of 95 %."""
    rows = []
    for days, within in WINDOWS:
        truth, moves, kept = true_dropoff(within), true_transitions(within), []
        for seed in range(runs):
            summary = jm.summarise(journeys(4_000, days, np.random.default_rng(seed)))
            kept.append(_beside(summary, within, truth, moves))
        rates, naive, inside, next_ones, next_inside = (np.stack(values) for values in zip(*kept, strict=True))
        rows.append(
            (
                f"{days} / {within}",
                points(np.abs(naive.mean(axis=0) - truth)),
                points(np.abs(rates.mean(axis=0) - truth)),
                f"{inside.mean():.3f}",
                points(np.abs(next_ones.mean(axis=0) - moves)[moves > 0]),
                f"{next_inside[:, moves > 0].mean():.3f}",
            )
        )
    head = ("log / window, days", "naive bias", "bias", "cover", "bias of transitions", "cover of transitions")
    show(*rows, head=head)


def _beside(summary: jm.Summary, within: int, truth: np.ndarray, moves: np.ndarray) -> tuple[np.ndarray, ...]:
    """Give rates, naive rates, whether their intervals hold the truth; transitions, and the same of them."""
    rows = jm.dropoff(summary, goal="buy", within=f"{within}d").table.set_index("activity").loc[TOUCHPOINTS[:5]]
    inside = (rows["low"] <= truth) & (truth <= rows["high"])
    table = jm.transitions(summary, goal="buy", within=f"{within}d").table
    place = tuple([TOUCHPOINTS.index(name) for name in table[key]] for key in ("activity", "next_activity"))
    found, holds = np.zeros(moves.shape), np.zeros(moves.shape)
    found[place] = table["probability"]
    holds[place] = (table["low"] <= moves[place]) & (moves[place] <= table["high"])
    return rows["rate"].to_numpy(), rows["naive_rate"].to_numpy(), inside.to_numpy(), found, holds


def calibrate_intervals(runs: int) -> None:
    """Drop-off of clustered visits: 95 % intervals by jackknife, by a bootstrap of customers, and of differences."""
    truth, rows = true_share(14, np.random.default_rng(1)), []
    for customers in (60, 120, 400, 1_500):
        inside, differences, alarms, boot, seen = [], [], [], [], []
        for seed in range(runs):
            rngs = [np.random.default_rng((seed, half)) for half in range(2)]
            logs = [clustered_customers(customers, 60, rng) for rng in rngs]
            mine, theirs = (dropoffs(jm.summarise(log), within="14d") for log in logs)
            inside.append(bool(mine.low[0] <= truth <= mine.high[0]))
            hit, p = _difference(mine, theirs)
            differences.append(hit)
            alarms.append(p < 0.05)
            seen.append(logs[0].num_customers)
            if seed < runs // 2:
                low, high = bootstrapped(logs[0], 14 * DAY, rngs[0])
                boot.append(low <= truth <= high)
        shares = (np.mean(values) for values in (inside, boot, differences, alarms))
        rows.append((f"{np.mean(seen):,.0f}", *(f"{share:.3f}" for share in shares)))
    show(*rows, head=("customers", "jackknife", "bootstrap of customers", "difference of two", "false alarms"))


def _difference(mine: DropOffs, theirs: DropOffs) -> tuple[bool, float]:
    low, high = difference_interval(mine.rates, mine.low, mine.high, theirs.rates, theirs.low, theirs.high)
    errors = difference_errors(mine.errors, mine.freedom, theirs.errors, theirs.freedom)
    return bool(low[0] <= 0 <= high[0]), p_values(mine.rates - theirs.rates, *errors)[0]


def calibrate_late_segments(runs: int) -> None:
    """Two segments that behave alike, of which one joined in the last 30 of 90 days: who sees a difference?"""
    ours, naive, gaps = [], [], []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        early, late = (
            dropoffs(jm.summarise(journeys(2_000, days, rng)), goal="buy", within="14d") for days in (90, 30)
        )
        place = sorted(TOUCHPOINTS[:5]).index("quote")
        sides = [getattr(side, name)[[place]] for side in (late, early) for name in ("rates", "low", "high")]
        low, high = difference_interval(*sides)
        ours.append(not low[0] <= 0 <= high[0])
        lost = [[side.naive_rates[place] * side.visits[place], side.visits[place]] for side in (late, early)]
        naive.append(np.asarray(chi2_contingency([[a, b - a] for a, b in lost])[1]) < 0.05)
        gaps.append(late.naive_rates[place] - early.naive_rates[place])
    row = (f"{np.mean(ours):.3f}", f"{np.mean(naive):.3f}", f"{100 * np.mean(gaps):.1f}")
    show(row, head=("false alarms, ours", "chi-squared of last events", "naive difference, points"))


def calibrate_drift(runs: int) -> None:
    """Logs that do not change: how often does the drift warning say they do?"""
    kinds: dict[str, Callable[[np.random.Generator], tuple[jm.EventLog, str | None]]] = {
        "journeys": lambda rng: (journeys(2_000, 90, rng), "buy"),
        "customers in both halves": lambda rng: (clustered_customers(1_000, 60, rng), None),
    }
    rows = []
    for name, make in kinds.items():
        tables = []
        for seed in range(runs):
            log, goal = make(np.random.default_rng(seed))
            tables.append(jm.drift(log, goal=goal, within="14d").table)
        alarms = np.mean([(table["q_value"] < 0.05).any() for table in tables])
        p = np.concatenate([table["p_value"] for table in tables])
        rows.append((name, f"{alarms:.3f}", f"{np.mean(p[~np.isnan(p)] < 0.05):.3f}"))
    show(*rows, head=("logs", "with a warning", "p below 0.05"))


def calibrate_compare(runs: int) -> None:
    """Segments that do not differ, and some that do: how often does each comparison say so?"""
    goal = {"goal": "a1"}
    kinds: dict[str, tuple[Callable[[np.random.Generator], jm.EventLog], dict]] = {
        "1,000 journeys, 2,000 courses": (lambda rng: zipf_variants(1_000, rng), {}),
        "six journeys a customer": (lambda rng: zipf_variants(300, rng, journeys=6), {}),
        "shift of 5 points": (lambda rng: zipf_variants(1_000, rng, shift=0.05), {}),
        "late recruits, drop-off": (lambda rng: late_recruits(1_000, rng), {"what": "dropoff", **goal}),
        "late recruits, transitions": (lambda rng: late_recruits(1_000, rng), {"what": "transitions"}),
        "late recruits, throughput": (lambda rng: late_recruits(1_000, rng), {"what": "throughput", **goal}),
        "half as slow again, throughput": (
            lambda rng: late_recruits(1_000, rng, slower=1.5),
            {"what": "throughput", **goal},
        ),
    }
    rows = [(name, *_seen(make, runs, options)) for name, (make, options) in kinds.items()]
    show(*rows, head=("segments", "overall p below 0.05", "p of a row below 0.05", "a row called"))
    print()
    differences = {name: _simpson(name, runs) for name in ("", "start")}
    rows = [(name or "nothing", f"{100 * mean:+.1f}", f"{cover:.3f}") for name, (mean, cover) in differences.items()]
    show(*rows, head=("truly 3 points more, adjusted for", "mean difference, points", "intervals that hold the truth"))


def calibrate_distances(runs: int) -> None:
    """Earth mover's distance between two segments alike, and after a shift, before and after chance is taken off."""
    kinds: dict[str, Callable[[np.random.Generator], jm.EventLog]] = {
        "1,000 journeys, alike": lambda rng: zipf_variants(1_000, rng, variants=200),
        "six journeys a customer, alike": lambda rng: zipf_variants(300, rng, journeys=6, variants=200),
        "shift of 10 points": lambda rng: zipf_variants(1_000, rng, variants=200, shift=0.1),
    }
    rows, runs = [], runs // 4  # each takes fifty linear programmes
    for name, make in kinds.items():
        logs = (make(np.random.default_rng(seed)) for seed in range(runs))
        found = np.array(
            [
                jm.compare(log, by="segment", runs=49).distances[["distance", "by_chance", "p_value"]].to_numpy()[0]
                for log in logs
            ]
        )
        beyond, chance, p = found.T
        rows.append((name, f"{np.mean(beyond + chance):.4f}", f"{beyond.mean():+.4f}", f"{np.mean(p <= 0.05):.3f}"))
    show(*rows, head=(f"segments ({runs} logs)", "plain distance", "beyond chance", "p at most 0.05"))


def calibrate_channels(runs: int) -> None:
    """Failed self-service, first-contact resolution and contacts until resolved, of 1,000 customers: ours and naive."""
    fails, contacts = true_failure(1), true_contacts(14, np.random.default_rng(0))
    service = [jm.self_service(visits_and_calls(1_000, 6, np.random.default_rng(seed))).table for seed in range(runs)]
    repeats, efforts = [], []
    for seed in range(runs):
        rngs = [np.random.default_rng((seed, half)) for half in range(2)]
        log = issues(1_000, 21, rngs[0])
        repeats.append(jm.repeat_contacts(log, topic="activity", gap="1s").overall)
        log = resolutions(1_000, 21, rngs[1])
        efforts.append(jm.effort(log, resolved="solved", within="14d", gap="1s").table)
    rows = [
        _held(f"visits that end at “{name}” and fail, %", service, ("activity", name), "rate", truth, 100)
        for name, truth in fails.items()
    ]
    rows.append(_held("issues resolved at first contact, %", repeats, None, "rate", true_resolution(), 100))
    rows.append(_held("contacts until resolved", efforts, ("measure", "contacts"), "mean", contacts, 1))
    show(*rows, head=("what", "truth", "naive bias", "bias", "cover of 95 % intervals"))


def _held(
    what: str, tables: list[pd.DataFrame], row: tuple[str, str] | None, name: str, truth: float, unit: float
) -> tuple[str, ...]:
    """Give truth, bias of the naive figure and of ours, and how often the interval holds the truth."""
    every = pd.concat([table if row is None else table[table[row[0]] == row[1]] for table in tables])
    naive, ours = (unit * (every[column].mean() - truth) for column in (f"naive_{name}", name))
    held = ((every["low"] <= truth) & (truth <= every["high"])).mean()
    return what, f"{unit * truth:.2f}", f"{naive:+.2f}", f"{ours:+.2f}", f"{held:.3f}"


def calibrate_delays(runs: int) -> None:
    """Transitions of which one in forty became slower, or none of a hundred; totals and shares beside their truth."""
    rows = []
    for name, options in (("one pass each", {}), ("five passes each", {"passes_each": 5})):
        first, found, called, chance = [], [], [], []
        for seed in range(runs):
            log, slowed = transitions(np.random.default_rng(seed), slowed=0.2, **options)
            result = jm.delays(log, since=CHANGE)
            first.append(result.table["activity"].iloc[0] == f"a{slowed}")
            found.append(bool((result.slower["activity"] == f"a{slowed}").any()))
            result = jm.delays(transitions(np.random.default_rng(seed), number=100, **options)[0], since=CHANGE)
            called.append(len(result.slower) > 0)
            chance.append(result.table["p_value"].dropna() < 0.05)
        shares = (first, found, called, np.concatenate(chance))
        rows.append((name, *(f"{np.mean(share):.3f}" for share in shares)))
    show(
        *rows,
        head=("customers", "slowed one first", "slowed one called", "any of 100 unchanged called", "p below 0.05"),
    )
    print()
    covers = [(customers, np.mean([_waits_held(customers, seed) for seed in range(runs)], axis=0))
              for customers in (60, 200, 1_000)]  # fmt: skip
    rows = [(customers, *(f"{share:.3f}" for share in cover)) for customers, cover in covers]
    show(*rows, head=("customers", "excess over a target", "over the own median", "over another half", "share above"))


def _waits_held(customers: int, seed: int) -> list[bool]:
    """Tell which intervals hold the truth: of three totals, and of the share above what nine in ten took elsewhere."""
    log = answers(customers, np.random.default_rng(seed))
    held = []
    for limit, options in ((2, {"reference": "2d"}), (1, {}), (1, {"since": CHANGE})):
        row = jm.delays(log, **options).table.iloc[0]
        truth = row["count"] * mean_excess(limit) * 86_400
        held.append(bool(row["excess_low_seconds"] <= truth <= row["excess_high_seconds"]))
    return [*held, bool(row["above_low"] <= 0.1 <= row["above_high"])]


def _seen(make: Callable[[np.random.Generator], jm.EventLog], runs: int, options: dict) -> tuple[str, ...]:
    found = [jm.compare(make(np.random.default_rng(seed)), by="segment", runs=199, **options) for seed in range(runs)]
    p = np.concatenate([result.table["p_value"].dropna().to_numpy() for result in found])
    overall, called = (
        np.mean(values)
        for values in ([result.p_value < 0.05 for result in found], [len(result.different) > 0 for result in found])
    )
    return f"{overall:.3f}", f"{np.mean(p < 0.05):.3f}", f"{called:.3f}"


def _simpson(adjust: str, runs: int) -> tuple[float, float]:
    """Give the mean difference where a segment is truly three points better, and how often intervals hold that."""
    rows = []
    for seed in range(runs):
        log, columns = mixed_channels(8_000, np.random.default_rng(seed)), [adjust] if adjust else []
        table = jm.compare(log, by="segment", adjust=columns, runs=0).table.set_index("variant").loc[[("a1",)]]
        rows.append(table[["difference", "low", "high"]].to_numpy()[0])
    difference, low, high = np.array(rows).T
    return float(difference.mean()), float(np.mean((low <= 0.03) & (high >= 0.03)))


if __name__ == "__main__":
    main()
