"""From a configuration to a simulated run: the benchmark, the period, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.backtest import (
    BACKGROUND,
    benchmark_ticker,
    first_days,
    load_inputs,
    simulated,
)
from backtests.engine.config import RunConfig
from backtests.engine.judge import judged_on
from backtests.engine.money import Money
from data.errors import UsageError
from tests.conftest import SHARED, market_of, with_a_hole
from tests.made_figures import DAYS, csv, near, near_rate


def bundled(strategy: str = "hedge_mix", **options) -> RunConfig:
    return RunConfig(strategy, source="bundled", **options)


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ({"benchmark": "TLT"}, "TLT"),
        ({"params": {"weights": {"IEF": 1.0}}}, "SPY"),
        ({"params": {"weights": {"SPY": 0.2, "IEF": 0.8}}}, "SPY"),
    ],
)
def test_the_benchmark_is_as_asked_or_spy(given, chosen):
    assert load_inputs(bundled(**given)).benchmark == chosen


def test_the_benchmark_is_the_heaviest_where_the_source_has_no_spy(tmp_path):
    rows = "".join(f"2020-{month:02d}-28,{100 + month}\n" for month in range(1, 13))
    for ticker in ("VTI", "BND"):
        (tmp_path / f"{ticker}.csv").write_text("date,value\n" + rows)
    config = RunConfig("hedge_mix", {"weights": {"BND": 0.4, "VTI": 0.5}}, f"files:{tmp_path}")
    assert benchmark_ticker(config, ["BND", "VTI"], "VTI") == "VTI"
    assert load_inputs(config).benchmark == "VTI"


def test_a_run_stands_on_its_tickers_its_benchmark_and_the_background():
    asked = {}

    def load(source, tickers, **options):
        from data.load import load_market

        asked.update(options, source=source, tickers=tickers)
        return load_market(source, tickers, **options)

    inputs = load_inputs(bundled("attack_defend", end="2020-01-31"), refresh=True, load=load)
    assert asked["tickers"] == ["SPY", "BIL", "SHY", "IEF", "TLT", "SPY"]
    assert set(asked["needs"]) == set(BACKGROUND)
    assert (asked["source"], asked["end"], asked["refresh"]) == ("bundled", "2020-01-31", True)
    assert inputs.market.sessions[-1] == pd.Timestamp("2020-01-31")
    assert inputs.period.first == pd.Timestamp("1962-01-31")  # without TLT, from 1973 on


@pytest.mark.parametrize(
    ("config", "extend", "carried"),
    [
        (bundled("attack_defend"), False, ("BIL", "SHY")),
        (bundled("duration_trend", extend=False), False, ()),
        (bundled("carry", extend=True), True, ()),
        (bundled(params={"weights": {"SPY": 0.5, "SHY": 0.3, "BIL": 0.2}}), False, ()),
        (bundled("risk_parity", params={"bond": "SHY"}), False, ()),
        (bundled("equity_only", params={"ticker": "BIL"}), False, ()),
    ],
)
def test_a_rule_has_its_short_end_carried_back_and_named_weights_have_not(config, extend, carried):
    asked = {}

    def load(source, tickers, **options):
        from data.load import load_market

        asked.update(options)
        return load_market(source, tickers, **options)

    load_inputs(config, load=load)
    assert (asked["extend"], asked["carried_back"]) == (extend, carried)


@pytest.mark.parametrize(
    ("strategy", "options", "day", "late"),
    [
        # First days of the funds by Yahoo: TLT, IEF and SHY 2002-07-30, BIL 2007-05-30.
        ("attack_defend", {}, "2002-07-30", "IEF"),
        ("attack_defend", {"extend": False}, "2007-05-30", "BIL"),
        ("hedge_mix", {"params": {"weights": {"SPY": 0.6, "BIL": 0.4}}}, "2007-05-30", "BIL"),
    ],
)
@pytest.mark.usefixtures("yahoo_folder", "rates_folder")
def test_a_rule_on_real_funds_begins_with_the_last_fund_that_bills_do_not_stand_in_for(
    strategy, options, day, late
):
    period = load_inputs(RunConfig(strategy, source=f"files:{SHARED}", **options)).period
    assert (f"{period.first:%Y-%m-%d}", period.late) == (day, late)


def test_a_missing_month_of_consumer_prices_is_noted_where_the_run_meets_it():
    for end, said in (("2025-12-31", 1), ("2025-07-31", 0)):
        notes = load_inputs(bundled(end=end)).market.notes
        assert sum("there is no CPI of 2025-10" in note for note in notes) == said, end


@pytest.mark.parametrize(
    ("config", "day"),
    [
        (bundled(), "1962-01-31"),
        (bundled(params={"weights": {"TLT": 1.0}}), "1973-01-31"),
        (bundled("attack_defend", params={"lookback_years": 10.0}), "1971-12-31"),
    ],
)
def test_the_first_day_is_the_one_on_which_the_run_begins(config, day):
    assert first_days(config).row_zero == day
    invested = (pd.Timestamp(day) + pd.offsets.MonthEnd(2)).date()
    assert first_days(config).invested == f"{invested}"  # the month after its first fill
    assert simulated(load_inputs(config), ledger.fill).summary.start == day


@pytest.mark.parametrize(
    ("config", "remark"),
    [
        (bundled(), None),
        (bundled(start="1990-01-31"),
         "the base date is 1989-12-31: the first return is that of 1990-01-31"),
        (bundled(start="1990-02-15"),
         "the base date is 1990-01-31: the first return is that of 1990-02-28"),
        (bundled(start="1962-01-31"), None),  # no session lies before
        (bundled(params={"weights": {"SPY": 0.5, "TLT": 0.5}}),
         "the run begins on 1973-01-31, the first day of TLT"),
        (bundled("attack_defend", params={"lookback_years": 10.0}),
         "the run begins on 1971-12-31, the first decision of attack_defend"),
    ],
)  # fmt: skip
def test_a_run_that_begins_late_says_why(config, remark):
    inputs = load_inputs(config)
    run = simulated(inputs, ledger.fill)
    added = run.market.remarks[len(inputs.market.remarks) :]
    assert added == (() if remark is None else (remark,))
    assert run.market.notes == inputs.market.notes  # a note would make it another run


def period(**dates):
    """The period of a mix in 100 sessions; IEF begins on the eleventh."""

    def load(*_, **__):
        sessions = pd.bdate_range("2020-01-01", periods=100)
        prices = pd.DataFrame({"SPY": 1.0, "IEF": 1.0}, sessions)
        prices.iloc[:10, 1] = float("nan")
        return market_of(prices)

    return load_inputs(RunConfig("hedge_mix", **dates), load=load).period


def test_a_period_is_cut_at_its_end_and_begins_on_the_next_session():
    cut = period(start="2020-02-01", end="2020-03-01")
    assert cut.start == pd.Timestamp("2020-02-03")
    assert cut.market.sessions[-1] == pd.Timestamp("2020-02-28")
    assert cut.market.sessions[0] == pd.Timestamp("2020-01-01")  # the rule may look back
    assert (cut.first, cut.late) == (pd.Timestamp("2020-01-15"), "IEF")
    assert period().start is None
    assert period(start="2020-02-03").start == pd.Timestamp("2020-02-03")


def test_data_that_end_before_the_asked_end_are_noted():
    noted = "data end on 2020-05-19, before the asked end 2021-01-01"
    assert period(end="2021-01-01").market.notes == (noted,)
    assert period(end="2020-05-19").market.notes == ()


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (
            {"start": "2021-01-01"},
            "--start 2021-01-01 is after the last day of made, 2020-05-19; start earlier",
        ),
        ({"end": "2020-01-10"}, "--end 2020-01-10 is before the first day of IEF in made, 2020"),
        (
            {"start": "2020-01-02"},
            "--start 2020-01-02 is before the first day of IEF in made, 2020",
        ),
    ],
)
def test_a_period_without_data_is_refused(dates, message):
    with pytest.raises(UsageError, match=message) as caught:
        period(**dates)
    assert "\n" not in str(caught.value)


def test_a_session_that_only_the_benchmark_lacks_is_the_portfolios_own():
    config = RunConfig("hedge_mix", {"weights": {"A": 1.0}}, benchmark="SPY", source="yahoo")
    inputs = load_inputs(config, load=with_a_hole)
    day = pd.bdate_range("2019-01-01", periods=300)[150]
    run = simulated(inputs, ledger.fill)
    assert run.summary.metrics.max_drawdown == pytest.approx(-0.5, abs=1e-3)
    assert day in run.simulation.nav.index
    assert day not in run.benchmark.nav.index
    assert run.summary.benchmark.metrics.max_drawdown == pytest.approx(0.0, abs=1e-3)
    assert judged_on(run, ledger.fill) == (run.market, run.simulation)
    # A start on the very day: it is the portfolio's first return; the benchmark's base lies before.
    late = replace(config, start=f"{day:%Y-%m-%d}")
    run = simulated(load_inputs(late, load=with_a_hole), ledger.fill)
    assert run.summary.first_return == f"{day:%Y-%m-%d}"
    assert run.benchmark.nav.index[0] == run.simulation.nav.index[0]


def test_a_hole_of_the_benchmark_on_the_last_day_cuts_nothing():
    day = pd.bdate_range("2019-01-01", periods=300)[150]
    config = RunConfig(
        "hedge_mix", {"weights": {"A": 1.0}}, benchmark="SPY", source="yahoo", end=f"{day:%Y-%m-%d}"
    )
    run = simulated(load_inputs(config, load=with_a_hole), ledger.fill)
    assert run.summary.end == f"{day:%Y-%m-%d}"
    assert run.summary.metrics.max_drawdown == pytest.approx(-0.5, abs=1e-3)
    assert run.benchmark_values.iloc[-1] == run.benchmark.nav.iloc[-1]


def test_an_optional_ticker_without_any_price_is_not_held():
    config = bundled("duration_trend", end="1970-12-31")  # TLT begins in 1973
    run = simulated(load_inputs(config), ledger.fill)
    assert run.simulation.nav.notna().all()
    assert (run.simulation.weights["TLT"] == 0).all()


def test_one_session_is_a_run():
    run = simulated(load_inputs(bundled(start="2025-11-30", end="2025-11-30")), ledger.fill)
    assert (run.summary.start, run.summary.periods) == ("2025-10-31", 1)
    assert run.resolved.start == run.resolved.end == "2025-11-30"


def test_without_equity_both_are_judged_on_the_sessions_they_share():
    config = RunConfig("hedge_mix", {"weights": {"IEF": 1.0}}, benchmark="SPY", source="yahoo")

    def load(source, tickers, **options):
        market = with_a_hole(source, [*tickers, "A"], **options)
        return market_of(market.prices[list(dict.fromkeys(tickers))])

    run = simulated(load_inputs(config, load=load), ledger.fill)
    market, simulation = judged_on(run, ledger.fill)
    assert market is run.shared
    assert len(simulation.nav) == len(run.simulation.nav) - 1
    assert simulation.nav.index[0] == run.simulation.nav.index[0]


@pytest.mark.parametrize(("option", "named"), [("hedge", "IEFF"), ("equity", "SPYY,QQQ")])
def test_a_role_for_nothing_that_is_held_is_refused(option, named):
    words = f"--{option} names {named.replace(',', ', ')}, and hedge_mix holds SPY, IEF .did you"
    with pytest.raises(UsageError, match=words):
        load_inputs(bundled(**{option: named}))


def test_prices_without_dividends_are_those_of_a_ticker_in_use(tmp_path):
    def load(source, tickers, **options):
        assert options["price_only"] == ("SPY",)  # it reaches whatever loads the prices
        return with_a_hole(source, [*tickers, "A"], **options)

    weights = {"weights": {"IEF": 1.0}}
    config = RunConfig("hedge_mix", weights, f"files:{tmp_path}", benchmark="SPY", price_only="SPY")
    load_inputs(config, load=load)
    with pytest.raises(UsageError, match="--price-only names SPYY, and hedge_mix uses prices"):
        load_inputs(replace(config, price_only=("SPYY",)), load=load)


def test_a_benchmark_that_ends_the_run_leaves_no_word_about_later_days(tmp_path):
    """IEF itself begins after the benchmark ends: the run, with its hole, has the proxy alone."""
    days = pd.bdate_range("2000-01-03", "2004-12-31")
    growth = pd.Series(np.linspace(100, 150, len(days)), days)
    ends = growth.loc[:"2001-12-31"].drop(pd.Timestamp("2001-03-07"))
    (tmp_path / "rates").mkdir()
    yields = pd.DataFrame({"5y": 5.0, "10y": 5.5}, days).rename_axis("date")
    yields.to_csv(tmp_path / "rates/treasury_cmt_yields_daily.csv")
    for name, levels in (("MINE", growth), ("OLD", ends), ("IEF", growth.loc["2003":])):
        levels.rename("value").rename_axis("date").to_csv(tmp_path / f"{name}.csv")
    config = RunConfig(
        "hedge_mix", {"weights": {"MINE": 0.6, "IEF": 0.4}}, f"files:{tmp_path}",
        benchmark="OLD", extend=True,
    )  # fmt: skip
    market = load_inputs(config).market
    assert market.sessions[-1] == pd.Timestamp("2001-12-31")
    assert any(note.startswith("IEF itself begins on 2003-01-01: every") for note in market.notes)
    assert market.provenance["IEF"].last == "2001-12-31"


def test_how_a_proxy_fits_is_no_part_of_a_name():
    """Data after the end change the fit, and nothing else of the run."""
    made = simulated(load_inputs(bundled()), ledger.fill)
    note = "IEF before 2002-07-30 is bonds, from 1962-01-02"
    names = {
        replace(made, market=made.market.relabelled(notes=[f"{note}{fit}"])).name
        for fit in ("", "; where both exist (2002-08 to 2020-12), monthly returns correlate 0.993")
    }
    assert len(names) == 1


@pytest.fixture
def euros(price_folder) -> str:
    """MSCI World in euros, 20+ year Treasuries whose fund begins in July, and one that hedges."""
    rng = np.random.default_rng(5)
    walk = 60 * np.exp(rng.normal(0, 0.01, len(DAYS)).cumsum())
    later = DAYS[DAYS >= "2022-07-01"]
    price_folder(
        **{
            "EUNL.DE": csv("value", walk, dates="date"),
            "IS04.DE": csv("value", np.linspace(4.0, 3.7, len(later)), later, "date"),
            "IBB1.DE": csv("value", np.linspace(5.0, 4.8, len(DAYS)), dates="date"),
            "DEXUSEU": csv("DEXUSEU", near("EUR")),
            "IR3TIB01EZM156N": csv("IR3TIB01EZM156N", *near_rate("EUR")),
            "IR3TIB01USM156N": csv("IR3TIB01USM156N", *near_rate("USD")),
        }
    )
    folder = price_folder(
        treasury_cmt_yields_daily="date,20y,30y\n"
        + "".join(f"{day:%Y-%m-%d},3.4,3.4\n" for day in DAYS)
    )
    (folder / "currency.toml").write_text('"EUNL.DE" = "EUR"\n"IS04.DE" = "EUR"\n"IBB1.DE" = "EUR"')
    return f"files:{folder}"


def test_a_euro_investor_holds_funds_of_frankfurt_and_names_no_hedge(euros):
    """Before its first day the fund is a ladder in dollars, worth what these were in euros."""
    weights = {"EUNL.DE": 0.6, "IS04.DE": 0.4}
    config = RunConfig(
        "hedge_mix", {"weights": weights}, euros, money=Money("EUR", fx_hedge=0.5), extend=True
    )
    market = load_inputs(config).market
    assert config.roles.hedge_of(market.tickers) == ["IS04.DE"]
    assert market.abroad.conversion.ratios == {"IS04.DE": 0.5}
    open_ = load_inputs(replace(config, money=Money("EUR"))).market.prices["IS04.DE"]
    assert open_.index[0] == DAYS[0]
    before = DAYS[DAYS < "2022-07-01"]
    # Par bonds at 3.4 % with interest twice a year, less 0.07 % a year, times euros a dollar.
    euros_a_dollar = 1 / pd.Series(near("EUR"), DAYS)
    years = (before[-1] - before[0]).days / 365.25
    made = (
        1.017 ** (2 * years) * 0.9993**years * euros_a_dollar[before[-1]] / euros_a_dollar.iloc[0]
    )
    assert open_[before[-1]] / open_.iloc[0] == pytest.approx(made, rel=1e-6)
    # From then on it is the fund's own euros.
    own = open_[DAYS >= "2022-07-01"]
    assert own.iloc[-1] / own.iloc[0] == pytest.approx(3.7 / 4.0, rel=1e-9)


def test_a_share_class_that_sells_its_dollars_is_said_and_not_hedged_again(euros):
    config = RunConfig(
        "hedge_mix", {"weights": {"EUNL.DE": 0.6, "IBB1.DE": 0.4}}, euros, money=Money("EUR")
    )
    assert (
        "IBB1.DE sells its dollars into EUR itself: there is no unhedged way to hold it beside it, "
        "and so no page Which hedge"
    ) in load_inputs(config).market.notes
    hedged = replace(config, money=Money("EUR", fx_hedge=1))
    with pytest.raises(UsageError, match="would sell the dollars of IBB1.DE a second time"):
        load_inputs(hedged)


def test_a_currency_hedge_of_nothing_is_said():
    money = Money("JPY", fx_hedge=1.0)
    alone = RunConfig("hedge_mix", {"weights": {"SPY": 1.0}}, source="bundled", money=money)
    assert "--fx-hedge changes nothing: there is no hedge" in load_inputs(alone).market.notes
    mixed = RunConfig("hedge_mix", source="bundled", money=money)
    assert not any("changes nothing" in note for note in load_inputs(mixed).market.notes)
