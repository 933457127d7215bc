"""The rate that ``--withdrawals`` asks for, read before anything is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtests.engine import kinds
from data.currency.currencies import CURRENCIES
from data.errors import UsageError, in_full, in_short

if TYPE_CHECKING:
    from backtests.engine.config import RunConfig

WANTED = "a rate a year above 0 and up to 100 %, such as 4% or 0.04"


def read_rate(given: object, where: str = "--withdrawals") -> float:
    """Read ``4%`` or ``0.04``: what is taken out, a fraction of the first wealth a year.

    Raises
    ------
    UsageError
        For anything else, 0 or less, and more than 100 %.
    """
    percent = False
    if isinstance(given, str):
        written = given.strip()
        percent = written.endswith("%")
        try:
            number = float(written.removesuffix("%"))
        except ValueError:
            raise UsageError(f"{where} takes {WANTED}, got {in_short(given)}") from None
    else:
        number = kinds.number(given, where, WANTED)
    rate = number / 100.0 if percent else number
    if not 0.0 < rate <= 1.0:
        shown = in_short(given) if isinstance(given, str) else in_full(number)
        meant = in_full(number)
        hint = f"; for {meant} % write {meant}%" if not percent and 1.0 < number <= 100.0 else ""
        raise UsageError(f"{where} takes {WANTED}, got {shown}{hint}")
    return rate


def require_payable(config: RunConfig, rate: float | str) -> float:
    """Read the rate of ``--withdrawals``, and refuse what cannot be paid, before anything is run.

    Raises
    ------
    UsageError
        For a rate that cannot be meant, and a currency whose consumer prices are not known.
    """
    read = read_rate(rate)
    require_prices_of(config.money.currency)
    return read


def require_prices_of(currency: str) -> None:
    """Refuse a currency whose consumer prices are not known, before anything is loaded.

    Raises
    ------
    UsageError
    """
    home = CURRENCIES.get(currency)  # dollars are not among them
    if home is not None and home.prices is None:
        raise unknown_prices(currency)


def unknown_prices(currency: str) -> UsageError:
    """The message for a currency whose consumer prices are not known."""
    return UsageError(
        f"--withdrawals pays amounts that grow with consumer prices, and those of {currency} are "
        "not known; leave it out, or give another --currency"
    )
