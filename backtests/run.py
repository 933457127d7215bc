"""``python -m backtests.run STRATEGY``: one backtest, from prices to a tear sheet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from backtests.cli import config_options, given_params, run_config, strategy_options
from data.command import CONTEXT, make_console, progress, run_command
from data.errors import UsageError

if TYPE_CHECKING:
    from strategies.base import Params


@click.command(context_settings=CONTEXT)
@click.argument("strategy", required=False)
@strategy_options
@config_options
@click.option("--config", metavar="FILE",
              help="A run as a TOML file; options given beside it go before.")  # fmt: skip
@click.option("--no-tearsheet", is_flag=True, help="Leave the tear sheet out.")
@click.option("--no-verdict", is_flag=True, help="Leave the verdict out.")
@click.option("--refresh", is_flag=True, help="Fetch prices again, even if fresh ones are kept.")
@click.option("--json", "as_json", is_flag=True, help="Print summary.json and nothing else.")
@click.option("--list", "listing", is_flag=True, help="List strategies and their parameters.")
def main(strategy: str | None, **options: Any) -> None:
    """Backtest STRATEGY and write its tear sheet and numbers to a folder under results/."""
    if options["listing"]:
        click.echo(listing())
        return
    if strategy is None and options["config"] is None:
        raise UsageError("which strategy? for example: python -m backtests.run hedge_mix (--list)")
    run(strategy, **options)


def run(strategy: str | None, **options: Any) -> None:
    """Execute one run and show it."""
    from backtests.report.files import SUMMARY
    from backtests.report.folder import require_writable

    params = given_params(options)
    config = run_config(*with_config(strategy, params, options))
    out = Path(options["out"])
    require_writable(out)

    from backtests.jobs import execute, publish
    from backtests.report.console import print_run

    console = make_console(stderr=options["as_json"])
    announce = partial(console.print, soft_wrap=True)
    result = execute(
        config,
        progress,
        announce,
        refresh=options["refresh"],
        with_verdict=not options["no_verdict"],
    )
    folder = publish(result, out, progress, with_tearsheet=not options["no_tearsheet"])
    if options["as_json"]:
        click.echo((folder / SUMMARY).read_text(encoding="utf-8"), nl=False)
    else:
        print_run(console, result, folder)


def with_config(
    strategy: str | None, params: Params, options: dict[str, Any]
) -> tuple[str, Params, dict[str, Any]]:
    """Fill what the command line leaves open from ``--config``.

    Raises
    ------
    UsageError
        If the file is another strategy's, or cannot be used.
    """
    if options["config"] is None:
        return str(strategy), params, options
    from click.core import ParameterSource

    from backtests.engine.config_file import read_config

    table = read_config(Path(options["config"]))
    if strategy not in (None, table["strategy"]):
        raise UsageError(
            f"--config {options['config']} is a run of {table['strategy']}, not of {strategy}; "
            "leave the name out"
        )
    context = click.get_current_context()
    given = {
        name
        for name in options
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    kept = {
        key: value
        for key, value in table.items()
        if key not in ("strategy", "params") and key not in given
    }
    from_file = cast("Params", table.get("params", {}))
    return str(table["strategy"]), {**from_file, **params}, {**options, **kept}


def listing() -> str:
    """Every strategy with its parameters, units, ranges, defaults and what it does."""
    from strategies.registry import STRATEGIES, strategy_class

    lines: list[str] = []
    for name in STRATEGIES:
        kind = strategy_class(name)
        lines += [f"{name}: {kind.summary()}"]
        for known in kind.parameters():
            default = known.default
            if isinstance(default, Mapping):
                default = ",".join(f"{ticker}={weight:g}" for ticker, weight in default.items())
            range_ = f"; {known.range}" if known.range else ""
            lines += [f"  {known.name} = {default}  ({known.unit}{range_})  {known.doc}"]
    return "\n".join(lines)


if __name__ == "__main__":
    run_command(main)
