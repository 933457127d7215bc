"""Spoil rates of exchange and short rates in every way that publishers have, and see what comes.

``python -m tests.soak.wrong_rates`` prints what becomes of each fault, of H.10, of Yahoo's pair and
of the interbank rate: on the first answer and on a later one, before and after the last month of
the bundled tables.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from data.checks.cleaning import clean_index
from data.checks.exchange import EVERY_WEEKDAY
from data.currency.currencies import CURRENCIES
from data.currency.quotes import bounds_of, code_of, pair_of, unit_of_pair
from data.errors import HedgeError
from data.sources import fred
from data.sources.bars import COLUMNS, Bars
from data.sources.chart import Chart
from data.sources.live_currency import exchange_rate
from data.sources.live_rates import Request
from data.sources.revisions import held_against
from data.sources.snapshots import Snapshot, Store
from tests.made_exchange import h10, interbank
from tests.soak.made import TOLERANCE, named

ZONE, SPLITS = "Europe/London", "Stock Splits"
CLOCK = pd.Timestamp("2026-10-01 12:00Z")
H10_LAST = "2026-09-25"  # a Friday: Yahoo's go on to the last of September
# Within the bundled tables, after the last of them, and after the last of H.10.
WITHIN, AFTER, TAIL = "2014-03-03", "2026-09-01", "2026-09-29"
OTHERS: Mapping[str, str] = {"JPY": "CNY", "EUR": "GBP", "CHF": "AUD"}
Spoil = Callable[[pd.Series, pd.Series, int], pd.Series]


def _since(change: Callable[[pd.Series, pd.Series], pd.Series], rows: int | None = None) -> Spoil:
    """From a row on; ``rows``: on so many."""

    def spoil(good: pd.Series, other: pd.Series, row: int) -> pd.Series:
        wrong = change(good, other)
        days = good.index[row : None if rows is None else row + rows]
        spoilt = good.copy()
        spoilt[days] = wrong.reindex(days)
        return spoilt.dropna()

    return spoil


def _dropped(rows: int) -> Spoil:
    return lambda good, _, row: good.drop(good.index[row : row + rows])


def _repeated(rows: int) -> Spoil:
    def spoil(good: pd.Series, _: pd.Series, row: int) -> pd.Series:
        spoilt = good.copy()
        spoilt.iloc[row : row + rows] = good.iloc[row]
        return spoilt

    return spoil


def _others(_: pd.Series, other: pd.Series) -> pd.Series:
    return other


# Each from a row on, and a few of them on some rows alone.
LASTING: Mapping[str, Spoil] = {
    "upside down": _since(lambda good, _: 1.0 / good),
    "hundredfold": _since(lambda good, _: 100.0 * good),
    "a hundredth": _since(lambda good, _: good / 100.0),
    "a session late": _since(lambda good, _: good.shift(1)),
    "a session early": _since(lambda good, _: good.shift(-1)),
    "another currency's": _since(_others),
    "three percent too high": _since(lambda good, _: 1.03 * good),
    "always the same": _repeated(10**6),
}
PASSING: Mapping[str, Spoil] = {
    "hundredfold on a day": _since(lambda good, _: 100.0 * good, 1),
    "upside down on a day": _since(lambda good, _: 1.0 / good, 1),
    "ten percent too high on a day": _since(lambda good, _: 1.1 * good, 1),
    "ten percent too high for a week": _since(lambda good, _: 1.1 * good, 5),
    "another currency's for a week": _since(_others, 5),
    "stale for three weeks": _repeated(15),
    "a month missing": _dropped(22),
    "negative on a day": _since(lambda good, _: -good, 1),
}
# A short rate is of a month: so are its rows.
OF_SHORT_RATES: Mapping[str, Spoil] = {
    "a fraction": _since(lambda good, _: good / 100.0),
    "basis points": _since(lambda good, _: 100.0 * good),
    "a month late": _since(lambda good, _: good.shift(1)),
    "a month early": _since(lambda good, _: good.shift(-1)),
    "another currency's": _since(_others),
    "always the same": _repeated(10**6),
    "three points too high": _since(lambda good, _: good + 3.0),
    "three points too high in a month": _since(lambda good, _: good + 3.0, 1),
    "two months missing": _dropped(2),
}


@dataclass(frozen=True)
class Outcome:
    """How a fault ended: ``refused``, ``reported``, ``harmless`` or ``silent``, and its words."""

    word: str
    error: float
    message: str


def from_fred(series: str, values: pd.Series) -> Bars:
    """What is made of FRED's answer with these figures."""
    return fred._parse(series, values.to_frame(series).to_csv(index_label="observation_date"))


