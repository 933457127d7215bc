"""Causality: no rule peeks, and one that does is caught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from strategies import registry
from strategies.base import Strategy
from strategies.causality import PeekingError, made_market, prove_quickly, require_causal

KINDS = [(name, ppy) for name in registry.STRATEGIES for ppy in (252, 12)
         if (name, ppy) != ("two_prices", 12)]  # fmt: skip


@pytest.mark.parametrize(("name", "ppy"), KINDS)
def test_no_rule_peeks(name, ppy):
    strategy = registry.make(name, {})
    market = made_market(tuple(strategy.tickers), ppy, 7)
    first = market.sessions.get_loc(strategy.target_weights(market).index[0])
    rows = np.random.default_rng(5).integers(first, len(market.sessions) - 1, 50)
    require_causal(strategy, market, [market.sessions[row] for row in rows])


@dataclass(frozen=True)
class Peeker(Strategy):
    """Stands for a strategy that looks ahead. Known weakness: it is caught."""

    name: ClassVar[str] = "peeker"

    @property
    def tickers(self) -> list[str]:
        return ["SPY"]

    def signal(self, prices: pd.Series) -> pd.Series:
        raise AssertionError

    def target_weights(self, market):
        signal = self.signal(market.prices["SPY"])
        return signal.dropna().astype(float).clip(0, 1).to_frame("SPY")


@dataclass(frozen=True)
class CentredWindow(Peeker):
    """Smooths with rows of both sides."""

    def signal(self, prices):
        return prices > prices.rolling(21, center=True, min_periods=1).mean()


@dataclass(frozen=True)
class FullSamplePercentile(Peeker):
    """Ranks today within all days there will ever be."""

    def signal(self, prices):
        return prices.rank(pct=True)


@dataclass(frozen=True)
class LastSessionOfMonth(Peeker):
    """Trades on a day that is known to be the last only afterwards."""

    def signal(self, prices):
        months = prices.index.to_period("M")
        last = np.r_[months[1:] != months[:-1], True]
        return pd.Series(1.0, prices.index)[last]


@pytest.mark.parametrize("kind", [CentredWindow, FullSamplePercentile, LastSessionOfMonth])
def test_one_that_peeks_does_not_run(kind, monkeypatch, capsys, tmp_path):
    with pytest.raises(PeekingError, match="peeker peeks: its decision of"):
        prove_quickly(kind())
    from backtests.engine import config
    from backtests.run import main
    from data.command import run_command

    monkeypatch.setitem(registry.STRATEGIES, "peeker", f"{__name__}:{kind.__name__}")
    monkeypatch.setattr(registry, "strategy_class", lambda _: kind)
    monkeypatch.setattr(config, "make", lambda *_: kind())
    with pytest.raises(SystemExit) as stopped:
        run_command(main, ["peeker", "--source", "bundled", "--out", str(tmp_path)])
    assert stopped.value.code == 2
    assert "peeker peeks" in capsys.readouterr().err
    assert list(tmp_path.glob("peeker-*")) == []
