"""The access log of the invented insurer's web site, in the combined format."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from journeymine.datasets.clock import access_times
from journeymine.datasets.crm import logins
from journeymine.datasets.export import NOBODY, Counts, Export, known_once, owner_numbers, spread_in
from journeymine.datasets.journeys import Journeys
from journeymine.datasets.model import END, GOAL, TOUCHPOINTS
from journeymine.datasets.people import KIOSK, People

__all__ = ["AGENTS", "SITE", "access_log", "device_hosts"]

SITE: Final = "https://www.polder.example"

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS: Final = (
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/122.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/121.0.0.0 Safari/537.36 Edg/121.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:123.0) Gecko/20100101 Firefox/123.0",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Chrome/122.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_3) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 "
    "Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0",
    f"Mozilla/5.0 (Linux; Android 14; K) {_WEBKIT} Chrome/122.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 13; K) {_WEBKIT} SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 "
    "Mobile/15E148 Safari/604.1",
    f'Mozilla/5.0 (Linux; Android 12; \\"Tab 10\\") {_WEBKIT} Chrome/120.0.0.0 Safari/537.36',
    "Mozilla/5.0 (iPad; CPU OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 "
    "Safari/604.1",
)
"""Browsers; one of them has quotes in its name, which the server escapes."""

_BOTS = (
    ("192.0.2.66", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    ("198.51.100.20", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
    ("203.0.113.7", "PolderMonitor/1.0 (status check; bot)"),
)
_BOT_PATHS = ("/robots.txt", "/", "/quote", "/help", "/sitemap.xml")
_ASSETS = ("/static/site.8f21.css", "/static/app.41c0.js", "/static/logo.svg", "/favicon.ico", "/static/type.woff2")
_REFERERS = ("-", "https://search.example/", SITE + "/", SITE + "/products")
_QUERIES = {"/": {0: "?utm_source=search"}, "/quote": {0: "?product=car", 1: "?product=home"}}
_BROKEN = (
    '100.64.7.9 - - [06/Mar/2024:11:02:51 +0100] "GET /quote HTTP/2.0" 200 8120 "-" "Mozilla/5.0 (X11; Linux x86_64\n',
    "logrotate: access.log reopened\n",
    "100.65.201.14 - u0000\n",
)
_BOT_SHARE, _BROKEN_EVERY = 0.05, 20_000
_LOGGED_IN, _SECOND, _IN_PUBLIC, _EVER_LOGGED_IN = 0.62, 0.3, 0.003, 0.98
_FIRST_QUOTE = 4_000_000
_ALWAYS_LOGGED_IN = ("POST /apply", "/apply/identity", GOAL, END)


class _Lines(NamedTuple):
    seconds: np.ndarray
    owners: np.ndarray
    texts: list[str]


class _Pages(NamedTuple):
    seconds: np.ndarray
    owners: np.ndarray
    hosts: list[str]
    agents: list[str]
    users: list[str]
    methods: list[str]
    paths: list[str]


def access_log(journeys: Journeys, people: People, rng: np.random.Generator) -> Export:
    r"""Write the access log.

    Parameters
    ----------
    journeys
        Who visits which touchpoint when.
    people
        The customers.
    rng
        Where chance comes from.

    Returns
    -------
    Export
        Lines in time order: pages, each with up to two requests for assets after it, bots, and a few broken lines.

    Examples
    --------
    >>> from journeymine.datasets.journeys import DAY, simulate
    >>> from journeymine.datasets.people import invent
    >>> rng = np.random.default_rng(7)
    >>> journeys = simulate(rng, customers=20, start=0, until=90 * DAY)
    >>> people = invent(rng, customers=20, start=0, until=90 * DAY)
    >>> export = access_log(journeys, people, rng)
    >>> export.counts.events < export.counts.rows_in == export.text.count("\n")
    True
    """
    rows = journeys.rows("web")
    rows = rows[journeys.seconds[rows] >= journeys.start]
    pages = _pages(journeys, people, rows, rng)
    kinds = [_page_lines(pages, rng), _asset_lines(pages, journeys.until, rng)]
    kinds.append(_bot_lines(journeys, sum(len(kind.texts) for kind in kinds), rng))
    texts, owners = _in_time_order(kinds)
    broken = [_BROKEN[place % len(_BROKEN)] for place in range(len(_BROKEN) + len(texts) // _BROKEN_EVERY)]
    counts = Counts(
        rows_in=len(texts) + len(broken),
        used=len(rows),
        duplicate=0,
        refused=len(broken),
        set_aside=len(texts) - len(rows),
        events=len(rows),
    )
    return Export("".join(spread_in(texts, broken)), spread_in(owners, [None] * len(broken)), counts)


def _in_time_order(kinds: list[_Lines]) -> tuple[list[str], list[int | None]]:
    order = np.argsort(np.concatenate([kind.seconds for kind in kinds]), kind="stable")
    texts = [text for kind in kinds for text in kind.texts]
    owners = owner_numbers(np.concatenate([kind.owners for kind in kinds])[order])
    return [texts[place] for place in order.tolist()], owners


def _pages(journeys: Journeys, people: People, rows: np.ndarray, rng: np.random.Generator) -> _Pages:
    owners = journeys.customers[rows]
    devices = _devices(people, owners, rng)
    users = logins(people.count)
    logged_in = _logged_in(journeys, rows, devices, rng).tolist()
    distinct, places = np.unique(devices, return_inverse=True)
    hosts, agents = device_hosts(distinct), [AGENTS[device % len(AGENTS)] for device in distinct.tolist()]
    methods, paths = _requests(journeys, rows, rng)
    return _Pages(
        seconds=journeys.seconds[rows],
        owners=owners,
        hosts=[hosts[place] for place in places.tolist()],
        agents=[agents[place] for place in places.tolist()],
        users=[users[n - 1] if known else "-" for n, known in zip(owners.tolist(), logged_in, strict=True)],
        methods=methods,
        paths=paths,
    )


def _devices(people: People, owners: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    second = people.second_device[owners - 1] & (rng.random(len(owners)) < _SECOND)
    devices = people.devices[owners - 1 + people.count * second]
    return np.where(rng.random(len(owners)) < _IN_PUBLIC, KIOSK, devices)


def _logged_in(journeys: Journeys, rows: np.ndarray, devices: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Tell who is logged in: always from the application on, often before, and sooner or later on every device."""
    codes = [TOUCHPOINTS.index(name) for name in _ALWAYS_LOGGED_IN]
    applied = np.isin(journeys.activities, codes)
    last_application = np.maximum.accumulate(np.where(applied, np.arange(len(applied)), -1))[rows]
    same_journey = journeys.journeys[last_application] == journeys.journeys[rows]
    known = (last_application >= 0) & same_journey
    known |= rng.random(len(rows)) < _LOGGED_IN
    # In a public place nobody is made to log in: some visits there stay anonymous.
    return known_once(devices, known, np.where(devices == KIOSK, 1.0, rng.random(len(rows))), _EVER_LOGGED_IN)


