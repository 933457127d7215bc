"""The log of trials: every trial once, and no count from a damaged file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.engine.bands import Rebalancing
from backtests.engine.money import Money
from backtests.engine.space import mix_space, rule_space
from backtests.report.tuning.trials import log_trials
from data.errors import OutputError
from strategies.hedge_mix import HedgeMix
from tests.searches import BUNDLED, MIXES, command, content

SMALL = mix_space(["SPY", "IEF"], 0.1, {"rebalance": "monthly"})


HALVES = mix_space(["SPY", "TLT"], 0.5, {"rebalance": "monthly"})


def test_trials_are_counted_once_over_all_searches_of_a_market(tmp_path, capsys):
    def trials(assets: str, step: str, *words: str) -> int:
        before = set(tmp_path.glob("tune-*"))
        asked = ("hedge_mix", "--assets", assets, "--step", step, *words)
        code, _, told = command(
            capsys, *asked, *BUNDLED, "--out", str(tmp_path), "--maximise", "sharpe"
        )
        assert code == 0, told
        (folder,) = set(tmp_path.glob("tune-*")) - before
        return content(folder)["trials"]

    assert trials("SPY,IEF", "0.5") == 6  # (0, 0), (0, .5), (0, 1), (.5, 0), (.5, .5), (1, 0)
    assert trials("IEF,SPY", "0.25") == 15  # six of the fifteen were tried before
    # New are SHY .5, SHY 1 and SPY .5 with SHY .5; the four of IEF alone share no ticker.
    assert trials("SPY,SHY", "0.5") == 15 + 3 - 4
    # Other dates, same trials; the two of SHY alone share no ticker.
    assert trials("SPY,IEF", "0.25", "--start", "1990-01-31") == 18 - 2
    assert trials("SPY,IEF", "0.5", "--rebalance", "annually") == 16 + 6  # another calendar
    assert trials("TLT", "0.5") == 4  # bills alone twice, and two that nothing else held
    log = pd.read_parquet(tmp_path / "trials.parquet")
    assert len(log) == 26
    assert not log["key"].duplicated().any()
    mix = '{"rebalance": "monthly", "weights": {"IEF": 0.5, "SPY": 0.5}}'
    (row,) = log[log["parameters"] == mix].to_dict("records")
    assert (row["frequency"], row["tickers"]) == ("monthly", "IEF,SPY")


def test_trials_at_another_frequency_are_another_market(tmp_path):
    space = mix_space(["SPY", "IEF"], 0.5, {"rebalance": "monthly"})
    numbers = np.arange(len(space))
    assert log_trials(tmp_path, space, numbers, 252, "one") == 6
    assert log_trials(tmp_path, space, numbers, 12, "two") == 6
    assert log_trials(tmp_path, space, numbers, 12, "three") == 6
    assert len(pd.read_parquet(tmp_path / "trials.parquet")) == 12


def test_a_damaged_log_of_trials_is_no_reason_to_count_anew(tmp_path, capsys):
    (tmp_path / "trials.parquet").write_bytes(b"PAR1 not really")
    code, _, told = command(capsys, *MIXES, *BUNDLED, "--out", str(tmp_path))
    assert code == 2
    assert "trials.parquet cannot be read" in told
    assert "restore it, or remove it" in told
    assert (tmp_path / "trials.parquet").read_bytes() == b"PAR1 not really"


@pytest.mark.parametrize("space", [SMALL, HALVES])
def test_a_flipped_bit_in_the_log_of_trials_is_never_another_count(tmp_path, space):
    path, numbers = tmp_path / "trials.parquet", np.arange(len(SMALL))
    assert log_trials(tmp_path, SMALL, numbers, 12, "one") == 66
    good = path.read_bytes()
    expected = log_trials(tmp_path, space, np.arange(len(space)), 12, "two")
    rng = np.random.default_rng(5)
    refused = []
    for _ in range(150):
        spoilt = bytearray(good)
        spoilt[int(rng.integers(len(spoilt)))] ^= 1 << int(rng.integers(8))
        path.write_bytes(spoilt)
        try:
            count = log_trials(tmp_path, space, np.arange(len(space)), 12, "two")
        except OutputError as error:
            refused.append(str(error))
        else:
            # Outside the checksums of pages are names of columns and writers, which no count uses.
            assert count == expected
    assert len(refused) > 75
    assert {told.partition(" (")[0] for told in refused} == {f"{path} cannot be read"}


def test_a_rule_with_a_mix_among_its_parameters_is_logged_as_plain_text(tmp_path):
    fixed = HedgeMix(weights={"SPY": 0.6, "IEF": 0.4}).params()
    space = rule_space("hedge_mix", {"rebalance": "monthly,never"}, fixed)
    assert log_trials(tmp_path, space, np.arange(2), 12, "rules") == 2
    log = pd.read_parquet(tmp_path / "trials.parquet")
    mix = '{"rebalance": "monthly", "weights": {"IEF": 0.4, "SPY": 0.6}}'
    assert log["parameters"].tolist()[0] == mix
    # The same portfolio by the other way of searching is no new trial.
    mixes = mix_space(["SPY", "IEF"], 0.2, {"rebalance": "monthly"})
    assert log_trials(tmp_path, mixes, np.arange(len(mixes)), 12, "mixes") == 2 + len(mixes) - 1


def test_a_band_is_another_trial_and_payments_are_none(tmp_path):
    mix, first = HedgeMix().params(), np.arange(1)
    alone = rule_space("hedge_mix", {"rebalance": "daily"}, mix)
    widths = rule_space("hedge_mix", {"band": "0,0.05,0.1"}, {**mix, "rebalance": "daily"})

    def logged(space, numbers, bands=Rebalancing()) -> int:  # noqa: B008 - frozen
        log_trials(tmp_path, space, numbers, 252, "any", bands=bands)
        return len(pd.read_parquet(tmp_path / "trials.parquet"))

    assert logged(alone, first) == 1
    assert logged(alone, first, Rebalancing(band=0.05)) == 2
    assert logged(widths, np.arange(3)) == 4  # that of 0.05 was tried before
    assert logged(alone, first, Rebalancing(band=0.05, band_to="edge")) == 5


def test_a_portfolio_in_another_currency_is_another_trial_and_its_hedge_tells_them_apart(tmp_path):
    mix = HedgeMix().params()
    first = np.arange(1)
    alone = rule_space("hedge_mix", {"rebalance": "monthly"}, mix)
    ratios = rule_space("hedge_mix", {"fx_hedge": "0,0.5,1"}, mix)

    def logged(space, numbers, search, money=None) -> int:
        log_trials(tmp_path, space, numbers, 12, search, money=money)
        return len(pd.read_parquet(tmp_path / "trials.parquet"))

    assert logged(alone, first, "dollars") == 1
    assert logged(alone, first, "dollars again", Money()) == 1
    assert logged(alone, first, "yen", Money("JPY")) == 2
    # Of three ratios the one at 0 is the mix in yen that was tried before.
    assert logged(ratios, np.arange(3), "ratios", Money("JPY")) == 4
    # A ratio tried on an axis is the same trial as that of an option; what it costs is none.
    half = Money("JPY", fx_hedge=0.5, fx_basis_bp=100.0)
    assert logged(alone, first, "half", half) == 4
    assert logged(alone, first, "equity", Money("JPY", fx_hedge_equity=1.0)) == 5
    assert logged(alone, first, "euro", Money("EUR")) == 6
    # A mix from a search of mixes is the same trial as that mix by itself.
    mixes = mix_space(["SPY", "IEF"], 0.2, {"rebalance": "monthly"})
    number = [
        n for n in range(len(mixes)) if mixes.params(n)["weights"] == {"SPY": 0.6, "IEF": 0.4}
    ]
    assert logged(mixes, np.array(number), "mixes", Money("JPY", fx_hedge=1)) == 6
