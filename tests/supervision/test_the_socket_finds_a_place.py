"""The socket of supervisord finds a place everywhere."""

import errno
import os
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervision import control_socket
from supervision.errors import StartError
from tests.supervision.installation import START, SUPERVISORCTL, installed, wait_until


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files with a short name."""
    with tempfile.TemporaryDirectory(prefix="kewp-", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_usually_it_lies_in_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "supervisor.sock").touch()  # left by a supervisord that was killed

    assert control_socket.choose(tmp_path) == tmp_path / "supervisor.sock"
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out == ""


def test_a_file_system_without_sockets_gets_a_link(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    run = temporary / "run"
    run.mkdir()

    chosen = control_socket.choose(run)

    assert chosen.parent.parent == temporary
    assert stat.S_IMODE(chosen.parent.stat().st_mode) == 0o700
    assert (run / "supervisor.sock").readlink() == chosen
    assert capsys.readouterr().out == ""
    assert control_socket.choose(run) == chosen


def test_a_folder_prepared_by_somebody_else_is_refused(
    temporary: Path,
) -> None:
    run = temporary / ("deep" * 20)
    run.mkdir()
    control_socket.choose(run).parent.chmod(0o777)

    with pytest.raises(StartError, match="belongs to somebody else"):
        control_socket.choose(run)


def test_a_deep_folder_runs_and_says_how_to_reach_it(tmp_path: Path) -> None:
    with installed(tmp_path / ("a-deep-folder-" * 8)) as installation:
        installation.start()
        hint = wait_until(
            "the hint",
            lambda: [line for line in installation.output().splitlines() if " -s unix://" in line],
        )[0]
        address = hint.rpartition(" ")[2]
        wait_until("an answer", installation.answers)

        answer = subprocess.run(
            [SUPERVISORCTL, "-s", address, "status", "web"],
            cwd=installation.root,
            capture_output=True,
            text=True,
            timeout=START,
            check=False,
        )

        assert "web" in answer.stdout
        assert answer.stdout.split()[1] in {"STARTING", "RUNNING"}
        assert installation.stop() == 0
    Path(address.removeprefix("unix://")).parent.rmdir()  # empty, and so removable
