"""Words for what is withheld from dividends and interest."""

from __future__ import annotations

from backtests.engine.withholding import read_withholding
from data.withholding.rates import Withheld


def withheld_terms(value: float | str | None) -> str:
    """What is withheld as one of the facts of a run: ``withheld: equity 15 %``; empty for nothing.

    Parameters
    ----------
    value
        As a run's summary has it.
    """
    asked = read_withholding(value)
    told = [] if asked.equity is None else [f"equity {_percent(asked.equity)}"]
    told += [f"{ticker} {_percent(own)}" for ticker, own in asked.by_ticker.items()]
    return f"withheld: {', '.join(told)}" if told else ""


def withheld_label(value: float | str | None) -> str:
    """The same where there is little room: ``withheld 15 %``; empty for nothing."""
    asked = read_withholding(value)
    told = [] if asked.equity is None else [_percent(asked.equity)]
    told += [f"{ticker} {_percent(own)}" for ticker, own in asked.by_ticker.items()]
    return f"withheld {', '.join(told)}" if told else ""


def _percent(own: Withheld) -> str:
    return f"{round(100.0 * own.rate, 10):g} %{own.since_words}"
