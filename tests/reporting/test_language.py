"""Languages: every text is there in each, with the same places to fill in, and numbers are said in it."""

import re
import string

import pytest

import journeymine as jm
from journeymine.analytics.findings import SENTENCES
from journeymine.errors import UnknownOptionError
from journeymine.reporting.language import LANGUAGES, language
from journeymine.reporting.map_data import MAP_TEXTS
from tests.small import log_of


def flat(texts, path=()):
    """Give every text by its path; lists are numbered."""
    if isinstance(texts, str):
        return {path: texts}
    items = texts.items() if isinstance(texts, dict) else enumerate(texts)
    return {place: text for key, inner in items for place, text in flat(inner, (*path, key)).items()}


def holes(text):
    return sorted(name for _, name, *_ in string.Formatter().parse(text) if name)


@pytest.fixture(params=[name for name in LANGUAGES if name != "en"])
def other(request):
    return language(request.param)


def test_each_language_has_every_text_with_the_same_places_to_fill_in(other):
    english = {**language("en").texts, "findings": dict(SENTENCES), "map_texts": dict(MAP_TEXTS)}
    mine, theirs = flat(english), flat(other.texts)
    assert mine.keys() == theirs.keys()
    assert {path: holes(text) for path, text in mine.items()} == {path: holes(text) for path, text in theirs.items()}


def test_no_sentence_of_another_language_was_left_in_english(other):
    mine, theirs = flat(language("en").texts), flat(other.texts)
    same = {path for path, text in mine.items() if text == theirs[path] and len(text.split()) > 2 and "{" not in text}
    assert same == set()


def test_numbers_and_days_are_said_in_english():
    said = language("en")
    assert (said.count(12431), said.share(0.0123), said.duration(9_000)) == ("12,431", "1.2 %", "2.5 h")
    assert (said.counted(1, "path"), said.counted(1_200, "path")) == ("1 path", "1,200 paths")
    assert said.day("2024-05-01") == "1 May 2024"


def test_numbers_and_days_are_said_in_dutch():
    said = language("nl")
    assert (said.count(12431), said.share(0.0123), said.duration(9_000)) == ("12.431", "1,2 %", "2,5 uur")
    assert [said.duration(86_400 * days) for days in (1.5, 2, 2.9)] == ["1,5 dag", "2 dagen", "2,9 dagen"]
    assert said.day("2024-05-01") == "1 mei 2024"


def test_what_is_unknown_is_a_dash(other):
    for said in (language("en"), other):
        assert (said.count(None), said.share(None), said.duration(None), said.day(None)) == ("–",) * 4


def test_numbers_stay_with_their_units_and_names_stay_as_they_are():
    told = language("en").text("dropoff.drifting", names="44 % in 3 days within 2.9 d (5 min)")
    assert "44\xa0% in 3 days within 2.9\xa0d (5\xa0min)" in told


def test_a_language_that_is_not_spoken_is_refused_with_those_that_are():
    with pytest.raises(UnknownOptionError, match=r"a report cannot be told in 'nk'. Choices: en, nl"):
        jm.report(log_of(("a", "x", 0)), language="nk")


def test_a_name_that_would_turn_the_rest_of_a_sentence_around_is_kept_apart():
    events = [(f"c{number}", "evil\u202e", 0) for number in range(30)] + [
        (f"d{number}", "x", 0) for number in range(15)
    ]
    [course] = [text for text in jm.report(log_of(*events)).findings if "evil" in text]
    assert "“\u2068evil\u2069”" in course


def test_a_dutch_report_says_nothing_of_its_own_in_english():
    events = [(f"c{number}", name, day) for number in range(60) for day, name in enumerate(["web", "mail"])]
    events += [(f"c{number}", "koop", 3) for number in range(40)]
    page = jm.report(log_of(*events, until=60), goal="koop", language="nl", steps=["web", "koop"]).to_html()
    visible = re.sub(r"<(script|style|noscript)\b.*?</\1>", "", page, flags=re.S)
    words = set(re.findall(r"[a-z]+", re.sub(r"<[^>]+>", " ", visible).lower()))
    assert not words & {
        "the",
        "and",
        "journeys",
        "customers",
        "share",
        "rows",
        "touchpoint",
        "with",
        "median",
        "visits",
    }
    assert '<html lang="nl">' in page
