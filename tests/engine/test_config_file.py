"""Configurations as files: there and back, and one line for each thing that is wrong."""

from __future__ import annotations

import json

import pytest

from backtests.cli import run_config, with_config
from backtests.engine.config import RunConfig
from backtests.engine.config_file import read_config, require_kept_source, write_config
from backtests.engine.costs import Costs
from backtests.engine.money import Money
from backtests.run import main
from data.command import run_command
from data.errors import UsageError, WeightError
from strategies.files import read_strategy
from strategies.hedge_mix import HedgeMix
from tests.engine.helpers import PLANS
from tests.strategies.rule_files import SHORT


@pytest.mark.parametrize(
    "config",
    [
        RunConfig(strategy="hedge_mix"),
        RunConfig(
            strategy="hedge_mix",
            params={"weights": {"SPY": 0.7, "BRK-B": 0.1}, "rebalance": "never"},
            source='files:a "b"\\c',
            start="2001-01-02",
            costs=Costs(5.0, 0.0, 3),
            benchmark="VTI",
            extend=True,
        ),
        RunConfig(strategy="attack_defend", params={"step_bp": 25.0}, source="bundled"),
        RunConfig(strategy="carry", extend=False),
        RunConfig("hedge_mix", money=Money("JPY", "usd", {"IEF": 1 / 3}, 0.25, 0, True)),
        RunConfig("hedge_mix", source="bundled", money=Money("CNY", fx_hedge=1)),
        *(RunConfig("hedge_mix", plan=plan) for plan in PLANS),
        RunConfig("hedge_mix", {"rebalance": "monthly"}, plan=PLANS[0]),
    ],
)
def test_there_and_back(tmp_path, config):
    path = tmp_path / "run.toml"
    write_config(path, config)
    table = read_config(path)
    defaults = main.make_context("run", [table["strategy"]]).params
    read = run_config(table["strategy"], table["params"], {**defaults, **table})
    assert read == config
    assert read.extend is config.extend


def test_a_file_of_before_that_extends_nothing_still_extends_nothing(tmp_path):
    """Every run.toml held ``extend = false`` when histories were carried back on request only."""
    path = tmp_path / "run.toml"
    path.write_text('strategy = "attack_defend"\nsource = "bundled"\nextend = false\n')
    assert RunConfig.from_dict(read_config(path)).extend is False
    path.write_text('strategy = "attack_defend"\nsource = "bundled"\n')
    assert RunConfig.from_dict(read_config(path)).extend is None
    write_config(path, RunConfig("attack_defend"))
    assert "extend" not in path.read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("strategy = ", "is no TOML"),
        ('source = "bundled"', "names no strategy"),
        ('strategy = "hedge_mix"\nstrat = 1', "sets 'strat' .did you mean"),
        ('strategy = "hedge_mix"\nlag = 1.5', "lag takes a whole number, got 1.5"),
        ('strategy = "hedge_mix"\nlag = true', "lag takes a whole number, got True"),
        ('strategy = "hedge_mix"\nfee_bps = "2"', "fee_bps takes a number"),
        ('strategy = "hedge_mix"\nfee_bps = true', "fee_bps takes a number, got True"),
        ('strategy = "hedge_mix"\nstart = 2020-01-01', "start takes a text"),
        ('strategy = "hedge_mix"\nparams = 3', "params takes a table"),
        ('strategy = "hedge_mix"\ncurrency = 81', "currency takes a text, got 81"),
        ('strategy = "hedge_mix"\ncash = true', "cash takes a text, got True"),
        ('strategy = "hedge_mix"\nfx_hedge = true', "fx_hedge takes a ratio, or a text such as"),
        ('strategy = "hedge_mix"\nfx_hedge_equity = [1]', "fx_hedge_equity takes a ratio, or"),
        ('strategy = "hedge_mix"\n[fx_hedge]\nIEF = 1', "a ratio, or a text such as IEF=1"),
        ('strategy = "hedge_mix"\nfx_basis_bp = "25"', "fx_basis_bp takes a number"),
        ('strategy = "hedge_mix"\ncarry_rates = 1', "carry_rates takes true or false, got 1"),
        ('strategy = "hedge_mix"\ncurency = "JPY"', "sets 'curency' .did you mean currency"),
        ("\xff", "is no TOML"),
        (f'strategy = "hedge_mix"\nlag = {"9" * 5000}', "is no TOML"),
        (f'strategy = "hedge_mix"\nlag = 0x{"F" * 5000}', "a whole number of 20000 bits"),
        (f'strategy = "hedge_mix"\ninitial = 1{"0" * 400}', "a whole number of 1329 bits"),
        (f'strategy = "hedge_mix"\nlag = {"[" * 8000}', "is no TOML .*recursion"),
        (f'strategy = "hedge_mix"\n[params]\n{"a." * 4000}b = 1', "tables within tables without"),
        (
            f'strategy = "hedge_mix"\n{"a" * 8193}=1',
            "line 2 has a key of 8,193 characters, at most",
        ),
        ("k = 1\n" * 200_000, "it has 1,200,000 bytes, of which at most 1 MiB are read"),
        (f'strategy = "attack_defend"\n[params]\nstep_bp = 1{"0" * 400}', "params has a whole"),
        (f'strategy = "hedge_mix"\n[params.weights]\nSPY = 1{"0" * 400}', "params has a whole"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path, text, message):
    path = tmp_path / "run.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=message):
        read_config(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_config(tmp_path / "absent.toml")


def test_a_long_value_and_the_mark_of_windows_are_read(tmp_path):
    """A hedge of 900 tickers is one line of 9,000 characters."""
    path = tmp_path / "run.toml"
    names = ",".join(f"TICK{number:04}" for number in range(900))
    path.write_text(f'strategy = "hedge_mix"\nhedge = "{names}"\n', encoding="utf-8-sig")
    assert read_config(path)["hedge"] == names


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("weights = [1, 2]", r"weights are TICKER=FRACTION,..., got \[1, 2\]"),
        ("weights = 2020-01-01", "weights are TICKER=FRACTION"),
        (
            '[params.weights]\nSPY = "0.5"',
            "the weight of SPY takes a fraction such as 0.6, got '0.5'",
        ),
        (
            "[params.weights]\nSPY = true",
            "the weight of SPY takes a fraction such as 0.6, got True",
        ),
        ("[params.weights]\nSPY.x = 1", "the weight of SPY takes a fraction"),
    ],
)
def test_weights_of_another_type_are_one_line(tmp_path, weights, message):
    path = tmp_path / "run.toml"
    path.write_text(f'strategy = "hedge_mix"\n[params]\n{weights}\n')
    table = read_config(path)
    with pytest.raises(WeightError, match=message):
        RunConfig(table["strategy"], table["params"])


