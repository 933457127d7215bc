"""The same portfolios in other libraries: ``python -m tests.benchmarks.peers``.

16,000 made daily sessions, three tickers. Each library does the work in its own way, with its own
orders where it has them, in this process and on compiled code that is loaded; ours is the
compiled kernel that searches use. Value and holdings on every session are held against ours
first: who differs is not timed. Rounds alternate.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from backtests.engine.ledger import Fills, fill
from backtests.engine.scores import cores, paths, score
from backtests.engine.simulate import CAPITAL
from backtests.engine.with_sweep import fill_with_sweep
from tests.benchmarks.figures import (
    TOLERANCE,
    Figure,
    difference,
    hand_over,
    named,
    seconds,
    show,
)
from tests.benchmarks.works import SESSIONS, Answer, Work, gap, grid, works

ROUNDS = 5
PATIENCE = 8.0  # seconds of one peer on one work
COMPARED = "value and holdings on every session"


@dataclass(frozen=True)
class Contestant:
    """A library, and how it does a work.

    Attributes
    ----------
    name
        Shown as the peer.
    column
        Of the page's first table; empty for none.
    package
        What has to be installed for it.
    begin
        Takes a work; gives the call to be timed, and what reads its answer.
    cannot
        Why it has no part in a work; empty if it has.
    mixes
        So many of a sweep's mixes it does, by which its time is divided; None for all.
    sweep
        Takes a work and mixes (C x tickers); gives the call to be timed, which ends in the values
        (sessions x C). None to call ``begin`` for each mix.
    """

    name: str
    column: str
    package: str
    begin: Callable[[Work], tuple[Callable[[], Any], Callable[[Any], Answer]]]
    cannot: Callable[[Work], str] = lambda work: ""
    mixes: int | None = None
    sweep: Callable[[Work, np.ndarray], Callable[[], np.ndarray]] | None = None

    def missing(self, work: Work) -> str:
        """Why it has no part in a work, or is not there."""
        if find_spec(self.package) is None:
            return f"{self.package} is not installed"
        return self.cannot(work)


def kernel(work: Work) -> tuple[Callable[[], Fills], Callable[[Fills], Answer]]:
    """Our compiled kernel on one portfolio, orders included."""
    arrays, bands, flows = work.to_fill()
    return lambda: fill_with_sweep(*arrays, bands, flows), partial(_of_fills, work)


def ledger(work: Work) -> tuple[Callable[[], Fills], Callable[[Fills], Answer]]:
    """Our reference in plain Python."""
    arrays, bands, flows = work.to_fill()
    return lambda: fill(*arrays, bands, flows), partial(_of_fills, work)


def _of_fills(work: Work, fills: Fills) -> Answer:
    worth = (fills.units * work.panel.prices)[:, :-1]  # the panel's prices have a scale of its own
    return Answer(fills.nav, worth / work.prices.to_numpy())


# ---------------------------------------------------------------------------------------------
# vectorbt


def vectorbt(engine: str) -> Callable[[Work], tuple[Callable[[], Any], Callable[[Any], Answer]]]:
    """One portfolio by ``Portfolio.from_orders``: orders and value."""

    def begin(work: Work) -> tuple[Callable[[], Any], Callable[[Any], Answer]]:
        size = np.full(work.prices.shape, np.nan)
        size[work.rows] = work.weights

        def run() -> Any:
            done = _from_orders(work, work.prices, size, 1, engine)
            assert len(done.order_records)
            done.value()
            return done

        def read(done: Any) -> Answer:
            return Answer(np.asarray(done.value()).reshape(-1), np.asarray(done.assets()))

        return run, read

    return begin


def vectorbt_sweep(engine: str, together: int) -> Callable[..., Callable[[], np.ndarray]]:
    """Many portfolios by ``Portfolio.from_orders``, some a call: orders, value, six metrics."""

    def begin(work: Work, mixes: np.ndarray) -> Callable[[], np.ndarray]:
        calls = []
        for at in range(0, len(mixes), together):
            part = mixes[at : at + together]
            close = pd.DataFrame(np.tile(work.prices, (1, len(part))), work.prices.index)
            size = np.full(close.shape, np.nan)
            size[work.rows] = part.reshape(-1)
            calls.append((close, size, len(part)))

        def run() -> np.ndarray:
            values = []
            for close, size, count in calls:
                done = _from_orders(work, close, size, count, engine)
                assert len(done.order_records)
                values.append(np.asarray(done.value()).reshape(len(close), count))
                done.final_value(), done.annualized_return(), done.annualized_volatility()
                done.sharpe_ratio(), done.sortino_ratio(), done.max_drawdown()
            return np.hstack(values)

        return run

    return begin


def _from_orders(work: Work, close: pd.DataFrame, size: np.ndarray, mixes: int, engine: str) -> Any:
    import vectorbt as vbt

    return vbt.Portfolio.from_orders(
        close, size, size_type="targetpercent", direction="longonly", fees=work.costs.fee,
        slippage=work.costs.slippage, init_cash=CAPITAL,
        group_by=np.repeat(np.arange(mixes), len(close.columns) // mixes), cash_sharing=True,
        call_seq="auto", freq="1D", engine=engine,
    )  # fmt: skip


def decides_beforehand(work: Work) -> str:
    """Why ``from_orders`` cannot do a work."""
    if work.band is not None:
        return "`from_orders` takes all orders before it begins; a band depends on what is held"
    return "`from_orders` knows no money paid in later" if work.payment else ""


# ---------------------------------------------------------------------------------------------
# bt


def bt_alone(work: Work) -> tuple[Callable[[], Any], Callable[[Any], Answer]]:
    """What bt brings with it, and no more."""
    import bt

    asked = dict(zip(work.prices, work.weights, strict=True))
    rules = [bt.algos.RunOnDate(*work.days), bt.algos.WeighSpecified(**asked)]
    return _with_bt(work, [*rules, bt.algos.Rebalance()])


def bt_with_our_fills(work: Work) -> tuple[Callable[[], Any], Callable[[Any], Answer]]:
    """Algorithms in bt that trade as :mod:`backtests.engine.ledger` does."""
    import bt

    class Trade(bt.Algo):
        """Money that is due, then sells, then buys: smallest value first, out of what is there."""

        def __call__(self, target: Any) -> bool:
            if work.payment and target.now != first:
                pay(target)
            value = target.value
            held = [target.children[name] for name in work.prices]
            sizes = [
                weight * value / child.price - child.position
                for weight, child in zip(weights, held, strict=True)
            ]
            worth = [size * child.price for size, child in zip(sizes, held, strict=True)]
            for k in sorted(range(len(held)), key=worth.__getitem__):
                size = sizes[k]
                if size > 0.0:
                    size = min(size, max(target.capital, 0.0) / (held[k].price * dearer))
                held[k].transact(size)
            target.update(target.now)
            return True

    class IsOff(bt.Algo):
        """Whether a weight was beyond its band at the close before; or it is bought for good."""

        def __init__(self) -> None:
            super().__init__()
            self.was_off, self.row = False, -1

        def __call__(self, target: Any) -> bool:
            self.row += 1
            if self.row == work.costs.lag:
                self.was_off = True
            trades, self.was_off = self.was_off, False
            return trades

    class Judge(bt.Algo):
        """After the trades of a row: whether a weight is beyond its band."""

        run_always = True

        def __init__(self, asked: Any) -> None:
            super().__init__()
            self.asked = asked

        def __call__(self, target: Any) -> bool:
            pairs = zip(work.prices, weights, strict=True)
            self.asked.was_off = self.asked.row >= work.costs.lag and any(
                abs(target.children[name].weight - weight) > work.band for name, weight in pairs
            )
            return True

    first, weights, pay = work.days[0], work.weights.tolist(), bt.algos.CapitalFlow(work.payment)
    dearer = (1.0 + work.costs.slippage) * (1.0 + work.costs.fee)
    if work.band is None:
        return _with_bt(work, [bt.algos.RunOnDate(*work.days), Trade()])
    asked = IsOff()
    return _with_bt(work, [asked, Trade(), Judge(asked)])


def _with_bt(work: Work, rules: list[Any]) -> tuple[Callable[[], Any], Callable[[Any], Answer]]:
    import bt

    bought = (1.0 + work.costs.slippage) * (1.0 + work.costs.fee) - 1.0
    sold = 1.0 - (1.0 - work.costs.slippage) * (1.0 - work.costs.fee)

    def costs(units: float, price: float) -> float:
        return units * price * bought if units > 0 else -units * price * sold

    def run() -> Any:
        rule = bt.Strategy("mix", rules, children=[bt.Security(name) for name in work.prices])
        test = bt.Backtest(rule, work.prices, initial_capital=CAPITAL, commissions=costs,
                           integer_positions=False, progress_bar=False)  # fmt: skip
        test.run()
        return test.strategy

    def read(done: Any) -> Answer:
        days = work.prices.index
        units = done.positions.reindex(columns=work.prices.columns).loc[days]
        return Answer(done.values.loc[days].to_numpy(), units.to_numpy())

    return run, read


# ---------------------------------------------------------------------------------------------
# pandas


def pandas_alone(work: Work) -> tuple[Callable[[], Any], Callable[[Any], Answer]]:
    """A loop over the days that trade, in Series, and two products of frames."""
    rows, paid_on = set(work.rows.tolist()), set(work.paid_on.tolist())
    fee, slippage = work.costs.fee, work.costs.slippage

    def trade(price: pd.Series, held: pd.Series, cash: float) -> tuple[pd.Series, float]:
        value = cash + (held * price).sum()
        change = pd.Series(work.weights, price.index) * value / price - held
        sells = change.clip(upper=0.0)
        cash -= (sells * price).sum() * (1.0 - slippage) * (1.0 - fee)
        held = held + sells
        buys = change[change > 0.0]
        for name in (buys * price[buys.index]).sort_values().index:
            each = price[name] * (1.0 + slippage) * (1.0 + fee)
            size = min(buys[name], cash / each)
            held[name] += size
            cash = max(cash - size * each, 0.0)
        return held, cash

    def run() -> tuple[pd.Series, pd.DataFrame]:
        prices, weights = work.prices, pd.Series(work.weights, work.prices.columns)
        units = pd.DataFrame(np.nan, prices.index, prices.columns)
        money = pd.Series(np.nan, prices.index)
        held, cash, is_off = pd.Series(0.0, prices.columns), CAPITAL, False
        for row in range(len(prices)) if work.band is not None else sorted(rows):
            price = prices.iloc[row]
            cash += work.payment if row in paid_on else 0.0
            if is_off or row == work.costs.lag or (work.band is None and row in rows):
                held, cash = trade(price, held, cash)
                units.iloc[row], money.iloc[row] = held, cash
            if work.band is not None and row >= work.costs.lag:
                worth = held * price
                share = worth / (worth.sum() + cash)
                is_off = bool(((share - weights).abs() > work.band).any())
        units, money = units.ffill().fillna(0.0), money.ffill().fillna(CAPITAL)
        return (units * prices).sum(axis=1) + money, units

    return run, lambda done: Answer(done[0].to_numpy(), done[1].to_numpy())


# ---------------------------------------------------------------------------------------------
# the contest


def contestants() -> list[Contestant]:
    """Who is asked for one portfolio."""
    return [
        Contestant(named("vectorbt", "Rust"), "vectorbt, Rust", "vectorbt_rust", vectorbt("rust"),
                   decides_beforehand),
        Contestant(named("vectorbt", "numba"), "vectorbt, numba", "vectorbt", vectorbt("numba"),
                   decides_beforehand),
        Contestant(named("bt", "its own Rebalance"), "", "bt", bt_alone, needs_algorithms),
        Contestant(named("bt", "algorithms with our fills"), "bt", "bt", bt_with_our_fills),
        Contestant(named("pandas"), "pandas", "pandas", pandas_alone),
        Contestant("the ledger here, plain Python", "", "backtests", ledger),
    ]  # fmt: skip


def sweepers() -> list[Contestant]:
    """Who is asked for many portfolios."""
    engines = [("Rust", "rust", "vectorbt_rust"), ("numba", "numba", "vectorbt")]
    return [
        *(
            Contestant(
                named("vectorbt", name, f"{together} a call"),
                f"vectorbt, {name}" if together > 1 else "", package, vectorbt(engine),
                sweep=vectorbt_sweep(engine, together), mixes=count,
            )
            for name, engine, package in engines
            for together, count in ((1, 11), (33, 132))
        ),
        Contestant(named("bt", "algorithms with our fills"), "bt", "bt", bt_with_our_fills,
                   mixes=2),
        Contestant(named("pandas"), "pandas", "pandas", pandas_alone, mixes=2),
    ]  # fmt: skip


def needs_algorithms(work: Work) -> str:
    """Which works are beyond what bt brings with it."""
    if work.band is not None:
        return "its `RunIfOutOfBounds` knows bands relative to the target only"
    return "under costs its `Rebalance` fills otherwise, as above" if work.payment else ""


def contest(
    work: Work,
    peers: Sequence[Contestant],
    rounds: int = ROUNDS,
    ours: Callable[[Work], tuple[Callable[[], Any], Callable[[Any], Answer]]] = kernel,
) -> list[Figure]:
    """Hold each peer's answer against ours, then time those that agree, round by round."""
    here, read = ours(work)
    answer = read(here())
    figures, calls = {}, {}
    for peer in peers:
        figures[peer.name] = Figure(
            f"{work.title}: {len(work.prices):,} sessions", "ms", peer=peer.name,
            compared=COMPARED, left_out=peer.missing(work), column=peer.column,
        )  # fmt: skip
        if figures[peer.name].left_out:
            continue
        call, read_theirs = peer.begin(work)
        off = gap(work, answer, read_theirs(call()))
        figures[peer.name] = replace(figures[peer.name], gap=off)
        if off <= TOLERANCE:
            calls[peer.name] = call
    (own, *_), theirs = alternate([here], calls, rounds)
    return [
        replace(figure, ours=in_ms(own), theirs=in_ms(theirs.get(name, [])))
        for name, figure in figures.items()
    ]


