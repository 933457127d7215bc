"""``make audit``: known vulnerabilities of every pinned dependency, or why nobody knows.

pip-audit passes over what its database does not answer for, and ends well. An audit that
audited nothing is not one that found nothing, so here it ends with 2:

0  every pin was audited, none has a known vulnerability
1  at least one has: each on a line, with the version that mends it
2  the database could not be reached, or not asked about every pin
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
MOST_NAMED = 5


def judge(dependencies: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]]:
    """Read pip-audit's list of dependencies.

    Parameters
    ----------
    dependencies
        ``name`` with either ``version`` and ``vulns``, or ``skip_reason``.

    Returns
    -------
    tuple of int and list of str
        The exit code, and what to print.
    """
    skipped = [one["name"] for one in dependencies if "skip_reason" in one]
    lines = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in "
        f"{', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in dependencies
        for fault in one.get("vulns", ())
    ]
    audited = len(dependencies) - len(skipped)
    if skipped:
        names = ", ".join(skipped[:MOST_NAMED]) + (", ..." if len(skipped) > MOST_NAMED else "")
        lines.append(
            f"not audited: {len(skipped)} of {len(dependencies)} pins ({names}): the database of "
            "vulnerabilities does not answer for them; run make audit with internet"
        )
    elif lines:
        lines.append(f"{len(lines)} known vulnerabilities; raise the pins with: make lock")
    else:
        lines.append(f"{audited} pins audited, no known vulnerability")
    found = any(one.get("vulns") for one in dependencies)
    return (1 if found else 2 if skipped or not dependencies else 0), lines


def main(constraints: Path = CONSTRAINTS) -> int:
    """Run pip-audit over the pins and print what it found."""
    words = [sys.executable, "-m", "pip_audit", "--requirement", str(constraints), "--no-deps",
             "--disable-pip", "--format", "json", "--progress-spinner", "off"]  # fmt: skip
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    try:
        dependencies = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = done.stderr.strip().splitlines()
        reason = said[-1][:300] if said else f"pip-audit ended with {done.returncode}"
        print(f"not audited: {reason}; run make audit with internet")
        return 2
    code, lines = judge(dependencies)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
