"""Numbers and short names of compared runs."""

from __future__ import annotations

from backtests.report.comparison.names import SHORT, clipped, tags_of


def test_runs_are_numbered_from_one_and_long_names_cut():
    first, second = tags_of(["60/40", "60/40 with intermediate Treasuries"])
    assert (first.short, first.whole) == ("1 60/40", "1 60/40")
    assert second.short == "2 with intermedia…"
    assert second.whole == "2 60/40 with intermediate Treasuries"


def test_a_cut_name_has_at_most_so_many_characters_and_no_space_before_the_sign():
    assert clipped("x" * SHORT, SHORT) == "x" * SHORT
    assert clipped("x" * (SHORT + 1), SHORT) == "x" * (SHORT - 1) + "…"
    assert clipped("one two", 5) == "one…"


def test_settings_tell_runs_of_one_strategy_apart_where_the_name_is_too_long():
    labels = ["hedge_mix", "hedge_mix SPY=0.7,IEF=0.3", "attack_defend step_bp=25", "carry a=1"]
    assert [tag.short for tag in tags_of(labels)] == [
        "1 hedge_mix", "2 SPY=0.7,IEF=0.3", "3 attack_defend s…", "4 carry a=1",
    ]  # fmt: skip


def test_terms_of_a_plan_stay_whole():
    def brief(*labels):
        return [tag.brief for tag in tags_of(labels)]

    assert brief("hedge_mix band 5 %", "hedge_mix band 10 %") == ["band 5 %", "band 10 %"]
    assert brief("hedge_mix -4 % a year", "hedge_mix -3 % a year") == ["-4 % a year", "-3 % a year"]
    assert brief("hedge_mix -$400 a year", "hedge_mix -$500 a year, indexed") == [
        "-$400 a year", "-$500 a year, i…",
    ]  # fmt: skip
    assert brief("hedge_mix withheld 15 %", "hedge_mix withheld 30 %")[0] == "withheld 15 %"


def test_what_all_names_share_gives_way_and_what_differs_stays():
    """The one word that matters is the last of the longer name."""

    def brief(*labels):
        return [tag.brief for tag in tags_of(labels)]

    assert brief("hedge_mix JPY", "hedge_mix JPY hedged") == ["unhedged", "hedged"]
    assert brief("hedge_mix JPY", "hedge_mix JPY 50 % hedged") == ["unhedged", "50 % hedged"]
    assert brief("hedge_mix JPY", "hedge_mix JPY equity hedged")[0] == "hedge_mix JPY"
    assert brief("mix JPY SPY=0.7,IEF=0.3", "mix JPY hedged SPY=0.7,IEF=0.3") == [
        "unhedged", "hedged",
    ]  # fmt: skip
    assert brief("hedge_mix JPY", "hedge_mix CHF hedged", "hedge_mix") == [
        "JPY", "CHF hedged", "hedge_mix",
    ]  # fmt: skip
    assert brief("60/40", "equity_only") == ["60/40", "equity_only"]  # there is room for both


def test_no_comma_is_left_where_the_words_behind_it_are_shared():
    """Of indexed flows: the next sign in a heading is a comma, too."""
    first, second = tags_of([
        "hedge_mix band none, +$100 a month, indexed",
        "hedge_mix band 5 %, to its edge, +$100 a month, indexed",
    ])  # fmt: skip
    assert (first.differs, second.differs) == ("band none", "band 5 %, to its edge")
    assert second.brief == "band 5 %, to it…"
