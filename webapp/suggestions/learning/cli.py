"""The commands `ranker train`, `ranker history` and `ranker rollback`."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from webapp.catalog.registry import RESOURCES
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import index as files
from webapp.suggestions.evaluation.gold import GoldUnusable
from webapp.suggestions.learning import kept
from webapp.suggestions.learning.decisions import Decisions
from webapp.suggestions.learning.history import history
from webapp.suggestions.learning.train import NothingToLearn, Trained, train
from webapp.suggestions.serving import serving_model

FOLDER = "expert_pairs"
"""In the data folder: files named after resources, such as `go_bp.tsv`, for each training."""


def register(subparsers: Any) -> None:
    """Add the commands; `decisions` among the parsed arguments says what the site decided."""
    ranker = subparsers.add_parser(
        "ranker", help="teach the ranker by decisions, see its history, go back"
    ).add_subparsers(dest="action", required=True)

    teach = ranker.add_parser(
        "train",
        help="teach it anew; it serves if it is better",
        description="Learns from expert pairs and the site's decisions, compares with the present "
        "ranker on Key Events that taught neither, and promotes only what is surely better. Exit "
        "status: 0 trained, whether it serves now or not; 1 nothing could be learnt.",
    )
    teach.add_argument(
        "--gold",
        action="append",
        default=[],
        type=_resource_file,
        metavar="RESOURCE=FILE.tsv",
        help="pairs of experts, columns ke_id and object_id; besides those in "
        f"DATA_DIR/{FOLDER}/RESOURCE.tsv",
    )
    teach.add_argument("--dry-run", action="store_true", help="compare; keep and promote nothing")
    teach.add_argument("--json", action="store_true", help="print JSON instead of tables")
    teach.set_defaults(handler=run_train)

    past = ranker.add_parser("history", help="list what was learnt, and what served when")
    past.add_argument("--json", action="store_true", help="print JSON instead of tables")
    past.set_defaults(handler=run_history)

    back = ranker.add_parser("rollback", help="let the ranker before the present one serve again")
    back.add_argument(
        "version", nargs="?", help=f"or this one: a version of the history, or {kept.SHIPPED}"
    )
    back.set_defaults(handler=run_rollback)


def _resource_file(value: str) -> tuple[str, Path]:
    resource, _, path = value.partition("=")
    if resource not in RESOURCES or not path:
        raise argparse.ArgumentTypeError(
            f"write RESOURCE=FILE.tsv with a resource of {', '.join(RESOURCES)}, not {value!r}"
        )
    return resource, Path(path)


def run_train(args: argparse.Namespace, settings: Settings) -> int:
    """Train, and say what came of it."""
    decisions = getattr(args, "decisions", None) or Decisions()
    kept_files = [
        (resource, path)
        for resource in RESOURCES
        if (path := settings.data_dir / FOLDER / f"{resource}.tsv").exists()
    ]
    with closing(Database(settings.database_path)) as database:
        try:
            index = _index(settings)
            trained = train(
                database, index, decisions, kept_files + args.gold, promote=not args.dry_run
            )
        except (files.IndexUnusable, GoldUnusable, NothingToLearn) as error:
            hint = " Run: python -m webapp index build" * isinstance(error, files.IndexUnusable)
            print(f"{str(error).rstrip('.')}.{hint}", file=sys.stderr)
            return 1
    for gold in trained.golds:
        for one in gold.unusable:
            print(f"{gold.name}, {one}; left out.", file=sys.stderr)
    if args.json:
        print(json.dumps(trained.report, ensure_ascii=False, indent=2))
    else:
        _tell(trained, dry_run=args.dry_run)
    return 0


def _index(settings: Settings) -> files.Index:
    return files.load(settings.index_dir, files.current_generation(settings.index_dir))


def _tell(trained: Trained, *, dry_run: bool) -> None:
    report, console = trained.report, Console(width=None if sys.stdout.isatty() else 120)
    taught = report["taught"]
    console.print(
        f"Learnt from {taught['expert_pairs']:,} pairs of experts, {taught['approved']:,} other "
        f"approved ones, {taught['rejected']:,} rejected and {taught['passed_over']:,} that were "
        "passed over.",
        markup=False,
        highlight=False,
    )
    if report["whole"]:
        grid = Table(title=f"MRR on Key Events that taught neither: {report['key_events']:,}")
        for heading in ("", "Key Events", report["present"], "new", "new minus present"):
            grid.add_column(heading)
        named = {RESOURCES[name].name: one for name, one in report["resources"].items()}
        for name, one in (named | {"all": report["whole"]}).items():
            low, high = one["new_minus_present"]["intervals"]["mrr"]
            grid.add_row(
                name,
                f"{one['n']:,}",
                f"{one['present']['mrr']:.3f}",
                f"{one['new']['mrr']:.3f}",
                f"{one['new_minus_present']['mrr']:+.3f} ({low:+.3f} to {high:+.3f})",
            )
        console.print(grid)
    if dry_run:
        outcome = "Nothing was kept: it was a dry run."
    elif trained.promoted:
        outcome = f"{report['version']} serves from now on."
    else:
        outcome = f"{report['present']} goes on serving; what was found is kept."
    console.print(f"{report['reason']} {outcome}", markup=False, highlight=False)


def run_history(args: argparse.Namespace, settings: Settings) -> int:
    """Print every ranker that was learnt here and when it served."""
    with closing(Database(settings.database_path)) as database, database.read() as session:
        found = history(session)
        present = serving_model(session, _encoder(settings))
    if args.json:
        report = {"serving": present.version if present else None, **asdict(found)}
        print(json.dumps(report, ensure_ascii=False, indent=2))
        return 0
    console = Console(width=None if sys.stdout.isatty() else 120)
    serving = present.version if present else "the fixed combination"
    console.print(f"{serving} serves.", markup=False, highlight=False)
    grid = Table()
    for heading in ("Version", "Made", "Learnt from", "What was found", "Serves from"):
        grid.add_column(heading, overflow="fold")
    for one in found.rankers:
        grid.add_row(
            one.version, one.made_at, one.taught_in_words, one.reason, "\n".join(one.served_from)
        )
    if found.rankers:
        console.print(grid)
    for at in found.shipped_again:
        console.print(f"What ships with the program serves again from {at}.", highlight=False)
    return 0


def _encoder(settings: Settings) -> str | None:
    try:
        manifest = files.read_manifest(
            settings.index_dir / (files.current_generation(settings.index_dir) or "none")
        )
    except files.IndexUnusable:
        return None
    encoder: str | None = manifest.get("encoder")
    return encoder


def run_rollback(args: argparse.Namespace, settings: Settings) -> int:
    """Go back; exit status 1 where there is nothing to go back to."""
    encoder = _encoder(settings)
    if encoder is None:
        print(
            "There is no index with vectors, so no learnt ranker serves. Run: python -m webapp "
            "index build",
            file=sys.stderr,
        )
        return 1
    try:
        with closing(Database(settings.database_path)) as database, database.write() as session:
            told = kept.roll_back(session, encoder, args.version)
    except kept.CannotRollBack as error:
        print(error, file=sys.stderr)
        return 1
    named = "What ships with the program" if told == kept.SHIPPED else told
    print(f"{named} serves from now on; all workers know at their next list.")
    return 0
