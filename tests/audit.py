"""``make audit``: known vulnerabilities of every pinned dependency, or why they are not known.

pip-audit skips packages about which its database does not answer, and still exits with 0. Here
such an audit is incomplete and exits with 2:

0  every pinned version was audited, none has a known vulnerability
1  at least one has: each on a line, with the version that fixes it
2  the database could not be reached, or did not answer for every pinned version
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
    skipped = [dependency["name"] for dependency in dependencies if "skip_reason" in dependency]
    lines = [
        f"{dependency['name']} {dependency['version']}: {fault['id']}, mended in "
        f"{', '.join(fault['fix_versions']) or 'no version yet'}"
        for dependency in dependencies
        for fault in dependency.get("vulns", ())
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
    is_vulnerable = any(dependency.get("vulns") for dependency in dependencies)
    return (1 if is_vulnerable else 2 if skipped or not dependencies else 0), lines


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