def sweep_contest(
    work: Work, mixes: np.ndarray, peers: Sequence[Contestant], rounds: int = ROUNDS
) -> list[Figure]:
    """The same for many mixes, of which a peer does some: values of each, then the time a mix."""
    panel, candidates = work.panel, work.candidates(mixes)
    ends = score(panel, candidates)["final_value"].to_numpy()
    figures, calls, counts = {}, {}, {}
    for peer in peers:
        count = min(peer.mixes or len(mixes), len(mixes))
        figures[peer.name] = Figure(
            f"{len(mixes):,} mixes, monthly, fee and slippage: a mix of {len(panel.sessions):,} "
            "sessions", "ms", peer=peer.name, compared="value of every mix on every session",
            left_out=peer.missing(work),
            note="" if count == len(mixes) else f"did {count} of the mixes",
        )  # fmt: skip
        if figures[peer.name].left_out:
            continue
        done = spread(len(mixes), count)
        call = (peer.sweep or partial(by_each, peer))(work, mixes[done])
        ours, theirs = paths(panel, work.candidates(mixes[done])).to_numpy(), call()
        off = max(difference(ours, theirs), difference(ends[done], theirs[-1]))
        figures[peer.name] = replace(figures[peer.name], gap=off)
        if off <= TOLERANCE:
            calls[peer.name], counts[peer.name] = call, count
    columns = {peer.name: peer.column for peer in peers}
    ways = {f"{cores()} threads here": cores(), "one thread here": 1}
    own, theirs = alternate(
        [partial(score, panel, candidates, threads=threads) for threads in ways.values()],
        calls, rounds,
    )  # fmt: skip
    return [
        replace(
            figure, work=f"{figure.work}, {way}", ours=in_ms(took, len(mixes)),
            theirs=in_ms(theirs.get(name, []), counts.get(name, 1)),
            column="" if way == "one thread here" else columns[name],
        )
        for way, took in zip(ways, own, strict=True)
        for name, figure in figures.items()
    ]  # fmt: skip


