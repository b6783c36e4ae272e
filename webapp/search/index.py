"""The file that searches read: names of everything in the catalog, their words, who holds a gene.

`data/index/search.db` is derived: it is made from the catalog in seconds and needs no encoder, so
it is neither in snapshots nor bound to a generation of the suggestion index. It is written beside
its place and renamed into it, so that a search sees one whole file or the next. Full-text search
is SQLite's own (FTS5, https://sqlite.org/fts5.html); with `webapp/database.py` this is the only
module that knows it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from inspect import getsource
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pysqlite3 import dbapi2
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.catalog.models import (
    Aop,
    EventComponent,
    Gene,
    KeyEvent,
    KeyEventGene,
    Target,
    TargetAnnotation,
    TargetGene,
    TargetSynonym,
)
from webapp.search import reading
from webapp.search.reading import joined
from webapp.suggestions import abbreviations, text
from webapp.suggestions.builder import catalog_version, corpus_abbreviations
from webapp.suggestions.text import stems, words

NAME = "search.db"
KEY_EVENT, AOP, GENE, TARGET = "key_event", "aop", "gene", "target"
TITLE, IDENTIFIER = "title", "identifier"

_SCHEMA = """
    CREATE TABLE about (rules TEXT, catalog_version TEXT);
    CREATE TABLE thing (id INTEGER PRIMARY KEY, kind TEXT, key TEXT, genes INTEGER);
    CREATE TABLE name (
        id INTEGER PRIMARY KEY, thing INTEGER, kind TEXT, scope TEXT, shown TEXT, words TEXT
    );
    CREATE INDEX name_words ON name (words);
    CREATE TABLE holds (gene INTEGER, thing INTEGER, PRIMARY KEY (gene, thing)) WITHOUT ROWID;
    CREATE TABLE abbreviation (short TEXT, long TEXT);
    CREATE VIRTUAL TABLE word USING fts5(
        words, stems, content='', tokenize='ascii', prefix='3 4'
    );
    CREATE VIRTUAL TABLE vocabulary USING fts5vocab(word, 'col');
