"""Yields, bills, policy rate, dollar and consumer prices over the network.

From FRED; where it cannot be reached, from older snapshots, and for yields and bills from Yahoo.
Every fallback and every missing series is reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence

import pandas as pd

from data.command import Progress, silent
from data.errors import DataError, UnreachableError
from data.market import CASH
from data.sources import fred, yahoo
from data.sources.bars import Bars, total_return
from data.sources.fetching import fresh_snapshot
from data.sources.snapshots import Snapshot, Store
from data.treasuries.instruments import CATALOGUE, PROXIES
from data.treasuries.rates import Rates, bond_equivalent
from data.vintage import StandIn, StandInKind

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

    Attributes
    ----------
    remarks
        What could not be loaded today, and what was used instead.
    notes
        What of it changes the numbers: yields of another source, or none.
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
    ) -> None:
        self._store = store
        self._refresh = refresh
        self._progress = progress
        # Servers that are not asked, or not again, and why.
        self._silent_servers = dict.fromkeys(("FRED", "Yahoo"), NOT_ASKED) if offline else {}
        self._found: dict[str, Snapshot | None] = {}
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
        return Rates(
            yields=yields,
            bill=bill,
            policy_rate=policy_rate,
            dxy=dxy,
            broad_usd=broad,
            cpi=cpi,
            sources=self._sources,
            fetched=self._fetched,
        )

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
                self._missing(for_whom[name], PROXIES[name], [name])
            else:
                levels[name] = total_return(snapshot.bars.frame)
                self._kept(for_whom[name], PROXIES[name], [name])
        return levels

    def _bill(self) -> pd.Series | None:
        """The three-month bill: FRED's, else Yahoo's."""
        ours, theirs = f"FRED {fred.BILL}", f"Yahoo {IRX}"
        discount = self._fred(fred.BILL)
        if discount is not None:
            self._use("bill", CASH, ours, [f"{fred.PREFIX}{fred.BILL}"])
            return bond_equivalent(discount)
        discount = self._yahoo(IRX)
        if discount is None:
            return None  # the market then says what cash earns instead
        self._instead((CASH,), ours, theirs, [f"{fred.PREFIX}{fred.BILL}"])
        self._use("bill", CASH, theirs, [IRX])
        return bond_equivalent(discount)

    def _curve(self) -> pd.DataFrame | None:
        columns = {years: self._fred(name) for years, name in fred.CURVE.items()}
        published = {years: column for years, column in columns.items() if column is not None}
        names = [f"{fred.PREFIX}{name}" for name in fred.CURVE.values()]
        if len(published) == len(columns):
            self._use("yields", "yields", "FRED", names)
            return pd.DataFrame(published).sort_index()
        four: dict[float, pd.Series] = {}
        for name, years in yahoo.YIELDS.items():
            column = self._yahoo(name)
            if column is None:
                break
            four[years] = column
        if len(four) < len(yahoo.YIELDS):
            self.notes.append("no yields: neither FRED nor Yahoo could be asked for a whole curve")
            self._missing(["yields"], "FRED's ten yields", names)
            return None
        self.notes.append("yields are Yahoo's four (3 months, 5, 10 and 30 years), not FRED's ten")
        self._instead(("yields",), "FRED's ten yields", "Yahoo's four", names)
        self._use("yields", "yields", "Yahoo", list(yahoo.YIELDS))
        four[0.25] = bond_equivalent(four[0.25])
        return pd.DataFrame(four).sort_index()

    def _dollar(self) -> tuple[pd.Series | None, pd.Series | None]:
        """The exchange's dollar index from Yahoo, and FRED's broad one that continues it."""
        names = (yahoo.DOLLAR, f"{fred.PREFIX}{fred.BROAD_DOLLAR}")
        ours, theirs = f"Yahoo {yahoo.DOLLAR}", f"FRED {fred.BROAD_DOLLAR}"
        dxy, broad = self._yahoo(yahoo.DOLLAR), self._fred(fred.BROAD_DOLLAR)
        if dxy is not None:
            self._use("dxy", "usd", ours, names[:1])
        elif broad is not None:
            self._instead(("usd",), ours, theirs, names[:1])
        else:
            self._missing(["usd"], "the dollar index", names)
        if broad is not None:
            self._use("broad_usd", "usd", theirs, names[1:])
        return dxy, broad

    def _alone(self, field: str, name: str, wanted: Collection[str]) -> pd.Series | None:
        """A rate that FRED alone has."""
        if field not in wanted:
            return None
        values = self._fred(name)
        if values is None:
            self._missing([field], f"FRED {name}", [f"{fred.PREFIX}{name}"])
        else:
            self._use(field, field, f"FRED {name}", [f"{fred.PREFIX}{name}"])
        return values

    def _use(self, field: str, series: str, source: str, names: Sequence[str]) -> None:
        """Note where a rate comes from, and on which day the oldest part of it was fetched."""
        self._sources[field] = source
        self._fetched[field] = self._oldest(names)
        self._kept([series], f"new figures of {source}", names)

    def _oldest(self, names: Sequence[str]) -> str:
        snapshots = (self._found[name] for name in names)
        return min(f"{snapshot.fetched:%Y-%m-%d}" for snapshot in snapshots if snapshot is not None)

    def _kept(self, series: Sequence[str], wanted: str, names: Sequence[str]) -> None:
        """Record that snapshots stand in for the answer of a server, where they do."""
        failed = [name for name in names if name in self._failures]
        if failed:
            used = f"those fetched on {self._oldest(failed)}"
            self._record(series, StandInKind.SNAPSHOT, wanted, used, failed)

    def _missing(self, series: Sequence[str], wanted: str, names: Sequence[str]) -> None:
        self._record(series, StandInKind.MISSING, wanted, "nothing", names)

    def _instead(self, series: Sequence[str], wanted: str, used: str, names: Sequence[str]) -> None:
        self._record(series, StandInKind.SERVER, wanted, used, names)

    def _record(
        self, series: Sequence[str], kind: StandInKind, wanted: str, used: str, names: Sequence[str]
    ) -> None:
        """Record what stands in for series that a server has just not given, once."""
        why = next((self._failures[name] for name in names if name in self._failures), None)
        stand_in = StandIn(tuple(series), kind, wanted, used, is_fallback=True, why=why)
        if stand_in not in self.stood_in:
            self.stood_in.append(stand_in)

    def _fred(self, name: str) -> pd.Series | None:
        return self._value(f"{fred.PREFIX}{name}", fred.fetch, "FRED")

    def _yahoo(self, name: str) -> pd.Series | None:
        return self._value(name, yahoo.fetch, "Yahoo")

    def _value(self, name: str, fetch: Callable[[str], Bars], server: str) -> pd.Series | None:
        snapshot = self._series(name, fetch, server)
        return None if snapshot is None else snapshot.bars.frame.iloc[:, 0]

    def _series(self, name: str, fetch: Callable[[str], Bars], server: str) -> Snapshot | None:
        """One series: of the last day, else of any age with a remark, else None."""
        if name not in self._found:
            self._found[name] = snapshot = self._ask(name, fetch, server)
            self.notes += () if snapshot is None else snapshot.bars.warnings
        return self._found[name]

    def _ask(self, name: str, fetch: Callable[[str], Bars], server: str) -> Snapshot | None:
        is_asked = server not in self._silent_servers
        failure = self._silent_servers.get(server, "")
        if is_asked:
            try:
                return fresh_snapshot(
                    name,
                    self._store,
                    fetch,
                    server,
                    refresh=self._refresh,
                    progress=self._progress,
                )
            except UnreachableError as error:
                failure = f"{server} cannot be reached"
                self._silent_servers[server] = failure  # do not wait for it again
                self.remarks.append(str(error))
            except DataError as error:
                failure = f"what {server} sent cannot be used"
                self.remarks.append(str(error))
        snapshot = self._store.read(name)
        is_fresh = snapshot is not None and snapshot.fresh(dt.datetime.now(dt.UTC))
        if snapshot is not None and not is_fresh:
            self.remarks.append(f"{name} is an older snapshot of {snapshot.fetched:%Y-%m-%d}")
        # A snapshot of the last day would have been used without asking.
        if is_asked or self._refresh or not is_fresh:
            self._failures[name] = failure
        return snapshot
