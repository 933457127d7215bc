"""The choice among scored candidates and its numbers, checked against hand calculations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from backtests.analysis.evidence import Evidence
from backtests.analysis.numbers import numbers_of
from backtests.engine.candidates import make_panel, static_mixes
from backtests.engine.costs import Costs
from backtests.engine.opening import Opening
from backtests.engine.scores import paths
from backtests.engine.simulate import simulate
from backtests.report.verdict.payoffs import payoffs_of
from data.load import load_market
from data.records import from_json
from strategies.registry import make
from tests.report.helpers import make_run
from tests.searches import BUNDLED, MIXES, candidates, command, content, only


def test_the_choice_is_the_middle_of_a_plateau_that_keeps_the_limit(mixes):
    table, told = candidates(mixes), content(mixes)
    assert len(table) == 286  # C(10 + 3, 3)
    assert (table["eligible"] == (table["max_drawdown"] > -0.25)).all()
    assert table["plateau"].notna().equals(table["eligible"])
    chosen = table.loc[told["region"]["middle"]["candidate"]]
    assert chosen["eligible"]
    best = table["cagr"].where(table["eligible"]).max()
    assert told["portfolios"]["Best single cell"]["cagr"] == pytest.approx(best, rel=1e-9)
    # A plateau score by hand: one step of weight moved between any two of the four.
    units = np.column_stack([table[["SPY", "SHY", "IEF"]].to_numpy() * 10])
    whole = np.column_stack([units, 10 - units.sum(axis=1)]).round()
    here = whole[told["region"]["middle"]["candidate"]]
    near = np.abs(whole - here).sum(axis=1) <= 2
    by_hand = table["cagr"][near & table["eligible"].to_numpy()].mean()
    assert chosen["plateau"] == pytest.approx(by_hand, rel=1e-12)


def test_leads_and_region_are_those_of_the_table(mixes):
    table, told = candidates(mixes), content(mixes)
    reliability, default = told["reliability"], told["portfolios"]["Default"]["cagr"]
    chosen = table["cagr"][
        told["region"]["middle"]["candidate"]
    ]  # rows are months: the same growth
    assert reliability["chosen"]["estimate"]["value"] == pytest.approx(chosen - default, abs=1e-9)
    peak = told["portfolios"]["Best single cell"]["cagr"]
    assert reliability["peak"]["estimate"]["value"] == pytest.approx(peak - default, abs=1e-9)
    good = table["plateau"] >= table["plateau"].max() - reliability["peak"]["error"]
    assert told["region"] == {
        "members": int(good.sum()), "regions": 1,
        "best_plateau": pytest.approx(table["plateau"].max(), rel=1e-9),
        "middle": told["region"]["middle"],
    }  # fmt: skip


def test_risk_adjusted_leads_are_over_the_bills_of_the_same_months(tmp_path, capsys):
    words = ("--maximise", "sharpe", "--lag", "3", "--out", str(tmp_path))
    assert command(capsys, *MIXES, *BUNDLED, *words)[0] == 0
    told = content(only(tmp_path))
    parts, reliability = told["portfolios"], told["reliability"]
    for name, lead in (("Middle of the good region", "chosen"), ("Best single cell", "peak")):
        expected = parts[name]["sharpe"] - parts["Default"]["sharpe"]
        assert reliability[lead]["estimate"]["value"] == pytest.approx(expected, abs=1e-9)
    # These compare candidates at equal volatility: there is no other spread to show.
    assert reliability["same_risk"]["dsr_as_held"] is None
    assert "as held" not in told["sentences"][1]
    assert reliability["sharpe"]["dsr_as_held"] < reliability["sharpe"]["dsr"]
    first = pd.Period(reliability["first"], "M") + reliability["look_back_months"] + 3
    assert reliability["expanding"]["first"] == str(first)  # a lag of three months


def test_the_walk_is_what_choosing_each_year_by_hand_earns(mixes):
    table, told = candidates(mixes), content(mixes)
    assets = ["SPY", "SHY", "IEF"]
    market = load_market("bundled", assets)
    panel = make_panel(
        market, assets, Costs(), opening=Opening(pd.Timestamp(told["start"]), is_invested=False)
    )
    weights = np.vstack([table[assets].to_numpy(), [0.6, 0.0, 0.4]])
    returns = paths(panel, static_mixes(panel, weights)).pct_change().iloc[1:].to_numpy()
    earned = []
    for cut in range(120, len(returns) - 1, 12):
        values = np.vstack([np.ones(len(weights)), np.cumprod(1 + returns[:cut], axis=0)])
        depth = (values / np.maximum.accumulate(values)).min(axis=0) - 1
        best = np.argmax(np.where(depth > -0.25, values[-1], -1.0))
        earned.append(returns[cut + 1 : cut + 13, best])
    tuned, never = np.concatenate(earned), returns[121:, -1]
    growth = [np.prod(1 + returns) ** (12 / len(never)) for returns in (tuned, never)]
    walk = told["reliability"]["expanding"]
    assert walk["edge_out_of_sample"] == pytest.approx(growth[0] - growth[1], abs=1e-9)


def test_the_best_thousand_have_their_tails(mixes):
    table = candidates(mixes)
    best = pd.read_csv(mixes / "best.csv")
    assert len(best) == min(1000, int(table["eligible"].sum()))
    assert best["cagr"].is_monotonic_decreasing
    market = load_market("bundled", ["SPY", "SHY", "IEF"])
    row = best.iloc[7]
    weights = {t: float(row[t]) for t in ("SPY", "SHY", "IEF") if row[t] > 0}
    told = content(mixes)
    run = simulate(market, make("hedge_mix", {"weights": weights}), Costs(),
                   start=pd.Timestamp(told["start"]))  # fmt: skip
    returns = np.sort(run.nav.pct_change().dropna().to_numpy())
    worst = returns[: -(-len(returns) * 5 // 100)]
    assert row["cvar_95"] == pytest.approx(worst.mean(), rel=1e-9)
    assert row["cvar_95_monthly"] == pytest.approx(worst.mean(), rel=1e-9)  # rows are months


def test_the_default_brought_down_with_bills_keeps_the_limit_and_one_percent_more_does_not(mixes):
    told = content(mixes)
    diluted = told["portfolios"]["Default with bills"]
    assert told["portfolios"]["Default"]["max_drawdown"] < -0.25 < diluted["max_drawdown"]
    share = float(diluted["is"].split(" ")[0]) / 100
    market = load_market("bundled", ["SPY", "IEF"])
    for less, keeps in ((share, True), (share + 0.01, False)):
        weights = {"SPY": 0.6 * less, "IEF": 0.4 * less}
        run = simulate(market, make("hedge_mix", {"weights": weights}), Costs(),
                       start=pd.Timestamp(told["start"]))  # fmt: skip
        depth = numbers_of(run.portfolio(market)).max_drawdown
        assert (depth > -0.25) is keeps


def test_luck_against_the_default_with_bills_by_hand(mixes):
    """The choice and that mix as runs: lead, PSR of the difference, and tries times its chance."""
    told = content(mixes)
    against = told["against_bills"]
    market = load_market("bundled", ["SPY", "SHY", "IEF"])
    held = told["region"]["middle"]["params"]["weights"]
    levels = [
        simulate(market, make("hedge_mix", {"weights": weights}), Costs(),
                 start=pd.Timestamp(told["start"])).nav
        for weights in (held, {"SPY": 0.6 * against["share"], "IEF": 0.4 * against["share"]})
    ]  # fmt: skip
    growth = [(nav.iloc[-1] / nav.iloc[0]) ** (12 / (len(nav) - 1)) - 1 for nav in levels]
    assert against["chosen"]["estimate"]["value"] == pytest.approx(growth[0] - growth[1], abs=1e-6)
    mine, other = (nav.pct_change().iloc[1:].to_numpy() for nav in levels)
    over = mine - other
    ratio = over.mean() / over.std(ddof=1)
    error = np.sqrt(1 - stats.skew(over) * ratio + (stats.kurtosis(over) + 2) / 4 * ratio**2)
    psr = stats.norm.cdf(ratio * np.sqrt(len(over) - 1) / error)
    assert against["sharpe"]["psr"] == pytest.approx(psr, abs=1e-4)
    # Its spread is less than that error: of what trails, more tries do better than by the error.
    assert told["trials"] * (1 - psr) - 0.05 < against["sharpe"]["as_good_by_luck"] < 280
    # It trails the default itself by more, and so do luck and Hansen's test.
    assert told["reliability"]["sharpe"]["as_good_by_luck"] > 285.9
    assert against["reality"]["statistic"] > 1 > told["reliability"]["reality"]["statistic"]


def test_where_the_default_keeps_the_limit_its_share_is_not_asked(rules):
    told = content(rules)
    assert told["against_bills"] is None
    assert "Default with bills" not in told["portfolios"]
    assert told["reliability"]["sharpe"]["trials"] == told["trials"] == 9


def test_the_choice_and_the_default_are_judged_as_their_runs_are(mixes):
    """Its resamples are those of a run on the same months; engines agree to 1e-9."""
    told = content(mixes)
    params = {"Middle of the good region": told["region"]["middle"]["params"], "Default": {}}
    assert told["judged"].keys() == params.keys()
    for name, judged in told["judged"].items():
        verdict = make_run(start=None, params=params[name]).verdict
        assert judged["word"] == verdict.word == "it depended"
        evidence = from_json(Evidence, judged["evidence"])
        for ours, theirs in zip(
            payoffs_of(evidence).values(), payoffs_of(verdict.evidence).values(), strict=True
        ):
            assert (ours.months, ours.word) == (theirs.months, theirs.word)
            assert ours.smallest_effect is None  # left out, as in the lab
            assert ours.estimate.value == pytest.approx(theirs.estimate.value, abs=1e-9)
            assert ours.estimate.low == pytest.approx(theirs.estimate.low, abs=1e-4)
        assert evidence.placebo_share == verdict.evidence.placebo_share
    assert told["judged"]["Default"] != told["judged"]["Middle of the good region"]


def test_without_a_hedge_the_word_is_no_hedge(tmp_path, capsys):
    words = ("hedge_mix", "--assets", "SPY", "--step", "0.25", "--weights", "SPY=0.5")
    code, out, _ = command(capsys, *words, *BUNDLED, "--out", str(tmp_path))
    assert code == 0
    told = content(only(tmp_path))
    nothing = {"word": "no hedge", "evidence": None}
    assert list(told["judged"].values()) == [nothing, nothing]
    assert "Does it hedge? Default: no hedge.\n" in out
    assert "payoff" not in out.lower()
    assert "payoff" not in (only(tmp_path) / "index.html").read_text().lower().split("<script")[0]