def device_hosts(devices: np.ndarray) -> list[str]:
    """Give devices their addresses.

    Parameters
    ----------
    devices
        Devices, int64, shape (n,).

    Returns
    -------
    list of str
        Addresses of ranges that belong to nobody, different ones for different devices; some are IPv6.

    Examples
    --------
    >>> device_hosts(np.array([0, 3]))
    ['100.64.0.0', '2001:db8:26:6d::13']
    """
    scattered = (devices * 2_654_435_761 % (1 << 22)).tolist()
    return [
        f"2001:db8:{number >> 16:x}:{number >> 8 & 255:x}::{number & 255:x}"
        if device % 4 == 3
        else f"100.{64 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
        for device, number in zip(devices.tolist(), scattered, strict=True)
    ]


def _requests(journeys: Journeys, rows: np.ndarray, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Give method and path of pages; a quote has its number in the path, and some pages have a query."""
    words = [name.split() if " " in name else ["GET", name] for name in TOUCHPOINTS]
    queries = [_QUERIES.get(path, {}) for _, path in words]
    activities, drawn = journeys.activities[rows].tolist(), rng.integers(0, 8, len(rows)).tolist()
    quotes = (_FIRST_QUOTE + journeys.journeys[rows]).tolist()
    paths = [
        words[code][1].replace("{id}", str(quote)) + queries[code].get(number, "")
        for code, quote, number in zip(activities, quotes, drawn, strict=True)
    ]
    return [words[code][0] for code in activities], paths


def _page_lines(pages: _Pages, rng: np.random.Generator) -> _Lines:
    sizes = rng.integers(3_000, 40_000, len(pages.seconds)).tolist()
    referers = rng.integers(0, len(_REFERERS), len(pages.seconds)).tolist()
    texts = [
        f'{host} - {user} [{time}] "{method} {path} HTTP/2.0" 200 {size} "{_REFERERS[referer]}" "{agent}"\n'
        for host, user, time, method, path, size, referer, agent in zip(
            pages.hosts, pages.users, access_times(pages.seconds), pages.methods, pages.paths, sizes, referers,
            pages.agents, strict=True,
        )
    ]  # fmt: skip
    return _Lines(pages.seconds, pages.owners, texts)


def _asset_lines(pages: _Pages, until: int, rng: np.random.Generator) -> _Lines:
    of_page = np.repeat(np.arange(len(pages.seconds)), rng.integers(0, 3, len(pages.seconds)))
    seconds = np.minimum(pages.seconds[of_page] + rng.integers(0, 2, len(of_page)), until - 1)
    assets = rng.integers(0, len(_ASSETS), len(of_page)).tolist()
    sizes = rng.integers(200, 90_000, len(of_page)).tolist()
    texts = [
        f'{pages.hosts[page]} - {pages.users[page]} [{time}] "GET {_ASSETS[asset]} HTTP/2.0" 200 {size} '
        f'"{SITE}{pages.paths[page]}" "{pages.agents[page]}"\n'
        for page, time, asset, size in zip(of_page.tolist(), access_times(seconds), assets, sizes, strict=True)
    ]
    return _Lines(seconds, pages.owners[of_page], texts)


def _bot_lines(journeys: Journeys, others: int, rng: np.random.Generator) -> _Lines:
    count = 1 + round(others * _BOT_SHARE / (1 - _BOT_SHARE))
    seconds = np.sort(rng.integers(journeys.start, journeys.until, count))
    bots = rng.integers(0, len(_BOTS), count).tolist()
    paths = rng.integers(0, len(_BOT_PATHS), count).tolist()
    texts = [
        f'{_BOTS[bot][0]} - - [{time}] "GET {_BOT_PATHS[path]} HTTP/1.1" 200 5120 "-" "{_BOTS[bot][1]}"\n'
        for bot, time, path in zip(bots, access_times(seconds), paths, strict=True)
    ]
    return _Lines(seconds, np.full(count, NOBODY), texts)
