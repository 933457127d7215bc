"""The verdict as a page and in words; every number comes from ``verdict.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backtests.report.figures import (
    Figure,
    Line,
    growth_axis,
    heat_map,
    layout,
    rounded,
    spans,
    time_chart,
)
from backtests.report.page import Cell, Grid, render_page
from backtests.report.text import mix_text, money, percent, ratio, two_digits, whole

NAMES = {
    "portfolio": "Portfolio",
    "equity": "100 % equity",
    "bills": "Equity + bills, same weight",
    "matched": "Equity + bills, same volatility",
    "static": "Static, same average duration",
}
COLOURS = {"portfolio": "--c1", "equity": "--c2", "bills": "--c3", "matched": "--c4"}
DASHES = {"matched": "dot"}
WORKS = {
    "cvar_saved_monthly": "CVaR(95) saved, points a month",
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
    "residual": "Residual (fund less its ladder)",
    "costs": "Trading costs",
    "total": "Total",
}
DIMENSIONS = {
    "correlation": "36-month correlation",
    "inflation": "Inflation against its 10-year median",
    "policy rate": "Policy rate, 3-month change",
    "10-year yield": "10-year yield, tercile",
}
ANSWERS = {"works": "It works", "fails": "It fails", "unclear": "Unclear"}
LEADS = {"works": "Does it work?", "when": "When.", "cost": "Cost."}


def sentences(verdict: dict[str, Any], costs_paid: float, turnover: float) -> dict[str, str]:
    """The verdict in three sentences: works, when, cost.

    Parameters
    ----------
    verdict
        As :func:`backtests.engine.judge.judge_run` returns it.
    costs_paid
        In currency.
    turnover
        One-way, a year, a fraction.
    """
    return {
        "works": _works_sentence(verdict),
        "when": _when_sentence(verdict),
        "cost": _cost_sentence(verdict, costs_paid, turnover),
    }


def _works_sentence(verdict: dict[str, Any]) -> str:
    if not verdict["holds_treasuries"]:
        return (
            "It never holds a fund that this program knows as nominal US Treasuries: there is no "
            "hedge to judge."
        )
    table = {row["key"]: row for row in verdict["works"]}
    saved = table["cvar_saved_monthly"]
    sample = verdict["sample"]
    if sample["repetitions"] == 0:
        return (
            f"{_months(sample['months'])}, too few to say: an interval needs "
            f"{sample['fewest_months']}."
        )
    hedge = ", ".join(verdict["tickers"]["hedge"])
    ending = {
        "works": "the tail was thinner than bills would have made it",
        "fails": "the tail was fatter than bills would have left it",
        "unclear": "more or less than bills, the sample cannot tell",
    }[verdict["word"]]
    fall = table["drawdown_saved_monthly"]
    return (
        f"In the worst 5 % of months {hedge} {_saved(saved['treasuries'])} against 100 % equity, "
        f"bills at the same equity weight {_saved(saved['bills'])}; the difference is "
        f"{_points(saved['difference'], sign=True)} {_range(saved['difference'])}: {ending}. "
        f"Of the deepest month-end drawdown it {_saved(fall['treasuries'])}, bills "
        f"{_saved(fall['bills'])}."
    )


def _saved(estimate: dict[str, Any]) -> str:
    """What was saved in words: ``saved 3.80 points``, or ``added`` where it is negative."""
    value = estimate["value"]
    verb = "added" if value < 0 else "saved"
    return f"{verb} {100 * abs(value):.2f} points"


def _months(count: int) -> str:
    return f"{count} whole month" + ("" if count == 1 else "s")


def _when_sentence(verdict: dict[str, Any]) -> str:
    if not verdict["holds_treasuries"]:
        return "Nothing to tell without a hedge."
    crises = [row for row in verdict["crises"] if row["equity"] < 0]
    helped = sum(row["hedge"] > row["cash"] for row in crises)
    parts = []
    if crises:
        parts.append(f"in {helped} of {len(crises)} falls of equity it earned more than bills")
    by_sign = [row for row in verdict["regimes"] if row["dimension"] == "correlation"]
    told = [
        f"{percent(row['down_month_mean_monthly']['value'])} a month "
        f"{_range(row['down_month_mean_monthly'], percent)} in the {row['down_months']} that began "
        f"with a {row['label']} trailing correlation"
        for row in by_sign
        if row["down_months"]
    ]
    if told:
        parts.append("in equity's down months it made " + " and ".join(told))
    if not parts:
        return "Nothing to tell: no fall of equity and no trailing correlation in this period."
    missing = [
        row["label"]
        for row in verdict["regimes_missing"]
        if row["dimension"] == "correlation" and told
    ]
    lacking = f"; no month began with a {missing[0]} one" if missing else ""
    text = "; ".join(parts) + lacking + "."
    return text[0].upper() + text[1:]


def _cost_sentence(verdict: dict[str, Any], costs_paid: float, turnover: float) -> str:
    cost = verdict["cost"]
    traded = f"turned over {percent(turnover)} a year and paid {money(costs_paid)} in costs"
    if verdict["sample"]["months"] < 12:
        return f"It {traded}; {_months(verdict['sample']['months'])}, too few for a yearly cost."
    given, by_bills = (cost["growth_given_up_monthly"][name] for name in ("portfolio", "bills"))
    price = cost["cvar_points_per_growth_point"]
    bought = [
        f"{ratio(price[name])} {'points of CVaR' if name == 'portfolio' else 'with bills'}"
        for name in ("portfolio", "bills")
        if isinstance(price[name], float)
    ]
    paid = f"a point given up bought {', '.join(bought)}; " if bought else ""
    limits = given if given["value"] >= 0 else _gained(given)
    return (
        f"Against 100 % equity it {_given_up(given)} {_range(limits)}, bills "
        f"{_given_up(by_bills)}; {paid}it {traded}."
    )


def _gained(estimate: dict[str, Any]) -> dict[str, Any]:
    low, high = estimate["low"], estimate["high"]
    return {"low": None if high is None else -high, "high": None if low is None else -low}


def _given_up(estimate: dict[str, Any]) -> str:
    """Growth given up in words: ``gave up 2.52 points a year``, or ``gained``."""
    verb = "gave up" if estimate["value"] >= 0 else "gained"
    return f"{verb} {100 * abs(estimate['value']):.2f} points of growth a year"


def write_verdict(path: Path, verdict: dict[str, Any], summary: dict[str, Any]) -> None:
    """Write the page.

    Parameters
    ----------
    path
        The file to write.
    verdict
        As it stands in ``verdict.json``.
    summary
        The run's ``summary.json``.
    """
    costs = summary["costs"]
    sample = verdict["sample"]
    charts = (growth_chart(verdict), falls_chart(verdict), _scatter(verdict), _correlation(verdict),
              _entries(verdict), holding_chart(verdict))  # fmt: skip
    weights = summary["params"].get("weights")
    what = f" ({mix_text(weights)})" if weights else ""
    render_page(
        "verdict.html",
        path,
        [chart for chart in charts if any(trace["x"] for trace in chart.data)],
        heading=f"Does it hedge? {summary['strategy']}{what}",
        span=f"{summary['start']} to {summary['end']}",
        costs=f"fee {costs['fee_bps']:g} bp, slippage {costs['slippage_bps']:g} bp, "
        f"lag {costs['lag']}",
        hedge=", ".join(verdict["tickers"]["hedge"]) or "none",
        equity=", ".join(verdict["tickers"]["equity"]),
        word=verdict["word"],
        answer=answer_of(verdict),
        sentences=[(LEADS[key], text) for key, text in verdict["sentences"].items()],
        rule="The rule of the word: it works if the 90 % interval of the CVaR(95) saved against "
        "bills at the same equity weight lies wholly above zero, fails if wholly below, and is "
        "unclear otherwise.",
        matched=_matched(verdict),
        portfolios=portfolio_grid(verdict, ("portfolio", "equity", "bills", "matched")),
        controls=_controls(verdict),
        works=_works(verdict),
        worst=-(-sample["months"] // 10),
        method=_method(sample),
        crises=crisis_grid(verdict["crises"]),
        april=crisis_grid(verdict["april_2025"]) if verdict["april_2025"] else None,
        crisis_note=crisis_note(summary),
        regimes=_regimes(verdict),
        regime_note=_regime_note(verdict),
        cost=_cost(verdict),
        attribution=_attribution(verdict),
        attribution_note=_attribution_note(verdict),
        holding=_holding(verdict),
        check=_check(verdict),
        source=f"{summary['source_title']} ({summary['source']}).",
        notes=summary["notes"],
        tracking=_tracking(verdict),
    )


# Words and cells


def _matched(verdict: dict[str, Any]) -> str:
    weight = percent(verdict["matched_weight"])
    if verdict["volatility_is_matched"]:
        return f"The mix of the same volatility holds {weight} of equity, chosen with hindsight."
    return (
        "The volatility could not be matched without leverage (or there are too few months): what "
        f"stands in its line holds {weight} of equity."
    )


def _points(estimate: dict[str, Any], *, sign: bool = False) -> str:
    value = estimate["value"]
    if value is None:
        return "-"
    return two_digits(100 * value, "+" if sign else "")


def _range(estimate: dict[str, Any], show: Any = None) -> str:
    if estimate["low"] is None:
        return "(no interval: too few months)"
    if show is not None:
        return f"({show(estimate['low'])} to {show(estimate['high'])})"
    low, high = (two_digits(100 * estimate[end], "+") for end in ("low", "high"))
    return f"({low} to {high})"


def _cell(value: float | None, show: Any = percent, tone: str = "") -> Cell:
    return Cell(show(value), "" if value is None else value, tone=tone)


def _estimated(estimate: dict[str, Any], show: Any) -> Cell:
    low, high = estimate["low"], estimate["high"]
    limits = "" if low is None else f"{show(low)} to {show(high)}"
    value = estimate["value"]
    return Cell(show(value), "" if value is None else value, small=limits)


def _hundred(value: float | None) -> str:
    return "-" if value is None else two_digits(100 * value)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"


def _method(sample: dict[str, Any]) -> str:
    if sample["repetitions"] == 0:
        return (
            f"{sample['months']} months: too few for intervals "
            f"(at least {sample['fewest_months']})."
        )
    return (
        f"{sample['months']} months, {sample['first']} to {sample['last']}. Small print: 90 % "
        f"intervals of {sample['repetitions']:,} stationary-bootstrap resamples, mean block "
        f"{sample['block_months']} months (Politis and White), seed {sample['seed']}."
    )


# Tables


def portfolio_grid(verdict: dict[str, Any], keys: Sequence[str]) -> Grid:
    """Headline numbers of the portfolios of some keys, one a row."""
    rows = [row for row in verdict["portfolios"] if row["key"] in keys]
    heads = ["", "CAGR", "Mean equity weight", "Volatility, monthly", "Sharpe",
             "Max drawdown", "Days under water",
             "CVaR 95, monthly", "CVaR saved against bills", "Turnover a year",
             "Costs paid"]  # fmt: skip
    return Grid(heads, [_portfolio(row) for row in rows], wide=True)


def _portfolio(row: dict[str, Any]) -> list[Cell]:
    label = row["label"] or NAMES[row["key"]]
    if row["missing"]:
        return [Cell(label, small=row["missing"]), *[Cell("-", "") for _ in range(10)]]
    return [
        Cell(label),
        _cell(row["cagr"]),
        _cell(row["equity_weight"]),
        _cell(row["volatility_monthly"]),
        _cell(row["sharpe"], ratio),
        _cell(row["max_drawdown"]),
        _cell(row["days_under_water"], whole),
        _cell(row["cvar_95_monthly"]),
        _cell(row["cvar_saved_against_bills_monthly"], _hundred),
        _cell(row["turnover_per_year"]),
        _cell(row["costs_paid"], money),
    ]


def _controls(verdict: dict[str, Any]) -> Grid | None:
    keys = {row["key"] for row in verdict["portfolios"]}
    if "static" not in keys:
        return None
    return portfolio_grid(verdict, ("portfolio", "static", "variant"))


def _works(verdict: dict[str, Any]) -> Grid:
    shows = {"points": _hundred, "months": whole, "ratio": ratio, "percent": percent,
             "share": _share}  # fmt: skip
    rows = []
    for row in verdict["works"]:
        show = shows[row["unit"]]
        cells = [_estimated(row[who], show) for who in ("treasuries", "bills", "difference")]
        kind = "90 % interval" if row["kind"] == "interval" else "resampled range"
        rows.append([Cell(WORKS[row["key"]], small=kind), *cells])
    return Grid(["Against 100 % equity, month-ends", "Treasuries", "Bills alone", "Difference"],
                rows)  # fmt: skip


def crisis_grid(rows: list[dict[str, Any]]) -> Grid:
    """What each asset earned in each crisis, as the verdict's ``crises`` has them."""
    heads = ["", "From", "To", "Equity", "Hedge", "Bills", "Portfolio", "10-year, bp", "Outcome"]
    return Grid(
        heads,
        [
            [
                Cell(row["name"]),
                Cell(row["start"]),
                Cell(row["end"]),
                _cell(row["equity"]),
                _cell(row["hedge"]),
                _cell(row["cash"]),
                _cell(row["portfolio"]),
                Cell("-" if row["y10_bp"] is None else f"{row['y10_bp']:+.0f}",
                     "" if row["y10_bp"] is None else row["y10_bp"]),
                _outcome(row),
            ]
            for row in rows
        ],
        wide=True,
    )  # fmt: skip


