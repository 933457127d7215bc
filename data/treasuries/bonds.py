"""Treasury arithmetic: prices, durations and returns of par bonds and bills, vectorised.

Yields are fractions a year in bond-equivalent terms (compounded twice a year), maturities
and times are years. Modified duration is the share of its price that a bond loses per point of
yield rise, in years. Every function broadcasts its arguments.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def _annuity(yield_: Array, maturity: Array) -> tuple[Array, Array]:
    """Present value of 1 a year until maturity, and of 1 at maturity; at zero yield the limit."""
    growth = -2.0 * maturity * np.log1p(yield_ / 2.0)
    flat = np.abs(yield_) < 1e-9
    safe = np.where(flat, 1.0, yield_)
    return np.where(flat, maturity, -np.expm1(growth) / safe), np.exp(growth)


def price(coupon: ArrayLike, yield_: ArrayLike, maturity: ArrayLike) -> Array:
    """Price per 1 of face value of a bond on a coupon date, in closed form.

    ``P = (c / y) (1 - z^(-2M)) + z^(-2M)`` with ``z = 1 + y/2``; fractional maturities use
    the same form, since a discrete coupon schedule would count accrued interest twice.
    """
    annuity, face = _annuity(np.asarray(yield_, float), np.asarray(maturity, float))
    return np.asarray(coupon, float) * annuity + face


def modified_duration(yield_: ArrayLike, maturity: ArrayLike) -> Array:
    """Modified duration in years of a par bond: ``(1 - z^(-2M)) / y``."""
    annuity, _ = _annuity(np.asarray(yield_, float), np.asarray(maturity, float))
    return annuity


def convexity(yield_: ArrayLike, maturity: ArrayLike) -> Array:
    """Convexity in years squared of a par bond.

    ``2/y^2 (1 - z^(-2M)) - 2M / (y z^(2M+1))``. Near a yield of zero the difference loses all its
    digits, so yields within a tenth of a basis point (0.001 percentage points) of zero use the
    value at that distance.
    """
    y = np.asarray(yield_, float)
    years = np.asarray(maturity, float)
    y = np.where(np.abs(y) < 1e-5, 1e-5, y)
    annuity, face = _annuity(y, years)
    return 2.0 / y * (annuity - years * face / (1.0 + y / 2.0))


def par_bond_return(start: ArrayLike, end: ArrayLike, maturity: ArrayLike, dt: ArrayLike) -> Array:
    """Total return of a par bond bought at one yield and repriced ``dt`` years later at another.

    Parameters
    ----------
    start
        Par yield at the start, which is the coupon.
    end
        Yield at the end: of the maturity less ``dt`` on the new curve to include the roll
        down the curve, or of the same maturity to leave it out.
    maturity
        Years to maturity at the start.
    dt
        Years held.

    Returns
    -------
    numpy.ndarray
        Simple returns as fractions: ``P z1^(2 dt) - 1``.
    """
    end_yield = np.asarray(end, float)
    growth = np.exp(2.0 * np.asarray(dt, float) * np.log1p(end_yield / 2.0))
    return price(start, end_yield, maturity) * growth - 1.0


def bill_price(discount: ArrayLike, days: ArrayLike) -> Array:
    """Price per 100 of a bill quoted at a bank discount (a fraction) with ``days`` to run."""
    return np.asarray(100.0 * (1.0 - np.asarray(discount, float) * np.asarray(days, float) / 360.0))


def bill_bond_equivalent(discount: ArrayLike, days: ArrayLike) -> Array:
    """Bond-equivalent yield of a bill of at most half a year: ``365 d / (360 - d t)``."""
    rate = np.asarray(discount, float)
    return np.asarray(365.0 * rate / (360.0 - rate * np.asarray(days, float)))
