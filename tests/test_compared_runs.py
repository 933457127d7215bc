"""The RUNs of compare: what is a name, what is a run, and whose settings hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtests.cli import RUN_OPTIONS
from backtests.compare import main
from backtests.compared_runs import (
    _with_own_tickers,
    like_the_first,
    read_words,
    require_held,
    resolve,
)
from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.config_file import write_config
from backtests.engine.costs import Costs
from backtests.engine.money import Money
from backtests.report.run_folder import write_run
from data.errors import HedgeError, UsageError
from strategies import registry
from tests.report.helpers import make_run
from tests.strategies.rule_files import SHORT

DEFAULTS = {name: main.make_context("compare", ["a", "b"]).params[name] for name in RUN_OPTIONS}
TOML = 'strategy = "equity_only"\nsource = "bundled"\nfee_bps = 9\nstart = "1990-01-31"\n'


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A current folder with a TOML file, an empty folder, and ``results``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.toml").write_text(TOML)
    (tmp_path / "results" / "hedge_mix-1").mkdir(parents=True)
    return tmp_path


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A folder of results with one run in it."""
    out = tmp_path_factory.mktemp("results")
    write_run(out, make_run(costs=Costs(9.0, 1.0, 1)), with_tearsheet=False)
    return out


@pytest.mark.parametrize(
    ("text", "name", "run"),
    [
        ("hedge_mix", None, "hedge_mix"),
        ("hedge_mix:SPY=0.6,IEF=0.4", None, "hedge_mix:SPY=0.6,IEF=0.4"),
        ("60/40=hedge_mix:SPY=0.6,IEF=0.4", "60/40", "hedge_mix:SPY=0.6,IEF=0.4"),
        ("my rule=run.toml", "my rule", "run.toml"),
        ("run.toml", None, "run.toml"),
        ("mine=results/hedge_mix-1", "mine", "results/hedge_mix-1"),
        ("mine=hedge_mix-1", "mine", "hedge_mix-1"),
        ("hedge_mix=equity_only", "hedge_mix", "equity_only"),
        ("é=equity_only", "é", "equity_only"),
        (r"mine=C:\runs\absent.toml", "mine", r"C:\runs\absent.toml"),
        ("mine=absent.toml", "mine", "absent.toml"),
        ("60/40=", "60/40", ""),
        ("", None, ""),
        # Misspelt: what stands before the colon was meant as a strategy.
        ("hegde_mix:SPY=0.6", None, "hegde_mix:SPY=0.6"),
        (r"C:\runs\a=b", None, r"C:\runs\a=b"),
        ("mine=absent", "mine", "absent"),
    ],
)
def test_a_name_stands_before_the_first_sign_of_equality(here, text, name, run):
    (word,) = read_words([text], Path("results"))
    assert (word.text, word.name, word.run) == (text, name, run)


def test_what_is_there_is_a_run_as_it_stands(here):
    """A folder or file with the sign in its own name needs no other one."""
    (here / "a=b").mkdir()
    (here / "c=d.toml").write_text(TOML)
    folder, file, named = read_words(["a=b", "c=d.toml", "x=a=b"], Path("results"))
    assert (folder.name, folder.folder) == (None, (here / "a=b").resolve())
    assert file.name is None
    assert file.file is not None
    assert (named.name, named.folder) == ("x", (here / "a=b").resolve())


def test_a_strategy_goes_before_a_folder_of_its_name(here):
    (here / "carry").mkdir()
    (here / "equity_only:ticker=SPY").write_text("")
    words = read_words(["carry", "equity_only:ticker=SPY"], Path("results"))
    assert [(word.folder, word.file) for word in words] == [(None, None)] * 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["=hedge_mix", "equity_only"], "the name of a run is empty; write it before the ="),
        (["a=hedge_mix", "a=equity_only"], "two runs are named 'a'; give each its own name"),
        (["a\x1b=hedge_mix"], r"the name 'a\\x1b' cannot stand in a table; give one without"),
        (["a\u202eb=hedge_mix"], r"the name 'a\\u202eb' cannot stand in a table"),
        (["a\nb=hedge_mix"], "cannot stand in a table"),
        ([" =hedge_mix"], "the name ' ' cannot stand in a table"),
        (["a =hedge_mix"], "the name 'a ' cannot stand in a table"),
        ([f"{'x' * 61}=hedge_mix"], "has 61 characters; give one of at most 60"),
        ([f"{'x' * 5000}=hedge_mix"], "has 5000 characters; give one of at most 60"),
    ],
)
def test_a_name_that_cannot_be_one_is_one_line(here, words, message):
    with pytest.raises(UsageError, match=message) as refused:
        read_words(words, Path("results"))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300
    read_words([f"{'x' * 60}=hedge_mix"], Path("results"))


