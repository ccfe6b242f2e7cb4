"""Touchpoints named by rules over URLs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.errors import OptionError
from journeymine.sources.web.access_log import read_access_log
from journeymine.sources.web.url import url_template
from journeymine.sources.web.url_rules import url_rules


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        (
            "/cart",
            ["/cart", "/cart/", "//cart?x=1#top", "https://shop.example:8443/cart"],
            ["/carts", "/a/cart", "/Cart"],
        ),
        ("/cart/", ["/cart", "/cart/"], ["/cart/items"]),
        ("/", ["", "/", "/?utm=1", "https://shop.example"], ["/cart"]),
        ("/p/*", ["/p/7", "/p/shoes/blue?x"], ["/p", "/p/", "/shop/p/7"]),
        ("*/reviews", ["/p/7/reviews", "/reviews"], ["/reviews/7"]),
        ("/p/*/reviews", ["/p/7/reviews", "/p/a/b/reviews"], ["/p/reviews"]),
        ("/a.b+c", ["/a.b+c"], ["/aXb+c", "/a.bbc"]),
        ("/caf\xe9", ["/caf%C3%A9"], ["/cafe"]),
        ("/find?q=*", ["/find?q=hat", "/find/?q="], ["/find", "/find?page=2&q=hat"]),
        ("/find?*q=*", ["/find?page=2&q=hat"], ["/find?page=2"]),
        ("*", ["/", "/x/y?z"], []),
    ],
)
def test_a_pattern_fits_a_path_whatever_surrounds_it(pattern, fits, fits_not):
    named = url_rules({pattern: "named"})
    assert [named(url) for url in fits] == ["named"] * len(fits)
    assert [named(url) for url in fits_not] == [url_template(url) for url in fits_not]


def test_the_first_rule_that_fits_wins():
    named = url_rules({"/p/sale": "sale", "/p/*": "product page", "*": "other"})
    assert [named(url) for url in ("/p/sale", "/p/7", "/p", "/")] == ["sale", "product page", "other", "other"]


def test_none_is_no_touchpoint():
    assert url_rules({"/health": None})("/health") is None


def test_rules_say_what_they_are():
    assert repr(url_rules({"/cart": "cart", "/x": None})) == "url_rules({'/cart': 'cart', '/x': None})"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({}, "url_rules needs at least one rule, such as {'/cart': 'cart'}"),
        ({"cart": "cart"}, "URL rule 'cart' is no path: it must begin with '/' or '*', such as '/cart'"),
        ({7: "cart"}, "URL rule 7 is no path"),
        ({"/cart": ""}, "URL rule '/cart' gives '': it must give a name, or None for no touchpoint"),
        ({"/cart": 7}, "URL rule '/cart' gives 7: it must give a name"),
    ],
)
def test_rules_that_cannot_be_followed_are_refused(rules, said):
    with pytest.raises(OptionError) as error:
        url_rules(rules)
    assert str(error.value).startswith(said)


def test_a_log_is_read_with_rules_and_notes_those_that_no_request_met(tmp_path):
    path = tmp_path / "access.log"
    asked = ["/p/7", "/p/8", "/cart", "/internal/x", "/orders/1", "/static/site.css"]
    path.write_text(
        "\n".join(f'1.2.3.4 - - [10/Feb/2024:16:42:0{second} +0100] "GET {target} HTTP/1.1" 200 1 "-" "Firefox/122.0"'
                  for second, target in enumerate(asked))
    )  # fmt: skip
    rules = url_rules({"/p/*": "product page", "/cart": "cart", "/internal/*": None, "/static/*": None, "/old": "old"})
    for _ in range(2):  # what an earlier log met does not count
        log = read_access_log(path, activity=rules)
        assert log.table.sort_by("source_row")["activity"].to_pylist() == [
            "product page",
            "product page",
            "cart",
            "/orders/{id}",
        ]
        assert log.quarantine.reasons == {"asset": 1, "no_activity": 1}
        assert log.account["notes"][0].tolist()[1:] == ["URL rules that no request met: '/static/*', '/old'"]
    path.write_text(path.read_text().splitlines()[0])
    assert rules.met == set()
    assert len(read_access_log(path, activity=url_rules({"/p/*": "product page"})).account["notes"][0]) == 1


@given(st.text(), st.lists(st.text("/*?ab", max_size=6).map("/{}".format), min_size=1, max_size=4, unique=True))
def test_any_url_gets_a_name_from_the_first_rule_or_its_template(url, patterns):
    rules = url_rules({pattern: pattern for pattern in patterns})
    alone = [url_rules({pattern: "met"})(url) == "met" for pattern in patterns]
    expected = patterns[alone.index(True)] if any(alone) else url_template(url)
    assert rules(url) == expected
