"""The charts of a search: they show the numbers of its files."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from backtests.report.text import typeset
from data.load import load_market
from tests import browser
from tests.searches import BUNDLED, candidates, command, content, drawn, only


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
        calmer = 100 * table["cagr"][100 * table["volatility"] <= volatility * (1 + 1e-5)]
        assert growth == pytest.approx(calmer.max(), rel=1e-5)
    keeps = [name for name in traces if name.startswith("keep max_drawdown")]
    assert len(traces[keeps[0]]["x"]) == table["eligible"].sum()


def maps(folder):
    """The cells of each pair of axes."""
    return [trace for trace in drawn(folder)[1]["data"] if trace["type"] == "heatmap"]


def test_maps_are_on_one_scale_from_least_to_most(mixes):
    every = [
        value for each in maps(mixes) for row in each["z"] for value in row if value is not None
    ]
    for each in maps(mixes):
        assert each["colorscale"] == [[0, "--scale-mid"], [1, "--scale-high"]]
        assert each["zmin"] == pytest.approx(min(every), rel=1e-5)
        assert each["zmax"] == pytest.approx(max(every), rel=1e-5)


def test_cells_have_figures_but_where_a_mark_stands(mixes):
    table, told = candidates(mixes), content(mixes)
    first, data = maps(mixes)[0], drawn(mixes)[1]["data"]
    kept = table[table["eligible"]]
    places = [kept[name].mul(10).round() for name in ("SPY", "SHY")]
    best = 100 * kept.groupby(places)["cagr"].max()
    marks = {(trace["x"][0], trace["y"][0]) for trace in data[2:4]}
    middle = table.loc[told["region"]["middle"]["candidate"]]
    assert (round(10 * middle["SPY"]), round(10 * middle["SHY"])) in marks
    shown = 0
    for (x, y), value in best.items():
        text = first["text"][int(y)][int(x)]
        assert text == ("" if (x, y) in marks else f"{value:.1f}")
        shown += bool(text)
    assert shown == len(best) - len(marks)


def test_a_fine_map_has_no_figures_and_says_where_they_are(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("backtests.report.tuning.charts.MOST_WITH_FIGURES", 4)
    words = ("hedge_mix", "--assets", "SPY,IEF", "--step", "0.25", "--maximise", "sharpe")
    code, _, told = command(capsys, *words, *BUNDLED, "--out", str(tmp_path))
    assert code == 0, told
    (only_map,) = maps(only(tmp_path))  # five values of each
    assert "texttemplate" not in only_map
    page = (only(tmp_path) / "index.html").read_text()
    assert "Cells are too many for figures: the pointer shows them." in page


def test_findings_are_the_titles_of_charts(mixes):
    table, told = candidates(mixes), content(mixes)
    page = (mixes / "index.html").read_text()
    members = table[table["eligible"]].nlargest(told["region"]["members"], "plateau")["cagr"]
    count = f"{told['region']['members']} of {int(table['eligible'].sum())} candidates"
    ends = f"CAGR from {100 * members.min():.1f} % to {100 * members.max():.1f} %"
    assert typeset(f"{count} are about as good as the best: {ends}") in page
    default = told["portfolios"]["Default"]
    calmer = table["cagr"][table["volatility"] <= default["volatility"]].max()
    gap = 100 * (calmer - default["cagr"])
    assert gap < 0.005  # the default is a mix of the search
    assert "No candidate of the default&#39;s volatility or less grew more than it" in page
    edge = 100 * told["reliability"]["expanding"]["edge_out_of_sample"]
    more = "more" if edge > 0 else "less"
    assert f"Tuned each year, it grew {abs(edge):.2f} points a year {more} than never tuned" in page


def test_what_does_not_exist_is_a_gap_and_no_broken_page(tmp_path, capsys):
    """Bills alone have no Sharpe ratio: along one axis their point is missing."""
    words = ("hedge_mix", "--assets", "SPY", "--step", "0.25", "--weights", "SPY=0.6")
    code, _, told = command(
        capsys, *words, *BUNDLED, "--maximise", "sharpe", "--out", str(tmp_path)
    )
    assert code == 0, told
    line = drawn(only(tmp_path))[1]["data"][0]
    assert line["y"][0] is None
    assert "NaN" not in (only(tmp_path) / "index.html").read_text().split('id="figures"')[1]


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
