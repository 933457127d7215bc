"""In which currency a run is, what its cash is, and how much of the dollar it hedges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from immutabledict import immutabledict

from backtests.engine import kinds
from backtests.engine.roles import Roles
from data.currency.conversion import BASIS_BP, DOLLARS, Cash, Conversion, Investor
from data.currency.currencies import CODES, DOLLAR, read_code
from data.errors import UsageError, did_you_mean, in_full, in_short, numbers_taken
from data.treasuries.instruments import hedged_into

Ratio = float | Mapping[str, float]  # of all, or by ticker (others: 0)
MOST_BASIS_BP = 1000.0  # ten times the widest of 2008
CASHES: tuple[Cash, ...] = ("home", "usd")
HEDGES = ("fx_hedge", "fx_hedge_equity")
# The fields of a configuration that are about money.
MONEY = ("currency", "cash", *HEDGES, "fx_basis_bp", "carry_rates")
# What these are in another currency than dollars unless the user says something else.
USUAL: Mapping[str, str | float | bool] = immutabledict(
    {"cash": "home", "fx_hedge": 0.0, "fx_hedge_equity": 0.0, "fx_basis_bp": BASIS_BP,
     "carry_rates": False}
)  # fmt: skip


@dataclass(frozen=True)
class MoneyTable:
    """The same fields as plain values, as records of runs in another currency keep them.

    A hedge by ticker is text: ``IEF=1,TLT=0.5``.
    """

    currency: str
    cash: Cash
    fx_hedge: float | str
    fx_hedge_equity: float | str
    fx_basis_bp: float
    carry_rates: bool

    @property
    def investor(self) -> Investor:
        """Whose money it is."""
        return Investor(self.currency, self.cash)


@dataclass(frozen=True)
class Money:
    """A currency and its hedge, as a run's configuration says.

    Attributes
    ----------
    currency
        Code: USD, JPY, EUR, GBP, CHF, AUD or CNY.
    cash
        ``home``: cash earns the short rate of the currency. ``usd``: it is dollar bills, unhedged.
    fx_hedge, fx_hedge_equity
        What of the hedge's dollars and of the equity's is sold forward: 0 to 1 of all of them, or
        by ticker, as a mapping or as text such as ``IEF=1,TLT=0.5``.
    fx_basis_bp
        What that costs beyond the difference of interest, basis points a year; 25 unless given.
    carry_rates
        Whether the last short rates are carried on for longer than six months.

    Raises
    ------
    UsageError
        For a value that is not possible, and for a hedge of dollars in dollars.
    """

    currency: str = DOLLAR
    cash: Cash = "home"
    fx_hedge: Ratio | str | None = None
    fx_hedge_equity: Ratio | str | None = None
    fx_basis_bp: float | None = None
    carry_rates: bool | None = None

    def __post_init__(self) -> None:
        """Convert every field; in dollars only the defaults are allowed."""
        currency = read_code(self.currency, "--currency")
        cash = self.cash
        if not isinstance(cash, str) or cash not in CASHES:
            raise UsageError(
                f"--cash takes {' or '.join(CASHES)}, got {in_short(cash)}"
                f"{did_you_mean(cash, CASHES)}"
            )
        ratios = {name: read_ratio(getattr(self, name), option(name)) for name in HEDGES}
        basis = BASIS_BP
        if self.fx_basis_bp is not None:
            basis = kinds.number(self.fx_basis_bp, "--fx-basis-bp")
        if not 0.0 <= basis <= MOST_BASIS_BP:
            raise UsageError(
                f"--fx-basis-bp takes {numbers_taken(0, MOST_BASIS_BP)} basis points a year, got "
                f"{in_full(basis)}"
            )
        carry = None if self.carry_rates is None else kinds.flag(self.carry_rates, "carry_rates=")
        if currency == DOLLAR:
            given = {
                **{option(name): bool(ratio) for name, ratio in ratios.items()},
                "--fx-basis-bp": self.fx_basis_bp is not None and basis != BASIS_BP,
                "--carry-rates": bool(carry),
            }
            for name, is_given in given.items():
                if is_given:
                    others = ", ".join(CODES[1:])
                    raise UsageError(
                        f"{name} is for investors in another currency than dollars; give "
                        f"--currency as well ({others}), or leave {name} out"
                    )
            cash = "home"  # dollar bills both ways
        read = {
            "currency": currency,
            "cash": cash,
            **ratios,
            "fx_basis_bp": basis,
            "carry_rates": bool(carry),
        }
        for name, value in read.items():
            object.__setattr__(self, name, value)

    @property
    def is_dollars(self) -> bool:
        """Whether nothing is converted."""
        return self.currency == DOLLAR

    @property
    def investor(self) -> Investor | None:
        """Whose money it is; None in dollars."""
        return None if self.is_dollars else Investor(self.currency, self.cash)

    @property
    def table(self) -> MoneyTable | None:
        """As plain values; None in dollars."""
        if self.is_dollars:
            return None
        return MoneyTable(
            currency=self.currency,
            cash=self.cash,
            fx_hedge=ratio_text(self.ratio("fx_hedge")),
            fx_hedge_equity=ratio_text(self.ratio("fx_hedge_equity")),
            fx_basis_bp=float(self.fx_basis_bp or 0.0),
            carry_rates=bool(self.carry_rates),
        )

    def ratio(self, name: str) -> Ratio:
        """What ``fx_hedge`` or ``fx_hedge_equity`` sells."""
        return cast("Ratio", getattr(self, name))  # __post_init__ has read it

    def ratio_of(self, name: str, ticker: str) -> float:
        """What of a ticker's dollars ``fx_hedge`` or ``fx_hedge_equity`` sells."""
        ratio = self.ratio(name)
        return float(ratio.get(ticker, 0.0) if isinstance(ratio, Mapping) else ratio)

    def conversion(self, tickers: Sequence[str], roles: Roles) -> Conversion:
        """What a market of some tickers is asked for.

        Parameters
        ----------
        tickers
            Of the market.
        roles
            Which of them are the hedge.
        """
        if self.is_dollars:
            return DOLLARS
        ratios = {
            ticker: self.ratio_of(HEDGES[0 if roles.is_hedge(ticker) else 1], ticker)
            for ticker in tickers
        }
        return Conversion(
            currency=self.currency,
            cash=self.cash,
            ratios={ticker: ratio for ticker, ratio in ratios.items() if ratio},
            basis_bp=float(self.fx_basis_bp or 0.0),
            carry_rates=bool(self.carry_rates),
        )

    def only(self, tickers: Sequence[str], names: Sequence[str] = HEDGES) -> Money:
        """The same, of some hedges without the ratios of tickers that are not among ``tickers``."""

        def own(name: str) -> Ratio:
            ratio = self.ratio(name)
            if name not in names or not isinstance(ratio, Mapping):
                return ratio
            return {ticker: share for ticker, share in ratio.items() if ticker in tickers}

        return replace(self, fx_hedge=own("fx_hedge"), fx_hedge_equity=own("fx_hedge_equity"))

    def require_held(self, tickers: Sequence[str], roles: Roles) -> None:
        """Refuse a ticker of a hedge that is not there, is on the other side, or hedges itself.

        Parameters
        ----------
        tickers
            What the run uses.
        roles
            Which of them are the hedge.

        Raises
        ------
        UsageError
            Naming it.
        """
        for position, name in enumerate(HEDGES):
            ratio = self.ratio(name)
            for ticker in ratio if isinstance(ratio, Mapping) else ():
                if ticker not in tickers:
                    raise UsageError(
                        f"{option(name)} names {ticker}, and the run uses {', '.join(tickers)}"
                        f"{did_you_mean(ticker, tickers)}; name one of these"
                    )
                if roles.is_hedge(ticker) is not (position == 0):
                    side, other = ("equity", HEDGES[1]) if position == 0 else ("a hedge", HEDGES[0])
                    raise UsageError(
                        f"{option(name)} names {ticker}, which is {side}; give it by "
                        f"{option(other)}"
                    )
            for ticker in tickers:
                into = hedged_into(ticker)
                is_meant = roles.is_hedge(ticker) is (position == 0)
                if into and is_meant and self.ratio_of(name, ticker):
                    raise UsageError(
                        f"{option(name)} would sell the dollars of {ticker} a second time: that "
                        f"share class sells them into {into}; {self._leave_out(name, ticker)}"
                    )

    def _leave_out(self, name: str, ticker: str) -> str:
        """How to hedge all but one ticker."""
        if isinstance(self.ratio(name), Mapping):
            return f"leave {ticker} out of it"
        return f"leave {option(name)} out, or name the others in it, such as IEF=1"


