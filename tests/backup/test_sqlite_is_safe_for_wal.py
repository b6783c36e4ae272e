import pytest
from pysqlite3 import dbapi2

from backup import sqlite
from backup.errors import BackupError
from tests.backup.installation import Installation


def test_the_one_in_use_is(installation: Installation) -> None:
    sqlite.require_safe_version()
    assert installation.take().sqlite_version == dbapi2.sqlite_version


@pytest.mark.parametrize("version", ["3.40.1", "3.44.5", "3.50.6", "3.51.2"])
def test_versions_with_the_wal_reset_race_are_refused(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "version", lambda: version)
    with pytest.raises(BackupError, match=f"SQLite {version} can corrupt"):
        sqlite.require_safe_version()


@pytest.mark.parametrize("version", ["3.44.6", "3.50.7", "3.51.3", "3.53.4"])
def test_versions_with_the_fix_are_not(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "version", lambda: version)
    sqlite.require_safe_version()
