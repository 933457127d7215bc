"""docs/currency.md at its word: its tables are what its commands print."""

from __future__ import annotations

import re

import pytest

from docs import currency_rules, currency_table
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "currency.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("command", "words"),
    [(currency_table, []), (currency_table, ["--falls", "JPY"]), (currency_rules, [])],
)
def test_the_page_has_what_the_command_prints(command, words, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["table", *words])
    command.main()
    printed = capsys.readouterr().out.strip()
    assert printed in PAGE
    assert len(printed.splitlines()) >= 8


def test_every_command_of_the_page_is_one_of_the_project():
    named = set(re.findall(r"python -m ([\w.]+)", PAGE))
    assert named == {"backtests.run", "backtests.compare", "backtests.tune",
                     "docs.currency_table", "docs.currency_rules"}  # fmt: skip
