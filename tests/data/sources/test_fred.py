"""FRED's downloads as they should be, and a few that are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError, UnreachableError
from data.sources import fred
from tests import yahoo_server as server
from tests.made_rates import rate


@pytest.fixture
def web(monkeypatch):
    """A FRED on loopback with a ten-year yield on 900 days, one of them empty."""
    yields = rate("DGS10", last="2025-09-26").iloc[-900:]
    yields.iloc[50] = np.nan
    with server.serve() as running:
        running.hold_fred("DGS10", yields)
        monkeypatch.setenv("HEDGE_FRED_URL", running.url)
        yield running


def test_fred_series_are_read_with_their_holes(web):
    bars = fred.fetch("DGS10")
    sent = rate("DGS10", last="2025-09-26").iloc[-900:]
    assert bars.frame["Value"].tolist() == sent.drop(sent.index[50]).tolist()
    assert bars.warnings == ()


def test_each_maturity_is_read_from_the_series_that_bears_its_name():
    # FRED names constant-maturity yields DGS and the maturity: DGS3MO is of 3 months, DGS30 of 30
    # years. H.15 publishes the ten that are asked for here.
    assert {
        name: years if "MO" not in name else years * 12 for years, name in fred.CURVE.items()
    } == {
        **{"DGS3MO": 3, "DGS6MO": 6, "DGS1": 1, "DGS2": 2, "DGS3": 3},
        **{"DGS5": 5, "DGS7": 7, "DGS10": 10, "DGS20": 20, "DGS30": 30},
    }


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (server.status(503), UnreachableError, "DGS10: FRED answered with status 503"),
        (server.body(b"<html>busy</html>"), DataError, "what FRED sent is not that series"),
        (server.body(b""), DataError, "what FRED sent is not that series"),
        # Millions of columns would take minutes and gigabytes.
        (server.body(b"," * (4 << 20) + b"\n1,2\n"), DataError, "what FRED sent is not that"),
        (server.body(b"observation_date,DGS2\n2020-01-02,1\n2020-01-03,1\n"), DataError,
         "what FRED sent is not that series"),
        (server.body(b"observation_date,DGS10\n2020-01-02,1\n2020-01-03,x\n"), DataError,
         "FRED's line 3 is damaged"),
        (server.body(b"observation_date,DGS10\n2020-01-03,1\n2020-01-02,1\n"), DataError,
         "dates do not ascend"),
        (server.body(b"observation_date,DGS10\n2020-01-02,1\n2020-01-03,400\n"), DataError,
         "DGS10 from FRED is 400 on 2020-01-03; it should lie between -2 and 25"),
    ],
)  # fmt: skip
def test_fred_misbehaving_is_one_line(web, answer, kind, message):
    web.faults["DGS10"] = [answer]
    with pytest.raises(kind, match=message):
        fred.fetch("DGS10")


def test_only_the_month_that_nobody_published_is_no_warning(web):
    cpi = rate("CPIAUCSL", "2024-01-01")
    assert pd.Timestamp("2025-10-01") not in cpi.index
    web.hold_fred("CPIAUCSL", cpi)
    assert fred.fetch("CPIAUCSL").warnings == ()
    web.hold_fred("CPIAUCSL", cpi.drop(pd.Timestamp("2025-09-01")))
    (line,) = fred.fetch("CPIAUCSL").warnings
    assert line.startswith("CPIAUCSL: no figure between 2025-08-01 and 2025-10-01")
    web.hold_fred("CPIAUCSL", cpi.loc[:"2025-09-01"])  # nobody knows of the hole yet
    assert fred.fetch("CPIAUCSL").warnings == ()
