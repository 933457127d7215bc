"""Records and JSON: what is written reads back equal, and a wrong file is refused."""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest
from immutabledict import immutabledict

from backtests.analysis.cross_check import LABELS, Headline, cross_check
from backtests.engine import ledger
from backtests.engine.backtest import load_inputs, simulated
from backtests.engine.config import RunConfig
from backtests.engine.judge import judge_run
from backtests.engine.run import Run
from backtests.engine.summary import Latest, Summary
from backtests.report.files import read_json
from backtests.report.manifest import ComparisonManifest, RunManifest, SearchManifest
from backtests.report.run_folder import write_run
from backtests.report.verdict.document import Document, document
from data.origin import How, Origin
from data.provenance import Tracking
from data.records import as_number, freeze_mappings, from_json, frozen, ten_digits, to_json

OLDER = Origin(
    How.OLDER, "2024-01-02", dt.timedelta(days=3, minutes=1), failure="refused", short="no route"
)
TRACKED = Tracking("IEF", "ladder", "2002-07", "2024-12", 269, 0.99, 0.004, 0.0, 1.0, None, None)


@pytest.fixture(scope="module")
def run() -> Run:
    """A rule with its controls, its attribution, and variants that could not be made."""
    config = RunConfig("attack_defend", source="bundled", start="1995-01-31", benchmark="SPY")
    made = simulated(load_inputs(config), ledger.fill)
    verdict = judge_run(
        made.market,
        config.make_strategy(),
        made.simulation,
        "SPY",
        engine=ledger.fill,
        searching=ledger.fill,
    )
    ours = Headline(**dict.fromkeys(LABELS, 0.5))
    checked = cross_check(ours, ours, replace(ours, sharpe=None, cagr=0.6))
    return replace(made, verdict=replace(verdict, cross_check=checked, tracking=(TRACKED,)))


@pytest.fixture(scope="module")
def records(run, tmp_path_factory) -> Mapping[str, object]:
    """Every record that a file holds, by name."""
    folder = write_run(tmp_path_factory.mktemp("results"), run, with_tearsheet=False)
    manifest = from_json(RunManifest, read_json(folder / "manifest.json"))
    return {
        "PortfolioNumbers": run.summary.metrics,
        "Summary": run.summary,
        "Latest": run.summary.latest,
        "Document": document(run.judged, run.summary),
        "Verdict": run.judged,
        "RunManifest": manifest,
        "of a fallback": replace(manifest, origin=OLDER, verdict=None),
        "ComparisonManifest": ComparisonManifest(title="a · b", runs=("a", "b")),
        "SearchManifest": SearchManifest(
            config=run.config.table,
            objective="sharpe",
            search="0123456789",
            notes=run.market.notes,
            age_days=3,
            data=run.market.fingerprints(),
            versions=manifest.versions,
        ),
    }


def written(record: object):
    """What a file would hold, read again by JSON alone."""
    return json.loads(json.dumps(to_json(record), allow_nan=False))


@pytest.mark.parametrize(
    "name",
    ["PortfolioNumbers", "Summary", "Latest", "Document", "Verdict", "RunManifest",
     "of a fallback", "ComparisonManifest", "SearchManifest"],
)  # fmt: skip
def test_what_is_written_reads_back_equal(records, name):
    record = records[name]
    read = from_json(type(record), written(record))
    assert read == record
    assert type(read) is type(record)
    assert to_json(read) == to_json(record)


def test_a_whole_run_is_among_the_records(records):
    """What reads back is no empty shell: every table has a row, and some numbers are missing."""
    verdict = records["Verdict"]
    for name in ("works", "crises", "regimes", "holding", "portfolios", "cross_check", "tracking"):
        assert getattr(verdict, name), name
    assert verdict.attribution.parts
    assert verdict.series.months
    assert any(row.numbers is None and row.missing for row in verdict.portfolios)
    assert isinstance(verdict.yield_terciles_pct, tuple)
    assert records["RunManifest"].data["SPY"].sha256


