"""``python -m tests.golden [check|record]``: compare this code's numbers with the recorded ones.

``check`` makes every case and compares all of its values by key path, to the last digit; exit
code 1 and one line for each difference that ``allowed.toml`` does not explain. Processors add up
in different orders: on another kind of machine, ``--digits 9`` compares so many digits.
``record`` keeps the numbers of the code as it stands, for the next rebuild.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.conftest import SHARED
from tests.golden.cases import make_all
from tests.golden.numbers import Flat, compare, flat, read_rules

HERE = Path(__file__).parent
KEPT = HERE / "kept"
MOST_LINES = 40


def flat_cases(cases: dict[str, dict[str, object]]) -> Flat:
    """Values of all cases by ``case/file:path``."""
    return {
        f"{case}/{file}:{path}": value
        for case, files in cases.items()
        for file, content in files.items()
        for path, value in flat(content)
    }


def record(cases: dict[str, dict[str, object]]) -> None:
    """Record the numbers: a file for each case, a line for each file and key."""
    KEPT.mkdir(exist_ok=True)
    for name, files in cases.items():
        lines = [f"{json.dumps(file)}: {_lines(content)}" for file, content in files.items()]
        (KEPT / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def _lines(content: object) -> str:
    if not isinstance(content, dict):
        return json.dumps(content, ensure_ascii=False)
    inner = [
        f" {json.dumps(key)}: {json.dumps(value, separators=(',', ':'), ensure_ascii=False)}"
        for key, value in content.items()
    ]
    return "{\n" + ",\n".join(inner) + "\n}"


def read_kept(*, private: bool) -> dict[str, dict[str, object]]:
    """Read the recorded numbers, by case; of a case not recorded yet there are none."""
    from tests.golden.cases import CASES

    names = [case.name for case in CASES if private or not case.private]
    paths = {name: KEPT / f"{name}.json" for name in names}
    there = {name: path for name, path in paths.items() if path.exists()}
    return {name: json.loads(path.read_text("utf-8")) for name, path in there.items()}


def main() -> int:
    """Record or check."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("what", choices=("check", "record"), default="check", nargs="?")
    parser.add_argument("--digits", type=int, default=None)
    given = parser.parse_args()
    private = SHARED.is_dir()
    if not private:
        print(f"cases on daily prices are left out: {SHARED} is not there")
    with tempfile.TemporaryDirectory() as scratch:
        made = make_all(Path(scratch), private=private)
    if given.what == "record":
        record(made)
        print(f"kept {len(made)} cases, {len(flat_cases(made)):,} values")
        return 0
    recorded, now = flat_cases(read_kept(private=private)), flat_cases(made)
    lines = compare(recorded, now, read_rules(HERE / "allowed.toml"), given.digits)
    for line in lines[:MOST_LINES]:
        print(line[:300])
    if len(lines) > MOST_LINES:
        print(f"... and {len(lines) - MOST_LINES:,} more")
    print(
        f"{len(made)} cases, {len(recorded):,} values recorded, "
        f"{len(lines):,} differ without a reason"
    )
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
