"""Random wrong cells in a good history: a contradiction between figures is always noticed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from data.checks.moves import RETURNS, YIELDS, odd_moves
from data.sources import yahoo
from data.sources.bars import total_return
from tests import yahoo_server as server
from tests.soak.corruption import CORRUPTIONS, anothers, corrupt
from tests.soak.made import judge, random_bars
from tests.soak.yahoo import UNKNOWN, Good, good_history, trial

TURNS = 8
# The largest error of a day that may pass unnoticed in what Yahoo sends wrong in every figure
# alike, and how many of eight such histories may. Prices: 8.5 of these histories' usual moves, or 8
# usual opening moves; in whole cents, else each is named. Dividends: up to 1.6 times the largest
# around of 0.48 % of the price.
MAY_BE_SILENT = {
    "dividend, adjusted for": (0.0049, 3),
    "dividends lost, adjusted for": (0.0049, 7),  # all or every second: such funds there are
    "two whole rows exchanged": (0.12, 10),
    "close, adjusted close, in cents": (0.05, 5),
    "a whole row, in cents": (0.05, 7),
    "a whole week, in cents": (0.08, 7),
    "close and adjusted close alike": (0.05, 1),  # one factor in fifty leads to whole cents
    "a whole row alike": (0.05, 1),
    "a year's dividends doubled, halved": (0.0049, 3),
    "adjusted twice, in cents": (0.0055, 2),
}


@pytest.fixture
def web(monkeypatch):
    with server.serve() as running:
        monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
        monkeypatch.setattr(yahoo, "BACKOFF_SECONDS", 0.01)
        yield running


@pytest.fixture(scope="module")
def goods():
    """Good histories, and the warnings that each gives as it is."""
    with server.serve() as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEDGE_YAHOO_URL", running.url)
        return [good_history(running, UNKNOWN, random_bars(seed, 1000)) for seed in range(TURNS)]


def test_a_made_history_has_no_warning_of_its_own(goods):
    for good in goods:
        assert all("stale, ends on" in line for line in good.usual), good.usual


@pytest.mark.parametrize("which", range(len(CORRUPTIONS)), ids=[row[0] for row in CORRUPTIONS])
def test_no_corruption_that_contradicts_another_figure_is_silent(web, goods, which):
    name, alike, _ = CORRUPTIONS[which]
    ends: Counter[str] = Counter()
    largest, most = MAY_BE_SILENT.get(name, (0.0, 0))
    for turn, good in enumerate(goods):
        spoilt = corrupt(turn * len(CORRUPTIONS) + which, good.bars)
        outcome = trial(web, good, spoilt)
        assert spoilt.name == name
        ends[outcome.word] += 1
        assert outcome.word != "silent" or outcome.error < largest, (turn, outcome)
    assert ends.total() == TURNS
    print(name, ends)
    assert ends["silent"] <= most, ends
    if not alike:
        assert name not in MAY_BE_SILENT
        assert ends["refused"] + ends["reported"] > 0


@pytest.mark.parametrize(
    ("ticker", "other", "seed"),
    [("IEF", "AGG", 0), ("IEF", "AGG", 1), ("GLD", "SPY", 0), ("GLD", "SPY", 1), ("SPY", "GLD", 0),
     ("TLT", "IEF", 0), ("SHY", "BIL", 0), ("BIL", "SHY", 0), ("AGG", "IEF", 0), ("AGG", "GLD", 0),
     ("TIP", "TLT", 0), ("TIP", "AGG", 1)],
)  # fmt: skip
def test_another_funds_history_is_refused_whole_and_cut_to_the_first_day(
    web, yahoo_folder, ticker, other, seed
):
    bars = {name: server.bars_of(yahoo_folder / f"{name}.csv") for name in (ticker, other)}
    outcome = trial(
        web, Good(ticker, bars[ticker], set()), anothers(seed, bars[ticker], bars[other])
    )
    assert outcome.word == "refused"
    assert "another fund's" in outcome.message


def test_the_judge_knows_a_silent_wrong_number():
    good = random_bars(1)
    wrong = good.copy()
    wrong.iloc[100, wrong.columns.get_loc("Close")] *= 1.01
    assert judge(total_return(good), _bars(good), set()).word == "harmless"
    assert judge(total_return(good), _bars(wrong), set()).word == "silent"
    near = f"SPY: {good.index[100]:%Y-%m-%d} is odd"
    assert judge(total_return(good), _bars(wrong, near), set()).word == "reported"
    far = f"SPY: {good.index[104]:%Y-%m-%d} is odd"
    assert judge(total_return(good), _bars(wrong, far), set()).word == "silent"
    assert judge(total_return(good), _bars(wrong, near), {near}).word == "silent"


def _bars(frame, *warnings):
    from data.sources.bars import COLUMNS, Bars

    return Bars(frame[COLUMNS], warnings)


def held(web, bars, ticker="SPY"):
    web.hold(ticker, bars)
    return yahoo.fetch(ticker)


def test_real_histories_give_no_new_warning(web, yahoo_folder):
    lines_of = {}
    for path in sorted(yahoo_folder.glob("*.csv")):
        warnings = held(web, server.bars_of(path), path.stem).warnings
        lines_of[path.stem] = [line for line in warnings if "stale" not in line]
    # Bills paid nothing then, and the fund stood at one price for four weeks.
    (still,) = lines_of.pop("BIL")
    assert "the same close for 19 sessions, 2011-07-22 to 2011-08-17" in still
    # IEF and AGG paid on 2012-11-01, the first session of that month; of SHY and TLT this copy of
    # Yahoo's prices lacks it.
    for name in ("SHY", "TLT"):
        (line,) = lines_of.pop(name)
        assert "a month's dividend is missing between 2012-10-01 and 2012-12-03" in line
    assert {name: lines for name, lines in lines_of.items() if lines} == {}


def test_real_crashes_are_let_in_and_only_the_largest_is_named(web, rates_folder):
    table = pd.read_csv(
        rates_folder / "us_equity_total_return_daily.csv", index_col=0, parse_dates=True
    )
    level = table.iloc[:, 0].dropna().loc["1980":]
    bars = pd.DataFrame(dict.fromkeys(["Open", "High", "Low", "Close", "Adj Close"], level))
    bars = bars.assign(Volume=1000, Dividends=0.0, **{"Stock Splits": 0.0})
    got = held(web, bars, "^SP500TR")
    for day in ("1987-10-19", "2008-10-13", "2020-03-16"):
        assert got.frame.loc[day, "Close"] == level[day]
    odd = [line for line in got.warnings if "check it" in line]
    assert len(odd) == 1, odd
    assert "moves -20% on 1987-10-19" in odd[0]


def test_a_move_that_goes_back_is_named_with_both_days():
    days = pd.bdate_range("2020-01-01", periods=60)
    moves = pd.Series(np.resize([0.01, -0.01], 60), days)  # usual: 1 %
    assert odd_moves("X", moves, RETURNS) == []
    moves.iloc[[30, 34]] = [0.09, -0.084]  # the second below the bound of 8.5 times 0.01
    assert odd_moves("X", moves, RETURNS) == []
    moves.iloc[34] = -0.086
    (line,) = odd_moves("X", moves, RETURNS)
    # By hand: exp(0.09) - 1 = 9.4 %.
    assert line.startswith(f"X: moves +9.4% on {days[30]:%Y-%m-%d} and back on {days[34]:%Y-%m-%d}")


@pytest.mark.parametrize(("size", "named"), [(0.2, False), (0.3, True)])
def test_a_yield_that_jumps_and_goes_back_is_named(size, named):
    yields = pd.Series(4.0, pd.bdate_range("2020-01-01", periods=60))
    yields.iloc[30] += size  # the floor of 0.02 points times 12 is 0.24
    said = odd_moves("DGS10", yields.diff().iloc[1:], YIELDS, "points")
    assert bool(said) is named
    assert all("2020-02-12" in line and "2020-02-13" in line for line in said)
