"""Bands, cash flows and offsets that cannot be meant: one line and exit code 2 at every door.

The doors are the commands run, compare (an option, and a RUN's own), today and stress, a TOML
file, the lab's address, and Python. Nothing is written by any of them.
"""

from __future__ import annotations

import errno
import math
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import pytest

from backtests import HedgeError, backtest
from backtests.compare import main as compare
from backtests.engine.address import from_query
from backtests.engine.flows import MOST_FLOWS
from backtests.run import main as run
from backtests.stress import main as stress
from backtests.today import main as today
from strategies.base import OWN_OPTIONS
from tests.conftest import ended

Settings = Mapping[str, object]
Door = Callable[[Settings], str]


def words(settings: Settings) -> list[str]:
    """As options of a command line."""
    return [
        f"--{name.replace('_', '-')}" if value is True else f"--{name.replace('_', '-')}={value}"
        for name, value in settings.items()
    ]


def in_toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float | int) else f"'{value}'"


@pytest.fixture
def doors(tmp_path, monkeypatch, capsys) -> dict[str, Door]:
    """By name: what hands settings to a door and returns the one line that it refuses them by."""
    monkeypatch.chdir(tmp_path)

    def command(main, *before: str) -> str:
        code, _, err = ended(main, capsys, *before)
        assert code == 2, err
        refused = err.rstrip("\n").splitlines()
        # Above it compare says what its runs take from a file, and any command which data it has.
        assert [line for line in refused if line.startswith("error: ")] == refused[-1:], err
        return refused[-1].removeprefix("error: ")

    def of_file(settings: Settings) -> str:
        own = {name: value for name, value in settings.items() if name in OWN_OPTIONS}
        rest = {name: value for name, value in settings.items() if name not in OWN_OPTIONS}
        lines = [f"{name} = {in_toml(value)}" for name, value in rest.items()]
        params = [f"{name} = {in_toml(value)}" for name, value in own.items()]
        text = "\n".join(
            ["strategy = 'hedge_mix'", "source = 'bundled'", *lines, "[params]", *params]
        )
        Path("run.toml").write_text(text)
        line = command(run, "--config", "run.toml")
        Path("run.toml").unlink()
        return line

    def of_address(settings: Settings) -> str:
        fields = {f"set.{n}" if n in OWN_OPTIONS else n: str(v) for n, v in settings.items()}
        with pytest.raises(HedgeError) as refused:
            from_query(urlencode({"strategy": "hedge_mix", "source": "bundled", **fields}))
        return str(refused.value)

    def python(settings: Settings) -> str:
        with pytest.raises(HedgeError) as refused:
            backtest("hedge_mix", source="bundled", **settings)
        return str(refused.value)

    def own(settings: Settings) -> str:
        told = ",".join(f"{n}={str(v).replace(',', '+')}" for n, v in settings.items())
        return command(compare, f"hedge_mix:{told}", "carry", "--source", "bundled")

    source = ("--source", "bundled")
    return {
        "run": lambda settings: command(run, "hedge_mix", *source, *words(settings)),
        "today": lambda settings: command(today, "hedge_mix", *source, *words(settings)),
        "stress": lambda settings: command(stress, "hedge_mix", *source, *words(settings)),
        "compare": lambda settings: command(
            compare, "hedge_mix", "hedge_mix:SPY=1", *source, *words(settings)
        ),
        "a RUN": own,
        "TOML": of_file,
        "address": of_address,
        "Python": python,
    }


