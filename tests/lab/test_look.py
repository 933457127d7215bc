"""The lab without a page: its numbers, and how they are cached."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading

import pandas as pd
import pytest

from backtests.engine.backtest import load_inputs
from backtests.engine.config import RunConfig
from backtests.engine.money import Money
from backtests.jobs import execute
from backtests.lab import look as lab
from backtests.report.verdict.words import sentences
from data.errors import DataError, PeekingError, UnreachableError, UsageError
from data.load import load_market
from data.origin import How, Origin
from data.records import to_json
from strategies import registry
from tests.data.helpers import rows_of
from tests.strategies.rule_files import SHORT, TREND


@pytest.fixture(autouse=True)
def empty_caches():
    lab.forget()
    yield
    lab.forget()


@pytest.fixture
def quick_proof(monkeypatch):
    """A rule is tried at the fewest cuts, as a slow one is."""
    monkeypatch.setattr("strategies.causality.PATIENCE", 0.0)


def in_brief(verdict):
    """A verdict without what the lab's lacks, or has apart: smallest effects, long view, state."""
    replace, evidence = dataclasses.replace, verdict.evidence
    if evidence is not None:
        negative, positive = (
            replace(state, payoff=replace(state.payoff, smallest_effect=None))
            for state in evidence.states
        )
        every = replace(evidence.every, smallest_effect=None)
        evidence = replace(evidence, every=every, negative=negative, positive=positive)
    return replace(verdict, evidence=evidence, long_view=None, state=None)


def same(shown, expected):
    """Plain values that differ by rounding at most: two engines that agree to 1e-9."""
    if isinstance(expected, dict):
        assert shown.keys() == expected.keys()
        for key, value in expected.items():
            same(shown[key], value)
    elif isinstance(expected, float):
        assert shown == pytest.approx(expected, rel=1e-8, abs=1e-9)
    else:
        assert shown == expected


@pytest.mark.parametrize(
    ("strategy", "params", "extend"),
    [
        ("hedge_mix", {}, False),
        ("attack_defend", {}, False),
        ("equity_only", {}, False),
        ("hedge_mix", {"weights": {"SPY": 0.0}}, False),  # nothing but bills, flat for months
        ("hedge_mix", {"weights": {"IEF": 1.0}}, True),
    ],
)
def test_the_lab_shows_what_the_command_line_writes(strategy, params, extend):
    config = RunConfig(strategy, params, source="bundled", start="1975-01-31", extend=extend)
    shown, written = lab.look(config), execute(config)
    same(to_json(shown.summary), to_json(written.summary))
    for key in ("word", "holds_hedge", "sample"):
        assert getattr(shown.verdict, key) == getattr(written.verdict, key)
    assert sentences(shown.verdict) == sentences(in_brief(written.verdict))
    apart = lab.beside(shown)
    same(to_json(apart.long_view), to_json(written.verdict.long_view))
    same(to_json(apart.state), to_json(written.verdict.state))
    assert apart.state is not None
    of = {row.key: row for row in written.verdict.portfolios}
    for row in shown.verdict.portfolios:
        same(to_json(row), to_json(of[row.key]))
    assert len(shown.verdict.crises) == len(written.verdict.crises) > 10


def test_the_lab_shows_what_the_command_line_writes_in_yen():
    money = Money("JPY", fx_hedge=0.5, fx_basis_bp=50)
    config = RunConfig("hedge_mix", source="bundled", money=money)
    shown, written = lab.look(config), execute(config)
    assert shown.summary.currency == "JPY"
    same(to_json(shown.summary), to_json(written.summary))
    assert sentences(shown.verdict) == sentences(in_brief(written.verdict))
    apart = lab.beside(shown)
    same(to_json(apart.long_view), to_json(written.verdict.long_view))
    same(to_json(apart.state), to_json(written.verdict.state))


RUINOUS = {"flow": "-200/month"}  # of 10,000


