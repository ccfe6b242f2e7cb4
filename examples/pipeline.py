"""A pipeline step: exports in, a log, rejected rows and a report out; it stops where too many rows are bad.

python examples/pipeline.py demo/exports out
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow.csv

import journeymine as jm

MOST_REFUSED = 0.01
OWN_DOMAINS = ["polder.example"]
GOAL, ENDS = "POST /policies", ["POST /cancel"]


def read(exports: Path) -> jm.EventLog:
    """Read every channel; a source that cannot be read at all is an error that says why."""
    return jm.concat(
        [
            jm.read_access_log(exports / "web" / "access.log"),
            jm.read_mbox(exports / "mail" / "support.mbox", own_domains=OWN_DOMAINS),
            jm.read_asterisk_cdr(exports / "phone" / "Master.csv", tz="Europe/Amsterdam", country="NL"),
            jm.read_zendesk_chats(exports / "chat" / "chats.jsonl", country="NL"),
        ]
    )


def main(exports: Path, out: Path) -> int:
    """Read, check, link, cut, write."""
    log = read(exports)
    log.quarantine.write(out / "rejected.parquet")
    refused = log.quarantine.num_refused / log.account["rows_in"].sum()
    print(f"{log}\n{refused:.2%} of the rows are bad data")
    if refused > MOST_REFUSED:
        return 3
    customers = pyarrow.csv.read_csv(
        exports / "crm" / "customers.csv",
        convert_options=pyarrow.csv.ConvertOptions(column_types={"phone": pyarrow.string()}),
    )
    log = jm.link(log, extra=customers, country="NL").pipe(jm.cut, gap="30d", end=[GOAL, *ENDS])
    log.write(out / "journeys.arrow")
    report = jm.report(log, goal=GOAL, end=ENDS, within="30d", title="Policies")
    print(report.write(out / "report.html"))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
