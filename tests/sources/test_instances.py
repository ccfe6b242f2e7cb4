import gzip
import io
import json
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from hypothesis import given
from hypothesis import strategies as st

from journeymine.log import columns
from journeymine.sources.instances import group_codes, instances_of

KEYS = ("patient", "handling", "handling_id")


def spans(rows):
    """Pair the rows (group, minute, step) and give begin and end of each event that is left."""
    groups, times, steps = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    events = pa.table({"timestamp": pa.array(times, pa.timestamp("us", tz="UTC"))})
    paired, notes = instances_of(events, steps.astype(np.int8), groups)
    moments = (column.cast(pa.int64()).to_pylist() for column in (paired["timestamp"], paired["end_timestamp"]))
    return list(zip(*moments, strict=True)), notes


def queue(rows):
    """Pair them the slow way: walk through time and keep a queue for each group."""
    waiting, found = {}, []
    for group, time, step in sorted(rows, key=lambda row: (row[1], -row[2])):
        if step > 0:
            waiting.setdefault(group, []).append(time)
        elif step < 0 and waiting.get(group):
            found.append((waiting[group].pop(0), time))
        else:
            found.append((time, None))
    return found + [(time, None) for times in waiting.values() for time in times]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 8), st.sampled_from([1, -1, 0])), min_size=1, max_size=30))
def test_pairs_are_those_of_a_queue(rows):
    def order(pair):
        return pair[0], -1 if pair[1] is None else pair[1]

    found, _ = spans(rows)
    assert sorted(found, key=order) == sorted(queue(rows), key=order)


def test_every_record_is_in_one_event_and_the_lonely_ones_are_counted():
    found, notes = spans([(0, 1, 1), (0, 2, 1), (0, 3, -1), (1, 4, -1), (2, 5, 0)])
    assert found == [(1, 3), (2, None), (4, None), (5, None)]
    assert notes == [
        "1 activities begin and are not seen to end",
        "1 activities end without a begin; each is one moment",
    ]


def test_combinations_of_labels_are_told_apart_and_none_is_a_label_of_its_own():
    first, second = np.array([0, 0, -1, 0, -1], np.int32), np.array([5, -1, 5, 5, 5], np.int32)
    assert group_codes(first, second).tolist() == [0, 1, 2, 0, 2]


def test_begins_and_ends_of_real_patients_give_the_published_instances(shared_file):
    rows = pa_csv.read_csv(io.BytesIO(gzip.decompress(shared_file("data/logs/patients.csv.gz").read_bytes())))
    figures = json.loads(shared_file("data/figures.json").read_text())["logs/patients.csv.gz"]
    case, activity, number = (columns.codes(columns.encode(rows[name])) for name in KEYS)
    steps = np.where(np.array(rows["registration_type"].to_pylist()) == "start", 1, -1).astype(np.int8)
    events = pa.table({"timestamp": rows["time"], "case": case, "activity": activity})
    for groups in (group_codes(case, activity, number), group_codes(case, activity)):
        paired, notes = instances_of(events, steps, groups)
        assert (paired.num_rows, paired["end_timestamp"].null_count) == (figures["activity_instances"], 0)
        assert notes == []
        order = np.lexsort((columns.numbers(paired["timestamp"]), columns.numbers(paired["case"])))
        cases, steps_of = (columns.numbers(paired[name])[order] for name in ("case", "activity"))
        traces = Counter(part.tobytes() for part in np.split(steps_of, np.flatnonzero(np.diff(cases)) + 1))
        assert len(traces) == figures["traces"]
