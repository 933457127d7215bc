"""The sentences of a search, for long and for short histories."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from backtests.analysis.selection import expected_maximum
from backtests.report.text import percent, typeset
from tests.searches import BUNDLED, command, content, only


def test_the_lead_over_the_default_with_bills_is_that_of_the_choice(mixes):
    told = content(mixes)
    parts = told["portfolios"]
    lead = 100 * (parts["Middle of the good region"]["cagr"] - parts["Default with bills"]["cagr"])
    assert (
        f"from its CAGR that of the middle of the good region differs by {lead:+.2f} points"
        in told["sentences"][1]
    )


def test_the_deflated_ratio_of_all_trials_comes_first_and_is_explained(mixes):
    told = content(mixes)
    sharpe = told["reliability"]["sharpe"]
    assert sharpe["dsr"] < sharpe["dsr_effective"]  # more trials, more luck
    assert (
        f"After {sharpe['trials']:,} trials on this market, the chance that it earns more than the "
        "default by more than the best of so many tries would show by luck (the deflated Sharpe "
        f"ratio) is {percent(sharpe['dsr'])}, with luck's spread taken from the trials at equal "
        f"volatility ({percent(sharpe['dsr_as_held'])} if it is taken from the trials as held); "
        f"counted as {sharpe['effective_trials']:.1f} independent trials it is "
        f"{percent(sharpe['dsr_effective'])}."
    ) in told["sentences"][1]


def test_a_lead_is_beyond_noise_if_all_three_agree(mixes, rules):
    """Interval above zero, deflated Sharpe ratio above 95 %, Hansen's p-value below 5 %."""
    for folder in (mixes, rules):
        told = content(folder)
        numbers = told["reliability"]
        decides = numbers["same_risk"] or numbers["sharpe"]
        agree = (
            numbers["chosen"]["estimate"]["low"] > 0
            and decides["dsr"] > 0.95
            and numbers["reality"]["spa_consistent"] < 0.05
        )
        assert told["beyond_noise"] is agree is False
        assert not told["headline"].startswith("Hold ")
        assert told["recommended"] is None


FREE_OF_COST = ("--fee-bps", "0", "--slippage-bps", "0", "--maximise", "sharpe")


def test_equals_are_one_region_and_nobody_chooses_by_rounding(tmp_path, capsys):
    # Any share of one asset beside bills has the asset's Sharpe ratio: 20 shares, and bills alone.
    words = ("hedge_mix", "--assets", "SPY", "--step", "0.05", "--weights", "SPY=0.6")
    code, out, errors = command(capsys, *words, *FREE_OF_COST, *BUNDLED, "--out", str(tmp_path))
    assert code == 0, errors
    told = content(only(tmp_path))
    assert told["region"]["members"] == 20
    assert told["region"]["regions"] == 1
    assert told["reliability"]["overfitting"] is None
    assert told["reliability"]["expanding"]["edge_out_of_sample"] == 0.0
    text = " ".join(out.split())
    # A region that is everything is no recommendation, wherever it is shown.
    reason = (
        "the search tells no candidate from another; month by month it earns the same as the "
        "default at the same risk"
    )
    assert told["recommended"] is None
    assert told["no_recommendation"] == reason
    assert "is the middle of all 20 candidates: the Sharpe ratio of each" in text
    assert f"This is no recommendation: {reason}." in text
    page = (only(tmp_path) / "index.html").read_text()
    assert f"This is no recommendation: {reason}." in page
    assert "No recommendation, but it runs as it is" in page
    assert "no recommendation, but it runs as it is:\nrun  python" in out
    assert page.index("No recommendation, but") > page.index('id="best"')
    for shown in (out, page):
        assert "Middle of the good region" in shown
        assert "Recommended" not in shown
        assert "recommended" not in shown
    first = (only(tmp_path) / "best.toml").read_text().splitlines()[0]
    assert first == f"# No recommendation: {reason}."
    assert "earns the same as the default at the same risk: there is no difference to test." in text
    assert "tuning earned the same as never tuning." in text


def made_prices(folder: Path) -> str:
    """A folder of two made assets: the second is the first with ten points a year more."""
    draw = np.random.default_rng(5)
    days = pd.bdate_range("1994-01-03", "2010-12-31")
    first = draw.normal(0.0003, 0.01, len(days))
    second = first + 0.0004 + draw.normal(0.0, 0.002, len(days))
    folder.mkdir()
    for name, returns in (("AAA", first), ("BBB", second)):
        levels = pd.DataFrame({"Date": days, "value": 100 * np.cumprod(1 + returns)})
        levels.to_csv(folder / f"{name}.csv", index=False)
    return f"files:{folder}"


def test_a_recommendation_is_called_one_everywhere(tmp_path, capsys):
    words = ("hedge_mix", "--assets", "AAA,BBB", "--step", "0.1", "--weights", "AAA=1",
             "--subject-to", "max_drawdown>-0.9")  # fmt: skip
    source = made_prices(tmp_path / "prices")
    code, out, errors = command(capsys, *words, "--source", source, "--out", str(tmp_path / "out"))
    assert code == 0, errors
    folder = only(tmp_path / "out")
    told, page = content(folder), (folder / "index.html").read_text()
    assert told["recommended"] == told["region"]["middle"]
    assert told["no_recommendation"] is None
    assert told["headline"] == "Hold 100 % BBB: it beats the default beyond noise"
    assert told["chip"] == "Beyond noise"
    for shown in (out, page):
        assert typeset(told["headline"]) in shown or told["headline"] in shown
        assert "o recommendation" not in shown
    # The command stands first where it is recommended, and at the end of every page.
    assert page.count("Run it as it is: <code>") == 2
    assert page.index("Run it as it is: <code>") < page.index('id="choice"')
    assert "Middle of the good region, recommended" in page
    assert not (folder / "best.toml").read_text().startswith("#")
    assert str(tmp_path) not in page  # it may be sent on
    assert "price files of your own" in page


