"""What a RUN of compare says of itself: bands, cash flows and purchasing power, before the options.

What is about currencies, with real folders and files, is tried in ``test_compared_runs``.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from backtests.compared_runs import like_the_first, read_words, require_held, resolve
from backtests.engine.address import from_address, to_address, to_command
from backtests.engine.bands import Rebalancing
from backtests.engine.config import RunConfig
from backtests.engine.config_file import read_config, write_config
from backtests.engine.flows import AskedFlows
from backtests.engine.plan import PLAIN, Plan
from backtests.own_settings import own_settings
from backtests.run import main as run
from data.errors import HedgeError, UsageError
from tests.test_compared_runs import DEFAULTS

DATED = {"2020-01-15": 500.0, "2021-01-15": -300.0}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> Path:
    """An empty current folder, in which runs may name files."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def resolved(text: str, given=None, **options) -> RunConfig:
    out = Path("results")
    (word,) = read_words([text], out)
    asked = {**DEFAULTS, "source": "bundled", **options}
    return resolve(word, out, asked, set(options if given is None else given))


def plan(text: str, **options) -> Plan:
    return resolved(text, **options).plan


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hedge_mix:band=0.05", Plan(Rebalancing(0.05))),
        ("hedge_mix:band=5e-2", Plan(Rebalancing(0.05))),
        ("hedge_mix:band=0.05,band_relative=0.25,band_to=edge",
         Plan(Rebalancing(0.05, 0.25, "edge"))),
        ("mine=hedge_mix:SPY=0.7,band=0,IEF=0.3", Plan(Rebalancing(0.0))),
        ("hedge_mix:flow=500/month", Plan(flows=AskedFlows("500/month"))),
        ("carry:flow=-4%/year", Plan(flows=AskedFlows("-4%/year"))),
        ("hedge_mix:flow=1_500/month,flow_indexed=true",
         Plan(flows=AskedFlows("1500/month", True))),
        ("hedge_mix:flows=2020-01-15=500+2021-01-15=-300", Plan(flows=AskedFlows(dated=DATED))),
        ("hedge_mix:flows=2021-01-15=-300 + 2020-01-15=+5e+2", Plan(flows=AskedFlows(dated=DATED))),
        ("hedge_mix:flows=2020-01-15=200+2020-01-15=300+2021-01-15=-300",
         Plan(flows=AskedFlows(dated=DATED))),
        ("hedge_mix:flows=plan.csv", Plan(flows=AskedFlows(dated=DATED))),
        ("hedge_mix:flow=0/month", PLAIN),
        ("hedge_mix:band=none,flow=none", PLAIN),
    ],
)  # fmt: skip
def test_a_run_says_its_bands_and_cash_flows_among_its_parameters(here, text, wanted):
    (here / "plan.csv").write_text("date,amount\n2020-01-15,500\n2021-01-15,-300\n")
    assert plan(text) == wanted


def test_a_mix_with_a_band_looks_daily_unless_it_says_otherwise():
    assert resolved("hedge_mix:band=0.05").params["rebalance"] == "daily"
    assert resolved("hedge_mix").params["rebalance"] == "monthly"
    assert resolved("hedge_mix:band=0.05,rebalance=monthly").params["rebalance"] == "monthly"
    weights = resolved("hedge_mix:SPY=0.7,band=0.05,IEF=0.3").params["weights"]
    assert weights == {"SPY": 0.7, "IEF": 0.3}


def test_a_run_may_be_in_purchasing_power():
    assert resolved("hedge_mix:real=true").real
    assert not resolved("hedge_mix").real
    assert resolved("hedge_mix", real=True).real
    assert not resolved("hedge_mix:real=false", real=True).real
    assert resolved("hedge_mix@JPY:real=true").money.currency == "JPY"


FULL = [
    "hedge_mix:flows=2020-01-15=500+2021-01-15=-300.25,flow_indexed=true,real=true",
    "hedge_mix:SPY=0.7,IEF=0.3,band=0.05,band_relative=0.25,band_to=edge,flow=-4%/half-year",
    "hedge_mix@JPY:fx_hedge=1,band=0.05,rebalance=monthly,flow=50000/month",
    "carry:flow=0.1/day",
]


@pytest.mark.parametrize("text", FULL)
def test_what_a_run_says_comes_back_from_its_command_its_address_and_its_file(here, text):
    config = resolved(text)
    command = shlex.split(to_command(config))[3:]
    with run.make_context("run", command) as context:
        from backtests.cli import given_params, run_config

        assert run_config(config.strategy, given_params(context.params), context.params) == config
    assert from_address(to_address(config)) == config
    write_config(here / "saved.toml", config)
    assert resolved("saved.toml") == config
    assert RunConfig.from_dict(read_config(here / "saved.toml")) == config


