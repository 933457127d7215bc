"""docs/currency.md and the README's lines at their word: they are what their commands print."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from backtests.analysis.resampling import Estimate
from backtests.analysis.ways import HedgedLessUnhedged
from backtests.engine import ledger
from backtests.engine.config import RunConfig
from backtests.engine.money import Money
from backtests.jobs import make_run
from data.currency.currencies import CURRENCIES
from docs import currency_rules, currency_table
from tests.conftest import ROOT, SHARED

PAGE = (ROOT / "docs" / "currency.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("command", "words"),
    [(currency_table, []), (currency_table, ["--falls", "JPY"]), (currency_rules, [])],
)
def test_the_page_has_what_the_command_prints(command, words, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["table", *words])
    command.main()
    printed = capsys.readouterr().out.strip()
    assert printed in PAGE
    assert len(printed.splitlines()) >= 8


def test_every_command_of_the_page_is_one_of_the_project():
    named = set(re.findall(r"python -m ([\w.]+)", PAGE))
    assert named == {"backtests.run", "backtests.compare", "backtests.tune",
                     "docs.currency_table", "docs.currency_rules",
                     "tests.made_funds", "tests.yahoo_server"}  # fmt: skip


def test_the_lines_of_the_readme_are_what_the_command_prints(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["table", "--lines"])
    currency_table.main()
    lines = capsys.readouterr().out.strip().splitlines()
    assert "\n".join(["", *lines, ""]) in README
    assert len(lines) == len(CURRENCIES) == 6


def test_a_line_says_what_the_table_of_its_currency_says():
    """By hand from the table: +2.77 (+1.89 to +3.67), interest -2.66, no interval of yuan."""
    yen, yuan = (re.search(rf"^- \*\*{name}.*$", README, re.M)[0] for name in ("Yen", "Yuan"))
    for figure in ("did 2.8 % a month better than open (+1.9 to +3.7)", "cost 2.7 points a year",
                   "hedged +1.8 %, open -1.0 %, too few months"):  # fmt: skip
        assert figure in yen
    assert yuan.startswith("- **Yuan: cannot be told.** Hedged did 0.1 % a month worse than open. ")


def test_a_line_names_the_side_that_protected_and_what_was_paid():
    """The words of cases that no currency is: made of sterling's, with other figures."""
    ways = currency_table.ways_in("GBP")
    dear = HedgedLessUnhedged(Estimate(-0.02, -0.03, -0.01), Estimate(0.015, 0.005, 0.025))
    open_ = replace(ways.way("unhedged"), payoff=Estimate(0.01, 0.006, 0.02))
    hedged = replace(ways.way("hedged"), payoff=Estimate(-0.01, -0.02, -0.006))
    split = replace(ways.split("hedged"), carry=0.012)
    now = replace(ways.now, carry=0.002)
    made = replace(
        ways, answer="leave open", difference=dear, ways=(open_, hedged), splits=(split,), now=now
    )
    assert currency_table.sentences_of("GBP", made) == (
        "- **Sterling: open protected better.** Hedged did 2.0 % a month worse than open (-3.0 to "
        "-1.0). Hedging earned 1.2 points a year (earns 0.2 now); growth was 1.5 points more (+0.5 "
        "to +2.5). Over own cash: hedged -1.0 % (-2.0 to -0.6), fell behind it; open +1.0 % (+0.6 "
        "to +2.0), beat it."
    )
    none = HedgedLessUnhedged(Estimate(0.001, -0.002, 0.003), Estimate(0.0, None, None))
    line = currency_table.sentences_of(
        "GBP", replace(made, answer="no difference", difference=none)
    )
    assert line.startswith("- **Sterling: no difference.** Hedged did 0.1 % a month better than")
    assert "; growth 0.0 points a year, too few months to be sure. Over" in line


def test_the_words_around_the_lines_hold_for_each_currency():
    around = " ".join(README.split())
    lost = []
    for code in CURRENCIES:
        ways = currency_table.ways_in(code)
        assert f"on the bundled months to {ways.last}" in around
        assert f"the dollar's of {ways.now.dollar_month}" in around
        assert f"less {ways.basis_bp:g} basis points" in around
        (fall,) = (fall for fall in ways.falls if fall.start == "2021-12-31")
        assert fall.end[:7] == "2022-09"
        made = dict(zip([way.key for way in ways.ways], fall.made, strict=True))
        lost.append(round(-100 * made["hedged"]))
    assert f"lost {min(lost)} to {max(lost)} % in each of the six" in around


def test_the_yen_columns_of_the_readme_are_of_real_prices():
    """From files of the same days: rates of the last five are there H.10's instead of Yahoo's."""
    if not SHARED.is_dir():
        pytest.skip(f"no real prices: {SHARED} is not there")
    _, shown = README.split("--each-in-its-own\n```\n```\n", 1)
    row = {
        line[:26].strip(): re.findall(r"(-?[\d.]+) %", line)
        for line in reversed(shown.split("```")[0].splitlines())  # the run's own CAGR comes last
    }
    for column, ratio in ((1, 0), (2, 1)):
        money = Money(currency="JPY", fx_hedge=ratio)
        config = RunConfig("hedge_mix", source=f"files:{SHARED}", end="2025-09-26", money=money)
        made = make_run(config, engine=ledger.fill).summary.metrics
        for name, value in (("CAGR", made.cagr), ("Volatility", made.volatility),
                            ("Max drawdown", made.max_drawdown),
                            ("Worst year", made.worst_year)):  # fmt: skip
            assert float(row[name][column]) == pytest.approx(100 * value, abs=0.02), (name, column)
