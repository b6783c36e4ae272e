import pytest

from webapp import database
from webapp.database import Database, DatabaseError, sqlite_version, wal_is_safe


def test_the_sqlite_in_use_is_free_of_the_wal_reset_race() -> None:
    assert wal_is_safe(sqlite_version())


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ("3.40.1", False),
        ("3.51.2", False),
        ("3.51.3", True),
        ("3.53.4", True),
        ("3.50.7", True),
        ("3.50.6", False),
        ("3.44.6", True),
    ],
)
def test_versions_with_the_race_are_known(version: str, safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_an_unsafe_version_is_refused_with_the_reason(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "sqlite_version", lambda: "3.40.1")
    with pytest.raises(DatabaseError, match=r"3\.40\.1 can corrupt"):
        Database(tmp_path / "x.db", create=True)  # type: ignore[operator]


def test_every_connection_has_the_pragmas(database: Database) -> None:
    with database.read() as session:
        connection = session.connection()
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }
