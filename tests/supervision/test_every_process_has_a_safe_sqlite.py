"""No process under supervisord may use a SQLite that can corrupt a WAL database."""

from __future__ import annotations

import json
from pathlib import Path

import psutil
from pysqlite3 import _sqlite3

from backup.sqlite import FIRST_SAFE
from tests.supervision.installation import wait_until
from tests.supervision.real_installation import RealInstallation


def libraries(pid: int) -> set[str]:
    """Files with SQLite in them that a process has in its memory; none where it has ended."""
    try:
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return set()
    paths = {line.split(maxsplit=5)[-1] for line in maps if "/" in line}
    return {path for path in paths if "sqlite" in Path(path).name}


def test_it_is_the_one_of_pysqlite3_and_no_other(real_site: RealInstallation) -> None:
    ours = {str(Path(_sqlite3.__file__).resolve())}
    assert tuple(map(int, _sqlite3.sqlite_version.split("."))) >= FIRST_SAFE
    lasting = [real_site.pid("web"), *(one.pid for one in real_site.workers())]
    assert len(lasting) == 3
    for pid in (*lasting, real_site.pid("backup")):
        assert libraries(pid) == ours, psutil.Process(pid).cmdline()
    # A snapshot's process comes and goes, and has loaded nothing yet when it comes.
    for process in real_site.processes():
        assert libraries(process.pid) <= ours, process
    for program in ("logs", "watchdog"):
        assert libraries(real_site.pid(program)) == set()
    assert libraries(psutil.Process(real_site.pid("web")).ppid()) == set(), "supervisord"


def test_whoever_has_the_database_open_has_that_one(real_site: RealInstallation) -> None:
    real_site.get("/key-events/1513")
    files = {str(real_site.database), str(real_site.data / "runtime.db")}

    def uses_the_database(process: psutil.Process) -> bool:
        try:
            return bool(files & {str(file.path) for file in process.open_files()})
        except psutil.NoSuchProcess:
            return False

    users = [process.pid for process in real_site.processes() if uses_the_database(process)]
    workers = {one.pid for one in real_site.workers()}
    assert workers & set(users)
    for pid in users:
        # A snapshot may have ended meanwhile.
        assert libraries(pid) == {str(Path(_sqlite3.__file__).resolve())} or (
            pid not in workers and not psutil.pid_exists(pid)
        )


def test_it_is_told_by_status_health_and_each_manifest(real_site: RealInstallation) -> None:
    version = _sqlite3.sqlite_version
    database = json.loads(real_site.get("/health"))["components"]["database"]
    assert f"SQLite {version}" in database["detail"]
    assert json.loads(real_site.run("backup", "status", "--json"))["sqlite_version"] == version
    before = set(real_site.backups.glob("ke_wp_mapping_*.json"))
    assert real_site.control("start", "backup-now").returncode == 0
    made = wait_until(
        "a snapshot by hand",
        lambda: [
            json.loads(path.read_text())
            for path in real_site.backups.glob("ke_wp_mapping_*.json")
            if path not in before
        ],
    )
    assert {manifest["sqlite_version"] for manifest in made} == {version}
