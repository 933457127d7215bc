"""What an investor does beside holding a strategy: when to rebalance, what to pay in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from backtests.engine.bands import BANDS, Rebalancing
from backtests.engine.flows import FLOWS, NO_FLOWS, AskedFlows
from strategies.base import Params, Value

PLAN = (*BANDS, *FLOWS)  # the fields of a configuration that are about it


@dataclass(frozen=True)
class Plan:
    """Bands and cash flows of a portfolio; none by default."""

    rebalancing: Rebalancing = Rebalancing()
    flows: AskedFlows = NO_FLOWS

    @classmethod
    def of(cls, table: Mapping[str, Value | Params | None]) -> Plan:
        """Read the fields of ``PLAN`` as :attr:`table` gives them; None and missing ones are none.

        Raises
        ------
        UsageError
            For a value that is not possible.
        """
        given = {name: value for name, value in table.items() if value is not None}
        bands = {name: given[name] for name in BANDS if name in given}
        fields = zip(("flow", "indexed", "dated"), FLOWS, strict=True)
        flows = {name: given[key] for name, key in fields if key in given}
        # Each reads its own values, of whatever type.
        return cls(Rebalancing(**bands), AskedFlows(**flows))  # type: ignore[arg-type]

    @property
    def table(self) -> Mapping[str, float | str | bool | Mapping[str, float]]:
        """The fields of a configuration's flat table that are set."""
        return {**self.rebalancing.table, **self.flows.table}

    def without_flows(self) -> Plan:
        """The same bands, with nothing paid in or out."""
        return replace(self, flows=NO_FLOWS)

    def until(self, day: pd.Timestamp) -> Plan:
        """The same without flows that are dated later."""
        return replace(self, flows=self.flows.until(day))

    def without_bands(self) -> Plan:
        """The same flows, with every decision traded."""
        return replace(self, rebalancing=Rebalancing())


PLAIN = Plan()
