"""The tables of the verdict's page."""

from __future__ import annotations

from collections.abc import Sequence

from backtests.analysis.numbers import Place, shown_in
from backtests.analysis.record import Crisis, HoldingPeriod, JudgedPortfolio, Verdict
from backtests.analysis.resampling import Estimate
from backtests.engine.summary import Summary
from backtests.report.currency import american, cash_words, code_of, prices_name
from backtests.report.falls import name_of_fall, outcome_of, outcomes_of
from backtests.report.intervals import Interval
from backtests.report.page import Cell, Grid, metric_cell
from backtests.report.text import (
    basis,
    capital,
    hedge_words,
    label_of,
    money,
    percent,
    ratio,
    two_digits,
    whole,
)
from backtests.report.verdict.evidence import has_prices
from backtests.report.verdict.words import Show, dimensions_of, name_of, names_of
from data.currency.conversion import Investor

JUDGED = ("portfolio", "equity", "bills", "matched")
WITHOUT_HEDGE = ("portfolio", "equity")


def shown_keys(verdict: Verdict) -> tuple[str, ...]:
    """Keys of the portfolios to show: without a hedge there is nothing that bills could replace."""
    if is_all_equity(verdict):
        return WITHOUT_HEDGE[:1]
    return JUDGED if verdict.holds_hedge else WITHOUT_HEDGE


def is_all_equity(verdict: Verdict) -> bool:
    """Whether the portfolio is 100 % equity itself, so that nothing is to be said beside that."""
    growth = verdict.series.growth
    return not verdict.holds_hedge and growth.portfolio == growth.equity


MEASURES = {
    "cvar_saved_monthly": "CVaR(95) saved, points a month",
    "cvar_three_months_saved": "CVaR(95) saved over three months in a row, points",
    "drawdown_saved_monthly": "Deepest drawdown saved, points",
    "months_under_water_saved": "Longest time under water saved, months",
    "down_month_ratio": "Hedge return in down months over equity's",
    "down_month_mean_monthly": "Mean hedge return in equity's down months",
    "worst_decile_mean_monthly": "Mean hedge return in equity's worst decile",
    "worst_decile_hit_rate_monthly": "Hit rate in equity's worst decile",
}
PARTS = {
    "carry": "Carry (same maturity, same yield)",
    "roll_down": "Roll-down",
    "rate": "Change of rates",
    "convexity": "Convexity",
    "expense": "Fund expenses",
    "currency": "Currency, its hedge included",
    "inflation": "Inflation (real less nominal return)",
    "residual": "Residual (fund less its ladder)",
    "costs": "Trading costs",
    "total": "Total",
}


def number_cell(value: float | None, show: Show = percent, tone: str = "") -> Cell:
    """A number, or a dash that sorts last."""
    return Cell(show(value), "" if value is None else value, tone=tone)


def estimate_cell(estimate: Estimate, show: Show, unit: str = "") -> Cell:
    """A number with its interval in small print and drawn; a column's units are drawn apart."""
    low, high = estimate.low, estimate.high
    limits = "" if low is None or high is None else f"{show(low)} to {show(high)}"
    value = estimate.value
    sort = "" if value is None else value
    return Cell(show(value), sort, small=limits, interval=Interval.of(estimate, unit))


def hundredths(value: float | None) -> str:
    """A fraction in percentage points, without a sign for them."""
    return "-" if value is None else two_digits(100 * value)


def signed(show: Show) -> Show:
    """The same for differences, which have a sign also where they are positive."""

    def with_sign(value: float | None) -> str:
        told = show(value)
        is_plain = value is None or told.startswith("-") or told.strip("0.,% ") == ""
        return told if is_plain else f"+{told}"

    return with_sign


def share(value: float | None) -> str:
    """A share in whole percent."""
    return "-" if value is None else f"{100 * value:.0f} %"


SHOW: dict[str, Show] = {
    "points": hundredths,
    "months": whole,
    "ratio": ratio,
    "percent": percent,
    "share": share,
}


def amounts_of(verdict: Verdict) -> Show:
    """How amounts of a verdict are written: with the sign of its currency."""
    currency = code_of(verdict.investor)
    return lambda value: money(value, currency)


def portfolio_grid(verdict: Verdict, summary: Summary, keys: Sequence[str]) -> Grid:
    """Headline numbers of the portfolios of some keys, one a row."""
    portfolios = [row for row in verdict.portfolios if row.key in keys]
    metrics = shown_in(Place.VERDICT, *(row.numbers for row in portfolios if row.numbers))
    ppy, initial = summary.periods_per_year, summary.initial
    told_in = summary.money
    heads = ["", *(label_of(metric, ppy, initial, told_in).strip() for metric in metrics),
             "Mean equity weight"]  # fmt: skip
    if verdict.holds_hedge:
        heads.append(f"CVaR saved against {cash_words(verdict.investor).name}")

    def row_of(portfolio: JudgedPortfolio) -> list[Cell]:
        numbers = portfolio.numbers
        saved = portfolio.cvar_saved_against_bills_monthly
        if numbers is None:
            missing = Cell(name_of(portfolio, verdict), small=portfolio.missing or "")
            return [missing, *[Cell("-", "") for _ in heads[1:]]]
        return [
            Cell(name_of(portfolio, verdict)),
            *(metric_cell(metric, numbers, initial, told_in) for metric in metrics),
            number_cell(portfolio.equity_weight),
            *([number_cell(saved, signed(hundredths))] if verdict.holds_hedge else []),
        ]

    rows = [row_of(portfolio) for portfolio in portfolios]
    caption = f"{capital(basis(daily=verdict.series.drawdown.daily))}, after costs"
    return Grid(heads, rows, caption=caption, wide=True)


