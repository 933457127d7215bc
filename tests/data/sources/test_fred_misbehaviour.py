"""Wrong answers of FRED: the same kinds as for Yahoo where they apply, and wrong figures."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from data.errors import DataError, UnreachableError
from data.sources import fred, live
from tests import yahoo_server as server
from tests.made_rates import quiet, rate
from tests.soak import wire
from tests.soak.made import random_bars

SPIKE, NEXT = pd.Timestamp("2024-03-25"), pd.Timestamp("2024-03-26")


def yields() -> pd.Series:
    """A ten-year yield of 415 days that moves by less than 3 basis points (0.03 points) a day."""
    return quiet("DGS10", "2022-11-18", "2024-06-20")


ROW = yields().index.get_loc(SPIKE) + 1  # of the file, below its head


@pytest.fixture
def web(monkeypatch, tmp_path):
    with server.serve() as running:
        running.hold_fred("DGS10", yields())
        monkeypatch.setenv("HEDGE_FRED_URL", running.url)
        monkeypatch.setenv("HEDGE_YAHOO_URL", running.url)
        monkeypatch.setenv("HEDGE_DATA_DIR", str(tmp_path / "data"))
        monkeypatch.setattr(fred, "PATIENCE_SECONDS", 1.0)
        yield running


def line(number: int, text: bytes) -> server.Fault:
    """Replace one line of the file."""

    def fault(good: tuple[int, bytes]) -> tuple[int, bytes]:
        lines = good[1].split(b"\n")
        lines[number] = text
        return 200, b"\n".join(lines)

    return fault


REFUSED = {
    "a body that drips": (wire.drip(), UnreachableError, "did not answer in time"),
    "a header that drips": (wire.drip_header(), UnreachableError, "did not answer in time"),
    "silence": (server.delay(2.5), UnreachableError, "did not answer in time"),
    "a reset": (wire.on_wire(wire.reset), UnreachableError, "FRED cannot be reached"),
    "half a body": (wire.truncate, UnreachableError, "broke off in the middle"),
    "status 401": (server.status(401), UnreachableError, "answered with status 401"),
    "status 403": (server.status(403), UnreachableError, "answered with status 403"),
    "status 404": (server.status(404), DataError, "has no such series"),
    "status 429": (server.status(429), UnreachableError, "answered with status 429"),
    "status 500": (server.status(500), UnreachableError, "answered with status 500"),
    "HTML": (server.body(b"<html>\n<p>busy</p>\n</html>\n"), DataError, "is not that series"),
    "an empty body": (server.body(b""), DataError, "is not that series"),
    "another series": (server.body(b"observation_date,DGS2\n2024-01-02,4\n2024-01-03,4\n"),
                       DataError, "is not that series"),
    "gzip that is none": (wire.on_wire(wire.gzip_garbage), DataError, "cannot be unpacked"),
    "a gzip bomb": (wire.gzip_bomb(64), DataError, "larger than 8 MiB"),
    "a huge body": (wire.huge(32, announced=False), DataError, "larger than 8 MiB"),
    "endless chunks": (wire.on_wire(wire.endless_chunks), DataError, "larger than 8 MiB"),
    "a flood of headers": (wire.on_wire(wire.header_flood), UnreachableError, "cannot be reached"),
    "a redirect loop": (wire.redirect(), UnreachableError, "redirects more than 3 times"),
    "a redirect to another host": (wire.redirect("http://localhost:1/login"), UnreachableError,
                                   "its address redirects to http://localhost:1/login"),
    "a redirect to a file": (wire.redirect("file:///etc/passwd"), UnreachableError, "redirects to"),
    "a word for a figure": (line(ROW, b"2024-03-25,four"), DataError, "FRED's line 353 is damaged"),
    "no date": (line(ROW, b"yesterday,4"), DataError, "FRED's line 353 is damaged"),
    "infinity": (line(ROW, b"2024-03-25,inf"), DataError, "is inf on 2024-03-25"),
    "a price for a yield": (line(ROW, b"2024-03-25,95.31"), DataError,
                            "is 95.31 on 2024-03-25; it should lie between -2 and 25"),
    "a day twice": (line(ROW, b"2024-03-22,4"), DataError, "dates do not ascend"),
    "dates out of order": (line(ROW, b"2024-05-24,4"), DataError, "dates do not ascend"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_each_kind_is_refused_in_one_line(web, kind):
    fault, error, says = REFUSED[kind]
    web.faults["DGS10"] = [fault]
    with pytest.raises(error, match=f"DGS10.*{re.escape(says)}") as caught:
        fred.fetch("DGS10")
    assert "\n" not in str(caught.value)


def test_trouble_that_passes_is_waited_out(web):
    web.faults["DGS10"] = [server.status(500), wire.on_wire(wire.gzip_garbage), server.fine]
    assert fred.fetch("DGS10").frame["Value"].tolist() == yields().tolist()


def test_a_last_line_that_breaks_off_is_left_out_and_named(web):
    text = web.fred["DGS10"]
    for cut in (1, 3):  # a newline, or with it two digits: 4.02 would read as 4
        web.fred["DGS10"] = text[:-cut]
        got = fred.fetch("DGS10")
        assert len(got.frame) == len(yields()) - 1
        assert any("DGS10: FRED's last line '2024-06-20" in line for line in got.warnings)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda table: table.mask(table.index == SPIKE, table + 0.3),
         "DGS10: moves +0.30 points on 2024-03-25 and back on 2024-03-26"),
        (lambda table: table.mask(table.index == SPIKE, table / 10),
         "DGS10: moves -3.79 points on 2024-03-25 and back on 2024-03-26"),
        (lambda table: table.where(table.index < "2024-06-03", table + 2.5),
         "DGS10: moves +2.49 points on 2024-06-03"),
        (lambda table: table.drop(table.loc["2024-02-26":"2024-04-05"].index),
         "DGS10: no figure between 2024-02-23 and 2024-04-08; the one before is carried on"),
    ],
    ids=["30 basis points for a day", "a tenth for a day", "a jump that stays", "a hole"],
)  # fmt: skip
def test_a_wrong_figure_within_the_bounds_is_named(web, change, says):
    web.hold_fred("DGS10", change(yields()))
    assert any(line.startswith(says) for line in fred.fetch("DGS10").warnings)


@pytest.mark.parametrize(
    ("name", "column", "file"),
    [
        ("DTB3", "dtb3", "treasury_bill_3m_discount_daily.csv"),
        *((name, f"{years:g}y" if years >= 1 else f"{12 * years:g}m",
           "treasury_cmt_yields_daily.csv") for years, name in fred.CURVE.items()),
        ("DTWEXBGS", "fed_broad_usd", "usd_index_daily.csv"),
        ("DFF", "fed_funds_effective", "fed_funds_effective_daily.csv"),
        ("CPIAUCSL", "cpi_all_urban", "cpi_monthly.csv"),
    ],
)  # fmt: skip
def test_real_series_give_no_false_alarm(web, rates_folder, name, column, file):
    table = pd.read_csv(rates_folder / file, index_col=0, parse_dates=True)[column]
    web.hold_fred(name, table.loc[: table.last_valid_index()])
    holes = [line for line in fred.fetch(name).warnings if "no figure between" not in line]
    assert holes == []


def test_warnings_of_rates_reach_the_run(web):
    web.hold("SPY", random_bars(1))
    bill = rate("DTB3", "2022-01-03", "2025-09-26")
    bill["2024-11-12"] += 2.0
    web.hold_fred("DTB3", bill)
    market = live.load(["SPY"], may_fall_back=False)
    says = f"DTB3: moves {bill.diff()['2024-11-12']:+.2f} points on 2024-11-12 and back on"
    assert any(says in note for note in market.notes), market.notes


# --- figures that look like others --------------------------------------------------------------

SERIES = [*fred.CURVE.values(), "DTB3", "DFF", "CPIAUCSL"]


def refused(web: server.Yahoo, name: str, values: pd.Series) -> str:
    """Serve a series; the one line that refuses it."""
    web.hold_fred(name, values)
    with pytest.raises(DataError) as caught:
        fred.fetch(name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", [*SERIES, "DTWEXBGS"])
def test_a_plausible_history_is_served_without_a_word(web, name):
    web.hold_fred(name, rate(name))
    assert fred.fetch(name).warnings == ()


@pytest.mark.parametrize("name", [name for name in SERIES if name != "CPIAUCSL"])
@pytest.mark.parametrize(
    ("change", "looks"),
    [
        (lambda table: table / 100, "they look like fractions, not percent"),
        (lambda table: table / 10, "they look like tenths of what they should be"),
        (lambda table: table * 0, "they are 0 throughout"),
        (lambda table: table * 0 + 4.5, "they are 4.5 throughout"),
        (lambda table: table + 1, "they look 1 point too high"),
        (lambda table: table.where(table.index < "2022-12-01", table / 100), "they agree before"),
    ],
    ids=["fractions", "tenths", "zero", "constant", "higher", "lately in fractions"],
)
def test_a_wrong_unit_or_level_is_refused_before_it_is_saved(web, name, change, looks):
    assert looks in refused(web, name, change(rate(name, "2012-01-02")))


@pytest.mark.parametrize("name", [name for name in SERIES if name != "CPIAUCSL"])
def test_a_hundred_times_the_figures_leave_the_bounds(web, name):
    assert "it should lie between -2 and 25" in refused(web, name, 100 * rate(name, "2016-01-04"))


@pytest.mark.parametrize("name", ["DGS3MO", "DGS10", "DTB3", "DTWEXBGS"])
@pytest.mark.parametrize("days", [1, -1])
def test_a_calendar_day_early_or_late_shows_on_weekends(web, name, days):
    right = rate(name, "2016-01-04")
    moved = right.set_axis(right.index + pd.Timedelta(days=days))
    assert "rows lie on weekends, first 2016-01-" in refused(web, name, moved)


def test_single_rows_of_a_weekend_or_the_future_are_left_out_and_named(web):
    right = rate("DTB3", "2016-01-04")
    ahead = pd.Timestamp.now().normalize() + pd.Timedelta(days=40)
    extra = pd.Series(4.0, [pd.Timestamp("2025-06-07"), pd.Timestamp("2025-06-08"), ahead])
    web.hold_fred("DTB3", pd.concat([right, extra]).sort_index())
    bars = fred.fetch("DTB3")
    assert bars.frame["Value"].tolist() == right.tolist()
    assert bars.warnings == (
        f"DTB3: {ahead:%Y-%m-%d} lies in the future; left out",
        "DTB3: 2025-06-07, 2025-06-08 is no weekday; left out",
    )
    # The policy rate has figures of weekends too.
    policy = rate("DFF", "2016-01-01")
    web.hold_fred("DFF", pd.concat([policy, pd.Series(3.6, [ahead])]))
    bars = fred.fetch("DFF")
    assert len(bars.frame) == len(policy)
    assert bars.warnings == (f"DFF: {ahead:%Y-%m-%d} lies in the future; left out",)


def test_all_rows_in_the_future_are_no_history(web):
    ahead = pd.bdate_range(pd.Timestamp.now().normalize() + pd.Timedelta(days=3), periods=300)
    assert "FRED sent 0 figures" in refused(web, "DGS10", pd.Series(4.0, ahead))


def test_yields_that_stand_still_within_a_month_are_named(web):
    still = rate("DGS10", "2016-01-04")
    still.loc["2025-08-04":"2025-09-10"] = still["2025-08-29"]  # the month-end stays right
    web.hold_fred("DGS10", still)
    (line,) = fred.fetch("DGS10").warnings
    assert line.startswith("DGS10: is 4.23 on all 28 days from 2025-08-04 to 2025-09-10; check")


def test_consumer_prices_of_another_base_are_fine_and_changes_are_not(web):
    right = rate("CPIAUCSL")
    web.hold_fred("CPIAUCSL", right / 2.5)
    assert fred.fetch("CPIAUCSL").warnings == ()
    refused(web, "CPIAUCSL", (100 * right.pct_change(12)).dropna().clip(lower=1.0))
    refused(web, "CPIAUCSL", right * 0 + 300)
