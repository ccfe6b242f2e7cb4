"""journeymine, the figures that the others give: one summary answers everything but the funnel.

Funnel and drop-off come with their intervals all the same; there is no other way to have them.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import journeymine as jm
from benchmarks.peers import FUNNEL
from journeymine.summary.quantiles import Durations

PARTS = ("customers", "visits", "channels", "follows", "times", "gaps", "variants", "spans", "switches")
Answers = dict[str, Any]

_PAIR = ("activity", "next_activity")

for module in ("pandas", "scipy.stats"):  # what is imported on demand is timed with the imports
    import_module(module)
for name in ("read_table", "variants", "dropoff", "delays", "summarise", "funnel"):
    getattr(jm, name)


def steps(path: Path) -> dict[str, Any]:
    """Give the steps."""
    return {
        "read": lambda _: jm.read_table(path, customer="customer", channel="channel"),
        "summarise": lambda done: jm.summarise(done["read"], by="segment", parts=PARTS),
        "graph": lambda done: _edges(done["summarise"].overall("follows"), done["summarise"]),
        "medians": lambda done: Durations(done["summarise"].overall("times"), _PAIR).quantile_seconds(0.5),
        "variants": lambda done: jm.variants(done["summarise"], top=50),
        "case statistics": _cases,
        "funnel": lambda done: jm.funnel(done["read"], FUNNEL).table,
        "segment graphs": lambda done: _edges(done["summarise"].part("follows"), done["summarise"]),
        "drop-off": lambda done: jm.dropoff(done["summarise"], within="7d").table,
    }


def digest(done: Answers) -> Answers:
    """Give the answers in the form all share."""
    variants = done["variants"]
    return {
        "graph": done["graph"],
        "medians": done["medians"].tolist(),
        "variants": [variants.num_variants, variants.table["cases"].head(50).tolist()],
        "case statistics": done["case statistics"],
        "funnel": done["funnel"]["cases"].tolist(),
        "segment graphs": done["segment graphs"],
        "drop-off": done["drop-off"].sort_values("activity")["rate"].tolist(),
    }


def _edges(follows: Any, summary: jm.Summary) -> list[list[Any]]:
    inside = follows.where((follows["activity"] > 0) & (follows["next_activity"] > 0))
    names, segments = ["", *summary.activities], ["", *summary.segments]
    pairs = [[names[code] for code in inside[key].tolist()] for key in ("activity", "next_activity")]
    of = [[segments[code] for code in inside["segment"].tolist()]] if "segment" in inside.keys else []
    return sorted(map(list, zip(*of, *pairs, inside["count"].tolist(), strict=True)))


def _cases(done: Answers) -> list[float]:
    """Give mean and largest number of events, the median throughput time, and all switches of channel."""
    summary = done["summarise"]
    spans = summary.overall("spans").recoded(variant=np.zeros(len(summary.sequences), np.int64))  # all as one
    switched = summary.overall("switches")
    changes = switched["count"][(switched["channel"] != switched["next_channel"]) & (switched["next_channel"] > 0)]
    median = float(Durations(spans, ("variant",)).quantile_seconds(0.5)[0])
    longest = int((summary.sequences.offsets[1:] - summary.sequences.offsets[:-1]).max())
    return [summary.num_events / summary.num_cases, longest, median, int(changes.sum())]