def test_a_runs_own_band_replaces_that_of_all():
    assert plan("hedge_mix:band=0.1", band=0.05) == Plan(Rebalancing(0.1))
    assert plan("hedge_mix", band=0.05) == Plan(Rebalancing(0.05))
    assert plan("hedge_mix:band=none", band=0.05) == PLAIN
    # What all say of the other kind of band, and of its end, stays.
    both = {"band": 0.05, "band_relative": 0.25, "band_to": "edge"}
    assert plan("hedge_mix:band=0.1", **both) == Plan(Rebalancing(0.1, 0.25, "edge"))
    assert plan("hedge_mix:band=none", **both) == Plan(Rebalancing(None, 0.25, "edge"))
    assert plan("hedge_mix:band_to=target", **both) == Plan(Rebalancing(0.05, 0.25))
    # Where a band ends is nothing to a run without one.
    assert plan("hedge_mix:band=none", band=0.05, band_to="edge") == PLAIN
    assert plan("hedge_mix", band_to="edge") == PLAIN


def test_a_runs_own_flow_displaces_the_dated_ones_of_all_and_the_other_way_round():
    common = "2020-01-15=500,2021-01-15=-300"
    assert plan("hedge_mix", flows=common) == Plan(flows=AskedFlows(dated=DATED))
    assert plan("hedge_mix:flow=5/month", flows=common) == Plan(flows=AskedFlows("5/month"))
    own = plan("hedge_mix:flows=2020-01-15=7", flow="500/month")
    assert own == Plan(flows=AskedFlows(dated={"2020-01-15": 7.0}))
    assert plan("hedge_mix:flow=5/month", flow="500/month") == Plan(flows=AskedFlows("5/month"))
    assert plan("hedge_mix:flow=none", flow="500/month") == PLAIN
    assert plan("hedge_mix:flows=none", flow="500/month") == PLAIN  # no flows of any kind
    assert plan("hedge_mix:flow=none", flows=common) == PLAIN


def test_amounts_of_all_runs_grow_and_a_share_of_the_value_has_nothing_to_grow():
    indexed = {"flow": "500/month", "flow_indexed": True}
    assert plan("hedge_mix:flow=5/month", **indexed) == Plan(flows=AskedFlows("5/month", True))
    assert plan("hedge_mix:flow=-4%/year", **indexed) == Plan(flows=AskedFlows("-4%/year"))
    for nothing in ("0/year", "none"):
        assert plan(f"hedge_mix:flow={nothing}", **indexed) == PLAIN
    own = plan("hedge_mix:flow_indexed=false", **indexed)
    assert own == Plan(flows=AskedFlows("500/month"))


def test_an_option_that_is_nothing_to_any_run_is_refused():
    plain, banded = resolved("hedge_mix"), resolved("hedge_mix:band=0.05")
    edge = {**DEFAULTS, "band_to": "edge"}
    with pytest.raises(UsageError, match="--band-to says where a band ends, and no new run has on"):
        require_held([plain], edge, ["band_to"])
    require_held([plain, banded], edge, ["band_to"])
    grown = {**DEFAULTS, "flow_indexed": True}
    with pytest.raises(UsageError, match="--flow-indexed lets amounts grow with prices, and no ne"):
        require_held([plain, banded], grown, ["flow_indexed"])
    require_held([plain], {**DEFAULTS, "flow_indexed": False}, ["flow_indexed"])
    require_held([plain, resolved("carry:flow=5/month,flow_indexed=true")], grown, ["flow_indexed"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hedge_mix:band=wide", "hedge_mix: band takes a fraction such as 0.05, or .*'wide'"),
        ("hedge_mix:band=", "band takes a fraction such as 0.05, or none, got ''"),
        ("hedge_mix:band=5%", "band takes a fraction such as 0.05, or none, got '5%'"),
        ("hedge_mix:band=5", "--band takes .*got 5; a band of 5 percentage points is 0.05"),
        ("hedge_mix:band=-0.05", "--band takes .*got -0.05"),
        ("hedge_mix:band=nan", "--band takes .*got nan"),
        ("hedge_mix:band_relative=inf", "--band-relative takes .*got inf"),
        ("hedge_mix:band=0.05,band_to=egde", r"--band-to takes target or edge, got 'egde'"),
        ("hedge_mix:band_to=edge", "--band-to edge says where a band ends, and there is none"),
        ("hedge_mix:band=0.05,band=0.1", "hedge_mix band is given twice; give it once"),
        ("hedge_mix:flow=lots/month", "--flow takes an amount a period .*got 'lots/month'"),
        ("hedge_mix:flow=1,500/month", "--flow takes an amount a period .*got '1'"),
        ("hedge_mix:flow=-101%/year", "is more than all there is; give at most 100%/year"),
        ("hedge_mix:flow_indexed=true", "--flow-indexed lets a flow grow .*give --flow as well"),
        ("hedge_mix:flow=-4%/year,flow_indexed=true", "--flow -4%/year is a share of the value"),
        ("hedge_mix:flow=5/month,flow_indexed=yes", "flow_indexed takes true or false, got 'yes'"),
        ("hedge_mix:real=maybe", "hedge_mix: real takes true or false, got 'maybe'"),
        ("hedge_mix:flow=5/day,flows=2020-01-15=5", "--flow and --flows are two plans; leave one"),
        ("hedge_mix:flows=", "--flows takes dates and amounts .*got nothing"),
        ("hedge_mix:flows=2020-01-15=1,2021-01-15=2", "'2021-01-15=2' stands after a comma, which "
         "ends flows=; join dates by [+], as in flows=2020-01-15=500[+]2021-01-15=-300"),
        ("hedge_mix:flows=2020-01-15=1+2", "--flows of 2020-01-15 takes an amount .*got '1[+]2'"),
        ("hedge_mix:flows=2020-01-15=1+x=2", "--flows takes a date as YYYY-MM-DD, got 'x'"),
        ("hedge_mix:flows=2020-01-15=nan", "--flows of 2020-01-15 takes an amount up to"),
        ("hedge_mix:flows=gone.csv", "--flows gone.csv cannot be read: No such file"),
        ("hedge_mix:band=0.05:flow=5/month", "has a colon before flow=; .* write a comma"),
    ],
)  # fmt: skip
def test_a_setting_that_is_none_is_one_line(text, message):
    with pytest.raises(HedgeError, match=message) as refused:
        resolved(text)
    assert "\n" not in str(refused.value)
    assert "ticker" not in str(refused.value).lower()  # none of it is taken for one


