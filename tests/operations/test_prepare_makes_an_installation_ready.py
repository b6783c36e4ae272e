from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import text

from tests.conftest import settings_in
from webapp import migrations
from webapp.__main__ import main
from webapp.database import Database, DatabaseError
from webapp.operations.prepare import prepare
from webapp.suggestions.index import current_generation


def test_from_nothing_to_a_catalog_and_an_index(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    prepare(settings)
    database = Database(settings.database_path)
    assert migrations.current(database.engine) == migrations.head()
    assert database.probe("SELECT COUNT(*) FROM key_event") == 68
    for path in (settings.database_path, settings.runtime_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, "names of people are in it"
    generation = current_generation(settings.index_dir)
    assert generation is not None
    prepare(settings)
    assert current_generation(settings.index_dir) == generation, "an index that fits is built again"
    assert database.probe("SELECT COUNT(*) FROM source_release") == 1


def test_a_database_of_a_later_version_is_refused(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    prepare(settings)
    database = Database(settings.database_path)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="schema 9999, which this version does not know"):
        prepare(settings)


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.data_dir.mkdir()
    connection = dbapi2.connect(str(settings.database_path))
    connection.execute("CREATE TABLE orders (id INTEGER)")
    connection.commit()
    connection.close()
    before = settings.database_path.read_bytes()
    with pytest.raises(DatabaseError, match="another program"):
        prepare(settings)
    assert settings.database_path.read_bytes() == before
    assert not Path(f"{settings.database_path}-wal").exists()


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["sign-in-link", "--name", " ", "--role", "curator"], "needs a name"),
        (["suggest", "1513"], "a new installation gets one with: python -m webapp prepare"),
    ],
)
def test_a_command_that_cannot_work_says_so_in_one_sentence(
    tmp_path: Path,
    command: list[str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        "webapp.__main__.load_settings", lambda: settings_in(tmp_path, DATA_DIR=str(tmp_path))
    )
    assert main(command) != 0
    error = capsys.readouterr().err
    assert sentence in error
    assert "Traceback" not in error
