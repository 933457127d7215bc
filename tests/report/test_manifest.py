"""Manifests: fields read from any version, and fields read from this version only."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from backtests.engine.plan import PLAN
from backtests.report.files import FORMAT, file_sha256, write_json
from backtests.report.folder import write_manifest
from backtests.report.manifest import (
    ComparisonManifest,
    Manifest,
    read_manifest,
    read_run_manifest,
)
from data.errors import OutputError


def change(folder, **values):
    """Write other values into a manifest; None removes a key."""
    path = folder / "manifest.json"
    content = {**json.loads(path.read_text()), **values}
    write_json(path, {key: value for key, value in content.items() if value is not None})


def test_a_manifest_lists_every_other_file_and_when_it_was_written(tmp_path):
    (tmp_path / "a.csv").write_text("1")
    (tmp_path / "b.html").write_text("2")
    about = ComparisonManifest(title="a · b", runs=("a", "b"), created="never", files={"x": "y"})
    write_manifest(tmp_path, about)
    manifest = read_manifest(tmp_path)
    assert manifest.files == {name: file_sha256(tmp_path / name) for name in ("a.csv", "b.html")}
    assert (manifest.kind, manifest.format, manifest.title) == ("comparison", FORMAT, "a · b")
    assert manifest.created.startswith("20")
    assert manifest.created.endswith("+00:00")
    assert json.loads((tmp_path / "manifest.json").read_text())["runs"] == ["a", "b"]


def test_the_manifest_of_a_run_says_what_determined_it(run, written):
    manifest = read_run_manifest(written)
    assert manifest.config == run.config.table
    assert (manifest.kind, manifest.format, manifest.verdict) == ("run", FORMAT, run.judged.word)
    assert manifest.payoff == run.judged.evidence.every.estimate
    assert (manifest.source, manifest.source_title) == ("bundled", run.market.title)
    assert manifest.origin == run.market.origin
    hashes = {name: series.sha256 for name, series in manifest.data.items()}
    assert hashes == run.market.fingerprints()
    assert manifest.data["SPY"].first == "1962-01-31"
    assert set(manifest.files) == {path.name for path in written.iterdir()} - {"manifest.json"}


def test_a_manifest_of_before_withheld_nothing_and_had_no_plan(written):
    now = read_run_manifest(written)
    config = json.loads((written / "manifest.json").read_text())["config"]
    assert [config.pop(name) for name in ("withholding", "real", *PLAN)] == [None] * (2 + len(PLAN))
    change(written, config=config)
    assert read_run_manifest(written) == now


def test_what_every_manifest_holds_is_read_of_an_older_version(written):
    """An index of many runs still lists those that an earlier version wrote."""
    now = read_manifest(written)
    change(written, format=2, origin={"of another": "form"}, config="a text then")
    assert read_manifest(written) == replace(now, format=2)
    change(written, format=None, kind=None, title=None)
    assert read_manifest(written) == Manifest(
        kind="run", format=0, created=now.created, files=now.files
    )


@pytest.mark.parametrize("version", [None, 1, FORMAT - 1, FORMAT + 1])
@pytest.mark.parametrize(
    ("strategy", "command"),
    [("hedge_mix", " with python -m backtests.run hedge_mix"), (5, ""), (None, "")],
)
def test_another_version_is_one_line_with_the_command(written, version, strategy, command):
    change(written, format=version, strategy=strategy)
    (written / "run.toml").unlink(missing_ok=True)
    with pytest.raises(OutputError) as caught:
        read_run_manifest(written)
    assert str(caught.value) == (
        f"{written} was written by another version of this program; run it again{command}"
    )


def test_another_version_with_its_configuration_is_made_again_as_it_was(written):
    """The strategy's name alone would make another run: other weights, dates and data."""
    (written / "run.toml").write_text('strategy = "hedge_mix"')
    change(written, format=FORMAT - 1)
    with pytest.raises(OutputError) as caught:
        read_run_manifest(written)
    assert str(caught.value).endswith(
        f"; run it again with python -m backtests.run --config {written / 'run.toml'}"
    )


def test_a_comparison_of_another_version_is_no_run_before_all_else(written):
    change(written, kind="comparison", format=FORMAT - 1)
    with pytest.raises(OutputError, match="is no run but a comparison; name runs"):
        read_run_manifest(written)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"verdict": 5}, "Expected `str | null`, got `int` - at `$.verdict`"),
        ({"remarks": "one"}, "Expected `array`, got `str` - at `$.remarks`"),
        ({"origin": None}, "Object missing required field `origin`"),
        ({"sauce": "x"}, "Object has the unknown field `sauce` - at `$`"),
        ({"data": {"SPY": {"source": "x"}}}, "missing required field `sha256` - at `$.data[...]`"),
    ],
)
def test_a_manifest_with_another_type_in_a_field_is_damaged(written, values, told):
    """Fields that only runs have: refused in one line that names the place."""
    change(written, **values)
    with pytest.raises(OutputError) as caught:
        read_run_manifest(written)
    message = str(caught.value)
    assert message.startswith(f"{written / 'manifest.json'} is damaged (")
    assert told in message
    assert message.endswith("); run it again")
    assert "\n" not in message


@pytest.mark.parametrize(
    "values",
    [{"created": 5}, {"format": "3"}, {"kind": ["run"]}, {"files": {"a": 1}}, {"files": None},
     {"title": {}}],
)  # fmt: skip
def test_a_manifest_that_no_version_wrote_is_damaged(written, values):
    change(written, **values)
    for read in (read_manifest, read_run_manifest):
        with pytest.raises(OutputError, match="missing or damaged; name the folder") as caught:
            read(written)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, '{"files": "\\ud800"}'])
def test_what_is_no_object_is_damaged(written, text):
    (written / "manifest.json").write_text(text)
    for read in (read_manifest, read_run_manifest):
        with pytest.raises(OutputError, match="missing or damaged; name the folder"):
            read(written)


def test_a_comparison_is_no_run(tmp_path):
    write_manifest(tmp_path, ComparisonManifest(title="x", runs=("a", "b")))
    with pytest.raises(OutputError, match="is no run but a comparison; name runs"):
        read_run_manifest(tmp_path)
