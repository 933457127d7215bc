"""What a run prints."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from backtests.engine.sleeve import report_sleeve
from backtests.engine.summary import Latest
from backtests.report.console import Screen, age_line, print_run
from backtests.report.text import metric_rows, percent
from backtests.report.verdict.words import sentences
from data.vintage import SeriesVintage, Vintage
from tests.report.helpers import make_run


def printed(run, folder: Path = Path("results/run-1")) -> str:
    stream = io.StringIO()
    print_run(Console(file=stream, width=400), run, folder)
    return stream.getvalue()


def test_every_headline_number_stands_beside_the_benchmarks(run):
    lines = printed(run).splitlines()
    assert lines[1].startswith("hedge_mix, 1995-01-31 to 2025-12-31, after costs")
    assert lines[3].split() == ["SPY", "60", "%,", "IEF", "40", "%", "SPY", "100", "%"]
    both = [run.summary.metrics, run.summary.benchmark.metrics]
    rows = metric_rows(both, 12, 10_000.0)
    shown = [line.split() for line in lines[5 : 5 + len(rows)]]
    assert shown == [" ".join(row).split() for row in rows]


def test_the_verdict_its_sentences_and_what_the_rule_says_today(run):
    text = printed(run)
    told = sentences(run.verdict)
    word = run.verdict.word.capitalize()
    lines = "".join(f"  {line}\n" for line in told.in_order)
    assert f"Does it hedge? {word}.\n{lines}" in text
    assert len(told.in_order) == 4  # against equity, beyond cash, when, cost
    assert "What the rule says on 2025-12-31\n  last decision  2025-12-31: SPY 60.0 %, IEF" in text
    assert "\n  pending        SPY 60.0 %, IEF 40.0 %\n" in text
    assert text.endswith("\nresults in results/run-1\n")


def test_what_is_held_is_not_what_was_decided_and_not_what_is_pending(run):
    """Weights drift after a decision: 60 % asked for, 62.5 % held, and 50 % waits to trade."""
    latest = Latest(
        as_of="2025-12-31",
        decided="2025-06-30",
        target={"SPY": 0.6, "IEF": 0.4},
        held={"SPY": 0.625, "IEF": 0.375},
        pending={"SPY": 0.5, "IEF": 0.5},
    )
    text = printed(replace(run, summary=replace(run.summary, latest=latest)))
    assert (
        "What the rule says on 2025-12-31\n"
        "  last decision  2025-06-30: SPY 60.0 %, IEF 40.0 %\n"
        "  held now       SPY 62.5 %, IEF 37.5 %\n"
        "  pending        SPY 50.0 %, IEF 50.0 %\n"
    ) in text


def test_the_age_of_rates_stands_beside_that_of_prices(monkeypatch):
    monkeypatch.setattr("backtests.report.console.age_in_days", lambda _: 1)
    ends = {"exchange_rate": "2025-09-26", "home_rate": "2025-08-29", "dollar_rate": "2025-04-30"}
    series = {name: SeriesVintage("made", day) for name, day in ends.items()}
    vintage = Vintage("2025-09-26", series, ())
    assert age_line(vintage, "USD") == "data end on 2025-09-26, 1 day ago"
    assert age_line(vintage, "JPY") == (
        "data end on 2025-09-26, 1 day ago; rates of exchange on 2025-09-26, yen short rates with "
        "2025-08, dollar ones with 2025-04"
    )


def test_each_part_is_printed_once_as_soon_as_it_is_there(run):
    """And together they are what is printed of a finished run."""
    stream = io.StringIO()
    screen = Screen(Console(file=stream, width=400))
    parts = []
    simulated = replace(run, verdict=None, stress=None)
    judged = replace(simulated, verdict=run.verdict)
    for show in (
        lambda: screen.show(simulated),
        lambda: screen.show(simulated),
        lambda: screen.show(judged),
        lambda: screen.show(run),
        lambda: screen.end(run, Path("results/run-1")),
    ):
        before = len(stream.getvalue())
        show()
        parts.append(stream.getvalue()[before:])
    first, again, verdict, nothing, last = parts
    assert first.startswith("\nhedge_mix, 1995-01-31 to 2025-12-31, after costs")
    assert "CVaR 95 is" in first.splitlines()[-1]
    assert again == nothing == ""
    assert verdict.startswith("\nDoes it hedge? ")
    assert last.startswith("\nWhat the rule says on 2025-12-31\n")
    assert "".join(parts) == printed(run)


def test_a_table_that_its_verdict_may_widen_waits_for_it(run):
    """Compared with another ticker than its own equity, it has a column more."""
    benchmark = replace(run.summary.benchmark, ticker="VTI")
    other = replace(run, summary=replace(run.summary, benchmark=benchmark))
    stream = io.StringIO()
    screen = Screen(Console(file=stream, width=400))
    screen.show(replace(other, verdict=None))
    assert stream.getvalue() == ""
    screen.show(other)
    assert "100 % equity (SPY)" in stream.getvalue()
    without = replace(other, verdict=None)  # and where none comes it is printed at the end
    assert "after costs" in printed(without)


def test_terms_are_explained_where_they_are_first_shown(run):
    text = printed(run)
    assert "CVaR 95 is the average loss in the worst 5 % of days or months." in text
    assert "Duration is" not in text  # only a duration rule shows one
    assert "bp" not in text.split("results in")[0]


def test_without_a_verdict_there_is_no_word(run):
    bare = replace(run, verdict=None)
    assert "Does it hedge?" not in printed(bare)
    waits = replace(run.summary.latest, pending=None)
    idle = replace(bare, summary=replace(run.summary, latest=waits))
    assert "\n  pending        nothing\n" in printed(idle)


@pytest.mark.parametrize("start", ["1970-01-31", "2020-01-31"])
def test_a_duration_rule_shows_its_latest_switches(start):
    run = make_run("attack_defend", start=start, params={"step_bp": 25.0})
    sleeve = report_sleeve(run.market, run.config.make_strategy(), run.simulation)
    lines = printed(replace(run, sleeve=sleeve)).splitlines()
    (title,) = [number for number, line in enumerate(lines) if "Switches of duration" in line]
    switches = sleeve.switches
    assert len(switches) > 1
    last = min(len(switches), 8)
    assert lines[title].startswith(
        f"Switches of duration: {len(switches)} in all, the last {last} below"
    )
    dates = [line.split()[0] for line in lines[title + 4 : title + 4 + last]]
    assert dates == [f"{day:%Y-%m-%d}" for day in switches["date"].tail(8)]
    row = switches.iloc[-1]  # the last line: with the switch first, then without it
    with_it, without = (percent(row[key]) for key in ("held_return", "nothing_return"))
    assert lines[title + 3 + last].split()[-4:] == [*with_it.split(), *without.split()]
    assert any(line.startswith("Duration is the percent of price lost") for line in lines)


def test_a_duration_rule_without_a_switch_says_so_and_shows_no_table():
    """With its shortest duration equal to its longest the target never changes."""
    steady = {"duration_min": 5.0, "duration_max": 5.0}
    run = make_run("attack_defend", start="2015-01-31", params=steady)
    sleeve = report_sleeve(run.market, run.config.make_strategy(), run.simulation)
    assert sleeve.switches.empty
    lines = printed(replace(run, sleeve=sleeve)).splitlines()
    (place,) = [number for number, line in enumerate(lines) if "witch" in line]
    assert lines[place] == (
        "No switch of duration: the target never moved by a quarter of a year or more from its "
        "first."
    )
    assert lines[place + 1].startswith("Duration is the percent of price lost")  # the term it uses


def test_why_there_is_no_stress_page_stands_where_its_path_would(run):
    why = "stress cannot reprice EDV\x1b: it holds stripped bonds; hold TLT"
    lines = printed(replace(run, stress=why)).splitlines()
    assert lines[-1] == f"no stress.html: {why}".replace("\x1b", "\\x1b")
    assert "no stress.html" not in printed(run)
