"""The Dockerfile, performed by buildah on a Debian base with Python 3.11."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.image import pip_settings
from tests.image.engine import Engine
from webapp.settings import ROOT

SUITE = "bookworm"
BASE = f"localhost/ke-wp-mapping-base:{SUITE}"
IMAGE = "localhost/ke-wp-mapping:test"
USER = 1000
"""Who runs the image and owns what it writes, inside and outside."""

BASE_PATIENCE = 600
PATIENCE = 1200
"""Seconds that a base and a cold build may take, also on a busy machine."""


@dataclass(frozen=True)
class Build:
    """A finished build: the image's id and how it was made."""

    image: str
    seconds: float
    steps: int
    cached: int
    """How many of the steps were taken from an earlier build."""


def make_base(engine: Engine) -> float:
    """Make the base image unless the cache has it; returns the seconds that took."""
    began = time.monotonic()
    if engine.run("buildah", "inspect", "--type", "image", BASE, check=False).returncode == 0:
        return 0.0
    folder = engine.scratch / "base"
    folder.mkdir()
    packages = "python3,python3-venv,ca-certificates"
    tar = str(folder / "base.tar")
    bootstrap = ["mmdebstrap", "--variant=minbase", f"--include={packages}", SUITE, tar]
    _watched(engine, [*bootstrap, *_mirrors()], BASE_PATIENCE)
    (folder / "Dockerfile").write_text("FROM scratch\nADD base.tar /\n")
    bud = ["buildah", "bud", "--isolation", "chroot", "--tag", BASE, str(folder)]
    _watched(engine, bud, BASE_PATIENCE)
    shutil.rmtree(folder)
    return time.monotonic() - began


def _mirrors() -> list[str]:
    """Where this machine's apt finds the suite; if nowhere, mmdebstrap knows Debian's own place."""
    if shutil.which("apt-get") is None:
        return []
    wanted = "$(SITE) $(RELEASE) $(COMPONENT)"
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", wanted, "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    found = {
        f"deb {site} {release} {component}"
        for site, release, component in map(str.split, targets.splitlines())
        if component == "main" and release in {SUITE, f"{SUITE}-security"}
    }
    return sorted(found)


def build(engine: Engine) -> Build:
    """Build the image from the Dockerfile, with what earlier builds left in the cache."""
    began = time.monotonic()
    steps = cached = 0
    for line in _watched(engine, _command(engine), PATIENCE):
        steps += "STEP" in line and " FROM " not in line
        cached += "Using cache" in line
    listed = engine.run("buildah", "images", "--quiet", "--no-trunc", IMAGE).stdout.split()
    return Build(listed[0], time.monotonic() - began, steps, cached)


def _command(engine: Engine) -> list[str]:
    settings = pip_settings.in_force()
    pip_conf = engine.scratch / "pip.conf"
    pip_conf.write_text(pip_settings.configuration(settings))
    secrets = {
        "pip_conf": pip_conf,
        "npmrc": Path.home() / ".npmrc",
        "ca_bundle": pip_settings.certificates(settings),
    }
    arguments = {"BASE_IMAGE": BASE, "APP_UID": USER, "APP_GID": USER}
    if os.environ.get("TORCH_INDEX"):
        arguments["TORCH_INDEX"] = os.environ["TORCH_INDEX"]
    return [
        # The docker format, as OCI's has no HEALTHCHECK; layers, as they are the cache.
        *("buildah", "bud", "--isolation", "chroot", "--format", "docker", "--layers"),
        *(f"--build-arg={name}={value}" for name, value in arguments.items()),
        *(
            f"--secret=id={name},src={file}"
            for name, file in secrets.items()
            if file is not None and file.exists()
        ),
        *(f"--volume={place}:{place}:ro" for place in set(pip_settings.local_places(settings))),
        *("--tag", IMAGE, str(ROOT)),
    ]


def _watched(engine: Engine, command: Sequence[str], seconds: float) -> list[str]:
    """All lines that `command` prints; shows its steps while it runs."""
    began = time.monotonic()
    lines = []
    with subprocess.Popen(
        ["timeout", str(seconds), *command],
        env=engine.environment("buildah"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if re.search(r"\bSTEP \d|^I: ", line):
                print(f"{time.monotonic() - began:6.1f} s  {line[:100].rstrip()}", flush=True)
    assert process.returncode == 0, f"{' '.join(command)}:\n{''.join(lines[-60:])}"
    return lines
