"""polars, with its lazy engine on both cores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.peers import COLUMNS, FUNNEL, WITHIN_SECONDS

Answers = dict[str, Any]


def steps(path: Path) -> dict[str, Any]:
    """Give the steps."""
    return {
        "read": lambda _: _read(path),
        "graph": lambda done: _counted(done["read"], "activity", "next"),
        "medians": lambda done: (
            _pairs(done["read"]).group_by("activity", "next").agg(pl.col("gap").median()).collect().sort(pl.all())
        ),
        "variants": lambda done: (
            done["read"].lazy().group_by("case").agg(pl.col("code")).group_by("code").len().collect()
        ),
        "case statistics": _cases,
        "funnel": _funnel,
        "segment graphs": lambda done: _counted(done["read"], "segment", "activity", "next"),
        "drop-off": _dropoff,
    }


def digest(done: Answers) -> Answers:
    """Give the answers in the form all share."""
    medians = done["medians"].with_columns(pl.col("activity", "next").cast(pl.String)).sort("activity", "next")
    counts = done["variants"]["len"].sort(descending=True)
    drops = done["drop-off"].with_columns(pl.col("activity").cast(pl.String)).sort("activity")
    return {
        "graph": _listed(done["graph"]),
        "medians": [value / 1e6 for value in medians["gap"].to_list()],
        "variants": [len(counts), counts.head(50).to_list()],
        "case statistics": done["case statistics"],
        "funnel": done["funnel"],
        "segment graphs": _listed(done["segment graphs"]),
        "drop-off": drops["rate"].to_list(),
    }


def _listed(table: pl.DataFrame) -> list[list[Any]]:
    return sorted([*map(str, row[:-1]), row[-1]] for row in table.iter_rows())


def _read(path: Path) -> pl.DataFrame:
    linked = pl.col("case") == pl.col("case").shift(-1)
    return (
        pl.scan_parquet(path)
        .select(
            pl.col("customer").cast(pl.Categorical).to_physical().alias("case"),
            *(pl.col(name).cast(pl.Categorical) for name in COLUMNS[1:-1]),
            pl.col("timestamp").to_physical(),
        )
        .sort("case", "timestamp", maintain_order=True)
        .with_columns(
            pl.col("activity").to_physical().alias("code"),
            pl.when(linked).then(pl.col("activity").shift(-1)).alias("next"),
            pl.when(linked).then(pl.col("timestamp").shift(-1) - pl.col("timestamp")).alias("gap"),
        )
        .collect()
    )


def _pairs(frame: pl.DataFrame) -> pl.LazyFrame:
    return frame.lazy().filter(pl.col("next").is_not_null())


def _counted(frame: pl.DataFrame, *keys: str) -> pl.DataFrame:
    return _pairs(frame).group_by(keys).len().collect()


def _cases(done: Answers) -> list[float]:
    same = pl.col("case") == pl.col("case").shift()
    changes = done["read"].lazy().select((same & (pl.col("channel") != pl.col("channel").shift())).sum())
    cases = (
        done["read"]
        .lazy()
        .group_by("case")
        .agg(pl.len().alias("length"), (pl.col("timestamp").last() - pl.col("timestamp").first()).alias("span"))
        .select(pl.col("length").mean().alias("mean"), pl.col("length").max(), pl.col("span").median() / 1e6)
    )
    mean, longest, span = cases.collect().row(0)
    return [mean, longest, span, changes.collect().item()]


def _funnel(done: Answers) -> list[int]:
    """Keep, step by step, the first place in each case after that of the step before."""
    rows = done["read"].lazy().with_row_index("place").select("case", "place", pl.col("activity").cast(pl.String))
    before, reached = None, []
    for name in FUNNEL:
        found = rows.filter(pl.col("activity") == name).select("case", "place")
        if before is not None:
            found = found.join(before.rename({"place": "before"}).lazy(), on="case")
            found = found.filter(pl.col("place") > pl.col("before"))
        before = found.group_by("case").agg(pl.col("place").min()).collect()
        reached.append(len(before))
    return reached


def _dropoff(done: Answers) -> pl.DataFrame:
    """Estimate Kaplan-Meier curves from durations in order, by activity."""
    end = done["read"]["timestamp"].max()
    at_risk = pl.len().over("activity") - pl.int_range(pl.len()).over("activity")
    return (
        done["read"]
        .lazy()
        .select(
            "activity",
            pl.col("gap").is_not_null().alias("came"),
            pl.col("gap").fill_null(end - pl.col("timestamp")).alias("lasting"),
        )
        .sort("activity", "lasting", ~pl.col("came"))
        .with_columns((1 - 1 / at_risk).alias("left"))
        .filter(pl.col("came"), pl.col("lasting") <= WITHIN_SECONDS * 1_000_000)
        .group_by("activity")
        .agg(pl.col("left").product().alias("rate"))
        .collect()
    )
