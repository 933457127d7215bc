"""A search's folder: the page, its choice as a run, every candidate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.engine.config_file import write_config
from backtests.engine.tuned import BEST, Tuned
from backtests.report.files import write_json
from backtests.report.folder import new_folder, write_manifest
from backtests.report.index import rebuild_index
from backtests.report.manifest import SearchManifest
from backtests.report.pages import OVERVIEW
from backtests.report.run_folder import write_strategy
from backtests.report.tuning.advice import headline, no_recommendation
from backtests.report.tuning.document import as_json, document
from backtests.report.tuning.page import write_page
from backtests.report.tuning.words import searched_in
from backtests.report.versions import versions
from data.spreadsheet import write_csv
from data.strictness import age_in_days

ROWS_AT_ONCE = 1 << 17  # of the file of all candidates


def write_tuning(out: Path, tuned: Tuned, *, standalone: bool = False) -> Path:
    """Write a search's folder under ``out`` and return it.

    ``standalone``: its page has its charts without any other file.

    Raises
    ------
    OutputError
        If it cannot be written; what stood there before is untouched.
    """
    with new_folder(out, tuned.name) as folder:
        why_not = no_recommendation(tuned)
        write_config(folder / BEST, tuned.best, f"No recommendation: {why_not}." if why_not else "")
        write_strategy(folder, tuned.space.kind)
        _write_candidates(folder / "candidates.parquet", tuned)
        best = _rows(tuned, tuned.best_numbers).drop(columns="eligible")
        write_csv(best, folder / "best.csv", index_label=str(best.index.name))
        write_json(folder / "tuning.json", as_json(document(tuned)))
        write_page(folder / OVERVIEW.file, tuned, standalone=standalone)
        write_manifest(folder, _manifest(tuned))
    rebuild_index(out)
    return out / tuned.name


def _manifest(tuned: Tuned) -> SearchManifest:
    space = tuned.space
    return SearchManifest(
        title=f"{searched_in(tuned)}: {len(space):,} candidates over {', '.join(space.axis_names)}",
        finding=headline(tuned),
        config=tuned.config.table,
        objective=str(tuned.objective),
        search=tuned.search,
        notes=tuple(tuned.market.notes),
        age_days=age_in_days(tuned.market.vintage.last),
        data=tuned.fingerprints,
        versions=versions(),
    )


def _rows(tuned: Tuned, numbers: NDArray[np.int64]) -> pd.DataFrame:
    """Some candidates: their values on the axes, and their metrics."""
    values = tuned.space.table(numbers)
    metrics = tuned.metrics.iloc[numbers].set_axis(values.index)
    if "ruined" in metrics:
        days = tuned.sessions.strftime("%Y-%m-%d")
        told = [days[int(row)] if row >= 0 else None for row in metrics["ruined"]]
        metrics = metrics.assign(ruined=pd.Series(told, values.index, object))
    return pd.concat([values, metrics], axis=1)


def _write_candidates(path: Path, tuned: Tuned) -> None:
    """Write all candidates, a part at a time: a million of them take 100 MB."""
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
