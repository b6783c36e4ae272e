"""What this room does when the catalog changes: build the index anew."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions.encoder import Encoder, EncoderError, load


def rebuild_index(settings: Settings) -> None:
    """Build the suggestion index for the catalog as it is now, with a progress bar.

    Where the encoder cannot be had, the index holds word statistics alone and a line says so.
    """
    console = Console(stderr=True)
    encoder: Encoder | None = None
    if settings.encoder != "none":
        try:
            encoder = load(settings.encoder, settings.encoder_revision)
        except EncoderError as error:
            console.print(f"{error} The index is built without vectors.", style="yellow")
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
            Database(settings.database_path),
            settings.index_dir,
            encoder,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
