"""A monitor is told of each snapshot; whether it listens changes nothing here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backup import ping
from backup.settings import ROOT
from tests.backup.installation import (
    LARGE,
    PATIENCE,
    Installation,
    connect,
    make_database,
    wait_until,
)
from tests.backup.monitor import SECRET, Monitor
from tests.backup.privileges import IN_A_NAMESPACE, need_namespaces


def ping_state(installation: Installation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(installation.run("status", "--json").stdout)["ping"] or {}
    return found


def test_start_and_success(installation: Installation) -> None:
    with Monitor() as monitor:
        done = installation.run("now", "--reason", "Tuesday", BACKUP_PING_URL=monitor.url)
        assert done.returncode == 0, done.stderr
        wait_until("two pings", lambda: len(monitor.heard) == 2)
    [made] = installation.folder.snapshots()
    assert monitor.events() == ["start", "success"]
    assert monitor.heard[0][1] == "Tuesday"
    assert f"Snapshot {made.file} verified" in monitor.heard[1][1]


def test_a_failure_with_its_reason(installation: Installation) -> None:
    connection = connect(installation.database)
    connection.execute("INSERT INTO mapping_event (mapping_id, note) VALUES (77, 'of nothing')")
    connection.close()
    with Monitor() as monitor:
        done = installation.run("now", BACKUP_PING_URL=monitor.url)
        assert done.returncode == 1
        wait_until("two pings", lambda: len(monitor.heard) == 2)
    assert monitor.events() == ["start", "fail"]
    assert monitor.heard[1][1] == done.stderr.strip()


def test_what_cannot_even_begin_is_a_failure(empty: Installation) -> None:
    with Monitor() as monitor:
        assert empty.run("now", BACKUP_PING_URL=monitor.url).returncode == 1
        wait_until("a failure", lambda: "fail" in monitor.events())
    assert "There is no database" in monitor.heard[-1][1]


def test_the_scheduler_tells_of_a_snapshot_that_was_killed(empty: Installation) -> None:
    make_database(empty.database, events=LARGE)
    with Monitor() as monitor:
        empty.given["BACKUP_PING_URL"] = monitor.url
        scheduler = empty.start_fast()
        wait_until("a partial file", lambda: list(empty.folder_path.glob("*.partial")))
        child = empty.snapshot_process()
        assert child
        os.kill(child, signal.SIGKILL)
        wait_until("the alarm", lambda: "fail" in monitor.events())
        scheduler.terminate()
        scheduler.communicate(timeout=PATIENCE)
    body = dict(monitor.heard)["fail"]
    assert "ended with code -9" in body


@pytest.mark.parametrize("kind", ["answers 500", "refuses"])
def test_a_monitor_that_fails_delays_nothing(kind: str, installation: Installation) -> None:
    with Monitor(status=500) as monitor:
        url = "http://127.0.0.1:9/ping" if kind == "refuses" else monitor.url
        done = installation.run("now", BACKUP_PING_URL=url)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        installation.given["BACKUP_PING_URL"] = url
        told = wait_until("word of it", lambda: success_in(installation)) or {}
    sentences = {
        "answers 500": "it answered 500 Internal Server Error.",
        "refuses": "Connection refused",
    }
    assert_it_is_only_told(installation, told, sentences[kind])


def assert_it_is_only_told(installation: Installation, told: dict[str, Any], sentence: str) -> None:
    """The ping failed, as `status` says, and nothing else did."""
    assert told["verdict"] == "failed"
    assert sentence in told["error"]
    status = installation.run("status")
    assert "State         ok" in status.stdout
    assert "success: failed" in status.stdout


def success_in(installation: Installation) -> dict[str, Any] | None:
    last = ping.read(installation.folder_path)
    return last if last and last["event"] == "success" else None


def test_a_monitor_that_hangs_delays_nothing_and_the_end_is_told_after_the_start(
    installation: Installation,
) -> None:
    told: list[dict[str, Any]] = []

    def ended() -> bool:
        last = ping.read(installation.folder_path)
        if last and (not told or last["event"] != told[-1]["event"]):
            told.append(last)
        return bool(told) and told[-1]["event"] == "success"

    with Monitor(hang=True) as monitor:
        done = installation.run("now", BACKUP_PING_URL=monitor.url)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        # The process ended, and its output was closed, while the monitor was still silent.
        assert success_in(installation) is None
        seen = wait_until("the sender", senders)
        assert SECRET not in seen
        installation.given["BACKUP_PING_URL"] = monitor.url
        wait_until("the end is told", ended)
        assert [one["event"] for one in told] == ["start", "success"]
        assert monitor.begun == 2
    assert_it_is_only_told(installation, told[-1], "There was no answer within 5 s.")


def senders() -> str:
    """The words of the processes that send pings now."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if "backup.ping" in words:
                found.append(words)
    return "\n".join(found)