def without(content, *path):
    """Plain values without one of them."""
    changed = copy.deepcopy(content)
    *before, last = path
    inner = changed
    for step in before:
        inner = inner[step]
    del inner[last]
    return changed


def having(content, value, *path):
    """Plain values with another one in a place."""
    changed = copy.deepcopy(content)
    *before, last = path
    inner = changed
    for step in before:
        inner = inner[step]
    inner[last] = value
    return changed


@pytest.mark.parametrize(
    ("name", "path", "told"),
    [
        ("Summary", ("latest",), "missing required field `latest`"),
        ("Summary", ("metrics", "cagr"), "required field `cagr` - at `$.metrics`"),
        ("Summary", ("benchmark", "metrics", "calmar"), "`calmar` - at `$.benchmark.metrics`"),
        ("Document", ("matched_weight",), "missing required field `matched_weight`"),
        ("Document", ("works", 1, "bills", "low"), "`low` - at `$.works[1].bills`"),
        ("RunManifest", ("origin",), "missing required field `origin`"),
        ("RunManifest", ("config", "lag"), "required field `lag` - at `$.config`"),
        ("RunManifest", ("data", "SPY", "sha256"), "`sha256` - at `$.data[...]`"),
        ("ComparisonManifest", ("runs",), "missing required field `runs`"),
        ("SearchManifest", ("search",), "missing required field `search`"),
    ],
)
def test_a_missing_field_is_refused_with_its_path(records, name, path, told):
    record = records[name]
    with pytest.raises(ValueError, match="required field") as caught:
        from_json(type(record), without(written(record), *path))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("name", "path", "told"),
    [
        ("Summary", ("turnover_per_year",), "`turnover_per_year` - at `$`"),
        ("Summary", ("metrics", "ulcer"), "`ulcer` - at `$.metrics`"),
        ("Summary", ("benchmark", "cagr"), "`cagr` - at `$.benchmark`"),
        ("Document", ("works", 1, "bills", "middle"), "`middle` - at `$.works[1].bills`"),
        ("Document", ("portfolios", 2, "cagr"), "`cagr` - at `$.portfolios[2]`"),
        ("Document", ("series", "growth", "cash"), "`cash` - at `$.series.growth`"),
        ("RunManifest", ("data", "SPY", "md5"), "`md5` - at `$.data.SPY`"),
        ("SearchManifest", ("remarks",), "`remarks` - at `$`"),
    ],
)
def test_an_extra_field_is_refused_with_its_path(records, name, path, told):
    record = records[name]
    with pytest.raises(ValueError, match="unknown field") as caught:
        from_json(type(record), having(written(record), 1.0, *path))
    assert str(caught.value) == f"Object has the unknown field {told}"


@pytest.mark.parametrize(
    ("name", "value", "path", "told"),
    [
        ("Summary", "0.08", ("metrics", "cagr"), "`float | null`, got `str` - at `$.metrics.cagr`"),
        ("Summary", None, ("metrics", "cvar_95"), "`float`, got `null` - at `$.metrics.cvar_95`"),
        ("Summary", 1.5, ("periods",), "Expected `int`, got `float` - at `$.periods`"),
        ("Summary", True, ("initial",), "Expected `float`, got `bool` - at `$.initial`"),
        ("Summary", "monthly", ("notes",), "Expected `array`, got `str` - at `$.notes`"),
        ("Summary", {"SPY": "x"}, ("latest", "held"), "got `str` - at `$.latest.held[...]`"),
        ("Document", "maybe", ("word",), "Invalid enum value 'maybe' - at `$.word`"),
        ("Document", "much", ("cost", "cvar_points_per_growth_point", "bills"),
         "Invalid enum value 'much' - at `$.cost.cvar_points_per_growth_point.bills`"),
        ("Document", {}, ("crises",), "Expected `array`, got `object` - at `$.crises`"),
        ("RunManifest", "3", ("format",), "Expected `int`, got `str` - at `$.format`"),
        ("RunManifest", "thrown", ("origin", "how"), "value 'thrown' - at `$.origin.how`"),
        ("RunManifest", [1], ("files",), "Expected `object`, got `array` - at `$.files`"),
        ("ComparisonManifest", [1, 2], ("runs",), "`str`, got `int` - at `$.runs[0]`"),
    ],
)  # fmt: skip
def test_another_type_is_refused_with_its_path(records, name, value, path, told):
    record = records[name]
    with pytest.raises(ValueError, match="at `") as caught:
        from_json(type(record), having(written(record), value, *path))
    assert told in str(caught.value)


