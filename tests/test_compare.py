"""The compare command: runs in parallel, one basis or a refusal, a page that is looked at."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from backtests.compare import about, main
from backtests.compared_runs import variant
from backtests.report.files import write_json
from backtests.report.finished_run import read_run
from backtests.report.index import rebuild_index
from data.command import run_command
from data.origin import How, Origin
from data.records import to_json
from strategies.registry import make
from tests import browser
from tests.conftest import ended, one_thread


def command(capsys, *arguments: str) -> tuple[int, str, str]:
    return ended(main, capsys, *arguments)


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    """Three runs and their comparison, and beside them a shorter and a dearer run."""
    out = tmp_path_factory.mktemp("results")
    more = ["--source", "bundled", "--out", str(out), "--no-tearsheet"]
    run_command(main, ["hedge_mix", "hedge_mix:SPY=0.7,TLT=0.3", "attack_defend:step_bp=25", *more])
    with pytest.MonkeyPatch.context() as patch:  # the first has shown that workers give a page
        patch.setattr("backtests.pool.ProcessPoolExecutor", one_thread)
        run_command(main, ["hedge_mix", "equity_only", "--start", "1990-01-31", *more])
        words = ["hedge_mix", "equity_only", "--start", "1973-01-31", "--fee-bps", "20", *more]
        run_command(main, words)
    return out


def named(out: Path, strategy: str, start: str, fee_bps: float = 2.0) -> str:
    """Name of the one run of a strategy as it is, with this start and fee."""
    (name,) = (
        path.parent.name
        for path in out.glob(f"{strategy}-*/summary.json")
        for summary in [json.loads(path.read_text())]
        if (summary["first_return"], summary["costs"]["fee_bps"]) == (start, fee_bps)
        and summary["params"] == to_json(make(strategy, {}).params())
    )
    return name


def page_of(out: Path, *parts: str) -> Path:
    for folder in out.glob("compare-*"):
        title = json.loads((folder / "manifest.json").read_text())["title"]
        if title == " · ".join(parts):
            return folder
    raise AssertionError(parts)


def test_runs_share_their_dates_and_equal_the_run_command(results):
    runs = [read_run(path.parent) for path in results.glob("*/summary.json")]
    cheap = [run for run in runs if run.summary.costs.fee_bps == 2.0]
    first = [run for run in cheap if run.summary.first_return != "1990-01-31"]
    starts = {run.summary.start for run in first}
    assert len(first) == 3
    assert len(starts) == 1  # the latest of the three first days: the rule's own
    folder = page_of(results, "hedge_mix", "hedge_mix SPY=0.7,TLT=0.3", "attack_defend step_bp=25")
    table = pd.read_csv(folder / "metrics.csv", index_col=0)
    for run, label in zip(sorted(first, key=lambda one: list(table).index(_label(one))), table,
                          strict=True):  # fmt: skip
        for key in ("cagr", "sharpe", "max_drawdown", "cvar_95", "worst_year"):
            assert float(table.loc[key, label]) == pytest.approx(
                getattr(run.summary.metrics, key), rel=1e-9
            )
        assert float(table.loc["turnover_per_year", label]) == pytest.approx(
            run.summary.metrics.turnover_per_year, rel=1e-9
        )
        assert float(table.loc["costs_paid", label]) * run.summary.initial == pytest.approx(
            run.summary.metrics.costs_paid, rel=1e-9
        )
        assert table.loc["verdict", label] == run.verdict.word


def _label(run) -> str:
    from backtests.report.text import run_label

    return run_label(run.summary.strategy, run.summary.params)


@pytest.mark.usefixtures("no_workers")
def test_a_finished_run_is_not_run_again(results, capsys):
    place = results / named(results, "equity_only", start="1990-01-31")
    before = (place / "manifest.json").stat().st_mtime_ns
    code, out, err = command(
        capsys, "hedge_mix", "equity_only", "--start", "1990-01-31", "--source", "bundled",
        "--out", str(results), "--no-tearsheet", "--against",
    )  # fmt: skip
    assert code == 0, err
    assert (place / "manifest.json").stat().st_mtime_ns == before
    assert "CAGR points less" in out
    assert out.count(" *") > 10
    assert "bundled: bundled monthly history" in out
    assert "note: data are monthly" in out
    assert "open " in out


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (
            {"start": "1990-01-31"},
            {"start": "1973-01-31", "fee_bps": 20.0},
            "not the same start: 1989-12-31 for hedge_mix-",
        ),
        (None, None, "is the same run as another one; name each run once"),
    ],
)
def test_runs_that_differ_are_refused(results, capsys, first, second, message):
    import re

    ours = named(results, "hedge_mix", **(first or {"start": "1990-01-31"}))
    theirs = named(results, "hedge_mix", **second) if second else ours
    code, _, err = command(capsys, ours, theirs, "--out", str(results))
    assert code == 2
    assert re.search(message, err), err
    assert err.count("\n") == 1


def test_costs_and_frequency_are_named(results, capsys, tmp_path):
    """A daily run and the monthly fallback, the usual case, and the same with other costs."""
    cheap = named(results, "equity_only", start="1990-01-31")
    place = tmp_path / "hedge_mix-daily00000"
    shutil.copytree(results / named(results, "hedge_mix", start="1990-01-31"), place)
    summary = json.loads((place / "summary.json").read_text())
    for change, message in (
        ({"periods_per_year": 252}, "not the same frequency: monthly for equity_only-.*, daily"),
        ({"costs": {**summary["costs"], "fee_bps": 9.0}}, "not the same costs: .*fee 9 bp"),
    ):
        doctored(place, {**summary, **change})
        code, _, err = command(capsys, str(results / cheap), str(place), "--out", str(results))
        assert code == 2
        import re

        assert re.search(message, err), err


def doctored(place: Path, summary: dict) -> None:
    """Write another summary into a run and its hash into the manifest."""
    from backtests.report.files import file_sha256

    write_json(place / "summary.json", summary)
    manifest = json.loads((place / "manifest.json").read_text())
    manifest["files"]["summary.json"] = file_sha256(place / "summary.json")
    write_json(place / "manifest.json", manifest)


def test_align_cuts_to_the_common_span_and_says_so(results, capsys):
    long = named(results, "hedge_mix", start="1973-01-31", fee_bps=20.0)
    short = named(results, "equity_only", start="1990-01-31")
    code, out, err = command(capsys, long, short, "--align", "--out", str(results))
    assert code == 0, err
    text = " ".join(out.split())
    # The shorter run is bought on its row 0, 1989-12-31: the row after it has paid for that.
    assert "note: aligned to the 432 month-ends that all share, 1990-01-31 to 2025-12-31" in text
    assert "not the same start: 1972-12-31 for" in text
    assert "not the same costs: fee 20 bp" in text
    place = Path(text.rpartition("open ")[2].strip())
    page = place.read_text("utf-8")
    assert "aligned to the 432 month-ends" in page
    assert "fee 20 bp, slippage 1 bp, lag 1; fee 2 bp" in page
    table = pd.read_csv(place.parent / "metrics.csv", index_col=0)
    run = read_run(results / long)
    nav = run.values["strategy"].loc["1990-01-31":]
    assert float(table.loc["cagr", "hedge_mix"]) == pytest.approx(
        (nav.iloc[-1] / nav.iloc[0]) ** (12 / (len(nav) - 1)) - 1
    )
    later = run.orders[run.orders["date"] > "1990-01-31"]
    gross = later.groupby("date")["value"].sum()
    turnover = (gross / 2 / nav.loc[gross.index]).sum() * 12 / (len(nav) - 1)
    assert float(table.loc["turnover_per_year", "hedge_mix"]) == pytest.approx(turnover)
    costs = (later["fee"] + later["slippage"]).sum() / nav.iloc[0]
    assert float(table.loc["costs_paid", "hedge_mix"]) == pytest.approx(costs)
    assert float(table.loc["turnover_per_year", "equity_only"]) == 0.0


def test_daily_with_monthly_meets_at_month_ends(capsys, tmp_path, yahoo_folder):
    """The usual case: one run fell back to the monthly history."""
    from backtests.run import main as run

    for source in (f"files:{yahoo_folder}", "bundled"):
        run_command(run, ["hedge_mix", "--source", source, "--start", "2005-03-15", "--out",
                          str(tmp_path), "--no-tearsheet", "--no-verdict"])  # fmt: skip
    names = sorted(path.parent.name for path in tmp_path.glob("*/summary.json"))
    capsys.readouterr()
    code, _, err = command(capsys, *names, "--out", str(tmp_path))
    assert code == 2
    assert "not the same frequency: " in err
    code, out, err = command(capsys, *names, "--align", "--out", str(tmp_path))
    assert code == 0, err
    # Funds from March 2005 on, whole months only: to August 2025, the last of the daily prices.
    assert "2005-03-31 to 2025-08-31" in out
    values = [read_run(tmp_path / name).values["strategy"] for name in names]
    months = [v.groupby(v.index.to_period("M")).last().loc["2005-03":"2025-08"] for v in values]
    (table,) = (pd.read_csv(p, index_col=0) for p in tmp_path.glob("compare-*/metrics.csv"))
    for column, value in zip(table, months, strict=True):
        growth = (value.iloc[-1] / value.iloc[0]) ** (12 / (len(value) - 1)) - 1
        assert float(table.loc["cagr", column]) == pytest.approx(growth)


@pytest.mark.usefixtures("no_workers")
def test_a_new_run_beside_a_finished_one_takes_its_dates_and_costs(results, capsys):
    finished = named(results, "hedge_mix", start="1973-01-31", fee_bps=20.0)
    code, out, err = command(
        capsys, finished, "equity_only", "--out", str(results), "--no-tearsheet"
    )
    assert code == 0, err
    assert "1972-12-31 to 2025-12-31, after costs (fee 20 bp, slippage 1 bp, lag 1)" in out
    assert f"note: new runs take from {finished}: source bundled" in " ".join(err.split())
    code, _, err = command(capsys, finished, finished, "--start", "1980-01-31")
    assert code == 2


def test_options_for_new_runs_are_refused_where_there_is_none(results, capsys):
    pair = [named(results, name, start="1990-01-31") for name in ("hedge_mix", "equity_only")]
    code, _, err = command(capsys, *pair, "--fee-bps", "50", "--out", str(results))
    assert code == 2
    assert "--fee-bps is for new runs, and all of these are finished" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hedge_mix"], "compare takes 2 to 20 runs, got 1"),
        (["equity_only", "hegde_mix"], "'hegde_mix' is no strategy and no run under .*hedge_mix"),
        (["equity_only", "hedge_mix:"], "names no parameter"),
        (["equity_only", "attack_defend:stepp=3"], "no parameter 'stepp' .did you mean step_bp"),
        (["equity_only", "hedge_mix:SPY=0.9,IEF=0.9"], "leverage is not allowed"),
        (["equity_only", "../x"], "is no strategy and no run"),
        (["hedge_mix", "hedge_mix:SPY=0.6,IEF=0.4"], "is the same run as another one"),
        (["hedge_mix", "hedge_mix:SPY=0.6,SPY=0.4"], "given twice"),
    ],
)
def test_bad_input_is_one_line(capsys, tmp_path, arguments, message):
    import re

    code, _, err = command(capsys, *arguments, "--source", "bundled", "--out", str(tmp_path))
    assert code == 2
    assert re.search(message, err), err
    assert err.count("\n") == 1


def test_damaged_and_old_runs_are_one_line(results, capsys, tmp_path):
    good = results / named(results, "hedge_mix", start="1990-01-31")
    damaged, old = tmp_path / "hedge_mix-damaged", tmp_path / "hedge_mix-old"
    for place in (damaged, old):
        shutil.copytree(results / named(results, "equity_only", start="1990-01-31"), place)
    (damaged / "equity.csv").write_text("date,strategy\n")
    manifest = json.loads((old / "manifest.json").read_text())
    del manifest["format"]
    write_json(old / "manifest.json", manifest)
    for place, message in (
        (damaged, "equity.csv is missing or damaged; run again"),
        (old, "was written by another version of this program; run it again"),
        (tmp_path, "manifest.json is missing or damaged"),
        (next(results.glob("compare-*")), "is no run but a comparison"),
    ):
        code, _, err = command(capsys, str(good), str(place), "--out", str(results))
        assert code == 2, place
        assert message in err
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lag": "x"}, "(Expected `int`, got `str` - at `$.config.lag`)"),
        ({"fee_bps": None}, "(Expected `float`, got `null` - at `$.config.fee_bps`)"),
        ({"initial": 10**400}, "(Number out of range - at `$.config.initial`)"),
        ({"extend": "x"}, "(Expected `bool | null`, got `str` - at `$.config.extend`)"),
        ({"source": 5}, "(Expected `str`, got `int` - at `$.config.source`)"),
        ({"end": ["a"]}, "(Expected `str | null`, got `array` - at `$.config.end`)"),
        (None, "(Expected `object`, got `null` - at `$.config`)"),
    ],
)
def test_a_manifest_that_tells_a_run_that_cannot_be_is_one_line(
    results, capsys, tmp_path, change, reason
):
    place = tmp_path / "equity_only-odd"
    shutil.copytree(results / named(results, "equity_only", start="1990-01-31"), place)
    manifest = json.loads((place / "manifest.json").read_text())
    told = None if change is None else {**manifest["config"], **change}
    write_json(place / "manifest.json", {**manifest, "config": told})
    code, _, err = command(capsys, str(place), "hedge_mix", "--out", str(results))
    assert code == 2, err
    assert f"manifest.json is damaged {reason}; run it again\n" in err
    assert err.count("\n") == 1


def test_variants_read_weights_and_parameters():
    assert variant("hedge_mix", "SPY=0.7,IEF=0.3,rebalance=annually") == {
        "rebalance": "annually",
        "weights": "SPY=0.7,IEF=0.3",
    }
    assert variant("attack_defend", "step_bp=25") == {"step_bp": "25"}


def test_the_page_is_drawn_fits_and_shows_two_pages(results):
    folder = page_of(results, "hedge_mix", "hedge_mix SPY=0.7,TLT=0.3", "attack_defend step_bp=25")
    with browser.chromium() as driver:
        browser.open_page(driver, folder / "index.html")
        drawn = driver.execute_script(
            "return Object.fromEntries([...document.querySelectorAll('.chart')].map(c =>"
            " [c.id, c.querySelectorAll('.trace, .hm').length]))"
        )
        assert set(drawn) == {"growth", "falls", "rolling", "correlation", "allocation"}
        assert all(drawn.values()), drawn
        assert drawn["growth"] == 4  # and equity
        chosen = driver.execute_script(
            "const pick = [...document.querySelectorAll('.pick select')];"
            "const verdicts = [...pick[0].options].filter(o => o.value.endsWith('verdict.html'));"
            "pick.forEach((one, side) => { one.value = verdicts[side].value; });"
            "for (const one of pick) one.dispatchEvent(new Event('change'));"
            "return [...document.querySelectorAll('iframe')].map(f => f.src)"
        )
        assert all(address.endswith("verdict.html") for address in chosen)
        assert len(set(chosen)) == 2
        from selenium.webdriver.support.ui import WebDriverWait

        driver.switch_to.frame(0)
        WebDriverWait(driver, 30).until(lambda found: found.find_elements("tag name", "h1"))
        assert "Treasuries" in driver.find_element("tag name", "h1").text
        driver.switch_to.default_content()
        assert browser.complaints(driver) == []
        assert browser.requests(driver) == []
        browser.resize(driver, 390, 844)
        browser.open_page(driver, folder / "index.html")
        assert browser.overflow(driver) <= 0


def test_the_index_lists_newest_first_and_survives_damage(results):
    rebuild_index(results)
    page = (results / "index.html").read_text("utf-8")
    for path in results.glob("*/manifest.json"):
        assert path.parent.name in page
    broken = results / "hedge_mix-broken"
    broken.mkdir()
    (broken / "manifest.json").write_text("{")
    (results / '<img src=x onerror="1">').mkdir()
    (results / '<img src=x onerror="1">' / "manifest.json").write_text("[]")
    try:
        rebuild_index(results)
        page = (results / "index.html").read_text("utf-8")
        assert (
            "Cannot be read, run again: &lt;img src=x onerror=&#34;1&#34;&gt;, hedge_mix-broken"
            in page
        )
        with browser.chromium() as driver:
            browser.open_page(driver, results / "index.html")
            links = driver.execute_script(
                "return [...document.querySelectorAll('td a')].map(a => a.getAttribute('href'))"
            )
            assert all((results / link).is_file() for link in links)
            assert len(links) >= 7
            assert browser.complaints(driver) == []
            times = driver.execute_script(
                "return [...document.querySelector('table').tBodies[0].rows]"
                ".map(r => r.cells[r.cells.length - 1].textContent)"
            )
            assert times == sorted(times, reverse=True)
            browser.resize(driver, 390, 844)
            assert browser.overflow(driver) <= 0
    finally:
        shutil.rmtree(broken)
        shutil.rmtree(results / '<img src=x onerror="1">')


# --- names, files, --strict ------------------------------------------------------------------


@pytest.mark.usefixtures("no_workers")
def test_names_and_files_go_through_the_whole_command(results, capsys, tmp_path):
    ours = results / named(results, "hedge_mix", start="1990-01-31")
    rule = tmp_path / "rule.toml"
    rule.write_text('strategy = "equity_only"\nstart = "1990-01-31"\n')
    code, out, err = command(
        capsys, f"60/40={ours}", f"all in={rule}", "--against", "--out", str(results),
        "--no-tearsheet",
    )  # fmt: skip
    assert code == 0, err
    assert "60/40" in out
    assert "all in" in out
    assert f"note: new runs take from {ours.name}: source bundled" in " ".join(err.split())
    folder = page_of(results, "60/40", "all in")
    assert list(pd.read_csv(folder / "metrics.csv", index_col=0)) == ["60/40", "all in"]
    # The file was run as the strategy was, whose folder is there.
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["runs"] == [ours.name, named(results, "equity_only", start="1990-01-31")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["=hedge_mix", "equity_only"], "the name of a run is empty"),
        (["a=hedge_mix", "a=equity_only"], "two runs are named 'a'"),
        (["a=hedge_mix", "b=hedge_mix"], "b=hedge_mix is the same run as another one"),
        ([f"{'x' * 99}=hedge_mix", "carry"], "has 99 characters"),
        (["a=absent.toml", "carry"], "absent.toml cannot be read: No such file"),
        (["hedge_mix", "carry", "--max-age", "5"], "--max-age goes with --strict"),
        (["hedge_mix", "carry", "--strict", "--max-age", "-1"], "from 0 to 36,500, got -1"),
        (["hedge_mix", "carry", "--strict", "--max-age", "nan"], "'nan' is not a valid integer"),
    ],
)
def test_a_wrong_name_file_or_age_is_one_line(capsys, tmp_path, words, message):
    code, _, err = command(capsys, *words, "--source", "bundled", "--out", str(tmp_path / "out"))
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("no_workers")
def test_strict_refuses_a_new_run_on_other_data_before_any_is_written(capsys, tmp_path):
    code, _, err = command(
        capsys, "hedge_mix", "equity_only", "--strict", "--out", str(tmp_path), "--no-tearsheet"
    )
    assert code == 3
    assert err == (
        "error: --strict: hedge_mix: in place of new prices from Yahoo the data hold the bundled "
        "history (Yahoo cannot be reached); try again later, or leave --strict out to use what "
        "stands in\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_strict_refuses_a_finished_run_by_what_its_summary_says(results, capsys):
    pair = [named(results, name, start="1990-01-31") for name in ("hedge_mix", "equity_only")]
    before = sorted(path.name for path in results.iterdir())
    words = [f"mine={pair[0]}", pair[1], "--strict", "--out", str(results)]
    code, _, err = command(capsys, *words, "--max-age", "30")
    assert code == 3
    assert err.startswith("error: --strict: mine: the data of bundled end on 2025-12-31, ")
    assert err.count("\n") == 1
    assert sorted(path.name for path in results.iterdir()) == before
    # The bundled history promises no new data: without a limit it may be of any age.
    assert command(capsys, *words)[0] == 0


def test_why_yahoo_was_not_used_is_said_once(results):
    run = next(read_run(path.parent) for path in results.glob("equity_only-*/summary.json"))
    failure = "Yahoo cannot be reached (127.0.0.1: refused); try again later"
    origin = Origin(How.BUNDLED, failure=failure, short="Yahoo cannot be reached")
    offline = replace(
        run,
        summary=replace(run.summary, source_title=origin.title(run.summary.source_title)),
        manifest=replace(run.manifest, origin=origin, remarks=(failure,)),
    )
    lines = about([offline])
    assert lines[0].startswith(f"bundled: {run.summary.source_title}, ")
    assert [line for line in lines if "Yahoo" in line] == [f"note: {failure}"]


# Currencies


def test_one_mix_hedged_and_not_is_compared_in_its_currency(tmp_path, capsys, no_workers):
    words = ("hedge_mix@JPY", "hedge_mix@JPY:fx_hedge=1", "--source", "bundled", "--no-tearsheet")
    code, _, err = command(capsys, *words, "--no-verdict", "--out", str(tmp_path))
    assert code == 0, err
    moneys = {
        json.loads(path.read_text("utf-8"))["config"]["fx_hedge"]
        for path in tmp_path.glob("hedge_mix-*/manifest.json")
    }
    assert moneys == {0.0, 1.0}
    (folder,) = tmp_path.glob("compare-*")
    table = pd.read_csv(folder / "metrics.csv", index_col="metric")
    assert table.loc["volatility_monthly_less_first_value"].dropna().astype(float).iloc[0] < 0


def test_own_money_is_of_whole_runs_and_the_screen_says_so(tmp_path, capsys, no_workers):
    """Cut to the year until the ruin: what is left is of 2025, and not under dates of 1990."""
    more = ("--source", "bundled", "--no-tearsheet", "--no-verdict", "--out", str(tmp_path))
    words = ("A=hedge_mix:flow=-900/month", "B=hedge_mix", "--start", "1990-01-01", *more)
    code, _, err = command(capsys, *words)
    assert code == 2
    assert err.endswith(
        "error: A ended ruined on 1990-12-31; give --align for the time until then, or take out "
        "less\n"
    )
    code, out, _ = command(capsys, *words, "--align")
    assert code == 0
    assert (
        "\nOwn money is of each whole run: A 1989-12-31 to 1990-12-31, "
        "B 1989-12-31 to 2025-12-31.\n"
    ) in out
    assert "most is left" not in out


def test_own_money_of_each_currency_is_on_the_screen(tmp_path, capsys, no_workers):
    """Of 60 months the first 59 are followed by a row on which 40 are taken out: 2,360."""
    more = ("--source", "bundled", "--no-tearsheet", "--no-verdict", "--out", str(tmp_path))
    span = ("--start", "2000-01-31", "--end", "2004-12-31", "--flow", "-40/month")
    words = ("hedge_mix@JPY", "hedge_mix@USD", "--each-in-its-own", *span, *more)
    code, out, err = command(capsys, *words)
    assert code == 0, err
    (taken,) = (line.split()[2:] for line in out.splitlines() if "Taken out" in line)
    assert taken == ["¥2,360", "$2,360"]
    assert "Left at the end" in out
    assert "Money-weighted, a year" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("hedge_mix@JPY", "hedge_mix"),
            "not the same currency: JPY for hedge_mix@JPY, USD for "
            "hedge_mix; run all in one, as in STRATEGY@JPY, or give --each-in-its-own",
        ),
        (
            ("a=hedge_mix@JPY", "equity_only@JPY", "--each-in-its-own"),
            "--each-in-its-own is for "
            "runs in different currencies, and all of these are in JPY; leave it out",
        ),
        (
            ("hedge_mix@JPY", "hedge_mix", "--each-in-its-own", "--against"),
            "--against prints "
            "differences, and runs in different currencies have none; leave it out",
        ),
    ],
)
def test_currencies_are_looked_at_before_anything_is_run(words, message, tmp_path, capsys):
    code, _, err = command(capsys, *words, "--source", "bundled", "--out", str(tmp_path))
    assert code == 2
    assert err.startswith(f"error: {message}")
    assert not list(tmp_path.glob("hedge_mix-*"))
