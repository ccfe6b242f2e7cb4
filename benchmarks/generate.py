"""A seeded log in the form exports have: rows in the order of time, customers as text, Zipf-distributed lengths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

CHANNELS = ("web", "mail", "phone", "chat", "social")
PER_CHANNEL = 8
SEGMENTS = ("consumer", "young", "senior", "business")
MEAN_LENGTH, LONGEST = 12.0, 500
YEAR = 365 * 86_400 * 1_000_000
START = 1_700_000_000_000_000
ORDERS = ("arrival", "customer", "random")
_ROWS = 1 << 20


def write_log(path: Path, num_events: int, *, seed: int = 7, order: str = "arrival") -> Path:
    """Write a Parquet file of `num_events` rows: customer, activity, channel, segment, timestamp."""
    random = np.random.default_rng(seed)
    lengths = _lengths(random, num_events)
    customers, activities, times = _walk(random, lengths)
    rows_in_order = _ordered(random, times, order)
    segments = random.choice(len(SEGMENTS), len(lengths), p=[0.4, 0.3, 0.2, 0.1])
    names = random.permutation(len(lengths))  # so that names say nothing about the order
    schema = pa.schema(dict.fromkeys(("customer", "activity", "channel", "segment"), pa.string()))
    schema = schema.append(pa.field("timestamp", pa.timestamp("us", tz="UTC")))
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, num_events, _ROWS):
            rows = rows_in_order[start : start + _ROWS]
            table = _named(names[customers[rows]], activities[rows], segments[customers[rows]], times[rows])
            writer.write_table(table.cast(schema))
    return path


def _ordered(random: np.random.Generator, times: np.ndarray, order: str) -> np.ndarray:
    """Give the places of events, which stand customer by customer, as a file may have them."""
    if order == "customer":
        return np.arange(len(times))
    return np.argsort(times, kind="stable") if order == "arrival" else random.permutation(len(times))


def _lengths(random: np.random.Generator, num_events: int) -> np.ndarray:
    """Draw journey lengths from a Zipf law cut at `LONGEST` whose mean is `MEAN_LENGTH`, until they fill the log."""
    sizes = np.arange(1, LONGEST + 1)
    low, high = 0.5, 3.0
    for _ in range(60):
        power = (low + high) / 2
        weights = sizes**-power / (sizes**-power).sum()
        low, high = (power, high) if (weights * sizes).sum() > MEAN_LENGTH else (low, power)
    drawn = random.choice(sizes, int(num_events / MEAN_LENGTH * 1.2) + 1000, p=weights)
    ends = np.cumsum(drawn)
    last = int(np.searchsorted(ends, num_events))
    drawn = drawn[: last + 1]
    drawn[-1] -= ends[last] - num_events
    return drawn


def _walk(random: np.random.Generator, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Let every customer walk through a Markov chain, all of them one step at a time."""
    size = len(CHANNELS) * PER_CHANNEL
    channel = np.repeat(np.arange(len(CHANNELS)), PER_CHANNEL)
    chances = random.dirichlet(np.full(size, 0.25), size) * np.where(channel[:, None] == channel, 6, 1)
    steps = np.cumsum(chances / chances.sum(axis=1, keepdims=True), axis=1)
    usual = np.exp(random.normal(np.log(600), 2.0, (size, size)))  # seconds, from moments to days
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    order = np.argsort(-lengths, kind="stable")
    remaining, place = lengths[order], offsets[:-1][order]
    here = random.choice(size, len(lengths), p=random.dirichlet(np.full(size, 0.3)))
    now = START + random.integers(0, YEAR, len(lengths))
    activities, times = np.empty(offsets[-1], np.int8), np.empty(offsets[-1], np.int64)
    for step in range(LONGEST):
        walking = int(np.searchsorted(-remaining, -step, side="left"))
        if walking == 0:
            break
        here, now, place = here[:walking], now[:walking], place[:walking]
        activities[place + step], times[place + step] = here, now
        following = np.minimum((steps[here] < random.random(walking)[:, None]).sum(axis=1), size - 1)
        gap = usual[here, following] * np.exp(random.normal(0, 1.2, walking))
        now = now + (gap * 1e6).astype(np.int64) + 1
        here = following
    return np.repeat(np.arange(len(lengths)), lengths), activities, times


def _named(customers: np.ndarray, activities: np.ndarray, segments: np.ndarray, times: np.ndarray) -> pa.Table:
    labels = [f"{name}:{number}" for name in CHANNELS for number in range(PER_CHANNEL)]
    digits = pc.utf8_lpad(pa.array(customers).cast(pa.string()), 9, "0")
    return pa.table(
        {
            "customer": pc.binary_join_element_wise("c", digits, "-"),
            "activity": pa.array(labels).take(pa.array(activities)),
            "channel": pa.array(CHANNELS).take(pa.array(activities // PER_CHANNEL)),
            "segment": pa.array(SEGMENTS).take(pa.array(segments)),
            "timestamp": pa.array(times, pa.timestamp("us", tz="UTC")),
        }
    )
