"""Whether a history can be that of the fund whose name it bears, by the fund's first day."""

from __future__ import annotations

import pandas as pd

from data.errors import DataError

# First days of trading or, up to a week before, of the fund: prospectuses and fact sheets of the
# issuers (State Street, iShares, Invesco, Vanguard, Schwab). Yahoo's histories of the eight funds
# measured begin on the listing, 0 to 8 days after these.
FIRST_DAYS = {
    "SPY": "1993-01-22", "SHY": "2002-07-22", "IEF": "2002-07-22", "TLT": "2002-07-22",
    "BIL": "2007-05-25", "AGG": "2003-09-22", "TIP": "2003-12-04", "GLD": "2004-11-18",
}  # fmt: skip
# The same of funds whose histories have not been measured here: they may begin up to a year later.
OTHER_FIRST_DAYS = {
    "IVV": "2000-05-15", "VOO": "2010-09-07", "VTI": "2001-05-24", "QQQ": "1999-03-10",
    "DIA": "1998-01-14", "IWM": "2000-05-22", "MDY": "1995-05-04", "EFA": "2001-08-14",
    "EEM": "2003-04-07", "VEA": "2007-07-20", "VWO": "2005-03-04", "VT": "2008-06-24",
    "BND": "2007-04-03", "LQD": "2002-07-22", "HYG": "2007-04-04", "MUB": "2007-09-07",
    "SHV": "2007-01-05", "IEI": "2007-01-05", "TLH": "2007-01-05", "GOVT": "2012-02-14",
    "VGSH": "2009-11-19", "VGIT": "2009-11-19", "VGLT": "2009-11-19", "SCHO": "2010-08-05",
    "SCHR": "2010-08-05", "SCHP": "2010-08-05", "SGOV": "2020-05-26", "EDV": "2007-12-06",
    "IAU": "2005-01-21", "SLV": "2006-04-21",
}  # fmt: skip
EARLY_DAYS, OTHER_EARLY_DAYS = 7, 31
LATE_DAYS, OTHER_LATE_DAYS = 30, 366


def first_day(ticker: str, day: pd.Timestamp) -> list[str]:
    """Report a history that begins long after its fund did.

    Raises
    ------
    DataError
        If it begins before the fund existed: then it is another's.
    """
    own = ticker in FIRST_DAYS
    published = FIRST_DAYS.get(ticker) or OTHER_FIRST_DAYS.get(ticker)
    if published is None:
        return []
    began = pd.Timestamp(published)
    if day < began - pd.Timedelta(days=EARLY_DAYS if own else OTHER_EARLY_DAYS):
        raise DataError(
            f"{ticker}: Yahoo's history begins on {day:%Y-%m-%d}, but the fund on "
            f"{began:%Y-%m-%d}: it is another fund's; bring checked prices with --source files:DIR"
        )
    late = (day - began).days
    if late <= (LATE_DAYS if own else OTHER_LATE_DAYS):
        return []
    return [
        f"{ticker}: its history begins on {day:%Y-%m-%d}, though the fund began on "
        f"{began:%Y-%m-%d}: {late / 365.25:.1f} years are missing; check it"
    ]
