"""The report's page in a real browser: it opens fast, answers to pointer and keyboard, and keeps still otherwise."""

from importlib.resources import files

import numpy as np
import pytest

from journeymine.reporting.report import report
from tests.small import log_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = [
    "</script><img src=x onerror=alert(1)><!--<script>",
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    "line\u2028and\u2029paragraph",
    "turned \u202e around",
    "very long " + "name " * 60,
    "$x$ ${x} {{x}} {x}",
    "__proto__",
    "constructor",
    "👩‍👩‍👧 ☎",
    "مرحبا שלום",
    "&lt;b&gt; \"' `",
    "=1+1",
]


def crowd(courses, **columns):
    """Let as many customers take each course as is said, a day a step."""
    events = [
        (f"{course} {number}", name, day)
        for course, times in courses.items()
        for number in range(times)
        for day, name in enumerate(course)
    ]
    return log_of(*events, until=60, **{name: [value(event[1]) for event in events] for name, value in columns.items()})


@pytest.fixture(scope="module")
def shop():
    courses = {
        ("visit", "basket", "pay"): 90, ("visit", "basket"): 60, ("visit", "ask", "answer"): 40, ("visit",): 30,
        ("ask", "answer", "visit", "basket", "pay"): 25, ("visit", "ask", "answer", "basket"): 20,
        ("ask", "answer", "ask", "answer"): 15, ("visit", "basket", "visit", "basket"): 12,
    }  # fmt: skip
    courses |= {("visit", *["basket"] * times): 11 for times in range(3, 14)}
    return crowd(courses, channel=lambda name: "phone" if name in ("ask", "answer") else "web")


