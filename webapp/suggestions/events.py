"""What this room does when the catalog changes: bring the index up to date."""

from __future__ import annotations

import logging
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions import index as files
from webapp.suggestions.encoder import Encoder, EncoderError, full_name, load

log = logging.getLogger(__name__)


def refresh_index(settings: Settings) -> None:
    """Build the suggestion index unless it is whole and fits catalog, settings and rules.

    Raises `builder.BuildRunning` where another process builds it.
    """
    if not index_is_current(settings):
        log.info("Building the suggestion index.")
        rebuild_index(settings)


def index_is_current(settings: Settings) -> bool:
    """Whether the index on the disk is as good as a new one would be; reads all of its files."""
    generation = files.current_generation(settings.index_dir)
    try:
        index = files.load(settings.index_dir, generation)
    except files.IndexUnusable as reason:
        if generation is not None:
            log.warning("The suggestion index is built anew: %s.", reason)
        return False
    database = Database(settings.database_path)
    with database.read() as session:
        fits = index.catalog_version == builder.catalog_version(session)
    database.close()
    try:
        wanted = full_name(settings.encoder, settings.encoder_revision)
    except EncoderError:
        return fits  # a new one would have no vectors; the site says why
    return fits and wanted in {"", index.encoder}


def rebuild_index(settings: Settings) -> None:
    """Build the suggestion index for the catalog as it is now, with a progress bar.

    Where the encoder cannot be had, the index holds word statistics alone and a line says so.
    Raises `builder.BuildRunning` where another process builds it.
    """
    console = Console(stderr=True)
    encoder: Encoder | None = None
    if settings.encoder != "none":
        try:
            encoder = load(settings.encoder, settings.encoder_revision)
        except EncoderError as error:
            console.print(f"{error} The index is built without vectors.", style="yellow")
    database = Database(settings.database_path)
    with Progress(
        TextColumn("Encoding names"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task("encode", total=None)
        builder.build(
            database,
            settings.index_dir,
            encoder,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    database.close()