def resolved(text: str, given=(), **options):
    out = Path("results")
    (word,) = read_words([text], out)
    return resolve(word, out, {**DEFAULTS, **options}, set(given))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mine=hegde_mix", "'hegde_mix' is no strategy and no run under results .*hedge_mix"),
        ("hegde_mix:SPY=0.6", r"did you mean hedge_mix\?.*; a name has no colon"),
        ("60:40=hedge_mix", "'60:40=hedge_mix' is no strategy and .*; a name has no colon"),
        ("hedge_mix=SPY=0.6", "parameters follow a colon, as in hedge_mix:NAME=VALUE"),
        ("a=hedge_mix:", "'hedge_mix:' names no parameter; write hedge_mix:NAME=VALUE"),
        ("a=", "'' is no strategy and no run under results"),
        ("a=attack_defend:stepp=3", "no parameter 'stepp'"),
        ("wrong.toml", "wrong.toml sets 'strat'.*; it can set strategy, source"),
        ("mine=absent.toml", r"absent\.toml cannot be read: No such file"),
        (r"mine=C:\runs\absent.toml", r"C:\\runs\\absent\.toml cannot be read: No such file"),
        ("x=notes.txt", "notes.txt is no TOML"),
        ("unknown.toml", "strategy 'hegde_mix' is unknown"),
        ("heavy.toml", "leverage is not allowed"),
    ],
)
def test_what_is_no_run_is_one_line(here, text, message):
    (here / "wrong.toml").write_text('strat = "hedge_mix"\n')
    (here / "notes.txt").write_text("notes\n")
    (here / "unknown.toml").write_text('strategy = "hegde_mix"\n')
    heavy = 'strategy = "hedge_mix"\n[params.weights]\nSPY = 0.9\nIEF = 0.9\n'
    (here / "heavy.toml").write_text(heavy)
    with pytest.raises(HedgeError, match=message) as refused:
        resolved(text)
    assert "\n" not in str(refused.value)
    assert "--config" not in str(refused.value)


def test_a_file_is_the_run_that_it_describes(here):
    config = RunConfig("hedge_mix", {"weights": {"SPY": 0.5, "TLT": 0.2}}, source="bundled",
                       start="1990-01-31", costs=Costs(5.0, 0.0, 3), initial=7.0)  # fmt: skip
    write_config(here / "saved.toml", config)
    assert resolved("saved.toml") == resolved("mine=saved.toml") == config
    # One in the results folder goes by its name there, as a folder does.
    write_config(here / "results" / "hedge_mix-1" / "run.toml", config)
    assert resolved("hedge_mix-1/run.toml") == config


def test_what_a_file_leaves_open_the_options_say(here):
    config = resolved("run.toml", given=["lag", "fee_bps"], lag=2, fee_bps=9.0)
    assert config == RunConfig("equity_only", source="bundled", start="1990-01-31",
                               costs=Costs(9.0, 1.0, 2))  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("fee_bps", 2.0, "--fee-bps is 2.0, and run.toml sets fee_bps to 9; leave one out"),
        ("source", "yahoo", "--source is yahoo, and run.toml sets source to bundled"),
        ("start", "1991-01-31", "--start is 1991-01-31, and run.toml sets start to 1990-01-31"),
    ],
)
def test_an_option_against_the_file_is_one_line(here, name, value, message):
    with pytest.raises(UsageError, match=message):
        resolved("run.toml", given=[name], **{name: value})
    # A default was not asked for, and holds nothing back.
    assert resolved("run.toml", **{name: value}).costs.fee_bps == 9.0


