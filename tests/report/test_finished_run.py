"""A finished run read back: equal to what was made, or refused in one line."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from backtests.report.files import FORMAT, file_sha256, write_json
from backtests.report.finished_run import read_run
from backtests.report.verdict.document import document
from data.errors import OutputError


def vouch(folder, name):
    """Put a file's present hash into the manifest, as if it had been written like this."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"][name] = file_sha256(folder / name)
    write_json(path, manifest)


def doctor(folder, name, change):
    """Change the content of a JSON file, and its hash in the manifest."""
    content = json.loads((folder / name).read_text())
    change(content)
    write_json(folder / name, content)
    vouch(folder, name)


def refusal(folder) -> str:
    """The message with which a folder is refused; one line."""
    with pytest.raises(OutputError) as caught:
        read_run(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_was_written_reads_back(run, written):
    finished = read_run(written)
    assert finished.summary == run.summary
    assert finished.verdict == document(run.judged, run.summary)
    assert (finished.name, finished.first_fill, finished.ppy) == (
        run.name, run.simulation.first_fill, 12,
    )  # fmt: skip
    assert finished.manifest.config == run.config.table
    assert finished.values.index.equals(run.simulation.nav.index)
    np.testing.assert_array_equal(finished.values["strategy"], run.simulation.nav)
    np.testing.assert_array_equal(finished.values["benchmark"], run.benchmark.nav)
    np.testing.assert_array_equal(finished.weights, run.simulation.weights)
    pd.testing.assert_frame_equal(finished.orders, run.simulation.orders, check_dtype=False)


def test_a_run_without_a_verdict_has_none(written):
    (written / "verdict.json").unlink()
    manifest = json.loads((written / "manifest.json").read_text())
    del manifest["files"]["verdict.json"]
    write_json(written / "manifest.json", manifest)
    assert read_run(written).verdict is None


@pytest.mark.parametrize("version", [None, 2, FORMAT + 1])
def test_a_run_of_the_old_format_names_the_command(written, version):
    """Refused before anything else is read: its other files are in another format."""
    manifest = json.loads((written / "manifest.json").read_text())
    manifest |= {"format": version}
    if version is None:
        del manifest["format"]
    write_json(written / "manifest.json", manifest)
    doctor(written, "summary.json", lambda content: content.pop("metrics"))
    assert refusal(written) == (
        f"{written} was written by another version of this program; run it again with "
        f"python -m backtests.run --config {written / 'run.toml'}"
    )


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("summary.json", lambda all_: all_.pop("latest"), "required field `latest`"),
        ("summary.json", lambda all_: all_["metrics"].pop("cagr"), "`cagr` - at `$.metrics`"),
        ("summary.json", lambda all_: all_["metrics"].update(cagr="8 %"), "at `$.metrics.cagr`"),
        ("summary.json", lambda all_: all_.update(costs_paid=1.0), "unknown field `costs_paid`"),
        ("summary.json", lambda all_: all_["benchmark"].update(cagr=1.0), "at `$.benchmark`"),
        ("summary.json", lambda all_: all_.update(periods_per_year=260), "periods_per_year is 260"),
        ("verdict.json", lambda all_: all_.pop("word"), "required field `word`"),
        ("verdict.json", lambda all_: all_.update(word="maybe"), "'maybe' - at `$.word`"),
        ("verdict.json", lambda all_: all_["works"][0].pop("bills"), "at `$.works[0]`"),
        ("verdict.json", lambda all_: all_["portfolios"][0].update(cagr=1.0),
         "unknown field `cagr` - at `$.portfolios[0]`"),
    ],
)  # fmt: skip
def test_a_file_that_lacks_or_has_too_much_is_damaged(written, name, change, told):
    doctor(written, name, change)
    message = refusal(written)
    assert message.startswith(f"{written} is damaged (ValueError: ")
    assert told in message
    assert message.endswith("); run it again")


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("equity.csv", "strategy,benchmark,cash", "strategy,benchmark,bills", "lacks rows or col"),
        ("equity.csv", "1995-03-31,", "1995-01-31,", "the dates of equity.csv do not ascend"),
        ("equity.csv", "1995-03-31,", "1995-03-31,-", "equity.csv has an impossible value"),
        ("weights.csv", "1995-03-31,", "1995-03-30,", "not on the dates of equity.csv"),
        ("weights.csv", "1995-03-31,0", "1995-03-31,-0", "weights.csv has an impossible value"),
        ("orders.csv", "1995-03-31,", "1995-03-30,", "orders.csv has dates that equity.csv lacks"),
        ("orders.csv", ",value,", ",worth,", "KeyError"),
        # A head of so many columns would take minutes.
        ("equity.csv", "date,", "date," + "," * (1 << 15), "has a line of more than 32,768"),
    ],
)
def test_tables_in_another_shape_are_damaged(written, name, old, new, told):
    text = (written / name).read_text()
    assert old in text
    (written / name).write_text(text.replace(old, new, 1))
    vouch(written, name)
    message = refusal(written)
    assert message.startswith(f"{written} is damaged (")
    assert told in message


@pytest.mark.parametrize("column", [1, 2, 3])
def test_a_value_of_nothing_cannot_be(written, column):
    """Levels are divisors and must be positive; weights and orders may be zero."""
    lines = (written / "equity.csv").read_text().splitlines()
    cells = lines[5].split(",")
    cells[column] = "0.0"
    lines[5] = ",".join(cells)
    (written / "equity.csv").write_text("\n".join(lines) + "\n")
    vouch(written, "equity.csv")
    assert "equity.csv has an impossible value" in refusal(written)


def test_a_file_that_the_manifest_does_not_list_is_not_read(written):
    manifest = json.loads((written / "manifest.json").read_text())
    del manifest["files"]["orders.csv"]
    write_json(written / "manifest.json", manifest)
    assert "its manifest does not list orders.csv" in refusal(written)


def test_one_byte_of_another_file_is_damage(written):
    path = written / "weights.csv"
    path.write_text(path.read_text().replace("0.6", "0.7", 1))
    assert refusal(written) == f"{path} is missing or damaged; run again to replace it"
