"""What several tests of the face share."""

from __future__ import annotations

import pytest


@pytest.fixture
def quick_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule of the user's own is tried at the fewest cuts, as a slow one is."""
    monkeypatch.setattr("strategies.causality.PATIENCE", 0.0)
