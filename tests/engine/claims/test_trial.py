"""The trial: all claims in order, on the same data, under one name."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from backtests.analysis.claims import JUDGEMENTS, Trial
from backtests.engine.claims import trial as trials
from backtests.engine.claims.loading import load_exhibits
from backtests.engine.claims.trial import CLAIMS, fingerprints_of, trial_name, try_claims
from data.records import from_json, to_json


@pytest.fixture(scope="module")
def exhibits():
    return load_exhibits("bundled")


@pytest.fixture(scope="module")
def trial(exhibits):
    return try_claims(exhibits)


def test_every_claim_is_tried_once_and_in_order(trial):
    numbers = [claim.number for claim in trial.claims]
    assert numbers == list(range(1, 15))
    assert sum(len(trial.judged(judgement)) for judgement in JUDGEMENTS) == len(CLAIMS)


def test_each_says_what_would_refute_it_and_on_what_it_rests(trial):
    for claim in trial.claims:
        told = (claim.refuted_by, claim.data, claim.says, claim.because, claim.after_words)
        assert all(told), claim.number
        if claim.judgement != "cannot be tested here":
            figures = (*claim.measures, *claim.after)  # a forecast is judged by what came
            assert any(measure.decides for measure in figures), claim.number


def test_no_figure_up_to_the_article_is_of_after_it(trial):
    for claim in trial.claims:
        for measure in claim.measures:
            assert measure.last[:7] <= "2025-04", (claim.number, measure.what)


def test_labels_begin_small_and_say_what_they_are_by_themselves(trial):
    # Pages put those that decide first, so "the same" would be of another figure there.
    for claim in trial.claims:
        for measure in (*claim.measures, *claim.after):
            first = measure.what.split()[0]
            is_name = first.strip(",").isupper() or first.startswith(("CVaR", "Treasuries"))
            assert is_name or first[0].islower() or first[0].isdigit(), measure.what
            assert not measure.what.startswith("the same"), (claim.number, measure.what)


def test_no_two_figures_of_a_claim_have_one_label(trial):
    for claim in trial.claims:
        for figures in (claim.measures, claim.after):
            labels = [measure.what for measure in figures]
            assert len(labels) == len(set(labels)), claim.number


def test_since_the_article_equity_is_nowhere_the_first_figure(trial):
    for claim in trial.claims:
        assert not any(each.what.startswith("equity") for each in claim.after[:1]), claim.number


def test_no_claim_fails_for_lack_of_data():
    short = load_exhibits("bundled", "1962-06-30")
    assert {claim.number for claim in try_claims(short).claims} == {
        claim.number for claim in try_claims(load_exhibits("bundled", "1980-01-31")).claims
    }


def test_it_is_read_back_as_it_was_written(trial):
    assert from_json(Trial, to_json(trial)) == trial


def test_what_it_was_tried_on(trial):
    assert (trial.months_first, trial.months_last) == ("1962-01", "2025-12")
    assert (trial.days_title, trial.days_first, trial.days_last) == (None, None, None)
    assert trial.days_missing


def test_a_step_for_each_claim(exhibits, monkeypatch):
    monkeypatch.setattr(trials, "CLAIMS", CLAIMS[10:12])
    steps = []

    def progress(step):
        steps.append(step)
        return nullcontext()

    made = try_claims(exhibits, progress)
    assert [claim.number for claim in made.claims] == [11, 12]
    assert steps == ["trying claim 1 of 2", "trying claim 2 of 2"]


def test_the_name_follows_the_data(exhibits):
    name = trial_name(exhibits)
    assert name == trial_name(load_exhibits("bundled"))
    assert name != trial_name(load_exhibits("bundled", "2020-12-31"))
    assert name.startswith("claims-")


def test_every_series_has_a_fingerprint(exhibits):
    names = fingerprints_of(exhibits)
    assert {f"months: {ticker}" for ticker in exhibits.months.tickers} <= names.keys()
    assert all(len(digest) == 64 for digest in names.values())
