"""Numbers in words."""

from __future__ import annotations

import pytest

from backtests.analysis.numbers import Unit, declared
from backtests.engine.config import RunConfig
from backtests.engine.costs import Costs
from backtests.engine.money import MoneyTable
from backtests.report.text import (
    NAMED,
    SHOW,
    SPOKEN,
    amount,
    config_label,
    costs_text,
    difference,
    hedge_name,
    hedge_words,
    label_of,
    metric_rows,
    mix_words,
    money,
    percent,
    plain_label,
    ratio,
    run_label,
    shown,
    two_digits,
    typeset,
    weights_text,
)
from strategies.weights import mix_text
from tests.report.verdict.helpers import make_numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0.0, "0"), (1.0, "1.00"), (45.128, "45.13"), (-3.0, "-3.00"),
     (1000.0, "1,000"), (2353135.96, "2,353,136")],
)  # fmt: skip
def test_small_amounts_have_two_digits(value, text):
    assert amount(value) == text


def test_what_rounds_to_nothing_has_no_minus():
    shown = [percent(-4e-6), ratio(-0.004), amount(-0.004), amount(-0.0), two_digits(-1e-9, "+")]
    assert shown == ["0.00 %", "0.00", "0", "0", "+0.00"]
    assert (percent(-0.0123), ratio(-0.006), amount(-1234.6)) == ("-1.23 %", "-0.01", "-1,235")


def test_a_difference_has_a_sign_unless_it_rounds_to_nothing():
    shown = [difference(value) for value in (1.04, -1.06, 0.04, -0.04, 1234.5)]
    assert shown == ["+1.0", "-1.1", "0.0", "0.0", "+1,234.5"]


def test_weights_held_are_to_a_tenth_and_dust_is_left_out():
    assert weights_text({"SPY": 0.6055, "IEF": 0.394, "CASH": 0.0004}) == "SPY 60.6 %, IEF 39.4 %"
    assert weights_text({"SPY": 0.9994, "CASH": 0.0006}) == "SPY 99.9 %, CASH 0.1 %"
    thirds = dict.fromkeys("ABC", 0.2)
    assert weights_text(thirds, 2) == "A 20.0 %, B 20.0 %, and 1 more"
    assert weights_text(thirds, 3) == weights_text(thirds)


def test_one_rounding_has_three_forms():
    weights = {"SPY": 0.6, "IEF": 0.3956, "TLT": 0.0004}
    assert weights_text(weights) == "SPY 60.0 %, IEF 39.6 %"
    assert weights_text(weights, form=NAMED) == "SPY 60 %, IEF 39.6 %"
    assert weights_text(weights, form=SPOKEN) == "60 % SPY, 39.6 % IEF"


def test_a_long_mix_is_told_by_its_sides():
    weights = {"SPY": 0.5, "QQQ": 0.2, "IEF": 0.25}
    assert mix_words(weights, ["IEF"], 99) == "50 % SPY, 20 % QQQ, 25 % IEF, 5 % cash"
    assert mix_words(weights, ["IEF"], 30) == "70 % equity, 25 % Treasuries, 5 % cash"
    assert mix_words(weights, ["QQQ"], 30) == "75 % equity, 20 % hedge, 5 % cash"
    assert mix_words({"SPY": 1.0}, [], 30) == "100 % SPY"


def test_a_mix_is_as_it_was_asked_for_with_what_is_left():
    assert mix_text({"SPY": 0.625}) == "SPY 62.5 %, CASH 37.5 %"
    assert mix_text({"SPY": 1 / 3, "IEF": 2 / 3, "TLT": 0.0}) == "SPY 33.333333 %, IEF 66.666667 %"
    assert mix_text({"A": 0.1, "B": 0.2, "C": 0.7}) == "A 10 %, B 20 %, C 70 %"


def test_costs_are_said_as_the_options_take_them():
    assert costs_text(Costs(2.5, 0.0, 3)) == "fee 2.5 bp, slippage 0 bp, lag 3"


def test_a_run_is_called_by_what_is_not_the_default():
    assert run_label("hedge_mix", RunConfig("hedge_mix").params) == "hedge_mix"
    config = RunConfig("hedge_mix", {"weights": {"SPY": 0.7, "TLT": 0.3}, "rebalance": "never"})
    assert run_label("hedge_mix", config.params) == "hedge_mix SPY=0.7,TLT=0.3 rebalance=never"
    assert run_label("attack_defend", RunConfig("attack_defend", {"step_bp": 25.0}).params) == (
        "attack_defend step_bp=25"
    )
    assert run_label("gone", {"x": 1.0}) == "gone x=1"  # a rule that is not in this version


