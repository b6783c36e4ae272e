"""The command `evaluate`."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import DBAPIError

from webapp.catalog.registry import RESOURCES, local_name
from webapp.database import Database, DatabaseError, explain, utc_now
from webapp.settings import Settings
from webapp.suggestions import index as files
from webapp.suggestions.encoder import EncoderError, load
from webapp.suggestions.evaluation import baselines, gold, kept
from webapp.suggestions.evaluation.contest import Contest, prepare
from webapp.suggestions.evaluation.fused import fused_ranking
from webapp.suggestions.evaluation.measure import (
    FUSED,
    UNSEEN_CONCEPTS,
    Measured,
    as_it_serves,
    cross_validated,
    measure,
)
from webapp.suggestions.evaluation.ranking import Scorer
from webapp.suggestions.evaluation.report import Report, report_of, show
from webapp.suggestions.evaluation.vectors import VectorStore
from webapp.suggestions.pairs import no_pairs
from webapp.suggestions.serving import serving_model

NOT_KEPT = 3


def register(subparsers: Any) -> None:
    """Add the command; `approved_pairs` among the parsed arguments says what the site approved."""
    parser = subparsers.add_parser(
        "evaluate",
        help="measure the ranker against pairs that experts chose",
        description="Exit status: 0 measured and kept; 1 nothing could be measured; 2 the command "
        "was not understood; 3 measured and printed, but the result could not be kept.",
    )
    parser.add_argument("--resource", choices=sorted(RESOURCES), required=True)
    parser.add_argument(
        "--gold",
        type=Path,
        metavar="FILE.tsv",
        help="columns ke_id and object_id; without it, the approved mappings of this site",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument(
        "--all-targets",
        action="store_true",
        help="let WikiPathways' pathways without genes compete as well",
    )
    parser.add_argument(
        "--cross-validate",
        action="store_true",
        help="teach the ranker anew for each part of the pairs, by the others alone",
    )
    parser.add_argument("--folds", type=_folds, default=5, help="number of parts (5)")
    parser.add_argument("--seed", type=int, default=0, help="of parts, chance and intervals (0)")
    parser.add_argument(
        "--places", type=Path, metavar="FILE.tsv", help="write each Key Event's places there"
    )
    parser.add_argument("--no-keep", action="store_true", help="do not keep the result")
    parser.set_defaults(handler=evaluate)


def _folds(value: str) -> int:
    number = int(value)
    if number < 2:
        raise argparse.ArgumentTypeError("give 2 or more")
    return number


def evaluate(args: argparse.Namespace, settings: Settings) -> int:
    """Measure, print and keep; see `register` for the exit status."""
    try:
        report = _evaluate(args, settings)
    except (files.IndexUnusable, gold.GoldUnusable) as error:
        hint = " Run: python -m webapp index build" * isinstance(error, files.IndexUnusable)
        print(f"Nothing was measured: {str(error).rstrip('.')}.{hint}", file=sys.stderr)
        return 1
    kept_too = args.no_keep or _kept(report, settings)
    _tell(report)
    if args.json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        show(report, Console(width=None if sys.stdout.isatty() else 200))
    return 0 if kept_too else NOT_KEPT


def _evaluate(args: argparse.Namespace, settings: Settings) -> Report:
    index = files.load(settings.index_dir, files.current_generation(settings.index_dir))
    if args.resource not in index.resources:
        raise files.IndexUnusable(f"the index holds no target of {RESOURCES[args.resource].name}")
    rows = None if args.gold is None else gold.read_rows(args.gold)
    approved_pairs = getattr(args, "approved_pairs", no_pairs)
    database = Database(settings.database_path, read_only=True)
    with closing(database), database.read() as session:
        contest = prepare(session, index, args.resource, all_targets=args.all_targets)
        approved = approved_pairs(session)
        model = serving_model(session, index.encoder)
    if rows is None:
        chosen = gold.of_site(approved, contest)
    else:
        chosen = gold.usable(rows, contest, args.gold.name)
    ranking = fused_ranking(contest, model)
    if args.cross_validate:
        taught = cross_validated(ranking, chosen, contest, args.folds, args.seed)
    else:
        taught = as_it_serves(ranking, chosen, contest, approved)
    others, notes = _baselines(contest, list(chosen.answers), settings, args.seed)
    measured = measure(ranking, taught, chosen, contest, others, args.seed)
    if args.places:
        _write_places(args.places, measured, chosen, contest)
    return report_of(
        measured,
        chosen,
        contest,
        made_at=utc_now(),
        seed=args.seed,
        all_targets=args.all_targets,
        notes=notes,
    )


def _baselines(
    contest: Contest, numbers: list[int], settings: Settings, seed: int
) -> tuple[dict[str, Scorer], tuple[str, ...]]:
    """The baselines by name, and what should be known of them."""
    found = {
        "random": baselines.by_chance(contest, seed),
        "name_match": baselines.by_name(contest),
        "bm25": baselines.by_words(contest),
    }
    if contest.index.encoder is None:
        return found, ("The index has no vectors: nothing was ranked by meaning.",)
    store = VectorStore(
        settings.index_dir,
        contest.index,
        settings.data_dir / "evaluation",
        lambda: load(settings.encoder, settings.encoder_revision),
    )
    with Progress(
        TextColumn("Encoding texts"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    ) as bar:
        task = bar.add_task("encode", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        try:
            found["encoder"] = baselines.by_meaning(contest, numbers, store, progress)
            found["raw_cosine"] = baselines.by_raw_cosine(contest, numbers, store, progress)
        except EncoderError as error:
            return found, (f"Baselines that compare by meaning were left out: {error}",)
    return found, ()


def _tell(report: Report) -> None:
    """Say on standard error what was left out, and what the figures do not mean."""
    told = [*report["notes"]]
    for one in report["unusable"]:
        line = f"line {one['line']}: " if one["line"] else ""
        told.append(f"Not used: {line}{one['reason']}.")
    for one in report["not_ranked"]:
        told.append(
            f"Counted as missed: {one['object_id']} of Key Event {one['key_event']} is in the "
            "catalog but no candidate: it has no genes, or the index is older than it."
        )
    known = report["n"] - report["subsets"][UNSEEN_CONCEPTS]["n"]
    if known:
        told.append(
            f"{known} of {report['n']} Key Events are of concepts that the shipped ranker was "
            "trained on, so the figures flatter it: use --cross-validate, or look at the others."
        )
    for line in told:
        print(line, file=sys.stderr)


def _write_places(path: Path, measured: Measured, chosen: gold.Gold, contest: Contest) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("\t".join(("ke_id", "title", "object_ids", *measured.best)) + "\n")
        for number in sorted(chosen.answers, key=lambda one: -measured.best[FUSED][one]):
            title = " ".join(contest.key_events[number].title.split())
            targets = " ".join(map(local_name, chosen.answers[number]))
            found = (f"{places[number]:g}" for places in measured.best.values())
            file.write("\t".join((str(number), title, targets, *found)) + "\n")


def _kept(report: Report, settings: Settings) -> bool:
    try:
        with closing(Database(settings.database_path)) as database, database.write() as session:
            kept.keep(session, report)
    except (DBAPIError, DatabaseError) as error:
        reason = explain(settings.database_path, error)
        print(f"The result was not kept. {reason}", file=sys.stderr)
        return False
    return True
