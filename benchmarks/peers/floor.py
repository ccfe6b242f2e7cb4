"""The floor: only reading the five columns, as text and with what repeats as codes; and one pass over the codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.peers import COLUMNS

Answers = dict[str, Any]


def steps(path: Path) -> dict[str, Any]:
    """Give the steps."""
    return {
        "read as text": lambda _: pq.ParquetFile(path).read(columns=list(COLUMNS)).num_rows,
        "read as codes": lambda _: pq.ParquetFile(path, read_dictionary=list(COLUMNS[1:-1])).read(list(COLUMNS)),
        "one pass": _one_pass,
    }


def digest(done: Answers) -> Answers:
    """Give the number of rows."""
    return {"rows": done["read as text"]}


def _one_pass(done: Answers) -> int:
    column = done["read as codes"]["activity"].unify_dictionaries()
    codes = [np.from_dlpack(chunk.indices.cast(pa.uint8())) for chunk in column.chunks]
    return int(sum(int(part.sum(dtype=np.int64)) for part in codes))
