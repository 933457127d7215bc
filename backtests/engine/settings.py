"""Settings of a run that a search may try beside the parameters of its strategy.

A parameter changes what a rule decides. A setting changes the run around it: here what of the
dollar is sold forward, and so the market that the rule sees and trades on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backtests.engine.config import RunConfig
from backtests.engine.money import HEDGES, ratio_text
from data.currency.convert import reconverted
from data.currency.currencies import CODES
from data.errors import UsageError
from data.market import Market
from data.purchasing_power import like
from data.treasuries.instruments import hedged_into
from strategies.base import Parameter

_OF = {"fx_hedge": "hedge", "fx_hedge_equity": "equity"}
SETTINGS: Mapping[str, Parameter] = {
    name: Parameter(
        name=name,
        default=0.0,
        doc=f"share of the {_OF[name]}'s dollars that is sold forward",
        unit="fraction",
        low=0.0,
        high=1.0,
        step=0.1,
        choices=(),
    )
    for name in HEDGES
}


def setting_words(name: str) -> str:
    """A setting in words: ``fx hedge``."""
    return name.replace("_", " ")


def spoken(name: str, value: object) -> str:
    """A setting and its value in a sentence: ``half of the hedge's dollars sold forward``."""
    shares = {0.0: "none", 0.5: "half", 1.0: "all"}
    if not isinstance(value, int | float):
        return f"the {_OF[name]}'s dollars sold forward by ticker ({name} {value})"
    share = shares.get(value, f"{round(100.0 * value, 2):g} %")
    return f"{share} of the {_OF[name]}'s dollars sold forward ({name} {value:g})"


def with_settings(config: RunConfig, values: Mapping[str, float]) -> RunConfig:
    """The same run with other settings."""
    if not values:
        return config
    hedge, of_equity = (values.get(name, config.money.ratio(name)) for name in HEDGES)
    return replace(config, money=replace(config.money, fx_hedge=hedge, fx_hedge_equity=of_equity))


def settings_of(config: RunConfig, names: Sequence[str]) -> dict[str, float | str]:
    """The settings that a run has, by name: a ratio, or text by ticker."""
    return {name: ratio_text(config.money.ratio(name)) for name in names}


def market_with(market: Market, config: RunConfig) -> Market:
    """A run's market as the settings of ``config`` make it, on the same rows.

    Parameters
    ----------
    market
        Of a run that differs from ``config`` in its settings alone.
    config
        The run.
    """
    if market.abroad is None:
        return market
    other = like(market, reconverted(market, config.conversion(market.tickers)))
    return other.relabelled(remarks=market.remarks, origin=market.origin, is_cut=market.is_cut)


def require_searchable(config: RunConfig, names: Sequence[str], tickers: Sequence[str]) -> None:
    """Refuse to search a setting that changes nothing.

    Parameters
    ----------
    config
        The default.
    names
        The searched settings.
    tickers
        All that any candidate may hold.

    Raises
    ------
    UsageError
        In dollars, where nothing is held whose dollars the setting would sell, and where a fund
        sells its dollars itself.
    """
    for name in names:
        if config.money.is_dollars:
            raise UsageError(
                f"--grid {name} is for investors in another currency than dollars; give --currency "
                f"as well ({', '.join(CODES[1:])}), or leave it out"
            )
        of = (
            config.roles.hedge_of(tickers) if name == HEDGES[0] else config.roles.equity_of(tickers)
        )
        if not of:
            raise UsageError(
                f"--grid {name} sells dollars of the {_OF[name]}, and {config.strategy} holds none "
                f"({', '.join(tickers)}); leave it out, or say what it is by --{_OF[name]}"
            )
        for ticker in of:
            if hedged_into(ticker):
                raise UsageError(
                    f"--grid {name} would sell the dollars of {ticker} a second time: that share "
                    f"class sells them into {hedged_into(ticker)}; leave {name} out"
                )
