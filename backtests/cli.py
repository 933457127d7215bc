"""What the commands share: the options that describe a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from data.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from backtests.engine.config import RunConfig
    from backtests.engine.run import Run
    from data.strictness import Strictness
    from strategies.base import Params

# Options of :func:`config_options` that describe a run, named as the fields of its configuration.
RUN_OPTIONS = ("source", "extend", "start", "end", "fee_bps", "slippage_bps", "lag", "benchmark",
               "hedge", "equity", "price_only", "initial", "currency", "cash", "fx_hedge",
               "fx_hedge_equity", "fx_basis_bp", "carry_rates", "withholding", "band",
               "band_relative", "band_to", "flow", "flow_indexed", "flows", "real")  # fmt: skip

USUAL_STRATEGY = "hedge_mix"  # where a command that asks about a run is given none


def assignments(texts: Sequence[str], option: str) -> dict[str, str]:
    """Read repeated ``NAME=VALUE`` options.

    Raises
    ------
    UsageError
        For a text without ``=``, and for a name that is given twice.
    """
    read: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{option} takes NAME=VALUE, got {text!r}")
        if name.strip() in read:
            raise UsageError(f"{option} {name.strip()} is given twice; give it once")
        read[name.strip()] = value.strip()
    return read


def run_config(strategy: str, params: Params, options: Mapping[str, Any]) -> RunConfig:
    """Make the configuration of a run from the shared options.

    Raises
    ------
    HedgeError
        For an option whose value is not possible.
    """
    from backtests.engine.config import RunConfig
    from backtests.engine.flows import flows_given

    given = {name: options[name] for name in RUN_OPTIONS}
    given["flows"] = flows_given(given["flows"])
    return RunConfig.from_dict({"strategy": strategy, "params": params, **given})


def with_config(
    strategy: str | None,
    params: Params,
    options: dict[str, Any],
    path: str | None,
    where: str = "",
) -> tuple[str, Params, dict[str, Any]]:
    """Take from a configuration file what the command line does not set.

    Parameters
    ----------
    strategy, params, options
        As the command line gives them.
    path
        The file; None without one.
    where
        How it was given, for messages; ``--config`` and its path unless given.

    Raises
    ------
    UsageError
        If the file is a run of another strategy, or cannot be used.
    """
    if path is None:
        return str(strategy), params, options
    from click.core import ParameterSource

    from backtests.engine.config_file import read_config, require_its_rule

    where = where or f"--config {path}"
    table = read_config(Path(path), where)
    if strategy not in (None, table["strategy"]):
        raise UsageError(
            f"{where} is a run of {table['strategy']}, not of {strategy}; leave the name out"
        )
    require_its_rule(Path(path), str(table["strategy"]), where)
    context = click.get_current_context()
    given = {
        name
        for name in options
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    settings = {
        key: value
        for key, value in table.items()
        if key not in ("strategy", "params") and key not in given
    }
    from_file = cast("Params", table.get("params", {}))
    return str(table["strategy"]), {**from_file, **params}, {**options, **settings}


def given_params(options: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as the options of :func:`strategy_options` give them.

    Raises
    ------
    UsageError
        For a parameter that is given twice.
    """
    from strategies.base import OWN_OPTIONS

    params = assignments(options["settings"], "--set")
    for name in OWN_OPTIONS:
        if options[name] is not None:
            if name in params:
                raise UsageError(f"--{name} and --set {name}= are the same; give one")
            params[name] = options[name]
    return params


def named_strategy(strategy: str | None, file: str | None) -> str | None:
    """Name the strategy to run: the one given, or that of ``--strategy-file``.

    Raises
    ------
    UsageError
        If both are given and differ, or if the file cannot be used.
    """
    from strategies.registry import use_file

    if file is None:
        return strategy
    name = use_file(file)
    if strategy not in (None, name):
        raise UsageError(f"--strategy-file {file} is {name}, not {strategy}; leave that name out")
    return name


def strategy_file_option(*, multiple: bool = False) -> Callable[..., Any]:
    """Add the option that reads a strategy from a file outside the repository."""
    return click.option(
        "--strategy-file", metavar="FILE.py:CLASS", multiple=multiple,
        help="A strategy of your own; it runs after a proof that it does not look ahead"
             + ("; may be given several times." if multiple else "."),
    )  # fmt: skip