# Metrics

BY_KEY = {metric.key: metric for metric in declared()}


@pytest.mark.parametrize(
    ("key", "text", "none"),
    [
        ("cagr", "8.00 %", "36.00 % in all"),
        ("sharpe", "0.50", "-"),
        ("max_drawdown", "-30.00 %", "-"),
        ("max_drawdown_start", "2007-10-31", "-"),
        ("max_drawdown_recovered", "2010-12-31", "not yet"),
        ("days_under_water", "1,157", "-"),
        ("turnover_per_year", "10.10 %", "-"),
        ("costs_paid", "$1,234", "-"),
        ("final_value", "$46,000", "-"),
    ],
)
def test_a_metric_is_written_by_its_unit(key, text, none):
    assert shown(BY_KEY[key], make_numbers(), 10_000.0) == text
    assert shown(BY_KEY[key], make_numbers(**{key: None}), 10_000.0) == none


def test_what_never_fell_has_nothing_to_recover_from():
    still = make_numbers(max_drawdown_start=None, max_drawdown_recovered=None)
    assert shown(BY_KEY["max_drawdown_recovered"], still, 10_000.0) == "-"


def test_amounts_of_a_small_start_have_more_digits():
    small = make_numbers(costs_paid=0.01234, final_value=4.6)
    assert shown(BY_KEY["costs_paid"], small, 1.0) == "$0.0123"
    assert shown(BY_KEY["final_value"], small, 1.0) == "$4.60"
    absent = make_numbers(costs_paid=None, final_value=None)
    assert [shown(BY_KEY[key], absent, 1.0) for key in ("costs_paid", "final_value")] == ["-", "-"]


@pytest.mark.parametrize(
    ("value", "told"),
    [(3.01, "¥3"), (-57.6, "-¥58"), (1234.5, "¥1,234"), (0.03, "¥0.03"), (0.0, "¥0"), (None, "-")],
)
def test_yen_have_no_smaller_coin(value, told):
    """But for what a portfolio of one yen pays."""
    assert money(value, "JPY") == told


def test_a_portfolio_of_one_yen_has_decimals_all_the_same():
    yen = MoneyTable("JPY", "home", 0.0, 0.0, 25.0, carry_rates=False)
    small, usual = make_numbers(final_value=4.6), make_numbers(final_value=57.31)
    assert shown(BY_KEY["final_value"], small, 1.0, yen) == "¥4.60"
    assert shown(BY_KEY["final_value"], usual, 100.0, yen) == "¥57"


def test_every_unit_can_be_written():
    assert {metric.unit for metric in declared()} <= {*SHOW, Unit.RECOVERY}
    for metric in declared():
        assert shown(metric, make_numbers(), 10_000.0)


@pytest.mark.parametrize(
    ("key", "ppy", "initial", "label", "plain"),
    [
        ("cvar_95", 252, 1.0, "CVaR 95, daily", "CVaR 95"),
        ("cvar_95", 12, 1.0, "CVaR 95, monthly", "CVaR 95"),
        ("cvar_95_monthly", 252, 1.0, "CVaR 95, month-ends", "CVaR 95, month-ends"),
        ("final_value", 12, 10_000.0, "Final value of $10,000", "Final value"),
        ("final_value", 12, 2.5, "Final value of $2.50", "Final value"),
        ("max_drawdown_start", 12, 1.0, "  from", "from"),
    ],
)
def test_a_label_says_rows_and_start_where_they_are_the_same_for_all(
    key, ppy, initial, label, plain
):
    assert label_of(BY_KEY[key], ppy, initial) == label
    assert plain_label(BY_KEY[key]) == plain


def test_what_does_not_compare_is_left_out_of_runs_of_several_kinds():
    both = [make_numbers(), make_numbers(cagr=0.05)]
    whole = [row[0] for row in metric_rows(both, 12, 1.0)]
    mixed = [row[0] for row in metric_rows(both, 12, 1.0, of_one_kind=False)]
    assert set(whole) - set(mixed) == {"CVaR 95, monthly", "Costs paid", "Final value of $1"}
    assert metric_rows(both, 12, 1.0)[0] == ["CAGR", "8.00 %", "5.00 %"]