def _outcome(row: dict[str, Any]) -> Cell:
    """Say what the hedge did: more than bills worked, a loss failed, between is no help."""
    if row["hedge"] is None:
        return Cell("-")
    if row["equity"] >= 0:
        return Cell("equity rose, it fell" if row["hedge"] < 0 else "equity rose, it rose")
    if row["hedge"] > row["cash"]:
        return Cell("worked", tone="good")
    return Cell("failed", tone="bad") if row["hedge"] < 0 else Cell("no help")


def crisis_note(summary: dict[str, Any]) -> str:
    """What the rows and words of the crisis table mean."""
    how = (
        "from close to close"
        if summary["periods_per_year"] == 252
        else "from month-end to month-end, which hides what happened within a month"
    )
    return (
        f"Peaks and troughs of the S&P 500 without dividends, and every other fall of the equity "
        f"leg beyond 15 %; total returns {how}. Worked: the hedge earned more than bills; failed: "
        "it lost; no help: between the two."
    )


def _regimes(verdict: dict[str, Any]) -> Grid:
    rows = [
        [
            Cell(f"{DIMENSIONS[row['dimension']]}: {row['label']}"),
            _cell(row["months"], whole),
            _cell(row["down_months"], whole),
            _cell(row["correlation"], ratio),
            _estimated(row["down_month_mean_monthly"], percent),
            _cell(row["down_month_cash_mean_monthly"]),
            _cell(row["down_month_ratio"], ratio),
            _cell(row["down_month_hit_rate"], _share),
            _cell(row["worst_decile_mean_monthly"]),
            _cell(row["worst_decile_hit_rate_monthly"], _share),
            _estimated(row["cvar_saved_against_bills_monthly"], _hundred),
        ]
        for row in verdict["regimes"]
    ]
    heads = ["As the month began", "Months", "Equity down", "Correlation within",
             "Hedge in down months", "Bills in down months", "Ratio to equity's", "Hit rate",
             "Hedge in worst decile", "Hit rate there", "CVaR saved against bills"]  # fmt: skip
    return Grid(heads, rows, wide=True)


