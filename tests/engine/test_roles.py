"""Which tickers are hedge and which equity."""

from __future__ import annotations

import pytest

from backtests.engine.address import from_address, to_address, to_command
from backtests.engine.config import RunConfig
from backtests.engine.config_file import read_config, write_config
from backtests.engine.roles import KNOWN, Roles
from data.errors import UsageError

HELD = ["SPY", "IEF", "ief", "GLD", "AAPL", "TRXG.L"]


@pytest.mark.parametrize(
    ("roles", "hedge"),
    [
        (KNOWN, ["IEF", "ief"]),  # known funds, whatever their case
        (Roles(hedge=("GLD", "TRXG.L")), ["GLD", "TRXG.L"]),  # in place of the known ones
        (Roles(equity=("IEF",)), ["ief"]),
        (Roles(hedge=("GLD", "IEF"), equity=("SPY",)), ["IEF", "GLD"]),
    ],
)
def test_the_hedge_is_what_is_named_or_known(roles, hedge):
    assert roles.hedge_of(HELD) == hedge
    assert roles.equity_of(HELD) == [ticker for ticker in HELD if ticker not in hedge]


def test_funds_of_treasuries_listed_elsewhere_are_the_hedge_of_funds_of_shares_there():
    """What an investor in euros, pounds or yen holds: each hedge without a word of his."""
    for mix, hedge in {
        ("EUNL.DE", "IS04.DE"): "IS04.DE",
        ("VWRL.L", "IDTL.L"): "IDTL.L",
        ("2559.T", "2621.T"): "2621.T",
        ("IWDA.AS", "sxrm.de"): "sxrm.de",
    }.items():
        assert KNOWN.hedge_of(mix) == [hedge]
        assert KNOWN.unnamed(KNOWN.equity_of(mix), beside_a_hedge=False) == []


def test_what_may_be_meant_as_a_hedge_is_told_unless_its_role_was_said():
    equity = ["SPY", "GLD", "AAPL", "trxg.l"]
    assert KNOWN.unnamed(equity, beside_a_hedge=True) == ["GLD", "trxg.l"]
    assert KNOWN.unnamed(equity, beside_a_hedge=False) == ["GLD", "AAPL", "trxg.l"]
    assert Roles(equity=("GLD",)).unnamed(equity, beside_a_hedge=True) == ["trxg.l"]
    assert Roles(hedge=("TLT",)).unnamed(equity, beside_a_hedge=True) == []


def test_roles_are_part_of_a_configuration(tmp_path):
    config = RunConfig("hedge_mix", {"weights": {"spy": 0.6, "gld": 0.4}}, hedge="gld, TLT")
    assert config.roles == Roles(hedge=("GLD", "TLT"))
    assert config.params["weights"] == {"SPY": 0.6, "GLD": 0.4}
    assert config.as_dict()["hedge"] == "GLD,TLT"
    assert config.as_dict()["equity"] is None
    write_config(tmp_path / "run.toml", config)
    assert 'hedge = "GLD,TLT"' in (tmp_path / "run.toml").read_text()
    assert RunConfig.from_dict(read_config(tmp_path / "run.toml")) == config
    assert RunConfig("hedge_mix", hedge=["GLD"], equity=("IEF",)).roles == Roles(("GLD",), ("IEF",))


def test_prices_without_dividends_are_part_of_a_configuration(tmp_path):
    (tmp_path / "GLD.csv").write_text("date,value\n2020-01-02,1\n2020-01-03,1\n")
    weights = {"SPY": 0.6, "GLD": 0.4}
    config = RunConfig("hedge_mix", {"weights": weights}, f"files:{tmp_path}", price_only="gld,spy")
    assert config.as_dict()["price_only"] == "GLD,SPY"
    write_config(tmp_path / "run.toml", config)
    assert RunConfig.from_dict(read_config(tmp_path / "run.toml")) == config
    assert from_address(to_address(config)) == config
    assert "--price-only=GLD,SPY" in to_command(config)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"price_only": "SPY"}, "--price-only is for prices of your own, and those of bundled"),
        ({"hedge": "GLD", "equity": "gld"}, "GLD stands in --hedge and in --equity"),
        ({"hedge": "GLD,GLD"}, "--hedge names GLD twice; name it once"),
        ({"hedge": ""}, "--hedge takes tickers such as GLD,TIP, got nothing; leave it out"),
        ({"equity": "SPY,,"}, "--equity takes tickers such as GLD,TIP, got ''"),
        ({"equity": 3}, "--equity takes tickers such as GLD,TIP, got 3"),
        ({"hedge": [None]}, "--hedge takes tickers such as GLD,TIP, got None"),
        ({"params": {"weights": {"spy": 0.5, "SPY": 0.5}}}, "bundled has one SPY, and it stands"),
    ],
)  # fmt: skip
def test_roles_that_cannot_be_are_refused(options, words):
    with pytest.raises(UsageError, match=words):
        RunConfig("hedge_mix", source="bundled", **options)


def test_a_folder_whose_names_differ_by_case_keeps_them(tmp_path):
    for name in ("spy", "SPY"):
        (tmp_path / f"{name}.csv").write_text("date,value\n2020-01-02,1\n2020-01-03,1\n")
    config = RunConfig("hedge_mix", {"weights": {"spy": 0.5, "SPY": 0.5}}, f"files:{tmp_path}")
    assert list(config.params["weights"]) == ["spy", "SPY"]
    (tmp_path / "SPY.csv").unlink()
    config = RunConfig("hedge_mix", {"weights": {"spy": 0.5}}, f"files:{tmp_path}")
    assert list(config.params["weights"]) == ["SPY"]
