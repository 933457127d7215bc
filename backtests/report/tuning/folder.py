"""A search's folder: the page, the recommended run, every candidate."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.analysis.verdict import plain
from backtests.analysis.walkforward import WalkForward
from backtests.engine.config_file import write_config
from backtests.report.folder import FORMAT, new_folder, write_json, write_manifest
from backtests.report.index import rebuild_index
from backtests.report.run_folder import versions
from backtests.report.tuning.page import write_page
from backtests.report.tuning.result import BEST, Tuned, headline, sentences

ROWS_AT_ONCE = 1 << 17  # of the file of all candidates


def write_tuning(out: Path, tuned: Tuned) -> Path:
    """Write a search's folder under ``out`` and return it.

    Raises
    ------
    OutputError
        If it cannot be written; what stood there before is untouched.
    """
    with new_folder(out, tuned.name) as folder:
        write_config(folder / BEST, tuned.best)
        _write_candidates(folder / "candidates.parquet", tuned)
        best = _rows(tuned, tuned.best_numbers).drop(columns="eligible")
        best.to_csv(folder / "best.csv", lineterminator="\n")
        write_json(folder / "tuning.json", content(tuned))
        write_page(folder / "index.html", tuned)
        searched = ", ".join(tuned.space.axes)
        about = {
            "kind": "tuning",
            "format": FORMAT,
            "title": f"{tuned.space.strategy}: {len(tuned.space):,} candidates over {searched}",
            "config": tuned.config.as_dict(),
            "objective": str(tuned.objective),
            "search": tuned.search,
            "notes": list(tuned.market.notes),
            "data": tuned.market.fingerprints(),
            "versions": versions(),
        }
        write_manifest(folder, about, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
    rebuild_index(out)
    return out / tuned.name


def _rows(tuned: Tuned, numbers: NDArray[np.int64]) -> pd.DataFrame:
    """Some candidates: their values on the axes, and their metrics."""
    values = tuned.space.table(numbers)
    return pd.concat([values, tuned.metrics.iloc[numbers].set_axis(values.index)], axis=1)


def _write_candidates(path: Path, tuned: Tuned) -> None:
    """Write all candidates, a part at a time: a million of them are 100 MB."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    for first in range(0, len(tuned.metrics), ROWS_AT_ONCE):
        numbers = np.arange(first, min(first + ROWS_AT_ONCE, len(tuned.metrics)))
        part = pa.Table.from_pandas(_rows(tuned, numbers).reset_index(), preserve_index=False)
        writer = writer or pq.ParquetWriter(path, part.schema, compression="zstd")
        writer.write_table(part)
    if writer is not None:
        writer.close()


def content(tuned: Tuned) -> dict[str, Any]:
    """Every number of the page as plain values."""
    honesty, region, sessions = tuned.honesty, tuned.region, tuned.sessions
    return plain(
        {
            "headline": headline(tuned),
            "sentences": sentences(tuned),
            "beyond_noise": honesty.beyond_noise,
            "strategy": tuned.space.strategy,
            "objective": str(tuned.objective),
            "source": tuned.market.source,
            "source_title": tuned.market.title,
            "start": f"{sessions[0]:%Y-%m-%d}",
            "end": f"{sessions[-1]:%Y-%m-%d}",
            "candidates": len(tuned.space),
            "left_out": tuned.space.left_out[0],
            "eligible": int(tuned.metrics["eligible"].sum()),
            "trials": tuned.trials,
            "portfolios": {
                name: {"is": label, **row.drop("eligible", errors="ignore").to_dict()}
                for name, (label, row) in tuned.portfolios.items()
            },
            "recommended": {"params": tuned.best.params, "candidate": region.centre},
            "region": {"members": len(region.members), "regions": region.regions,
                       "best_plateau": region.best},
            "honesty": {
                "months": honesty.months,
                "first": honesty.first,
                "last": honesty.last,
                "chosen": dataclasses.asdict(honesty.chosen),
                "peak": dataclasses.asdict(honesty.peak),
                "sharpe": None if honesty.sharpe is None else dataclasses.asdict(honesty.sharpe),
                "same_risk": None
                if honesty.same_risk is None
                else dataclasses.asdict(honesty.same_risk),
                "record_years": honesty.record_years,
                "overfitting": None if honesty.overfitting is None else {
                    "probability": honesty.overfitting.probability,
                    "standard_error": honesty.overfitting.standard_error,
                    "by_chance": honesty.overfitting.by_chance,
                    "ranked_by": honesty.ranked_by,
                },
                "reality": dataclasses.asdict(honesty.reality),
                "look_back_months": honesty.look_back,
                "expanding": _walk_numbers(honesty.expanding),
                "rolling": _walk_numbers(honesty.rolling),
            },
        }
    )  # fmt: skip


def _walk_numbers(walk: WalkForward | None) -> dict[str, Any] | None:
    if walk is None:
        return None
    return {
        "first": f"{walk.dates[0]:%Y-%m}",
        "last": f"{walk.dates[-1]:%Y-%m}",
        "choices": len(walk.choices),
        "fell_back": sum(choice.fell_back for choice in walk.choices),
        "edge_in_sample": walk.edge_in_sample,
        "edge_out_of_sample": walk.edge_out_of_sample,
        "survived": walk.survived,
    }