def controls_grid(verdict: Verdict, summary: Summary) -> Grid | None:
    """A duration rule beside its static mix and its variants; None for another strategy."""
    if not any(row.key == "static" for row in verdict.portfolios):
        return None
    return portfolio_grid(verdict, summary, ("portfolio", "static", "variant"))


def works_grid(verdict: Verdict) -> Grid:
    """What the hedge did, beside bills, with intervals."""
    rows = []
    for measure in verdict.works:
        show = SHOW[measure.unit]
        drawn_with = f"{measure.unit} {measure.kind}"
        cells = [
            estimate_cell(measure.difference, signed(show), drawn_with),
            estimate_cell(measure.treasuries, show, drawn_with),
            estimate_cell(measure.bills, show, drawn_with),
        ]
        kind = "interval" if measure.kind == "interval" else "resampled range"
        rows.append([Cell(MEASURES[measure.key], small=kind), *cells])
    hedge = capital(hedge_words(verdict.tickers.hedge))
    cash = capital(cash_words(verdict.investor).name)
    heads = ["Against 100 % equity, month-ends", "Difference", hedge, cash]
    return Grid(heads, rows)


def crisis_grid(
    crises: Sequence[Crisis], caption: str = "", investor: Investor | None = None
) -> Grid:
    """Returns of equity, hedge, bills and portfolio in each crisis; no investor: in dollars."""
    cash = cash_words(investor).name
    heads = ["", "Outcome", f"Added over {cash}, points", "Equity", "Hedge", capital(cash),
             "Portfolio", f"Portfolio with {cash}", "After correlation",
             f"{american(investor)}10-year, bp", "From", "To"]  # fmt: skip
    rows = [
        [
            Cell(name_of_fall(crisis)),
            _outcome(crisis, cash),
            Cell(two_digits(100 * crisis.added, "+"), crisis.added),
            number_cell(crisis.equity),
            number_cell(crisis.hedge),
            number_cell(crisis.cash),
            number_cell(crisis.portfolio),
            number_cell(crisis.bills),
            Cell(crisis.state or "-"),
            number_cell(crisis.y10_bp, lambda value: "-" if value is None else f"{value:+.0f}"),
            Cell(crisis.start),
            Cell(crisis.end),
        ]
        for crisis in crises
    ]
    return Grid(heads, rows, caption=caption, wide=True)


def _outcome(crisis: Crisis, cash: str) -> Cell:
    """What the hedge did in a fall, as the picture of falls says it."""
    if crisis.hedge is None:
        return Cell("-")
    if crisis.equity >= 0:
        return Cell("equity rose, it fell" if crisis.hedge < 0 else "equity rose, it rose")
    outcome = outcome_of(crisis)
    return Cell(outcomes_of(cash)[outcome], tone={"worked": "good", "lost": "bad"}.get(outcome, ""))


def regimes_grid(verdict: Verdict) -> Grid:
    """The hedge by the regime that a month began in."""
    cash, names = cash_words(verdict.investor).name, dimensions_of(verdict)
    rows = [
        [
            Cell(f"{names[regime.dimension]}: {regime.label}"),
            number_cell(regime.down_month_mean_monthly),
            number_cell(regime.down_month_cash_mean_monthly),
            number_cell(regime.down_month_hit_rate, share),
            number_cell(regime.down_month_ratio, ratio),
            number_cell(regime.worst_decile_mean_monthly),
            number_cell(regime.worst_decile_hit_rate_monthly, share),
            number_cell(regime.cvar_saved_against_bills_monthly, signed(hundredths)),
            number_cell(regime.correlation, ratio),
            number_cell(regime.down_months, whole),
            number_cell(regime.months, whole),
        ]
        for regime in verdict.regimes
    ]
    heads = ["As the month began", "Hedge in down months", f"{capital(cash)} in down months",
             "Hit rate", "Ratio to equity's", "Hedge in worst decile", "Hit rate there",
             f"CVaR saved against {cash}", "Correlation within", "Equity down",
             "Months"]  # fmt: skip
    return Grid(heads, rows, caption="Month-ends", wide=True)


