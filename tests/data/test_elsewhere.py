"""Where else to look: what is advised has what is needed, and was not asked already."""

from __future__ import annotations

import pytest

from data import bundled
from data.elsewhere import OFFERED, where_else
from data.load import load_market, require_source
from data.origin import How, Origin
from data.sources.files import RATE_FILES
from tests.conftest import random_market

YIELDS = "treasury_cmt_yields_daily.csv"
FAILED = Origin(How.BUNDLED, failure="Yahoo cannot be reached", short="Yahoo cannot be reached")


@pytest.mark.parametrize(
    ("source", "needed", "advice"),
    [
        ("yahoo", "yields", f"try again later, or use --source bundled or files:DIR with {YIELDS}"),
        ("bundled", "usd", "use --source yahoo or files:DIR with usd_index_daily.csv"),
        ("files:here", "yields", f"add it to {YIELDS}, or use --source bundled or yahoo"),
        ("files:here", "usd", "add it to usd_index_daily.csv, or use --source yahoo"),
        ("prices", "cpi", "use --source bundled or yahoo or files:DIR with cpi_monthly.csv"),
        ("bundled", "daily prices", "use --source yahoo or files:DIR with daily prices"),
        ("files:here", "daily prices", "give daily prices there, or use --source yahoo"),
    ],
)
def test_the_source_that_was_asked_is_not_advised(source, needed, advice):
    market = random_market(1)
    vars(market)["source"] = source
    assert where_else(market, needed) == advice


def test_the_bundled_history_is_advised_where_it_has_the_tickers():
    market = random_market(1)
    assert set(market.tickers) <= set(bundled.TICKERS)
    vars(market)["source"] = "files:here"
    other = market.relabelled()
    vars(other)["_prices"] = other.prices.rename(columns={"SPY": "VTI"})
    assert where_else(other, "yields") == f"add it to {YIELDS}, or use --source yahoo"


def test_yahoo_is_not_advised_where_the_bundled_history_replaces_it():
    market = load_market("bundled", ["SPY"]).relabelled(origin=FAILED)
    assert where_else(market, "usd") == (
        "try again later, or use --source files:DIR with usd_index_daily.csv"
    )


def test_every_source_and_file_that_is_advised_is_there():
    for needed, (sources, content) in OFFERED.items():
        for source in sources:
            require_source(source)
        assert content.removesuffix(".csv") in RATE_FILES or needed == content
    months = load_market("bundled", ["SPY"])
    for needed in ("yields", "policy_rate", "usd", "cpi"):
        assert (getattr(months, needed) is not None) == ("bundled" in OFFERED[needed][0]), needed
    assert months.periods_per_year == 12