def test_a_parameter_that_is_called_as_a_setting_stays_a_parameter(monkeypatch):
    from strategies import registry
    from tests.strategies.rule_files import SHORT

    Path("own.py").write_text(SHORT.replace("share", "band"))
    monkeypatch.setattr(registry, "_GIVEN", {})
    name = registry.use_file("own.py:Steady")
    assert own_settings(name, "band=0.5,flow=5/month") == ({"flow": "5/month"}, "band=0.5")


# Files beside plain runs


def toml(path: str, settings: str) -> str:
    Path(path).write_text(f'strategy = "hedge_mix"\nsource = "bundled"\nfee_bps = 9\n{settings}\n')
    return path


def beside(first: str, other: str) -> tuple[RunConfig, RunConfig, str]:
    """Two RUNs of one command line, resolved; and what one takes from the other, in words."""
    out = Path("results")
    words = read_words([first, other], out)
    options, told = like_the_first(words, DEFAULTS, set())
    one, two = (resolve(word, out, options, set()) for word in words)
    return one, two, told


def test_a_plain_run_beside_a_file_with_a_band_is_another_run():
    """The band is what is compared: a mix by the calendar beside the same one with a band."""
    banded, plain, told = beside(toml("banded.toml", "band = 0.05"), "hedge_mix")
    assert (banded.plan, plain.plan) == (Plan(Rebalancing(0.05)), PLAIN)
    assert banded != plain
    assert (banded.params["rebalance"], plain.params["rebalance"]) == ("daily", "monthly")
    assert plain.costs.fee_bps == 9.0  # costs, data and dates are taken as before
    assert told == "new runs take from banded.toml: source bundled, fee_bps 9"


@pytest.mark.parametrize(
    "settings", ['flow = "500/month"\nflow_indexed = true', "[flows]\n2020-01-15 = 500"]
)
def test_a_plain_run_beside_a_file_with_cash_flows_has_none(settings):
    paid, plain, _ = beside(toml("paid.toml", settings), "hedge_mix")
    assert paid.plan.flows
    assert plain.plan == PLAIN


def test_purchasing_power_is_taken_from_a_file_as_its_currency_is():
    """Runs in two moneys cannot be compared: a run that does not say its own has the first's."""
    real, other, told = beside(toml("real.toml", "real = true"), "carry")
    assert real.real
    assert other.real
    assert told.endswith("fee_bps 9, real True")
    _, own, _ = beside(toml("real.toml", "real = true"), "carry:real=false")
    assert not own.real


def test_an_option_against_a_files_bands_and_flows_is_one_line():
    toml("paid.toml", 'band = 0.05\nflow = "500/month"')
    assert resolved("paid.toml", band=0.05, flow="500.0 / month").plan.flows.flow is not None
    with pytest.raises(UsageError, match=r"--band is 0\.1, and paid\.toml sets band to 0\.05"):
        resolved("paid.toml", band=0.1)
    with pytest.raises(UsageError, match=r"--flow is 5/day, and paid\.toml sets flow to 500"):
        resolved("paid.toml", flow="5/day")
    with pytest.raises(UsageError, match=r"--flows is '2020-01-15=5', and paid\.toml sets flow; "):
        resolved("paid.toml", flows="2020-01-15=5")
    toml("dated.toml", "[flows]\n2020-01-15 = 500\n2021-01-15 = -300")
    same = "2021-01-15=-300,2020-01-15=500"
    assert resolved("dated.toml", flows=same).plan == Plan(flows=AskedFlows(dated=DATED))
    with pytest.raises(UsageError, match=r"--flows is 2020-01-15=5, and dated\.toml sets flows to"):
        resolved("dated.toml", flows="2020-01-15=5")
    with pytest.raises(UsageError, match=r"--flow is '5/day', and dated\.toml sets flows; leave"):
        resolved("dated.toml", flow="5/day")
    # What a file leaves open the options say.
    assert plan("dated.toml", band=0.05) == Plan(Rebalancing(0.05), AskedFlows(dated=DATED))
