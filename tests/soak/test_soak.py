"""The full count itself: its parts, its state, what it writes into the document, its doors."""

from __future__ import annotations

import json
import sys

import pytest

from tests.conftest import ROOT
from tests.soak import __main__ as soak
from tests.soak import counts, document, matrix, parts
from tests.soak.counts import Count, added, read_counts
from tests.soak.parts import Done, Part, all_parts, run_part

TALE = (
    "import sys; from tests.soak.counts import count, tell, seed;"
    "tell('tries', count(3, 100), ['bad'] * int(sys.argv[1]), {'ended with 2': 1}, {'off': 0.5})"
)


def small(name: str, words: tuple[str, ...] = ("0",), **options) -> Part:
    """A part that counts and ends."""
    return Part(name, ("tests.soak.told", *words), 1.0, **options)


@pytest.fixture
def told(monkeypatch):
    """Parts run a line of Python in place of a module."""
    run = parts.subprocess.Popen

    def popen(words, **options):
        assert words[:3] == [sys.executable, "-m", "tests.soak.told"]
        return run([sys.executable, "-c", TALE, *words[3:]], **options)

    monkeypatch.setattr(parts.subprocess, "Popen", popen)


def test_counts_of_the_same_words_are_added_up():
    first = Count("tries", 2, {"a": 1}, {"off": 0.5}, ["x"])
    second = Count("tries", 3, {"a": 2, "b": 5}, {"off": 0.25, "far": 1.0})
    assert added([first, Count("others", 1), second]) == [
        Count("tries", 5, {"a": 3, "b": 5}, {"off": 0.5, "far": 1.0}, ["x"]), Count("others", 1),
    ]  # fmt: skip
    assert str(first) == "2 tries, a 1, off 0.5: 1 complaint"
    assert str(Count("tries", 12_500)) == "12,500 tries: 0 complaints"


@pytest.mark.parametrize(("full", "shards"), [(10_000, 4), (12_500, 6), (7, 3), (1, 1)])
def test_shards_do_all_of_the_count_between_them(monkeypatch, full, shards):
    monkeypatch.setattr(counts, "FULL", True)
    monkeypatch.setattr(counts, "SHARDS", shards)
    done, cases, seeds = 0, [], set()
    for shard in range(1, shards + 1):
        monkeypatch.setattr(counts, "SHARD", shard)
        done += counts.count(1, full)
        cases += counts.mine(range(full))
        seeds.add(counts.seed(5))
    assert done == full
    assert sorted(cases) == list(range(full))
    assert len(seeds) == shards
    monkeypatch.setattr(counts, "FRACTION", 0.02)
    monkeypatch.setattr(counts, "SHARD", 1)
    assert 0 < counts.count(1, full) <= max(full * 0.02, 1)
    assert 0 < len(counts.mine(range(full))) <= max(full / shards * 0.02 + 1, 1)


def test_a_sample_is_not_sharded():
    assert counts.count(3, 100) == 3
    assert counts.mine([4, 5]) == [4, 5]


def test_a_part_is_counted_in_a_process_of_its_own(told):
    done = run_part(small("made", shard=2, shards=3), 0.1)
    assert (done.code, done.complaints) == (0, [])
    # A tenth of 100 in three parts: 4, 3 and 3.
    assert done.counts == [Count("tries", 3, {"ended with 2": 1}, {"off": 0.5})]
    assert Done.read(json.loads(json.dumps(done.plain()))) == done
    assert run_part(small("bad", ("2",)), 1.0).complaints == ["bad", "bad"]
    broken = run_part(small("broken", ("x",)), 1.0)
    assert broken.code == 1
    assert "broken ended with 1: " in broken.complaints[0]
    assert "ValueError" in broken.complaints[0]


def test_a_part_that_counts_nothing_is_complained_of():
    assert Done("silent", 1.0, 1.0, 0).complaints == ["silent counted nothing: "]


