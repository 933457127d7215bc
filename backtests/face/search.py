"""``search``: find the best weights or parameters, and how far to trust them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from backtests.analysis.objective import read_objective
from backtests.analysis.reliability import Reliability
from backtests.engine.cluster import local_processes
from backtests.engine.config import RunConfig
from backtests.engine.space import search_space
from backtests.engine.tuned import Judged, Tuned
from backtests.face.door import NOT_GIVEN, NotGiven, door, given
from backtests.face.guard import shown, warn_of
from backtests.face.options import Chosen, Day, Options, described
from backtests.face.plots import SearchPlots
from backtests.face.run import Run
from backtests.report import notebook
from backtests.report.folder import require_writable
from backtests.report.tuning import advice, sentences
from backtests.tuning import Interrupted, prepare_search, tune
from data.command import steps
from data.errors import UsageError
from data.strictness import read_strictness
from strategies.base import Params, Strategy, Value

if TYPE_CHECKING:
    import pandas as pd

Values = str | Value | Sequence[Value]


@dataclass(frozen=True, eq=False, repr=False)
class SearchResult:
    """A finished search: its choice, and how far to trust that.

    Attributes
    ----------
    record
        The search as the rest of the program knows it.
    folder
        The folder, written as by the command.
    """

    record: Tuned
    folder: Path

    @property
    def best(self) -> RunConfig:
        """The middle of the widest good region, as a run: ``backtest(result.best)`` makes it."""
        return self.record.best

    @property
    def no_recommendation(self) -> str:
        """Why ``best`` is no recommendation; empty where it is one: a lead beyond noise."""
        return advice.no_recommendation(self.record)

    @property
    def params(self) -> Params:
        """Its parameters."""
        return self.record.best.params

    @property
    def headline(self) -> str:
        """The answer in one line."""
        return advice.headline(self.record)

    @property
    def sentences(self) -> tuple[str, str, str]:
        """What to hold, how certain that is, and what tuning would have earned."""
        return sentences.sentences(self.record)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each candidate: the searched values, and its metrics."""
        import numpy as np
        import pandas as pd

        metrics = self.record.metrics
        values = self.record.space.table(np.arange(len(metrics)))
        return pd.concat([values, metrics.set_axis(values.index)], axis=1)

    @property
    def portfolios(self) -> pd.DataFrame:
        """Metrics of the choice, the best cell, the default and equity."""
        import pandas as pd

        return pd.DataFrame({each.name: each.metrics for each in self.record.portfolios})

    @property
    def judged(self) -> Mapping[str, Judged]:
        """Whether the choice and the default hedge, by name: ``.word`` and ``.evidence``."""
        return self.record.judged

    @property
    def reliability(self) -> Reliability:
        """The statistics that say how much of its lead over the default is luck.

        Among them the deflated Sharpe ratio: the chance that the Sharpe ratio is above what the
        best of so many tries would show by luck.
        """
        return self.record.reliability

    @property
    def trials(self) -> int:
        """Number of all trials ever made on this market, those of this search included."""
        return self.record.trials

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the data."""
        market = self.record.market
        return (*market.remarks, *market.notes)

    @property
    def plot(self) -> SearchPlots:
        """The charts as plotly figures: ``.plot.frontier()``, ``.plot.map()``, ..."""
        return SearchPlots(self.record)

    def __repr__(self) -> str:
        return notebook.search_text(self.record)

    def _repr_html_(self) -> str:
        return notebook.search_html(self.record)


@door
def search(
    strategy: Chosen = None,
    *,
    assets: Sequence[str] | str | None = None,
    step: float | None = None,
    grid: Mapping[str, Values] | None = None,
    maximise: str = "cagr",
    subject_to: Sequence[str] | str = (),
    scheduler: str | None = None,
    out: str | os.PathLike[str] = "results",
    strategy_file: str | os.PathLike[str] | None = None,
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
    flows: Mapping[str, float] | pd.Series | str | None = None,
    real: bool | None = None,
    prices: pd.DataFrame | NotGiven = NOT_GIVEN,
    bills: pd.Series | NotGiven = NOT_GIVEN,
    refresh: bool = False,
    strict: bool = False,
    max_age: int | None = None,
    standalone: bool = False,
    quiet: bool = False,
    **params: Value,
) -> SearchResult:
    """Search weights or parameters for the best ones, and say which to trust.

    Like the command, it saves its scores under ``out`` while it works (the same call continues an
    interrupted search), counts its trials in the log there, and writes the folder of the result.

    Parameters
    ----------
    strategy
        A registered name, or a :class:`~strategies.base.Strategy` object or class with declared
        parameters: the default, which the result has to beat.
    assets, step
        Every mix of these tickers and cash, with weights in such steps (``hedge_mix``).
    grid
        Values by parameter: a list, a single value, or text as ``"0.4:0.8:0.1"``. In another
        currency also by ``fx_hedge`` and ``fx_hedge_equity``, what of the dollar is sold forward.
        Of bands by ``band``, ``band_relative`` and ``band_to``: ``hedge_mix`` then decides daily
        unless ``rebalance`` is given or searched; the default to beat has no band.
    maximise
        ``cagr``, ``sharpe``, ``sortino`` or ``calmar``.
    subject_to
        Limits, for example ``"volatility<0.1"``; for ``cagr`` ``"max_drawdown>-0.25"`` unless
        given.
    scheduler
        Score on a Dask cluster: ``tcp://host:port`` or ``local:N``.
    out, standalone
        The results folder; whether the page in it has its charts without any other file.
    strategy_file, weights, rebalance, offset, set, source, extend, start, end, fee_bps,\
 slippage_bps, lag, benchmark, hedge, equity, price_only, initial, currency, cash, fx_hedge,\
 fx_hedge_equity, fx_basis_bp, carry_rates, withholding, band, band_relative, band_to, flow,\
 flow_indexed, flows, real, prices, bills, refresh, strict, max_age, quiet
        As for :func:`backtests.backtest`.
    params
        Parameters of the default.

    Returns
    -------
    SearchResult
        ``.best``, ``.table``, ``.portfolios``, ``.plot``; it shows itself in a notebook.

    Raises
    ------
    HedgeError
        For whatever the user can correct, in one line.
    KeyboardInterrupt
        If it is stopped; the same call continues it.
    """
    strictness = read_strictness(strict=strict, max_age=max_age)
    options = Options(
        search, strategy_file=strategy_file, weights=weights, rebalance=rebalance, offset=offset,
        set=set, source=source, extend=extend, start=start, end=end, fee_bps=fee_bps,
        slippage_bps=slippage_bps, lag=lag, benchmark=benchmark, hedge=hedge, equity=equity,
        price_only=price_only, initial=initial, currency=currency, cash=cash,
        fx_hedge=fx_hedge, fx_hedge_equity=fx_hedge_equity,
        fx_basis_bp=fx_basis_bp, carry_rates=carry_rates, withholding=withholding,
        band=band, band_relative=band_relative, band_to=band_to, flow=flow,
        flow_indexed=flow_indexed, flows=flows, real=real,
        prices=given(prices), bills=given(bills), params=params,
    )  # fmt: skip
    if callable(strategy) and not isinstance(strategy, type | Strategy):
        raise UsageError(
            "a function has no parameters to search; make it a Strategy whose parameters are "
            "declared by parameter()"
        )
    wanted = described(strategy, options)
    # The door has read lists as tuples, and the values of a grid as text.
    axes = cast("Mapping[str, str]", grid or {})
    for name in axes:
        if name in wanted.given or name in options.run:
            raise UsageError(f"grid= searches {name}, which is given as well; leave one out")
    made = isinstance(strategy, Strategy | RunConfig | Run)  # then all of its parameters are given
    names = wanted.config.params if made else wanted.given
    space = search_space(wanted.config, assets, step, axes, list(names))
    objective = read_objective(maximise, subject_to)
    if scheduler is not None:
        local_processes(scheduler)  # refuse a wrong one now, not after loading everything
    place = Path(out)
    require_writable(place)
    prepared = prepare_search(
        wanted.config,
        space,
        objective,
        shown(quiet=quiet),
        refresh=refresh,
        load=wanted.load,
        strictness=strictness,
    )
    warn_of(prepared.market)
    try:
        tuned, folder = tune(
            prepared,
            place,
            scheduler=scheduler,
            progress=shown(quiet=quiet),
            steps=None if quiet else steps,
            standalone=standalone,
        )
    except Interrupted as stopped:
        raise KeyboardInterrupt(
            f"stopped after {stopped.done:,} of {stopped.total:,} candidates; their scores are "
            "kept, and the same call goes on from there"
        ) from None
    return SearchResult(tuned, folder)
