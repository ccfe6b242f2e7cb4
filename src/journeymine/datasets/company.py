"""The exports of an invented insurer, in the formats real systems write, with what is true of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from journeymine.datasets import chat, mail, phone, web
from journeymine.datasets.clock import TIME_ZONE, moment
from journeymine.datasets.crm import crm_table
from journeymine.datasets.export import Export
from journeymine.datasets.journeys import DAY, Journeys, simulate
from journeymine.datasets.model import END, GOAL, PLANTED_DROPOFF, PLANTED_SLOW, TOUCHPOINTS
from journeymine.datasets.people import MOST_CUSTOMERS, SHARED, invent
from journeymine.datasets.truth import goal_probability, matrices, true_dropoff
from journeymine.errors import OptionError
from journeymine.log import store

__all__ = ["Company", "write_company"]

_FIRST_DAY: Final = date(2024, 3, 1)
_WINDOWS: Final = ("1d", "7d", "14d", "30d")
_FILES: Final = {
    "access_log": "web/access.log",
    "mbox": "mail/support.mbox",
    "cdr": "phone/Master.csv",
    "chats": "chat/chats.jsonl",
}


@dataclass(frozen=True)
class Company:
    """Where the exports of an invented company are, and what a reader must know of it.

    Attributes
    ----------
    folder
        Where everything is.
    access_log, mbox, cdr, chats
        The exports of web, mail, phone and chat.
    crm
        The table of customers: ``customer``, ``user``, ``email``, ``phone``, ``segment``; one with a new address or
        telephone has two rows.
    truth
        What is true, as JSON; `write_company` says what is in it.
    observed_until
        When all exports end, with its offset.
    own_domains
        Mail domains of the company.
    tz
        Where the clock of the telephone exchange stands.
    country
        Of telephone numbers written without one.
    goal
        The activity that makes a journey a success.
    ends
        All declared ends of journeys, the goal first.

    Examples
    --------
    >>> company = jm.write_company(tmp, customers=50)
    >>> company.access_log.name, company.goal
    ('access.log', 'POST /policies')
    """

    folder: Path
    access_log: Path
    mbox: Path
    cdr: Path
    chats: Path
    crm: Path
    truth: Path
    observed_until: str
    own_domains: tuple[str, ...] = (mail.DOMAIN,)
    tz: str = TIME_ZONE
    country: str = "NL"
    goal: str = GOAL
    ends: tuple[str, ...] = (GOAL, END)


def write_company(
    folder: str | Path, *, customers: int = 5_000, days: int = 90, seed: int = 7, shared: float = SHARED
) -> Company:
    """Write the exports of an invented insurer, Polder Insurance, and what is true of them.

    Customers travel through touchpoints on web, mail, phone and chat: a semi-Markov walk [1]_ whose parameters are
    known, so that true drop-off and true waiting are known exactly. Journeys are under way when the exports begin on
    1 March 2024 and are still open when they end. One touchpoint loses far more customers than the others, and one
    transition costs far more waiting. Segments travel alike. Customers share devices and telephones, change addresses,
    and two systems' clocks are wrong; the files hold duplicates, bots, automatic mails and a few broken lines.

    Parameters
    ----------
    folder
        Where to write; made if it is not there. Each file is replaced whole.
    customers
        How many, at most a million.
    days
        Length of the exports.
    seed
        Start of the random numbers: the same one gives the same bytes.
    shared
        Share of customers who have a device together with another customer, and of those who so have a telephone:
        the more, the harder it is to tell who is who.

    Returns
    -------
    Company
        Where the files are. ``truth.json`` has ``goal`` and ``end``; ``touchpoints``; ``dropoff`` by touchpoint:
        probability that no touchpoint, goal or end follows within ``1d`` … ``30d`` or ``ever``; ``planted_dropoff``;
        ``planted_slow`` and its ``planted_slow_median_seconds``; ``transitions`` and ``goal_probability`` of the
        model; ``customer_of``: for each file the true customer number of each line (for mail: message), null where it
        is of nobody (customer 12 is ``C000012`` in the table of customers); ``counts`` for each file;
        ``customers``, ``journeys``, ``open_journeys``; ``clock_offsets_seconds``: how far a clock is ahead;
        ``observed_until``.

    Raises
    ------
    OptionError
        If `customers` or `days` is less than 1, `customers` more than a million, or `shared` not in [0, 1].

    References
    ----------
    .. [1] Cinlar (1969), Markov renewal theory, Adv. Appl. Probab. 1(2).

    Examples
    --------
    >>> import json
    >>> company = write_company(tmp / "polder", customers=50, days=30)
    >>> company.cdr.name, json.loads(company.truth.read_text())["planted_dropoff"]
    ('Master.csv', '/apply/identity')
    """
    _check(customers, days, shared)
    start = moment(_FIRST_DAY)
    until = start + days * DAY
    walking, inventing, *writing = np.random.default_rng(seed).spawn(7)
    journeys = simulate(walking, customers=customers, start=start, until=until)
    people = invent(inventing, customers=customers, start=start, until=until, shared=shared)
    writers = (web.access_log, mail.mailbox, phone.call_records, chat.chats)
    paths = {name: Path(folder) / path for name, path in _FILES.items()}
    truth = _truth(customers, journeys)
    for name, write, rng in zip(paths, writers, writing, strict=False):
        export = write(journeys, people, rng)
        store.write_text(export.text, paths[name])
        _note(truth, _FILES[name], export)
    return Company(
        folder=Path(folder),
        access_log=paths["access_log"],
        mbox=paths["mbox"],
        cdr=paths["cdr"],
        chats=paths["chats"],
        crm=store.write_text(crm_table(people, writing[-1]), Path(folder) / "crm/customers.csv"),
        truth=store.write_text(json.dumps(truth) + "\n", Path(folder) / "truth.json"),
        observed_until=truth["observed_until"],
    )


def _check(customers: int, days: int, shared: float) -> None:
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise OptionError(f"customers={customers!r} cannot be: take 1 to {MOST_CUSTOMERS:,}, such as customers=5000")
    if days < 1:
        raise OptionError(f"days={days!r} cannot be: take at least 1, such as days=90")
    if not 0 <= shared <= 1:
        raise OptionError(f"shared={shared!r} cannot be: take a share from 0 to 1, such as shared=0.1")


def _truth(customers: int, journeys: Journeys) -> dict[str, Any]:
    a, b = (TOUCHPOINTS.index(name) for name in PLANTED_SLOW)
    until = datetime.fromtimestamp(journeys.until, UTC).astimezone(ZoneInfo(TIME_ZONE))
    return {
        "goal": GOAL,
        "end": END,
        "touchpoints": list(TOUCHPOINTS),
        "dropoff": _dropoff(),
        "planted_dropoff": PLANTED_DROPOFF,
        "planted_slow": list(PLANTED_SLOW),
        "planted_slow_median_seconds": float(matrices().median_seconds[a, b]),
        "transitions": _transitions(),
        "goal_probability": goal_probability(),
        "customer_of": {},
        "counts": {},
        "customers": customers,
        "journeys": journeys.count,
        "open_journeys": journeys.open,
        "clock_offsets_seconds": {"web": 0, "mail": 0, "phone": phone.CLOCK_OFFSET, "chat": chat.CLOCK_OFFSET},
        "observed_until": until.isoformat(),
    }


def _dropoff() -> dict[str, dict[str, float]]:
    windows = {window: true_dropoff(window) for window in _WINDOWS} | {"ever": true_dropoff()}
    return {name: {window: rates[name] for window, rates in windows.items()} for name in windows["ever"]}


def _transitions() -> list[dict[str, Any]]:
    model = matrices()
    return [
        {
            "activity": TOUCHPOINTS[a],
            "next_activity": TOUCHPOINTS[b],
            "probability": float(model.probabilities[a, b]),
            "median_seconds": float(model.median_seconds[a, b]),
            "sigma": float(model.sigmas[a, b]),
        }
        for a, b in np.argwhere(model.probabilities > 0)
    ]


def _note(truth: dict[str, Any], path: str, export: Export) -> None:
    truth["customer_of"][path] = export.owners
    truth["counts"][path] = export.counts._asdict()
