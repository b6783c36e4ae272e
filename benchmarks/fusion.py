"""Learn the shipped weights from expert pairs, and print what each signal brings.

    python -m benchmarks.fusion --gold wikipathways=FILE.tsv --gold go_bp=FILE.tsv … --write
    python -m benchmarks.fusion --gold … --ablation

An ablation leaves out the learnt metric first, and then one signal more.

FILE.tsv has the columns ke_id and object_id. The catalog and the index of the settings in force are
used. Figures are from grouped five-fold cross-validation, weights and memory learnt anew for each
fold. `--write` replaces the file that ships with the program.
"""

from __future__ import annotations

import argparse
import csv
import json
from contextlib import closing
from dataclasses import replace
from importlib.resources import files as package
from pathlib import Path

import numpy as np

from webapp.catalog.registry import RESOURCES, parse_identifier
from webapp.database import Database, utc_now
from webapp.settings import load_settings
from webapp.suggestions import crossfit, fusion, metric
from webapp.suggestions import index as files
from webapp.suggestions.evaluation.contest import prepare
from webapp.suggestions.index import Index
from webapp.suggestions.pairs import Pair
from webapp.suggestions.signals import COLUMNS, SIGNALS

SOURCE = (
    "development part of the pairs of Saarimäki et al. 2023, doi 10.1038/s41597-023-02321-w, "
    "CC BY 4.0"
)


def main() -> None:
    """Print the figures, and write the model or the ablation if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", action="append", required=True, metavar="RESOURCE=FILE")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--ablation", action="store_true")
    args = parser.parse_args()
    settings = load_settings()
    index = files.load(settings.index_dir, files.current_generation(settings.index_dir))
    with closing(Database(settings.database_path)) as database, database.read() as session:
        contests = {resource: prepare(session, index, resource) for resource in index.resources}
    concepts = next(iter(contests.values())).concepts
    candidates = {resource: contest.candidates for resource, contest in contests.items()}
    pairs = [pair for one in args.gold for pair in _read(*one.split("=", 1))]

    def fitted(index: Index) -> fusion.Model:
        return crossfit.fitted(
            index,
            pairs,
            concepts,
            candidates,
            version="fused-2",
            made_at=utc_now(),
            source=SOURCE,
        )

    model = fitted(index)
    _print("all signals", model)
    if args.write:
        path = package("webapp.suggestions").joinpath("shipped", fusion.SHIPPED)
        Path(str(path)).write_text(
            json.dumps(model.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    if args.ablation:
        metric.STEPS = 0  # what takes no step stays nothing
        _print("without the metric", fitted(index))
        for signal in SIGNALS:
            _print(f"nor {signal.name}", fitted(_without(index, signal.columns)))


def _read(resource: str, file: str) -> list[Pair]:
    if resource not in RESOURCES:
        raise SystemExit(f"There is no resource {resource}; known are {', '.join(RESOURCES)}.")
    with Path(file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    found = [(int(row["ke_id"]), parse_identifier(row["object_id"])) for row in rows]
    return [Pair(number, identifier) for number, identifier in found if identifier]


def _without(index: Index, columns: tuple[str, ...]) -> Index:
    """An index whose pools say nothing in these columns; what they pooled stays."""
    gone = np.isin(COLUMNS, columns)
    parts = {}
    for name, part in index.resources.items():
        assert part.pools is not None
        values = np.where(gone, 0, part.pools.values).astype(np.float16)
        parts[name] = replace(part, pools=replace(part.pools, values=values))
    return replace(index, resources=parts)


def _print(name: str, model: fusion.Model) -> None:
    for state, by_resource in model.figures.items():
        figures = "  ".join(
            f"{resource} {one['mrr']:.3f} {one['hits@1']:.2f} {one['hits@10']:.2f}"
            for resource, one in by_resource.items()
        )
        print(f"{name:22} {state}  {figures}  (MRR, Hits@1, Hits@10)", flush=True)


if __name__ == "__main__":
    main()
