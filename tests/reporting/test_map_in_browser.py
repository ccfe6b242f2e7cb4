"""The interactive map in a real browser: slider, keyboard, pointer, search, and that it asks for nothing."""

import base64
import hashlib
import json

import numpy as np
import pytest

import journeymine as jm
from journeymine.reporting.map_data import MAP_TEXTS, map_data
from journeymine.reporting.map_model import _file
from journeymine.reporting.markup import data_block
from journeymine.reporting.style import style
from tests.draw.graphs import HOSTILE
from tests.small import log_of

pytestmark = pytest.mark.browser

START = """
const read = id => JSON.parse(document.getElementById(id).textContent);
window.heard = [];
window.map = journeymineMap(document.getElementById("root"), read("data"), read("texts"), "LOCALE");
for (const event of ["select", "paths"]) window.map.on(event, value => window.heard.push([event, value]));
"""
CHANNELS = {"visit": "web", "basket": "web", "pay": "web", "call": "phone", "mail": "mail"}
COURSES = {
    ("visit", "basket", "pay"): 40,
    ("visit", "basket", "call", "pay"): 24,
    ("visit", "basket", "basket"): 16,
    ("call", "mail", "call"): 12,
    ("mail", "pay"): 6,
}


def log_of_courses(*many):
    """Make a log in which so many customers take each course, a touchpoint a day."""
    courses = [
        (f"{place}.{number}", course) for place, courses in enumerate(many) for number, course in takers(courses)
    ]
    events = [(case, name, day) for case, course in courses for day, name in enumerate(course)]
    return log_of(*events, until=60, channel=[CHANNELS.get(name, "web") for _, name, _ in events])


def takers(courses):
    """Give every customer's number and course."""
    return enumerate(course for course, count in courses.items() for _ in range(count))


def page_of(data, path, locale="en"):
    """Write a page with nothing but a map, under the policy of a report."""
    start = START.replace("LOCALE", locale)
    scripts = f"<script>{_file('map.js')}</script><script>{start}</script>"
    allowed = [hashed(_file("map.js")), hashed(start)]
    rules = style(data["channels"])
    policy = f"default-src 'none'; style-src {hashed(rules)}; script-src {' '.join(allowed)}"
    blocks = data_block(data, name="data") + data_block(dict(MAP_TEXTS), name="texts")
    path.write_text(
        f'<!DOCTYPE html><html lang="{locale}"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="color-scheme" content="light dark">'
        f'<title>Map</title><style>{rules}</style><main><div id="root"></div></main>{blocks}{scripts}</html>',
        encoding="utf-8",
    )
    return path


