"""``python -m backtests.tune STRATEGY``: search weights or parameters, and say which to trust."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backtests.cli import (
    assignments,
    config_options,
    given_params,
    named_strategy,
    run_config,
    strategy_file_option,
    strategy_options,
    strict_options,
    strictness_of,
)
from data.command import CONTEXT, make_console, progress, run_command, steps
from data.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from backtests.engine.space import Space
    from backtests.engine.tuned import Tuned
    from backtests.tuning import Interrupted


@click.command(context_settings=CONTEXT)
@click.argument("strategy", required=False)
@strategy_file_option()
@click.option("--assets", metavar="SPY,SHY,IEF,TLT",
              help="Search every mix of these and cash (hedge_mix).")  # fmt: skip
@click.option("--step", type=float, default=None,
              help="Step between two weights, a fraction  [default: 0.05].")  # fmt: skip
@click.option("--grid", "grids", multiple=True, metavar="NAME=VALUES",
              help="Search a parameter: step_bp=25,50 or equity_weight=0.4:0.8:0.1; in another "
                   "currency also fx_hedge=0:1:0.1 and fx_hedge_equity. Bands too: "
                   "band=0,0.02,0.05, band_relative and band_to.")  # fmt: skip
@strategy_options
@click.option("--maximise", default="cagr", show_default=True, metavar="METRIC",
              help="cagr (growth a year), sharpe, sortino or calmar.")  # fmt: skip
@click.option("--subject-to", "limits", multiple=True, metavar="LIMIT",
              help='A limit to keep, for example "volatility<0.1"; may be given several times  '
                   '[default: "max_drawdown>-0.25" for cagr].')  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS",
              help="Score on a Dask cluster: tcp://host:port or local:N.")  # fmt: skip
@click.option("--refresh", is_flag=True,
              help="Fetch prices again, even if recent ones are saved.")  # fmt: skip
@config_options
@strict_options
def main(strategy: str | None, **options: Any) -> None:
    """Search the weights or parameters of STRATEGY for the best ones, and say which to trust.

    --weights, --rebalance and --set describe the default portfolio, which the result has to beat,
    and set whatever is not searched. The result is the middle of the widest good region, not the
    luckiest candidate. Beside it stand statistics that say how much of its lead is luck, such as
    the deflated Sharpe ratio: the chance that the Sharpe ratio is above what the best of so many
    tries would show by luck.
    """
    from backtests.report.folder import require_writable

    strategy = named_strategy(strategy, options["strategy_file"])
    if strategy is None:
        raise UsageError("which strategy? for example: python -m backtests.tune hedge_mix")
    strictness = strictness_of(options)
    params = given_params(options)
    config = run_config(strategy, params, options)

    from backtests.engine.money import option
    from backtests.engine.settings import SETTINGS
    from backtests.engine.space import search_space

    grid = assignments(options["grids"], "--grid")
    for name in grid:
        if name in params:
            raise UsageError(f"--grid {name} searches what --set gives; leave one out")
        if options.get(name) is not None and name in SETTINGS:
            raise UsageError(f"--grid {name} searches what {option(name)} gives; leave one out")

    from backtests.analysis.objective import read_objective

    assets = None if options["assets"] is None else options["assets"].split(",")
    space = search_space(config, assets, options["step"], grid, list(params))
    objective = read_objective(options["maximise"], options["limits"])
    out = Path(options["out"])
    require_writable(out)
    console = make_console()
    say = partial(console.print, soft_wrap=True)
    say(f"{len(space):,} candidates over {', '.join(space.axes)}; maximised: {objective}")
    if space.left_out.count:
        say(f"note: {space.left_out.count:,} combinations are left out: {space.left_out.why}")

    with progress("loading the search engine"):
        from backtests.tuning import Interrupted, prepare_search, tune

    search = prepare_search(
        config,
        space,
        objective,
        progress,
        say,
        refresh=options["refresh"],
        strictness=strictness,
    )
    try:
        tuned, folder = tune(
            search,
            out,
            scheduler=options["scheduler"],
            progress=progress,
            steps=steps,
            standalone=options["standalone"],
        )
    except Interrupted as stopped:
        print_interrupted(console, stopped, space)
        raise click.Abort from None
    print_tuned(console, tuned, folder)


def print_interrupted(console: Console, stopped: Interrupted, space: Space) -> None:
    """Print what is done, what is best so far, and how to continue."""
    from rich.text import Text

    from backtests.engine.tuned import params_text
    from backtests.report.text import percent

    console.print(
        Text(
            f"stopped after {stopped.done:,} of {stopped.total:,} candidates; their scores are "
            "kept, and the same command goes on from there"
        )
    )
    if (best := stopped.best) is not None:
        console.print(
            Text(
                f"best so far: {params_text(best.params, space)}, CAGR {percent(best.cagr)}, "
                f"max drawdown {percent(best.max_drawdown)}; not examined: it may be luck"
            )
        )


def print_tuned(console: Console, tuned: Tuned, folder: Path) -> None:
    """Print the portfolios, the answer and where the results are."""
    import math

    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from backtests.report.tuning.advice import chip, headline
    from backtests.report.tuning.sentences import sentences
    from backtests.report.tuning.words import (
        cash_of,
        hedge_lead,
        hedge_lines,
        ruined_line,
        run_command_of,
        shown_of,
    )
    from backtests.report.verdict.payoffs import payoff_note

    sessions = tuned.sessions
    table = Table(
        title=f"{tuned.space.strategy}, {sessions[0]:%Y-%m-%d} to {sessions[-1]:%Y-%m-%d}, "
        "after costs",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    table.add_column("")
    portfolios = tuned.portfolios
    for portfolio in portfolios:
        table.add_column(portfolio.name, justify="right")
    for key, (label, show) in shown_of(tuned).items():
        values = [float(portfolio.metrics[key]) for portfolio in portfolios]
        table.add_row(label, *(show(value if math.isfinite(value) else None) for value in values))
    console.print()
    console.print(table)
    for portfolio in portfolios:
        console.print(Text(f"{portfolio.name}: {portfolio.holds}"), soft_wrap=True)
    console.print()
    console.print(Text(f"{headline(tuned)}."))
    console.print(Text(f"  {chip(tuned)[0]}."))
    for sentence in sentences(tuned):
        console.print(Text(f"  {sentence}"))
    if ruined := ruined_line(tuned):
        console.print(Text(f"  {ruined}."))
    console.print()
    for name, line in hedge_lines(tuned):
        console.print(Text(f"{hedge_lead(name)} {line}"))
    if any(each.evidence for each in tuned.judged.values()):
        console.print(Text(payoff_note(cash=cash_of(tuned))))
    console.print()
    console.print(Text(f"results in {folder}"), soft_wrap=True)
    console.print(Text(f"open {folder / 'index.html'}"), soft_wrap=True)
    if not tuned.recommends:
        console.print(Text("no recommendation, but it runs as it is:"))
    console.print(Text(f"run  {run_command_of(tuned, folder)}"), soft_wrap=True)


if __name__ == "__main__":
    import signal

    # SIGTERM saves and counts what was tried, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run_command(main)