@pytest.mark.parametrize(
    "plan",
    [
        {"band": 0.05, "flow": "-2%/quarter"},
        {"flow": "300/month", "flow_indexed": True, "real": True},
        RUINOUS,
    ],
    ids=["band", "paid in", "ruined"],
)
def test_the_lab_shows_what_the_command_line_writes_of_ones_own_money(plan):
    table = {"strategy": "hedge_mix", "source": "bundled", "start": "1975-01-31", **plan}
    config = RunConfig.from_dict(table)
    shown, written = lab.look(config), execute(config)
    assert (shown.summary.own_money.strategy.ruined is None) is (plan != RUINOUS)
    same(to_json(shown.summary), to_json(written.summary))
    assert sentences(shown.verdict) == sentences(in_brief(written.verdict))
    apart = lab.beside(shown)
    same(to_json(apart.long_view), to_json(written.verdict.long_view))
    same(to_json(apart.state), to_json(written.verdict.state))


# What differs in money has other prices or another cash, whatever was looked at before it.
MONEYS = (
    Money(),
    Money("JPY"),
    Money("JPY", fx_hedge=1),
    Money("JPY", fx_hedge={"IEF": 0.5}),
    Money("JPY", fx_hedge_equity=1),
    Money("JPY", fx_hedge=1, fx_basis_bp=100),
    Money("JPY", "usd"),
    Money("GBP"),
)


def test_every_conversion_has_its_own_prices_whatever_was_looked_at_before():
    """The caches know the conversion: else an answer in another currency would be shown."""
    configs = [RunConfig("hedge_mix", source="bundled", money=money) for money in MONEYS]
    for config in (*configs, *reversed(configs)):
        shown = lab.inputs_for(config).market
        used = ["SPY", "IEF"]
        alone = load_market("bundled", used, conversion=config.conversion(used))
        assert shown.currency == config.money.currency
        for ours, theirs in ((shown.prices, alone.prices), (shown.cash, alone.cash)):
            assert ours.equals(theirs.loc[ours.index])
        assert set(alone.notes) <= set(shown.notes)
    told = {lab.inputs_for(config).market.prices.sum().sum() for config in configs}
    assert len(told) == len(configs) - 1  # dollar bills are the cash, of which prices know nothing


def test_another_ratio_reads_no_file_again(price_folder, monkeypatch):
    months = pd.date_range("2000-01-31", periods=60, freq="ME")
    folder = price_folder(**{ticker: rows_of(months) for ticker in ("SPY", "IEF")})
    read = []
    real = lab.load_market
    monkeypatch.setattr(
        lab, "load_market", lambda *of, **how: (read.append(of), real(*of, **how))[1]
    )
    shares = (0.0, 0.4, 1.0)
    moneys = [
        Money("JPY", fx_hedge=share, fx_basis_bp=basis) for share in shares for basis in (0, 25)
    ]
    for money in moneys:
        config = RunConfig("hedge_mix", source=f"files:{folder}", money=money)
        market = lab.inputs_for(config).market
        direct = load_inputs(config).market
        assert market.prices.equals(direct.prices)
        assert (market.notes, market.vintage) == (direct.notes, direct.vintage)
        assert market.provenance == direct.provenance
    assert len(read) == 1


