"""The trial in a terminal of 80 columns."""

from __future__ import annotations

import io

from rich.console import Console

from backtests.report.claims.console import print_claims
from backtests.report.claims.words import headline
from tests.report.claims.made import JUDGED, TITLES, made_trial


def printed(trial) -> list[str]:
    stream = io.StringIO()
    print_claims(Console(file=stream, width=80), trial)
    return stream.getvalue().splitlines()


LINES = printed(made_trial())


def test_nothing_is_wider_than_80_columns_or_cut():
    assert max(map(len, LINES)) <= 80
    words = set(" ".join(LINES).split())
    assert all(set(title.split()) <= words for title in TITLES)
    assert not any("…" in line for line in LINES)


def test_it_begins_with_what_was_found():
    trial = made_trial()
    assert " ".join("".join(LINES[:2]).split()).startswith(f"{headline(trial)}.")


def test_each_claim_has_its_word_in_its_row():
    firsts = [line for line in LINES if line[:4].strip().isdigit()]
    assert [line.split()[0] for line in firsts] == [str(n) for n in range(1, 15)]
    for line, judgement in zip(firsts, JUDGED, strict=True):
        assert judgement.split()[0] in line


def test_what_holds_the_figure_and_what_came_after_are_shown():
    text = " ".join(" ".join(LINES).split())
    assert "0.43 % (0.10" in text
    assert "7.60 %: TLT" in text  # of a forecast the one after that which decides
    assert "No gold before 2004-11-18." in text


def test_without_daily_data_it_says_so():
    lines = printed(made_trial(days_title=None, days_first=None, days_last=None, days_missing=""))
    assert lines[-1] == "no daily data"


def test_markup_in_a_text_is_text():
    trial = made_trial(months_title="[bold red]months[/]")
    assert any("[bold red]months[/]" in line for line in printed(trial))
