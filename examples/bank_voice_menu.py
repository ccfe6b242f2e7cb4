"""A table of one's own: the calls of a bank, a row a call, with a voice menu, a queue and an agent.

No reader knows this format, so its columns are said: who called, what came of it, and when. Then the customers' calls
are journeys, and questions can be asked of them.

python examples/bank_voice_menu.py calls.txt.gz out
"""

from __future__ import annotations

import sys
from pathlib import Path

import journeymine as jm

# What became of a call, in the words that the readers of telephone exchanges use, too.
OUTCOMES = {"AGENT": "talked with agent", "HANG": "call abandoned", "PHANTOM": "phantom call"}


def read(path: Path) -> jm.EventLog:
    """Read the calls: a date such as 990201, a time of day such as 7:02:47, and customer 0 for callers nobody knows."""
    calls = jm.read_table(
        path,
        customer="customer_id",
        activity="outcome",
        timestamp=["date", "vru_entry"],
        time_format="%y%m%d %H:%M:%S",
        tz="Asia/Jerusalem",
        unknown=["0"],
    )
    return calls.rename({old: new for old, new in OUTCOMES.items() if old in calls.activities})


def main(path: Path, out: Path) -> int:
    """Read the calls, cut them into journeys, and see who calls again."""
    calls = read(path)
    journeys = jm.cut(jm.link(calls), gap="7d")
    journeys.write(out / "calls.arrow")
    print(journeys)
    print(jm.variants(journeys, top=5).table[["variant", "cases", "share"]].to_string(index=False))
    print(jm.dropoff(journeys, within="7d").table[["activity", "visits", "rate", "naive_rate"]].to_string(index=False))
    print(jm.report(journeys, within="7d", title="Calls to a bank").write(out / "calls.html"))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
