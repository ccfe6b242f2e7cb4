"""The report: closes, hides small groups, holds hostile names as text, and is the same bytes each time."""

import json
import re
from base64 import b64encode
from hashlib import sha256

import lxml.html
import pyarrow as pa
import pytest
from hypothesis import given, settings

import journeymine as jm
from journeymine.errors import OptionError, UnknownActivityError
from journeymine.log.quarantine import FILTER, Quarantine, Reject
from journeymine.reporting.report import report
from tests.small import log_of
from tests.strategies import logs

HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>"
NAMES = [HOSTILE, "$x$", "]]>", "&lt;b&gt; \"'", "-->", "$title ${style}", "javascript:alert(1)"]


def journeys(names, customers=12):
    """Let customers go through all names, a day each."""
    return [(f"customer {number}", name, day) for number in range(customers) for day, name in enumerate(names)]


@pytest.fixture(scope="module")
def shop():
    """Let 300 visit and fill a basket, 192 of them pay, of whom 4 complain and 12 call."""
    events = [(f"c{number}", name, day) for number in range(300) for day, name in enumerate(["visit", "basket"])]
    events += [(f"c{number}", "pay", 2 + number % 3) for number in range(192)]
    events += [(f"c{number}", "complain" if number < 4 else "call", 9) for number in range(16)]
    return log_of(*events, until=60, channel=["web"] * 792 + ["phone"] * 16)


@pytest.fixture(scope="module")
def made(shop):
    return report(shop, goal="pay", steps=["visit", "basket", "pay"], title="Orders, May")


@pytest.fixture(scope="module")
def page(made):
    return lxml.html.fromstring(made.to_html())


def text_of(page, place):
    return " ".join(" ".join(page.get_element_by_id(place).getparent().itertext()).split())


# --- content ----------------------------------------------------------------------------------------------------------


def test_the_page_says_what_the_log_is(page):
    assert page.findtext(".//h1") == "Orders, May"
    assert page.find(".//header/p").text_content() == "1 May 2024 – 30 June 2024 · phone, web"
    assert page.xpath("//dl[@class='facts']/div/dt/text()") == ["journeys", "customers", "visits", "touchpoints"]
    assert page.xpath("//dl[@class='facts']/div/dd/text()") == ["300", "300", "792", "5"]


def test_findings_come_first_and_are_told_as_a_list(page, made):
    shown = [item.text.strip().replace("\xa0", " ") for item in page.xpath("//ol[@class='findings']/li")]
    assert shown == [sentence.replace("\xa0", " ") for sentence in made.findings]
    assert shown[0].startswith("Most customers are lost after “basket”")


def test_every_section_has_its_heading_and_every_table_its_caption(page):
    assert [heading.get("id") for heading in page.iter("h2")] == [
        "findings", "map", "journeys", "drop-off", "waiting", "steps", "rows", "words",
    ]  # fmt: skip
    assert all(table.findtext("caption") for table in page.iter("table"))
    assert {link.get("href").removeprefix("#") for link in page.iter("a")} <= {h.get("id") for h in page.iter("h2")}


def test_the_map_is_in_the_page_with_text_as_text(page):
    drawing = page.xpath("//div[@class='map']/*[local-name()='svg']")[0]
    shown = [mark.text for mark in drawing.iter() if mark.tag == "text"]
    assert {"visit", "basket", "pay"} <= set(shown)
    assert drawing.get("role") == "img"
    assert drawing.getparent().getparent().tag == "noscript"
    data = json.loads(page.get_element_by_id("map-data").text)
    assert set(data["touchpoints"]["name"]) == {"visit", "basket", "pay"}


def test_drop_off_is_shown_beside_the_naive_count(page, made):
    row = next(row for row in made.to_dict()["dropoff"]["rows"] if row["activity"] == "basket")
    assert row["rate"] == pytest.approx(0.36)
    assert "basket 300 36 %" in text_of(page, "drop-off")


def test_without_steps_there_is_no_funnel(shop):
    made = report(shop, goal="pay")
    assert made.to_dict()["funnel"] == {"rows": []}
    assert 'id="steps"' not in made.to_html()


