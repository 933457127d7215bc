"""A real headless browser for the tests of pages: Debian's Chromium through selenium."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# Without these flags Chromium asks for updates; no test needs the network.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


def require_chromium() -> tuple[str, str]:
    """Find browser and driver; where there is none, skip, but never in CI."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        reason = "chromium and chromium-driver are not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return browser, driver


@contextlib.contextmanager
def chromium(width: int = 1180, height: int = 900) -> Iterator[Any]:
    """Open a browser; everything it logs and asks for is kept."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    browser, driver_path = require_chromium()
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(driver_path))
    try:
        resize(driver, width, height)
        yield driver
    finally:
        driver.quit()


def resize(driver: Any, width: int, height: int = 900, *, dark: bool = False) -> None:
    """Set the window's width in CSS pixels (below 700 as on a phone) and its colour scheme."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700},
    )
    scheme = "dark" if dark else "light"
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )


def open_page(driver: Any, page: Path | str) -> None:
    """Open a file or address and wait until its charts are drawn."""
    from selenium.webdriver.support.ui import WebDriverWait

    address = page if isinstance(page, str) else page.resolve().as_uri()
    driver.get(address)
    drawn = "return !document.getElementById('figures') || document.documentElement.dataset.drawn"
    WebDriverWait(driver, 60).until(lambda waiting: waiting.execute_script(drawn))


def forget(driver: Any, address: str) -> None:
    """Make the browser forget all that pages of an origin left in it, as if it were new."""
    kept = {"origin": address, "storageTypes": "all"}
    driver.execute_cdp_cmd("Storage.clearDataForOrigin", kept)


def until(driver: Any, condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until a condition holds, and return what it returned.

    An element that the page replaced or moved meanwhile is looked for again.
    """
    from selenium.common import exceptions as of
    from selenium.webdriver.support.ui import WebDriverWait

    passing = (of.StaleElementReferenceException, of.ElementNotInteractableException,
               of.ElementClickInterceptedException)  # fmt: skip
    waiting = WebDriverWait(driver, seconds, poll_frequency=0.1, ignored_exceptions=passing)
    return waiting.until(lambda _: condition())


def only(driver: Any, selector: str, text: str = "") -> Any:
    """The element that a selector names, and a text if there are several; waits for it."""

    def there() -> list[Any]:
        elements = driver.find_elements("css selector", selector)
        return [element for element in elements if text in ("", element.text)]

    (element,) = until(driver, there)
    return element


def do(driver: Any, selector: str, act: Callable[[Any], Any], text: str = "") -> None:
    """Do something with the element that :func:`only` gives, as soon as the page lets one do it."""

    def done() -> bool:
        act(only(driver, selector, text))
        return True

    until(driver, done)


def press(driver: Any, selector: str, text: str = "") -> None:
    """Click on the element that :func:`only` gives, where a reader could: it is seen, and rests.

    A page that has been drawn may still slide its parts in, and replace them.
    """
    from selenium.common.exceptions import ElementNotInteractableException

    def click(element: Any) -> None:
        driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        if not element.is_displayed():
            raise ElementNotInteractableException
        before = None
        while element.rect != before:
            before = element.rect
            time.sleep(0.05)
        element.click()

    do(driver, selector, click, text)


def complaints(driver: Any) -> list[str]:
    """What the page wrote to the console as a warning or an error."""
    return [line["message"] for line in driver.get_log("browser") if line["level"] != "INFO"]


def requests(driver: Any) -> list[str]:
    """Addresses the page asked for, other than its own file and data of its own."""
    asked = []
    for line in driver.get_log("performance"):
        message = json.loads(line["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.append(message["params"]["request"]["url"])
    return [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]


def overflow(driver: Any) -> int:
    """Pixels by which the page is wider than the window."""
    return int(
        driver.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )


def photograph(driver: Any, picture: Path) -> None:
    """Take the whole page as a picture."""
    import base64

    taken = driver.execute_cdp_cmd(
        "Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png"}
    )
    picture.write_bytes(base64.b64decode(taken["data"]))