def test_another_version_of_a_strategy_from_a_file_is_refused(tmp_path):
    """Beside ``run.toml`` lies the source that it ran; nothing else is that run."""
    path = tmp_path / "rule.py"
    path.write_text(SHORT)
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "strategy.py").write_text(SHORT)
    rule = read_strategy(f"{path}:Steady")
    require_kept_source(saved / "run.toml", rule())
    path.write_text(SHORT.replace("self.share}", "self.share / 2}"))
    other = read_strategy(f"{path}:Steady")
    with pytest.raises(UsageError, match=r"is another version; give --strategy-file .*strategy.py"):
        require_kept_source(saved / "run.toml", other())
    with pytest.raises(UsageError, match="is another version"):
        require_kept_source(saved / "run.toml", HedgeMix())
    require_kept_source(tmp_path / "run.toml", HedgeMix())  # without a source beside it
    with (saved / "strategy.py").open("wb") as stream:
        stream.truncate(8 << 30)
    with pytest.raises(UsageError, match="strategy.py cannot be read .it has 8,589,934,592 bytes"):
        require_kept_source(saved / "run.toml", rule())


def test_a_run_can_be_run_again_and_changed(tmp_path, capsys):
    out = ["--out", str(tmp_path), "--no-tearsheet", "--no-verdict", "--json"]
    run_command(main, ["hedge_mix", "--weights", "SPY=0.5,TLT=0.3", "--source", "bundled",
                       "--start", "1990-01-31", "--fee-bps", "7", *out])  # fmt: skip
    first = json.loads(capsys.readouterr().out)
    (folder,) = tmp_path.glob("hedge_mix-*")
    before = (folder / "manifest.json").read_bytes()
    run_command(main, ["--config", str(folder / "run.toml"), *out])
    assert json.loads(capsys.readouterr().out) == first
    assert (folder / "manifest.json").read_bytes() == before  # the same run: kept
    run_command(main, ["--config", str(folder / "run.toml"), "--fee-bps", "1",
                       "--rebalance", "never", *out])  # fmt: skip
    changed = json.loads(capsys.readouterr().out)
    assert changed["costs"]["fee_bps"] == 1.0
    assert changed["params"] == {"weights": {"SPY": 0.5, "TLT": 0.3}, "rebalance": "never"}
    assert (changed["start"], changed["first_return"]) == ("1989-12-31", "1990-01-31")
    with pytest.raises(SystemExit):
        run_command(main, ["equity_only", "--config", str(folder / "run.toml"), *out])
    assert "is a run of hedge_mix, not of equity_only" in capsys.readouterr().err


def test_asking_for_the_very_dates_is_the_same_run(tmp_path, capsys):
    out = ["--source", "bundled", "--out", str(tmp_path), "--no-tearsheet", "--no-verdict"]
    run_command(main, ["hedge_mix", *out])
    run_command(main, ["hedge_mix", *out, "--start", "1962-01-31", "--end", "2025-12-31",
                       "--benchmark", "SPY"])  # fmt: skip
    capsys.readouterr()
    assert len(list(tmp_path.glob("hedge_mix-*"))) == 1


def test_an_option_overrides_what_a_file_says_of_money(tmp_path):
    path = tmp_path / "run.toml"
    write_config(path, RunConfig("hedge_mix", money=Money("JPY", "usd", 1, 0.5, 50, True)))

    def read(*words):
        with main.make_context("run", ["--config", str(path), *words]) as context:
            options = context.params
            strategy = options.pop("strategy")
            return run_config(*with_config(strategy, {}, options, str(path))).money

    assert read() == Money("JPY", "usd", 1, 0.5, 50, True)
    changed = read("--cash", "home", "--fx-hedge", "IEF=0.5", "--no-carry-rates")
    assert changed == Money("JPY", "home", {"IEF": 0.5}, 0.5, 50, False)
    with pytest.raises(UsageError, match="--fx-hedge is for investors in another currency"):
        read("--currency", "USD")
