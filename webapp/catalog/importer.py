"""Imports files into the catalog: read → stage → resolve → compare → merge.

Everything but the merge works on temporary tables and takes no lock; the merge is one short write
transaction. So an import that is interrupted or finds a broken file leaves the catalog as it was,
and curators hardly notice one that succeeds. What vanished upstream is retired, never deleted.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import OperationalError

from webapp.catalog import models as m
from webapp.catalog import releases
from webapp.catalog import staging as s
from webapp.catalog.compare import compare
from webapp.catalog.inputs import InputFile, open_input
from webapp.catalog.lock import ImportRefused, only_import
from webapp.catalog.merge import merge
from webapp.catalog.report import LABELS, ImportReport, KindCounts, count, count_live, coverage
from webapp.catalog.resolve import resolve
from webapp.catalog.sources import records as r
from webapp.catalog.sources import starter
from webapp.catalog.sources.files import Tick, no_tick
from webapp.catalog.sources.registry import FORMATS
from webapp.catalog.stager import Stager
from webapp.database import Database, is_busy, utc_now
from webapp.settings import Settings

WAIT_FOR_LOCK_SECONDS = 60.0
"""How long the merge tries to get the write lock before it gives up."""

MASS_RETIREMENT = 0.5
"""Share of a kind that an unattended import may retire; more looks like a cut-off release."""


class Progress(Protocol):
    """Where an import shows how far it is."""

    def file(self, name: str, size: int) -> Tick:
        """A file of `size` bytes is about to be read; the answer is called with bytes read."""

    def step(self, text: str) -> None:
        """Reading is over; `text` says what happens now."""


class Silent:
    """The progress of a caller who shows none."""

    def file(self, name: str, size: int) -> Tick:
        """Count nothing."""
        return no_tick

    def step(self, text: str) -> None:
        """Say nothing."""


def import_files(
    database: Database,
    inputs: Iterable[InputFile],
    *,
    progress: Progress | None = None,
    unattended: bool = False,
) -> ImportReport:
    """Import files into the catalog, all or nothing.

    `unattended` refuses an import that would retire more than `MASS_RETIREMENT` of a kind. Raises
    `SourceError` for a file that cannot be used and `ImportRefused` for everything else that an
    operator can remedy; in both cases the catalog is unchanged.
    """
    ordered = sorted(inputs, key=lambda file: FORMATS.index(file.format))
    if not ordered:
        raise ImportRefused("No file was given, so nothing was imported.")
    _refuse_two_of_a_kind(ordered)
    _require_tables(database)
    with only_import(database.path):
        try:
            return _Import(database, ordered, progress or Silent(), unattended).run()
        except OperationalError as error:
            raise ImportRefused(
                f"The database {database.path} could not be used ({error.orig}); nothing was "
                "changed."
            ) from error


def import_starter(settings: Settings) -> ImportReport:
    """Load the starter catalog that ships with the project; raises as `import_files`."""
    database = Database(settings.database_path)
    try:
        return import_files(database, [open_input("starter", starter.FOLDER)])
    finally:
        database.close()


def catalog_is_empty(database: Database) -> bool:
    """Whether the catalog holds no Key Event and no target, not even a retired one."""
    with database.read() as session:
        return not any(
            session.execute(select(model.id).limit(1)).first() for model in (m.KeyEvent, m.Target)
        )


def _refuse_two_of_a_kind(inputs: Sequence[InputFile]) -> None:
    """Two complete lists of one kind in one import would merge into a catalog that never was."""
    seen: dict[str, InputFile] = {}
    for file in inputs:
        if not file.format.complete:
            continue
        first = seen.setdefault(file.format.name, file)
        if first is not file:
            raise ImportRefused(
                f"{first.path.name} and {file.path.name} are two releases of one thing "
                f"({file.format.name}): import one of them, or one after the other. Nothing was "
                "changed."
            )


def _require_tables(database: Database) -> None:
    if not database.path.is_file():
        raise ImportRefused(
            f"There is no database {database.path}; run `python -m webapp prepare` first."
        )
    missing = {"source_release", "key_event", "target"} - set(
        inspect(database.engine).get_table_names()
    )
    if missing:
        raise ImportRefused(
            f"The database {database.path} has no catalog tables; run `python -m webapp prepare` "
            "first."
        )


class _Import:
    """One import: its connection with the temporary tables, and what it learned on the way."""

    def __init__(
        self,
        database: Database,
        inputs: Sequence[InputFile],
        progress: Progress,
        unattended: bool,
    ) -> None:
        self._database = database
        self._inputs = inputs
        self._progress = progress
        self._unattended = unattended
        self._report = ImportReport()

    def run(self) -> ImportReport:
        started = time.monotonic()
        with self._database.engine.connect() as connection:
            # Not the pool's any more: closing it is what removes the temporary tables.
            connection.detach()
            with connection.begin():
                self._refuse_starter_over_full_catalog(connection)
                s.create(connection)
                genes = self._stage(connection)
            with connection.begin():
                self._progress.step("Comparing with the catalog")
                self._report.remarks += [("", lost) for lost in resolve(connection, genes)]
                compare(
                    connection, [scope for file in self._inputs for scope in file.format.complete]
                )
                self._count(connection)
                self._report.notes += releases.older_than_catalog(connection, self._inputs)
                self._report.releases = releases.assign(
                    connection, self._inputs, self._report.touched
                )
            self._merge(connection)
            with connection.begin():
                self._finish(connection)
        self._report.seconds = time.monotonic() - started
        return self._report

    def _stage(self, connection: Connection) -> Mapping[str, r.GeneRecord]:
        """Read all files into the staging tables; returns what they say of genes."""
        stager = Stager(connection)
        for number, file in enumerate(self._inputs):
            tick = self._progress.file(file.path.name, file.size * file.format.passes)
            for record in file.format.read(file.path, tick):
                if isinstance(record, r.Version):
                    file.version = record.text or file.version
                elif isinstance(record, r.Note):
                    self._report.notes.append(record.text)
                elif isinstance(record, r.Remark):
                    self._report.remarks.append((file.path.name, record))
                elif stager.add(record, number):
                    # Pairs of identifiers are what a gene table is for, and a by-product elsewhere.
                    is_pair = isinstance(record, r.GeneRecord)
                    file.records += not is_pair or file.format.source == "genes"
                    file.kinds.add(_kind(record))
        stager.flush()
        return stager.genes

    def _count(self, connection: Connection) -> None:
        report = self._report
        report.kinds = count(connection)
        for kind, number in Counter(remark.kind for _file, remark in report.remarks).items():
            report.kinds.setdefault(kind, KindCounts()).reported = number
        if not self._unattended:
            return
        for kind, counts in report.kinds.items():
            live = count_live(connection, kind)
            if counts.retired > MASS_RETIREMENT * live:
                raise ImportRefused(
                    f"{LABELS[kind]}: {counts.retired:,} of {live:,} would be retired, which looks "
                    "like a release that is cut off; nothing was changed. If it is right, import "
                    "the file with `python -m webapp catalog import`."
                )

    def _merge(self, connection: Connection) -> None:
        self._progress.step("Writing")
        now = utc_now()
        connection.execution_options(kewp_write=True)
        deadline = time.monotonic() + WAIT_FOR_LOCK_SECONDS
        while True:
            try:
                transaction = connection.begin()
                break
            except OperationalError as error:
                if not is_busy(error):
                    raise
                if time.monotonic() > deadline:
                    raise ImportRefused(
                        "The database was locked by another program for "
                        f"{WAIT_FOR_LOCK_SECONDS:.0f} s; nothing was changed, try again."
                    ) from error
        locked = time.monotonic()
        with transaction:
            releases.record(connection, self._report.releases, now)
            merge(connection, now)
        self._report.locked_seconds = time.monotonic() - locked

    def _finish(self, connection: Connection) -> None:
        for kind, counts in self._report.kinds.items():
            counts.live = count_live(connection, kind)
        self._report.notes += coverage(connection)

    def _refuse_starter_over_full_catalog(self, connection: Connection) -> None:
        if not any(file.format.source == "starter" for file in self._inputs):
            return
        for model in (m.KeyEvent, m.Target):
            other = connection.execute(
                select(m.SourceRelease.file_name)
                .join(model, model.release_id == m.SourceRelease.id)
                .where(m.SourceRelease.source.in_(("aopwiki", "wikipathways")))
                .limit(1)
            ).scalar_one_or_none()
            if other is not None:
                raise ImportRefused(
                    f"The catalog already holds the release {other}; the starter catalog is for "
                    "an empty one. Nothing was changed."
                )


def _kind(record: r.Record) -> str:
    match record:
        case r.KeyEventRecord():
            return r.KEY_EVENT
        case r.AopRecord():
            return r.AOP
        case r.RelationshipRecord():
            return r.RELATIONSHIP
        case r.TargetRecord():
            return record.resource
        case _:
            return r.GENE