def test_a_file_of_a_rule_from_elsewhere_runs_no_code_by_itself(here, monkeypatch):
    monkeypatch.setattr(registry, "_GIVEN", {})
    (here / "strategy.py").write_text(SHORT)
    (here / "own.toml").write_text('strategy = "steady"\n')
    with pytest.raises(UsageError, match=r"own\.toml is a run of steady, a strategy of its own; "
                       r"read strategy\.py, and if you trust it give --strategy-file"):  # fmt: skip
        resolved("own.toml")
    registry.use_file("strategy.py:Steady")
    assert resolved("own.toml").strategy == "steady"
    other = here / "other.py"
    other.write_text(SHORT.replace("self.share}", "self.share / 2}"))
    monkeypatch.setattr(registry, "_GIVEN", {})
    registry.use_file(f"{other}:Steady")
    with pytest.raises(UsageError, match=r"own\.toml is a run of steady as strategy\.py has it"):
        resolved("own.toml")


def taken(texts, out, given=(), **options):
    return like_the_first(read_words(texts, Path(out)), {**DEFAULTS, **options}, set(given))


def test_new_runs_are_like_the_first_finished_run(here, finished):
    (name,) = (path.name for path in finished.glob("hedge_mix-*"))
    for texts in ([name, "carry"], ["carry", "run.toml", name]):
        options, told = taken(texts, finished)
        assert (options["source"], options["start"], options["fee_bps"]) == (
            "bundled", "1995-02-28", 9.0,
        )  # fmt: skip
        assert told.startswith(f"new runs take from {name}: source bundled, start ")
    options, told = taken([name, "carry"], finished, given=["fee_bps"], fee_bps=3.0)
    assert options["fee_bps"] == 3.0
    assert "fee_bps" not in told
    assert taken([name, name], finished) == (DEFAULTS, "")


def test_new_runs_are_like_the_first_file_where_no_run_is_finished(here):
    (here / "bare.toml").write_text('strategy = "carry"\n')
    options, told = taken(["carry", "first=run.toml", "bare.toml"], "results")
    assert options == {**DEFAULTS, "source": "bundled", "fee_bps": 9, "start": "1990-01-31"}
    assert told == "new runs take from run.toml: source bundled, start 1990-01-31, fee_bps 9"
    # Files that say all of it themselves take nothing.
    (here / "other.toml").write_text(TOML.replace("9", "8"))
    assert taken(["run.toml", "other.toml"], "results")[1] == ""
    assert taken(["carry", "hedge_mix"], "results") == (DEFAULTS, "")


def test_roles_are_for_the_runs_that_hold_them():
    options = {"hedge": "gld", "equity": None, "price_only": None}
    gold = RunConfig("hedge_mix", {"weights": {"SPY": 0.6, "GLD": 0.4}}, hedge="GLD")
    mix = RunConfig("hedge_mix", hedge="GLD")
    assert _with_own_tickers(gold).hedge == ("GLD",)
    assert _with_own_tickers(mix).hedge == ()  # the known Treasury funds, as without the option
    require_held([gold, mix], options)
    with pytest.raises(UsageError, match="--hedge names gld, which no new run uses; leave it out"):
        require_held([mix], options)


def test_prices_without_dividends_are_for_the_runs_that_use_them(here):
    folder = here / "prices"
    folder.mkdir()
    for name in ("SPY", "IEF", "GLD"):
        (folder / f"{name}.csv").write_text("date,value\n2020-01-02,1\n2020-01-03,1\n")
    own = {"source": f"files:{folder}", "price_only": "SPY,GLD"}
    bond = RunConfig("hedge_mix", {"weights": {"IEF": 1.0}}, **own)
    gold = RunConfig("hedge_mix", {"weights": {"GLD": 1.0}}, **own, benchmark="GLD")
    assert _with_own_tickers(bond).price_only == ("SPY",)  # its benchmark
    assert _with_own_tickers(gold).price_only == ("GLD",)
    options = {"hedge": None, "equity": None, "price_only": "SPY,GLD"}
    require_held([bond, gold], options)
    with pytest.raises(UsageError, match="--price-only names GLD, which no new run uses; leave it"):
        require_held([bond], options)


