"""Which files of a folder are tickers: those of rates and other figures are none."""

from __future__ import annotations

import os

import pytest

from data.sources import files
from data.sources.ticker_files import is_figure, may_be_held
from tests.data.helpers import GOOD


@pytest.mark.parametrize(
    "name",
    ["DGS10", "DTB3", "CPIAUCSL", "^IRX", "TNX", "yields", "Rates", "treasury_yields", "DEXUSEU",
     "IR3TIB01AUM156N", "FEDFUNDS", "T10Y2Y", "policy_rates_monthly"],
)  # fmt: skip
def test_the_names_of_figures_are_no_tickers(name):
    assert is_figure(name)


@pytest.mark.parametrize(
    "name", ["SPY", "BRK-B", "^SP500TR", "RATE", "AAA", "TIP", "us_equity_total_return_daily"]
)
def test_the_names_of_what_is_held_are_tickers(name):
    """RATE was Bankrate's ticker, AAA is that of a fund of loans."""
    assert not is_figure(name)


@pytest.mark.parametrize(
    ("head", "held"),
    [
        ("Date,Open,High,Low,Close,Adj Close,Volume", True),
        ("date,value", True),
        ("date,us_large_cap_total_return", True),
        ("date;OWN", True),
        ("A title above the head", True),
        ("observation_date,DEXUSAL", False),
        ("date,spot_rate,forward_30,spot_30", False),
        ("date,3m yield,10y yield", False),
        ('\ufeff"date","cpi_all_urban"', False),
    ],
)
def test_a_first_line_that_names_figures_alone_is_no_tickers(tmp_path, head, held):
    path = tmp_path / "own.csv"
    path.write_text(f"{head}\n2024-01-02,1\n")
    assert may_be_held(path) is held


def test_a_column_named_as_its_file_says_nothing(tmp_path):
    path = tmp_path / "rate.csv"
    path.write_text("date,RATE\n2024-01-02,1\n")
    assert may_be_held(path)


def test_the_list_of_a_folder_leaves_figures_out(price_folder):
    folder = price_folder(SPY=GOOD, DGS10=GOOD, CPIAUCSL=GOOD, yields=GOOD, cpi_monthly=GOOD)
    (folder / "aud.csv").write_text("observation_date,DEXUSAL\n1971-01-04,1.1127\n")
    assert files.tickers(folder) == ["SPY"]


@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "SPY.csv")
    assert may_be_held(tmp_path / "SPY.csv")