def test_another_rate_that_is_withheld_reads_no_file_again(price_folder, monkeypatch):
    months = pd.date_range("2000-01-31", periods=60, freq="ME")
    rows = "\n".join(f"{day:%Y-%m-%d},{100 + n},{90 + 1.1 * n}" for n, day in enumerate(months))
    folder = price_folder(**dict.fromkeys(("SPY", "IEF"), f"Date,Close,Adj Close\n{rows}\n"))
    read = []
    real = lab.load_market
    monkeypatch.setattr(
        lab, "load_market", lambda *of, **how: (read.append(of), real(*of, **how))[1]
    )
    asked = [(Money(), rate) for rate in (None, 0.15, "SPY=0.3,IEF=0.1@2002-01-01", None)]
    asked += [(Money("JPY", fx_hedge=1), rate) for rate in ("IEF=0.1", None, 0.15)]
    seen = set()
    for money, rate in asked:
        config = RunConfig("hedge_mix", source=f"files:{folder}", money=money, withholding=rate)
        market, direct = lab.inputs_for(config).market, load_inputs(config).market
        assert market.prices.equals(direct.prices)
        assert (market.notes, market.vintage) == (direct.notes, direct.vintage)
        assert market.fingerprints() == direct.fingerprints()
        seen.add(float(market.prices.sum().sum()))
    assert len(seen) == len(asked) - 1
    assert len(read) == 2  # dollars and yen


def test_another_currency_without_a_server_is_one_line_or_the_bundled_months():
    config = RunConfig("hedge_mix", source="yahoo", money=Money("JPY"))
    with pytest.raises(UnreachableError, match="or use --source bundled or files:DIR"):
        lab.look(config)
    auto = lab.look(dataclasses.replace(config, source="auto"))
    bundled = lab.look(dataclasses.replace(config, source="bundled"))
    assert auto.market.origin.how is How.BUNDLED
    assert auto.market.prices.equals(bundled.market.prices)


def test_the_same_question_is_worked_out_once():
    config = RunConfig("hedge_mix", source="bundled")
    first = lab.look(config)
    assert lab.look(RunConfig("hedge_mix", source="bundled")) is first
    other = lab.look(RunConfig("hedge_mix", {"rebalance": "never"}, source="bundled"))
    assert other.verdict.crises != ()
    assert lab.inputs_for(config).market is lab.inputs_for(other.config).market


def test_what_stands_beside_is_asked_for_apart_and_worked_out_once():
    run = lab.look(RunConfig("hedge_mix", source="bundled", start="1990-01-31"))
    assert run.verdict.long_view is run.verdict.state is None
    apart = lab.beside(run)
    assert apart.long_view.start == "1962-01-31"
    assert apart.state.as_of == "2025-12-31"
    assert lab.beside(run) is apart
    whole = lab.beside(lab.look(RunConfig("hedge_mix", source="bundled")))  # the long run itself
    assert whole.long_view is None
    assert whole.state is not None
    alone = lab.look(RunConfig("equity_only", source="bundled", start="1990-01-31"))
    beside = lab.beside(alone)
    assert beside.long_view is None
    assert beside.state.stand_in == "equity_only holds no hedge on the bundled months"


def test_a_long_view_that_fails_leaves_the_run_and_says_so_once(monkeypatch, capsys):
    def fail(run):
        raise RuntimeError("broken")

    monkeypatch.setattr(lab, "long_run", fail)
    run = lab.look(RunConfig("hedge_mix", source="bundled", start="1990-01-31"))
    for _ in range(2):
        assert lab.beside(run).long_view.missing == "a fault of ours: RuntimeError: broken"
    assert capsys.readouterr().err.count("Traceback") == 1


def test_a_rule_and_a_mix_of_the_same_tickers_do_not_share_a_history_carried_back(price_folder):
    days = pd.bdate_range("2018-01-01", periods=80)
    prices = {t: rows_of(days) for t in ("SPY", "IEF", "TLT")}
    late = {t: rows_of(days[50:]) for t in ("BIL", "SHY")}
    bill = rows_of(days).replace("100", "4")
    folder = price_folder(**prices, **late, treasury_bill_3m_discount_daily=bill)
    rule = RunConfig("duration_trend", source=f"files:{folder}")
    held = dict.fromkeys(rule.make_strategy().tickers, 0.2)
    mix = RunConfig("hedge_mix", {"weights": held}, f"files:{folder}")
    none = dataclasses.replace(rule, extend=False)
    for config, first in ((mix, days[50]), (rule, days[0]), (none, days[50])):
        assert lab.inputs_for(config).market.first_session(["BIL"])[0] == first


