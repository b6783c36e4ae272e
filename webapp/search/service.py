"""The search of one process: asks the index, and has it built where it is missing or outdated."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from pysqlite3 import dbapi2
from sqlalchemy.orm import Session

from webapp.database import Database
from webapp.search import finder, index, names
from webapp.search.finder import FEW, Found, Hit, Place
from webapp.search.reading import read
from webapp.suggestions.builder import CATALOG_VERSION, catalog_version
from webapp.suggestions.service import Suggester

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that a page waits for an index that is being built; a small catalog is done by then."""
RETRY = 60.0
"""Seconds before a build that failed is tried again."""
NEAREST = 8
"""So many names that are nearest in meaning stand on the page of a search."""

LETTER_BY_LETTER = "Searched letter by letter, without near spellings:"
FAILED = "It could not be built; the log of web says why."
OUTDATED = "The catalog has just changed: what is new in it is found in a moment."


@dataclass(frozen=True)
class Answer:
    """What a search found, and how: hits by name, hits by meaning, and what fell short."""

    found: Found
    by_meaning: list[Hit] = field(default_factory=list)
    asked_meaning: bool = False
    notice: str = ""


class Searcher:
    """Searches the whole catalog; safe to share between threads."""

    def __init__(self, database: Database, index_dir: Path, suggester: Suggester) -> None:
        self._database = database
        self._path = index.path_in(index_dir)
        self._suggester = suggester
        self._starting = threading.Lock()
        self._builder: threading.Thread | None = None
        self._failed = False
        self._tried = -RETRY
        self._deadline = 0.0

    def refresh(self, *, anew: bool = False) -> None:
        """Build the index unless it is current, or in any case; for those who can wait."""
        with self._database.read() as session:
            index.refresh(session, self._path, anew=anew)

    def prepare(self) -> None:
        """Build the index unless it is current; a build that fails leaves a line in the log."""
        self._build_or_log(anew=False)

    def state(self) -> dict[str, str]:
        """For /health: `status` and one sentence about the file; builds nothing, raises nothing."""
        try:
            version = str(self._database.probe(CATALOG_VERSION))
        except dbapi2.Error:
            version = None  # the check of the database says so
        try:
            with index.opened(self._path) as connection:
                built_from = index.built_from(connection)
        except index.IndexUnusable as reason:
            hope = FAILED if self._failed else "The first search builds it."
            return {"status": "degraded", "detail": f"{LETTER_BY_LETTER} {reason}. {hope}"}
        if version not in {None, built_from}:
            hope = FAILED if self._failed else "The next search builds a new one."
            detail = (
                f"What is new in the catalog is not found yet: the search index is older. {hope}"
            )
            return {"status": "degraded", "detail": detail}
        return {"status": "ok", "detail": "The search index fits the catalog."}

    def find(
        self, session: Session, text: str, *, kind: str = "", first: int = 0, limit: int = 5
    ) -> Answer:
        """The `limit` best of each kind from `first` on, or of one kind.

        Where few names hold all words and every kind is asked for, what is nearest in meaning is
        added.
        """
        found, notice = self._by_name(session, text, kind, first, limit)
        enough = found.total >= FEW and not found.only_some
        if kind or not text.strip() or enough:
            return Answer(found, notice=notice)
        near = self._suggester.by_meaning(session, text, NEAREST)
        if near is None:
            return Answer(found, notice=notice)
        known = {(hit.kind, hit.key) for hit in found.hits if hit.place < Place.TITLE_SOME}
        ranked = sorted(
            (-cosine, of, key)
            for of, rows in near.items()
            for key, cosine in rows
            if (of, key) not in known
        )
        hits = [Hit(of, key, Place.MEANING) for _, of, key in ranked[:NEAREST]]
        return Answer(found, hits, asked_meaning=True, notice=notice)

    def _by_name(
        self, session: Session, text: str, kind: str, first: int, limit: int
    ) -> tuple[Found, str]:
        for last_try in (False, True):
            try:
                with index.opened(self._path) as connection:
                    current = index.built_from(connection) == catalog_version(session)
                    asked = read(text)
                    found = finder.find(
                        connection, self._path, asked, kind=kind, first=first, limit=limit
                    )
                if not current:
                    self._build_soon()
                return found, "" if current else OUTDATED
            except index.IndexUnusable as reason:
                self._build_soon(anew=isinstance(reason, index.IndexDamaged))
                if last_try or not self._built_in_time():
                    return names.find(session, text), f"{LETTER_BY_LETTER} {reason}. {self._hope()}"
        raise AssertionError("the second try returns")

    def _hope(self) -> str:
        return FAILED if self._failed else "It is being built: search again in a moment."

    def _built_in_time(self) -> bool:
        builder = self._builder
        if builder is not None:
            builder.join(max(0.0, self._deadline - time.monotonic()))
        return builder is not None and not builder.is_alive()

    def _build_soon(self, *, anew: bool = False) -> None:
        """Build in the background, unless that is going on or has just failed."""
        with self._starting:
            now = time.monotonic()
            running = self._builder is not None and self._builder.is_alive()
            if running or now - self._tried < RETRY:
                return
            self._tried, self._deadline, self._failed = now, now + PATIENCE, False
            self._builder = threading.Thread(
                target=self._build_or_log, kwargs={"anew": anew}, name="search index", daemon=True
            )
            self._builder.start()

    def _build_or_log(self, *, anew: bool) -> None:
        try:
            self.refresh(anew=anew)
            self._failed, self._tried = False, -RETRY
        except Exception:  # pages say that the index is missing; a later one tries again
            self._failed, self._tried = True, time.monotonic()
            log.exception("the search index could not be built")