"""


class IndexUnusable(RuntimeError):
    """The file cannot be searched; the text says why, for the curator and the operator."""


def path_in(index_dir: Path) -> Path:
    """Where the file lies."""
    return index_dir / NAME


def rules() -> str:
    """Stands for the rules that make words of names, and for the layout of the file."""
    digest = hashlib.sha256(version("snowballstemmer").encode() + _SOURCE.encode())
    for module in (text, abbreviations, reading):
        digest.update(getsource(module).encode())
    return digest.hexdigest()[:12]


_SOURCE = Path(__file__).read_text(encoding="utf-8")


class IndexDamaged(IndexUnusable):
    """The file is there and cannot be read: only a new one helps."""


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A connection to the file, for one search; raises `IndexUnusable` where it is not usable.

    Opening takes a fraction of a millisecond and reads what the system has in memory for all
    workers, so nothing is kept open: a new file is seen at once, and a fork inherits nothing.
    """
    try:
        with closing(
            dbapi2.connect(
                f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
        ) as connection:
            yield connection
    except dbapi2.Error as error:
        if not path.exists():
            raise IndexUnusable("the search index has not been built yet") from error
        raise IndexDamaged(f"the search index is damaged ({error})") from error


def built_from(connection: Any) -> str:
    """The catalog version that a file was built from; raises `IndexUnusable` for other rules."""
    row = connection.execute("SELECT rules, catalog_version FROM about").fetchone()
    if row is None or row[0] != RULES:
        raise IndexUnusable("the search index was written by another version")
    return str(row[1])


def is_current(session: Session, path: Path) -> bool:
    """Whether the file was built by these rules from the catalog as it is now."""
    try:
        with opened(path) as connection:
            return built_from(connection) == catalog_version(session)
    except IndexUnusable:
        return False


def refresh(session: Session, path: Path, *, anew: bool = False) -> bool:
    """Build the file unless it is current, or in any case (`anew`); returns whether it was built.

    Waits for another process that builds it. Raises `OSError` where it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not anew and is_current(session, path):
            return False
        build(session, path)
    return True


def build(session: Session, path: Path) -> None:
    """Write the file anew and put it in its place in one step."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(dbapi2.connect(str(partial), isolation_level=None)) as connection:
            # A file that is not whole is never renamed, so it needs no journal.
            connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
            connection.execute("BEGIN")
            _write(session, connection)
            connection.execute("COMMIT")
            connection.execute("INSERT INTO word(word) VALUES ('optimize')")
            connection.execute("ANALYZE")
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except dbapi2.Error as error:
        raise OSError(f"{partial} could not be written: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def _write(session: Session, connection: Any) -> None:
    connection.execute("INSERT INTO about VALUES (?, ?)", (RULES, catalog_version(session)))
    connection.executemany(
        "INSERT INTO abbreviation VALUES (?, ?)", corpus_abbreviations(session).items()
    )
    names = 0
    things: dict[tuple[str, int], int] = {}
    for kind, row_id, key, genes, called in _things(session):
        table = kind if kind in {KEY_EVENT, AOP, GENE} else TARGET
        thing = things[table, row_id] = len(things) + 1
        connection.execute("INSERT INTO thing VALUES (?, ?, ?, ?)", (thing, kind, key, genes))
        seen: set[str] = set()
        for scope, shown in called:
            read = words(shown)
            told = " ".join(read)
            if not told or told in seen:
                continue
            seen.add(told)
            names += 1
            connection.execute(
                "INSERT INTO name VALUES (?, ?, ?, ?, ?, ?)",
                (names, thing, kind, scope, shown, told),
            )
            if scope != IDENTIFIER:  # a number is found as a whole, and like no other
                connection.execute(
                    "INSERT INTO word(rowid, words, stems) VALUES (?, ?, ?)",
                    (names, " ".join([*read, *joined(shown)]), " ".join(stems(shown))),
                )
    for table, held in (
        (TARGET, select(TargetGene.gene_id, TargetGene.target_id)),
        (KEY_EVENT, select(KeyEventGene.gene_id, KeyEventGene.key_event_id)),
    ):
        connection.executemany(
            "INSERT OR IGNORE INTO holds VALUES (?, ?)",
            (
                (things[GENE, gene], things[table, holder])
                for gene, holder in session.execute(held)
                if (table, holder) in things
            ),
        )


def _things(
    session: Session,
) -> Iterator[tuple[str, int, str, int, Iterable[tuple[str, str]]]]:
    """Everything live: (kind, id, key, number of genes, its names with their scopes)."""
    components: dict[int, list[tuple[str, str]]] = {}
    for event, *parts in session.execute(
        select(EventComponent.key_event_id, EventComponent.object_name, EventComponent.process_name)
    ):
        components.setdefault(event, []).extend(("component", part) for part in parts if part)
    for row in session.execute(
        select(KeyEvent.id, KeyEvent.number, KeyEvent.title, KeyEvent.short_title)
        .where(KeyEvent.retired_at.is_(None))
        .order_by(KeyEvent.number)
    ):
        called = [(TITLE, row.title), ("short", row.short_title), *components.get(row.id, ())]
        yield KEY_EVENT, row.id, str(row.number), 0, called
    for one in session.execute(
        select(Aop.id, Aop.number, Aop.title, Aop.short_title)
        .where(Aop.retired_at.is_(None))
        .order_by(Aop.number)
    ):
        yield AOP, one.id, str(one.number), 0, [(TITLE, one.title), ("short", one.short_title)]
    yield from _targets(session)
    for gene in session.execute(
        select(Gene.id, Gene.symbol, Gene.entrez, Gene.ensembl).order_by(Gene.symbol)
    ):
        known = [(IDENTIFIER, one) for one in (gene.entrez, gene.ensembl) if one]
        yield GENE, gene.id, gene.symbol, 0, [(TITLE, gene.symbol), *known]


def _targets(
    session: Session,
) -> Iterator[tuple[str, int, str, int, Iterable[tuple[str, str]]]]:
    called: dict[int, list[tuple[str, str]]] = {}
    for target, scope, name in session.execute(
        select(TargetSynonym.target_id, TargetSynonym.scope, TargetSynonym.text).order_by(
            TargetSynonym.scope != "EXACT", TargetSynonym.text
        )
    ):
        called.setdefault(target, []).append((scope.lower(), name))
    for target, label in session.execute(
        select(TargetAnnotation.target_id, TargetAnnotation.label)
    ):
        called.setdefault(target, []).append(("tag", label))
    genes = dict(
        session.execute(
            select(TargetGene.target_id, func.count()).group_by(TargetGene.target_id)
        ).all()
    )
    for row in session.execute(
        select(Target.id, Target.resource, Target.identifier, Target.title)
        .where(Target.retired_at.is_(None))
        .order_by(Target.resource, func.length(Target.title), Target.identifier)
    ):
        names = [(TITLE, row.title), *called.get(row.id, ())]
        yield row.resource, row.id, row.identifier, genes.get(row.id, 0), names


RULES = rules()
