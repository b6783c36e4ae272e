"""What can be told of Dockerfile and compose file without an engine."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.container.compose import assert_accepted, compose_command
from webapp.settings import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture
def compose() -> dict[str, Any]:
    loaded = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert isinstance(loaded, dict)
    return loaded


def test_the_linter_finds_nothing() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), ROOT / "Dockerfile"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout


def test_every_stage_starts_from_the_base_or_a_stage_of_it() -> None:
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?", DOCKERFILE, re.MULTILINE)
    known = {"${BASE_IMAGE}"}
    for base, name in stages:
        assert base in known
        known.add(name)
    assert stages[-1] == ("${BASE_IMAGE}", "")
    assert "ARG BASE_IMAGE=python:3.12-slim-bookworm" in DOCKERFILE


def test_the_health_check_and_the_command() -> None:
    assert "HEALTHCHECK --interval=30s --timeout=30s --start-period=60s --retries=3" in DOCKERFILE
    assert "/health" in DOCKERFILE.split("HEALTHCHECK", 1)[1]
    assert DOCKERFILE.rstrip().endswith('CMD ["python", "-m", "supervision"]')
    assert "USER ${APP_UID}:${APP_GID}" in DOCKERFILE


def test_what_the_image_copies_is_not_ignored() -> None:
    kept = set(re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for name in line.split()[:-1]
    }
    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)


def test_one_service_with_its_folders_and_no_secret(compose: dict[str, Any]) -> None:
    assert list(compose["services"]) == ["web"]
    web = compose["services"]["web"]
    assert web["env_file"] == ".env"
    assert web["ports"] == ["5000:5000"]
    assert web["volumes"] == [
        "./data:/app/data",
        "./logs:/app/logs",
        "./backups:/app/data/backups",
    ]
    assert web["restart"] == "unless-stopped"
    assert list(compose["networks"]) == web["networks"] == ["ke-wp-network"]
    assert not re.search("secret|password|token", yaml.safe_dump(compose), re.IGNORECASE)
    assert set(web["environment"]) == {
        "DATA_DIR",
        "DATABASE_PATH",
        "BACKUP_DIR",
        "LOG_DIR",
        "HOST",
        "PORT",
    }


def test_the_grace_period_exceeds_what_supervisor_may_need(compose: dict[str, Any]) -> None:
    supervisor = configparser.RawConfigParser()
    supervisor.read(ROOT / "supervisord.conf")
    waits = sum(
        supervisor.getint(section, "stopwaitsecs", fallback=10)
        for section in supervisor.sections()
        if section.startswith(("program:", "eventlistener:"))
    )
    grace = int(compose["services"]["web"]["stop_grace_period"].removesuffix("s"))
    assert grace > waits


def test_a_compose_command_accepts_it(tmp_path: Path) -> None:
    command = compose_command()
    if command is None:
        pytest.skip("no compose command here; `make test-container` installs one")
    assert_accepted(command, tmp_path)


def test_it_takes_every_privilege_away(compose: dict[str, Any]) -> None:
    web = compose["services"]["web"]
    assert web["read_only"] is True
    assert web["tmpfs"] == ["/tmp"]
    assert web["cap_drop"] == ["ALL"]
    assert web["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "pid", "user"} & set(web)
