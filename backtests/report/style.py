"""How every page, picture and chart looks: colours by role, type, the width of lines.

The only module that names a colour. A colour belongs to a role, never to a position: the run,
equity, Treasuries (the darker, the longer their duration), bills. Outcomes have colours of their
own, always with a word or a sign beside them. Pages and charts name roles (``--equity``), which the
style sheet resolves, so that the same figure serves light, dark and print; what has no style sheet
(a notebook, the lab, a drawing of matplotlib) looks them up here.

Under simulated protan and deutan vision (Machado, Oliveira and Fernandes 2009, severity 1) the
closest two roles are 32.8 apart (CIE76), light and dark: tests/report/test_style.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from data.treasuries.foreign_funds import WHOLE_MARKET, listed_abroad
from data.treasuries.instruments import FUNDS_OF_BILLS

Palette = Mapping[str, str]

LIGHT: Palette = {
    "--ink": "#1b1f24",
    "--quiet": "#57606a",
    "--line": "#dfe3e8",
    "--rule": "#8a929b",
    "--paper": "#ffffff",
    "--shade": "#f3f5f7",
    "--link": "#0a58ab",
    # roles
    "--portfolio": "#111827",
    "--equity": "#c2570c",
    "--equity-2": "#9a3f06",
    "--equity-3": "#d9772f",
    "--equity-4": "#6f2c02",
    "--treasuries": "#0369a1",
    "--bills": "#8a939c",
    "--other": "#7c3aed",
    # Treasuries by duration, the longest darkest
    "--duration-1": "#4699d1",
    "--duration-2": "#2e86c1",
    "--duration-3": "#1475b0",
    "--duration-4": "#0369a1",
    "--duration-5": "#02527e",
    "--duration-6": "#01395a",
    # outcomes: better than bills, a loss, less than bills
    "--worked": "#0b6b5f",
    "--lost": "#b3261e",
    "--less": "#8a939c",
    # stretches of time
    "--fall": "rgba(87,96,106,.13)",
    "--negative": "#bfe3dc",
    "--positive": "#f6cfca",
    # maps about zero, with numbers in --ink upon them
    "--scale-low": "#e09a55",
    "--scale-mid": "#f6f7f8",
    "--scale-high": "#62a6e0",
    # lines without a role of their own: the many of a comparison, and the one that stands out
    "--rest": "#8a929b",
    "--accent": "#7c3aed",
}
DARK: Palette = {
    "--ink": "#e3e7ec",
    "--quiet": "#9aa5b1",
    "--line": "#2c333b",
    "--rule": "#6b7683",
    "--paper": "#12161b",
    "--shade": "#1a2027",
    "--link": "#7db8f5",
    "--portfolio": "#f3f4f6",
    "--equity": "#f0a35a",
    "--equity-2": "#c97f3a",
    "--equity-3": "#f7c795",
    "--equity-4": "#a8662b",
    "--treasuries": "#4aa8f0",
    "--bills": "#8b95a1",
    "--other": "#7e42f5",
    "--duration-1": "#bfe3ff",
    "--duration-2": "#8ac9fb",
    "--duration-3": "#67b7f5",
    "--duration-4": "#4aa8f0",
    "--duration-5": "#3390d8",
    "--duration-6": "#2478bd",
    "--worked": "#5eead4",
    "--lost": "#f26a67",
    "--less": "#8b95a1",
    "--fall": "rgba(154,165,177,.17)",
    "--negative": "#1f4d48",
    "--positive": "#5a2a28",
    "--scale-low": "#96500f",
    "--scale-mid": "#20262d",
    "--scale-high": "#1b5c9e",
    "--rest": "#6b7683",
    "--accent": "#b794f6",
}
# For a picture that does not know its ground: a contrast above 3.4 on white, #111111 and #1e1e1e.
EITHER: Palette = {
    "--ink": "currentColor",
    "--quiet": "currentColor",
    "--line": "rgba(128,128,128,.3)",
    "--rule": "currentColor",
    "--portfolio": "currentColor",
    "--equity": "#c7711d",
    "--treasuries": "#2074c5",
    "--bills": "#7d8792",
    "--worked": "#159560",
    "--lost": "#e02b20",
    "--less": "#7d8792",
    "--negative": "rgba(28,141,103,.45)",
    "--positive": "rgba(209,79,69,.45)",
    "--rest": "#7d8792",
    "--accent": "#9767bf",
}
CLEAR = "rgba(0,0,0,0)"
# What is a line's colour and too light for text: what a name in its place is written in.
AS_TEXT: Palette = {"--bills": "--quiet", "--less": "--quiet", "--equity-3": "--equity-2",
                    "--duration-1": "--duration-3", "--duration-2": "--duration-3",
                    "--rest": "--quiet", "--other": "--ink"}  # fmt: skip

FONT = "system-ui, Helvetica Neue, Arial, sans-serif"
# Sizes of type by what it is for: on the screen in pixels, in print in points.
SIZES: Mapping[str, tuple[str, str]] = {
    "--headline": ("30px", "17pt"),
    "--tile": ("24px", "14pt"),
    "--section": ("18px", "12pt"),
    "--text": ("15px", "9.5pt"),
    "--lead": ("17px", "11pt"),
    "--small": ("13px", "8pt"),
}
CHART_FONT = 13  # pixels
# Width of a line by whose it is, in pixels.
PORTFOLIO_LINE, OTHER_LINE, REST_LINE = 2.4, 1.6, 1.2

EQUITY_SHADES = ("--equity", "--equity-2", "--equity-3", "--equity-4")
# The known funds of US Treasuries by their duration, shortest first: one shade each.
BY_DURATION = (
    FUNDS_OF_BILLS,
    frozenset({"SHY", "SCHO", "SPTS", "VGSH", "VFISX", "UTWO"}) | listed_abroad((1, 3)),
    frozenset({"IEI", "SCHR", "SPTI", "VGIT", "VFITX", "GOVT"})
    | listed_abroad((3, 7), WHOLE_MARKET),
    frozenset({"IEF", "UTEN"}) | listed_abroad((7, 10)),
    frozenset({"TLH", "SCHQ", "SPTL", "VGLT", "VUSTX"}) | listed_abroad((10, 30)),
    frozenset({"TLT", "EDV", "GOVZ", "ZROZ"}) | listed_abroad((20, 30)),
)


def palette(*, dark: bool) -> Palette:
    """Colours of the pages by role."""
    return DARK if dark else LIGHT


def variables() -> str:
    """The style sheet's variables: colours light and dark, type on screen and in print."""
    screen, printed = ({name: both[at] for name, both in SIZES.items()} for at in (0, 1))
    dark = "@media screen and (prefers-color-scheme: dark) {{ :root {{ {} }} }}"
    return "\n".join(
        (
            f":root {{ {_declared({**LIGHT, **screen})} }}",
            dark.format(_declared(DARK)),
            f"@media print {{ :root {{ {_declared(printed)} }} }}",
        )
    )