def strategy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that set parameters of a strategy."""
    options = (
        click.option("--weights", metavar="SPY=0.6,IEF=0.4",
                     help="Fractions of value; the rest is cash (hedge_mix)."),
        click.option("--rebalance", metavar="CALENDAR",
                     help="daily, weekly, monthly, quarterly, semiannually, annually or never "
                          "(hedge_mix)."),
        click.option("--offset", metavar="K",
                     help="Decide on the K-th session of the month, quarter, half-year or year "
                          "(1 to 15) or week (1 to 5), in place of the first."),
        click.option("--set", "settings", multiple=True, metavar="NAME=VALUE",
                     help="Set a parameter of the strategy; backtests.run --list shows them all."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def strict_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that refuse data which stand in for others, or are too old."""
    options = (
        click.option("--strict", is_flag=True,
                     help="End with exit code 3 and write nothing where other data than those "
                          "asked for would be used, or where data are too old."),
        click.option("--max-age", type=int, metavar="DAYS",
                     help="With --strict: how many days the data may end before the newest that "
                          "there could be  [default: 5 for Yahoo's, else any number]."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def strictness_of(options: Mapping[str, Any]) -> Strictness | None:
    """What ``--strict`` and ``--max-age`` refuse; None without ``--strict``.

    Raises
    ------
    UsageError
        For an age without ``--strict``, and for one that is no number of days.
    """
    if not options["strict"] and options["max_age"] is None:
        return None
    from data.strictness import read_strictness

    return read_strictness(strict=options["strict"], max_age=options["max_age"])


def config_options(command: Callable[..., Any], *, writes: bool = True) -> Callable[..., Any]:
    """Add the options that describe a run, the same for every command.

    ``writes`` for a command that writes a folder: where it does.
    """
    out = click.option("--out", default="results", show_default=True, type=click.Path(),
                       help="Folder for results.")  # fmt: skip
    alone = click.option("--standalone", is_flag=True,
                         help="Write pages that have their charts without the folder of results "
                              "around them: each 5 MB larger.")  # fmt: skip
    options = (
        click.option("--source", default="auto", show_default=True, metavar="SOURCE",
                     help="Where prices come from: auto (Yahoo, else saved or bundled prices), "
                          "yahoo, bundled or files:DIR."),
        click.option("--extend/--no-extend", default=None,
                     help="Extend each history to before its first day by its proxy, a longer "
                          "history of something similar; or none  [default: BIL and SHY of a "
                          "duration rule, by bills and bonds]."),
        click.option("--start", metavar="YYYY-MM-DD", help="First day to simulate."),
        click.option("--end", metavar="YYYY-MM-DD", help="Last day to simulate."),
        click.option("--fee-bps", type=float, default=2.0, show_default=True,
                     help="Fee in basis points of the value traded; a basis point is 0.01 "
                          "percentage points."),
        click.option("--slippage-bps", type=float, default=1.0, show_default=True,
                     help="Slippage in basis points of the price: each trade pays so much more "
                          "than the close, or gets so much less."),
        click.option("--lag", type=int, default=1, show_default=True,
                     help="Sessions from a decision to its trade; months where data are monthly."),
        click.option("--benchmark", metavar="TICKER",
                     help="Ticker to compare with  [default: SPY, else the heaviest ticker]."),
        click.option("--hedge", metavar="TICKER,...",
                     help="Tickers to judge as the hedge  [default: the known US Treasury funds]."),
        click.option("--equity", metavar="TICKER,...",
                     help="Tickers that are equity, though they would count as the hedge."),
        click.option("--price-only", metavar="TICKER,...",
                     help="Tickers whose files leave out dividends: used all the same, and said."),
        click.option("--initial", type=float, default=10_000.0, show_default=True,
                     help="Value of the portfolio at the start, in the run's currency."),
        click.option("--currency", default="USD", show_default=True, metavar="CODE",
                     help="The currency you live in: USD, JPY, EUR, GBP, CHF, AUD or CNY."),
        click.option("--cash", default="home", show_default=True, metavar="home|usd",
                     help="What cash is in another currency: home earns its short rate, usd is "
                          "dollar bills, unhedged."),
        click.option("--fx-hedge", metavar="RATIO",
                     help="Share of the hedge's dollars that is sold forward, 0 to 1, or by "
                          "ticker: IEF=1,TLT=0.5  [default: 0]."),
        click.option("--fx-hedge-equity", metavar="RATIO",
                     help="The same of the equity's dollars  [default: 0]."),
        click.option("--fx-basis-bp", type=float, metavar="BP",
                     help="What a currency hedge costs beyond the difference of interest, basis "
                          "points a year  [default: 25]."),
        click.option("--carry-rates/--no-carry-rates", default=None,
                     help="Carry the last short rates on for longer than six months; or do not  "
                          "[default]."),
        click.option("--withholding", metavar="RATE",
                     help="Tax withheld from dividends and interest: 0 to 1 of all equity's, or "
                          "by ticker, also from a day on: SPY=0.15,TLT=0.3@2025-05-01  "
                          "[default: none]."),
        click.option("--band", type=float, metavar="FRACTION",
                     help="Rebalance only when a weight is off its target by more than this "
                          "fraction of value, such as 0.05; hedge_mix then looks daily."),
        click.option("--band-relative", type=float, metavar="FRACTION",
                     help="The same as a fraction of the target: 0.25 of a weight of 0.4 is 0.1; "
                          "with --band, either suffices."),
        click.option("--band-to", metavar="target|edge",
                     help="How far: back to the target, or only to within nine tenths of the band "
                          "[default: target]."),
        click.option("--flow", metavar="AMOUNT/PERIOD",
                     help="What you pay in, or take out, every period: 500/month, -4%/year  "
                          "[default: nothing]."),
        click.option("--flow-indexed/--no-flow-indexed", default=None,
                     help="Let amounts grow with consumer prices; or do not  [default]."),
        click.option("--flows", metavar="FILE",
                     help="Dated flows instead: a file with lines of date,amount, or "
                          "2020-01-15=500,2021-01-15=-300; those of one day are added up."),
        click.option("--real/--no-real", default=False,
                     help="Everything in home purchasing power, the money of the first day; or in "
                          "money of the day  [default]."),
        *([out, alone] if writes else []),
        click.option("--debug", is_flag=True, help="Show the traceback of an error."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def config_of_run(run: str | None, options: dict[str, Any]) -> RunConfig:
    """The configuration of the run that is asked about.

    Parameters
    ----------
    run
        A strategy, the folder of a finished run, or a configuration file; None for hedge_mix.
    options
        Of the command line: they override what a file sets.

    Raises
    ------
    UsageError
        For what is none of them.
    """
    path = None if run is None else _file_of(run)
    named = run if path is None else None
    strategy = named_strategy(named, options["strategy_file"])
    if strategy is None and path is None:
        strategy = USUAL_STRATEGY
    if named is not None:
        _require_strategy(named)
    if path is None:
        return run_config(*with_config(strategy, given_params(options), options, None))

    from backtests.engine.config_file import require_kept_source

    where = str(run)
    params = given_params(options)
    config = run_config(*with_config(strategy, params, options, str(path), where))
    require_kept_source(path, config.make_strategy(), where)
    return config


def run_by_ledger(
    run: str | None, options: dict[str, Any], announce: Callable[[str], object]
) -> Run:
    """Make the run that is asked about without vectorbt: the ledger agrees with it to 1e-9.

    Parameters
    ----------
    run, options
        As for :func:`config_of_run`.
    announce
        Called with each line for the user.

    Raises
    ------
    HedgeError
        For whatever the user can correct.
    """
    strictness = strictness_of(options)
    config = config_of_run(run, options)

    from backtests.engine import ledger
    from backtests.jobs import make_run
    from data.command import progress

    if config.end is not None and options["end"] is None:
        announce(f"note: {run} ends on {config.end}; --end DAY asks about a later day")
    made = make_run(
        config,
        progress,
        announce,
        refresh=options["refresh"],
        strictness=strictness,
        engine=ledger.fill,
    )
    if (ruined := made.simulation.ruined) is not None:
        told = f"its money ran out on {ruined:%Y-%m-%d}: what follows is without cash flows"
        announce(f"note: {told}")
    return made


def _file_of(run: str) -> Path | None:
    """The configuration file of a finished run's folder, or the file itself; None for a strategy.

    Raises
    ------
    UsageError
        For a folder that is no run's, and for a file that is not there.
    """
    from backtests.report.files import CONFIG
    from strategies.registry import STRATEGIES

    if run in STRATEGIES or not run or "\0" in run:
        return None
    place = Path(run)
    try:
        is_folder, is_file = place.is_dir(), place.is_file()
    except OSError:  # a path that no system allows, such as a very long one
        return None
    if is_folder:
        if not (place / CONFIG).is_file():
            raise UsageError(
                f"{run} holds no {CONFIG}, so it is no run's folder; name a folder that "
                "backtests.run wrote, a TOML file or a strategy"
            )
        return place / CONFIG
    if is_file or run.lower().endswith(".toml"):
        return place
    return None


def _require_strategy(name: str) -> None:
    """Refuse a word that is no strategy.

    Raises
    ------
    UsageError
        Naming the nearest.
    """
    from strategies.registry import is_strategy, strategy_names

    if not is_strategy(name):
        names = strategy_names()
        raise UsageError(
            f"{name!r} is no strategy, no run's folder and no TOML file"
            f"{did_you_mean(name, names)}; strategies are {', '.join(names)}"
        )
