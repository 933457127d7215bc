"""Small wrong changes of the code that the tests have to notice.

One TOML file a part of the code, one entry a change::

    [[mutant]]
    what = "long after a year below bills"
    file = "strategies/duration_trend.py"
    before = "excess > 0"
    after = "excess < 0"
    test = "tests/strategies/test_duration_trend.py"

``before`` stands exactly once in ``file``, with as much of its line as that takes; ``test`` is
the file, or the file and test, that has to fail. A change that no test can notice, because it
changes nothing anybody sees, says why: ``survives = "..."``. ``python -m tests.mutants`` runs them.
"""
