"""What command lines are made of: of each command its words and options, good and bad."""

from __future__ import annotations

import random
from itertools import pairwise

from strategies.registry import STRATEGIES
from strategies.schedule import REBALANCE

GARBAGE = (
    "", " ", "-", "--", "=", ",", ":", "0", "-1", "nan", "inf", "-inf", "1e400", "9" * 400, "1_000",
    "٣", "½", "\0", "a\0b", "\n", "a\nb", "\ud800", "\udcff\udcfe", "\u202egnp.exe", "\u2028", "🂡",
    "é" * 300, "x" * 5000, "..", ".", "/", "../../etc/passwd", "/dev/null", "/dev/full",
    "/proc/self/mem", "~", "$HOME", "CON", "NUL", "a/b", "%s%n", "{}", "{0}", "[red]",
    "[/]", "<script>", "'", '"', "--help=1", "--no-such", "-x", "None", "True", "null",
)  # fmt: skip
NUMBER = ("0", "1", "2.5", "10", "500", "1000", "1001", "1e-320", "1e15", "1e16", "-0.0")
DAY = ("1962-01-31", "1999-12-31", "2000-01-31", "2000-06-30", "2024-02-30", "1799-12-31",
       "2200-12-31", "9999-12-31", "0000-00-00", "20000131", "2000-1-1", "2000-W01-1",
       "2000-01-31T00:00", "+2000-01-31")  # fmt: skip
SOURCE = ("bundled", "bundled", "bundled", "auto", "yahoo", "files:", "files:prices", "files:.",
          "files:no-such", "files:prices/SPY.csv", "files:a\0b", "files:/proc",
          "file:prices")  # fmt: skip
TICKER = ("SPY", "IEF", "TLT", "SHY", "CASH", "spy", "^GSPC", "^IRX", "SPYY", "manifest", "..",
          "../SPY", "/etc/passwd", "CON", "SPY.csv")  # fmt: skip
WEIGHTS = ("SPY=0.6,IEF=0.4", "SPY=1", "SPY=0", "SPY=0.9,IEF=0.2", "SPY=-1", "SPY=nan", "SPY",
           "SPY=0.5,SPY=0.5", "CASH=1", "=1", "SPY=1e-400", "../x=1", "SPY=0.5,",
           "a\0b=0.5")  # fmt: skip
CALENDAR = (*REBALANCE, "Monthly", "hourly")
OFFSET = ("1", "2", "5", "15", "16", "0", "-1", "1.5", "nan", "third", "9" * 99)
SETTING = ("equity_weight=0.5", "step_bp=25", "step_bp=0", "lookback_years=5", "weights=SPY=1",
           "rebalance=never", "x", "=", "a=b=c", "equity_weight=nan", "ticker=SPY",
           "ticker=")  # fmt: skip
FOLDER = ("results", "results", "out", "prices/SPY.csv", ".", "/dev/null/x", "/proc/x", "a/b/c",
          "results/../results")  # fmt: skip
NAME = (*STRATEGIES, "hedge_mx", "HEDGE_MIX", "results", "")
RUN = (*STRATEGIES, "hedge_mix:SPY=0.7,IEF=0.3", "hedge_mix:", "hedge_mix:SPY",
       "equity_only:ticker=IEF", "attack_defend:step_bp=25", "finished", "results/finished",
       "prices", ".", "..", "/", "nowhere", "hedge_mix:weights=SPY=1", "carry:step_bp=x",
       "hedge_mix:SPY=0.7,SPY=0.1", "60/40=hedge_mix", "60/40=hedge_mix:SPY=0.6,IEF=0.4",
       "mine=run.toml", "run.toml", "broken.toml", "mine=finished", "=carry", "a=", "a=a=carry",
       "60:40=carry", "no-such.toml",
       "hedge_mix@JPY", "hedge_mix@JPY:fx_hedge=1", "hedge_mix@", "carry@XXX",
       "hedge_mix:band=0.05",
       "hedge_mix:flow=500/month,band=0.1", "hedge_mix:flows=2000-06-30=500+2000-07-31=-1",
       "hedge_mix:withholding=IEF=0.15", "hedge_mix:real=true", "hedge_mix:band=none",
       "hedge_mix:flow=none",
       "hedge_mix:band=", "hedge_mix:band=2", "hedge_mix:flow=x",
       "x=prices/SPY.csv", f"{'y' * 99}=carry")  # fmt: skip
FILE = ("run.toml", "broken.toml", "prices", "no-such.toml", "/dev/null", "prices/SPY.csv")

