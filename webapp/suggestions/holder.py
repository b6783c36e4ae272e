"""The index that one process ranks with, and its exchange while pages are served.

Pages never wait for an index to be built. An index that the catalog has outgrown goes on serving,
without the targets that are gone; a new one is loaded in the background.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pysqlite3 import dbapi2
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.catalog.models import Target
from webapp.database import Database
from webapp.suggestions import index as files
from webapp.suggestions.builder import (
    CATALOG_VERSION,
    catalog_version,
    corpus_abbreviations,
    target_names,
)
from webapp.suggestions.encoder import EncoderError, full_name, is_one_of
from webapp.suggestions.index import Index, IndexUnusable, ResourceIndex
from webapp.suggestions.lexical import LexicalIndex

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds since the start of a load that pages wait for it at most: a process that has nothing yet
rarely shows an empty list, and a new index is mostly seen on the first page after its build."""

REBUILD = "Build it with: python -m webapp index build"
BY_WORDS = "Ranked by words alone:"
AS_CHOSEN = f"{BY_WORDS} ENCODER is none."
OUTDATED = (
    "The catalog has changed since the suggestion index was built: what is new is not listed yet."
)
PREPARING = "Suggestions are being prepared. Load this page again in a moment."
NOTHING = Index("nothing yet", "", None, "", {}, {}, {}, None, [])
IN_MEMORY = "in memory"
"""The generation of an index of words that this process made for want of a usable one."""

Absent = Mapping[str, NDArray[np.bool_]]
"""By resource: which rows of an outdated index have no live target any more, shape (targets,)."""


@dataclass(frozen=True, eq=False)
class Held:
    """An index, and how it falls short of what the disk should offer."""

    index: Index
    generation: str | None
    """The generation that was current when this was loaded; another index may stand in for it."""
    flaw: str
    """Why the current generation is not used as it should be; empty where it is."""

    def notice(self, version: str | None) -> str:
        """What to say of lists that are made from this, with the catalog at `version`."""
        return _notice(self.flaw, self.index.catalog_version, version)


@dataclass(frozen=True)
class Now:
    """What to rank with at this moment; the index is `NOTHING` where there is none yet."""

    index: Index
    notice: str
    """What a person should know of the quality of the lists; empty when all is well."""
    absent: Absent


