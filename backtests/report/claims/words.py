"""What the trial of the article says in words: headline, tiles, figures, and how it was judged."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backtests.analysis.claims import JUDGEMENTS, Claim, Judgement, Measure, Trial, Unit
from backtests.report.intervals import Interval
from backtests.report.text import capital, difference, two_digits

ARTICLE_DATE = "14 April 2025"  # ARTICLE_DAY as a page says it
TONES: Mapping[Judgement, str] = {
    "holds": "works",
    "holds in part": "part",
    "fails": "fails",
    "cannot be tested here": "untested",
}
# What each claim says, as a clause that may follow "that".
CLAUSES: Mapping[int, str] = {
    1: "money flees into Treasuries in turmoil",
    2: "after a tariff shock Treasuries fall first and rise later",
    3: "Treasuries rise after the first cut of a cycle",
    4: "the Fed cuts in May and June 2025, and by 100 bp within the year",
    5: "Treasuries fall, but do not collapse",
    6: "the Fed buys as a last resort",
    7: "sovereign debt has two prices, its yield and its currency",
    8: "Treasuries pay best among sovereigns",
    9: "buying after a shock pays within three to four years",
    10: "attack and defend earns a premium",
    11: "without leverage the hedge is affordable",
    12: "the tax on foreign holders was stopped in the 1970s",
    13: "Treasuries are the core hedge",
    14: "the long end bears the risk",
}
# The article's case in parts: the advice to hold Treasuries as a hedge comes first.
PARTS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("Treasuries as a hedge", (1, 13, 5, 11)),
    ("what to do", (9, 10)),
    ("the Fed, tariffs and taxes", (2, 3, 6, 4, 12)),
    ("price and maturity of the debt", (7, 8, 14)),
)
FEW = 10  # observations: a figure that rests on fewer is said to
MOST_AFTER = 4  # lines of the tile of what came after
MOST_DECIDED = 2  # of them of one forecast
NOT_KNOWN = "cannot be worked out on these data"
NO_SAMPLE = "A dash: no interval; no sample, since it happened once or is counted in full"


@dataclass(frozen=True)
class TileLine:
    """A line of a tile: its words, the claims that they lead to, and a figure before them."""

    words: str
    claims: tuple[int, ...] = ()
    value: str = ""


@dataclass(frozen=True)
class TrialTile:
    """A part of the first screen: a figure and the claims behind it; tone as of a word."""

    title: str
    value: str
    unit: str
    lines: tuple[TileLine, ...]
    tone: str = ""


# Counts ------------------------------------------------------------------------------------------


def finding(trial: Trial) -> str:
    """The trial in a sentence, for lists: ``Of 14 claims 4 hold, 5 hold in part, 3 fail``."""
    return f"Of {_claims(len(trial.claims))} {_counted(trial)}"


def headline(trial: Trial) -> str:
    """The trial in a sentence, as the page and the screen begin."""
    return f"Of the article's {_claims(len(trial.claims))} {_counted(trial)}"


def _claims(count: int) -> str:
    return f"{count} claim{'' if count == 1 else 's'}"


def _counted(trial: Trial) -> str:
    """How many claims came to what; of what holds and what fails also where it is none."""
    holds, part, fails, untested = (len(trial.judged(judgement)) for judgement in JUDGEMENTS)
    told = [_verb(holds, "holds", "hold")]
    if part:
        told.append(f"{_verb(part, 'holds', 'hold')} in part")
    told.append(_verb(fails, "fails", "fail"))
    if untested:
        told.append(f"{untested} cannot be tested here")
    return ", ".join(told)


def _verb(count: int, single: str, many: str) -> str:
    return f"{count or 'none'} {single if count in (0, 1) else many}"


def by_weight(claims: Iterable[Claim]) -> list[Claim]:
    """Claims in the order of what the article is about, the hedge first; others after them."""
    order = [number for _, numbers in PARTS for number in numbers]
    places = {number: at for at, number in enumerate(order)}
    return sorted(claims, key=lambda claim: (places.get(claim.number, len(order)), claim.number))


def clause(claim: Claim) -> str:
    """What a claim says in a few words, as a clause."""
    return CLAUSES.get(claim.number, claim.title)


def reconciled(trial: Trial) -> str:
    """What stands and what does not: the weightiest claim of each, then the parts of the case."""
    told = []
    for word, judgement in (("Right", "holds"), ("In part", "holds in part"), ("Wrong", "fails")):
        claims = by_weight(claim for claim in trial.claims if claim.judgement == judgement)
        if claims:
            told.append(f"{word}: that {clause(claims[0])}.")
    parts = []
    for name, numbers in PARTS:
        own = [claim for claim in trial.claims if claim.number in numbers]
        hold = sum(claim.judgement == "holds" for claim in own)
        if own:
            parts.append(f"{name} {hold} of {len(own)}")
    if parts:
        told.append(f"Claims that hold in full: {'; '.join(parts)}.")
    return " ".join(told)


def sureness(trial: Trial) -> str:
    """How sure the judgements are: intervals, few observations, and what happened only once."""
    judged = [claim for claim in trial.claims if claim.judgement != "cannot be tested here"]
    if not judged:
        return "No claim could be judged on these data."
    drawn = {claim.number: next(filter(None, map(interval_of, deciding(claim))), None)
             for claim in judged}  # fmt: skip
    ranged = [interval for interval in drawn.values() if interval is not None]
    zero = [
        claim
        for claim in judged
        if (interval := drawn[claim.number]) is not None and interval.low <= 0.0 <= interval.high
    ]
    told = f"of {len(judged)} judged {_verb(len(ranged), 'rests', 'rest')} on an interval"
    if zero:
        told += f", which includes zero in {len(zero)} ({_numbers(zero)})"
    counts = {claim.number: [each.n for each in deciding(claim) if each.n is not None]
              for claim in judged}  # fmt: skip
    few = [claim for claim in judged if any(n < FEW for n in counts[claim.number])]
    once = [claim for claim in judged if deciding(claim) and not counts[claim.number]]
    if few:
        told += f"; {len(few)} on fewer than {FEW} observations ({_numbers(few)})"
    if once:
        told += f"; {len(once)} on what happened once, or on a law ({_numbers(once)})"
    return f"How sure: {told}."


def _numbers(claims: Sequence[Claim]) -> str:
    numbers = ", ".join(str(claim.number) for claim in claims)
    return f"{'claim' if len(claims) == 1 else 'claims'} {numbers}"


# Tiles -------------------------------------------------------------------------------------------


def tiles(trial: Trial) -> tuple[TrialTile, ...]:
    """What holds, what fails, what came after the article."""
    return (
        _judged_tile(trial, "holds", "holds in part", "In part"),
        _judged_tile(trial, "fails", "cannot be tested here", "Cannot be tested here"),
        _after_tile(trial),
    )


def _judged_tile(trial: Trial, judgement: Judgement, beside: Judgement, word: str) -> TrialTile:
    claims, others = trial.judged(judgement), trial.judged(beside)
    lines = [TileLine(capital(clause(claim)), (claim.number,)) for claim in by_weight(claims)]
    if others:
        lines.append(TileLine(f"{word}: ", tuple(claim.number for claim in others)))
    return TrialTile(
        title="What holds" if judgement == "holds" else "What fails",
        value=str(len(claims)),
        unit=f"of {_claims(len(trial.claims))}",
        lines=tuple(lines),
        tone=TONES[judgement] if claims else "",
    )


def _after_tile(trial: Trial) -> TrialTile:
    """What came after: of a forecast the figures that decided it, of others the first."""
    followed = by_weight(claim for claim in trial.claims if claim.after)
    followed.sort(key=lambda claim: not is_forecast(claim))
    last = max((measure.last for claim in followed for measure in claim.after), default="")
    lines: list[TileLine] = []
    for claim in followed:
        most = MOST_DECIDED if is_forecast(claim) else 1
        for measure in leading(claim.after)[: min(most, MOST_AFTER - len(lines))]:
            lines.append(TileLine(begun(measure.what), (claim.number,), value_text(measure)))
    named = {number for line in lines for number in line.claims}
    others = tuple(sorted(claim.number for claim in followed if claim.number not in named))
    if others:
        lines.append(TileLine("More: ", others))
    return TrialTile(
        title=f"After {ARTICLE_DATE}",
        value=str(len(followed)),
        unit=f"of {_claims(len(trial.claims))} have figures{f', to {last}' if last else ''}",
        lines=tuple(lines) or (TileLine("The data at hand end before, or say nothing of it."),),
    )


# Figures -----------------------------------------------------------------------------------------


def _count(value: float) -> str:
    return f"{round(value, 1) + 0.0:,g}"


# How a number of each unit is written, and the word after it.
NUMBERS: Mapping[Unit, tuple[Callable[[float], str], str]] = {
    "percent": (lambda value: two_digits(100.0 * value), "%"),
    "points": (lambda value: difference(100.0 * value, 2), "points"),
    "bp": (lambda value: difference(value, 0), "bp"),
    "share": (lambda value: _count(100.0 * value), "%"),
    "months": (_count, "months"),
    "correlation": (two_digits, ""),
    "times": (two_digits, "times"),
    "count": (_count, ""),
    "day": (_count, ""),
}


def number_text(value: float | None, unit: Unit) -> str:
    """A number without its unit; a dash where there is none."""
    return "-" if value is None or not math.isfinite(value) else NUMBERS[unit][0](value)


def unit_text(unit: Unit) -> str:
    """The word of a unit; empty for a plain number."""
    return NUMBERS[unit][1]


def value_text(measure: Measure) -> str:
    """The figure with its unit; a day or a law as it is; a dash where it cannot be worked out."""
    if measure.text:
        return measure.text
    return _with_unit(number_text(measure.value, measure.unit), measure.unit)


def _with_unit(told: str, unit: Unit) -> str:
    word = unit_text(unit)
    if told == "-" or not word:
        return told
    return f"{told} {word.removesuffix('s') if told in ('1', '-1') else word}"


def interval_text(measure: Measure) -> str:
    """Its interval in the figure's unit; empty without one.

    An end that lies on one side of zero does not read as zero.
    """
    low, high = (_end_text(end, measure.unit) for end in (measure.low, measure.high))
    if low == high == "-":
        return ""
    if "-" in (low, high):
        told = f"at least {low}" if high == "-" else f"at most {high}"
    else:
        told = f"{low} to {high}"
    return _with_unit(told, measure.unit)


def _end_text(end: float | None, unit: Unit) -> str:
    told = number_text(end, unit)
    if end and told.strip("0.") == "":
        size = end * (100.0 if unit in ("percent", "points", "share") else 1.0)
        return f"{size:{'+' if unit == 'points' else ''}.{_first_digit(size)}f}"
    return told


def _first_digit(size: float) -> int:
    """Digits after the point up to the first that is not zero."""
    return max(0, -math.floor(math.log10(abs(size))))


def interval_of(measure: Measure, scale: str = "") -> Interval | None:
    """Its interval as it is drawn; None where an end or the figure lacks.

    Intervals of one ``scale`` and unit share a scale.
    """
    low, value, high = measure.low, measure.value, measure.high
    if low is None or value is None or high is None:
        return None
    if not all(map(math.isfinite, (low, value, high))):
        return None
    return Interval(low, value, high, f"{measure.unit} {scale}")


def sample_text(measure: Measure) -> str:
    """How many observations of what: ``5 of 8 first cuts``; empty where there is no sample."""
    if measure.n is None:
        return ""
    count = f"{measure.n:,}"
    if measure.unit == "share" and measure.value is not None and measure.n:
        counted = measure.value * measure.n
        if abs(counted - round(counted)) < 1e-6:
            return f"{round(counted):,} of {count} {measure.n_of}".rstrip()
    return f"n {count} {measure.n_of}".rstrip()


def window_text(measure: Measure) -> str:
    """Its window: ``1962-01 to 2025-09``; empty where none is named."""
    ends = list(dict.fromkeys(filter(None, (measure.first, measure.last))))
    return " to ".join(ends)


def deciding(claim: Claim) -> tuple[Measure, ...]:
    """The figures on which the judgement rests, of a forecast those after it; or none."""
    return tuple(measure for measure in (*claim.measures, *claim.after) if measure.decides)


def is_forecast(claim: Claim) -> bool:
    """Whether it was judged by what came after the article alone."""
    decides = [any(each.decides for each in side) for side in (claim.measures, claim.after)]
    return decides == [False, True]


def leading(measures: Sequence[Measure]) -> list[Measure]:
    """The figures, those on which something rests first, then those that are known."""
    return sorted(measures, key=lambda each: (not each.decides, not is_known(each)))


def is_known(measure: Measure) -> bool:
    """Whether there is a figure, or what stands in its place."""
    return value_text(measure) != "-"


def begun(text: str) -> str:
    """A text as it stands at the start of a cell: a large letter, but for the name of a rule."""
    return text if "_" in text.partition(" ")[0] else capital(text)


def abridged(text: str, most: int) -> str:
    """Text up to so many characters, cut after a sentence, a clause or a word, with three dots."""
    if len(text) <= most:
        return text
    for sign in (". ", "; ", ": ", ", ", " "):
        cut = text.rfind(sign, most // 3, most - 2)
        if cut > 0:
            return f"{text[:cut].rstrip(' .;:,')} \u2026"
    return f"{text[: most - 2]} \u2026"


# Definitions -------------------------------------------------------------------------------------


def facts(trial: Trial) -> list[str]:
    """What it was tried on, in a few words each."""
    told = [f"{trial.months_title}, {trial.months_first} to {trial.months_last}"]
    if trial.days_title is None:
        told.append("no daily data")
    else:
        ends = " to ".join(filter(None, (trial.days_first, trial.days_last)))
        told.append(f"{trial.days_title}, {ends}" if ends else trial.days_title)
    return told


def method() -> list[tuple[str, str]]:
    """How it was judged, and what that is not."""
    return [
        (
            "The rule comes first.",
            "Each claim has a rule that says what would prove it wrong. It was written down before "
            "any figure was worked out, and stands with the claim below.",
        ),
        (
            "Four judgements.",
            "Holds: the figures meet the rule. Holds in part: they meet one part of it and miss "
            "another; the claim says which. Fails: they do not meet it. Cannot be tested here: "
            "the data at hand cannot decide; the claim says what is missing.",
        ),
        (
            "Nothing is softened.",
            "A claim that fails is said to fail, whether that speaks for the article's advice or "
            "against it.",
        ),
        (
            "The figures.",
            "Beside each stand its interval, of the kind that is named there, and n, the number of "
            "observations; with few of them a share is history, not a probability. A whisker shows "
            "the interval, its dot the figure, the line zero; each row of the list of claims has a "
            "scale of its own.",
        ),
        (
            "The article.",
            "Written for investors outside the United States in April 2025. It is not quoted: "
            "what it says is told in our words.",
        ),
        (
            f"After {ARTICLE_DATE}.",
            "What its author could not know has a column of its own, and decides only where the "
            "claim itself is a forecast of that time. It is a single stretch of time.",
        ),
    ]
