"""Dividends in pounds beside prices in pence: a fund of 400 pence that pays 6 twice a year."""

from __future__ import annotations

import pandas as pd
import pytest

from data.checks.hundredths import odd_units
from data.errors import DataError

PAYS = [pd.Timestamp(f"{year}-{month}-20") for year in (2020, 2021, 2022) for month in ("05", "11")]


def bars(*paid: float, close: float = 400.0) -> pd.DataFrame:
    days = pd.bdate_range("2020-01-01", "2023-03-31")
    frame = pd.DataFrame({"Close": close, "Dividends": 0.0}, index=days)
    for day, amount in zip(PAYS, paid, strict=False):
        frame.loc[days[days >= day][0], "Dividends"] = amount
    return frame


def findings(frame: pd.DataFrame, quoted: str = "GBp", *, stock: bool = False) -> list[str]:
    return odd_units("F.L", frame, quoted, stock=stock)


def test_usual_payments_pass_and_so_does_a_fund_that_pays_nothing():
    assert findings(bars(6, 6, 7, 5, 6, 6)) == []
    assert findings(bars()) == []
    assert findings(bars(6, 6, 6, 24, 6, 1.5)) == []  # four times as much, a quarter of it


def test_one_payment_in_pounds_is_named():
    (line,) = findings(bars(6, 6, 0.06, 6, 6, 6))
    assert line == (
        "F.L: the dividend of 2021-05-20 is 0.01 times the usual one, as if it were in GBP beside "
        "prices in GBp; check it"
    )


def test_one_payment_in_hundredths_of_pence_is_named():
    (line,) = findings(bars(0.6, 0.6, 60, 0.6, 0.6, 0.6))
    assert "2021-05-20 is 1e+02 times the usual one, as if it were in GBp twice" in line


@pytest.mark.parametrize(
    ("frame", "word"),
    [
        (bars(0.06, 0.06, 0.06, 0.06), "0.03 % of the price a year, a hundred times too small"),
        (bars(6, 6, 6, 6, close=4.0), "3e\\+02 % of the price a year, a hundred times too large"),
        (bars(0.06), "0.015 % of the price a year, a hundred times too small"),
    ],
)
def test_a_fund_whose_payments_are_all_in_the_other_unit_is_refused(frame, word):
    with pytest.raises(DataError, match=f"F.L: its dividends are {word}"):
        findings(frame)
    (line,) = findings(frame, stock=True)  # a company may pay next to nothing
    assert line.endswith("; check them")


@pytest.mark.parametrize("quoted", ["GBP", "USD", "EUR"])
def test_of_whole_currencies_nothing_is_said(quoted):
    assert findings(bars(0.06, 0.06, 0.06, 6), quoted) == []


@pytest.mark.parametrize("quoted", ["GBX", "ILA", "ZAc"])
def test_every_unit_that_is_a_hundredth_counts(quoted):
    assert len(findings(bars(6, 6, 0.06, 6, 6, 6), quoted)) == 1
