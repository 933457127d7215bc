"""Yields, bills, policy rate and consumer prices against the bundled months, a second opinion.

A first answer of a server has no older one beside it, and a wrong unit, a wrong maturity or dates
that are off by a day look like an ordinary series. The bundled table has the published figures of
the same months: some of the very series, others of near ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from data import bundled
from data.checks.world_months import world_against_months
from data.errors import DataError, counted
from data.months import month_ends
from data.treasuries.rates import OTHER_BASIS, bond_equivalent

# Yields of month-ends that the table has, by series, as FRED and as Yahoo call them.
MONTH_ENDS = {
    "DGS1": "cmt_1y_pct", "DGS2": "cmt_2y_pct", "DGS5": "cmt_5y_pct", "DGS10": "cmt_10y_pct",
    "DGS20": "cmt_20y_pct", "DGS30": "cmt_30y_pct",
    "^FVX": "cmt_5y_pct", "^TNX": "cmt_10y_pct", "^TYX": "cmt_30y_pct",
}  # fmt: skip
POLICY_RATE, CONSUMER_PRICES = "DFF", "CPIAUCSL"
# Points by which a figure may differ from the table's. All 3,993 month-ends of six H.15 yields and
# all 768 monthly means of the federal funds rate agree to the second decimal, which is rounding.
SAME_FIGURE = 0.006
# Yahoo's are yields of the bonds on sale, at another hour: not the same figures as H.15's. No real
# history of theirs lies beside this project; the bound is far above what these differences can be.
OTHER_FIGURE = 0.3
# Percent by which the growth of consumer prices over a month or a year may differ from the table's,
# since seasonal factors are revised (real: 0.11 over a month, 0.09 over a year).
PRICE_GROWTH = 0.15
# A series is refused if it differs in more than this share of 12 successive months, and in two or
# more (real: in none of them).
MONTHS, MOST_APART = 12, 0.25
FEWEST_MONTHS = 6  # in common with the table, to judge a yield by its neighbours


@dataclass(frozen=True)
class Neighbours:
    """A yield as a mix of published ones, and how far it may lie from that mix.

    Attributes
    ----------
    mix
        Columns of the table and their shares; ``bill`` is 12 times the bundled bill return of the
        next month, which is the yield at which its one-month bill was bought.
    low, high
        Points by which the yield less the mix, in the middle one of 12 successive months, may lie
        below and above.
    least, most
        The same as shares of 1 point and the mix: at low yields the narrower bounds.
    is_discount
        Whether the series is quoted as a bank discount.
    """

    mix: Mapping[str, float] = field(hash=False)
    low: float
    high: float
    least: float
    most: float
    is_discount: bool = False


# Each bound lies above what the real series reached in 1954 to 2025 (in brackets).
BILL = Neighbours(
    {"bill": 0.6, "cmt_1y_pct": 0.4}, -0.5, 0.8, -0.15, 0.1, is_discount=True
)  # (-0.27, 0.54; -0.097, 0.054)
NEIGHBOURS = {
    "DTB3": BILL,
    "^IRX": BILL,
    # (-0.23, 0.30; -0.099, 0.050)
    "DGS3MO": Neighbours({"bill": 0.6, "cmt_1y_pct": 0.4}, -0.4, 0.5, -0.15, 0.09),
    # (-0.19, 0.39; -0.067, 0.055)
    "DGS6MO": Neighbours({"bill": 0.3, "cmt_1y_pct": 0.7}, -0.35, 0.45, -0.11, 0.09),
    # (-0.18, 0.12; -0.081, 0.008)
    "DGS3": Neighbours({"cmt_2y_pct": 0.6, "cmt_5y_pct": 0.4}, -0.3, 0.25, -0.13, 0.04),
    # (-0.16, 0.23; -0.020, 0.062)
    "DGS7": Neighbours({"cmt_5y_pct": 0.6, "cmt_10y_pct": 0.4}, -0.2, 0.35, -0.05, 0.1),
}
HELD = frozenset({*MONTH_ENDS, *NEIGHBOURS, POLICY_RATE, CONSUMER_PRICES})

# What a wrong series may look like: factors that would make it right.
UNITS = (
    (100.0, "fractions, not percent"),
    (10.0, "tenths of what they should be"),
    (0.1, "ten times what they should be"),
    (0.01, "basis points, not percent"),
)
SHIFTS = (1.0, -1.0)  # points by which a series may lie above what it should be
TITLES = {column: f"{years:g}-year yield" for column, years in bundled.CURVE.items()}
# A series whose dates are a session off lies nearer to the table with its figures moved back: their
# mean distance is below this share of its own. A right one lies further off.
NEARER = 0.75
LATE = ((-1, "late"), (1, "early"))


@dataclass(frozen=True, eq=False)
class Comparison:
    """A series beside the bundled months.

    ``ours`` and ``theirs`` by month, in percent; ``apart``, in which months they differ; and
    whether they ``contradict`` each other.
    """

    ours: pd.Series
    theirs: pd.Series
    apart: pd.Series
    contradict: bool


def held_against_months(
    series: str, values: pd.Series, server: str, cure: str = "not used, try again later"
) -> list[str]:
    """Hold a series against the bundled months that both have.

    Parameters
    ----------
    series
        FRED's name, or Yahoo's of a yield or of a rate of exchange; any other passes.
    values
        Its figures by ascending day, in its own unit.
    server
        Who sent it, for the message.
    cure
        What comes of it, or what to do, for the message.

    Returns
    -------
    list of str
        Single months that differ, or that there are too few to tell.

    Raises
    ------
    DataError
        If the months contradict it; says what it looks like, where that can be told.
    """
    if series not in HELD:
        return world_against_months(series, values, server, cure)
    held = _compared(series, values)
    months = len(held.apart)
    if held.contradict:
        gap = (held.ours - held.theirs).abs().where(held.apart).dropna()
        worst = gap.idxmax() if len(gap) else held.apart.index[-1]
        where = f"in {int(held.apart.sum())} of {counted(months, 'month')}, most in {worst}"
        if not held.apart.any():
            where = f"by a little in most months, as in {worst}"
        raise DataError(
            f"{series}: {server}'s figures contradict the bundled ones {where} "
            f"({held.ours[worst]:.2f} % against {held.theirs[worst]:.2f} %)"
            f"{_resemblance(series, values, held.apart)}; {cure}"
        )
    lines = []
    if server == "FRED" and months < MONTHS:
        lines.append(
            f"{series}: has {counted(months, 'month')} in common with the bundled ones, too few to "
            "be held against them; check it"
        )
    if series not in NEIGHBOURS and held.apart.any():
        names = [str(month) for month in held.apart.index[held.apart]]
        more = f" (and {len(names) - 3} more)" if len(names) > 3 else ""
        first = held.apart.idxmax()
        lines.append(
            f"{series}: differs from the bundled months in {', '.join(names[:3])}{more} "
            f"({held.ours[first]:.2f} % against {held.theirs[first]:.2f} % in {first}); check it"
        )
    return lines


def _compared(series: str, values: pd.Series) -> Comparison:
    if series in NEIGHBOURS:
        return _beside_neighbours(NEIGHBOURS[series], values)
    table = bundled.table()
    if series == CONSUMER_PRICES:
        return _beside_prices(values, table["cpi_sa"])
    if series == POLICY_RATE:
        ours, theirs, bound = month_means(values), table["fed_funds_pct"], SAME_FIGURE
    else:
        ours, theirs = month_ends(_on_its_basis(series, values)), table[MONTH_ENDS[series]]
        bound = OTHER_FIGURE if series.startswith("^") else SAME_FIGURE
    both = pd.concat(
        [ours, theirs], axis=1, join="inner", sort=False, keys=["ours", "theirs"]
    ).dropna()
    apart = (both["ours"] - both["theirs"]).abs() > bound
    contradict = _too_many(apart) or _is_shifted(series, values, theirs)
    return Comparison(both["ours"], both["theirs"], apart, contradict)


def _beside_neighbours(neighbours: Neighbours, values: pd.Series) -> Comparison:
    yields = bond_equivalent(values) if neighbours.is_discount else values
    table = bundled.table()
    table = table.assign(bill=12.0 * table["bill_pct"].shift(-1))
    mix = sum(share * table[column] for column, share in neighbours.mix.items())
    both = pd.concat(
        [month_ends(yields), mix], axis=1, join="inner", sort=False, keys=["ours", "theirs"]
    ).dropna()
    gap = both["ours"] - both["theirs"]
    # Over fewer months than 12 one odd month weighs more (real: 1.6 times as far).
    times = 2.0 if len(gap) < MONTHS else 1.0
    apart = pd.Series(False, gap.index)
    for size, low, high in (
        (gap, neighbours.low, neighbours.high),
        (gap / (1.0 + both["theirs"].abs()), neighbours.least, neighbours.most),
    ):
        least_months = min(max(len(gap), FEWEST_MONTHS), MONTHS)
        middle = size.rolling(MONTHS, min_periods=least_months).median()
        apart |= (middle < times * low) | (middle > times * high)
    return Comparison(both["ours"], both["theirs"], apart, bool(apart.any()))


def _beside_prices(values: pd.Series, table: pd.Series) -> Comparison:
    """Growth, since the level of the index is of any base."""
    months = pd.DatetimeIndex(values.index).to_period("M")
    logs = np.log(values.groupby(months).last())
    logs = logs.reindex(pd.period_range(months[0], months[-1], freq="M"))
    ours = pd.DataFrame({span: 100.0 * logs.diff(span) for span in (1, 12)})
    theirs = pd.DataFrame({span: 100.0 * np.log(table).diff(span) for span in (1, 12)})
    gaps = (ours - theirs).abs().reindex(theirs.index.intersection(ours.index))
    gaps = gaps[gaps[1].notna()]
    apart = (gaps > PRICE_GROWTH).any(axis=1)
    # The year's growth is shown where it is known: it is the more familiar one.
    shown = [each[12].fillna(each[1]).reindex(gaps.index) for each in (ours, theirs)]
    return Comparison(shown[0], shown[1], apart, _too_many(apart))


def _too_many(apart: pd.Series) -> bool:
    if len(apart) < MONTHS:
        return int(apart.sum()) > max(1.0, MOST_APART * len(apart))
    return bool(apart.rolling(MONTHS).mean().max() > MOST_APART)


def month_means(values: pd.Series) -> pd.Series:
    """Give the mean over the calendar days of each month without a hole, by month.

    A day without a figure has the one before it, for at most four days.
    """
    published = values.dropna()
    days = pd.DatetimeIndex(published.index)
    until = days[-1]
    if until.day_of_week == 4:  # the weekend's figure is Friday's
        until = min(until + pd.Timedelta(days=2), until + pd.offsets.MonthEnd(0))
    daily = published.reindex(pd.date_range(days[0], until)).ffill(limit=4)
    months = pd.DatetimeIndex(daily.index).to_period("M")
    groups = daily.groupby(months)
    whole = groups.count().to_numpy() == groups.mean().index.days_in_month
    return groups.mean()[whole]


def _on_its_basis(series: str, values: pd.Series) -> pd.Series:
    """Leave out figures that were never published on the basis of their series."""
    years = next(years for column, years in bundled.CURVE.items() if column == MONTH_ENDS[series])
    for maturity, first, last in OTHER_BASIS:
        if maturity == years:
            values = values.drop(values.loc[first:last].index)
    return values


def _is_shifted(series: str, values: pd.Series, theirs: pd.Series) -> bool:
    """Whether yields of another basis are those of the session before or after.

    Yields on the basis of the table need no such test: most of their month-ends differ then.
    """
    if not series.startswith("^"):
        return False
    own = _spread(values, theirs)
    return own > 0.01 and any(
        _spread(values.shift(step), theirs) < NEARER * own for step, _ in LATE
    )


def _spread(values: pd.Series, theirs: pd.Series) -> float:
    """Mean distance of the gaps from the middle one; infinite in fewer than two years."""
    gaps = (month_ends(values) - theirs).dropna()
    return float((gaps - gaps.median()).abs().mean()) if len(gaps) >= 24 else float("inf")


def _resemblance(series: str, values: pd.Series, apart: pd.Series) -> str:
    """What a series that contradicts the months looks like, as a clause; nothing if unclear."""
    first = apart.index[apart][0] if apart.any() else apart.index[0]
    since = values[pd.DatetimeIndex(values.index).to_period("M") >= first]
    if first >= apart.index[0] + 2 * MONTHS and len(since) > 1:
        return f"; they agree before {first}" + _likeness(series, since)
    return _likeness(series, values)


def _likeness(series: str, values: pd.Series) -> str:
    if (values == values.iloc[0]).all():
        return f"; they are {values.iloc[0]:g} throughout"
    if series != CONSUMER_PRICES:
        for factor, words in UNITS:
            if _fits(series, factor * values):
                return f"; they look like {words}"
    unit = {POLICY_RATE: "day", CONSUMER_PRICES: "month"}.get(series, "session")
    # The bounds around a mix of neighbours are too wide to tell a day from the next.
    for step, word in LATE if series not in NEIGHBOURS else ():
        if _fits(series, values.shift(step).dropna()):
            return f"; their dates look a {unit} {word}"
    for column, title in TITLES.items():
        if column != MONTH_ENDS.get(series):
            gaps = (month_ends(values) - bundled.table()[column]).abs().dropna()
            if len(gaps) >= MONTHS and (gaps <= SAME_FIGURE).mean() > 1.0 - MOST_APART:
                return f"; they look like the {title}"
    for points in SHIFTS if series != CONSUMER_PRICES else ():
        if _fits(series, values - points):
            return f"; they look {abs(points):g} point too {'high' if points > 0 else 'low'}"
    return ""


def _fits(series: str, values: pd.Series) -> bool:
    held = _compared(series, values)
    return len(held.apart) >= FEWEST_MONTHS and not held.contradict
