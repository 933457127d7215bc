"""The entries as records, and the table of them in the documents."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Mutant:
    """A small wrong change of the code.

    Parameters
    ----------
    what
        The fault it brings, in a few words.
    file
        What it changes, relative to the root.
    before, after
        Text of that file, and what it becomes.
    test
        The test file (or ``file::test``) that has to fail.
    survives
        Why no test can notice it; empty where one does.
    """

    what: str
    file: str
    before: str
    after: str
    test: str
    survives: str = ""

    def applied(self, text: str) -> str:
        """The file's text with the change.

        Raises
        ------
        ValueError
            If what it changes does not stand there exactly once.
        """
        times = text.count(self.before)
        if times != 1:
            raise ValueError(
                f"{self.file}: {self.before!r} stands there {times} times; it must stand there "
                f"once, for the mutant '{self.what}'"
            )
        return text.replace(self.before, self.after)


def read_mutants(folder: Path = HERE) -> list[Mutant]:
    """Read every entry, by file name and in their order."""
    mutants = []
    for path in sorted(folder.glob("*.toml")):
        for entry in tomllib.loads(path.read_text("utf-8"))["mutant"]:
            mutants.append(Mutant(**entry))
    return mutants


def as_table(mutants: Sequence[Mutant]) -> str:
    """Count entries by folder of the code, and name those that survive."""
    parts = [mutant.file.rsplit("/", 1)[0] for mutant in mutants]
    survivors = [mutant for mutant in mutants if mutant.survives]
    surviving = Counter(mutant.file.rsplit("/", 1)[0] for mutant in survivors)
    lines = ["| part | changes | noticed |", "|---|---|---|"]
    lines += [
        f"| `{part}` | {count} | {count - surviving[part]} |"
        for part, count in sorted(Counter(parts).items())
    ]
    lines.append(f"| all | {len(mutants)} | {len(mutants) - len(survivors)} |")
    if survivors:
        lines += ["", "| not noticed | where | why |", "|---|---|---|"]
        lines += [f"| {each.what} | `{each.file}` | {each.survives} |" for each in survivors]
    return "\n".join(lines) + "\n"
