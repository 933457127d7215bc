"""Each case of a search has its headline, its chip and its reason, by rule."""

from __future__ import annotations

import pytest

from backtests.report.tuning.advice import (
    asked_elsewhere,
    candidate_words,
    chip,
    diluted_words,
    headline,
    luck_of,
    no_recommendation,
    rival_of,
)
from tests.searches import edge, made, over_a_hedge

CHOICE = "100 % cash"
BREAKS = {"max_drawdown": -0.3, "share": 0.83}  # the default, within a limit of -0.2
SURE = {"beyond_noise": True, "lead": edge(0.02, 0.01, 0.03)}


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (SURE, f"Hold {CHOICE}: it beats the default beyond noise"),
        ({**SURE, **BREAKS}, f"Hold {CHOICE}: it beats the default beyond noise"),
        ({**SURE, "goal": "sharpe", "sharpe": 0.1},
         f"Hold {CHOICE}: its Sharpe ratio beats the default's beyond noise"),
        ({**SURE, "members": 3},
         "Beyond noise, and yet no recommendation: the search cannot tell which of them is best"),
        ({}, "Keep the default, 70 % SPY, 30 % cash: none of 3 mixes within the limit is shown to "
         "beat it"),
        ({"limits": ("max_drawdown>-0.5", "sharpe>0.1")},
         "Keep the default, 70 % SPY, 30 % cash: none of 3 mixes within the limits is shown to "
         "beat it"),
        ({"goal": "sharpe", "limits": ()},
         "Keep the default, 70 % SPY, 30 % cash: none of 3 mixes is shown to beat it"),
        ({"months": 43, "lead": edge(0.01)},
         "Keep the default, 70 % SPY, 30 % cash: 43 months are too few to say whether another mix "
         "beats it"),
        ({"weight": 0.0, "differs": False},
         "Keep the default, 100 % cash: it is itself the middle of the good region"),
        ({"differs": False, "goal": "sharpe", "limits": ()},
         f"Keep the default, 70 % SPY, 30 % cash: {CHOICE} earns the same at the same risk"),
        ({"eligible": 1},
         f"Keep the default, 70 % SPY, 30 % cash: {CHOICE}, the only mix within the limit, is not "
         "shown to beat it"),
        ({"members": 3},
         "Keep the default, 70 % SPY, 30 % cash: the search cannot tell the 3 mixes within the "
         "limit apart"),
        ({"rejects": True},
         "Keep the default, 70 % SPY, 30 % cash, for now: some of 3 mixes within the limit seem to "
         "beat it, but it is not shown which"),
        # The default breaks the limit: what keeps it is the default with bills.
        (BREAKS, "Keep the default with 17 % in bills (58.1 % SPY): none of 3 mixes within the "
         "limit is shown to beat that"),
        ({**BREAKS, "months": 43, "lead": edge(0.01), "over_bills": edge(0.01)},
         "Keep the default with 17 % in bills (58.1 % SPY): 43 months are too few to say whether "
         "another mix beats that"),
        ({**BREAKS, "over_bills": edge(-0.02, -0.03, -0.01)},
         "Keep the default with 17 % in bills (58.1 % SPY): it did better than the middle of the "
         "good region"),
        ({**BREAKS, "over_bills": edge(0.02, 0.01, 0.03)},
         f"{CHOICE} leads the default with 17 % in bills, but was chosen among 3 mixes within the "
         "limit: no proof that it is better than luck"),
        # Only what was tested against the default with bills is said of it.
        ({**BREAKS, "rejects": True}, "Keep the default with 17 % in bills (58.1 % SPY): none of 3 "
         "mixes within the limit is shown to beat that"),
        ({**BREAKS, "bills": {"rejects": True}}, "Keep the default with 17 % in bills (58.1 % "
         "SPY), for now: some of 3 mixes within the limit seem to beat that, but it is not shown "
         "which"),
        ({**BREAKS, "over_bills": edge(-0.02, -0.03, -0.01), "bills": {"rejects": True}},
         "Keep the default with 17 % in bills (58.1 % SPY), for now: some of 3 mixes within the "
         "limit seem to beat that, but it is not shown which"),
        ({**BREAKS, "bills": {"beyond_noise": True}},
         f"{CHOICE} beats the default with 17 % in bills beyond noise"),
        ({**BREAKS, "bills": {"differs": False}},
         f"Keep the default with 17 % in bills (58.1 % SPY): {CHOICE} earns the same"),
        ({**BREAKS, "eligible": 1}, "Keep the default with 17 % in bills (58.1 % SPY): "
         f"{CHOICE}, the only mix within the limit, is not shown to beat that"),
        ({**BREAKS, "eligible": 1, "over_bills": edge(0.02, 0.01, 0.03)},
         f"{CHOICE}, the only mix within the limit, leads the default with 17 % in bills: no proof "
         "that it is better than luck"),
        ({**BREAKS, "eligible": 1, "over_bills": edge(-0.02, -0.03, -0.01)},
         "Keep the default with 17 % in bills (58.1 % SPY): it did better than the only mix within "
         "the limit"),
        ({"max_drawdown": -0.3},
         f"{CHOICE} keeps the limit, which the default does not, and is not shown to be better "
         "than luck"),
    ],
)  # fmt: skip
def test_each_case_has_its_headline(parts, told):
    assert headline(made(**parts)) == told