def hashed(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.fixture(scope="module")
def shop():
    return map_data(jm.journey_map(log_of_courses(COURSES), goal="pay", within="5d"))


@pytest.fixture
def page(browser, shop, tmp_path):
    browser.open(page_of(shop, tmp_path / "map.html"))
    yield browser
    assert (browser.messages(), browser.requests()) == ([], [])


def drawn(browser):
    """Give the names of the touchpoints on the map, and how many paths."""
    labels = browser.run(
        "return [...document.querySelectorAll('.jm-touchpoint')].map(e => e.getAttribute('aria-label'))"
    )
    return {label.split(",")[0] for label in labels}, len(browser.all(".jm-path"))


def set_slider(browser, value):
    slide = "const e = arguments[0]; e.value = arguments[1]; e.dispatchEvent(new Event('input', {bubbles: true}))"
    browser.run(slide, browser.find("input[type=range]"), value)


# --- what is drawn ----------------------------------------------------------------------------------------------------


def test_every_touchpoint_is_a_button_whose_label_says_all_about_it(page):
    labels = page.run("return [...document.querySelectorAll('.jm-touchpoint')].map(e => e.getAttribute('aria-label'))")
    assert len(labels) == 5
    visit = next(label for label in labels if label.startswith("visit"))
    assert visit.startswith("visit, 80 visits · web, 82\u00a0% of journeys start here")  # 80 of 98
    assert all(label.startswith(("pay, 70 visits · web · goal",)) for label in labels if label.startswith("pay"))


def test_the_slider_changes_what_is_drawn_and_says_how_much_that_is(page):
    assert drawn(page) == ({"visit", "basket", "pay", "call", "mail"}, 7)  # and basket to itself
    assert page.texts(".jm-covers") == ["8 of 8 paths, 100\u00a0% of all steps"]
    set_slider(page, 2)
    assert drawn(page) == ({"visit", "basket", "pay"}, 2)
    assert page.texts(".jm-covers") == ["2 of 8 paths, 56\u00a0% of all steps"]  # 80 and 40 of 214
    assert page.run("return heard") == [["paths", 2]]


def test_lines_show_the_metric_that_is_chosen(page):
    assert {"80", "40", "24", "12", "6"} <= set(page.texts(".jm-picture .label"))
    choose = "const e = arguments[0]; e.value = 'median'; e.dispatchEvent(new Event('change', {bubbles: true}))"
    page.run(choose, page.all("select")[0])
    assert set(page.texts(".jm-picture .label")) == {"24\u00a0h"}


def test_no_text_of_the_map_lies_over_another(page):
    boxes = page.run(
        "return [...document.querySelectorAll('.jm-picture text')].map(e => {const r = e.getBoundingClientRect();"
        "return [r.left, r.top, r.right, r.bottom]})"
    )
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
            assert min(wide, high) < 4  # pixels: ascents and descents of two lines may touch


# --- keyboard ---------------------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_every_touchpoint_and_chooses_it(page):
    page.run("document.querySelector('.jm-zoom button:last-child').focus()")
    reached = []
    for _ in range(5):
        page.press("TAB")
        if "jm-pane" in page.run("return document.activeElement.className.baseVal ?? document.activeElement.className"):
            page.press("TAB")
        reached.append(page.focused().split(",")[0])
    assert sorted(reached) == ["basket", "call", "mail", "pay", "visit"]
    page.press("ENTER")
    assert page.texts(".jm-panel h3") == [reached[-1]]
    page.press("ESCAPE")
    assert page.run("return heard") == [["select", reached[-1]], ["select", None]]


def test_arrow_keys_follow_the_paths(page):
    page.run("document.querySelector('.jm-touchpoint[aria-label^=visit]').focus()")
    met = []
    for key in ("ARROW_RIGHT", "ARROW_RIGHT", "ARROW_DOWN", "ARROW_LEFT"):
        page.press(key)
        met.append(page.focused().split(",")[0])
    assert met == ["basket", "pay", "call", "basket"]


def test_the_focus_stays_when_the_map_is_drawn_again(page):
    page.run("document.querySelector('.jm-touchpoint[aria-label^=pay]').focus()")
    page.run("map.setPaths(2)")
    assert page.focused().startswith("pay")


# --- choosing and finding ---------------------------------------------------------------------------------------------


def test_a_click_gives_what_comes_before_and_after_with_all_paths_however_few_are_drawn(page):
    set_slider(page, 2)
    page.find(".jm-touchpoint[aria-label^=basket]").click()
    tables = page.run(
        "return [...document.querySelectorAll('.jm-panel table')].map(t => [...t.rows].map(r => r.innerText))"
    )
    before, after = ([row.split("\t") for row in rows[1:]] for rows in tables)
    assert before == [["visit", "80", "83\u00a0%", "24\u00a0h"], ["basket", "16", "17\u00a0%", "24\u00a0h"]]
    assert [row[:2] for row in after] == [["pay", "40"], ["call", "24"], ["basket", "16"]]


def test_what_is_chosen_stands_out_and_a_name_in_a_table_leads_on(page):
    page.find(".jm-touchpoint[aria-label^=visit]").click()
    assert len(page.all(".jm-path:not(.dim)")) == 1
    page.find(".jm-panel td, .jm-panel tbody button").click()
    assert page.texts(".jm-panel h3") == ["basket"]


def test_searching_marks_touchpoints_and_enter_chooses_the_first(page):
    page.find("input[type=search]").send_keys("BASK")
    assert len(page.all(".jm-touchpoint.hit")) == 1
    assert page.texts(".jm-found button") == ["basket"]
    page.press("ENTER")
    assert page.texts(".jm-panel h3") == ["basket"]
    page.find("input[type=search]").send_keys("xyz")
    assert page.texts(".jm-found li") == ["No touchpoint is called that."]


def test_a_touchpoint_that_the_slider_hides_is_shown_when_it_is_chosen(page):
    set_slider(page, 2)
    page.run("map.select('mail')")
    assert "mail" in drawn(page)[0]
    assert page.texts(".jm-panel h3") == ["mail"]


def test_buttons_zoom_and_whole_map_fits(page):
    width = "return document.querySelector('.jm-picture').getBoundingClientRect().width"
    usual = page.run(width)
    page.all(".jm-zoom button")[0].click()
    assert page.run(width) == pytest.approx(1.25 * usual, rel=0.01)
    page.all(".jm-zoom button")[2].click()
    assert page.run(width) <= page.run("return document.querySelector('.jm-pane').clientWidth")


# --- segments ---------------------------------------------------------------------------------------------------------


def test_differences_of_segments_are_shown_with_their_interval_where_they_are_beyond_chance(browser, tmp_path):
    mine = {("visit", "basket", "pay"): 60, ("visit", "call", "pay"): 40}
    other = {("visit", "basket", "pay"): 20, ("visit", "call", "pay"): 80}
    segments = {"new": jm.journey_map(log_of_courses(mine)), "old": jm.journey_map(log_of_courses(other))}
    data = map_data(jm.journey_map(log_of_courses(mine, other)), segments=segments, least=10)
    browser.open(page_of(data, tmp_path / "map.html"))
    choose = "const e = arguments[0]; e.value = '0'; e.dispatchEvent(new Event('change', {bubbles: true}))"
    browser.run(choose, browser.all("select")[1])
    assert set(browser.texts(".jm-picture .label")) == {"+40", "−40"}
    assert "new (100) less that of old (100)" in browser.find(".jm-note").text
    assert len(browser.all(".jm-path.more")) == len(browser.all(".jm-path.less")) == 2


# --- readers and names ------------------------------------------------------------------------------------------------


def test_in_the_dark_paper_is_dark_and_text_is_light(page):
    colour = "return getComputedStyle(document.querySelector('.jm-touchpoint .box')).fill"
    light = page.run(colour)
    page.look(scheme="dark")
    assert (light, page.run(colour)) == ("rgb(255, 255, 255)", "rgb(20, 25, 31)")


def test_nothing_moves_for_readers_who_do_not_want_it(page):
    moving = "return getComputedStyle(document.querySelector('.jm-touchpoint')).transitionDuration"
    assert page.run(moving) != "0s"
    page.look(motion="reduce")
    assert page.run(moving) == "0s"


def test_numbers_are_written_as_the_reader_does(browser, shop, tmp_path):
    shown = {**shop, "touchpoints": {**shop["touchpoints"], "visits": [12_345] * 5}}
    browser.open(page_of(shown, tmp_path / "map.html", "nl"))
    assert "12.345 visits · web" in browser.texts(".jm-touchpoint .facts")


def test_hostile_names_stay_text(browser, tmp_path):
    names = [*HOSTILE[:-1], "__proto__", "constructor", "\u202egnissap", "\u2028", "😀" * 40, "\u0627" * 30, "{share}"]
    log = log_of_courses({tuple(names): 12})
    browser.open(page_of(map_data(jm.journey_map(log)), tmp_path / "map.html"))
    assert set(names) <= set(
        browser.run("return JSON.parse(document.getElementById('data').textContent).touchpoints.name")
    )
    browser.run("map.select('__proto__')")
    assert browser.texts(".jm-panel h3") == ["__proto__"]
    assert browser.run("return document.querySelectorAll('img, main script').length") == 0
    assert (browser.messages(), browser.requests()) == ([], [])


def test_a_map_of_nothing_says_so(browser, tmp_path):
    browser.open(page_of(map_data(jm.journey_map(log_of())), tmp_path / "map.html"))
    assert browser.texts("#root") == ["There is no touchpoint to show."]
    assert browser.messages() == []


def test_a_map_of_thousands_of_paths_draws_what_can_be_read_and_has_all_in_its_tables(browser, tmp_path):
    random, pairs = np.random.default_rng(0), {(number, (number + 1) % 200) for number in range(200)}
    while len(pairs) < 2_000:
        pairs.add(tuple(random.integers(0, 200, 2).tolist()))
    courses = {tuple(f"touchpoint {number:03}" for number in pair): 1 for pair in pairs}
    data = map_data(jm.journey_map(log_of_courses(courses)))
    assert len(data["paths"]["count"]) == 2_000
    assert data["num_drawn"] <= 160
    assert len(json.dumps(data, separators=(",", ":"))) < 300_000
    browser.open(page_of(data, tmp_path / "map.html"))
    browser.run("map.setPaths(9999); map.select('touchpoint 199')")
    covered = round(100 * data["num_drawn"] / 2_000)  # all paths are as frequent
    assert browser.texts(".jm-covers")[0].endswith(f"{covered}\u00a0% of all steps")
    assert len(browser.all(".jm-path")) >= data["num_drawn"] - 10  # but for touchpoints to themselves
    goes_to = browser.run("return document.querySelectorAll('.jm-panel table')[1].tBodies[0].rows.length")
    assert goes_to == min(sum(pair[0] == 199 for pair in pairs), 10)
