"""Each check of a page sees a page with that one fault, and passes the page without it."""

from __future__ import annotations

import pytest

from tests import browser, page_checks

CLEAN = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E">
<style>
:root {{ --line: #dfe3e8; }}
body {{ font: 16px/1.5 sans-serif; color: #111; background: #fff; margin: 20px; }}
.scroll {{ overflow-x: auto; width: 200px; }} td {{ white-space: nowrap; padding: 0 6px; }}
td:first-child {{ position: sticky; left: 0; background: #fff; }}
:focus-visible {{ outline: 2px solid #06c; }}
{style}
</style></head><body>
<h1 id="top">Head</h1><h2>Part</h2>
<p>Words of <b>one</b> paragraph. <a href="#top">up</a> <button>press</button></p>
<div class="scroll" tabindex="0"><table><tr><td>first</td><td>a long row of words that goes on and
on beyond the edge</td></tr></table></div>
<details><summary>More</summary><p>folded</p></details>
<svg width="340" height="130" viewBox="0 0 340 130"><rect width="80" height="40" fill="#0b6b5f"/>
<path d="M0 60H300" stroke="#dfe3e8"/><path d="M0 70H300" stroke="#555" fill="none"/>
<text x="10" y="90" fill="#111">left</text><text x="120" y="90" fill="#111">right</text>
<text x="10" y="25" fill="#fff">on a bar</text>
<text fill="#111" transform="translate(200 100) rotate(-45)">turned one</text>
<text fill="#111" transform="translate(240 100) rotate(-45)">turned two</text></svg>
{body}
</body></html>"""


@pytest.fixture(scope="module")
def driver():
    with browser.chromium() as opened:
        yield opened


@pytest.fixture
def opened(driver, tmp_path):
    """Open the clean page with a change, and give its path."""

    def opening(body: str = "", style: str = "", *, width: int = 800, **changes: str):
        text = CLEAN.format(body=body, style=style)
        for old, new in changes.items():
            text = text.replace(CHANGES[old], new)
        page = tmp_path / "results" / "run" / "page.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text)
        page_checks.show(driver, width)
        page_checks.noises(driver, page)  # of the page before
        browser.open_page(driver, page)
        return page

    return opening


CHANGES = {"lang": ' lang="en"', "title": "<title>A page</title>", "icon": '<link rel="icon"',
           "h1": '<h1 id="top">Head</h1>', "ring": "outline: 2px solid #06c"}  # fmt: skip


def test_a_clean_page_has_no_complaint(driver, opened):
    for width in (800, 390):
        page = opened(width=width)
        assert page_checks.look(driver) == []
    assert page_checks.broken_links(driver, page) == []
    assert page_checks.unreachable(driver) == []
    assert page_checks.noises(driver, page) == []


@pytest.mark.parametrize(
    ("check", "told", "body", "style"),
    [
        ("overlaps", '"over" and "under" overlap by',
         '<p style="position:relative;height:30px"><span style="position:absolute;left:0">over'
         '</span><span style="position:absolute;left:9px;top:6px">under</span></p>', ""),
        ("overlaps", '"over" and "under" overlap by',
         '<svg width="100" height="40"><text x="0" y="20">over</text><text x="9" y="24">under'
         "</text></svg>", ""),
        ("overlaps", '"turned three" and "turned four" overlap',
         '<svg width="200" height="100"><text transform="translate(20 90) rotate(-45)">turned three'
         '</text><text transform="translate(28 90) rotate(-45)">turned four</text></svg>', ""),
        ("clipped", '"right edge" is cut off by <div>',
         '<div style="width:40px;overflow:hidden;white-space:nowrap">right edge</div>', ""),
        ("clipped", '"below" is cut off by <div>',
         '<div style="height:10px;overflow:clip">below</div>', ""),
        ("clipped", "hides", '<p style="width:60px;overflow:hidden;text-overflow:ellipsis;'
         'white-space:nowrap">an ellipsis stands here</p>', ""),
        ("clipped", '"beyond" is cut off by <svg>',
         '<svg width="50" height="20"><text x="30" y="15">beyond</text></svg>', ""),
        ("clipped", '"in a plot" is cut off by <g>',
         '<svg width="200" height="40"><clipPath id="c"><rect width="30" height="40"/></clipPath>'
         '<g clip-path="url(#c)"><text y="20">in a plot</text></g></svg>', ""),
        ("clipped", '"outside" leaves the window',
         '<p style="position:absolute;left:-20px">outside</p>', ""),
        ("sideways", "px wider than its window", '<p style="width:1200px">wide</p>', ""),
        ("texts", '"pale" has a contrast of 2.85: #999999 on #ffffff',
         '<p style="color:#999">pale</p>', ""),
        ("texts", '"shaded" has a contrast of', '<div style="background:#777"><p>shaded</p></div>',
         ""),
        ("texts", '"faint" has a contrast of', '<p style="opacity:.4">faint</p>', ""),
        ("texts", '"veiled" has a contrast of', '<p style="background:rgba(0,0,0,.7)">veiled</p>',
         ""),
        ("texts", '"dark" has a contrast of',
         '<svg width="90" height="30"><rect width="90" height="30" fill="#444"/>'
         '<text x="5" y="20" fill="#111">dark</text></svg>', ""),
        ("lines", "a line has a contrast of 2.32: #aaaaaa",
         '<svg width="50" height="20"><path d="M0 9H50" stroke="#aaa"/></svg>', ""),
        ("lines", "a line has a contrast of",
         '<svg width="50" height="20"><path d="M0 9H50" stroke="#000" stroke-opacity=".2"/></svg>',
         ""),
        ("frame", "2 elements have the id top", '<p id="top">again</p>', ""),
        ("frame", 'the heading "Deep" is of level 4 after level 2', "<h4>Deep</h4>", ""),
        ("frame", "the page has 2 main headings", "<h1>Again</h1>", ""),
    ],
)  # fmt: skip
def test_a_page_with_one_fault_is_told_of_it_alone(driver, opened, check, told, body, style):
    opened(body, style)
    lines = page_checks.look(driver)
    assert any(told in line for line in lines), lines
    others = [name for name in page_checks.EVERY if name != check]
    assert page_checks.look(driver, others) == []


@pytest.mark.parametrize(
    ("changed", "new", "told"),
    [("lang", "", "the page names no language"), ("title", "", "the page has no title"),
     ("icon", "<link", "the page has no icon"),
     ("h1", '<h3 id="top">Head</h3>', "the page has 0 main headings")],
)  # fmt: skip
def test_a_frame_without_a_part_is_told(driver, opened, changed, new, told):
    opened(**{changed: new})
    assert told in page_checks.look(driver, ["frame"])


def test_what_is_not_seen_is_no_overlap(driver, opened):
    """A cell scrolled below the first column, a hidden word, what is folded, a picture's title."""
    page = opened(
        '<p style="position:relative;height:30px">seen<span style="position:absolute;left:0;'
        'visibility:hidden">hidden</span><span hidden>gone</span></p>'
        "<svg width='50' height='20'><title>A picture in words</title></svg>"
    )
    driver.execute_script("document.querySelector('.scroll').scrollLeft = 60")
    assert page_checks.look(driver) == []
    # The same cell over a first column that one can look through.
    opened(style="td:first-child { background: none }")
    driver.execute_script("document.querySelector('.scroll').scrollLeft = 60")
    lines = page_checks.look(driver)
    assert any('"first" and "a long row' in line for line in lines), lines
    assert page.is_file()


def test_on_paper_nothing_can_be_scrolled(driver, opened):
    opened()
    assert page_checks.look(driver, ["clipped"]) == []
    assert any("is cut off by" in line for line in page_checks.look(driver, printed=True))


def test_what_is_folded_is_looked_at_when_it_is_opened(driver, opened):
    pale = '<details><summary>Fold</summary><p style="color:#999">pale</p></details>'
    opened(pale)
    assert page_checks.look(driver, unfold=False) == []
    assert any('"pale"' in line for line in page_checks.look(driver))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<a href="none.html">x</a>', ["none.html leads to no file"]),
        ('<a href="#none">x</a>', ["#none leads to no element"]),
        ('<a href="https://example.org/">x</a>', ["https://example.org/ leaves the disk"]),
        ('<select aria-label="s"><option value="none.html">x</option></select>',
         ["none.html leads to no file"]),
        ('<a href="other.html">x</a><a href="other.html#here">x</a>', []),
        ('<a href="other.html#gone">x</a>', ["other.html#gone leads to no element"]),
        ('<iframe src="away.html"></iframe>', ["away.html leads to no file"]),
        ('<img alt="" src="data:,">', []),
    ],
)  # fmt: skip
def test_a_link_that_leads_nowhere_is_told(driver, opened, body, told):
    page = opened(body)
    (page.parent / "other.html").write_text('<p id="here">x</p>')
    assert page_checks.broken_links(driver, page) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<button tabindex="-1">skipped</button>', ['no key leads to button "skipped"']),
        ('<button style="outline:none">bare</button>',
         ['nothing shows that the keyboard is at button "bare"']),
        ('<button hidden>hidden</button><button disabled style="color:#111">off</button>', []),
        ('<table><thead><tr><th><button>a</button></th><th><button tabindex="-1">b</button></th>'
         "</tr></thead></table>", ['no key leads to button "b"']),
        ('<table><thead><tr><th><button onkeydown="if (event.key === \'ArrowRight\') '
         'this.parentNode.nextSibling.firstChild.focus()">a</button></th><th><button tabindex="-1">'
         "b</button></th></tr></thead></table>", []),
        ('<label>pick <select><option>1</option></select></label>', []),
    ],
)  # fmt: skip
def test_a_control_beyond_the_keyboard_is_told(driver, opened, body, told):
    opened(body)
    assert page_checks.unreachable(driver) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<script>console.warn('careful')</script>", "the console says: "),
        ("<script>throw new Error('broke')</script>", "the console says: "),
        ('<img alt="" src="http://127.0.0.1:9/x.png">', "asked for http://127.0.0.1:9/x.png"),
        ('<img alt="" src="elsewhere.png">', "asked for file://"),
    ],
)
def test_noise_is_told(driver, opened, body, told):
    page = opened(body)
    assert any(line.startswith(told) for line in page_checks.noises(driver, page))


@pytest.mark.parametrize(
    "text",
    ["color: #fff", "fill='#0b6b5f'", "stroke=\"#12345678\"", "rgba(0,0,0,.1)", "rgb(1 2 3)",
     "hsl(120deg 50% 50%)", "background: linear-gradient(white, black)", 'bgcolor="red"',
     "border: 1px solid grey", "color: Red;", 'line(colour="#abc")'],
)  # fmt: skip
def test_a_literal_colour_is_seen(text):
    assert page_checks.literal_colours(text)


@pytest.mark.parametrize(
    "text",
    ["color: var(--ink)", 'href="#files"', "&#39;", "issue #22 of", '"#pages + .pair > div"',
     "color: inherit; white-space: nowrap", 'fill="none" stroke="currentColor"',
     "background: transparent", "the gold standard; orange juice", "# abc", "f'#{name}'",
     "border: 1px solid var(--line); white-space: normal"],
)  # fmt: skip
def test_what_is_no_colour_is_left_alone(text):
    assert page_checks.literal_colours(text) == []
