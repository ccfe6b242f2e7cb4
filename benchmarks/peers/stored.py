"""journeymine on a log it has stored: the same answers, without reading and ordering."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import journeymine as jm
from benchmarks.peers import ours

digest = ours.digest
open_log = jm.open_log  # imported here, with all else


def steps(path: Path) -> dict[str, Any]:
    """Give the steps."""
    rest = {name: step for name, step in ours.steps(path).items() if name != "read"}
    return {"read": lambda _: open_log(path), "look": lambda done: repr(done["read"]), **rest}