def test_assumptions_and_definitions_stand_at_the_end(page):
    words = text_of(page, "words")
    assert "Kaplan-Meier" in words
    assert "Drop-off Share of a touchpoint's visits" in words


def test_the_account_of_rows_is_shown_and_closes():
    rejects = [Reject(3, "parse", "bad_time", "'soon' is not a time", b"secret"), Reject(9, FILTER, "bot", "", b"x")]
    events = journeys(["visit", "pay"])
    table = log_of(*events).table
    sources = pa.Table.from_pylist(
        [
            {"source": "a.csv", "format": "csv", "rows_in": 30, "used": 24, "duplicate": 4, "quarantined": 2,
             "observed_until": table["timestamp"][-1].as_py(), "notes": ["two dates were guessed"]}
        ],
        schema=log_of(*events).sources.schema,
    )  # fmt: skip
    made = report(jm.EventLog.of(table, sources=sources, quarantine=Quarantine.of("a.csv", rejects)))
    account = made.to_dict()["account"]
    assert account["total"] == {"rows_in": 30, "used": 24, "duplicate": 4, "quarantined": 2}
    assert [(row["reason"], row["stage"], row["rows"]) for row in account["reasons"]] == [
        ("bot", "filter", 1),
        ("bad_time", "parse", 1),
    ]
    shown = text_of(lxml.html.fromstring(made.to_html()), "rows")
    assert "30 rows were read: 24 used, 4 duplicates, 2 set aside." in shown
    assert "two dates were guessed" in shown
    assert "secret" not in made.to_html()


def test_a_report_of_a_summary_says_that_it_has_no_account(shop):
    made = report(jm.summarise(shop), goal="pay", steps=["visit", "pay"])
    assert made.to_dict()["account"] is None
    assert "made from a summary, which keeps no account of rows" in made.to_html()
    whole = report(shop, goal="pay", steps=["visit", "pay"]).to_dict()
    for part in ("findings", "map", "variants", "dropoff", "delays"):
        assert made.to_dict()[part] == whole[part]


# --- small groups -----------------------------------------------------------------------------------------------------


def test_touchpoints_paths_and_courses_of_few_are_counted_together(made):
    content = made.to_dict()
    assert "complain" not in json.dumps(content)
    assert content["map"]["hidden_touchpoints"] == 2
    assert content["dropoff"]["hidden"] == 2
    assert [row["cases"] for row in content["variants"]["rows"]] == [176, 108]
    assert content["variants"]["other"] == {"variants": 2, "cases": 16}
    assert "complain" not in made.to_html()


def test_those_who_complain_cannot_be_found_by_subtraction(made):
    """192 pay, 176 of them for an end: were it told that 12 of the others call, the 4 who complain would be left."""
    content = made.to_dict()
    assert [point["activity"] for point in content["map"]["touchpoints"]] == ["basket", "visit", "pay"]
    assert content["log"]["visits"] == sum(point["visits"] for point in content["map"]["touchpoints"])
    assert "call" not in json.dumps([content[part] for part in ("map", "variants", "dropoff", "delays", "findings")])


def test_the_threshold_can_be_set(shop):
    content = report(shop, min_customers=4).to_dict()
    assert content["map"]["hidden_touchpoints"] == 0
    assert content["variants"]["other"] == {"variants": 0, "cases": 0}
    with pytest.raises(OptionError, match="min_customers must be 1 or more, not 0"):
        report(shop, min_customers=0)


def test_a_course_of_many_journeys_through_a_touchpoint_of_few_customers_is_hidden():
    events = [
        (f"journey {number}", name, day) for number in range(12) for day, name in enumerate(["visit", "complain"])
    ]
    log = log_of(*events, customer=[f"c{number % 2}" for number in range(12) for _ in range(2)])
    content = report(log).to_dict()
    assert content["variants"]["rows"] == []
    assert "complain" not in json.dumps(content)


def test_steps_that_few_reach_are_not_counted(shop):
    made = report(shop, steps=["visit", "basket", "complain"])
    rows = made.to_dict()["funnel"]["rows"]
    assert [(row["cases"], row["is_told"]) for row in rows] == [(300, True), (300, True), (None, False)]
    assert not any("complain" in finding for finding in made.findings)


