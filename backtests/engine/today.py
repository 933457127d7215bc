"""The state of the hedge on the last session of a run's data, and base rates of such months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from backtests.analysis.base_rates import Past, base_rates
from backtests.analysis.hedge_state import BaseRate, HedgeState, Indicator
from backtests.analysis.indicators import newest_figure, tracks
from backtests.analysis.months import month_ends
from backtests.analysis.regimes import trailing_correlation
from data import bundled
from data.background import background, background_by_the_end, is_month_over
from data.market import CASH, Market
from data.records import ten_digits

EQUITY, HEDGE = "SPY", "IEF"  # what base rates are about where the run's own months are too few
LEGS = ("equity", "hedge", "cash", "bond")


def state_today(
    market: Market, equity_leg: pd.Series, bond: pd.Series, past: Past | None = None
) -> HedgeState:
    """Each indicator on the last session of a market, and base rates of both its states.

    Parameters
    ----------
    market
        Cut to the end of what is reported. What it lacks is taken from the bundled table.
    equity_leg, bond
        Levels of the equity alone, and of the bond whose correlation with it tells states apart,
        from as early as there are prices to the market's end; days or months.
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
    today = tracks(background_by_the_end(market), correlation_by_month(equity_leg, bond))
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
        indicators=tuple(indicators),
    )
    return ten_digits(state)


def correlation_by_month(equity: pd.Series, bond: pd.Series) -> pd.Series:
    """Correlation of equity and bond over the 36 months up to each whole month.

    Parameters
    ----------
    equity, bond
        Levels, on days or months of their own.
    """
    returns = pd.DataFrame(
        {
            name: month_ends(levels.to_frame(name))[name].pct_change(fill_method=None)
            for name, levels in (("equity", equity), ("bond", bond))
        }
    )
    return trailing_correlation(returns["equity"], returns["bond"])


def past_months(
    levels: pd.DataFrame,
    equity_leg: pd.Series,
    bond: pd.Series,
    equity: tuple[str, ...],
    hedge: tuple[str, ...],
) -> Past:
    """Make past months of levels.

    Parameters
    ----------
    levels
        Sessions x ``equity, hedge, cash``, from the first fill on.
    equity_leg, bond
        As for :func:`state_today`, also before the first fill.
    equity, hedge
        The tickers that they are about.
    """
    months = month_ends(levels).pct_change(fill_method=None).iloc[1:]
    bonds = month_ends(bond.to_frame("bond"))["bond"].pct_change(fill_method=None)
    return Past(
        returns=months[["equity", "hedge", "cash"]].assign(bond=bonds.reindex(months.index)),
        correlation=correlation_by_month(equity_leg, bond),
        equity=equity,
        hedge=hedge,
    )


@lru_cache(maxsize=1)
def bundled_past() -> Past:
    """The bundled months of SPY and IEF, without costs."""
    market = bundled.load([EQUITY, HEDGE])
    levels = market.levels([EQUITY, HEDGE])
    named = levels.rename(columns={EQUITY: "equity", HEDGE: "hedge", CASH: "cash"})
    return past_months(named, levels[EQUITY], levels[HEDGE], (EQUITY,), (HEDGE,))


def _until(past: Past, month: pd.Period) -> Past:
    return replace(
        past, returns=past.returns.loc[:month], correlation=past.correlation.loc[:month]
    )


def _rates_of(past: Past) -> dict[str, tuple[BaseRate, BaseRate]]:
    """Base rates, worked out once for equal months: the lab asks again at every change."""
    returns, correlation = past.returns[list(LEGS)], past.correlation
    if returns.empty:
        return base_rates(past, tracks(_bundled_background(), correlation))
    return _rates(
        _Series(returns.to_numpy(float).tobytes(), str(returns.index[0])),
        _Series(correlation.to_numpy(float).tobytes(), str(correlation.index[0])),
    )


@dataclass(frozen=True)
class _Series:
    """Figures of months in a row, as bytes: what a cache can compare."""

    figures: bytes
    first: str

    def frame(self, columns: Sequence[str]) -> pd.DataFrame:
        """The figures by month."""
        values = np.frombuffer(self.figures).reshape(-1, len(columns))
        index = pd.period_range(self.first, periods=len(values), freq="M")
        return pd.DataFrame(values, index, list(columns))


@lru_cache(maxsize=8)
def _rates(returns: _Series, correlation: _Series) -> dict[str, tuple[BaseRate, BaseRate]]:
    past = Past(returns.frame(LEGS), correlation.frame(["value"])["value"], (), ())
    return base_rates(past, tracks(_bundled_background(), past.correlation))


@lru_cache(maxsize=1)
def _bundled_background() -> pd.DataFrame:
    return background(bundled.load([EQUITY]))
