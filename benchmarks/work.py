"""The work that is timed, once with journeymine and once with pm4py: from Parquet to four answers."""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Answers = dict[str, Any]


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


def _journeymine(path: Path) -> tuple[dict[str, Callable[[Answers], Any]], Callable[[Answers], Any]]:
    import journeymine as jm

    for name in ("read_table", "variants", "dropoff", "delays", "summarise"):
        getattr(jm, name)
    import pandas as pd  # noqa: F401  both sides import it before the clock starts
    import scipy.stats  # noqa: F401

    steps = {
        "read": lambda _: jm.read_table(path, customer="customer", channel="channel"),
        "graph": lambda done: jm.summarise(done["read"], parts=["follows"]).part("follows"),
        "medians": lambda done: jm.delays(jm.summarise(done["read"], parts=["times", "follows"])).table,
        "variants": lambda done: jm.variants(done["read"]).table,
        "drop-off": lambda done: jm.dropoff(done["read"]).table,
    }

    def digest(done: Answers) -> Any:
        names = done["read"].activities
        follows = done["graph"]
        edges = zip(follows["activity"], follows["next_activity"], follows["count"], strict=True)
        graph = sorted([names[a - 1], names[b - 1], int(n)] for a, b, n in edges if a and b)
        medians = done["medians"].sort_values(["activity", "next_activity"])["median_seconds"].round(3).tolist()
        variants = done["variants"]
        top = [[list(variant), int(cases)] for variant, cases in zip(variants["variant"], variants["cases"])][:50]
        return {"graph": graph, "medians": medians, "variants": [len(variants), top]}

    return steps, digest


def _pm4py(path: Path) -> tuple[dict[str, Callable[[Answers], Any]], Callable[[Answers], Any]]:
    import pandas as pd
    import pm4py

    def read(_: Answers) -> pd.DataFrame:
        frame = pd.read_parquet(path)
        return pm4py.format_dataframe(frame, case_id="customer", activity_key="activity", timestamp_key="timestamp")

    def naive_dropoff(done: Answers) -> dict[str, float]:
        ends, visits = pm4py.get_end_activities(done["read"]), pm4py.get_event_attribute_values(
            done["read"], "concept:name"
        )
        return {name: ends.get(name, 0) / count for name, count in visits.items()}

    steps = {
        "read": read,
        "graph": lambda done: pm4py.discover_dfg(done["read"]),
        "medians": lambda done: pm4py.discover_performance_dfg(done["read"], perf_aggregation_key="median")[0],
        "variants": lambda done: pm4py.get_variants(done["read"]),
        "drop-off": naive_dropoff,
    }

    def digest(done: Answers) -> Any:
        graph = sorted([a, b, int(n)] for (a, b), n in done["graph"][0].items())
        medians = [round(float(value), 3)
                   for _, value in sorted(done["medians"].items())]  # fmt: skip
        ranked = sorted(done["variants"].items(), key=lambda item: (-item[1], item[0]))
        return {"graph": graph, "medians": medians, "variants": [len(ranked), [[list(v), n] for v, n in ranked[:50]]]}

    return steps, digest


def _reopen(path: Path) -> tuple[dict[str, Callable[[Answers], Any]], Callable[[Answers], Any]]:
    import journeymine as jm

    getattr(jm, "open_log")  # noqa: B009  the import is not what is timed
    steps = {"reopen": lambda _: jm.open_log(path), "repr": lambda done: repr(done["reopen"])}
    return steps, lambda done: done["repr"]


if __name__ == "__main__":
    main(*sys.argv[1:])
