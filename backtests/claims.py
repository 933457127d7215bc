"""``python -m backtests.claims``: every claim of the article, tried on data."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from backtests.cli import strict_options, strictness_of
from data.command import CONTEXT, make_console, progress, run_command
from data.terminal import write_out


@click.command(context_settings=CONTEXT)
@click.option("--source", default="auto", show_default=True, metavar="SOURCE",
              help="Where daily prices come from, beside the bundled months: auto (Yahoo, else "
                   "saved prices, else none), yahoo, files:DIR, or bundled for none.")  # fmt: skip
@click.option("--end", metavar="YYYY-MM-DD", help="Last day to look at.")
@click.option("--out", default="results", show_default=True, type=click.Path(),
              help="Folder for results.")  # fmt: skip
@click.option("--standalone", is_flag=True,
              help="Write the page so that it needs no file of the folder of results around "
                   "it.")  # fmt: skip
@strict_options
@click.option("--refresh", is_flag=True,
              help="Fetch prices again, even if recent ones are saved.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print claims.json and nothing else.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(**options: Any) -> None:
    """Try every claim of the article behind this project, and write what came of each.

    Each claim has a rule that says what would prove it wrong. It is judged on the data up to the
    article, 2025-04-14; what happened since stands beside it.
    """
    from backtests.report.folder import require_writable

    strictness = strictness_of(options)
    out = Path(options["out"])
    require_writable(out)

    from backtests.engine.claims.loading import load_exhibits
    from backtests.engine.claims.trial import try_claims
    from backtests.report.claims.console import print_claims
    from backtests.report.claims.folder import write_trial
    from backtests.report.files import json_text
    from backtests.report.pages import CLAIMS

    console = make_console(stderr=options["as_json"])
    announce = partial(console.print, soft_wrap=True)
    exhibits = load_exhibits(
        options["source"],
        options["end"],
        progress,
        refresh=options["refresh"],
        announce=announce,
        strictness=strictness,
    )
    trial = try_claims(exhibits, progress)
    with progress("writing the page"):
        folder = write_trial(out, exhibits, trial, standalone=options["standalone"])
    if options["as_json"]:
        write_out(json_text(trial).rstrip("\n"))
        return
    console.print()
    print_claims(console, trial)
    announce(f"\nresults in {folder}\nopen {folder / CLAIMS.file}")


if __name__ == "__main__":
    run_command(main)
