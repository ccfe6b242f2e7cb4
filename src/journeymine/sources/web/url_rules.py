"""Touchpoints named by rules over URLs, in the words of those who know the site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from journeymine.errors import OptionError
from journeymine.sources.web.url import plain_path, url_template

__all__ = ["UrlRules", "url_rules"]


@dataclass(frozen=True, repr=False)
class UrlRules:
    """Rules that name the touchpoints of a site; made by `url_rules`, called with a URL.

    Attributes
    ----------
    names
        Pattern to name, in the order in which they are tried.
    met
        Patterns that named a URL so far.
    """

    names: Mapping[str, str | None]
    met: set[str] = field(default_factory=set)

    def __call__(self, url: str) -> str | None:
        """Name what a URL stands for.

        Parameters
        ----------
        url
            A path with or without query, or a whole URL.

        Returns
        -------
        str or None
            What the first rule that fits says; the URL's template where none fits.
        """
        found = self._expression.fullmatch("{}?{}".format(*plain_path(url)))
        if found is None or found.lastindex is None:
            return url_template(url)
        pattern = list(self.names)[found.lastindex - 1]
        self.met.add(pattern)
        return self.names[pattern]

    def __repr__(self) -> str:
        return f"url_rules({dict(self.names)!r})"

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        """One expression of all rules, a group each: the first that fits is the one that is found."""
        return re.compile("|".join(f"({_expression(pattern)})" for pattern in self.names), re.DOTALL)

    @property
    def notes(self) -> list[str]:
        """Say which rules were never met; nothing where all were."""
        unmet = [repr(pattern) for pattern in self.names if pattern not in self.met]
        return [f"URL rules that no request met: {', '.join(unmet)}"] if unmet else []

    def afresh(self) -> UrlRules:
        """Give the same rules, none of them met yet."""
        return replace(self, met=set())


def _expression(pattern: str) -> str:
    path, asks, query = pattern.partition("?")
    path = path.rstrip("/") or "/"
    return _with_any(path, "[^?]*") + r"\?" + (_with_any(query, ".*") if asks else ".*")


def _with_any(text: str, anything: str) -> str:
    return anything.join(map(re.escape, text.split("*")))


def url_rules(rules: Mapping[str, str | None]) -> UrlRules:
    """Name touchpoints by the URLs that were visited.

    Parameters
    ----------
    rules
        Pattern to name; the first pattern that fits gives the name. ``None`` for what is no touchpoint. A pattern is a
        path in which ``*`` stands for any signs, slashes too: ``"/p/*"``. It fits whatever the host, the query and a
        slash at the end are; only a pattern with a question mark looks at the query: ``"/search?*q=*"``. URLs that no
        pattern fits are named by `url_template`, unless the last pattern is ``"*"``.

    Returns
    -------
    UrlRules
        A function of a URL, for ``activity=`` of `read_access_log`. The account of the log notes the rules that no
        request met; images, scripts and robots are set aside before any rule is asked.

    Raises
    ------
    OptionError
        If there is no rule, a pattern is no path, or a name is no text.

    Examples
    --------
    >>> named = url_rules({"/p/*": "product page", "/cart": "cart", "/search?*q=*": "search", "/internal/*": None})
    >>> named("/p/blue-shoes?ref=mail"), named("https://shop.example/cart/"), named("/search?page=2&q=hat")
    ('product page', 'cart', 'search')
    >>> named("/internal/health"), named("/orders/48213")
    (None, '/orders/{id}')
    """
    if not rules:
        raise OptionError("url_rules needs at least one rule, such as {'/cart': 'cart'}")
    for pattern, name in rules.items():
        if not isinstance(pattern, str) or not pattern.startswith(("/", "*")):
            raise OptionError(f"URL rule {pattern!r} is no path: it must begin with '/' or '*', such as '/cart'")
        if name is not None and not (isinstance(name, str) and name):
            raise OptionError(f"URL rule {pattern!r} gives {name!r}: it must give a name, or None for no touchpoint")
    return UrlRules(dict(rules))