class Holder:
    """Holds the index of one process; safe to share between threads."""

    def __init__(self, database: Database, index_dir: Path, encoder: str, revision: str) -> None:
        self._database = database
        self._index_dir = index_dir
        self._encoder = encoder
        self._revision = revision
        self._held: Held | None = None
        self._absent: tuple[Held | None, str, Absent] = (None, "", {})
        self._loading = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._deadline = 0.0

    def now(self, session: Session) -> Now:
        """What to rank with. What is newer is loaded in the background; see `PATIENCE`."""
        generation = files.current_generation(self._index_dir)
        held = self._held
        if held is None or held.generation != generation:
            self._load_soon().join(max(0.0, self._deadline - time.monotonic()))
            held = self._held
        if held is None:
            return Now(NOTHING, PREPARING, {})
        version = catalog_version(session)
        return Now(held.index, held.notice(version), self._absent_from(held, session, version))

    def state(self) -> tuple[Index | None, str]:
        """What is held, and what is wrong with the index on the disk; empty where nothing is.

        For /health: compares what is cheap to read, waits for nothing, raises nothing.
        """
        generation = files.current_generation(self._index_dir)
        try:
            version = str(self._database.probe(CATALOG_VERSION))
        except dbapi2.Error:
            version = None  # the check of the database says so
        on_disk = self._at_first_sight(generation, version)
        held = self._held
        if held is not None and held.generation == generation:
            return held.index, held.notice(version) or on_disk
        self._load_soon()
        return None, on_disk

    def load(self) -> Held:
        """Load what is current, or make what stands in for it; for those who can wait."""
        with self._loading:
            generation = files.current_generation(self._index_dir)
            try:
                index, flaw = self._checked(files.load(self._index_dir, generation))
            except IndexUnusable as reason:
                index, flaw = self._stand_in(generation, reason)
            if flaw:
                log.warning("%s", flaw)
            self._held = Held(index, generation, flaw)
            return self._held

    def _load_soon(self) -> threading.Thread:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._load_or_log, name="suggestion index", daemon=True
                )
                self._deadline = time.monotonic() + PATIENCE
                self._thread.start()
            return self._thread

    def _load_or_log(self) -> None:
        try:
            self.load()
        except Exception:  # the next page tries again
            log.exception("the suggestion index could not be loaded")

    def _checked(self, index: Index) -> tuple[Index, str]:
        """A loaded index as far as the setting ENCODER allows to use it."""
        if index.encoder is None:
            return index, without_vectors(self._encoder)
        try:
            wanted = full_name(self._encoder, self._revision)
        except EncoderError:  # which revision is meant cannot be known, so any one is taken
            same = is_one_of(index.encoder, self._encoder)
            wanted = index.encoder if same else self._encoder
        if wanted in {"", index.encoder}:
            return index, ""
        return index.by_words_alone(), (
            f"{BY_WORDS} the index holds vectors of {index.encoder}, the setting ENCODER names "
            f"{wanted}."
        )

    def _stand_in(self, generation: str | None, reason: IndexUnusable) -> tuple[Index, str]:
        held = self._held
        if held is None:
            with self._database.read() as session:
                return lexical_index(session), f"{BY_WORDS} {reason}."
        # Mapped files stay readable, even where their folder was deleted.
        why = reason if generation else "the one on the disk was deleted"
        by = "Ranked with an earlier index:" if held.index.encoder else BY_WORDS
        return held.index, f"{by} {why}."

    def _at_first_sight(self, generation: str | None, version: str | None) -> str:
        if generation is None:
            return f"No index yet. {REBUILD}"
        try:
            manifest = files.read_manifest(self._index_dir / generation)
            files.require_rules(manifest)
            flaw = "" if manifest["encoder"] else without_vectors(self._encoder)
            return _notice(flaw, manifest["catalog_version"], version)
        except (IndexUnusable, KeyError) as reason:
            return f"{BY_WORDS} {reason}. {REBUILD}"

    def _absent_from(self, held: Held, session: Session, version: str) -> Absent:
        """The absent rows of an index; they are looked up once after each import."""
        if held.index.catalog_version == version:
            return {}
        of, at, absent = self._absent
        if of is not held or at != version:
            live = set(
                session.scalars(select(Target.identifier).where(Target.retired_at.is_(None)))
            )
            absent = {
                resource: np.array([one not in live for one in part.identifiers], dtype=np.bool_)
                for resource, part in held.index.resources.items()
            }
            self._absent = (held, version, absent)
        return absent


def _notice(flaw: str, built_from: str, version: str | None) -> str:
    """All that falls short in one line, with the remedy where there is one."""
    outdated = OUTDATED if version not in {None, built_from} else ""
    told = " ".join(part for part in (flaw, outdated) if part)
    return told if told in {"", AS_CHOSEN} else f"{told} {REBUILD}"


def plain_notice(notice: str) -> str:
    """A notice for people who cannot run commands here."""
    return notice.removesuffix(REBUILD).strip()


def without_vectors(encoder: str) -> str:
    """The flaw of an index that was built without an encoder."""
    return AS_CHOSEN if encoder == "none" else f"{BY_WORDS} the index was built without an encoder."


def lexical_index(session: Session) -> Index:
    """An index of words alone, made from the catalog in memory; takes seconds for a full one."""
    return Index(
        generation=IN_MEMORY,
        catalog_version=catalog_version(session),
        encoder=None,
        created_at="",
        abbreviations=corpus_abbreviations(session),
        resources={
            resource: ResourceIndex(
                [identifier for identifier, _, _ in rows],
                LexicalIndex.build([names for _, _, names in rows]),
                None,
            )
            for resource, rows in target_names(session).items()
        },
        key_event_rows={},
        key_event_vectors=None,
        key_event_texts=[],
    )