def test_a_step_that_all_but_a_few_reach_is_not_counted():
    events = journeys(["visit", "pay"], 60) + [(f"other {number}", "visit", 0) for number in range(3)]
    rows = report(log_of(*events), steps=["visit", "pay"]).to_dict()["funnel"]["rows"]
    assert [row["cases"] for row in rows] == [63, None]


def test_a_touchpoint_whose_paths_are_all_rare_is_not_drawn_alone():
    events = journeys(["visit", "pay"], 60)
    events += [(f"customer {number}", name, 5) for number in range(24) for name in ([f"step {number % 6}", "call"])]
    found = report(log_of(*events)).to_dict()["map"]
    assert found["unlinked_touchpoints"] == 1
    assert "call" in [point["activity"] for point in found["touchpoints"]]
    assert ">call</text>" not in report(log_of(*events)).to_html()


def test_no_customer_no_case_and_no_instant_is_in_a_report(made):
    written = json.dumps(made.to_dict()) + made.to_html()
    assert not re.search(r"\bc\d+\b", written.replace("channel-", ""))
    assert not re.search(r"\d\d:\d\d|(?<![\d.])17\d{8}(\d{6})?\b", written)


def segments_of(customers):
    """Let each customer visit and buy, in one half of journeys a hundred days later than in the other."""
    events = [(f"j{number}", name, number + day) for number in range(60) for day, name in enumerate(["visit", "buy"])]
    names = [customers(number) for number in range(60) for _ in "ab"]
    return log_of(
        *events, customer=names, segment=["new" if number % 2 else "old" for number in range(60) for _ in "ab"]
    )


def test_segments_are_compared_where_one_asks_by_what():
    made = report(segments_of(lambda number: f"c{number}"), by="segment")
    found = made.to_dict()["segments"]
    assert [(size["segment"], size["journeys"]) for size in found["sizes"]] == [("new", 30), ("old", 30)]
    assert [question["what"] for question in found["questions"]] == ["dropoff", "variants", "delays"]
    assert set(made.segment_maps) == {"new", "old"}
    assert "new: 30 journeys of 30 customers" in made.to_html()


def test_segments_that_share_customers_are_not_put_on_the_map():
    assert report(segments_of(lambda number: f"c{number // 2}"), by="segment").segment_maps == {}


def test_segments_of_too_few_customers_stand_together():
    log = segments_of(lambda number: f"c{number}")
    names = ["rare" if place < 6 else name for place, name in enumerate(log.table["segment"].to_pylist())]
    events = list(zip(*(log.table[name].to_pylist() for name in ("case_id", "activity")), range(120), strict=True))
    content = report(log_of(*events, segment=names), by="segment", language="nl").to_dict()
    assert "rare" not in json.dumps(content)
    assert {size["segment"] for size in content["segments"]["sizes"]} < {"new", "old", "overige"}


def test_where_only_one_segment_is_not_small_none_are_compared():
    log = log_of(*journeys(["visit", "buy"], 30), segment=["few"] * 6 + ["many"] * 54)
    content = report(log, by="segment").to_dict()
    assert [(size["segment"], size["customers"]) for size in content["segments"]["sizes"]] == [("other", 30)]
    assert content["segments"]["other"] == "other"
    assert content["segments"]["questions"] == []


def test_of_too_few_customers_not_even_their_number_is_told():
    made = report(log_of(*journeys(["visit", "buy"], 9)), goal="buy", steps=["visit", "buy"])
    content = made.to_dict()
    del content["account"]
    assert not re.search(r"\b9\b", json.dumps(content))
    page = lxml.html.fromstring(made.to_html())
    assert page.xpath("//dl[@class='facts']/div/dd/text()") == ["under 10", "under 10", "0", "2"]
    assert json.loads(page.get_element_by_id("map-data").text)["num_journeys"] == 0


def test_a_summary_cannot_be_asked_for_segments(shop):
    with pytest.raises(OptionError, match="to compare, give the log"):
        report(jm.summarise(shop), by="segment")


# --- safety -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile():
    log = log_of(*journeys(NAMES), channel=[NAMES[number % 7] for number in range(12 * 7)])
    return report(log, goal="]]>", end=HOSTILE, steps=NAMES[:3], title=HOSTILE)


