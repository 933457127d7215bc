"""The source of a strategy outside the repository, as it was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class StrategyFile:
    """The bytes of a file, and which of its classes is the strategy.

    Attributes
    ----------
    path
        Where it was read, for messages and commands.
    class_name
        The class.
    source
        The bytes.
    """

    path: str
    class_name: str
    source: bytes

    @property
    def sha256(self) -> str:
        """SHA-256 of the source."""
        return hashlib.sha256(self.source).hexdigest()

    @property
    def version(self) -> str:
        """Identify this strategy: its class, and SHA-256 of its source."""
        return f"{self.class_name} {self.sha256}"

    def is_same(self, other: StrategyFile | None) -> bool:
        """Whether another file holds the same strategy, whatever its path."""
        return other is not None and (self.source, self.class_name) == (
            other.source,
            other.class_name,
        )