def test_a_changed_file_is_read_again(price_folder):
    rows = "".join(f"20{y:02d}-{m:02d}-28,{100 + y + m}\n" for y in range(8) for m in range(1, 13))
    folder = price_folder(SPY="date,value\n" + rows)
    config = RunConfig("equity_only", source=f"files:{folder}")
    before = lab.look(config).summary.metrics.final_value
    price_folder(SPY="date,value\n" + rows.replace("2007-12-28,119", "2007-12-28,219"))
    assert lab.look(config).summary.metrics.final_value > 1.5 * before


def test_a_refusal_is_kept_for_a_while(monkeypatch):
    asked = []

    def refuse():
        asked.append(1)
        raise DataError("no")

    cache = lab.Cache(2)
    for _ in range(3):
        with pytest.raises(DataError, match="no"):
            cache.get("a", refuse)
    assert len(asked) == 1
    monkeypatch.setattr(lab, "PATIENCE", 0.0)
    with pytest.raises(DataError):
        cache.get("a", refuse)
    assert len(asked) == 2
    assert cache.get("a", lambda: 7) == 7


def test_a_shelf_forgets_the_oldest():
    cache = lab.Cache(2)
    made = []
    for key in ("a", "b", "c", "b", "a"):
        cache.get(key, lambda key=key: made.append(key))
    assert made == ["a", "b", "c", "a"]


def test_two_tabs_ask_once():
    cache, made, gate = lab.Cache(2), [], threading.Event()

    def slow():
        gate.wait(5)
        made.append(1)
        return len(made)

    answers = []
    tabs = [threading.Thread(target=lambda: answers.append(cache.get("a", slow))) for _ in range(4)]
    for tab in tabs:
        tab.start()
    gate.set()
    for tab in tabs:
        tab.join()
    assert answers == [1, 1, 1, 1]


def test_what_stood_in_for_a_source_is_asked_for_again(monkeypatch):
    asked = []
    market = load_market("bundled", ["SPY"])
    instead = Origin(How.BUNDLED, failure="Yahoo is silent", short="Yahoo cannot be reached")
    for origin, calls in ((market.origin, 1), (instead, 2)):
        cache = lab.Cache(2, lab.is_first_choice)
        shown = market.relabelled(origin=origin)
        asked.clear()
        monkeypatch.setattr(lab, "PATIENCE", -1.0)
        for _ in range(2):
            assert cache.get("key", lambda shown=shown: asked.append(1) or shown) is shown
        assert len(asked) == calls


def test_older_snapshots_are_said_to_stand_in():
    market = load_market("bundled", ["SPY"]).relabelled(
        title="prices from Yahoo, fetched 2024-01-02, older snapshots",
        remarks=["another"],
        origin=Origin(
            How.OLDER,
            "2024-01-02",
            dt.timedelta(days=3),
            failure="Yahoo cannot be reached (refused)",
            short="Yahoo cannot be reached",
        ),
    )
    first, why = lab.stood_in(RunConfig("hedge_mix"), market)
    assert first.startswith(
        "In place of new prices from Yahoo: prices from Yahoo, fetched 2024-01-02, "
        "older snapshots: 7"
    )
    assert why == "Yahoo cannot be reached (refused); cached snapshots, up to 3 days old."


@pytest.mark.usefixtures("quick_proof")
def test_an_edited_rule_file_is_looked_at_anew(tmp_path, monkeypatch):
    """The same name and settings, another source: not the run of the old one."""
    monkeypatch.setattr(registry, "_GIVEN", {})
    monkeypatch.setenv("HEDGE_STRATEGIES", str(tmp_path))
    path = tmp_path / "steady.py"
    path.write_text(SHORT)
    before = lab.look(RunConfig("steady", source="bundled"))
    path.write_text(SHORT.replace("self.share}", "self.share / 2}"))
    after = lab.look(RunConfig("steady", source="bundled"))
    assert before.simulation.weights["SPY"].iloc[5] > 1.9 * after.simulation.weights["SPY"].iloc[5]


