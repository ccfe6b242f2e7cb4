"""The work that is timed, once with journeymine and once with pm4py: from Parquet to four answers."""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

Answers = dict[str, Any]
Steps = dict[str, Callable[[Answers], Any]]
Digest = Callable[[Answers], Any]

WITHIN = "7d"
PARTS = ("customers", "visits", "channels", "follows", "times", "gaps", "variants", "spans")


def main(who: str, path: str) -> None:
    """Do the work, and print seconds by step, peak memory and a digest of the answers as one line of JSON."""
    warnings.simplefilter("ignore")
    began = time.process_time(), time.perf_counter()
    steps, digest = {"journeymine": _journeymine, "pm4py": _pm4py, "reopen": _reopen}[who](Path(path))
    spent = {"import": (time.process_time() - began[0], time.perf_counter() - began[1])}
    answers: Answers = {}
    for name, step in steps.items():
        began = time.process_time(), time.perf_counter()
        answers[name] = step(answers)
        spent[name] = time.process_time() - began[0], time.perf_counter() - began[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": spent, "peak_mib": peak, "digest": digest(answers)}))


def _journeymine(path: Path) -> tuple[Steps, Digest]:
    import journeymine as jm

    for module in ("pandas", "scipy.stats"):  # what is imported on demand is timed with the imports
        import_module(module)
    for name in ("read_table", "variants", "dropoff", "delays", "summarise"):
        getattr(jm, name)

    def graph(done: Answers) -> dict[tuple[str, str], int]:
        names, follows = done["summarise"].activities, done["summarise"].overall("follows")
        rows = zip(*(follows[key].tolist() for key in ("activity", "next_activity", "count")), strict=True)
        return {(names[a - 1], names[b - 1]): count for a, b, count in rows if a and b}

    steps = {
        "read": lambda _: jm.read_table(path, customer="customer", channel="channel"),
        "summarise": lambda done: jm.summarise(done["read"], parts=PARTS),
        "graph": graph,
        "medians": lambda done: jm.delays(done["summarise"]).table,
        "variants": lambda done: jm.variants(done["summarise"]).table,
        "drop-off": lambda done: jm.dropoff(done["summarise"], within=WITHIN).table,
    }

    def digest(done: Answers) -> Any:
        medians = done["medians"].sort_values(["activity", "next_activity"])["median_seconds"].tolist()
        shown = done["variants"].head(50)
        top = [[list(variant), cases] for variant, cases in zip(shown["variant"], shown["cases"].tolist(), strict=True)]
        drops = done["drop-off"].sort_values("activity")["rate"].tolist()
        return {
            "graph": sorted([*edge, count] for edge, count in done["graph"].items()),
            "medians": medians,
            "variants": [len(done["variants"]), top],
            "drop-off": drops,
        }

    return steps, digest


def _pm4py(path: Path) -> tuple[Steps, Digest]:
    import pandas as pd
    import pm4py
    from scipy import stats

    def read(_: Answers) -> pd.DataFrame:
        frame = pd.read_parquet(path)
        return pm4py.format_dataframe(frame, case_id="customer", activity_key="activity", timestamp_key="timestamp")

    def dropoff(done: Answers) -> dict[str, float]:
        """Estimate what pm4py does not: Kaplan-Meier by activity with scipy, without intervals."""
        frame, window = done["read"], pd.Timedelta(WITHIN).total_seconds()
        following = frame.groupby("case:concept:name")["time:timestamp"].shift(-1)
        seconds = following.fillna(frame["time:timestamp"].max()) - frame["time:timestamp"]
        seconds, still_open = seconds.dt.total_seconds().to_numpy(), following.isna().to_numpy()
        rates = {}
        for name, rows in frame.groupby("concept:name").indices.items():
            curve = stats.ecdf(stats.CensoredData.right_censored(seconds[rows], still_open[rows]))
            rates[name] = float(curve.sf.evaluate(window))
        return rates

    steps = {
        "read": read,
        "graph": lambda done: pm4py.discover_dfg(done["read"]),
        "medians": lambda done: pm4py.discover_performance_dfg(done["read"], perf_aggregation_key="median")[0],
        "variants": lambda done: pm4py.get_variants(done["read"]),
        "drop-off": dropoff,
    }

    def digest(done: Answers) -> Any:
        ranked = sorted(done["variants"].items(), key=lambda item: (-item[1], item[0]))
        return {
            "graph": sorted([a, b, int(n)] for (a, b), n in done["graph"][0].items()),
            "medians": [float(value) for _, value in sorted(done["medians"].items())],
            "variants": [len(ranked), [[list(variant), int(n)] for variant, n in ranked[:50]]],
            "drop-off": [rate for _, rate in sorted(done["drop-off"].items())],
        }

    return steps, digest


def _reopen(path: Path) -> tuple[Steps, Digest]:
    from journeymine import open_log

    steps = {"reopen": lambda _: open_log(path), "repr": lambda done: repr(done["reopen"])}
    return steps, lambda done: done["repr"]


if __name__ == "__main__":
    main(*sys.argv[1:])
