"""A headless Chromium for tests: opens pages, presses keys, and tells what a page said and asked for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Browser", "browser", "chromium", "open_browser"]

_FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
    "--disable-background-networking", "--disable-sync", "--force-device-scale-factor=1",
]  # fmt: skip


class Browser:
    """Chromium, driven.

    Attributes
    ----------
    driver
        Selenium's, for what is not here.
    """

    def __init__(self, driver):
        self.driver = driver

    def open(self, page: Path | str) -> None:
        """Load a file or an address; the console and the requests of before are forgotten."""
        self.messages(), self.requests()
        self.driver.get(page.as_uri() if isinstance(page, Path) else page)

    def run(self, script: str, *values: Any) -> Any:
        """Run a function's body in the page, with `arguments`; what it returns comes back."""
        return self.driver.execute_script(script, *values)

    def find(self, selector: str):
        """Give the first element that a CSS selector matches; it is an error if there is none."""
        return self.driver.find_element("css selector", selector)

    def all(self, selector: str) -> list:
        """Give all elements that a CSS selector matches."""
        return self.driver.find_elements("css selector", selector)

    def texts(self, selector: str) -> list[str]:
        """Give the text of all elements that match, shown or not."""
        return self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector)

    def press(self, *keys: str) -> None:
        """Press keys, one after another, on what has the focus: ``"TAB"``, ``"ENTER"``, ``"x"``."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        for key in keys:
            ActionChains(self.driver).send_keys(getattr(Keys, key, key)).perform()

    def focused(self) -> str:
        """Give the label of what has the focus: its ``aria-label``, or its text."""
        return self.run("const e = document.activeElement; return e.getAttribute('aria-label') || e.textContent.trim()")

    def wait(self, script: str, *values: Any, seconds: float = 20) -> Any:
        """Wait until a function's body returns something true, and give that."""
        from selenium.webdriver.support.wait import WebDriverWait

        return WebDriverWait(self.driver, seconds, 0.1).until(lambda driver: driver.execute_script(script, *values))

    def messages(self) -> list[str]:
        """Give what the console says since this was last asked: errors, warnings and notes."""
        return [f"{entry['level']}: {entry['message']}" for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Give the addresses that pages asked for since this was last asked, beside their own."""
        entries = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        asked = [entry["params"] for entry in entries if entry["method"] == "Network.requestWillBeSent"]
        return [asking["request"]["url"] for asking in asked if asking.get("type") != "Document"]

    def look(
        self, *, width: int = 1280, height: int = 900, scheme: str = "light", motion: str = "no-preference",
        kind: str = "",
    ) -> None:  # fmt: skip
        """Set the page's size and the reader's wishes: ``scheme="dark"``, ``motion="reduce"``, ``kind="print"``.

        What is not named goes back to how a browser begins.
        """
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": motion}
        features = [{"name": name, "value": value} for name, value in wishes.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": kind, "features": features})

    def screenshot(self, path: Path | str) -> None:
        """Write what is seen to a PNG file."""
        Path(path).write_bytes(self.driver.get_screenshot_as_png())


def open_browser(profile: Path) -> Browser:
    """Start Chromium with an empty profile; who starts it must call ``driver.quit()``."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in [*_FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return Browser(Chrome(options, Service(shutil.which("chromedriver"))))


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """Give one Chromium for all tests; a test takes `browser`."""
    missing = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if missing:
        pytest.skip(f"there is no {' and no '.join(missing)} on this machine")
    opened = open_browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.driver.quit()


@pytest.fixture
def browser(chromium):
    """Give Chromium with an empty page of usual size, in the light."""
    chromium.open("about:blank")
    chromium.look()
    return chromium
