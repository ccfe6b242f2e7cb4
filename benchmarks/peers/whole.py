"""journeymine, whole answers: medians with quantiles, intervals, excess and open waits, and every variant by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import journeymine as jm
from benchmarks.peers import ours

Answers = dict[str, Any]


def steps(path: Path) -> dict[str, Any]:
    """Give the steps."""
    return ours.steps(path) | {
        "medians": lambda done: jm.delays(done["summarise"]).table,
        "variants": lambda done: jm.variants(done["summarise"]),
    }


def digest(done: Answers) -> Answers:
    """Give the answers in the form all share."""
    medians = done["medians"].sort_values(["activity", "next_activity"])["median_seconds"].to_numpy()
    return ours.digest({**done, "medians": medians})
