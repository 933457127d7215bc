"""Charts of the page of withdrawals: the map of starts, and what lasted at which rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backtests.analysis.withdrawals import (
    HorizonFigures,
    PortfolioWithdrawals,
    WithdrawalKey,
    Withdrawals,
    month_after,
    share_that_lasted,
)
from backtests.report.charts import PERCENT
from backtests.report.figures import Axis, Figure, Menu, chart
from backtests.report.style import OTHER_LINE, PORTFOLIO_LINE
from backtests.report.traces import Trace, cells, line
from backtests.report.withdrawals.words import month_text, rate_text, survived_text

# Points a year beyond the asked rate from which on a start has the next shade of the map.
STEPS = (0.0, 0.01, 0.02, 0.04)
DRY = -1.0  # on the map's scale, which goes to 1
RATES = tuple(number / 1000.0 for number in range(20, 101))  # 2 to 10 %, in tenths of a percent
LOOKS: Mapping[WithdrawalKey, tuple[str, str, float]] = {
    "run": ("--portfolio", "", PORTFOLIO_LINE),
    "equity": ("--equity", "", OTHER_LINE),
    "bills": ("--bills", "dash", OTHER_LINE),
}


def starts_map(withdrawals: Withdrawals, names: Mapping[WithdrawalKey, str]) -> Figure:
    """Start month x horizon: ran dry at the asked rate, or how much more it could have paid."""
    shown = [names[each.key] for each in withdrawals.portfolios]
    rate = rate_text(withdrawals.rate)
    return chart(
        "starts",
        [_map(each, withdrawals) for each in withdrawals.portfolios],
        x=Axis(kind="date", hover="%b %Y", grid=False),
        y=Axis("years", kind="category", grid=False),
        title=_map_title(withdrawals),
        caption=f"Each column is a start month. Orange ran dry at {rate} a year. Blue lasted: "
        "the darker, the more it could have paid (up to 1, 2, 4 points a year more, or beyond).",
        alt=f"Map of start months by horizon: ran dry or lasted at {rate} a year",
        height=54 + 44 * len(withdrawals.run.horizons),
        menu=Menu(shown, shown),
    )


def _map(portfolio: PortfolioWithdrawals, withdrawals: Withdrawals) -> Trace:
    columns = max(len(figures.rates) for figures in portfolio.horizons)
    months = [f"{month_after(withdrawals.first_start, at)}-15" for at in range(columns)]

    def padded(row: Sequence[float | None]) -> list[float | None]:
        return [*row, *[None] * (columns - len(row))]

    def told(figures: HorizonFigures) -> list[str]:
        pairs = zip(figures.rates, figures.ran_dry, strict=True)
        words = [
            survived_text(rate) + (f", dry in {month_text(dry)}" if dry else "")
            for rate, dry in pairs
        ]
        return [*words, *[""] * (columns - len(words))]

    return cells(
        [padded([_shade(r, withdrawals.rate) for r in each.rates]) for each in portfolio.horizons],
        "%{x|%b %Y}, %{y} years: lasted up to %{customdata}<extra></extra>",
        columns=months,
        rows=[str(each.years) for each in portfolio.horizons],
        facts=[told(each) for each in portfolio.horizons],
        limits=(-1.0, 1.0),
        bar=False,
    )


def _shade(rate: float, asked: float) -> float:
    """Place on the map's scale: ``DRY``, or 0.25 to 1 by how much more it could have paid."""
    if rate <= asked:
        return DRY
    return sum(rate - asked > step for step in STEPS) / len(STEPS)


def _map_title(withdrawals: Withdrawals) -> str:
    """From when to when the starts of the run ran dry, over the longest horizon."""
    figures = withdrawals.run.horizons[-1]
    dry = [at for at, month in enumerate(figures.ran_dry) if month is not None]
    if not dry:
        return f"No start of the run ran dry within {figures.years} years"
    first, last = (month_text(month_after(withdrawals.first_start, at)) for at in (dry[0], dry[-1]))
    if len(dry) == 1:
        return f"One start of the run ran dry within {figures.years} years: {first}"
    return (
        f"{len(dry)} of {figures.starts} starts of the run ran dry within {figures.years} years: "
        f"the first {first}, the last {last}"
    )


def rates_chart(withdrawals: Withdrawals, names: Mapping[WithdrawalKey, str]) -> Figure:
    """Share of starts that lasted at each rate, by horizon; the leading one is shown first."""
    lengths = sorted(
        (each.years for each in withdrawals.run.horizons),
        key=lambda years: (years != withdrawals.leading, years),
    )
    traces, owners = [], []
    for years in lengths:
        for portfolio in withdrawals.portfolios:
            colour, dash, width = LOOKS[portfolio.key]
            rates = portfolio.over(years).rates
            traces.append(
                line(
                    names[portfolio.key],
                    [100.0 * rate for rate in RATES],
                    [100.0 * share_that_lasted(rates, rate) for rate in RATES],
                    colour=colour,
                    width=width,
                    dash=dash,
                    hover="%{fullData.name}<br>%{x:.1f}"
                    + PERCENT
                    + " a year: %{y:.1f}"
                    + PERCENT
                    + " lasted<extra></extra>",
                )
            )
            owners.append(f"{years} years")
    return chart(
        "rates",
        traces,
        x=Axis(suffix=PERCENT, limits=(1.9, 10.1), step=1, zero=False),
        y=Axis(suffix=PERCENT, limits=(-3.0, 103.0), zero=False),
        title=_rates_title(withdrawals),
        caption="Upwards: share of start months from which every payment was made. To the right: "
        "what was taken out a year, percent of the wealth at the start, growing with prices.",
        alt="Share of start months that lasted, falling as the rate taken out rises",
        height=360,
        menu=Menu([f"{years} years" for years in lengths], owners),
    )


def _rates_title(withdrawals: Withdrawals) -> str:
    years = withdrawals.leading
    rates = sorted(withdrawals.run.over(years).rates)
    half = rates[(len(rates) - 1) // 2]
    return (
        f"Over {years} years the run's worst start lasted up to {survived_text(rates[0])} a year, "
        f"half of them up to {survived_text(half)} or more"
    )
