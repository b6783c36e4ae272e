"""The real WikiPathways and Key Events, the real encoder; other resources are left out for time."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import select, update

from tests.catalog.conftest import FullImport
from tests.conftest import settings_in
from webapp.catalog.models import KeyEvent, Target
from webapp.database import Database
from webapp.suggestions import builder
from webapp.suggestions.encoder import BUNDLED, load
from webapp.suggestions.service import Suggester

PROMISED = {1513: "WP254", 1945: "WP4923", 642: "WP197"}


def test_promised_pathways_come_first(full_import: FullImport, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.data_dir.mkdir()
    shutil.copy(full_import.path, settings.database_path)
    database = Database(settings.database_path)
    retired = {"retired_at": "2026-01-01T00:00:00.000Z"}
    with database.write() as session:
        session.execute(update(Target).where(Target.resource != "wikipathways").values(**retired))
        session.execute(update(KeyEvent).where(KeyEvent.number.not_in(PROMISED)).values(**retired))
    builder.build(database, settings.index_dir, load(BUNDLED))
    suggester = Suggester(database, settings.index_dir, BUNDLED, "")
    suggester.load_index()
    with database.read() as session:
        for number, expected in PROMISED.items():
            event = session.scalars(select(KeyEvent).where(KeyEvent.number == number)).one()
            found = suggester.for_key_event(session, event, "wikipathways")
            assert found.candidates == 1020
            assert found.items[0].identifier == f"wikipathways:{expected}", number
            assert found.items[0].reasons
    database.close()