def cost_grid(verdict: Verdict) -> Grid:
    """What the protection cost, and what each point of growth given up bought."""
    cost = verdict.cost
    given, against = cost.growth_given_up_monthly, cost.growth_against_monthly
    price = cost.cvar_points_per_growth_point
    lines = (
        ("portfolio", given.portfolio, price.portfolio, None),
        ("bills", given.bills, price.bills, against.bills),
        ("matched", given.matched, price.matched, against.matched),
    )
    amounts, names = amounts_of(verdict), names_of(verdict)
    rows = []
    for key, given_up, per_point, above in lines:
        numbers = verdict.portfolio(key)
        rows.append(
            [
                Cell(names[key]),
                Cell("-", "") if above is None else estimate_cell(above, signed(hundredths)),
                estimate_cell(given_up, hundredths),
                Cell("free", 1e9) if per_point == "free" else number_cell(per_point, ratio),
                number_cell(numbers.turnover_per_year),
                number_cell(numbers.costs_paid, amounts),
            ]
        )
    heads = ["", "The portfolio's growth above it, points a year",
             "Growth given up against 100 % equity, points a year", "CVaR points saved per point",
             "Turnover a year", "Costs paid"]  # fmt: skip
    return Grid(heads, rows, caption="Growth and CVaR from month-ends")


def attribution_grid(verdict: Verdict) -> Grid | None:
    """Where the Treasuries' profit came from; None without Treasuries."""
    if verdict.attribution is None:
        return None
    amounts = amounts_of(verdict)
    rows = [
        [
            Cell(PARTS[row.part]),
            number_cell(row.points, hundredths),
            number_cell(row.currency, amounts),
        ]
        for row in verdict.attribution.parts
    ]
    source = f"Where the profit of {hedge_words(verdict.tickers.hedge)} came from"
    return Grid([source, "Points a year", "Amount"], rows)


def holding_grid(verdict: Verdict, *, is_real: bool = False) -> Grid:
    """What an investor got who began in any month.

    In purchasing power (``is_real``) a period that did not beat inflation has lost.
    """

    def against_prices(period: HoldingPeriod) -> float | None:
        beat = period.beat_inflation
        return 1.0 - beat if is_real and beat is not None else beat

    def entry(value: float | None, start: str | None) -> Cell:
        return Cell(percent(value), value or "", small=start or "")

    has_inflation, real = has_prices(verdict), ", real" if is_real else ""
    cash = cash_words(verdict.investor).name
    prices = "inflation" if verdict.investor is None else prices_name(verdict.investor)

    rows = [
        [
            number_cell(period.years, whole),
            *([number_cell(period.beat_bills, share)] if verdict.holds_hedge else []),
            *([] if is_all_equity(verdict) else [number_cell(period.beat_equity, share)]),
            number_cell(period.beat_cash, share),
            *([number_cell(against_prices(period), share)] if has_inflation else []),
            entry(period.worst, period.worst_start),
            entry(period.median, period.median_start),
            entry(period.best, period.best_start),
            number_cell(period.starts, whole),
            number_cell(period.apart, whole),
        ]
        for period in verdict.holding
    ]
    heads = ["Years held", *([f"Beat equity + {cash}"] if verdict.holds_hedge else []),
             *([] if is_all_equity(verdict) else ["Beat 100 % equity"]), f"Beat {cash}",
             *(["Lost purchasing power" if is_real else f"Beat {prices}"] if has_inflation else []),
             *(f"{which} entry, a year{real}" for which in ("Worst", "Median", "Best")),
             "Starts", "That do not overlap"]  # fmt: skip
    return Grid(heads, rows, caption="Month-ends", wide=True)


def check_grid(verdict: Verdict) -> Grid:
    """The headline numbers by three programs."""

    def show(key: str, value: float | None) -> Cell:
        ratios = ("sharpe", "sortino", "calmar")
        if value is None:
            return Cell("-", "")
        return Cell(f"{value:.4f}" if key in ratios else f"{100 * value:,.4f} %", value)

    rows = [
        [
            Cell(row.label),
            show(row.key, row.ours),
            show(row.key, row.vectorbt),
            show(row.key, row.quantstats),
            Cell(row.why or "same definition, same number", tone="text"),
        ]
        for row in verdict.cross_check
    ]
    return Grid(["", "Here", "vectorbt", "quantstats", "Where they differ"], rows)


def tracking_grid(verdict: Verdict) -> Grid | None:
    """How proxies follow their funds; None where no history is carried back."""
    if not verdict.tracking:
        return None
    rows = [
        [
            Cell(row.ticker, small=f"{row.first} to {row.last}"),
            Cell(row.proxy, tone="text"),
            number_cell(row.correlation, lambda value: f"{value:.4f}"),
            number_cell(row.tracking_error, hundredths),
            number_cell(row.mean_difference, signed(hundredths)),
            number_cell(row.beta, ratio),
        ]
        for row in verdict.tracking
    ]
    heads = ["Fund", "Carried back by", "Correlation", "Tracking error, points",
             "Proxy less fund, points a year", "Beta"]  # fmt: skip
    return Grid(heads, rows, caption="How the proxies follow their funds where both exist, monthly")
