"""Yields, bills, policy rate, dollar and consumer prices over the network.

From FRED; where it cannot be reached, from older snapshots, and for yields and bills from Yahoo.
Every fallback and every missing series is reported. Every series is held against the bundled
months, whether it was fetched or kept, and against the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
import pandas as pd

from data.checks.pairs import (
    BILL_GAP,
    DISCOUNT_GAP,
    Pair,
    curve_pairs,
    dollars_against_each_other,
    held_against_each_other,
    policy_against_bill,
)
from data.command import Progress, silent
from data.errors import DataError, UnreachableError
from data.market import CASH
from data.sources import fred, yahoo
from data.sources.bars import Bars, total_return
from data.sources.fetching import credible, fresh_snapshot, require_credible
from data.sources.snapshots import Snapshot, Store
from data.treasuries.instruments import CATALOGUE, PROXIES
from data.treasuries.rates import Rates, bond_equivalent, without_other_basis
from data.vintage import StandIn, StandInKind
from data.withholding.payouts import Payouts, of_bars

IRX = "^IRX"  # Yahoo's three-month bill, bank discount
NOT_ASKED = "no server was asked"


class Request:
    """Loads the rates of one run; each series is asked for once.

    Parameters
    ----------
    store
        The cache of snapshots.
    refresh
        Fetch even if the cache has a snapshot of the last day.
    progress
        Context manager around each fetch.
    offline
        Use cached snapshots of any age, and ask no server.
    end
        Last day of the run, or None: rates that contradict each other later are not its concern.

    Attributes
    ----------
    end
        As given.
    remarks
        What could not be loaded today, and what was used instead.
    notes
        What of it changes the numbers: yields of another source, or none; figures that are doubtful
        or contradict each other.
    stood_in
        The same as records: whatever stands in for the answer of a server.
    """

    def __init__(
        self,
        store: Store,
        *,
        refresh: bool = False,
        progress: Progress = silent,
        offline: bool = False,
        end: str | None = None,
    ) -> None:
        self.end = end
        self._began = dt.datetime.now(dt.UTC)
        self._store = store
        self._refresh = refresh
        self._progress = progress
        # Servers that are not asked, or not again, and why.
        self._silent_servers = dict.fromkeys(("FRED", "Yahoo"), NOT_ASKED) if offline else {}
        self._found: dict[str, Snapshot | None] = {}
        self._quiet: dict[str, Snapshot | None] = {}  # asked for as a second opinion alone
        self._failures: dict[str, str] = {}  # by series that no server has just given
        self._sources: dict[str, str] = {}
        self._fetched: dict[str, str] = {}
        self.remarks: list[str] = []
        self.notes: list[str] = []
        self.stood_in: list[StandIn] = []

    def rates(self, kinds: Sequence[str]) -> Rates:
        """Load rates of the given kinds: ``bill, yields, policy_rate, usd, cpi``."""
        wanted = set(kinds)
        bill = self._bill() if "bill" in wanted else None
        yields = self._curve() if "yields" in wanted else None
        policy_rate = self._alone("policy_rate", fred.POLICY_RATE, wanted)
        dxy, broad = self._dollar() if "usd" in wanted else (None, None)
        cpi = self._alone("cpi", fred.CPI, wanted)
        rates = Rates(
            yields=yields,
            bill=bill,
            policy_rate=policy_rate,
            dxy=dxy,
            broad_usd=broad,
            cpi=cpi,
            sources=self._sources,
            fetched=self._fetched,
        )
        until = rates.upto(self.end)
        contradictions = [*self._beside_bill(until), *self._beside_each_other(until)]
        self.notes += [line for line in contradictions if line not in self.notes]
        return rates

    def older(self, tickers: Sequence[str]) -> dict[str, pd.Series]:
        """Total-return levels of the proxies of ``tickers``, by name."""
        for_whom: dict[str, list[str]] = {}
        for ticker in tickers:
            for name in CATALOGUE[ticker].proxies if ticker in CATALOGUE else ():
                for_whom.setdefault(name, []).append(ticker)
        levels = {}
        for name in sorted(for_whom.keys() - {"us_equity_total_return_daily"}):
            snapshot = self._series(name, yahoo.fetch, "Yahoo")
            if snapshot is None:
                self.missing(for_whom[name], PROXIES[name], [name])
            else:
                levels[name] = total_return(snapshot.bars.frame)
                self.record_kept(for_whom[name], PROXIES[name], [name])
        return levels

    def older_payouts(self, names: Iterable[str]) -> dict[str, Payouts]:
        """What proxies pay out, of those that :meth:`older` has loaded."""
        payouts = {}
        for name in names:
            snapshot = self._found[name]
            if snapshot is not None:
                payouts[name] = of_bars(name, snapshot.bars.frame)
        return payouts

    def _bill(self) -> pd.Series | None:
        """The three-month bill: FRED's, else Yahoo's."""
        ours, theirs = f"FRED {fred.BILL}", f"Yahoo {IRX}"
        discount = self.of_fred(fred.BILL)
        if discount is not None:
            self._use("bill", CASH, ours, [f"{fred.PREFIX}{fred.BILL}"])
            return bond_equivalent(discount)
        discount = self.of_yahoo(IRX)
        if discount is None:
            return None  # the market then says what cash earns instead
        self.instead((CASH,), ours, theirs, [f"{fred.PREFIX}{fred.BILL}"])
        self._use("bill", CASH, theirs, [IRX])
        return bond_equivalent(discount)

    def _curve(self) -> pd.DataFrame | None:
        columns = {years: self.of_fred(name) for years, name in fred.CURVE.items()}
        published = {years: column for years, column in columns.items() if column is not None}
        names = [f"{fred.PREFIX}{name}" for name in fred.CURVE.values()]
        if len(published) == len(columns):
            self._use("yields", "yields", "FRED", names)
            return pd.DataFrame(published).sort_index()
        four: dict[float, pd.Series] = {}
        for name, years in yahoo.YIELDS.items():
            column = self.of_yahoo(name)
            if column is None:
                break
            four[years] = column
        if len(four) < len(yahoo.YIELDS):
            self.notes.append("no yields: neither FRED nor Yahoo could be asked for a whole curve")
            self.missing(["yields"], "FRED's ten yields", names)
            return None
        self.notes.append("yields are Yahoo's four (3 months, 5, 10 and 30 years), not FRED's ten")
        self.instead(("yields",), "FRED's ten yields", "Yahoo's four", names)
        self._use("yields", "yields", "Yahoo", list(yahoo.YIELDS))
        four[0.25] = bond_equivalent(four[0.25])
        return pd.DataFrame(four).sort_index()

    def _dollar(self) -> tuple[pd.Series | None, pd.Series | None]:
        """The exchange's dollar index from Yahoo, and FRED's broad one that continues it."""
        names = (yahoo.DOLLAR, f"{fred.PREFIX}{fred.BROAD_DOLLAR}")
        ours, theirs = f"Yahoo {yahoo.DOLLAR}", f"FRED {fred.BROAD_DOLLAR}"
        dxy, broad = self.of_yahoo(yahoo.DOLLAR), self.of_fred(fred.BROAD_DOLLAR)
        if dxy is not None:
            self._use("dxy", "usd", ours, names[:1])
        elif broad is not None:
            self.instead(("usd",), ours, theirs, names[:1])
        else:
            self.missing(["usd"], "the dollar index", names)
        if broad is not None:
            self._use("broad_usd", "usd", theirs, names[1:])
        return dxy, broad

    def _alone(self, field: str, name: str, wanted: Collection[str]) -> pd.Series | None:
        """A rate that FRED alone has."""
        if field not in wanted:
            return None
        values = self.of_fred(name)
        if values is None:
            self.missing([field], f"FRED {name}", [f"{fred.PREFIX}{name}"])
        else:
            self._use(field, field, f"FRED {name}", [f"{fred.PREFIX}{name}"])
        return values

    def _beside_bill(self, rates: Rates) -> list[str]:
        """Hold the bill of FRED against its three-month yield, its policy rate and Yahoo's bill."""
        if rates.bill is None or self._sources["bill"] != f"FRED {fred.BILL}":
            return []
        lines = []
        if rates.yields is not None and self._sources["yields"] == "FRED":
            names = (fred.BILL, fred.CURVE[0.25])
            lines += held_against_each_other(Pair(names, rates.bill, rates.yields[0.25], *BILL_GAP))
        if rates.policy_rate is not None:
            names = (fred.POLICY_RATE, fred.BILL)
            lines += policy_against_bill(names, rates.policy_rate, rates.bill)
        theirs, ours = self._second_opinion(), self.of_fred(fred.BILL)
        if theirs is not None and ours is not None:
            days = slice(None, self.end)
            pair = Pair((fred.BILL, IRX), ours[days], theirs[days], *DISCOUNT_GAP, np.inf, None)
            lines += held_against_each_other(pair)
        return lines

    def _beside_each_other(self, rates: Rates) -> list[str]:
        """Hold neighbours on the curve, and the two dollar indices, against each other."""
        lines = []
        if rates.yields is not None:
            is_fred = self._sources["yields"] == "FRED"
            names = list(fred.CURVE.values() if is_fred else yahoo.YIELDS)
            for pair in curve_pairs(without_other_basis(rates.yields), names):
                lines += held_against_each_other(pair)
        if rates.dxy is not None and rates.broad_usd is not None:
            lines += dollars_against_each_other(rates.dxy, rates.broad_usd)
        return lines

    def _second_opinion(self) -> pd.Series | None:
        """Yahoo's three-month bill, asked for quietly where FRED's has just been fetched.

        Nothing depends on it: whatever fails, nothing is said, and nothing stands in for anything.
        """
        if IRX in self._found:
            snapshot = self._found[IRX]
        elif IRX in self._quiet:
            snapshot = self._quiet[IRX]
        else:
            ours = self._found[f"{fred.PREFIX}{fred.BILL}"]
            is_new = ours is not None and ours.fetched >= self._began
            before = list(self._store.warnings)
            try:
                if is_new and "Yahoo" not in self._silent_servers:
                    snapshot = self._fetched_or_kept(IRX, yahoo.fetch, "Yahoo")
                else:
                    snapshot = credible(self._store.read(IRX))
            except DataError:
                snapshot = None
            self._store.warnings[:] = before
            self._quiet[IRX] = snapshot
        return None if snapshot is None else snapshot.bars.frame["Value"]

    def _use(self, field: str, series: str, source: str, names: Sequence[str]) -> None:
        """Note where a rate comes from, and on which day the oldest part of it was fetched."""
        self._sources[field] = source
        self._fetched[field] = self.oldest(names)
        self.record_kept([series], f"new figures of {source}", names)

    def oldest(self, names: Sequence[str]) -> str:
        """The day on which the oldest of some series was fetched, ``YYYY-MM-DD``."""
        snapshots = (self._found[name] for name in names)
        return min(f"{snapshot.fetched:%Y-%m-%d}" for snapshot in snapshots if snapshot is not None)

    def record_kept(self, series: Sequence[str], wanted: str, names: Sequence[str]) -> None:
        """Record that snapshots stand in for the answer of a server, where they do."""
        failed = [name for name in names if name in self._failures]
        if failed:
            used = f"those fetched on {self.oldest(failed)}"
            self.record(series, StandInKind.SNAPSHOT, wanted, used, failed)

    def missing(self, series: Sequence[str], wanted: str, names: Sequence[str]) -> None:
        """Record that nothing stands in for series that a server did not give."""
        self.record(series, StandInKind.MISSING, wanted, "nothing", names)

    def instead(self, series: Sequence[str], wanted: str, used: str, names: Sequence[str]) -> None:
        """Record that another server's figures stand in for those that one did not give."""
        self.record(series, StandInKind.SERVER, wanted, used, names)

    def record(
        self, series: Sequence[str], kind: StandInKind, wanted: str, used: str, names: Sequence[str]
    ) -> None:
        """Record what stands in for series that a server has just not given, once.

        ``series`` are the market's, ``names`` those of the server.
        """
        why = next((self._failures[name] for name in names if name in self._failures), None)
        stand_in = StandIn(tuple(series), kind, wanted, used, is_fallback=True, why=why)
        if stand_in not in self.stood_in:
            self.stood_in.append(stand_in)

    def of_fred(self, name: str) -> pd.Series | None:
        """The figures of a series of FRED; None where none can be had."""
        return self._value(f"{fred.PREFIX}{name}", fred.fetch, "FRED")

    def of_yahoo(self, name: str, *, warn: bool = True) -> pd.Series | None:
        """The figures of an index of Yahoo; None where none can be had.

        ``warn``: whether what is odd about them is noted.
        """
        return self._value(name, yahoo.fetch, "Yahoo", warn=warn)

    def warnings_of(self, name: str) -> tuple[str, ...]:
        """What is odd about a series that was asked for."""
        snapshot = self._found[name]
        return () if snapshot is None else snapshot.bars.warnings

    def _value(
        self, name: str, fetch: Callable[[str], Bars], server: str, *, warn: bool = True
    ) -> pd.Series | None:
        snapshot = self._series(name, fetch, server, warn=warn)
        return None if snapshot is None else snapshot.bars.frame.iloc[:, 0]

    def _series(
        self, name: str, fetch: Callable[[str], Bars], server: str, *, warn: bool = True
    ) -> Snapshot | None:
        """One series: of the last day, else of any age with a remark, else None."""
        if name not in self._found:
            self._found[name] = self._ask(name, fetch, server)
            self.notes += self.warnings_of(name) if warn else ()
        return self._found[name]

    def _ask(self, name: str, fetch: Callable[[str], Bars], server: str) -> Snapshot | None:
        is_asked = server not in self._silent_servers
        failure = self._silent_servers.get(server, "")
        if is_asked:
            try:
                return self._fetched_or_kept(name, fetch, server)
            except UnreachableError as error:
                failure = f"{server} cannot be reached"
                self._silent_servers[server] = failure  # do not wait for it again
                self.remarks.append(str(error))
            except DataError as error:
                failure = f"what {server} sent cannot be used"
                self.remarks.append(str(error))
        older = self._credible(name)
        is_fresh = older is not None and older.fresh(dt.datetime.now(dt.UTC))
        if older is not None and not is_fresh:
            self.remarks.append(f"{name} is an older snapshot of {older.fetched:%Y-%m-%d}")
        # A snapshot of the last day would have been used without asking.
        if is_asked or self._refresh or not is_fresh:
            self._failures[name] = failure
        return older

    def _fetched_or_kept(self, name: str, fetch: Callable[[str], Bars], server: str) -> Snapshot:
        return fresh_snapshot(
            name, self._store, fetch, server, refresh=self._refresh, progress=self._progress
        )

    def _credible(self, name: str) -> Snapshot | None:
        """The snapshot of a series, of any age, unless the bundled months contradict it."""
        snapshot = self._store.read(name)
        try:
            if snapshot is not None:
                require_credible(snapshot)
        except DataError as error:
            if str(error) not in self.remarks:
                self.remarks.append(str(error))
            return None
        return snapshot
