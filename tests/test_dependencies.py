"""Dependencies: every file that is installed is held against a hash, and none is left out."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT
from tests.licences import pins

CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")


def test_every_pin_has_hashes_of_its_files():
    blocks = re.split(r"\n(?=\S)", CONSTRAINTS.strip())
    assert len(blocks) > 100
    for block in blocks:
        assert re.match(r"[\w.-]+==[^\s;]+( ; [^\\]+)? \\\n", block), block
        hashes = block.split("\n")[1:]
        assert hashes, block
        for line in hashes:
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), block


def test_whatever_the_project_needs_is_pinned():
    pinned = {canonicalize_name(name) for name, _ in pins(CONSTRAINTS)}
    extras = PROJECT["project"]["optional-dependencies"].values()
    lines = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    waiting = [Requirement(line) for line in [*lines, *(line for part in extras for line in part)]]
    needed: set[str] = set()
    while waiting:
        asked = waiting.pop()
        if asked.name in needed and not asked.extras:
            continue
        needed.add(asked.name)
        with suppress(PackageNotFoundError):  # what builds this package is not kept
            for line in requires(asked.name) or []:
                inner = Requirement(line)
                wanted = ("", *asked.extras)
                is_for_us = inner.marker is None or any(
                    inner.marker.evaluate({"extra": extra}) for extra in wanted
                )
                waiting += [inner] if is_for_us else []
    assert {canonicalize_name(name) for name in needed} - pinned == set()
    assert len(needed) > 100


def test_every_installation_of_the_makefile_holds_files_against_hashes():
    lines = [line for line in MAKEFILE.splitlines() if re.search(r"\bpip install\b", line)]
    assert len(lines) == 2
    for line in lines:
        is_of_hashes = "--require-hashes" in line and "--no-deps" in line
        of_constraints = " --constraint constraints.txt --build-constraint constraints.txt "
        assert is_of_hashes or of_constraints in re.sub(r" +", " ", line)
    used = [line for line in MAKEFILE.splitlines() if line.startswith("\t$(INSTALL) ")]
    assert len(used) == 3


def wheel(folder: Path) -> str:
    """A package with nothing in it, and its hash."""
    path = folder / "thing-1.0-py3-none-any.whl"
    info = "thing-1.0.dist-info"
    files = {
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "".join(f"{info}/{name},,\n" for name in ("METADATA", "WHEEL", "RECORD")),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def installed(folder: Path, digest: str) -> subprocess.CompletedProcess[str]:
    """Install it as the Makefile does, into a folder, with a constraint of this hash."""
    (folder / "constraints.txt").write_text(f"thing==1.0 --hash=sha256:{digest}\n")
    uv = str(Path(sys.executable).with_name("uv"))
    where = ["--offline", "--no-index", "--find-links", ".", "--no-cache", "--target", "site"]
    words = [uv, "pip", "install", *where, "--constraint", "constraints.txt", "thing"]
    return subprocess.run(words, cwd=folder, check=False, capture_output=True, text=True)


def test_a_file_of_another_hash_is_not_installed(tmp_path: Path):
    digest = wheel(tmp_path)
    refused = installed(tmp_path, "0" * 64)
    assert refused.returncode != 0
    assert "Hash mismatch" in refused.stderr
    assert not list((tmp_path / "site").glob("thing*"))
    assert installed(tmp_path, digest).returncode == 0
    assert list((tmp_path / "site").glob("thing*"))