@pytest.mark.parametrize("value", [None, [], "x", 3, True])
def test_what_is_no_object_is_refused(value):
    with pytest.raises(ValueError, match="Expected `object`"):
        from_json(Summary, value)


def test_a_record_of_words_that_contradict_is_refused(records):
    content = having(written(records["RunManifest"]), "a reason", "origin", "failure")
    with pytest.raises(ValueError, match="a failure has a short reason"):
        from_json(RunManifest, content)


@pytest.mark.parametrize("key", ["fee_bps", "lag"])
def test_a_field_with_a_default_has_to_be_there_too(records, key):
    """Costs that a file does not tell are not the default's."""
    summary = written(records["Summary"])
    del summary["costs"][key]
    with pytest.raises(ValueError, match=rf"missing required field `{key}` - at `\$\.costs`"):
        from_json(Summary, summary)


def test_what_was_read_is_written_whole_again(records):
    content = written(records["Summary"])
    assert to_json(from_json(Summary, content)) == content


def test_fields_are_looked_for_behind_what_has_none():
    with pytest.raises(ValueError, match=r"unknown field `of` - at `\$\.parts\[1\]`"):
        from_json(Gappy, {"parts": [None, {"number": 1.5, "count": 2, "of": "SPY"}]})


def test_what_no_record_holds_is_not_written():
    with pytest.raises(TypeError, match="range is no plain value"):
        to_json({"a": range(3)})


# Digits


@dataclass(frozen=True)
class Inner:
    """A record within another one."""

    number: float | None
    count: int


@dataclass(frozen=True)
class Gappy:
    """Records with a place left empty."""

    parts: tuple[Inner | None, ...]


@dataclass(frozen=True)
class Outer:
    """Every kind of value that a record holds."""

    inner: Inner
    path: tuple[float | None, ...]
    table: Mapping[str, float | None]
    word: str = "works"
    yes: bool = True


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        (1 / 3, 0.3333333333),
        (2 / 3, 0.6666666667),
        (-12345.678901234, -12345.6789),
        (1234567890123.4, 1234567890000.0),
        (1.00000000049e-7, 1e-07),
        (1.0000000005e-7, 1.000000001e-07),
        (0.1 + 0.2, 0.3),
        (0.0, 0.0),
        (math.nan, None),
        (math.inf, None),
        (-math.inf, None),
    ],
)
def test_ten_significant_digits_by_hand(number, kept):
    assert ten_digits(number) == kept


def test_every_number_of_a_record_is_rounded_and_nan_is_none():
    record = Outer(Inner(1 / 3, 12345678901), (math.nan, 2 / 3), {"a": math.inf, "b": 0.1 + 0.2})
    assert ten_digits(record) == Outer(
        Inner(0.3333333333, 12345678901), (None, 0.6666666667), {"a": None, "b": 0.3}
    )
    assert ten_digits(record).yes is True
    assert record.path[1] == 2 / 3  # the record itself is as it was


@pytest.mark.parametrize("odd", [None, math.nan, -math.inf, np.float64(1 / 3), 7, True, "x"])
def test_a_long_row_is_rounded_as_each_of_its_numbers_is(odd):
    row = (*np.random.default_rng(1).normal(0, 1e3, 40).tolist(), -0.0, 0.0, 1e-300, 1e300)
    row = row if odd is None else (*row[:20], odd, *row[20:])
    rounded = ten_digits(row)
    assert list(map(repr, rounded)) == [repr(ten_digits(number)) for number in row]
    assert type(rounded) is tuple


