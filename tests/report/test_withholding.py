"""Words for what is withheld."""

from __future__ import annotations

import pytest

from backtests.report.text import run_label
from backtests.report.withholding import withheld_label, withheld_terms


@pytest.mark.parametrize(
    ("value", "terms", "label"),
    [
        (None, "", ""),
        (0.15, "withheld: equity 15 %", "15 % withheld"),
        ("SPY=0.15,TLT=0.3@2025-05-01", "withheld: SPY 15 %, TLT 30 % from 2025-05-01",
         "SPY 15 %, TLT 30 % from 2025-05-01 withheld"),
        ("0.15,QQQ=0", "withheld: equity 15 %, QQQ 0 %", "15 %, QQQ 0 % withheld"),
        ("SPY=0.26375", "withheld: SPY 26.375 %", "SPY 26.375 % withheld"),  # Germany's own
    ],
)  # fmt: skip
def test_what_is_withheld_in_words(value, terms, label):
    assert withheld_terms(value) == terms
    assert withheld_label(value) == label


def test_a_run_is_told_apart_by_it():
    assert run_label("hedge_mix", {}, None, 0.15) == "hedge_mix 15 % withheld"
    assert run_label("hedge_mix", {}) == "hedge_mix"