def alternate(
    ours: Sequence[Callable[[], object]], theirs: dict[str, Callable[[], object]], rounds: int
) -> tuple[list[list[float]], dict[str, list[float]]]:
    """Seconds of each call, round by round; who has taken long enough sits out the rest."""
    own: list[list[float]] = [[] for _ in ours]
    others: dict[str, list[float]] = {name: [] for name in theirs}
    for _ in range(rounds):
        for took, call in zip(own, ours, strict=True):
            took.append(seconds(call))
        for name, call in theirs.items():
            if sum(others[name]) < PATIENCE:
                others[name].append(seconds(call))
    return own, others


def in_ms(took: Sequence[float], parts: int = 1) -> tuple[float, ...]:
    """Milliseconds of each of so many parts."""
    return tuple(each / parts * 1e3 for each in took)


def spread(mixes: int, some: int) -> np.ndarray:
    """Numbers of some of the mixes, evenly and not at the ends, where one ticker is all."""
    return np.arange(mixes) if some == mixes else np.arange(1, some + 1) * mixes // (some + 1)


def by_each(peer: Contestant, work: Work, mixes: np.ndarray) -> Callable[[], np.ndarray]:
    """Do one mix after the other."""
    each = [peer.begin(replace(work, weights=mix)) for mix in mixes]
    return lambda: np.column_stack([read(call()).value for call, read in each])


def measure(sessions: int, rounds: int) -> list[Figure]:
    """Every work with every peer."""
    made = []
    for work in works(sessions):
        figures = contest(work, contestants(), rounds)
        show(figures)
        made += figures
    dear = works(sessions)[1]
    figures = sweep_contest(dear, grid(steps=100), sweepers(), rounds)
    show(figures)
    return [*made, *figures]


def main() -> None:
    """Measure, print, hand over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # the libraries' own, as they load
    hand_over(measure(asked.sessions, asked.rounds))


if __name__ == "__main__":
    main()
