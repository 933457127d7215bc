"""Where a simulation begins, and what has traded by then: by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from backtests.engine import ledger
from backtests.engine.costs import Costs
from backtests.engine.opening import Opening, open_at, standing_decisions, with_cash
from backtests.engine.simulate import trade
from data.errors import UsageError
from tests.conftest import market_of

DAYS = pd.bdate_range("2021-12-20", periods=20)  # 2021-12-31 is row 9, 2022-01-03 row 10
EARLY = Opening(DAYS[9], is_invested=True)


def market(late: int = 0):
    """A doubles on row 12; B has its first price on row ``late``."""
    prices = pd.DataFrame({"A": 100.0, "B": 50.0}, DAYS)
    prices.iloc[12:, 0] = 200.0
    prices.iloc[:late, 1] = float("nan")
    return market_of(prices)


def decided(*rows: int) -> pd.DataFrame:
    """A tenth of A decided on the first of the rows, two tenths on the second, and so on."""
    return pd.DataFrame({"A": [0.1 * (n + 1) for n in range(len(rows))]}, DAYS[list(rows)])


@pytest.mark.parametrize(
    ("start", "first", "opening"),
    [
        (None, 4, Opening(DAYS[4], is_invested=False)),
        ("2022-01-01", 4, EARLY),  # a Saturday: the next session is the first return
        ("2022-01-03", 4, EARLY),
        ("2022-01-03", 9, EARLY),  # decided on row 0 itself
        ("2022-01-03", 10, Opening(DAYS[10], is_invested=False)),  # nothing lies before
        ("2021-12-24", 4, Opening(DAYS[4], is_invested=False)),
        ("2021-12-27", 4, Opening(DAYS[4], is_invested=True)),
    ],
)
def test_row_zero_is_the_session_before_the_asked_day(start, first, opening):
    day = None if start is None else pd.Timestamp(start)
    made = open_at(market(), ["A"], DAYS[[first, 15]], "rule", start=day)
    assert made == opening


def test_row_zero_is_not_before_a_first_price_or_an_earliest_day():
    b = open_at(market(late=10), ["A", "B"], DAYS[:1], "rule", start=DAYS[10])
    assert b == Opening(DAYS[10], is_invested=False)
    later = open_at(market(), ["A"], DAYS[:1], "rule", start=DAYS[12], earliest=DAYS[12])
    assert later == Opening(DAYS[12], is_invested=False)
    assert open_at(market(), ["A"], DAYS[:1], "rule", earliest=DAYS[7]).row_zero == DAYS[7]


@pytest.mark.parametrize("start", ["2021-12-20", "2022-01-31"])
def test_a_start_before_the_first_decision_or_after_the_data_is_refused(start):
    with pytest.raises(UsageError, match="rule makes its first decision on 2021-12-24; give"):
        open_at(market(), ["A"], DAYS[4:5], "rule", start=pd.Timestamp(start))


@pytest.mark.parametrize(
    ("lag", "rows", "opening", "days", "filled"),
    [
        # Made on row 2 and 7, both a row or more before row 0: the later one has traded by then.
        (1, (2, 7, 12), EARLY, (7, 12), (0, 4)),
        # With a lag of 3 that of row 7 trades on row 10, the first return's: until then row 2's.
        (3, (2, 7, 12), EARLY, (2, 7, 12), (0, 1, 6)),
        # Exactly the lag before row 0.
        (2, (2, 7), EARLY, (7,), (0,)),
        # Decided on row 0: a row later.
        (1, (9, 12), EARLY, (9, 12), (1, 4)),
        # The same decisions where nothing has traded by row 0: the last one counts as made there.
        (3, (2, 7, 12), Opening(DAYS[9], is_invested=False), (9, 12), (3, 6)),
    ],
)
def test_which_decisions_stand_and_when_they_fill(lag, rows, opening, days, filled):
    standing = standing_decisions(decided(*rows), DAYS, opening, lag, "rule")
    assert standing.targets.index.tolist() == DAYS[list(days)].tolist()
    assert standing.rows.tolist() == list(filled)
    assert standing.largest_sum == pytest.approx(0.1 * len(rows))  # the last is the largest
    assert standing.targets["A"].iloc[-1] == pytest.approx(0.1 * len(rows))
    assert standing.targets.sum(axis=1).tolist() == pytest.approx([1.0] * len(days))
    with pytest.raises(UsageError, match="rule makes its first decision on 2022-01-03"):
        standing_decisions(decided(10), DAYS, opening, lag, "rule")


def test_an_invested_start_pays_for_its_purchase_in_the_first_return():
    # Half of 1,000 goes into A at 100 on row 0, with a fee of 1 %: 500 / 1.01 buy 4.9505 units and
    # 4.9505 are paid. A doubles on the third row after it: 500 in cash and 990.1.
    half = pd.DataFrame({"A": [0.5]}, DAYS[:1])
    done = trade(market(), half, Costs(100, 0), name="rule", opening=EARLY, initial=1000.0,
                 engine=ledger.fill)  # fmt: skip
    assert done.nav.index[0] == DAYS[9]
    assert done.nav.iloc[:4].tolist() == pytest.approx([1000.0, 995.0495, 995.0495, 1490.099])
    assert done.orders["date"].tolist()[0] == DAYS[9]
    assert done.weights["A"].iloc[0] == pytest.approx(495.0495 / 995.0495)
    assert (done.traded.sum(), done.costs_paid) == (0.0, pytest.approx(4.9505, rel=1e-4))
    assert (done.first_fill, done.pending) == (DAYS[9], False)
    waits = trade(market(), half, Costs(100, 0), name="rule", initial=1000.0, engine=ledger.fill)
    assert waits.nav.iloc[:3].tolist() == pytest.approx([1000.0, 995.0495, 995.0495])
    assert waits.first_fill == DAYS[1]


def test_one_return_is_enough_for_an_invested_start():
    half = pd.DataFrame({"A": [0.5]}, DAYS[:1])
    last = Opening(DAYS[18], is_invested=True)
    assert (
        len(trade(market(), half, Costs(), name="rule", opening=last, engine=ledger.fill).nav) == 2
    )
    with pytest.raises(UsageError, match="1 session from 2022-01-14 to 2022-01-14, too few"):
        trade(market(), half, Costs(), name="rule", opening=Opening(DAYS[19], True),
              engine=ledger.fill)  # fmt: skip


def test_what_the_weights_leave_is_cash():
    assert with_cash(decided(0).to_numpy()).tolist() == [[0.1, 0.9]]