def test_a_role_that_a_file_names_is_not_dropped(here):
    (here / "carry.toml").write_text('strategy = "carry"\nhedge = "GLD"\nsource = "bundled"\n')
    config = resolved("carry.toml", equity="EFA")
    assert config.hedge == ("GLD",)  # it holds none: the run refuses it
    assert config.equity == ()  # given for all runs
    with pytest.raises(UsageError, match="--hedge names GLD, and carry holds "):
        load_inputs(config)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("60/40", "write for example SPY=0.6,IEF=0.4"),
        ("SPY=0,6", "write SPY=0.6"),
        ("SPY=60%,IEF=40%", "write SPY=0.6,IEF=0.4"),
        ("SPY=60,IEF=40", "if these are percent, write SPY=0.6,IEF=0.4"),
    ],
)
def test_a_mix_written_otherwise_gets_what_to_write(text, hint, here):
    (word,) = read_words([f"hedge_mix:{text}"], here / "results")
    with pytest.raises(HedgeError, match=f"; {hint}$"):
        resolve(word, here / "results", DEFAULTS, [])


# Currencies


YEN = {"source": "bundled"}


def in_yen(params=(), **money) -> RunConfig:
    return RunConfig("hedge_mix", dict(params), source="bundled", money=Money("JPY", **money))


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("hedge_mix@JPY", in_yen()),
        ("hedge_mix@jpy", in_yen()),
        ("Open=hedge_mix@JPY", in_yen()),
        ("hedge_mix:currency=JPY", in_yen()),
        ("hedge_mix@JPY:fx_hedge=1", in_yen(fx_hedge=1.0)),
        (
            "hedge_mix@JPY:fx_hedge=0.5,SPY=0.7,IEF=0.3,cash=usd,rebalance=never",
            in_yen(
                {"weights": {"SPY": 0.7, "IEF": 0.3}, "rebalance": "never"},
                fx_hedge=0.5,
                cash="usd",
            ),
        ),
        (
            "mine=hedge_mix@JPY:SPY=0.5,IEF=0.3,TLT=0.2,fx_hedge=IEF=1+TLT=0.5",
            in_yen(
                {"weights": {"SPY": 0.5, "IEF": 0.3, "TLT": 0.2}}, fx_hedge={"IEF": 1, "TLT": 0.5}
            ),
        ),
        (
            "hedge_mix@JPY:fx_basis_bp=100,carry_rates=true,fx_hedge_equity=1",
            in_yen(fx_basis_bp=100.0, carry_rates=True, fx_hedge_equity=1.0),
        ),
        ("hedge_mix@USD", RunConfig("hedge_mix", source="bundled")),
        (
            "mine=hedge_mix:SPY=0.5,IEF=0.5,withholding=SPY=0.15+IEF=0.3@2025-05-01",
            RunConfig(
                "hedge_mix",
                {"weights": {"SPY": 0.5, "IEF": 0.5}},
                source="bundled",
                withholding="SPY=0.15,IEF=0.3@2025-05-01",
            ),
        ),
        (
            "hedge_mix@JPY:withholding=0.15",
            RunConfig("hedge_mix", source="bundled", money=Money("JPY"), withholding=0.15),
        ),
    ],
)
def test_what_is_about_money_in_a_run_is_a_setting_and_the_rest_are_parameters(here, text, config):
    assert resolved(text, **YEN) == config


def test_runs_take_of_what_is_withheld_what_they_use_and_one_that_none_uses_is_refused(here):
    asked = {"source": "bundled", "withholding": "SPY=0.15,TLT=0.3"}
    both = [resolved(text, **asked) for text in ("hedge_mix", "hedge_mix:SPY=0.6,TLT=0.4")]
    assert [run.withholding.value for run in both] == ["SPY=0.15", "SPY=0.15,TLT=0.3"]
    require_held(both, {**DEFAULTS, **asked}, ["withholding"])
    with pytest.raises(UsageError, match="--withholding names GLD, which no new run uses"):
        require_held(both, {**DEFAULTS, **asked, "withholding": "GLD=0.1"}, ["withholding"])
    # The benchmark is used too, and what a run says itself is not cut down.
    assert resolved("hedge_mix:IEF=1", **asked).withholding.value == "SPY=0.15"
    own = resolved("hedge_mix:withholding=GLD=0.1", source="bundled")
    with pytest.raises(UsageError, match="--withholding names GLD, and the run uses SPY, IEF"):
        load_inputs(own)


