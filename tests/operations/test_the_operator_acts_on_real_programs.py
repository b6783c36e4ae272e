"""The acts of the operator's page under the real supervisord: done, and recorded."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest

from tests.operations.administrator import (
    Administrator,
    acts,
    wait_for_another_process,
    wait_until_it_answers,
)
from tests.operations.test_the_operators_page import words
from tests.supervision.installation import START, wait_until
from tests.supervision.real_installation import RealInstallation


@pytest.fixture
def admin(operated: RealInstallation) -> Administrator:
    return Administrator(operated)


def test_every_program_is_shown_with_its_state_and_last_words(admin: Administrator) -> None:
    page = words(admin.text("/operator"))
    for program in ("web", "backup", "logs", "watchdog"):
        assert f"{program} running " in page
    for program in ("backup-now", "catalog-update", "ranker-train"):
        assert f"{program} not run yet" in page or f"{program} done " in page
    admin.get("/data?seen-by=test")  # what web said at its start may long have been pushed out
    wait_until("its line", lambda: "seen-by=test" in admin.text("/operator/programs/web"))
    assert "Scheduler started" in admin.text("/operator/programs/backup")


def test_a_program_is_restarted(operated: RealInstallation, admin: Administrator) -> None:
    before = operated.pid("backup")
    assert "Restart backup?" in words(admin.text("/operator/programs/backup"))

    status, page = admin.post("/operator/programs/backup/restart")

    assert status == 200
    assert "backup was restarted." in words(page.decode())
    wait_for_another_process(operated, "backup", before)
    operated.wait_for_states(backup="RUNNING")
    assert not psutil.pid_exists(before)
    assert acts(operated)[-1] == ("Dan Admin", "program.restart", "backup")


def test_one_that_hangs_is_killed(operated: RealInstallation, admin: Administrator) -> None:
    operated.wait_for_states(logs="RUNNING")
    before = operated.pid("logs")
    assert before, "0 would be this process and its whole group"
    os.kill(before, signal.SIGSTOP)  # it cannot even hear that it should end

    status, _ = admin.post("/operator/programs/logs/restart")

    assert status == 200
    wait_for_another_process(operated, "logs", before)
    operated.wait_for_states(logs="RUNNING")


def test_web_answers_before_it_restarts_itself(
    operated: RealInstallation, admin: Administrator
) -> None:
    before, workers = operated.pid("web"), operated.workers()

    status, page = admin.post("/operator/programs/web/restart")

    assert status == 200
    assert "web restarts" in words(page.decode())
    wait_for_another_process(operated, "web", before)
    wait_until_it_answers(operated)
    assert acts(operated)[-1] == ("Dan Admin", "program.restart", "web")
    assert not any(worker.is_running() for worker in workers)
    assert "Dan Admin restarted web" in words(admin.text("/operator"))


def test_back_up_now_makes_a_snapshot(operated: RealInstallation, admin: Administrator) -> None:
    def taken() -> set[str]:
        return {path.name for path in operated.backups.glob("ke_wp_mapping_*.db")}

    def manifest(name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            (operated.backups / name).with_suffix(".json").read_text()
        )
        return found

    before = taken()
    status, _ = admin.post("/operator/programs/backup-now/start")

    assert status == 200
    [new] = wait_until(
        "another snapshot",  # the scheduler may take one of its own meanwhile
        lambda: [one for one in taken() - before if manifest(one)["reason"] == "by hand"],
    )
    assert acts(operated)[-1] == ("Dan Admin", "program.start", "backup-now")
    assert manifest(new)["verdict"] == "verified"
    wait_until("backup-now is done", lambda: operated.states()["backup-now"] == "EXITED")
    assert "backup-now done " in words(admin.text("/operator"))

    status, body = admin.get(f"/operator/snapshots/{new}")
    assert (status, body) == (200, (operated.backups / new).read_bytes())
    assert acts(operated)[-1] == ("Dan Admin", "snapshot.download", new)


def test_a_program_that_is_down_is_named_and_started(
    operated: RealInstallation, admin: Administrator
) -> None:
    operated.control("stop", "backup")
    page = words(admin.text("/operator"))
    assert "backup is stopped and does nothing. Start it." in page

    before = acts(operated)
    status, refused = admin.post("/operator/programs/backup/restart")
    assert status == 409
    assert "backup is stopped now." in words(refused.decode())
    assert acts(operated) == before

    status, _ = admin.post("/operator/programs/backup/start")
    assert status == 200
    operated.wait_for_states(backup="RUNNING")
    assert acts(operated)[-1] == ("Dan Admin", "program.start", "backup")


def test_what_supervisord_does_not_know_is_not_there(admin: Administrator) -> None:
    assert admin.get("/operator/programs/sshd")[0] == 404
    assert admin.post("/operator/programs/web:*/restart")[0] == 404


def test_a_supervisord_that_hangs_does_not_hold_the_page(
    operated: RealInstallation, admin: Administrator
) -> None:
    assert operated.process is not None
    with suspended(operated.process.pid):
        began = time.monotonic()
        page = words(admin.text("/operator"))
        seconds = time.monotonic() - began
    assert "supervisord did not answer within 3 seconds." in page
    assert "supervisord does not answer, so nothing that fails is started again." in page
    assert seconds < START, "it was suspended all the time"
    wait_until("it is seen again", lambda: "web running" in words(admin.text("/operator")))


@contextmanager
def suspended(pid: int) -> Iterator[None]:
    process = psutil.Process(pid)
    process.suspend()
    try:
        wait_until("it is suspended", lambda: process.status() == psutil.STATUS_STOPPED)
        yield
    finally:
        process.resume()
