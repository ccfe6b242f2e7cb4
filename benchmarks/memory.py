"""How much memory this process took at most."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

__all__ = ["peak_mib"]

_STATUS = Path("/proc/self/status")


def peak_mib() -> int:
    """Give the most resident memory so far.

    Where Linux tells, it is that of this program alone: what `resource` says also counts the process that started it.
    """
    if _STATUS.exists():
        return int(_STATUS.read_text().split("VmHWM:")[1].split()[0]) // 1024
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