def test_a_file_and_an_option_may_write_the_same_withholding_otherwise(here):
    path = here / "own.toml"
    path.write_text('strategy = "hedge_mix"\nsource = "bundled"\nwithholding = "IEF=0.30"\n')
    (word,) = read_words(["own.toml"], here / "results")
    options = {**DEFAULTS, "withholding": "IEF=.3"}
    assert resolve(word, here / "results", options, ["withholding"]).withholding.value == "IEF=0.3"
    with pytest.raises(UsageError, match="--withholding is IEF=0.1, and own.toml sets withholdin"):
        resolve(word, here / "results", {**options, "withholding": "IEF=0.1"}, ["withholding"])


def test_what_is_called_as_a_run_in_a_currency_is_that_run(here):
    (here / "hedge_mix@JPY").mkdir()
    (word,) = read_words(["hedge_mix@JPY"], Path("results"))
    assert (word.folder, word.currency) == ((here / "hedge_mix@JPY").resolve(), None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hedge_mix@JPX", r"'hedge_mix@JPX': @ takes one of USD, JPY, .*did you mean JPY"),
        ("hedge_mix@", "'hedge_mix@': @ takes one of USD, JPY, EUR, GBP, CHF, AUD, CNY, got ''"),
        ("hedge_mix@JPY@USD", "'hedge_mix@JPY@USD' names two currencies; give one, as in hedge_"),
        ("@JPY", "'@JPY' names no strategy before @; write it as in hedge_mix@JPY"),
        ("a=@JPY:fx_hedge=1", "'@JPY:fx_hedge=1' names no strategy before @"),
        ("hegde_mix@JPY", "'hegde_mix@JPY' is no strategy and no run under results .*hedge_mix"),
        ("hedge_mix-1@JPY", "'hedge_mix-1@JPY': hedge_mix-1 is finished and has its currency; "
         "name it without @JPY, or run its strategy anew as STRATEGY@JPY"),
        ("run.toml@JPY", "'run.toml@JPY': a file says its own currency; write currency = \"JPY\" "
         "into run.toml, and leave out @JPY"),
        ("hedge_mix@JPY:", "names no parameter; write hedge_mix:NAME=VALUE"),
        ("hedge_mix@JPY:fx_hedge=1:withholding=IEF=0.15", "'hedge_mix@JPY:fx_hedge=1:withholding="
         "IEF=0.15' has a colon before withholding=; .* write a comma, as in hedge_mix:NAME=VALUE,"
         "withholding=VALUE"),
        ("hedge_mix:withholding=IEF=0.15:rebalance=yearly", "has a colon before rebalance=;"),
        ("hedge_mix@JPY:currency=EUR", "says its currency twice, by @ and by currency=; give one"),
        ("hedge_mix@JPY:fx_hedge=1,fx_hedge=0", "hedge_mix fx_hedge is given twice; give it once"),
        ("hedge_mix@JPY:fx_hedge=2", "--fx-hedge takes a ratio from 0 to 1, or TICKER=RATIO"),
        ("hedge_mix@JPY:fx_hedge=", "--fx-hedge takes a ratio from 0 to 1, or TICKER=RATIO"),
        ("hedge_mix@JPY:fx_hedge=IEF=1+IEF=0", "--fx-hedge names IEF twice; name it once"),
        ("hedge_mix@JPY:fx_basis_bp=much", "fx_basis_bp takes basis points a year, got 'much'"),
        ("hedge_mix@JPY:carry_rates=yes", "carry_rates takes true or false, got 'yes'"),
        ("hedge_mix@JPY:cash=euro", "--cash takes home or usd, got 'euro'"),
        ("hedge_mix:fx_hedge=1", "--fx-hedge is for investors in another currency than dollars"),
    ],
)  # fmt: skip
def test_a_run_in_no_currency_is_one_line(here, text, message):
    with pytest.raises(UsageError, match=message) as refused:
        resolved(text)
    assert "\n" not in str(refused.value)


