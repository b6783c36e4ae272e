"""What stands in the way ends the container with exit code 1 and one sentence in its log."""

from __future__ import annotations

import os

from tests.image.container import Container


def test_a_data_folder_of_somebody_else(stopped: Container) -> None:
    os.chown(stopped.folder / "data", 0, 0)

    stopped.start()

    assert stopped.wait_to_end() == 1
    assert stopped.logs() == (
        "The data folder /app/data is not writable for user id 1000. Give it to that user, for a "
        "container where it is mounted from: sudo chown -R 1000:1000 data\n"
    )


def test_a_wrong_setting(stopped: Container) -> None:
    stopped.env["BACKUP_RETENTION_DAYS"] = "many"

    stopped.start()

    assert stopped.wait_to_end() == 1
    assert stopped.logs() == (
        "BACKUP_RETENTION_DAYS is 'many' and cannot be used: give a whole number from 1 to 3650.\n"
    )


def test_a_program_that_cannot_start(stopped: Container) -> None:
    broken = stopped.folder / "broken.py"
    broken.write_text("raise SystemExit('The test has put another scheduler here.')\n")
    broken.chmod(0o644)
    stopped.volumes.append(f"{broken}:/app/backup/scheduler.py:ro")

    stopped.start()

    assert stopped.wait_to_end() == 1
    log = stopped.logs()
    assert "backup | The test has put another scheduler here.\n" in log
    assert log.splitlines()[-1] == (
        "The program backup could not be started, so everything was stopped; the reason stands in "
        "/app/logs/backup.log."
    )
