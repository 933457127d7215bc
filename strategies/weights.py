"""Weights as users write them: read, checked, shown, and scaled where they are rounded.

Nothing here imports pandas or numpy: ``--list`` and ``--help`` read declarations of weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from data.errors import UsageError, WeightError, in_full, in_short

WEIGHT_TOLERANCE = 1e-9  # on the sum of weights: decimal fractions do not add up exactly
# Weights rounded to four places may sum to a little more than 1. Where they trade, a sum up to
# this one is scaled to 1 (backtests.engine.opening.with_cash), and the run says so.
LARGEST_SUM = 1.0001
MOST_TICKERS = 1_000  # of a run: twice the largest index that is held whole, the S&P 500
PERCENT_FROM = 10.0  # a sum above it is no leverage that anybody means

EXAMPLE = ("SPY", "IEF", "TLT", "SHY", "BIL")  # for fractions that are given without tickers

_TOKEN = re.compile(
    r"[\s,;:=/|+&]*(?:(?P<ticker>[A-Za-z^][\w.^-]*(?:=[A-Za-z]\b)?)"
    r"|(?P<number>\d+\.?\d*|\.\d+)(?![\w.])(?P<percent>\s*%)?)"
)
# 0,6 for 0.6: at the end of a text, or before the comma that goes before the next ticker.
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])([01]?),(\d+)(?=\s*(?:%|;|,\s*[A-Za-z^]|\s|$))")
_MORE_THAN_ONE = re.compile(r"[=:]\s*\.?\d")  # within a ticker: SPY=0.6 IEF of SPY=0.6 IEF=0.4


def parse_weights(text: str, where: str) -> dict[str, float]:
    """Read ``SPY=0.6,IEF=0.4``; a ticker may hold ``=`` itself, as ``GC=F`` does.

    Raises
    ------
    UsageError
        For a part without ``=``, a weight that is no number, or a ticker named twice.
    """
    weights: dict[str, float] = {}
    for part in text.split(","):
        ticker, equals, number = (piece.strip() for piece in part.rpartition("="))
        if not equals or not ticker or ticker.endswith("=") or _MORE_THAN_ONE.search(ticker):
            raise UsageError(
                f"{where}: weights are TICKER=FRACTION,..., got {in_short(text)}; {_meant(text)}"
            )
        try:
            weight = float(number)
        except ValueError:
            raise UsageError(
                f"{where}: the weight of {ticker} takes a fraction such as 0.6, got {number!r}; "
                f"{_meant(text)}"
            ) from None
        if ticker in weights:
            raise UsageError(f"{where}: {ticker} stands twice in the weights; give it once")
        weights[ticker] = weight
    return weights


def weights_text(weights: Mapping[str, float]) -> str:
    """Write weights as :func:`parse_weights` reads them, without rounding errors."""
    return ",".join(f"{name}={in_full(round(weight, 12))}" for name, weight in weights.items())


def mix_text(weights: Mapping[str, float]) -> str:
    """Write a mix with the rest that is in cash: ``SPY 62.5 %, CASH 37.5 %``.

    Not rounded as a page rounds (:func:`backtests.report.text.weights_text`): mixes of a search
    that differ have labels that differ.
    """
    left = round(1.0 - sum(weights.values()), 9)
    parts = {name: weight for name, weight in weights.items() if weight > 0}
    if left > 0:
        parts["CASH"] = left
    return ", ".join(f"{name} {100 * weight:.8g} %" for name, weight in parts.items())


def require_weights(weights: Mapping[str, float], where: str, when: str = "") -> None:
    """Refuse weights that are negative, not finite or sum to more than ``LARGEST_SUM``.

    Parameters
    ----------
    weights
        Ticker to fraction of the portfolio's value.
    where
        Whose weights, for the message.
    when
        The date, for the message.

    Raises
    ------
    WeightError
        Naming the row and the sum.
    """
    at = f" on {when}" if when else ""
    if not isinstance(weights, Mapping):
        raise WeightError(f"{where}: weights are TICKER=FRACTION,..., got {weights!r}; mend them")
    if not weights:
        raise WeightError(f"{where} has no weights{at}; give at least one TICKER=FRACTION")
    for ticker, weight in weights.items():
        if not isinstance(ticker, str) or not ticker:
            raise WeightError(f"{where}: a ticker is text such as SPY, got {ticker!r}; name it")
        if ticker == "CASH":
            raise WeightError(f"{where}: CASH is what the weights leave; leave it out")
        if not isinstance(weight, int | float) or isinstance(weight, bool):
            raise WeightError(
                f"{where}: the weight of {ticker}{at} takes a fraction such as 0.6, got "
                f"{weight!r}{fraction_hint(weight)}"
            )
        if math.isnan(weight):
            raise WeightError(
                f"{where}: the weight of {ticker}{at} is nan (missing); give 0 for none, and leave "
                "out rows on which nothing is decided yet"
            )
        if not math.isfinite(weight) or weight < 0:
            raise WeightError(
                f"{where}: the weight of {ticker}{at} is {weight:g}; "
                "weights are 0 or more: short positions are not allowed"
            )
    total = math.fsum(weights.values())
    if total > LARGEST_SUM + WEIGHT_TOLERANCE:
        each = ", ".join(f"{ticker} {weight:.10g}" for ticker, weight in weights.items())
        raise WeightError(
            f"weights of {where} sum to {total:.10g}{at} ({each}); "
            f"they may sum to at most 1: leverage is not allowed{_percent_hint(weights, total)}"
        )


def scaling_notes(name: str, largest: float) -> list[str]:
    """Say that weights were scaled, where the largest of their sums is beyond rounding errors.

    Parameters
    ----------
    name
        Whose weights.
    largest
        The largest sum of target weights on any decision.
    """
    if largest <= 1.0 + WEIGHT_TOLERANCE:
        return []
    return [
        f"weights of {name} that sum to more than 1 (at most {largest:.10g}) are scaled to sum to 1"
    ]


def fraction_hint(value: object) -> str:
    """What to write for ``60%`` where a fraction is taken, as a clause, or nothing."""
    match = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*%\s*", value) if isinstance(value, str) else None
    return f"; write {in_full(round(float(match[1]) / 100, 12))}" if match else ""


def _percent_hint(weights: Mapping[str, float], total: float) -> str:
    """What to write if weights seem to be percent, as a clause, or nothing."""
    is_percent = PERCENT_FROM < total <= 100 * LARGEST_SUM
    if not is_percent or any(0 < weight < 1 for weight in weights.values()):
        return ""
    return f"; if these are percent, write {weights_text(_hundredths(weights))}"


def _hundredths(weights: Mapping[str, float]) -> dict[str, float]:
    return {ticker: weight / 100 for ticker, weight in weights.items()}


def _meant(text: str) -> str:
    """What to write for a text that is no list of weights, as a clause.

    ``60/40``, ``60%``, ``SPY=60%``, ``SPY:0.6`` and ``SPY=0,6`` can be meant in one way only.
    """
    tickers, numbers = _tokens(text)
    if not numbers or math.fsum(numbers) > LARGEST_SUM + WEIGHT_TOLERANCE:
        return "write for example SPY=0.6,IEF=0.4"
    held = {t: n for t, n in zip(tickers, numbers, strict=bool(tickers)) if t.upper() != "CASH"}
    if held:  # cash is what they leave
        return f"write {weights_text(held)}"
    if len(numbers) == 1 and numbers[0] < 1:
        numbers = [numbers[0], 1 - numbers[0]]
    return f"write for example {weights_text(dict(zip(EXAMPLE, numbers, strict=False)))}"


def _tokens(text: str) -> tuple[Sequence[str], Sequence[float]]:
    """Tickers and fractions that take turns in a text, or fractions alone; else nothing."""
    text = _DECIMAL_COMMA.sub(r"\1.\2", text)
    tickers: list[str] = []
    numbers: list[float] = []
    kinds, end, has_percent = "", 0, False
    while match := _TOKEN.match(text, end):
        end = match.end()
        if match["ticker"]:
            tickers.append(match["ticker"])
            kinds += "T"
            continue
        numbers.append(float(match["number"]) / (100 if match["percent"] else 1))
        has_percent |= bool(match["percent"])
        kinds += "N"
    in_turns = kinds in ("TN" * len(tickers), "NT" * len(tickers)) or not tickers
    if text[end:].strip() or not in_turns or len(set(tickers)) < len(tickers):
        return [], []
    if not has_percent and math.fsum(numbers) > PERCENT_FROM and min(numbers) >= 1:
        numbers = [number / 100 for number in numbers]
    return tickers, numbers
