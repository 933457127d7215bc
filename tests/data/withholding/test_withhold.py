"""A market after withholding: laws, sources, other currencies, real funds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data import bundled
from data.bundled.world import currency_figures
from data.currency.conversion import Conversion
from data.currency.convert import in_currency, reconverted
from data.errors import DataError
from data.load import load_market
from data.withholding.payouts import Payments, of_bars
from data.withholding.rates import NOTHING, Withheld, Withholding
from data.withholding.withhold import net_histories, withhold
from tests.conftest import market_of, random_market

THIRTY = Withholding({"IEF": Withheld(0.3)})
YEN = Conversion(currency="JPY", ratios={"IEF": 1.0})


def yen_of(market):
    return in_currency(market, YEN, currency_figures("JPY"), net_histories(market))


def same(market, other) -> None:
    pd.testing.assert_frame_equal(market.prices, other.prices, check_exact=True)
    pd.testing.assert_series_equal(market.cash, other.cash, check_exact=True)


# --- laws ---------------------------------------------------------------------------------------


def test_nothing_withheld_is_the_market_itself():
    market = bundled.load(["IEF", "TLT"])
    assert withhold(market, NOTHING) is market
    assert market.withholding == NOTHING
    there = withhold(market, THIRTY)
    same(withhold(there, NOTHING), market)
    assert withhold(there, NOTHING).notes == market.notes
    assert there.withholding == THIRTY
    assert there.prices["TLT"].equals(market.prices["TLT"])


def test_other_rates_replace_those_that_are_withheld_already():
    market = bundled.load(["IEF"])
    ten = withhold(market, Withholding({"IEF": Withheld(0.1)}))
    same(withhold(ten, THIRTY), withhold(market, THIRTY))
    assert withhold(ten, THIRTY).notes == withhold(market, THIRTY).notes
    assert ten.notes[-1] == "withheld: 10 % of IEF's interest"
    shock = withhold(market, Withholding({"IEF": Withheld(0.3, "2025-05-01")}))
    assert shock.notes[-1] == "withheld: 30 % of IEF's interest from 2025-05-01"
    # The month of that day is the first that is changed.
    changed = shock.prices["IEF"] != market.prices["IEF"]
    assert changed.idxmax() == pd.Timestamp("2025-05-31")


def test_a_first_day_after_the_last_row_withholds_nothing_and_says_so():
    market = bundled.load(["IEF", "TLT"])
    last = market.sessions[-1]
    late = Withholding({"IEF": Withheld(0.3, "2099-01-01"), "TLT": Withheld(0.1)})
    taxed = withhold(market, late)
    assert taxed.prices["IEF"].equals(market.prices["IEF"])
    assert taxed.notes[-2:] == (
        "withheld: 10 % of TLT's interest",
        "to be withheld: 30 % of IEF's interest from 2099-01-01, which is after the last row: "
        "nothing of it is withheld here",
    )
    on_it = withhold(market, Withholding({"IEF": Withheld(0.3, f"{last:%Y-%m-%d}")}))
    assert on_it.notes[-1] == f"withheld: 30 % of IEF's interest from {last:%Y-%m-%d}"
    assert on_it.prices["IEF"].iloc[-1] < market.prices["IEF"].iloc[-1]


def test_a_view_and_a_withholding_commute():
    market = bundled.load(["IEF", "TLT"])
    day = market.sessions[300]
    same(withhold(market, THIRTY).until(day), withhold(market.until(day), THIRTY))
    view = withhold(market, THIRTY).until(day)
    assert view.withholding == THIRTY
    for held in (*view.payments.histories.values(), view.payments.payouts["IEF"].shares):
        assert held.index[-1] == day
    assert withhold(market, THIRTY).only([]).withholding == THIRTY


def test_the_data_are_the_same_whatever_is_withheld():
    market = bundled.load(["IEF", "TLT"])
    own = market.fingerprints()
    by_rate = [
        withhold(market, Withholding({"IEF": Withheld(rate)})).fingerprints() for rate in (0.1, 0.3)
    ]
    assert by_rate[0] == by_rate[1]
    assert {name: by_rate[0][name] for name in own} == own
    assert set(by_rate[0]) - set(own) == {"payouts of IEF"}


def test_in_another_currency_it_is_withheld_before_the_conversion_and_its_hedge():
    market = bundled.load(["SPY", "IEF"])
    there = yen_of(withhold(market, THIRTY))
    again = withhold(yen_of(market), THIRTY)
    same(there, again)
    assert again.withholding == THIRTY
    assert again.currency == "JPY"
    assert again.notes == there.notes
    same(withhold(again, NOTHING), yen_of(market))
    assert again.in_dollars.prices["IEF"].equals(
        withhold(market, THIRTY).until(again.sessions[-1]).prices["IEF"]
    )
    # A hedge that moves keeps what is withheld.
    unhedged = Conversion(currency="JPY")
    same(
        reconverted(there, unhedged),
        in_currency(withhold(market, THIRTY), unhedged, currency_figures("JPY")),
    )
    assert reconverted(there, unhedged).withholding == THIRTY
    assert {**yen_of(market).fingerprints()}.items() <= there.fingerprints().items()


# --- what is refused or said --------------------------------------------------------------------


def test_a_market_that_says_nothing_of_payouts_is_refused():
    with pytest.raises(DataError, match="needs payouts, and made says nothing of them; leave it"):
        withhold(random_market(1), THIRTY)


def test_a_ticker_that_is_not_there_is_refused():
    with pytest.raises(DataError, match=r"names IEFF, which is not in bundled.*did you mean IEF"):
        withhold(bundled.load(["IEF"]), Withholding({"IEFF": Withheld(0.3)}))


def test_the_bundled_equity_has_no_known_dividends():
    fifteen = Withholding({"SPY": Withheld(0.15)})
    with pytest.raises(
        DataError, match="from SPY: the bundled SPY is a total return.*give --source yahoo or file"
    ):
        load_market("bundled", ["SPY", "IEF"], withholding=fifteen)
    assert load_market("bundled", ["SPY", "IEF"], withholding=THIRTY).withholding == THIRTY


def test_a_fund_that_pays_nothing_out_says_so():
    sessions = pd.bdate_range("2020-01-02", periods=4)
    close = pd.Series([100.0, 101.0, 102.0, 103.0], sessions)
    frame = pd.DataFrame({"Close": close, "Dividends": 0.0})
    market = market_of(close.to_frame("CSPX.L"), close / close, 252)
    market = market.paid_out(
        market.prices, Payments({"CSPX.L": of_bars("CSPX.L", frame)}, {"CSPX.L": close})
    )
    kept = withhold(market, Withholding({"CSPX.L": Withheld(0.15)}))
    assert kept.prices.equals(market.prices)
    assert kept.notes[-1] == (
        "CSPX.L pays nothing out, so nothing is withheld from it: what its fund pays in tax is in "
        "its price"
    )


# --- sources ------------------------------------------------------------------------------------


def test_bundled_bonds_lose_the_share_of_their_yield():
    # A year of IEF at 30 %: 0.3 times the mean of its rungs' yields, month by month.
    market = bundled.load(["IEF"])
    rows = slice("2023-12-31", "2024-12-31")
    grown = [
        float(kind.prices["IEF"].loc[rows].iloc[-1] / kind.prices["IEF"].loc[rows].iloc[0])
        for kind in (withhold(market, THIRTY), market)
    ]
    mean_yield = market.yields[10.0].loc["2023-12-31":"2024-11-30"].mean() / 100
    assert grown[1] - grown[0] == pytest.approx(0.3 * mean_yield, rel=0.03)


def test_bundled_bills_at_a_rate_of_one_stand_still():
    market = load_market("bundled", ["BIL"], withholding=Withholding({"BIL": Withheld(1.0)}))
    growth = market.prices["BIL"].pct_change(fill_method=None).iloc[1:]
    assert growth.max() == pytest.approx(0.0, abs=1e-14)  # and where the fee exceeds it, falls
    whole = bundled.load(["BIL"]).prices["BIL"].pct_change(fill_method=None).iloc[1:]
    np.testing.assert_allclose(growth[whole < 0], whole[whole < 0], rtol=1e-9)


ROWS = """Date,Close,Adj Close
2020-01-02,100,98
2020-01-03,102,99.96
2020-01-06,101,101
2020-01-07,103,103
"""


def test_a_file_with_both_closes_by_hand(price_folder):
    folder = price_folder(FUND=ROWS, OTHER=ROWS.replace("101,101", "103,103"))
    source = f"files:{folder}"
    # On 6 January 1 - 101/102 x 99.96/101 = 2 % of the value is paid: 2.04 of 102.
    half = load_market(source, ["FUND"], withholding=Withholding({"FUND": Withheld(0.5)}))
    assert half.prices["FUND"].tolist() == pytest.approx(
        [98, 99.96, 101 * 0.99, 103 * 0.99], rel=1e-12
    )
    whole = load_market(source, ["FUND"], withholding=Withholding({"FUND": Withheld(1.0)}))
    assert (whole.prices["FUND"] / 98).tolist() == pytest.approx([1, 1.02, 1.01, 1.03], rel=1e-12)
    assert half.notes[-1] == "withheld: 50 % of FUND's dividends"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("date,value\n2020-01-02,1\n2020-01-03,2\n2020-01-06,2\n2020-01-07,2\n",
         r"FUND.csv has no closes beside its total return; give a file with Close and Adj Close"),
        (ROWS.replace("100,98", "1000,98"),
         r"FUND.csv would pay 90 % of its value on 2020-01-03: its closes are not adjusted for"),
    ],
)  # fmt: skip
def test_a_file_without_dividends_is_refused(price_folder, text, words):
    folder = price_folder(FUND=text)
    with pytest.raises(DataError, match=words):
        load_market(f"files:{folder}", ["FUND"], withholding=Withholding({"FUND": Withheld(0.15)}))
    assert load_market(f"files:{folder}", ["FUND"]).withholding == NOTHING


def test_a_price_of_a_folder_is_refused(price_folder):
    folder = price_folder(FUND=ROWS)
    with pytest.raises(DataError, match=r"FUND is a price without dividends \(--price-only\)"):
        load_market(
            f"files:{folder}", ["FUND"], price_only=["FUND"],
            withholding=Withholding({"FUND": Withheld(0.15)}),
        )  # fmt: skip


def test_months_stamped_on_the_first_are_withheld_from_too(price_folder):
    rows = "\n".join(
        f"{month:%Y-%m-01},100,{98 if month.month < 6 else 100}"
        for month in pd.period_range("2020-01", "2020-12", freq="M")
    )
    folder = price_folder(FUND=f"Date,Close,Adj Close\n{rows}\n")
    half = load_market(
        f"files:{folder}", ["FUND"], withholding=Withholding({"FUND": Withheld(0.5)})
    )
    assert half.prices["FUND"].iloc[[0, 4, 5, 11]].tolist() == pytest.approx([98, 98, 99, 99])
    assert f"{half.sessions[5]:%Y-%m-%d}" == "2020-06-30"


# --- real funds ---------------------------------------------------------------------------------


def growth_a_year(market, ticker) -> float:
    level = market.prices[ticker].dropna()
    years = (level.index[-1] - level.index[0]).days / 365.25
    return float((level.iloc[-1] / level.iloc[0]) ** (1 / years) - 1)


@pytest.fixture(scope="module")
def real(yahoo_folder):
    return load_market(f"files:{yahoo_folder}", ["SPY", "TLT"])


def test_a_sixth_of_a_dividend_yield_is_lost_of_real_equity(real):
    # SPY's dividend yield from 1993 to 2025: its total return less its price return, 1.99 points.
    fifteen, whole = (withhold(real, Withholding({"SPY": Withheld(rate)})) for rate in (0.15, 1.0))
    paid = growth_a_year(real, "SPY") - growth_a_year(whole, "SPY")
    assert 0.017 < paid < 0.023
    lost = growth_a_year(real, "SPY") - growth_a_year(fifteen, "SPY")
    assert lost == pytest.approx(0.15 * paid, rel=0.01)


def test_all_withheld_is_the_price_return_of_real_funds(real, yahoo_folder):
    whole = withhold(real, Withholding({"SPY": Withheld(1.0), "TLT": Withheld(1.0)}))
    for ticker in ("SPY", "TLT"):
        close = pd.read_csv(yahoo_folder / f"{ticker}.csv", index_col=0, parse_dates=True)["Close"]
        level = whole.prices[ticker].dropna()
        price = close.reindex(level.index)
        np.testing.assert_allclose(
            level / level.iloc[0], price / price.iloc[0], rtol=1e-12, err_msg=ticker
        )


def test_a_proxy_is_withheld_from_as_its_fund(yahoo_folder, rates_folder):
    folder = yahoo_folder.parent
    thirty = Withholding({"TLT": Withheld(0.3)})
    market = load_market(f"files:{folder}", ["TLT"], extend=True)
    there = withhold(market, thirty)
    assert market.sessions[0] < pd.Timestamp("1980-01-01")
    level = (there.prices["TLT"] / market.prices["TLT"]).dropna()
    assert (level.diff().dropna() <= 1e-6).all()  # closes of the files are rounded
    # In 1981 long yields were 11.8 to 15.2 %: three tenths of them were lost.
    lost = 1 - level.loc["1981-12-31"] / level.loc["1980-12-31"]
    assert 0.3 * 0.115 < lost < 0.3 * 0.155
    # Around the join, where the ladder's days end and the fund's begin, nothing is lost twice.
    around = level.loc["2002-07-15":"2002-08-15"]
    assert 1 - around.iloc[-1] / around.iloc[0] == pytest.approx(0.3 * 0.053 / 12, rel=0.6)
