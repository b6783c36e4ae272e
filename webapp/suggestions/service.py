"""The suggestion service of one process: ranks, and says when a list is less than it could be."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from webapp.catalog.models import KeyEvent, Target
from webapp.database import Database, utc_now
from webapp.suggestions import listing, meaning, ranker
from webapp.suggestions.abbreviations import Query, query_of
from webapp.suggestions.encoder import Encoder, EncoderError, load
from webapp.suggestions.holder import NOTHING, REBUILD, Holder, Now
from webapp.suggestions.index import Index
from webapp.suggestions.ranker import Suggestion
from webapp.suggestions.remembered import Remembered
from webapp.suggestions.serving import Serving

log = logging.getLogger(__name__)

P = ParamSpec("P")

LEXICAL = "lexical"
"""What the ranker's version ends with where a list was ranked by words alone."""


@dataclass(frozen=True)
class SuggestionList:
    """A ranked list and how it came about; `notice` is empty unless it is degraded."""

    resource: str
    ranker: str
    candidates: int
    notice: str
    items: tuple[Suggestion, ...]
    searched: str = ""
    """The words that were searched for; empty for the list of a Key Event."""
    ready: bool = True
    """False while there is no index to rank with yet."""
    made_at: str = field(default_factory=utc_now)

    @property
    def plain_notice(self) -> str:
        """The notice for people who cannot run commands here."""
        return self.notice.removesuffix(REBUILD).strip()

    @property
    def shares_words(self) -> bool:
        """Whether any name of the list has a word of the text that it was made for."""
        return any(item.lexical > 0 for item in self.items)

    def as_shown(self) -> dict[str, object]:
        """What a decision keeps of the list that was on the screen."""
        return {
            "resource": self.resource,
            "ranker": self.ranker,
            "searched": self.searched,
            "made_at": self.made_at,
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


def require_same_vectors(index: Index, encoder: Encoder) -> None:
    """Raise `EncoderError` where an encoder of the same name makes its vectors otherwise by now.

    A newer version of a library can do that: it may read capital letters as the older did not.
    """
    if index.encoder == encoder.name and index.made_by != encoder.description:
        changed = ", ".join(
            f"{what} {index.made_by.get(what)}, not {now}"
            for what, now in encoder.description.items()
            if index.made_by.get(what) != now
        )
        raise EncoderError(
            f"The index was built with {encoder.name} in another way ({changed}); run "
            "`python -m webapp index build` and restart web."
        )


class Suggester:
    """Suggestions for catalogued Key Events and for free text; safe to share between threads."""

    def __init__(self, database: Database, index_dir: Path, encoder: str, revision: str) -> None:
        self._database = database
        self._holder = Holder(database, index_dir, encoder, revision)
        self._encoder_name = encoder
        self._revision = revision
        self._encoder: Encoder | None = None
        self._encoder_problem = ""
        # One thread encodes for all: the tokenizer's padding state is not made for two at once, and
        # torch keeps buffers for each thread that has ever computed.
        self._encoding = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self.observers: list[Observer] = []
        self.memory = Remembered()
        self._serving = Serving()

    def load_index(self) -> None:
        """Load the index at once, as commands do; pages have it loaded in the background."""
        self._holder.load()

    def warm_up(self) -> None:
        """Load index and encoder; for the master before it forks.

        An encoder that cannot be had is told in the log and in /health, and leaves catalogued Key
        Events unaffected.
        """
        started = time.monotonic()
        held = self._holder.load()
        if self._encoder_name != "none":
            try:
                self._encoder = load(self._encoder_name, self._revision)
                require_same_vectors(held.index, self._encoder)
            except EncoderError as error:
                self._encoder, self._encoder_problem = None, str(error)
                log.warning("suggestions for free text are lexical only: %s", error)
        self._database.close()
        log.info(
            "suggestions ready in %.1f s: %s",
            time.monotonic() - started,
            held.flaw or self._described(held.index),
        )

    def state(self) -> dict[str, str]:
        """For /health: `status` and one sentence about the disk; waits for nothing."""
        index, flaw = self._holder.state()
        flaws = [one for one in (self._encoder_problem, flaw, self._serving.flaw) if one]
        if flaws:
            detail = " ".join(flaws)
            return {"status": "degraded", "detail": detail}
        if index is None:
            return {"status": "ok", "detail": "The index is there and is being loaded."}
        return {"status": "ok", "detail": self._described(index)}

    def _described(self, index: Index) -> str:
        counts = ", ".join(
            f"{len(part.identifiers):,} {name}" for name, part in index.resources.items()
        )
        encoder = "" if self._encoder else "; free text is searched by words alone"
        return f"{counts} ranked with {index.encoder}{encoder}"

    @property
    def notice(self) -> str:
        """What a person should know of the quality of the lists; empty when all is well."""
        with self._database.read() as session:
            return self._holder.now(session).notice

    @_observed
    def for_key_event(
        self, session: Session, key_event: KeyEvent, resource: str, limit: int = 10
    ) -> SuggestionList:
        """The ranked targets of one resource for a catalogued Key Event; runs no network.

        A Key Event whose title holds no word gets an empty list and a notice.
        """
        now = self._holder.now(session)
        query = query_of(key_event.title, now.index.abbreviations)
        if not query.plain.strip():
            part = now.index.resources.get(resource)
            return SuggestionList(
                resource,
                ranker.VERSION,
                len(part.identifiers) if part else 0,
                "This Key Event has no title to go by. Search for targets instead.",
                (),
            )
        fused = self._fused(session, now, key_event, query, resource, limit)
        if fused is not None:
            return fused
        vectors = now.index.vectors_of(key_event.number, query.plain)
        notice = now.notice
        if vectors is None and now.index.encoder is not None:
            notice = "Ranked by words alone: this Key Event is not in the suggestion index yet."
        return self._ranked(session, now, resource, query, vectors, limit, notice)

    def _fused(
        self,
        session: Session,
        now: Now,
        key_event: KeyEvent,
        query: Query,
        resource: str,
        limit: int,
    ) -> SuggestionList | None:
        """The list by all signals; None where the index has none of the Key Event."""
        index, number = now.index, key_event.number
        pooled = index.pool_of(resource, number, query.plain)
        if pooled is None or not len(pooled.rows):
            return None
        absent = now.absent.get(resource)
        model = self._serving.model(session, index.encoder)
        if model is None:
            return None
        memory = self.memory.of(session, index, resource)
        found = listing.fused_list(index, model, resource, number, pooled, memory, limit, absent)
        targets = listing.targets_of(session, found.items)
        candidates = listing.candidates_of(index, resource, absent)
        items = listing.explained(session, index, found, key_event, targets, candidates)
        version = f"{found.model.version}/{index.encoder_told}"
        return SuggestionList(resource, version, candidates, now.notice, items)

    @_observed
    def for_text(
        self, session: Session, text: str, resource: str, limit: int = 10
    ) -> SuggestionList:
        """The ranked targets of one resource for free text, by meaning where the encoder is in."""
        now = self._holder.now(session)
        query = query_of(text, now.index.abbreviations)
        vectors, notice = None, now.notice
        if self._encoder is not None and now.index.encoder == self._encoder.name:
            vectors = self._encoding.submit(self._encoder.encode, list(query.texts)).result()
        elif not notice:
            notice = "Searched by words alone: the encoder of the index is not loaded."
        found = self._ranked(session, now, resource, query, vectors, limit, notice)
        return replace(found, searched=text)

    def by_meaning(
        self, session: Session, text: str, limit: int
    ) -> dict[str, list[tuple[str, float]]] | None:
        """What lies nearest to a text in meaning, see `meaning.nearest`; None without encoder."""
        now = self._holder.now(session)
        if self._encoder is None or now.index.encoder != self._encoder.name:
            return None
        texts = list(dict.fromkeys(query_of(text, now.index.abbreviations).texts))
        vectors = self._encoding.submit(self._encoder.encode, texts).result()
        return meaning.nearest(now, vectors, limit)

    def for_identifier(
        self, session: Session, resource: str, target: Target | None
    ) -> SuggestionList:
        """The target that somebody named, and no other; empty where there is none."""
        part = self._holder.now(session).index.resources.get(resource)
        reason = ranker.Reason("identifier", "has the identifier that you wrote")
        items = target and (
            Suggestion(
                rank=1,
                identifier=target.identifier,
                score=0.0,
                lexical=0.0,
                dense=None,
                dense_rank=None,
                title=target.title,
                target_id=target.id,
                reasons=(reason,),
            ),
        )
        candidates = len(part.identifiers) if part else 0
        return SuggestionList(resource, f"{ranker.VERSION}/identifier", candidates, "", items or ())

    def _ranked(
        self,
        session: Session,
        now: Now,
        resource: str,
        query: Query,
        vectors: NDArray[np.float32] | None,
        limit: int,
        notice: str,
    ) -> SuggestionList:
        part = now.index.resources.get(resource)
        version = f"{ranker.VERSION}/{now.index.encoder_told if vectors is not None else LEXICAL}"
        if part is None:
            ready = now.index is not NOTHING
            return SuggestionList(resource, version, 0, notice, (), ready=ready)
        absent = now.absent.get(resource)
        found = ranker.rank(part, query.spelt_out, vectors, limit, absent)
        targets = listing.targets_of(session, found)
        candidates = listing.candidates_of(now.index, resource, absent)
        items = tuple(
            replace(
                item,
                title=targets[item.identifier].title,
                target_id=targets[item.identifier].id,
                reasons=ranker.reasons(item, query, targets[item.identifier].title, candidates),
            )
            for item in found
        )
        return SuggestionList(resource, version, candidates, notice, items)
