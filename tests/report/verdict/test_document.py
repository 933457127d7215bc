"""``verdict.json``: written and read back, with the run and the sentences."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from backtests.analysis.record import LongView
from backtests.report.verdict.document import Document, document, read_verdict
from backtests.report.verdict.words import sentences
from data.records import fields_of, to_json


@pytest.fixture(scope="module")
def record(run) -> Document:
    return document(run.verdict, run.summary)


def content(record: Document):
    return json.loads(json.dumps(to_json(record), allow_nan=False))


def test_what_is_written_reads_back(run, record):
    read = read_verdict(content(record))
    assert read == record
    assert fields_of(run.verdict).items() <= fields_of(read).items()
    assert sentences(read) == sentences(run.verdict)


def test_states_and_the_long_view_read_back(run):
    view = LongView(
        "", "months", "1962-01-31", "2025-12-31", "it depended", run.verdict.evidence, 1, ("IEF",)
    )
    for long in (view, LongView("the bundled months do not know GLD")):
        verdict = replace(run.verdict, word="same as bills", long_view=long)
        read = read_verdict(content(document(verdict, run.summary)))
        assert read.long_view == long
        assert read.evidence == verdict.evidence
        assert read.word == "same as bills"
        assert read.sentences.long == sentences(verdict).long != ""


def test_without_a_hedge_there_is_no_evidence(run):
    bare = replace(run.verdict, word="no hedge", evidence=None, first_edition_word=None,
                   holds_hedge=False)  # fmt: skip
    plain = content(document(bare, run.summary))
    assert plain["evidence"] is plain["first_edition_word"] is plain["long_view"] is None
    assert read_verdict(plain).evidence is None


def test_a_file_says_which_run_it_is_of_and_what_came_out(run, record):
    plain = content(record)
    assert plain["run"] == {
        "strategy": "hedge_mix",
        "params": {"weights": {"SPY": 0.6, "IEF": 0.4}, "rebalance": "monthly"},
        "source": "bundled",
        "source_title": run.market.title,
        "start": "1995-01-31",
        "end": "2025-12-31",
        "costs": {"fee_bps": 2.0, "slippage_bps": 1.0, "lag": 1},
        "periods_per_year": 12,
    }
    assert plain["sentences"] == to_json(sentences(run.verdict))
    assert set(plain["portfolios"][0]) == {
        "key", "label", "missing", "numbers", "equity_weight", "cvar_saved_against_bills_monthly",
    }  # fmt: skip
    assert plain["word"] == run.verdict.word


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda all_: all_.pop("word"), "missing required field `word`"),
        (lambda all_: all_.pop("holds_hedge"), "missing required field `holds_hedge`"),
        (lambda all_: all_["sample"].pop("months"), "`months` - at `$.sample`"),
        (lambda all_: all_["sample"].update(days=1), "`days` - at `$.sample`"),
        (lambda all_: all_["tickers"].pop("hedge"), "`hedge` - at `$.tickers`"),
        (lambda all_: all_["regimes"][0].pop("down_months"), "`down_months` - at `$.regimes[0]`"),
        (lambda all_: all_["crises"][0].update(equity="-20 %"), "at `$.crises[0].equity`"),
        (lambda all_: all_["cost"]["cvar_points_per_growth_point"].update(bills="dear"),
         "at `$.cost.cvar_points_per_growth_point.bills`"),
        (lambda all_: all_["run"].update(start=None), "at `$.run.start`"),
        (lambda all_: all_.update(word="works well"), "at `$.word`"),
        (lambda all_: all_.pop("evidence"), "missing required field `evidence`"),
        (lambda all_: all_["evidence"]["every"].update(word="it depends"),
         "at `$.evidence.every.word`"),
        (lambda all_: all_["evidence"]["negative"].pop("payoff"),
         "`payoff` - at `$.evidence.negative`"),
        (lambda all_: all_["evidence"]["difference"].update(low="-1 %"),
         "at `$.evidence.difference.low`"),
        (lambda all_: all_["worst_quarter_monthly"].pop("bills"),
         "`bills` - at `$.worst_quarter_monthly`"),
        (lambda all_: all_["sentences"].pop("cost"), "`cost` - at `$.sentences`"),
    ],
)  # fmt: skip
def test_half_a_verdict_is_refused(record, change, told):
    """A file that lacks a field which the sentences need is not read at all."""
    plain = content(record)
    change(plain)
    with pytest.raises(ValueError, match="at `|required field") as caught:
        read_verdict(plain)
    assert told in str(caught.value)
