"""What ``backtest`` returns: a run's numbers, series, verdict, charts and folder."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from backtests.analysis import record
from backtests.analysis.numbers import PortfolioNumbers
from backtests.analysis.stress import Stress as StressRecord
from backtests.analysis.withdrawals import USUAL_RATE
from backtests.engine.config import RunConfig
from backtests.engine.run import Run as EngineRun
from backtests.engine.simulation import Simulation
from backtests.engine.summary import Latest, Summary
from backtests.engine.withdrawal_rate import require_payable
from backtests.face.door import door
from backtests.face.guard import shown
from backtests.face.plots import RunPlots
from backtests.face.stress import Stress
from backtests.face.withdrawals import Withdrawals
from backtests.jobs import publish, stressed, with_withdrawals
from backtests.report import notebook
from backtests.report.folder import require_writable
from data.errors import UsageError
from data.market import Market
from data.records import fields_of

if TYPE_CHECKING:
    import pandas as pd


class NoVerdictError(UsageError, AttributeError):
    """A run was made without its verdict: to Python an attribute that does not exist.

    So ``hasattr(run, "verdict")`` is False, and listing all members does not fail.
    """


class Verdict(record.Verdict):
    """A verdict that shows itself: ``.word`` and every figure behind it.

    Its fields are those of :class:`backtests.analysis.record.Verdict`.
    """

    def __repr__(self) -> str:
        return notebook.verdict_text(self)

    def _repr_html_(self) -> str:
        return notebook.verdict_html(self)


@dataclass(frozen=True, eq=False)
class Benchmark:
    """100 % of a ticker, over the same sessions and at the same costs."""

    ticker: str
    metrics: PortfolioNumbers = field(repr=False)
    _simulation: Simulation = field(repr=False)

    @property
    def nav(self) -> pd.Series:
        """Value at the close of each session, in currency."""
        return self._simulation.nav.copy()

    @property
    def weights(self) -> pd.DataFrame:
        """Sessions x columns, fractions of value at the close; ``CASH`` is last."""
        return self._simulation.weights.copy()

    @property
    def orders(self) -> pd.DataFrame:
        """A row for each order, as :attr:`Run.orders`."""
        return self._simulation.orders.copy()


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A finished run: the numbers of the command line, as records and pandas objects.

    Its series and tables are copies: changing them does not change the run.

    Attributes
    ----------
    record
        The run as the rest of the program knows it.
    """

    record: EngineRun

    @property
    def name(self) -> str:
        """Name of its folder: the strategy, and a hash of everything that determines the run."""
        return self.record.name

    @property
    def config(self) -> RunConfig:
        """What was asked for."""
        return self.record.config

    @property
    def market(self) -> Market:
        """The data it ran on, up to its last session."""
        return self.record.market

    @property
    def summary(self) -> Summary:
        """All headline numbers, as ``summary.json`` holds them."""
        return self.record.summary

    @property
    def metrics(self) -> PortfolioNumbers:
        """Numbers of the portfolio: ``.cagr``, ``.max_drawdown``, ... as fractions."""
        return self.summary.metrics

    @property
    def benchmark(self) -> Benchmark:
        """The benchmark: ``.ticker``, ``.metrics``, ``.nav``, ``.weights``, ``.orders``."""
        summary = self.summary.benchmark
        return Benchmark(summary.ticker, summary.metrics, self.record.benchmark)

    @property
    def nav(self) -> pd.Series:
        """Value of the portfolio at the close of each session, after its orders, in currency."""
        return self.record.simulation.nav.copy()

    @property
    def returns(self) -> pd.Series:
        """Simple returns of the portfolio, fractions: one for each session but the first."""
        return self.record.simulation.nav.pct_change().iloc[1:]

    @property
    def weights(self) -> pd.DataFrame:
        """Sessions x columns held at the close, fractions of value; ``CASH`` is last."""
        return self.record.simulation.weights.copy()

    @property
    def decisions(self) -> pd.DataFrame:
        """Decision sessions x columns: target weights; each trades ``lag`` sessions later."""
        return self.record.simulation.decisions.copy()

    @property
    def orders(self) -> pd.DataFrame:
        """A row for each order: ``date, ticker, side, units, price, value, fee, slippage``."""
        return self.record.simulation.orders.copy()

    @property
    def switches(self) -> pd.DataFrame | None:
        """Of a duration rule: a row for each switch, as ``switches.csv``; else None."""
        return None if self.record.sleeve is None else self.record.sleeve.switches.copy()

    @property
    def attribution(self) -> pd.DataFrame | None:
        """Of a duration rule: where its profit came from, as ``attribution.csv``; else None."""
        return None if self.record.sleeve is None else self.record.sleeve.attribution.copy()

    @property
    def verdict(self) -> Verdict:
        """Whether the Treasuries hedged: ``.word``, and every figure behind it.

        Raises
        ------
        NoVerdictError
            For a run made with ``no_verdict=True``: a UsageError, and an AttributeError.
        """
        if self.record.verdict is None:
            raise NoVerdictError(
                f"this run of {self.config.strategy} has no verdict, as asked for; "
                "leave out no_verdict=True"
            )
        return Verdict(**fields_of(self.record.verdict))

    @property
    def latest(self) -> Latest:
        """What the rule says on the last session: decided, held, pending."""
        return self.summary.latest

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the data, a sentence each; a command prints the same."""
        market = self.market
        remark = (market.origin.remark,) if market.origin.remark else ()
        return (*remark, *market.remarks, *market.notes)

    @property
    def plot(self) -> RunPlots:
        """The charts as plotly figures: ``.plot.growth()``, ``.plot.drawdown()``, ..."""
        return RunPlots(self.record)

    @property
    def stress(self) -> Stress:
        """What shocks would do to what is held on the last session, at the yields of that day.

        Raises
        ------
        UsageError
            Where that cannot be told, such as of a fund of stripped bonds.
        """
        made = self.record.stress
        if made is None:
            made = stressed(self.record).stress
        if not isinstance(made, StressRecord):
            raise UsageError(str(made))
        return Stress(**fields_of(made))

    @door
    def withdrawals(self, rate: float | str = USUAL_RATE, *, quiet: bool = False) -> Withdrawals:
        """How long money lasted that is taken out of this mix, from every start month.

        Beside it 100 % equity, and equity with bills at the same weight; on the bundled months
        since 1962 where these know the tickers. It takes some seconds.

        Parameters
        ----------
        rate
            What is taken out, a fraction of the wealth at the start a year (``0.04``, ``"4%"``):
            in monthly payments that grow with consumer prices.
        quiet
            Do not show long steps.

        Raises
        ------
        UsageError
            For a history of less than ten years, or without consumer prices.
        """
        asked = require_payable(self.record.config, rate)
        made = with_withdrawals(self.record, asked, shown(quiet=quiet))
        return Withdrawals(**fields_of(made.withdrawals))

    @door
    def save(
        self,
        out: str | os.PathLike[str] = "results",
        *,
        no_tearsheet: bool = False,
        standalone: bool = False,
        withdrawals: float | str | None = None,
        quiet: bool = False,
    ) -> Path:
        """Write the folder that the command writes, byte for byte, and return its path.

        Parameters
        ----------
        out
            The results folder; the run's own is made in it.
        no_tearsheet
            Leave out quantstats' tear sheet, which takes two seconds.
        standalone
            Write pages that have their charts without the folder of results around them.
        withdrawals
            Also write how long money lasted of which so much a year is taken out, as
            :meth:`withdrawals`.
        quiet
            Do not show long steps.

        Raises
        ------
        OutputError
            If it cannot be written; whatever stood there before is untouched.
        """
        place = Path(out)
        require_writable(place)
        record = self.record
        if withdrawals is not None:
            rate = require_payable(record.config, withdrawals)
            record = with_withdrawals(record, rate, shown(quiet=quiet))
        return publish(
            record,
            place,
            shown(quiet=quiet),
            with_tearsheet=not no_tearsheet,
            standalone=standalone,
        )

    def __repr__(self) -> str:
        return notebook.run_text(self.record)

    def _repr_html_(self) -> str:
        return notebook.run_html(self.record)
