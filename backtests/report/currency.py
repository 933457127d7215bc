"""Words for the money of an investor: the currency, its cash, its prices, and what is hedged.

Runs in dollars read as they did before there was any other currency: their cash is bills.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.currency.conversion import BASIS_BP, Investor
from data.currency.currencies import DOLLAR, SIGNS, counted_in, name_of

if TYPE_CHECKING:
    from backtests.engine.money import MoneyTable

COUNTRIES = {"JPY": "Japanese", "EUR": "euro-area", "GBP": "British", "CHF": "Swiss"}


@dataclass(frozen=True)
class CashWords:
    """What cash is called.

    Attributes
    ----------
    name
        Where there is little room: ``bills``, ``cash``.
    whole
        Where it is named first: ``bills``, ``yen cash``, ``US Treasury bills (unhedged)``.
    told
        Where it has to be told from nothing else: ``bills (cash)``, ``yen cash``.
    """

    name: str = "bills"
    whole: str = "bills"
    told: str = "bills (cash)"

    @property
    def are_those(self) -> str:
        """The beginning of whose cash it is: ``bills are those``, ``cash is that``."""
        return f"{self.name} {'are those' if self.name.endswith('bills') else 'is that'}"


DOLLARS = Investor(DOLLAR, "usd")
BILLS = CashWords()
DOLLAR_BILLS = CashWords(
    DOLLARS.cash_name, "US Treasury bills (unhedged)", "US Treasury bills (unhedged cash)"
)


def cash_words(investor: Investor | None) -> CashWords:
    """What the cash of an investor is called; None lives in dollars."""
    if investor is None:
        return BILLS
    if investor.cash == DOLLARS.cash:
        return DOLLAR_BILLS
    whole = f"{name_of(investor.currency)} cash"
    return CashWords(investor.cash_name, whole, whole)


def cash_in_full(investor: Investor | None) -> str:
    """What the cash of an investor is, beside that of others: ``yen cash``, ``US Treasury bills``.

    Dollar bills of an investor elsewhere are no banknotes, and not hedged: both are said.
    """
    words = cash_words(investor)
    return "US Treasury bills" if words == BILLS else words.whole


def code_of(investor: Investor | None) -> str:
    """The code of what an investor's amounts are in."""
    return DOLLAR if investor is None else investor.currency


def one_of(investor: Investor | None) -> str:
    """What grows in a chart of growth: ``1``, ``¥1``."""
    return "1" if investor is None else f"{SIGNS[investor.currency]}1"


def prices_name(investor: Investor | None) -> str:
    """Consumer prices where an investor lives: ``CPI``, ``Japanese CPI``."""
    country = "" if investor is None else COUNTRIES.get(investor.currency, "")
    return f"{country} CPI".strip()


def american(investor: Investor | None) -> str:
    """Said before a figure of the United States where the investor lives elsewhere."""
    return "" if investor is None else "US "


def money_label(money: MoneyTable | None) -> str:
    """A currency and its hedge where there is little room: ``JPY hedged``; empty in dollars."""
    return "" if money is None else " ".join([money.currency, ", ".join(_terms(money))]).strip()


def in_money(money: MoneyTable | None, base_date: str = "") -> str:
    """The same after a mix in a sentence: `` in yen, hedged``; empty in dollars.

    In the purchasing power of a day also in dollars: `` in dollars of 2002-07-30``.
    """
    if money is None:
        return f" {in_real(DOLLAR, base_date)}" if base_date else ""
    of_day = in_real(money.currency, base_date) or f"in {counted_in(money.currency)}"
    return ", ".join([f" {of_day}", *_terms(money)])


def in_real(currency: str, base_date: str) -> str:
    """What real amounts are in: ``in dollars of 2002-07-30``; empty without a base date."""
    return f"in {counted_in(currency)} of {base_date}" if base_date else ""


def hedge_terms(money: MoneyTable) -> str:
    """A currency and its hedge as one of the facts of a run, with the basis of a hedge."""
    told = in_money(money).strip()
    is_hedged = bool(money.fx_hedge or money.fx_hedge_equity)
    is_told = money.fx_basis_bp != BASIS_BP
    return f"{told}, basis {money.fx_basis_bp:g} bp" if is_hedged and not is_told else told


def _terms(money: MoneyTable) -> list[str]:
    """What of a currency's terms is not the default, in words."""
    hedges = _hedged(money.fx_hedge, ""), _hedged(money.fx_hedge_equity, "equity ")
    basis = money.fx_basis_bp
    return [
        *filter(None, hedges),
        *([f"basis {basis:g} bp"] if any(hedges) and basis != BASIS_BP else []),
        *(["cash in dollar bills"] if money.cash == "usd" else []),
        *(["short rates carried on"] if money.carry_rates else []),
    ]


def _hedged(ratio: float | str, side: str) -> str:
    """A ratio of a hedge in words; empty for none."""
    if isinstance(ratio, str):
        return f"{side}hedged {ratio}" if ratio else ""
    if not ratio:
        return ""
    return f"{side}hedged" if ratio == 1.0 else f"{side}{round(100.0 * ratio, 2):g} % hedged"
