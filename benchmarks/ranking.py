"""Rank expert pairs with each signal and with their sum; print figures side by side.

    python -m benchmarks.ranking GOLD.tsv --resource wikipathways

GOLD.tsv has the columns ke_id and object_id. The catalog and the index of the settings in force
are used. MRR (± its standard error) and Hits@k over Key Events; ties count against us; what is not
listed in the file is not known to be wrong, so the figures are lower bounds.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from webapp.catalog.models import KeyEvent, Target, TargetGene
from webapp.catalog.registry import RESOURCES, parse_identifier
from webapp.database import Database
from webapp.settings import load_settings
from webapp.suggestions import index as files
from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.ranker import LEXICAL_WEIGHT


def main() -> None:
    """Print one row a signal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--resource", choices=RESOURCES, default="wikipathways")
    args = parser.parse_args()
    settings = load_settings()
    generation = files.current_generation(settings.index_dir)
    if generation is None:
        raise SystemExit("There is no index; run: python -m webapp index build")
    index = files.load(settings.index_dir, generation)
    part = index.resources[args.resource]
    wanted: dict[int, set[str]] = defaultdict(set)
    with args.gold.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            identifier = parse_identifier(row["object_id"])
            if identifier:
                wanted[int(row["ke_id"])].add(identifier)
    with Database(settings.database_path).read() as session:
        titles = dict(session.execute(select(KeyEvent.number, KeyEvent.title)).all())
        with_genes = set(session.scalars(select(Target.identifier).join(TargetGene).distinct()))
    rows_of = {identifier: row for row, identifier in enumerate(part.identifiers)}
    # Experts chose among pathways with genes; the others are no candidates here.
    ranked = np.array(
        [args.resource != "wikipathways" or one in with_genes for one in part.identifiers]
    )
    places: dict[str, list[int]] = defaultdict(list)
    for number, targets in sorted(wanted.items()):
        if number not in titles:
            continue
        text = query_of(titles[number], index.abbreviations).spelt_out
        lexical = part.lexical.score(text)
        signals: dict[str, NDArray[np.float32]] = {"BM25": lexical}
        if part.vectors is not None and index.key_event_vectors is not None:
            vectors = index.key_event_vectors[index.key_event_rows[number]]
            dense = (part.vectors @ vectors.T).max(axis=1)
            signals |= {"encoder": dense, "sum": dense + LEXICAL_WEIGHT * lexical}
        rows = [rows_of[one] for one in targets if one in rows_of]
        for name, scores in signals.items():
            best = min((int((scores[ranked] >= scores[row]).sum()) for row in rows), default=10**9)
            places[name].append(best)
    print(f"{args.resource}: {len(places['BM25'])} Key Events, {int(ranked.sum()):,} candidates")
    baseline = np.mean(1 / np.array(places["BM25"]))
    for name, found in places.items():
        ranks = np.array(found)
        mrr = np.mean(1 / ranks)
        noise = np.std(1 / ranks, ddof=1) / len(ranks) ** 0.5
        hits = "  ".join(f"Hits@{k} {np.mean(ranks <= k):.2f}" for k in (1, 3, 10))
        against = f"MRR against BM25 x{mrr / baseline:.2f}"
        print(f"{name:8} MRR {mrr:.3f} ±{noise:.3f}  {hits}  {against}")


if __name__ == "__main__":
    main()
