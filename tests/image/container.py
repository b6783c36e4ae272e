"""A container of the image, run by podman as docker-compose.yml says."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import SECRET
from tests.image.building import IMAGE, USER
from tests.image.engine import Engine
from tests.supervision.installation import free_port, wait_until
from webapp.settings import ROOT

HEALTHY = 180.0
"""Seconds that a start may take on a busy machine."""


def service() -> dict[str, Any]:
    """The one service of docker-compose.yml."""
    composition = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    web: dict[str, Any] = composition["services"]["web"]
    return web


class Container:
    """One installation: its folders outlast the container, which is made anew at each start."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=engine.scratch))
        self.env = {"FLASK_SECRET_KEY": SECRET}
        self.volumes = []
        for volume in service()["volumes"]:
            outside, inside = volume.split(":")
            (self.folder / outside).mkdir()
            os.chown(self.folder / outside, USER, USER)
            self.volumes.append(f"{self.folder / outside}:{inside}")

    def start(self, *more: str) -> None:
        """Start it in the background; without `more` options its port is published here."""
        web = service()
        env_file = self.folder / ".env"
        env_file.write_text("".join(f"{name}={value}\n" for name, value in self.env.items()))
        port = web["ports"][0].rpartition(":")[2]
        self.engine.podman(
            *("run", "--detach", "--name", self.name, "--env-file", env_file),
            # Nobody checks the health at intervals here: that would need systemd.
            *("--health-interval", "disable"),
            *(f"--env={name}={value}" for name, value in web["environment"].items()),
            *(f"--volume={volume}" for volume in self.volumes),
            *(["--read-only"] if web["read_only"] else []),
            *(f"--tmpfs={place}" for place in web["tmpfs"]),
            *(f"--cap-drop={capability}" for capability in web["cap_drop"]),
            *(f"--security-opt={option.replace(':true', '')}" for option in web["security_opt"]),
            *(more or ("--publish", f"127.0.0.1:{self.port}:{port}")),
            IMAGE,
        )

    def start_and_wait(self, *more: str) -> float:
        """Start it; returns the seconds until its own health check succeeded."""
        before = time.monotonic()
        self.start(*more)
        self.wait_until_healthy()
        return time.monotonic() - before

    def wait_until_healthy(self) -> None:
        """Run the image's HEALTHCHECK until it succeeds."""
        try:
            wait_until("a healthy container", self.is_healthy, HEALTHY)
        except AssertionError as error:
            error.add_note(self.logs()[-3000:])
            raise

    def is_healthy(self) -> bool:
        """Whether the image's HEALTHCHECK succeeds; fails where the container has ended."""
        assert self.state()["Running"], self.logs()[-3000:]
        check = self.engine.run("podman", "healthcheck", "run", self.name, check=False)
        return check.returncode == 0

    def state(self) -> dict[str, Any]:
        """What podman knows about the container's process 1."""
        state = json.loads(self.engine.podman("inspect", "--format", "{{json .State}}", self.name))
        assert isinstance(state, dict)
        return state

    def run(self, *arguments: str) -> str:
        """The standard output of a command in the container, which must succeed."""
        return self.engine.podman("exec", self.name, *arguments)

    def sign_in_link(self, name: str, role: str) -> str:
        """A one-time link as the operator gets it."""
        command = ("python", "-m", "webapp", "sign-in-link")
        return self.run(*command, "--name", name, "--role", role)

    def states(self) -> dict[str, str]:
        """What `supervisorctl status` says of each program."""
        done = self.engine.run("podman", "exec", self.name, "supervisorctl", "status", check=False)
        lines = [line.split() for line in done.stdout.splitlines()]
        return {words[0]: words[1] for words in lines if words[1].isupper()}

    def page(self, path: str) -> str:
        """What the site answers to somebody inside the container, who needs no network."""
        read = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"
        return self.run("python", "-c", read, f"http://127.0.0.1:5000{path}")

    def logs(self) -> str:
        """What the container printed, on both streams, as the engine shows it."""
        done = self.engine.run("podman", "logs", self.name)
        return done.stdout + done.stderr

    def wait_to_end(self, seconds: float = HEALTHY) -> int:
        """The exit code of a container that ends by itself."""
        return int(self.engine.podman("wait", self.name, seconds=seconds))

    def stop(self) -> tuple[int, float]:
        """Stop it as compose would; returns its exit code and the seconds that took."""
        before = time.monotonic()
        patience = service()["stop_grace_period"].removesuffix("s")
        self.engine.podman("stop", "--time", patience, self.name)
        return int(self.state()["ExitCode"]), time.monotonic() - before

    def remove(self) -> None:
        """Remove the container; its folders stay."""
        self.engine.podman("rm", "--force", "--time", "0", "--ignore", self.name)


@contextmanager
def container(engine: Engine, name: str) -> Iterator[Container]:
    """A container, not started, that is removed afterwards."""
    made = Container(engine, name)
    try:
        yield made
    finally:
        made.remove()