def from_yahoo(code: str, closes: pd.Series) -> Bars:
    """What is made of Yahoo's answer with these closes."""
    symbol = pair_of(code).symbol
    bars = pd.DataFrame(dict.fromkeys(COLUMNS, closes)).assign(Dividends=0.0, **{SPLITS: 0.0})
    frame = bars.tz_localize(ZONE)
    stamps = tuple(frame.index.as_unit("s").asi8.tolist())
    sent = Chart(symbol, unit_of_pair(symbol), EVERY_WEEKDAY, "1d", stamps, tuple(closes), False,
                 ZONE)  # fmt: skip
    return clean_index(symbol, frame, sent, bounds_of(code_of(symbol)))


class _Kept(Store):
    """Snapshots that are on no disk."""

    def __init__(self, code: str, taken: Mapping[str, Bars]) -> None:
        super().__init__(Path("none"))
        moment = dt.datetime.now(dt.UTC)
        names = {_name(code, which): bars for which, bars in taken.items()}
        self._kept = {
            name: Snapshot(name, "made", moment, "", bars) for name, bars in names.items()
        }

    def read(self, ticker: str, *, mend: bool = False) -> Snapshot | None:
        """One of them."""
        return self._kept.get(ticker)


@dataclass(frozen=True, eq=False)
class Good:
    """A currency's good figures as they are sent, and what a run makes of them.

    ``sent`` and ``others`` (another currency's) are by ``h10`` and ``pair``, whose closes are each
    the rate with which its day began; ``taken`` is what is made of the former; ``truths`` are units
    for one dollar of both, of H.10 alone and of the pair alone; ``usual`` is what is said of them.
    """

    code: str
    sent: Mapping[str, pd.Series]
    others: Mapping[str, pd.Series]
    taken: Mapping[str, Bars]
    truths: tuple[pd.Series, ...] = ()
    usual: frozenset[str] = frozenset()


def good(code: str, first: str = "2013-01-31") -> Good:
    """A currency's good figures: made ones."""

    def histories(of: str) -> dict[str, pd.Series]:
        whole = h10(of, first)
        return {"h10": whole.loc[:H10_LAST], "pair": whole.shift(1).dropna()}

    sent = histories(code)
    taken = {which: answer(code, which, values) for which, values in sent.items()}
    sound = Good(code, sent, histories(OTHERS[code]), taken)
    ways = [sound.taken, {"h10": sound.taken["h10"]}, {"pair": sound.taken["pair"]}]
    units = [joined(code, way) for way in ways]
    return replace(sound, truths=tuple(each for each, _ in units), usual=frozenset(units[0][1]))


def _name(code: str, which: str) -> str:
    """What a snapshot of H.10 or of Yahoo's pair is called."""
    pair = pair_of(code)
    return f"{fred.PREFIX}{pair.series}" if which == "h10" else pair.symbol


def answer(code: str, which: str, values: pd.Series, before: Bars | None = None) -> Bars:
    """What is made of a server's answer, where ``before`` was made of an earlier one.

    Raises
    ------
    HedgeError
        If it is refused.
    """
    name = _name(code, which)
    if which == "h10":
        bars = from_fred(name.removeprefix(fred.PREFIX), values)
    else:
        bars = from_yahoo(code, values)
    if before is None:
        return bars
    return held_against(name, bars, Snapshot(name, "made", dt.datetime.now(dt.UTC), "", before))


def joined(code: str, taken: Mapping[str, Bars]) -> tuple[pd.Series, list[str]]:
    """Units for one dollar as a run would use them, and all that it says."""
    request = Request(_Kept(code, taken), offline=True)
    try:
        units = exchange_rate(request, code).units
    except HedgeError as error:
        return pd.Series(dtype=float), [str(error)]
    used = [f"{each.used} in place of {each.wanted}" for each in request.stood_in]
    return units, [*request.notes, *request.remarks, *used]


def trial(sound: Good, which: str, spoil: Spoil, since: str | None, *, again: bool) -> Outcome:
    """What becomes of a fault of H.10 or of the pair, from its first row on or from a day.

    ``again``: the good answer was had before, and is used where the spoilt one is refused.
    """
    right = sound.sent[which]
    row = 1 if since is None else int(right.index.searchsorted(pd.Timestamp(since)))
    wrong = spoil(right, sound.others[which].reindex(right.index).ffill(), row)
    taken, refusals = dict(sound.taken), []
    try:
        taken[which] = answer(sound.code, which, wrong, sound.taken[which] if again else None)
    except HedgeError as error:
        refusals = [str(error)]
        if not again:
            del taken[which]
    units, lines = joined(sound.code, taken)
    return judge(sound, units, [line for line in (*refusals, *lines) if line not in sound.usual])


