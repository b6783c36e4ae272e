"""The commands `encoder fetch` and `encoder compare`."""

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
from webapp.suggestions.encoder import BIOBERT, EncoderError, fetch
from webapp.suggestions.encoder.comparison import (
    Comparison,
    Ranked,
    compare,
    sample_of_names,
    tasks,
)
from webapp.suggestions.encoder.measuring import Measured
from webapp.suggestions.encoder.places import find
from webapp.suggestions.evaluation import gold
from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.evaluation.metrics import MEASURES
from webapp.suggestions.pairs import no_pairs


def register(subparsers: Any) -> None:
    """Add the commands; `approved_pairs` among parsed arguments says what the site approved."""
    actions = subparsers.add_parser("encoder", help="the sentence encoder").add_subparsers(
        dest="action", required=True
    )
    fetching = actions.add_parser("fetch", help="download an encoder into the local cache")
    fetching.add_argument("name", nargs="?", default=BIOBERT, help=f"default: {BIOBERT}")
    fetching.add_argument("--revision", default="", help="default: the pinned one where known")
    fetching.set_defaults(handler=fetch_encoder)

    comparing = actions.add_parser(
        "compare",
        help="measure two encoders side by side: speed, memory, and how well each ranks",
        description="Each is a name or a folder as in ENCODER, with +int8 behind it where its "
        "weights are to be rounded. Without --gold the approved mappings of this site are ranked.",
    )
    comparing.add_argument("first", metavar="A")
    comparing.add_argument("second", metavar="B")
    comparing.add_argument("--resource", choices=sorted(RESOURCES))
    comparing.add_argument(
        "--gold", type=Path, metavar="FILE.tsv", help="columns ke_id and object_id"
    )
    comparing.add_argument("--seed", type=int, default=0, help="of intervals (0)")
    comparing.add_argument("--json", action="store_true", help="print JSON instead of tables")
    comparing.set_defaults(handler=compare_encoders)


def fetch_encoder(args: argparse.Namespace, settings: Settings) -> int:
    """Download an encoder; the only command of this room that uses the network."""
    try:
        folder = fetch(args.name, args.revision)
    except (OSError, EncoderError) as error:
        reason = str(error).strip().splitlines()[0]
        print(
            f"The encoder {args.name} could not be downloaded: {reason} See that the name is right "
            "and that this machine reaches huggingface.co.",
            file=sys.stderr,
        )
        return 1
    print(
        f"{args.name} is in {folder}. Set ENCODER={args.name} and run: python -m webapp index build"
    )
    return 0


def compare_encoders(args: argparse.Namespace, settings: Settings) -> int:
    """Print the figures of two encoders; exit status 1 where one cannot be had or measured."""
    if args.gold and not args.resource:
        print("Say with --resource what the targets in --gold are of.", file=sys.stderr)
        return 2
    encoders = (args.first, args.second)
    revisions = tuple(
        settings.encoder_revision if one == settings.encoder else "" for one in encoders
    )
    try:
        rows = gold.read_rows(args.gold) if args.gold else None
        for name, revision in zip(encoders, revisions, strict=True):
            find(name, revision)  # before one of them is measured for minutes
        database = Database(settings.database_path, read_only=True)
        with closing(database), database.read() as session:
            approved = getattr(args, "approved_pairs", no_pairs)(session)

            def chosen(contest: Contest) -> gold.Gold | None:
                if rows is not None:
                    return gold.usable(rows, contest, args.gold.name)
                try:
                    return gold.of_site(approved, contest)
                except gold.GoldUnusable:
                    return None  # nothing is approved there yet

            to_rank = tasks(session, [args.resource] if args.resource else list(RESOURCES), chosen)
            sample = [] if to_rank else sample_of_names(session)
        found = compare(
            encoders, (revisions[0], revisions[1]), to_rank, sample, args.seed, _say_what_runs
        )
    except (EncoderError, gold.GoldUnusable) as error:
        print(error, file=sys.stderr)
        return 1
    for task in to_rank:
        for row in task.gold.unusable:
            print(f"Not used: {row}.", file=sys.stderr)
    if not to_rank:
        print(
            "Nothing was ranked: no mapping is approved yet; give --gold FILE.tsv --resource NAME.",
            file=sys.stderr,
        )
    if args.json:
        print(json.dumps(as_json(found), ensure_ascii=False, indent=2))
    else:
        _show(found, Console(width=None if sys.stdout.isatty() else 160))
    return 0


def _say_what_runs(setting: str, texts: int) -> None:
    print(f"Encoding {texts:,} texts with {setting}.", file=sys.stderr)


def as_json(found: Comparison) -> dict[str, Any]:
    """The comparison as JSON; docs/suggestions.md explains its keys."""
    encoders = []
    for one in found.encoders:
        told = {name: value for name, value in vars(one).items() if name != "vectors"}
        encoders.append(told)
    return {"encoders": encoders, "ranked": [asdict(one) for one in found.ranked]}


def _show(found: Comparison, console: Console) -> None:
    first, second = found.encoders
    table = Table(title="On one thread, by processor time", title_justify="left")
    for heading in ("", "A", "B", "B against A"):
        table.add_column(heading, overflow="fold")
    table.add_row("encoder", first.name, second.name, "")
    table.add_row("dimensions", str(first.dimensions), str(second.dimensions), "")
    for what in first.description:
        values = [str(one.description[what]) or "none" for one in found.encoders]
        table.add_row(what.replace("_", " "), *values, "")
    for what, field, digits in (
        ("seconds to load", "seconds_to_load", 1),
        ("texts a second, in batches", "texts_per_second", 0),
        ("milliseconds for one text", "milliseconds_alone", 1),
        ("MB of torch and its like", "libraries", 0),
        ("MB with the model, after use", "memory", 0),
        ("MB at the peak", "peak", 0),
    ):
        table.add_row(what, *_beside(first, second, field, digits))
    console.print(table, markup=False)
    for one in found.ranked:
        console.print(_ranks(one), markup=False)


def _beside(first: Measured, second: Measured, field: str, digits: int) -> tuple[str, str, str]:
    a, b = getattr(first, field), getattr(second, field)
    if a is None or b is None:
        return ("not known", "not known", "")
    return (f"{a:,.{digits}f}", f"{b:,.{digits}f}", f"× {b / a:.2f}")


def _ranks(one: Ranked) -> Table:
    table = Table(
        title=f"{one.resource}: {one.key_events:,} Key Events of {one.gold}, "
        f"{one.candidates:,} candidates, by meaning alone",
        title_justify="left",
    )
    for heading in ("", "A (95 % interval)", "B (95 % interval)", "B − A (95 % interval)"):
        table.add_column(heading)
    for measure in MEASURES:
        cells = [
            _cell(figures.means[measure], figures.intervals[measure]) for figures in one.figures
        ]
        difference = one.second_against_first
        low, high = difference.intervals[measure]
        better = "B is better" if low > 0 else "A is better" if high < 0 else "no difference shown"
        against = _cell(difference.differences[measure], (low, high), sign="+")
        table.add_row(
            measure.upper() if measure == "mrr" else measure.capitalize(),
            *cells,
            f"{against}: {better}",
        )
    return table


def _cell(mean: float, interval: tuple[float, float], sign: str = "") -> str:
    low, high = (f"{end:{sign}.3f}" for end in interval)
    return f"{mean:{sign}.3f} ({low} to {high})"
