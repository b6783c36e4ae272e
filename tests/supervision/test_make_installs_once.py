"""`make` lists its targets, installs what is missing, and nothing twice."""

import json
import os
import re
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest

from tests.supervision.installation import PROJECT, START

TARGETS = [
    "help",
    "run",
    "test",
    "test-crowd",
    "test-container",
    "test-faults",
    "env",
    "install",
    "dev-install",
    "vendor",
    "catalog",
    "audit",
    "clean",
]
DONE = [
    ".venv/.created",
    ".venv/.installed",
    ".venv/.installed-dev",
    "node_modules/.installed",
    "webapp/static/vendor/.copied",
    ".env",
]


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=START,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that make works with, as a clone has them."""
    files = ("Makefile", ".env.example", ".npmrc", "package.json", "package-lock.json")
    for name in (*files, *(path.name for path in PROJECT.glob("requirements*.txt"))):
        shutil.copy(PROJECT / name, tmp_path)
    for folder in ("tools", ".ci"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture
def installed_checkout(checkout: Path) -> Path:
    """The same after `make run` and `make test` have installed everything."""
    later = time.time() + 10
    for name in DONE:
        file = checkout / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (later, later))
    return checkout


def test_make_alone_lists_every_target(checkout: Path) -> None:
    answer = make(checkout)

    assert answer.returncode == 0
    assert [line.split()[1] for line in answer.stdout.splitlines()] == TARGETS
    assert all(len(line.split()) > 3 for line in answer.stdout.splitlines())


def test_a_second_run_only_starts(installed_checkout: Path) -> None:
    assert make(installed_checkout, "-n", "run").stdout == "exec .venv/bin/python -m supervision\n"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-encoder.txt"])
def test_a_changed_requirements_file_is_installed(installed_checkout: Path, name: str) -> None:
    much_later = time.time() + 20
    os.utime(installed_checkout / name, (much_later, much_later))

    commands = make(installed_checkout, "-n", "run").stdout

    assert "pip install --disable-pip-version-check  -r requirements.txt" in commands
    assert "--no-deps -r requirements-encoder.txt" in commands
    assert "npm.py" not in commands


def test_a_changed_lock_file_is_installed(installed_checkout: Path) -> None:
    much_later = time.time() + 20
    os.utime(installed_checkout / "package-lock.json", (much_later, much_later))

    commands = make(installed_checkout, "-n", "run").stdout.splitlines()

    assert ".venv/bin/python tools/npm.py ci" in commands
    assert ".venv/bin/python tools/vendor.py" in commands
    assert not any("pip" in command for command in commands)


def test_another_index_for_torch_can_be_named(checkout: Path) -> None:
    commands = make(checkout, "-n", "install", "TORCH_INDEX=https://example.org/cpu").stdout

    assert '--extra-index-url "https://example.org/cpu" -r requirements.txt' in commands


def test_an_old_python_is_refused_in_one_sentence(checkout: Path) -> None:
    old = checkout / "python3.10"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.10.4" && exit 0\nexit 1\n')
    old.chmod(0o755)

    answer = make(checkout, "install", f"PYTHON={old}")

    assert answer.returncode != 0
    assert answer.stderr.splitlines()[0] == (
        f"Python 3.11 or later is needed, and {old} is Python 3.10.4: name another: "
        "make run PYTHON=python3.12"
    )
    assert not (checkout / ".venv").exists()


def test_a_missing_python_is_named(checkout: Path) -> None:
    answer = make(checkout, "install", "PYTHON=python3.99")

    assert answer.returncode != 0
    assert answer.stderr.startswith("There is no python3.99 on this machine: install Python 3.11")


def test_env_is_private_and_has_a_secret_of_its_own(checkout: Path) -> None:
    answer = make(checkout, "env")
    written = checkout / ".env"
    text = written.read_text()

    assert answer.returncode == 0
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert re.search(r"^FLASK_SECRET_KEY=[0-9a-f]{64}$", text, re.M)
    example = (checkout / ".env.example").read_text()
    assert re.sub(r"(?m)^(FLASK_SECRET_KEY=).*$", r"\1", text) == example

    written.unlink()
    make(checkout, "env")
    assert written.read_text() != text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# ours\nFLASK_SECRET_KEY=\nPORT=5001\n", "# ours\nFLASK_SECRET_KEY=X\nPORT=5001\n"),
        ("FLASK_SECRET_KEY='' # later\r\nPORT=5001\r\n", "FLASK_SECRET_KEY=X\r\nPORT=5001\r\n"),
        ("PORT=5001", "PORT=5001\nFLASK_SECRET_KEY=X\n"),
        ("#FLASK_SECRET_KEY=old\n", "#FLASK_SECRET_KEY=old\nFLASK_SECRET_KEY=X\n"),
        ("", "FLASK_SECRET_KEY=X\n"),
    ],
)
def test_env_fills_in_a_secret_that_is_missing(checkout: Path, before: str, after: str) -> None:
    written = checkout / ".env"
    written.write_bytes(before.encode())
    written.chmod(0o644)

    answer = make(checkout, "env")

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "Put a fresh secret into .env; the rest of it stays as it is.\n"
    assert re.sub(r"=[0-9a-f]{64}", "=X", written.read_bytes().decode()) == after
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert not (checkout / ".env.new").exists()


def test_env_says_when_it_cannot_write(checkout: Path) -> None:
    (checkout / ".env").mkdir()

    answer = make(checkout, "env")

    assert answer.returncode != 0
    assert ".env could not be written: Is a directory." in answer.stderr


def test_env_never_changes_an_existing_file(checkout: Path) -> None:
    (checkout / ".env").write_text("FLASK_SECRET_KEY=mine\n")

    answer = make(checkout, "env")

    assert answer.returncode == 0
    assert answer.stdout == "There is a .env already; it stays as it is.\n"
    assert (checkout / ".env").read_text() == "FLASK_SECRET_KEY=mine\n"


def test_clean_leaves_what_cannot_be_made_again(installed_checkout: Path) -> None:
    kept = ["data/ke_wp_mapping.db", "logs/web.log", "backups/one.db", ".env"]
    for name in kept:
        (installed_checkout / name).parent.mkdir(exist_ok=True)
        (installed_checkout / name).touch()

    assert make(installed_checkout, "clean").returncode == 0

    assert [name for name in kept if not (installed_checkout / name).exists()] == []
    assert [name for name in DONE if (installed_checkout / name).exists()] == [".env"]


def test_make_test_judges_by_five_programs(installed_checkout: Path) -> None:
    commands = make(installed_checkout, "-n", "test").stdout

    programs = ["ruff check", "ruff format --check", "mypy", "lint-imports", "pytest -n 2"]
    places = [commands.index(program) for program in programs]
    assert places == sorted(places)


def test_make_test_container_names_the_tests_of_the_image(installed_checkout: Path) -> None:
    commands = make(installed_checkout, "-n", "test-container").stdout

    assert commands == ".venv/bin/python -m pytest tests/image -v -s -rs \n"


def test_the_lock_file_has_checksums_and_no_addresses() -> None:
    lock = json.loads((PROJECT / "package-lock.json").read_text())
    packages = lock["packages"]
    for package in packages.values():
        package.pop("funding", None)  # whom one may thank; nothing is fetched from there

    assert "resolved" not in json.dumps(lock)
    assert "://" not in json.dumps(lock)
    assert all("integrity" in package for name, package in packages.items() if name)
    assert re.fullmatch(r"2\.\d+\.\d+", packages[""]["dependencies"]["htmx.org"])
