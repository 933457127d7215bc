"""``python -m data.history``: how well each proxy follows the fund that it stands in for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from data.command import CONTEXT, Progress, make_console, progress, run_command
from data.errors import DataError, UsageError
from data.treasuries.instruments import PROXIES

if TYPE_CHECKING:
    import pandas as pd

    from data.provenance import Tracking
    from data.treasuries.rates import Rates

FUNDS = ("SPY", "SHY", "IEF", "TLT", "BIL")


@click.command(context_settings=CONTEXT)
@click.option("--source", default="yahoo", show_default=True, metavar="SOURCE",
              help="Funds and yields: yahoo (with FRED) or files:DIR.")  # fmt: skip
@click.option("--first", metavar="YYYY-MM", help="First month to compare.")
@click.option("--last", metavar="YYYY-MM", help="Last month to compare.")
@click.option("--four-yields", is_flag=True,
              help="Build the proxies from Yahoo's four yields alone.")  # fmt: skip
@click.option("--out", default="results/history", show_default=True, type=click.Path(),
              help="Folder for tracking.csv and tracking.svg.")  # fmt: skip
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def main(
    source: str,
    first: str | None,
    last: str | None,
    four_yields: bool,
    out: str,
    debug: bool,
) -> None:
    """Compare each fund with its proxy over their common whole months."""
    import re

    for option, month in (("--first", first), ("--last", last)):
        # Years that dates can count to the nanosecond, in the digits that they are written in.
        if month is not None and not re.fullmatch(r"(1[89]|2[01])[0-9]{2}-(0[1-9]|1[0-2])", month):
            raise UsageError(
                f"{option} takes a month as YYYY-MM from 1800-01 to 2199-12, got {month!r}"
            )
    if first is not None and last is not None and last < first:
        raise UsageError(f"--last takes a month not before --first {first}, got {last!r}")
    if source != "yahoo" and not source.removeprefix("files:"):
        raise UsageError(f"--source takes yahoo or files:DIR, got {source!r}")
    console = make_console()
    funds, rates, older, remarks = _load(source, progress)
    for remark in remarks:
        console.print(f"warning: {remark}", soft_wrap=True)
    if four_yields:
        rates = _four(rates)
    trackings, ratios = [], {}
    for ticker, fund in funds.items():
        try:
            measured = _measure(ticker, fund, rates, older, first, last)
        except DataError as error:
            console.print(f"warning: {error}", soft_wrap=True)
            continue
        if measured is not None:
            trackings.append(measured[0])
            ratios[ticker] = measured[1]
    if not trackings:
        raise DataError(f"{source} has no fund with a proxy to compare; give yields and prices")
    _print(trackings)
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(trackings, ratios, folder)
    except OSError as error:
        raise UsageError(
            f"--out {out} cannot be written: {error.strerror or error}; choose another folder"
        ) from error
    console.print(f"written: {folder / 'tracking.csv'}, {folder / 'tracking.svg'}", soft_wrap=True)


def _load(
    source: str, show: Progress
) -> tuple[dict[str, pd.Series], Rates, dict[str, pd.Series], list[str]]:
    """Levels of the funds, the rates and older histories their proxies come from, remarks."""
    if source.startswith("files:"):
        from data.sources import files

        folder = Path(source.removeprefix("files:"))
        if not folder.is_dir():
            raise DataError(f"--source {source} is not a folder; give one with CSV files")
        there = {name.upper() for name in files.tickers(folder)}
        wanted = [name for name in (*FUNDS, *PROXIES) if name.upper() in there]
        notes: list[str] = []
        prices = {name: files.read_prices(folder, name, notes) for name in wanted}
        rates = files.read_rates(folder)
        return {fund: prices[fund] for fund in FUNDS if fund in prices}, rates, prices, notes
    if source != "yahoo":
        raise UsageError(f"--source takes yahoo or files:DIR, got {source!r}")
    from data.sources import yahoo
    from data.sources.bars import total_return
    from data.sources.fetching import fresh_snapshot
    from data.sources.live_rates import Request
    from data.sources.snapshots import Store

    store = Store()
    funds = {
        fund: total_return(
            fresh_snapshot(fund, store, yahoo.fetch, "Yahoo", progress=show).bars.frame
        )
        for fund in FUNDS
    }
    request = Request(store, progress=show)
    rates, older = request.rates(["bill", "yields"]), request.older(["SPY"])
    return funds, rates, older, [*store.warnings, *request.remarks, *request.notes]


def _four(rates: Rates) -> Rates:
    from dataclasses import replace

    if rates.yields is None:
        return rates
    four = [years for years in (0.25, 5.0, 10.0, 30.0) if years in rates.yields.columns]
    return replace(rates, yields=rates.yields[four])


def _measure(
    ticker: str,
    fund: pd.Series,
    rates: Rates,
    older: dict[str, pd.Series],
    first: str | None,
    last: str | None,
) -> tuple[Tracking, pd.Series] | None:
    """Tracking of a fund's nearest proxy, and proxy over fund from 100; None without a proxy."""
    from data.treasuries.proxies import nearest_proxy, tracking

    proxy = nearest_proxy(ticker, rates, older)
    if proxy is None:
        return None
    level, what = proxy
    measured = tracking(ticker, fund, level, what, first, last)
    ratio = (level.reindex(fund.index).dropna() / fund).dropna().loc[first:last]
    return measured, 100 * ratio / ratio.iloc[0]


def _print(trackings: list[Tracking]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(
        title="proxy against fund, monthly; differences are proxy less fund, points a year",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    for heading in ("fund", "months", "correlation", "tracking error", "mean", "beta",
                    "worst year"):  # fmt: skip
        table.add_column(heading, justify="left" if heading == "fund" else "right")
    for row in trackings:
        worst = (
            f"{row.worst_year}: {100 * row.worst_year_difference:+.2f}"
            if row.worst_year_difference is not None
            else "-"
        )
        table.add_row(
            row.ticker,
            f"{row.first} to {row.last}",
            f"{row.correlation:.4f}",
            f"{100 * row.tracking_error:.2f}",
            f"{100 * row.mean_difference:+.2f}",
            f"{row.beta:.3f}",
            worst,
        )
    console = make_console()
    console.print(table)
    for row in trackings:
        console.print(f"{row.ticker}: {row.proxy}", soft_wrap=True)


def _write(trackings: list[Tracking], ratios: dict[str, pd.Series], folder: Path) -> None:
    from dataclasses import asdict

    import matplotlib as mpl
    import pandas as pd

    from data.durable import locked, remove_left_behind, replacing
    from data.spreadsheet import write_csv

    table, picture = folder / "tracking.csv", folder / "tracking.svg"
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    with mpl.rc_context({"svg.hashsalt": "hedge", "font.size": 9}):
        figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
        for ticker, ratio in ratios.items():
            axes.plot(ratio.index, ratio.to_numpy(), label=ticker, linewidth=1)
        axes.axhline(100, color="0.5", linewidth=0.6)
        axes.set_title("Proxy over fund, 100 at the start: a flat line is a good fit", loc="left")
        axes.legend(frameon=False, ncols=len(ratios))
        axes.spines[["top", "right"]].set_visible(False)
        with locked(folder):
            for path in (table, picture):
                remove_left_behind(path)
            with replacing(table) as temporary:
                rows = pd.DataFrame([asdict(row) for row in trackings])
                write_csv(rows, temporary)
            with replacing(picture) as temporary:
                figure.savefig(temporary, format="svg", metadata={"Date": None})
        plt.close(figure)


if __name__ == "__main__":
    run_command(main)
