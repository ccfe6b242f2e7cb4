"""``python -m benchmarks.calibrate``: estimates beside the truth of simulated customers, at full size, as tables."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from scipy.stats import chi2_contingency

import journeymine as jm
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.dropoffs import DropOffs, dropoffs, return_curves
from journeymine.summary.intervals import difference_errors, difference_interval, p_values
from journeymine.summary.survival import Survival
from tests.segments import late_recruits, mixed_channels, zipf_variants
from tests.simulation import TOUCHPOINTS, clustered_customers, journeys, true_dropoff, true_share, true_transitions
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
    asked = options.parse_args()
    for topic in asked.topics or known:
        print(f"\n### {topic.replace('_', ' ')}\n")
        known[topic](asked.runs)


def show(*rows: tuple, head: tuple[str, ...]) -> None:
    """Print a table in Markdown."""
    for row in (head, ("---",) * len(head), *rows):
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def points(shares: np.ndarray) -> str:
    """Say the mean and the largest of some shares, in percentage points."""
    return f"{100 * shares.mean():.2f} ({100 * shares.max():.2f})"


def calibrate_dropoff(runs: int) -> None:
    """Drop-off and transitions of 4,000 journeys, in the four settings of METHODS F1."""
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
                low, high = _bootstrapped(logs[0], 14 * DAY, rngs[0])
                boot.append(low <= truth <= high)
        shares = (np.mean(values) for values in (inside, boot, differences, alarms))
        rows.append((f"{np.mean(seen):,.0f}", *(f"{share:.3f}" for share in shares)))
    show(*rows, head=("customers", "jackknife", "bootstrap of customers", "difference of two", "false alarms"))


def _difference(mine: DropOffs, theirs: DropOffs) -> tuple[bool, float]:
    low, high = difference_interval(mine.rates, mine.low, mine.high, theirs.rates, theirs.low, theirs.high)
    errors = difference_errors(mine.errors, mine.freedom, theirs.errors, theirs.freedom)
    return bool(low[0] <= 0 <= high[0]), p_values(mine.rates - theirs.rates, *errors)[0]


def _bootstrapped(log: jm.EventLog, window: int, rng: np.random.Generator, draws: int = 200) -> np.ndarray:
    """Give the 95 % percentile interval of drop-off over customers drawn again and again."""
    gaps = return_curves(jm.summarise(log, parts=["gaps"])).gaps
    arrays = Arrays(log)
    customer, size = arrays.per_event(arrays.case_customers), log.num_customers
    weights = (np.bincount(rng.integers(0, size, size), minlength=size)[customer] for _ in range(draws))
    curves = (Survival(Counts(gaps.keys, {"count": weight}, is_loose=True)) for weight in weights)
    return np.nanquantile([curve.within(np.array([window]))[0][0] for curve in curves], [0.025, 0.975])


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