def test_a_count_that_was_stopped_goes_on(told, tmp_path, capsys):
    path, both = tmp_path / "state.json", [small("one"), small("two", ("1",))]
    soak.run_all(both, soak.State(path, resume=False), 1.0, 2)
    assert "COMPLAINTS" in capsys.readouterr().out
    again = soak.State(path, resume=True)
    assert set(again.done) == {"one"}  # what was complained of is tried again
    kept = again.done["one"]
    soak.run_all(both, again, 1.0, 2)
    assert again.done["one"] is kept
    assert set(soak.State(path, resume=False).done) == set()


def test_the_longest_begin_first_and_names_are_their_own():
    whole = all_parts()
    assert len({part.name for part in whole}) == len(whole)
    assert all(part.seconds > 0 for part in whole)
    named = " ".join(word for part in whole for word in part.words)
    for path in sorted((ROOT / "tests" / "soak").glob("test_*.py")):
        assert path.name in named or path.name in ("test_soak.py", "test_faults.py")


def test_all_of_it_is_recorded_or_nothing(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["soak", "--record", "--only", "names"])
    with pytest.raises(SystemExit) as ended:
        soak.main()
    assert ended.value.code == 2
    assert "--record is of all parts" in capsys.readouterr().err


# --- the document ---------------------------------------------------------------------------------


def test_the_document_is_what_the_command_writes():
    page = document.PAGE.read_text("utf-8")
    assert document.rendered(page, document.read_record()) == page


def test_every_count_of_the_record_stands_in_the_document_and_no_other():
    page = document.PAGE.read_text("utf-8")
    marked = {match[2] for match in document.COUNTED.finditer(page)} | {document.CORRUPTIONS}
    record = document.read_record()
    # Before the first count there is none; one that was made has all of them.
    assert set(document.counts_of(record)) == (marked if record["parts"] else set())
    assert {match[2] for match in document.MADE.finditer(page)} == {
        "doors", "corruptions", "full count",
    }  # fmt: skip


def test_a_count_replaces_what_stood_there_and_one_that_is_missing_is_said_to_be():
    record = {"counts": [vars(Count("tries", 1_200, {"killed": 3}))]}
    page = "| a | <!-- count: tries -->7 tries<!-- /count --> |\n"
    assert document.rendered(page, record) == (
        "| a | <!-- count: tries -->1,200 tries, killed 3: 0 complaints<!-- /count --> |\n"
    )
    other = document.rendered(page.replace("tries -->", "others -->"), record)
    assert other == "| a | <!-- count: others -->not counted yet<!-- /count --> |\n"


def test_the_table_of_corruptions_by_hand():
    told = document.corruptions(Count("c", 10, {
        "all alike | a week | refused": 3, "all alike | a week | reported": 2,
        "all alike | a week | silent": 1, "all alike | a week | within": 1,
        "contradicted | a cell | harmless": 4,
    }))  # fmt: skip
    # Of six that are no harm or told of without need, five count: one of them was silent.
    assert told.splitlines()[2:] == [
        "| a cell | contradicted | 0 | 0 | 4 | 0 | - |",
        "| a week | all alike | 3 | 2 | 0 | 1 | 80.0 % |",
        "",
        "- *Contradicted* by another figure of the same answer: 0 of 0.",
        "- *All alike*, so that nothing in the row contradicts: 4 of 5 (80.0 %).",
    ]


# --- the doors ------------------------------------------------------------------------------------


def test_every_door_meets_every_fault_or_says_why_not():
    doors = matrix.doors()
    assert {"backtests.run", "backtests.app", "data.cache", "backtests"} <= set(doors)
    lacking = {(door, fault) for door in doors for fault, words in matrix.met(door).items()
               if not words}  # fmt: skip
    assert lacking == set(matrix.WHY_NOT)


def test_every_file_of_counts_can_be_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(counts, "COUNTS", str(tmp_path / "counts"))
    counts.tell("tries", 2, ["\ud800 bad"], {2: 1})
    counts.tell("tries", 1)
    assert [each.tried for each in read_counts(tmp_path / "counts")] == [2, 1]
    assert read_counts(tmp_path / "none") == []
