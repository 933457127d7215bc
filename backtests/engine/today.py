"""The state of the hedge on the last session of a run's data, and base rates of such months."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from backtests.analysis.base_rates import DOLLAR_EQUITY, Past, base_rates, block_of
from backtests.analysis.hedge_state import BaseRate, HedgeState, Indicator
from backtests.analysis.indicators import newest_figure, tracks
from backtests.analysis.months import month_ends
from backtests.analysis.regimes import stock_bond_correlation
from backtests.engine import ledger
from backtests.engine.long_view import LongRun
from backtests.engine.references import make_sides
from backtests.engine.run import Run
from backtests.engine.simulation import Simulation
from backtests.engine.stock_bond import bond_of, seven_to_ten_years
from data import bundled
from data.background import background, background_by_the_end, is_month_over
from data.market import CASH, Market
from data.records import ten_digits

EQUITY, HEDGE = "SPY", "IEF"  # what base rates are about where the run's own months are too few


def state_of(run: Run, market: Market, simulation: Simulation, long: LongRun | str) -> HedgeState:
    """The state of the hedge on the last session of a finished run's data.

    Parameters
    ----------
    run
        The run.
    market, simulation
        Those that are judged: :func:`backtests.engine.judge.judged_on`.
    long
        The run's strategy on the bundled months, if it can be simulated there.
    """
    sides = make_sides(
        market,
        run.config.make_strategy(),
        simulation,
        run.summary.benchmark.ticker,
        roles=run.config.roles,
        engine=ledger.fill,
    )
    past = past_of(long)
    # Today's correlation and that of the base rates must be of the same kind of bond.
    is_stand_in = bool(past.stand_in)
    bond = seven_to_ten_years(market.in_dollars) if is_stand_in else bond_of(market, sides)[1]
    return state_today(market, sides.dollar_legs.equity, bond, past)


def state_today(
    market: Market, equity_leg: pd.Series, bond: pd.Series, past: Past | None = None
) -> HedgeState:
    """Each indicator on the last session of a market, and base rates of both its states.

    Parameters
    ----------
    market
        Cut to the end of what is reported. What it lacks is taken from the bundled table.
    equity_leg
        Levels of the equity alone in dollars, from as early as there are prices to the market's
        end.
    bond
        Month-end returns of the bond whose correlation with it tells states apart.
    past
        The months that base rates are about; SPY with IEF on the bundled months unless given.
        Those after the market's last session are left out.

    Returns
    -------
    HedgeState
        Every number to ten significant digits.
    """
    month = market.sessions[-1].to_period("M")
    whole = month if is_month_over(market) else month - 1
    # Medians of the same span as those of the base rates: some sources have prices since 1947.
    first = min(bundled.table().index[0], month)
    today = tracks(background_by_the_end(market).loc[first:], _correlation(equity_leg, bond))
    months = _until(past or bundled_past(), whole)
    rates = _rates_of(months)
    indicators = []
    for key, track in today.items():
        # A yield is known on every session; what needs a whole month waits for its end.
        due = month if key in ("yield", "slope") else whole
        figure = newest_figure(track, due)
        indicators.append(
            Indicator(
                key=key,
                value=figure.value,
                line=figure.line,
                as_of=figure.as_of,
                for_the_hedge=figure.for_the_hedge,
                missing=figure.missing,
                in_sample=track.division.in_sample,
                rates=rates[key],
            )
        )
    index = months.returns.index
    state = HedgeState(
        as_of=f"{market.sessions[-1]:%Y-%m-%d}",
        equity=months.equity,
        hedge=months.hedge,
        first=str(index[0]) if len(index) else None,
        last=str(index[-1]) if len(index) else None,
        stand_in=months.stand_in,
        from_bundled=tuple(
            name for name, own in (("yields", market.yields), ("CPI", market.cpi)) if own is None
        ),
        for_the_hedge=sum(each.for_the_hedge is True for each in indicators),
        against=sum(each.for_the_hedge is False for each in indicators),
        indicators=tuple(indicators),
        investor=market.investor,
    )
    return ten_digits(state)


def past_of(long: LongRun | str) -> Past:
    """The months that base rates are about: a strategy's own two sides on the bundled months.

    SPY with IEF where there are none of these.
    """
    if isinstance(long, str):
        return replace(bundled_past(), stand_in=long)
    legs = {
        "portfolio": long.simulation.nav,
        "equity": long.sides.equity_leg,
        "hedge": long.sides.hedge_leg,
        "cash": long.market.cash,
    }
    in_dollars = long.sides.dollar_legs.equity
    past = _past(
        pd.DataFrame(legs).loc[long.simulation.first_fill :],
        in_dollars,
        bond_of(long.market, long.sides)[1],
        (tuple(long.sides.equity_tickers), tuple(long.sides.hedge_tickers)),
    )
    if long.market.investor is None:
        return past
    # The bond of the correlation is in dollars, and so has to be the equity beside it.
    months = _returns(in_dollars.to_frame(DOLLAR_EQUITY)).reindex(past.returns.index)
    return replace(past, returns=past.returns.join(months))


@lru_cache(maxsize=1)
def bundled_past() -> Past:
    """The bundled months of SPY and IEF, without costs."""
    market = bundled.load([EQUITY, HEDGE])
    levels = market.levels([EQUITY, HEDGE])
    named = levels.rename(columns={EQUITY: "equity", HEDGE: "hedge", CASH: "cash"})
    return _past(named, levels[EQUITY], seven_to_ten_years(market), ((EQUITY,), (HEDGE,)))


def _past(
    levels: pd.DataFrame,
    equity_leg: pd.Series,
    bond: pd.Series,
    tickers: tuple[tuple[str, ...], tuple[str, ...]],
) -> Past:
    months = _returns(levels).iloc[1:]
    equity, hedge = tickers
    return Past(
        returns=months.assign(bond=bond.reindex(months.index)),
        correlation=_correlation(equity_leg, bond),
        equity=equity,
        hedge=hedge,
    )


def _correlation(equity_leg: pd.Series, bond: pd.Series) -> pd.Series:
    return stock_bond_correlation(_returns(equity_leg.to_frame("equity"))["equity"], bond)


def _returns(levels: pd.DataFrame) -> pd.DataFrame:
    return month_ends(levels).pct_change(fill_method=None)


def _until(past: Past, month: pd.Period) -> Past:
    return replace(past, returns=past.returns.loc[:month], correlation=past.correlation.loc[:month])


def _rates_of(past: Past) -> dict[str, tuple[BaseRate, BaseRate]]:
    """Base rates, worked out once for equal months: the lab asks again at every change.

    The portfolio itself counts for the length of the blocks only: other weights of the same funds
    rarely change that.
    """
    returns, correlation = past.returns, past.correlation.to_frame("correlation")
    if returns.empty:
        return base_rates(past, tracks(_bundled_background(), past.correlation))
    legs = returns.drop(columns="portfolio", errors="ignore")
    return _rates(_Months.of(legs), _Months.of(correlation), block_of(past))


@dataclass(frozen=True)
class _Months:
    """Figures of months in a row, as bytes: what a cache can compare."""

    figures: bytes
    first: str
    columns: tuple[str, ...]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> _Months:
        values = np.ascontiguousarray(frame.to_numpy(float))
        return cls(values.tobytes(), str(frame.index[0]), tuple(map(str, frame.columns)))

    def frame(self) -> pd.DataFrame:
        values = np.frombuffer(self.figures).reshape(-1, len(self.columns))
        index = pd.period_range(self.first, periods=len(values), freq="M")
        return pd.DataFrame(values, index, list(self.columns))


@lru_cache(maxsize=8)
def _rates(
    returns: _Months, correlation: _Months, block: int
) -> dict[str, tuple[BaseRate, BaseRate]]:
    past = Past(returns.frame(), correlation.frame()["correlation"], (), ())
    return base_rates(past, tracks(_bundled_background(), past.correlation), block=block)


@lru_cache(maxsize=1)
def _bundled_background() -> pd.DataFrame:
    return background(bundled.load([EQUITY]))