def _regime_note(verdict: dict[str, Any]) -> str:
    parts = ["A month belongs to the regime known at the end of the month before."]
    if verdict["yield_terciles_pct"]:
        low, high = verdict["yield_terciles_pct"]
        parts.append(
            f"Terciles of the 10-year yield are those of this period ({low:.2f} % and "
            f"{high:.2f} %), known only afterwards."
        )
    missing = [
        f"{DIMENSIONS[row['dimension']]} {row['label']}" for row in verdict["regimes_missing"]
    ]
    if missing:
        parts.append(f"Not in this sample, hence untested: {'; '.join(missing)}.")
    unknown = {k: n for k, n in verdict["regimes_unlabelled_months"].items() if n}
    if unknown:
        named = ", ".join(f"{DIMENSIONS[k].lower()} {n}" for k, n in unknown.items())
        parts.append(f"Months without a label (too little history, or not published): {named}.")
    return " ".join(parts)


def _cost(verdict: dict[str, Any]) -> Grid:
    cost = verdict["cost"]
    of = {row["key"]: row for row in verdict["portfolios"]}
    rows = []
    for name in ("portfolio", "bills", "matched"):
        per_point = cost["cvar_points_per_growth_point"][name]
        against = cost["growth_against_monthly"].get(name)
        rows.append(
            [
                Cell(NAMES[name]),
                _estimated(cost["growth_given_up_monthly"][name], _hundred),
                Cell("free", 1e9) if per_point == "free" else _cell(per_point, ratio),
                Cell("-", "") if against is None else _estimated(against, _hundred),
                _cell(of[name]["turnover_per_year"]),
                _cell(of[name]["costs_paid"], money),
            ]
        )
    heads = ["", "Growth given up against 100 % equity, month-ends, points",
             "CVaR points saved per point",
             "The portfolio's growth above it, points", "Turnover a year",
             "Costs paid"]  # fmt: skip
    return Grid(heads, rows)