def test_a_lead_that_may_be_luck_is_no_recommendation(tmp_path, capsys):
    # Within a limit that the default keeps, with much more equity than it holds: it was one.
    words = ("hedge_mix", "--assets", "SPY,IEF", "--step", "0.1", "--weights", "SPY=0.2,IEF=0.8",
             "--subject-to", "volatility<12%")  # fmt: skip
    code, out, errors = command(capsys, *words, *BUNDLED, "--out", str(tmp_path))
    assert code == 0, errors
    told, page = content(only(tmp_path)), (only(tmp_path) / "index.html").read_text()
    decides = told["reliability"]["sharpe"]
    assert told["reliability"]["chosen"]["estimate"]["low"] > 0
    assert decides["dsr"] < 0.95
    assert told["recommended"] is None
    assert told["chip"] == "Could be luck"
    assert told["headline"].startswith("Keep the default, 20 % SPY, 80 % IEF, for now: some of 60 ")
    # The spread that the bar of luck is made of, by hand: SR0 over the expected largest of 66.
    spread = decides["best_by_luck"] / expected_maximum(66)
    expected = 66 * (1 - NormalDist().cdf(decides["sharpe"] / spread))
    assert decides["as_good_by_luck"] == pytest.approx(expected, rel=1e-6)
    luck = f"Of 66 tries, about {expected:.0f} this good are expected by luck alone."
    assert told["luck"] == luck
    assert luck in page
    assert luck in " ".join(out.split())
    assert told["headline"] in " ".join(out.split())


def test_a_choice_that_trails_the_default_is_no_recommendation(mixes):
    told = content(mixes)
    parts = told["portfolios"]
    assert parts["Middle of the good region"]["cagr"] < parts["Default"]["cagr"]
    assert told["sentences"][0].endswith(
        "This is no recommendation: its CAGR is below the default's, which does not keep "
        "max_drawdown>-0.25."
    )


def test_a_short_history_is_called_short(tmp_path, capsys):
    words = ("hedge_mix", "--assets", "SPY,IEF", "--step", "0.25", "--start", "1994-12-31",
             "--end", "1998-06-30")  # fmt: skip
    code, out, told = command(capsys, *words, *BUNDLED, "--out", str(tmp_path))
    assert code == 0, told
    text = " ".join(out.split())
    assert "Without an interval nothing is called more than noise: 60 months are needed" in text
    assert "gives no reason" not in text


def test_the_default_as_the_best_cell_is_said(tmp_path, capsys):
    words = ("hedge_mix", "--weights", "SPY=0.5,IEF=0.5", "--assets", "SPY,IEF", "--step", "0.05",
             "--maximise", "sharpe")  # fmt: skip
    code, out, told = command(capsys, *words, *BUNDLED, "--out", str(tmp_path))
    assert code == 0, told
    assert content(only(tmp_path))["portfolios"]["Best single cell"]["is"] == "SPY 50 %, IEF 50 %"
    assert "the best single cell is the default itself" in " ".join(out.split())


def searched(capsys, out: Path, *words: str) -> tuple[str, str, dict]:
    """Sentences as one text, the page, and what was written."""
    code, _, told = command(capsys, *words, *BUNDLED, "--out", str(out))
    assert code == 0, told
    folder = max(out.glob("tune-*"), key=lambda path: path.stat().st_mtime_ns)
    numbers = content(folder)
    return " ".join(numbers["sentences"]), (folder / "index.html").read_text(), numbers


def test_a_probability_that_does_not_exist_is_unknown(tmp_path, capsys):
    # The default's own step and another: only one trial differs, so trials have no variance.
    _, _, numbers = searched(
        capsys, tmp_path, "attack_defend", "--grid", "step_bp=50,75",
        "--subject-to", "max_drawdown>-0.6",
    )  # fmt: skip
    assert numbers["trials"] == 2
    text, page, _ = searched(
        capsys, tmp_path, "attack_defend", "--grid", "step_bp=75",
        "--subject-to", "max_drawdown>-0.6",
    )  # fmt: skip
    assert "(the deflated Sharpe ratio) is unknown, with luck's spread" in text
    assert "nan" not in text
    assert "nan %" not in page


def test_a_choice_that_makes_what_the_default_makes_says_so(tmp_path, capsys):
    text, _, numbers = searched(
        capsys, tmp_path, "attack_defend", "--grid", "step_bp=50",
        "--subject-to", "max_drawdown>-0.6",
    )  # fmt: skip
    assert numbers["reliability"]["sharpe"] is None
    assert "Month by month the middle of the good region earns the same as the default" in text


def test_never_tuning_that_breaks_the_limit_is_named_where_the_walk_is_told(mixes, rules):
    words = "never tuning does not keep the limits"
    assert words in content(mixes)["sentences"][-1]
    assert words not in content(rules)["sentences"][-1]


def test_gained_or_lost_is_the_sign_of_the_walk(mixes, rules):
    for folder in (mixes, rules):
        told = content(folder)
        edge = told["reliability"]["expanding"]["edge_out_of_sample"]
        word = "gained" if edge > 0 else "lost"
        assert f"tuning {word} {abs(100 * edge):.2f} points" in told["sentences"][-1]