def test_a_start_in_whole_numbers_is_a_start():
    """A TOML file and Python may give 5000; a command line gives 5000.0."""
    metric = next(metric for metric in declared() if metric.key == "final_value")
    assert label_of(metric, 12, 5000) == "Final value of $5,000"
    assert label_of(metric, 12, 2.5) == "Final value of $2.50"


@pytest.mark.parametrize(
    ("hedge", "name"),
    [
        (("IEF",), "IEF"),
        (("IEF", "TLT"), "IEF and TLT"),
        (("SHY", "IEF", "TLT"), "SHY, IEF and TLT"),
        (("BIL",), "BIL"),
        (("bil", "IEF"), "the hedge"),  # bills do not beat bills
        (tuple(f"FUND{number}" for number in range(7)), "the hedge"),
    ],
)
def test_a_hedge_is_called_by_its_tickers_while_they_are_few(hedge, name):
    assert hedge_name(hedge) == name


@pytest.mark.parametrize(
    ("plain", "printed"),
    [
        ("-0.50 .. +0.50", "\u22120.50 .. +0.50"),
        ("(-1.5 to -0.2)", "(\u22121.5 to \u22120.2)"),
        ("5 %", "5\u202f%"),
        ("100 % equity", "100\u202f% equity"),
        ("SPY 60.6 %, IEF 39.4 %", "SPY 60.6\u202f%, IEF 39.4\u202f%"),
        ("a loss of -3 %", "a loss of \u22123\u202f%"),
        # What keeps its hyphen.
        ("2008-09-30", "2008-09-30"),
        ("2008-09 to 2009-03", "2008-09 to 2009-03"),
        ("lag=-1", "lag=-1"),
        ("--lag 1", "--lag 1"),
        ("hedge_mix-7b14c48315", "hedge_mix-7b14c48315"),
        ("BRK-B", "BRK-B"),
        ("stock-bond, 7-10 years", "stock-bond, 7-10 years"),
        ("X-1 and 10-year", "X-1 and 10-year"),
        ("a - b", "a - b"),
        ("-", "-"),
        ("%", "%"),
        ("n %", "n %"),
        ("", ""),
    ],
)
def test_numbers_are_typeset_and_names_are_not(plain, printed):
    assert typeset(plain) == printed
    assert typeset(printed) == printed  # what is typeset stays as it is


@pytest.mark.parametrize(
    ("tickers", "told"),
    [
        (("IEF",), "Treasuries"),
        (("ief", "TLT"), "Treasuries"),
        (("BIL", "IEF"), "Treasuries"),  # bills are Treasuries too
        (("bil",), "bil"),  # alone they are what the others are held against
        (("GLD", "IEF"), "GLD and IEF"),
    ],
)
def test_a_hedge_of_nothing_but_treasuries_is_called_so(tickers, told):
    assert hedge_words(tickers) == told


def test_runs_with_different_plans_are_told_apart():
    def label(**fields):
        return config_label(RunConfig.from_dict({"strategy": "hedge_mix", **fields}))

    assert label() == "hedge_mix"
    assert label(real=True) == "hedge_mix real"
    # With a band the calendar is daily unless another is asked for.
    assert label(band=0.05) == "hedge_mix band 5 %"
    assert label(band=0.05, params={"rebalance": "monthly"}) == (
        "hedge_mix rebalance=monthly band 5 %"
    )
    assert label(params={"rebalance": "daily"}) == "hedge_mix rebalance=daily"
    assert label(params={"offset": 3}) == "hedge_mix offset=3"
    assert label(flow="-400/year", flow_indexed=True, currency="JPY") == (
        "hedge_mix JPY -¥400 a year, indexed"
    )
    assert label(withholding=0.15, flow="500/month") == "hedge_mix withheld 15 % +$500 a month"


def test_the_final_value_with_cash_flows_is_that_of_the_unit():
    metric = next(each for each in declared(type(make_numbers())) if each.key == "final_value")
    assert label_of(metric, 12, 10_000.0) == "Final value of $10,000"
    assert label_of(metric, 12, 10_000.0, is_unit=True) == "Unit value of $10,000"
