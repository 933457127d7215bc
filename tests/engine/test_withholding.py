"""What a run asks to be withheld: read, refused, written, and passed on to the market."""

from __future__ import annotations

import shlex

import numpy as np
import pandas as pd
import pytest

from backtests.engine.address import from_address, to_address, to_command
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.config_file import read_config, write_config
from backtests.engine.long_view import long_run
from backtests.engine.roles import KNOWN, Roles
from backtests.engine.withholding import (
    NONE_ASKED,
    AskedWithholding,
    named_in,
    read_withholding,
)
from backtests.run import main
from data.errors import UsageError
from data.withholding.rates import NOTHING, Withheld, Withholding

FIFTEEN, SHOCK = Withheld(0.15), Withheld(0.3, "2025-05-01")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (None, NONE_ASKED), (0, NONE_ASKED), ("0", NONE_ASKED), ("SPY=0", NONE_ASKED),
        ({}, NONE_ASKED), ({"SPY": 0.0}, NONE_ASKED), ("0@2020-01-01", NONE_ASKED),
        (0.15, AskedWithholding(FIFTEEN)), ("0.15", AskedWithholding(FIFTEEN)),
        (np.float64(0.15), AskedWithholding(FIFTEEN)), (1, AskedWithholding(Withheld(1.0))),
        ("0.3@2025-05-01", AskedWithholding(SHOCK)),
        ("SPY=0.15,TLT=0", AskedWithholding(None, {"SPY": FIFTEEN})),
        (" SPY = 0.15 , TLT = 0.3 @ 2025-05-01 ,",
         AskedWithholding(None, {"SPY": FIFTEEN, "TLT": SHOCK})),
        ({"SPY": "0.15", "TLT": "0.3@2025-05-01"},
         AskedWithholding(None, {"SPY": FIFTEEN, "TLT": SHOCK})),
        ("0.15,TLT=0.3@2025-05-01", AskedWithholding(FIFTEEN, {"TLT": SHOCK})),
        # Taken out of all equity: that is something.
        ("0.15,QQQ=0", AskedWithholding(FIFTEEN, {"QQQ": Withheld(0.0)})),
        ("GC=F=0.15", AskedWithholding(None, {"GC=F": FIFTEEN})),
    ],
)  # fmt: skip
def test_a_withholding_is_of_all_equity_or_by_ticker(given, read):
    assert read_withholding(given) == read
    assert hash(read_withholding(given)) == hash(read)
    assert read_withholding(read) is read
    # As files and addresses hold it, it reads back.
    assert read_withholding(read.value) == read


