"""Small inputs that once gave a wrong number: the right one, worked out elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.judge import judged_on
from backtests.engine.run import Run
from data.errors import DataError
from data.sources import files
from tests.conftest import SHARED

CASES = SHARED.parent / "cases"


def run(name: str, weights: dict[str, float], **options) -> Run:
    """A free run of a mix on the files of a case, by the ledger."""
    folder: Path = CASES / name
    if not folder.is_dir():
        pytest.skip(f"no small inputs: {folder} is not there")
    config = RunConfig(
        "hedge_mix", {"weights": weights}, f"files:{folder}", costs=Costs(0, 0), **options
    )
    return simulated(load_inputs(config), ledger.fill)


def test_rows_a_year_are_counted_where_they_are_not_new_yorks():
    made = run("tokyo_sessions", {"A": 1.0})
    assert made.summary.metrics.cagr == pytest.approx(0.0988, abs=5e-5)
    assert 240 < made.summary.rows_per_year < 248


def test_missing_sessions_do_not_raise_the_growth():
    made = run("one_in_21_sessions_missing", {"SPY": 0.6, "IEF": 0.4})
    # 10.69 % on all sessions; the first and the last price are the same.
    assert made.summary.benchmark.metrics.cagr == pytest.approx(0.1069, abs=2e-4)


def test_less_than_a_year_is_a_total_return():
    made = run("seven_day_under_a_year", {"BTC": 1.0})
    numbers = made.summary.metrics
    assert numbers.total_return == pytest.approx(-0.1155, abs=2e-4)
    assert numbers.cagr is numbers.volatility is numbers.sharpe is numbers.calmar is None
    assert "299 days are less than a year: nothing is annualised" in made.market.remarks


def test_months_stamped_on_the_first_are_months():
    made = run("monthly_first_of_month", {"A": 1.0})
    assert made.summary.metrics.best_year == pytest.approx(0.4258, abs=5e-5)
    assert (made.summary.start, made.summary.end) == ("2010-01-31", "2019-12-31")
    assert made.summary.years[-1].year == 2019
    assert any("stamped on the 1st" in note for note in made.market.notes)


def test_a_hole_of_the_benchmark_leaves_the_portfolio_its_sessions():
    made = run("unused_ticker_hides_a_trough", {"A": 1.0}, benchmark="SPY")
    assert made.summary.metrics.max_drawdown == pytest.approx(-0.5)
    assert len(made.simulation.nav) == len(made.benchmark.nav) + 1
    assert any(
        "SPY has no price on 2024-01-08, sessions of the portfolio" in note
        for note in made.market.notes
    )
    values = made.benchmark_values  # for charts the day without a price repeats the one before
    assert values["2024-01-08"] == values["2024-01-05"] == made.benchmark.nav["2024-01-05"]
    market, simulation = judged_on(made)
    assert (market, simulation) == (made.market, made.simulation)


def test_small_letters_are_the_same_tickers():
    made = run("lowercase_tickers", {"spy": 0.6, "ief": 0.4})
    assert list(made.simulation.weights) == ["SPY", "IEF", "CASH"]
    assert made.config.roles.hedge_of(["SPY", "IEF"]) == ["IEF"]
    assert made.summary.benchmark.ticker == "SPY"


@pytest.mark.parametrize(
    ("name", "tickers", "message"),
    [
        ("cell_null", "SPY", "line 3, column value: got 'null', expected a number"),
        ("line_number_after_blank_lines", "SPY", "line 8, column value: got 'abc', expected"),
        (
            "row_cut_short",
            "SPY,IEF",
            "line 601 has 6 cells under a head of 7; the row is cut",
        ),
        (
            "price_column_by_another_name",
            "SPY",
            "the column PX_LAST holds prices without",
        ),
        ("yields_as_a_fund", "SPY,DGS10", "DGS10 is a yield or an exchange rate, not something to"),
        (
            "dates_on_sundays",
            "SPY,IEF",
            "of its 5217 rows lie on weekends .first Sunday 2005",
        ),
    ],
)
def test_what_would_be_a_wrong_number_is_one_line(name, tickers, message):
    names = tickers.split(",")
    weights = {ticker: 1.0 / len(names) for ticker in names}
    with pytest.raises(DataError, match=message) as refused:
        run(name, weights)
    assert "\n" not in str(refused.value)


def test_a_yield_by_another_name_is_no_fund(tmp_path):
    """The case's ten-year yields in a file of TLT's name, under a head that says nothing."""
    folder = CASES / "yields_as_a_fund"
    if not folder.is_dir():
        pytest.skip(f"no small inputs: {folder} is not there")
    text = (folder / "DGS10.csv").read_text().replace("DGS10", "value")
    (tmp_path / "TLT.csv").write_text(text)
    config = RunConfig("hedge_mix", {"weights": {"TLT": 1.0}}, f"files:{tmp_path}")
    with pytest.raises(DataError, match=r"TLT\.csv is a yield in percent .4\.2 on 2025-09-26."):
        load_inputs(config)


def test_semicolons_and_decimal_commas_are_read():
    folder = CASES / "semicolons_decimal_commas"
    if not folder.is_dir():
        pytest.skip(f"no small inputs: {folder} is not there")
    market = files.load(folder, ["SPY"])
    assert market.prices["SPY"].tolist() == [100.5, 101.0]
    assert market.notes[:2] == (
        f"{folder / 'SPY.csv'}: its cells are parted by semicolons",
        f"{folder / 'SPY.csv'}: 100,5 in Adj Close is read as 100.5",
    )


def test_month_ends_by_two_calendars_meet():
    """Growth of each file by hand: its last level over its first, nothing left out."""
    made = run("month_ends_by_two_calendars", {"SPY": 1.0}, benchmark="IEF")
    assert len(made.market.sessions) == 180
    # 152.0479059890023 / 100 and 161.90615948128965 / 100 in the files; the first purchase is a
    # month after the start.
    prices = made.market.prices
    assert prices["SPY"].iloc[-1] / prices["SPY"].iloc[0] == pytest.approx(1.520479059890023)
    assert prices["IEF"].iloc[-1] / prices["IEF"].iloc[0] == pytest.approx(1.6190615948128965)
    assert any("2005-04-30 of SPY and 2005-04-29 of IEF" in note for note in made.market.notes)