PORT = ("0", "0", "1", "8501", "65535", "65536", "-1", "80", "x", "1.5", "8501a")
CURRENCY = ("JPY", "JPY", "jpy", "EUR", "GBP", "CHF", "AUD", "CNY", "USD", "YEN", "BTC", "")
RATIO = ("0", "1", "0.5", "1.5", "-0.1", "nan", "IEF=1", "SPY=0.5", "IEF=1,TLT=0.5", "IEF=1,IEF=1",
         "IEF", "IEF=", "=1", "IEF=x", "IEF=2", "ief=1", "GC=F=1", "IEF=1e-400", "all")  # fmt: skip
MONEY = {
    "--currency": CURRENCY, "--cash": ("home", "usd", "home", "USD", "jpy"), "--fx-hedge": RATIO,
    "--fx-hedge-equity": RATIO, "--fx-basis-bp": NUMBER, "--carry-rates": None,
    "--no-carry-rates": None,
}  # fmt: skip

# What can be meant comes more often, so that a line of many options is answered at times.
RATES = (*("IEF=0.15", "IEF=0.3@2000-06-30", "0") * 4,
          "0.15", "0", "1", "1.5", "-0.1", "nan", "SPY=0.15,IEF=1",
          "IEF=0.3@", "IEF=0.3@2000-13-01", "@2000-01-31", "IEF=x", "=0.1", "QQQ=0.3",
          "SPY=0.15,SPY=0.3", "a\0b=0.1")  # fmt: skip
FLOW = (*("500/month", "-300/quarter", "-4%/year") * 4, "0/month", "1e15/day", "-100%/year",
        "1e400/month", "500/fortnight", "500", "/month", "500/", "%/month", "--5/month",
        "1,000/month", "nan/month",
        "7/half-year", "-9999999/day")  # fmt: skip