def _attribution(verdict: dict[str, Any]) -> Grid | None:
    found = verdict["attribution"]
    if found is None:
        return None
    rows = [
        [Cell(PARTS[row["part"]]), _cell(row["points"], _hundred), _cell(row["currency"], money)]
        for row in found["parts"]
    ]
    return Grid(["Where the Treasuries' profit came from", "Points a year", "Currency"], rows)


def _attribution_note(verdict: dict[str, Any]) -> str:
    found = verdict["attribution"]
    if found is None:
        return ""
    if not found["has_yields"]:
        return "This source has no yields: the whole profit is residual."
    return (
        "Points a year: mean of each part over the value held before it, arithmetic. The parts sum "
        "to the total; the residual is what a fund earned beyond the ladder it is compared with."
    )


def _holding(verdict: dict[str, Any]) -> Grid:
    rows = [
        [
            _cell(row["years"], whole),
            _cell(row["starts"], whole),
            _cell(row["apart"], whole),
            *[
                _cell(row[f"beat_{other}"], _share)
                for other in ("equity", "bills", "cash", "inflation")
            ],
            Cell(percent(row["worst"]), row["worst"] or "", small=row["worst_start"] or ""),
            Cell(percent(row["median"]), row["median"] or "", small=row["median_start"] or ""),
            Cell(percent(row["best"]), row["best"] or "", small=row["best_start"] or ""),
        ]
        for row in verdict["holding"]
    ]
    heads = ["Years held", "Starts", "That do not overlap", "Beat 100 % equity",
             "Beat equity + bills", "Beat bills", "Beat inflation", "Worst entry, a year",
             "Median entry, a year", "Best entry, a year"]  # fmt: skip
    return Grid(heads, rows, wide=True)


