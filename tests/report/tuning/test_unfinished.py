"""Scores on disk: a part that does not verify is ignored."""

from __future__ import annotations

from tests.searches import BUNDLED, MIXES, command


def test_a_part_that_does_not_verify_is_scored_again(tmp_path, capsys):
    asked = (*MIXES, *BUNDLED, "--out", str(tmp_path))
    assert command(capsys, *asked, "--subject-to", "worst_year>0.5")[0] == 2
    (part,) = tmp_path.glob(".tuning-*/*.part")
    spoilt = bytearray(part.read_bytes())
    spoilt[200] ^= 1
    part.write_bytes(spoilt)
    code, _, told = command(capsys, *asked, "--subject-to", "worst_year>-0.2")
    assert code == 0
    assert "scoring: 286 of 286" in told  # else nothing was left to score
