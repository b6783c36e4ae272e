"""supervisorctl works without arguments, as operators know it."""

import stat
import subprocess

import psutil

from tests.supervision.installation import SUPERVISORCTL, Installation, wait_until


def test_status_shows_the_four_programs_running(running: Installation) -> None:
    lines = [line.split() for line in running.control("status").stdout.splitlines()]
    states = {words[0]: words[1] for words in lines}

    assert states == {
        "web": "RUNNING",
        "backup": "RUNNING",
        "logs": "RUNNING",
        "watchdog": "RUNNING",
        "backup-now": states["backup-now"],  # another test may have started it
        "catalog-update": "STOPPED",
        "ranker-train": "STOPPED",
    }


def test_it_tells_the_process_id(running: Installation) -> None:
    assert int(running.control("pid", "web").stdout) == running.pid("web")


def test_the_socket_belongs_to_its_owner_alone(running: Installation) -> None:
    found = (running.root / "run" / "supervisor.sock").stat()

    assert stat.S_ISSOCK(found.st_mode)
    assert stat.S_IMODE(found.st_mode) == 0o700


def test_restart_gives_a_program_a_new_process(running: Installation) -> None:
    before = running.pid("backup")

    answer = running.control("restart", "backup")

    assert answer.returncode == 0
    assert answer.stdout.splitlines() == ["backup: stopped", "backup: started"]
    assert running.pid("backup") != before


def test_tail_follows_the_log_of_web(running: Installation) -> None:
    with subprocess.Popen(
        [SUPERVISORCTL, "tail", "-f", "web"],
        cwd=running.root,
        stdout=subprocess.PIPE,
        text=True,
    ) as tail:
        assert tail.stdout is not None
        try:
            running.get("/?lines=1&seen-by=tail")
            assert any("seen-by=tail" in line for line in tail.stdout)
        finally:
            tail.kill()


def test_a_one_shot_program_ends_as_a_success(running: Installation) -> None:
    answer = running.control("start", "backup-now")

    assert answer.returncode == 0
    running.wait_for_states({"backup-now": "EXITED"})
    wait_until(
        "its line in the terminal", lambda: "backup-now | A snapshot was made." in running.output()
    )


def test_programs_use_the_launchers_python_and_print_at_once(running: Installation) -> None:
    launcher = psutil.Process(running.process.pid if running.process else 0)

    for program in ("web", "backup", "logs", "watchdog"):
        process = psutil.Process(running.pid(program))
        assert process.cmdline()[0] == launcher.cmdline()[0]
        assert process.environ()["PYTHONUNBUFFERED"] == "1"
