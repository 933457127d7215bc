"""Claim 10: attack and defend earns a premium. Duration rules against a mix that never moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from backtests.analysis.claims import ARTICLE_DAY, Claim, ClaimRow, ClaimTable, Judgement, Measure
from backtests.analysis.hedge import cvar_saved
from backtests.analysis.months import growth, month_ends
from backtests.analysis.resampling import FEWEST_ROWS, Estimate, Sample
from backtests.engine import ledger
from backtests.engine.claims.exhibits import Exhibits
from backtests.engine.claims.measures import after, before, finest, measured, span
from backtests.engine.costs import Costs
from backtests.engine.references import StaticDuration, same_average_duration
from backtests.engine.simulate import simulate
from backtests.engine.sleeve import count_switches
from data.errors import HedgeError
from data.market import Market
from strategies.attack_defend import AttackDefend
from strategies.carry import Carry
from strategies.correlation_hedge import CorrelationHedge
from strategies.dial import DIAL, DurationRule
from strategies.duration_trend import DurationTrend
from strategies.rate_cycle import RateCycle
from strategies.two_prices import TwoPrices

RULES: Final[tuple[type[DurationRule], ...]] = (
    AttackDefend, DurationTrend, Carry, RateCycle, CorrelationHedge, TwoPrices,
)  # fmt: skip
COSTS = Costs()
NEEDED = ("SPY", *DIAL)


@dataclass(frozen=True, eq=False)
class Contest:
    """A rule and the static mix of the same average duration, at the same costs.

    Attributes
    ----------
    name
        The rule's.
    mix
        The static mix: its duration is the average that the rule held.
    sample
        Month-end returns of ``rule`` and ``static`` from the rule's first fill on.
    switches
        How often the rule changed its duration.
    """

    name: str
    mix: StaticDuration
    sample: Sample
    switches: int

    @property
    def months(self) -> int:
        """How many."""
        return len(self.sample.returns)

    @property
    def premium(self) -> Estimate:
        """Growth a year of the rule less that of the static mix."""
        return self.sample.difference(growth, ["rule"], ["static"])

    @property
    def saved(self) -> Estimate:
        """CVaR(95) of a month that the rule lost less than the static mix."""
        return self.sample.estimate(cvar_saved, "rule", "static")

    def row(self) -> ClaimRow:
        """Its line of the table."""
        rule, static = self.sample.column("rule"), self.sample.column("static")
        premium = self.premium
        return ClaimRow(
            self.name,
            (
                float(growth(rule)),
                float(growth(static)),
                premium.value,
                premium.low,
                premium.high,
                self.saved.value,
                float(self.switches),
                float(self.months),
            ),
        )


def contest(market: Market, rule: DurationRule) -> Contest:
    """Let a rule trade a market, and the static mix of the duration that it held on average.

    Raises
    ------
    HedgeError
        For a market that lacks what the rule needs, or is too short for it.
    """
    ours = simulate(market, rule, COSTS, engine=ledger.fill)
    mix = same_average_duration(market, rule, ours)
    theirs = simulate(market, mix, COSTS, opening=ours.opening, engine=ledger.fill)
    levels = pd.DataFrame({"rule": ours.nav, "static": theirs.nav}).loc[ours.first_fill :]
    returns = month_ends(levels).pct_change(fill_method=None).iloc[1:]
    return Contest(
        rule.name,
        mix,
        Sample(returns, ("rule", "static")),
        count_switches(market, rule, ours),
    )


def tried(market: Market, rule: DurationRule) -> Contest | str:
    """:func:`contest` up to the article, or why there is none."""
    try:
        made = contest(before(market), rule)
    except HedgeError as error:
        return str(error).partition(";")[0]
    if made.months < FEWEST_ROWS:
        return f"{rule.name} has {made.months} months before the article, fewer than {FEWEST_ROWS}"
    return made


def attack_and_defend(exhibits: Exhibits) -> Claim:
    """Claim 10: locking yields for long as prices fall, and selling as they rise, pays."""
    market = _judged_on(exhibits)
    made = tried(market, AttackDefend())
    days, daily = _on_days(exhibits, market)
    judgement: Judgement = "cannot be tested here"
    if isinstance(made, Contest):
        judgement = judged(made.premium)
    others = [made, *(tried(market, rule()) for rule in RULES[1:])]
    # A rule that needs days is shown on them, however few there are.
    others = [
        tried(days, rule()) if isinstance(other, str) and days is not None else other
        for rule, other in zip(RULES, others, strict=True)
    ]
    recent = market if days is None else days
    row = "session" if market.periods_per_year == 252 else "month"
    return Claim(
        number=10,
        title="Attack and defend earns a premium",
        says=(
            "When Treasuries fall, lock the higher coupon for long; when they rise, sell for the "
            "premium: so they both attack and defend."
        ),
        refuted_by=(
            "The rule trades against a static mix of the same equity and the same average duration "
            "at the same costs. It fails where the static mix grew as much or more. It holds only "
            "where the rule grew more and the whole interval of the difference is above 0; where "
            "it grew more, but not beyond chance, it holds in part. Other duration rules are shown "
            "beside it and decide nothing."
        ),
        data=(
            "60 % SPY, the rest on a dial from bills to TLT; fee "
            f"{COSTS.fee_bps:g} and slippage {COSTS.slippage_bps:g} basis points, each decision "
            f"filled a {row} later. The static mix's duration was known only afterwards. Prices: "
            f"{market.title}."
        ),
        judgement=judgement,
        because=_why(made),
        measures=_measures(market, made, daily),
        after=_since(recent, made),
        after_words=_since_words(recent, made),
        table=_table(others),
        missing=_missing(others),
    )


def _judged_on(exhibits: Exhibits) -> Market:
    """Daily prices where they are as long as the months, since the rule needs decades of yields."""
    market = finest(exhibits, NEEDED, as_long=True)
    return market if isinstance(tried(market, AttackDefend()), Contest) else exhibits.months


def _on_days(exhibits: Exhibits, market: Market) -> tuple[Market | None, Contest | None]:
    """Daily prices that are enough for the rule but shorter than what it is judged on."""
    days = exhibits.days
    if days is None or days is market or not set(NEEDED) <= set(days.tickers):
        return None, None
    made = tried(days, AttackDefend())
    return (days, made) if isinstance(made, Contest) else (None, None)


def judged(premium: Estimate) -> Judgement:
    """Judge by the growth a year that the rule had over the static mix, and its interval."""
    if premium.number <= 0.0:
        return "fails"
    return "holds" if premium.low is not None and premium.low > 0.0 else "holds in part"


def _why(made: Contest | str) -> str:
    if isinstance(made, str):
        return f"{made[0].upper()}{made[1:]}."
    premium = made.premium
    more = "more" if premium.number > 0 else "less"
    between = chance = ""
    if premium.low is not None and premium.high is not None:
        between = f" ({premium.low * 100:+.2f} to {premium.high * 100:+.2f})"
        chance = " The difference is not beyond chance." * (premium.low <= 0.0 <= premium.high)
    return (
        f"Over {made.months} months attack_defend grew {abs(premium.number) * 100:.2f} points a "
        f"year {more}{between} than a static mix of the same average duration, "
        f"{made.mix.duration:.1f} years.{chance}"
    )


def _measures(market: Market, made: Contest | str, daily: Contest | None) -> tuple[Measure, ...]:
    if isinstance(made, str):
        return ()
    n, n_of, index = made.months, "months", made.sample.returns.index
    figures = [
        measured("growth a year of attack_defend over the static mix",
                 made.premium, "points", n, n_of, index, decides=True),
        measured("CVaR(95) of a month: what it lost less than the static mix",
                 made.saved, "points", n, n_of, index),
        measured("changes of duration by a quarter of a year or more",
                 made.switches, "count", index=index),
    ]  # fmt: skip
    alone = tried(market, replace(AttackDefend(), equity_weight=0.0))
    beside = {"of the Treasuries alone, without equity": alone, "on daily prices": daily}
    more = [
        measured(f"growth a year of attack_defend over the static mix, {words}",
                 other.premium, "points", other.months, n_of, other.sample.returns.index)
        for words, other in beside.items()
        if isinstance(other, Contest)
    ]  # fmt: skip
    return (*figures[:1], *more, *figures[1:])


def _table(others: list[Contest | str]) -> ClaimTable | None:
    rows = []
    for rule, made in zip(RULES, others, strict=True):
        rows.append(ClaimRow(rule.name, (None,) * 8) if isinstance(made, str) else made.row())
    if all(isinstance(made, str) for made in others):
        return None
    return ClaimTable(
        caption=(
            "Each duration rule against the static mix of its own average duration, after costs; "
            "90 % of resamples lie between lowest and highest"
        ),
        first_head="Rule",
        heads=(
            "Growth a year",
            "Static mix",
            "Difference",
            "Lowest",
            "Highest",
            "CVaR(95) saved",
            "Switches",
            "Months",
        ),
        units=("percent", "percent", "points", "points", "points", "points", "count", "count"),
        rows=tuple(rows),
    )


def _missing(others: list[Contest | str]) -> str:
    lacking = [made for made in others if isinstance(made, str)]
    return f"{'; '.join(lacking)}." if lacking else ""


def grown_since(market: Market, mix: StaticDuration) -> tuple[float, float] | None:
    """Total return since the article of attack and defend, and of a static mix chosen before it.

    None where the data have nothing after it.
    """
    since = after(market)
    if since is None:
        return None
    ours = simulate(market, AttackDefend(), COSTS, engine=ledger.fill)
    theirs = simulate(market, mix, COSTS, opening=ours.opening, engine=ledger.fill)
    base = since.sessions[0]
    return tuple(  # type: ignore[return-value]
        float(made.nav.iloc[-1] / made.nav.loc[base] - 1.0) for made in (ours, theirs)
    )


def _since(market: Market, made: Contest | str) -> tuple[Measure, ...]:
    since = after(market)
    grown = None if isinstance(made, str) else grown_since(market, made.mix)
    if grown is None or since is None:
        return ()
    return (
        measured("attack_defend less the static mix since then, its duration fixed before",
                 grown[0] - grown[1], "points", index=since.sessions),
        measured("attack_defend, total return since then", grown[0], "percent",
                 index=since.sessions),
        measured("the static mix, total return since then", grown[1], "percent",
                 index=since.sessions),
    )  # fmt: skip


def _since_words(market: Market, made: Contest | str) -> str:
    since = after(market)
    grown = None if isinstance(made, str) else grown_since(market, made.mix)
    if since is None:
        return f"The data have nothing after {ARTICLE_DAY}."
    if grown is None:
        return "The rule could not be tried, before the article or after it."
    first, last = span(since.sessions)
    gap = grown[0] - grown[1]
    return (
        f"From {first} to {last} it earned {abs(gap) * 100:.2f} points "
        f"{'more' if gap > 0 else 'less'} than the static mix, whose duration was fixed before: "
        "one stretch, which proves nothing."
    )
