"""Settings of a run that a search may try beside the parameters of its strategy.

A parameter changes what a rule decides. A setting changes the run around it: what of the dollar is
sold forward, and so the market that the rule sees and trades on; or the band within which its
decisions are dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from backtests.engine.bands import BANDS, EDGE_OF_BAND, GOALS, TARGET, WIDTHS, Rebalancing
from backtests.engine.config import RunConfig
from backtests.engine.money import HEDGES, ratio_text
from data.currency.convert import reconverted
from data.currency.currencies import CODES
from data.errors import UsageError
from data.market import Market
from data.purchasing_power import like
from data.treasuries.instruments import hedged_into
from strategies.base import Parameter

Setting = float | str
_OF = {"fx_hedge": "hedge", "fx_hedge_equity": "equity"}
_AMONG = {"band": "fraction of value", "band_relative": "fraction of the target"}
_GOAL = "band_to"
NONE = "none"  # of a band that a run does not have
SETTINGS: Mapping[str, Parameter] = {
    **{
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
    },
    **{
        name: Parameter(
            name=name,
            default=0.0,
            doc=f"how far a weight may be off its target before a decision trades, a {unit}",
            unit=unit,
            low=0.0,
            high=1.0,
            step=0.01,
            choices=(),
        )
        for name, unit in _AMONG.items()
    },
    _GOAL: Parameter(
        name=_GOAL,
        default=TARGET,
        doc="how far a decision goes that a band lets through: to its target, or to within nine "
        "tenths of the band",
        unit="choice",
        low=None,
        high=None,
        step=None,
        choices=GOALS,
    ),
}


def setting_words(name: str) -> str:
    """A setting in words: ``fx hedge``."""
    return name.replace("_", " ")


def spoken(name: str, value: object) -> str:
    """A setting and its value in a sentence: ``half of the hedge's dollars sold forward``."""
    if name in BANDS:
        return _band_words(name, value)
    shares = {0.0: "none", 0.5: "half", 1.0: "all"}
    if not isinstance(value, int | float):
        return f"the {_OF[name]}'s dollars sold forward by ticker ({name} {value})"
    share = shares.get(value, f"{round(100.0 * value, 2):g} %")
    return f"{share} of the {_OF[name]}'s dollars sold forward ({name} {value:g})"


def _band_words(name: str, value: object) -> str:
    if name == _GOAL:
        goal = "only to the edge of the band" if value == EDGE_OF_BAND else "back to the target"
        return f"{goal} ({name} {value})"
    of = "points" if name == "band" else "% of the target"
    if not isinstance(value, int | float):
        return "no band" if name == "band" else "no relative band"
    width = f"{round(100.0 * value, 2):g}"
    return f"a band of {width} {of} ({name} {value:g})"


def with_settings(config: RunConfig, values: Mapping[str, Setting]) -> RunConfig:
    """The same run with other settings."""
    hedges = {name: values[name] for name in of_market(values)}
    if hedges:
        config = replace(config, money=replace(config.money, **hedges))  # type: ignore[arg-type]
    bands = {name: value for name, value in values.items() if name in BANDS}
    if bands:
        asked = Rebalancing(**{**config.plan.rebalancing.table, **bands})  # type: ignore[arg-type]
        config = replace(config, plan=replace(config.plan, rebalancing=asked))
    return config


def settings_of(config: RunConfig, names: Sequence[str]) -> dict[str, Setting]:
    """The settings that a run has, by name: a ratio, or text by ticker; ``none`` for no band."""
    bands = {**dict.fromkeys(WIDTHS, NONE), _GOAL: TARGET, **config.plan.rebalancing.table}
    return {
        name: bands[name] if name in BANDS else ratio_text(config.money.ratio(name))
        for name in names
    }


def of_market(names: Iterable[str]) -> list[str]:
    """Those of some settings that make another market."""
    return [name for name in names if name in HEDGES]


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
        In dollars, where nothing is held whose dollars the setting would sell, where a fund sells
        its dollars itself, and where there is no band.
    """
    if _GOAL in names and not config.plan.rebalancing and not set(WIDTHS) & set(names):
        raise UsageError(
            f"--grid {_GOAL} says where a band ends, and there is none; give --band or --grid band "
            "as well"
        )
    for name in of_market(names):
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
