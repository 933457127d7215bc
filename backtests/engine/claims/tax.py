"""Claim 12: a tax of 30 % on foreign holders, and when it was stopped."""

from __future__ import annotations

from backtests.analysis.claims import Claim, Measure
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.measures import before, measured
from backtests.engine.claims.ten_year import TenYear, has_ten_year
from data.background import TEN_YEARS
from data.treasuries.bonds import modified_duration, price

RATE = 0.30
LAW = "Deficit Reduction Act of 1984, section 127"
SINCE = "1984-07-18"  # obligations issued after this day


def tax_on_foreign_holders(exhibits: Exhibits) -> Claim:
    """Claim 12: a tax of 30 % on foreign holders' interest was stopped in the 1970s."""
    days = None if exhibits.days is None else before(exhibits.days)
    market = days if days is not None and has_ten_year(days) else before(exhibits.months)
    yields = TenYear.of(market).yields
    at_last = yields.index[-1:]
    coupon = float(yields.iloc[-1]) / 100.0
    repriced, lost = price_at_after_tax_yield(coupon), coupons_lost(coupon)
    return Claim(
        number=12,
        title="A 30 % tax on foreign holders was stopped in the 1970s",
        says="A tax of 30 % on interest of foreign holders existed until the 1970s.",
        refuted_by=(
            "A statement of fact: refuted if the law that ended the tax was passed in another "
            "decade."
        ),
        data="The law; and arithmetic on the last 10-year yield up to the article.",
        judgement="holds" if SINCE[:3] == "197" else "fails",
        because=(
            f"A factual error: the {LAW}, ended the 30 % on portfolio interest, for obligations "
            f"issued after {SINCE}."
        ),
        measures=(
            Measure(what="law that ended the tax", value=None, unit="day", text=LAW, decides=True),
            Measure(
                what="no tax on obligations issued after", value=None, unit="day", text=SINCE,
                decides=True,
            ),
            measured(
                "price of a 10-year par bond if holders asked for its yield after a tax of 30 %",
                repriced, "percent", index=at_last,
            ),
            measured(
                "present value of the 30 % of its coupons that a holder would lose", lost,
                "percent", index=at_last,
            ),
        ),
        after=(),
        after_words=(
            "A statement about the past: nothing that came after the article can change it. The "
            "two figures say what such a tax would have cost at the last yield before the article."
        ),
    )  # fmt: skip


def price_at_after_tax_yield(coupon: float, rate: float = RATE) -> float:
    """Change of a 10-year par bond's price if holders ask for its yield after the tax.

    Parameters
    ----------
    coupon
        Its par yield, a fraction.
    rate
        Withheld from coupons.

    Returns
    -------
    float
        A fraction: the price at the yield ``coupon / (1 - rate)``, less 1.
    """
    return float(price(coupon, coupon / (1.0 - rate), TEN_YEARS)) - 1.0


def coupons_lost(coupon: float, rate: float = RATE) -> float:
    """Present value of what is withheld from a 10-year par bond's coupons, negative.

    At its par yield the annuity of 1 a year is its modified duration.
    """
    return -rate * coupon * float(modified_duration(coupon, TEN_YEARS))
