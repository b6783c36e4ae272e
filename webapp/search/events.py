"""What this room does when the catalog changes: build the search index anew."""

from __future__ import annotations

import logging

from webapp.database import Database
from webapp.search import index
from webapp.settings import Settings

log = logging.getLogger(__name__)


def refresh_search(settings: Settings) -> None:
    """Build the search index unless it fits the catalog; takes seconds and needs no encoder.

    A search goes on without it and builds it itself, so a disk without room only leaves a line.
    """
    database = Database(settings.database_path)
    try:
        with database.read() as session:
            if index.refresh(session, index.path_in(settings.index_dir)):
                log.info("The search index is built.")
    except OSError as error:
        log.warning("The search index could not be built: %s", error)
    finally:
        database.close()
