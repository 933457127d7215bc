"""Where a market's prices come from today, and why not from where they were asked for first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """How prices came to be used."""

    FETCHED = "fetched"  # from the server, all of them by this very run
    KEPT = "kept"  # snapshots of the last day
    OLDER = "older"  # snapshots of any age, since the server failed
    BUNDLED = "bundled"  # the monthly history that comes with the project
    FILES = "files"  # a folder of the user's own
    MADE = "made"  # put together by the caller


@dataclass(frozen=True)
class Origin:
    """Where prices come from today: this describes the run and does not change its numbers.

    Attributes
    ----------
    how
        Which of the ways.
    fetched
        Day on which the oldest of them was fetched, ``YYYY-MM-DD``; None where nothing was.
    age
        Age of the oldest snapshot where snapshots were used (negative where the clock was set
        back), else None.
    failure
        Why the first choice, new prices from the server, was not used; None where it was used,
        or where no server was to be asked.
    short
        The same in words that do not change from day to day, for the market's title.
    """

    how: How
    fetched: str | None = None
    age: dt.timedelta | None = None
    failure: str | None = None
    short: str | None = None

    def __post_init__(self) -> None:
        if (self.failure is None) != (self.short is None):
            raise ValueError("a failure has a short reason, and only a failure has one")

    @property
    def is_first_choice(self) -> bool:
        """Whether these prices are what was asked for, and not a fallback."""
        return self.failure is None

    @property
    def remark(self) -> str:
        """Why these prices are used today, in words; empty where there is nothing to say."""
        parts = [] if self.failure is None else [self.failure]
        if self.how is How.FETCHED:
            parts.append("fetched just now")
        elif self.age is not None:
            text = age_text(self.age)
            past = self.age >= dt.timedelta(0)
            parts.append(f"cached snapshots, {f'up to {text} old' if past else text}")
        return "; ".join(parts)

    @property
    def bracketed(self) -> str:
        """The remark as it follows other words; empty where there is none."""
        return f" ({self.remark})" if self.remark else ""

    def title(self, plain: str) -> str:
        """Add the short reason to a plain title, where a fallback was used."""
        return plain + self._ending

    def plain(self, title: str) -> str:
        """Take the short reason off a title again, where the whole reason follows."""
        return title.removesuffix(self._ending)

    @property
    def _ending(self) -> str:
        if self.short is None:
            return ""
        return f": {self.short}" if self.how is How.OLDER else f" ({self.short})"


def age_text(age: dt.timedelta) -> str:
    """An age in words: minutes, hours or days."""
    minutes = age.total_seconds() / 60
    if minutes < 0:
        return "from the future (was the clock set back?)"
    if minutes < 120:
        return f"{minutes:.0f} min"
    if minutes < 48 * 60:
        return f"{minutes / 60:.0f} h"
    return f"{minutes / 1440:.0f} days"


MADE = Origin(How.MADE)
