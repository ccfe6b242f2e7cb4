"""Summaries on disk: parts with a row an event stay there and are mapped into memory; the others are read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from journeymine.engines.question import Question, Total
from journeymine.log import store
from journeymine.summary.counts import Counts
from journeymine.summary.sequences import Sequences
from journeymine.summary.summary import PARTS, Summary

__all__ = ["add_up", "exists", "load", "save"]

_ALIGNED: Final = 64
_FACTS: Final = ("activities", "segments", "channels", "first_time", "observed_until", "by", "relative_error")

Columns = Mapping[str, np.ndarray]
Layout = Mapping[str, Mapping[str, Any]]
"""For each part its rows, and for each column its type and its place in the file, or the value that all rows have."""


def exists(path: Path) -> bool:
    """Tell whether a summary was written to its end.

    Parameters
    ----------
    path
        As it was given to `save` or `add_up`.

    Returns
    -------
    bool
        False for one that was being written when something failed.
    """
    return _told_of(path).exists()


def save(summary: Summary, path: Path) -> None:
    """Write a summary, whole or not at all.

    Parameters
    ----------
    summary
        What to write.
    path
        Where, without an ending: there are two files.
    """
    tables = {**_small(summary), **{name: _columns(part) for name, part in _large(summary).items()}}
    layout = _layout((name, *_types(columns)) for name, columns in tables.items())
    with store.atomic_path(_values_of(path)) as file, file.open("wb") as stream:
        for name, columns in tables.items():
            _write(stream, layout[name], columns)
    _tell(path, summary, layout)


def load(path: Path) -> Summary:
    """Open a summary.

    Parameters
    ----------
    path
        As it was given to `save` or `add_up`.

    Returns
    -------
    Summary
        Its large parts lie on disk until somebody looks at them.
    """
    small = _without_large(path)
    parts = {**small.parts, **_mapped_large(path)}
    return replace(small, parts={name: parts[name] for name in PARTS if name in parts})


def add_up(paths: Sequence[Path], question: Question, target: Path) -> None:
    """Add summaries up, the large parts from file to file.

    Parameters
    ----------
    paths
        Of summaries.
    question
        What they answer.
    target
        Where to write the sum.
    """
    large = _large(question.nothing)
    rest = Total()
    for path in paths:
        rest.take(_without_large(path))
    total = rest.summary(replace(question, parts=tuple(name for name in question.parts if name not in large)))
    frame, small = replace(total, sequences=Sequences.empty(), parts=large), _small(total)
    joint = _joint_types(frame, [_layout_of(path) for path in paths])
    layout = _layout([*((name, *_types(columns)) for name, columns in small.items()), *joint])
    with store.atomic_path(_values_of(target)) as file, file.open("wb") as stream:
        for name, columns in small.items():
            _write(stream, layout[name], columns)
        written = dict.fromkeys(large, 0)
        for path in paths:
            for name, part in _recoded(frame, path).items():
                _write(stream, layout[name], _columns(part), written[name])
                written[name] += len(part)
    _tell(target, total, layout)


def _large(summary: Summary) -> dict[str, Counts]:
    """Give the parts that may have a row an event."""
    return {name: part for name, part in summary.parts.items() if _is_large(name)}


def _is_large(name: str) -> bool:
    return "duration" in PARTS[name].KEYS and "variant" not in PARTS[name].KEYS


def _small(summary: Summary) -> dict[str, Columns]:
    """Give the columns of the other parts, and the sequences."""
    sequences = {
        "sequences": {"code": summary.sequences.codes},
        "lengths": {"length": np.diff(summary.sequences.offsets)},
    }
    return {name: _columns(part.ordered) for name, part in summary.parts.items() if not _is_large(name)} | sequences


def _without_large(path: Path) -> Summary:
    """Read a summary but for its large parts."""
    told = json.loads(_told_of(path).read_text(encoding="utf-8"))
    names = [name for name in PARTS if name in told["layout"] and not _is_large(name)]
    parts = {name: _as_counts(name, _mapped(path, name), is_loose=False) for name in names}
    lengths, codes = _mapped(path, "lengths")["length"], _mapped(path, "sequences")["code"]
    sequences = Sequences(np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))), codes)
    facts: dict[str, Any] = {name: tuple(told[name]) if isinstance(told[name], list) else told[name] for name in _FACTS}
    return Summary(**facts, sequences=sequences, parts=parts)


def _recoded(frame: Summary, path: Path) -> Mapping[str, Counts]:
    """Give the large parts of a summary with the codes of the sum."""
    here = replace(_without_large(path), sequences=Sequences.empty(), parts=_mapped_large(path))
    return (frame + here).parts


# --- columns, one after the other in a file --------------------------------------------------------------------------


def _columns(part: Counts) -> Columns:
    return {name: part[name] for name in (*part.keys, *part.measures)}


def _types(columns: Columns) -> tuple[int, dict[str, np.dtype | int]]:
    """Give the number of rows, and the type of each column, or the value that all rows have where it is kept once."""
    types = {
        name: int(values[0]) if len(values) and values.strides == (0,) else values.dtype
        for name, values in columns.items()
    }
    return len(next(iter(columns.values()))), types


def _layout(tables: Iterable[tuple[str, int, Mapping[str, np.dtype | int]]]) -> Layout:
    found, place = {}, 0
    for name, rows, types in tables:
        columns: dict[str, Any] = {}
        for column, kind in types.items():
            columns[column] = kind if isinstance(kind, int) else [kind.str, place]
            place += 0 if isinstance(kind, int) else -(-rows * kind.itemsize // _ALIGNED) * _ALIGNED
        found[name] = {"rows": rows, "columns": columns}
    return found


def _joint_types(frame: Summary, layouts: Sequence[Layout]) -> Iterator[tuple[str, int, dict[str, np.dtype | int]]]:
    """Lay out the sum. What all rows of all summaries share is kept once; codes change, but for 0 (none)."""
    for name, part in (frame + frame).parts.items():
        told = [layout[name]["columns"] for layout in layouts if layout[name]["rows"]]
        types = {column: _joint_type(name, column, told, values.dtype) for column, values in _columns(part).items()}
        yield name, sum(layout[name]["rows"] for layout in layouts), types


def _joint_type(name: str, column: str, told: Sequence[Mapping[str, Any]], kind: np.dtype) -> np.dtype | int:
    kept = {json.dumps(columns[column]) for columns in told}
    once = json.loads(kept.pop()) if len(kept) == 1 else None
    lasts = once == 0 or column in PARTS[name].MEASURES
    return once if isinstance(once, int) and lasts else kind


def _write(stream: IO[bytes], layout: Mapping[str, Any], columns: Columns, first: int = 0) -> None:
    for name, values in columns.items():
        kept = layout["columns"][name]
        if not isinstance(kept, int):
            stream.seek(kept[1] + first * np.dtype(kept[0]).itemsize)
            stream.write(np.ascontiguousarray(values, kept[0]).data)


def _mapped_large(path: Path) -> dict[str, Counts]:
    names = [name for name in _layout_of(path) if name in PARTS and _is_large(name)]
    return {name: _as_counts(name, _mapped(path, name), is_loose=True) for name in names}


def _as_counts(name: str, columns: Columns, *, is_loose: bool) -> Counts:
    module = PARTS[name]
    return Counts({key: columns[key] for key in module.KEYS}, {key: columns[key] for key in module.MEASURES}, is_loose)


def _mapped(path: Path, name: str) -> Columns:
    told = _layout_of(path)[name]

    def column(kept: Any) -> np.ndarray:
        if isinstance(kept, int):
            return np.broadcast_to(np.int64(kept), told["rows"])
        if not told["rows"]:
            return np.empty(0, kept[0])
        return np.asarray(np.memmap(_values_of(path), kept[0], "r", kept[1], (told["rows"],)))

    return {key: column(kept) for key, kept in told["columns"].items()}


# --- the two files ---------------------------------------------------------------------------------------------------


def _values_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.bin")


def _told_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _tell(path: Path, summary: Summary, layout: Layout) -> None:
    """Write what the values are; it comes last, so that without it they do not count."""
    told = {name: getattr(summary, name) for name in _FACTS} | {"layout": layout}
    store.write_text(json.dumps(told, ensure_ascii=False), _told_of(path))


def _layout_of(path: Path) -> Layout:
    return json.loads(_told_of(path).read_text(encoding="utf-8"))["layout"]