def _check(verdict: dict[str, Any]) -> Grid:
    def show(key: str, value: float | None) -> str:
        if value is None:
            return "-"
        ratios = ("sharpe", "sortino", "calmar")
        return f"{value:.4f}" if key in ratios else f"{100 * value:,.4f} %"

    rows = [
        [
            Cell(row["label"]),
            *[
                Cell(show(row["key"], row[who]), "" if row[who] is None else row[who])
                for who in ("ours", "vectorbt", "quantstats")
            ],
            Cell(row["why"] or "same definition, same number", tone="text"),
        ]
        for row in verdict["cross_check"]
    ]
    return Grid(["", "Here", "vectorbt", "quantstats", "Where they differ"], rows)


def _tracking(verdict: dict[str, Any]) -> Grid | None:
    if not verdict["tracking"]:
        return None
    rows = [
        [
            Cell(row["ticker"], small=f"{row['first']} to {row['last']}"),
            Cell(row["proxy"], tone="text"),
            _cell(row["correlation"], lambda value: f"{value:.4f}"),
            _cell(row["tracking_error"], _hundred),
            _cell(row["mean_difference"], _hundred),
            _cell(row["beta"], ratio),
        ]
        for row in verdict["tracking"]
    ]
    heads = ["Fund", "Carried back by", "Correlation", "Tracking error, points",
             "Proxy less fund, points a year", "Beta"]  # fmt: skip
    return Grid(heads, rows, caption="How the proxies follow their funds where both exist, monthly")


# Charts


def answer_of(verdict: Mapping[str, Any]) -> str:
    """The word of a page; a portfolio without Treasuries has nothing to be unclear about."""
    return ANSWERS[verdict["word"]] if verdict["holds_treasuries"] else "No Treasuries to judge"


def growth_chart(verdict: dict[str, Any]) -> Figure:
    """Growth of the portfolio and of its references at month-ends, logarithmic."""
    series = verdict["series"]
    lines = [
        Line(NAMES[name], series["growth"][name], COLOURS[name], DASHES.get(name, "solid"),
             2.2 if name == "portfolio" else 1.4)
        for name in COLOURS
    ]  # fmt: skip
    return time_chart(
        "growth",
        series["months"],
        lines,
        caption="Growth of 1, month-ends, after costs, logarithmic.",
        alt="Growth of the portfolio and of its three references, logarithmic scale",
        y=growth_axis(lines),
        height=380,
    )


