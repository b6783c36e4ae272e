"""Commands of this room: `suggest`, `index build`; `evaluate`, `encoder` and `ranker` have
their own."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from webapp.catalog.models import KeyEvent
from webapp.catalog.registry import RESOURCES, parse_key_event
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions.builder import BuildRunning
from webapp.suggestions.encoder import cli as encoder
from webapp.suggestions.evaluation import cli as evaluation
from webapp.suggestions.events import rebuild_index
from webapp.suggestions.learning import cli as learning
from webapp.suggestions.service import Suggester, SuggestionList


def register(subparsers: Any) -> None:
    """Add the commands of this room."""
    parser = subparsers.add_parser("suggest", help="print the ranked targets for a Key Event")
    parser.add_argument("key_event", help="a Key Event: 1513, 'KE 1513' or aop.events:1513")
    parser.add_argument("--resource", choices=sorted(RESOURCES), action="append")
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.set_defaults(handler=suggest)

    evaluation.register(subparsers)

    index = subparsers.add_parser("index", help="the suggestion index").add_subparsers(
        dest="action", required=True
    )
    build = index.add_parser("build", help="build it anew; only new texts are encoded")
    build.set_defaults(handler=build_index)

    encoder.register(subparsers)
    learning.register(subparsers)


def suggest(args: argparse.Namespace, settings: Settings) -> int:
    """Print the lists; exit status 1 where the Key Event is unknown."""
    number = parse_key_event(args.key_event)
    database = Database(settings.database_path)
    suggester = Suggester(database, settings.index_dir, settings.encoder, settings.encoder_revision)
    suggester.load_index()
    with database.read() as session:
        key_event = session.scalar(select(KeyEvent).where(KeyEvent.number == number))
        if key_event is None:
            print(f"There is no Key Event {args.key_event!r} in the catalog.", file=sys.stderr)
            return 1
        lists = [
            suggester.for_key_event(session, key_event, resource, args.limit)
            for resource in args.resource or RESOURCES
        ]
        if args.json:
            print(json.dumps([asdict(one) for one in lists], ensure_ascii=False, indent=2))
        else:
            _print(key_event, lists)
    return 0


def _print(key_event: KeyEvent, lists: list[SuggestionList]) -> None:
    console = Console()
    console.print(f"KE {key_event.number} {key_event.title}", style="bold", markup=False)
    for one in lists:
        name = RESOURCES[one.resource].name
        if one.notice:
            console.print(one.notice, style="yellow", markup=False)
        if not one.candidates:
            console.print(
                f"{name}: none in the catalog. Import them with: python -m webapp catalog"
            )
            continue
        table = Table(title=f"{name}, {one.candidates:,} candidates", title_justify="left")
        for heading in ("Rank", "Target", "Title", "Score", "Reasons"):
            table.add_column(heading, overflow="fold")
        for item in one.items:
            table.add_row(
                str(item.rank),
                item.identifier.removeprefix("wikipathways:").removeprefix("reactome:"),
                item.title,
                f"{item.score:.3f}",
                "; ".join(reason.text for reason in item.reasons),
            )
        console.print(table, markup=False)


def build_index(args: argparse.Namespace, settings: Settings) -> int:
    """Build the index; exit status 75 where another process is building it."""
    try:
        rebuild_index(settings)
    except BuildRunning as error:
        print(error, file=sys.stderr)
        return 75
    print(f"The suggestion index in {settings.index_dir} is current.")
    return 0