ALL = ("run", "today", "stress", "compare", "a RUN", "TOML", "address", "Python")
# What is a parameter of the strategy is no option of compare.
OF_PARAMETERS = ("run", "today", "stress", "a RUN", "TOML", "address", "Python")
# A configuration and an address name no file.
OF_FILES = ("run", "today", "stress", "compare", "a RUN", "Python")
NAN, INF = math.nan, math.inf
BAD: list[tuple[tuple[str, ...], Settings, str]] = [
    (ALL, {"band": 1.5}, "takes 0 to 1, got 1.5; a band of 5 percentage points is 0.05"),
    (ALL, {"band": -0.05}, "takes 0 to 1, got -0.05;"),
    (ALL, {"band": NAN}, "takes 0 to 1, got nan;"),
    (ALL, {"band_relative": INF}, "takes 0 to 1, got inf;"),
    (ALL, {"band_relative": 25.0}, "takes 0 to 1, got 25;"),
    (ALL, {"band": 0.05, "band_to": "middle"}, "takes target or edge, got 'middle'"),
    (ALL, {"band_to": "edge"}, "where a band ends, and"),
    (ALL, {"flow": "lots/month"}, "takes an amount a period such as 500/month, -300/quarter or"),
    (ALL, {"flow": "500"}, "takes an amount a period such as 500/month"),
    (ALL, {"flow": "500/moth"}, "a period is one of day, week, month, .* got 'moth' "),
    (ALL, {"flow": "nan/month"}, "takes an amount a period such as 500/month"),
    (ALL, {"flow": "-101%/year"}, "is more than all there is; give at most 100%/year"),
    (ALL, {"flow": "1e16/month"}, "takes at most 1000000000000000, got '1e16/month'"),
    (ALL, {"flow_indexed": True}, "as well"),
    (ALL, {"flow": "-4%/year", "flow_indexed": True}, "is a share of the value; give an amount|"
     "lets amounts grow with prices, and no new run has any"),
    (ALL, {"flow": "5/month", "flows": "2020-01-15=5"}, "are two plans; leave one of them out"),
    (ALL, {"flows": "2020-01-15=nan"}, "of 2020-01-15 takes an amount up to 1000000000000000, go"),
    (ALL, {"flows": "2020-01-15=-inf"}, "of 2020-01-15 takes an amount up to .*, got -inf"),
    (ALL, {"flows": "2020-01-15=much"}, "of 2020-01-15 takes an amount such as -300, got 'much'"),
    (ALL, {"flows": "15.1.2020=5"}, "takes a date as YYYY-MM-DD, got '15.1.2020'"),
    (ALL, {"flows": "10000-01-01=5"}, "takes a date as YYYY-MM-DD, got '10000-01-01'"),
    (ALL, {"flows": "0999-01-01=5"}, "0999-01-01 is outside the years 1800 to 2200; give a day"),
    (OF_PARAMETERS, {"offset": 0}, "hedge_mix: offset takes whole numbers from 1 to 15 .*, got 0"),
    (OF_PARAMETERS, {"offset": 16}, "offset takes whole numbers from 1 to 15 .*, got 16"),
    (OF_PARAMETERS, {"offset": 2, "rebalance": "daily"}, "offset of a daily calendar takes 1"),
    (OF_PARAMETERS, {"offset": 2, "rebalance": "never"}, "offset of a never calendar takes 1"),
    (OF_PARAMETERS, {"offset": 6, "rebalance": "weekly"}, "of a weekly calendar takes 1 to 5"),
    (("TOML",), {"flows": "plan.csv"}, "flows takes a text such as 2020-01-15=500, or a table by"),
    (("address",), {"flows": "plan.csv"}, "takes dates and amounts such as .*, got 'plan.csv'"),
    (("TOML", "address", "a RUN", "run"), {"flows": ""}, "takes .*dates and amounts|takes a text"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("door", "settings", "message"),
    [(door, settings, message) for doors, settings, message in BAD for door in doors],
)
def test_what_cannot_be_meant_is_one_line_at_every_door(doors, tmp_path, door, settings, message):
    refuse_one_line(doors[door], tmp_path, settings, message)


def written(folder: Path) -> list[Path]:
    """All files; an empty folder for results may be there, which is made before data are read."""
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


def refuse_one_line(door: Door, folder: Path, settings: Settings, message: str) -> str:
    before = written(folder)
    line = door(settings)
    assert re.search(message, line), line
    assert "\n" not in line
    assert len(line) < 420
    assert written(folder) == before
    return line


def lines(count: int, day: str | None = None) -> bytes:
    """A file of flows of so many sessions, or of one day so many times."""
    days = (
        [day] * count if day else pd.bdate_range("1820-01-01", periods=count).strftime("%Y-%m-%d")
    )
    return ("date,amount\n" + "".join(f"{each},1\n" for each in days)).encode()


HEADS = b"date,amount\n"
FILES: dict[str, tuple[bytes | None, str]] = {
    "is not there": (None, "plan.csv cannot be read: No such file or directory; name a file with"),
    "is empty": (b"", "plan.csv has no flows; write date,amount and a line for each"),
    "has its names alone": (HEADS, "plan.csv has no flows; write date,amount and a line for each"),
    "is binary": (b"\x89PNG\r\n\x1a\n\xff\xfe", "plan.csv is no text in UTF-8 .*; save it as one"),
    "is UTF-16": ("date,amount\n".encode("utf-16"), "plan.csv is no text in UTF-8"),
    "has NUL bytes": (b"\0\0\0\n", "plan.csv, line 1 has .*; write a date and an amount such as"),
    "has other columns": (b"day,money\n2020-01-15,5\n", "line 1 has 'day,money'; write a date and"),
    "has three columns": (HEADS + b"2020-01-15,5,USD\n", "line 2 has '2020-01-15,5,USD'; write a"),
    "has semicolons": (b"2020-01-15;5\n", "line 1 has '2020-01-15;5'; write a date and an amount"),
    "has a word": (HEADS + b"\n2020-01-15,five\n", "line 3 takes an amount such as -300, got 'fi"),
    "has nan": (HEADS + b"2020-01-15,nan\n", "line 2 takes an amount up to .*, got nan"),
    "has inf": (HEADS + b"2020-01-15,-inf\n", "line 2 takes an amount up to .*, got -inf"),
    "has no day": (HEADS + b"2020-02-30,5\n", "line 2 takes a date as YYYY-MM-DD, got '2020-02"),
    "has a year of five digits": (HEADS + b"10000-01-01,5\n", "line 2 has '10000-01-01,5'; write"),
    "has the year 1": (HEADS + b"0001-01-01,5\n", "0001-01-01 is outside the years 1800 to 2200"),
    "has too many days": (lines(50_000), f"has more than {MOST_FLOWS:,} dates; give fewer"),
    "is too large": (b"\n" * (4 << 20) + HEADS, "cannot be read: it has 4,194,316 bytes, of which"),
    "has sums beyond": (HEADS + b"2020-01-15,9e14\n" * 2, "of 2020-01-15 takes an amount up to"),
}  # fmt: skip
DOORS_OF_FILES = ("run", "today", "stress", "compare", "a RUN", "Python")


@pytest.mark.parametrize("door", DOORS_OF_FILES)
def test_a_file_that_is_none_is_one_line_at_every_door(doors, tmp_path, door):
    for name, (content, message) in FILES.items():
        path = tmp_path / "plan.csv"
        if content is not None:
            path.write_bytes(content)
        line = refuse_one_line(doors[door], tmp_path, {"flows": "plan.csv"}, message)
        assert "flows" in line, name
        path.unlink(missing_ok=True)


@pytest.mark.parametrize("door", DOORS_OF_FILES)
def test_a_folder_a_pipe_and_a_file_that_nobody_may_read_are_no_flows(
    doors, tmp_path, door, monkeypatch
):
    (tmp_path / "folder").mkdir()
    refuse_one_line(doors[door], tmp_path, {"flows": "folder"}, "folder cannot be read: it is a fo")
    os.mkfifo(tmp_path / "pipe")
    refuse_one_line(doors[door], tmp_path, {"flows": "pipe"}, "pipe cannot be read: it is a pipe")

    def denied(path, most):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    (tmp_path / "plan.csv").write_bytes(lines(1))
    monkeypatch.setattr("backtests.engine.flows.read_regular_text", denied)
    message = "plan.csv cannot be read: Permission denied; name a file with lines of date,amount"
    refuse_one_line(doors[door], tmp_path, {"flows": "plan.csv"}, message)


@pytest.mark.parametrize("door", ["run", "today", "TOML", "Python"])
@pytest.mark.parametrize("day", ["1961-12-29", "1962-01-31", "2199-12-31"])
def test_a_day_outside_of_the_run_is_named_at_every_door(doors, tmp_path, door, day):
    """The bundled months begin with row 0, the end of January 1962, which pays nothing."""
    message = (
        f"has {day}, and flows of this run are due after 1962-01-31 and up to 2025-12-31; leav"
    )
    refuse_one_line(doors[door], tmp_path, {"flows": f"{day}=5"}, message)


def paid(**settings) -> pd.Series:
    """What a run pays in and out, by session, those that pay."""
    run = backtest("hedge_mix", source="bundled", no_verdict=True, **settings)
    flows = run.record.simulation.flows
    return flows[flows != 0.0]


def test_amounts_follow_consumer_prices_made_by_hand(monkeypatch):
    """Row 0 is December 1999: each payment is due a month before, at the price public then.

    Of March there is no figure, so that the payment of April is at February's price.
    """
    public = {"1999-12": 200.0, "2000-01": 220.0, "2000-02": 242.0, "2000-04": 266.2}
    cpi = pd.Series(public.values(), pd.PeriodIndex(list(public), freq="M"))
    monkeypatch.setattr("backtests.engine.flows.home_prices", lambda market: cpi)
    dates = {"start": "2000-01-31", "end": "2000-06-30"}
    grown = paid(flow="100/month", flow_indexed=True, **dates)
    assert grown.index.strftime("%m").tolist() == ["02", "03", "04", "05", "06"]
    assert grown.to_list() == pytest.approx([110.0, 121.0, 121.0, 133.1, 133.1], rel=1e-12)
    assert paid(flow="100/month", **dates).to_list() == pytest.approx([100.0] * 5)
    run = backtest("hedge_mix", source="bundled", no_verdict=True, flow="100/month",
                   flow_indexed=True, start="2000-01-31", end="2000-07-31")  # fmt: skip
    assert run.notes[-1] == (
        "--flow-indexed: the last consumer prices of USD are those of 2000-03; amounts due from "
        "2000-07-31 on grow no more"
    )
    dated = paid(flows={"2000-02-29": -100.0, "2000-04-30": -100.0}, flow_indexed=True, **dates)
    assert dated.to_list() == pytest.approx([-121.0, -133.1], rel=1e-9)


def test_many_lines_of_one_day_are_one_payment(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_bytes(lines(50_000, "2020-01-31"))
    assert paid(flows=path).to_dict() == {pd.Timestamp("2020-02-29"): pytest.approx(50_000.0)}


def test_a_day_that_is_no_session_is_paid_from_the_next_one_on():
    """Months: what is due in January is due on its last day, and paid a row later."""
    days = paid(flows={"2020-01-02": 5.0, "2020-01-31": 7.0})
    assert days.to_dict() == {pd.Timestamp("2020-02-29"): pytest.approx(12.0)}


def test_a_first_payout_of_all_there_is_is_an_answer():
    """Row 0 is January 1962, the flow is due in February and paid in March: ruined there."""
    run = backtest("hedge_mix", source="bundled", flow="-20000/month")
    assert run.summary.own_money.strategy.ruined == "1962-03-31"
    assert run.summary.own_money.strategy.final_wealth == 0.0
    assert len(run.nav) == 3
    # And so is one late in a run's life that is the only one.
    late = backtest("hedge_mix", source="bundled", no_verdict=True, flows={"1990-01-31": -1e9})
    assert late.summary.own_money.strategy.ruined == "1990-02-28"


@pytest.mark.parametrize(
    "words",
    [
        ("hedge_mix", "carry:real=true"),
        ("hedge_mix", "carry:real=false", "--real"),
        ("hedge_mix@JPY", "carry:real=true", "--each-in-its-own"),
    ],
)
def test_real_beside_nominal_is_a_mix_of_moneys(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    code, _, err = ended(compare, capsys, *words, "--source", "bundled")
    (line,) = err.splitlines()
    assert code == 2
    assert re.search(
        "is in purchasing power, and .* in money of the day; run all with --real", line
    )
    assert written(tmp_path) == []
