"""Numbers in words, the same on screen and page."""

from __future__ import annotations


def weights_text(weights: dict[str, float], digits: int = 1) -> str:
    """Weights in words, ``SPY 60.0 %, IEF 40.0 %``, less what rounds to nothing."""
    least = 0.5 * 10 ** -(digits + 2)
    shown = {name: weight for name, weight in weights.items() if weight >= least}
    return ", ".join(f"{name} {100 * weight:.{digits}f} %" for name, weight in shown.items())


def percent(value: float | None) -> str:
    """A fraction as percent with two digits, or a dash."""
    return "-" if value is None else f"{value * 100:,.2f} %"


def ratio(value: float | None) -> str:
    """A ratio with two digits, or a dash."""
    return "-" if value is None else f"{value:.2f}"


def money(value: float | None) -> str:
    """An amount with thousands separated, or a dash."""
    return "-" if value is None else f"{value:,.0f}"


def day(value: str | None) -> str:
    """A date, or a dash."""
    return value or "-"


def recovery(value: str | None) -> str:
    """A date of recovery, or that there is none."""
    return value or "not yet"
