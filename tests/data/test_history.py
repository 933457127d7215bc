"""The command that measures proxies against their funds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.errors import UsageError
from data.history import main
from data.treasuries.curve import fund_level
from data.treasuries.instruments import CATALOGUE
from tests.conftest import ended


def test_the_command_writes_its_table_and_chart(tmp_path, yahoo_folder, capsys):
    from data.command import run_command

    out = tmp_path / "history"
    run_command(main, ["--source", f"files:{yahoo_folder.parent}", "--out", str(out)])
    shown = capsys.readouterr().out
    assert "IEF" in shown
    rows = pd.read_csv(out / "tracking.csv", index_col="ticker")
    assert list(rows.index) == ["SPY", "SHY", "IEF", "TLT", "BIL"]
    assert rows["correlation"].gt(0.9).all()
    assert "<svg" in (out / "tracking.svg").read_text()


@pytest.mark.parametrize(
    "month", ["0000-01", "1799-12", "2200-01", "9999-12", "2020-13", "2020-00", "2020-1",
              "٢٠٢٠-01", "2020-01\n"],
)  # fmt: skip
@pytest.mark.parametrize("option", ["--first", "--last"])
def test_a_month_is_written_in_plain_digits_of_a_year_that_can_be(option, month):
    with pytest.raises(UsageError, match=f"{option} takes a month as YYYY-MM from 1800-01"):
        main.main([option, month, "--source", "files:nowhere"], standalone_mode=False)


def test_the_last_month_is_not_before_the_first(tmp_path):
    words = ["--first", "2020-02", "--last", "2020-01", "--source", f"files:{tmp_path}"]
    with pytest.raises(UsageError, match="--last takes a month not before --first 2020-02"):
        main.main(words, standalone_mode=False)


def steps(days: pd.DatetimeIndex) -> pd.Series:
    """A level that rises by 1 % and falls by half a percent, month by month in turn."""
    months = np.asarray(days.year * 12 + days.month)
    months = months - months[0]
    return pd.Series(100 * 1.01 ** ((months + 1) // 2) * 0.995 ** (months // 2), days)


@pytest.fixture
def folder(price_folder):
    """SPY and its proxy, an index that earns 0.1 % more a month."""
    days = pd.bdate_range("2015-12-01", "2018-12-31")
    fund = steps(days)
    months = np.asarray(days.year * 12 + days.month)
    proxy = fund * 1.001 ** (months - months[0])
    texts = {
        name: "date,value\n"
        + "".join(f"{day:%Y-%m-%d},{value!r}\n" for day, value in level.items())
        for name, level in (("SPY", fund), ("^SP500TR", proxy))
    }
    return price_folder(**texts)


def test_the_table_by_hand(folder, tmp_path, capsys):
    out = tmp_path / "history"
    code, shown, _ = ended(main, capsys, "--source", f"files:{folder}", "--out", str(out))
    assert code == 0
    (row,) = pd.read_csv(out / "tracking.csv").to_dict("records")
    # 2016 to 2018: 36 whole months, each 0.1 % of (1 + return) more.
    assert (row["ticker"], row["first"], row["last"], row["months"]) == (
        "SPY", "2016-01", "2018-12", 36,
    )  # fmt: skip
    assert row["correlation"] == pytest.approx(1.0, abs=1e-12)
    assert row["beta"] == pytest.approx(1 / 1.001, rel=1e-9)
    # Half of the months 0.001 x 1.01, half 0.001 x 0.995: their mean, twelve times.
    assert row["mean_difference"] == pytest.approx(12 * 0.001 * (1.01 + 0.995) / 2, rel=1e-9)
    assert "SPY: the S&P 500 total-return index (^SP500TR)" in shown
    assert "<svg" in (out / "tracking.svg").read_text()
    assert sorted(path.name for path in out.glob("[!.]*")) == ["tracking.csv", "tracking.svg"]


def test_months_to_compare_may_be_chosen_but_two_years_are_needed(folder, tmp_path, capsys):
    words = ("--source", f"files:{folder}", "--out", str(tmp_path / "history"))
    code, shown, _ = ended(main, capsys, *words, "--first", "2016-06", "--last", "2018-05")
    assert code == 0
    assert "2016-06 to 2018-05" in shown
    code, shown, error = ended(main, capsys, *words, "--first", "2017-02")
    assert code == 2
    assert "warning: SPY and its proxy share 23 months; 24 are needed" in shown
    assert "has no fund with a proxy to compare; give yields and prices" in error


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--source", "bundled"), "--source takes yahoo or files:DIR, got 'bundled'"),
        (("--source", "files:"), "--source takes yahoo or files:DIR, got 'files:'"),
        (("--source", "files:nowhere"), "is not a folder; give one with CSV files"),
    ],
)
def test_another_source_is_one_line(words, message, capsys):
    code, _, error = ended(main, capsys, *words)
    assert code == 2
    assert message in error


def test_a_folder_that_cannot_be_written_is_one_line(folder, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    words = ("--source", f"files:{folder}", "--out", str(tmp_path / "file" / "history"))
    code, _, error = ended(main, capsys, *words)
    assert code == 2
    assert "cannot be written: Not a directory; choose another folder" in error


def test_four_yields_are_the_four_of_yahoo(price_folder, tmp_path, capsys):
    days = pd.bdate_range("2015-12-01", "2018-12-31")
    # Yields that rise and fall, the seven-year one apart from the rest: with it IEF differs.
    wave = 3 + 0.5 * np.sin(np.arange(len(days)) / 40)
    names = ("3m", "1y", "2y", "5y", "7y", "10y", "20y", "30y")
    table = pd.DataFrame(dict.fromkeys(names, wave), days).assign(**{"7y": wave + 1})
    ladder = fund_level(
        pd.DataFrame(dict.fromkeys((0.25, 5.0, 10.0, 30.0), wave), days),
        CATALOGUE["IEF"],
        252,
    )
    folder = price_folder(
        IEF=ladder.to_csv(index_label="date", header=["value"]),
        treasury_cmt_yields_daily=table.to_csv(index_label="date"),
    )
    errors = {}
    for option in ((), ("--four-yields",)):
        out = tmp_path / f"history{len(option)}"
        words = ("--source", f"files:{folder}", "--out", str(out), *option)
        assert ended(main, capsys, *words)[0] == 0
        errors[option] = pd.read_csv(out / "tracking.csv")["tracking_error"].item()
    assert errors["--four-yields",] < 1e-9 < 1e-4 < errors[()]
