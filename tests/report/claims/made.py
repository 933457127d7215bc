"""A trial made by hand: fourteen claims in all four judgements, with what a claim may lack."""

from __future__ import annotations

import dataclasses
from typing import Any

from backtests.analysis.claims import Claim, ClaimRow, ClaimTable, Judgement, Measure, Trial

LONG = (
    "A long sentence of the kind that a claim about purchases by a central bank may need, since it "
    "names four programmes, the month in which each was announced and what yields of three "
    "maturities did in the half year before and after it, with the reason why none of it proves "
    "that the purchases were the cause."
)
PAYOFF = Measure(
    what="Treasuries less bills in equity's worst months", value=0.0043, unit="percent",
    low=0.001, high=0.0078, interval="90 %, resampled histories of 63 years", n=76, n_of="months",
    first="1962-01", last="2025-03", decides=True,
)  # fmt: skip
SHARE = Measure(
    what="first cuts after which they rose within a year", value=0.75, unit="share", n=8,
    n_of="first cuts", first="1974-07", last="2024-09", decides=True,
)  # fmt: skip
CUTS = Measure(what="policy rate from April to December 2025", value=-61.0, unit="bp",
               first="2025-04", last="2025-12", decides=True)  # fmt: skip
LAW = Measure(what="the tax was repealed", value=None, unit="day", text="18 July 1984, DEFRA 127",
              decides=True)  # fmt: skip
UNKNOWN = Measure(what="months until TLT recovers", value=None, unit="months", n=1, n_of="fall")
DEEPEST = Measure(what="deepest fall of TLT", value=-0.4835, unit="percent", n=4, n_of="falls",
                  first="1962-01", last="2025-03", decides=True)  # fmt: skip
SINCE = Measure(what="TLT by 21 May 2025", value=-0.037, unit="percent", first="2025-04-14",
                last="2025-05-21", decides=True)  # fmt: skip
LATER = Measure(what="TLT by 22 October 2025", value=0.076, unit="percent", first="2025-04-14",
                last="2025-10-22")  # fmt: skip
FALLS = ClaimTable(
    caption="Each fall of equity beyond 15 %.",
    first_head="Fall",
    heads=("SHY", "IEF", "TLT", "Recovered after", "Yield then", "Correlation"),
    units=("percent", "percent", "points", "months", "bp", "correlation"),
    rows=(
        ClaimRow("1973-01 to 1974-09", (0.1102, 0.0431, -0.0207, 21.0, 120.0, 0.31)),
        ClaimRow("2007-11 to 2009-02", (0.0987, 0.1876, 0.2201, None, -190.0, -0.42)),
    ),
)
JUDGED: tuple[Judgement, ...] = (
    "holds", "holds in part", "holds", "fails", "holds", "holds in part", "holds in part",
    "cannot be tested here", "holds", "fails", "holds", "fails", "holds in part",
    "cannot be tested here",
)  # fmt: skip
TITLES = (
    "In turmoil money flees into Treasuries",
    "After the tariffs Treasuries fall first and rise later",
    "After the first cut of a cycle Treasuries rise",
    "The Fed cuts in May and June, by 100 bp within the year",
    "Treasuries fall but do not collapse",
    "The Fed is the buyer of last resort",
    "Sovereign debt has two prices: its yield and its exchange rate",
    "Among sovereigns Treasuries are competitive",
    "With three to four years to hold, buying after a shock pays",
    "Attack and defend earns a premium",
    "Without leverage the hedge is affordable",
    "A tax of 30 % on foreign holders was stopped in the 1970s",
    "Treasuries are the core hedge",
    "Short maturities are most of the issuance, the long end bears the risk",
)
MEASURES: dict[int, tuple[Measure, ...]] = {
    1: (PAYOFF,), 2: (), 3: (SHARE,), 4: (), 5: (UNKNOWN, DEEPEST), 8: (), 12: (LAW,),
    14: (UNKNOWN,),
}  # fmt: skip


def claim(number: int, judgement: Judgement, **changes: Any) -> Claim:
    """A claim of that number; figures as of :data:`MEASURES`, else a payoff of its own size."""
    own = dataclasses.replace(PAYOFF, value=0.001 * number, low=-0.002, high=0.001 * number + 0.004)
    usual: dict[str, Any] = {
        "title": TITLES[number - 1],
        "says": f"Of claim {number}: {LONG}" if number == 6 else "It says so in a sentence.",
        "refuted_by": "A payoff whose interval lies at or below zero.",
        "data": "bundled months, equity and the funds of Treasuries",
        "because": LONG if number == 6 else "The payoff is 0.43 % a month in 76 months.",
        "measures": MEASURES.get(number, (own,)),
        "after": {2: (SINCE, LATER), 4: (CUTS,)}.get(number, ()),
        "after_words": {2: "It fell first and rose later.", 8: LONG}.get(number, ""),
        "table": FALLS if number in (5, 14) else None,
        "missing": "Yields of other sovereigns before 1990." if number == 8 else "",
    }
    return Claim(number=number, judgement=judgement, **{**usual, **changes})


def made_trial(**changes: Any) -> Trial:
    """Fourteen claims: 5 hold, 4 in part, 3 fail, 2 cannot be tested."""
    usual: dict[str, Any] = {
        "months_title": "bundled months",
        "months_first": "1962-01",
        "months_last": "2025-09",
        "days_title": "daily closes of Yahoo Finance",
        "days_first": "2002-07-30",
        "days_last": "2025-11-28",
        "days_missing": "No gold before 2004-11-18.",
        "claims": tuple(claim(number, judged) for number, judged in enumerate(JUDGED, 1)),
    }
    return Trial(**{**usual, **changes})
