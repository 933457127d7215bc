"""Yields, bills, policy rate, dollar and consumer prices over the network.

From FRED; where it cannot be reached, from older snapshots, and for yields and bills from Yahoo.
Every fallback and every missing series is reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import pandas as pd

from data.command import Progress, silent
from data.errors import DataError, UnreachableError
from data.sources import fred, yahoo
from data.sources.bars import Bars, total_return
from data.sources.fetching import fresh_snapshot
from data.sources.snapshots import Snapshot, Store
from data.treasuries.instruments import CATALOGUE
from data.treasuries.rates import Rates, bond_equivalent


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
        self._silent_servers = {"FRED", "Yahoo"} if offline else set()
        self._found: dict[str, Snapshot | None] = {}
        self.remarks: list[str] = []
        self.notes: list[str] = []

    def rates(self, kinds: Sequence[str]) -> Rates:
        """Load rates of the given kinds: ``bill, yields, policy_rate, usd, cpi``."""
        wanted = set(kinds)
        bill = yields = None
        bill_source = None
        if "bill" in wanted:
            discount = self._fred(fred.BILL)
            bill_source = f"FRED {fred.BILL}"
            if discount is None:
                discount = self._yahoo("^IRX")
                bill_source = "Yahoo ^IRX"
            bill = None if discount is None else bond_equivalent(discount)
        if "yields" in wanted:
            yields = self._curve()
        return Rates(
            yields=yields,
            bill=bill,
            policy_rate=self._fred(fred.POLICY_RATE) if "policy_rate" in wanted else None,
            dxy=self._yahoo(yahoo.DOLLAR) if "usd" in wanted else None,
            broad_usd=self._fred(fred.BROAD_DOLLAR) if "usd" in wanted else None,
            cpi=self._fred(fred.CPI) if "cpi" in wanted else None,
            bill_source=bill_source,
        )

    def older(self, tickers: Sequence[str]) -> dict[str, pd.Series]:
        """Total-return levels of the proxies of ``tickers``, by name."""
        names = {name for t in tickers if t in CATALOGUE for name in CATALOGUE[t].proxies}
        levels = {}
        for name in sorted(names - {"us_equity_total_return_daily"}):
            snapshot = self._series(name, yahoo.fetch, "Yahoo")
            if snapshot is not None:
                levels[name] = total_return(snapshot.bars.frame)
        return levels

    def _curve(self) -> pd.DataFrame | None:
        columns = {years: self._fred(name) for years, name in fred.CURVE.items()}
        published = {years: column for years, column in columns.items() if column is not None}
        if len(published) == len(columns):
            return pd.DataFrame(published).sort_index()
        four: dict[float, pd.Series] = {}
        for name, years in yahoo.YIELDS.items():
            column = self._yahoo(name)
            if column is None:
                break
            four[years] = column
        if len(four) < len(yahoo.YIELDS):
            self.notes.append("no yields: neither FRED nor Yahoo could be asked for a whole curve")
            return None
        self.notes.append("yields are Yahoo's four (3 months, 5, 10 and 30 years), not FRED's ten")
        four[0.25] = bond_equivalent(four[0.25])
        return pd.DataFrame(four).sort_index()

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
        if server not in self._silent_servers:
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
                self._silent_servers.add(server)  # do not wait for it again
                self.remarks.append(str(error))
            except DataError as error:
                self.remarks.append(str(error))
        snapshot = self._store.read(name)
        if snapshot is not None and not snapshot.fresh(dt.datetime.now(dt.UTC)):
            self.remarks.append(f"{name} is an older snapshot of {snapshot.fetched:%Y-%m-%d}")
        return snapshot
