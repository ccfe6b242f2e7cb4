"""Requests that no person made: those of robots, and of browsers that load what a page needs."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["ASSETS", "BOTS", "assets", "robots"]

BOTS: Final = (
    r"bot|crawl|spider|slurp|scrap|fetch|feed|\brss\b|monitor|pingdom|uptime|nagios|zabbix|check_http|preview"
    r"|externalhit|validator|archiv|nutch|favicon|headless|phantomjs|selenium|lighthouse|internal dummy"
    r"|scanner|masscan|zgrab|nmap|nikto|sqlmap|curl/|wget|python|libwww|lwp|http_?-?client|^java/|^ruby|^php|^perl"
    r"|https?://|\w@\w"
)
"""User agents that are no persons, as a regular expression on the lower-case text: they say so, or name an address."""

ASSETS: Final = (
    r"\.(css|m?js|map|png|jpe?g|gif|svgz?|ico|cur|webp|avif|bmp|tiff?|woff2?|ttf|otf|eot|webmanifest)$"
    r"|(^|/)(favicon[^/]*|robots\.txt|ads\.txt|browserconfig\.xml|sitemap[^/]*\.xml(\.gz)?)$"
)
"""What pages and robots load by themselves, as a regular expression on the lower-case path."""

_ROBOTS: Final = "/robots.txt"
_FETCHED: Final = "a visitor that fetched " + _ROBOTS
_NULL: Final = pa.scalar(None, pa.string())


def robots(agents: pa.DictionaryArray, visitors: pa.DictionaryArray, paths: pa.DictionaryArray) -> pa.Array:
    """Name the robot that sent each request.

    Parameters
    ----------
    agents
        User agents, shape (requests,).
    visitors
        Who sent each request.
    paths
        What was asked for.

    Returns
    -------
    pyarrow.Array
        The user agent that matches ``BOTS``, else that the visitor fetched ``/robots.txt`` at some time; null where
        nothing speaks for a robot. Shape (requests,).

    Examples
    --------
    >>> agents = pa.array(["Googlebot/2.1", "Firefox/122.0", "Firefox/122.0", None]).dictionary_encode()
    >>> visitors = pa.array(["a", "b", "b", "c"]).dictionary_encode()
    >>> paths = pa.array(["/", "/robots.txt", "/news", "/"]).dictionary_encode()
    >>> robots(agents, visitors, paths).to_pylist()
    ['Googlebot/2.1', 'a visitor that fetched /robots.txt', 'a visitor that fetched /robots.txt', None]
    """
    spared = pc.replace_substring(pc.utf8_lower(agents.dictionary), "cubot", "")  # a make of telephones
    named = pc.if_else(pc.match_substring_regex(spared, BOTS), agents.dictionary, _NULL).take(agents.indices)
    fetchers = visitors.filter(_told(paths, pc.equal(paths.dictionary, _ROBOTS))).dictionary_decode()
    fetched = _told(visitors, pc.is_in(visitors.dictionary, fetchers))
    return pc.coalesce(named, pc.if_else(fetched, pa.scalar(_FETCHED), _NULL))


def assets(paths: pa.DictionaryArray) -> pa.Array:
    """Tell which requests are for files that pages and robots load by themselves.

    Parameters
    ----------
    paths
        What was asked for, without query, shape (requests,).

    Returns
    -------
    pyarrow.Array
        Truths, shape (requests,).

    Examples
    --------
    >>> assets(pa.array(["/logo.PNG", "/pricing", "/terms.pdf", "/favicon.ico"]).dictionary_encode()).to_pylist()
    [True, False, False, True]
    """
    return _told(paths, pc.match_substring_regex(pc.utf8_lower(paths.dictionary), ASSETS))


def _told(labels: pa.DictionaryArray, truths: pa.Array) -> pa.Array:
    """Tell for each row what is true of its label; of no label nothing is."""
    return pc.fill_null(truths.take(labels.indices), False)
