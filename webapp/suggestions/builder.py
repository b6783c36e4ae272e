"""Build the suggestion index from the catalog: only new texts are encoded."""

from __future__ import annotations

import fcntl
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from webapp.catalog.models import KeyEvent, Target, TargetSynonym
from webapp.database import Database, utc_now
from webapp.suggestions import evidence, noise
from webapp.suggestions import index as files
from webapp.suggestions.abbreviations import explained_in, find_abbreviations, query_of
from webapp.suggestions.encoder import Encoder
from webapp.suggestions.lexical import LexicalIndex
from webapp.suggestions.signals.targets import TextVectors
from webapp.suggestions.text import spell_greek
from webapp.suggestions.vectors import Progress, Vectors

log = logging.getLogger(__name__)


class BuildRunning(RuntimeError):
    """Another process is building the index."""


CATALOG_VERSION = """
    SELECT COALESCE(
        (SELECT id || ' ' || imported_at FROM source_release ORDER BY id DESC LIMIT 1), ''
    )
"""
"""Number and time of the newest import: in a database that was restored the numbers come again."""


def catalog_version(session: Session) -> str:
    """Stands for the catalog as it is; an index remembers the one it was built from."""
    return str(session.scalar(sql(CATALOG_VERSION)))


def target_names(session: Session) -> dict[str, list[tuple[str, str, str]]]:
    """Live targets by resource: (identifier, title, title and exact synonyms)."""
    synonyms: dict[int, list[str]] = {}
    for target_id, text in session.execute(
        select(TargetSynonym.target_id, TargetSynonym.text).where(TargetSynonym.scope == "EXACT")
    ):
        synonyms.setdefault(target_id, []).append(text)
    named: dict[str, list[tuple[str, str, str]]] = {}
    for row in session.execute(
        select(Target.id, Target.resource, Target.identifier, Target.title)
        .where(Target.retired_at.is_(None))
        .order_by(Target.resource, Target.id)
    ):
        names = " ".join([row.title, *synonyms.get(row.id, ())])
        named.setdefault(row.resource, []).append((row.identifier, row.title, names))
    return named


def corpus_abbreviations(session: Session) -> dict[str, str]:
    """Abbreviations that the catalog's own titles and descriptions explain."""

    def texts() -> Iterator[str]:
        for model in (KeyEvent, Target):
            for title, description in session.execute(
                select(model.title, model.description).order_by(model.id)
            ):
                yield title
                yield description

    return find_abbreviations(texts(), explained_in(session.scalars(select(KeyEvent.title))))


def build(
    database: Database,
    index_dir: Path,
    encoder: Encoder | None,
    progress: Progress | None = None,
) -> str:
    """Build a new generation and make it current; returns its name.

    Without an encoder it holds word statistics alone. Vectors of texts that the current
    generation already holds (same encoder) are taken over, and so is what a build had encoded that
    was killed. Raises `BuildRunning` where another process builds.
    """
    index_dir.mkdir(parents=True, exist_ok=True)
    with _only_builder(index_dir):
        generation = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}"
        folder = index_dir / f"{generation}.partial"
        folder.mkdir()
        vectors = Vectors(index_dir, encoder) if encoder else None
        try:
            _write(database, folder, encoder, vectors, progress)
            folder.rename(index_dir / generation)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        files.make_current(index_dir, generation)
        if vectors is not None:
            vectors.forget()
    return generation


def _write(
    database: Database,
    folder: Path,
    encoder: Encoder | None,
    vectors: Vectors | None,
    progress: Progress | None,
) -> None:
    with database.read() as session:
        version = catalog_version(session)
        targets = target_names(session)
        abbreviations = corpus_abbreviations(session)
        key_events = session.execute(
            select(KeyEvent.number, KeyEvent.title)
            .where(KeyEvent.retired_at.is_(None))
            .order_by(KeyEvent.number)
        ).all()
        material = evidence.read(session, targets, abbreviations) if encoder else None
    lexical, nonsense = {}, None
    for resource, rows in targets.items():
        lexical[resource] = LexicalIndex.build([names for _, _, names in rows])
        lexical[resource].save(folder / resource / "bm25")
        files.write_json(folder / resource / "identifiers.json", [row[0] for row in rows])
    files.write_json(folder / "abbreviations.json", abbreviations)
    files.write_json(folder / "key_events.json", [number for number, _ in key_events])
    if encoder is not None and vectors is not None and material is not None:
        queries = [query_of(title, abbreviations).texts for _, title in key_events]
        wanted = {
            f"{resource}/vectors.npy": [spell_greek(title) for _, title, _ in rows]
            for resource, rows in targets.items()
        } | {"key_events.npy": [text for pair in queries for text in pair]}
        names = {text for texts in wanted.values() for text in texts}
        wanted["texts.npy"] = sorted(material.texts().union(noise.made_up()) - names)
        vectors.encode([text for texts in wanted.values() for text in texts], progress)
        for name, texts in wanted.items():
            rows_of_text = vectors.of(texts)
            if name == "key_events.npy":
                rows_of_text = rows_of_text.reshape(len(queries), 2, encoder.dimensions)
            np.save(folder / name, rows_of_text)
            files.write_json(
                (folder / name).with_suffix(".keys"),
                [files.text_key(text) for text in texts],
            )
        nonsense = noise.nearest_cosine(
            vectors.of(noise.made_up()),
            (vectors.of(texts) for name, texts in wanted.items() if name != "texts.npy"),
        )
        everything = list(names.union(wanted["texts.npy"]))
        resources = material.resources(
            lexical,
            TextVectors(everything, vectors.of(everything)),
            vectors.of([spelt_out for _, spelt_out in queries]),
        )
        material.write_pools(folder, resources)
    files.write_json(
        folder / "manifest.json",
        {
            "format": files.FORMAT,
            "created_at": utc_now(),
            "catalog_version": version,
            "encoder": encoder.name if encoder else None,
            "dimensions": encoder.dimensions if encoder else None,
            "made_by": dict(encoder.description) if encoder else {},
            "nonsense_cosine": nonsense,
            "text_template": files.TEXT_TEMPLATE,
            "rules": files.RULES,
            "resources": {resource: len(rows) for resource, rows in targets.items()},
            "key_events": len(key_events),
            "sha256": {
                str(file.relative_to(folder)): files.sha256(file)
                for file in sorted(folder.rglob("*"))
                if file.is_file()
            },
        },
    )


@contextmanager
def _only_builder(index_dir: Path) -> Iterator[None]:
    with (index_dir / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildRunning(
                "The suggestion index is being built by another process; wait for it to end."
            ) from None
        for leftover in index_dir.glob("*.partial"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield
