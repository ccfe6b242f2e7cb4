"""Plain pandas, written for speed: codes instead of text, shifts instead of groups, one letter an activity."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peers import COLUMNS, FUNNEL, WITHIN_SECONDS

Answers = dict[str, Any]

import_module("pyarrow.dataset")  # read_parquet imports it on demand; imports are timed apart


def steps(path: Path) -> dict[str, Any]:
    """Give the steps."""
    return {
        "read": lambda _: _read(path),
        "graph": lambda done: _pairs(done["read"]).groupby(["activity", "next"], observed=True).size(),
        "medians": lambda done: _pairs(done["read"]).groupby(["activity", "next"], observed=True)["seconds"].median(),
        "variants": lambda done: done["read"].groupby("case", sort=False)["letter"].agg("sum").value_counts(),
        "case statistics": _cases,
        "funnel": _funnel,
        "segment graphs": lambda done: (
            _pairs(done["read"]).groupby(["segment", "activity", "next"], observed=True).size()
        ),
        "drop-off": _dropoff,
    }


def digest(done: Answers) -> Answers:
    """Give the answers in the form all share."""
    return {
        "graph": [[*pair, int(n)] for pair, n in sorted(done["graph"].items())],
        "medians": [float(value) for _, value in sorted(done["medians"].items())],
        "variants": [len(done["variants"]), [int(n) for n in done["variants"].head(50)]],
        "case statistics": done["case statistics"],
        "funnel": done["funnel"],
        "segment graphs": [[*pair, int(n)] for pair, n in sorted(done["segment graphs"].items())],
        "drop-off": [rate for _, rate in sorted(done["drop-off"].items())],
    }


def _read(path: Path) -> pd.DataFrame:
    frame = pd.read_parquet(path, columns=list(COLUMNS))
    frame["case"] = pd.factorize(frame["customer"])[0]
    for name in ("activity", "channel", "segment"):
        frame[name] = frame[name].astype("category")
    frame = frame.drop(columns="customer").sort_values(["case", "timestamp"], kind="stable", ignore_index=True)
    letters = np.array([chr(65 + code) for code in range(len(frame["activity"].cat.categories))], object)
    frame["letter"] = letters[frame["activity"].cat.codes]
    linked = frame["case"].eq(frame["case"].shift(-1))
    frame["next"] = frame["activity"].shift(-1).where(linked)
    frame["seconds"] = (frame["timestamp"].shift(-1) - frame["timestamp"]).dt.total_seconds().where(linked)
    return frame


def _pairs(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.loc[frame["next"].notna(), ["segment", "activity", "next", "seconds"]]


def _cases(done: Answers) -> list[float]:
    frame = done["read"]
    grouped = frame.groupby("case", sort=False)
    lengths = grouped.size()
    spans = (grouped["timestamp"].last() - grouped["timestamp"].first()).dt.total_seconds()
    channel = frame["channel"].cat.codes
    changes = frame["case"].eq(frame["case"].shift()) & channel.ne(channel.shift())
    return [float(lengths.mean()), int(lengths.max()), float(spans.median()), int(changes.sum())]


def _funnel(done: Answers) -> list[int]:
    """Keep, step by step, the first place in each case after that of the step before."""
    frame = done["read"]
    before, reached = None, []
    for name in FUNNEL:
        rows = frame.loc[frame["activity"] == name, ["case"]].assign(place=lambda rows: rows.index)
        if before is not None:
            rows = rows.join(before.rename("before"), on="case", how="inner")
            rows = rows[rows["place"] > rows["before"]]
        before = rows.groupby("case")["place"].min()
        reached.append(len(before))
    return reached


def _dropoff(done: Answers) -> dict[str, float]:
    """Estimate Kaplan-Meier curves from durations in order, by activity."""
    frame = done["read"]
    still_open = frame["next"].isna()
    seconds = frame["seconds"].where(~still_open, (frame["timestamp"].max() - frame["timestamp"]).dt.total_seconds())
    rows = pd.DataFrame({"activity": frame["activity"], "seconds": seconds, "came": ~still_open})
    rates = {}
    for name, part in rows.groupby("activity", observed=True):
        lasting, came = part["seconds"].to_numpy(), part["came"].to_numpy()
        order = np.lexsort((~came, lasting))
        at_risk = np.arange(len(order), 0, -1)
        inside = (lasting[order] <= WITHIN_SECONDS) & came[order]
        rates[name] = float(np.prod(1 - inside / at_risk))
    return rates
