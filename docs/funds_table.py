"""Make the table of docs/funds.md: ``python -m docs.funds_table``.

Funds of US Treasuries listed outside the United States that are known by ticker, as
``data/treasuries/foreign_funds.py`` has them: one row a share class, by maturity.
"""

from __future__ import annotations

from data.treasuries.foreign_funds import SHARE_CLASSES, ShareClass
from data.treasuries.instruments import CATALOGUE, FUNDS_OF_BILLS

HEADS = ("years", "fund", "tickers (quoted in)", "fee, % a year", "pays out", "sells its dollars",
         "usual duration", "before its first day", "ISIN")  # fmt: skip


def line_of(fund: ShareClass) -> list[str]:
    """The cells of a share class."""
    tickers = [
        f"{ticker} ({quoted})" if quoted else ticker for ticker, quoted in fund.listings.items()
    ]
    entry = CATALOGUE[next(iter(fund.listings))]
    before = "-" if entry.ladder is None else "ladder"
    if entry.ticker in FUNDS_OF_BILLS:
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


def main() -> None:
    """Print the table as Markdown."""
    rows = [line_of(fund) for fund in sorted(SHARE_CLASSES, key=lambda each: each.maturities)]
    for row in (HEADS, ["---"] * len(HEADS), *rows):
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
