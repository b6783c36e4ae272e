"""`python -m webapp catalog import` and `catalog update`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from webapp.catalog import events
from webapp.catalog.console import ConsoleProgress, print_report, write_remarks
from webapp.catalog.download import DownloadError
from webapp.catalog.importer import import_files
from webapp.catalog.inputs import InputFile, open_input
from webapp.catalog.lock import ImportRefused, only_update
from webapp.catalog.sources import starter
from webapp.catalog.sources.files import SourceError
from webapp.catalog.sources.registry import FORMATS
from webapp.catalog.upstream import UPSTREAMS, fetch_release
from webapp.database import Database
from webapp.settings import Settings

_HELP = {
    "aopwiki": "AOP-Wiki's XML export, its three tables, or both",
    "wikipathways": "WikiPathways' human GMT, a wikipathways-database archive or checkout, or both",
    "go": "go-basic.obo, and a GMT of human genes by GO term",
    "reactome": "Reactome's ReactomePathways.gmt",
    "genes": "tables of Entrez number, HGNC symbol and Ensembl id",
    "key-event-genes": "AOPWikiRDF-Genes, the genes that programs found in AOP-Wiki's texts",
}


def register(subparsers: Any) -> None:
    """Add the commands of this room."""
    actions = subparsers.add_parser(
        "catalog", help="import what can be mapped: Key Events, pathways, terms"
    ).add_subparsers(dest="action", required=True, metavar="ACTION")

    importing = actions.add_parser("import", help="import files that are here")
    for source, text in _HELP.items():
        importing.add_argument(
            f"--{source}", nargs="+", action="extend", type=Path, metavar="FILE", help=text
        )
    importing.add_argument(
        "--starter", action="store_true", help="the small catalog that ships with the program"
    )
    importing.add_argument(
        "--retire-many",
        action="store_true",
        help="although more than half of a kind would be retired",
    )
    _shared_options(importing)
    importing.set_defaults(handler=import_command, parser=importing)

    updating = actions.add_parser("update", help="download the official releases and import them")
    updating.add_argument(
        "--only",
        nargs="+",
        choices=[upstream.name for upstream in UPSTREAMS],
        help="fetch these alone; by default: "
        + ", ".join(upstream.name for upstream in UPSTREAMS if upstream.standard),
    )
    for upstream in UPSTREAMS:
        updating.add_argument(
            f"--{upstream.name}-url", metavar="URL", help=f"instead of {upstream.url}"
        )
    _shared_options(updating)
    updating.set_defaults(handler=update_command)


def _shared_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write everything that was reported to FILE"
    )
    parser.add_argument(
        "--no-index", action="store_true", help="do not rebuild the suggestion index afterwards"
    )


def import_command(args: argparse.Namespace, settings: Settings) -> int:
    """Import the named files; exit status 1 with one sentence where that cannot be done."""
    named = [
        (source, path) for source in _HELP for path in getattr(args, source.replace("-", "_")) or ()
    ]
    if args.starter and (args.aopwiki or args.wikipathways):
        args.parser.error("--starter goes with neither --aopwiki nor --wikipathways")
    if args.starter:
        named.append(("starter", starter.FOLDER))
    if not named:
        options = ", ".join(f"--{format_.source}" for format_ in _first_of_each_source())
        args.parser.error(f"name at least one file: {options}")
    return _one_sentence(
        lambda: _import(
            args,
            settings,
            [open_input(source, path) for source, path in named],
            unattended=not args.retire_many,
        )
    )


def update_command(args: argparse.Namespace, settings: Settings) -> int:
    """Fetch and import; one source that fails does not keep the others from being imported."""
    folder = settings.data_dir / "downloads"
    try:
        with only_update(folder):
            return _update(args, settings, folder)
    except ImportRefused as error:
        print(error, file=sys.stderr)
        return 1


def _update(args: argparse.Namespace, settings: Settings, folder: Path) -> int:
    wanted = [
        upstream
        for upstream in UPSTREAMS
        if (upstream.name in args.only if args.only else upstream.standard)
    ]
    urls = {
        upstream.name: getattr(args, f"{upstream.name.replace('-', '_')}_url") or ""
        for upstream in UPSTREAMS
    }
    inputs: list[InputFile] = []
    failed = False
    with ConsoleProgress() as progress:
        for upstream in wanted:
            try:
                watch = progress.download(upstream.name)
                download, file = fetch_release(upstream, folder, urls, watch=watch)
            except DownloadError as error:
                failed = True
                print(f"Not updated: {error}", file=sys.stderr)
                continue
            inputs.append(file)
            state = "new" if download.fresh else "not modified"
            progress.say(
                f"{download.path.name}: {state}, {download.size:,} bytes, sha256 {download.sha256}"
            )
    if not inputs:
        print("Nothing was fetched, so nothing was imported.", file=sys.stderr)
        return 1
    status = _one_sentence(lambda: _import(args, settings, inputs, unattended=True))
    return 1 if failed else status


def _import(
    args: argparse.Namespace,
    settings: Settings,
    inputs: Sequence[InputFile],
    *,
    unattended: bool = False,
) -> None:
    database = Database(settings.database_path)
    try:
        with ConsoleProgress() as progress:
            report = import_files(database, inputs, progress=progress, unattended=unattended)
    finally:
        database.close()
    print_report(report)
    if args.report is not None:
        try:
            write_remarks(report, args.report)
        except OSError as error:
            raise ImportRefused(
                f"The import is done, but its report could not be written to {args.report} "
                f"({error.strerror})."
            ) from error
    if not args.no_index:
        try:
            events.announce(settings)
        except RuntimeError as error:
            raise ImportRefused(
                f"The import is done, but what follows from it is not: {error}"
            ) from error


def _one_sentence(work: Callable[[], None]) -> int:
    try:
        work()
    except (SourceError, ImportRefused) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _first_of_each_source() -> list[Any]:
    return list({format_.source: format_ for format_ in FORMATS}.values())