def test_a_setting_that_peeks_is_not_shown(tmp_path, monkeypatch):
    """Its default does not look ahead; what is looked at does."""
    monkeypatch.setattr(registry, "_GIVEN", {})
    monkeypatch.setenv("HEDGE_STRATEGIES", str(tmp_path))
    ahead = 'ahead: int = parameter(0, low=0, high=3, unit="rows", doc="of foresight")\n'
    source = TREND.replace("    window: int", f"    {ahead}    window: int")
    source = source.replace("prices.loc[", "prices.shift(-self.ahead).ffill().loc[")
    (tmp_path / "trend.py").write_text(source)
    config = RunConfig("trend_or_treasuries", source="bundled")
    assert lab.look(config).summary.metrics.cagr > 0
    with pytest.raises(PeekingError, match="trend_or_treasuries peeks"):
        lab.look(dataclasses.replace(config, params={**config.params, "ahead": 3}))


def test_many_tickers_take_their_turn_and_few_are_answered_meanwhile(monkeypatch):
    """While one session's large run holds the turn, a small one passes, another large one waits."""
    monkeypatch.setattr(lab, "_answer", lambda config: len(config.make_strategy().tickers))

    def mix(count):
        weights = {f"T{number}": 0.01 for number in range(count)}
        return RunConfig("hedge_mix", {"weights": weights}, source="bundled")

    answers = []
    with lab.HEAVY:
        assert lab.look(mix(lab.FEW)) == lab.FEW
        other = threading.Thread(target=lambda: answers.append(lab.look(mix(lab.FEW + 1))))
        other.start()
        other.join(0.2)
        assert answers == []
    other.join(30)
    assert answers == [lab.FEW + 1]


def test_no_work_of_a_save_is_done_in_the_process_that_answers(monkeypatch, tmp_path):
    """Drawing holds the interpreter for seconds: it is another process's."""
    asked = []

    def save_apart(config, out):
        asked.append((config, out))
        return out / "run", lab.look(config).market.fingerprints()

    def refuse(*_, **__):
        raise AssertionError("drawn in the process that answers")

    monkeypatch.setattr(lab, "save_apart", save_apart)
    monkeypatch.setattr("backtests.jobs.execute", refuse)
    monkeypatch.setattr("backtests.jobs.publish", refuse)
    config = RunConfig("hedge_mix", source="bundled", start="2015-01-30")
    assert lab.save(config, tmp_path) == (tmp_path / "run", "")
    assert asked == [(config, tmp_path)]
    monkeypatch.setattr(lab, "save_apart", lambda *_: (tmp_path, {"SPY": "other"}))
    assert lab.save(config, tmp_path) == (tmp_path, lab.CHANGED)


def test_what_stands_beside_can_be_left_between_its_steps_and_begun_again():
    """A slider that moves meanwhile is answered after one step, and nothing half done is kept."""

    class Moved(BaseException):
        pass

    run = lab.look(RunConfig("hedge_mix", source="bundled", start="1990-01-31"))
    for steps in (1, 2, 3):
        left = iter(range(steps - 1))

        def pause(left=left):
            if next(left, None) is None:
                raise Moved

        with pytest.raises(Moved):
            lab.beside(run, pause)
    paused = []
    assert lab.beside(run, lambda: paused.append(1)).state is not None
    assert len(paused) == 3


@pytest.mark.parametrize("role", ["hedge", "equity"])
def test_a_hedge_that_nothing_holds_is_refused_whatever_was_read_before(role):
    config = RunConfig("hedge_mix", source="bundled")
    lab.look(config)
    for name in ("GLD", "TIP"):
        with pytest.raises(UsageError, match=f"--{role} names {name}, and hedge_mix holds SPY"):
            lab.look(dataclasses.replace(config, **{role: (name,)}))
