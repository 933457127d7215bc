"""The charts of a search: they show the numbers of its files."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from data.load import load_market
from tests import browser
from tests.searches import candidates, command, content, drawn, only


def test_the_outline_is_around_the_good_cells_of_the_map(mixes):
    table, told = candidates(mixes), content(mixes)
    assert told["region"]["regions"] == 1
    best = told["region"]["best_plateau"] - told["reliability"]["peak"]["error"]
    good = table[table["plateau"] >= best]
    cells = set(
        zip(*(good[name].mul(10).round().astype(int) for name in ("SPY", "SHY")), strict=True)
    )
    edges = set()
    for x, y in cells:
        for to, edge in (
            ((x - 1, y), (x - 0.5, y - 0.5, x - 0.5, y + 0.5)),
            ((x + 1, y), (x + 0.5, y - 0.5, x + 0.5, y + 0.5)),
            ((x, y - 1), (x - 0.5, y - 0.5, x + 0.5, y - 0.5)),
            ((x, y + 1), (x - 0.5, y + 0.5, x + 0.5, y + 0.5)),
        ):
            edges |= {edge} if to not in cells else set()
    outline = drawn(mixes)[1]["data"][1]
    x, y = outline["x"], outline["y"]
    assert {(x[i], y[i], x[i + 1], y[i + 1]) for i in range(0, len(x), 3)} == edges


def test_no_candidate_grows_faster_than_the_frontier_at_its_volatility(mixes):
    table = candidates(mixes)
    traces = {trace["name"]: trace for trace in drawn(mixes)[0]["data"]}
    frontier = traces["efficient frontier"]
    x, y = frontier["x"], frontier["y"]
    assert len(x) > 5
    assert x == sorted(x)
    assert y == sorted(y)
    for volatility, growth in zip(x, y, strict=True):
        calmer = table["cagr"][table["volatility"] <= volatility * (1 + 1e-5)]
        assert growth == pytest.approx(calmer.max(), rel=1e-5)
    keeps = [name for name in traces if name.startswith("keep max_drawdown")]
    assert len(traces[keeps[0]]["x"]) == table["eligible"].sum()


def test_the_walk_s_equity_is_of_the_same_months(mixes):
    lines = {trace["name"]: trace for trace in drawn(mixes)[2]["data"]}
    equity = lines["100\u202f% SPY"]
    levels = load_market("bundled", ["SPY"]).levels(["SPY"])["SPY"]
    levels.index = levels.index.strftime("%Y-%m")
    first, last = equity["x"][0][:7], equity["x"][-1][:7]
    assert equity["y"][0] == 1.0
    assert equity["y"][-1] == pytest.approx(levels[last] / levels[first], rel=1e-3)


def test_a_ticker_is_text_in_every_chart(tmp_path, capsys):
    folder = tmp_path / "prices"
    folder.mkdir()
    market = load_market("bundled", ["SPY", "IEF"])
    for name, ticker in (("SPY", "SPY"), ("IEF", "IEF"), ("<b>X&amp;", "IEF")):
        levels = market.levels([ticker])[ticker].dropna()
        days = pd.bdate_range(levels.index[0], levels.index[-1])
        filled = levels.reindex(days.union(levels.index)).interpolate().reindex(days).dropna()
        rows = pd.DataFrame({"Date": days[: len(filled)], "value": filled.to_numpy()})
        rows.loc[rows.Date >= "1990-01-01"].to_csv(folder / f"{name}.csv", index=False)
    out = tmp_path / "out"
    words = ("hedge_mix", "--assets", "SPY,<b>X&amp;", "--step", "0.25", "--source",
             f"files:{folder}", "--maximise", "sharpe", "--out", str(out))  # fmt: skip
    code, _, told = command(capsys, *words)
    assert code == 0, told
    text = json.dumps(drawn(only(out)))
    assert "<B>X" not in text
    assert "&lt;B&gt;X&amp;AMP;" in text


def test_the_map_shows_each_pair_of_assets(mixes):
    with browser.chromium() as driver:
        browser.open_page(driver, mixes / "index.html")
        chart = driver.find_element("id", "map")
        seen = []
        for pair in (0, 1, 2):
            driver.execute_script(
                "const list = document.querySelector('select[data-of=map]');"
                "list.value = arguments[0]; list.dispatchEvent(new Event('change'))",
                pair,
            )
            titles = [chart.find_element("class name", name).text for name in ("xtitle", "ytitle")]
            seen.append(tuple(titles))
    assert seen == [("SPY", "SHY"), ("SPY", "IEF"), ("SHY", "IEF")]