def test_a_single_candidate_is_the_only_one():
    tuned = made(eligible=1, goal="sharpe", limits=())
    object.__setattr__(tuned, "metrics", tuned.metrics.iloc[:1])
    assert headline(tuned).endswith(f"{CHOICE}, the only mix, is not shown to beat it")


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (SURE, ("Beyond noise", "works")),
        ({}, ("No more than noise", "")),
        ({"lead": edge(0.01, 0.002, 0.02)}, ("Could be luck", "")),
        ({"lead": edge(-0.01, -0.02, -0.002)}, ("Behind", "fails")),
        ({"lead": edge(0.01)}, ("Too short to say", "")),
        ({"differs": False}, ("No difference", "")),
        # Where the default breaks the limit, the lead that counts is the one over what keeps it.
        ({**BREAKS, "lead": edge(-0.01, -0.02, -0.002)}, ("No more than noise", "")),
        ({**BREAKS, "over_bills": edge(-0.02, -0.03, -0.01)}, ("Behind", "fails")),
        ({**BREAKS, "bills": {"differs": False}}, ("No difference", "")),
        ({**BREAKS, "bills": {"beyond_noise": True}}, ("Beyond noise", "works")),
    ],
)
def test_how_sure_it_is_in_a_few_words(parts, told):
    assert chip(made(**parts)) == told


def test_what_keeps_the_limit_is_what_the_choice_is_held_against():
    assert rival_of(made()).name == rival_of(made(**BREAKS, **SURE)).name == "the default"
    rival = rival_of(made(**BREAKS))
    assert (rival.name, rival.is_default) == ("the default with 17 % in bills", False)
    assert rival.metrics["cagr"] == 0.05


def test_luck_is_that_of_the_lead_over_what_the_choice_is_held_against():
    assert luck_of(made(expected=64.0, **BREAKS, bills={"expected": 7.0})) == (
        "Of 66 tries, about 7 this good are expected by luck alone."
    )
    assert luck_of(made(expected=60.0)).startswith("Of 66 tries, some 60 this good")
    same = luck_of(made(**BREAKS, bills={"differs": False}))
    assert same.startswith("It earns the same as the default with 17 % in bills: ")


@pytest.mark.parametrize(
    ("parts", "why_not"),
    [
        (SURE, ""),
        ({**SURE, "members": 2}, ""),
        ({}, "its lead over the default is no more than noise"),
        ({"months": 43, "lead": edge(0.01)},
         "43 months are too few to say whether it beats the default"),
        ({"members": 3}, "the search tells no candidate from another; its lead over the default is "
         "no more than noise"),
        ({**SURE, "members": 3}, "the search cannot tell which of them is best"),
        ({"differs": False}, "month by month it earns the same as the default"),
        ({"weight": 0.0, "differs": False}, "it is the default itself"),
        ({**SURE, "fall": -0.2}, "it does not keep max_drawdown>-0.2"),
        ({"cagr": 0.004}, "its CAGR is below the default's"),
        ({"cagr": 0.004, "max_drawdown": -0.3},
         "its CAGR is below the default's, which does not keep max_drawdown>-0.2"),
        ({"cagr": 0.004, "fall": -0.3, "members": 3},
         "the search tells no candidate from another; it does not keep max_drawdown>-0.2; its "
         "CAGR is below the default's"),
    ],
)  # fmt: skip
def test_what_is_no_recommendation_says_why(parts, why_not):
    tuned = made(**parts)
    assert tuned.recommends == (why_not == "")
    assert no_recommendation(tuned) == why_not


def test_a_mix_is_told_as_an_investor_says_it_and_a_long_one_by_its_sides():
    tuned = made()
    assert candidate_words(tuned, 1) == "50 % SPY, 50 % cash"
    weights = {"SPY": 0.25, "QQQ": 0.25, "SHY": 0.05, "IEF": 0.2, "TLT": 0.2}
    tuned.config.params["weights"] = weights
    assert headline(tuned).startswith("Keep the default, 50 % equity, 45 % Treasuries, 5 % cash: ")
    tuned.config.params["weights"] = {"SPY": 0.6, "IEF": 0.4}
    assert headline(tuned).startswith("Keep the default, 60 % SPY, 40 % IEF: ")


def test_the_default_with_bills_is_told_by_what_it_holds():
    tuned = made(**BREAKS)
    tuned.config.params["weights"] = {"SPY": 0.6, "IEF": 0.4}
    assert diluted_words(tuned) == "49.8 % SPY, 33.2 % IEF"  # 83 % of each
    assert diluted_words(made()) == ""


@pytest.mark.parametrize(
    ("goal", "setting", "told"),
    [
        ("sharpe", "fx_hedge", "By Sharpe ratio, keep the default, half of the hedge's dollars "
         "sold forward (fx_hedge 0.5): none of 3 settings within the limit is shown to beat it"),
        ("cagr", "fx_hedge_equity", "By CAGR, keep the default, half of the equity's dollars sold "
         "forward (fx_hedge_equity 0.5): none of 3 settings within "
         "the limit is shown to beat it"),
    ],
)  # fmt: skip
def test_a_search_over_a_currency_hedge_says_what_it_is_judged_by(goal, setting, told):
    """Which hedge may say the opposite: it asks about equity's worst months."""
    tuned = over_a_hedge(setting, goal)
    assert headline(tuned) == told
    elsewhere = asked_elsewhere(tuned)
    assert bool(elsewhere) == (setting == "fx_hedge")  # that page is about the hedge alone
    assert "which-hedge.html" in elsewhere or not elsewhere
    assert not asked_elsewhere(made())
