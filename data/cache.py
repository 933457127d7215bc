"""``python -m data.cache``: list the cached prices, or remove all or some of them."""

from __future__ import annotations

import datetime as dt

import click

from data.command import CONTEXT, make_console, run_command
from data.errors import UsageError, counted, in_short


@click.command(context_settings=CONTEXT)
@click.argument("tickers", nargs=-1, metavar="[TICKER]...")
@click.option("--clear", is_flag=True, help="Remove every snapshot, or those of the tickers named.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def main(tickers: tuple[str, ...], clear: bool, debug: bool) -> None:
    """List the cached price snapshots in data/cache/ (or $HEDGE_DATA_DIR), or remove some."""
    from data.origin import age_text
    from data.sources.snapshots import Store

    store = Store()
    console = make_console()
    if tickers and not clear:
        raise UsageError(
            f"got {in_short(tickers[0])}: all snapshots are listed; give no ticker, or --clear "
            "to remove its snapshot"
        )
    if clear:
        count = store.clear(tickers)
        console.print(f"{counted(count, 'snapshot')} removed from {store.folder}", soft_wrap=True)
        for warning in store.warnings:
            console.print(f"warning: {warning}", soft_wrap=True)
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    listed = store.tickers()
    if not listed:
        console.print(f"no snapshots in {store.folder}", soft_wrap=True)
        return
    table = Table(box=SIMPLE_HEAD)
    for heading in ("ticker", "span", "rows", "age", "sha256", "source"):
        table.add_column(heading, justify="right" if heading in ("rows", "age") else "left")
    for ticker in listed:
        snapshot = store.read(ticker)
        if snapshot is None:
            table.add_row(ticker, "damaged: the next run fetches it again", "", "", "", "")
            continue
        days = snapshot.bars.frame.index
        table.add_row(
            ticker,
            f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}",
            f"{len(days):,}",
            age_text(snapshot.age(dt.datetime.now(dt.UTC))),
            snapshot.sha256[:12],
            snapshot.source,
        )
    console.print(f"snapshots in {store.folder}", soft_wrap=True)
    console.print(table)
    for warning in store.warnings:
        console.print(f"warning: {warning}", soft_wrap=True)


if __name__ == "__main__":
    run_command(main)
