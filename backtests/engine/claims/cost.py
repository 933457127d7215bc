"""Claim 11: without leverage the hedge is affordable. What 60/40 gave up, and what it saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from backtests.analysis.claims import (
    ARTICLE_DAY,
    Claim,
    ClaimRow,
    ClaimTable,
    Judgement,
    Measure,
    Unit,
)
from backtests.analysis.hedge import cvar_saved, deepest, growth_given_up
from backtests.analysis.metrics import ratio
from backtests.analysis.months import Array, growth
from backtests.analysis.resampling import FEWEST_ROWS, Estimate, Sample
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.measures import (
    after,
    before,
    finest,
    measured,
    monthly_returns,
    span,
)
from data.market import CASH, Market

EQUITY: Final = "SPY"
FUNDS: Final = ("IEF", "TLT")
SHARE = 0.6  # of equity; the rest is the hedge
# By the sign of the stock-bond correlation: positive, positive, negative, positive.
ERAS = (("1962-01", "1981-12"), ("1982-01", "1999-12"), ("2000-01", "2021-12"),
        ("2022-01", "2100-12"))  # fmt: skip


@dataclass(frozen=True, eq=False)
class Mixes:
    """Month-end returns of equity, and of 60 % equity with one fund and with bills.

    Parameters
    ----------
    returns
        Months x ``SPY``, the fund and ``CASH``, fractions.
    fund
        The hedge.
    """

    returns: pd.DataFrame
    fund: str

    @property
    def months(self) -> int:
        """How many."""
        return len(self.returns)

    @property
    def held(self) -> pd.DataFrame:
        """Returns of ``equity``, ``hedged`` and ``bills``, months x columns."""
        equity = self.returns[EQUITY]
        columns = {
            "equity": equity,
            "hedged": SHARE * equity + (1.0 - SHARE) * self.returns[self.fund],
            "bills": SHARE * equity + (1.0 - SHARE) * self.returns[CASH],
        }
        return pd.DataFrame(columns)

    @property
    def sample(self) -> Sample:
        """:attr:`held`, resampled."""
        return Sample(self.held, ("equity", "hedged", "bills"))

    def column(self, name: str) -> Array:
        """One column of :attr:`held`, shape (n,)."""
        return np.asarray(self.held[name].to_numpy(float))

    @property
    def over(self) -> float:
        """Growth a year of the mix less that with bills."""
        return float(growth(self.column("hedged")) - growth(self.column("bills")))


def mixes_of(market: Market, fund: str) -> Mixes:
    """Mixes of a market over all months in which equity and the fund have a return."""
    return Mixes(monthly_returns(market, [EQUITY, fund]), fund)


def saved_a_point(returns: Array, against: Array) -> Array:
    """CVaR(95) saved, in points a month, for each point of growth a year that was given up.

    NaN where nothing was given up: then protection was free.
    """
    given = np.asarray(growth_given_up(returns, against))
    return np.asarray(
        np.divide(
            cvar_saved(returns, against), given, out=np.full(given.shape, np.nan), where=given > 0.0
        )
    )


def affordable_hedge(exhibits: Exhibits) -> Claim:
    """Claim 11: as part of a portfolio without leverage, the hedge costs little growth."""
    # Monthly rebalancing sees nothing between month-ends: days are worth it where they are as long.
    market = finest(exhibits, [EQUITY, *FUNDS], as_long=True)
    earlier = {fund: mixes_of(before(market), fund) for fund in FUNDS}
    samples = {fund: mixes.sample for fund, mixes in earlier.items() if mixes.months}
    enough = len(samples) == len(FUNDS) and all(
        mixes.months >= FEWEST_ROWS for mixes in earlier.values()
    )
    over = {fund: _over(sample) for fund, sample in samples.items()}
    saved = {fund: _saved(sample) for fund, sample in samples.items()}
    by_bills = {fund: _saved(sample, "bills") for fund, sample in samples.items()}
    judgement: Judgement = "cannot be tested here"
    if enough:
        judgement = judged([over[fund] for fund in FUNDS], [saved[fund] for fund in FUNDS])
    return Claim(
        number=11,
        title="Without leverage the hedge is affordable",
        says=(
            "In a volatile year an investor can afford more Treasuries beside equity, without "
            "leverage."
        ),
        refuted_by=(
            "Affordable means that 60 % equity with 40 % Treasuries grew no less than 60 % equity "
            "with 40 % bills, and lost less than equity alone in its worst months (CVaR 95). It "
            "fails where with both funds, IEF and TLT, growth less that with bills is below 0 over "
            "its whole interval, or where neither saved anything. It holds where both saved, and "
            "neither grew less than bills. Anything between holds in part."
        ),
        data=(
            "60/40 of SPY with IEF, and with TLT, rebalanced every month, before costs and taxes; "
            f"bills are cash. Prices: {market.title}."
        ),
        judgement=judgement,
        because=_why(judgement, earlier, over, saved, by_bills),
        measures=tuple(
            each
            for fund, sample in samples.items()
            for each in _measures(
                fund, earlier[fund], sample, over[fund], saved[fund], by_bills[fund]
            )
        ),
        after=_since(market),
        after_words=_since_words(market),
        table=_table(earlier) if enough else None,
        missing=(
            ""
            if enough
            else f"Fewer than {FEWEST_ROWS} months before the article leave no interval."
        ),
    )


def judged(over: Sequence[Estimate], saved: Sequence[Estimate]) -> Judgement:
    """Judge by the growth over bills and the CVaR saved against equity, fund by fund."""
    protects = [each.number > 0.0 for each in saved]
    is_costly = [each.high is not None and each.high < 0.0 for each in over]
    if not any(protects) or all(is_costly):
        return "fails"
    if all(protects) and all(each.number >= 0.0 for each in over):
        return "holds"
    return "holds in part"


def _over(sample: Sample) -> Estimate:
    """Growth a year with the fund less that with bills at the same weight."""
    return sample.difference(growth, ["hedged"], ["bills"])


def _saved(sample: Sample, mix: str = "hedged") -> Estimate:
    return sample.estimate(cvar_saved, mix, "equity")


def _measures(
    fund: str, mixes: Mixes, sample: Sample, over: Estimate, saved: Estimate, by_bills: Estimate
) -> list[Measure]:
    n, n_of, index = mixes.months, "months", mixes.returns.index
    equity = sample.estimate(growth_given_up, "hedged", "equity")
    a_point = sample.estimate(saved_a_point, "hedged", "equity", level=None)
    with_bills = sample.estimate(saved_a_point, "bills", "equity", level=None)
    return [
        measured(f"growth a year with {fund} over bills at the same weight",
                 over, "points", n, n_of, index, decides=True),
        measured(f"CVaR(95) of a month saved with {fund} against equity alone",
                 saved, "points", n, n_of, index, decides=True),
        measured(f"CVaR(95) of a month saved with bills in place of {fund}",
                 by_bills, "points", n, n_of, index),
        measured(f"growth a year given up with {fund} against equity alone",
                 equity, "points", n, n_of, index),
        measured(f"CVaR points saved for a point of growth given up, with {fund}",
                 a_point, "times", n, n_of, index),
        measured(f"CVaR points saved for a point of growth given up, with bills in place of {fund}",
                 with_bills, "times", n, n_of, index),
    ]  # fmt: skip


def _why(
    judgement: Judgement,
    earlier: dict[str, Mixes],
    over: dict[str, Estimate],
    saved: dict[str, Estimate],
    by_bills: dict[str, Estimate],
) -> str:
    if judgement == "cannot be tested here":
        return "There are too few months before the article."
    first, second = (
        f"{_points(over[fund].number)} points{words} {_more(over[fund].number)}"
        for fund, words in zip(FUNDS, (" a year", ""), strict=True)
    )
    tails, tails_of_bills = (
        " and ".join(f"{of[fund].number * 100:+.2f}" for fund in FUNDS) for of in (saved, by_bills)
    )
    chance = (
        ""
        if any(_is_beyond_chance(each) for each in over.values())
        else " Neither is beyond chance."
    )
    return (
        f"60/40 with {FUNDS[0]} grew {first} than with bills{_between(over[FUNDS[0]])}, with "
        f"{FUNDS[1]} {second}{_between(over[FUNDS[1]])}.{chance} CVaR(95) of a month was "
        f"{tails} points better than equity's; with bills in their place {tails_of_bills}."
        f"{_costly_eras(earlier[FUNDS[0]])}"
    )


def _is_beyond_chance(over: Estimate) -> bool:
    """Whether its interval leaves out 0."""
    return over.low is not None and over.high is not None and over.low * over.high > 0.0


def _more(difference: float) -> str:
    return "less" if difference < 0.0 else "more"


def _costly_eras(mixes: Mixes) -> str:
    """In which eras the mix grew less than with bills, in a sentence; empty for none."""
    eras = [part for part in _eras(mixes) if part.months]
    over = [part.over for part in eras]
    if min(over) >= 0.0:
        return ""
    worst = eras[over.index(min(over))]
    costly = sum(each < 0.0 for each in over)
    return (
        f" In {costly} of {len(eras)} eras {mixes.fund} fell behind bills, most from "
        f"{_years(worst.returns)}: by {_points(min(over))} points a year."
    )


def _eras(mixes: Mixes) -> list[Mixes]:
    """The mixes of each era; some may have no months."""
    return [Mixes(mixes.returns.loc[first:last], mixes.fund) for first, last in ERAS]


def _points(value: float) -> str:
    return f"{abs(value) * 100:.2f}"


def _between(over: Estimate) -> str:
    if over.low is None or over.high is None:
        return ""
    return f" ({over.low * 100:+.2f} to {over.high * 100:+.2f})"


def _table(earlier: dict[str, Mixes]) -> ClaimTable:
    rows = [
        _row(f"Equity alone, {_years(earlier[FUNDS[0]].returns)}", earlier[FUNDS[0]], alone=True)
    ]
    for fund, mixes in earlier.items():
        rows.append(_row(f"{fund}, {_years(mixes.returns)}", mixes))
        rows += [
            _row(f"{fund}, {_years(part.returns)}", part) for part in _eras(mixes) if part.months
        ]
    return ClaimTable(
        caption=(
            "60 % equity with 40 % of a fund: growth and deepest fall at month-ends, what it gave "
            "up and what it saved; a dash: it gave up nothing"
        ),
        first_head="Fund and months",
        heads=(
            "Growth a year",
            "Deepest fall",
            "Given up against equity",
            "Over bills",
            "CVaR(95) saved",
            "Saved a point",
        ),
        units=("percent", "percent", "points", "points", "points", "times"),
        rows=tuple(rows),
    )


def _row(name: str, mixes: Mixes, *, alone: bool = False) -> ClaimRow:
    """A row of the table: of equity alone, or of the mix with the fund."""
    equity, hedged = mixes.column("equity"), mixes.column("hedged")
    own = equity if alone else hedged
    figures = [float(growth(own)), float(deepest(own))]
    if alone:
        return ClaimRow(name, (*figures, None, None, None, None))
    given = float(growth_given_up(hedged, equity))
    saved = float(cvar_saved(hedged, equity))
    a_point = ratio(saved, given) if given > 0.0 else None
    return ClaimRow(name, (*figures, given, mixes.over, saved, a_point))


def _years(returns: pd.DataFrame) -> str:
    first, last = span(returns.index)
    return f"{first} to {last}"


def held_since(market: Market, fund: str) -> pd.Series | None:
    """Total return since the article of ``equity``, ``hedged`` and ``bills``.

    Rebalanced at month-ends. None where there is no row after the article, or no such ticker.
    """
    since = after(market)
    if since is None or not {EQUITY, fund} <= set(since.tickers):
        return None
    levels = since.levels([EQUITY, fund])
    ends = levels.groupby(pd.DatetimeIndex(levels.index).to_period("M")).tail(1)
    closes = pd.concat([levels.iloc[:1], ends[ends.index > levels.index[0]]])
    returns = closes.pct_change(fill_method=None).iloc[1:]
    return (1.0 + Mixes(returns, fund).held).prod() - 1.0


def _since(market: Market) -> tuple[Measure, ...]:
    """Total returns since the article."""
    since = after(market)
    held = _all_since(market)
    if since is None or held is None:
        return ()
    over = {
        f"60/40 with {fund} less 60/40 with bills since then": float(
            of_fund["hedged"] - of_fund["bills"]
        )
        for fund, of_fund in held.items()
    }
    alone = {
        "equity alone since then": float(held[FUNDS[0]]["equity"]),
        "60/40 with bills since then": float(held[FUNDS[0]]["bills"]),
        **{
            f"60/40 with {fund} since then": float(of_fund["hedged"])
            for fund, of_fund in held.items()
        },
    }
    units: tuple[tuple[Unit, dict[str, float]], ...] = (("points", over), ("percent", alone))
    return tuple(
        measured(what, value, unit, index=since.sessions)
        for unit, figures in units
        for what, value in figures.items()
    )


def _all_since(market: Market) -> dict[str, pd.Series] | None:
    """:func:`held_since` of every fund; None where one is lacking."""
    held = {fund: made for fund in FUNDS if (made := held_since(market, fund)) is not None}
    return held if len(held) == len(FUNDS) else None


def _since_words(market: Market) -> str:
    since = after(market)
    held = _all_since(market)
    if since is None or held is None:
        return f"The data have nothing after {ARTICLE_DAY}."
    parts = [
        f"{_points(float(of_fund['hedged'] - of_fund['bills']))} points "
        f"{'more' if of_fund['hedged'] > of_fund['bills'] else 'less'} with {fund}"
        for fund, of_fund in held.items()
    ]
    first, last = span(since.sessions)
    return f"From {first} to {last} 60/40 earned {' and '.join(parts)} than with bills."