def test_rounding_twice_changes_nothing(records):
    verdict = records["Verdict"]
    assert ten_digits(verdict) == verdict


# Frozen


def test_a_frozen_mapping_is_frozen_to_its_last_level():
    given = {"weights": {"SPY": 0.6}, "rebalance": "never"}
    fixed = frozen(given)
    given["weights"]["SPY"] = 1.0
    assert fixed == {"weights": {"SPY": 0.6}, "rebalance": "never"}
    assert hash(fixed) == hash(frozen({"weights": {"SPY": 0.6}, "rebalance": "never"}))
    with pytest.raises(TypeError):
        fixed["rebalance"] = "monthly"
    with pytest.raises(TypeError):
        fixed["weights"]["SPY"] = 1.0
    assert frozen("a text") == "a text"


def test_a_record_freezes_the_mappings_it_is_given():
    @dataclass(frozen=True)
    class Held:
        weights: Mapping[str, float]
        word: str

        def __post_init__(self) -> None:
            freeze_mappings(self)

    given = {"SPY": 0.6}
    held = Held(given, "x")
    given["SPY"] = 1.0
    assert held.weights == {"SPY": 0.6}
    assert isinstance(held.weights, immutabledict)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Summary", "params"),
        ("Latest", "target"),
        ("Latest", "held"),
        ("Latest", "pending"),
        ("Verdict", "regimes_unlabelled_months"),
        ("RunManifest", "files"),
        ("RunManifest", "data"),
        ("RunManifest", "versions"),
        ("SearchManifest", "data"),
    ],
)
@pytest.mark.parametrize("again", [False, True])
def test_no_mapping_of_a_record_can_be_changed(records, name, field, again):
    """Neither of one that was made nor of one that was read."""
    record = records[name]
    if again:
        record = from_json(type(record), written(record))
    mapping = getattr(record, field)
    assert mapping
    before = dict(mapping)
    with pytest.raises(TypeError):
        mapping["SPY"] = 9
    with pytest.raises(AttributeError):
        mapping.clear()
    with pytest.raises(AttributeError):
        setattr(record, field, {})
    assert mapping == before


def test_parameters_of_a_summary_are_frozen_inside():
    config = RunConfig("hedge_mix", source="bundled", start="2020-01-31")
    summary = simulated(load_inputs(config), ledger.fill).summary
    for each in (summary, from_json(Summary, written(summary))):
        with pytest.raises(TypeError):
            each.params["weights"]["SPY"] = 9
        with pytest.raises(TypeError):
            each.weights["SPY"] = 9


def test_latest_keeps_nothing_of_what_it_was_given():
    given = {"SPY": 0.6, "CASH": 0.4}
    latest = Latest("2020-01-31", "2020-01-31", given, given, None)
    given["SPY"] = 1.0
    assert latest.target == latest.held == {"SPY": 0.6, "CASH": 0.4}
    assert latest.pending is None


def test_a_document_is_a_verdict_with_the_run_it_is_of(records):
    document = records["Document"]
    assert isinstance(document, Document)
    assert (document.run.strategy, document.run.start) == ("attack_defend", "1994-12-31")
    assert document.sentences.cash.startswith("Beyond cash: unclear.")


@pytest.mark.parametrize(
    ("value", "kind", "plain"),
    [
        (25, float, "25.0"),
        (np.int64(25), float, "25.0"),
        (np.float32(0.5), float, "0.5"),
        (Fraction(1, 4), float, "0.25"),
        (25.0, int, "25"),
        (np.int8(25), int, "25"),
        (2**70 + 1, int, str(2**70 + 1)),
        # Not for this function to refuse: they come back as they are.
        (25.5, int, "25.5"),
        (True, int, "True"),
        ("25", float, "'25'"),
        (None, float, "None"),
        (float("inf"), int, "inf"),
        (10**400, float, str(10**400)),
    ],
)
def test_a_number_is_of_pythons_own_kind(value, kind, plain):
    assert repr(as_number(value, kind)) == plain
