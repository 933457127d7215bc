"""JSON of results folders: records as plain values, no NaN, no half-read text."""

from __future__ import annotations

import pytest

from backtests.report import files
from backtests.report.manifest import Manifest


def test_json_refuses_nan(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        files.write_json(tmp_path / "x.json", {"a": float("nan")})


@pytest.mark.parametrize("text", ["[]", "1", "null", "{", '{"a": NaN}', '{"a": "\\ud800"}', "\xff"])
def test_what_is_no_object_of_text_is_refused(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=r"x.json holds no object|JSON|delimiter|property|codec"):
        files.read_json(path)


def test_a_record_is_written_as_its_plain_values(tmp_path):
    path = tmp_path / "x.json"
    record = Manifest(kind="run", created="2020", title="é", files={"a": "b"})
    files.write_json(path, record)
    expected = """{
  "kind": "run",
  "created": "2020",
  "format": 7,
  "files": {
    "a": "b"
  },
  "title": "é",
  "finding": ""
}
"""
    assert path.read_text("utf-8") == expected
    assert files.holds_json(path, record)
    assert files.holds_json(path, files.read_json(path))
    assert not files.holds_json(path, Manifest(kind="run", created="2021"))
    assert not files.holds_json(tmp_path / "absent.json", record)
