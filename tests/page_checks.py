"""What an opened page must not have, each as a line in plain words: overlaps, cut text, weak ink.

The looking is done in the browser, by page_checks.js; each check is proved able to fail in
tests/test_page_checks.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests import browser

SCRIPT = Path(__file__).with_suffix(".js")
# What one look sees: labels on each other, text cut off, a page wider than its window, weak text,
# weak lines, and what belongs to the frame (identifiers, headings, title, icon, language).
EVERY = ("overlaps", "clipped", "sideways", "texts", "lines", "frame")
LAYOUT = ("overlaps", "clipped", "sideways")
INK = ("texts", "lines")
PRINT_WIDTH = 688  # pixels of A4 between margins of 14 mm, at 96 an inch


@cache
def _script() -> str:
    return SCRIPT.read_text("utf-8")


def show(driver: Any, width: int, medium: str = "light", height: int = 900) -> None:
    """Set width and medium (``light``, ``dark``, ``print``) of the window of an opened page."""
    _resize(driver, width, height, on_phone=width < 700 and medium != "print")
    scheme = "dark" if medium == "dark" else "light"
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {
            "media": "print" if medium == "print" else "screen",
            "features": [{"name": "prefers-color-scheme", "value": scheme}],
        },
    )
    event = "beforeprint" if medium == "print" else "afterprint"
    driver.execute_script(f"dispatchEvent(new Event('{event}'))")


def look(
    driver: Any,
    checks: Sequence[str] = EVERY,
    *,
    printed: bool = False,
    unfold: bool = True,
    settle: bool = True,
) -> list[str]:
    """Complaints about the page as it is shown now.

    Parameters
    ----------
    driver
        With the page opened, sized by :func:`show`.
    checks
        Which of ``EVERY``.
    printed
        Whether it is on paper, where nothing can be scrolled.
    unfold
        Whether what is folded is opened first.
    settle
        Whether to wait until charts have followed a change of the window.
    """
    asked = {"checks": list(checks), "printed": printed, "unfold": unfold, "settle": settle}
    driver.set_script_timeout(60)
    answer = driver.execute_async_script(_script(), asked)
    if not answer["texts"] and {"overlaps", "clipped", "texts"} & set(checks):
        return [*answer["told"], "the page shows no text at all"]
    return list(answer["told"])


def _resize(driver: Any, width: int, height: int, *, on_phone: bool) -> None:
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": on_phone},
    )


# Links -------------------------------------------------------------------------------------------

ADDRESSES = """
const list = [];
const places = [["[href]", "href"], ["[src]", "src"], ["option[value$='.html']", "value"]];
for (const [words, name] of places)
  for (const element of document.querySelectorAll(words)) {
    const raw = element.getAttribute(name) ?? element.getAttribute("xlink:href");
    if (raw) list.push([raw, new URL(raw, document.baseURI).href]);
  }
return list;
"""


def broken_links(driver: Any, page: Path) -> list[str]:
    """Addresses that lead nowhere from disk: a missing file, a missing element, or the network."""
    told = []
    for raw, whole in driver.execute_script(ADDRESSES):
        parts = urlsplit(whole)
        if parts.scheme in ("data", "blob"):
            continue
        if parts.scheme != "file":
            told.append(f"{raw} leaves the disk")
            continue
        place = Path(unquote(parts.path))
        if not place.is_file():
            told.append(f"{raw} leads to no file")
        elif parts.fragment and not _has_id(driver, place, page, unquote(parts.fragment)):
            told.append(f"{raw} leads to no element")
    return list(dict.fromkeys(told))


def _has_id(driver: Any, place: Path, page: Path, name: str) -> bool:
    if place.resolve() == page.resolve():
        return bool(driver.execute_script("return !!document.getElementById(arguments[0])", name))
    return re.search(rf'\bid="{re.escape(name)}"', place.read_text("utf-8")) is not None


# Keyboard ----------------------------------------------------------------------------------------

WATCH = """
const told = element => {
  const name = element.getAttribute("aria-label") || element.textContent || element.id;
  return element.tagName.toLowerCase() + " " + JSON.stringify(name.trim().slice(0, 40));
};
const shown = {opacityProperty: true, visibilityProperty: true};
const visible = element => element.checkVisibility(shown) &&
  element.getBoundingClientRect().width > 0;
window.reached = {elements: new Set(), ringed: new Set()};
addEventListener("focusin", event => {
  const element = event.target, own = getComputedStyle(element);
  window.reached.elements.add(element);
  const ring = own.outlineStyle !== "none" && parseFloat(own.outlineWidth) > 0;
  if (ring || own.boxShadow !== "none") window.reached.ringed.add(element);
}, true);
const kinds = "a[href], button, select, summary, input, textarea, [tabindex]";
window.controls = () => [...document.querySelectorAll(kinds)]
  .filter(element => visible(element) && !element.disabled);
window.toldOf = told;
document.activeElement && document.activeElement.blur();
scrollTo(0, 0);
return window.controls().length;
"""
ARROWS = """
const rows = [...document.querySelectorAll("table")]
  .map(table => [...table.querySelectorAll("thead button")])
  .filter(row => row.length > 1 && row.some(window.reached.elements.has, window.reached.elements));
