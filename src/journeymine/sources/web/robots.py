"""Requests that no person made: those of robots, and of browsers that load what a page needs."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.sources.web.labels import told

__all__ = ["ASSETS", "BOTS", "are_assets", "are_robots", "fetchers"]

BOTS: Final = (
    r"bot|crawl|spider|slurp|scrap|fetch|feed|\brss\b|monitor|pingdom|uptime|nagios|zabbix|check_http|preview"
    r"|externalhit|validator|archiv|nutch|favicon|headless|phantomjs|selenium|lighthouse|internal dummy"
    r"|scanner|masscan|zgrab|nmap|nikto|sqlmap|curl/|wget|python|libwww|lwp|http_?-?client|^java/|^ruby|^php|^perl"
    r"|health-?check|kube-probe|googlehc|prometheus|blackbox|datadog|https?://|\w@\w"
)
"""User agents that are no persons, as a regular expression on the lower-case text: they say so, or name an address."""

ASSETS: Final = (
    r"\.(css|m?js|map|png|jpe?g|gif|svgz?|ico|cur|webp|avif|bmp|tiff?|woff2?|ttf|otf|eot|webmanifest)$"
    r"|(^|/)(favicon[^/]*|robots\.txt|ads\.txt|browserconfig\.xml|sitemap[^/]*\.xml(\.gz)?)$"
)
"""What pages and robots load by themselves, as a regular expression on the lower-case path."""

_ROBOTS: Final = "/robots.txt"


def are_robots(agents: pa.DictionaryArray) -> np.ndarray:
    """Tell which requests were sent by robots that say so.

    Parameters
    ----------
    agents
        User agents, shape (requests,).

    Returns
    -------
    numpy.ndarray
        True where the user agent matches ``BOTS``, bool, shape (requests,).

    Examples
    --------
    >>> are_robots(pa.array(["Googlebot/2.1", "Firefox/122.0", None]).dictionary_encode()).tolist()
    [True, False, False]
    """
    return told(agents, _name_robots)


def _name_robots(agents: pa.Array) -> pa.Array:
    spared = pc.replace_substring(pc.utf8_lower(agents), "cubot", "")  # a make of telephones
    return pc.match_substring_regex(spared, BOTS)


def fetchers(visitors: pa.DictionaryArray, paths: pa.DictionaryArray) -> pa.Array:
    """Name the visitors that fetched ``/robots.txt``: robots, whatever they say.

    Parameters
    ----------
    visitors
        Who sent each request.
    paths
        What was asked for, without query.

    Returns
    -------
    pyarrow.Array
        Their names, each once.

    Examples
    --------
    >>> visitors = pa.array(["a", "b", "b", "c"]).dictionary_encode()
    >>> paths = pa.array(["/", "/robots.txt", "/news", "/"]).dictionary_encode()
    >>> fetchers(visitors, paths).to_pylist()
    ['b']
    """
    fetched = told(paths, lambda values: pc.equal(values, _ROBOTS))
    return visitors.filter(pa.array(fetched)).dictionary_decode().unique().drop_null()


def are_assets(paths: pa.DictionaryArray) -> np.ndarray:
    """Tell which requests are for files that pages and robots load by themselves.

    Parameters
    ----------
    paths
        What was asked for, without query, shape (requests,).

    Returns
    -------
    numpy.ndarray
        True where the path matches ``ASSETS``, bool, shape (requests,).

    Examples
    --------
    >>> are_assets(pa.array(["/logo.PNG", "/pricing", "/terms.pdf", "/favicon.ico"]).dictionary_encode()).tolist()
    [True, False, False, True]
    """
    return told(paths, lambda values: pc.match_substring_regex(pc.utf8_lower(values), ASSETS))
