"""``backtest``: the command's numbers, in Python, on anybody's rule and prices."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import inspect
import itertools
import json
from pathlib import Path
from typing import ClassVar

import click
import numpy as np
import pandas as pd
import pytest

import backtests
from backtests import (
    Costs,
    HedgeError,
    HedgeWarning,
    NotDeterministicError,
    OutputError,
    PeekingError,
    RuleError,
    RunConfig,
    Strategy,
    StrictError,
    UsageError,
    WeightError,
    backtest,
    load_market,
    parameter,
    search,
)
from backtests.face.run import Run
from backtests.run import main as run_command
from strategies.hedge_mix import HedgeMix
from tests.conftest import ended
from tests.drawings import draw_once
from tests.strategies.rule_files import SHORT

QUICK = {"no_verdict": True, "quiet": True}
BUNDLED = {"source": "bundled", "start": "1990-01-31", "end": "2000-12-31"}
FREE = {"fee_bps": 0.0, "slippage_bps": 0.0}


@pytest.fixture(scope="module")
def judged() -> Run:
    return backtest("hedge_mix", weights={"SPY": 0.7, "TLT": 0.2}, source="bundled", quiet=True)


@pytest.fixture(scope="module")
def months() -> pd.DataFrame:
    """Six month-ends of two tickers, made by hand."""
    index = pd.date_range("2001-01-31", periods=6, freq="ME")
    return pd.DataFrame(
        {"AAA": [100.0, 110.0, 99.0, 99.0, 118.8, 118.8],
         "BBB": [50.0, 50.0, 55.0, 55.0, 55.0, 66.0]}, index=index,
    )  # fmt: skip


def flat(months: pd.DataFrame) -> pd.Series:
    """Bills that earn a hundredth of a percent a month."""
    return pd.Series(100.0 * 1.0001 ** np.arange(len(months)), index=months.index)


def contents(folder: Path) -> dict[str, bytes]:
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifest = json.loads(files.pop("manifest.json"))
    manifest["created"] = ""
    files["manifest.json"] = json.dumps(manifest).encode()
    return files


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (
            ("hedge_mix", "--weights", "SPY=0.7,TLT=0.2", "--fee-bps", "5", "--lag", "2",
             "--start", "1990-01-31"),
            functools.partial(
                backtest, "hedge_mix", weights={"SPY": 0.7, "TLT": 0.2}, fee_bps=5, lag=2,
                start="1990-01-31",
            ),
        ),
        (
            ("attack_defend", "--set", "step_bp=25", "--start", "1990-01-31"),
            functools.partial(backtest, "attack_defend", step_bp=25, start=dt.date(1990, 1, 31)),
        ),
        (
            ("hedge_mix", "--currency", "jpy", "--fx-hedge", "IEF=0.5", "--fx-hedge-equity", "0.25",
             "--fx-basis-bp", "50", "--cash", "usd", "--carry-rates", "--start", "2005-01-31"),
            functools.partial(
                backtest, "hedge_mix", currency="JPY", fx_hedge=pd.Series({"IEF": 0.5}),
                fx_hedge_equity=0.25, fx_basis_bp=50, cash="usd", carry_rates=True,
                start="2005-01-31",
            ),
        ),
    ],
    ids=["mix", "rule", "yen"],
)  # fmt: skip
def test_save_writes_the_folder_of_the_command_byte_for_byte(
    words, asked, tmp_path, capsys, monkeypatch
):
    draw_once(monkeypatch)  # the same values have the same drawing
    code, _, err = ended(
        run_command, capsys, *words, "--source", "bundled", "--out", str(tmp_path / "a")
    )
    assert code == 0, err
    run = asked(source="bundled", quiet=True)
    folder = run.save(tmp_path / "b", quiet=True)
    (other,) = (each for each in (tmp_path / "a").iterdir() if (each / "run.toml").is_file())
    assert folder.name == other.name == run.name
    ours, theirs = contents(folder), contents(other)
    assert sorted(ours) == sorted(theirs)
    assert "tearsheet.html" in ours
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert (tmp_path / "b" / "index.html").is_file()


def test_every_option_of_the_command_has_its_name_here():
    """But for those of a screen: where to write, and what to print."""
    screen = {"as_json", "listing", "out", "debug", "no_tearsheet", "standalone", "settings"}
    screen |= {"withdrawals"}  # of a run that is there
    screen |= {"again"}  # here every run is made
    screen |= {"serial"}  # a call from Python never starts a process for the libraries
    options = {one.name for one in run_command.params if isinstance(one, click.Option)}
    here = set(inspect.signature(backtest).parameters)
    assert options - screen <= here
    assert "set" in here  # --set
    assert {"out", "no_tearsheet", "standalone"} <= set(inspect.signature(Run.save).parameters)


def test_numbers_by_hand(months):
    """Half and half from the first fill on, never brought back; no costs.

    Decided on row 0, filled at the close of row 1: 10,000 less nothing, then bills for a month:
    10,000 x 1.0001 = 10,001. AAA 110 -> 118.8 is +8 %, BBB 50 -> 66 is +32 %.
    """

    def once(market):
        return pd.DataFrame({"AAA": 0.5, "BBB": 0.5}, index=market.sessions[:1])

    run = backtest(once, prices=months, bills=flat(months), **FREE, **QUICK)
    assert run.nav.iloc[1] == pytest.approx(10_001.0, abs=1e-9)
    assert run.nav.iloc[-1] == pytest.approx(10_001.0 * (0.5 * 1.08 + 0.5 * 1.32), rel=1e-12)
    assert run.weights.iloc[0].to_dict() == {"AAA": 0.0, "BBB": 0.0, "CASH": 1.0}
    assert run.weights.iloc[-1]["AAA"] == pytest.approx(0.54 / 1.20)
    bought = run.orders[run.orders["ticker"] != "CASH"]
    assert bought["ticker"].tolist() == ["AAA", "BBB"]
    assert bought["units"].tolist() == pytest.approx([5000.5 / 110, 5000.5 / 50])
    assert (run.benchmark.ticker, run.latest.as_of) == ("AAA", "2001-06-30")
    # 100 % AAA from row 1 on: bills for a month, then +8 %.
    assert run.benchmark.nav.iloc[-1] == pytest.approx(10_001.0 * 1.08)
    assert run.metrics.final_value == pytest.approx(run.nav.iloc[-1])


def test_own_prices_are_the_numbers_of_their_source():
    """The bundled months given as a frame make the run of the bundled months."""
    market = load_market("bundled", ["SPY", "IEF"])
    there = backtest("hedge_mix", source="bundled", **QUICK)
    here = backtest("hedge_mix", prices=market.prices, bills=market.cash, **QUICK)
    assert (here.nav.index == there.nav.index).all()
    assert here.nav.tolist() == there.nav.tolist()
    assert here.orders["units"].tolist() == there.orders["units"].tolist()
    assert here.metrics == there.metrics
    assert here.summary.source == "prices"
    assert here.name != there.name


def test_own_months_in_yen_are_the_numbers_of_their_source():
    """Converted by the bundled rates, as the bundled months are."""
    market = load_market("bundled", ["SPY", "IEF"])
    yen = {"currency": "JPY", "fx_hedge": 1, **QUICK}
    there = backtest("hedge_mix", source="bundled", **yen)
    here = backtest("hedge_mix", prices=market.prices, bills=market.cash, **yen)
    assert here.summary.currency == "JPY"
    assert here.nav.tolist() == there.nav.tolist()
    assert here.metrics == there.metrics
    dollars = backtest(here, prices=market.prices, bills=market.cash, currency="USD", fx_hedge=0,
                       **QUICK)  # fmt: skip
    assert dollars.metrics == backtest("hedge_mix", source="bundled", **QUICK).metrics


def test_a_market_in_yen_is_that_of_a_run():
    options = {"currency": "JPY", "fx_hedge": 0.5, "fx_hedge_equity": {"SPY": 1}, "fx_basis_bp": 0}
    market = load_market("bundled", ["SPY", "IEF"], **options)
    of_run = backtest("hedge_mix", source="bundled", **options, **QUICK).market
    assert market.currency == of_run.currency == "JPY"
    assert market.prices.equals(of_run.prices)
    assert market.cash.equals(of_run.cash)
    unhedged = load_market("bundled", ["SPY", "IEF"], currency="JPY")
    assert not unhedged.prices["SPY"].equals(market.prices["SPY"])


@pytest.mark.parametrize("currency", ["USD", "GBP"])
def test_a_market_in_purchasing_power_is_that_of_a_run(currency):
    options = {"currency": currency, "real": True}
    market = load_market("bundled", ["SPY", "IEF"], **options)
    of_run = backtest("hedge_mix", source="bundled", **options, **QUICK).market
    assert market.prices.equals(of_run.prices)
    assert market.cash.equals(of_run.cash)
    nominal = load_market("bundled", ["SPY", "IEF"], currency=currency)
    rows = market.sessions
    assert market.nominal.prices.equals(nominal.prices.loc[rows])
    assert nominal.nominal is nominal
    level = market.deflated.price_level
    growth = market.prices["SPY"] / market.prices["SPY"].iloc[0]
    bought = nominal.prices["SPY"].loc[rows] / nominal.prices["SPY"].loc[rows[0]]
    assert (growth * level / level.iloc[0] / bought).to_numpy() == pytest.approx(1.0, rel=1e-12)


def test_a_market_after_withholding_is_that_of_a_run():
    options = {"withholding": {"IEF": "0.3@2000-01-01"}}
    market = load_market("bundled", ["SPY", "IEF"], **options)
    run = backtest("hedge_mix", source="bundled", **options, **QUICK)
    assert run.market.prices.equals(market.prices)
    assert market.withholding == run.market.withholding
    assert market.withholding.by_ticker["IEF"].since == "2000-01-01"
    # A rate of 0 takes it back.
    whole = backtest(run, withholding=0, **QUICK)
    assert whole.name == backtest("hedge_mix", source="bundled", **QUICK).name


@pytest.mark.usefixtures("quick_proof")
def test_a_dict_a_name_and_an_object_are_one_portfolio():
    mix = {"SPY": 0.5, "IEF": 0.3}
    by_name = backtest("hedge_mix", weights=mix, **BUNDLED, **QUICK)
    by_text = backtest("hedge_mix", weights="SPY=0.5,IEF=0.3", **BUNDLED, **QUICK)
    by_set = backtest("hedge_mix", set={"weights": mix}, **BUNDLED, **QUICK)
    by_config = backtest(by_name.config, **QUICK)
    by_lambda = backtest(lambda market: mix, tickers=["SPY", "IEF"], **BUNDLED, **QUICK)
    assert by_name.name == by_text.name == by_set.name == by_config.name != by_lambda.name
    pd.testing.assert_series_equal(by_lambda.nav, by_name.nav, check_names=False, check_exact=True)
    assert by_lambda.summary.strategy == "function"


@dataclasses.dataclass(frozen=True)
class Steady(Strategy):
    """Hold a share of equity."""

    name: ClassVar[str] = "steady"

    share: float = parameter(0.5, low=0, high=1, unit="fraction of value", doc="of SPY")

    @property
    def tickers(self):
        return ["SPY"]

    def target_weights(self, market):
        return pd.DataFrame({"SPY": self.share}, index=market.sessions[::12])


@pytest.mark.usefixtures("quick_proof")
def test_an_object_a_class_and_a_file_are_one_rule(tmp_path):
    path = tmp_path / "steady.py"
    path.write_text(SHORT)
    by_object = backtest(Steady(share=0.3), **BUNDLED, **QUICK)
    by_class = backtest(Steady, share=0.3, **BUNDLED, **QUICK)
    by_changed = backtest(Steady(share=0.9), share=0.3, **BUNDLED, **QUICK)
    by_file = backtest(strategy_file=path, share=0.3, **BUNDLED, **QUICK)
    assert by_object.name == by_class.name == by_changed.name != by_file.name
    for run in (by_class, by_changed, by_file):
        assert run.summary.params == {"share": 0.3}
        pd.testing.assert_series_equal(run.nav, by_object.nav, check_exact=True)
    assert dataclasses.replace(by_object.config, params={"share": 0.2}).make_strategy() == Steady(
        share=0.2
    )


def test_a_kept_run_is_run_again_and_changed(judged, tmp_path):
    folder = judged.save(tmp_path, no_tearsheet=True, quiet=True)
    again = backtest(config=folder / "run.toml", **QUICK)
    pd.testing.assert_series_equal(again.nav, judged.nav, check_exact=True)
    dearer = backtest(config=str(folder / "run.toml"), fee_bps=50, **QUICK)
    assert dearer.config.costs == Costs(50.0, 1.0, 1)
    assert dearer.nav.iloc[-1] < again.nav.iloc[-1]


def test_what_a_run_hands_out_changes_nothing(judged):
    before = judged.nav.copy(), judged.weights.copy(), judged.orders.copy()
    handed = (judged.nav, judged.returns, judged.weights, judged.orders, judged.decisions,
              judged.benchmark.nav, judged.benchmark.weights, judged.benchmark.orders)  # fmt: skip
    for table in handed:
        table.iloc[:] = table.iloc[0]
    pd.testing.assert_series_equal(judged.nav, before[0])
    pd.testing.assert_frame_equal(judged.weights, before[1])
    pd.testing.assert_frame_equal(judged.orders, before[2])
    with pytest.raises(dataclasses.FrozenInstanceError):
        judged.record = None


def test_returns_are_those_of_the_value(months):
    """1.0001 for a month in bills, then AAA as it is: -10 %, 0 %, +20 %, 0 %."""
    run = backtest("hedge_mix", weights={"AAA": 1.0}, rebalance="never", prices=months,
                   bills=flat(months), **FREE, **QUICK)  # fmt: skip
    expected = [0.0001, -0.1, 0.0, 0.2, 0.0]
    assert run.returns.tolist() == pytest.approx(expected, abs=1e-12)
    assert run.returns.index.equals(run.nav.index[1:])
    assert (1 + run.returns).prod() == pytest.approx(run.nav.iloc[-1] / run.nav.iloc[0])


def test_the_callers_prices_change_nothing_later(months):
    given = months.copy()
    run = backtest("hedge_mix", weights={"AAA": 1.0}, prices=given, bills=flat(months), **QUICK)
    nav = run.nav
    given.iloc[:] = 1.0
    pd.testing.assert_series_equal(run.nav, nav)
    assert run.market.prices["AAA"].tolist() == months["AAA"].tolist()


def test_a_run_has_its_verdict_and_its_charts(judged):
    assert judged.verdict.word in ("works", "fails", "unclear")
    assert judged.verdict.sample.months == 634  # 1973-03, after the first fill, to 2025-12
    assert isinstance(judged.verdict, backtests.Verdict)
    for name in ("growth", "drawdown", "months", "correlation", "entries", "holding_periods",
                 "episodes", "weights"):  # fmt: skip
        figure = getattr(judged.plot, name)()
        assert type(figure).__name__ == "Figure"
        assert len(figure.data) >= 1, name
        assert getattr(judged.plot, name)(dark=True).layout.font.color != figure.layout.font.color
    (own,) = (line for line in judged.plot.drawdown().data if line.name == "Portfolio")
    drawdown = [value for value in own.y if value is not None]
    assert max(drawdown) == 0.0  # a loss from the highest value so far, or none
    deepest = min(judged.verdict.series.drawdown.paths.portfolio)
    assert min(drawdown) == pytest.approx(100 * deepest, abs=1e-2)  # drawn in percent


def test_what_it_holds_shows_itself_in_short(judged):
    assert repr(judged.benchmark) == "Benchmark(ticker='SPY')"
    assert repr(judged.plot).startswith("<charts: growth(), weights(), drawdown(), ")
    lines = repr(judged).split("\n")
    assert [line.strip().partition(":")[0].partition(" (")[0] for line in lines[4:7]] == [
        "Against 100 % equity", "Beyond cash", "Today",
    ]  # fmt: skip
    assert len(repr(judged)) < 1_600


@pytest.mark.usefixtures("quick_proof")
def test_a_functions_run_is_run_again_by_its_configuration():
    run = backtest(lambda market: {"SPY": 0.5}, tickers=["SPY"], **BUNDLED, **QUICK)
    assert backtest(run.config, **QUICK).name == run.name
    dearer = backtest(run.config, fee_bps=9, **QUICK)
    assert dearer.config.costs.fee_bps == 9.0


@pytest.mark.usefixtures("quick_proof")
def test_a_kept_run_of_a_function_wants_the_function(tmp_path):
    def half(market):
        return {"SPY": 0.5}

    run = backtest(half, tickers=["SPY"], **BUNDLED, **QUICK)
    path = run.save(tmp_path, no_tearsheet=True, quiet=True) / "run.toml"
    with pytest.raises(UsageError, match="is a run of half, which is no strategy here; give its"):
        backtest(config=path)
    assert backtest(half, tickers=["SPY"], config=path, **QUICK).name == run.name


def test_growth_is_drawn_without_a_verdict_too():
    run = backtest("hedge_mix", **BUNDLED, **QUICK)
    growth = run.plot.growth()
    assert len(growth.data) >= 2
    assert growth.data[0].y[-1] == pytest.approx(run.nav.iloc[-1] / 10_000, rel=1e-5)
    for wanted in (lambda: run.verdict, run.plot.drawdown, run.plot.episodes):
        with pytest.raises(UsageError, match="leave out no_verdict=True"):
            wanted()


def test_switches_are_of_duration_rules():
    run = backtest("attack_defend", **BUNDLED, **QUICK)
    assert {"date", "from_years", "to_years"} <= set(run.switches)
    assert {"carry", "roll_down", "rate", "residual"} <= set(run.attribution)
    mix = backtest("hedge_mix", **BUNDLED, **QUICK)
    assert (mix.switches, mix.attribution) == (None, None)


def test_what_stands_in_is_warned_of(monkeypatch, tmp_path):
    """Yahoo cannot be reached: no run on other data without a word."""
    monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path))
    with pytest.warns(HedgeWarning, match="bundled stands in: .*Yahoo") as warned:
        run = backtest("hedge_mix", **QUICK)
    assert {Path(each.filename) for each in warned} == {Path(__file__)}  # the caller's own line
    assert run.summary.source == "bundled"
    assert "Yahoo" in run.notes[0]
    with pytest.warns(HedgeWarning, match="bundled stands in"):
        load_market("auto", "SPY", quiet=True)


def test_a_warning_that_nobody_can_be_told_ends_nothing(monkeypatch):
    def closed(*_args, **_options):
        raise ValueError("I/O operation on closed file")

    monkeypatch.setattr("backtests.face.guard.warnings.warn", closed)
    assert backtest("hedge_mix", **QUICK).notes[0]


@pytest.mark.usefixtures("quick_proof")
def test_tables_from_outside_are_noted():
    signal = pd.Series(1.0, pd.date_range("1990-01-31", periods=5, freq="ME"))

    def rule(market):
        return {"SPY": float(signal.iloc[0]) / 2}

    run = backtest(rule, tickers=["SPY"], **BUNDLED, **QUICK)
    assert run.notes[-1] == (
        "rule uses signal from outside the market: nobody can prove that these values were known "
        "on the day"
    )


def test_a_rule_that_reaches_into_its_own_prices_is_refused(months):
    def rule(market):
        return (months.shift(-1) > months).astype(float).reindex(market.sessions)

    with pytest.raises(RuleError, match="rule uses months, the whole of prices=, its future too"):
        backtest(rule, prices=months, bills=flat(months), **QUICK)


def test_a_rule_that_changes_its_mind_after_the_proof_is_refused():
    calls = []

    def rule(market):
        calls.append(1)
        share = 0.5 if len(calls) < limit else 0.4
        return pd.DataFrame({"SPY": share}, index=market.sessions[:1])

    limit = 10**6
    backtest(rule, tickers="SPY", **BUNDLED, **QUICK)
    limit = 2 * len(calls) - 1  # steady as long as a whole run asks, but for its last question
    with pytest.raises(NotDeterministicError, match="asked twice on the same market"):
        backtest(rule, tickers="SPY", **BUNDLED, **QUICK)


def peek(market):
    prices = market.prices["SPY"]
    return (prices.shift(-1) > prices).astype(float).to_frame("SPY")


def chance(market):
    weights = np.random.default_rng().random(len(market.sessions))
    return pd.DataFrame({"SPY": weights}, index=market.sessions)


def looks_for(ticker):
    return lambda market: market.prices[[ticker]] * 0.0


def returning(answer):
    return lambda market: answer


DAYS = pd.DatetimeIndex(["1990-01-31"])
SPY = {"tickers": ["SPY"], **BUNDLED}
DAILY = pd.DataFrame(
    {ticker: 100.0 + np.arange(300) % 7 for ticker in ("SPY", "IEF")},
    index=pd.bdate_range("2010-01-04", periods=300),
)
WRONG = {
    "nothing": (lambda: backtest(), UsageError, "which strategy?"),
    "unknown": (lambda: backtest("hedge_mx"), UsageError, "did you mean hedge_mix?"),
    "a number": (lambda: backtest(7), UsageError, "got 7; a static mix"),
    "a dict": (lambda: backtest({"SPY": 1.0}), UsageError,
               "a static mix is backtest('hedge_mix', weights={...})"),
    "a class": (lambda: backtest(dict), UsageError, "got the class dict"),
    "no tickers": (lambda: backtest(peek), UsageError, "for example: tickers=['SPY', 'IEF']"),
    "tickers of a name": (lambda: backtest("hedge_mix", tickers=["SPY"]), UsageError,
                          "tickers= is for functions"),
    "parameter": (lambda: backtest("hedge_mix", wieghts={}), UsageError, "did you mean weights?"),
    "of a function": (lambda: backtest(peek, tickers="SPY", window=3), UsageError,
                      "no option or parameter 'window'; peek is a function without parameters"),
    "twice": (lambda: backtest("hedge_mix", weights={"SPY": 1}, set={"weights": {"SPY": 1}}),
              UsageError, "weights is given twice"),
    "leverage": (lambda: backtest("hedge_mix", weights={"SPY": 1.2}), WeightError,
                 "leverage is not allowed"),
    "text for weights": (lambda: backtest("hedge_mix", weights={"SPY": "much"}), WeightError,
                         "takes a fraction"),
    "source": (lambda: backtest("hedge_mix", source="bundeld"), UsageError, "did you mean bundled"),
    "two sources": (lambda: backtest("hedge_mix", source="bundled", prices=pd.DataFrame()),
                    UsageError, "source= and prices= are two sources"),
    "bills alone": (lambda: backtest("hedge_mix", bills=pd.Series([1.0])), UsageError,
                    "bills= goes with prices="),
    "no frame": (lambda: backtest("hedge_mix", prices=[1, 2]), HedgeError, "prices="),
    "start": (lambda: backtest("hedge_mix", start="yesterday"), UsageError, "start= takes a date"),
    "no time": (lambda: backtest("hedge_mix", start=pd.NaT), UsageError, "got NaT"),
    "a number for a ticker": (lambda: backtest("hedge_mix", weights={5: 0.5}), WeightError,
                              "a ticker is text such as SPY, got 5"),
    "complex": (lambda: backtest(returning(pd.DataFrame({"SPY": [1 + 0j]}, DAYS)), **SPY, **QUICK),
                RuleError, "answers (1+0j) for SPY, no fraction"),
    "a day": (lambda: backtest("hedge_mix", start=20200101), HedgeError, "start= takes a date"),
    "fee": (lambda: backtest("hedge_mix", fee_bps="two"), HedgeError, "fee"),
    "lag": (lambda: backtest("hedge_mix", lag=0), HedgeError, "lag"),
    "initial": (lambda: backtest("hedge_mix", initial=0), UsageError, "initial= takes an amount"),
    "source of bytes": (lambda: backtest("hedge_mix", source=b"bundled"), UsageError,
                        "of a folder, got b'bundled'"),
    "currency": (lambda: backtest("hedge_mix", currency="YEN"), UsageError,
                 "currency= takes one of USD, JPY, EUR, GBP, CHF, AUD, CNY, got 'YEN'"),
    "misspelt currency": (lambda: backtest("hedge_mix", curency="JPY"), UsageError,
                          "did you mean currency?"),
    "money": (lambda: backtest("hedge_mix", money="JPY"), UsageError, "give currency=, cash="),
    "a hedge of dollars in dollars": (lambda: backtest("hedge_mix", fx_hedge=1), UsageError,
                                      "give currency= as well"),
    "live in yen": (lambda: backtest("hedge_mix", currency="JPY", source="yahoo"), HedgeError,
                    "or use source= bundled or files:DIR"),
    "a ratio": (lambda: backtest("hedge_mix", currency="JPY", fx_hedge=2), UsageError,
                "fx_hedge= takes a ratio from 0 to 1, or TICKER=RATIO"),
    "ratios": (lambda: backtest("hedge_mix", currency="JPY", fx_hedge={"IEF": "all"}), UsageError,
               "got 'all'"),
    "a rate of prices alone": (
        lambda: backtest("hedge_mix", prices=DAILY, withholding={"SPY": 0.15}), HedgeError,
        "from SPY: prices given in Python do not tell its dividends; write them to a folder"),
    "a rate in percent": (lambda: backtest("hedge_mix", withholding=15), UsageError,
                          "got 15 (15 % is 0.15)"),
    "a ratio of equity": (lambda: backtest("hedge_mix", currency="JPY", fx_hedge={"SPY": 1},
                                           source="bundled"), UsageError,
                          "names SPY, which is equity; give it by fx_hedge_equity="),
    "days in yen": (lambda: backtest("hedge_mix", currency="JPY", prices=DAILY), HedgeError,
                    "rates of exchange of the yen are those of month-ends; give month-end"),
    "extend": (lambda: backtest("hedge_mix", extend="yes"), UsageError,
               "extend= takes True or False, got 'yes'"),
    "benchmark": (lambda: backtest("hedge_mix", benchmark=7), UsageError, "benchmark= takes a"),
    "set": (lambda: backtest("hedge_mix", set=["a=1"]), UsageError, "set= takes parameters by"),
    "config": (lambda: backtest(config="nowhere.toml"), UsageError, "cannot be read"),
    "config twice": (lambda: backtest(RunConfig("carry"), config="x.toml"), UsageError,
                     "given twice"),
    "file": (lambda: backtest(strategy_file="nowhere.py"), RuleError, "cannot be read"),
    "peeks": (lambda: backtest(peek, **SPY, **QUICK), PeekingError, "peek peeks"),
    "random": (lambda: backtest(chance, **SPY, **QUICK), NotDeterministicError,
               "chance is not deterministic"),
    "needs": (lambda: backtest(peek, needs="yield", **SPY), UsageError, "did you mean yields?"),
    "lacks": (lambda: backtest(looks_for("SPY"), tickers=["GLD"], **BUNDLED, **QUICK), HedgeError,
              "GLD is not in"),
    "undeclared ticker": (lambda: backtest(looks_for("IEF"), **SPY, **QUICK), RuleError,
                          "function fails: KeyError"),
    "dict of text": (lambda: backtest(returning({"SPY": "x"}), **SPY, **QUICK), WeightError,
                     "takes a fraction such as 0.6"),
    "missing ticker": (lambda: backtest(returning({"IEF": 0.5}), **SPY, **QUICK), RuleError,
                       "holds 'IEF', which is not among its tickers (SPY)"),
    "nan": (lambda: backtest(returning(pd.DataFrame({"SPY": [np.nan]}, DAYS)), **SPY, **QUICK),
            WeightError, "is nan (missing)"),
    "over 1": (lambda: backtest(returning(pd.DataFrame({"SPY": [1.5]}, DAYS)), **SPY, **QUICK),
               WeightError, "sum to 1.5 on 1990-01-31"),
    "empty": (lambda: backtest(returning(pd.DataFrame({"SPY": []}, DAYS[:0])), **SPY, **QUICK),
              WeightError, "made no decision up to 2000-12-31"),
    "none": (lambda: backtest(returning(None), **SPY, **QUICK), RuleError, "answers with nothing"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_one_line_of_one_family(case):
    call, kind, message = WRONG[case]
    with pytest.raises(kind) as refused:
        call()
    assert isinstance(refused.value, HedgeError)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_that_cannot_be_written_is_of_the_family(judged, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written: "):
        judged.save(tmp_path / "file")


def test_errors_of_the_system_are_of_the_family(monkeypatch):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("backtests.face.backtest.execute", full)
    with pytest.raises(OutputError, match="cannot read or write somewhere: No space left"):
        backtest("hedge_mix", **BUNDLED)


def test_a_missing_need_of_own_prices_is_named(months):
    five = pd.concat([months, months, months["AAA"]], axis=1)
    five.columns = ["SPY", "BIL", "SHY", "IEF", "TLT"]
    with pytest.raises(HedgeError, match="yields"):
        backtest("attack_defend", prices=five, bills=flat(months), **QUICK)


def test_the_benchmark_of_own_prices(months):
    spy = months.set_axis(["QQQ", "SPY"], axis=1)
    run = backtest("hedge_mix", weights={"QQQ": 1.0}, prices=spy, bills=flat(months), **QUICK)
    assert run.benchmark.ticker == "SPY"
    held = {"weights": {"QQQ": 1.0}}
    config = RunConfig("hedge_mix", held, source="prices")
    assert backtest(config, prices=spy, bills=flat(months), **QUICK).name == run.name
    asked = backtest(
        "hedge_mix", weights={"SPY": 1.0}, prices=spy, bills=flat(months), benchmark="QQQ", **QUICK
    )
    assert asked.benchmark.ticker == "QQQ"


def test_a_market_is_cut_and_listed():
    market = load_market("bundled", "SPY", end="1999-12-31", quiet=True)
    assert (market.tickers, f"{market.sessions[-1]:%Y-%m-%d}") == (["SPY"], "1999-12-31")
    assert market.yields is not None
    with pytest.raises(HedgeError, match="did you mean bundled"):
        load_market("bundeld", ["SPY"])


def test_progress_is_shown_unless_quiet(monkeypatch, capsys):
    monkeypatch.setattr("data.command.time.perf_counter", itertools.count(0, 10).__next__)
    backtest("hedge_mix", **BUNDLED, no_verdict=True)
    assert "simulating" in capsys.readouterr().err
    backtest("hedge_mix", **BUNDLED, **QUICK)
    assert capsys.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore::backtests.HedgeWarning")
def test_strict_raises_where_other_data_would_be_used():
    """No Yahoo in tests: the bundled history would stand in."""
    tickers = ["SPY", "IEF"]
    for call in (
        lambda **options: backtest("hedge_mix", **QUICK, **options),
        lambda **options: load_market("auto", tickers, quiet=True, **options),
        lambda **options: search("hedge_mix", assets=tickers, step=0.5, quiet=True, **options),
    ):
        with pytest.raises(StrictError, match="in place of new prices from Yahoo the data hold"):
            call(strict=True)
        with pytest.raises(UsageError, match="max_age= goes with strict=True"):
            call(max_age=3)
        for age, said in ((-1, "from 0 to 36,500, got -1"), (1.5, "takes a whole number, got 1.5"),
                          ("x", "takes a whole number, got 'x'"), (True, "got True")):  # fmt: skip
            with pytest.raises(UsageError, match=said):
                call(strict=True, max_age=age)
    old = backtest("hedge_mix", strict=True, **BUNDLED, **QUICK)
    assert old.summary.data.last == "2000-12-31"
    assert old.market.vintage == old.summary.data
    with pytest.raises(StrictError, match="max_age= is 3"):
        load_market("bundled", tickers, strict=True, max_age=3)


def test_a_band_is_watched_daily_unless_a_calendar_is_given_as_by_the_command():
    asked = {"source": "bundled", "no_verdict": True, "quiet": True}
    assert backtest("hedge_mix", band=0.05, **asked).config.params["rebalance"] == "daily"
    quarterly = backtest("hedge_mix", band=0.05, rebalance="quarterly", **asked)
    assert quarterly.config.params["rebalance"] == "quarterly"
    own = backtest(HedgeMix(), band_relative=0.2, **asked)  # an object is as it is
    assert own.config.params["rebalance"] == "monthly"
