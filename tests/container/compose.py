"""docker-compose.yml, read by a compose command: none of them needs an engine for that."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import yaml

from webapp.settings import ROOT

COMMANDS = (["docker", "compose"], ["docker-compose"], ["podman-compose"])


def compose_command() -> list[str] | None:
    """The first compose command that works on this machine."""
    for command in COMMANDS:
        if shutil.which(command[0]) is None:
            continue
        probe = subprocess.run([*command, "version"], capture_output=True, timeout=300, check=False)
        if probe.returncode == 0:
            return command
    return None


def assert_accepted(command: list[str], folder: Path) -> None:
    """The command reads the file as we do; `folder` is for a copy, as a `.env` has to be there."""
    file = Path(shutil.copy(ROOT / "docker-compose.yml", folder))
    (folder / ".env").write_text("FLASK_SECRET_KEY=x\n")
    done = subprocess.run(
        [*command, "-f", file, "config"],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ours = yaml.safe_load(file.read_text())["services"]["web"]
    theirs = yaml.safe_load(done.stdout)["services"]["web"]
    for name in ("read_only", "cap_drop", "security_opt", "tmpfs", "restart"):
        assert theirs[name] == ours[name], name
    assert theirs["environment"].items() >= ours["environment"].items()
    assert len(theirs["volumes"]) == len(ours["volumes"])
