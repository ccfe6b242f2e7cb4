"""The exports read with the standard library alone, to hold them against the truth."""

from __future__ import annotations

import csv
import json
import mailbox
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

from journeymine.datasets.company import Company

LINE = re.compile(
    r'(?P<host>\S+) - (?P<user>\S+) \[(?P<time>[^\]]+)\] "(?P<method>[A-Z]+) (?P<path>\S+) HTTP/[\d.]+" '
    r'(?P<status>\d{3}) (?P<size>\d+) "(?P<referer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)"'
)
COLUMNS = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield", "peeraccount", "linkedid",
    "sequence",
)  # fmt: skip


class Contact(NamedTuple):
    """One touchpoint: on which row (from 1) of its file it stands, and every identifier it carries."""

    row: int
    activity: str
    ids: list[tuple[str, str]]


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def requests(company: Company) -> list[dict[str, str] | None]:
    """Give the fields of each line of the access log, None for broken ones."""
    found = [LINE.fullmatch(line) for line in lines(company.access_log)]
    return [match and match.groupdict() for match in found]


def moment(request: dict[str, str]) -> datetime:
    return datetime.strptime(request["time"], "%d/%b/%Y:%H:%M:%S %z")


def is_page(request: dict[str, str]) -> bool:
    return "bot" not in request["agent"].lower() and not re.search(r"\.(css|js|svg|ico|woff2)$", request["path"])


def pages(company: Company) -> Iterator[Contact]:
    for row, request in enumerate(requests(company), 1):
        if request and is_page(request):
            path = re.sub(r"/\d+$", "/{id}", request["path"].partition("?")[0])
            activity = path if request["method"] == "GET" else f"{request['method']} {path}"
            ids = [("visitor", request["host"] + request["agent"])]
            yield Contact(row, activity, ids + [("user", request["user"])] * (request["user"] != "-"))


def messages(company: Company) -> list[Message]:
    with closing(mailbox.mbox(company.mbox, create=False)) as box:
        return list(box)


def is_automatic(message: Message) -> bool:
    return message["Auto-Submitted"] is not None or message["List-Unsubscribe"] is not None


def written(message: Message) -> datetime | None:
    text = message["Date"] or (message["Received"] or "").rpartition(";")[2]
    return parsedate_to_datetime(text) if text else None


def mails(company: Company) -> Iterator[Contact]:
    known = set()
    for row, message in enumerate(messages(company), 1):
        if written(message) and not is_automatic(message) and message["Message-ID"] not in known:
            known.add(message["Message-ID"])
            (_, writer), (_, reader) = getaddresses([message["From"], message["To"]])
            sent = writer.endswith("@polder.example")
            address = (reader if sent else writer).lower()
            yield Contact(row, "mail sent" if sent else "mail received", [("email", address)])


def records(company: Company) -> list[list[str]]:
    return list(csv.reader(lines(company.cdr)))


def calls(company: Company) -> Iterator[Contact]:
    found: dict[str, Contact] = {}
    for row, fields in enumerate(records(company), 1):
        if len(fields) == len(COLUMNS):
            record = dict(zip(COLUMNS, fields, strict=True))
            first = found.get(record["linkedid"])
            answered = record["disposition"] == "ANSWERED" or (first is not None and first.activity == "call answered")
            ids = [("phone", number(record["src"]))] * (record["src"] != "")
            activity = "call answered" if answered else "call missed"
            found[record["linkedid"]] = Contact(first.row if first else row, activity, ids)
    yield from found.values()


def number(text: str) -> str:
    """Spell a Dutch telephone number in one way."""
    return re.sub(r"^(\+31|0031|0)", "+31", text.replace(" ", ""))


def chat_objects(company: Company) -> list[dict | None]:
    def parsed(line: str) -> dict | None:
        try:
            return json.loads(line)
        except ValueError:
            return None

    return [parsed(line) for line in lines(company.chats)]


def chats(company: Company) -> Iterator[Contact]:
    latest: dict[str, Contact] = {}
    for row, chat in enumerate(chat_objects(company), 1):
        if chat:
            visitor = chat["visitor"]
            ids = [("chat visitor", visitor["id"])]
            ids += [("email", visitor["email"])] * (visitor["email"] != "")
            ids += [("phone", number(visitor["phone"]))] * (visitor["phone"] != "")
            latest[chat["id"]] = Contact(row, "chat missed" if chat["missed"] else "chat", ids)
    yield from latest.values()


def customers(company: Company) -> list[dict[str, str]]:
    return list(csv.DictReader(lines(company.crm)))


READERS = {
    "web/access.log": pages,
    "mail/support.mbox": mails,
    "phone/Master.csv": calls,
    "chat/chats.jsonl": chats,
}
"""Gives the touchpoints of each file."""