@pytest.fixture(scope="module")
def pages(shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    asked = {"goal": "pay", "steps": ["visit", "basket", "pay"], "by": "channel"}
    titles = {"en": "Orders", "nl": "Bestellingen"}
    return {name: report(shop, language=name, title=title, **asked).write(folder / f"{name}.html")
            for name, title in titles.items()}  # fmt: skip


@pytest.fixture
def page(browser, pages):
    browser.open(pages["en"])
    browser.wait("return document.querySelector('#map-live svg')")
    return browser


def is_silent(browser):
    return (browser.messages(), browser.requests()) == ([], [])


def column(browser, section, place):
    """Give the texts of a column of the first table of a section, rows that are hidden left out."""
    rows = f"//h2[@id='{section}']/..//tbody/tr[not(@hidden)]"
    return [
        row.find_elements("css selector", "th, td")[place].text for row in browser.driver.find_elements("xpath", rows)
    ]


# --- what it answers to -----------------------------------------------------------------------------------------------


def test_the_page_opens_with_its_map_and_without_a_word_or_a_request(page):
    assert len(page.all("#map-live .jm-touchpoint")) == 5
    assert page.all("noscript .map svg") == []
    assert is_silent(page)


def test_the_slider_changes_how_many_paths_are_drawn(page):
    before = len(page.all("#map-live .jm-path"))
    page.run("""const slider = document.querySelector("#map-live input[type=range]");
        slider.value = 4; slider.dispatchEvent(new Event("input"));""")
    assert 0 < len(page.all("#map-live .jm-path")) < before
    assert page.find(".jm-covers").text.startswith("4 of 9 paths")
    assert is_silent(page)


def test_a_click_on_a_head_sorts_by_it_and_another_one_turns_the_order(page):
    head = page.driver.find_element("xpath", "//h2[@id='drop-off']/..//th[2]")
    button = head.find_element("css selector", "button")
    button.click()
    visits = [int(text.replace(",", "")) for text in column(page, "drop-off", 1)]
    assert visits == sorted(visits, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    button.click()
    assert [int(text.replace(",", "")) for text in column(page, "drop-off", 1)] == sorted(visits)
    assert head.get_attribute("aria-sort") == "ascending"


def test_tables_are_sorted_from_the_keyboard_and_unknown_numbers_stay_last(page):
    button = page.driver.find_element("xpath", "//h2[@id='steps']/..//th[6]/button")
    page.run("arguments[0].focus()", button)
    page.press("ENTER")
    first = column(page, "steps", 5)
    page.press("ENTER")
    assert first[-1] == column(page, "steps", 5)[-1] == "–"
    assert page.focused() == "Median since then"


def test_courses_are_shown_few_at_first_and_then_all(page):
    assert len(column(page, "journeys", 0)) == 15
    button = page.find("button.more")
    assert button.text == f"Show {len(page.all('#courses tbody tr')) - 15} more"
    button.click()
    assert len(column(page, "journeys", 0)) == len(page.all("#courses tbody tr"))
    assert button.text == "Show fewer"


@pytest.mark.parametrize("through", ["ask", "phone"])
def test_courses_through_a_touchpoint_or_channel_are_chosen(page, through):
    page.run("""const choice = document.getElementById("through");
        choice.value = [...choice.options].find(option => option.text === arguments[0]).value;
        choice.dispatchEvent(new Event("change"));""", through)  # fmt: skip
    shown = column(page, "journeys", 0)
    assert shown
    assert all("ask" in course for course in shown)
    assert page.find("#matching").text.startswith(f"{len(shown)} of ")


def test_a_finding_leads_to_its_section(page):
    link = page.find(".findings a")
    place = link.get_attribute("href").rsplit("#", 1)[1]
    link.click()
    assert page.wait("return Math.abs(document.getElementById(arguments[0]).getBoundingClientRect().top) < 2", place)
    assert is_silent(page)


def test_the_keyboard_reaches_every_touchpoint(page):
    reached = page.run("""return [...document.querySelectorAll("#map-live .jm-touchpoint")].map(point => {
        point.focus();
        return document.activeElement === point && point.getAttribute("aria-label");
    })""")
    assert sorted(label.split(",")[0].split(":")[0] for label in reached) == ["answer", "ask", "basket", "pay", "visit"]


def test_segments_are_compared_on_the_map(page):
    lines = "return [...document.querySelectorAll('#map-live .label')].map(label => label.textContent)"
    before = page.run(lines)
    page.run("""const view = [...document.querySelectorAll("#map-live select")]
            .find(select => [...select.options].some(option => option.text.includes("phone")));
        view.selectedIndex = 1; view.dispatchEvent(new Event("change"));""")
    assert page.run(lines) != before
    assert "phone" in page.find(".jm-note").text
    assert is_silent(page)


# --- how it looks -----------------------------------------------------------------------------------------------------


def test_in_the_dark_paper_is_dark_and_in_print_it_is_light(page):
    paper = "return getComputedStyle(document.body).backgroundColor"
    page.look(scheme="dark")
    assert page.run(paper) == "rgb(20, 25, 31)"
    page.look(scheme="dark", kind="print")
    assert page.run(paper) == "rgb(255, 255, 255)"
    assert page.run("return getComputedStyle(document.querySelector('nav')).display") == "none"


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_nothing_but_tables_and_the_map_is_wider_than_the_screen(page, width):
    page.look(width=width)
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")


def test_a_dutch_page_says_its_numbers_and_words_in_dutch(browser, pages):
    browser.open(pages["nl"])
    assert browser.find("h2").text == "Wat opvalt"
    assert "paden" in browser.find(".jm-covers").text
    assert browser.find("button.more").text.startswith("Toon er nog ")
    assert is_silent(browser)


# --- what it stands ---------------------------------------------------------------------------------------------------


def test_hostile_names_stay_text(browser, tmp_path):
    log = crowd({tuple(HOSTILE): 20, (HOSTILE[0],): 15, tuple(HOSTILE[:3]): 12}, channel=lambda name: name)
    made = report(log, goal=HOSTILE[-1], steps=HOSTILE[:2], title=HOSTILE[0])
    browser.open(made.write(tmp_path / "hostile.html"))
    browser.wait("return document.querySelector('#map-live svg')")
    for selector in ("#map-live .jm-touchpoint", "th button", "button.more"):
        browser.run(
            "for (const e of document.querySelectorAll(arguments[0])) e.dispatchEvent(new MouseEvent('click'))",
            selector,
        )
    assert browser.find("h1").text == HOSTILE[0]
    options = browser.run("return [...document.querySelectorAll('#through option')].map(option => option.textContent)")
    assert set(HOSTILE) <= set(options)
    assert browser.all("img, iframe, object, [onload], [onerror]") == []
    assert browser.run("return Object.prototype.toString.call({}.visits)") == "[object Undefined]"
    assert is_silent(browser)


def test_axe_finds_nothing_serious(page, browser):
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    found = []
    for scheme in ("light", "dark"):
        page.look(scheme=scheme)
        page.run(axe)
        result = page.driver.execute_async_script("axe.run().then(arguments[0])")
        found += [(scheme, fault["id"], [node["html"][:160] for node in fault["nodes"][:3]])
                  for fault in result["violations"] if fault["impact"] in ("serious", "critical")]  # fmt: skip
    assert found == []


def test_a_report_of_200_touchpoints_and_2000_paths_is_small_and_opens_fast(browser, tmp_path):
    random = np.random.default_rng(1)
    nexts = random.integers(0, 210, (210, 11))
    places = random.integers(0, 210, 9_000)
    events = []
    for day in range(16):
        events += [(f"c{case}", f"touchpoint {place}", day) for case, place in enumerate(places.tolist())]
        places = nexts[places, random.integers(0, 11, len(places))]
    made = report(log_of(*events, until=90))
    content = made.to_dict()
    assert len(content["map"]["touchpoints"]) >= 200
    assert len(content["map"]["paths"]) >= 2_000
    path = made.write(tmp_path / "large.html")
    assert path.stat().st_size < 1_000_000
    assert min(seconds_to_open(browser, path) for _ in range(3)) < 2
    assert is_silent(browser)


def seconds_to_open(browser, path):
    browser.open(path)
    return browser.wait("""const ready = document.querySelector("#map-live svg") && performance.timing.loadEventEnd;
        return ready && performance.getEntriesByType("navigation")[0].loadEventEnd / 1000;""")


def test_a_report_that_may_show_nothing_opens_in_silence(browser, tmp_path):
    made = report(crowd({("visit", "buy"): 3}), goal="buy", steps=["visit", "buy"])
    browser.open(made.write(tmp_path / "few.html"))
    assert browser.texts(".facts dd")[0] == "under 10"
    assert "Every touchpoint has too few customers to be shown." in browser.find("body").text
    assert is_silent(browser)
