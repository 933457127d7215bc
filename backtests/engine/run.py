"""What a run is: its inputs, simulations, summary and verdict in one frozen record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from backtests.analysis.record import Verdict
from backtests.analysis.stress import Stress
from backtests.analysis.withdrawals import Withdrawals
from backtests.engine.config import RunConfig, short_hash
from backtests.engine.simulation import Simulation
from backtests.engine.sleeve import SleeveReport
from backtests.engine.summary import Summary
from data.market import Market
from data.period import Period
from data.provenance import content_sha256
from data.records import to_json
from data.treasuries.proxies import without_fit


@dataclass(frozen=True, eq=False)
class Inputs:
    """The data of a run, loaded and cut to its end.

    Attributes
    ----------
    config
        What the user chose.
    benchmark
        Ticker of the benchmark.
    period
        The market, cut to what was asked for.
    shared
        Where the benchmark lacks sessions of the portfolio: the market of those that both have,
        on which the benchmark is simulated. Else None.
    """

    config: RunConfig
    benchmark: str
    period: Period
    shared: Market | None = None

    @property
    def market(self) -> Market:
        """All history up to the end of the run."""
        return self.period.market


def fingerprints_of(market: Market, shared: Market | None) -> dict[str, str]:
    """SHA-256 of all that decides the numbers; the shared market has what the other lacks."""
    return {**(shared.fingerprints() if shared is not None else {}), **market.fingerprints()}


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run, not yet written down.

    Attributes
    ----------
    config, market
        What was run, on what.
    simulation, benchmark
        The strategy and its benchmark over the same sessions.
    summary
        The headline numbers.
    shared
        As in :class:`Inputs`.
    sleeve
        Of a duration rule: its switches and where its profit came from.
    verdict
        None for a run made without.
    withdrawals
        How long money lasted that is taken out; None unless that was asked for.
    stress
        What shocks would do to it today, or why that cannot be told; None for a run made without
        a verdict.
    inputs
        What it was made of, to its asked end, where a payout ruined it before; else None.
    """

    config: RunConfig
    market: Market
    simulation: Simulation
    benchmark: Simulation
    summary: Summary
    shared: Market | None = None
    sleeve: SleeveReport | None = None
    verdict: Verdict | None = None
    withdrawals: Withdrawals | None = None
    stress: Stress | str | None = None
    inputs: Inputs | None = None

    @cached_property
    def name(self) -> str:
        """The strategy and a hash of everything that determines the run: its folder's name."""
        determined_by = {
            **replace(self.config, plan=self.simulation.plan).as_dict(),
            "source": self.market.source,
            "source_title": self.market.title,
            "notes": [without_fit(note) for note in self.market.notes],
            "start": self.summary.start,
            "end": self.summary.end,
            "benchmark": self.summary.benchmark.ticker,
            "data": fingerprints_of(self.market, self.shared),
            "vintage": to_json(self.market.vintage),
            **self._own_rule,
        }
        return f"{self.config.strategy}-{short_hash(determined_by)}"

    @property
    def benchmark_values(self) -> pd.Series:
        """The benchmark's value on the run's own sessions; one that it lacks repeats the last."""
        sessions = self.simulation.nav.index
        values = self.benchmark.nav.reindex(sessions, method="ffill")
        return values.fillna(self.config.initial)

    @property
    def _own_rule(self) -> dict[str, str]:
        """What tells a user's rule from another of the same name: its source, or its decisions."""
        strategy = self.config.make_strategy()
        if strategy.file is not None:
            return {"strategy": strategy.file.version}
        if strategy.is_built_in():
            return {}
        decided = self.simulation.asked
        digests = [content_sha256(decided[column]) for column in decided]
        return {"decisions": short_hash([list(decided.columns), digests])}

    @property
    def judged(self) -> Verdict:
        """The verdict of a run that was judged.

        Raises
        ------
        ValueError
            If it was not.
        """
        if self.verdict is None:
            raise ValueError(f"{self.config.strategy} was run without a verdict")
        return self.verdict

    @property
    def resolved(self) -> RunConfig:
        """The configuration with dates, source and benchmark filled in: it makes the same run."""
        is_invested = self.simulation.opening.is_invested
        return replace(
            self.config,
            plan=self.simulation.plan,
            source=self.market.source,
            start=self.summary.first_return if is_invested else self.summary.start,
            end=self.summary.end,
            benchmark=self.summary.benchmark.ticker,
        )
