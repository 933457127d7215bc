"""The list of licences: which of a package's fields is believed, and that silence is no licence."""

from __future__ import annotations

from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest

from tests import licences

MIT_TEXT = (
    "Copyright (c) 2020 Somebody\n\nPermission is hereby granted, free\nof charge, to any person"
)


def package(folder: Path, fields: str, licence: str = "") -> Distribution:
    """An installed package as installers leave it: metadata, a record, and perhaps a licence."""
    info = folder / "thing-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: thing\nVersion: 1.0\n{fields}\n")
    record = ["thing-1.0.dist-info/METADATA,,"]
    if licence:
        (info / "LICENSE").write_text(licence)
        record.append("thing-1.0.dist-info/LICENSE,,")
    (info / "RECORD").write_text("\n".join(record))
    return PathDistribution(info)


@pytest.mark.parametrize(
    ("fields", "text", "expected"),
    [
        ("License-Expression: MIT OR Apache-2.0\nLicense: old words", "", "MIT OR Apache-2.0"),
        ("License: BSD\nClassifier: License :: OSI Approved :: BSD License", "", "BSD License"),
        ("Classifier: License :: OSI Approved\nLicense: NCSA", "", "NCSA"),
        (f"License: {'word ' * 40}", "The Long Licence\nof words", "The Long Licence"),
        ("Classifier: Topic :: Office", MIT_TEXT, "MIT, by its text"),
        ("Classifier: Topic :: Office", "", licences.UNNAMED),
    ],
)
def test_the_most_exact_field_is_believed(tmp_path: Path, fields: str, text: str, expected: str):
    assert licences.licence(package(tmp_path, fields, text)) == expected


def test_every_pin_is_listed_once_also_with_a_marker_and_with_hashes():
    text = (
        "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:aa \\\n"
        "    --hash=sha256:bb\nnumpy==2.5.5 ; python_full_version >= '3.12'\nclick==8.5.1\n"
    )
    assert licences.pins(text) == [("numpy", "2.4.6"), ("numpy", "2.5.5"), ("click", "8.5.1")]


def test_a_pin_without_a_licence_is_counted_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    thing = package(tmp_path, "Summary: nothing")
    monkeypatch.setattr(licences, "distribution", lambda _: thing)
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("thing==1.0\nthing==2.0\n")
    assert licences.main(constraints) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"thing  1.0  {licences.UNNAMED}",
        f"thing  2.0  {licences.ABSENT}",  # of another version nothing is known
        "2 dependencies, 1 of them not installed on this system, 1 without a licence",
    ]