const row = rows[arguments[0]];
if (!row) return 0;
row.find(button => window.reached.elements.has(button)).focus();
return row.length;
"""
MISSED = """
const missed = window.controls()
  .filter(element => !window.reached.elements.has(element)).map(window.toldOf);
const bare = [...window.reached.elements].filter(element => !window.reached.ringed.has(element));
return [missed, bare.map(window.toldOf)];
"""


def unreachable(driver: Any) -> list[str]:
    """Controls that the keyboard does not reach, or reaches without showing where it is.

    Tab goes from the top through the page; within the heads of a table arrows go on.
    """
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    count = driver.execute_script(WATCH)
    press = ActionChains(driver, duration=0)
    press.send_keys(Keys.TAB * (count + 3)).perform()
    number = 0
    while columns := driver.execute_script(ARROWS, number):
        ActionChains(driver, duration=0).send_keys(Keys.ARROW_RIGHT * columns).perform()
        number += 1
    missed, bare = driver.execute_script(MISSED)
    return [
        *(f"no key leads to {name}" for name in missed),
        *(f"nothing shows that the keyboard is at {name}" for name in bare),
    ]


# The log -----------------------------------------------------------------------------------------


def noises(driver: Any, page: Path) -> list[str]:
    """What the page wrote to the console, and what it asked for beside its own files."""
    asked = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.append(message["params"]["request"]["url"])
    return [
        *(f"the console says: {line}" for line in browser.complaints(driver)),
        *(f"asked for {url}" for url in asked if not _is_own(url, page)),
    ]


def _is_own(url: str, page: Path) -> bool:
    parts = urlsplit(url)
    if parts.scheme in ("data", "blob"):
        return True
    place = Path(unquote(parts.path))
    assets = page.resolve().parent.parent / "assets"
    return parts.scheme == "file" and (place == page.resolve() or place.parent == assets)


# Colours -----------------------------------------------------------------------------------------

# Names of colours that a style, a drawing or a chart might be given in place of a role. Names that
# are words of this project's sentences as well ("gold", "tan") count only where a colour stands.
NAMES = (
    "black|white|red|green|blue|gray|grey|silver|maroon|olive|lime|teal|navy|purple|fuchsia|aqua"
    "|orange|yellow|brown|pink|cyan|magenta|gold|tan|crimson|indigo|violet|steelblue|firebrick"
    "|darkred|darkgreen|darkblue|lightgr[ae]y|darkgr[ae]y|dimgr[ae]y|slategr[ae]y|tomato|coral"
    "|orangered|royalblue|dodgerblue|skyblue|seagreen|forestgreen|goldenrod|khaki|salmon|orchid"
)
WRITTEN = re.compile(
    r"(?<![\w&#])#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b(?![\w-])"
    r"|\b(?:rgba?|hsla?|hwb|oklch|oklab|lab|lch)\(\s*[\d.{]"
)
IN_CSS = re.compile(
    r"(?:\b(?:color|background(?:-color)?|border(?:-\w+)*|outline(?:-color)?|fill|stroke"
    rf"|stop-color|bgcolor)\s*[:=]\s*[\"']?[^;\"'{{}}<>]*?)\b(?:{NAMES})\b",
    re.IGNORECASE,
)


def literal_colours(text: str) -> list[str]:
    """Colours that a text of CSS, SVG, HTML or Python names itself, in place of a role."""
    return [match[0] for pattern in (WRITTEN, IN_CSS) for match in pattern.finditer(text)]


def without_variables(page: str, variables: str) -> str:
    """A written page without the block that gives every role its colour, scripts and data."""
    text = page.replace(variables, "")
    text = re.sub(r'<link rel="icon"[^>]*>', "", text)
    return re.sub(r"<script\b.*?</script>", "", text, flags=re.DOTALL)


def joined(parts: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
    """Complaints of several looks as lines, each with where it was seen."""
    return [f"{where}: {line}" for where, lines in parts for line in lines]


def faults(
    driver: Any,
    page: Path,
    shown: Sequence[tuple[str, int]],
    checks: Sequence[str] = (*LAYOUT, *INK),
) -> list[str]:
    """Complaints about a page in some media and widths, on paper, its keys, links and log.

    Parameters
    ----------
    driver
        A browser; it is left at the first width.
    page
        The file.
    shown
        Medium (``light``, ``dark``) and width of each look, in an order in which little is drawn
        again.
    checks
        Which of ``EVERY`` at each look.
    """
    first = shown[0][1]
    show(driver, first)
    noises(driver, page)  # of the page before
    browser.open_page(driver, page)
    told = [("frame", look(driver, ["frame"]))]
    for medium, width in shown:
        show(driver, width, medium)
        told.append((f"{medium} {width}", look(driver, checks)))
    show(driver, PRINT_WIDTH, "print")
    told.append(("print", look(driver, checks, printed=True)))
    show(driver, first)
    told += [
        ("keyboard", unreachable(driver)),
        ("links", broken_links(driver, page)),
        ("log", noises(driver, page)),
    ]
    return joined(told)
