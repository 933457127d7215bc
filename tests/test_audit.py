"""The audit of the pins: what it finds, and that it never takes silence for innocence."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.audit import judge
from tests.conftest import ROOT

# As pip-audit 2.10 writes its JSON.
CLEAN = {"name": "click", "version": "8.1.8", "vulns": []}
FAULT = {"id": "PYSEC-2023-74", "fix_versions": ["2.31.0"], "aliases": [], "description": ""}
FAULTY = {"name": "requests", "version": "2.30.0", "vulns": [FAULT]}
SKIPPED = {"name": "numpy", "skip_reason": "Dependency not found on PyPI"}


def test_what_was_audited_and_is_clean():
    assert judge([CLEAN]) == (0, ["1 pins audited, no known vulnerability"])


def test_a_vulnerability_is_named_with_its_cure():
    code, lines = judge([CLEAN, FAULTY])
    assert code == 1
    assert lines[0] == "requests 2.30.0: PYSEC-2023-74, mended in 2.31.0"


def test_what_was_not_audited_is_no_success():
    code, (line,) = judge([CLEAN, SKIPPED])
    assert code == 2
    assert line.startswith("not audited: 1 of 2 pins (numpy)")
    assert judge([])[0] == 2


def test_a_vulnerability_outweighs_what_was_not_audited():
    code, lines = judge([FAULTY, SKIPPED])
    assert code == 1
    assert len(lines) == 2


def test_without_its_database_it_says_so_in_one_line():
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY",
                             "all_proxy"), "http://127.0.0.1:1")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.audit"], cwd=ROOT, check=False, capture_output=True,
        text=True, timeout=240, env={**os.environ, **nowhere, "NO_PROXY": "", "no_proxy": ""},
    )  # fmt: skip
    assert done.returncode == 2
    (line,) = done.stdout.splitlines()
    assert line.startswith("not audited: ")
    assert line.endswith("run make audit with internet")
    assert done.stderr == ""