def falls_chart(verdict: dict[str, Any]) -> Figure:
    """Drawdowns at month-ends."""
    series = verdict["series"]
    lines = [
        Line(NAMES[name], series["drawdown"][name], COLOURS[name], DASHES.get(name, "solid"),
             2.0 if name == "portfolio" else 1.2)
        for name in COLOURS
    ]  # fmt: skip
    return time_chart(
        "falls",
        series["months"],
        lines,
        caption="Loss from the highest month-end so far.",
        alt="Drawdowns of the portfolio and of its three references",
        y={"title": {"text": "drawdown"}},
        percent=True,
        height=260,
    )


def _scatter(verdict: dict[str, Any]) -> Figure:
    series = verdict["series"]
    equity, hedge = series["returns"]["equity"], series["returns"]["hedge"]
    months = series["months"][1:]
    worst = -(-len(equity) // 10)
    order = sorted(range(len(equity)), key=lambda row: equity[row])
    groups = [
        ("Other months", order[worst:], "--c3", 5, 0.5),
        ("Equity's worst decile", order[:worst], "--c6", 7, 0.95),
    ]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": rounded([equity[row] for row in rows]),
            "y": rounded([hedge[row] for row in rows]),
            "text": [months[row] for row in rows],
            "marker": {"color": colour, "size": size, "opacity": opacity},
            "hovertemplate": "%{text}: equity %{x:.2%}, hedge %{y:.2%}<extra></extra>",
        }
        for name, rows, colour, size, opacity in groups
    ]
    return Figure(
        "months",
        data,
        layout(
            hovermode="closest",
            xaxis={"title": {"text": "Equity, month"}, "tickformat": ".0%"},
            yaxis={"title": {"text": "Hedge, month"}, "tickformat": ".0%"},
            legend={"y": -0.2},
        ),
        "Each dot is a month: a hedge that works lies above zero on the left.",
        "Monthly return of the hedge against that of equity; the worst tenth of months stands out",
        360,
    )


def _correlation(verdict: dict[str, Any]) -> Figure:
    found = verdict["series"]["correlation"]
    values, months = found["values"], found["months"]
    bands = spans(months, [value < 0 for value in values], "--band-low")
    bands += spans(months, [value >= 0 for value in values], "--band-high")
    return time_chart(
        "correlation",
        months,
        [Line("Correlation", values, "--c1")],
        caption=f"Correlation of equity and hedge over the {found['window_months']} months before, "
        "with what history there is before the run; the hedge is what this portfolio holds of "
        "Treasuries. Blue: negative. Orange: positive.",
        alt="Trailing correlation of equity and hedge, regimes of its sign shaded",
        y={"range": [-1, 1]},
        bands=bands,
        height=260,
    )


def _entries(verdict: dict[str, Any]) -> Figure:
    found = verdict["holding_three_years"]
    names = {"portfolio": "Portfolio", "equity": "100 % equity", "cash": "Bills"}
    colours = {"portfolio": "--c1", "equity": "--c2", "cash": "--c3"}
    return time_chart(
        "entries",
        found["starts"],
        [Line(label, found[name], colours[name]) for name, label in names.items()],
        caption="Return a year of three years held, by the month of entry.",
        alt="Return of three-year holding periods by month of entry",
        y={},
        percent=True,
        height=280,
    )


def holding_chart(verdict: dict[str, Any]) -> Figure:
    """The map of returns a year by year of entry and years held."""
    found = verdict["holding_map"]
    return heat_map(
        "map",
        found["years_held"],
        found["start_years"],
        {
            "Portfolio less 100 % equity, a year": found["less_equity"],
            "Portfolio less equity + bills, a year": found["less_bills"],
            "Portfolio less bills, a year": found["less_cash"],
            "Portfolio, a year": found["portfolio"],
        },
        x_title="years held",
        y_title="start of",
        caption="Return a year by the year of entry (bought at the end of December before) and the "
        "years held. Blue is above zero.",
        alt="Map of annual returns by start year and years held",
        height=max(260, 90 + 13 * len(found["start_years"])),
    )
