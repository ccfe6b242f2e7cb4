"""The browser of the tests tells what a page does; else no test could rely on its silence."""

import pytest

pytestmark = pytest.mark.browser

PAGE = """<!DOCTYPE html><title>page</title><style>@media (prefers-color-scheme: dark) {p {color: #fff}}</style>
<button aria-label="first">1</button><p>text</p><script>document.querySelector("button").addEventListener("click",
() => { console.warn("clicked"); new Image().src = "picture.png" })</script>"""


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_a_silent_page_says_nothing_and_asks_for_nothing(browser, page):
    browser.open(page)
    assert browser.texts("p") == ["text"]
    assert (browser.messages(), browser.requests()) == ([], [])


def test_a_message_and_a_request_are_seen(browser, page):
    browser.open(page)
    browser.press("TAB", "ENTER")
    assert browser.focused() == "first"
    assert any("clicked" in message for message in browser.messages())
    assert [url.rsplit("/", 1)[1] for url in browser.requests()] == ["picture.png"]


def test_a_reader_can_wish_for_the_dark(browser, page):
    browser.open(page)
    browser.look(width=400, scheme="dark")
    assert browser.run("return [innerWidth, getComputedStyle(document.querySelector('p')).color]") == [
        400, "rgb(255, 255, 255)",
    ]  # fmt: skip