def test_the_options_hold_for_runs_that_do_not_say_otherwise(here):
    given = {"currency": "JPY", "fx_hedge": "1", "fx_basis_bp": 100.0}
    all_given = resolved("hedge_mix", given=given, **YEN, **given)
    assert all_given.money == Money("JPY", fx_hedge=1, fx_basis_bp=100)
    assert resolved("hedge_mix:fx_hedge=0", given=given, **YEN, **given).money == Money(
        "JPY", fx_basis_bp=100
    )
    # What is given holds in another currency too; a run in dollars hedges none.
    assert resolved("hedge_mix@EUR", given=given, **YEN, **given).money == Money(
        "EUR", fx_hedge=1, fx_basis_bp=100
    )
    assert resolved("hedge_mix@USD", given=given, **YEN, **given).money == Money()
    # What another run brought along is not for one that has a currency of its own.
    assert resolved("hedge_mix@EUR", given=[], **YEN, **given).money == Money("EUR")
    assert resolved("hedge_mix@JPY", given=[], **YEN, **given).money == Money("JPY")


def test_ratios_by_ticker_are_for_the_runs_that_use_them(here):
    options = {**DEFAULTS, **YEN, "currency": "JPY", "fx_hedge": "IEF=1,TLT=0.5"}
    given = ["currency", "fx_hedge"]
    mix = resolved("hedge_mix", given=given, **options)
    assert mix.money.ratio("fx_hedge") == {"IEF": 1.0}
    long = resolved("hedge_mix:SPY=0.5,TLT=0.5", given=given, **options)
    assert long.money.ratio("fx_hedge") == {"TLT": 0.5}
    require_held([mix, long], options, given)
    with pytest.raises(UsageError, match="--fx-hedge names TLT, which no new run uses; leave it"):
        require_held([mix], options, given)
    # One's own is refused by the run itself.
    own = resolved("hedge_mix@JPY:fx_hedge=TLT=1", **YEN)
    with pytest.raises(UsageError, match="--fx-hedge names TLT, and the run uses SPY, IEF"):
        load_inputs(own)
    # The benchmark is used too.
    bond = {"weights": {"IEF": 1.0}}
    equity = in_yen(bond, fx_hedge_equity={"SPY": 1.0})
    assert _with_own_tickers(equity) == equity


def test_a_hedge_without_a_run_in_another_currency_is_refused():
    dollars = RunConfig("hedge_mix", source="bundled")
    with pytest.raises(UsageError, match="--fx-hedge is for investors in another currency than "
                       "dollars, and no new run is in one; write STRATEGY@JPY"):  # fmt: skip
        require_held([dollars], {**DEFAULTS, "fx_hedge": "1"}, {"fx_hedge"})
    require_held([dollars, in_yen()], {**DEFAULTS, "fx_hedge": "1"}, {"fx_hedge"})


def test_new_runs_take_the_currency_of_a_finished_one_and_say_so(here, tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    config = in_yen(fx_hedge=0.5)
    write_run(out, simulated(load_inputs(config), ledger.fill), with_tearsheet=False)
    (name,) = (path.name for path in out.glob("hedge_mix-*"))
    options, told = taken([name, "hedge_mix:SPY=0.7,IEF=0.3"], out)
    assert told.endswith("currency JPY, fx_hedge 0.5")  # and not what is so unless asked for
    (word,) = read_words(["hedge_mix:SPY=0.7,IEF=0.3"], out)
    assert resolve(word, out, options, []).money == config.money
    # A run with a currency of its own takes none of that, and it is not said.
    options, told = taken([name, "hedge_mix@EUR"], out)
    assert "fx_hedge" not in told
    assert "currency" not in told
    (word,) = read_words(["hedge_mix@EUR"], out)
    assert resolve(word, out, options, []).money == Money("EUR")


def test_a_file_and_an_option_that_say_the_same_of_the_money_agree(here):
    write_config(here / "yen.toml", in_yen(fx_hedge={"IEF": 1}))
    given = {"currency": "jpy", "fx_hedge": "IEF=1.0"}
    assert resolved("yen.toml", given=given, **given).money == Money("JPY", fx_hedge={"IEF": 1})
    with pytest.raises(UsageError, match=r"--fx-hedge is 0\.5, and yen\.toml sets fx_hedge to"):
        resolved("yen.toml", given=["fx_hedge"], fx_hedge="0.5")
    # The file's currency is its own: what others were given is not for it.
    assert resolved("yen.toml", **YEN).money == Money("JPY", fx_hedge={"IEF": 1})
