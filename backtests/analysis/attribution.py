"""Where the profit of the Treasuries in a portfolio (the sleeve) came from, in currency."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

PARTS = ("carry", "roll_down", "rate", "convexity", "expense", "residual", "costs")
INFLATION = "inflation"  # the same in purchasing power: real less nominal return
CURRENCY = "currency"  # a further part in another currency than dollars, before the residual


def sleeve_attribution(
    values: pd.DataFrame, returns: pd.DataFrame, parts: Mapping[str, pd.DataFrame], costs: pd.Series
) -> pd.DataFrame:
    """Split a sleeve's profit row by row.

    Parameters
    ----------
    values
        Sessions x funds: what was held at each close, in currency, after that day's orders.
    returns
        Sessions x funds: simple returns of each session.
    parts
        By fund: sessions x any of ``PARTS``, ``CURRENCY`` and ``INFLATION``, fractions; what
        they leave of the fund's return is its residual.
    costs
        Trading costs of the sleeve on each session, in currency.

    Returns
    -------
    pandas.DataFrame
        Sessions x ``PARTS`` (also ``CURRENCY`` and ``INFLATION`` where a fund has them) and
        ``total``, in currency; the parts sum to the total, which is value before times return,
        less costs.
    """
    held_before = values.shift(1).fillna(0.0)
    columns = list(PARTS)
    for further in (CURRENCY, INFLATION):
        if any(further in of_fund for of_fund in parts.values()):
            columns.insert(columns.index("residual"), further)
    split = pd.DataFrame(0.0, index=values.index, columns=columns)
    for fund in values.columns:
        profit = held_before[fund] * returns[fund].fillna(0.0)
        explained = parts[fund].reindex(values.index).fillna(0.0).mul(held_before[fund], axis=0)
        for name in explained.columns:
            split[name] += explained[name]
        split["residual"] += profit - explained.sum(axis=1)
    split["costs"] = -costs.reindex(values.index).fillna(0.0)
    split["total"] = split.sum(axis=1)
    return split


def by_period(split: pd.DataFrame, switches: pd.DatetimeIndex) -> pd.DataFrame:
    """Sum an attribution by calendar year and by the period between two switches.

    Parameters
    ----------
    split
        As :func:`sleeve_attribution` returns it.
    switches
        Sessions on which a switch was filled.

    Returns
    -------
    pandas.DataFrame
        ``period`` (``year`` or ``switch``), ``from``, ``to`` and the parts; a period between
        switches runs from the session after a switch to the session of the next.
    """
    index = pd.DatetimeIndex(split.index)
    tables = []
    for period, group in (
        ("year", index.year),
        ("switch", switches.searchsorted(index, side="left")),
    ):
        summed = split.groupby(group).sum()
        summed.insert(0, "to", index.to_series().groupby(group).last().dt.strftime("%Y-%m-%d"))
        summed.insert(0, "from", index.to_series().groupby(group).first().dt.strftime("%Y-%m-%d"))
        summed.insert(0, "period", period)
        tables.append(summed)
    return pd.concat(tables, ignore_index=True)


def contributions(split: pd.DataFrame, values: pd.Series, ppy: float | None) -> pd.DataFrame:
    """Sum an attribution up, in currency and as a return a year on the sleeve's value.

    Parameters
    ----------
    split
        As :func:`sleeve_attribution` returns it.
    values
        The sleeve's value at each close.
    ppy
        Rows per year; None over less than a year, which has no points a year (NaN).

    Returns
    -------
    pandas.DataFrame
        Parts x ``currency`` and ``points``. Points are a fraction: each row's part divided by
        the value before it, averaged over the rows with a holding, times rows per year.
    """
    before = values.shift(1)
    held = before > 0
    rates = split[held].div(before[held], axis=0)
    return pd.DataFrame({"currency": split.sum(), "points": rates.mean() * (ppy or np.nan)})