def _declared(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}: {value};" for name, value in values.items())


def as_text(colour: str) -> str:
    """The colour for a word that stands for a line of this colour: 4.5 to 1 on the paper."""
    return AS_TEXT.get(colour, colour)


def favicon() -> str:
    """The sign of every page, a line of equity over one of Treasuries, as an address."""
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" '
        f'stroke-width="2.4"><path d="M1 6l4 5 4-8 6 4" stroke="{LIGHT["--equity"]}"/>'
        f'<path d="M1 13c5-1 9-3 14-2" stroke="{DARK["--treasuries"]}"/></svg>'
    )
    return f"data:image/svg+xml,{quote(drawn)}"


def holding_colours(
    names: Sequence[str], equity: Sequence[str], hedge: Sequence[str]
) -> dict[str, str]:
    """The role of each thing held, in the order in which a stack shows them, from the bottom.

    Equity at the bottom, then Treasuries by duration and other hedges, cash on top.

    Parameters
    ----------
    names
        Tickers and ``CASH``.
    equity, hedge
        Which of the tickers are which.
    """
    bonds = {name: shade for name in hedge if (shade := _shade(name)) is not None}
    ranked = sorted(bonds, key=lambda name: bonds[name])
    others = [name for name in hedge if name not in bonds]
    shades = {name: EQUITY_SHADES[at % len(EQUITY_SHADES)] for at, name in enumerate(equity)}
    wanted = {
        **shades,
        **{name: f"--duration-{bonds[name]}" for name in ranked},
        **dict.fromkeys(others, "--other"),
        "CASH": "--bills",
    }
    return {name: colour for name, colour in wanted.items() if name in names}


def compared_looks(count: int) -> list[tuple[str, float]]:
    """Colour and width of each line of a comparison: the first is the run, all others are grey."""
    looks = [("--portfolio", PORTFOLIO_LINE), *[("--rest", REST_LINE)] * (count - 1)]
    return looks[:count]


def _shade(ticker: str) -> int | None:
    """Number of a Treasury fund's shade by its duration; None for what is no known one."""
    shades = (at for at, funds in enumerate(BY_DURATION, 1) if ticker.upper() in funds)
    return next(shades, None)