def judge(sound: Good, units: pd.Series, lines: list[str]) -> Outcome:
    """Hold what a run would use against the truth: that of the servers whose figures it uses."""
    text = "; ".join(lines)
    if units.empty:
        return Outcome("refused", 0.0, text)
    steps, worst = min(
        (_apart(units, truth) for truth in sound.truths),
        key=lambda found: (found[1], len(found[0])),
    )
    if not worst > TOLERANCE:
        is_refused = any("not used" in line or "nothing was replaced" in line for line in lines)
        return Outcome("refused" if is_refused else "harmless", worst, text)
    wrong = steps[steps > TOLERANCE].index
    days = pd.DatetimeIndex(units.index)
    before = dict(zip(days[1:], days[:-1], strict=True))
    told = [_spelt_out(line, days) for line in lines]
    if told and all(named(told, day, before[day]) for day in wrong):
        return Outcome("reported", worst, text)
    return Outcome("silent", worst, text)


def _apart(units: pd.Series, truth: pd.Series) -> tuple[pd.Series, float]:
    """How far steps are from the truth's, and the most that a step or a level is."""
    right = np.log(truth.reindex(units.index))
    apart = (np.log(units) - right).abs().fillna(np.inf)
    steps = (np.log(units).diff() - right.diff()).abs().iloc[1:].fillna(np.inf)
    return steps, float(max(apart.max(), steps.max()))


def _spelt_out(line: str, days: pd.DatetimeIndex) -> str:
    """A line with the days that it means: the first of ``the 21 to ...``, and the last of all."""
    for count, day in re.findall(r"in the (\d+)(?: days)? to (\d{4}-\d\d-\d\d)", line):
        first = days[max(int(days.searchsorted(pd.Timestamp(day))) - int(count), 0)]
        line += f" {first:%Y-%m-%d} {days[-1]:%Y-%m-%d}"
    if " in place of " in line:
        line += f" {days[-1]:%Y-%m-%d}"
    return line


def of_short_rate(code: str, spoil: Spoil, since: str | None, *, again: bool) -> Outcome:
    """What becomes of a fault of an interbank rate."""
    series, right = CURRENCIES[code].interbank, interbank(code)
    other = interbank(OTHERS[code]).reindex(right.index).ffill()
    row = 1 if since is None else int(right.index.searchsorted(pd.Timestamp(since)))
    wrong = spoil(right, other, row)
    usual = from_fred(series, right)
    name = f"{fred.PREFIX}{series}"
    try:
        bars = from_fred(series, wrong)
        if again:
            bars = held_against(name, bars, Snapshot(name, "x", dt.datetime.now(dt.UTC), "", usual))
    except HedgeError as error:
        return Outcome("refused", 0.0, str(error))
    lines = [line for line in bars.warnings if line not in usual.warnings]
    apart = (bars.frame["Value"] - right.reindex(bars.frame.index)).abs()
    is_wrong = apart.max() > 0.01 or len(bars.frame) < len(right.loc[: bars.frame.index[-1]])
    word = ("reported" if lines else "silent") if is_wrong else "harmless"
    return Outcome(word, float(apart.max()), "; ".join(lines))


def tries(which: str) -> Iterator[tuple[str, Spoil, str | None]]:
    """Each fault of H.10, of Yahoo's pair or of a short rate, and the days it begins on."""
    if which == "3m":
        for name, spoil in OF_SHORT_RATES.items():
            yield from ((name, spoil, since) for since in (None, WITHIN, "2026-07-01"))
        return
    places = [WITHIN, AFTER, *([TAIL] if which == "pair" else [])]
    for name, spoil in LASTING.items():
        yield from ((name, spoil, since) for since in (None, *places))
    for name, spoil in PASSING.items():
        yield from ((name, spoil, since) for since in places)


def main() -> None:
    """Print what becomes of each fault."""
    import data.checks.exchange as clock

    clock.now = lambda: CLOCK
    for code in OTHERS:
        sound = good(code)
        print(code, *sorted(sound.usual), sep="\n  ")
        for again in (False, True):
            for which in ("h10", "pair", "3m"):
                for name, spoil, since in tries(which):
                    if which == "3m":
                        got = of_short_rate(code, spoil, since, again=again)
                    else:
                        got = trial(sound, which, spoil, since, again=again)
                    where = f"{which:5} {'again' if again else 'first'} {since or 'throughout'}"
                    print(f"{where:24} {name:32} {got.word:9} {got.error:8.4f} {got.message}")


if __name__ == "__main__":
    main()