# What an investor does beside holding a strategy, and which tickers play which role.
PLAN = {
    "--withholding": RATES, "--band": (*("0.05", "0", "0.5") * 4, *NUMBER),
    "--band-relative": (*("0.1",) * 8, "0.25", "0", "1", "1.01", "x"),
    "--band-to": ("target", "edge", "edge", "Edge", "middle"), "--flow": FLOW,
    "--flow-indexed": None, "--no-flow-indexed": None,
    "--flows": (*("flows.csv",) * 8, "prices/SPY.csv", "no-such.csv", ".", "/dev/null",
                "2000-06-30=500", "2000-06-30=500,2000-06-30=-1"),
    "--real": None, "--no-real": None,
    "--hedge": (*("IEF",) * 6, "TLT,IEF", "SPY", "QQQ", ",", "IEF,IEF"),
    "--equity": (*("SPY",) * 6, "SPY,IEF", "QQQ", ",", "spy"),
    "--price-only": ("SPY", "IEF", "QQQ", ","),
    "--strategy-file": (*("rule.py",) * 6, "rule.py:Rule", "rule.py:No", "broken.py", "prices",
                        "x.py", "prices/SPY.csv", ":", "rule.py:"),
}  # fmt: skip
RUN_OPTIONS = {
    **MONEY, **PLAN,
    "--source": SOURCE, "--extend": None, "--no-extend": None, "--start": DAY, "--end": DAY,
    "--fee-bps": NUMBER,
    "--slippage-bps": NUMBER, "--lag": ("1", "2", "3", "1.5", "0", "500", "99999999999999999999"),
    "--benchmark": TICKER, "--initial": NUMBER, "--out": FOLDER, "--no-tearsheet": None,
    "--no-verdict": None, "--standalone": None, "--strict": None,
    "--max-age": ("0", "5", "36500", "36501", "-1", "1.5", "nan", "9" * 99),
}  # fmt: skip
# Of each command: what its positional words are, how many it likes, and its options.
DOORS = {
    "backtests.run": (NAME, (0, 1, 1, 1, 2), {
        **RUN_OPTIONS, "--weights": WEIGHTS, "--rebalance": CALENDAR, "--offset": OFFSET,
        "--set": SETTING,
        "--withdrawals": ("4", "0.04", "4%", "0", "-1", "100", "x", "nan"),
        "--config": FILE, "--refresh": None, "--again": None, "--serial": None, "--json": None,
        "--list": None, "--help": None,
        "-h": None,
    }),
    "backtests.today": ((*NAME, "results/finished", "prices", *FILE), (0, 1, 1, 1, 2), {
        **{name: choices for name, choices in RUN_OPTIONS.items()
           if name not in ("--no-tearsheet", "--no-verdict", "--standalone", "--out")},
        "--weights": WEIGHTS, "--rebalance": CALENDAR, "--offset": OFFSET,
        "--set": SETTING, "--refresh": None,
        "--json": None, "--help": None,
    }),
    "backtests.stress": ((*NAME, "results/finished", "prices", *FILE), (0, 1, 1, 1, 2), {
        **{name: choices for name, choices in RUN_OPTIONS.items()
           if name not in ("--no-tearsheet", "--no-verdict")},
        "--weights": WEIGHTS, "--rebalance": CALENDAR, "--offset": OFFSET,
        "--set": SETTING, "--refresh": None,
        "--json": None, "--help": None,
    }),
    "backtests.compare": (RUN, (0, 1, 2, 2, 2, 3, 25), {
        **RUN_OPTIONS, "--each-in-its-own": None, "--align": None, "--against": None,
        "--help": None,
    }),
    "backtests.tune": (NAME, (0, 1, 1, 1, 2), {
        **{name: known for name, known in RUN_OPTIONS.items()
           if name not in ("--no-tearsheet", "--no-verdict")},
        "--weights": WEIGHTS, "--rebalance": CALENDAR, "--offset": OFFSET,
        "--set": SETTING, "--refresh": None,
        "--assets": ("SPY", "SPY,IEF", "SPY,IEF", "SPY,SPY", "SPY,,IEF", "CASH", "A,B,C,D,E,F,G,H"),
        "--step": ("0.5", "0.25", "0.3", "0", "-1", "1", "1e-9", "nan"),
        "--grid": ("step_bp=25,50", "equity_weight=0.4:0.8:0.2", "full_at_bp=5", "x=1", "step_bp",
                   "step_bp=", "step_bp=1:0:1", "step_bp=0:1e12:1", "step_bp=1:inf:1",
                   "bond=IEF,TLT", "rebalance=never,monthly", "weights=1", "step_bp=25,25"),
        "--maximise": ("cagr", "sharpe", "sortino", "calmar", "profit", "CAGR"),
        "--subject-to": ("max_drawdown>-0.3", "volatility<15%", "max_drawdown>0", "cvar>1", "x",
                         "volatility<15", "worst_year>0.9", "sharpe>=0", "max_drawdown<=-0.1"),
        "--scheduler": ("local:0", "local:999", "local:x", "dask", "tcp://", "tcp://x:0",
                        "http://127.0.0.1:1"),
        "--help": None,
    }),
    "backtests.claims": (("x",), (0, 0, 0, 1), {
        "--source": SOURCE, "--end": DAY, "--out": FOLDER, "--standalone": None, "--strict": None,
        "--max-age": ("0", "5", "36501", "-1", "x"), "--refresh": None, "--json": None,
        "--help": None,
    }),
    "backtests.app": (("x",), (0, 0, 0, 1), {
        "--port": PORT, "--pages-port": PORT, "--no-browser": None, "--out": FOLDER,
        "--strategy-file": PLAN["--strategy-file"], "--help": None,
    }),
    "data.cache": (("x",), (0, 0, 0, 1), {"--clear": None, "--help": None}),
    "data.history": (("x",), (0, 0, 0, 1), {
        "--source": SOURCE, "--first": ("2000-01", "2005-02", "2000-13", "0000-01", "2000-01-01"),
        "--last": ("2010-12", "2025-08", "9999-12"), "--four-yields": None, "--out": FOLDER,
        "--help": None,
    }),
}  # fmt: skip
SHARES = {
    "backtests.run": 0.33,
    "backtests.app": 0.01,
    "backtests.stress": 0.04,
    "backtests.today": 0.05,
    "backtests.claims": 0.02,
    "backtests.compare": 0.2,
    "backtests.tune": 0.15,
    "data.cache": 0.05,
    "data.history": 0.15,
}


def vector(rng: random.Random, door: str) -> list[str]:
    """Draw a command line: mostly of the right form, with one thing or another amiss."""
    known_words, counts, options = DOORS[door]
    garbage = rng.choice((0.0, 0.02, 0.1, 0.5))

    def value(choices: tuple[str, ...]) -> str:
        return rng.choice(GARBAGE) if rng.random() < garbage else rng.choice(choices)

    drawn: list[list[str]] = [[value(known_words)] for _ in range(rng.choice(counts))]
    if "--currency" in options and rng.random() < 0.2:  # else its other options are refused at once
        drawn.append(["--currency", value(CURRENCY)])
    for _ in range(rng.randint(0, 5)):
        name = rng.choice(list(options))
        values = options[name]
        if values is None:
            drawn.append([name])
        elif rng.random() < 0.1:
            drawn.append([f"{name}={value(values)}"])
        elif rng.random() < 0.03:
            drawn.append([name])  # its value is missing
        else:
            drawn.append([name, value(values)])
    if rng.random() < garbage:
        drawn.append([rng.choice(GARBAGE)])
    rng.shuffle(drawn)
    words = [word for part in drawn for word in part]
    # Root may write anywhere: results must not go there.
    for before, word in pairwise(["", *words]):
        if (before, word) == ("--out", "/") or word == "--out=/":
            return vector(rng, door)
    return words
