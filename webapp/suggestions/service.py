"""The suggestion service of one process: loads what is current, ranks, says when it is degraded."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.catalog.models import KeyEvent, Target
from webapp.database import Database
from webapp.suggestions import index as files
from webapp.suggestions import ranker
from webapp.suggestions.builder import (
    catalog_version,
    corpus_abbreviations,
    query_texts,
    target_names,
)
from webapp.suggestions.encoder import Encoder, EncoderError, expected_name, load
from webapp.suggestions.index import Index, IndexUnusable, ResourceIndex
from webapp.suggestions.lexical import LexicalIndex
from webapp.suggestions.ranker import Suggestion

log = logging.getLogger(__name__)

P = ParamSpec("P")

LEXICAL = "lexical"
"""What the ranker's version ends with where a list was ranked by words alone."""

REBUILD = "python -m webapp index build"


@dataclass(frozen=True)
class SuggestionList:
    """A ranked list and how it came about; `notice` is empty unless it is degraded."""

    resource: str
    ranker: str
    candidates: int
    notice: str
    items: tuple[Suggestion, ...]

    def as_shown(self) -> dict[str, object]:
        """What a decision keeps of the list that was on the screen."""
        return {
            "resource": self.resource,
            "ranker": self.ranker,
            "targets": [[item.identifier, item.rank, round(item.score, 4)] for item in self.items],
        }


Observer = Callable[[str, str, float], None]
"""Told of every list: resource, mode (`fused`, or `lexical` without vectors), seconds."""


def _observed(
    method: Callable[Concatenate[Suggester, P], SuggestionList],
) -> Callable[Concatenate[Suggester, P], SuggestionList]:
    @wraps(method)
    def measured(self: Suggester, /, *args: P.args, **kwargs: P.kwargs) -> SuggestionList:
        began = time.perf_counter()
        found = method(self, *args, **kwargs)
        mode = "lexical" if found.ranker.endswith(f"/{LEXICAL}") else "fused"
        for observer in self.observers:
            observer(found.resource, mode, time.perf_counter() - began)
        return found

    return measured


