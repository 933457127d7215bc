"""What a run asks to be withheld from dividends and interest: of all equity, or by ticker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from immutabledict import immutabledict

from backtests.engine import kinds
from backtests.engine.roles import Roles
from data.errors import UsageError, did_you_mean, in_full, in_short
from data.records import freeze_mappings
from data.withholding.rates import Withheld, Withholding

OPTION = "--withholding"
WANTED = "a rate from 0 to 1 such as 0.15, or by ticker such as SPY=0.15,TLT=0.3@2025-05-01"


@dataclass(frozen=True)
class AskedWithholding:
    """What a run asks to be withheld; nothing by default.

    Attributes
    ----------
    equity
        Of everything that is equity and has no rate of its own; None for nothing.
    by_ticker
        Rates of tickers.
    """

    equity: Withheld | None = None
    by_ticker: Mapping[str, Withheld] = immutabledict()

    def __post_init__(self) -> None:
        """Keep rates from being changed; what is the same is written in one way."""
        if self.equity is not None and not self.equity.rate:
            object.__setattr__(self, "equity", None)
        if (
            self.equity is None
        ):  # a rate of 0 takes a ticker out of all equity, else it says nothing
            given = {name: own for name, own in self.by_ticker.items() if own.rate}
            object.__setattr__(self, "by_ticker", given)
        freeze_mappings(self)

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return self.equity is not None or bool(self.by_ticker)

    @property
    def value(self) -> float | str | None:
        """As files and addresses hold it: a number, or text; None for nothing."""
        if self.equity is not None and self.equity.since is None and not self.by_ticker:
            return self.equity.rate
        parts = [] if self.equity is None else [_text(self.equity)]
        parts += [f"{ticker}={_text(own)}" for ticker, own in self.by_ticker.items()]
        return ",".join(parts) or None

    def of(self, tickers: Sequence[str], roles: Roles) -> Withholding:
        """What is withheld from the tickers of a market.

        Parameters
        ----------
        tickers
            Of the market.
        roles
            Which of them are equity.
        """
        rates = {ticker: self.by_ticker.get(ticker) for ticker in tickers}
        if self.equity is not None:
            of_equity = roles.equity_of(tickers)
            rates = {t: self.equity if r is None and t in of_equity else r
                     for t, r in rates.items()}  # fmt: skip
        return Withholding({ticker: own for ticker, own in rates.items() if own is not None})

    def only(self, tickers: Collection[str]) -> AskedWithholding:
        """The same without rates of tickers that are not among ``tickers``."""
        own = {ticker: rate for ticker, rate in self.by_ticker.items() if ticker in tickers}
        return replace(self, by_ticker=own)

    def spelled(self, spell: Callable[[str], str], source: str) -> AskedWithholding:
        """The same with tickers as a source spells them.

        Raises
        ------
        UsageError
            For two that are the same there.
        """
        names = {ticker: spell(ticker) for ticker in self.by_ticker}
        twice = next((n for n in names if list(names.values()).count(names[n]) > 1), None)
        if twice is not None:
            raise UsageError(
                f"{OPTION}: {source} has one {names[twice]}, and it stands there twice; give it "
                "once"
            )
        return replace(self, by_ticker={names[t]: own for t, own in self.by_ticker.items()})

    def require_held(self, tickers: Sequence[str]) -> None:
        """Refuse a ticker that is not there.

        Raises
        ------
        UsageError
            Naming it, and what the run uses.
        """
        for ticker in self.by_ticker:
            if ticker not in tickers:
                raise UsageError(
                    f"{OPTION} names {ticker}, and the run uses {', '.join(tickers)}"
                    f"{did_you_mean(ticker, tickers)}; name one of these"
                )


NONE_ASKED = AskedWithholding()


def _text(own: Withheld) -> str:
    return in_full(own.rate) + ("" if own.since is None else f"@{own.since}")


def read_withholding(value: object, where: str = OPTION) -> AskedWithholding:
    """Read what a run asks to be withheld.

    Parameters
    ----------
    value
        A number or its text, of all equity; ``TICKER=RATE`` as text or mapping; each rate may be
        followed by ``@`` and its first day; None for nothing.
    where
        How it was given, for messages.

    Raises
    ------
    UsageError
        For anything else: a rate that is not from 0 to 1, no day, a ticker twice.
    """
    if value is None:
        return NONE_ASKED
    if isinstance(value, AskedWithholding):
        return value
    pairs = _pairs(value, where)
    kinds.require_few(len(pairs), where)
    equity: Withheld | None = None
    by_ticker: dict[str, Withheld] = {}
    for name, rate in pairs:
        own = _read_rate(rate, where)
        if name is None:
            if equity is not None:
                raise UsageError(f"{where} has two rates of all equity; give one")
            equity = own
            continue
        ticker = kinds.name(name, where, WANTED).strip()
        if ticker in by_ticker:
            raise UsageError(f"{where} names {ticker} twice; name it once")
        by_ticker[ticker] = own
    return AskedWithholding(equity, by_ticker)


def named_in(value: object, where: str = OPTION) -> tuple[str, ...]:
    """The tickers that a withholding names, those at 0 too."""
    read_withholding(value, where)
    if isinstance(value, AskedWithholding):
        return tuple(value.by_ticker)
    pairs = [] if value is None else _pairs(value, where)
    return tuple(str(name).strip() for name, _ in pairs if name is not None)


def _pairs(value: object, where: str) -> list[tuple[object, object]]:
    """Tickers with rates as they are given, not read; None stands for all equity."""
    if isinstance(value, Mapping):
        return list(value.items())
    if not isinstance(value, str):
        return [(None, value)]
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not parts:
        raise UsageError(f"{where} takes {WANTED}, got nothing; leave it out for none")
    # At the last sign, since a ticker may have one: GC=F.
    split = [part.rpartition("=") for part in parts]
    return [(name if equals else None, rate) for name, equals, rate in split]


def _read_rate(value: object, where: str) -> Withheld:
    """Read a rate and its first day."""
    since = None
    if isinstance(value, str):
        number, at, day = value.partition("@")
        if at:
            since = kinds.day(day.strip(), f"{where}: @")
        try:
            value = float(number)
        except ValueError:
            raise UsageError(f"{where} takes {WANTED}, got {in_short(number)}") from None
    rate = kinds.number(value, where, WANTED)
    if not 0.0 <= rate <= 1.0:
        percent = f" ({in_full(rate)} % is {rate / 100:.10g})" * (1 < rate <= 100)
        raise UsageError(f"{where} takes {WANTED}, got {in_full(rate)}{percent}")
    return Withheld(rate + 0.0, since if rate else None)  # no negative zero
