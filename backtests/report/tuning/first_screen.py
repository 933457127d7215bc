"""What an investor reads first of a search: headline, chip, a line that reconciles, three tiles.

A record of the same kind as that of a verdict, so that page and notebook show both alike.
"""

from __future__ import annotations

import math

import pandas as pd

from backtests.analysis.reliability import RARE_BY_CHANCE, SURE_OF_SKILL, Edge
from backtests.analysis.resampling import FEWEST_ROWS
from backtests.engine.tuned import Tuned
from backtests.report.text import difference
from backtests.report.tuning.advice import (
    Rival,
    asked_elsewhere,
    candidate_words,
    chip,
    headline,
    luck_of,
    middle,
    params_words,
    rival_of,
)
from backtests.report.tuning.luck import luck_figure
from backtests.report.tuning.words import WORDS
from backtests.report.verdict.first_screen import FirstScreen, Tile

LUCK = (
    "Luck alone: as many tries without skill as were ever made on this market. This good are those "
    "whose Sharpe ratio over {rival}, {spread}, is at least that of the {middle}; the number is "
    "that of all tries times the chance of one, by the error of its own record (1 less the "
    "probabilistic Sharpe ratio), or by how far apart the tries of this search lie where that is "
    "more. It is an average: tries that are alike are lucky together, in few searches."
)
LEAST_SHARE = 0.0005  # what rounds to 0.000
TENTH = 0.001  # of a point of growth
GROWTH = "points of growth a year"


def first_screen(tuned: Tuned) -> FirstScreen:
    """The first screen of a search."""
    word, tone = chip(tuned)
    rival = rival_of(tuned)
    return FirstScreen(
        headline=headline(tuned),
        chip=word,
        tone=tone,
        line=" ".join(
            filter(None, [_earned(tuned, rival), luck_of(tuned), asked_elsewhere(tuned)])
        ),
        tiles=(_lead(tuned, rival), _luck(rival), _walk(tuned)),
        note=""
        if rival.against.decides is None
        else LUCK.format(
            rival=rival.name,
            middle=middle(tuned),
            spread="month by month"
            if rival.against.same_risk is None
            else "at equal volatility and month by month",
        ),
    )


# The line


def _earned(tuned: Tuned, rival: Rival) -> str:
    """What the choice and what it is held against earned, and how deep they fell."""
    centre = tuned.region.centre
    what = f"The {middle(tuned)}"
    named = "" if tuned.recommends else f", {candidate_words(tuned, centre)},"
    other, numbers = rival.name, rival.metrics
    if rival.is_default and (tuned.recommends or not tuned.default_keeps):
        # Else the headline says what it holds.
        other = f"{rival.name} ({params_words(tuned, tuned.config.params)})"
    metric = tuned.objective.maximise
    goal = float(tuned.metrics.loc[centre, metric])
    if metric == "cagr":
        return f"{what}{named} {_grew(tuned.metrics.loc[centre])}; {other} {_grew(numbers)}."
    return (
        f"{what}{named} had a {WORDS[metric]} of {goal:.2f} ({_grew(tuned.metrics.loc[centre])}); "
        f"{other} one of {float(numbers[metric]):.2f} ({_grew(numbers)})."
    )


def _grew(numbers: pd.Series) -> str:
    growth, fall = (100 * float(numbers[key]) for key in ("cagr", "max_drawdown"))
    return f"grew {growth:.1f} % a year with a deepest fall of {abs(fall):.1f} %"


# Tiles


def _lead(tuned: Tuned, rival: Rival) -> Tile:
    """The lead over what one could hold instead, with its interval."""
    reliability, metric = tuned.reliability, tuned.objective.maximise
    edge = rival.against.chosen
    lines = [_interval(tuned, edge)]
    if not rival.is_default:
        lines.append(
            f"Over the default, which breaks the limit: {_lead_text(tuned, reliability.chosen)}"
        )
    lines.append(f"Best single cell over the default: {_lead_text(tuned, reliability.peak)}")
    low, high = edge.estimate.low, edge.estimate.high
    tone = "works" if rival.against.beyond_noise else ""
    return Tile(
        key="lead",
        title=f"Lead over {rival.name}",
        value=_score(edge.estimate.value, metric),
        unit=GROWTH if metric == "cagr" else f"of {WORDS[metric]}",
        lines=tuple(lines),
        tone="fails" if low is not None and high is not None and high < 0.0 else tone,
    )