def option(name: str) -> str:
    """The option of a field."""
    return f"--{name.replace('_', '-')}"


def ratio_text(ratio: Ratio) -> float | str:
    """A ratio as files and addresses hold it: a number, or text by ticker."""
    if not isinstance(ratio, Mapping):
        return float(ratio)
    return ",".join(f"{ticker}={in_full(share)}" for ticker, share in ratio.items())


def read_ratio(value: object, where: str) -> Ratio:
    """Read a ratio: a number, its text, or ``TICKER=RATIO`` as text or mapping; None is 0.

    Raises
    ------
    UsageError
        For anything else, and for a number that is not from 0 to 1; ``where`` is how it was given.
    """
    if value is None:
        return 0.0
    pairs = _pairs(value, where)
    if pairs is None:
        return _share(value, where)
    by_ticker = {ticker: _share(share, where) for ticker, share in pairs}
    # A ratio of nothing is none at all: what is the same has the same name.
    return immutabledict({t: share for t, share in by_ticker.items() if share}) or 0.0


def named_in(value: object, where: str) -> tuple[str, ...]:
    """The tickers that a ratio names, those at 0 too; ``where`` is how it was given."""
    read_ratio(value, where)
    return tuple(ticker for ticker, _ in _pairs(value, where) or ())


def _pairs(value: object, where: str) -> list[tuple[str, object]] | None:
    """Tickers with their shares as they are given, not read; None for what has no tickers.

    Raises
    ------
    UsageError
        For too many tickers, what is none, and one that stands there twice.
    """
    pairs: list[tuple[object, object]]
    if isinstance(value, Mapping):
        pairs = list(value.items())
    elif isinstance(value, str) and "=" in value:
        # At the last sign, since a ticker may have one: GC=F.
        parts = [part.rpartition("=") for part in value.split(",") if part.strip()]
        pairs = [(name, share) for name, _, share in parts]
    else:
        return None
    kinds.require_few(len(pairs), where)
    read: list[tuple[str, object]] = []
    for name, share in pairs:
        ticker = kinds.name(name, where, "ratios by ticker such as IEF=1").strip()
        if ticker in dict(read):
            raise UsageError(f"{where} names {ticker} twice; name it once")
        read.append((ticker, share))
    return read


def _share(value: object, where: str) -> float:
    """Read a number from 0 to 1, also as text."""
    wanted = "a ratio from 0 to 1, or TICKER=RATIO such as IEF=1,TLT=0.5"
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise UsageError(f"{where} takes {wanted}, got {in_short(value)}") from None
    read = kinds.number(value, where, "a ratio from 0 to 1")
    if not 0.0 <= read <= 1.0:
        raise UsageError(f"{where} takes {wanted}, got {in_full(read)}")
    return read + 0.0  # no negative zero
