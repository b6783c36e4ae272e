"""What stands in the way of a start ends it with one sentence, exit code 1 and no program."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervision.errors import StartError
from supervision.folders import make_writable
from tests.supervision.installation import PROJECT, START, Installation


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that other users can reach, as pytest's own ones cannot be."""
    with tempfile.TemporaryDirectory(prefix="kewp-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def refused(installation: Installation) -> str:
    """The sentence with which a start is refused."""
    installation.start()
    code = installation.wait_to_end()
    output = installation.output()
    assert code == 1
    assert "Traceback" not in output
    assert "supervisord started" not in output
    return output.strip()


def test_a_failed_preparation(installation: Installation) -> None:
    (installation.root / "fail-prepare").touch()

    assert refused(installation) == (
        "The database was written by a newer version: install that one."
    )


def test_a_wrong_value(installation: Installation) -> None:
    (installation.root / ".env").write_text("GUNICORN_TIMEOUT=soon\n")

    assert refused(installation) == (
        "GUNICORN_TIMEOUT is 'soon' and cannot be used: give a whole number from 1 to 3600."
    )


def test_an_address_that_is_not_ours(installation: Installation) -> None:
    installation.environment["HOST"] = "192.0.2.1"

    assert refused(installation).startswith("HOST 192.0.2.1 with PORT")


def test_a_port_in_use(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        sentence = refused(installation)

    assert sentence == (
        f"PORT {installation.port} is already in use by another program: stop that one, or put "
        "another PORT into .env."
    )


def test_a_data_folder_that_is_a_file(installation: Installation) -> None:
    (installation.root / "data").touch()

    assert refused(installation) == (
        f"The data folder {installation.root}/data is not a folder: move the file of that name "
        "away."
    )


def test_a_folder_without_configuration(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "supervision"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=START,
        check=False,
    )

    assert answer.returncode == 1
    assert answer.stderr == (
        f"There is no supervisord.conf in {tmp_path}: run this in the folder of the installation.\n"
    )


def test_a_second_start_in_the_same_folder(installation: Installation) -> None:
    installation.start_and_wait()
    first = installation.process
    assert first is not None
    try:
        installation.start()
        code = installation.wait_to_end()
        sentence = [line for line in installation.output().splitlines() if " | " not in line][-1]

        assert code == 1
        assert sentence == (
            f"KE-WP Mapping already runs in this folder (process {first.pid}): stop it with "
            f"Ctrl-C there or with: kill {first.pid}"
        )
        assert installation.states()["web"] == "RUNNING"
    finally:
        installation.process = first


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without rights")
@pytest.mark.parametrize("owned", ["folder", "file"])
def test_a_folder_of_somebody_else(owned: str, root: Path) -> None:
    folder = root / "data"
    folder.mkdir()
    (folder / "web.log").touch(mode=0o644)
    folder.chmod(0o755 if owned == "folder" else 0o777)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setgid(1000)
        os.setuid(1000)
        try:
            make_writable("data", folder, root, files="*.log")
            os.write(writer, b"no error")
        except StartError as error:
            os.write(writer, str(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as answer:
        assert answer.read() == (
            f"The data folder {folder} is not writable for user id 1000. Give it to that user, "
            "for a container where it is mounted from: sudo chown -R 1000:1000 data"
        )


def test_a_link_to_a_folder_that_is_gone_is_followed(tmp_path: Path) -> None:
    (tmp_path / "run").symlink_to(tmp_path / "fresh" / "tmpfs")

    make_writable("run", tmp_path / "run", tmp_path)

    assert (tmp_path / "fresh" / "tmpfs").is_dir()
