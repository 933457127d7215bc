"""Words for what is withheld."""

from __future__ import annotations

import json

import pytest

from backtests.report.finished_run import read_run
from backtests.report.index_rows import read_listed
from backtests.report.run_folder import write_run
from backtests.report.text import run_label
from backtests.report.withholding import withheld_label, withheld_terms
from tests.report.helpers import make_run


@pytest.mark.parametrize(
    ("value", "terms", "label"),
    [
        (None, "", ""),
        (0.15, "withheld: equity 15 %", "withheld 15 %"),
        ("SPY=0.15,TLT=0.3@2025-05-01", "withheld: SPY 15 %, TLT 30 % from 2025-05-01",
         "withheld SPY 15 %, TLT 30 % from 2025-05-01"),
        ("0.15,QQQ=0", "withheld: equity 15 %, QQQ 0 %", "withheld 15 %, QQQ 0 %"),
        ("SPY=0.26375", "withheld: SPY 26.375 %", "withheld SPY 26.375 %"),  # Germany's own
    ],
)  # fmt: skip
def test_what_is_withheld_in_words(value, terms, label):
    assert withheld_terms(value) == terms
    assert withheld_label(value) == label


def test_a_run_is_told_apart_by_it():
    params = {"weights": {"SPY": 0.7, "IEF": 0.3}}
    assert run_label("hedge_mix", params, None, 0.15) == "hedge_mix SPY=0.7,IEF=0.3 withheld 15 %"
    assert run_label("hedge_mix", {}) == "hedge_mix"


def test_the_pages_of_a_run_say_it_among_their_facts(tmp_path):
    run = make_run(withholding="IEF=0.3")
    folder = write_run(tmp_path, run, with_tearsheet=False)
    text = (folder / "verdict.html").read_text("utf-8")
    assert "withheld: IEF 30" in text
    assert "withheld: 30" in text  # the note
    table = json.loads((folder / "summary.json").read_text("utf-8"))
    assert table["withholding"] == "IEF=0.3"
    assert read_run(folder).manifest.config.withholding == "IEF=0.3"
    assert read_listed(folder).choices[6] == "withheld: IEF 30 %"