def test_hostile_names_stay_text_in_the_page(hostile):
    page = lxml.html.fromstring(hostile.to_html())
    assert page.findtext(".//title") == HOSTILE
    assert page.findtext(".//h1") == HOSTILE
    assert list(page.iter("img", "iframe", "object", "embed", "link", "form")) == []
    assert [script.get("type") for script in page.iter("script")] == ["application/json"] * 3 + [None] * 2
    assert not any(name.startswith("on") for mark in page.iter() for name in mark.attrib)
    courses = [[step.text for step in course.iter("li")] for course in page.xpath("//ol[@class='steps']")]
    assert courses == [NAMES]


def test_data_blocks_give_their_names_back(hostile):
    page = lxml.html.fromstring(hostile.to_html())
    names = json.loads(page.get_element_by_id("map-data").text)["touchpoints"]["name"]
    assert sorted(names) == sorted(NAMES)


def test_the_policy_allows_the_pages_own_style_and_scripts_and_nothing_else(hostile):
    page = lxml.html.fromstring(hostile.to_html())
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    scripts = [script.text for script in page.iter("script") if script.get("type") is None]
    styles = [style.text for style in page.iter("style")]
    rules, *run = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in [*styles, *scripts]]
    assert policy == (
        f"default-src 'none'; style-src {rules}; script-src {' '.join(run)}; base-uri 'none'; form-action 'none'"
    )
    assert len(styles) == 1


def test_the_page_asks_for_nothing_and_carries_no_styles_of_its_own_elements(hostile, made):
    for text in (hostile.to_html(), made.to_html()):
        page = lxml.html.fromstring(text)
        assert not page.xpath("//@style | //@src | //@*[local-name()='href'][not(starts-with(., '#'))]")
        assert "@import" not in text
        assert "url(" not in text.split("<style>")[1].split("</style>")[0]


def test_ids_are_unique(made):
    ids = lxml.html.fromstring(made.to_html()).xpath("//@id")
    assert len(ids) == len(set(ids))


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["html", "json"])
def test_the_same_log_gives_the_same_bytes(shop, tmp_path, ending):
    first, again = (report(shop, goal="pay").write(tmp_path / f"{name}.{ending}").read_bytes() for name in "ab")
    assert first == again


def test_json_gives_the_content_back(made, tmp_path):
    text = made.write(tmp_path / "orders.json").read_text(encoding="utf-8")
    assert json.loads(text) == made.to_dict()


def test_another_ending_is_refused(made, tmp_path):
    with pytest.raises(OptionError, match=r"cannot tell the format of 'orders\.pdf': end it in '\.html' or '\.json'"):
        made.write(tmp_path / "orders.pdf")
    assert list(tmp_path.iterdir()) == []


def test_changing_what_to_dict_gave_does_not_change_the_report(made):
    made.to_dict()["variants"]["rows"].clear()
    assert made.to_dict()["variants"]["rows"]


def test_in_a_notebook_a_report_shows_its_findings_and_its_map(hostile):
    shown = lxml.html.fromstring(f"<div>{hostile._repr_html_()}</div>")
    assert shown.findtext("h3") == HOSTILE
    assert len(shown.findall("ol/li")) == len(hostile.findings)
    assert list(shown.iter("img", "script")) == []
    assert repr(hostile).startswith(f"<Report “{HOSTILE}”: ")


def test_a_misspelt_goal_is_answered_with_the_right_one(shop):
    with pytest.raises(UnknownActivityError, match="Did you mean 'basket'"):
        report(shop, goal="baskte")


def test_a_report_of_nothing_is_a_page_that_says_so():
    made = report(jm.Summary.empty())
    assert made.findings == []
    assert "Nothing stands out." in made.to_html()
    assert "There are no journeys." in made.to_html()


@settings(max_examples=25)
@given(logs(min_events=1))
def test_any_log_gives_a_page_that_parses_and_json_that_comes_back(log):
    made = report(log, min_customers=1)
    page = lxml.html.fromstring(made.to_html())
    assert len(list(page.iter("script"))) == 5
    assert json.loads(json.dumps(made.to_dict(), allow_nan=False)) == made.to_dict()
