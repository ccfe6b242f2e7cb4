"""``python -m benchmarks.readers``: rows a second of each kind of reader, beside pyarrow where it reads too."""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

import journeymine as jm

START = 1_714_521_600


def main() -> None:
    """Write a file of each kind, read it, and print how fast that was."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.readers", description=__doc__)
    options.add_argument("--rows", type=float, default=200_000, help="rows of each file; messages are a twentieth")
    rows = int(options.parse_args().rows)
    pa.set_cpu_count(1)
    print(f"{rows:,} rows; rows a second of CPU, and how many times the CPU of pyarrow alone")
    with tempfile.TemporaryDirectory() as folder:
        _text(Path(folder), rows)
        _tables(Path(folder), rows)


def _text(folder: Path, rows: int) -> None:
    _print("access log", rows, _spent(jm.read_access_log, _access_log(folder / "access.log", rows)))
    _print("JSON lines (Segment)", rows, _spent(jm.read_segment, _segment(folder / "segment.jsonl", rows)))
    mailbox = _mbox(folder / "support.mbox", rows // 20)
    _print("mbox", rows // 20, _spent(lambda path: jm.read_mbox(path, own_domains=["shop.example"]), mailbox))


def _tables(folder: Path, rows: int) -> None:
    table = _events(rows)
    pa_csv.write_csv(table, folder / "events.csv")
    pq.write_table(table, folder / "events.parquet")

    def read(path: Path) -> jm.EventLog:
        return jm.read_table(path, case="order", activity="event", timestamp="at", channel="channel")

    for name, alone in (("events.csv", pa_csv.read_csv), ("events.parquet", lambda path: pq.ParquetFile(path).read())):
        path = folder / name
        _print(f"table, {path.suffix[1:]}", rows, _spent(read, path), _spent(_encoded(alone), path))


def _encoded(read: Callable) -> Callable:
    """Add to pyarrow's reading what a log needs in any case: labels as codes."""

    def read_and_encode(path: Path) -> list:
        table = read(path)
        return [table[name].dictionary_encode() for name in ("order", "event", "channel")]

    return read_and_encode


def _spent(read: Callable, path: Path) -> float:
    """Give the least CPU seconds of three runs."""
    spent = []
    for _ in range(3):
        began = time.process_time()
        read(path)
        spent.append(time.process_time() - began)
    return min(spent)


def _print(name: str, rows: int, seconds: float, floor: float | None = None) -> None:
    ratio = "" if floor is None else f"{seconds / floor:10.1f} times"
    print(f"{name:24}{rows / seconds:>12,.0f}{ratio}")


# --- files -----------------------------------------------------------------------------------------------------------


def _moment(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(START + second)) + "Z"


def _access_log(path: Path, rows: int) -> Path:
    chance = random.Random(1)
    agents = [f"Mozilla/5.0 (X11; Linux x86_64; rv:{n}.0) Gecko/20100101 Firefox/{n}.0" for n in range(80, 120)]
    with path.open("w") as file:
        for row in range(rows):
            who, moment = chance.randrange(rows // 20 + 1), time.strftime("%d/%b/%Y:%H:%M:%S", time.gmtime(START + row))
            page = chance.choice(["/", "/cart", f"/products/{chance.randrange(5000)}", f"/orders/{row // 10}/status"])
            file.write(
                f"10.{who >> 16}.{who >> 8 & 255}.{who & 255} - - [{moment} +0000] "
                f'"GET {page} HTTP/1.1" 200 {chance.randrange(50_000)} "-" "{chance.choice(agents)}"\n'
            )
    return path


def _segment(path: Path, rows: int) -> Path:
    chance = random.Random(1)
    with path.open("w") as file:
        for row in range(rows):
            person = chance.randrange(rows // 10 + 1)
            record = {
                "messageId": f"m-{row}",
                "type": "track",
                "event": chance.choice(["Product Viewed", "Product Added", "Order Completed"]),
                "anonymousId": f"a-{person}",
                "userId": f"u-{person}" if person % 3 else None,
                "timestamp": _moment(row),
                "receivedAt": _moment(row + 1),
                "context": {"page": {"path": "/cart", "url": "https://shop.example/cart"}, "ip": "203.0.113.7"},
                "properties": {"total": chance.randrange(100), "currency": "EUR"},
            }
            file.write(json.dumps(record) + "\n")
    return path


def _mbox(path: Path, messages: int) -> Path:
    chance = random.Random(1)
    with path.open("wb") as file:
        for number in range(messages):
            mail = EmailMessage()
            mail["From"], mail["To"] = f"c{chance.randrange(1000)}@mail.example", "service@shop.example"
            mail["Subject"], mail["Message-ID"] = "Question about my order", f"<{number}@mail.example>"
            mail["Date"] = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(START + number))
            mail.set_content("Hello,\n\nwhere is my order?\n\nKind regards\n" * chance.randint(1, 10))
            file.write(b"From service@shop.example Wed May 01 00:00:00 2024\n" + bytes(mail) + b"\n")
    return path


def _events(rows: int) -> pa.Table:
    chance = random.Random(1)
    names = [f"step {number}" for number in range(40)]
    return pa.table(
        {
            "order": [f"O{chance.randrange(rows // 10 + 1):08}" for _ in range(rows)],
            "event": [chance.choice(names) for _ in range(rows)],
            "at": [_moment(row) for row in range(rows)],
            "channel": [chance.choice(["web", "mail", "phone"]) for _ in range(rows)],
        }
    )


if __name__ == "__main__":
    main()