def _luck(rival: Rival) -> Tile:
    """How many of so many tries would be as good by luck, and the two tests of it."""
    reality, decides = rival.against.reality, rival.against.decides
    title = "This good by luck alone"
    if decides is None:
        told = f"Month by month it earns what {rival.name} earns"
        return Tile("luck", title, "No difference", "to explain", (told,))
    value, unit = luck_figure(decides)
    sure = (
        "unknown"
        if not math.isfinite(decides.dsr)
        else f"{100 * decides.dsr:.1f} %; skill takes more than {100 * SURE_OF_SKILL:.0f} %"
    )
    share = reality.spa_consistent
    told = "p below 0.001" if share < LEAST_SHARE else f"p = {share:.3f}"
    p_value = (
        f"{told}; below {RARE_BY_CHANCE} at least one does"
        if reality.statistic > 0.0
        else "no candidate is ahead of it"
    )
    return Tile(
        key="luck",
        title=title,
        value=value,
        unit=unit,
        lines=(
            f"Chance that it is better than the best by luck (deflated Sharpe ratio): {sure}",
            f"Hansen's test whether any candidate beats {rival.name}: {p_value}",
        ),
        tone="works" if rival.against.beyond_noise else "",
    )


def _walk(tuned: Tuned) -> Tile:
    """What choosing again each year would have earned, and how much of the lead remained."""
    metric, walk = tuned.objective.maximise, tuned.reliability.expanding
    key, title = "walk", "If you had tuned each year"
    if walk is None:
        told = f"{2 * FEWEST_ROWS} months are needed, and more than the lag after the first choice"
        return Tile(key, title, "Too short", "to say", (told,))
    since = f"From {walk.dates[0]:%Y-%m} on, {len(walk.choices)} choices from the past alone"
    edge = walk.edge_out_of_sample
    lines = [
        since,
        f"The lead in the months before each choice: {_score(walk.edge_in_sample, metric)}",
    ]
    if math.isfinite(walk.survived):
        lines[-1] += f", {_remained(walk.survived)}"
    if walk.fell_back:
        lines.append(
            f"In {walk.fell_back} years no candidate kept the limits: the default was held"
        )
    if not tuned.default_keeps:
        lines.append("Never tuning breaks the limit: the difference includes its price")
    unit = "points a year" if metric == "cagr" else f"of {WORDS[metric]}"
    return Tile(key, title, _score(edge, metric), f"{unit} against never tuning", tuple(lines))


def _remained(survived: float) -> str:
    if survived <= 0.0:
        return "of which none remained"
    part = f"{100 * survived:.0f} %" if survived <= 1.0 else "all and more"
    return f"of which {part} remained"


def _interval(tuned: Tuned, edge: Edge) -> str:
    low, high = edge.estimate.low, edge.estimate.high
    if low is None or high is None:
        return f"No interval: {tuned.reliability.months} months, {FEWEST_ROWS} are needed"
    metric = tuned.objective.maximise
    first, last = _scores(metric, low, high)
    return f"90 % interval {first} to {last}, from month-ends"


def _lead_text(tuned: Tuned, edge: Edge) -> str:
    metric, estimate = tuned.objective.maximise, edge.estimate
    if estimate.low is None or estimate.high is None:
        return _score(estimate.value, metric)
    text, low, high = _scores(metric, estimate.value, estimate.low, estimate.high)
    return f"{text} ({low} to {high})"


def _score(value: float | None, metric: str) -> str:
    (text,) = _scores(metric, value)
    return text


def _scores(metric: str, *values: float | None) -> list[str]:
    """Differences of scores that stand together, with their signs: points of growth or ratios.

    Points have one digit, and all of them two where one would be zero: on which side of zero it
    lies decides. Ratios have two, as those that they are the difference of.
    """
    there = [value for value in values if value is not None and math.isfinite(value)]
    digits = 1 if metric == "cagr" and all(abs(value) >= TENTH / 2 for value in there) else 2
    return [
        "not defined"
        if value is None or not math.isfinite(value)
        else difference(100 * value if metric == "cagr" else value, digits)
        for value in values
    ]