def test_by_hand_the_operator_sees_what_comes_of_it(installation: Installation) -> None:
    installation.folder.make()
    with Monitor() as monitor:
        done = installation.run("ping", "fail", "--reason", "a trial", BACKUP_PING_URL=monitor.url)
        assert done.returncode == 0, done.stderr
        assert monitor.heard == [("fail", "a trial")]
    refused = installation.run("ping", BACKUP_PING_URL=monitor.url)
    assert refused.returncode == 1
    assert refused.stderr.startswith("The monitor was not reached: ")
    unset = installation.run("ping")
    assert unset.returncode == 78
    assert "BACKUP_PING_URL is not set" in unset.stderr


def test_name_resolution_is_bounded_too(installation: Installation) -> None:
    installation.folder.make()
    need_namespaces("A NAME SERVER THAT NEVER ANSWERS")
    (installation.root / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    inside = f'mount --bind "{installation.root}/resolv.conf" /etc/resolv.conf && exec "$@"'
    words = [*IN_A_NAMESPACE, "--net", "sh", "-c", inside, "sh", sys.executable, "-c", SILENT]
    done = subprocess.run(
        words,
        cwd=ROOT,
        env={**installation.environment, "BACKUP_PING_URL": "https://monitor.example.org/1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert "asked" in done.stdout, done.stderr
    assert "There was no answer within 5 s" in done.stderr
    assert done.returncode == 1


SILENT = """
import fcntl, socket, struct, subprocess, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    IFF_UP, SIOCSIFFLAGS = 1, 0x8914
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
code = subprocess.call([sys.executable, "-m", "backup", "ping"])
server.setblocking(False)
print("asked" if b"monitor" in server.recv(512) else "not asked")
sys.exit(code)
"""


def test_the_address_stays_secret(installation: Installation) -> None:
    with Monitor() as monitor:
        installation.given["BACKUP_PING_URL"] = monitor.url
        done = installation.run("now")
        wait_until("word of it", lambda: success_in(installation))
    refused = installation.run("ping")  # nobody listens there any more
    shown = [done.stdout, done.stderr, refused.stdout, refused.stderr]
    shown += [installation.run("status", *words).stdout for words in ((), ("--json",))]
    shown += [path.read_text() for path in installation.folder_path.glob("*.json")]
    settings = subprocess.run(
        [sys.executable, "-m", "webapp", "settings"],
        cwd=ROOT,
        env={**installation.environment, "COLUMNS": "250"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    ).stdout
    assert "(set)" in settings.split("BACKUP_PING_URL")[1].splitlines()[0]
    wrong = installation.run("now", BACKUP_PING_URL=f"ftp://example.org/{SECRET}")
    assert wrong.returncode == 78
    assert wrong.stderr.startswith("BACKUP_PING_URL cannot be used: give an address")
    assert not any(SECRET in text for text in [*shown, settings, wrong.stdout, wrong.stderr])


@pytest.mark.parametrize(
    ("url", "event", "address"),
    [
        ("https://hc.example.org/1", "success", "https://hc.example.org/1"),
        ("https://hc.example.org/1", "start", "https://hc.example.org/1/start"),
        ("https://hc.example.org/1?create=1", "fail", "https://hc.example.org/1/fail?create=1"),
    ],
)
def test_addresses(url: str, event: str, address: str) -> None:
    assert ping.address(url, event) == address


def test_http_is_loaded_by_the_ping_alone(installation: Installation) -> None:
    code = "import backup.__main__, backup.scheduler, sys; print(*sys.modules)"
    output, _ = installation.python("-c", code).communicate(timeout=PATIENCE)
    assert not {"http.client", "urllib.request", "ssl"} & set(output.split())
