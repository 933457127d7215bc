"""Make the tables of docs/funds.md: ``python -m docs.funds_table [--years]``.

Funds of US Treasuries listed outside the United States that are known by ticker, as
``data/treasuries/foreign_funds.py`` has them: one row a share class, by maturity. With ``--years``
the calendar years of some of them beside what their ladder made, from the bundled yields.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from data import bundled
from data.treasuries.curve import fund_level
from data.treasuries.foreign_funds import SHARE_CLASSES, ShareClass
from data.treasuries.instruments import CATALOGUE, FUNDS_OF_BILLS

HEADS = ("years", "fund", "tickers (quoted in)", "fee, % a year", "pays out", "sells its dollars",
         "usual duration", "before its first day", "ISIN")  # fmt: skip
YEARS = tuple(range(2019, 2025))
# Total returns of calendar years in dollars, percent: of the funds on London's closes with their
# dividends, or of the index that a fund follows (Bloomberg US Treasury and US Long Treasury).
PUBLISHED: dict[str, tuple[str, tuple[float, ...]]] = {
    "IBTA.L": ("the fund", (3.62, 3.14, -0.64, -3.75, 4.21, 4.07)),
    "TRSX.L": ("the fund", (8.79, 9.54, -3.14, -15.02, 3.37, -0.27)),
    "DTLA.L": ("the fund", (15.69, 17.00, -4.46, -30.29, 1.69, -6.90)),
    "VDTA.L": ("its index", (6.86, 8.00, -2.32, -12.46, 4.05, 0.58)),
    "US10.L": ("its index", (14.83, 17.70, -4.65, -29.26, 3.06, -6.41)),
}


def line_of(fund: ShareClass) -> list[str]:
    """The cells of a share class."""
    tickers = [
        f"{ticker} ({quoted})" if quoted else ticker for ticker, quoted in fund.listings.items()
    ]
    entry = CATALOGUE[next(iter(fund.listings))]
    before = "-"
    if entry.ladder is not None:
        before = f"bonds of {entry.ladder.shortest:g}-{entry.ladder.longest:g} years"
    elif entry.ticker in FUNDS_OF_BILLS:
        before = "bills"
    return [
        fund.range,
        f"{fund.house}{' UCITS' if fund.is_ucits else ''}",
        ", ".join(tickers),
        f"{100 * fund.expense:g}",
        "yes" if fund.distributes else "no",
        f"into {fund.hedged}" if fund.hedged else "no",
        f"{entry.duration:g}",
        before,
        fund.isin or "-",
    ]


def made_years(ticker: str) -> dict[int, float]:
    """Returns of calendar years of what stands for a fund, percent."""
    yields = bundled.load(bundled.TICKERS).yields
    if yields is None:
        raise ValueError("the bundled history has yields")
    level = fund_level(yields, CATALOGUE[ticker], 12).dropna()
    ends = level.groupby(level.index.year).last()
    returns = 100 * ends.pct_change(fill_method=None)
    return {int(year): float(value) for year, value in returns.dropna().items()}


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as Markdown."""
    for row in (heads, ["---"] * len(heads), *rows):
        print(f"| {' | '.join(row)} |")


def main() -> None:
    """Print a table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", action="store_true")
    if not parser.parse_args().years:
        by_maturity = sorted(SHARE_CLASSES, key=lambda each: each.maturities)
        print_table(HEADS, [line_of(fund) for fund in by_maturity])
        return
    rows = []
    for ticker, (whose, published) in PUBLISHED.items():
        made = made_years(ticker)
        rows.append([ticker, whose, *(f"{value:+.1f}" for value in published)])
        rows.append(["", "its ladder", *(f"{made[year]:+.1f}" for year in YEARS)])
    print_table(("ticker", "what", *map(str, YEARS)), rows)


if __name__ == "__main__":
    main()