class Suggester:
    """Suggestions for catalogued Key Events and for free text; safe to share between threads."""

    def __init__(self, database: Database, index_dir: Path, encoder: str, revision: str) -> None:
        self._database = database
        self._index_dir = index_dir
        self._encoder_name = encoder
        self._revision = revision
        self._encoder: Encoder | None = None
        self._index: Index | None = None
        self._notice = ""
        self._seen: tuple[str | None, int] | None = None
        self._lock = threading.Lock()
        # One thread encodes for all: the tokenizer's padding state is not made for two at once, and
        # torch keeps buffers for each thread that has ever computed.
        self._encoding = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self.observers: list[Observer] = []

    def warm_up(self) -> None:
        """Load index and encoder and encode once; for the master before it forks.

        A missing encoder is told in the log and leaves catalogued Key Events unaffected.
        """
        started = time.monotonic()
        with self._database.read() as session:
            self._current(session)
        if self._encoder_name != "none":
            try:
                self._encoder = load(self._encoder_name, self._revision)
                self._encoder.encode(["warm up"])
            except EncoderError as error:
                log.warning("suggestions for free text are lexical only: %s", error)
        self._database.close()
        log.info(
            "suggestions ready in %.1f s: %s", time.monotonic() - started, self.state()["detail"]
        )

    def state(self) -> dict[str, str]:
        """For /health: `status` and one sentence. Loads nothing, waits for nothing."""
        index, notice = self._index, self._notice
        if index is None:
            generation = files.current_generation(self._index_dir)
            if generation is None:
                return {"status": "degraded", "detail": f"No index yet. Build it with: {REBUILD}"}
            return {"status": "ok", "detail": "The index is there and will be loaded when needed."}
        if notice:
            return {"status": "degraded", "detail": notice}
        counts = ", ".join(
            f"{len(part.identifiers):,} {name}" for name, part in index.resources.items()
        )
        encoder = "" if self._encoder else "; free text is searched by words alone"
        return {"status": "ok", "detail": f"{counts} ranked with {index.encoder}{encoder}"}

    @property
    def notice(self) -> str:
        """What a person should know of the quality of the lists; empty when all is well."""
        with self._database.read() as session:
            return self._current(session)[1]

    @_observed
    def for_key_event(
        self, session: Session, key_event: KeyEvent, resource: str, limit: int = 10
    ) -> SuggestionList:
        """The ranked targets of one resource for a catalogued Key Event; runs no network.

        A Key Event whose title holds no word gets an empty list and a notice.
        """
        index, notice = self._current(session)
        text = query_texts(key_event.title, index.abbreviations)[1]
        row = index.key_event_rows.get(key_event.number)
        vectors = None
        if index.key_event_vectors is not None and row is not None:
            vectors = index.key_event_vectors[row]
        if not text.strip():
            notice = "This Key Event has no title to go by. Search for targets instead."
            candidates = (
                len(index.resources[resource].identifiers) if resource in index.resources else 0
            )
            return SuggestionList(resource, ranker.VERSION, candidates, notice, ())
        if vectors is None and not notice:
            notice = "Ranked by words alone: this Key Event is not in the suggestion index."
        return self._ranked(session, index, resource, text, vectors, limit, notice)

    @_observed
    def for_text(
        self, session: Session, text: str, resource: str, limit: int = 10
    ) -> SuggestionList:
        """The ranked targets of one resource for free text, by meaning where the encoder is in."""
        index, notice = self._current(session)
        pair = query_texts(text, index.abbreviations)
        vectors = None
        if self._encoder is not None and index.encoder == self._encoder.name:
            vectors = self._encoding.submit(self._encoder.encode, list(pair)).result()
        elif not notice:
            notice = "Searched by words alone: the encoder is not loaded."
        return self._ranked(session, index, resource, pair[1], vectors, limit, notice)

    def _ranked(
        self,
        session: Session,
        index: Index,
        resource: str,
        text: str,
        vectors: NDArray[np.float32] | None,
        limit: int,
        notice: str,
    ) -> SuggestionList:
        part = index.resources.get(resource)
        version = f"{ranker.VERSION}/{index.encoder if vectors is not None else LEXICAL}"
        if part is None:
            return SuggestionList(resource, version, 0, notice, ())
        found = ranker.rank(part, text, vectors, limit)
        targets = {
            target.identifier: target
            for target in session.scalars(
                select(Target).where(Target.identifier.in_([item.identifier for item in found]))
            )
        }
        candidates = len(part.identifiers)
        items = tuple(
            replace(
                item,
                title=targets[item.identifier].title,
                target_id=targets[item.identifier].id,
                reasons=ranker.reasons(item, text, targets[item.identifier].title, candidates),
            )
            for item in found
        )
        return SuggestionList(resource, version, candidates, notice, items)

    def _current(self, session: Session) -> tuple[Index, str]:
        """The index to use now and the notice that goes with it; reloads after a switch."""
        seen = (files.current_generation(self._index_dir), catalog_version(session))
        with self._lock:
            if self._index is None or seen != self._seen:
                self._index, self._notice = self._load(session, *seen)
                self._seen = seen
            return self._index, self._notice

    def _load(self, session: Session, generation: str | None, version: int) -> tuple[Index, str]:
        try:
            if generation is None:
                raise IndexUnusable("no suggestion index has been built yet")
            index = files.load(self._index_dir, generation)
            if index.catalog_version != version:
                raise IndexUnusable("the catalog has changed since the index was built")
        except IndexUnusable as reason:
            notice = f"Ranked by words alone: {reason}. Build it with: {REBUILD}"
            log.warning("%s", notice)
            return lexical_index(session), notice
        if index.encoder is None:
            return index, (
                f"Ranked by words alone: the index was built without an encoder. {self._why()}"
            )
        wanted = expected_name(self._encoder_name, self._revision)
        if wanted and index.encoder != wanted:
            notice = (
                f"Ranked by words alone: the index holds vectors of {index.encoder}, the setting "
                f"ENCODER names {wanted}. Build it with: {REBUILD}"
            )
            log.warning("%s", notice)
            return lexical_index(session), notice
        return index, ""

    def _why(self) -> str:
        return (
            "ENCODER is none."
            if self._encoder_name == "none"
            else f"Build it again with: {REBUILD}"
        )


def lexical_index(session: Session) -> Index:
    """An index of words alone, made from the catalog in memory; for want of a usable one."""
    return Index(
        generation="in memory",
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
    )
