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
        assert any("DGS10: FRED's last line '2024-06-20" in said for said in got.warnings)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda table: table.mask(table.index == SPIKE, table + 0.3),
         "DGS10: moves +0.30 points on 2024-03-25 and back on 2024-03-26"),
        (lambda table: table.mask(table.index == SPIKE, table / 10),
         "DGS10: moves -3.82 points on 2024-03-25 and back on 2024-03-26"),
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