@pytest.mark.parametrize(
    ("given", "value"),
    [(None, None), (0.15, 0.15), ("0.3@2025-05-01", "0.3@2025-05-01"),
     ("SPY=.15,TLT=0", "SPY=0.15"), ({"TLT": "0.30@2025-05-01"}, "TLT=0.3@2025-05-01"),
     ("TLT=0.1,0.15", "0.15,TLT=0.1")],
)  # fmt: skip
def test_it_is_written_in_one_way(given, value):
    assert read_withholding(given).value == value


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (15, r"^--withholding takes a rate from 0 to 1 such as.*got 15 \(15 % is 0.15\)$"),
        ("SPY=15", r"got 15 \(15 % is 0.15\)$"),
        (-0.1, "got -0.1$"), (1.0000001, r"got 1.0000001"), ("nan", "finite|got"),
        ("", "got nothing; leave it out"), (" , ", "got nothing; leave it out"),
        ("SPY", "takes a rate from 0 to 1.*got 'SPY'"),
        ("SPY=", "takes a rate from 0 to 1.*got ''"), ("=0.15", "takes a rate from 0 to 1.*got ''"),
        ("SPY=0.1,SPY=0.2", "names SPY twice; name it once"),
        ("0.1,0.2", "has two rates of all equity; give one"),
        ("TLT=0.3@may", "--withholding: @ takes a date as YYYY-MM-DD, got 'may'"),
        ("TLT=0.3@2025-02-30", "takes a date as YYYY-MM-DD"),
        ("TLT=0.3@1025-02-03", "outside the years"),
        (True, "takes a rate"), ([0.1], "takes a rate"), ({"SPY": None}, "takes a rate"),
        ({3: 0.1}, "takes a rate"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused_in_a_line(given, words):
    with pytest.raises(UsageError, match=words) as refused:
        RunConfig("hedge_mix", withholding=given)
    assert "\n" not in str(refused.value)


def test_all_equity_is_what_the_roles_say():
    asked = read_withholding("0.15,TLT=0.3@2025-05-01,QQQ=0")
    tickers = ["SPY", "QQQ", "IEF", "TLT", "GLD"]
    assert asked.of(tickers, KNOWN) == Withholding({"SPY": FIFTEEN, "TLT": SHOCK, "GLD": FIFTEEN})
    assert asked.of(tickers, Roles(hedge=("GLD",))).by_ticker.keys() == {"SPY", "IEF", "TLT"}
    assert asked.of(["IEF"], KNOWN) == NOTHING
    assert NONE_ASKED.of(tickers, KNOWN) == NOTHING


def test_only_some_tickers_and_their_names():
    asked = read_withholding("0.15,TLT=0.3,QQQ=0")
    assert asked.only(["TLT"]) == read_withholding("0.15,TLT=0.3")
    assert named_in("0.15,TLT=0.3,QQQ=0") == ("TLT", "QQQ")
    assert named_in(asked) == ("TLT", "QQQ")
    assert named_in(None) == named_in(0.15) == ()


def test_a_ticker_that_the_run_does_not_use_is_refused():
    config = RunConfig("hedge_mix", source="bundled", withholding="IEFF=0.3")
    with pytest.raises(UsageError, match=r"names IEFF, and the run uses SPY, IEF.*mean IEF\?"):
        load_inputs(config)
    with pytest.raises(UsageError, match="bundled has one IEF, and it stands there twice"):
        RunConfig("hedge_mix", source="bundled", withholding={"ief": 0.1, "IEF": 0.2})


def test_a_run_without_is_the_run_of_before():
    config = RunConfig("hedge_mix")
    assert config.withholding == NONE_ASKED
    assert "withholding" not in config.as_dict()
    assert config.table.withholding is None
    assert RunConfig("hedge_mix", withholding="SPY=0").as_dict() == config.as_dict()


@pytest.mark.parametrize("given", [0.15, "SPY=0.15,TLT=0.3@2025-05-01", "0.15,IEF=0.1@2020-01-01"])
def test_it_goes_through_file_address_and_command(given, tmp_path):
    config = RunConfig("hedge_mix", source="bundled", withholding=given)
    assert RunConfig.from_dict(config.as_dict()) == config
    assert from_address(to_address(config)) == config
    path = tmp_path / "run.toml"
    write_config(path, config)
    assert RunConfig.from_dict(read_config(path)) == config
    words = shlex.split(to_command(config))
    assert f"--withholding={given}" in words
    context = main.make_context("run", words[3:])
    read = {"withholding": context.params["withholding"], "source": "bundled"}
    assert RunConfig.from_dict({"strategy": "hedge_mix", **read}) == config


def test_a_file_may_have_it_as_a_table(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text('strategy = "hedge_mix"\n[withholding]\nSPY = 0.15\nTLT = "0.3@2025-05-01"\n')
    assert RunConfig.from_dict(read_config(path)).withholding.value == "SPY=0.15,TLT=0.3@2025-05-01"
    path.write_text('strategy = "hedge_mix"\nwithholding = true\n')
    with pytest.raises(UsageError, match="withholding takes a rate, a text such as SPY=0.15, or a"):
        read_config(path)


def run_of(withholding, **other):
    config = RunConfig("hedge_mix", source="bundled", withholding=withholding, **other)
    return simulated(load_inputs(config))


def test_a_run_is_simulated_on_what_is_left():
    whole, less = run_of(None), run_of("IEF=0.3")
    assert less.market.withholding == Withholding({"IEF": Withheld(0.3)})
    assert less.summary.withholding == "IEF=0.3"
    assert whole.summary.withholding is None
    assert less.summary.metrics.cagr < whole.summary.metrics.cagr
    assert less.benchmark.nav.equals(whole.benchmark.nav)
    assert "withheld: 30 % of IEF's interest" in less.market.notes
    assert whole.name != less.name != run_of("IEF=0.2").name
    assert less.resolved.withholding == less.config.withholding
    # A day after the data's end changes nothing of what is earned.
    later = run_of("IEF=0.3@2030-01-01")
    pd.testing.assert_series_equal(later.simulation.nav, whole.simulation.nav, check_exact=True)


def test_the_long_view_says_that_it_does_not_know_the_dividends(price_folder):
    days = pd.bdate_range("2020-01-02", periods=300)
    rows = "\n".join(f"{day:%Y-%m-%d},{100 + n % 7},{100 + n % 7}" for n, day in enumerate(days))
    folder = price_folder(
        SPY=f"Date,Close,Adj Close\n{rows.replace(',100,100', ',100.5,100', 1)}\n",
        IEF=f"Date,value\n{chr(10).join(line.rsplit(',', 1)[0] for line in rows.splitlines())}\n",
    )
    config = RunConfig(
        "hedge_mix", source=f"files:{folder}", withholding="SPY=0.15", price_only=("IEF",)
    )
    told = long_run(simulated(load_inputs(config)))
    assert told == (
        "nothing can be withheld from SPY: the bundled SPY is a total return whose dividends are "
        "not known"
    )
    hedge = RunConfig("hedge_mix", source="bundled", withholding="IEF=0.3")
    assert long_run(simulated(load_inputs(hedge))).market.withholding.by_ticker["IEF"].rate == 0.3
