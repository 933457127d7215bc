"""``backtest``: one run, from a strategy and prices to numbers and a verdict."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backtests.face.door import NOT_GIVEN, NotGiven, door, given
from backtests.face.guard import shown, warn_of
from backtests.face.options import Chosen, Day, Options, described
from backtests.face.run import Run
from backtests.jobs import execute
from data.market import Market
from data.strictness import read_strictness
from strategies.base import Value

if TYPE_CHECKING:
    import pandas as pd


@door
def backtest(
    strategy: Chosen = None,
    *,
    tickers: Sequence[str] | str | None = None,
    needs: Sequence[str] | str | None = None,
    prices: pd.DataFrame | NotGiven = NOT_GIVEN,
    bills: pd.Series | NotGiven = NOT_GIVEN,
    strategy_file: str | os.PathLike[str] | None = None,
    config: str | os.PathLike[str] | None = None,
    weights: Mapping[str, float] | pd.Series | str | None = None,
    rebalance: str | None = None,
    offset: int | None = None,
    set: Mapping[str, Value] | None = None,
    source: str | os.PathLike[str] | None = None,
    extend: bool | None = None,
    start: Day = None,
    end: Day = None,
    fee_bps: float | None = None,
    slippage_bps: float | None = None,
    lag: int | None = None,
    benchmark: str | None = None,
    hedge: Sequence[str] | str | None = None,
    equity: Sequence[str] | str | None = None,
    price_only: Sequence[str] | str | None = None,
    initial: float | None = None,
    currency: str | None = None,
    cash: str | None = None,
    fx_hedge: float | Mapping[str, float] | pd.Series | str | None = None,
    fx_hedge_equity: float | Mapping[str, float] | pd.Series | str | None = None,
    fx_basis_bp: float | None = None,
    carry_rates: bool | None = None,
    withholding: float | Mapping[str, float | str] | pd.Series | str | None = None,
    band: float | None = None,
    band_relative: float | None = None,
    band_to: str | None = None,
    flow: str | None = None,
    flow_indexed: bool | None = None,
    flows: Mapping[Any, float]
    | Sequence[tuple[Any, float]]
    | pd.Series
    | str
    | os.PathLike[str]
    | None = None,
    real: bool | None = None,
    no_verdict: bool = False,
    refresh: bool = False,
    strict: bool = False,
    max_age: int | None = None,
    quiet: bool = False,
    **params: Value,
) -> Run:
    """Backtest a strategy, as ``python -m backtests.run`` does, and return the run.

    Parameters
    ----------
    strategy
        A registered name (``"hedge_mix"``); a :class:`~strategies.base.Strategy` object or class;
        a function that takes a :class:`~data.market.Market` and returns a frame of decisions
        (sessions x tickers, fractions of value, the rest is cash) or a dict for a static mix,
        brought back every month; or a :class:`~backtests.engine.config.RunConfig`, or a run
        made before.
    tickers, needs
        Of a function: the tickers it may hold (all columns of ``prices`` unless given), and the
        series it needs beside prices and cash: ``yields``, ``policy_rate``, ``usd``, ``cpi``.
    prices
        Total-return levels, daily or monthly rows x tickers, in place of ``source``.
    bills
        Total-return levels of Treasury bills on the rows of ``prices``: what cash earns.
    strategy_file
        ``"my_rule.py:MyRule"``: a strategy from a file.
    config
        A run's configuration as a TOML file; options given beside it override it.
    weights, rebalance
        Of ``hedge_mix``: fractions of value by ticker, and the calendar.
    offset
        Of a strategy with a calendar: on which session of its period it decides, from 1.
    set
        Any declared parameters by name; they can be given as arguments too.
    source
        ``"auto"`` unless given; ``"yahoo"``, ``"bundled"`` or ``"files:DIR"``.
    extend
        True: extend each history to before its first day by its proxies; False: none; unless
        given: BIL and SHY of a duration rule.
    start, end
        First and last day to simulate, a date or ``YYYY-MM-DD``.
    fee_bps, slippage_bps
        Basis points (0.01 percentage points) of the value traded, 2 unless given, and of the
        price, 1.
    lag
        Sessions from a decision to its trade; 1 unless given.
    benchmark
        A ticker; unless given SPY where the source has it, else the ticker with the largest
        weight, of a function its first.
    hedge, equity
        Tickers to judge as the hedge, in place of the known US Treasury funds, and tickers that
        are equity, though they would count as the hedge.
    price_only
        Tickers of a folder or of ``prices`` that are prices without their dividends: used all the
        same, and said.
    initial
        Value at the start in the run's currency; 10,000 unless given.
    currency
        The one you live in: ``"USD"`` unless given, ``"JPY"``, ``"EUR"``, ``"GBP"``, ``"CHF"``,
        ``"AUD"`` or ``"CNY"``. Prices, value, orders, benchmark and verdict are in it. Of every
        source; of a folder and daily prices, with rates of exchange in it; of ``prices``, with
        monthly rows.
    cash
        In another currency than dollars: ``"home"`` unless given, which earns its short rate, or
        ``"usd"``, dollar bills unhedged.
    fx_hedge, fx_hedge_equity
        Share of the dollars in the hedge, and in the equity, that is sold forward: 0 to 1, or
        by ticker as ``{"IEF": 1, "TLT": 0.5}``; 0 unless given.
    fx_basis_bp
        What that costs beyond the difference of interest, basis points a year; 25 unless given.
    carry_rates
        Carry the last short rates on for longer than six months.
    withholding
        Tax withheld from dividends and interest: 0 to 1 of all equity's, or by ticker as
        ``{"SPY": 0.15}`` or ``"SPY=0.15,TLT=0.3@2025-05-01"``, from a day on; nothing unless
        given. Refused where a source does not know what a ticker pays.
    band, band_relative
        Drop a decision unless a weight is off its target by more than this: a fraction of value,
        and of the target; no band unless given. hedge_mix then decides daily unless ``rebalance``
        is given.
    band_to
        How far a decision goes that a band lets through: to its ``target``, or to the ``edge``.
    flow
        Money paid in, or out, every period: ``500/month``, ``-4%/year``.
    flow_indexed
        Whether it grows with consumer prices.
    flows
        Dated amounts instead: by day, pairs, a Series, ``2020-01-15=500,2021-01-15=-300``, or the
        path of a file with lines of ``date,amount``. Those of one day are added up.
    real
        Everything in home purchasing power, the money of the run's first row.
    no_verdict
        Do not judge the hedge, which saves a second or two.
    refresh
        Fetch prices again, even where recent ones are saved.
    strict
        Raise a :class:`~data.errors.StrictError` where other data than those asked for would be
        used, or where data are too old.
    max_age
        With ``strict``: how many days the data may end before the newest that there could be; 5
        for Yahoo's unless given, else any number.
    quiet
        Do not show long steps.
    params
        Parameters of the strategy: ``backtest("attack_defend", step_bp=25)``.

    Returns
    -------
    Run
        ``.metrics``, ``.nav``, ``.verdict``, ``.plot``, ``.save()``; it shows itself in a notebook.

    Raises
    ------
    HedgeError
        For whatever the user can correct, in one line; a rule that looks ahead is a
        ``PeekingError``, one that answers by chance a ``NotDeterministicError``.

    Warns
    -----
    HedgeWarning
        Where other data replace those asked for, or data look wrong.
    """
    strictness = read_strictness(strict=strict, max_age=max_age)
    wanted = described(
        strategy,
        Options(
            backtest, strategy_file=strategy_file, config=config, tickers=tickers, needs=needs,
            weights=weights, rebalance=rebalance, offset=offset, set=set, source=source,
            extend=extend, start=start, end=end, fee_bps=fee_bps,
            slippage_bps=slippage_bps, lag=lag, benchmark=benchmark, hedge=hedge,
            equity=equity, price_only=price_only,
            initial=initial, currency=currency, cash=cash, fx_hedge=fx_hedge,
            fx_hedge_equity=fx_hedge_equity, fx_basis_bp=fx_basis_bp,
            carry_rates=carry_rates, withholding=withholding, band=band,
            band_relative=band_relative, band_to=band_to, flow=flow, flow_indexed=flow_indexed,
            flows=flows, real=real, prices=given(prices),
            bills=given(bills), params=params,
        ),
    )  # fmt: skip

    def load(*arguments: Any, **options: Any) -> Market:
        market = wanted.load(*arguments, **options)
        warn_of(market)
        return market

    return Run(
        execute(
            wanted.config,
            shown(quiet=quiet),
            refresh=refresh,
            with_verdict=not no_verdict,
            load=load,
            strictness=strictness,
        )
    )
