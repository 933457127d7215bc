"""What the page of withdrawals says."""

from __future__ import annotations

import pytest

from backtests.report.withdrawals.words import (
    first_screen,
    method,
    month_text,
    plain_names,
    rate_text,
    share_text,
    survived_text,
)
from tests.report.withdrawals.helpers import NAMES, made, make_withdrawals


def test_the_first_screen_tells_what_lasted_and_at_which_rate():
    screen = first_screen(make_withdrawals(), NAMES)
    assert screen.headline == (
        "At 4 % a year, 60 % SPY, 40 % IEF lasted 30 years from 99.2 % of the start months since "
        "1965; 100 % equity from 98.3 % and equity + bills from 100 %"
    )
    assert screen.line == (
        "Every start survived: this run 3.82 %, 100 % equity 3.60 %, equity + bills 4.10 % a year. "
        "But only one period of 30 years fits into the time since 1965 without overlapping: such "
        "differences are history, not evidence."
    )
    run, equity, bills = screen.tiles
    assert (run.title, run.value) == ("60 % SPY, 40 % IEF", "3.82 %")
    assert run.lines == (
        "At 4 %: 99.2 % of 121 starts lasted.",
        "Worst start: end of Feb\u00a01966, dry in Feb\u00a01974 at 4 %.",
    )
    assert equity.value == "3.60 %"
    assert bills.lines[1].endswith("lasted at 4 % too.")


@pytest.mark.parametrize(("starts", "told"), [
    (300, "But only three periods of 10 years fit"), (720, "But only five periods of 10"),
    (721, "But 7 periods of 10 years fit"),
])  # fmt: skip
def test_how_few_periods_are_apart_is_said(starts, told):
    """300 months after the first start begin three: in months 0, 120 and 240."""
    starts = starts if starts != 720 else 600
    one = made("run", {10: [0.05] * starts})
    assert told in first_screen(make_withdrawals(portfolios=(one,)), NAMES).line


def test_where_all_lasted_no_share_is_repeated():
    portfolios = tuple(made(key, {10: [0.05] * 130}) for key in ("run", "equity", "bills"))
    screen = first_screen(make_withdrawals(portfolios=portfolios), NAMES)
    assert screen.headline.endswith(
        "lasted 10 years from every start month since 1965; so did 100 % equity and equity + bills"
    )


def test_a_run_alone_and_one_that_never_lasted():
    alone = make_withdrawals(portfolios=(made("run", {10: [0.03] * 130}),))
    screen = first_screen(alone, NAMES)
    assert screen.headline.endswith("lasted 10 years from no start month since 1965")
    assert screen.line.startswith("Every start survived: this run 3.00 % a year.")


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100 %"), (0.9996, "99.9 %"), (0.958, "95.8 %"), (0.0004, "0.1 %"), (0.0, "0 %")],
)
def test_no_share_is_rounded_to_all_or_none(share, text):
    assert share_text(share) == text


@pytest.mark.parametrize(("rate", "text"), [(0.0381999, "3.81 %"), (0.0382, "3.82 %")])
def test_a_rate_that_lasted_is_rounded_down(rate, text):
    assert survived_text(rate) == text


def test_small_texts():
    assert [rate_text(rate) for rate in (0.04, 0.035, 0.03333)] == ["4 %", "3.5 %", "3.333 %"]
    assert month_text("1968-11") == "Nov\u00a01968"
    assert month_text(None) == "-"


def test_the_method_names_the_lag_and_how_to_make_a_cell_again():
    told = " ".join(words for _, words in method(make_withdrawals()))
    assert "is paid 1 month later" in told
    assert "--flow-indexed" in told
    daily = " ".join(words for _, words in method(make_withdrawals(monthly=False, lag=2)))
    assert "is paid 2 sessions later" in daily


def test_names_where_the_run_is_not_at_hand():
    assert plain_names(make_withdrawals())["bills"] == "Equity + bills, same weight"
    assert plain_names(make_withdrawals(currency="JPY"))["bills"] == "Equity + cash, same weight"
