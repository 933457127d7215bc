"""The trial: every claim of the article in order, tried on the same data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from backtests.analysis.claims import Claim, Trial
from backtests.engine.claims.collapse import no_collapse
from backtests.engine.claims.cost import affordable_hedge
from backtests.engine.claims.cuts import cuts_of_2025, rise_after_first_cut
from backtests.engine.claims.debt_prices import two_prices
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.flight import money_flees
from backtests.engine.claims.maturities import maturities
from backtests.engine.claims.other_hedges import core_hedge
from backtests.engine.claims.purchases import buyer_of_last_resort
from backtests.engine.claims.rules import attack_and_defend
from backtests.engine.claims.sovereigns import sovereigns
from backtests.engine.claims.starts import after_a_shock
from backtests.engine.claims.tariffs import fall_then_rise
from backtests.engine.claims.tax import tax_on_foreign_holders
from backtests.engine.config import short_hash
from data.command import Progress, silent
from data.market import Market
from data.records import ten_digits
from data.treasuries.proxies import without_fit

# In the order of their numbers. Each says itself where the data at hand cannot try it.
CLAIMS: tuple[Callable[[Exhibits], Claim], ...] = (
    money_flees,
    fall_then_rise,
    rise_after_first_cut,
    cuts_of_2025,
    no_collapse,
    buyer_of_last_resort,
    two_prices,
    sovereigns,
    after_a_shock,
    attack_and_defend,
    affordable_hedge,
    tax_on_foreign_holders,
    core_hedge,
    maturities,
)


def try_claims(exhibits: Exhibits, progress: Progress = silent) -> Trial:
    """Try every claim.

    Parameters
    ----------
    exhibits
        The data.
    progress
        A context around each claim.

    Returns
    -------
    Trial
        Numbers to ten digits, as its file holds them.
    """
    claims = []
    for number, claim in enumerate(CLAIMS, 1):
        with progress(f"trying claim {number} of {len(CLAIMS)}"):
            claims.append(claim(exhibits))
    months, days = exhibits.months.sessions, exhibits.days
    trial = Trial(
        months_title=exhibits.months.title,
        months_first=f"{months[0]:%Y-%m}",
        months_last=f"{months[-1]:%Y-%m}",
        days_title=None if days is None else days.title,
        days_first=None if days is None else _day(days.sessions[0]),
        days_last=None if days is None else _day(days.sessions[-1]),
        days_missing=exhibits.days_missing,
        claims=tuple(claims),
    )
    return ten_digits(trial)


def _day(session: pd.Timestamp) -> str:
    return f"{session:%Y-%m-%d}"


def trial_name(exhibits: Exhibits) -> str:
    """``claims-`` and a hash of the data that determine a trial: its folder's name."""
    days = exhibits.days
    determined_by = {
        "months": _described(exhibits.months),
        "days": None if days is None else _described(days),
        "days_missing": exhibits.days_missing,
    }
    return f"claims-{short_hash(determined_by)}"


def _described(market: Market) -> dict[str, str | list[str] | dict[str, str]]:
    return {
        "source": market.source,
        "title": market.title,
        "notes": [without_fit(note) for note in market.notes],
        "data": market.fingerprints(),
    }


def fingerprints_of(exhibits: Exhibits) -> Mapping[str, str]:
    """SHA-256 of every series that a trial looks at, by market and name."""
    markets = {"months": exhibits.months, "days": exhibits.days}
    return {
        f"{which}: {name}": digest
        for which, market in markets.items()
        if market is not None
        for name, digest in market.fingerprints().items()
    }
