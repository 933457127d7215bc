"""What the files of a run's folder hold, in plain words, for the pages that list them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from backtests.engine.config_file import STRATEGY
from backtests.report.files import (
    CONFIG,
    MANIFEST,
    STRESS,
    STRESS_TABLE,
    SUMMARY,
    VERDICT,
    WITHDRAWALS,
)
from backtests.report.pages import STRESS as STRESS_PAGE
from backtests.report.pages import TEARSHEET, WHICH_HEDGE
from backtests.report.pages import VERDICT as VERDICT_PAGE
from backtests.report.pages import WITHDRAWALS as WITHDRAWALS_PAGE

# In the order in which they are listed: pages, numbers, tables, and what repeats the run.
CONTENTS: Mapping[str, str] = {
    VERDICT_PAGE.file: "whether the hedge protected, when, and what it cost",
    WHICH_HEDGE.file: "the hedge held in four ways, and whether to hedge its currency",
    STRESS_PAGE.file: "what shocks would do to what is held, at the last day's yields",
    WITHDRAWALS_PAGE.file: "how long money lasted that is taken out, from every start month",
    TEARSHEET.file: "growth, falls, months and years beside equity's",
    SUMMARY: "the headline numbers of the run and of its benchmark",
    VERDICT: "every number of the verdict",
    WITHDRAWALS: "the largest rate that could be taken out from each start month",
    STRESS: "every number of the stress test",
    STRESS_TABLE: "the stress test as one table: replays, scenarios, shocks, maps",
    "equity.csv": "value of the portfolio, of its benchmark and of cash on each date; with cash "
    "flows these are unit values, and its wealth beside them",
    "weights.csv": "what was held on each date, as parts of the portfolio's value",
    "orders.csv": "every order: date, ticker, side, units, price and costs",
    "flows.csv": "what was paid in and out: date, amount (out below 0), value after",
    "years.csv": "return of each complete calendar year, the benchmark's beside it",
    "switches.csv": "each change of the rule's duration: from what to what, and what came of it",
    "attribution.csv": "what the Treasuries earned by source: yield, changes of yields, costs",
    CONFIG: "the settings: run them again with --config",
    STRATEGY: "the source of the rule as it was run",
    MANIFEST: "origin and fingerprints of the data, versions, and a checksum of each file",
}


def run_files(names: Iterable[str]) -> list[tuple[str, str]]:
    """The files of a run's folder with what they hold, in a fixed order.

    Parameters
    ----------
    names
        Of its files; those that no run writes are left out.
    """
    there = set(names)
    return [(name, what) for name, what in CONTENTS.items() if name in there]
